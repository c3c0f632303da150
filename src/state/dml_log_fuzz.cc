// Fuzz target: any bytes as a DML log segment. The reader must answer or refuse, and what it accepts
// must lie within the bytes it was given.

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "state/dml_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool last : {false, true}) {
    const auto segment = leat::read_dml_segment(bytes, last);
    if (!segment) continue;
    CHECK(segment->good_bytes <= bytes.size());
    uint64_t expected = segment->first_sequence;
    for (const auto& record : segment->records) {
      CHECK(record.sequence == expected++);
      CHECK(record.bytes.data() >= bytes.data());
      CHECK(record.bytes.data() + record.bytes.size() <= bytes.data() + bytes.size());
    }
  }
  return 0;
}

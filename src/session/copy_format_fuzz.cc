// Any bytes in any pieces: no crash; what is read, written and read again is the same.

#include <cstdlib>

#include "session/copy_format.h"

namespace {

using leat::CopyField;
using leat::CopyOptions;
using leat::CopyReader;

std::string written(const CopyOptions& options, std::string_view bytes, size_t piece_bytes) {
  CopyReader reader(options);
  std::vector<CopyField> fields;
  std::string out;
  for (bool more = true; more;) {
    more = !bytes.empty();
    if (more) {
      reader.add(bytes.substr(0, piece_bytes));
      bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    } else {
      reader.end();
    }
    for (;;) {
      const auto found = reader.next(fields);
      if (!found) return out;
      if (!*found) break;
      append_copy_record(out, fields, options);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  CopyOptions options;
  options.csv = (data[0] & 1) != 0;
  options.delimiter = options.csv ? ',' : '\t';
  options.null_text = options.csv ? "" : "\\N";
  if ((data[0] & 2) != 0) options.escape = '\\';
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string once = written(options, bytes, size_t{data[1]} + 1);
  if (written(options, once, 1 << 20) != once) std::abort();
  return 0;
}

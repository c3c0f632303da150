// Every text that comes from a server, a checkpoint or a WITH list: nothing may crash, and what is
// read and written again must stay the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "connector/nats/base_text.h"
#include "connector/nats/jetstream.h"
#include "connector/nats/nats_credentials.h"
#include "connector/nats/nats_delivery.h"
#include "connector/nats/nats_position.h"
#include "connector/nats/nats_subject.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leat;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)nats::parse_json(text);
  nats::Delivery delivery;
  (void)nats::parse_delivery(text, delivery);
  (void)nats::parse_delivery("$JS.ACK." + std::string(text), delivery);
  if (const auto position = nats::StreamPosition::parse({std::string(text)})) {
    const Position again = position->to_position();
    const auto back = nats::StreamPosition::parse(again);
    CHECK(back.has_value() && back->to_position() == again, "position changed: {}", again.text);
  }
  if (const auto subject = nats::parse_subject_template(text)) {
    std::vector<std::optional<std::string_view>> values(subject->columns.size(), text);
    std::string out;
    nats::expand_subject(*subject, values, out);
    CHECK(nats::subject_fault(out, false).empty(), "subject is broken: {}", out);
    CHECK(nats::subject_matches(nats::template_pattern(*subject), out), "pattern misses: {}", out);
  }
  (void)nats::parse_rfc3339_ns(text);
  (void)nats::user_key_of_seed(text);
  (void)nats::check_credential(text, text);
  (void)nats::decode_base64(text);
  (void)split_headers(text);
  return 0;
}

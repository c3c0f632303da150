#include "connector/nats/nats_delivery.h"

#include <fmt/format.h>

namespace leat::nats {

bool parse_delivery(std::string_view reply, Delivery& out) {
  if (!is_delivery(reply)) return false;
  constexpr size_t kTokensMax = 13;
  size_t starts[kTokensMax];
  size_t tokens = 1;
  starts[0] = 0;
  for (size_t i = 0; i < reply.size(); ++i) {
    if (reply[i] != '.') continue;
    if (tokens == kTokensMax) return false;
    starts[tokens++] = i + 1;
  }
  if (tokens != 9 && tokens != 11 && tokens != 12) return false;
  size_t token = tokens == 9 ? 4 : 6;
  const auto number = [&](uint64_t& value) {
    value = 0;
    size_t at = starts[token++];
    if (at == reply.size() || reply[at] == '.') return false;
    for (; at < reply.size() && reply[at] != '.'; ++at) {
      const unsigned digit = static_cast<unsigned char>(reply[at]) - '0';
      if (digit > 9) return false;
      value = value * 10 + digit;
    }
    return true;
  };
  uint64_t time = 0;
  if (!number(out.delivered) || !number(out.sequence) || !number(out.consumer_sequence) || !number(time) ||
      !number(out.pending))
    return false;
  out.time_ns = static_cast<int64_t>(time);
  return true;
}

std::string acknowledge_subject(std::string_view stream, std::string_view consumer, uint64_t sequence,
                                uint64_t consumer_sequence) {
  return fmt::format("$JS.ACK.{}.{}.1.{}.{}.0.0", stream, consumer, sequence, consumer_sequence);
}

}  // namespace leat::nats

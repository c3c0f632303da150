#pragma once
// Delivery: what the reply subject of a JetStream message says, at no cost: its sequences, store
// time, how often it was delivered, and how many wait behind it.
//   $JS.ACK.stream.consumer.delivered.sequence.consumer_sequence.time.pending              (9 tokens)
//   $JS.ACK.domain.account.stream.consumer.delivered.....pending[.random]            (11 or 12 tokens)
// Thread: any.

#include <cstdint>
#include <string>
#include <string_view>

namespace leat::nats {

struct Delivery {
  uint64_t delivered = 0;
  uint64_t sequence = 0;
  uint64_t consumer_sequence = 0;
  int64_t time_ns = 0;
  uint64_t pending = 0;
};

inline bool is_delivery(std::string_view reply) { return reply.starts_with("$JS.ACK."); }

// False when it is no such subject.
bool parse_delivery(std::string_view reply, Delivery& out);

// The subject to acknowledge message `sequence` of a consumer under, made up: servers go by the
// sequence. `consumer_sequence` must have been delivered.
std::string acknowledge_subject(std::string_view stream, std::string_view consumer, uint64_t sequence,
                                uint64_t consumer_sequence);

}  // namespace leat::nats

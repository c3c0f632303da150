#pragma once
// What the streams under a sink have stored: where they end, and the identities behind such an end. It
// does not depend on the server's dedup window, nor on who else writes to the subjects: every message's
// own header is read.
// Thread: any.

#include <atomic>
#include <functional>
#include <map>

#include "connector/nats/jetstream.h"
#include "connector/raw_batch.h"

namespace leat::nats {

inline constexpr std::string_view kIdentityHeader = "Nats-Msg-Id";

// Stream name -> last sequence. As a position: {"ORDERS":17}.
struct StreamEnds {
  std::map<std::string, uint64_t, std::less<>> last = {};

  static Result<StreamEnds> parse(const Position& position);
  Position to_position() const;
  void raise(std::string_view stream, uint64_t sequence);
  // From the answer to a publish: {"stream":"S","seq":7}.
  void raise_from_ack(std::string_view text);
};

// The streams that store something of a pattern; none without JetStream. An error: not known now.
Result<std::vector<StreamInfo>> streams_of_subject(JetStream& jetstream, const std::string& pattern);

// Gives every Nats-Msg-Id behind `from` of messages that a stream under `pattern` holds now. A stream
// that `from` does not know, or that ends before it (made again), is read from its beginning.
Result<void> read_identities(Connection& connection, const std::string& pattern, const StreamEnds& from,
                             const std::function<void(std::string_view)>& take,
                             const std::atomic<bool>* cancel = nullptr);

}  // namespace leat::nats

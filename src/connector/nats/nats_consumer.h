#pragma once
// How a reader's consumer comes to be on the server.
// A passing consumer is ephemeral, acknowledges nothing and begins after the position that we keep:
// it may be made again at any time. A lasting one is durable and acknowledged: the user named it, or
// the stream's retention (workqueue, interest) needs it.
// Several subjects: `filter_subjects` where the server echoes it (2.10). Older servers drop the field
// silently; there one filter that covers all subjects is used and the rest is sorted out here, which
// keeps the stream's order that one consumer per subject would lose.

#include "connector/nats/jetstream.h"
#include "connector/nats/nats_position.h"

namespace leat::nats {

inline constexpr int64_t kInactiveSeconds = 30;
inline constexpr int64_t kAckPendingMax = 100'000;

struct OpenConsumer {
  ConsumerInfo info;
  bool client_filter = false;  // messages of other subjects come, too
  bool whole_stream = false;   // every message of the stream comes
  bool existed = false;        // lasting: it was there before
};

// Do the subjects that a source reads lie outside of all that the stream stores?
Result<void> check_overlap(const SourceSettings& settings, const StreamInfo& stream);

// `named`: under consumer.name, replacing one of that name.
Result<OpenConsumer> open_passing_consumer(JetStream& jetstream, const SourceSettings& settings,
                                           const StreamInfo& stream, const StreamPosition& from, bool named);

// Makes it, or finds it and compares: a difference that cannot be changed is an error naming it.
Result<OpenConsumer> open_lasting_consumer(JetStream& jetstream, const SourceSettings& settings,
                                           const StreamInfo& stream, const std::string& name,
                                           const StreamPosition& from);

AckPolicy lasting_ack_policy(const SourceSettings& settings, const StreamInfo& stream);

}  // namespace leat::nats

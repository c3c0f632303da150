#pragma once
// NatsReader: reads one stream in sequence order, from a position, for ever.
// It keeps pull requests outstanding, so that the server never waits for us, with a heartbeat on each:
// silence for kSilence, a deleted consumer, a leader change, a lost connection or a missing message
// all end in the same way: the consumer is made again after the last message taken. At most
// kPullsOpen * (kPullMessages or kPullBytes) wait in memory. Without acknowledgements the position is
// ours alone. With them (durable, workqueue, interest) a message is acknowledged after committed(),
// and what the server delivers again is recognised by its sequence.
// Thread: see SplitReader.

#include <atomic>
#include <deque>
#include <memory>

#include "base/mutex.h"
#include "connector/connector.h"
#include "connector/nats/nats_consumer.h"
#include "connector/nats/nats_delivery.h"

namespace leat::nats {

inline constexpr size_t kPullMessages = 5000;
inline constexpr size_t kPullsOpen = 2;
inline constexpr uint64_t kPullBytes = 16u << 20;  // or the server's largest message
inline constexpr std::chrono::milliseconds kHeartbeat{300};
inline constexpr std::chrono::milliseconds kSilence{750};  // two heartbeats and some
inline constexpr std::chrono::milliseconds kPullLife{30'000};
inline constexpr std::chrono::milliseconds kPongWait{400};
inline constexpr std::chrono::milliseconds kStreamCheckEvery{5'000};
inline constexpr std::chrono::milliseconds kBehindPatience{10'000};
inline constexpr uint64_t kSettleMax = 1'000'000;  // delivered and unacknowledged sequences looked at
inline constexpr size_t kRangesAboveMax = 20'000;  // more holes than this hold reading back

class NatsReader final : public SplitReader {
 public:
  NatsReader(const SourceSettings& settings, StreamPosition from, const OpenReader& open, Clock& clock);
  ~NatsReader() override;

  // Fills `until` from the request; an error when it is no position.
  static Result<std::unique_ptr<SplitReader>> make(const SourceSettings& settings, const OpenReader& open,
                                                   Clock& clock);

  Result<void> poll(const PollLimits& limits, RawBatch& batch) override;
  void committed(const Position& position) override;
  void stop() override { stopped_.store(true); }
  bool finished() const override { return finished_.load(); }
  ReaderStats stats() const override;

 private:
  struct Pull {
    uint64_t number;
    size_t left;
    bool gave = false;
  };
  struct PullSizes {
    uint64_t messages = kPullMessages;
    uint64_t bytes = kPullBytes;
    int64_t life_ns = 0;
    uint64_t open_max = kPullsOpen;
  };
  struct Unacked {
    uint64_t sequence;
    std::string reply;
  };
  enum class Next : uint8_t { kTaken, kNothing, kFull, kBroken };

  // A consumer that delivers, or why not; an error that is not retryable ends the reader.
  Result<void> open_session();
  Result<void> ensure_connection();
  Result<void> check_stream(const StreamInfo& stream);
  void look_for_purge();
  Result<void> settle(const ConsumerInfo& consumer);
  void close_session(std::string why);
  void drop_connection();
  void leave_consumer();
  PullSizes pull_sizes(const JsonValue& config) const;
  Result<void> note_gap(uint64_t first, uint64_t last, std::string reason);
  void note_error(std::string text);

  Result<Next> read_one(std::chrono::milliseconds wait, const PollLimits& limits, RawBatch& batch);
  Result<Next> take(const Delivery& delivery, const Message& message, RawBatch& batch);
  Next handle_status(const Message& message);
  void heed_heartbeat(const Message& message);
  Result<void> ask_for_more();
  void send_acks();
  void pause(std::chrono::milliseconds time);
  int64_t now_ms() { return clock_.monotonic_ns() / 1'000'000; }
  bool wanted(std::string_view subject) const;

  const SourceSettings settings_;
  const ReaderPurpose purpose_;
  const bool headers_;
  std::optional<StreamPosition> until_;
  Clock& clock_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> finished_{false};

  StreamPosition position_;
  std::unique_ptr<Connection> connection_;
  std::optional<Subscription> inbox_;
  std::string inbox_prefix_;
  uint64_t connection_epoch_ = 0;  // Connection::reconnects() when the session began
  OpenConsumer consumer_;
  bool passing_ = true;
  AckPolicy acks_ = AckPolicy::kNone;
  PullSizes pull_;
  uint64_t last_consumer_sequence_ = 0;
  uint64_t last_stream_sequence_ = 0;
  std::deque<Pull> pulls_;
  uint64_t pull_number_ = 0;
  std::chrono::milliseconds api_wait_ = kApiWaitFirst;
  bool suspect_ = false;  // silence: ask the connection for a sign of life first
  bool one_big_ = false;  // the next pull is for one message larger than kPullBytes
  int64_t heard_ms_ = 0;
  int64_t retry_at_ms_ = 0;
  int64_t retry_pause_ms_ = 0;
  int64_t stream_checked_ms_ = 0;
  int64_t behind_since_ms_ = 0;  // the stream ends before our position
  uint64_t gap_noted_to_ = 0;
  uint64_t purged_to_ = 0;
  std::deque<Unacked> unacked_;
  StreamPosition committed_;
  std::optional<Message> held_;  // read from the socket, did not fit the last batch
  std::string header_text_;

  mutable Mutex mutex_;
  ReaderStats stats_ GUARDED_BY(mutex_);
  std::optional<Position> to_commit_ GUARDED_BY(mutex_);
  ReaderStats running_;  // the owner's; copied to stats_ at the end of each poll
};

}  // namespace leat::nats

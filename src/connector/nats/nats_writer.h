#pragma once
// NatsWriter: publishes to JetStream without waiting for each acknowledgement, at most kWindowMessages
// or kWindowBytes in flight, in order. What is not acknowledged (outage, no leader, stream full, time
// out) is sent again, in order, for ever; Nats-Msg-Id lets the server drop what it had already. After
// an outage longer than the stream's dedup window the stream's tail is read for what it has of ours
// (nats_stored.h). A subject that no stream stores is published to core NATS; then "durable" means that the
// server has got it.
// Order per subject holds unless a single message is refused for a moment (a leader election) while
// later ones are accepted.
// Thread: see SinkWriter. Acknowledgements arrive on a thread of the library and are only queued there.

#include <atomic>
#include <deque>
#include <map>
#include <memory>

#include "base/mutex.h"
#include "connector/connector.h"
#include "connector/nats/nats_stored.h"

namespace leat::nats {

inline constexpr size_t kWindowMessages = 8192;
inline constexpr size_t kWindowBytes = 64u << 20;
inline constexpr std::chrono::milliseconds kAckWait{5'000};
inline constexpr std::chrono::milliseconds kResendPause{100};
inline constexpr size_t kCoreFlushEvery = 1024;

class NatsWriter final : public SinkWriter {
 public:
  NatsWriter(const SinkSettings& settings, StreamEnds from, Clock& clock);
  ~NatsWriter() override;

  Result<bool> send(const EncodedMessage& message) override;
  uint64_t durable_up_to() const override { return durable_.load(std::memory_order_acquire); }
  Result<uint64_t> wait_durable(uint64_t token, std::chrono::milliseconds wait) override;
  Position position() const override;
  Result<bool> flush(std::chrono::milliseconds wait) override;
  void stop() override;
  WriterStats stats() const override;

 private:
  enum class State : uint8_t { kQueued, kSent, kDone };
  struct Entry {
    std::string subject;
    std::string payload;
    std::string headers;  // with the identity
    std::string identity;
    uint64_t token = 0;
    int64_t sent_ms = 0;        // last time
    int64_t first_sent_ms = 0;  // 0: never
    State state = State::kQueued;
    bool core = false;  // sent without asking for an acknowledgement
  };
  struct Ack {
    uint64_t number;
    bool nobody = false;  // 503
    bool duplicate = false;
    int error_class = 0;
    int error_number = 0;
    std::string error_text = {};
  };
  enum class Route : uint8_t { kStream, kCore };
  // Messages from this number on are stored behind these ends.
  struct Mark {
    uint64_t number;
    StreamEnds behind;
  };

  // Everything that has to be done from time to time; an error is permanent.
  Result<void> pump(bool flush_core);
  Result<void> take_acks();
  Result<void> take_ack(const Ack& ack);
  Result<bool> connected();
  Result<void> time_out();
  Result<void> send_queued();
  Result<void> publish(size_t index);
  Result<void> flush_core_messages();
  Result<void> find_route(const std::string& subject);
  Result<void> skip_what_is_stored();
  void requeue(Entry& entry);
  void hold_back(std::string why);
  void finish(Entry& entry);
  void drop_finished();
  void receive(const Message& message, size_t prefix);
  Route route(const std::string& subject) const;
  bool flowing() const;
  void hurry();
  void publish_stats();
  int64_t now_ms() { return clock_.monotonic_ns() / 1'000'000; }

  const SinkSettings settings_;
  Clock& clock_;
  std::atomic<bool> stopped_{false};
  std::atomic<uint64_t> durable_{0};
  std::atomic<size_t> acks_waiting_{0};
  std::atomic<size_t> wake_at_{1};  // acknowledgements that are worth waking the owner for

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Listener> listener_;  // ends before the connection
  std::string inbox_prefix_;
  std::string reply_;  // of the message being published; kept for its memory
  uint64_t connection_epoch_ = 0;
  std::deque<Entry> window_;
  uint64_t base_ = 0;         // number of window_.front()
  size_t send_at_ = 0;        // entries before it are not queued
  size_t window_bytes_ = 0;
  size_t sent_ = 0;           // in state kSent
  size_t core_unflushed_ = 0;
  size_t unflushed_ = 0;      // published since the last hurry()
  bool settling_ = false;     // something was refused: wait for the rest before sending again
  bool look_back_ = false;    // an outage may have outlasted the dedup window
  int64_t hold_until_ms_ = 0;
  int64_t connect_at_ms_ = 0;
  int64_t timed_out_check_ms_ = 0;
  int64_t stats_at_ms_ = 0;
  Mark mark_, next_mark_;  // mark_.number <= base_
  std::map<std::string, Route, std::less<>> routes_;
  std::optional<Error> broken_;

  mutable Mutex mutex_;
  CondVar arrived_;
  std::vector<Ack> arrived_acks_ GUARDED_BY(mutex_);
  StreamEnds ends_ GUARDED_BY(mutex_);  // as acknowledged
  WriterStats stats_ GUARDED_BY(mutex_);
  WriterStats running_;
};

}  // namespace leat::nats

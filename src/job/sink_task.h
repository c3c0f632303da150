#pragma once
// SinkTask: one sink's way out: a thread that publishes encoded messages and follows their
// acknowledgements.
// At-least-once (default): messages go out right after the step that made them. exactly_once: only
// when the checkpoint that holds them is durable. In both, a checkpoint carries every message that is
// not acknowledged, under its number, which is part of the identity; so after a crash the same messages
// go out again under the same identities.
// A number never names two messages. exactly_once counts without holes: what a crash takes back was
// never sent. At-least-once may have sent what no checkpoint knows, and steps that run again need not
// make the same rows in the same order; so each start begins above all numbers of earlier ones
// (decision 0040), or the broker would drop new messages as repeats of others.
// Past kWaitingBytesMax the engine holds its sources back (over_bound).
// Thread: add, freeze, committed by the step thread; stats by any.

#include <atomic>
#include <deque>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "catalog/relation.h"
#include "connector/connector.h"
#include "env/thread.h"
#include "state/delta_buffer.h"
#include "state/store.h"
#include "types/batch.h"

namespace leat {

class Encoder;

class SinkTask {
 public:
  static constexpr size_t kWaitingBytesMax = 64 << 20;

  struct Options {
    RelationPtr relation;
    Clock* clock = nullptr;
    Store* store = nullptr;
    std::string identity;       // of the sink, never reused
    std::function<void()> wake;  // the engine may go on (below the bound again)
  };
  // Reads what the last checkpoint says was not acknowledged; starts the thread.
  static Result<std::unique_ptr<SinkTask>> start(Options options);
  // Checks options, format and the broker, at CREATE; gives notices for the user.
  static Result<std::vector<std::string>> validate(const RelationPtr& relation, Clock& clock);
  ~SinkTask();  // stops; unacknowledged messages stay in the checkpoint

  // A step's changes; deletes and old rows of updates must be gone already (append-only), or
  // force_append_only drops them here.
  void add(const Batch& changes, Epoch epoch);
  bool over_bound() const { return waiting_bytes_.load(std::memory_order_relaxed) > kWaitingBytesMax; }
  // The changes of the log since the last freeze, and the counter.
  DeltaBuffer freeze(std::map<std::string, std::optional<std::string>>& meta);
  // The checkpoint of this epoch is durable.
  void committed(Epoch epoch);
  // Waits until everything is acknowledged; false: the time ran out.
  bool flush(std::chrono::milliseconds wait);
  void stop();

  struct Stats {
    WriterStats writer;
    uint64_t rows = 0;
    uint64_t waiting = 0;
    uint64_t waiting_bytes = 0;
    std::string error;  // permanent
  };
  Stats stats() const;

 private:
  struct Message {
    uint64_t number;
    Epoch epoch;
    std::string subject, payload;
    bool logged = false;  // in a checkpoint
  };
  explicit SinkTask(Options options);
  void run();
  std::string identity_of(uint64_t number) const;
  Result<void> read_log();
  Result<void> skip_stored();
  std::string meta_name() const;

  Options options_;
  bool exactly_once_ = false;
  bool drops_retractions_ = false;
  std::unique_ptr<SinkConnector> connector_;
  std::unique_ptr<Encoder> encoder_;      // null: the sink takes no bytes (blackhole)
  std::vector<int> visible_;              // columns that are encoded
  std::vector<int> subject_columns_;      // columns that the subject names
  Thread thread_;
  std::atomic<bool> stop_{false};
  std::atomic<size_t> waiting_bytes_{0};
  std::atomic<uint64_t> rows_{0};

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Message> messages_ GUARDED_BY(mutex_);     // not acknowledged, by number
  std::vector<uint64_t> gone_ GUARDED_BY(mutex_);        // logged and acknowledged since the last freeze
  size_t next_to_send_ GUARDED_BY(mutex_) = 0;           // index into messages_
  uint64_t next_number_ GUARDED_BY(mutex_) = 1;
  Epoch durable_epoch_ GUARDED_BY(mutex_) = 0;
  std::string error_ GUARDED_BY(mutex_);
  SinkWriter* writer_ GUARDED_BY(mutex_) = nullptr;
};

}  // namespace leat

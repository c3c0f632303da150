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
// exactly_once does not rely on the broker's memory of identities either: before a restart sends what it
// found in the log, it reads what the broker has stored of it (SinkConnector::stored_identities).
// A new sink is held until its CREATE is committed; what it gathers meanwhile is in the log first.
// Past kWaitingBytesMax the engine holds its sources back (over_bound).
// Thread: add, freeze, committed by the step thread; hold and spill by CREATE; stats by any.

#include <atomic>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "catalog/relation.h"
#include "connector/connector.h"
#include "env/thread.h"
#include "job/sink_queue.h"
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
    bool is_new = false;        // by a CREATE that is not committed: held
    std::function<void()> wake;  // the engine may go on (below the bound again)
  };
  // Reads what the last checkpoint says was not acknowledged; starts the thread.
  static Result<std::unique_ptr<SinkTask>> start(Options options);
  // Checks options, format and the broker, at CREATE; gives notices for the user.
  static Result<std::vector<std::string>> validate(const RelationPtr& relation, Clock& clock);
  ~SinkTask();  // stops; unacknowledged messages stay in the checkpoint

  // A step's changes; deletes and old rows of updates must be gone already (append-only), or
  // force_append_only drops them here.
  void add(const Batch& changes);
  bool over_bound() const { return waiting_bytes_.load(std::memory_order_relaxed) > kWaitingBytesMax; }
  // The changes of the log since the last freeze, and the counter.
  DeltaBuffer freeze(std::map<std::string, std::optional<std::string>>& meta);
  // The checkpoint of the last freeze is durable.
  void committed();
  // The CREATE is committed: sending begins.
  void release();
  // While held, after a checkpoint: what is in the log leaves the memory.
  void spill();
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
  // Messages from this number on are stored behind the position, if they are stored.
  struct Floor {
    uint64_t number = 0;
    Position position;
  };
  explicit SinkTask(Options options);
  Result<void> open();
  void run();
  std::unique_ptr<SinkWriter> open_writer();
  bool turn(SinkWriter& writer);
  Result<bool> send(SinkWriter& writer);
  Result<void> take_acknowledgements(SinkWriter& writer, std::chrono::milliseconds wait);
  Result<void> load();
  void wait_for_work() REQUIRES(mutex_);
  uint64_t sendable_end() const REQUIRES(mutex_);
  std::string identity_of(uint64_t number) const;
  Result<void> skip_stored();
  std::string meta_name(std::string_view what) const;

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
  SinkQueue queue_ GUARDED_BY(mutex_);
  bool held_ GUARDED_BY(mutex_) = false;
  Floor floor_ GUARDED_BY(mutex_), next_floor_ GUARDED_BY(mutex_);  // floor_.number <= queue_.begin()
  std::string error_ GUARDED_BY(mutex_);
  SinkWriter* writer_ GUARDED_BY(mutex_) = nullptr;
};

}  // namespace leat

#pragma once
// Ingest: the live reading of one source: per split a thread that polls the connector, decodes into
// columns and queues batches for the step thread, ahead of the step and off its path. The queue is
// bounded: a source that is faster than the engine is read at the engine's pace.
// A message after a pause is handed over at once; in a busy stream what comes within kHandOverPace goes
// together, because waking two threads costs more than a message.
// A position that moves without rows (messages of other subjects, messages that are bad) is handed over
// too, now and then: a restart must not take for lost what was passed over.
// Bad messages are counted and kept (rw_source_errors); with on_error = 'fail' the first one stops the
// source until it is made again.
// Thread: start, stop by the engine; take() by the step thread; what the readers say by any.

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "catalog/relation.h"
#include "connector/connector.h"
#include "env/clock.h"
#include "env/memory_budget.h"
#include "env/thread.h"
#include "types/batch.h"

namespace leat {

class MessageDecoder;

// A message that gave no row, or a column that gave NULL.
struct SourceError {
  int64_t time_us = 0;
  std::string split, offset;
  std::string error;
  std::string sample;  // the first kSampleBytes of the payload
};

struct SourceStats {
  std::string split;
  ReaderStats reader;
  uint64_t rows = 0;
  uint64_t errors = 0;
  int64_t last_rows_us = 0;   // when the last rows came in
  uint64_t queued_rows = 0;
  bool stopped = false;       // on_error = 'fail', or a permanent error of the connector
  std::string stop_reason;
};

class Ingest {
 public:
  struct Options {
    RelationPtr relation;
    // By split: where to begin.
    std::map<std::string, Position> positions;
    Clock* clock = nullptr;
    std::atomic<int64_t>* next_row_id = nullptr;
    std::function<void()> wake;  // there is something to take
    std::shared_ptr<MemoryAccount> account = {};
    ReaderPurpose purpose = ReaderPurpose::kLive;
    std::map<std::string, Position> until = {};  // kPast: read up to here
  };
  // Opens the connector and the readers; they start at once.
  static Result<std::unique_ptr<Ingest>> start(Options options);
  ~Ingest();  // stops

  struct Taken {
    std::string split;
    Batch batch;        // the relation's columns without generated ones; empty: only the position moved
    Position position;  // after it
    size_t bytes = 0;   // of its messages
    int64_t received_us = 0;
  };
  // The next batches, about rows_max rows. Empty: nothing waits.
  std::vector<Taken> take(size_t rows_max);
  bool has_input() const;
  int64_t waiting_since_us() const;  // when the oldest batch that waits was received; 0: none waits
  // Waits until something can be taken, or the time ran out.
  void wait(std::chrono::milliseconds time);
  // kPast: everything up to `until` was taken.
  bool finished() const;
  void pause(bool paused);
  // Offsets in a durable checkpoint: acknowledged to brokers that want it.
  void committed(const std::map<std::string, Position>& positions);
  void stop();

  std::vector<SourceStats> stats() const;
  std::vector<SourceError> last_errors() const;
  uint64_t error_count() const;
  SourceConnector& connector() { return *connector_; }

 private:
  struct Split;
  explicit Ingest(Options options);
  void run(Split& split);
  bool decode(Split& split, const RawBatch& raw, Taken& taken);
  bool hand_over(Split& split, Taken taken);
  void keep_pace(const Split& split) const;
  bool position_due(const Split& split, const RawBatch& raw) const;
  void note_error(const Split& split, const RawBatch& raw, size_t message, std::string_view text);

  Options options_;
  std::unique_ptr<SourceConnector> connector_;
  std::vector<std::unique_ptr<Split>> splits_;
  bool fail_on_error_ = false;
  std::atomic<bool> stop_{false};
  mutable Mutex mutex_;
  CondVar room_;   // for the readers
  CondVar ready_;  // for wait()
  std::deque<Taken> queue_ GUARDED_BY(mutex_);
  size_t queued_rows_ GUARDED_BY(mutex_) = 0;
  size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  bool paused_ GUARDED_BY(mutex_) = false;
  std::deque<SourceError> errors_ GUARDED_BY(mutex_);
};
}  // namespace leat

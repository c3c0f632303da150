#pragma once
// What the engine's parts share: the step thread's queues and the checkpoint on its way.

#include <deque>
#include <future>
#include <map>
#include <set>

#include "dataflow/executor.h"
#include "env/thread.h"
#include "job/live_job.h"
#include "metrics/registry.h"
#include "state/dml_log.h"
#include "state/store.h"

namespace leat {

// A statement's rows on their way into a step.
struct Engine::Write {
  std::vector<TableWrite> writes;
  uint64_t sequence = 0;
  int64_t arrived_us = 0;
  std::promise<Result<void>> applied;
};

struct Engine::State {
  std::unique_ptr<Store> store;
  std::unique_ptr<StoredTables> tables;
  std::unique_ptr<DmlLog> log;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<Executor> executor;
  size_t shards = 1;
  std::shared_ptr<MemoryAccount> state_account, queue_account;

  // ---- the step thread's own
  Thread step_thread;
  Epoch epoch = 0;
  uint64_t next_rank = 1;
  std::map<ObjectId, std::unique_ptr<LiveJob>> jobs;
  std::vector<std::shared_ptr<Write>> in_step;  // writes whose rows are in the step being made
  uint64_t applied_sequence = 0;                // of the DML log
  std::atomic<bool> failed{false};              // a step failed: no more are made; set by the step thread
  int64_t last_tick_ns = 0;
  double ns_per_row = 200;                      // measured; sets the budget of a step

  // ---- recovery: relations whose stored state is of another plan
  std::set<ObjectId> built_anew;
  struct Anew {
    CatalogRecord old;
    PlannedRelation planned;
  };
  std::vector<Anew> to_build_anew;
  struct StoppedSink {
    RelationPtr relation;
    CatalogRecord record;
  };
  std::map<ObjectId, StoppedSink> stopped_sinks;

  // ---- inbox, any thread
  Mutex inbox_mutex;
  CondVar inbox_changed;
  bool awake GUARDED_BY(inbox_mutex) = false;
  bool stopping GUARDED_BY(inbox_mutex) = false;
  struct Work {
    std::function<Result<void>()> run;
    std::promise<Result<void>> done;
  };
  std::deque<std::shared_ptr<Work>> works GUARDED_BY(inbox_mutex);
  std::deque<std::shared_ptr<Write>> writes GUARDED_BY(inbox_mutex);
  struct Fed {
    ObjectId source;
    Batch rows;
    int64_t arrived_us;
  };
  std::deque<Fed> fed GUARDED_BY(inbox_mutex);
  size_t fed_rows GUARDED_BY(inbox_mutex) = 0;
  CondVar fed_taken;

  // ---- checkpoints
  enum class Phase : uint8_t { kNone, kSerialising, kCommitting, kCommitted };
  Phase phase = Phase::kNone;
  bool evicting = false;      // over the memory's bound, and there is more to evict
  int64_t next_evict_ns = 0;
  std::shared_ptr<Checkpoint> checkpoint;
  std::vector<StateTable*> frozen_tables;  // not serialised yet
  size_t frozen_records = 0;               // in them, when they were frozen
  std::vector<StateTable*> checkpoint_tables;
  std::map<ObjectId, std::map<std::string, Position>> checkpoint_positions;
  uint64_t checkpoint_sequence = 0;
  Epoch checkpointed_epoch = 0;   // of the last begun
  int64_t last_checkpoint_ns = 0;  // when the last was begun
  std::atomic<bool> checkpoint_wanted{false};
  std::map<std::string, std::optional<std::string>> pending_meta;
  std::vector<TableId> pending_dropped;
  SinkTask* filling_sink = nullptr;  // of the CREATE SINK on its way: gathers, does not send
  std::vector<std::string> checkpoint_ddl_keys;

  Thread commit_thread;
  Mutex commit_mutex;
  CondVar commit_changed;
  bool commit_stop GUARDED_BY(commit_mutex) = false;
  std::shared_ptr<Checkpoint> to_commit GUARDED_BY(commit_mutex);
  bool commit_done GUARDED_BY(commit_mutex) = false;

  mutable Mutex stats_mutex;
  CondVar durable_changed;
  Epoch durable_epoch GUARDED_BY(stats_mutex) = 0;
  CheckpointStats stats GUARDED_BY(stats_mutex);
  std::vector<std::shared_ptr<Progress>> progress GUARDED_BY(stats_mutex);
  std::optional<Error> step_failure GUARDED_BY(stats_mutex);

  // Null without a registry.
  metrics::HistogramPtr step_seconds, step_rows_histogram, checkpoint_seconds, checkpoint_freeze_seconds;
  metrics::CounterPtr checkpoint_bytes;

  std::atomic<uint64_t> steps{0}, step_rows{0}, step_ns{0}, last_step_ns{0}, longest_step_ns{0}, longest_pause_ns{0};
  bool closed = true;  // until the threads run
};

}  // namespace leat

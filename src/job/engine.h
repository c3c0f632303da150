#pragma once
// Engine: the running system below SQL: the catalog, the store, the live dataflow and its step thread.
// - Steps: whatever has arrived (source batches, written rows) is taken through all jobs that depend on
//   it and published as one epoch; then the next step takes what arrived meanwhile.
// - Checkpoints: every checkpoint_interval, in the background; DDL makes one and waits for it.
// - Recovery: open() rebuilds the jobs from the catalog and goes on at the last checkpoint's offsets.
// Thread: any, unless said otherwise.

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "catalog/catalog.h"
#include "env/clock.h"
#include "env/file.h"
#include "env/memory_budget.h"
#include "job/ingest.h"
#include "job/job_errors.h"
#include "job/sink_task.h"
#include "metrics/registry.h"
#include "plan/physical.h"
#include "state/stored_table.h"

namespace leat {

// A relation and the plan of its job. Views and schemas have no plan.
struct PlannedRelation {
  RelationPtr relation;
  PhysicalPlan plan;
};

struct EngineOptions {
  std::string data_dir = "./leat-data";
  bool in_memory = false;
  size_t shards = 0;              // 0: one per core
  int64_t memory_bytes_max = 0;   // 0: half of the machine's
  int64_t checkpoint_interval_ms = 1000;
  metrics::Registry* metrics = nullptr;  // outlives the engine
  // Puts system relations into an empty catalog.
  std::function<void(CatalogSnapshot&)> prepare_catalog;
  // Makes a relation again from its catalog record, against the catalog of all earlier ones.
  std::function<Result<PlannedRelation>(const CatalogRecord&, const CatalogPtr&)> rebuild;
};

// Rows to be written to one table: its columns without generated ones. A NULL row id is filled in.
struct TableWrite {
  ObjectId table;
  Batch changes;
};

struct JobStats {
  RelationPtr relation;
  uint64_t rows_in = 0, rows_out = 0;
  uint64_t state_bytes = 0;
  uint64_t errors = 0;
  std::string_view status = "running";  // or stopped
  std::string reason;                   // of stopped
  // How long its last input was on its way, from its arrival until a query could see it; or, if that is
  // more, how long the oldest that waits has been.
  double freshness_seconds = 0;
  struct NodeRow {
    int id;
    std::string name;
    uint64_t rows_in, rows_out, busy_ns;
    uint64_t state_bytes;
  };
  std::vector<NodeRow> nodes;
};

struct CheckpointStats {
  Epoch epoch = 0;
  uint64_t count = 0;
  double last_seconds = 0;  // from the freeze until it was durable
  uint64_t last_bytes = 0, last_rows = 0;
  int64_t last_time_us = 0;
  uint64_t failures = 0;
  std::string last_error;
};

class JobGraph;

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> open(EngineOptions options, FileSystem& files, Clock& clock);
  ~Engine();
  // A last checkpoint, then everything stops. Called by the destructor too.
  void close();

  // ---- reading
  CatalogPtr catalog() const { return catalog_.snapshot(); }
  Snapshot snapshot() const;
  // By split: a source's startup position, pinned when it was made.
  Result<std::map<std::string, Position>> source_start(ObjectId id) const { return stored_positions("start", id); }
  std::atomic<int64_t>& row_ids() { return next_row_id_; }
  Epoch epoch() const { return published_epoch_.load(std::memory_order_acquire); }
  Clock& clock() const { return clock_; }

  // ---- definition. One statement at a time: hold the lock from reading the catalog to the call.
  class DdlLock {
   public:
    explicit DdlLock(Engine& engine) : lock_(engine.ddl_mutex_) {}

   private:
    std::unique_lock<std::timed_mutex> lock_;
  };
  struct Ids {
    ObjectId object;
    TableId table;              // stored rows, or a sink's log
    TableId first_state_table;  // of count_state_tables(plan)
  };
  // Ids for a new relation; they are taken when it is created.
  Ids next_ids() const;
  Result<void> create_schema(const std::string& name);
  Result<void> drop_schema(const std::string& name);
  struct CreateOptions {
    const std::atomic<bool>* cancel = nullptr;
    std::function<void(uint64_t rows_done, uint64_t rows_total)> progress = {};
    std::function<void(const std::string&)> notice = {};  // for the user, not an error
  };
  // Brings a job up beside the live ones (backfill), makes it live, and commits it with the catalog.
  // On an error nothing is left.
  Result<void> create(const PlannedRelation& planned, const CreateOptions& options);
  // All of them, dependents included by the caller, as one.
  Result<void> drop(const std::vector<ObjectId>& relations);
  // Replaces a catalog entry (rename and the like): same ids, same job.
  Result<void> alter(RelationPtr relation);

  // ---- writing
  // Applied in one step, durable and visible in every view when it returns.
  Result<void> write(std::vector<TableWrite> writes);
  // The same in two parts: visible when apply() returns, durable when wait() has. What a reader makes of
  // it and writes is durable no sooner: the log keeps the order of the steps.
  class Applied {
   public:
    Result<void> wait() { return logged_.get(); }

   private:
    friend class Engine;
    explicit Applied(std::future<Result<void>> logged) : logged_(std::move(logged)) {}
    std::future<Result<void>> logged_;
  };
  Result<Applied> apply(std::vector<TableWrite> writes);
  // Serialises read-modify-write statements: held from reading a table to the end of apply().
  Mutex& write_lock() { return write_mutex_; }
  // Waits for a checkpoint that holds everything applied so far.
  Result<void> flush();
  // Rows of a source that has no connector, from inside the program (generators, benchmarks): the next
  // steps take them as they take a connector's. All columns, generated ones null. Waits while too much
  // is queued. They are in no log: after a restart there is what the last checkpoint held.
  Result<void> feed(ObjectId source, Batch rows);
  // Waits until every fed row is in what snapshot() shows.
  Result<void> wait_fed();
  // Runs `work` on the step thread between two steps, and waits for it.
  Result<void> at_step_boundary(std::function<Result<void>()> work);

  // ---- watching
  std::vector<JobStats> job_stats() const;
  struct SourceRow {
    RelationPtr relation;
    std::vector<SourceStats> splits;
    std::vector<SourceError> errors;
  };
  std::vector<SourceRow> source_stats() const;
  struct SinkRow {
    RelationPtr relation;
    SinkTask::Stats stats;
  };
  std::vector<SinkRow> sink_stats() const;
  struct ExpressionErrors {
    RelationPtr relation;
    uint64_t count;
    std::vector<JobErrors::Entry> last;
  };
  std::vector<ExpressionErrors> expression_errors() const;
  CheckpointStats checkpoint_stats() const;
  StoreHealth health() const;
  // Why no step can be made until a restart; nothing: steps go on. What was published stays readable.
  std::optional<Error> step_failure() const;
  MemoryBudget& memory() { return memory_; }
  const MemoryBudget& memory() const { return memory_; }
  struct StepStats {
    uint64_t steps, rows;
    double seconds;
    uint64_t last_ns;
    uint64_t longest_step_ns;
    uint64_t longest_pause_ns;  // between two steps, for a checkpoint and eviction
  };
  StepStats step_stats() const;
  // What CREATE is doing right now.
  struct Progress {
    std::string statement;
    uint64_t rows_done, rows_total;
    int64_t started_us;
  };
  std::vector<Progress> progress() const;

 private:
  friend class Backfill;
  struct LiveJob;
  struct State;
  struct Write;

  Engine(EngineOptions options, FileSystem& files, Clock& clock);
  Result<void> recover();
  Result<void> bring_back(const CatalogRecord& record);
  Result<void> build_anew();
  void stop_sink(const CatalogRecord& record, const RelationPtr& sink);
  Result<void> attach(std::unique_ptr<LiveJob> job);
  void detach(ObjectId id);
  Result<std::unique_ptr<LiveJob>> make_job(const PlannedRelation& planned, bool is_new);
  Result<void> start_ingest(LiveJob& job, std::map<std::string, Position> positions);

  Result<std::map<std::string, Position>> stored_positions(std::string_view kind, ObjectId id) const;
  Result<void> start_idle_sources();

  void step_loop();
  bool gather();
  bool take_fed(size_t rows_max, bool& more_waits);
  void run_step();
  void begin_checkpoint();
  void continue_checkpoint();
  void serialise_slice();
  int64_t serialise_slice_ns(size_t records_left) const;
  void finish_checkpoint();
  void commit_loop();
  void evict_if_over();
  uint64_t evict_slice();
  Result<void> check_takes_changes() const;
  Result<void> check_steps() const;
  void stop_steps(const Error& error, const JobGraph* failed_in);
  void note_damage(const JobGraph* graph);
  static std::string damage_key(ObjectId id);
  void refuse_writes();
  void note_freshness();
  Result<void> checkpoint_with(const std::function<void()>& prepare);
  Result<void> commit_catalog(std::map<std::string, std::optional<std::string>> meta,
                              std::vector<TableId> dropped, std::shared_ptr<CatalogSnapshot> next);
  void wake();

  const EngineOptions options_;
  FileSystem& files_;
  Clock& clock_;
  MemoryBudget memory_;
  Catalog catalog_;
  std::timed_mutex ddl_mutex_;
  Mutex write_mutex_;
  std::atomic<Epoch> published_epoch_{0};
  std::atomic<int64_t> next_row_id_{1};
  std::unique_ptr<State> state_;
};

}  // namespace leat

#include "job/backfill.h"

#include "job/engine_state.h"
#include "types/packed_row.h"

namespace leat {
namespace {

constexpr size_t kChunkRows = 8192;
// Little enough to be done between two live steps.
constexpr size_t kLastRowsMax = 4096;
constexpr int kRoundsMax = 50;

}  // namespace

struct Backfill::Input {
  const ScanPort* scan = nullptr;
  RelationPtr relation;
  std::shared_ptr<void> keep;  // stored relations: what changes since the snapshot stays cheap to find
  // Sources: a node at the end of the live job that collects what it emits; where the live reader
  // stood when it was put there.
  std::unique_ptr<Node> follower;
  std::vector<Collect*> followed;
  bool read_before = false;  // the source was being read already
  std::map<std::string, Position> until;

  bool is_source() const { return relation->kind == RelationKind::kSource; }
};

Backfill::Backfill(Engine& engine) : engine_(engine), executor_(engine.state_->shards, nullptr) {}
Backfill::~Backfill() = default;

Result<void> Backfill::check() const {
  if (options_->cancel != nullptr && *options_->cancel) {
    return fail(SqlState::kQueryCanceled, "canceling statement due to user request");
  }
  return {};
}

Result<void> Backfill::run(const PlannedRelation& planned, const Engine::CreateOptions& options) {
  Engine::State& s = *engine_.state_;
  options_ = &options;
  const RelationPtr& relation = planned.relation;
  progress_ = std::make_shared<Engine::Progress>();
  progress_->statement = relation->shown_sql;
  progress_->started_us = engine_.clock_.now_us();
  {
    MutexLock lock(s.stats_mutex);
    s.progress.push_back(progress_);
  }
  auto done = [&]() -> Result<void> {
    if (relation->stored()) {
      TRY(engine_.at_step_boundary([&]() -> Result<void> {
        s.tables->create(relation->table);
        return {};
      }));
    }
    job_ = TRY(engine_.make_job(planned, true));
    TRY(begin());
    TRY(bring_up());
    return engine_.at_step_boundary([&] { return finish(); });
  }();
  if (!done) {
    (void)engine_.at_step_boundary([&]() -> Result<void> {
      leave();
      if (relation->stored()) s.tables->drop(relation->table);
      if (s.filling_sink != nullptr) s.pending_dropped.push_back(relation->table);
      s.filling_sink = nullptr;
      return {};
    });
    job_.reset();
  }
  MutexLock lock(s.stats_mutex);
  std::erase(s.progress, progress_);
  return done;
}

// Fixes the epoch from which the job's inputs are read.
Result<void> Backfill::begin() {
  Engine::State& s = *engine_.state_;
  if (job_->relation->stored()) {
    for (auto& instance : job_->graph->root()->instances) {
      static_cast<Materialize&>(*instance).writer().hold();
    }
  }
  std::vector<TableId> left_over;  // of a CREATE that a crash cut short: its ids are given out again
  for (const StateTable* table : job_->graph->state_tables()) {
    StoreIterator rows = s.store->iterator(table->id());
    rows.seek_to_first();
    TRY(rows.status());
    if (rows.valid()) left_over.push_back(table->id());
  }
  return engine_.at_step_boundary([&]() -> Result<void> {
    s.pending_dropped.insert(s.pending_dropped.end(), left_over.begin(), left_over.end());
    for (const ScanPort& scan : job_->graph->scans()) {
      if (&scan == job_->own_input) continue;
      const auto upstream = s.jobs.find(scan.scan->relation->id);
      if (upstream == s.jobs.end()) {
        return fail(SqlState::kUndefinedTable, "relation \"{}\" does not exist", scan.scan->relation->name);
      }
      auto input = std::make_unique<Input>();
      input->scan = &scan;
      input->relation = upstream->second->relation;
      if (!input->is_source()) {
        input->keep = s.tables->keep_changes(input->relation->table);
      } else if (upstream->second->ingest) {
        input->read_before = true;
        input->until = upstream->second->positions;
        input->follower = std::make_unique<Node>();
        input->follower->rank = s.next_rank++;
        input->follower->inbox.resize(s.shards);
        for (size_t shard = 0; shard < s.shards; ++shard) {
          auto collect = std::make_unique<Collect>();
          input->followed.push_back(collect.get());
          input->follower->instances.push_back(std::move(collect));
        }
        upstream->second->output()->outputs.push_back({.to = input->follower.get()});
      }
      inputs_.push_back(std::move(input));
    }
    start_ = s.tables->snapshot();
    if (job_->sink) {
      s.filling_sink = job_->sink.get();
      // What a CREATE that a crash cut short has left in the log.
      s.pending_dropped.push_back(job_->relation->table);
    }
    return {};
  });
}

Result<void> Backfill::bring_up() {
  for (const auto& node : job_->graph->nodes()) executor_.activate(*node);
  TRY(make_step());
  for (const auto& input : inputs_) {
    if (!input->is_source()) progress_->rows_total += static_cast<uint64_t>(start_.row_count(input->relation->table));
  }
  for (const auto& input : inputs_) {
    TRY(input->is_source() ? read_past(*input) : read_snapshot(*input));
  }
  // What changed meanwhile, until it is little.
  for (int round = 0; round < kRoundsMax; ++round) {
    Snapshot now = engine_.snapshot();
    size_t rows = 0;
    for (const auto& input : inputs_) {
      if (input->is_source()) {
        size_t followed = 0;
        TRY(engine_.at_step_boundary([&]() -> Result<void> {
          followed = TRY(take_followed(*input));
          return {};
        }));
        rows += followed;
      } else {
        rows += TRY(read_changes(*input, start_, now));
      }
      TRY(make_step());
    }
    start_ = std::move(now);
    if (rows <= kLastRowsMax) break;
  }
  return {};
}

void Backfill::deliver(const Input& input, Batch batch) {
  executor_.deliver(*input.scan->node, next_shard_, 0, std::move(batch));
  next_shard_ = (next_shard_ + 1) % engine_.state_->shards;
}

Result<void> Backfill::read_snapshot(const Input& input) {
  StoredScan scan = start_.scan(input.relation->table);
  std::vector<StoredRow> rows(kChunkRows);
  RowUnpacker unpacker(types_of(input.relation->schema_of()));
  for (;;) {
    TRY(check());
    const size_t n = TRY(scan.next(rows));
    if (n == 0) return {};
    for (size_t i = 0; i < n; ++i) unpacker.append(rows[i].row);
    Batch batch;
    batch.selection = Selection(n);
    batch.columns = unpacker.finish();
    deliver(input, std::move(batch));
    TRY(make_step());
    progress_->rows_done += n;
    if (options_->progress) options_->progress(progress_->rows_done, progress_->rows_total);
  }
}

Result<size_t> Backfill::read_changes(const Input& input, const Snapshot& from, const Snapshot& to) {
  if (from.epoch() == to.epoch()) return 0;
  StoredChanges changes = to.changes_since(from, input.relation->table);
  std::vector<StoredChange> rows(kChunkRows);
  RowUnpacker unpacker(types_of(input.relation->schema_of()));
  size_t total = 0;
  for (;;) {
    const size_t n = TRY(changes.next(rows));
    if (n == 0) return total;
    total += n;
    auto weights = std::make_shared<std::vector<int32_t>>();
    for (size_t i = 0; i < n; ++i) {
      if (rows[i].old_row) {
        unpacker.append(*rows[i].old_row);
        weights->push_back(-1);
      }
      if (rows[i].new_row) {
        unpacker.append(*rows[i].new_row);
        weights->push_back(1);
      }
    }
    Batch batch;
    batch.selection = Selection(weights->size());
    batch.columns = unpacker.finish();
    batch.weights = std::move(weights);
    deliver(input, std::move(batch));
  }
}

// A source's messages from its startup position up to where the live reader stood.
Result<void> Backfill::read_past(const Input& input) {
  if (!input.read_before) return {};  // the live reader is about to begin, with this job
  Engine::State& s = *engine_.state_;
  auto positions = TRY(engine_.stored_positions("start", input.relation->id));
  auto past = TRY(Ingest::start({.relation = input.relation,
                                 .positions = std::move(positions),
                                 .clock = &engine_.clock_,
                                 .next_row_id = &engine_.next_row_id_,
                                 .wake = [] {},
                                 .account = s.queue_account,
                                 .purpose = ReaderPurpose::kPast,
                                 .until = input.until}));
  for (;;) {
    TRY(check());
    auto taken = past->take(kChunkRows * 4);
    for (auto& t : taken) {
      progress_->rows_done += t.batch.size();
      if (!t.batch.empty()) deliver(input, std::move(t.batch));
    }
    if (!taken.empty()) {
      TRY(make_step());
      continue;
    }
    if (past->finished()) return {};
    for (const auto& stats : past->stats()) {
      if (stats.stopped) return fail(SqlState::kIoError, "source \"{}\": {}", input.relation->name, stats.stop_reason);
    }
    past->wait(std::chrono::milliseconds(100));
  }
}

// Step thread.
Result<size_t> Backfill::take_followed(Input& input) {
  size_t rows = 0;
  for (Collect* collect : input.followed) {
    for (Batch& batch : collect->take()) {
      rows += batch.size();
      deliver(input, std::move(batch));
    }
  }
  return rows;
}

// Between two live steps: the last bit, and the job is live.
Result<void> Backfill::finish() {
  Engine::State& s = *engine_.state_;
  TRY(engine_.check_steps());
  const Snapshot now = s.tables->snapshot();
  for (const auto& input : inputs_) {
    if (input->is_source()) {
      TRY(take_followed(*input));
    } else {
      TRY(read_changes(*input, start_, now));
    }
  }
  const TimeZone utc;
  StepContext step;
  step.epoch = s.epoch + 1;
  step.eval.zone = &utc;
  step.eval.now_micros = engine_.clock_.now_us();
  executor_.run_step(step);
  if (step.failed()) return step.failure;
  ++s.epoch;
  if (job_->relation->stored()) {
    for (auto& instance : job_->graph->root()->instances) {
      static_cast<Materialize&>(*instance).writer().release();
    }
  }
  s.tables->publish(s.epoch);
  engine_.published_epoch_.store(s.epoch, std::memory_order_release);
  for (Collect* collect : job_->collects) {
    for (const Batch& batch : collect->take()) job_->sink->add(batch);
  }
  s.filling_sink = nullptr;
  leave();
  return engine_.attach(std::move(job_));
}

// Step thread: takes the followers out of the live graph.
void Backfill::leave() {
  Engine::State& s = *engine_.state_;
  for (const auto& input : inputs_) {
    if (!input->follower) continue;
    const auto upstream = s.jobs.find(input->relation->id);
    if (upstream == s.jobs.end()) continue;
    std::erase_if(upstream->second->output()->outputs,
                  [&](const Edge& edge) { return edge.to == input->follower.get(); });
  }
  inputs_.clear();
}

Result<void> Backfill::make_step() {
  const TimeZone utc;
  StepContext step;
  step.epoch = engine_.epoch();
  step.eval.zone = &utc;
  step.eval.now_micros = engine_.clock_.now_us();
  executor_.run_step(step);
  if (step.failed()) return step.failure;
  return hand_over();
}

// What the step stored becomes a run; a sink's rows go on their way.
Result<void> Backfill::hand_over() {
  Engine::State& s = *engine_.state_;
  for (Collect* collect : job_->collects) {
    for (const Batch& batch : collect->take()) {
      if (job_->sends_snapshot) job_->sink->add(batch);
    }
  }
  if (job_->sink && job_->sink->over_bound()) {  // a large snapshot goes to the log piece by piece
    TRY(check());
    TRY(engine_.checkpoint_with({}));
    job_->sink->spill();
  }
  if (!job_->relation->stored()) return {};
  bool pending = false;
  for (auto& instance : job_->graph->root()->instances) {
    pending |= static_cast<Materialize&>(*instance).writer().pending_bytes() > 0;
  }
  if (!pending) return {};
  return engine_.at_step_boundary([&]() -> Result<void> {
    TRY(engine_.check_steps());
    for (auto& instance : job_->graph->root()->instances) {
      static_cast<Materialize&>(*instance).writer().hand_over();
    }
    ++s.epoch;
    s.tables->publish(s.epoch);
    engine_.published_epoch_.store(s.epoch, std::memory_order_release);
    return {};
  });
}

}  // namespace leat

// Opening, definition and writing. Recovery is in engine_recovery.cc, steps are in engine_step.cc, checkpoints in
// engine_checkpoint.cc, bringing up new jobs in backfill.cc, figures in engine_stats.cc.

#include "job/engine.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include "base/log.h"
#include "job/backfill.h"
#include "job/catalog_keys.h"
#include "job/dml_record.h"
#include "job/engine_state.h"
#include "job/relation_options.h"

namespace leat {
namespace {

int64_t half_of_memory() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / 2;
}

size_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

// A source's job: its messages as rows, passed on to whoever reads it, not stored.
PhysicalPlan source_plan(const RelationPtr& relation) {
  auto scan = std::make_shared<PhysicalNode>();
  scan->kind = PhysicalKind::kScan;
  scan->id = 1;
  scan->relation = relation;
  scan->schema = relation->schema_of();
  for (size_t i = 0; i < scan->schema.size(); ++i) scan->columns.push_back(static_cast<int>(i));
  scan->append_only = true;
  return {.root = scan, .columns = scan->schema};
}

}  // namespace

Engine::Engine(EngineOptions options, FileSystem& files, Clock& clock)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      memory_(options_.memory_bytes_max > 0 ? options_.memory_bytes_max : half_of_memory()),
      state_(std::make_unique<State>()) {}

Engine::~Engine() { close(); }

Result<std::unique_ptr<Engine>> Engine::open(EngineOptions options, FileSystem& files, Clock& clock) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options), files, clock));
  State& s = *engine->state_;
  s.store = TRY(Store::open({.path = engine->options_.data_dir, .in_memory = engine->options_.in_memory}, files));
  s.state_account = engine->memory_.open("state");
  s.queue_account = engine->memory_.open("queues");
  s.tables = std::make_unique<StoredTables>(*s.store,
                                            StoredTablesOptions{.account = engine->memory_.open("rows"),
                                                                .budget = &engine->memory_});
  s.shards = engine->options_.shards > 0 ? engine->options_.shards : cores();
  if (s.shards > kVnodeCount) {
    return fail(SqlState::kInvalidParameterValue, "--shards must be between 1 and {}", kVnodeCount);
  }
  if (s.shards > 1) s.workers = std::make_unique<WorkerPool>(s.shards - 1);
  s.executor = std::make_unique<Executor>(s.shards, s.workers.get());
  if (metrics::Registry* registry = engine->options_.metrics) {
    s.step_seconds = registry->histogram(metrics::Metric::kStepSeconds);
    s.step_rows_histogram = registry->histogram(metrics::Metric::kStepRows);
    s.checkpoint_seconds = registry->histogram(metrics::Metric::kCheckpointSeconds);
    s.checkpoint_freeze_seconds = registry->histogram(metrics::Metric::kCheckpointFreezeSeconds);
    s.checkpoint_bytes = registry->counter(metrics::Metric::kCheckpointBytes);
  }
  TRY(engine->recover());
  return engine;
}

void Engine::close() {
  State& s = *state_;
  if (s.closed) return;
  s.closed = true;
  (void)at_step_boundary([&]() -> Result<void> {
    for (auto& [id, job] : s.jobs) {
      if (job->ingest) job->ingest->stop();
    }
    return {};
  });
  if (auto flushed = flush(); !flushed) {
    log::error("the last checkpoint failed: {}", flushed.error().to_string());
  }
  {
    MutexLock lock(s.inbox_mutex);
    s.stopping = true;
  }
  wake();
  s.step_thread.join();
  {
    MutexLock lock(s.commit_mutex);
    s.commit_stop = true;
  }
  s.commit_changed.notify_all();
  s.commit_thread.join();
  s.jobs.clear();
}

// ------------------------------------------------------------------------------------ jobs

Result<std::unique_ptr<Engine::LiveJob>> Engine::make_job(const PlannedRelation& planned, bool is_new) {
  State& s = *state_;
  auto job = std::make_unique<LiveJob>();
  job->relation = planned.relation;
  job->plan = planned.plan;
  job->errors = std::make_unique<JobErrors>(clock_);
  const Relation& relation = *job->relation;
  if (relation.kind == RelationKind::kSource) job->plan = source_plan(job->relation);

  EvalContext eval;
  const TimeZone utc;
  eval.zone = &utc;
  eval.now_micros = clock_.now_us();
  GraphOptions options{.shards = s.shards,
                       .store = s.store.get(),
                       .clock = &clock_,
                       .tables = s.tables.get(),
                       .account = s.state_account,
                       .first_state_table = relation.first_state_table,
                       .is_new = is_new,
                       .eval = &eval};
  options.target = [](const PhysicalNode& node) {
    const Relation& target = *node.target;
    Materialize::Target made{.table = target.table, .order = target.stored_order,
                             .version_columns = target.version_columns};
    if (target.kind == RelationKind::kTable && target.declared_primary_key) made.conflict = target.on_conflict;
    return made;
  };
  options.own_input = [&](const PhysicalNode& scan) { return scan.relation->id == relation.id; };
  job->graph = TRY(build_graph(job->plan.root, options));
  job->graph->errors = job->errors.get();
  for (const auto& node : job->graph->nodes()) {
    if (node->plan->kind == PhysicalKind::kNow) job->clocks.push_back(node.get());
  }
  for (const ScanPort& scan : job->graph->scans()) {
    if (scan.scan->relation->id == relation.id) job->own_input = &scan;
  }
  if (relation.kind == RelationKind::kSink) {
    job->sends_snapshot = TRY(relation_options(relation)).boolean("snapshot");
    for (auto& instance : job->graph->root()->instances) {
      job->collects.push_back(static_cast<Collect*>(instance.get()));
    }
    job->sink = TRY(SinkTask::start({.relation = job->relation,
                                     .clock = &clock_,
                                     .store = s.store.get(),
                                     .identity = fmt::format("leat-{}-{}", relation.id.value, relation.created_micros),
                                     .is_new = is_new,
                                     .wake = [this] { wake(); }}));
  }
  return job;
}

// Step thread, or before it runs. Every input must be live already.
Result<void> Engine::attach(std::unique_ptr<LiveJob> job) {
  State& s = *state_;
  for (const auto& node : job->graph->nodes()) {
    node->rank = s.next_rank++;
    node->stage = 0;
  }
  for (const ScanPort& scan : job->graph->scans()) {
    if (&scan == job->own_input) continue;
    const auto upstream = s.jobs.find(scan.scan->relation->id);
    CHECK(upstream != s.jobs.end(), "relation {} is not live", scan.scan->relation->name);
    Node* from = upstream->second->output();
    from->outputs.push_back({.to = scan.node});
    scan.node->stage = from->stage;
    job->inputs.push_back(upstream->second.get());
  }
  for (const auto& node : job->graph->nodes()) {
    for (const Edge& edge : node->outputs) {
      edge.to->stage = std::max(edge.to->stage, node->stage + (edge.route == Edge::kForward ? 0 : 1));
    }
  }
  StepContext step;
  for (const ScanPort& scan : job->graph->scans()) {
    const auto upstream = s.jobs.find(scan.scan->relation->id);
    if (upstream != s.jobs.end()) s.executor->pass_watermarks(*upstream->second->output(), step);
  }
  const ObjectId id = job->relation->id;
  s.jobs[id] = std::move(job);
  return step.failure;
}

void Engine::detach(ObjectId id) {
  State& s = *state_;
  const auto at = s.jobs.find(id);
  if (at == s.jobs.end()) return;
  // A checkpoint on its way may still hold the job's tables.
  for (StateTable* table : at->second->graph->state_tables()) {
    std::erase(s.frozen_tables, table);
    std::erase(s.checkpoint_tables, table);
  }
  for (const ScanPort& scan : at->second->graph->scans()) {
    const auto upstream = s.jobs.find(scan.scan->relation->id);
    if (upstream == s.jobs.end()) continue;
    std::erase_if(upstream->second->output()->outputs, [&](const Edge& e) { return e.to == scan.node; });
  }
  s.jobs.erase(at);
}

Result<std::map<std::string, Position>> Engine::stored_positions(std::string_view kind, ObjectId id) const {
  const std::string prefix = fmt::format("{}/{}/", kind, id.value);
  std::map<std::string, Position> positions;
  for (const auto& [key, value] : TRY(state_->store->meta_with_prefix(prefix))) {
    positions[key.substr(prefix.size())] = Position{value};
  }
  return positions;
}

// A source is read from its first reader's birth to its last one's death; the next first one begins
// at the startup position again. Step thread.
Result<void> Engine::start_idle_sources() {
  for (auto& [id, job] : state_->jobs) {
    if (job->relation->kind != RelationKind::kSource || !has_connector(*job->relation)) continue;
    const bool read = !job->output()->outputs.empty();
    if (read && !job->ingest) TRY(start_ingest(*job, TRY(stored_positions("start", id))));
  }
  return {};
}

Result<void> Engine::start_ingest(LiveJob& job, std::map<std::string, Position> positions) {
  job.positions = positions;
  job.ingest = TRY(Ingest::start({.relation = job.relation,
                                  .positions = std::move(positions),
                                  .clock = &clock_,
                                  .next_row_id = &next_row_id_,
                                  .wake = [this] { wake(); },
                                  .account = state_->queue_account}));
  return {};
}

// ------------------------------------------------------------------------------------ definition

Engine::Ids Engine::next_ids() const {
  const auto catalog = catalog_.snapshot();
  return {.object = ObjectId(catalog->next_object_id),
          .table = TableId(catalog->next_table_id),
          .first_state_table = TableId(catalog->next_table_id + 1)};
}

// Makes a catalog change durable together with everything applied so far, then visible.
Result<void> Engine::commit_catalog(std::map<std::string, std::optional<std::string>> meta,
                                    std::vector<TableId> dropped, std::shared_ptr<CatalogSnapshot> next) {
  TRY(check_takes_changes());
  meta["next_ids"] = fmt::format("{} {}", next->next_object_id, next->next_table_id);
  TRY(checkpoint_with([&] {
    for (auto& [key, value] : meta) state_->pending_meta[key] = value;
    for (const TableId table : dropped) state_->pending_dropped.push_back(table);
  }));
  catalog_.publish(std::move(next));
  return {};
}

// A checkpoint of all that was applied so far and of what `prepare` (at a step's boundary) adds.
Result<void> Engine::checkpoint_with(const std::function<void()>& prepare) {
  TRY(at_step_boundary([&]() -> Result<void> {
    TRY(check_steps());
    if (prepare) prepare();
    ++state_->epoch;  // an epoch of its own, so that this checkpoint is not an earlier one
    state_->tables->publish(state_->epoch);
    published_epoch_ = state_->epoch;
    return {};
  }));
  return flush();
}

Result<void> Engine::create_schema(const std::string& name) {
  auto next = std::make_shared<CatalogSnapshot>(*catalog_.snapshot());
  const ObjectId id(next->next_object_id++);
  next->put_schema({.id = id, .name = name});
  return commit_catalog({{schema_key(name), std::to_string(id.value)}}, {}, std::move(next));
}

Result<void> Engine::drop_schema(const std::string& name) {
  auto next = std::make_shared<CatalogSnapshot>(*catalog_.snapshot());
  next->drop_schema(name);
  return commit_catalog({{schema_key(name), std::nullopt}}, {}, std::move(next));
}

Result<void> Engine::create(const PlannedRelation& planned, const CreateOptions& options) {
  TRY(check_takes_changes());
  State& s = *state_;
  const RelationPtr& relation = planned.relation;
  std::map<std::string, std::optional<std::string>> meta;
  std::map<std::string, Position> positions;
  if (has_connector(*relation)) {
    TRY(check_relation_options(*relation));
    const auto connector = TRY(make_source_connector(*relation, clock_));
    for (const Split& split : TRY(connector->validate()).splits) {
      positions[split.id] = split.start;
      meta[fmt::format("source/{}/{}", relation->id.value, split.id)] = split.start.text;
      meta[fmt::format("start/{}/{}", relation->id.value, split.id)] = split.start.text;
    }
  } else if (relation->kind == RelationKind::kSink) {
    for (const std::string& notice : TRY(SinkTask::validate(relation, clock_))) {
      if (options.notice) options.notice(notice);
    }
  }

  const uint32_t state_tables = planned.plan.root ? count_state_tables(*planned.plan.root) : 0;
  auto next = std::make_shared<CatalogSnapshot>(*catalog_.snapshot());
  next->next_object_id = std::max(next->next_object_id, relation->id.value + 1);
  next->next_table_id = std::max(next->next_table_id, relation->first_state_table.value + state_tables);
  next->put(relation);
  meta[relation_key(relation->id)] = encode_record(record_of(planned));
  if (relation->kind == RelationKind::kView) return commit_catalog(std::move(meta), {}, std::move(next));

  TRY(Backfill(*this).run(planned, options));
  std::vector<std::string> names;
  for (const auto& [name, value] : meta) names.push_back(name);
  if (auto committed = commit_catalog(std::move(meta), {}, std::move(next)); !committed) {
    (void)at_step_boundary([&]() -> Result<void> {
      for (const StateTable* table : s.jobs[relation->id]->graph->state_tables()) s.pending_dropped.push_back(table->id());
      detach(relation->id);
      if (relation->stored()) s.tables->drop(relation->table);
      if (relation->kind == RelationKind::kSink) s.pending_dropped.push_back(relation->table);
      // The checkpoint that failed is tried again, with the record in it: the one after it takes it back.
      for (const std::string& name : names) s.pending_meta[name] = std::nullopt;
      if (s.failed) return {};
      ++s.epoch;
      s.tables->publish(s.epoch);
      published_epoch_ = s.epoch;
      return {};
    });
    return committed;
  }
  return at_step_boundary([&]() -> Result<void> {
    if (has_connector(*relation) && relation->kind == RelationKind::kTable) {
      TRY(start_ingest(*s.jobs[relation->id], positions));
    }
    if (relation->kind == RelationKind::kSink) s.jobs[relation->id]->sink->release();
    return start_idle_sources();
  });
}

Result<void> Engine::drop(const std::vector<ObjectId>& relations) {
  TRY(check_takes_changes());
  State& s = *state_;
  const auto catalog = catalog_.snapshot();
  auto next = std::make_shared<CatalogSnapshot>(*catalog);
  std::map<std::string, std::optional<std::string>> meta;
  std::vector<TableId> dropped;
  std::vector<std::unique_ptr<Ingest>> ingests;
  std::vector<std::unique_ptr<SinkTask>> sinks;
  for (const ObjectId id : relations) {
    meta[relation_key(id)] = std::nullopt;
    meta[damage_key(id)] = std::nullopt;
    for (const std::string prefix : {"source", "start", "sink"}) {
      for (const auto& [key, value] : TRY(s.store->meta_with_prefix(fmt::format("{}/{}/", prefix, id.value)))) {
        meta[key] = std::nullopt;
      }
    }
    next->drop(id);
  }
  TRY(at_step_boundary([&]() -> Result<void> {
    // Dependents first, so that nothing reads what is gone.
    for (auto id = relations.rbegin(); id != relations.rend(); ++id) {
      if (const auto sink = s.stopped_sinks.extract(*id)) {
        for (const TableId table : tables_of(sink.mapped().record)) dropped.push_back(table);
      }
      const auto job = s.jobs.find(*id);
      if (job == s.jobs.end()) continue;
      if (job->second->ingest) ingests.push_back(std::move(job->second->ingest));
      if (job->second->sink) sinks.push_back(std::move(job->second->sink));
      for (const StateTable* table : job->second->graph->state_tables()) dropped.push_back(table->id());
      const Relation& relation = *job->second->relation;
      if (relation.stored()) s.tables->drop(relation.table);
      if (relation.kind == RelationKind::kSink) dropped.push_back(relation.table);
      detach(*id);
    }
    for (auto& [id, job] : s.jobs) {
      if (job->relation->kind != RelationKind::kSource || !job->output()->outputs.empty() || !job->ingest) continue;
      ingests.push_back(std::move(job->ingest));
      job->positions = TRY(stored_positions("start", id));
    }
    return {};
  }));
  std::ranges::sort(dropped);
  dropped.erase(std::unique(dropped.begin(), dropped.end()), dropped.end());
  ingests.clear();  // joins their threads, outside the step
  sinks.clear();
  return commit_catalog(std::move(meta), std::move(dropped), std::move(next));
}

Result<void> Engine::alter(RelationPtr relation) {
  auto next = std::make_shared<CatalogSnapshot>(*catalog_.snapshot());
  next->put(relation);
  const auto old = TRY(state_->store->meta(relation_key(relation->id)));
  CatalogRecord record = TRY(decode_record(old.value_or("")));
  record.schema = relation->schema_name;
  record.sql = relation->sql;
  TRY(commit_catalog({{relation_key(relation->id), encode_record(record)}}, {}, std::move(next)));
  return at_step_boundary([&]() -> Result<void> {
    if (const auto job = state_->jobs.find(relation->id); job != state_->jobs.end()) {
      job->second->relation = relation;
    }
    return {};
  });
}

// ------------------------------------------------------------------------------------ writing

// What a failed step left in the writers must never be published: every new epoch asks first.
Result<void> Engine::check_steps() const {
  if (auto error = step_failure()) return fail(std::move(*error));
  return {};
}

// Nothing may be changed while the store cannot keep it, or no step can be made.
Result<void> Engine::check_takes_changes() const {
  std::optional<Error> error = step_failure();
  if (const auto health = state_->store->health(); !error && !health.ok) error = health.error;
  if (!error) return {};
  error->message = "the server does not take writes: " + error->message;
  return fail(std::move(*error));
}

Result<void> Engine::write(std::vector<TableWrite> writes) { return TRY(apply(std::move(writes))).wait(); }

Result<Engine::Applied> Engine::apply(std::vector<TableWrite> writes) {
  State& s = *state_;
  TRY(check_takes_changes());
  for (TableWrite& write : writes) fill_row_ids(write.changes, next_row_id_);
  auto pending = std::make_shared<Write>();
  auto applied = pending->applied.get_future();
  auto durable = std::make_shared<std::promise<Result<void>>>();
  Applied result(durable->get_future());
  std::string record = s.log ? encode_dml_record(writes) : std::string();
  pending->writes = std::move(writes);
  pending->arrived_us = clock_.now_us();
  {
    // Log order is step order: a checkpoint knows all records up to the last one applied.
    MutexLock lock(s.inbox_mutex);
    if (s.stopping) return fail(SqlState::kAdminShutdown, "the server is shutting down");
    if (s.log) {
      pending->sequence =
          s.log->append(std::move(record), [durable](Result<void> r) { durable->set_value(std::move(r)); });
    } else {
      durable->set_value({});
    }
    s.writes.push_back(pending);
    s.awake = true;
  }
  s.inbox_changed.notify_one();
  TRY(applied.get());
  return result;
}

Result<void> Engine::at_step_boundary(std::function<Result<void>()> work) {
  State& s = *state_;
  auto item = std::make_shared<State::Work>();
  item->run = std::move(work);
  auto done = item->done.get_future();
  {
    MutexLock lock(s.inbox_mutex);
    if (s.stopping) return fail(SqlState::kAdminShutdown, "the server is shutting down");
    s.works.push_back(item);
    s.awake = true;
  }
  s.inbox_changed.notify_one();
  return done.get();
}

void Engine::wake() {
  State& s = *state_;
  {
    MutexLock lock(s.inbox_mutex);
    s.awake = true;
  }
  s.inbox_changed.notify_one();
}

Snapshot Engine::snapshot() const { return state_->tables->snapshot(); }

}  // namespace leat

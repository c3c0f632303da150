// What a start finds: the jobs of the catalog as they were at the last checkpoint, what the log has past it, and
// views that have to be made again because their state does not fit them any more.

#include <cstdio>

#include "base/log.h"
#include "job/backfill.h"
#include "job/catalog_keys.h"
#include "job/dml_record.h"
#include "job/engine_state.h"

namespace leat {
namespace {

bool reads_one_of(const PhysicalNode& node, const std::set<ObjectId>& relations) {
  if (node.kind == PhysicalKind::kScan && relations.contains(node.relation->id)) return true;
  return std::ranges::any_of(node.inputs, [&](const PhysicalPtr& input) { return reads_one_of(*input, relations); });
}

}  // namespace

Result<void> Engine::recover() {
  State& s = *state_;
  s.epoch = s.store->committed_epoch();
  s.checkpointed_epoch = s.epoch;
  published_epoch_ = s.epoch;
  {
    MutexLock lock(s.stats_mutex);
    s.durable_epoch = s.epoch;
  }
  if (const auto id = TRY(s.store->meta("next_row_id"))) next_row_id_ = std::stoll(*id);

  auto next = std::make_shared<CatalogSnapshot>(*catalog_.snapshot());
  if (options_.prepare_catalog) options_.prepare_catalog(*next);
  for (const auto& [key, value] : TRY(s.store->meta_with_prefix(kSchemaPrefix))) {
    next->put_schema({.id = ObjectId(static_cast<uint32_t>(std::stoul(value))),
                      .name = key.substr(kSchemaPrefix.size())});
  }
  if (const auto ids = TRY(s.store->meta("next_ids"))) {
    unsigned object = 0, table = 0;
    std::sscanf(ids->c_str(), "%u %u", &object, &table);
    next->next_object_id = object;
    next->next_table_id = table;
  }
  catalog_.publish(next);

  const auto records = TRY(s.store->meta_with_prefix(kRelationPrefix));
  for (const auto& [key, value] : records) TRY(bring_back(TRY(decode_record(value))));
  s.tables->publish(s.epoch);

  for (auto& [id, job] : s.jobs) {
    if (!has_connector(*job->relation)) continue;
    if (job->relation->kind == RelationKind::kSource && job->output()->outputs.empty()) continue;
    TRY(start_ingest(*job, TRY(stored_positions("source", id))));
  }

  if (!options_.in_memory) {
    if (const auto applied = TRY(s.store->meta("dml_sequence"))) s.applied_sequence = std::stoull(*applied);
    const auto replay = [&](uint64_t sequence, std::string_view bytes) -> Result<void> {
      if (sequence <= s.applied_sequence) return {};
      auto write = std::make_shared<Write>();
      write->sequence = sequence;
      write->writes = TRY(decode_dml_record(bytes, [&](ObjectId id) -> const Schema* {
        const auto job = s.jobs.find(id);
        return job == s.jobs.end() || job->second->own_input == nullptr
                   ? nullptr
                   : &job->second->own_input->scan->schema;
      }));
      next_row_id_ = std::max(next_row_id_.load(), row_ids_end(write->writes));
      MutexLock lock(s.inbox_mutex);
      s.writes.push_back(std::move(write));
      return {};
    };
    s.log = TRY(DmlLog::open({.directory = options_.data_dir + "/dml"}, files_, replay, s.applied_sequence + 1));
  }
  s.commit_thread = Thread("leat-commit", [this] { commit_loop(); });
  s.step_thread = Thread("leat-step", [this] { step_loop(); });
  s.closed = false;
  // Replayed writes are applied before anybody looks: the first boundary may come before their step, the
  // second comes after it.
  for (int i = 0; i < 2; ++i) TRY(at_step_boundary([]() -> Result<void> { return {}; }));
  return build_anew();
}

std::string Engine::damage_key(ObjectId id) { return fmt::format("damaged/{}", id.value); }

// Before the step thread runs: the relation and its job as they were at the last checkpoint.
Result<void> Engine::bring_back(const CatalogRecord& record) {
  State& s = *state_;
  const auto plan = [&](const CatalogRecord& of) -> Result<PlannedRelation> {
    auto planned = options_.rebuild(of, catalog_.snapshot());
    if (planned) return planned;
    return fail(make_error(SqlState::kDataCorrupted, "cannot bring back \"{}\" from the catalog: {}", of.sql,
                           planned.error().to_string()));
  };
  PlannedRelation planned = TRY(plan(record));
  const auto& root = planned.plan.root;
  const bool other_plan = root && record.plan_fingerprint != 0 && plan_fingerprint(*root) != record.plan_fingerprint;
  const bool damaged = TRY(s.store->meta(damage_key(record.id))).has_value();
  const bool anew = other_plan || damaged || (root && reads_one_of(*root, s.built_anew));
  auto next = std::make_shared<CatalogSnapshot>(*catalog_.snapshot());
  if (anew) {
    const Relation& relation = *planned.relation;
    if (relation.kind == RelationKind::kSink) {
      stop_sink(record, planned.relation);
      next->put(planned.relation);
      catalog_.publish(std::move(next));
      return {};
    }
    if (relation.kind == RelationKind::kTable) {
      return fail(make_error(SqlState::kObjectNotInPrerequisiteState,
                             "cannot bring back table \"{}\": this version of leat plans it differently than the one that "
                             "made it", relation.name)
                      .with_hint("Start the version that made it, and make the table again here."));
    }
    log::warn("{} \"{}\" is built anew: {}", relation_kind_text(relation.kind), relation.name,
              damaged ? "its state is damaged" : "it was made with another plan, or reads what was");
    CatalogRecord fresh = record;
    fresh.table = TableId(next->next_table_id);
    fresh.first_state_table = TableId(next->next_table_id + 1);
    planned = TRY(plan(fresh));
    next->next_table_id += 1 + count_state_tables(*planned.plan.root);
    s.built_anew.insert(record.id);
    s.to_build_anew.push_back({record, planned});
  }
  next->put(planned.relation);
  catalog_.publish(std::move(next));
  if (anew || planned.relation->kind == RelationKind::kView) return {};
  if (planned.relation->stored()) TRY(s.tables->open(planned.relation->table));
  return attach(TRY(make_job(planned, false)));
}

// What a sink would have sent between the last checkpoint and the filling of what it reads cannot be found out, and to
// send everything again is not ours to choose: it stays there, idle, until it is dropped.
void Engine::stop_sink(const CatalogRecord& record, const RelationPtr& sink) {
  log::error("sink \"{}\" does not go on: its plan, or that of a view it reads, has changed; drop it and create it again",
             sink->name);
  state_->stopped_sinks[record.id] = {sink, record};
}

// State that does not fit its plan any more is left behind, and the job filled again from its inputs.
Result<void> Engine::build_anew() {
  auto waiting = std::exchange(state_->to_build_anew, {});
  while (!waiting.empty()) {
    const auto [old, planned] = std::move(waiting.front());
    waiting.erase(waiting.begin());
    TRY(Backfill(*this).run(planned, {}));
    std::vector<TableId> left = tables_of(old);
    std::map<std::string, std::optional<std::string>> meta{{relation_key(old.id), encode_record(record_of(planned))},
                                                           {damage_key(old.id), std::nullopt}};
    // The next start finds nothing wrong with this view any more, but what reads it has missed changes.
    for (const auto& [id, sink] : state_->stopped_sinks) meta[damage_key(id)] = "1";
    for (const State::Anew& next : waiting) meta[damage_key(next.old.id)] = "1";
    TRY(commit_catalog(std::move(meta), std::move(left), std::make_shared<CatalogSnapshot>(*catalog_.snapshot())));
  }
  return {};
}

}  // namespace leat

// What the engine shows of itself. Figures are read on the step thread, between steps.

#include "job/engine_state.h"

namespace leat {

std::vector<JobStats> Engine::job_stats() const {
  State& s = *state_;
  std::vector<JobStats> all;
  (void)const_cast<Engine*>(this)->at_step_boundary([&]() -> Result<void> {
    const int64_t now = clock_.now_us();
    const std::optional<Error> failure = step_failure();
    std::map<ObjectId, double> behind;  // jobs come in id order, inputs before users
    for (const auto& [id, job] : s.jobs) {
      JobStats stats{.relation = job->relation, .rows_in = job->rows_in, .errors = job->errors->count(),
                     .status = failure ? "stopped" : "running"};
      if (failure) stats.reason = failure->message;
      double seconds = 0;  // since the oldest input arrived that waits for a step
      if (job->ingest) {
        if (const int64_t since = job->ingest->waiting_since_us(); since != 0) {
          seconds = static_cast<double>(now - since) / 1e6;
        }
      }
      for (const ScanPort& scan : job->graph->scans()) {
        if (&scan == job->own_input) continue;
        stats.rows_in += scan.node->stats.rows_in.load(std::memory_order_relaxed);
        seconds = std::max(seconds, behind[scan.scan->relation->id]);
      }
      behind[id] = seconds;
      stats.freshness_seconds = std::max(seconds, static_cast<double>(job->way_us) / 1e6);
      const Node& root = *job->output();
      stats.rows_out = root.stats.rows_out.load(std::memory_order_relaxed);
      if (job->sink) stats.rows_out = job->sink->stats().rows;
      for (const auto& node : job->graph->nodes()) {
        JobStats::NodeRow row{.id = node->plan->id,
                              .name = std::string(physical_name(*node->plan)),
                              .rows_in = node->stats.rows_in,
                              .rows_out = node->stats.rows_out,
                              .busy_ns = node->stats.busy_ns};
        std::vector<StateTable*> tables;
        for (const auto& instance : node->instances) instance->list_state(tables);
        for (const StateTable* table : tables) row.state_bytes += table->bytes();
        stats.state_bytes += row.state_bytes;
        stats.nodes.push_back(std::move(row));
      }
      all.push_back(std::move(stats));
    }
    for (const auto& [id, sink] : s.stopped_sinks) {
      all.push_back({.relation = sink.relation,
                     .status = "stopped",
                     .reason = "its plan, or that of a view it reads, has changed; drop it and create it again"});
    }
    return {};
  });
  return all;
}

std::vector<Engine::SourceRow> Engine::source_stats() const {
  std::vector<SourceRow> all;
  (void)const_cast<Engine*>(this)->at_step_boundary([&]() -> Result<void> {
    for (const auto& [id, job] : state_->jobs) {
      if (job->ingest) all.push_back({job->relation, job->ingest->stats(), job->ingest->last_errors()});
    }
    return {};
  });
  return all;
}

std::vector<Engine::SinkRow> Engine::sink_stats() const {
  std::vector<SinkRow> all;
  (void)const_cast<Engine*>(this)->at_step_boundary([&]() -> Result<void> {
    for (const auto& [id, job] : state_->jobs) {
      if (job->sink) all.push_back({job->relation, job->sink->stats()});
    }
    return {};
  });
  return all;
}

std::vector<Engine::ExpressionErrors> Engine::expression_errors() const {
  std::vector<ExpressionErrors> all;
  (void)const_cast<Engine*>(this)->at_step_boundary([&]() -> Result<void> {
    for (const auto& [id, job] : state_->jobs) {
      if (job->errors->count() > 0) all.push_back({job->relation, job->errors->count(), job->errors->last()});
    }
    return {};
  });
  return all;
}

CheckpointStats Engine::checkpoint_stats() const {
  MutexLock lock(state_->stats_mutex);
  return state_->stats;
}

std::optional<Error> Engine::step_failure() const {
  MutexLock lock(state_->stats_mutex);
  return state_->step_failure;
}

StoreHealth Engine::health() const { return state_->store->health(); }

Engine::StepStats Engine::step_stats() const {
  const State& s = *state_;
  return {.steps = s.steps, .rows = s.step_rows, .seconds = static_cast<double>(s.step_ns) / 1e9,
          .last_ns = s.last_step_ns, .longest_step_ns = s.longest_step_ns,
          .longest_pause_ns = s.longest_pause_ns};
}

std::vector<Engine::Progress> Engine::progress() const {
  MutexLock lock(state_->stats_mutex);
  std::vector<Progress> all;
  for (const auto& p : state_->progress) all.push_back(*p);
  return all;
}

}  // namespace leat

// Rows that the program itself feeds to a source: queued by any thread, taken by the step thread.

#include "job/engine_state.h"

namespace leat {
namespace {

// Several steps' worth, so that the step thread never waits for a feeder that keeps up.
constexpr size_t kFedRowsMax = 200'000;
constexpr auto kLook = std::chrono::milliseconds(100);

}  // namespace

Result<void> Engine::feed(ObjectId source, Batch rows) {
  const RelationPtr relation = catalog()->find(source);
  if (!relation || relation->kind != RelationKind::kSource || !relation->connector.empty()) {
    return fail(SqlState::kWrongObjectType, "only a source without a connector can be fed");
  }
  State& s = *state_;
  {
    MutexLock lock(s.inbox_mutex);
    while (!s.stopping && !s.failed && s.fed_rows >= kFedRowsMax) s.fed_taken.wait_for(s.inbox_mutex, kLook);
    if (s.stopping) return fail(SqlState::kAdminShutdown, "the server is shutting down");
    if (s.failed) return check_takes_changes();
    s.fed_rows += rows.size();
    s.fed.push_back({source, std::move(rows), clock_.now_us()});
    s.awake = true;
  }
  s.inbox_changed.notify_one();
  return {};
}

Result<void> Engine::wait_fed() {
  State& s = *state_;
  {
    MutexLock lock(s.inbox_mutex);
    while (!s.stopping && !s.failed && !s.fed.empty()) s.fed_taken.wait_for(s.inbox_mutex, kLook);
  }
  // What was taken is in the step of the same turn; this boundary comes after it.
  return at_step_boundary([this]() -> Result<void> { return check_takes_changes(); });
}

// Step thread. Whole batches up to about rows_max rows; a source's go to ascending shards, as in gather().
bool Engine::take_fed(size_t rows_max, bool& more_waits) {
  State& s = *state_;
  std::deque<State::Fed> taken;
  {
    MutexLock lock(s.inbox_mutex);
    if (s.fed.empty()) return false;
    size_t rows = 0;
    while (!s.fed.empty() && (taken.empty() || rows + s.fed.front().rows.size() <= rows_max)) {
      rows += s.fed.front().rows.size();
      taken.push_back(std::move(s.fed.front()));
      s.fed.pop_front();
    }
    s.fed_rows -= rows;
    more_waits |= !s.fed.empty();
  }
  s.fed_taken.notify_all();
  std::map<ObjectId, size_t> total, before;
  for (const auto& fed : taken) total[fed.source] += fed.rows.size();
  for (auto& fed : taken) {
    const auto job = s.jobs.find(fed.source);
    if (job == s.jobs.end() || fed.rows.empty()) continue;  // dropped since
    const size_t shard = before[fed.source] * s.shards / total[fed.source];
    before[fed.source] += fed.rows.size();
    job->second->rows_in += fed.rows.size();
    job->second->note_arrival(fed.arrived_us);
    s.executor->deliver(*job->second->own_input->node, shard, 0, std::move(fed.rows));
  }
  return true;
}

}  // namespace leat

// The step thread: what arrives becomes steps, what is due happens between them.

#include "base/log.h"
#include "job/engine_state.h"

namespace leat {
namespace {

// A step's input is cut at about this much work, so that freshness stays bounded under load.
constexpr double kStepNs = 5e6;
constexpr size_t kStepRowsMin = 1024;
constexpr size_t kStepRowsMax = 256 * 1024;
// How long the step thread sleeps when there is nothing: background loading and checkpoints are due
// at least so often.
constexpr auto kIdleWait = std::chrono::milliseconds(50);
constexpr int64_t kClockTickNs = 100'000'000;
constexpr int64_t kLoadSliceNs = 1'000'000;
// Eviction takes a slice of a turn; far over the bound a large one, because a late step does less harm
// than a program that grows until it is killed.
constexpr uint64_t kEvictSlice = 1 << 20;
constexpr int64_t kEvictNs = 2'000'000;
constexpr int64_t kEvictUrgentNs = 30'000'000;
constexpr int64_t kEvictPauseNs = 100'000'000;  // after a turn that freed nothing: all is younger than the last checkpoint

// Written by the step thread only.
void note_longest(std::atomic<uint64_t>& longest, int64_t ns) {
  const auto now = static_cast<uint64_t>(ns);
  if (now > longest.load(std::memory_order_relaxed)) longest.store(now, std::memory_order_relaxed);
}

}  // namespace

void Engine::step_loop() {
  State& s = *state_;
  for (;;) {
    std::deque<std::shared_ptr<State::Work>> works;
    bool stopping = false;
    {
      MutexLock lock(s.inbox_mutex);
      works.swap(s.works);
      stopping = s.stopping;
      s.awake = false;
    }
    for (auto& work : works) work->done.set_value(work->run());
    if (gather() || !s.executor->idle()) run_step();

    const int64_t now = clock_.monotonic_ns();
    const bool due = now - s.last_checkpoint_ns >= options_.checkpoint_interval_ms * 1'000'000;
    if (s.phase == State::Phase::kNone && !s.failed &&
        ((due && s.epoch > s.checkpointed_epoch) || s.checkpoint_wanted.exchange(false))) {
      begin_checkpoint();
    }
    if (s.phase == State::Phase::kSerialising) continue_checkpoint();
    finish_checkpoint();
    evict_if_over();
    note_longest(s.longest_pause_ns, clock_.monotonic_ns() - now);

    bool loading = false;
    if (!s.failed) {
      for (auto& [id, job] : s.jobs) {
        for (StateTable* table : job->graph->state_tables()) {
          if (table->complete() || memory_.over_bytes() > 0) continue;
          if (auto loaded = table->load_some(kLoadSliceNs); !loaded) {
            stop_steps(loaded.error(), job->graph.get());
          } else {
            loading = !*loaded;
          }
          break;
        }
        if (loading || s.failed) break;
      }
    }
    MutexLock lock(s.inbox_mutex);
    if (stopping && s.works.empty() && s.writes.empty()) return;
    if (!s.awake && !loading && !s.evicting && s.phase != State::Phase::kSerialising) {
      s.inbox_changed.wait_for(s.inbox_mutex, kIdleWait);
    }
  }
}

// Moves what waits into the executor, up to a step's budget. False: there was nothing.
bool Engine::gather() {
  State& s = *state_;
  if (s.failed) {
    refuse_writes();
    return false;
  }
  bool any = false;
  std::deque<std::shared_ptr<Write>> writes;
  {
    MutexLock lock(s.inbox_mutex);
    writes.swap(s.writes);
  }
  for (auto& write : writes) {
    for (TableWrite& one : write->writes) {
      const auto job = s.jobs.find(one.table);
      if (job == s.jobs.end() || job->second->own_input == nullptr) continue;
      job->second->rows_in += one.changes.size();
      job->second->note_arrival(write->arrived_us);
      s.executor->deliver(*job->second->own_input->node, 0, 0, std::move(one.changes));
    }
    s.applied_sequence = std::max(s.applied_sequence, write->sequence);
    s.in_step.push_back(std::move(write));
    any = true;
  }

  if (const int64_t now = clock_.monotonic_ns(); now - s.last_tick_ns >= kClockTickNs) {
    s.last_tick_ns = now;
    for (auto& [id, job] : s.jobs) {
      for (Node* clock : job->clocks) s.executor->activate(*clock);
    }
  }
  bool held_back = false;
  for (auto& [id, job] : s.jobs) held_back |= job->sink && job->sink->over_bound();
  const auto budget = static_cast<size_t>(
      std::clamp(kStepNs / s.ns_per_row, double{kStepRowsMin}, double{kStepRowsMax}));
  bool more_waits = false;
  for (auto& [id, job] : s.jobs) {
    if (!job->ingest) continue;
    job->ingest->pause(held_back);
    if (held_back) continue;
    auto taken = job->ingest->take(budget);
    more_waits |= job->ingest->has_input();
    size_t total = 0;
    for (const auto& t : taken) total += t.batch.size();
    size_t before = 0;
    for (auto& t : taken) {
      // Consecutive parts to ascending shards: what the shards emit, one after the other, is still in
      // source order.
      const size_t shard = total == 0 ? 0 : before * s.shards / total;
      before += t.batch.size();
      job->rows_in += t.batch.size();
      job->positions[t.split] = t.position;
      if (!t.batch.empty()) job->note_arrival(t.received_us);
      if (!t.batch.empty()) s.executor->deliver(*job->own_input->node, shard, 0, std::move(t.batch));
      any = true;
    }
  }
  if (!held_back) any |= take_fed(budget, more_waits);
  if (more_waits) {  // nobody else may wake this thread for what stayed behind
    MutexLock lock(s.inbox_mutex);
    s.awake = true;
  }
  return any;
}

void Engine::run_step() {
  State& s = *state_;
  const int64_t start = clock_.monotonic_ns();
  const TimeZone utc;
  StepContext step;
  step.epoch = s.epoch + 1;
  step.eval.zone = &utc;
  step.eval.now_micros = clock_.now_us();
  const size_t rows = s.executor->waiting_rows();
  s.executor->run_step(step);
  if (step.failed()) {
    stop_steps(step.failure.error(), step.failed_in);
    return;
  }
  ++s.epoch;
  s.tables->publish(s.epoch);
  published_epoch_.store(s.epoch, std::memory_order_release);
  for (auto& [id, job] : s.jobs) {
    for (Collect* collect : job->collects) {
      if (collect->empty()) continue;
      for (const Batch& batch : collect->take()) job->sink->add(batch);
    }
  }
  note_freshness();
  for (auto& write : s.in_step) write->applied.set_value({});
  s.in_step.clear();

  const int64_t took = clock_.monotonic_ns() - start;
  if (s.step_seconds) {
    s.step_seconds->observe(static_cast<uint64_t>(took));
    s.step_rows_histogram->observe(rows);
  }
  s.steps.fetch_add(1, std::memory_order_relaxed);
  s.step_rows.fetch_add(rows, std::memory_order_relaxed);
  s.step_ns.fetch_add(static_cast<uint64_t>(took), std::memory_order_relaxed);
  s.last_step_ns.store(static_cast<uint64_t>(took), std::memory_order_relaxed);
  note_longest(s.longest_step_ns, took);
  if (rows >= kStepRowsMin) {
    s.ns_per_row = 0.8 * s.ns_per_row + 0.2 * static_cast<double>(took) / static_cast<double>(rows);
  }
}

// The state may be half-changed: no more steps, so that nothing wrong is ever published or checkpointed.
// What was published stays readable, and nothing that was acknowledged is lost: a restart begins at the
// last checkpoint and replays the log.
void Engine::stop_steps(const Error& error, const JobGraph* failed_in) {
  State& s = *state_;
  log::error("a step failed, no more steps until a restart: {}", error.to_string());
  if (error.code == SqlState::kDataCorrupted) note_damage(failed_in);
  {
    MutexLock lock(s.stats_mutex);
    s.step_failure = error;
    s.step_failure->message = "a step failed, and none is made until a restart: " + error.message;
  }
  s.failed = true;
  for (auto& write : s.in_step) write->applied.set_value(std::unexpected(error));
  s.in_step.clear();
  s.fed_taken.notify_all();
  s.durable_changed.notify_all();
}

// A view's or an index's state can be made again from its inputs: a note for the restart to do so.
void Engine::note_damage(const JobGraph* graph) {
  State& s = *state_;
  for (const auto& [id, job] : s.jobs) {
    const RelationKind kind = job->relation->kind;
    if (job->graph.get() != graph || (kind != RelationKind::kMaterializedView && kind != RelationKind::kIndex)) continue;
    auto noted = s.store->commit({.epoch = s.store->committed_epoch(), .meta = {{damage_key(id), "1"}}});
    if (!noted) log::error("the damage could not be noted: {}", noted.error().to_string());
  }
}

// Statements that were under way when the steps stopped. What the log has of them a restart replays.
void Engine::refuse_writes() {
  State& s = *state_;
  std::deque<std::shared_ptr<Write>> writes;
  {
    MutexLock lock(s.inbox_mutex);
    writes.swap(s.writes);
  }
  for (auto& write : writes) write->applied.set_value(check_takes_changes());
}

// How long what this step brought was on its way, for each job that it reached.
void Engine::note_freshness() {
  State& s = *state_;
  const int64_t now = clock_.now_us();
  for (auto& [id, job] : s.jobs) {  // inputs come before their users
    for (const LiveJob* input : job->inputs) job->note_arrival(input->arrived_us);
  }
  for (auto& [id, job] : s.jobs) {
    if (job->arrived_us == 0) continue;
    job->way_us = std::max<int64_t>(0, now - job->arrived_us);
    job->arrived_us = 0;
  }
}

void Engine::evict_if_over() {
  State& s = *state_;
  s.evicting = false;
  const int64_t over = memory_.over_bytes();
  const int64_t now = clock_.monotonic_ns();
  if (over <= 0 || s.phase != State::Phase::kNone || now < s.next_evict_ns) return;
  const int64_t end = now + (over > memory_.bytes_max() / 4 ? kEvictUrgentNs : kEvictNs);
  uint64_t given = 0;
  while (memory_.over_bytes() > 0 && clock_.monotonic_ns() < end) given += evict_slice();
  s.evicting = given > 0 && memory_.over_bytes() > 0;
  if (given == 0) s.next_evict_ns = end + kEvictPauseNs;
}

// A slice of the stored rows and one of each state table. What it freed; 0 may also mean that the clock hands
// have only taken marks away.
uint64_t Engine::evict_slice() {
  uint64_t given = state_->tables->evict(kEvictSlice);
  for (auto& [id, job] : state_->jobs) {
    for (StateTable* table : job->graph->state_tables()) given += table->evict(kEvictSlice);
  }
  return given;
}

}  // namespace leat

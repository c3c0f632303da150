// Checkpoints: frozen at a step's end, serialised in slices between steps, committed by a thread of
// their own. At most one is on its way; one that fails is tried again, never skipped.

#include <fmt/format.h>

#include "base/log.h"
#include "job/engine_state.h"

namespace leat {
namespace {

// Serialising is planned to take this part of the interval; the commit has the rest. While that goes as
// planned, what is serialised between two steps is short, else it may take as long as a step.
constexpr double kSerialisePart = 0.4;
constexpr int64_t kSliceNs = 1'000'000;
constexpr int64_t kLateSliceNs = 4'000'000;
constexpr size_t kParallelRecordsMin = 4096;
constexpr auto kRetryWait = std::chrono::seconds(1);

}  // namespace

void Engine::begin_checkpoint() {
  State& s = *state_;
  const int64_t start = clock_.monotonic_ns();
  auto checkpoint = std::make_shared<Checkpoint>();
  checkpoint->epoch = s.epoch;
  s.checkpoint_positions.clear();
  s.frozen_tables.clear();
  s.checkpoint_tables.clear();
  s.frozen_records = 0;
  for (auto& [id, job] : s.jobs) {
    for (StateTable* table : job->graph->state_tables()) {
      if (!table->dirty()) continue;
      table->freeze(s.epoch);
      s.frozen_records += table->frozen_count();
      s.frozen_tables.push_back(table);
      s.checkpoint_tables.push_back(table);
    }
    for (const auto& [split, position] : job->positions) {
      checkpoint->meta[fmt::format("source/{}/{}", id.value, split)] = position.text;
    }
    if (job->ingest) s.checkpoint_positions[id] = job->positions;
    if (job->sink) {
      DeltaBuffer log = job->sink->freeze(checkpoint->meta);
      if (!log.empty()) checkpoint->deltas.push_back(std::move(log));
    }
  }
  if (s.filling_sink != nullptr) {
    DeltaBuffer log = s.filling_sink->freeze(checkpoint->meta);
    if (!log.empty()) checkpoint->deltas.push_back(std::move(log));
  }
  s.tables->freeze(*checkpoint);
  checkpoint->meta["next_row_id"] = std::to_string(next_row_id_.load());
  checkpoint->meta["dml_sequence"] = std::to_string(s.applied_sequence);
  s.checkpoint_sequence = s.applied_sequence;
  for (auto& [key, value] : s.pending_meta) checkpoint->meta[key] = value;
  s.pending_meta.clear();
  checkpoint->dropped.insert(checkpoint->dropped.end(), s.pending_dropped.begin(), s.pending_dropped.end());
  s.pending_dropped.clear();
  s.checkpoint = std::move(checkpoint);
  s.checkpointed_epoch = s.epoch;
  s.last_checkpoint_ns = clock_.monotonic_ns();
  if (s.checkpoint_freeze_seconds) {
    s.checkpoint_freeze_seconds->observe(static_cast<uint64_t>(s.last_checkpoint_ns - start));
  }
  s.phase = State::Phase::kSerialising;
}

void Engine::continue_checkpoint() {
  State& s = *state_;
  serialise_slice();
  if (!s.frozen_tables.empty()) return;
  for (StateTable* table : s.checkpoint_tables) {
    DeltaBuffer delta = table->take_delta();
    if (!delta.empty()) s.checkpoint->deltas.push_back(std::move(delta));
  }
  s.phase = State::Phase::kCommitting;
  {
    MutexLock lock(s.commit_mutex);
    s.to_commit = s.checkpoint;
    s.commit_done = false;
  }
  s.commit_changed.notify_all();
}

// Tables know nothing of each other, so the shards' workers share them out.
void Engine::serialise_slice() {
  State& s = *state_;
  size_t left = 0;
  for (const StateTable* table : s.frozen_tables) left += table->frozen_count();
  const int64_t end = clock_.monotonic_ns() + serialise_slice_ns(left);
  std::atomic<size_t> next{0};
  const auto serialise = [&](size_t) {
    for (;;) {
      const size_t at = next.fetch_add(1, std::memory_order_relaxed);
      const int64_t left_ns = end - clock_.monotonic_ns();
      if (at >= s.frozen_tables.size() || left_ns <= 0) return;
      if (s.frozen_tables[at]->serialize_some(left_ns)) s.frozen_tables[at] = nullptr;
    }
  };
  if (s.workers && left >= kParallelRecordsMin) {
    s.workers->run(serialise);
  } else {
    serialise(0);
  }
  std::erase(s.frozen_tables, nullptr);
}

int64_t Engine::serialise_slice_ns(size_t records_left) const {
  const State& s = *state_;
  if (s.checkpoint_wanted || s.frozen_records == 0) return kLateSliceNs;
  const double planned_ns = kSerialisePart * static_cast<double>(options_.checkpoint_interval_ms) * 1e6;
  const double time_left = 1 - static_cast<double>(clock_.monotonic_ns() - s.last_checkpoint_ns) / planned_ns;
  const double work_left = static_cast<double>(records_left) / static_cast<double>(s.frozen_records);
  return work_left > time_left ? kLateSliceNs : kSliceNs;
}

void Engine::commit_loop() {
  State& s = *state_;
  for (;;) {
    std::shared_ptr<Checkpoint> checkpoint;
    {
      MutexLock lock(s.commit_mutex);
      while (!s.to_commit && !s.commit_stop) s.commit_changed.wait(s.commit_mutex);
      if (!s.to_commit) return;
      checkpoint = s.to_commit;
    }
    auto committed = s.store->commit(*checkpoint);
    const double seconds = static_cast<double>(clock_.monotonic_ns() - s.last_checkpoint_ns) / 1e9;
    if (!committed) {
      log::error("checkpoint {} failed, trying again: {}", checkpoint->epoch, committed.error().to_string());
      {
        MutexLock lock(s.stats_mutex);
        ++s.stats.failures;
        s.stats.last_error = committed.error().to_string();
      }
      s.durable_changed.notify_all();
      MutexLock lock(s.commit_mutex);
      if (s.commit_stop) return;
      s.commit_changed.wait_for(s.commit_mutex, kRetryWait);
      continue;
    }
    {
      MutexLock lock(s.stats_mutex);
      ++s.stats.count;
      s.stats.epoch = checkpoint->epoch;
      s.stats.last_seconds = seconds;
      s.stats.last_bytes = committed->bytes;
      if (s.checkpoint_bytes) s.checkpoint_bytes->add(committed->bytes);
      s.stats.last_rows = committed->rows;
      s.stats.last_time_us = clock_.now_us();
      s.stats.last_error.clear();
    }
    {
      MutexLock lock(s.commit_mutex);
      s.to_commit.reset();
      s.commit_done = true;
    }
    wake();
  }
}

// The commit is durable: whoever kept something for it may let go.
void Engine::finish_checkpoint() {
  State& s = *state_;
  if (s.phase != State::Phase::kCommitting) return;
  {
    MutexLock lock(s.commit_mutex);
    if (!s.commit_done) return;
    s.commit_done = false;
  }
  for (StateTable* table : s.checkpoint_tables) table->committed();
  s.checkpoint_tables.clear();
  s.tables->committed();
  const Epoch epoch = s.checkpoint->epoch;
  s.checkpoint.reset();
  for (auto& [id, positions] : s.checkpoint_positions) {
    const auto job = s.jobs.find(id);
    if (job != s.jobs.end() && job->second->ingest) job->second->ingest->committed(positions);
  }
  for (auto& [id, job] : s.jobs) {
    if (job->sink) job->sink->committed();
  }
  if (s.filling_sink != nullptr) s.filling_sink->committed();
  if (s.log) {
    if (auto cut = s.log->truncate_before(s.checkpoint_sequence + 1); !cut) {
      log::warn("the DML log could not be shortened: {}", cut.error().to_string());
    }
  }
  if (s.checkpoint_seconds) {
    s.checkpoint_seconds->observe(static_cast<uint64_t>(clock_.monotonic_ns() - s.last_checkpoint_ns));
  }
  s.phase = State::Phase::kNone;
  {
    MutexLock lock(s.stats_mutex);
    s.durable_epoch = epoch;
  }
  s.durable_changed.notify_all();
}

Result<void> Engine::flush() {
  State& s = *state_;
  Epoch wanted = 0;
  uint64_t failures = 0;
  TRY(at_step_boundary([&]() -> Result<void> {
    wanted = s.epoch;
    if (auto failure = step_failure()) return fail(std::move(*failure));
    return {};
  }));
  MutexLock lock(s.stats_mutex);
  failures = s.stats.failures;
  while (s.durable_epoch < wanted) {
    if (s.stats.failures > failures) {
      Error error = s.store->health().error;
      if (error.message.empty()) error = make_error(SqlState::kIoError, "{}", s.stats.last_error);
      return fail(std::move(error));
    }
    if (s.step_failure) return fail(*s.step_failure);  // no checkpoint is begun any more
    s.checkpoint_wanted = true;
    s.stats_mutex.unlock();
    wake();
    s.stats_mutex.lock();
    s.durable_changed.wait_for(s.stats_mutex, std::chrono::milliseconds(5));
  }
  return {};
}

}  // namespace leat

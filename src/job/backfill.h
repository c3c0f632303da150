#pragma once
// Backfill: brings a new job up beside the live ones and makes it live.
// On the calling thread: the stored rows of its inputs as of one epoch, in large steps of its own; then
// what changed since, again and again until little is left; the last bit between two live steps, where
// the job joins. A source's past comes from a reader of its own, up to where the live reader stood at
// the beginning; what the live one took since is followed.
// The other jobs feel the CPU it uses, and short hand-overs of the rows it stores.

#include <atomic>

#include "dataflow/executor.h"
#include "job/engine.h"

namespace leat {

class Backfill {
 public:
  explicit Backfill(Engine& engine);
  ~Backfill();
  // On an error (kQueryCanceled too) nothing is left.
  Result<void> run(const PlannedRelation& planned, const Engine::CreateOptions& options);

 private:
  struct Input;
  Result<void> begin();
  Result<void> bring_up();
  Result<void> read_snapshot(const Input& input);
  Result<size_t> read_changes(const Input& input, const Snapshot& from, const Snapshot& to);
  Result<void> read_past(const Input& input);
  Result<size_t> take_followed(Input& input);
  Result<void> finish();
  void leave();
  Result<void> make_step();
  Result<void> hand_over();
  void deliver(const Input& input, Batch batch);
  Result<void> check() const;

  Engine& engine_;
  const Engine::CreateOptions* options_ = nullptr;
  std::unique_ptr<Engine::LiveJob> job_;
  std::vector<std::unique_ptr<Input>> inputs_;
  Snapshot start_;
  Executor executor_;
  std::shared_ptr<Engine::Progress> progress_;
  size_t next_shard_ = 0;
};

}  // namespace leat

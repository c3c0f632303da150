#pragma once
// Executor: runs steps over nodes. A step delivers what waits in inboxes in topological order, each
// node once per shard, and only nodes that have something waiting: a thousand idle jobs cost nothing.
// A small step runs on the calling thread over all shards, with no hand-over; a large one fans out:
// stage by stage (between exchanges shards are independent), shard i on worker i.
// Thread: one owner calls; workers are its own.

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "dataflow/job_graph.h"

namespace leat {

class WorkerPool;

class Executor {
 public:
  // Below this many waiting rows a step costs less than waking the workers.
  static constexpr size_t kParallelRowsMin = 8192;
  // `workers` may be null: everything on the calling thread.
  Executor(size_t shards, WorkerPool* workers, size_t parallel_rows_min = kParallelRowsMin);
  ~Executor();

  // Queues a batch for a node. Shard -1: each row to a shard by round robin of batches (scans of
  // sources, whose rows belong nowhere yet).
  void deliver(Node& node, size_t shard, int port, Batch batch);
  // A node must run in the next step although nothing was delivered (its first step: a global
  // aggregate shows its one row).
  void activate(Node& node);
  // Runs everything that waits; each node is pushed to and finished once.
  void run_step(StepContext& step);
  // Queries: pushes what waits, without finishing, the node nearest to the end first: what has been made is
  // used before more is made, so that a row that gives a million takes memory for some thousands. Until all is
  // done (idle()), `pause` says so, or the step has failed.
  void flow(StepContext& step, const std::function<bool()>& pause);
  // Queries: finishes one node on all shards. What it emits waits for flow().
  void finish(Node& node, StepContext& step);
  void port_done(Node& node, int port, StepContext& step);

  // Between steps: what `from` promises of its output, to whoever reads it and on from there. run_step()
  // does it for the watermarks that its rows have moved.
  void pass_watermarks(Node& from, StepContext& step);

  size_t shards() const { return shards_; }
  bool idle() const { return agenda_.empty(); }
  size_t waiting_rows() const { return waiting_rows_; }

 private:
  struct Item {
    uint64_t rank;
    Node* node;
    uint32_t shard;
    bool operator>(const Item& o) const {
      return rank != o.rank ? rank > o.rank : shard > o.shard;
    }
  };
  class ShardOutput;
  friend class ShardOutput;

  void schedule(Node& node, size_t shard);
  void run_agenda(bool finishing, StepContext& step);
  void run_parallel(StepContext& step);
  void run_one(Node& node, size_t shard, bool finishing, Output& out, StepContext& step);
  void flow_one(Node& node, size_t shard, ShardOutput& out, StepContext& step);

  size_t shards_;
  WorkerPool* workers_;
  size_t parallel_rows_min_;
  std::vector<Item> agenda_;  // a heap: lowest rank first
  size_t waiting_rows_ = 0;
  void move_watermarks(StepContext& step);
  Mutex moved_mutex_;
  std::vector<Node*> moved_ GUARDED_BY(moved_mutex_);  // filters by watermark that ran in this step
};

// Splits a batch over shards by the hashes of `keys`; result[s] is what shard s gets (may be empty).
std::vector<Batch> partition(const Batch& batch, const std::vector<int>& keys, size_t shards);
// The shard that owns a vnode.
inline size_t shard_of_vnode(uint8_t vnode, size_t shards) { return vnode * shards / 256; }

// The threads that run shards 1..n-1 of large steps; shard 0 runs on the caller. They spin for some
// microseconds before they sleep, because waking a thread is dear (35 us here).
class WorkerPool {
 public:
  explicit WorkerPool(size_t workers);
  ~WorkerPool();
  size_t workers() const { return threads_.size(); }
  // Calls task(i) for i in 0..workers, in parallel, and returns when all are done.
  void run(const std::function<void(size_t)>& task);

 private:
  void loop(size_t index);
  std::vector<std::thread> threads_;
  std::atomic<uint64_t> round_{0};
  std::atomic<size_t> running_{0};
  std::atomic<bool> stop_{false};
  const std::function<void(size_t)>* task_ = nullptr;
};

}  // namespace leat

#include "dataflow/executor.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/check.h"
#include "base/hash.h"

namespace leat {
namespace {

constexpr int kSpinRounds = 4000;

// Queries: rows of output that one part of the input of an operator that multiplies should give. The first
// part is one row.
constexpr size_t kPartRowsOut = 16 * 1024;

// Takes the first rows off a batch.
Batch cut_front(Batch& batch, size_t rows) {
  std::vector<uint32_t> front, rest;
  size_t i = 0;
  batch.selection.for_each([&](size_t row) { (i++ < rows ? front : rest).push_back(static_cast<uint32_t>(row)); });
  Batch part = batch.with_rows(std::move(front));
  batch = batch.with_rows(std::move(rest));
  return part;
}

void cpu_relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

uint64_t now_ns() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(
          std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

}  // namespace

std::vector<Batch> partition(const Batch& batch, const std::vector<int>& keys, size_t shards) {
  std::vector<Batch> parts(shards);
  auto hashes = hash_columns(batch, keys);
  Batch hashed = batch;
  hashed.hashes = hashes;
  if (shards == 1) {
    parts[0] = std::move(hashed);
    return parts;
  }
  std::vector<std::vector<uint32_t>> rows(shards);
  batch.selection.for_each([&](size_t row) {
    rows[shard_of_vnode(vnode_of((*hashes)[row]), shards)].push_back(static_cast<uint32_t>(row));
  });
  for (size_t s = 0; s < shards; ++s) {
    if (rows[s].empty()) continue;
    parts[s] = rows[s].size() == batch.size() ? hashed : hashed.with_rows(std::move(rows[s]));
  }
  return parts;
}

// Emits into the inboxes of the nodes behind one node's instance.
class Executor::ShardOutput final : public Output {
 public:
  // `boxes`: in a parallel stage, what crosses to another shard waits here, by target shard; null in
  // single-threaded runs, where everything is delivered at once.
  using Boxes = std::vector<std::vector<std::pair<Item, Node::Delivery>>>;
  ShardOutput(Executor& executor, Boxes* boxes) : executor_(executor), boxes_(boxes) {}

  void set(Node& node, size_t shard) {
    node_ = &node;
    shard_ = shard;
  }

  void emit(Batch batch) override {
    if (batch.empty()) return;
    node_->stats.rows_out.fetch_add(batch.size(), std::memory_order_relaxed);
    for (size_t i = 0; i < node_->outputs.size(); ++i) {
      const Edge& edge = node_->outputs[i];
      if (edge.route == Edge::kForward) {
        send(edge, shard_, batch);
      } else if (edge.route == Edge::kSingle) {
        Batch to_one = batch;
        to_one.hashes = nullptr;
        send(edge, 0, std::move(to_one));
      } else {
        auto parts = partition(batch, edge.keys, executor_.shards_);
        for (size_t s = 0; s < parts.size(); ++s) {
          if (!parts[s].empty()) send(edge, s, std::move(parts[s]));
        }
      }
    }
  }

 private:
  void send(const Edge& edge, size_t shard, Batch batch) {
    if (boxes_ != nullptr && shard != shard_) {
      (*boxes_)[shard].emplace_back(Item{edge.to->rank, edge.to, static_cast<uint32_t>(shard)},
                                    Node::Delivery{edge.port, std::move(batch)});
      return;
    }
    auto& inbox = edge.to->inbox[shard];
    inbox.waiting.push_back({edge.port, std::move(batch)});
    if (boxes_ != nullptr) {
      if (!inbox.scheduled) {
        inbox.scheduled = true;
        (*boxes_)[shard].emplace_back(Item{edge.to->rank, edge.to, static_cast<uint32_t>(shard)},
                                      Node::Delivery{-1, {}});
      }
    } else {
      executor_.schedule(*edge.to, shard);
    }
  }

  Executor& executor_;
  Boxes* boxes_;
  Node* node_ = nullptr;
  size_t shard_ = 0;
};

Executor::Executor(size_t shards, WorkerPool* workers, size_t parallel_rows_min)
    : shards_(shards), workers_(workers), parallel_rows_min_(parallel_rows_min) {}
Executor::~Executor() = default;

void Executor::schedule(Node& node, size_t shard) {
  auto& inbox = node.inbox[shard];
  if (inbox.scheduled) return;
  inbox.scheduled = true;
  agenda_.push_back({node.rank, &node, static_cast<uint32_t>(shard)});
  std::push_heap(agenda_.begin(), agenda_.end(), std::greater<>());
}

void Executor::deliver(Node& node, size_t shard, int port, Batch batch) {
  if (batch.empty()) return;
  waiting_rows_ += batch.size();
  node.inbox[shard].waiting.push_back({port, std::move(batch)});
  schedule(node, shard);
}

void Executor::activate(Node& node) {
  for (size_t s = 0; s < node.inbox.size(); ++s) schedule(node, s);
}

void Executor::run_one(Node& node, size_t shard, bool finishing, Output& out, StepContext& step) {
  auto& inbox = node.inbox[shard];
  inbox.scheduled = false;
  Operator& op = *node.instances[shard];
  ErrorSink* const step_errors = step.eval.errors;
  if (node.job != nullptr && node.job->errors != nullptr) step.eval.errors = node.job->errors;
  const uint64_t start = now_ns();
  size_t rows = 0;
  // The operator may deliver to later nodes only, so the inbox does not grow under us.
  std::vector<Node::Delivery> waiting = std::move(inbox.waiting);
  inbox.waiting.clear();
  for (auto& delivery : waiting) {
    rows += delivery.batch.size();
    if (!step.failed()) op.push(delivery.port, delivery.batch, out, step);
    delivery.batch = {};
  }
  if (finishing && !step.failed()) op.finish(out, step);
  if (step.failed() && step.failed_in == nullptr) step.failed_in = node.job;
  step.eval.errors = step_errors;
  if (node.makes_watermark && !node.watermark_noted.exchange(true)) {
    MutexLock lock(moved_mutex_);
    moved_.push_back(&node);
  }
  waiting.clear();
  inbox.waiting = std::move(waiting);  // keeps the capacity
  node.stats.rows_in.fetch_add(rows, std::memory_order_relaxed);
  node.stats.steps.fetch_add(1, std::memory_order_relaxed);
  node.stats.busy_ns.fetch_add(now_ns() - start, std::memory_order_relaxed);
}

void Executor::run_agenda(bool finishing, StepContext& step) {
  ShardOutput out(*this, nullptr);
  while (!agenda_.empty()) {
    std::pop_heap(agenda_.begin(), agenda_.end(), std::greater<>());
    const Item item = agenda_.back();
    agenda_.pop_back();
    out.set(*item.node, item.shard);
    run_one(*item.node, item.shard, finishing, out, step);
  }
  waiting_rows_ = 0;
}

void Executor::run_step(StepContext& step) {
  if (workers_ != nullptr && shards_ > 1 && waiting_rows_ >= parallel_rows_min_) {
    run_parallel(step);
  } else {
    run_agenda(true, step);
  }
  move_watermarks(step);
}

// The step is over: what its rows have promised holds for the next one's, in all shards.
void Executor::move_watermarks(StepContext& step) {
  std::vector<Node*> moved;
  {
    MutexLock lock(moved_mutex_);
    moved.swap(moved_);
  }
  for (Node* node : moved) {
    node->watermark_noted = false;
    std::optional<int64_t> seen;
    for (const auto& instance : node->instances) seen = std::max(seen, instance->seen_watermark());
    const int column = node->plan->time_column;
    if (step.failed() || !seen || (node->watermarks.contains(column) && *seen <= node->watermarks[column])) continue;
    for (const auto& instance : node->instances) instance->set_watermark(*seen, step);
    node->watermarks = output_watermarks(*node->plan, node->input_watermarks);
    node->watermarks[column] = *seen;
    pass_watermarks(*node, step);
  }
}

void Executor::pass_watermarks(Node& from, StepContext& step) {
  std::map<uint64_t, Node*> reached;  // by rank: inputs before users
  const auto tell = [&](Node& node) {
    for (const Edge& edge : node.outputs) {
      if (edge.to->plan == nullptr) continue;  // not of a plan: it only collects
      edge.to->input_watermarks[static_cast<size_t>(edge.port)] = node.watermarks;
      reached[edge.to->rank] = edge.to;
    }
  };
  tell(from);
  while (!reached.empty() && !step.failed()) {
    Node& node = *reached.begin()->second;
    reached.erase(reached.begin());
    for (const auto& instance : node.instances) instance->pass_watermarks(node.input_watermarks, step);
    Watermarks out = output_watermarks(*node.plan, node.input_watermarks);
    if (node.makes_watermark) {  // its own time column is its own affair
      const int column = node.plan->time_column;
      out.erase(column);
      if (node.watermarks.contains(column)) out[column] = node.watermarks[column];
    }
    if (out == node.watermarks) continue;
    node.watermarks = std::move(out);
    tell(node);
  }
}

void Executor::flow(StepContext& step, const std::function<bool()>& pause) {
  ShardOutput out(*this, nullptr);
  while (!agenda_.empty() && !step.failed() && !pause()) {
    const auto next = std::ranges::max_element(agenda_, {}, &Item::rank);
    const Item item = *next;
    agenda_.erase(next);
    std::make_heap(agenda_.begin(), agenda_.end(), std::greater<>());
    out.set(*item.node, item.shard);
    flow_one(*item.node, item.shard, out, step);
  }
  waiting_rows_ = 0;
}

// Pushes a part of what waits, or has the operator go on with the last one.
void Executor::flow_one(Node& node, size_t shard, ShardOutput& out, StepContext& step) {
  auto& inbox = node.inbox[shard];
  inbox.scheduled = false;
  Operator& op = *node.instances[shard];
  const uint64_t start = now_ns();
  const size_t rows_out = node.stats.rows_out.load(std::memory_order_relaxed);
  if (op.unfinished()) {
    op.resume(out, step);
  } else if (!inbox.waiting.empty()) {
    Node::Delivery& first = inbox.waiting.front();
    const size_t size = first.batch.size();
    if (first.port != std::exchange(inbox.part_port, first.port)) {
      inbox.part_rows = op.multiplies() ? 1 : std::numeric_limits<size_t>::max();
    }
    const size_t rows = std::min(size, inbox.part_rows);
    node.stats.rows_in.fetch_add(rows, std::memory_order_relaxed);
    if (rows == size) {
      const Node::Delivery whole = std::move(first);
      inbox.waiting.erase(inbox.waiting.begin());
      op.push(whole.port, whole.batch, out, step);
    } else {
      const Batch part = cut_front(first.batch, rows);
      op.push(first.port, part, out, step);
    }
    const size_t made = node.stats.rows_out.load(std::memory_order_relaxed) - rows_out;
    if (op.multiplies()) inbox.part_rows = std::clamp<size_t>(rows * kPartRowsOut / std::max<size_t>(1, made), 1, rows * 2);
  }
  node.stats.busy_ns.fetch_add(now_ns() - start, std::memory_order_relaxed);
  if (op.unfinished() || !inbox.waiting.empty()) schedule(node, shard);
}

void Executor::finish(Node& node, StepContext& step) {
  ShardOutput out(*this, nullptr);
  for (size_t s = 0; s < node.instances.size(); ++s) {
    out.set(node, s);
    if (!step.failed()) node.instances[s]->finish(out, step);
  }
}

void Executor::port_done(Node& node, int port, StepContext& step) {
  ShardOutput out(*this, nullptr);
  for (size_t s = 0; s < node.instances.size(); ++s) {
    out.set(node, s);
    if (!step.failed()) node.instances[s]->port_done(port, out, step);
  }
  run_agenda(false, step);
}

void Executor::run_parallel(StepContext& step) {
  // Per shard: its agenda, its outgoing boxes and its own step context (errors are merged after).
  struct Shard {
    std::vector<Item> agenda;
    ShardOutput::Boxes boxes;
    StepContext step;
    uint64_t errors_before = 0;
  };
  std::vector<Shard> shards(shards_);
  for (auto& shard : shards) {
    shard.boxes.resize(shards_);
    shard.step.epoch = step.epoch;
    shard.step.eval = step.eval;
    shard.errors_before = step.eval.error_count;
  }
  for (const Item& item : agenda_) shards[item.shard].agenda.push_back(item);
  agenda_.clear();
  waiting_rows_ = 0;

  const auto run_stage = [&](size_t s, int stage) {
    Shard& shard = shards[s];
    ShardOutput out(*this, &shard.boxes);
    auto& agenda = shard.agenda;
    std::make_heap(agenda.begin(), agenda.end(), std::greater<>());
    std::vector<Item> later;
    while (!agenda.empty()) {
      std::pop_heap(agenda.begin(), agenda.end(), std::greater<>());
      const Item item = agenda.back();
      agenda.pop_back();
      if (item.node->stage > stage) {
        later.push_back(item);
        continue;
      }
      out.set(*item.node, s);
      run_one(*item.node, s, true, out, shard.step);
      for (auto& [next, delivery] : shard.boxes[s]) {  // scheduled on this shard itself
        agenda.push_back(next);
        std::push_heap(agenda.begin(), agenda.end(), std::greater<>());
      }
      shard.boxes[s].clear();
    }
    agenda = std::move(later);
  };

  for (;;) {
    int stage = std::numeric_limits<int>::max();
    size_t active = 0;
    for (auto& shard : shards) {
      for (const Item& item : shard.agenda) stage = std::min(stage, item.node->stage);
    }
    if (stage == std::numeric_limits<int>::max()) break;
    for (auto& shard : shards) {
      active += std::ranges::any_of(shard.agenda, [&](const Item& i) { return i.node->stage == stage; });
    }
    if (active > 1) {
      workers_->run([&](size_t s) {
        if (s < shards_) run_stage(s, stage);
      });
    } else {
      for (size_t s = 0; s < shards_; ++s) run_stage(s, stage);
    }
    // What crossed shards is delivered now, in the order of the sending shards.
    for (auto& from : shards) {
      for (size_t to = 0; to < shards_; ++to) {
        for (auto& [item, delivery] : from.boxes[to]) {
          auto& inbox = item.node->inbox[to];
          inbox.waiting.push_back(std::move(delivery));
          if (!inbox.scheduled) {
            inbox.scheduled = true;
            shards[to].agenda.push_back(item);
          }
        }
        from.boxes[to].clear();
      }
    }
  }
  for (auto& shard : shards) {
    step.eval.error_count += shard.step.eval.error_count - shard.errors_before;
    if (shard.step.failed() && !step.failed()) {
      step.fail(std::move(shard.step.failure).error());
      step.failed_in = shard.step.failed_in;
    }
  }
}

WorkerPool::WorkerPool(size_t workers) {
  for (size_t i = 0; i < workers; ++i) threads_.emplace_back([this, i] { loop(i + 1); });
}

WorkerPool::~WorkerPool() {
  stop_ = true;
  round_.fetch_add(1);
  round_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::run(const std::function<void(size_t)>& task) {
  task_ = &task;
  running_.store(threads_.size(), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  task(0);
  for (int spin = 0; running_.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin > kSpinRounds) {
      const size_t left = running_.load(std::memory_order_acquire);
      if (left != 0) running_.wait(left, std::memory_order_acquire);
    } else {
      cpu_relax();
    }
  }
}

void WorkerPool::loop(size_t index) {
  uint64_t seen = 0;
  for (;;) {
    for (int spin = 0; round_.load(std::memory_order_acquire) == seen; ++spin) {
      if (spin > kSpinRounds) {
        round_.wait(seen, std::memory_order_acquire);
      } else {
        cpu_relax();
      }
    }
    seen = round_.load(std::memory_order_acquire);
    if (stop_) return;
    (*task_)(index);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_all();
  }
}

}  // namespace leat

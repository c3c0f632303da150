#include "query/query_run.h"

#include <chrono>

#include "catalog/relation.h"

namespace leat {
namespace {

// Rows read per chunk: small at first, so that a LIMIT or a look-up reads little.
constexpr size_t kFirstChunkRows = 256;
constexpr size_t kChunkRows = 4096;

int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

QueryRun::QueryRun(size_t columns, QueryOptions options)
    : columns_(columns), options_(std::move(options)), executor_(1, nullptr) {
  step_.epoch = options_.snapshot ? options_.snapshot.epoch() : 0;
  step_.eval = options_.eval;
  step_.eval.errors = this;
}

QueryRun::~QueryRun() = default;

void QueryRun::row_error(Error error) {
  if (!error_) error_ = std::move(error);
}

Result<std::unique_ptr<QueryRun>> QueryRun::start(const PhysicalPlan& plan, QueryOptions options) {
  std::unique_ptr<QueryRun> run(new QueryRun(plan.columns.size(), std::move(options)));
  run->graph_ = TRY(build_graph(plan.root, {.query = true, .eval = &run->step_.eval}));
  TRY(run->check());
  for (const ScanPort& scan : run->graph_->scans()) {
    TRY(check_snapshot_has(*scan.scan, run->options_.snapshot));
  }
  Node* root = run->graph_->root();
  run->schedule(root);
  auto collect = std::make_unique<Collect>();
  run->collect_ = collect.get();
  run->collector_ = std::make_unique<Node>();
  run->collector_->rank = root->rank + 1;
  run->collector_->inbox.resize(1);
  run->collector_->instances.push_back(std::move(collect));
  root->outputs.push_back({.to = run->collector_.get()});
  return run;
}

// Post-order; of a join the right side first, because it is kept and the left streams past it.
void QueryRun::schedule(Node* node) {
  std::vector<std::pair<Node*, int>> inputs;
  for (const auto& from : graph_->nodes()) {
    for (const Edge& edge : from->outputs) {
      if (edge.to == node) inputs.emplace_back(from.get(), edge.port);
    }
  }
  std::ranges::sort(inputs, [&](const auto& a, const auto& b) {
    return node->plan->kind == PhysicalKind::kHashJoin ? a.second > b.second : a.second < b.second;
  });
  for (const auto& [input, port] : inputs) schedule(input);
  for (const ScanPort& scan : graph_->scans()) {
    if (scan.node == node) actions_.push_back({.scan = &scan});
  }
  actions_.push_back({.finish = node});
}

Result<void> QueryRun::check() {
  if (error_) return std::unexpected(*error_);
  if (step_.failed()) return std::unexpected(step_.failure.error());
  if (options_.cancel != nullptr && options_.cancel->load(std::memory_order_relaxed)) {
    return fail(SqlState::kQueryCanceled, "canceling statement due to user request");
  }
  if (options_.deadline_ns != 0 && monotonic_ns() > options_.deadline_ns) {
    return fail(SqlState::kQueryCanceled, "canceling statement due to statement timeout");
  }
  return {};
}

// Pushes on until there is something for the client. What waits for it is bounded so.
Result<void> QueryRun::flow() {
  Result<void> checked;
  executor_.flow(step_, [&] {
    checked = check();
    return !checked || collect_->rows() >= kChunkRows;
  });
  TRY(checked);
  return check();
}

Result<bool> QueryRun::advance() {
  if (!executor_.idle()) {
    TRY(flow());
    return true;
  }
  if (next_action_ == actions_.size()) return false;
  const Action& action = actions_[next_action_];
  if (action.finish != nullptr) {
    executor_.finish(*action.finish, step_);
    ++next_action_;
  } else {
    const PhysicalNode& scan = *action.scan->scan;
    size_t chunk = kChunkRows;
    if (!rows_) {
      rows_ = scan.relation->stored() ? TRY(make_stored_source(scan, options_.snapshot, step_.eval, options_.pending.get()))
                                      : TRY(options_.make_rows(scan));
      chunk = kFirstChunkRows;
    }
    Batch batch = TRY(rows_->next(chunk));
    if (batch.empty()) {
      rows_.reset();
      ++next_action_;
    } else {
      executor_.deliver(*action.scan->node, 0, 0, std::move(batch));
    }
  }
  TRY(flow());
  return true;
}

Result<Batch> QueryRun::next() {
  for (;;) {
    while (next_ready_ < ready_.size()) {
      Batch batch = std::move(ready_[next_ready_++]);
      if (batch.empty()) continue;
      batch.columns.resize(columns_);
      return batch;
    }
    ready_.clear();
    next_ready_ = 0;
    const bool more = TRY(advance());
    if (!collect_->empty()) {
      ready_ = collect_->take();
    } else if (!more) {
      return Batch{};
    }
  }
}

}  // namespace leat

#pragma once
// QueryRun: one ad-hoc query: its plan's operators fed one snapshot in one step and thrown away.
// Rows come out as they are made: a plan of stateless operators needs memory for one chunk only.
// Scans run one after the other, the right side of a join before its left, and each operator is
// finished as soon as all its inputs are.
// Thread: one at a time; the thread that asks does the work. `cancel` may be set by any thread.

#include <atomic>
#include <memory>
#include <vector>

#include "dataflow/executor.h"
#include "dataflow/graph_builder.h"
#include "query/row_source.h"

namespace leat {

struct QueryOptions {
  Snapshot snapshot;
  std::shared_ptr<const PendingView> pending;  // what the transaction has written itself; null: nothing
  MakeRowSource make_rows;         // for relations that are not stored
  EvalContext eval;                // copied; its errors sink is not used: an error ends the query
  const std::atomic<bool>* cancel = nullptr;
  int64_t deadline_ns = 0;         // monotonic; 0: none
};

class QueryRun final : private ErrorSink {
 public:
  static Result<std::unique_ptr<QueryRun>> start(const PhysicalPlan& plan, QueryOptions options);
  ~QueryRun() override;

  // Of the statement that reads on now: a cursor outlives the one that began it.
  void set_deadline(int64_t monotonic_ns) { options_.deadline_ns = monotonic_ns; }
  // The next batch of rows in the plan's visible columns; an empty batch at the end. After an error
  // the run is over.
  Result<Batch> next();

 private:
  // What is done next: read a scan to its end, or finish a node and tell its user.
  struct Action {
    const ScanPort* scan = nullptr;
    Node* finish = nullptr;
  };
  QueryRun(size_t columns, QueryOptions options);
  void row_error(Error error) override;
  void schedule(Node* node);
  Result<bool> advance();  // false: everything is done
  Result<void> flow();
  Result<void> check();

  size_t columns_;  // the visible ones
  QueryOptions options_;
  std::unique_ptr<JobGraph> graph_;
  Executor executor_;
  StepContext step_;
  std::optional<Error> error_;
  std::vector<Action> actions_;
  size_t next_action_ = 0;
  std::unique_ptr<RowSource> rows_;  // of the scan under way
  std::unique_ptr<Node> collector_;
  Collect* collect_ = nullptr;
  std::vector<Batch> ready_;
  size_t next_ready_ = 0;
};

}  // namespace leat

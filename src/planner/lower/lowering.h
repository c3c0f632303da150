#pragma once
// Lowering: a rewritten logical plan becomes physical nodes. Each kind of node has its file.
// What stays true: a lowered stream has all columns of its logical node, in any places, and in a
// job the columns of its key besides; keys, append-only, watermarks and distribution of a physical
// node are right for its output; a node with state gets its rows so that equal keys meet in one
// shard. Thread: one planning call's.

#include <vector>

#include "planner/planner.h"

namespace leat::planner {

// A stream, and where the logical node's columns are in it.
struct Lowered {
  PhysicalPtr node;
  std::vector<int> columns;
};

class Lowering {
 public:
  // `sorted_groups`: groups by column number instead of as written, which makes more aggregates
  // equal.
  Lowering(const PlanContext& context, bool emit_on_window_close, bool sorted_groups = false)
      : context_(context),
        emit_on_window_close_(emit_on_window_close),
        sorted_groups_(sorted_groups) {}

  const PlanContext& context() const { return context_; }
  bool is_job() const { return context_.mode == PlanMode::kJob; }
  bool emit_on_window_close() const { return emit_on_window_close_; }
  bool sorted_groups() const { return sorted_groups_; }
  // A node that waits for the watermark was made.
  void note_window_close() { window_closes_ = true; }
  bool window_closes() const { return window_closes_; }

  Result<Lowered> lower(const LogicalPtr& node);

 private:
  const PlanContext& context_;
  bool emit_on_window_close_;
  bool sorted_groups_;
  bool window_closes_ = false;
};

Result<Lowered> lower_scan(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_values(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_filter(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_project(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_project_set(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_table_function(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_join(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_aggregate(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_top_n(Lowering& lowering, const LogicalNode& node);  // kSort, kDistinctOn
Result<Lowered> lower_union(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_set_operation(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_window(Lowering& lowering, const LogicalNode& node);
Result<Lowered> lower_time_window(Lowering& lowering, const LogicalNode& node);

// A filter over a stored relation's scan, as look-ups by the best of its keys; a null node if no
// key's first column is restricted. Queries only.
Result<Lowered> lower_key_lookup(Lowering& lowering, const LogicalNode& scan,
                                 const std::vector<ExprPtr>& conjuncts);

// A semi join with one row by a single comparison, as a dynamic filter; a null node if it is none.
Lowered lower_dynamic_filter(const Lowered& left, const Lowered& right, const ExprPtr& condition);

}  // namespace leat::planner

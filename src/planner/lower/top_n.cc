// ORDER BY with a bound, per group or for all rows, and DISTINCT ON. An order without a bound means
// something only where rows are read once: in a query.

#include <algorithm>

#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/lower/streams.h"

namespace leat::planner {

Result<Lowered> lower_top_n(Lowering& lowering, const LogicalNode& node) {
  Lowered input = TRY(lowering.lower(node.inputs[0]));
  const bool distinct_on = node.kind == LogicalKind::kDistinctOn;
  const bool ranked = emits_rank(node);
  const bool bounded = distinct_on || node.limit != nullptr || node.offset != nullptr;
  if (!bounded && lowering.is_job() && !ranked) return input;
  if (!bounded && node.order_by.empty() && !ranked) return input;

  const std::vector<ExprPtr>& groups = distinct_on ? node.exprs : node.group_by;
  std::vector<ExprPtr> exprs = place_all(groups, input);
  for (const SortItem& item : node.order_by) exprs.push_back(place(item.expr, input));
  std::vector<int> at;
  PhysicalPtr rows = append_physical(input.node, exprs, at);
  const std::vector<int> keys(at.begin(), at.begin() + static_cast<ptrdiff_t>(groups.size()));
  rows = exchange_by(rows, keys);

  auto top = new_physical(PhysicalKind::kTopN, {rows});
  top->keys = keys;
  // Within a group its own columns order nothing.
  for (const SortColumn& item : sort_columns(
           node.order_by, {at.begin() + static_cast<ptrdiff_t>(groups.size()), at.end()})) {
    if (std::count(keys.begin(), keys.end(), item.column) == 0) top->order.push_back(item);
  }
  top->limit = distinct_on ? make_bigint(1) : node.limit;
  top->offset = node.offset;
  top->with_ties = node.with_ties;
  top->append_only = !lowering.is_job();
  top->watermark_columns = of_group(rows->watermark_columns, keys);
  const bool one = top->limit != nullptr && top->limit->kind == ExprKind::kLiteral &&
                   !top->limit->literal.is_null() && top->limit->type.is_integer() &&
                   top->limit->literal.as_int64() == 1 && !node.with_ties;
  if (one && lowering.is_job()) top->key = keys;
  if (ranked) {
    top->emit_rank = true;
    input.columns.push_back(static_cast<int>(top->schema.size()));
    top->schema.push_back(node.schema.back());
  }
  return Lowered{std::move(top), input.columns};
}

}  // namespace leat::planner

// `row_number() OVER (PARTITION BY g ORDER BY o)` with an upper bound keeps the first rows of each
// group: a top-N. rank() keeps them with ties; its values are then computed over the rows that are
// left, which gives the same ones, because a rank depends on earlier rows only. dense_rank() <= 1
// is rank() <= 1.

#include <algorithm>
#include <limits>
#include <optional>

#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

struct Bounds {
  int64_t low = 1;
  int64_t high = std::numeric_limits<int64_t>::max();
  std::vector<ExprPtr> rest;  // conjuncts that say something else

  bool bounded() const { return high < std::numeric_limits<int64_t>::max(); }
};

// What the conjuncts say about column `rank`.
Bounds bounds_of(const std::vector<ExprPtr>& conjuncts, int rank) {
  Bounds bounds;
  for (const ExprPtr& conjunct : conjuncts) {
    auto comparison = comparison_of(*conjunct);
    const Expr* column = comparison ? conjunct->args[0].get() : nullptr;
    const Expr* literal = comparison ? conjunct->args[1].get() : nullptr;
    if (comparison && column->kind == ExprKind::kLiteral) {
      std::swap(column, literal);
      comparison = flipped(*comparison);
    }
    const bool about_rank = comparison && column->kind == ExprKind::kColumn &&
                            column->column == rank && literal->kind == ExprKind::kLiteral &&
                            !literal->literal.is_null() && literal->type.is_integer();
    if (!about_rank) {
      bounds.rest.push_back(conjunct);
      continue;
    }
    const int64_t n = literal->literal.as_int64();
    const auto at_most = [&](int64_t high) { bounds.high = std::min(bounds.high, high); };
    const auto at_least = [&](int64_t low) { bounds.low = std::max(bounds.low, low); };
    switch (*comparison) {
      case Comparison::kLess:
        at_most(n == std::numeric_limits<int64_t>::min() ? n : n - 1);
        break;
      case Comparison::kLessEqual:
        at_most(n);
        break;
      case Comparison::kGreater:
        at_least(n == std::numeric_limits<int64_t>::max() ? n : n + 1);
        break;
      case Comparison::kGreaterEqual:
        at_least(n);
        break;
      case Comparison::kEqual:
        at_most(n);
        at_least(n);
        break;
    }
  }
  return bounds;
}

std::shared_ptr<LogicalNode> make_top_n(const LogicalPtr& input, const WindowCall& call,
                                        int64_t limit) {
  auto top = std::make_shared<LogicalNode>();
  top->kind = LogicalKind::kSort;
  top->inputs = {input};
  top->schema = input->schema;
  top->group_by = call.partition_by;
  top->order_by = call.order_by;
  top->limit = make_bigint(limit);
  return top;
}

LogicalPtr rewrite_filter(const LogicalPtr& node) {
  const LogicalPtr& window = node->inputs[0];
  if (window->kind != LogicalKind::kWindow || window->windows.size() != 1) return node;
  const WindowCall& call = window->windows[0];
  const bool row_number = call.function == "row_number";
  const bool rank = call.function == "rank";
  if (!row_number && !rank && call.function != "dense_rank") return node;
  const int column = static_cast<int>(window->schema.size()) - 1;
  Bounds bounds = bounds_of(conjuncts_of(node->exprs[0]), column);
  if (!bounds.bounded()) return node;
  if (bounds.high < bounds.low) return make_empty(node->schema);
  if (!row_number && !rank && bounds.high > 1) return node;

  const LogicalPtr& input = window->inputs[0];
  if (row_number) {
    auto top = make_top_n(input, call, bounds.high - bounds.low + 1);
    if (bounds.low > 1) top->offset = make_bigint(bounds.low - 1);
    top->schema = window->schema;
    return make_filter(top, std::move(bounds.rest));
  }
  auto top = make_top_n(input, call, bounds.high);
  top->with_ties = true;
  if (bounds.low > 1) {
    bounds.rest.push_back(make_comparison(Comparison::kGreaterEqual, column_of(*window, column),
                                          make_bigint(bounds.low)));
  }
  return make_filter(with_inputs(window, {top}), std::move(bounds.rest));
}

LogicalPtr rewrite(const LogicalPtr& node) {
  const LogicalPtr with = map_inputs(node, rewrite);
  return with->kind == LogicalKind::kFilter ? rewrite_filter(with) : with;
}

}  // namespace

Result<LogicalPtr> window_top_n(const LogicalPtr& plan, const PlanContext&) {
  return rewrite(plan);
}

}  // namespace leat::planner

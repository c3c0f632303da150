// `value op (one row)` over a stream: the rows wait in the order of the value, and when the bound
// moves only those between its old and new place come or go.

#include <array>

#include "function/functions.h"
#include "planner/function_rows.h"
#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

std::string_view operator_text(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return "<";
    case Comparison::kLessEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterEqual:
      return ">=";
    case Comparison::kEqual:
      return "=";
  }
  return "=";
}

bool is_clock(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kNow) return true;
  return node.kind == PhysicalKind::kProject && is_clock(*node.inputs[0]);
}

// All columns of an expression on one side of the boundary?
bool only_side(const Expr& expr, int boundary, bool right) {
  const auto columns = columns_of(expr);
  for (const int column : columns) {
    if ((column >= boundary) != right) return false;
  }
  return !columns.empty();
}

}  // namespace

Lowered lower_dynamic_filter(const Lowered& left, const Lowered& right, const ExprPtr& condition) {
  auto comparison = comparison_of(*condition);
  if (!comparison || *comparison == Comparison::kEqual) return {};
  const auto boundary = static_cast<int>(left.node->schema.size());
  ExprPtr value = condition->args[0], bound = condition->args[1];
  if (only_side(*value, boundary, true)) {
    std::swap(value, bound);
    comparison = flipped(*comparison);
  }
  if (!only_side(*value, boundary, false) || !only_side(*bound, boundary, true)) return {};

  std::vector<int> at;
  PhysicalPtr rows = append_physical(left.node, {value}, at);
  const ExprPtr of_right = rewrite_expr(bound, [&](const ExprPtr& e) -> ExprPtr {
    return e->kind == ExprKind::kColumn ? make_column(e->column - boundary, e->type) : e;
  });
  PhysicalPtr row = right.node;
  const bool plain = of_right->kind == ExprKind::kColumn && of_right->column == 0;
  if (!plain) row = make_physical_project(row, {of_right}, {{"bound", of_right->type}});
  // The clock is in every shard; any other bound is in one, and so must the rows be.
  if (is_clock(*row)) {
    rows = settle(rows);
  } else {
    rows = exchange_by(rows, {});
    row = exchange_by(row, {});
  }
  const std::array types{value->type, of_right->type};
  auto filter = new_physical(PhysicalKind::kDynamicFilter, {rows, row});
  filter->compare_column = at[0];
  filter->compare = function_of(operator_text(*comparison), types);
  filter->append_only = false;
  return {std::move(filter), left.columns};
}

}  // namespace leat::planner

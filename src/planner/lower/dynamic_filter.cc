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

bool is_time(const Type& type) {
  return type.is(TypeId::kTimestamptz) || type.is(TypeId::kTimestamp) || type.is(TypeId::kDate);
}

// Does the expression of the clock never go back while the clock goes on? Months do: a month before
// March 31 begins earlier than a month before March 30 ends.
bool rises(const Expr& expr) {
  if (expr.kind == ExprKind::kColumn) return true;
  if (expr.kind != ExprKind::kCall || expr.args.empty()) return false;
  const std::string_view name = expr.function->name;
  if (name == "cast") return is_time(expr.type) && is_time(expr.args[0]->type) && rises(*expr.args[0]);
  if ((name != "+" && name != "-") || expr.args.size() != 2) return false;
  const Expr& by = *expr.args[1];
  return by.kind == ExprKind::kLiteral && by.type.is(TypeId::kInterval) && !by.literal.is_null() &&
         by.literal.as_interval().months == 0 && rises(*expr.args[0]);
}

bool rises_with_clock(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kNow) return true;
  return node.kind == PhysicalKind::kProject && rises(*node.exprs[0]) && rises_with_clock(*node.inputs[0]);
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
  filter->bound_rises = rises_with_clock(*row);
  filter->append_only = false;
  // The bound brings and takes rows of any time.
  filter->watermark_columns.clear();
  return {std::move(filter), left.columns};
}

}  // namespace leat::planner

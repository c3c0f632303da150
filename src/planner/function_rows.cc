#include "planner/function_rows.h"

#include <algorithm>
#include <array>

#include "aggregate/aggregate.h"
#include "base/check.h"
#include "function/functions.h"
#include "types/packed_row.h"

namespace leat::planner {
namespace {

bool calls(const Expr& expr, std::string_view name) {
  return expr.kind == ExprKind::kCall && expr.function->name == name;
}

ExprPtr call(std::string_view name, Type type, std::vector<ExprPtr> args) {
  std::vector<Type> types;
  for (const ExprPtr& arg : args) {
    // What the binder has left undecided is stored as text.
    types.push_back(arg->type.is(TypeId::kUnknown) ? Type(TypeId::kVarchar) : arg->type);
  }
  return make_call(function_of(name, types), std::move(type), std::move(args));
}

struct ComparisonName {
  std::string_view name;
  Comparison comparison;
};
constexpr ComparisonName kComparisons[] = {
    {"<", Comparison::kLess},          {"<=", Comparison::kLessEqual}, {">", Comparison::kGreater},
    {">=", Comparison::kGreaterEqual}, {"=", Comparison::kEqual},
};

const AggregateFunction* aggregate_of(std::string_view name, int args) {
  for (const AggregateFunction& f : aggregate_functions()) {
    if (f.name == name && f.args.count == args) return &f;
  }
  CHECK(false, "no aggregate {} of {} arguments", name, args);
  return nullptr;
}

}  // namespace

bool is_equality(const Expr& expr) { return calls(expr, "=") && expr.args.size() == 2; }
bool is_equal_any(const Expr& expr) { return calls(expr, "=any"); }
bool is_not_distinct(const Expr& expr) { return calls(expr, "is_not_distinct_from"); }
bool is_not(const Expr& expr) { return calls(expr, "not"); }

// proctime() is the same clock.
bool is_now(const Expr& expr) {
  return (calls(expr, "now") || calls(expr, "proctime")) && expr.args.empty();
}

bool has_now(const Expr& expr) {
  bool found = false;
  for_each_expr(expr, [&](const Expr& e) { found |= is_now(e); });
  return found;
}

std::optional<Comparison> comparison_of(const Expr& expr) {
  if (expr.kind != ExprKind::kCall || expr.args.size() != 2) return std::nullopt;
  for (const ComparisonName& row : kComparisons) {
    if (expr.function->name == row.name) return row.comparison;
  }
  return std::nullopt;
}

Comparison flipped(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return Comparison::kGreater;
    case Comparison::kLessEqual:
      return Comparison::kGreaterEqual;
    case Comparison::kGreater:
      return Comparison::kLess;
    case Comparison::kGreaterEqual:
      return Comparison::kLessEqual;
    case Comparison::kEqual:
      return Comparison::kEqual;
  }
  UNREACHABLE();
}

const Expr* widened_integer(const Expr& expr) {
  if (!calls(expr, "cast") || !expr.type.is_integer()) return nullptr;
  const Expr& arg = *expr.args[0];
  return arg.type.is_integer() && arg.type.width() < expr.type.width() ? &arg : nullptr;
}

ExprPtr make_comparison(Comparison comparison, ExprPtr a, ExprPtr b) {
  for (const ComparisonName& row : kComparisons) {
    if (row.comparison == comparison)
      return call(row.name, TypeId::kBoolean, {std::move(a), std::move(b)});
  }
  UNREACHABLE();
}

ExprPtr make_equal(ExprPtr a, ExprPtr b) {
  return make_comparison(Comparison::kEqual, std::move(a), std::move(b));
}

ExprPtr make_not_distinct(ExprPtr a, ExprPtr b) {
  return call("is_not_distinct_from", TypeId::kBoolean, {std::move(a), std::move(b)});
}

ExprPtr make_not(ExprPtr a) { return call("not", TypeId::kBoolean, {std::move(a)}); }
ExprPtr make_is_null(ExprPtr a) { return call("is_null", TypeId::kBoolean, {std::move(a)}); }
ExprPtr make_is_not_null(ExprPtr a) {
  return call("is_not_null", TypeId::kBoolean, {std::move(a)});
}

ExprPtr make_case(ExprPtr when, ExprPtr then, ExprPtr otherwise) {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kCase;
  expr->type = then->type;
  expr->args = {std::move(when), std::move(then), std::move(otherwise)};
  return expr;
}

ExprPtr make_coalesce(ExprPtr a, ExprPtr b) {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kCoalesce;
  expr->type = a->type;
  expr->args = {std::move(a), std::move(b)};
  return expr;
}

ExprPtr make_shifted(ExprPtr value, ExprPtr by, bool back) {
  const Type type = value->type.is(TypeId::kDate) && by->type.is(TypeId::kInterval) ? Type(TypeId::kTimestamp) : value->type;
  return call(back ? "-" : "+", type, {std::move(value), std::move(by)});
}

ExprPtr make_bigint(int64_t value) { return make_literal(Value::int64(value)); }
ExprPtr make_null(Type type) { return make_literal(Value::null(std::move(type))); }
ExprPtr make_empty_array(Type type) { return make_literal(Value(std::move(type), pack_list({}))); }

ExprPtr make_array(std::vector<ExprPtr> elements) {
  Type type = Type::list_of(elements[0]->type);
  const auto rows = functions_named("array");
  CHECK(rows.size() == 1, "{} functions named array", rows.size());
  return make_call(rows[0], std::move(type), std::move(elements));
}

ExprPtr make_field(ExprPtr value, int index) {
  Type type = value->type.fields()[static_cast<size_t>(index)].type;
  return call("field", std::move(type), {std::move(value), make_literal(Value::int32(index))});
}

std::string_view aggregate_name(const AggregateFunction& function) { return function.name; }
bool is_count(const AggregateFunction& function) { return function.name == "count"; }

Value aggregate_of_nothing(const AggregateCall& call) {
  return is_count(*call.function) ? Value::int64(0) : Value::null(call.type);
}

AggregateCall count_rows(ExprPtr filter) {
  AggregateCall call;
  call.function = aggregate_of("count", 0);
  call.name = "count";
  call.type = TypeId::kInt64;
  call.filter = std::move(filter);
  return call;
}

AggregateCall count_values(ExprPtr value) {
  AggregateCall call;
  call.function = aggregate_of("count", 1);
  call.name = "count";
  call.type = TypeId::kInt64;
  call.args = {std::move(value)};
  return call;
}

AggregateCall array_of(ExprPtr value, std::vector<SortItem> order_by) {
  AggregateCall call;
  call.function = aggregate_of("array_agg", 1);
  call.name = "array_agg";
  call.type = Type::list_of(value->type);
  call.args = {std::move(value)};
  call.order_by = std::move(order_by);
  return call;
}

bool null_if(const Expr& expr, const std::vector<bool>& columns) {
  switch (expr.kind) {
    case ExprKind::kColumn:
      return static_cast<size_t>(expr.column) < columns.size() &&
             columns[static_cast<size_t>(expr.column)];
    case ExprKind::kLiteral:
      return expr.literal.is_null();
    case ExprKind::kCall:
      return expr.function->nulls == NullMode::kStrict &&
             std::any_of(expr.args.begin(), expr.args.end(),
                         [&](const ExprPtr& arg) { return null_if(*arg, columns); });
    case ExprKind::kInList:
      return null_if(*expr.args[0], columns);
    case ExprKind::kCoalesce:
      return std::all_of(expr.args.begin(), expr.args.end(),
                         [&](const ExprPtr& arg) { return null_if(*arg, columns); });
    default:
      return false;
  }
}

bool rejects_null(const Expr& condition, const std::vector<bool>& columns) {
  if (null_if(condition, columns)) return true;
  if (condition.kind == ExprKind::kAnd) {
    return std::any_of(condition.args.begin(), condition.args.end(),
                       [&](const ExprPtr& arg) { return rejects_null(*arg, columns); });
  }
  if (condition.kind == ExprKind::kOr) {
    return std::all_of(condition.args.begin(), condition.args.end(),
                       [&](const ExprPtr& arg) { return rejects_null(*arg, columns); });
  }
  for (const std::string_view test : {"is_not_null", "is_true", "is_false", "is_not_unknown"}) {
    if (calls(condition, test)) return null_if(*condition.args[0], columns);
  }
  return false;
}

}  // namespace leat::planner

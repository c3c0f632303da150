#pragma once
// The rows of the function and aggregate tables that the planner itself puts into plans, and what
// it asks about rows that the binder put there. Thread: any.

#include <optional>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "plan/logical.h"

namespace leat::planner {

// Comparisons, as calls of two arguments of one type.
bool is_equality(const Expr& expr);      // a = b
bool is_equal_any(const Expr& expr);     // a = ANY (array)
bool is_not_distinct(const Expr& expr);  // a IS NOT DISTINCT FROM b
enum class Comparison : uint8_t { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual };
std::optional<Comparison> comparison_of(const Expr& expr);
Comparison flipped(Comparison comparison);
bool is_not(const Expr& expr);  // NOT a
bool is_now(const Expr& expr);  // now()
bool has_now(const Expr& expr);
// A widening cast between integer types: which argument it casts, or null.
const Expr* widened_integer(const Expr& expr);

ExprPtr make_comparison(Comparison comparison, ExprPtr a, ExprPtr b);  // of the same type
ExprPtr make_equal(ExprPtr a, ExprPtr b);
ExprPtr make_not_distinct(ExprPtr a, ExprPtr b);
ExprPtr make_not(ExprPtr a);
ExprPtr make_is_null(ExprPtr a);
ExprPtr make_is_not_null(ExprPtr a);
ExprPtr make_case(ExprPtr when, ExprPtr then, ExprPtr otherwise);
ExprPtr make_coalesce(ExprPtr a, ExprPtr b);
// value + by, or value - by if `back`; a date moved by an interval is a timestamp.
ExprPtr make_shifted(ExprPtr value, ExprPtr by, bool back);
ExprPtr make_bigint(int64_t value);
ExprPtr make_null(Type type);
ExprPtr make_empty_array(Type type);
ExprPtr make_array(std::vector<ExprPtr> elements);  // of one type; at least one
// Field `index` of a struct value.
ExprPtr make_field(ExprPtr value, int index);

std::string_view aggregate_name(const AggregateFunction& function);
bool is_count(const AggregateFunction& function);
// What the aggregate gives over no rows.
Value aggregate_of_nothing(const AggregateCall& call);
AggregateCall count_rows(ExprPtr filter = nullptr);  // count(*)
AggregateCall count_values(ExprPtr value);           // count(value)
AggregateCall array_of(ExprPtr value, std::vector<SortItem> order_by);

// Is the condition not TRUE whenever all of `columns` are NULL?
bool rejects_null(const Expr& condition, const std::vector<bool>& columns);
// Is the value NULL whenever all of `columns` are NULL?
bool null_if(const Expr& expr, const std::vector<bool>& columns);

}  // namespace leat::planner

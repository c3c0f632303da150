#pragma once
// Expr: a typed scalar expression over the columns of one input. Immutable and shared.
// The binder makes it from syntax; the planner rewrites it (sub-queries, aggregates and window calls
// are gone then); the evaluator runs it over a batch.

#include <functional>
#include <memory>
#include <vector>

#include "expr/function.h"
#include "types/value.h"

namespace leat {

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;
struct LogicalNode;  // plan/logical.h: the query of a sub-query expression
struct AggregateFunction;  // aggregate/aggregate.h

enum class ExprKind : uint8_t {
  kColumn,     // input column `column`
  kLiteral,    // `literal`
  kParameter,  // $n, `column` = n - 1: taken from the context's parameters at run time
  kCall,       // `function`(args); casts are calls too
  kAnd,        // args, three-valued, right operands evaluated only where needed
  kOr,
  kCase,      // args: when, then, when, then, ..., else (always present)
  kCoalesce,  // args, evaluated only where needed
  kInList,    // args[0] IN (args[1..]) with literals of args[0]'s type; `negated`
  // Until the planner has removed them:
  kOuterColumn,  // column `column` of the query `depth` levels out (1 = directly around)
  kSubquery,     // `subquery` by `subquery_kind`
  kAggregate,    // `aggregate`(args) ...
  kWindow,       // window function call
};

enum class SubqueryKind : uint8_t {
  kScalar,  // its one column, NULL if no row, an error if more than one
  kExists,  // `negated`: NOT EXISTS
  kIn,      // args[0] IN (subquery); `negated`: NOT IN, with SQL's NULL rules
  kAny,     // args[0] op ANY (subquery) with `function` (boolean of two args)
  kAll,
  kArray,   // ARRAY(subquery)
};

struct SortItem {
  ExprPtr expr;
  bool descending = false;
  bool nulls_first = false;
};

// A frame bound of a window function.
struct FrameBound {
  enum Kind : uint8_t { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };
  Kind kind = kUnboundedPreceding;
  ExprPtr offset;  // kPreceding, kFollowing: a literal
};
struct WindowFrame {
  enum Unit : uint8_t { kRows, kRange, kGroups };
  Unit unit = kRange;
  FrameBound start = {};
  FrameBound end = {FrameBound::kCurrentRow, nullptr};
};

struct Expr {
  ExprKind kind = ExprKind::kLiteral;
  Type type;
  uint32_t position = 0;  // 1-based character in the statement, 0: none
  int column = -1;
  int depth = 0;
  Value literal;
  const ScalarFunction* function = nullptr;
  std::vector<ExprPtr> args;
  bool negated = false;

  SubqueryKind subquery_kind = SubqueryKind::kScalar;
  std::shared_ptr<const LogicalNode> subquery;

  // kAggregate and kWindow
  std::string name;  // of the function, as EXPLAIN shows it
  const AggregateFunction* aggregate = nullptr;
  std::string window_function;  // row_number, rank, dense_rank, lag, lead, first_value..: no aggregate
  bool distinct = false;
  ExprPtr filter;
  std::vector<SortItem> order_by;
  std::vector<ExprPtr> partition_by;
  WindowFrame frame;
};

ExprPtr make_column(int column, Type type);
ExprPtr make_literal(Value value);
ExprPtr make_call(const ScalarFunction* function, Type type, std::vector<ExprPtr> args, uint32_t position = 0);
ExprPtr make_and(std::vector<ExprPtr> args);  // flattened; true if empty
ExprPtr make_or(std::vector<ExprPtr> args);

bool is_true_literal(const Expr& expr);
bool expr_equal(const Expr& a, const Expr& b);
size_t expr_hash(const Expr& expr);

// Calls f on every node, parents first.
void for_each_expr(const Expr& expr, const std::function<void(const Expr&)>& f);
// Rebuilds bottom-up: f is called on a copy whose args are rebuilt already and gives the replacement.
ExprPtr rewrite_expr(const ExprPtr& expr, const std::function<ExprPtr(const ExprPtr&)>& f);
// kColumn nodes through a map: column c becomes map[c]; CHECK if map[c] < 0.
ExprPtr remap_columns(const ExprPtr& expr, std::span<const int> map);
// kColumn nodes become args[c].
ExprPtr substitute_columns(const ExprPtr& expr, std::span<const ExprPtr> columns);
// The input columns used, ascending.
std::vector<int> columns_of(const Expr& expr);
bool has_volatile(const Expr& expr);   // random() and the like
bool has_kind(const Expr& expr, ExprKind kind);

// "(price * 2)", columns as their names or $0, for EXPLAIN.
std::string expr_text(const Expr& expr, std::span<const std::string> names = {});

}  // namespace leat

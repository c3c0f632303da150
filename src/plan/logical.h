#pragma once
// The logical plan: what a query means, without how. Immutable nodes, shared.
// The binder makes it; the planner's rules rewrite it and lower it to plan/physical.h.
// Columns of a node are numbered 0..n-1 in `schema`; expressions over a node's input use kColumn with
// those numbers (a join's are left's followed by right's).

#include <memory>
#include <optional>
#include <vector>

#include "base/id.h"
#include "expr/expr.h"
#include "types/schema.h"

namespace leat {

struct Relation;  // catalog/relation.h
struct LogicalNode;
using LogicalPtr = std::shared_ptr<const LogicalNode>;

enum class LogicalKind : uint8_t {
  kScan,       // rows of a relation (table, source, materialized view, index, system relation)
  kValues,     // constant rows; one row without columns for a SELECT without FROM
  kFilter,
  kProject,
  kProjectSet,  // project where some expressions are table functions: rows × their results, zipped
  kJoin,
  kApply,       // dependent join: the right side sees the left's columns as kOuterColumn depth 1
  kAggregate,
  kDistinctOn,  // first row per group in an order (DISTINCT ON)
  kSort,        // ORDER BY and LIMIT/OFFSET: a set's order matters at the root, a bound anywhere
  kSetOperation,
  kWindow,      // window functions, appended as columns
  kTimeWindow,  // TUMBLE, HOP: appends window_start and window_end
  kTableFunction,  // FROM generate_series(...): a leaf, or lateral over its input
};

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kSemi, kAnti };
enum class SetOperation : uint8_t { kUnion, kIntersect, kExcept };
enum class TimeWindowKind : uint8_t { kTumble, kHop };

// A call of a table function (rows of src/function/table_functions.h).
struct TableFunction;
struct TableFunctionCall {
  const TableFunction* function = nullptr;
  std::string name;  // the function's, for EXPLAIN
  std::vector<ExprPtr> args;
  Type type;  // of one result row's value (a struct if the function has several columns)
};

// One aggregate of kAggregate.
struct AggregateCall {
  const AggregateFunction* function = nullptr;
  std::string name;  // the function's, for EXPLAIN
  std::vector<ExprPtr> args;
  Type type;
  bool distinct = false;
  ExprPtr filter;  // null: none
  std::vector<SortItem> order_by;
  uint32_t position = 0;
};

// One column of kWindow.
struct WindowCall {
  const AggregateFunction* aggregate = nullptr;  // or
  std::string function;                          // row_number, rank, lag, ...
  std::string name;                              // either's, for EXPLAIN
  std::vector<ExprPtr> args;
  Type type;
  ExprPtr filter;
  std::vector<ExprPtr> partition_by;
  std::vector<SortItem> order_by;
  WindowFrame frame;
};

struct LogicalNode {
  LogicalKind kind;
  Schema schema;
  std::vector<LogicalPtr> inputs;

  // kScan: schema column i is relation column scan_columns[i].
  std::shared_ptr<const Relation> relation;
  std::string relation_name;  // as EXPLAIN shows it
  std::vector<int> scan_columns;
  // kValues: rows of expressions without columns (parameters and stable functions allowed).
  std::vector<std::vector<ExprPtr>> rows;
  // kFilter: exprs[0] is the condition. kProject, kProjectSet: one per output column.
  std::vector<ExprPtr> exprs;
  // kProjectSet: set_functions[i].function is null where column i is exprs[i].
  std::vector<TableFunctionCall> set_functions;
  // kJoin, kApply: condition over left ++ right (true literal: none). kSemi and kAnti give left's columns.
  JoinKind join = JoinKind::kInner;
  ExprPtr condition;
  // kApply, inner or left: at most one right row per left row may match, more is an error (scalar sub-query).
  bool single_row = false;
  // kAggregate: output = group_by values ++ aggregates. Grouping sets: indices into group_by; empty: plain.
  std::vector<ExprPtr> group_by;
  std::vector<AggregateCall> aggregates;
  std::vector<std::vector<int>> grouping_sets;
  // kSort, kDistinctOn (exprs: the ON list)
  std::vector<SortItem> order_by;
  ExprPtr limit;   // null: none; constant expressions, parameters allowed
  ExprPtr offset;
  bool with_ties = false;
  // kSetOperation
  SetOperation operation = SetOperation::kUnion;
  bool all = false;
  // kWindow
  std::vector<WindowCall> windows;
  // kTimeWindow: time_column of the input; slide equals size for tumble.
  TimeWindowKind time_window = TimeWindowKind::kTumble;
  int time_column = -1;
  Interval window_size, window_slide, window_offset;
  // kTableFunction: outputs (input's columns ++) function's columns (++ ordinality)
  TableFunctionCall table_function;
  bool with_ordinality = false;
};

// A bound query: the plan and what the client sees of it.
struct BoundQuery {
  LogicalPtr plan;
  Schema columns;        // visible output: the first columns of plan
  bool emit_on_window_close = false;
};

// Replaces the kOuterColumn nodes of a query (or an expression) that point `depth` levels out or further;
// sub-queries and the right sides of kApply are a level each. `map` is given the node and the depth of
// the level `depth` as seen from there: node.depth == level is a column of that level itself.
using OuterColumnMap = std::function<ExprPtr(const Expr& outer, int level)>;
LogicalPtr rewrite_outer_columns(const LogicalPtr& plan, int depth, const OuterColumnMap& map);
ExprPtr rewrite_outer_columns(const ExprPtr& expr, int depth, const OuterColumnMap& map);

std::string logical_text(const LogicalNode& node);  // indented, for tests and EXPLAIN (logical)

}  // namespace leat

#pragma once
// Queries of the syntax tree. See ast.h.

#include "parser/ast_expr.h"

namespace leat::ast {

// ---- FROM ------------------------------------------------------------------------------------

struct TableAlias {
  Name name;
  std::vector<Name> columns;
  std::vector<TypeName> types;  // AS t(a int, b text): as many as columns; else empty
};

enum class FromKind : uint8_t { kRelation, kSubquery, kFunction, kTimeWindow, kJoin };

struct FromItem {
  const FromKind kind;
  uint32_t position;
  bool lateral = false;  // kSubquery and kFunction
  std::optional<TableAlias> alias;
  virtual ~FromItem();
  FromItem(const FromItem&) = delete;
  FromItem& operator=(const FromItem&) = delete;

 protected:
  FromItem(FromKind k, uint32_t p) : kind(k), position(p) {}
};
using FromItemPtr = std::unique_ptr<FromItem>;
template <FromKind K>
using FromOf = NodeOf<FromItem, FromKind, K>;

struct FromRelation : FromOf<FromKind::kRelation> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool as_of_proctime =
      false;      // FOR SYSTEM_TIME AS OF PROCTIME(): the table side of a temporal join
  ExprPtr as_of;  // FOR SYSTEM_TIME AS OF <expr>; may be null
};

struct FromSubquery : FromOf<FromKind::kSubquery> {
  using NodeOf::NodeOf;
  QueryPtr query;
  ~FromSubquery() override;
};

struct FromFunction : FromOf<FromKind::kFunction> {
  using NodeOf::NodeOf;
  std::vector<std::unique_ptr<FunctionCall>> calls;  // several only with ROWS FROM (f(), g())
  bool with_ordinality = false;
};

// TUMBLE(t, time_column, size [, offset]) and HOP(t, time_column, slide, size [, offset]).
enum class TimeWindowKind : uint8_t { kTumble, kHop };
struct FromTimeWindow : FromOf<FromKind::kTimeWindow> {
  using NodeOf::NodeOf;
  TimeWindowKind window = TimeWindowKind::kTumble;
  FromItemPtr input;               // FromRelation or FromSubquery, without alias
  std::vector<ExprPtr> arguments;  // after the input: the time column first
};

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kCross, kAsofInner, kAsofLeft };
struct Join : FromOf<FromKind::kJoin> {
  using NodeOf::NodeOf;
  JoinKind join = JoinKind::kInner;
  FromItemPtr left;
  FromItemPtr right;
  bool natural = false;
  ExprPtr on;  // may be null
  std::vector<Name> using_columns;
};

// ---- the body --------------------------------------------------------------------------------

enum class BodyKind : uint8_t { kSelect, kValues, kSetOperation, kNested };

struct QueryBody {
  const BodyKind kind;
  uint32_t position;
  virtual ~QueryBody();
  QueryBody(const QueryBody&) = delete;
  QueryBody& operator=(const QueryBody&) = delete;

 protected:
  QueryBody(BodyKind k, uint32_t p) : kind(k), position(p) {}
};
using QueryBodyPtr = std::unique_ptr<QueryBody>;
template <BodyKind K>
using BodyOf = NodeOf<QueryBody, BodyKind, K>;

struct SelectItem {
  ExprPtr expr;  // a Wildcard or FieldWildcard for * and t.*
  std::optional<Name> alias;
};

enum class GroupKind : uint8_t { kExpr, kEmpty, kRollup, kCube, kSets };
// GROUP BY a, (a, b) [a Row], (), ROLLUP (a, b), GROUPING SETS ((a), ROLLUP (b), ())
struct GroupItem {
  GroupKind kind = GroupKind::kExpr;
  uint32_t position = 0;
  ExprPtr expr;                  // kExpr only
  std::vector<GroupItem> items;  // kRollup, kCube, kSets
};

struct NamedWindow {
  Name name;
  WindowSpec spec;
};

struct Select : BodyOf<BodyKind::kSelect> {
  using NodeOf::NodeOf;
  bool distinct = false;
  std::vector<ExprPtr> distinct_on;  // DISTINCT ON (...): distinct is set too
  std::vector<SelectItem> items;     // may be empty, as in PostgreSQL
  std::vector<FromItemPtr> from;     // comma list; empty without FROM
  ExprPtr where;                     // may be null
  bool group_by_distinct = false;
  std::vector<GroupItem> group_by;
  ExprPtr having;  // may be null
  std::vector<NamedWindow> windows;
};

// Rows of a VALUES list; INSERT's may hold Default.
struct Values : BodyOf<BodyKind::kValues> {
  using NodeOf::NodeOf;
  std::vector<std::vector<ExprPtr>> rows;
};

enum class SetOperator : uint8_t { kUnion, kIntersect, kExcept };
struct SetOperation : BodyOf<BodyKind::kSetOperation> {
  using NodeOf::NodeOf;
  SetOperator op = SetOperator::kUnion;
  bool all = false;
  QueryBodyPtr left;
  QueryBodyPtr right;
};

// (SELECT ... ORDER BY ... LIMIT ...) as a side of a set operation, with clauses of its own.
struct Nested : BodyOf<BodyKind::kNested> {
  using NodeOf::NodeOf;
  QueryPtr query;
  ~Nested() override;
};

// ---- the query -------------------------------------------------------------------------------

struct Cte {
  Name name;
  std::vector<Name> columns;
  QueryPtr query;                    // null for `AS changelog FROM t`
  ObjectName changelog_of;           // AS changelog FROM t
  std::optional<bool> materialized;  // AS [NOT] MATERIALIZED
};

struct With {
  uint32_t position = 0;
  bool recursive = false;
  std::vector<Cte> ctes;
};

struct Query {
  uint32_t position = 0;
  std::optional<With> with;
  QueryBodyPtr body;
  std::vector<OrderItem> order_by;
  ExprPtr limit;           // null: no limit (also LIMIT ALL, LIMIT NULL stays an expression)
  bool with_ties = false;  // FETCH FIRST n ROWS WITH TIES
  ExprPtr offset;          // may be null
  bool emit_on_window_close = false;
};

}  // namespace leat::ast

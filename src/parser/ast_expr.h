#pragma once
// Names, type names and expressions of the syntax tree. See ast.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"

namespace leat::ast {

struct Expr;
struct Query;
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;

// An identifier. Unquoted text is folded to lower case and cut to 63 bytes by the lexer.
struct Name {
  std::string text;
  uint32_t position = 0;
  bool quoted = false;
};

// A possibly qualified name: `t`, `s.t`, `d.s.t`.
struct ObjectName {
  std::vector<Name> parts;
  const Name& last() const { return parts.back(); }
  uint32_t position() const { return parts.empty() ? 0 : parts.front().position; }
};

struct StructField;

// A type as written. Spellings that PostgreSQL's grammar knows (`int`, `double precision`,
// `timestamp with time zone`, ...) come as the one internal name in `name` with `builtin` set:
//   bool int2 int4 int8 float4 float8 numeric varchar bpchar bit varbit
//   time timetz timestamp timestamptz interval
// `struct<...>` has fields, `map(k, v)` two arguments; both have builtin set and name struct / map.
struct TypeName {
  ObjectName name;
  uint32_t position = 0;
  bool builtin = false;
  std::vector<int32_t> modifiers;   // numeric(10, 2), varchar(20), timestamp(3)
  std::string interval_fields;      // "day", "day to second"; empty without
  std::vector<StructField> fields;  // struct only
  std::vector<TypeName> arguments;  // map only
  uint32_t array_dimensions = 0;    // int[][] is 2

  bool is_struct() const { return builtin && !fields.empty(); }
  bool is_map() const { return builtin && !arguments.empty(); }
};

struct StructField {
  Name name;
  TypeName type;
};

enum class ExprKind : uint8_t {
  kLiteral,
  kTypedLiteral,
  kParameter,
  kColumnRef,
  kWildcard,
  kUnary,
  kBinary,
  kLogical,
  kNot,
  kIsTest,
  kIsDistinct,
  kIn,
  kBetween,
  kLike,
  kQuantified,
  kCase,
  kCast,
  kCollate,
  kFunctionCall,
  kArray,
  kRow,
  kField,
  kFieldWildcard,
  kSubscript,
  kSlice,
  kSubquery,
  kDefault,
};

struct Expr {
  const ExprKind kind;
  uint32_t position;
  virtual ~Expr();
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;

 protected:
  Expr(ExprKind k, uint32_t p) : kind(k), position(p) {}
};

// as<Binary>(expr): the node as its own struct; CHECKs the kind. try_as: null when another kind.
template <class T, class Base>
const T& as(const Base& node) {
  CHECK(T::is_kind(node.kind), "syntax node of another kind: {}", static_cast<int>(node.kind));
  return static_cast<const T&>(node);
}
template <class T, class Base>
T& as(Base& node) {
  CHECK(T::is_kind(node.kind), "syntax node of another kind: {}", static_cast<int>(node.kind));
  return static_cast<T&>(node);
}
template <class T, class Base>
const T* try_as(const Base* node) {
  return node && T::is_kind(node->kind) ? static_cast<const T*>(node) : nullptr;
}

// Gives a node struct its kind, its constructor and what as<> asks for.
template <class Base, class Kind, Kind K>
struct NodeOf : Base {
  static constexpr Kind kKind = K;
  static constexpr bool is_kind(Kind kind) { return kind == K; }
  explicit NodeOf(uint32_t position) : Base(K, position) {}
};
template <ExprKind K>
using ExprOf = NodeOf<Expr, ExprKind, K>;

enum class LiteralKind : uint8_t { kNull, kBoolean, kNumber, kString, kBitString, kHexString };

// Strings are decoded: escapes and doubled quotes are resolved, adjacent pieces joined.
struct Literal : ExprOf<ExprKind::kLiteral> {
  using NodeOf::NodeOf;
  LiteralKind literal = LiteralKind::kNull;
  std::string text;            // number: as written, with '-' when negated; string: its value
  bool boolean_value = false;  // kBoolean only
};

// DATE '2024-01-01', INTERVAL '1' DAY (type.interval_fields = "day"), float8 '1.5'.
struct TypedLiteral : ExprOf<ExprKind::kTypedLiteral> {
  using NodeOf::NodeOf;
  TypeName type;
  std::string text;
};

struct Parameter : ExprOf<ExprKind::kParameter> {
  using NodeOf::NodeOf;
  uint32_t number = 0;  // $1 is 1
};

// a, t.a, s.t.a. Whether `t.a` is a column of t or a field of column t is the binder's to find.
struct ColumnRef : ExprOf<ExprKind::kColumnRef> {
  using NodeOf::NodeOf;
  std::vector<Name> parts;
};

// *, t.*, * EXCEPT (a, t.b). Only in select lists, RETURNING and ROW(...).
struct Wildcard : ExprOf<ExprKind::kWildcard> {
  using NodeOf::NodeOf;
  std::vector<Name> qualifier;
  std::vector<ObjectName> except;
};

// An operator by its text; `!=` comes as `<>`. schema is set by OPERATOR(schema.+) only.
struct Unary : ExprOf<ExprKind::kUnary> {
  using NodeOf::NodeOf;
  std::string op;
  ObjectName op_schema;
  ExprPtr operand;
};
struct Binary : ExprOf<ExprKind::kBinary> {
  using NodeOf::NodeOf;
  std::string op;
  ObjectName op_schema;
  ExprPtr left;
  ExprPtr right;
};

// a AND b AND c: one node with three operands.
struct Logical : ExprOf<ExprKind::kLogical> {
  using NodeOf::NodeOf;
  bool is_and = true;
  std::vector<ExprPtr> operands;  // at least 2
};
struct Not : ExprOf<ExprKind::kNot> {
  using NodeOf::NodeOf;
  ExprPtr operand;
};

enum class IsWhat : uint8_t { kNull, kTrue, kFalse, kUnknown };
struct IsTest : ExprOf<ExprKind::kIsTest> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  IsWhat what = IsWhat::kNull;
  bool negated = false;
};

// a IS [NOT] DISTINCT FROM b
struct IsDistinct : ExprOf<ExprKind::kIsDistinct> {
  using NodeOf::NodeOf;
  ExprPtr left;
  ExprPtr right;
  bool negated = false;
};

// a [NOT] IN (b, c) or a [NOT] IN (SELECT ...)
struct In : ExprOf<ExprKind::kIn> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  std::vector<ExprPtr> list;
  QueryPtr query;  // null when it is a list
  bool negated = false;
  ~In() override;
};

struct Between : ExprOf<ExprKind::kBetween> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  ExprPtr low;
  ExprPtr high;
  bool symmetric = false;
  bool negated = false;
};

enum class LikeKind : uint8_t { kLike, kIlike, kSimilar };
struct Like : ExprOf<ExprKind::kLike> {
  using NodeOf::NodeOf;
  LikeKind like = LikeKind::kLike;
  ExprPtr operand;
  ExprPtr pattern;
  ExprPtr escape;  // may be null
  bool negated = false;
};

// a = ANY (array), a < ALL (SELECT ...), a [NOT] LIKE ANY (...): op is "~~", "!~~", "~~*", "!~~*".
// SOME is ANY.
struct Quantified : ExprOf<ExprKind::kQuantified> {
  using NodeOf::NodeOf;
  ExprPtr left;
  std::string op;
  ObjectName op_schema;
  bool is_all = false;
  ExprPtr array;  // exactly one of array and query is set
  QueryPtr query;
  ~Quantified() override;
};

struct CaseBranch {
  ExprPtr condition;
  ExprPtr result;
};
struct Case : ExprOf<ExprKind::kCase> {
  using NodeOf::NodeOf;
  ExprPtr operand;  // may be null: CASE WHEN ...
  std::vector<CaseBranch> branches;
  ExprPtr otherwise;  // may be null
};

// CAST(x AS t), TRY_CAST is not SQL here; x::t
struct Cast : ExprOf<ExprKind::kCast> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  TypeName type;
};

struct Collate : ExprOf<ExprKind::kCollate> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  ObjectName collation;
};

enum class NullsOrder : uint8_t { kDefault, kFirst, kLast };
struct OrderItem {
  ExprPtr expr;
  bool descending = false;
  NullsOrder nulls = NullsOrder::kDefault;
};

enum class FrameUnits : uint8_t { kRows, kRange, kGroups, kSession };
enum class FrameBoundKind : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};
enum class FrameExclusion : uint8_t { kNoOthers, kCurrentRow, kGroup, kTies };
struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kUnboundedPreceding;
  ExprPtr offset;  // kPreceding and kFollowing only
};
struct WindowFrame {
  uint32_t position = 0;
  FrameUnits units = FrameUnits::kRange;
  FrameBound start;
  FrameBound end = {.kind = FrameBoundKind::kCurrentRow, .offset = nullptr};
  FrameExclusion exclusion = FrameExclusion::kNoOthers;
  ExprPtr session_gap;  // kSession only: SESSION WITH GAP expr
};

// OVER w (only base_name, `reference` set), OVER (w ORDER BY ...), OVER (PARTITION BY ...).
struct WindowSpec {
  uint32_t position = 0;
  bool reference = false;
  std::optional<Name> base_name;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<WindowFrame> frame;
};

// How a call was written. All but kPlain are calls with SQL's own argument syntax; `name` and the
// order of the arguments are those of PostgreSQL's functions, so that a binder needs no special
// case:
//   EXTRACT(f FROM x)              extract('f', x)
//   SUBSTRING(x FROM a FOR b)      substring(x, a, b)      (only FOR: substring(x, 1, b))
//   POSITION(a IN b)               position(b, a)
//   TRIM(LEADING c FROM x)         ltrim(x, c); BOTH or none: btrim; TRAILING: rtrim
//   OVERLAY(x PLACING y FROM a FOR b)  overlay(x, y, a, b)
//   x AT TIME ZONE z               timezone(z, x)
//   CURRENT_TIMESTAMP              current_timestamp(), and so on for the niladic names
enum class CallSyntax : uint8_t {
  kPlain,
  kExtract,
  kSubstring,
  kPosition,
  kTrim,
  kOverlay,
  kAtTimeZone,
  kKeyword,
};

struct FunctionArgument {
  std::optional<Name> name;  // a => 1
  ExprPtr value;
};

// COALESCE, NULLIF, GREATEST, LEAST and GROUPING are calls of these names.
struct FunctionCall : ExprOf<ExprKind::kFunctionCall> {
  using NodeOf::NodeOf;
  ObjectName name;
  CallSyntax syntax = CallSyntax::kPlain;
  std::vector<FunctionArgument> arguments;
  bool star = false;  // count(*)
  bool distinct = false;
  bool variadic = false;  // the last argument is VARIADIC
  bool ignore_nulls = false;
  std::vector<OrderItem> order_by;      // inside the brackets
  std::vector<OrderItem> within_group;  // WITHIN GROUP (ORDER BY ...)
  ExprPtr filter;                       // may be null
  std::unique_ptr<WindowSpec> over;     // may be null
};

// ARRAY[a, b]; ARRAY[[1], [2]] has Array nodes as elements.
struct Array : ExprOf<ExprKind::kArray> {
  using NodeOf::NodeOf;
  std::vector<ExprPtr> elements;
};

// ROW(a, b) or (a, b)
struct Row : ExprOf<ExprKind::kRow> {
  using NodeOf::NodeOf;
  bool explicit_row = false;
  std::vector<ExprPtr> elements;
};

// (x).a
struct Field : ExprOf<ExprKind::kField> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  Name field;
};
// (x).*
struct FieldWildcard : ExprOf<ExprKind::kFieldWildcard> {
  using NodeOf::NodeOf;
  ExprPtr operand;
};
// x[i]
struct Subscript : ExprOf<ExprKind::kSubscript> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  ExprPtr index;
};
// x[a:b]
struct Slice : ExprOf<ExprKind::kSlice> {
  using NodeOf::NodeOf;
  ExprPtr operand;
  ExprPtr lower;  // may be null
  ExprPtr upper;  // may be null
};

// (SELECT ...), EXISTS (SELECT ...), ARRAY(SELECT ...)
enum class SubqueryKind : uint8_t { kScalar, kExists, kArray };
struct Subquery : ExprOf<ExprKind::kSubquery> {
  using NodeOf::NodeOf;
  SubqueryKind subquery = SubqueryKind::kScalar;
  QueryPtr query;
  ~Subquery() override;
};

// DEFAULT: only as an item of INSERT ... VALUES and UPDATE ... SET.
struct Default : ExprOf<ExprKind::kDefault> {
  using NodeOf::NodeOf;
};

}  // namespace leat::ast

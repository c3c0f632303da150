#include "parser/grammar.h"
#include "parser/parser.h"
#include "parser/sql_printer.h"

// Expressions, names and types back to SQL.
namespace leat::parser {

using ast::ExprKind;

namespace {

constexpr int kClosed = 100;  // cannot be torn apart: a name, a call, something in brackets

int precedence_of(const ast::Expr& node) {
  switch (node.kind) {
    case ExprKind::kLiteral: {
      const auto& literal = ast::as<ast::Literal>(node);
      const bool negative =
          literal.literal == ast::LiteralKind::kNumber && literal.text.starts_with('-');
      return negative ? kSignPrecedence : kClosed;
    }
    case ExprKind::kUnary: {
      const auto& unary = ast::as<ast::Unary>(node);
      const bool sign = (unary.op == "-" || unary.op == "+") && unary.op_schema.parts.empty();
      return sign ? kSignPrecedence : kOtherPrecedence;
    }
    case ExprKind::kBinary: {
      const auto& binary = ast::as<ast::Binary>(node);
      return binary.op_schema.parts.empty() ? operator_precedence(binary.op) : kOtherPrecedence;
    }
    case ExprKind::kQuantified: {
      const auto& quantified = ast::as<ast::Quantified>(node);
      return quantified.op_schema.parts.empty() ? operator_precedence(quantified.op)
                                                : kOtherPrecedence;
    }
    case ExprKind::kLogical:
      return ast::as<ast::Logical>(node).is_and ? kAndPrecedence : kOrPrecedence;
    case ExprKind::kNot:
      return kNotPrecedence;
    case ExprKind::kIsTest:
    case ExprKind::kIsDistinct:
      return kIsPrecedence;
    case ExprKind::kIn:
    case ExprKind::kBetween:
    case ExprKind::kLike:
      return kMemberPrecedence;
    case ExprKind::kCast:
    case ExprKind::kField:
    case ExprKind::kFieldWildcard:
    case ExprKind::kSubscript:
    case ExprKind::kSlice:
      return kPostfixPrecedence;
    case ExprKind::kCollate:
      return kCollatePrecedence;
    case ExprKind::kFunctionCall:
      return ast::as<ast::FunctionCall>(node).syntax == ast::CallSyntax::kAtTimeZone ? kAtPrecedence
                                                                                     : kClosed;
    default:
      return kClosed;
  }
}

bool is_plain_word(std::string_view text) {
  if (text.empty() || !is_identifier_start(text[0])) return false;
  for (const char c : text) {
    if (!is_identifier_part(c) || c == '$' || (c >= 'A' && c <= 'Z')) return false;
  }
  return true;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

// Words that mean something in places where a name may stand too, without being keywords.
bool is_special_word(std::string_view text) {
  return text == "tumble" || text == "hop" || text == "map" || text == "proctime" ||
         find_keyword(text) != Kw::kNotKeyword;
}

}  // namespace

void SqlPrinter::name(const ast::Name& name) {
  const std::string written = quote_identifier(name.text);
  // A keyword that was quoted stays so: unquoted it may read as the keyword.
  const bool force = name.quoted && written[0] != '"' && is_special_word(name.text);
  text(force ? '"' + written + '"' : written);
}

void SqlPrinter::object_name(const ast::ObjectName& object) {
  for (size_t i = 0; i < object.parts.size(); ++i) {
    if (i > 0) text(".");
    name(object.parts[i]);
  }
}

void SqlPrinter::names(const std::vector<ast::Name>& items) {
  list(items, [&](const ast::Name& item) { name(item); });
}

void SqlPrinter::bracketed_names(const std::vector<ast::Name>& items) {
  if (items.empty()) return;
  text(" (");
  names(items);
  text(")");
}

void SqlPrinter::exprs(const std::vector<ast::ExprPtr>& nodes) {
  list(nodes, [&](const ast::ExprPtr& node) { expr(*node); });
}

void SqlPrinter::expr(const ast::Expr& node, int precedence_min) {
  const bool bracket = precedence_of(node) < precedence_min;
  if (bracket) text("(");
  plain_expr(node);
  if (bracket) text(")");
}

void SqlPrinter::plain_expr(const ast::Expr& node) {
  switch (node.kind) {
    case ExprKind::kLiteral:
      return literal(ast::as<ast::Literal>(node));
    case ExprKind::kTypedLiteral:
      return typed_literal(ast::as<ast::TypedLiteral>(node));
    case ExprKind::kParameter:
      return text(fmt::format("${}", ast::as<ast::Parameter>(node).number));
    case ExprKind::kColumnRef:
      return object_name({ast::as<ast::ColumnRef>(node).parts});
    case ExprKind::kWildcard:
      return wildcard(ast::as<ast::Wildcard>(node));
    case ExprKind::kUnary:
      return unary(ast::as<ast::Unary>(node));
    case ExprKind::kBinary:
      return binary(ast::as<ast::Binary>(node));
    case ExprKind::kLogical:
      return logical(ast::as<ast::Logical>(node));
    case ExprKind::kNot:
      text("NOT ");
      return expr(*ast::as<ast::Not>(node).operand, kNotPrecedence);
    case ExprKind::kIsTest:
      return is_test(ast::as<ast::IsTest>(node));
    case ExprKind::kIsDistinct: {
      const auto& is = ast::as<ast::IsDistinct>(node);
      expr(*is.left, kIsPrecedence + 1);
      text(is.negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
      return expr(*is.right, kIsPrecedence + 1);
    }
    case ExprKind::kIn:
      return in(ast::as<ast::In>(node));
    case ExprKind::kBetween:
      return between(ast::as<ast::Between>(node));
    case ExprKind::kLike:
      return like(ast::as<ast::Like>(node));
    case ExprKind::kQuantified:
      return quantified(ast::as<ast::Quantified>(node));
    case ExprKind::kCase:
      return case_expr(ast::as<ast::Case>(node));
    case ExprKind::kCast: {
      const auto& cast = ast::as<ast::Cast>(node);
      expr(*cast.operand, kPostfixPrecedence);
      text("::");
      return type(cast.type);
    }
    case ExprKind::kCollate: {
      const auto& collate = ast::as<ast::Collate>(node);
      expr(*collate.operand, kCollatePrecedence);
      text(" COLLATE ");
      return object_name(collate.collation);
    }
    case ExprKind::kFunctionCall:
      return call(ast::as<ast::FunctionCall>(node));
    case ExprKind::kArray:
      text("ARRAY[");
      exprs(ast::as<ast::Array>(node).elements);
      return text("]");
    case ExprKind::kRow: {
      const auto& row = ast::as<ast::Row>(node);
      text(row.explicit_row ? "ROW(" : "(");
      exprs(row.elements);
      return text(")");
    }
    case ExprKind::kField: {
      const auto& field = ast::as<ast::Field>(node);
      subscripted(*field.operand, false);
      text(".");
      return name(field.field);
    }
    case ExprKind::kFieldWildcard:
      subscripted(*ast::as<ast::FieldWildcard>(node).operand, false);
      return text(".*");
    case ExprKind::kSubscript: {
      const auto& subscript = ast::as<ast::Subscript>(node);
      subscripted(*subscript.operand, true);
      text("[");
      expr(*subscript.index);
      return text("]");
    }
    case ExprKind::kSlice: {
      const auto& slice = ast::as<ast::Slice>(node);
      subscripted(*slice.operand, true);
      text("[");
      if (slice.lower) expr(*slice.lower);
      text(":");
      if (slice.upper) expr(*slice.upper);
      return text("]");
    }
    case ExprKind::kSubquery:
      return subquery(ast::as<ast::Subquery>(node));
    case ExprKind::kDefault:
      return text("DEFAULT");
  }
}

void SqlPrinter::literal(const ast::Literal& node) {
  switch (node.literal) {
    case ast::LiteralKind::kNull:
      return text("NULL");
    case ast::LiteralKind::kBoolean:
      return text(node.boolean_value ? "TRUE" : "FALSE");
    case ast::LiteralKind::kNumber:
      return text(node.text);
    case ast::LiteralKind::kString:
      return text(quote_literal(node.text));
    case ast::LiteralKind::kBitString:
      return text("B'" + node.text + "'");
    case ast::LiteralKind::kHexString:
      return text("X'" + node.text + "'");
  }
}

void SqlPrinter::typed_literal(const ast::TypedLiteral& node) {
  if (node.type.builtin && node.type.name.last().text == "interval") {
    text("INTERVAL");
    const bool fields = !node.type.interval_fields.empty();
    if (!fields && !node.type.modifiers.empty()) interval_fields(node.type);
    text(" " + quote_literal(node.text));
    if (fields) interval_fields(node.type);
    return;
  }
  type(node.type);
  text(" " + quote_literal(node.text));
}

void SqlPrinter::wildcard(const ast::Wildcard& node) {
  for (const ast::Name& part : node.qualifier) {
    name(part);
    text(".");
  }
  text("*");
  if (node.except.empty()) return;
  text(" EXCEPT (");
  list(node.except, [&](const ast::ObjectName& item) { object_name(item); });
  text(")");
}

void SqlPrinter::op(const std::string& op, const ast::ObjectName& schema) {
  if (schema.parts.empty()) return text(op);
  text("OPERATOR(");
  object_name(schema);
  text("." + op + ")");
}

void SqlPrinter::unary(const ast::Unary& node) {
  op(node.op, node.op_schema);
  const bool sign = precedence_of(node) == kSignPrecedence;
  const size_t at = out_.size();
  expr(*node.operand, sign ? kSignPrecedence : kOtherPrecedence + 1);
  // `--` would begin a comment, and `~-` be another operator.
  if (!sign || out_[at] == '-' || out_[at] == '+') out_.insert(at, " ");
}

void SqlPrinter::binary(const ast::Binary& node) {
  const int precedence = precedence_of(node);
  expr(*node.left, precedence == kComparisonPrecedence ? precedence + 1 : precedence);
  text(" ");
  op(node.op, node.op_schema);
  text(" ");
  expr(*node.right, precedence + 1);
}

void SqlPrinter::logical(const ast::Logical& node) {
  const int precedence = node.is_and ? kAndPrecedence : kOrPrecedence;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    if (i > 0) text(node.is_and ? " AND " : " OR ");
    expr(*node.operands[i], precedence + 1);
  }
}

void SqlPrinter::is_test(const ast::IsTest& node) {
  expr(*node.operand, kIsPrecedence + 1);
  text(node.negated ? " IS NOT " : " IS ");
  switch (node.what) {
    case ast::IsWhat::kNull:
      return text("NULL");
    case ast::IsWhat::kTrue:
      return text("TRUE");
    case ast::IsWhat::kFalse:
      return text("FALSE");
    case ast::IsWhat::kUnknown:
      return text("UNKNOWN");
  }
}

void SqlPrinter::in(const ast::In& node) {
  expr(*node.operand, kMemberPrecedence + 1);
  text(node.negated ? " NOT IN (" : " IN (");
  if (node.query) {
    query(*node.query);
  } else {
    exprs(node.list);
  }
  text(")");
}

void SqlPrinter::between(const ast::Between& node) {
  expr(*node.operand, kMemberPrecedence + 1);
  text(node.negated ? " NOT BETWEEN " : " BETWEEN ");
  if (node.symmetric) text("SYMMETRIC ");
  expr(*node.low, kMemberPrecedence + 1);
  text(" AND ");
  expr(*node.high, kMemberPrecedence + 1);
}

void SqlPrinter::like(const ast::Like& node) {
  expr(*node.operand, kMemberPrecedence + 1);
  if (node.negated) text(" NOT");
  switch (node.like) {
    case ast::LikeKind::kLike:
      text(" LIKE ");
      break;
    case ast::LikeKind::kIlike:
      text(" ILIKE ");
      break;
    case ast::LikeKind::kSimilar:
      text(" SIMILAR TO ");
      break;
  }
  expr(*node.pattern, kMemberPrecedence + 1);
  if (!node.escape) return;
  text(" ESCAPE ");
  expr(*node.escape, kMemberPrecedence + 1);
}

void SqlPrinter::quantified(const ast::Quantified& node) {
  const int precedence = precedence_of(node);
  expr(*node.left, precedence == kComparisonPrecedence ? precedence + 1 : precedence);
  text(" ");
  op(node.op, node.op_schema);
  text(node.is_all ? " ALL (" : " ANY (");
  if (node.query) {
    query(*node.query);
  } else {
    expr(*node.array);
  }
  text(")");
}

void SqlPrinter::case_expr(const ast::Case& node) {
  text("CASE");
  if (node.operand) {
    text(" ");
    expr(*node.operand);
  }
  for (const ast::CaseBranch& branch : node.branches) {
    text(" WHEN ");
    expr(*branch.condition);
    text(" THEN ");
    expr(*branch.result);
  }
  if (node.otherwise) {
    text(" ELSE ");
    expr(*node.otherwise);
  }
  text(" END");
}

// What [] or .field is put behind: bare only where it cannot be read otherwise (a.b is a column).
void SqlPrinter::subscripted(const ast::Expr& operand, bool column_is_bare) {
  const bool chained = operand.kind == ExprKind::kSubscript || operand.kind == ExprKind::kSlice ||
                       operand.kind == ExprKind::kField || operand.kind == ExprKind::kParameter;
  // A sub-query has its brackets already.
  const auto* sub = ast::try_as<ast::Subquery>(&operand);
  const bool column = column_is_bare && operand.kind == ExprKind::kColumnRef;
  const bool bare = chained || column || (sub && sub->subquery == ast::SubqueryKind::kScalar);
  if (!bare) text("(");
  plain_expr(operand);
  if (!bare) text(")");
}

void SqlPrinter::subquery(const ast::Subquery& node) {
  switch (node.subquery) {
    case ast::SubqueryKind::kScalar:
      text("(");
      break;
    case ast::SubqueryKind::kExists:
      text("EXISTS (");
      break;
    case ast::SubqueryKind::kArray:
      text("ARRAY(");
      break;
  }
  query(*node.query);
  text(")");
}

// ---- calls -------------------------------------------------------------------------------------

void SqlPrinter::function_name(const ast::ObjectName& object) {
  const ast::Name& first = object.parts.front();
  const Kw word = find_keyword(first.text);
  // coalesce and left are keywords, and function names all the same.
  const bool bare = object.parts.size() == 1 && !first.quoted && word != Kw::kNotKeyword &&
                    keyword_row(word).keyword_class != KeywordClass::kReserved;
  if (bare) return text(first.text);
  object_name(object);
}

void SqlPrinter::call(const ast::FunctionCall& node) {
  const auto argument = [&](size_t i) -> const ast::Expr& { return *node.arguments[i].value; };
  const size_t count = node.arguments.size();
  switch (node.syntax) {
    case ast::CallSyntax::kPlain:
      return plain_call(node);
    case ast::CallSyntax::kExtract: {
      const std::string& field = ast::as<ast::Literal>(argument(0)).text;
      text("EXTRACT(" + (is_plain_word(field) ? field : quote_literal(field)) + " FROM ");
      expr(argument(1));
      return text(")");
    }
    case ast::CallSyntax::kSubstring:
      text("SUBSTRING(");
      expr(argument(0));
      text(" FROM ");
      expr(argument(1));
      if (count > 2) {
        text(" FOR ");
        expr(argument(2));
      }
      return text(")");
    case ast::CallSyntax::kPosition:
      text("POSITION(");
      expr(argument(1), kMemberPrecedence + 1);
      text(" IN ");
      expr(argument(0), kMemberPrecedence + 1);
      return text(")");
    case ast::CallSyntax::kTrim:
      return trim_call(node);
    case ast::CallSyntax::kOverlay:
      text("OVERLAY(");
      expr(argument(0));
      text(" PLACING ");
      expr(argument(1));
      text(" FROM ");
      expr(argument(2));
      if (count > 3) {
        text(" FOR ");
        expr(argument(3));
      }
      return text(")");
    case ast::CallSyntax::kAtTimeZone:
      expr(argument(1), kAtPrecedence);
      text(" AT TIME ZONE ");
      return expr(argument(0), kAtPrecedence + 1);
    case ast::CallSyntax::kKeyword:
      text(upper(node.name.last().text));
      if (count == 0) return;
      text("(");
      expr(argument(0));
      return text(")");
  }
}

void SqlPrinter::trim_call(const ast::FunctionCall& node) {
  if (node.arguments.size() > 2) return plain_call(node);
  const std::string& name = node.name.last().text;
  text(name == "ltrim" ? "TRIM(LEADING " : name == "rtrim" ? "TRIM(TRAILING " : "TRIM(BOTH ");
  if (node.arguments.size() == 2) {
    expr(*node.arguments[1].value);
    text(" ");
  }
  text("FROM ");
  expr(*node.arguments[0].value);
  text(")");
}

void SqlPrinter::plain_call(const ast::FunctionCall& node) {
  function_name(node.name);
  text(node.distinct ? "(DISTINCT " : "(");
  if (node.star) text("*");
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    if (i > 0) text(", ");
    if (node.variadic && i + 1 == node.arguments.size()) text("VARIADIC ");
    if (node.arguments[i].name) {
      name(*node.arguments[i].name);
      text(" => ");
    }
    expr(*node.arguments[i].value);
  }
  if (!node.order_by.empty()) {
    text(" ");
    order_by(node.order_by);
  }
  text(")");
  if (!node.within_group.empty()) {
    text(" WITHIN GROUP (");
    order_by(node.within_group);
    text(")");
  }
  if (node.filter) {
    text(" FILTER (WHERE ");
    expr(*node.filter);
    text(")");
  }
  if (node.ignore_nulls) text(" IGNORE NULLS");
  if (!node.over) return;
  text(" OVER ");
  if (node.over->reference) {
    name(*node.over->base_name);
  } else {
    window_spec(*node.over);
  }
}

void SqlPrinter::order_by(const std::vector<ast::OrderItem>& items) {
  text("ORDER BY ");
  list(items, [&](const ast::OrderItem& item) {
    expr(*item.expr);
    if (item.descending) text(" DESC");
    if (item.nulls == ast::NullsOrder::kFirst) text(" NULLS FIRST");
    if (item.nulls == ast::NullsOrder::kLast) text(" NULLS LAST");
  });
}

void SqlPrinter::window_spec(const ast::WindowSpec& spec) {
  text("(");
  std::string_view space = "";
  if (spec.base_name) {
    name(*spec.base_name);
    space = " ";
  }
  if (!spec.partition_by.empty()) {
    text(space);
    text("PARTITION BY ");
    exprs(spec.partition_by);
    space = " ";
  }
  if (!spec.order_by.empty()) {
    text(space);
    order_by(spec.order_by);
    space = " ";
  }
  if (spec.frame) {
    text(space);
    frame(*spec.frame);
  }
  text(")");
}

void SqlPrinter::frame(const ast::WindowFrame& frame) {
  switch (frame.units) {
    case ast::FrameUnits::kRows:
      text("ROWS BETWEEN ");
      break;
    case ast::FrameUnits::kRange:
      text("RANGE BETWEEN ");
      break;
    case ast::FrameUnits::kGroups:
      text("GROUPS BETWEEN ");
      break;
    case ast::FrameUnits::kSession:
      text("SESSION WITH GAP ");
      return expr(*frame.session_gap);
  }
  frame_bound(frame.start);
  text(" AND ");
  frame_bound(frame.end);
  switch (frame.exclusion) {
    case ast::FrameExclusion::kNoOthers:
      return;
    case ast::FrameExclusion::kCurrentRow:
      return text(" EXCLUDE CURRENT ROW");
    case ast::FrameExclusion::kGroup:
      return text(" EXCLUDE GROUP");
    case ast::FrameExclusion::kTies:
      return text(" EXCLUDE TIES");
  }
}

void SqlPrinter::frame_bound(const ast::FrameBound& bound) {
  switch (bound.kind) {
    case ast::FrameBoundKind::kUnboundedPreceding:
      return text("UNBOUNDED PRECEDING");
    case ast::FrameBoundKind::kCurrentRow:
      return text("CURRENT ROW");
    case ast::FrameBoundKind::kUnboundedFollowing:
      return text("UNBOUNDED FOLLOWING");
    case ast::FrameBoundKind::kPreceding:
    case ast::FrameBoundKind::kFollowing:
      // BETWEEN a AND b: the bound's own AND must not be taken for the frame's.
      expr(*bound.offset, kIsPrecedence);
      return text(bound.kind == ast::FrameBoundKind::kPreceding ? " PRECEDING" : " FOLLOWING");
  }
}

// ---- types -------------------------------------------------------------------------------------

void SqlPrinter::interval_fields(const ast::TypeName& type) {
  if (!type.interval_fields.empty()) text(" " + upper(type.interval_fields));
  if (!type.modifiers.empty()) text(fmt::format("({})", type.modifiers[0]));
}

void SqlPrinter::type(const ast::TypeName& type) {
  type_base(type);
  for (uint32_t i = 0; i < type.array_dimensions; ++i) text("[]");
}

void SqlPrinter::type_base(const ast::TypeName& type) {
  struct Spelling {
    std::string_view name;
    std::string_view before;  // the modifiers
    std::string_view after;
  };
  static constexpr Spelling kSpellings[] = {
      {"bool", "boolean", ""},
      {"int2", "smallint", ""},
      {"int4", "integer", ""},
      {"int8", "bigint", ""},
      {"float4", "real", ""},
      {"float8", "double precision", ""},
      {"numeric", "numeric", ""},
      {"varchar", "character varying", ""},
      {"bpchar", "character", ""},
      {"bit", "bit", ""},
      {"varbit", "bit varying", ""},
      {"time", "time", " without time zone"},
      {"timetz", "time", " with time zone"},
      {"timestamp", "timestamp", " without time zone"},
      {"timestamptz", "timestamp", " with time zone"},
  };
  const auto modifiers = [&] {
    if (type.modifiers.empty()) return;
    text("(");
    list(type.modifiers, [&](int32_t value) { text(fmt::format("{}", value)); });
    text(")");
  };
  if (type.is_struct()) {
    text("struct<");
    list(type.fields, [&](const ast::StructField& field) {
      name(field.name);
      text(" ");
      this->type(field.type);
    });
    return text(">");
  }
  if (type.is_map()) {
    text("map(");
    list(type.arguments, [&](const ast::TypeName& argument) { this->type(argument); });
    return text(")");
  }
  if (type.builtin && type.name.last().text == "interval") {
    text("interval");
    return interval_fields(type);
  }
  if (type.builtin) {
    for (const Spelling& spelling : kSpellings) {
      if (spelling.name != type.name.last().text) continue;
      text(spelling.before);
      modifiers();
      return text(spelling.after);
    }
  }
  object_name(type.name);
  modifiers();
}

}  // namespace leat::parser

#include "parser/grammar.h"
#include "parser/parser.h"

// The leaves of expressions, and what is bracketed.
namespace leat::parser {

using ast::ExprPtr;
using ast::Name;

ExprPtr Grammar::null_literal(uint32_t begin) { return std::make_unique<ast::Literal>(begin); }

ExprPtr Grammar::primary() {
  switch (kind()) {
    case TokenKind::kString:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kBitString:
    case TokenKind::kHexString:
      return literal();
    case TokenKind::kParameter:
      return parameter();
    case TokenKind::kLeftParen:
      return bracketed();
    case TokenKind::kIdentifier:
      return peek().keyword == Kw::kNotKeyword ? word_primary() : keyword_primary();
    default:
      break;
  }
  fail_here();
  return null_literal(position());
}

ExprPtr Grammar::literal() {
  Token token = take();
  auto node = std::make_unique<ast::Literal>(token.begin);
  switch (token.kind) {
    case TokenKind::kString:
      node->literal = ast::LiteralKind::kString;
      break;
    case TokenKind::kBitString:
      node->literal = ast::LiteralKind::kBitString;
      break;
    case TokenKind::kHexString:
      node->literal = ast::LiteralKind::kHexString;
      break;
    default:
      node->literal = ast::LiteralKind::kNumber;
      break;
  }
  node->text = std::move(token.text);
  return node;
}

ExprPtr Grammar::parameter() {
  constexpr uint32_t kParametersMax = 65535;  // what the wire protocol can count
  const Token token = take();
  auto node = std::make_unique<ast::Parameter>(token.begin);
  for (const char c : token.text) {
    node->number = std::min(node->number * 10 + static_cast<uint32_t>(c - '0'), kParametersMax + 1);
  }
  if (node->number == 0 || node->number > kParametersMax) {
    fail_with(token.begin,
              make_error(SqlState::kUndefinedParameter, "there is no parameter ${}", token.text));
  }
  return node;
}

// (query), (expr), (a, b), and brackets around either.
ExprPtr Grammar::bracketed() {
  const Level level(*this);
  const uint32_t begin = position();
  take();
  if (at_query()) {
    auto node = std::make_unique<ast::Subquery>(begin);
    node->query = query();
    expect(TokenKind::kRightParen);
    return node;
  }
  ExprPtr first = expression();
  if (first->kind == ast::ExprKind::kSubquery && at_query_continuation()) {
    auto& inner = ast::as<ast::Subquery>(*first);
    if (inner.subquery != ast::SubqueryKind::kScalar) {
      fail_here();
      return first;
    }
    auto node = std::make_unique<ast::Subquery>(begin);
    node->query = query_from_operand(std::move(inner.query));
    expect(TokenKind::kRightParen);
    return node;
  }
  if (!at(TokenKind::kComma)) {
    expect(TokenKind::kRightParen);
    return first;
  }
  auto node = std::make_unique<ast::Row>(begin);
  node->elements.push_back(std::move(first));
  while (accept(TokenKind::kComma)) node->elements.push_back(expression());
  expect(TokenKind::kRightParen);
  return node;
}

ExprPtr Grammar::keyword_primary() {
  const uint32_t begin = position();
  const Kw word = keyword();
  const bool call_follows = kind(1) == TokenKind::kLeftParen;
  switch (word) {
    case Kw::kNull:
      take();
      return null_literal(begin);
    case Kw::kTrue:
    case Kw::kFalse: {
      auto node = std::make_unique<ast::Literal>(begin);
      node->literal = ast::LiteralKind::kBoolean;
      node->boolean_value = take().keyword == Kw::kTrue;
      return node;
    }
    case Kw::kDefault:
      fail_with(begin,
                make_error(SqlState::kSyntaxError, "DEFAULT is not allowed in this context"));
      return null_literal(begin);
    case Kw::kCase:
      return case_expression();
    case Kw::kCast:
      return cast_expression();
    case Kw::kArray:
      return array();
    case Kw::kCurrentCatalog:
    case Kw::kCurrentDate:
    case Kw::kCurrentRole:
    case Kw::kCurrentTime:
    case Kw::kCurrentTimestamp:
    case Kw::kCurrentUser:
    case Kw::kLocaltime:
    case Kw::kLocaltimestamp:
    case Kw::kSessionUser:
    case Kw::kUser:
      return keyword_call();
    case Kw::kCurrentSchema:
      if (!call_follows) return keyword_call();
      break;
    default:
      break;
  }
  if (call_follows) {
    switch (word) {
      case Kw::kExists:
        return exists();
      case Kw::kRow:
        return row();
      case Kw::kExtract:
      case Kw::kSubstring:
      case Kw::kPosition:
      case Kw::kTrim:
      case Kw::kOverlay:
      case Kw::kCoalesce:
      case Kw::kNullif:
      case Kw::kGreatest:
      case Kw::kLeast:
      case Kw::kGrouping:
      case Kw::kNormalize:
        return special_call();
      default:
        break;
    }
  }
  if (at_typed_literal()) return typed_literal(type_name());
  return word_primary();
}

// A name: of a column, of a function that is called, or of the type of a literal.
ExprPtr Grammar::word_primary() {
  if (!at_name() && !at_function_name()) {
    fail_here();
    return null_literal(position());
  }
  const bool is_column = at_name();
  const bool is_function = at_function_name();
  std::vector<Name> parts;
  parts.push_back(take_name());
  while (is_column && accept(TokenKind::kDot)) {
    if (at_operator("*")) {
      const uint32_t begin = parts.front().position;
      take();
      return wildcard(std::move(parts), begin);
    }
    parts.push_back(label());
  }
  const bool qualified = parts.size() > 1;
  if (at(TokenKind::kLeftParen) && (is_function || qualified)) {
    return call(ast::ObjectName{std::move(parts)});
  }
  if (at(TokenKind::kString) && (is_function || qualified)) {
    ast::TypeName type;
    type.position = parts.front().position;
    type.name.parts = std::move(parts);
    return typed_literal(std::move(type));
  }
  if (!is_column && !qualified) {
    fail_here();
    return null_literal(position());
  }
  return column_ref(std::move(parts));
}

ExprPtr Grammar::column_ref(std::vector<Name> parts) {
  auto node = std::make_unique<ast::ColumnRef>(parts.front().position);
  node->parts = std::move(parts);
  return node;
}

ExprPtr Grammar::typed_literal(ast::TypeName type) {
  auto node = std::make_unique<ast::TypedLiteral>(type.position);
  node->text = string_literal();
  if (type.builtin && type.name.last().text == "interval" && type.interval_fields.empty() &&
      type.modifiers.empty()) {
    interval_fields(type);
  }
  node->type = std::move(type);
  return node;
}

ExprPtr Grammar::case_expression() {
  const Level level(*this);
  auto node = std::make_unique<ast::Case>(position());
  take();
  if (!at(Kw::kWhen)) node->operand = expression();
  do {
    ast::CaseBranch branch;
    expect(Kw::kWhen);
    branch.condition = expression();
    expect(Kw::kThen);
    branch.result = expression();
    node->branches.push_back(std::move(branch));
  } while (at(Kw::kWhen));
  if (accept(Kw::kElse)) node->otherwise = expression();
  expect(Kw::kEnd);
  return node;
}

ExprPtr Grammar::cast_expression() {
  auto node = std::make_unique<ast::Cast>(position());
  take();
  expect(TokenKind::kLeftParen);
  node->operand = expression();
  expect(Kw::kAs);
  node->type = type_name();
  expect(TokenKind::kRightParen);
  return node;
}

ExprPtr Grammar::subquery(ast::SubqueryKind kind, uint32_t begin) {
  auto node = std::make_unique<ast::Subquery>(begin);
  node->subquery = kind;
  node->query = bracketed_query();
  return node;
}

ExprPtr Grammar::exists() {
  const uint32_t begin = position();
  take();
  return subquery(ast::SubqueryKind::kExists, begin);
}

ExprPtr Grammar::array() {
  const uint32_t begin = position();
  take();
  if (at(TokenKind::kLeftParen)) return subquery(ast::SubqueryKind::kArray, begin);
  if (at(TokenKind::kLeftBracket)) return array_elements(begin);
  fail_here();
  return null_literal(begin);
}

ExprPtr Grammar::array_elements(uint32_t begin) {
  const Level level(*this);
  auto node = std::make_unique<ast::Array>(begin);
  expect(TokenKind::kLeftBracket);
  if (accept(TokenKind::kRightBracket)) return node;
  do {
    node->elements.push_back(at(TokenKind::kLeftBracket) ? array_elements(position())
                                                         : expression());
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kRightBracket);
  return node;
}

ExprPtr Grammar::row() {
  const Level level(*this);
  auto node = std::make_unique<ast::Row>(position());
  node->explicit_row = true;
  take();
  expect(TokenKind::kLeftParen);
  if (accept(TokenKind::kRightParen)) return node;
  node->elements = expression_list();
  expect(TokenKind::kRightParen);
  return node;
}

ExprPtr Grammar::keyword_call() {
  auto node = std::make_unique<ast::FunctionCall>(position());
  const Kw word = take().keyword;
  node->syntax = ast::CallSyntax::kKeyword;
  node->name.parts.push_back(
      {.text = std::string(keyword_row(word).text), .position = node->position});
  const bool has_precision = word == Kw::kCurrentTime || word == Kw::kCurrentTimestamp ||
                             word == Kw::kLocaltime || word == Kw::kLocaltimestamp;
  if (has_precision && accept(TokenKind::kLeftParen)) {
    if (at(TokenKind::kInteger)) {
      add_argument(*node, literal());
    } else {
      fail_here();
    }
    expect(TokenKind::kRightParen);
  }
  return node;
}

}  // namespace leat::parser

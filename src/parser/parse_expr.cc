#include "parser/grammar.h"

// Operators, by precedence climbing. The leaves are in parse_primary.cc.
namespace leat::parser {

using ast::ExprPtr;

struct Grammar::Infix {
  enum class Kind : uint8_t {
    kNone,
    kLogical,
    kIs,
    kMember,
    kOverlaps,
    kOperator,
    kQualified,
    kAt,
    kCollate
  };
  Kind kind = Kind::kNone;
  Precedence precedence = kAnyPrecedence;
  bool non_associative = false;  // ends in an operand: the same precedence may not follow
};

Precedence operator_precedence(std::string_view op) {
  if (op.size() == 1) {
    switch (op[0]) {
      case '<':
      case '>':
      case '=':
        return kComparisonPrecedence;
      case '+':
      case '-':
        return kAdditivePrecedence;
      case '*':
      case '/':
      case '%':
        return kMultiplicativePrecedence;
      case '^':
        return kPowerPrecedence;
      default:
        return kOtherPrecedence;
    }
  }
  return op == "<=" || op == ">=" || op == "<>" ? kComparisonPrecedence : kOtherPrecedence;
}

ExprPtr Grammar::expression(int precedence_min, bool restricted) {
  const Level level(*this);
  ExprPtr left = prefix(restricted);
  Precedence blocked = kAnyPrecedence;
  while (!failed()) {
    Infix op = infix(restricted);
    if (op.kind == Infix::Kind::kNone || op.precedence < precedence_min) break;
    if (op.precedence == blocked) {
      fail_here();
      break;
    }
    left = apply(op, std::move(left), restricted);
    // What was read decides too: IS DISTINCT FROM ends in an operand, = ANY (...) does not.
    const bool open_end = left->kind == ast::ExprKind::kIsDistinct ||
                          (op.non_associative && left->kind != ast::ExprKind::kQuantified);
    blocked = open_end ? op.precedence : kAnyPrecedence;
    grow();
  }
  return left;
}

std::vector<ExprPtr> Grammar::expression_list() {
  std::vector<ExprPtr> result;
  do {
    result.push_back(expression());
  } while (accept(TokenKind::kComma));
  return result;
}

// What operator comes next, if any.
Grammar::Infix Grammar::infix(bool restricted) {
  using Kind = Infix::Kind;
  const Token& token = peek();
  if (token.kind == TokenKind::kOperator) {
    const Precedence precedence = operator_precedence(token.text);
    return {Kind::kOperator, precedence, precedence == kComparisonPrecedence};
  }
  if (token.kind != TokenKind::kIdentifier) return {};
  switch (token.keyword) {
    case Kw::kIs:
      return {Kind::kIs, kIsPrecedence, false};
    case Kw::kAt:
      if (keyword(1) == Kw::kTime) return {Kind::kAt, kAtPrecedence, false};
      return {};
    case Kw::kCollate:
      return {Kind::kCollate, kCollatePrecedence, false};
    case Kw::kOperator:
      if (kind(1) == TokenKind::kLeftParen) return {Kind::kQualified, kOtherPrecedence, false};
      return {};
    default:
      break;
  }
  if (restricted) return {};
  switch (token.keyword) {
    case Kw::kOr:
      return {Kind::kLogical, kOrPrecedence, false};
    case Kw::kAnd:
      return {Kind::kLogical, kAndPrecedence, false};
    case Kw::kIsnull:
    case Kw::kNotnull:
      return {Kind::kIs, kIsPrecedence, false};
    case Kw::kBetween:
    case Kw::kLike:
    case Kw::kIlike:
      return {Kind::kMember, kMemberPrecedence, true};
    case Kw::kSimilar:
      if (keyword(1) != Kw::kTo) return {};
      return {Kind::kMember, kMemberPrecedence, true};
    case Kw::kIn:
      return {Kind::kMember, kMemberPrecedence, false};
    case Kw::kOverlaps:
      return {Kind::kOverlaps, kMemberPrecedence, true};
    case Kw::kNot:
      switch (keyword(1)) {
        case Kw::kBetween:
        case Kw::kLike:
        case Kw::kIlike:
        case Kw::kSimilar:
          return {Kind::kMember, kMemberPrecedence, true};
        case Kw::kIn:
          return {Kind::kMember, kMemberPrecedence, false};
        default:
          return {};
      }
    default:
      break;
  }
  // A mistyped operator word shows here; these are what it could have been.
  for (const Kw word : {Kw::kAnd, Kw::kOr, Kw::kBetween, Kw::kLike, Kw::kIs, Kw::kIn}) at(word);
  return {};
}

ExprPtr Grammar::apply(const Infix& op, ExprPtr left, bool restricted) {
  switch (op.kind) {
    case Infix::Kind::kLogical:
      return logical(std::move(left), op.precedence == kAndPrecedence);
    case Infix::Kind::kIs:
      return is_expression(std::move(left), restricted);
    case Infix::Kind::kMember:
      return membership(std::move(left));
    case Infix::Kind::kOverlaps:
      return overlaps(std::move(left), position());
    case Infix::Kind::kOperator:
    case Infix::Kind::kQualified:
      return binary_operator(std::move(left), op, restricted);
    case Infix::Kind::kAt: {
      auto node = std::make_unique<ast::FunctionCall>(position());
      expect_all({Kw::kAt, Kw::kTime, Kw::kZone});
      node->syntax = ast::CallSyntax::kAtTimeZone;
      node->name.parts.push_back({.text = "timezone", .position = node->position});
      add_argument(*node, expression(kAtPrecedence + 1, restricted));
      add_argument(*node, std::move(left));
      return node;
    }
    case Infix::Kind::kCollate: {
      auto node = std::make_unique<ast::Collate>(position());
      take();
      node->operand = std::move(left);
      node->collation = object_name();
      return node;
    }
    case Infix::Kind::kNone:
      break;
  }
  return left;
}

// a AND b AND c is one node: long chains stay flat.
ExprPtr Grammar::logical(ExprPtr left, bool is_and) {
  auto node = std::make_unique<ast::Logical>(position());
  node->is_and = is_and;
  node->operands.push_back(std::move(left));
  const Kw word = is_and ? Kw::kAnd : Kw::kOr;
  const int tighter = (is_and ? kAndPrecedence : kOrPrecedence) + 1;
  while (accept(word)) node->operands.push_back(expression(tighter, false));
  return node;
}

ExprPtr Grammar::is_expression(ExprPtr left, bool restricted) {
  const uint32_t begin = position();
  const Kw word = take().keyword;
  auto test = std::make_unique<ast::IsTest>(begin);
  test->negated = word == Kw::kNotnull || (word == Kw::kIs && accept(Kw::kNot));
  if (word == Kw::kIs && at(Kw::kDistinct)) {
    take();
    expect(Kw::kFrom);
    auto node = std::make_unique<ast::IsDistinct>(begin);
    node->negated = test->negated;
    node->left = std::move(left);
    node->right = expression(kIsPrecedence + 1, restricted);
    return node;
  }
  test->operand = std::move(left);
  if (word != Kw::kIs) return test;
  if (restricted) {
    fail_here();
  } else if (accept(Kw::kNull)) {
    test->what = ast::IsWhat::kNull;
  } else if (accept(Kw::kTrue)) {
    test->what = ast::IsWhat::kTrue;
  } else if (accept(Kw::kFalse)) {
    test->what = ast::IsWhat::kFalse;
  } else if (accept(Kw::kUnknown)) {
    test->what = ast::IsWhat::kUnknown;
  } else {
    fail_here();
  }
  return test;
}

ExprPtr Grammar::membership(ExprPtr left) {
  const uint32_t begin = position();
  const bool negated = accept(Kw::kNot);
  if (at(Kw::kIn)) return in_expression(std::move(left), negated, begin);
  if (at(Kw::kBetween)) return between(std::move(left), negated, begin);
  return like(std::move(left), negated, begin);
}

ExprPtr Grammar::in_expression(ExprPtr left, bool negated, uint32_t begin) {
  auto node = std::make_unique<ast::In>(begin);
  node->operand = std::move(left);
  node->negated = negated;
  take();
  expect(TokenKind::kLeftParen);
  if (at_query()) {
    node->query = query();
  } else {
    node->list = expression_list();
    // IN ((SELECT ...)) and IN ((SELECT ...) UNION ...) are sub-queries in more brackets.
    auto* only = node->list.size() == 1 ? node->list[0].get() : nullptr;
    if (only && only->kind == ast::ExprKind::kSubquery) {
      auto& sub = ast::as<ast::Subquery>(*only);
      if (sub.subquery == ast::SubqueryKind::kScalar) {
        node->query = query_from_operand(std::move(sub.query));
        node->list.clear();
      }
    }
  }
  expect(TokenKind::kRightParen);
  return node;
}

ExprPtr Grammar::between(ExprPtr left, bool negated, uint32_t begin) {
  auto node = std::make_unique<ast::Between>(begin);
  node->operand = std::move(left);
  node->negated = negated;
  take();
  node->symmetric = accept(Kw::kSymmetric);
  if (!node->symmetric) accept(Kw::kAsymmetric);
  node->low = expression(kAnyPrecedence, true);
  expect(Kw::kAnd);
  node->high = expression(kMemberPrecedence + 1, false);
  return node;
}

ExprPtr Grammar::like(ExprPtr left, bool negated, uint32_t begin) {
  const Kw word = take().keyword;
  const bool insensitive = word == Kw::kIlike;
  if (word == Kw::kSimilar) {
    expect(Kw::kTo);
  } else if (at(Kw::kAny) || at(Kw::kSome) || at(Kw::kAll)) {
    std::string op = negated ? "!~~" : "~~";
    if (insensitive) op += '*';
    return quantified(std::move(left), std::move(op), {}, begin);
  }
  auto node = std::make_unique<ast::Like>(begin);
  node->like = word == Kw::kSimilar ? ast::LikeKind::kSimilar
               : insensitive        ? ast::LikeKind::kIlike
                                    : ast::LikeKind::kLike;
  node->operand = std::move(left);
  node->negated = negated;
  node->pattern = expression(kMemberPrecedence + 1, false);
  if (accept(Kw::kEscape)) node->escape = expression(kMemberPrecedence + 1, false);
  return node;
}

// OPERATOR(schema.op): the schema; the operator goes to `op`.
ast::ObjectName Grammar::qualified_operator(std::string& op) {
  ast::ObjectName schema;
  take();
  expect(TokenKind::kLeftParen);
  while (at_name()) {
    schema.parts.push_back(take_name());
    expect(TokenKind::kDot);
  }
  if (at(TokenKind::kOperator)) {
    op = take().text;
  } else {
    fail_here();
  }
  expect(TokenKind::kRightParen);
  return schema;
}

ExprPtr Grammar::binary_operator(ExprPtr left, const Infix& infix, bool restricted) {
  const uint32_t begin = position();
  std::string op;
  ast::ObjectName schema;
  if (infix.kind == Infix::Kind::kQualified) {
    schema = qualified_operator(op);
  } else {
    op = take().text;
  }
  if (at(Kw::kAny) || at(Kw::kSome) || at(Kw::kAll)) {
    return quantified(std::move(left), std::move(op), std::move(schema), begin);
  }
  auto node = std::make_unique<ast::Binary>(begin);
  node->op = std::move(op);
  node->op_schema = std::move(schema);
  node->left = std::move(left);
  node->right = expression(infix.precedence + 1, restricted);
  return node;
}

ExprPtr Grammar::quantified(ExprPtr left, std::string op, ast::ObjectName schema, uint32_t begin) {
  auto node = std::make_unique<ast::Quantified>(begin);
  node->left = std::move(left);
  node->op = std::move(op);
  node->op_schema = std::move(schema);
  node->is_all = take().keyword == Kw::kAll;
  expect(TokenKind::kLeftParen);
  if (at_query()) {
    node->query = query();
  } else {
    node->array = expression();
    // As with IN: more brackets around a sub-query do not make it a scalar.
    if (node->array->kind == ast::ExprKind::kSubquery) {
      auto& sub = ast::as<ast::Subquery>(*node->array);
      if (sub.subquery == ast::SubqueryKind::kScalar) {
        node->query = query_from_operand(std::move(sub.query));
        node->array.reset();
      }
    }
  }
  expect(TokenKind::kRightParen);
  return node;
}

// (a, b) OVERLAPS (c, d) is the function overlaps(a, b, c, d).
ExprPtr Grammar::overlaps(ExprPtr left, uint32_t begin) {
  auto node = std::make_unique<ast::FunctionCall>(begin);
  node->name.parts.push_back({.text = "overlaps", .position = begin});
  take();
  const uint32_t right_begin = position();
  ExprPtr right = expression(kMemberPrecedence + 1, false);
  for (ExprPtr* side : {&left, &right}) {
    auto* pair = (*side)->kind == ast::ExprKind::kRow ? &ast::as<ast::Row>(**side) : nullptr;
    if (!pair || pair->elements.size() != 2) {
      fail_with(side == &left ? begin : right_begin,
                make_error(SqlState::kSyntaxError,
                           "wrong number of parameters on {} side of OVERLAPS expression",
                           side == &left ? "left" : "right"));
      return node;
    }
    for (auto& element : pair->elements) add_argument(*node, std::move(element));
  }
  return node;
}

ExprPtr Grammar::prefix(bool restricted) {
  const Token& token = peek();
  if (token.keyword == Kw::kNot && !restricted) {
    auto node = std::make_unique<ast::Not>(position());
    take();
    node->operand = expression(kNotPrecedence, false);
    return node;
  }
  const bool qualified = token.keyword == Kw::kOperator && kind(1) == TokenKind::kLeftParen;
  if (token.kind != TokenKind::kOperator && !qualified) return postfix();
  if (token.text == "-" || token.text == "+") return sign_expression(restricted);
  if (!qualified && operator_precedence(token.text) != kOtherPrecedence) {
    fail_here();
    return null_literal(position());
  }
  auto node = std::make_unique<ast::Unary>(position());
  if (qualified) {
    node->op_schema = qualified_operator(node->op);
  } else {
    node->op = take().text;
  }
  node->operand = expression(kOtherPrecedence + 1, restricted);
  return node;
}

// -1 is a number, as in PostgreSQL: so the smallest bigint can be written.
ExprPtr Grammar::sign_expression(bool restricted) {
  auto node = std::make_unique<ast::Unary>(position());
  node->op = take().text;
  node->operand = expression(kSignPrecedence, restricted);
  auto* number = node->op == "-" && node->operand->kind == ast::ExprKind::kLiteral
                     ? &ast::as<ast::Literal>(*node->operand)
                     : nullptr;
  if (!number || number->literal != ast::LiteralKind::kNumber) return node;
  number->position = node->position;
  if (number->text.starts_with('-')) {
    number->text.erase(0, 1);
  } else {
    number->text.insert(0, 1, '-');
  }
  return std::move(node->operand);
}

ExprPtr Grammar::postfix() {
  ExprPtr left = primary();
  while (!failed()) {
    const bool constant =
        left->kind == ast::ExprKind::kLiteral || left->kind == ast::ExprKind::kTypedLiteral ||
        left->kind == ast::ExprKind::kWildcard || left->kind == ast::ExprKind::kFieldWildcard;
    if (at(TokenKind::kTypecast)) {
      auto node = std::make_unique<ast::Cast>(position());
      take();
      node->operand = std::move(left);
      node->type = type_name();
      left = std::move(node);
    } else if (!constant && at(TokenKind::kLeftBracket)) {
      left = subscript(std::move(left));
    } else if (!constant && at(TokenKind::kDot)) {
      left = field(std::move(left));
    } else {
      break;
    }
    grow();
  }
  return left;
}

// x[i], x[a:b], x[:]
ExprPtr Grammar::subscript(ExprPtr operand) {
  const uint32_t begin = position();
  take();
  ExprPtr lower;
  if (!at(TokenKind::kColon)) lower = expression();
  if (!at(TokenKind::kColon)) {
    auto node = std::make_unique<ast::Subscript>(begin);
    node->operand = std::move(operand);
    node->index = std::move(lower);
    expect(TokenKind::kRightBracket);
    return node;
  }
  auto node = std::make_unique<ast::Slice>(begin);
  take();
  node->operand = std::move(operand);
  node->lower = std::move(lower);
  if (!at(TokenKind::kRightBracket)) node->upper = expression();
  expect(TokenKind::kRightBracket);
  return node;
}

ExprPtr Grammar::field(ExprPtr operand) {
  const uint32_t begin = position();
  take();
  if (accept_operator("*")) {
    auto node = std::make_unique<ast::FieldWildcard>(begin);
    node->operand = std::move(operand);
    return node;
  }
  auto node = std::make_unique<ast::Field>(begin);
  node->operand = std::move(operand);
  node->field = label();
  return node;
}

}  // namespace leat::parser

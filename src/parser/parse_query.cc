#include "parser/grammar.h"

// Queries: WITH, SELECT, VALUES, set operations, and the clauses behind them.
namespace leat::parser {

using ast::ExprPtr;
using ast::Query;
using ast::QueryBodyPtr;
using ast::QueryPtr;

namespace {

constexpr int kUnionPrecedence = 1;  // UNION and EXCEPT
constexpr int kIntersectPrecedence = 2;

bool has_clauses(const Query& query) {
  return query.with || !query.order_by.empty() || query.limit || query.offset ||
         query.emit_on_window_close;
}

}  // namespace

bool Grammar::at_query(uint32_t ahead) {
  switch (keyword(ahead)) {
    case Kw::kSelect:
    case Kw::kWith:
    case Kw::kTable:
      return true;
    case Kw::kValues:
      return kind(ahead + 1) == TokenKind::kLeftParen;
    default:
      return false;
  }
}

QueryPtr Grammar::empty_query() {
  auto result = std::make_unique<Query>();
  result->position = position();
  result->body = std::make_unique<ast::Select>(position());
  return result;
}

QueryPtr Grammar::query() {
  const Level level(*this);
  const uint32_t begin = position();
  std::optional<ast::With> clause;
  if (at(Kw::kWith)) clause = with();
  return query_after_with(std::move(clause), begin);
}

QueryPtr Grammar::query_after_with(std::optional<ast::With> clause, uint32_t begin) {
  auto result = std::make_unique<Query>();
  result->position = begin;
  result->with = std::move(clause);
  result->body = body(kUnionPrecedence);
  query_tail(*result);
  if (result->body->kind == ast::BodyKind::kNested && !has_clauses(*result)) {
    return std::move(ast::as<ast::Nested>(*result->body).query);
  }
  return result;
}

QueryPtr Grammar::bracketed_query() {
  const Level level(*this);
  expect(TokenKind::kLeftParen);
  QueryPtr result;
  if (at(TokenKind::kLeftParen)) {
    result = query_from_operand(bracketed_query());
  } else if (at_query()) {
    result = query();
  } else {
    fail_here();
    result = empty_query();
  }
  expect(TokenKind::kRightParen);
  return result;
}

bool Grammar::at_query_continuation() {
  switch (keyword()) {
    case Kw::kUnion:
    case Kw::kIntersect:
    case Kw::kExcept:
    case Kw::kOrder:
    case Kw::kLimit:
    case Kw::kOffset:
    case Kw::kFetch:
      return true;
    case Kw::kEmit:
      return keyword(1) == Kw::kOn;
    default:
      return false;
  }
}

QueryPtr Grammar::query_from_operand(QueryPtr operand) {
  if (!at_query_continuation()) return operand;
  auto result = std::make_unique<Query>();
  result->position = operand->position;
  result->body = body_from(nested(std::move(operand)), kUnionPrecedence);
  query_tail(*result);
  return result;
}

// A bracketed query without clauses of its own is just its body.
QueryBodyPtr Grammar::nested(QueryPtr query) {
  if (!has_clauses(*query)) return std::move(query->body);
  auto node = std::make_unique<ast::Nested>(query->position);
  node->query = std::move(query);
  return node;
}

QueryBodyPtr Grammar::body(int precedence_min) { return body_from(body_operand(), precedence_min); }

QueryBodyPtr Grammar::body_from(QueryBodyPtr left, int precedence_min) {
  while (!failed()) {
    const bool intersect = at(Kw::kIntersect);
    if (!intersect && !at(Kw::kUnion) && !at(Kw::kExcept)) break;
    const int precedence = intersect ? kIntersectPrecedence : kUnionPrecedence;
    if (precedence < precedence_min) break;
    auto node = std::make_unique<ast::SetOperation>(position());
    switch (take().keyword) {
      case Kw::kUnion:
        node->op = ast::SetOperator::kUnion;
        break;
      case Kw::kExcept:
        node->op = ast::SetOperator::kExcept;
        break;
      default:
        node->op = ast::SetOperator::kIntersect;
        break;
    }
    node->all = accept(Kw::kAll);
    if (!node->all) accept(Kw::kDistinct);
    node->left = std::move(left);
    node->right = body(precedence + 1);
    left = std::move(node);
    grow();
  }
  return left;
}

QueryBodyPtr Grammar::body_operand() {
  switch (keyword()) {
    case Kw::kSelect:
      return select();
    case Kw::kValues:
      return values();
    case Kw::kTable:
      return table_query();
    default:
      break;
  }
  if (at(TokenKind::kLeftParen)) return nested(bracketed_query());
  for (const Kw word : {Kw::kSelect, Kw::kValues, Kw::kTable}) at(word);
  fail_here();
  return std::make_unique<ast::Select>(position());
}

void Grammar::query_tail(Query& query) {
  if (accept(Kw::kOrder)) {
    expect(Kw::kBy);
    query.order_by = order_by();
  }
  bool limited = false;
  while (!failed()) {
    if (!limited && at(Kw::kLimit)) {
      limited = true;
      take();
      if (!accept(Kw::kAll)) query.limit = expression();
      if (at(TokenKind::kComma)) {
        fail_with(position(), Error{.code = SqlState::kSyntaxError,
                                    .message = "LIMIT #,# syntax is not supported",
                                    .hint = "Use separate LIMIT and OFFSET clauses."});
      }
    } else if (!limited && at(Kw::kFetch)) {
      limited = true;
      fetch_first(query);
    } else if (!query.offset && accept(Kw::kOffset)) {
      query.offset = expression();
      row_or_rows();
    } else {
      break;
    }
  }
  if (at(Kw::kFor) && (keyword(1) == Kw::kUpdate || keyword(1) == Kw::kShare ||
                       keyword(1) == Kw::kNo || keyword(1) == Kw::kKey)) {
    refuse(position(), "locking rows by SELECT ... FOR UPDATE or SHARE");
  }
  query.emit_on_window_close = emit_on_window_close();
}

bool Grammar::row_or_rows() { return accept(Kw::kRow) || accept(Kw::kRows); }

// FETCH { FIRST | NEXT } [ n ] { ROW | ROWS } { ONLY | WITH TIES }
void Grammar::fetch_first(Query& query) {
  take();
  if (!accept(Kw::kFirst)) expect(Kw::kNext);
  if (at(Kw::kRow) || at(Kw::kRows)) {
    auto one = std::make_unique<ast::Literal>(position());
    one->literal = ast::LiteralKind::kNumber;
    one->text = "1";
    query.limit = std::move(one);
  } else {
    query.limit = expression(kSignPrecedence, false);
  }
  if (!row_or_rows()) fail_here();
  if (accept(Kw::kOnly)) return;
  expect_all({Kw::kWith, Kw::kTies});
  query.with_ties = true;
}

bool Grammar::emit_on_window_close() {
  if (!at(Kw::kEmit)) return false;
  take();
  expect(Kw::kOn);
  expect_all({Kw::kWindow, Kw::kClose});
  return true;
}

ast::With Grammar::with() {
  ast::With clause;
  clause.position = position();
  take();
  clause.recursive = accept(Kw::kRecursive);
  do {
    clause.ctes.push_back(cte());
  } while (accept(TokenKind::kComma));
  return clause;
}

ast::Cte Grammar::cte() {
  ast::Cte result;
  result.name = name();
  result.columns = optional_bracketed_names();
  expect(Kw::kAs);
  if (at(Kw::kChangelog) && keyword(1) == Kw::kFrom) {
    take();
    take();
    result.changelog_of = object_name();
    return result;
  }
  if (accept(Kw::kMaterialized)) {
    result.materialized = true;
  } else if (accept(Kw::kNot)) {
    expect(Kw::kMaterialized);
    result.materialized = false;
  }
  if (keyword(1) == Kw::kInsert || keyword(1) == Kw::kUpdate || keyword(1) == Kw::kDelete) {
    refuse(peek(1).begin, "INSERT, UPDATE or DELETE inside WITH");
  }
  result.query = bracketed_query();
  return result;
}

QueryBodyPtr Grammar::select() {
  auto node = std::make_unique<ast::Select>(position());
  take();
  if (accept(Kw::kDistinct)) {
    node->distinct = true;
    if (accept(Kw::kOn)) {
      expect(TokenKind::kLeftParen);
      node->distinct_on = expression_list();
      expect(TokenKind::kRightParen);
    }
  } else {
    accept(Kw::kAll);
  }
  node->items = select_items();
  if (node->distinct && node->items.empty()) fail_here();
  if (at(Kw::kInto)) refuse(position(), "SELECT INTO");
  if (accept(Kw::kFrom)) node->from = from_list();
  if (accept(Kw::kWhere)) node->where = expression();
  if (accept(Kw::kGroup)) {
    expect(Kw::kBy);
    node->group_by_distinct = accept(Kw::kDistinct);
    if (!node->group_by_distinct) accept(Kw::kAll);
    node->group_by = group_items();
  }
  if (accept(Kw::kHaving)) node->having = expression();
  if (accept(Kw::kWindow)) node->windows = named_windows();
  return node;
}

std::vector<ast::SelectItem> Grammar::select_items() {
  std::vector<ast::SelectItem> items;
  switch (kind()) {
    case TokenKind::kEnd:
    case TokenKind::kSemicolon:
    case TokenKind::kRightParen:
      return items;
    default:
      break;
  }
  switch (keyword()) {
    case Kw::kFrom:
    case Kw::kWhere:
    case Kw::kGroup:
    case Kw::kHaving:
    case Kw::kWindow:
    case Kw::kInto:
      return items;
    default:
      if (at_query_continuation()) return items;
  }
  do {
    items.push_back(select_item());
  } while (accept(TokenKind::kComma));
  return items;
}

ast::SelectItem Grammar::select_item() {
  ast::SelectItem item;
  if (at_operator("*")) {
    const uint32_t begin = position();
    take();
    item.expr = wildcard({}, begin);
    return item;
  }
  item.expr = expression();
  if (accept(Kw::kAs)) {
    item.alias = label();
  } else if (at_bare_label()) {
    item.alias = take_name();
  }
  return item;
}

// After the star: [EXCEPT (a, t.b)]. `SELECT * EXCEPT (SELECT ...)` is a set operation.
ExprPtr Grammar::wildcard(std::vector<ast::Name> qualifier, uint32_t begin) {
  auto node = std::make_unique<ast::Wildcard>(begin);
  node->qualifier = std::move(qualifier);
  const bool except = at(Kw::kExcept) && kind(1) == TokenKind::kLeftParen &&
                      kind(2) != TokenKind::kLeftParen && !at_query(2);
  if (!except) return node;
  take();
  take();
  node->except = object_names();
  expect(TokenKind::kRightParen);
  return node;
}

std::vector<ast::GroupItem> Grammar::group_items() {
  std::vector<ast::GroupItem> items;
  do {
    items.push_back(group_item());
  } while (accept(TokenKind::kComma));
  return items;
}

ast::GroupItem Grammar::group_item() {
  const Level level(*this);
  ast::GroupItem item;
  item.position = position();
  const bool bracket_next = kind(1) == TokenKind::kLeftParen;
  if (at(TokenKind::kLeftParen) && kind(1) == TokenKind::kRightParen) {
    take();
    take();
    item.kind = ast::GroupKind::kEmpty;
    return item;
  }
  if (at(Kw::kGrouping, Kw::kSets)) {
    take();
    item.kind = ast::GroupKind::kSets;
  } else if (at(Kw::kRollup) && bracket_next) {
    item.kind = ast::GroupKind::kRollup;
  } else if (at(Kw::kCube) && bracket_next) {
    item.kind = ast::GroupKind::kCube;
  } else {
    item.expr = expression();
    return item;
  }
  take();
  expect(TokenKind::kLeftParen);
  item.items = group_items();
  expect(TokenKind::kRightParen);
  return item;
}

std::vector<ast::NamedWindow> Grammar::named_windows() {
  std::vector<ast::NamedWindow> windows;
  do {
    ast::NamedWindow window;
    window.name = name();
    expect(Kw::kAs);
    window.spec = window_spec();
    windows.push_back(std::move(window));
  } while (accept(TokenKind::kComma));
  return windows;
}

QueryBodyPtr Grammar::values() {
  auto node = std::make_unique<ast::Values>(position());
  take();
  do {
    std::vector<ExprPtr> row;
    expect(TokenKind::kLeftParen);
    do {
      row.push_back(value_or_default());
    } while (accept(TokenKind::kComma));
    expect(TokenKind::kRightParen);
    node->rows.push_back(std::move(row));
  } while (accept(TokenKind::kComma));
  return node;
}

// TABLE t is SELECT * FROM t.
QueryBodyPtr Grammar::table_query() {
  auto node = std::make_unique<ast::Select>(position());
  take();
  auto relation = std::make_unique<ast::FromRelation>(position());
  relation->name = object_name();
  ast::SelectItem all;
  all.expr = std::make_unique<ast::Wildcard>(node->position);
  node->items.push_back(std::move(all));
  node->from.push_back(std::move(relation));
  return node;
}

}  // namespace leat::parser

#include "parser/grammar.h"

// What stands in FROM: relations, sub-queries, functions, time windows and joins of these.
namespace leat::parser {

using ast::FromItemPtr;
using ast::JoinKind;

struct Grammar::JoinWords {
  uint32_t position = 0;
  JoinKind kind = JoinKind::kInner;
  bool natural = false;
  bool conditional() const { return kind != JoinKind::kCross && !natural; }
};

std::vector<FromItemPtr> Grammar::from_list() {
  std::vector<FromItemPtr> items;
  do {
    items.push_back(from_item());
  } while (accept(TokenKind::kComma));
  return items;
}

FromItemPtr Grammar::from_item() {
  const Level level(*this);
  FromItemPtr left = from_primary();
  while (const auto words = join_words()) {
    left = join(std::move(left), *words);
    grow();
  }
  return left;
}

FromItemPtr Grammar::from_primary() {
  const uint32_t begin = position();
  const bool lateral = accept(Kw::kLateral);
  if (at(TokenKind::kLeftParen)) return from_bracketed(lateral);
  if (at(Kw::kRows, Kw::kFrom)) return rows_from(lateral);
  const bool call_follows = kind(1) == TokenKind::kLeftParen;
  if (call_follows && at_word("tumble")) return time_window(ast::TimeWindowKind::kTumble, begin);
  if (call_follows && at_word("hop")) return time_window(ast::TimeWindowKind::kHop, begin);
  accept(Kw::kOnly);
  if (call_follows && at_function_name()) {
    return from_function(ast::ObjectName{{take_name()}}, lateral);
  }
  ast::ObjectName name = object_name();
  if (at(TokenKind::kLeftParen) && name.parts.size() > 1) {
    return from_function(std::move(name), lateral);
  }
  if (lateral) fail_here();
  return from_relation(std::move(name));
}

FromItemPtr Grammar::from_relation(ast::ObjectName name) {
  auto node = std::make_unique<ast::FromRelation>(name.position());
  node->name = std::move(name);
  as_of(*node);
  node->alias = table_alias();
  if (!node->as_of_proctime && !node->as_of) as_of(*node);
  if (at(Kw::kTablesample)) refuse(position(), "TABLESAMPLE");
  return node;
}

// FOR SYSTEM_TIME AS OF PROCTIME(), or of a point in time
void Grammar::as_of(ast::FromRelation& relation) {
  if (!accept(Kw::kFor, Kw::kSystemTime)) return;
  expect_all({Kw::kAs, Kw::kOf});
  if (at_word("proctime") && kind(1) == TokenKind::kLeftParen) {
    take();
    take();
    relation.as_of_proctime = true;
    return expect(TokenKind::kRightParen);
  }
  relation.as_of = expression();
}

// ( query ) alias, ( a JOIN b ON ... ) alias
FromItemPtr Grammar::from_bracketed(bool lateral) {
  const Level level(*this);
  const uint32_t begin = position();
  take();
  if (at_query()) {
    ast::QueryPtr inner = query();
    expect(TokenKind::kRightParen);
    return subquery_item(std::move(inner), lateral, begin);
  }
  FromItemPtr item = from_item();
  if (item->kind == ast::FromKind::kSubquery && !item->alias && !item->lateral) {
    auto& sub = ast::as<ast::FromSubquery>(*item);
    ast::QueryPtr inner = query_from_operand(std::move(sub.query));
    expect(TokenKind::kRightParen);
    return subquery_item(std::move(inner), lateral, begin);
  }
  if (item->kind != ast::FromKind::kJoin || lateral) {
    fail_here();
    return item;
  }
  expect(TokenKind::kRightParen);
  if (!item->alias) item->alias = table_alias();
  return item;
}

FromItemPtr Grammar::subquery_item(ast::QueryPtr inner, bool lateral, uint32_t begin) {
  auto node = std::make_unique<ast::FromSubquery>(begin);
  node->query = std::move(inner);
  node->lateral = lateral;
  node->alias = table_alias();
  return node;
}

FromItemPtr Grammar::from_function(ast::ObjectName name, bool lateral) {
  auto node = std::make_unique<ast::FromFunction>(name.position());
  node->lateral = lateral;
  node->calls.push_back(call(std::move(name)));
  node->with_ordinality = accept(Kw::kWith, Kw::kOrdinality);
  node->alias = table_alias();
  return node;
}

// ROWS FROM (f(), g()) [WITH ORDINALITY]
FromItemPtr Grammar::rows_from(bool lateral) {
  auto node = std::make_unique<ast::FromFunction>(position());
  node->lateral = lateral;
  expect_all({Kw::kRows, Kw::kFrom});
  expect(TokenKind::kLeftParen);
  do {
    ast::ObjectName name;
    name.parts.push_back(function_name());
    while (accept(TokenKind::kDot)) name.parts.push_back(label());
    node->calls.push_back(call(std::move(name)));
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kRightParen);
  node->with_ordinality = accept(Kw::kWith, Kw::kOrdinality);
  node->alias = table_alias();
  return node;
}

FromItemPtr Grammar::time_window(ast::TimeWindowKind window, uint32_t begin) {
  const Level level(*this);
  auto node = std::make_unique<ast::FromTimeWindow>(begin);
  node->window = window;
  take();
  expect(TokenKind::kLeftParen);
  if (at(TokenKind::kLeftParen)) {
    auto input = std::make_unique<ast::FromSubquery>(position());
    input->query = bracketed_query();
    node->input = std::move(input);
  } else {
    auto input = std::make_unique<ast::FromRelation>(position());
    input->name = object_name();
    node->input = std::move(input);
  }
  while (accept(TokenKind::kComma)) node->arguments.push_back(expression());
  expect(TokenKind::kRightParen);
  node->alias = table_alias();
  return node;
}

// The words up to JOIN, when a join follows.
std::optional<Grammar::JoinWords> Grammar::join_words() {
  JoinWords words;
  words.position = position();
  if (accept(Kw::kCross)) {
    expect(Kw::kJoin);
    words.kind = JoinKind::kCross;
    return words;
  }
  if (at(Kw::kAsof)) {
    take();
    words.kind = accept(Kw::kLeft) ? JoinKind::kAsofLeft : JoinKind::kAsofInner;
    if (words.kind == JoinKind::kAsofLeft) {
      accept(Kw::kOuter);
    } else {
      accept(Kw::kInner);
    }
    expect(Kw::kJoin);
    return words;
  }
  words.natural = accept(Kw::kNatural);
  bool outer = true;
  if (accept(Kw::kLeft)) {
    words.kind = JoinKind::kLeft;
  } else if (accept(Kw::kRight)) {
    words.kind = JoinKind::kRight;
  } else if (accept(Kw::kFull)) {
    words.kind = JoinKind::kFull;
  } else {
    outer = false;
    if (!at(Kw::kInner) && !at(Kw::kJoin) && !words.natural) return std::nullopt;
    accept(Kw::kInner);
  }
  if (outer) accept(Kw::kOuter);
  expect(Kw::kJoin);
  return words;
}

FromItemPtr Grammar::join(FromItemPtr left, const JoinWords& words) {
  const Level level(*this);
  auto node = std::make_unique<ast::Join>(words.position);
  node->join = words.kind;
  node->natural = words.natural;
  node->left = std::move(left);
  node->right = from_primary();
  if (!words.conditional()) return node;
  // a JOIN b JOIN c ON x ON y is a JOIN (b JOIN c ON x) ON y.
  while (!at(Kw::kOn) && !at(Kw::kUsing)) {
    const auto inner = join_words();
    if (!inner) break;
    node->right = join(std::move(node->right), *inner);
    grow();
  }
  if (accept(Kw::kOn)) {
    node->on = expression();
  } else if (accept(Kw::kUsing)) {
    node->using_columns = bracketed_names();
  } else {
    fail_here();
  }
  return node;
}

std::optional<ast::TableAlias> Grammar::table_alias() {
  ast::TableAlias alias;
  if (accept(Kw::kAs)) {
    alias.name = name();
  } else if (at_table_alias()) {
    alias.name = take_name();
  } else {
    return std::nullopt;
  }
  if (at(TokenKind::kLeftParen)) alias_columns(alias);
  return alias;
}

// (a, b) or, for functions that return records, (a int, b text)
void Grammar::alias_columns(ast::TableAlias& alias) {
  take();
  do {
    alias.columns.push_back(name());
    if (!at(TokenKind::kComma) && !at(TokenKind::kRightParen)) alias.types.push_back(type_name());
    if (!alias.types.empty() && alias.types.size() != alias.columns.size()) return fail_here();
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kRightParen);
}

}  // namespace leat::parser

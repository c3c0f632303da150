#include "parser/grammar.h"

// INSERT, UPDATE, DELETE and COPY.
namespace leat::parser {

using ast::ExprPtr;
using ast::StatementPtr;

StatementPtr Grammar::insert(std::optional<ast::With> clause) {
  auto node = std::make_unique<ast::Insert>(position());
  node->with = std::move(clause);
  take();
  expect(Kw::kInto);
  node->table = object_name();
  if (accept(Kw::kAs)) node->alias = name();
  if (at(TokenKind::kLeftParen) && !at_query(1) && kind(1) != TokenKind::kLeftParen) {
    node->columns = bracketed_names();
  }
  if (at(Kw::kOverriding)) refuse(position(), "OVERRIDING");
  if (at(Kw::kDefault)) {
    take();
    expect(Kw::kValues);
  } else {
    node->source = query();
  }
  if (at(Kw::kOn, Kw::kConflict)) node->conflict = insert_conflict();
  node->returning = returning();
  return node;
}

ast::InsertConflict Grammar::insert_conflict() {
  ast::InsertConflict conflict;
  conflict.position = position();
  expect_all({Kw::kOn, Kw::kConflict});
  if (accept(Kw::kOn, Kw::kConstraint)) {
    conflict.constraint = name();
  } else if (at(TokenKind::kLeftParen)) {
    conflict.columns = bracketed_names();
    if (at(Kw::kWhere)) refuse(position(), "ON CONFLICT for a part of the rows");
  }
  expect(Kw::kDo);
  if (accept(Kw::kNothing)) return conflict;
  expect_all({Kw::kUpdate, Kw::kSet});
  conflict.update = true;
  do {
    conflict.assignments.push_back(assignment());
  } while (accept(TokenKind::kComma));
  if (accept(Kw::kWhere)) conflict.where = expression();
  return conflict;
}

std::vector<ast::SelectItem> Grammar::returning() {
  if (!accept(Kw::kReturning)) return {};
  std::vector<ast::SelectItem> items;
  do {
    items.push_back(select_item());
  } while (accept(TokenKind::kComma));
  return items;
}

ExprPtr Grammar::value_or_default() {
  if (!at(Kw::kDefault)) return expression();
  auto node = std::make_unique<ast::Default>(position());
  take();
  return node;
}

StatementPtr Grammar::update(std::optional<ast::With> clause) {
  auto node = std::make_unique<ast::Update>(position());
  node->with = std::move(clause);
  take();
  accept(Kw::kOnly);
  node->table = object_name();
  if (accept(Kw::kAs)) {
    node->alias = name();
  } else if (at_name() && !at(Kw::kSet)) {
    node->alias = name();
  }
  expect(Kw::kSet);
  do {
    node->assignments.push_back(assignment());
  } while (accept(TokenKind::kComma));
  if (accept(Kw::kFrom)) node->from = from_list();
  if (accept(Kw::kWhere)) node->where = expression();
  node->returning = returning();
  return node;
}

ast::Assignment Grammar::assignment() {
  ast::Assignment result;
  result.position = position();
  if (!at(TokenKind::kLeftParen)) {
    result.columns.push_back(name());
    if (at(TokenKind::kDot) || at(TokenKind::kLeftBracket)) {
      refuse(position(), "assigning to a part of a column");
    }
    expect_operator("=");
    result.value = value_or_default();
    return result;
  }
  result.multiple = true;
  result.columns = bracketed_names();
  expect_operator("=");
  const bool is_row = at(Kw::kRow) && kind(1) == TokenKind::kLeftParen;
  if (!is_row && (!at(TokenKind::kLeftParen) || at_query(1))) {
    result.value = expression();
    return result;
  }
  auto row = std::make_unique<ast::Row>(position());
  row->explicit_row = is_row;
  if (is_row) take();
  expect(TokenKind::kLeftParen);
  do {
    row->elements.push_back(value_or_default());
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kRightParen);
  const bool only_query =
      !is_row && row->elements.size() == 1 && row->elements[0]->kind == ast::ExprKind::kSubquery;
  if (only_query) {
    result.value = std::move(row->elements[0]);
  } else {
    result.value = std::move(row);
  }
  return result;
}

StatementPtr Grammar::remove(std::optional<ast::With> clause) {
  auto node = std::make_unique<ast::Delete>(position());
  node->with = std::move(clause);
  take();
  expect(Kw::kFrom);
  accept(Kw::kOnly);
  node->table = object_name();
  if (accept(Kw::kAs) || at_name()) node->alias = name();
  if (accept(Kw::kUsing)) node->using_items = from_list();
  if (accept(Kw::kWhere)) node->where = expression();
  node->returning = returning();
  return node;
}

StatementPtr Grammar::copy() {
  auto node = std::make_unique<ast::Copy>(position());
  take();
  if (at(TokenKind::kLeftParen)) {
    node->query = bracketed_query();
    if (!at(Kw::kTo)) fail_here();
  } else {
    node->table = object_name();
    node->columns = optional_bracketed_names();
  }
  node->from = accept(Kw::kFrom);
  if (!node->from) expect(Kw::kTo);
  if (at(TokenKind::kString) || at(Kw::kProgram)) {
    fail_with(position(),
              make_error(SqlState::kFeatureNotSupported,
                         "COPY to or from a file on the server is not supported")
                  .with_hint("Use STDIN or STDOUT; psql's \\copy reads and writes files of the "
                             "client."));
  }
  if (node->from) {
    expect(Kw::kStdin);
  } else {
    expect(Kw::kStdout);
  }
  accept(Kw::kWith);
  copy_options(*node);
  return node;
}

void Grammar::copy_options(ast::Copy& copy) {
  if (at(TokenKind::kLeftParen)) {
    copy.options = plain_options();
    return;
  }
  while (!failed() && at_label()) old_copy_option(copy);
}

// The option list of before PostgreSQL 9.0: CSV HEADER DELIMITER AS ',' NULL ''
void Grammar::old_copy_option(ast::Copy& copy) {
  const uint32_t begin = position();
  switch (keyword()) {
    case Kw::kBinary:
    case Kw::kCsv: {
      const std::string format = take().text;
      return add_option(copy.options, "format", format, begin);
    }
    case Kw::kHeader:
    case Kw::kFreeze: {
      const std::string key = take().text;
      return add_option(copy.options, key, "true", begin);
    }
    case Kw::kDelimiter:
    case Kw::kNull:
    case Kw::kQuote:
    case Kw::kEscape:
    case Kw::kEncoding: {
      const std::string key = take().text;
      accept(Kw::kAs);
      return add_option(copy.options, key, string_literal(), begin);
    }
    default:
      fail_here();
  }
}

}  // namespace leat::parser

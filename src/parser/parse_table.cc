#include <algorithm>

#include "parser/grammar.h"

// CREATE TABLE and CREATE SOURCE.
namespace leat::parser {

using ast::ColumnDef;
using ast::TableDefinition;

ast::StatementPtr Grammar::create_table(uint32_t begin, bool temporary) {
  auto node = std::make_unique<ast::CreateTable>(begin);
  TableDefinition& table = node->definition;
  table.temporary = temporary;
  table.if_not_exists = if_not_exists();
  table.name = object_name();
  if (at(TokenKind::kLeftParen)) column_list(table);
  table_clauses(table);
  if (at(Kw::kFrom)) {
    take();
    node->from_source = object_name();
    expect(Kw::kTable);
    node->from_external_table = string_literal();
  }
  if (accept(Kw::kAs)) {
    // (a, b) before AS are only names.
    const bool names_only = std::ranges::all_of(table.columns, [](const ColumnDef& c) {
      return !c.type && !c.generated && !c.primary_key;
    });
    if (names_only && table.watermarks.empty() && !table.primary_key) {
      for (ColumnDef& column : table.columns) node->as_columns.push_back(std::move(column.name));
      table.columns.clear();
      table.has_column_list = false;
    }
    node->as = query();
  }
  return node;
}

ast::StatementPtr Grammar::create_source(uint32_t begin, bool temporary) {
  auto node = std::make_unique<ast::CreateSource>(begin);
  TableDefinition& table = node->definition;
  table.temporary = temporary;
  table.if_not_exists = if_not_exists();
  table.name = object_name();
  if (at(TokenKind::kLeftParen)) column_list(table);
  table_clauses(table);
  return node;
}

// Clauses in any order, each once; INCLUDE as often as wanted.
void Grammar::table_clauses(TableDefinition& table) {
  bool has_options = false;
  while (!failed()) {
    if (at(Kw::kInclude)) {
      table.includes.push_back(include_column());
    } else if (!table.append_only && accept(Kw::kAppend, Kw::kOnly)) {
      table.append_only = true;
    } else if (table.on_conflict == ast::OnConflict::kNone && at(Kw::kOn, Kw::kConflict)) {
      on_conflict(table);
    } else if (table.version_columns.empty() && accept(Kw::kWith, Kw::kVersion)) {
      if (!accept(Kw::kColumn)) expect(Kw::kColumns);
      table.version_columns = bracketed_names();
    } else if (!has_options && at(Kw::kWith)) {
      take();
      has_options = true;
      table.options = bracketed_options();
    } else if (!table.format && (at(Kw::kFormat) || at(Kw::kRow))) {
      table.format = format_clause();
      if (!table.format) fail_here();
    } else {
      break;
    }
  }
}

void Grammar::column_list(TableDefinition& table) {
  table.has_column_list = true;
  expect(TokenKind::kLeftParen);
  while (!failed() && !at(TokenKind::kRightParen)) {
    table_element(table);
    if (!accept(TokenKind::kComma)) break;
  }
  expect(TokenKind::kRightParen);
}

void Grammar::table_element(TableDefinition& table) {
  if (at_operator("*")) {
    if (table.wildcard_at) return fail_here();
    table.wildcard_at = static_cast<uint32_t>(table.columns.size());
    table.wildcard_position = position();
    take();
    return;
  }
  if (at(Kw::kWatermark, Kw::kFor)) {
    table.watermarks.push_back(watermark());
    return;
  }
  if (table_constraint(table)) return;
  table.columns.push_back(column_def());
}

bool Grammar::table_constraint(TableDefinition& table) {
  if (accept(Kw::kConstraint)) {
    name();
    if (!at(Kw::kPrimary) && !at(Kw::kUnique) && !at(Kw::kCheck) && !at(Kw::kForeign)) fail_here();
  }
  const uint32_t begin = position();
  switch (keyword()) {
    case Kw::kPrimary:
      take();
      expect(Kw::kKey);
      if (table.primary_key) {
        fail_with(begin, make_error(SqlState::kInvalidTableDefinition,
                                    "multiple primary keys for table \"{}\" are not allowed",
                                    table.name.last().text));
      }
      table.primary_key = bracketed_names();
      table.primary_key_position = begin;
      return true;
    case Kw::kUnique:
      refuse(begin, "a UNIQUE constraint");
      return true;
    case Kw::kCheck:
      refuse(begin, "a CHECK constraint");
      return true;
    case Kw::kForeign:
      refuse(begin, "a FOREIGN KEY constraint");
      return true;
    case Kw::kLike:
      refuse(begin, "LIKE in a column list");
      return true;
    default:
      return false;
  }
}

ColumnDef Grammar::column_def() {
  ColumnDef column;
  column.name = name();
  const bool generated_next =
      at(Kw::kGenerated) && (keyword(1) == Kw::kAlways || keyword(1) == Kw::kBy);
  if (at_name() || at_function_name()) {
    if (!generated_next && !at(Kw::kCollate)) column.type = type_name();
  }
  while (!failed() && column_constraint(column)) {
  }
  return column;
}

bool Grammar::column_constraint(ColumnDef& column) {
  if (accept(Kw::kConstraint)) {
    name();
    if (at(TokenKind::kComma) || at(TokenKind::kRightParen)) fail_here();
  }
  const uint32_t begin = position();
  switch (keyword()) {
    case Kw::kPrimary:
      take();
      expect(Kw::kKey);
      column.primary_key = true;
      return true;
    case Kw::kNot:
      take();
      expect(Kw::kNull);
      column.not_null = true;
      break;
    case Kw::kNull:
      take();
      column.null = true;
      break;
    case Kw::kDefault:
      take();
      column.default_value = expression(kAnyPrecedence, true);
      return true;
    case Kw::kCollate:
      take();
      column.collation = object_name();
      return true;
    case Kw::kAs:
      take();
      column.generated = expression();
      column.generated_stored = accept(Kw::kStored);
      return true;
    case Kw::kGenerated:
      take();
      if (accept(Kw::kBy)) {
        expect(Kw::kDefault);
      } else {
        expect(Kw::kAlways);
      }
      expect(Kw::kAs);
      if (at(Kw::kIdentity)) refuse(begin, "an identity column");
      expect(TokenKind::kLeftParen);
      column.generated = expression();
      expect(TokenKind::kRightParen);
      expect(Kw::kStored);
      column.generated_stored = true;
      return true;
    case Kw::kUnique:
      refuse(begin, "a UNIQUE constraint");
      return false;
    case Kw::kCheck:
      refuse(begin, "a CHECK constraint");
      return false;
    case Kw::kReferences:
      refuse(begin, "a FOREIGN KEY constraint");
      return false;
    default:
      for (const Kw word : {Kw::kPrimary, Kw::kNot, Kw::kDefault, Kw::kGenerated}) at(word);
      return false;
  }
  if (column.not_null && column.null) {
    fail_with(begin, make_error(SqlState::kSyntaxError,
                                "conflicting NULL/NOT NULL declarations for column \"{}\"",
                                column.name.text));
  }
  return true;
}

// WATERMARK FOR c AS expr
ast::WatermarkDef Grammar::watermark() {
  ast::WatermarkDef result;
  result.position = position();
  expect_all({Kw::kWatermark, Kw::kFor});
  result.column = name();
  expect(Kw::kAs);
  result.expr = expression();
  return result;
}

// ON CONFLICT { OVERWRITE | DO NOTHING | DO UPDATE FULL | DO UPDATE IF NOT NULL }
void Grammar::on_conflict(TableDefinition& table) {
  table.on_conflict_position = position();
  expect_all({Kw::kOn, Kw::kConflict});
  if (accept(Kw::kOverwrite)) {
    table.on_conflict = ast::OnConflict::kOverwrite;
    return;
  }
  if (accept(Kw::kIgnore)) {
    table.on_conflict = ast::OnConflict::kDoNothing;
    return;
  }
  expect(Kw::kDo);
  if (accept(Kw::kNothing)) {
    table.on_conflict = ast::OnConflict::kDoNothing;
    return;
  }
  expect(Kw::kUpdate);
  if (accept(Kw::kFull)) {
    table.on_conflict = ast::OnConflict::kOverwrite;
    return;
  }
  expect_all({Kw::kIf, Kw::kNot, Kw::kNull});
  table.on_conflict = ast::OnConflict::kDoUpdateIfNotNull;
}

// INCLUDE header 'key' varchar AS name; a single inner field may also be a word in quotes.
ast::IncludeColumn Grammar::include_column() {
  ast::IncludeColumn column;
  column.position = position();
  take();
  column.what = label();
  if (at(TokenKind::kString) || (at(TokenKind::kIdentifier) && peek().quoted)) {
    column.inner_field = take().text;
    if (!at(Kw::kAs) && !at(Kw::kInclude) && !at(Kw::kWith) && !at(Kw::kFormat) &&
        (at_name() || at_function_name())) {
      column.type = type_name();
    }
  }
  if (accept(Kw::kAs)) column.alias = name();
  return column;
}

}  // namespace leat::parser

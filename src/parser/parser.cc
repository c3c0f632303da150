#include "parser/parser.h"

#include "parser/grammar.h"

namespace leat::parser {

Result<std::vector<StatementText>> parse_statements(std::string_view sql) {
  TRY(check_text(sql));
  Grammar grammar(sql);
  auto result = grammar.statements();
  if (grammar.failed()) return std::unexpected(grammar.take_error());
  return result;
}

Result<ast::ExprPtr> parse_expression(std::string_view sql) {
  TRY(check_text(sql));
  Grammar grammar(sql);
  auto result = grammar.whole_expression();
  if (grammar.failed()) return std::unexpected(grammar.take_error());
  return result;
}

Result<ast::TypeName> parse_type(std::string_view sql) {
  TRY(check_text(sql));
  Grammar grammar(sql);
  auto result = grammar.whole_type();
  if (grammar.failed()) return std::unexpected(grammar.take_error());
  return result;
}

uint32_t character_position(std::string_view sql, uint32_t byte_offset) {
  uint32_t position = 1;
  const size_t end = std::min<size_t>(byte_offset, sql.size());
  for (size_t i = 0; i < end; ++i) {
    if ((sql[i] & 0xC0) != 0x80) ++position;
  }
  return position;
}

std::string quote_identifier(std::string_view name) {
  bool plain = !name.empty() && is_identifier_start(name[0]) && name.find('$') == name.npos;
  for (const char c : name) plain &= is_identifier_part(c) && !(c >= 'A' && c <= 'Z');
  if (plain) {
    const Kw word = find_keyword(name);
    plain = word == Kw::kNotKeyword || keyword_row(word).keyword_class == KeywordClass::kUnreserved;
  }
  if (plain) return std::string(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string quote_literal(std::string_view text) {
  const bool escapes = text.find('\\') != text.npos;
  std::string out = escapes ? "E'" : "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + '\'';
}

}  // namespace leat::parser

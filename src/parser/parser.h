#pragma once
// The parser: SQL text to syntax tree (ast.h), by recursive descent. It looks up no name.
// Any bytes are answered with a tree or with an Error that has PostgreSQL's text, SQLSTATE and
// position; nothing crashes, and memory and stack are bounded by the limits below.
// Thread: free functions without state.

#include <string_view>

#include "base/error.h"
#include "parser/ast.h"

namespace leat::parser {

constexpr uint32_t kStatementBytesMax = 64u << 20;  // bytes of one text
constexpr uint32_t kTokensMax = 4'000'000;          // tokens of one text
constexpr uint32_t kParseDepthMax = 200;      // nesting of brackets, sub-queries, prefixes, ...
constexpr uint32_t kTreeHeightMax = 1000;     // a + a + a + ... is not nested, but high
constexpr uint32_t kIdentifierBytesMax = 63;  // longer names are cut, as in PostgreSQL

struct StatementText {
  std::string_view text;  // the statement's slice of the parsed text, without the semicolon
  uint32_t begin = 0;     // its byte offset there; positions in the tree count from the whole text
  ast::StatementPtr statement;
};

// All statements of a text, in order. Empty statements are left out: "" and ";;" give none.
Result<std::vector<StatementText>> parse_statements(std::string_view sql);
Result<ast::ExprPtr> parse_expression(std::string_view sql);
Result<ast::TypeName> parse_type(std::string_view sql);

// A byte offset as the 1-based position in characters (UTF-8 code points) that Error carries.
uint32_t character_position(std::string_view sql, uint32_t byte_offset);

// The name as it must be written in SQL: in quotes when it would not read back as itself.
std::string quote_identifier(std::string_view name);
// 'text', with quotes doubled; E'...' when it has backslashes.
std::string quote_literal(std::string_view text);

}  // namespace leat::parser

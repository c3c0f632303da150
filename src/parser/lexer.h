#pragma once
// Lexer: SQL text to tokens, one at a time, by PostgreSQL's rules (standard_conforming_strings on).
// Differences: `text` in backticks is a token of its own (option values may be written so), and so
// the backtick is no operator character.
// The text must be valid UTF-8 without NUL (check_text). After an error only kEnd tokens come.
// Thread: owner only. The text must outlive the lexer.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "parser/keywords.h"

namespace leat::parser {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,
  kString,
  kBacktick,
  kInteger,
  kDecimal,
  kBitString,
  kHexString,
  kParameter,
  kOperator,
  kComma,
  kSemicolon,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kDot,
  kColon,
  kTypecast,     // ::
  kColonEquals,  // :=
  kArrow,        // =>
  kDotDot,       // ..
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Kw keyword = Kw::kNotKeyword;  // unquoted identifiers only
  bool quoted = false;           // identifiers only
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string text = {};  // identifier: folded; string: decoded; parameter: digits; else as written
};

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Token next();
  // Reads on from this byte offset.
  void seek(uint32_t offset) { at_ = offset; }
  std::optional<Error>& error() { return error_; }

 private:
  char peek(uint32_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  bool skip_blanks();
  bool skip_block_comment();
  Token identifier();
  Token quoted_identifier(uint32_t begin, bool unicode);
  Token number();
  Token parameter();
  Token operator_token();
  Token punctuation();
  Token string(uint32_t begin, TokenKind kind, bool escapes, bool unicode);
  Token dollar_string();
  Token backtick();
  bool string_piece(std::string& out, uint32_t begin, char quote, bool escapes);
  bool escape(std::string& out);
  bool unicode_escapes(std::string& text, uint32_t begin);
  bool continues_on_next_line();
  Token finish(Token token) {
    token.end = at_;
    return token;
  }
  Token fail(uint32_t begin, std::string_view message, bool with_rest);

  std::string_view sql_;
  uint32_t at_ = 0;
  std::optional<Error> error_;
};

// What a text must be before it is lexed: not too long, UTF-8, no NUL.
Result<> check_text(std::string_view sql);

// Cuts a name to kIdentifierBytesMax bytes, never inside a character.
void truncate_identifier(std::string& name);

bool is_identifier_start(char c);
bool is_identifier_part(char c);

}  // namespace leat::parser

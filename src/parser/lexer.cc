#include "parser/lexer.h"

#include <algorithm>
#include <cstring>

#include "parser/parser.h"

namespace leat::parser {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_octal(char c) { return c >= '0' && c <= '7'; }
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
constexpr bool is_operator_char(char c) {
  return std::string_view("~!@#^&|?+-*/%<>=").find(c) != std::string_view::npos;
}
// Only these let an operator of several characters end in + or -.
constexpr bool is_odd_operator_char(char c) {
  return std::string_view("~!@#^&|?%").find(c) != std::string_view::npos;
}
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool append_utf8(std::string& out, uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return true;
}

// Bytes of the valid UTF-8 character that starts here; 0 when there is none. NUL counts as none.
size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return static_cast<uint8_t>(at + i < text.size() ? text[at + i] : 0);
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) >= 0xA0) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) >= 0x90) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

std::optional<size_t> first_invalid_utf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    // Eight plain characters at once: no high bit, and no byte that is zero.
    uint64_t eight = 0;
    if (at + sizeof(eight) <= text.size()) {
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      constexpr uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;
      if (((eight | (eight - kOnes)) & kHighs) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    const size_t length = utf8_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace

bool is_identifier_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool is_identifier_part(char c) { return is_identifier_start(c) || is_digit(c) || c == '$'; }

void truncate_identifier(std::string& name) {
  if (name.size() <= kIdentifierBytesMax) return;
  size_t cut = kIdentifierBytesMax;
  while (cut > 0 && (name[cut] & 0xC0) == 0x80) --cut;
  name.resize(cut);
}

Result<> check_text(std::string_view sql) {
  if (sql.size() > kStatementBytesMax) {
    return fail(Error{.code = SqlState::kProgramLimitExceeded,
                      .message = fmt::format("statement text is too long: {} bytes", sql.size()),
                      .detail = fmt::format("The limit is {} bytes.", kStatementBytesMax)});
  }
  if (const auto bad = first_invalid_utf8(sql)) {
    std::string bytes;
    for (size_t i = *bad; i < std::min(*bad + 4, sql.size()); ++i) {
      bytes += fmt::format(" 0x{:02x}", static_cast<uint8_t>(sql[i]));
      if (static_cast<uint8_t>(sql[i]) < 0x80) break;
    }
    return fail(SqlState::kCharacterNotInRepertoire,
                "invalid byte sequence for encoding \"UTF8\":{}", bytes);
  }
  return {};
}

Token Lexer::fail(uint32_t begin, std::string_view message, bool with_rest) {
  if (!error_) {
    // PostgreSQL shows the token up to where the lexer stopped; a long rest says nothing more.
    std::string_view rest = sql_.substr(begin, with_rest ? sql_.size() : at_ - begin);
    constexpr size_t kShownMax = 200;
    size_t shown = std::min(rest.size(), kShownMax);
    while (shown < rest.size() && (rest[shown] & 0xC0) == 0x80) ++shown;
    rest = rest.substr(0, shown);
    error_ = make_error(SqlState::kSyntaxError, "{} at or near \"{}\"", message, rest);
    error_->position = character_position(sql_, begin);
  }
  at_ = static_cast<uint32_t>(sql_.size());
  return Token{.begin = begin, .end = begin};
}

bool Lexer::skip_block_comment() {
  const uint32_t begin = at_;
  uint32_t depth = 0;
  while (at_ < sql_.size()) {
    if (peek() == '/' && peek(1) == '*') {
      ++depth;
      at_ += 2;
    } else if (peek() == '*' && peek(1) == '/') {
      at_ += 2;
      if (--depth == 0) return true;
    } else {
      ++at_;
    }
  }
  fail(begin, "unterminated /* comment", true);
  return false;
}

bool Lexer::skip_blanks() {
  while (at_ < sql_.size()) {
    if (is_blank(peek())) {
      ++at_;
    } else if (peek() == '-' && peek(1) == '-') {
      while (at_ < sql_.size() && peek() != '\n' && peek() != '\r') ++at_;
    } else if (peek() == '/' && peek(1) == '*') {
      if (!skip_block_comment()) return false;
    } else {
      break;
    }
  }
  return true;
}

Token Lexer::next() {
  const uint32_t size = static_cast<uint32_t>(sql_.size());
  if (error_ || !skip_blanks() || at_ >= size) return Token{.begin = size, .end = size};
  const uint32_t begin = at_;
  const char c = peek();
  const char quote = peek(1);
  if (quote == '\'') {
    const char prefix = lower(c);
    if (prefix == 'e') return at_ += 1, string(begin, TokenKind::kString, true, false);
    if (prefix == 'n') return at_ += 1, string(begin, TokenKind::kString, false, false);
    if (prefix == 'b') return at_ += 1, string(begin, TokenKind::kBitString, false, false);
    if (prefix == 'x') return at_ += 1, string(begin, TokenKind::kHexString, false, false);
  }
  if (lower(c) == 'u' && quote == '&' && peek(2) == '\'') {
    return at_ += 2, string(begin, TokenKind::kString, false, true);
  }
  if (lower(c) == 'u' && quote == '&' && peek(2) == '"') {
    return at_ += 2, quoted_identifier(begin, true);
  }
  if (is_identifier_start(c)) return identifier();
  if (is_digit(c) || (c == '.' && is_digit(quote))) return number();
  if (c == '\'') return string(begin, TokenKind::kString, false, false);
  if (c == '"') return quoted_identifier(begin, false);
  if (c == '`') return backtick();
  if (c == '$') return is_digit(quote) ? parameter() : dollar_string();
  if (is_operator_char(c)) return operator_token();
  return punctuation();
}

Token Lexer::identifier() {
  Token token{.kind = TokenKind::kIdentifier, .begin = at_};
  while (at_ < sql_.size() && is_identifier_part(sql_[at_])) token.text += lower(sql_[at_++]);
  token.keyword = find_keyword(token.text);
  truncate_identifier(token.text);
  return finish(std::move(token));
}

Token Lexer::quoted_identifier(uint32_t begin, bool unicode) {
  Token token{.kind = TokenKind::kIdentifier, .quoted = true, .begin = begin};
  ++at_;
  if (!string_piece(token.text, begin, '"', false)) return Token{.begin = begin, .end = begin};
  if (token.text.empty()) return fail(begin, "zero-length delimited identifier", false);
  if (unicode && !unicode_escapes(token.text, begin)) return Token{.begin = begin, .end = begin};
  truncate_identifier(token.text);
  return finish(std::move(token));
}

Token Lexer::number() {
  Token token{.kind = TokenKind::kInteger, .begin = at_};
  while (is_digit(peek())) ++at_;
  if (peek() == '.' && peek(1) != '.') {
    token.kind = TokenKind::kDecimal;
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  if (lower(peek()) == 'e') {
    const uint32_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      token.kind = TokenKind::kDecimal;
      at_ += 1 + sign;
      while (is_digit(peek())) ++at_;
    }
  }
  if (is_identifier_start(peek())) {
    while (at_ < sql_.size() && is_identifier_part(peek())) ++at_;
    return fail(token.begin, "trailing junk after numeric literal", false);
  }
  token.text = sql_.substr(token.begin, at_ - token.begin);
  return finish(std::move(token));
}

Token Lexer::parameter() {
  Token token{.kind = TokenKind::kParameter, .begin = at_};
  ++at_;
  while (is_digit(peek())) token.text += sql_[at_++];
  if (is_identifier_start(peek())) {
    while (at_ < sql_.size() && is_identifier_part(peek())) ++at_;
    return fail(token.begin, "trailing junk after parameter", false);
  }
  return finish(std::move(token));
}

// The longest run of operator characters, but not into a comment, and a trailing + or - is given
// back unless the operator has an odd character: so `a=-1` is three tokens and `@-` is one.
Token Lexer::operator_token() {
  Token token{.kind = TokenKind::kOperator, .begin = at_};
  uint32_t end = at_;
  while (end < sql_.size() && is_operator_char(sql_[end])) {
    const std::string_view two = sql_.substr(end, 2);
    if (two == "--" || two == "/*") break;
    ++end;
  }
  std::string_view text = sql_.substr(at_, end - at_);
  if (std::none_of(text.begin(), text.end(), is_odd_operator_char)) {
    while (text.size() > 1 && (text.back() == '+' || text.back() == '-')) text.remove_suffix(1);
  }
  if (text.size() > kIdentifierBytesMax) {
    at_ += static_cast<uint32_t>(text.size());
    return fail(token.begin, "operator too long", false);
  }
  at_ += static_cast<uint32_t>(text.size());
  if (text == "=>") token.kind = TokenKind::kArrow;
  token.text = text == "!=" ? "<>" : text;
  return finish(std::move(token));
}

Token Lexer::punctuation() {
  Token token{.begin = at_};
  const char c = sql_[at_++];
  const char after = peek();
  switch (c) {
    case ',':
      token.kind = TokenKind::kComma;
      break;
    case ';':
      token.kind = TokenKind::kSemicolon;
      break;
    case '(':
      token.kind = TokenKind::kLeftParen;
      break;
    case ')':
      token.kind = TokenKind::kRightParen;
      break;
    case '[':
      token.kind = TokenKind::kLeftBracket;
      break;
    case ']':
      token.kind = TokenKind::kRightBracket;
      break;
    case '.':
      token.kind = after == '.' ? TokenKind::kDotDot : TokenKind::kDot;
      break;
    case ':':
      token.kind = after == ':'   ? TokenKind::kTypecast
                   : after == '=' ? TokenKind::kColonEquals
                                  : TokenKind::kColon;
      break;
    default:
      return fail(token.begin, "syntax error", false);
  }
  if (token.kind == TokenKind::kDotDot || token.kind == TokenKind::kTypecast ||
      token.kind == TokenKind::kColonEquals) {
    ++at_;
  }
  return finish(std::move(token));
}

// One quoted piece, from after its opening quote to behind its closing one.
bool Lexer::string_piece(std::string& out, uint32_t begin, char quote, bool escapes) {
  while (at_ < sql_.size()) {
    const char c = sql_[at_];
    if (c == quote) {
      if (peek(1) != quote) {
        ++at_;
        return true;
      }
      out += quote;
      at_ += 2;
    } else if (c == '\\' && escapes) {
      if (!escape(out)) return false;
    } else {
      out += c;
      ++at_;
    }
  }
  fail(begin, quote == '"' ? "unterminated quoted identifier" : "unterminated quoted string", true);
  return false;
}

// A backslash sequence of E'...'.
bool Lexer::escape(std::string& out) {
  const uint32_t begin = at_++;
  if (at_ >= sql_.size()) {
    fail(begin, "unterminated quoted string", true);
    return false;
  }
  const char c = sql_[at_++];
  const auto digits = [&](int count_max, int base) {
    uint32_t value = 0;
    for (int i = 0; i < count_max; ++i) {
      const int digit = base == 8 ? (is_octal(peek()) ? peek() - '0' : -1) : hex_value(peek());
      if (digit < 0) break;
      value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
      ++at_;
    }
    return value;
  };
  switch (c) {
    case 'b':
      out += '\b';
      return true;
    case 'f':
      out += '\f';
      return true;
    case 'n':
      out += '\n';
      return true;
    case 'r':
      out += '\r';
      return true;
    case 't':
      out += '\t';
      return true;
    case 'v':
      out += '\v';
      return true;
    case 'x':
      if (hex_value(peek()) < 0) return out += 'x', true;
      out += static_cast<char>(digits(2, 16));
      return true;
    case 'u':
    case 'U': {
      const uint32_t wanted = c == 'u' ? 4 : 8;
      const uint32_t start = at_;
      uint32_t code = digits(static_cast<int>(wanted), 16);
      if (at_ - start != wanted) {
        fail(begin, "invalid Unicode escape", false);
        error_->code = SqlState::kInvalidEscapeSequence;
        error_->hint = "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.";
        return false;
      }
      if (code >= 0xD800 && code < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
        at_ += 2;
        const uint32_t low = digits(4, 16);
        code =
            low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0;
      }
      if (append_utf8(out, code)) return true;
      fail(begin, "invalid Unicode escape value", false);
      return false;
    }
    default:
      if (!is_octal(c)) return out += c, true;
      --at_;
      out += static_cast<char>(digits(3, 8));
      return true;
  }
}

// U&'d\0061t\+000061': \XXXX and \+XXXXXX, \\ is a backslash.
bool Lexer::unicode_escapes(std::string& text, uint32_t begin) {
  std::string out;
  const auto code_at = [&](size_t at, size_t count) -> std::optional<uint32_t> {
    if (at + count > text.size()) return std::nullopt;
    uint32_t value = 0;
    for (size_t i = at; i < at + count; ++i) {
      if (hex_value(text[i]) < 0) return std::nullopt;
      value = value * 16 + static_cast<uint32_t>(hex_value(text[i]));
    }
    return value;
  };
  const auto read_code = [&](size_t& at) -> std::optional<uint32_t> {
    const bool six = at + 1 < text.size() && text[at + 1] == '+';
    const auto code = six ? code_at(at + 2, 6) : code_at(at + 1, 4);
    if (code) at += six ? 8 : 5;
    return code;
  };
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == '\\') {
      out += '\\';
      at += 2;
      continue;
    }
    auto code = read_code(at);
    if (code && *code >= 0xD800 && *code < 0xDC00 && at < text.size() && text[at] == '\\') {
      const auto low = read_code(at);
      code = low && *low >= 0xDC00 && *low < 0xE000
                 ? std::optional(0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00))
                 : std::nullopt;
    }
    if (!code || !append_utf8(out, *code)) {
      fail(begin, "invalid Unicode escape", false);
      return false;
    }
  }
  text = std::move(out);
  return true;
}

// 'a' newline 'b' is 'ab'. Moves to behind the next piece's opening quote when there is one.
bool Lexer::continues_on_next_line() {
  uint32_t at = at_;
  bool newline = false;
  while (at < sql_.size()) {
    if (is_blank(sql_[at])) {
      newline |= sql_[at] == '\n' || sql_[at] == '\r';
      ++at;
    } else if (sql_.substr(at, 2) == "--") {
      while (at < sql_.size() && sql_[at] != '\n' && sql_[at] != '\r') ++at;
    } else {
      break;
    }
  }
  if (!newline || at >= sql_.size() || sql_[at] != '\'') return false;
  at_ = at + 1;
  return true;
}

Token Lexer::string(uint32_t begin, TokenKind kind, bool escapes, bool unicode) {
  Token token{.kind = kind, .begin = begin};
  ++at_;
  do {
    if (!string_piece(token.text, begin, '\'', escapes)) return Token{.begin = begin, .end = begin};
  } while (continues_on_next_line());
  if (unicode && !unicode_escapes(token.text, begin)) return Token{.begin = begin, .end = begin};
  // \xHH and \OOO escapes make single bytes, which must add up to UTF-8.
  if (escapes && first_invalid_utf8(token.text)) {
    fail(begin, "invalid byte sequence for encoding \"UTF8\"", false);
    error_->code = SqlState::kCharacterNotInRepertoire;
    return Token{.begin = begin, .end = begin};
  }
  if (kind == TokenKind::kBitString || kind == TokenKind::kHexString) {
    for (const char c : token.text) {
      const bool good = kind == TokenKind::kBitString ? c == '0' || c == '1' : hex_value(c) >= 0;
      if (good) continue;
      fail(begin, "syntax error", false);
      error_->code = SqlState::kInvalidTextRepresentation;
      error_->message = fmt::format(
          "\"{}\" is not a valid {} digit",
          token.text.substr(token.text.find(c), utf8_length(token.text, token.text.find(c))),
          kind == TokenKind::kBitString ? "binary" : "hexadecimal");
      return Token{.begin = begin, .end = begin};
    }
  }
  return finish(std::move(token));
}

// $$text$$ and $tag$text$tag$.
Token Lexer::dollar_string() {
  const uint32_t begin = at_;
  uint32_t end = at_ + 1;
  if (end < sql_.size() && is_identifier_start(sql_[end])) {
    while (end < sql_.size() && is_identifier_part(sql_[end]) && sql_[end] != '$') ++end;
  }
  if (end >= sql_.size() || sql_[end] != '$') {
    ++at_;
    return fail(begin, "syntax error", false);
  }
  const std::string_view tag = sql_.substr(begin, end + 1 - begin);
  const size_t close = sql_.find(tag, end + 1);
  if (close == std::string_view::npos) {
    return fail(begin, "unterminated dollar-quoted string", true);
  }
  Token token{.kind = TokenKind::kString, .begin = begin};
  token.text = sql_.substr(end + 1, close - end - 1);
  at_ = static_cast<uint32_t>(close + tag.size());
  return finish(std::move(token));
}

Token Lexer::backtick() {
  const size_t close = sql_.find('`', at_ + 1);
  if (close == std::string_view::npos) return fail(at_, "unterminated quoted string", true);
  Token token{.kind = TokenKind::kBacktick, .begin = at_};
  token.text = sql_.substr(at_ + 1, close - at_ - 1);
  at_ = static_cast<uint32_t>(close + 1);
  return finish(std::move(token));
}

}  // namespace leat::parser

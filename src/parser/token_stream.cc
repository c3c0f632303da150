#include "parser/token_stream.h"

#include <algorithm>

#include "parser/parser.h"

namespace leat::parser {

namespace {

// Edits from one word to the other: insert, delete, replace, swap neighbours. Stops counting at 3.
uint32_t edit_distance(std::string_view a, std::string_view b) {
  constexpr size_t kLengthMax = 24;
  constexpr uint32_t kFar = 3;
  if (a.size() > kLengthMax || b.size() > kLengthMax) return kFar;
  std::array<std::array<uint32_t, kLengthMax + 1>, kLengthMax + 1> d{};
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = static_cast<uint32_t>(i);
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = static_cast<uint32_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const uint32_t same = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + same});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return std::min(d[a.size()][b.size()], kFar);
}

std::string cased(std::string_view text, bool upper) {
  std::string out(text);
  for (char& c : out) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

}  // namespace

TokenStream::TokenStream(std::string_view sql) : sql_(sql), lexer_(sql) {}

void TokenStream::fill(uint32_t ahead) {
  while (filled_ <= ahead) {
    ring_[(first_ + filled_) % kLookahead] = lexer_.next();
    ++filled_;
    if (lexer_.error() && !error_) error_ = std::move(*lexer_.error());
  }
}

bool TokenStream::at(Kw k) {
  want(k);
  return keyword() == k;
}

bool TokenStream::is_operator(uint32_t ahead, std::string_view text) {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::kOperator && token.text == text;
}

bool TokenStream::at_word(std::string_view text, uint32_t ahead) {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::kIdentifier && !token.quoted && token.text == text;
}

Token TokenStream::take() {
  peek();
  Token token = std::move(ring_[first_]);
  if (token.kind == TokenKind::kEnd) {
    ring_[first_] = Token{.begin = token.begin, .end = token.end};
    return token;
  }
  first_ = (first_ + 1) % kLookahead;
  --filled_;
  previous_end_ = token.end;
  previous_kind_ = token.kind;
  Wanted& now = wanted_[wanted_now_];
  now.word = token.kind == TokenKind::kIdentifier && !token.quoted
                 ? sql_.substr(token.begin, token.end - token.begin)
                 : std::string_view{};
  wanted_now_ ^= 1;
  wanted_[wanted_now_].count = 0;
  if (++taken_ > kTokensMax) {
    fail_with(token.begin, Error{.code = SqlState::kStatementTooComplex,
                                 .message = "statement is too long",
                                 .detail = fmt::format("The limit is {} tokens.", kTokensMax)});
  }
  return token;
}

bool TokenStream::accept(TokenKind k) {
  if (!at(k)) return false;
  take();
  return true;
}
bool TokenStream::accept(Kw k) {
  if (!at(k)) return false;
  take();
  return true;
}
bool TokenStream::accept(Kw first, Kw second) {
  if (!at(first, second)) return false;
  take();
  take();
  return true;
}
bool TokenStream::accept_operator(std::string_view text) {
  if (!at_operator(text)) return false;
  take();
  return true;
}
bool TokenStream::accept_word(std::string_view text) {
  if (!at_word(text)) return false;
  take();
  return true;
}

void TokenStream::expect(TokenKind k) {
  if (!accept(k)) fail_here();
}
void TokenStream::expect(Kw k) {
  if (!accept(k)) fail_here();
}
void TokenStream::expect_all(std::initializer_list<Kw> words) {
  for (const Kw word : words) expect(word);
}
void TokenStream::expect_operator(std::string_view text) {
  if (!accept_operator(text)) fail_here();
}

bool TokenStream::accept_angle() {
  const Token& token = peek();
  const bool arrow = token.kind == TokenKind::kArrow;
  if (arrow || token.kind != TokenKind::kOperator || !token.text.starts_with('>')) return false;
  lexer_.seek(token.begin + 1);
  filled_ = 1;
  ring_[first_].end = token.begin + 1;
  take();
  return true;
}

void TokenStream::fail_with(uint32_t at, Error error) {
  if (!error_) {
    error_ = std::move(error).at(character_position(sql_, at));
  }
  const auto end = static_cast<uint32_t>(sql_.size());
  lexer_.seek(end);
  filled_ = 1;
  ring_[first_] = Token{.begin = end, .end = end};
}

void TokenStream::fail_here() { fail_here(error_ ? std::string{} : hint()); }

void TokenStream::fail_here(std::string hint) {
  const Token& token = peek();
  const uint32_t begin = token.begin;
  Error error{.code = SqlState::kSyntaxError, .message = "syntax error at end of input"};
  if (token.kind != TokenKind::kEnd) {
    error.message =
        fmt::format("syntax error at or near \"{}\"", sql_.substr(begin, token.end - token.begin));
  }
  error.hint = std::move(hint);
  fail_with(begin, std::move(error));
}

// A word that is no keyword but nearly one that could have stood there.
std::string TokenStream::mistyped_hint(const Wanted& wanted) {
  const std::string word = cased(wanted.word, false);
  if (word.size() < 3 || find_keyword(word) != Kw::kNotKeyword) return {};
  const uint32_t allowed = word.size() <= 4 ? 1 : 2;
  uint32_t nearest = allowed + 1;
  Kw found = Kw::kNotKeyword;
  for (uint32_t i = 0; i < wanted.count; ++i) {
    const uint32_t distance = edit_distance(word, keyword_row(wanted.words[i]).text);
    if (distance < nearest) {
      nearest = distance;
      found = wanted.words[i];
    }
  }
  if (found == Kw::kNotKeyword) return {};
  return fmt::format("Perhaps you meant \"{}\" instead of \"{}\".",
                     cased(keyword_row(found).text, true), wanted.word);
}

std::string TokenStream::hint() {
  const Token& token = peek();
  Wanted& now = wanted_[wanted_now_];
  if (token.kind == TokenKind::kIdentifier && !token.quoted) {
    now.word = sql_.substr(token.begin, token.end - token.begin);
    if (auto text = mistyped_hint(now); !text.empty()) return text;
  }
  if (auto text = mistyped_hint(wanted_[wanted_now_ ^ 1]); !text.empty()) return text;
  if (previous_kind_ == TokenKind::kComma &&
      (token.keyword == Kw::kFrom || token.kind == TokenKind::kRightParen)) {
    return fmt::format("Remove the comma before \"{}\".",
                       sql_.substr(token.begin, token.end - token.begin));
  }
  return {};
}

TokenStream::Level::Level(TokenStream& tokens)
    : tokens_(tokens), outer_height_(std::exchange(tokens.height_, 0)) {
  if (++tokens_.depth_ > kParseDepthMax) {
    tokens_.fail_with(tokens_.position(),
                      Error{.code = SqlState::kStatementTooComplex,
                            .message = "statement is nested too deeply",
                            .detail = fmt::format("The limit is {} levels.", kParseDepthMax)});
  }
}

TokenStream::Level::~Level() {
  --tokens_.depth_;
  tokens_.set_height(std::max(outer_height_, tokens_.height_ + 1));
}

void TokenStream::set_height(uint32_t height) {
  height_ = height;
  if (height_ <= kTreeHeightMax) return;
  fail_with(position(), Error{.code = SqlState::kStatementTooComplex,
                              .message = "expression is too long",
                              .detail = fmt::format("A chain of operators may have {} links.",
                                                    kTreeHeightMax)});
}

}  // namespace leat::parser

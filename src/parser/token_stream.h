#pragma once
// TokenStream: the grammar's view of the tokens - look-ahead, accept and expect - and its one
// error. The first error is kept, and from then on every token is kEnd: rules run out by
// themselves, so they need not test each step. What they built so far is thrown away. Also counts
// nesting and tree height, so that neither parsing nor walking the tree can use up the stack
// (kParseDepthMax, kTreeHeightMax). Thread: owner only.

#include <array>
#include <initializer_list>

#include "parser/ast.h"
#include "parser/lexer.h"

namespace leat::parser {

class TokenStream {
 public:
  explicit TokenStream(std::string_view sql);

  bool failed() const { return error_.has_value(); }
  Error take_error() { return std::move(*error_); }

 protected:
  // ---- looking
  const Token& peek(uint32_t ahead = 0) {  // at most kLookahead - 1
    if (filled_ <= ahead) fill(ahead);
    return ring_[(first_ + ahead) % kLookahead];
  }
  TokenKind kind(uint32_t ahead = 0) { return peek(ahead).kind; }
  Kw keyword(uint32_t ahead = 0) { return peek(ahead).keyword; }
  uint32_t position() { return peek().begin; }
  uint32_t previous_end() const { return previous_end_; }
  bool at(TokenKind k) { return kind() == k; }
  bool at(Kw k);
  bool at(Kw first, Kw second) { return at(first) && keyword(1) == second; }
  bool at_operator(std::string_view text) { return is_operator(0, text); }
  bool is_operator(uint32_t ahead, std::string_view text);
  // An unquoted identifier with this text, for the few words that are no keywords.
  bool at_word(std::string_view text, uint32_t ahead = 0);

  // ---- taking
  Token take();
  bool accept(TokenKind k);
  bool accept(Kw k);
  bool accept(Kw first, Kw second);
  bool accept_operator(std::string_view text);
  bool accept_word(std::string_view text);
  void expect(TokenKind k);
  void expect(Kw k);
  void expect_all(std::initializer_list<Kw> words);
  void expect_operator(std::string_view text);
  // Takes one character off the current operator: `>>` closes two struct<...>.
  bool accept_angle();

  // ---- failing
  void fail_here();  // syntax error at the current token
  void fail_here(std::string hint);
  void fail_with(uint32_t at, Error error);

  // ---- limits
  // One level of nesting; as long as it lives. Rules that can contain themselves open one.
  class Level {
   public:
    explicit Level(TokenStream& tokens);
    ~Level();
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TokenStream& tokens_;
    uint32_t outer_height_;
  };
  // The tree that the current level builds has got a new root above it.
  void grow() { set_height(height_ + 1); }

  std::string_view sql() const { return sql_; }

 private:
  static constexpr uint32_t kLookahead = 4;
  static constexpr uint32_t kWantedMax = 96;

  // Which keywords were asked for at a token, so that a mistyped one can be pointed out.
  struct Wanted {
    std::string_view word = {};  // the token's text when it is a plain identifier
    uint32_t count = 0;
    std::array<Kw, kWantedMax> words = {};
  };
  void fill(uint32_t ahead);
  void want(Kw k) {
    Wanted& wanted = wanted_[wanted_now_];
    if (wanted.count < kWantedMax) wanted.words[wanted.count++] = k;
  }
  void set_height(uint32_t height);
  static std::string mistyped_hint(const Wanted& wanted);
  std::string hint();

  std::string_view sql_;
  Lexer lexer_;
  std::array<Token, kLookahead> ring_;
  uint32_t first_ = 0;
  uint32_t filled_ = 0;
  uint32_t taken_ = 0;
  uint32_t previous_end_ = 0;
  TokenKind previous_kind_ = TokenKind::kEnd;
  std::array<Wanted, 2> wanted_;  // of the current token and of the one before
  uint32_t wanted_now_ = 0;
  uint32_t depth_ = 0;
  uint32_t height_ = 0;
  std::optional<Error> error_;
};

}  // namespace leat::parser

#pragma once
// JsonIndex: where the tokens of one JSON text begin, found by simdjson's first stage (which also
// checks UTF-8, that strings are closed, and that they hold no raw control characters). Walking over
// the tokens, and all further checking, is done here: skip() is the one place that says what JSON is.
// Views point into the text, which must outlive the walk. No bytes behind the text are read.
// Thread: owner only.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace leat {

class JsonIndex {
 public:
  JsonIndex();
  ~JsonIndex();

  // Reads a text. nullptr: fine, else what is wrong. A blank text has no tokens.
  const char* read(std::string_view text);

  size_t count() const { return count_; }
  // The first character of a token; 0 behind the last.
  char at(size_t i) const { return i < count_ ? text_[starts_[i]] : '\0'; }
  // The text of a scalar token, without blanks behind it.
  std::string_view token(size_t i) const {
    size_t end = i + 1 < count_ ? starts_[i + 1] : size_;
    while (is_blank(text_[end - 1])) --end;
    return {text_ + starts_[i], end - starts_[i]};
  }
  // Between the quotes of a string token, escapes as they are.
  std::string_view string(size_t i) const {
    const std::string_view all = token(i);
    return all.substr(1, all.size() - 2);
  }
  // The text from token `begin` up to the end of the token before `end`.
  std::string_view range(size_t begin, size_t end) const {
    const std::string_view last = token(end - 1);
    const char* first = text_ + starts_[begin];
    return {first, static_cast<size_t>(last.data() + last.size() - first)};
  }

  // The token behind the value that begins at `i`; 0 if what stands there is not a value.
  // Everything in the value is checked but the escapes of its strings.
  size_t skip(size_t i) const;
  // Whether a token that is no bracket, colon, comma or string is a JSON literal.
  static bool is_literal(std::string_view token);
  static bool is_number(std::string_view token);

  // Appends the text of a string token's content; false: a broken escape or a lone surrogate.
  static bool unescape(std::string_view content, std::string& to);

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  struct Parser;
  std::unique_ptr<Parser> parser_;
  const char* text_ = nullptr;
  const uint32_t* starts_ = nullptr;
  size_t size_ = 0;
  size_t count_ = 0;
};

}  // namespace leat

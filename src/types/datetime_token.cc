#include "types/datetime_token.h"

#include <cctype>

#include "types/datetime.h"

namespace leat {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
bool is_space(char c) { return isspace(static_cast<unsigned char>(c)) != 0; }
char lower(char c) { return static_cast<char>(tolower(static_cast<unsigned char>(c))); }

class Cutter {
 public:
  Cutter(std::string_view text, std::vector<DatetimeToken>& tokens)
      : text_(text), tokens_(tokens) {}

  bool cut() {
    while (at_ < text_.size()) {
      if (is_space(peek())) {
        ++at_;
        continue;
      }
      if (tokens_.size() >= kDatetimeTokensMax) return false;
      word_.clear();
      DatetimeToken::Kind kind;
      if (is_digit(peek())) {
        kind = from_digit();
      } else if (peek() == '.') {
        take();
        while (is_digit(peek())) take();
        kind = DatetimeToken::kNumber;
      } else if (is_alpha(peek())) {
        kind = from_letter();
      } else if (peek() == '+' || peek() == '-') {
        if (!from_sign(kind)) return false;
      } else if (ispunct(static_cast<unsigned char>(peek())) != 0) {
        ++at_;  // other punctuation counts as blank
        continue;
      } else {
        return false;
      }
      tokens_.push_back({kind, word_});
    }
    return true;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void take() { word_ += lower(text_[at_++]); }

  DatetimeToken::Kind from_digit() {
    while (is_digit(peek())) take();
    if (peek() == ':') {
      while (is_digit(peek()) || peek() == ':' || peek() == '.') take();
      return DatetimeToken::kTime;
    }
    if (peek() != '-' && peek() != '/' && peek() != '.') return DatetimeToken::kNumber;
    const char delimiter = peek();
    take();
    if (!is_digit(peek())) {
      while (is_alnum(peek()) || peek() == delimiter) take();
      return delimiter == '.' && word_.back() == '.' ? DatetimeToken::kNumber
                                                     : DatetimeToken::kDate;
    }
    auto kind = delimiter == '.' ? DatetimeToken::kNumber : DatetimeToken::kDate;
    while (is_digit(peek())) take();
    if (peek() == delimiter) {
      kind = DatetimeToken::kDate;
      while (is_digit(peek()) || peek() == delimiter) take();
    }
    return kind;
  }

  DatetimeToken::Kind from_letter() {
    while (is_alpha(peek())) take();
    // Words go on through punctuation in dates (jan-08-1999) and zone names (america/new_york).
    const bool joined = peek() == '-' || peek() == '/' || peek() == '.';
    const bool numbered = (peek() == '+' || is_digit(peek())) && !is_keyword();
    if (!joined && !numbered) return DatetimeToken::kWord;
    while (is_alnum(peek()) || peek() == '+' || peek() == '-' || peek() == '/' || peek() == '_' ||
           peek() == '.' || peek() == ':') {
      take();
    }
    return DatetimeToken::kDate;
  }

  bool from_sign(DatetimeToken::Kind& kind) {
    take();
    while (is_space(peek())) ++at_;
    if (is_digit(peek()) || peek() == '.') {
      kind = DatetimeToken::kZone;
      while (is_digit(peek()) || peek() == ':' || peek() == '.' || peek() == '-') take();
      return true;
    }
    kind = DatetimeToken::kSpecial;
    while (is_alpha(peek())) take();
    return word_.size() > 1;
  }

  bool is_keyword() const {
    static constexpr std::string_view kWords[] = {
        "t",      "y",         "m",       "w",        "d",        "h",     "s",     "j",    "jan",
        "feb",    "mar",       "apr",     "may",      "jun",      "jul",   "aug",   "sep",  "sept",
        "oct",    "nov",       "dec",     "january",  "february", "march", "april", "june", "july",
        "august", "september", "october", "november", "december", "ad",    "bc",    "am",   "pm",
        "on",     "at",        "z",       "utc",      "gmt",      "zulu"};
    for (const std::string_view w : kWords) {
      if (word_ == w) return true;
    }
    return zone_abbreviation_offset(word_).has_value();
  }

  std::string_view text_;
  std::vector<DatetimeToken>& tokens_;
  size_t at_ = 0;
  std::string word_;
};

}  // namespace

bool cut_datetime(std::string_view text, std::vector<DatetimeToken>& tokens) {
  if (text.size() > kDatetimeTextMax) return false;
  tokens.clear();
  return Cutter(text, tokens).cut();
}

bool read_fraction(std::string_view text, int64_t& micros) {
  if (text.empty() || text[0] != '.') return false;
  micros = 0;
  int64_t unit = 100'000;
  for (size_t i = 1; i < text.size(); ++i) {
    if (!is_digit(text[i])) return false;
    if (i <= 6) {
      micros += (text[i] - '0') * unit;
      unit /= 10;
    } else if (i == 7 && text[i] >= '5') {
      // Half to even on an exact half, as rint does.
      const bool more = text.find_first_not_of('0', 8) != std::string_view::npos;
      if (text[i] > '5' || more || micros % 2 == 1) ++micros;
    }
  }
  return true;
}

}  // namespace leat

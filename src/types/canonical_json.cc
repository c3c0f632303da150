// canonical_json: any JSON text to jsonb's canonical text, in one pass over the input. Members are
// written as they come and put in order at the end of their object, mostly a no-op.
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "types/format_value.h"
#include "types/jsonb.h"

namespace leat {
namespace {

// PostgreSQL's numeric takes this many digits before and behind the point.
constexpr int64_t kIntegerDigitsMax = 131'072;
constexpr int64_t kFractionDigitsMax = 16'383;

bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
         static_cast<uint8_t>(c) >= 0x80;
}

void append_utf8(std::string& to, uint32_t code) {
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xC0 | (code >> 6));
    to += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    to += static_cast<char>(0xE0 | (code >> 12));
    to += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    to += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    to += static_cast<char>(0xF0 | (code >> 18));
    to += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    to += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    to += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Where a member of the object under work lies in the output.
struct Member {
  size_t key;    // of the opening quote
  size_t value;  // behind ": "
  size_t end;
};

class Canonicalizer {
 public:
  explicit Canonicalizer(std::string_view text) : text_(text) {
    out_.reserve(text.size() + text.size() / 8);
  }

  Result<std::string> run() {
    skip_blanks();
    if (at_ == text_.size()) return invalid("The input string ended unexpectedly.");
    TRY(value(0));
    skip_blanks();
    if (at_ != text_.size()) return unexpected_token("end of input");
    return std::move(out_);
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_json_blank(text_[at_])) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::unexpected<Error> invalid(std::string detail) const {
    return fail(
        make_error(SqlState::kInvalidTextRepresentation, "invalid input syntax for type json")
            .with_detail(std::move(detail)));
  }
  // The token at the cursor, as far as a message shows it.
  std::string_view token() const {
    size_t end = at_;
    if (peek() == '"') {
      for (++end; end < text_.size() && text_[end] != '"'; ++end) end += text_[end] == '\\';
      end = std::min(end + 1, text_.size());
    } else if (peek() == '-' || is_digit(peek())) {
      while (end < text_.size() &&
             (is_word(text_[end]) || text_[end] == '-' || text_[end] == '+' || text_[end] == '.'))
        ++end;
    } else {
      while (end < text_.size() && is_word(text_[end])) ++end;
      if (end == at_) ++end;
    }
    return text_.substr(at_, end - at_);
  }
  bool token_is_known() const {
    const std::string_view t = token();
    return t == "true" || t == "false" || t == "null" || std::strchr("{}[]:,\"", t[0]) != nullptr ||
           t[0] == '-' || is_digit(t[0]);
  }
  std::unexpected<Error> unexpected_token(std::string_view expected) const {
    if (at_ == text_.size()) return invalid("The input string ended unexpectedly.");
    if (!token_is_known()) return invalid(fmt::format("Token \"{}\" is invalid.", token()));
    return invalid(fmt::format("Expected {}, but found \"{}\".", expected, token()));
  }

  Result<void> value(int depth) {
    if (depth > kJsonDepthMax) {
      return fail(SqlState::kProgramLimitExceeded, "JSON value is nested more than {} levels deep",
                  kJsonDepthMax);
    }
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        if (peek() == '-' || is_digit(peek())) return number();
        return unexpected_token("JSON value");
    }
  }

  Result<void> word(std::string_view w) {
    if (token() != w) return unexpected_token("JSON value");
    out_ += w;
    at_ += w.size();
    return {};
  }

  Result<void> array(int depth) {
    out_ += '[';
    ++at_;
    skip_blanks();
    if (peek() == ']') {
      ++at_;
      out_ += ']';
      return {};
    }
    while (true) {
      TRY(value(depth + 1));
      skip_blanks();
      if (peek() == ',') {
        ++at_;
        out_ += ", ";
        skip_blanks();
      } else if (peek() == ']') {
        ++at_;
        out_ += ']';
        return {};
      } else {
        return unexpected_token("\",\" or \"]\"");
      }
    }
  }

  Result<void> object(int depth) {
    out_ += '{';
    ++at_;
    skip_blanks();
    if (peek() == '}') {
      ++at_;
      out_ += '}';
      return {};
    }
    const size_t first_member = members_.size();
    bool in_order = true;
    std::string_view expected = "string or \"}\"";
    while (true) {
      if (peek() != '"') return unexpected_token(expected);
      expected = "string";
      Member member{.key = out_.size()};
      TRY(string());
      skip_blanks();
      if (peek() != ':') return unexpected_token("\":\"");
      ++at_;
      out_ += ": ";
      member.value = out_.size();
      skip_blanks();
      TRY(value(depth + 1));
      member.end = out_.size();
      if (members_.size() > first_member)
        in_order = in_order && compare_keys(members_.back(), member) < 0;
      members_.push_back(member);
      skip_blanks();
      if (peek() == ',') {
        ++at_;
        out_ += ", ";
        skip_blanks();
      } else if (peek() == '}') {
        ++at_;
        break;
      } else {
        return unexpected_token("\",\" or \"}\"");
      }
    }
    if (!in_order) put_in_order(first_member);
    members_.resize(first_member);
    out_ += '}';
    return {};
  }

  std::string_view key_text(const Member& m) const {
    return std::string_view(out_).substr(m.key + 1, m.value - m.key - 4);
  }
  // Shorter keys first, then by bytes; both as they are without escapes.
  int compare_keys(const Member& a, const Member& b) const {
    std::string_view ka = key_text(a), kb = key_text(b);
    std::string ua, ub;
    if (ka.find('\\') != ka.npos)
      ka = ua = JsonView{std::string_view(out_).substr(a.key, ka.size() + 2)}.string_value();
    if (kb.find('\\') != kb.npos)
      kb = ub = JsonView{std::string_view(out_).substr(b.key, kb.size() + 2)}.string_value();
    if (ka.size() != kb.size()) return ka.size() < kb.size() ? -1 : 1;
    return ka.compare(kb);
  }

  void put_in_order(size_t first) {
    std::vector<Member> sorted(members_.begin() + static_cast<std::ptrdiff_t>(first),
                               members_.end());
    const size_t begin = sorted.front().key;
    std::sort(sorted.begin(), sorted.end(), [&](const Member& a, const Member& b) {
      const int c = compare_keys(a, b);
      return c != 0 ? c < 0 : a.key < b.key;
    });
    std::string ordered;
    ordered.reserve(out_.size() - begin);
    for (size_t i = 0; i < sorted.size(); ++i) {
      // Of equal keys the last counts.
      if (i + 1 < sorted.size() && compare_keys(sorted[i], sorted[i + 1]) == 0) continue;
      if (!ordered.empty()) ordered += ", ";
      ordered.append(out_, sorted[i].key, sorted[i].end - sorted[i].key);
    }
    out_.replace(begin, std::string::npos, ordered);
  }

  bool hex4(size_t at, uint32_t& code) const {
    if (at + 4 > text_.size()) return false;
    code = 0;
    for (size_t i = at; i < at + 4; ++i) {
      const char c = text_[i];
      uint32_t d;
      if (is_digit(c))
        d = static_cast<uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f')
        d = static_cast<uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        d = static_cast<uint32_t>(c - 'A' + 10);
      else
        return false;
      code = code * 16 + d;
    }
    return true;
  }

  Result<void> string() {
    ++at_;
    // Most strings need nothing: find the first byte that does.
    size_t end = at_;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' &&
           static_cast<uint8_t>(text_[end]) >= 0x20)
      ++end;
    if (end < text_.size() && text_[end] == '"') {
      out_.append(text_, at_ - 1, end - at_ + 2);
      at_ = end + 1;
      return {};
    }
    scratch_.assign(text_, at_, end - at_);
    at_ = end;
    while (true) {
      if (at_ == text_.size())
        return invalid(fmt::format("Token \"{}\" is invalid.", "\"" + scratch_));
      const char c = text_[at_];
      if (c == '"') break;
      if (static_cast<uint8_t>(c) < 0x20) {
        return invalid(
            fmt::format("Character with value 0x{:02x} must be escaped.", static_cast<uint8_t>(c)));
      }
      if (c != '\\') {
        scratch_ += c;
        ++at_;
        continue;
      }
      TRY(escape());
    }
    ++at_;
    append_json_string(out_, scratch_);
    return {};
  }

  Result<void> escape() {
    if (++at_ == text_.size()) return invalid("The input string ended unexpectedly.");
    const char c = text_[at_++];
    switch (c) {
      case '"':
      case '\\':
      case '/':
        scratch_ += c;
        return {};
      case 'b':
        scratch_ += '\b';
        return {};
      case 'f':
        scratch_ += '\f';
        return {};
      case 'n':
        scratch_ += '\n';
        return {};
      case 'r':
        scratch_ += '\r';
        return {};
      case 't':
        scratch_ += '\t';
        return {};
      case 'u':
        break;
      default:
        return invalid(fmt::format("Escape sequence \"\\{}\" is invalid.", c));
    }
    uint32_t code;
    if (!hex4(at_, code)) return invalid("\"\\u\" must be followed by four hexadecimal digits.");
    at_ += 4;
    if (code == 0) {
      return fail(
          make_error(SqlState::kUntranslatableCharacter, "unsupported Unicode escape sequence")
              .with_detail("\\u0000 cannot be converted to text."));
    }
    if (code >= 0xDC00 && code < 0xE000) {
      return invalid("Unicode low surrogate must follow a high surrogate.");
    }
    if (code >= 0xD800 && code < 0xDC00) {
      uint32_t low;
      if (at_ + 1 >= text_.size() || text_[at_] != '\\' || text_[at_ + 1] != 'u' ||
          !hex4(at_ + 2, low)) {
        return invalid("Unicode low surrogate must follow a high surrogate.");
      }
      if (low >= 0xD800 && low < 0xDC00)
        return invalid("Unicode high surrogate must not follow a high surrogate.");
      if (low < 0xDC00 || low >= 0xE000)
        return invalid("Unicode low surrogate must follow a high surrogate.");
      at_ += 6;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(scratch_, code);
    return {};
  }

  std::unexpected<Error> bad_number() const {
    return invalid(fmt::format("Token \"{}\" is invalid.", token()));
  }

  // A number as numeric prints it: no exponent, the fraction digits that were written.
  Result<void> number() {
    size_t i = at_;
    const bool minus = text_[i] == '-';
    if (minus) ++i;
    const size_t whole_at = i;
    while (i < text_.size() && is_digit(text_[i])) ++i;
    const std::string_view whole = text_.substr(whole_at, i - whole_at);
    if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return bad_number();
    std::string_view fraction;
    if (i < text_.size() && text_[i] == '.') {
      const size_t begin = ++i;
      while (i < text_.size() && is_digit(text_[i])) ++i;
      fraction = text_.substr(begin, i - begin);
      if (fraction.empty()) return bad_number();
    }
    int64_t exponent = 0;
    if (i < text_.size() && (text_[i] == 'e' || text_[i] == 'E')) {
      ++i;
      const bool negative = i < text_.size() && text_[i] == '-';
      if (i < text_.size() && (text_[i] == '-' || text_[i] == '+')) ++i;
      const size_t begin = i;
      for (; i < text_.size() && is_digit(text_[i]); ++i)
        exponent = std::min<int64_t>(exponent * 10 + (text_[i] - '0'), 1'000'000'000);
      if (i == begin) return bad_number();
      if (negative) exponent = -exponent;
    }
    if (i < text_.size() && is_word(text_[i])) return bad_number();
    TRY(put_number(minus, whole, fraction, exponent));
    at_ = i;
    return {};
  }

  Result<void> put_number(bool minus, std::string_view whole, std::string_view fraction,
                          int64_t exponent) {
    if (exponent == 0 && !minus) {
      out_ += whole;
      if (!fraction.empty()) (out_ += '.') += fraction;
      return {};
    }
    const auto zeros_only = [](std::string_view s) { return s.find_first_not_of('0') == s.npos; };
    const bool zero = zeros_only(whole) && zeros_only(fraction);
    const auto overflow = [&]() -> Result<void> {
      return fail(SqlState::kNumericValueOutOfRange, "value overflows numeric format");
    };
    const int64_t scale = std::max<int64_t>(0, static_cast<int64_t>(fraction.size()) - exponent);
    const int64_t point = static_cast<int64_t>(whole.size()) + exponent;  // digits before the point
    if (scale > kFractionDigitsMax || (!zero && point > kIntegerDigitsMax)) return overflow();
    if (minus && !zero) out_ += '-';
    if (zero) {
      out_ += '0';
      if (scale > 0) (out_ += '.').append(static_cast<size_t>(scale), '0');
      return {};
    }
    std::string digits(whole);
    digits += fraction;
    if (point <= 0) {
      digits.insert(0, static_cast<size_t>(1 - point), '0');
    } else if (static_cast<size_t>(point) > digits.size()) {
      digits.append(static_cast<size_t>(point) - digits.size(), '0');
    }
    size_t before = point <= 0 ? 1 : static_cast<size_t>(point);
    size_t skip = 0;
    while (skip + 1 < before && digits[skip] == '0') ++skip;
    out_.append(digits, skip, before - skip);
    if (scale > 0) {
      out_ += '.';
      out_.append(digits, before, std::string::npos);
    }
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
  std::string scratch_;
  std::vector<Member> members_;
};

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  to += '"';
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<uint8_t>(c) >= 0x20 && c != '"' && c != '\\') continue;
    to.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        to += "\\\"";
        break;
      case '\\':
        to += "\\\\";
        break;
      case '\b':
        to += "\\b";
        break;
      case '\f':
        to += "\\f";
        break;
      case '\n':
        to += "\\n";
        break;
      case '\r':
        to += "\\r";
        break;
      case '\t':
        to += "\\t";
        break;
      default:
        to += "\\u00";
        to += kHex[static_cast<uint8_t>(c) >> 4];
        to += kHex[static_cast<uint8_t>(c) & 15];
    }
  }
  to.append(text, plain, std::string::npos);
  to += '"';
}

Result<std::string> canonical_json(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    TRY(check_utf8(text));
  }
  return Canonicalizer(text).run();
}

}  // namespace leat

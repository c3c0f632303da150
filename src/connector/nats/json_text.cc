#include "connector/nats/json_text.h"

#include <fmt/format.h>

#include <charconv>

namespace leat::nats {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<JsonValue> document() {
    JsonValue value;
    TRY(read(value, 0));
    skip_blanks();
    if (at_ != text_.size()) return error("text after the value");
    return value;
  }

 private:
  Result<void> read(JsonValue& out, int depth) {
    if (depth > kJsonDepthMax) return error("nested too deeply");
    skip_blanks();
    if (at_ == text_.size()) return error("unexpected end");
    switch (text_[at_]) {
      case '{': return read_object(out, depth);
      case '[': return read_array(out, depth);
      case '"':
        out.kind = JsonValue::Kind::kString;
        return read_string(out.text);
      case 't': return read_word("true", JsonValue::Kind::kBool, out);
      case 'f': return read_word("false", JsonValue::Kind::kBool, out);
      case 'n': return read_word("null", JsonValue::Kind::kNull, out);
      default: return read_number(out);
    }
  }

  Result<void> read_object(JsonValue& out, int depth) {
    out.kind = JsonValue::Kind::kObject;
    ++at_;
    if (take('}')) return {};
    do {
      skip_blanks();
      std::string name;
      if (at_ == text_.size() || text_[at_] != '"') return error("a member's name was expected");
      TRY(read_string(name));
      if (!take(':')) return error("':' was expected");
      JsonValue value;
      TRY(read(value, depth + 1));
      out.members.emplace_back(std::move(name), std::move(value));
    } while (take(','));
    if (!take('}')) return error("'}' was expected");
    return {};
  }

  Result<void> read_array(JsonValue& out, int depth) {
    out.kind = JsonValue::Kind::kArray;
    ++at_;
    if (take(']')) return {};
    do {
      TRY(read(out.items.emplace_back(), depth + 1));
    } while (take(','));
    if (!take(']')) return error("']' was expected");
    return {};
  }

  Result<void> read_word(std::string_view word, JsonValue::Kind kind, JsonValue& out) {
    if (!text_.substr(at_).starts_with(word)) return error("unknown word");
    at_ += word.size();
    out.kind = kind;
    out.text = word;
    return {};
  }

  Result<void> read_number(JsonValue& out) {
    const size_t start = at_;
    while (at_ < text_.size() && std::string_view("+-.0123456789eE").find(text_[at_]) != std::string_view::npos)
      ++at_;
    if (at_ == start) return error("a value was expected");
    out.kind = JsonValue::Kind::kNumber;
    out.text = text_.substr(start, at_ - start);
    return {};
  }

  Result<void> read_string(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (c != '\\') {
        out.push_back(c);
        continue;
      }
      if (++at_ == text_.size()) break;
      switch (text_[at_]) {
        case 'n': out.push_back('\n'); break;
        case 't': out.push_back('\t'); break;
        case 'r': out.push_back('\r'); break;
        case 'b': out.push_back('\b'); break;
        case 'f': out.push_back('\f'); break;
        case 'u': TRY(read_code_point(out)); break;
        default: out.push_back(text_[at_]);
      }
    }
    return error("unfinished string");
  }

  // At 'u'; leaves at_ on the last digit. Pairs of surrogates make one code point.
  Result<void> read_code_point(std::string& out) {
    uint32_t code = TRY(four_digits());
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_ + 1).starts_with("\\u")) {
      at_ += 2;
      const uint32_t low = TRY(four_digits());
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out.push_back(static_cast<char>(0xC0 | (code >> 6)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | (code >> 12)));
      out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else {
      out.push_back(static_cast<char>(0xF0 | ((code >> 18) & 7)));
      out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
      out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
    return {};
  }

  Result<uint32_t> four_digits() {
    uint32_t code = 0;
    if (at_ + 4 >= text_.size()) return error("unfinished escape");
    const char* from = text_.data() + at_ + 1;
    const auto [end, status] = std::from_chars(from, from + 4, code, 16);
    if (status != std::errc{} || end != from + 4) return error("bad escape");
    at_ += 4;
    return code;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' ||
                                  text_[at_] == '\t'))
      ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::unexpected<Error> error(std::string_view what) const {
    return fail(SqlState::kProtocolViolation, "bad JSON from the server at byte {}: {}", at_, what);
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue kAbsent;
  for (const auto& [key, value] : members)
    if (key == name) return value;
  return kAbsent;
}

int64_t JsonValue::integer() const {
  int64_t value = 0;
  if (kind == Kind::kNumber) std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

uint64_t JsonValue::natural() const {
  uint64_t value = 0;
  if (kind == Kind::kNumber) std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> JsonValue::strings() const {
  std::vector<std::string> out;
  for (const JsonValue& item : items)
    if (item.is(Kind::kString)) out.push_back(item.text);
  return out;
}

Result<JsonValue> parse_json(std::string_view text) { return Reader(text).document(); }

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  if (!body_.empty()) body_ += ',';
  body_ += json_quote(name);
  body_ += ':';
  body_ += json;
  return *this;
}

JsonObject& JsonObject::add(std::string_view name, std::span<const std::string> values) {
  std::string list = "[";
  for (const std::string& value : values) {
    if (list.size() > 1) list += ',';
    list += json_quote(value);
  }
  return raw(name, list + "]");
}

}  // namespace leat::nats

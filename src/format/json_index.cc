#include "format/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "types/jsonb.h"

namespace leat {

struct JsonIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

JsonIndex::JsonIndex() : parser_(std::make_unique<Parser>()) {}
JsonIndex::~JsonIndex() = default;

const char* JsonIndex::read(std::string_view text) {
  text_ = text.data();
  size_ = text.size();
  count_ = 0;
  if (text.empty()) return nullptr;
  if (parser_->stages == nullptr || parser_->stages->capacity() < text.size()) {
    const size_t capacity = std::max<size_t>(4096, std::bit_ceil(text.size()));
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, kJsonDepthMax, parser_->stages);
    CHECK(error == simdjson::SUCCESS, "JSON index of {} bytes: {}", capacity,
          simdjson::error_message(error));
  }
  const auto error = parser_->stages->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                             simdjson::stage1_mode::regular);
  switch (error) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return nullptr;
    case simdjson::UTF8_ERROR: return "not valid UTF-8";
    case simdjson::UNCLOSED_STRING: return "a string is not closed";
    case simdjson::UNESCAPED_CHARS: return "a control character in a string";
    default: return simdjson::error_message(error);
  }
  starts_ = parser_->stages->structural_indexes.get();
  count_ = parser_->stages->n_structural_indexes;
  return nullptr;
}

size_t JsonIndex::skip(size_t i) const {
  char close[kJsonDepthMax];
  int depth = 0;
  for (;;) {
    // A value.
    switch (at(i)) {
      case '"': ++i; break;
      case '{':
      case '[': {
        if (depth == kJsonDepthMax) return 0;
        const bool object = at(i) == '{';
        close[depth++] = object ? '}' : ']';
        ++i;
        if (at(i) == close[depth - 1]) break;  // empty
        if (!object) continue;
        if (at(i) != '"' || at(i + 1) != ':') return 0;
        i += 2;
        continue;
      }
      default:
        if (i >= count_ || !is_literal(token(i))) return 0;
        ++i;
    }
    // Behind a value, or at the bracket that ends an empty one.
    for (;;) {
      if (depth == 0) return i;
      const char c = at(i);
      if (c == close[depth - 1]) {
        --depth;
        ++i;
        continue;
      }
      if (c != ',') return 0;
      ++i;
      if (close[depth - 1] == '}') {
        if (at(i) != '"' || at(i + 1) != ':') return 0;
        i += 2;
      }
      break;
    }
  }
}

bool JsonIndex::is_number(std::string_view token) {
  const char* at = token.data();
  const char* end = at + token.size();
  const auto digits = [&] {
    const char* begin = at;
    while (at != end && *at >= '0' && *at <= '9') ++at;
    return at != begin;
  };
  if (at != end && *at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
  } else if (!digits()) {
    return false;
  }
  if (at != end && *at == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return false;
  }
  return at == end;
}

bool JsonIndex::is_literal(std::string_view token) {
  switch (token[0]) {
    case 't': return token == "true";
    case 'f': return token == "false";
    case 'n': return token == "null";
    default: return is_number(token);
  }
}

namespace {

// Four hexadecimal digits; -1: they are not.
int32_t hex4(const char* at, const char* end) {
  if (end - at < 4) return -1;
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void append_utf8(std::string& to, uint32_t code) {
  const auto add = [&to](uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | (code >> 6));
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

}  // namespace

bool JsonIndex::unescape(std::string_view content, std::string& to) {
  const char* at = content.data();
  const char* end = at + content.size();
  while (at != end) {
    const auto* slash = static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
    to.append(at, slash == nullptr ? end : slash);
    if (slash == nullptr) return true;
    at = slash + 1;
    if (at == end) return false;
    switch (*at++) {
      case '"': to.push_back('"'); break;
      case '\\': to.push_back('\\'); break;
      case '/': to.push_back('/'); break;
      case 'b': to.push_back('\b'); break;
      case 'f': to.push_back('\f'); break;
      case 'n': to.push_back('\n'); break;
      case 'r': to.push_back('\r'); break;
      case 't': to.push_back('\t'); break;
      case 'u': {
        int32_t code = hex4(at, end);
        if (code < 0 || (code >= 0xDC00 && code < 0xE000)) return false;
        at += 4;
        if (code >= 0xD800 && code < 0xDC00) {
          if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return false;
          const int32_t low = hex4(at + 2, end);
          if (low < 0xDC00 || low >= 0xE000) return false;
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          at += 6;
        }
        append_utf8(to, static_cast<uint32_t>(code));
        break;
      }
      default: return false;
    }
  }
  return true;
}

}  // namespace leat

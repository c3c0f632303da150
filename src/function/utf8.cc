#include "function/utf8.h"

#include <locale.h>
#include <clocale>
#include <cstring>
#include <cwctype>

namespace leat {
namespace {

locale_t c_utf8() {
  static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return made;
}

uint32_t lower_of(uint32_t code) {
  return c_utf8() == nullptr
             ? code
             : static_cast<uint32_t>(towlower_l(static_cast<wint_t>(code), c_utf8()));
}
uint32_t upper_of(uint32_t code) {
  return c_utf8() == nullptr
             ? code
             : static_cast<uint32_t>(towupper_l(static_cast<wint_t>(code), c_utf8()));
}
bool is_alnum(uint32_t code) {
  if (code < 0x80)
    return (code >= '0' && code <= '9') || ((code | 32) >= 'a' && (code | 32) <= 'z');
  return c_utf8() != nullptr && iswalnum_l(static_cast<wint_t>(code), c_utf8()) != 0;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

template <char (*kAscii)(char), uint32_t (*kWide)(uint32_t)>
void append_mapped(std::string& to, std::string_view text) {
  if (is_ascii(text)) {
    const size_t begin = to.size();
    to.resize(begin + text.size());
    for (size_t i = 0; i < text.size(); ++i) to[begin + i] = kAscii(text[i]);
    return;
  }
  for (size_t i = 0; i < text.size();) {
    const size_t n = utf8_size(text[i]);
    append_utf8(to, kWide(utf8_code(text.substr(i, n))));
    i += n;
  }
}

}  // namespace

bool is_ascii(std::string_view text) {
  const char* p = text.data();
  size_t n = text.size();
  uint64_t bits = 0;
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    bits |= word;
  }
  for (; n > 0; --n) bits |= static_cast<uint8_t>(*p++);
  return (bits & 0x8080808080808080ull) == 0;
}

size_t utf8_length(std::string_view text) {
  size_t n = 0;
  for (const char c : text) n += !utf8_continues(c);
  return n;
}

size_t utf8_offset(std::string_view text, int64_t n) {
  if (n <= 0) return 0;
  size_t at = 0;
  while (at < text.size() && n-- > 0) at += utf8_size(text[at]);
  return at < text.size() ? at : text.size();
}

uint32_t utf8_code(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  switch (utf8_size(text[0])) {
    case 1:
      return byte(0);
    case 2:
      return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    case 3:
      return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    default:
      return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) |
             (byte(3) & 0x3F);
  }
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

void append_lower(std::string& to, std::string_view text) {
  append_mapped<ascii_lower, lower_of>(to, text);
}
void append_upper(std::string& to, std::string_view text) {
  append_mapped<ascii_upper, upper_of>(to, text);
}

void append_initcap(std::string& to, std::string_view text) {
  bool in_word = false;
  for (size_t i = 0; i < text.size();) {
    const size_t n = utf8_size(text[i]);
    const uint32_t code = utf8_code(text.substr(i, n));
    append_utf8(to, in_word ? lower_of(code) : upper_of(code));
    in_word = is_alnum(code);
    i += n;
  }
}

}  // namespace leat

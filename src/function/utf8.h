#pragma once
// UTF-8 by characters, over valid text: lengths, offsets, case. Thread: free functions.

#include <cstdint>
#include <string>
#include <string_view>

namespace leat {

// Bytes of the character that starts with `first`.
inline size_t utf8_size(char first) {
  const auto c = static_cast<uint8_t>(first);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}
inline bool utf8_continues(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }
bool is_ascii(std::string_view text);
// Characters in the text.
size_t utf8_length(std::string_view text);
// Byte offset of the n-th character (from 0); the size if there are fewer, 0 if negative.
size_t utf8_offset(std::string_view text, int64_t n);
// The first character's code point.
uint32_t utf8_code(std::string_view text);
void append_utf8(std::string& to, uint32_t code);
// By the C.UTF-8 locale: one character becomes one.
void append_lower(std::string& to, std::string_view text);
void append_upper(std::string& to, std::string_view text);
// The first letter of each word in upper case, the rest in lower; letters and digits make words.
void append_initcap(std::string& to, std::string_view text);

}  // namespace leat

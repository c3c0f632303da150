#pragma once
// Variable-length integers in stored values: 7 bits a byte, lowest first; signed ones zigzagged.

#include <cstdint>
#include <string_view>

namespace leat {

inline constexpr uint32_t kVarintBytesMax = 10;

inline char* write_varint(char* to, uint64_t value) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}
inline char* write_signed_varint(char* to, int64_t value) {
  return write_varint(to, (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

// Take the number off the front. False when the bytes end too early or hold too much.
inline bool read_varint(std::string_view& from, uint64_t& value) {
  value = 0;
  for (unsigned i = 0; i < kVarintBytesMax && i < from.size(); ++i) {
    const auto byte = static_cast<uint8_t>(from[i]);
    value |= uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) {
      from.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}
inline bool read_signed_varint(std::string_view& from, int64_t& value) {
  uint64_t zigzag;
  if (!read_varint(from, zigzag)) return false;
  value = static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
  return true;
}

}  // namespace leat

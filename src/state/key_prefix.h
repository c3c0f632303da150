#pragma once
// The first 8 bytes of a key as a number that compares as they do, zeros after a shorter key.
// Equal prefixes say nothing: compare the keys.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace leat {

inline uint64_t key_prefix(std::string_view key) {
  uint64_t value = 0;
  if (!key.empty()) std::memcpy(&value, key.data(), key.size() < 8 ? key.size() : 8);
  return std::byteswap(value);
}

}  // namespace leat

#pragma once
// The one hash. Its values are stored (vnodes) and must never change between versions.

#include <cstdint>
#include <cstring>

namespace leat {

// 128-bit multiply and fold, the mixing step of wyhash.
inline uint64_t mix64(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hash_int(uint64_t value) {
  return mix64(value ^ 0x9E3779B97F4A7C15ull, 0xD6E8FEB86659FD93ull);
}

inline uint64_t hash_combine(uint64_t seed, uint64_t hash) {
  return mix64(seed ^ 0xA0761D6478BD642Full, hash ^ 0xE7037ED1A0B428DBull);
}

// wyhash's scheme over bytes: 16 at a time, the tail read twice.
inline uint64_t hash_bytes(const void* data, size_t size, uint64_t seed = 0) {
  const auto* p = static_cast<const uint8_t*>(data);
  const auto load64 = [](const uint8_t* at) { uint64_t v; std::memcpy(&v, at, 8); return v; };
  const auto load32 = [](const uint8_t* at) { uint32_t v; std::memcpy(&v, at, 4); return v; };
  uint64_t h = seed ^ 0x8EBC6AF09C88C6E3ull;
  size_t left = size;
  while (left > 16) {
    h = mix64(load64(p) ^ 0xA0761D6478BD642Full, load64(p + 8) ^ h);
    p += 16;
    left -= 16;
  }
  uint64_t a = 0, b = 0;
  if (left >= 8) {
    a = load64(p);
    b = load64(p + left - 8);
  } else if (left >= 4) {
    a = load32(p);
    b = load32(p + left - 4);
  } else if (left > 0) {
    a = (uint64_t{p[0]} << 16) | (uint64_t{p[left / 2]} << 8) | p[left - 1];
  }
  return mix64(0xE7037ED1A0B428DBull ^ size, mix64(a ^ 0xA0761D6478BD642Full, b ^ h));
}

// The vnode of a key: the top 8 bits of its hash. State and exchange are cut by vnode.
inline constexpr int kVnodeCount = 256;
inline uint8_t vnode_of(uint64_t hash) { return static_cast<uint8_t>(hash >> 56); }

}  // namespace leat

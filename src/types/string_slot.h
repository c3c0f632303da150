#pragma once
// StringSlot: 16 bytes that name a byte string. Up to 12 bytes lie inside; longer ones in an arena
// that the vector (or whoever holds the slot) keeps alive; their first 4 bytes are repeated inside
// so that most comparisons need not look there.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace leat {

class StringSlot {
 public:
  static constexpr uint32_t kInlineMax = 12;

  StringSlot() : size_(0), inline_{} {}
  // Long strings are referenced, not copied: the bytes must outlive the slot.
  explicit StringSlot(std::string_view text) : size_(static_cast<uint32_t>(text.size())), inline_{} {
    if (size_ <= kInlineMax) {
      if (size_ != 0) std::memcpy(inline_, text.data(), size_);
    } else {
      std::memcpy(inline_, text.data(), 4);
      const char* data = text.data();
      std::memcpy(inline_ + 4, &data, sizeof data);
    }
  }

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineMax; }
  const char* data() const {
    if (is_inline()) return inline_;
    const char* data;
    std::memcpy(&data, inline_ + 4, sizeof data);
    return data;
  }
  std::string_view view() const { return {data(), size_}; }

  friend bool operator==(const StringSlot& a, const StringSlot& b) {
    uint64_t a8, b8;  // size and first four bytes
    std::memcpy(&a8, &a, 8);
    std::memcpy(&b8, &b, 8);
    if (a8 != b8) return false;
    if (a.is_inline()) return std::memcmp(a.inline_ + 4, b.inline_ + 4, 8) == 0;
    return std::memcmp(a.data() + 4, b.data() + 4, a.size_ - 4) == 0;
  }

 private:
  uint32_t size_;
  char inline_[12];
};
static_assert(sizeof(StringSlot) == 16);

}  // namespace leat

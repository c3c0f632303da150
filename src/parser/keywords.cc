#include "parser/keywords.h"

#include <array>

#include "base/check.h"

namespace leat::parser {

namespace {

constexpr Keyword kKeywords[] = {
#define X(name, text, keyword_class, bare_label) \
  {text, KeywordClass::keyword_class, bare_label != 0},
    LEAT_KEYWORDS(X)
#undef X
};
constexpr size_t kKeywordCount = std::size(kKeywords);
constexpr size_t kSlots = 2048;  // open addressing, less than a quarter full
constexpr size_t kLongestKeyword = 17;
static_assert(kKeywordCount < kSlots / 2);

constexpr uint32_t hash_word(std::string_view word) {
  uint32_t hash = 2166136261u;
  for (const char c : word) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

// Slot to keyword number; made by the compiler.
constexpr std::array<uint16_t, kSlots> kTable = [] {
  std::array<uint16_t, kSlots> table{};
  for (size_t i = 0; i < kKeywordCount; ++i) {
    uint32_t slot = hash_word(kKeywords[i].text) % kSlots;
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<uint16_t>(i + 1);
  }
  return table;
}();

}  // namespace

std::span<const Keyword> keywords() { return kKeywords; }

const Keyword& keyword_row(Kw k) {
  CHECK(k != Kw::kNotKeyword);
  return kKeywords[static_cast<size_t>(k) - 1];
}

Kw find_keyword(std::string_view lower_case_word) {
  if (lower_case_word.size() > kLongestKeyword) return Kw::kNotKeyword;
  for (uint32_t slot = hash_word(lower_case_word) % kSlots; kTable[slot] != 0;
       slot = (slot + 1) % kSlots) {
    if (kKeywords[kTable[slot] - 1].text == lower_case_word) return static_cast<Kw>(kTable[slot]);
  }
  return Kw::kNotKeyword;
}

}  // namespace leat::parser

#include "state/delta_buffer.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>

namespace leat {
namespace {

using Entries = std::vector<DeltaBuffer::Entry>;
using Model = std::map<std::string, std::optional<std::string>>;

// Keys as state tables, stored tables and short ones have them.
std::string random_key(std::mt19937_64& random, uint64_t distinct) {
  const uint64_t n = random() % distinct;
  switch (distinct % 3) {
    case 0: {  // spread over all prefixes
      uint64_t hash = n * 0x9E3779B97F4A7C15ull;
      return std::string(reinterpret_cast<const char*>(&hash), 8) + std::to_string(n % 7);
    }
    case 1: return "the same prefix for all " + std::to_string(n);
    default: return std::to_string(n);  // often shorter than a prefix
  }
}

void expect_model(const Entries& entries, const Model& model) {
  ASSERT_EQ(entries.size(), model.size());
  size_t i = 0;
  for (const auto& [key, value] : model) {
    ASSERT_EQ(entries[i].key(), key);
    ASSERT_EQ(entries[i].tombstone(), !value.has_value()) << key;
    ASSERT_EQ(entries[i].value(), value.value_or("")) << key;
    ++i;
  }
}

void check(size_t changes, uint64_t distinct, DeltaBuffer::Duplicates rule) {
  std::mt19937_64 random(changes * 31 + distinct);
  DeltaBuffer buffer(TableId{7});
  Model model;
  for (size_t i = 0; i < changes; ++i) {
    const std::string key = random_key(random, distinct);
    const bool gone = random() % 4 == 0;
    const std::string value = std::to_string(i);
    gone ? buffer.add_tombstone(key) : buffer.add_value(key, value);
    auto [at, fresh] = model.try_emplace(key, std::nullopt);
    const bool counts = rule == DeltaBuffer::Duplicates::kLastWins || !gone || !at->second.has_value();
    if (counts) at->second = gone ? std::nullopt : std::optional(value);
  }
  Entries entries;
  buffer.entries(entries);
  ASSERT_EQ(entries.size(), changes);
  DeltaBuffer::sort(entries, rule);
  expect_model(entries, model);
}

TEST(DeltaBuffer, SortGivesEachKeyOnceInOrder) {
  for (const auto rule : {DeltaBuffer::Duplicates::kLastWins, DeltaBuffer::Duplicates::kValueWins}) {
    for (const size_t changes : {0, 1, 2, 100, 5'000, 60'000}) {
      for (const uint64_t distinct : {1, 2, 50, 9'999, 10'000, 1'000'001, 1'000'004}) check(changes, distinct, rule);
    }
  }
}

}  // namespace
}  // namespace leat

#pragma once
// Interval: months, days and microseconds, kept apart as PostgreSQL does.
// Comparison and hashing treat a month as 30 days and a day as 24 hours.

#include <compare>
#include <cstdint>

namespace leat {

struct Interval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;

  // The number of microseconds used for comparison.
  __int128 linear() const {
    return (static_cast<__int128>(months) * 30 + days) * 86'400'000'000 + micros;
  }
  friend bool operator==(const Interval& a, const Interval& b) { return a.linear() == b.linear(); }
  friend std::strong_ordering operator<=>(const Interval& a, const Interval& b) {
    return a.linear() < b.linear()   ? std::strong_ordering::less
           : a.linear() > b.linear() ? std::strong_ordering::greater
                                     : std::strong_ordering::equal;
  }
};
static_assert(sizeof(Interval) == 16);

}  // namespace leat

// Sums of floats that take back: what was added and taken back again leaves no more than a rounding of the last
// digit, whatever its size and order; and nothing is NULL, not a remainder.

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "aggregate/sum_state.h"

namespace leat {
namespace {

double get(const FloatSum& state) {
  double sum = 0;
  EXPECT_TRUE(state.get(sum));
  return sum;
}

TEST(FloatSum, TakingBackLeavesTheSumOfWhatStays) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> digits(-1, 1);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> live;
    FloatSum state{};
    for (int i = 0; i < 20'000; ++i) {
      if (live.empty() || random() % 2 == 0) {
        // From 1e-6 to 1e12: what leaves may have been far larger than what stays.
        live.push_back(digits(random) * std::pow(10.0, static_cast<int>(random() % 19) - 6));
        state.add(live.back(), 1);
      } else {
        const size_t at = random() % live.size();
        state.add(live[at], -1);
        live[at] = live.back();
        live.pop_back();
      }
    }
    std::erase_if(live, [&](double value) {
      const bool large = std::abs(value) > 1e3;
      if (large) state.add(value, -1);
      return large;
    });
    FloatSum scratch{};
    for (const double value : live) scratch.add(value, 1);
    EXPECT_EQ(state.count, scratch.count);
    EXPECT_NEAR(get(state), get(scratch), 1e-12 * static_cast<double>(live.size() + 1));
  }
}

TEST(FloatSum, RemovalsMayComeFirst) {
  FloatSum state{};
  state.add(0.1, -1);
  state.add(1e18, 1);
  state.add(0.1, 1);
  state.add(0.25, 1);
  state.add(1e18, -1);
  EXPECT_EQ(state.count, 1);
  EXPECT_EQ(get(state), 0.25);
}

TEST(FloatSum, InfinitiesAndNanLeaveAgain) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  FloatSum state{};
  state.add(1.5, 1);
  state.add(kInfinity, 1);
  EXPECT_EQ(get(state), kInfinity);
  state.add(-kInfinity, 1);
  EXPECT_TRUE(std::isnan(get(state)));
  state.add(kInfinity, -1);
  state.add(-kInfinity, -1);
  state.add(std::nan(""), 1);
  EXPECT_TRUE(std::isnan(get(state)));
  state.add(std::nan(""), -1);
  EXPECT_EQ(get(state), 1.5);
}

}  // namespace
}  // namespace leat

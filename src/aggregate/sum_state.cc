#include "aggregate/sum_state.h"

#include <limits>

namespace leat {
namespace {

constexpr __int128 kPowers[] = {1,
                                10,
                                100,
                                1000,
                                10000,
                                100000,
                                1000000,
                                10000000,
                                100000000,
                                1000000000,
                                10000000000,
                                100000000000,
                                1000000000000,
                                10000000000000,
                                100000000000000,
                                1000000000000000,
                                10000000000000000,
                                100000000000000000,
                                1000000000000000000};

bool scale_up(__int128& value, int digits) {
  while (digits > 0) {
    const int step = std::min(digits, 18);
    if (__builtin_mul_overflow(value, kPowers[step], &value)) return false;
    digits -= step;
  }
  return true;
}

}  // namespace

void DecimalSum::add(const Decimal& value, int64_t weight) {
  sum.count += weight;
  if (!value.is_finite()) {
    (value.is_nan()        ? nans
     : value.is_negative() ? negative_infinities
                           : positive_infinities) += weight;
    return;
  }
  __int128 total = sum.get();
  __int128 term = value.signed_coefficient();
  bool fits = true;
  if (value.scale() > scale) {
    fits &= scale_up(total, value.scale() - scale);
    scale = value.scale();
  } else {
    fits &= scale_up(term, scale - value.scale());
  }
  fits &= !__builtin_mul_overflow(term, static_cast<__int128>(weight), &term);
  fits &= !__builtin_add_overflow(total, term, &total);
  if (!fits) {
    overflowed = 1;
    return;
  }
  sum.low = static_cast<uint64_t>(total);
  sum.high = static_cast<int64_t>(total >> 64);
}

bool DecimalSum::get(Decimal& out, int shown_scale) const {
  if (nans > 0 || (positive_infinities > 0 && negative_infinities > 0)) {
    out = Decimal::nan();
  } else if (positive_infinities > 0 || negative_infinities > 0) {
    out = Decimal::infinity(negative_infinities > 0);
  } else {
    if (overflowed) return false;
    __int128 total = sum.get();
    for (int digits = scale - shown_scale; digits > 0; digits -= 18)
      total /= kPowers[std::min(digits, 18)];
    const auto result = Decimal::from_int128(total, shown_scale);
    if (!result) return false;
    out = *result;
  }
  return true;
}

void FloatSum::add(double value, int64_t weight) {
  count += weight;
  if (std::isnan(value)) {
    nans += weight;
  } else if (std::isinf(value)) {
    (value < 0 ? negative_infinities : positive_infinities) += weight;
  } else {
    const double term = value * static_cast<double>(weight);
    const double total = sum + term;
    compensation += std::abs(sum) >= std::abs(term) ? (sum - total) + term : (term - total) + sum;
    sum = total;
  }
}

bool FloatSum::get(double& out) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (nans > 0 || (positive_infinities > 0 && negative_infinities > 0)) {
    out = std::numeric_limits<double>::quiet_NaN();
  } else if (positive_infinities > 0 || negative_infinities > 0) {
    out = negative_infinities > 0 ? -kInfinity : kInfinity;
  } else {
    out = sum + compensation;
    return std::isfinite(out);
  }
  return true;
}

}  // namespace leat

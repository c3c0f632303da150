#pragma once
// The states that sum and avg share: sums that can take back what they added.

#include <cmath>
#include <cstring>

#include "aggregate/aggregate.h"
#include "types/decimal.h"

namespace leat {

// Integers: exact in 128 bits.
struct IntegerSum {
  uint64_t low;
  int64_t high;
  int64_t count;

  void add(__int128 value) {
    const auto sum = static_cast<unsigned __int128>(get()) + static_cast<unsigned __int128>(value);
    low = static_cast<uint64_t>(sum);
    high = static_cast<int64_t>(static_cast<uint64_t>(sum >> 64));
  }
  __int128 get() const {
    return static_cast<__int128>(
        (static_cast<unsigned __int128>(static_cast<uint64_t>(high)) << 64) | low);
  }
};
static_assert(sizeof(IntegerSum) == 24);

// Numerics: a 128-bit integer at the largest scale seen, and counts of what is not finite.
// `overflowed` stays once the sum did not fit: the state no longer knows it.
struct DecimalSum {
  IntegerSum sum;  // .count: rows that are not NULL
  int64_t nans, positive_infinities, negative_infinities;
  int32_t scale;
  int32_t overflowed;

  void add(const Decimal& value, int64_t weight);
  // False: out of range. The result has `shown_scale` fraction digits, which must hold the sum
  // exactly.
  bool get(Decimal& out, int shown_scale) const;
  bool get(Decimal& out) const { return get(out, scale); }
  int64_t count() const { return sum.count; }
};
static_assert(sizeof(DecimalSum) == 56);

// How many values there are of each scale: the largest decides how many digits a result shows, and
// must go when the last such value is taken back.
struct ScaleCounts {
  int64_t of[Decimal::kScaleMax + 1];

  void add(const Decimal& value, int64_t weight) {
    if (value.is_finite()) of[value.scale()] += weight;
  }
  int largest() const {
    int scale = Decimal::kScaleMax;
    while (scale > 0 && of[scale] == 0) --scale;
    return scale;
  }
};

// DecimalSum for inputs that take back.
struct RetractableDecimalSum {
  DecimalSum total;
  ScaleCounts scales;

  void add(const Decimal& value, int64_t weight) {
    total.add(value, weight);
    scales.add(value, weight);
  }
  bool get(Decimal& out) const { return total.get(out, scales.largest()); }
  int64_t count() const { return total.count(); }
};
static_assert(sizeof(RetractableDecimalSum) == 288);

// Floats: Neumaier's compensated sum; infinities and NaN are counted apart, so that they can leave
// again. Taking back may leave a rounding difference in the last digits; a group without rows is
// forgotten by the operator. A count of 0 in between means nothing: removals may come before
// additions.
struct FloatSum {
  double sum, compensation;
  int64_t count, nans, positive_infinities, negative_infinities;

  void add(double value, int64_t weight);
  // False: finite values whose sum is not. Such a state has lost the sum until the group is empty.
  bool get(double& out) const;
};
static_assert(sizeof(FloatSum) == 48);

// Updates of the states above from a column; NULLs are skipped.
template <class T>
void add_integers(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  const bool nulls = arg.may_have_nulls();
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (nulls && arg.is_null(u.rows[i])) continue;
    auto* state = reinterpret_cast<IntegerSum*>(u.states[i]);
    state->add(static_cast<__int128>(arg.at<T>(u.rows[i])) * u.weight(i));
    state->count += u.weight(i);
  }
}

template <class State>
void add_decimals(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    reinterpret_cast<State*>(u.states[i])->add(arg.at<Decimal>(u.rows[i]), u.weight(i));
  }
}

template <class T>
void add_floats(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    reinterpret_cast<FloatSum*>(u.states[i])->add(arg.at<T>(u.rows[i]), u.weight(i));
  }
}

}  // namespace leat

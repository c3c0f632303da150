// Variance and standard deviation, which can take back what they counted.
// Integers and numerics: exact sums of values and squares, so taking back leaves no trace; the
// result has PostgreSQL's scale, cut to 28 digits. Floats: sums in double-double arithmetic; the
// result is near the exact one whatever the order, and may differ from PostgreSQL's in the last
// digit.
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "aggregate/sum_state.h"

namespace leat {
namespace {

using boost::multiprecision::cpp_int;

// A two's complement integer of N 64-bit words, least first.
template <int N>
struct Wide {
  uint64_t words[N];

  void add(const Wide& b) {
    unsigned __int128 carry = 0;
    for (int i = 0; i < N; ++i) {
      carry += static_cast<unsigned __int128>(words[i]) + b.words[i];
      words[i] = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  void negate() {
    unsigned __int128 carry = 1;
    for (int i = 0; i < N; ++i) {
      carry += static_cast<uint64_t>(~words[i]);
      words[i] = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  // Works for negative numbers too, as long as the product fits.
  void multiply(uint64_t by) {
    unsigned __int128 carry = 0;
    for (int i = 0; i < N; ++i) {
      carry += static_cast<unsigned __int128>(words[i]) * by;
      words[i] = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  bool is_negative() const { return (words[N - 1] >> 63) != 0; }
  cpp_int value() const {
    Wide magnitude = *this;
    if (is_negative()) magnitude.negate();
    cpp_int v;
    for (int i = N - 1; i >= 0; --i) v = (v << 64) | magnitude.words[i];
    return is_negative() ? cpp_int(-v) : v;
  }
};

constexpr uint64_t kPowers[] = {1,
                                10,
                                100,
                                1000,
                                10'000,
                                100'000,
                                1'000'000,
                                10'000'000,
                                100'000'000,
                                1'000'000'000,
                                10'000'000'000,
                                100'000'000'000,
                                1'000'000'000'000,
                                10'000'000'000'000,
                                100'000'000'000'000,
                                1'000'000'000'000'000,
                                10'000'000'000'000'000,
                                100'000'000'000'000'000,
                                1'000'000'000'000'000'000};
template <int N>
void scale_up(Wide<N>& v, int digits) {
  for (; digits > 0; digits -= 18) v.multiply(kPowers[std::min(digits, 18)]);
}

// Values are integers at `scale` digits, the largest seen: at most 189 bits, their squares 378; so
// the sums have room for 2^63 rows.
struct ExactMoments {
  Wide<4> sum;
  Wide<8> squares;
  int64_t count;
  int64_t not_finite;  // NaN or an infinity makes the result NaN
  int64_t scale;

  void add(unsigned __int128 magnitude, bool negative, int value_scale, int64_t weight) {
    count += weight;
    if (value_scale > scale) {
      scale_up(sum, value_scale - static_cast<int>(scale));
      scale_up(squares, 2 * (value_scale - static_cast<int>(scale)));
      scale = value_scale;
    }
    Wide<4> v{{static_cast<uint64_t>(magnitude), static_cast<uint64_t>(magnitude >> 64), 0, 0}};
    scale_up(v, static_cast<int>(scale) - value_scale);
    Wide<8> square{};
    for (int i = 0; i < 4; ++i) {
      if (v.words[i] == 0) continue;
      unsigned __int128 carry = 0;
      for (int j = 0; j < 4; ++j) {
        carry += static_cast<unsigned __int128>(v.words[i]) * v.words[j] + square.words[i + j];
        square.words[i + j] = static_cast<uint64_t>(carry);
        carry >>= 64;
      }
      square.words[i + 4] = static_cast<uint64_t>(carry);
    }
    const auto times = static_cast<uint64_t>(weight < 0 ? -weight : weight);
    v.multiply(times);
    square.multiply(times);
    if (negative != (weight < 0)) v.negate();
    if (weight < 0) square.negate();
    sum.add(v);
    squares.add(square);
  }
};

// For numerics that are taken back: the digits of a result go with the values that had them.
struct RetractableMoments : ExactMoments {
  ScaleCounts scales;
};

// The scale that a state's result goes by.
int shown_scale(const ExactMoments& state) { return static_cast<int>(state.scale); }
int shown_scale(const RetractableMoments& state) { return state.scales.largest(); }

template <class T, class State>
void add_exact(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    auto* state = reinterpret_cast<State*>(u.states[i]);
    const T& value = arg.at<T>(u.rows[i]);
    if constexpr (std::is_same_v<State, RetractableMoments>) state->scales.add(value, u.weight(i));
    if constexpr (std::is_same_v<T, Decimal>) {
      if (value.is_finite()) {
        state->add(value.coefficient(), value.is_negative(), value.scale(), u.weight(i));
      } else {
        state->count += u.weight(i);
        state->not_finite += u.weight(i);
      }
    } else {
      const auto wide = static_cast<__int128>(value);
      state->add(static_cast<unsigned __int128>(wide < 0 ? -wide : wide), wide < 0, 0, u.weight(i));
    }
  }
}

enum class Moment : uint8_t { kVariance, kDeviation };

// Groups of four decimal digits, as numeric keeps them: the place of the first one and its value.
struct Leading {
  int weight;
  int first;
};
Leading leading_of(const cpp_int& value, int scale) {
  const std::string digits = value.str();
  const int before = static_cast<int>(digits.size()) - scale;
  const int weight = (before - 1 >= 0 ? before - 1 : before - 4) / 4;
  const int n = before - 4 * weight;
  int first = 0;
  for (int i = 0; i < n; ++i)
    first = first * 10 +
            (i < static_cast<int>(digits.size()) ? digits[static_cast<size_t>(i)] - '0' : 0);
  return {weight, first};
}

cpp_int power_of_ten(int n) {
  return boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(n));
}

// integer / 10^scale as a Decimal; digits beyond what it holds are rounded away.
std::optional<Decimal> decimal_of(const cpp_int& integer, int scale) {
  std::string text = integer.str();
  if (static_cast<int>(text.size()) <= scale)
    text.insert(0, static_cast<size_t>(scale + 1 - static_cast<int>(text.size())), '0');
  if (scale > 0) text.insert(text.size() - static_cast<size_t>(scale), ".");
  const auto parsed = Decimal::parse(text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<Decimal> exact_moment(const ExactMoments& state, int value_scale, bool sample,
                                    Moment moment) {
  const cpp_int n = state.count;
  // Digits that no value has any more are zeros.
  const cpp_int unused = power_of_ten(static_cast<int>(state.scale) - value_scale);
  const cpp_int sum = state.sum.value() / unused;
  const cpp_int squares = state.squares.value() / (unused * unused);
  const cpp_int numerator = n * squares - sum * sum;
  if (numerator <= 0) return Decimal();
  const cpp_int denominator = n * cpp_int(sample ? n - 1 : n);
  const int numerator_scale = 2 * value_scale;
  // PostgreSQL's rule for the digits of a quotient.
  const Leading a = leading_of(numerator, numerator_scale), b = leading_of(denominator, 0);
  const int quotient_weight = a.weight - b.weight - (a.first <= b.first ? 1 : 0);
  const int scale = std::max({16 - quotient_weight * 4, numerator_scale, 0});
  const cpp_int divisor = denominator * power_of_ten(numerator_scale);
  const cpp_int variance = (2 * numerator * power_of_ten(scale) + divisor) / (2 * divisor);
  if (moment == Moment::kVariance) return decimal_of(variance, scale);
  const cpp_int radicand = variance * power_of_ten(scale);
  cpp_int root = boost::multiprecision::sqrt(radicand);
  if (radicand - root * root > root) ++root;  // rounds to nearest
  return decimal_of(root, scale);
}

template <class State, bool kSample, Moment kMoment>
void exact_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto& state = *reinterpret_cast<const State*>(states[i]);
    if (state.count < (kSample ? 2 : 1)) {
      out.set_null_value(i);
    } else if (state.not_finite != 0) {
      out.data<Decimal>()[i] = Decimal::nan();
    } else if (const auto result = exact_moment(state, shown_scale(state), kSample, kMoment)) {
      out.data<Decimal>()[i] = *result;
    } else {
      out.set_null_value(i);
      context.row_error(i, make_error(SqlState::kNumericValueOutOfRange, "numeric field overflow"));
    }
  }
}

// A sum of two doubles that carries 106 bits.
struct DoubleDouble {
  double high, low;

  void add(double a, double b) {
    const double s = high + a;
    const double v = s - high;
    const double error = (high - (s - v)) + (a - v);
    low += error + b;
    const double t = s + low;
    low -= t - s;
    high = t;
  }
};

struct FloatMoments {
  DoubleDouble sum, squares;
  int64_t count, not_finite;

  void add(double value, int64_t weight) {
    count += weight;
    if (!std::isfinite(value)) {
      not_finite += weight;
      return;
    }
    if (count == not_finite) {  // nothing finite is left: no rounding either
      sum = squares = {};
      return;
    }
    const auto w = static_cast<double>(weight);
    const double term = value * w;
    sum.add(term, std::fma(value, w, -term));
    const double square = value * value;
    squares.add(square * w, std::fma(value, value, -square) * w);
  }
  // n * squares - sum * sum, in double-double.
  double numerator() const {
    const auto n = static_cast<double>(count);
    const double a = n * squares.high;
    const double a_low = std::fma(n, squares.high, -a) + n * squares.low;
    const double b = sum.high * sum.high;
    const double b_low = std::fma(sum.high, sum.high, -b) + 2 * sum.high * sum.low;
    return (a - b) + (a_low - b_low);
  }
};

template <class T>
void add_floats(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    reinterpret_cast<FloatMoments*>(u.states[i])->add(arg.at<T>(u.rows[i]), u.weight(i));
  }
}

template <bool kSample, Moment kMoment>
void float_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto& state = *reinterpret_cast<const FloatMoments*>(states[i]);
    if (state.count < (kSample ? 2 : 1)) {
      out.set_null_value(i);
      continue;
    }
    const auto n = static_cast<double>(state.count);
    double v = std::max(state.numerator(), 0.0) / (n * (kSample ? n - 1 : n));
    if (state.not_finite != 0) {
      v = std::numeric_limits<double>::quiet_NaN();
    } else if (!std::isfinite(state.numerator())) {
      out.set_null_value(i);
      context.row_error(
          i, make_error(SqlState::kNumericValueOutOfRange, "value out of range: overflow"));
      continue;
    }
    out.data<double>()[i] = kMoment == Moment::kVariance ? v : std::sqrt(v);
  }
}

template <bool kSample, Moment kMoment>
constexpr std::array<AggregateFunction, 6> overloads(std::string_view name, std::string_view doc,
                                                     std::string_view example) {
  constexpr auto kExact = exact_result<ExactMoments, kSample, kMoment>;
  constexpr auto kFloat = float_result<kSample, kMoment>;
  constexpr uint32_t kExactBytes = sizeof(ExactMoments), kFloatBytes = sizeof(FloatMoments);
  using Way = AggregateFunction::Inline;
  const auto row = [&](TypeId arg, TypeId result, Way retractable, Way append_only = {}) {
    return AggregateFunction{.name = name,
                             .args = Signature(arg),
                             .result = result,
                             .doc = doc,
                             .example = example,
                             .retractable = retractable,
                             .append_only = append_only};
  };
  return {row(TypeId::kInt16, TypeId::kNumeric,
              {kExactBytes, add_exact<int16_t, ExactMoments>, kExact}),
          row(TypeId::kInt32, TypeId::kNumeric,
              {kExactBytes, add_exact<int32_t, ExactMoments>, kExact}),
          row(TypeId::kInt64, TypeId::kNumeric,
              {kExactBytes, add_exact<int64_t, ExactMoments>, kExact}),
          row(TypeId::kNumeric, TypeId::kNumeric,
              {sizeof(RetractableMoments), add_exact<Decimal, RetractableMoments>,
               exact_result<RetractableMoments, kSample, kMoment>},
              {kExactBytes, add_exact<Decimal, ExactMoments>, kExact}),
          row(TypeId::kFloat32, TypeId::kFloat64, {kFloatBytes, add_floats<float>, kFloat}),
          row(TypeId::kFloat64, TypeId::kFloat64, {kFloatBytes, add_floats<double>, kFloat})};
}

constexpr std::string_view kSampleVariance =
    "Variance of a sample; NULL for fewer than two values.";
constexpr std::string_view kSampleDeviation =
    "Standard deviation of a sample; NULL for fewer than two values.";

constexpr std::array kFamilies = {
    overloads<true, Moment::kVariance>("var_samp", kSampleVariance,
                                       "var_samp(v) over (1, 2, 4) -> 2.3333333333333333"),
    overloads<true, Moment::kVariance>("variance", kSampleVariance,
                                       "variance(v) over (1, 2, 4) -> 2.3333333333333333"),
    overloads<false, Moment::kVariance>("var_pop", "Variance of a whole population.",
                                        "var_pop(v) over (1, 2, 4) -> 1.5555555555555556"),
    overloads<true, Moment::kDeviation>("stddev_samp", kSampleDeviation,
                                        "stddev_samp(v) over (1, 2, 4) -> 1.5275252316519467"),
    overloads<true, Moment::kDeviation>("stddev", kSampleDeviation,
                                        "stddev(v) over (1, 2, 4) -> 1.5275252316519467"),
    overloads<false, Moment::kDeviation>("stddev_pop", "Standard deviation of a whole population.",
                                         "stddev_pop(v) over (1, 2, 4) -> 1.2472191289246471"),
};

constexpr auto kRows = [] {
  std::array<AggregateFunction, kFamilies.size() * 6> all{};
  size_t at = 0;
  for (const auto& family : kFamilies) {
    for (const AggregateFunction& f : family) all[at++] = f;
  }
  return all;
}();

}  // namespace

std::span<const AggregateFunction> variance_aggregates() { return kRows; }

}  // namespace leat

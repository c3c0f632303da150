// Mathematical functions of numeric. Roots, powers and logarithms are computed with 60 digits and
// cut to PostgreSQL's rule: at least 16 significant digits, at least the arguments' scale.
#include <algorithm>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <cmath>

#include "function/functions.h"
#include "function/rows.h"

namespace leat {
namespace {

using namespace function_rows;
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<60>,
                                           boost::multiprecision::et_off>;

constexpr int kSignificantDigitsMin = 16;

Wide widen(const Decimal& d) { return Wide(d.to_string()); }

// Decimal digits before the point of |d| (of 0.0123: -1), as PostgreSQL estimates weights.
int digits_before_point(const Decimal& d) {
  int digits = 0;
  for (unsigned __int128 c = d.coefficient(); c != 0; c /= 10) ++digits;
  return digits - d.scale();
}
// PostgreSQL's weight: groups of four digits before the point, less one.
int weight_of(const Decimal& d) {
  if (d.is_zero()) return 0;
  const int before = digits_before_point(d);
  return static_cast<int>(std::floor((before - 1) / 4.0));
}

// As many fraction digits as were asked for, zeros included.
Result<Decimal> narrow(const Wide& value, int scale) {
  scale = std::clamp(scale, 0, Decimal::kScaleMax);
  if (boost::multiprecision::fabs(value) > Wide("1e29"))
    return fail(SqlState::kNumericValueOutOfRange, "numeric field overflow");
  const std::string text = value.str(scale + 3, std::ios_base::fixed);
  auto parsed = Decimal::parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  auto rounded = parsed->rounded(scale);
  if (!rounded) return fail(SqlState::kNumericValueOutOfRange, "numeric field overflow");
  return *rounded;
}

Result<Decimal> sqrt_numeric(const Decimal& a) {
  if (a.is_nan()) return a;
  if (a.is_negative() && !a.is_zero()) {
    return fail(SqlState::kInvalidArgumentForPower, "cannot take square root of a negative number");
  }
  if (a.is_infinite()) return a;
  const int weight = weight_of(a);
  const int digits_of_root = weight >= 0 ? (weight + 1) * 4 / 2 - 1 : 1 - (1 - weight * 4) / 2;
  const int scale = std::max({kSignificantDigitsMin - digits_of_root, a.scale(), 0});
  return narrow(boost::multiprecision::sqrt(widen(a)), scale);
}

Result<Decimal> exp_numeric(const Decimal& a) {
  if (a.is_nan()) return a;
  if (a.is_infinite()) return a.is_negative() ? Decimal() : a;
  const double log10_of_result = a.to_double() * 0.434294481903252;
  if (log10_of_result > 30)
    return fail(SqlState::kNumericValueOutOfRange, "value overflows numeric format");
  const int scale = std::max(
      {kSignificantDigitsMin - static_cast<int>(std::max(log10_of_result, -100.0)), a.scale(), 0});
  return narrow(boost::multiprecision::exp(widen(a)), scale);
}

// The decimal weight of ln(a), estimated.
int ln_weight(const Decimal& a) {
  const double x = a.to_double();
  if (a.coefficient() == 0) return 0;
  const double ln = std::log(x);
  if (x >= 0.9 && x <= 1.1) {
    const Decimal below = *Decimal::subtract(a, Decimal::from_int(1));
    if (below.is_zero()) return 0;
    return digits_before_point(below) - 1;
  }
  return static_cast<int>(std::log10(std::fabs(ln)));
}

Result<void> check_logarithm(const Decimal& a) {
  if (a.is_zero())
    return fail(SqlState::kInvalidArgumentForLogarithm, "cannot take logarithm of zero");
  if (a.is_negative()) {
    return fail(SqlState::kInvalidArgumentForLogarithm,
                "cannot take logarithm of a negative number");
  }
  return {};
}

Result<Decimal> ln_numeric(const Decimal& a) {
  if (a.is_nan()) return a;
  TRY(check_logarithm(a));
  if (a.is_infinite()) return a;
  return narrow(boost::multiprecision::log(widen(a)),
                std::max({kSignificantDigitsMin - ln_weight(a), a.scale(), 0}));
}

Result<Decimal> log_numeric(const Decimal& base, const Decimal& a) {
  if (base.is_nan() || a.is_nan()) return Decimal::nan();
  TRY(check_logarithm(base));
  TRY(check_logarithm(a));
  if (a.is_infinite() || base.is_infinite())
    return a.is_infinite() && !base.is_infinite() ? a : Decimal();
  const Wide below = boost::multiprecision::log(widen(base));
  if (below == 0) return fail(SqlState::kDivisionByZero, "division by zero");
  const Wide result = boost::multiprecision::log(widen(a)) / below;
  const double estimate = std::fabs(result.convert_to<double>());
  const int weight = estimate > 0 ? static_cast<int>(std::log10(estimate)) : 0;
  return narrow(result, std::max({kSignificantDigitsMin - weight, base.scale(), a.scale(), 0}));
}

Result<Decimal> power_numeric(const Decimal& a, const Decimal& b) {
  if (a.is_nan()) return b.is_zero() ? Decimal::from_int(1) : a;
  if (b.is_nan()) return a == Decimal::from_int(1) ? a : b;
  if (!a.is_finite() || !b.is_finite()) {
    const double r = std::pow(a.to_double(), b.to_double());
    if (std::isnan(r)) return Decimal::nan();
    if (std::isinf(r)) return Decimal::infinity(r < 0);
    return Decimal::from_int(static_cast<int64_t>(r));
  }
  const bool whole = *b.truncated(0) == b;
  if (a.is_zero() && b.is_negative()) {
    return fail(SqlState::kInvalidArgumentForPower, "zero raised to a negative power is undefined");
  }
  if (a.is_negative() && !a.is_zero() && !whole) {
    return fail(SqlState::kInvalidArgumentForPower,
                "a negative number raised to a non-integer power yields a complex result");
  }
  const double estimate = a.is_zero() ? 0 : b.to_double() * std::log10(std::fabs(a.to_double()));
  if (estimate > 30)
    return fail(SqlState::kNumericValueOutOfRange, "value overflows numeric format");
  int scale = std::max({kSignificantDigitsMin - static_cast<int>(std::max(estimate, -100.0)),
                        a.scale(), b.scale(), 0});
  if (whole) {
    // As many as fit beside the digits before the point.
    scale = std::min(std::max(kSignificantDigitsMin, a.scale()),
                     Decimal::kScaleMax - std::max(0, static_cast<int>(estimate) + 1));
  }
  Wide result;
  if (b.is_zero()) {
    result = 1;
  } else if (a.is_zero()) {
    result = 0;
  } else if (whole) {
    Wide base = widen(a);
    auto n = b.absolute().to_int64();
    if (!n) return fail(SqlState::kNumericValueOutOfRange, "value overflows numeric format");
    result = 1;
    for (int64_t e = *n; e != 0; e >>= 1) {
      if (e & 1) result *= base;
      base *= base;
    }
    if (b.is_negative()) result = 1 / result;
  } else {
    result = boost::multiprecision::pow(widen(a), widen(b));
  }
  return narrow(result, scale);
}

Result<Decimal> or_overflow(const std::optional<Decimal>& r) {
  if (!r) return fail(SqlState::kNumericValueOutOfRange, "numeric field overflow");
  return *r;
}

Result<Decimal> round_numeric(const Decimal& a) { return or_overflow(a.rounded(0)); }
Result<Decimal> trunc_numeric(const Decimal& a) { return or_overflow(a.truncated(0)); }
Result<Decimal> log10_numeric(const Decimal& a) { return log_numeric(Decimal::from_int(10), a); }

struct Ceil {
  static Decimal apply(const Decimal& a) { return a.ceiled(); }
};
struct Floor {
  static Decimal apply(const Decimal& a) { return a.floored(); }
};
struct Sign {
  static Decimal apply(const Decimal& a) {
    if (a.is_nan()) return a;
    return Decimal::from_int(a.is_zero() ? 0 : a.is_negative() ? -1 : 1);
  }
};
struct TrimScale {
  static Decimal apply(const Decimal& a) { return a.normalized(); }
};

template <Result<Decimal> (*kFunction)(const Decimal&)>
void unary_kernel(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) { return kFunction(call.args[0]->at<Decimal>(row)); });
}
template <Result<Decimal> (*kFunction)(const Decimal&, const Decimal&)>
void binary_kernel(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) {
    return kFunction(call.args[0]->at<Decimal>(row), call.args[1]->at<Decimal>(row));
  });
}
void round_to(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) {
    const int digits = std::clamp(call.args[1]->at<int32_t>(row), -100, 100);
    return or_overflow(call.args[0]->at<Decimal>(row).rounded(digits));
  });
}
void trunc_to(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) {
    const int digits = std::clamp(call.args[1]->at<int32_t>(row), -100, 100);
    return or_overflow(call.args[0]->at<Decimal>(row).truncated(digits));
  });
}
// The scale of a special value is NULL.
template <bool kMin>
void scale(const KernelCall& call) {
  int32_t* out = call.out.data<int32_t>();
  for_each_valid(call, [&](size_t row) {
    const Decimal& a = call.args[0]->at<Decimal>(row);
    if (!a.is_finite()) return call.out.set_null_value(row);
    out[row] = kMin ? a.normalized().scale() : a.scale();
  });
}

Result<Decimal> div_numeric(const Decimal& a, const Decimal& b) {
  if (a.is_nan() || b.is_nan()) return Decimal::nan();
  if (b.is_zero()) return fail(SqlState::kDivisionByZero, "division by zero");
  const auto rest = Decimal::modulo(a, b);
  if (!rest || !a.is_finite() || !b.is_finite()) {
    if (a.is_infinite())
      return b.is_infinite() ? Decimal::nan()
                             : Decimal::infinity(a.is_negative() != b.is_negative());
    return Decimal();
  }
  const auto whole = Decimal::subtract(a, *rest);
  const auto quotient = whole ? Decimal::divide(*whole, b) : std::nullopt;
  return or_overflow(quotient ? quotient->rounded(0) : std::nullopt);
}

Result<Decimal> gcd_numeric(const Decimal& a, const Decimal& b) {
  if (!a.is_finite() || !b.is_finite()) return Decimal::nan();
  Decimal x = a.absolute(), y = b.absolute();
  while (!y.is_zero()) {
    const auto r = Decimal::modulo(x, y);
    if (!r) return or_overflow(r);
    x = y;
    y = *r;
  }
  return x;
}

void factorial(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) -> Result<Decimal> {
    const int64_t n = call.args[0]->at<int64_t>(row);
    if (n < 0)
      return fail(SqlState::kNumericValueOutOfRange, "factorial of a negative number is undefined");
    std::optional<Decimal> r = Decimal::from_int(1);
    for (int64_t i = 2; i <= n && r; ++i) r = Decimal::multiply(*r, Decimal::from_int(i));
    if (!r) return fail(SqlState::kNumericValueOutOfRange, "value overflows numeric format");
    return *r;
  });
}

void width_bucket(const KernelCall& call) {
  fill_result<int32_t>(call, [&](size_t row) -> Result<int32_t> {
    const auto& a = call.args[0]->at<Decimal>(row);
    const auto& low = call.args[1]->at<Decimal>(row);
    const auto& high = call.args[2]->at<Decimal>(row);
    const auto count = call.args[3]->at<int32_t>(row);
    if (count <= 0)
      return fail(SqlState::kInvalidArgumentForWidthBucket, "count must be greater than zero");
    if (a.is_nan() || low.is_nan() || high.is_nan()) {
      return fail(SqlState::kInvalidArgumentForWidthBucket,
                  "operand, lower bound, and upper bound cannot be NaN");
    }
    if (low.is_infinite() || high.is_infinite()) {
      return fail(SqlState::kInvalidArgumentForWidthBucket,
                  "lower and upper bounds must be finite");
    }
    if (low == high)
      return fail(SqlState::kInvalidArgumentForWidthBucket, "lower bound cannot equal upper bound");
    const bool up = low < high;
    if (up ? a < low : a > low) return 0;
    if (up ? a >= high : a <= high) {
      if (count == INT32_MAX)
        return fail(SqlState::kNumericValueOutOfRange, "integer out of range");
      return count + 1;
    }
    const Wide part = (widen(a) - widen(low)) * count / (widen(high) - widen(low));
    return boost::multiprecision::floor(part).convert_to<int32_t>() + 1;
  });
}

constexpr ScalarFunction unary(std::string_view name, Kernel kernel, std::string_view doc,
                               std::string_view example) {
  return {.name = name,
          .args = {kNumeric},
          .result = kNumeric,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}
constexpr ScalarFunction binary(std::string_view name, Kernel kernel, std::string_view doc,
                                std::string_view example) {
  return {.name = name,
          .args = {kNumeric, kNumeric},
          .result = kNumeric,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}

constexpr ScalarFunction kRows[] = {
    unary("ceil", kernel1<Decimal, Decimal, Ceil>, "nearest whole number not below",
          "ceil(1.2) -> 2"),
    unary("ceiling", kernel1<Decimal, Decimal, Ceil>, "nearest whole number not below",
          "ceiling(-1.5) -> -1"),
    unary("floor", kernel1<Decimal, Decimal, Floor>, "nearest whole number not above",
          "floor(-1.2) -> -2"),
    unary("round", unary_kernel<round_numeric>, "nearest whole number, halves away from zero",
          "round(2.5) -> 3"),
    {.name = "round",
     .args = {kNumeric, kInt32},
     .result = kNumeric,
     .kernel = round_to,
     .doc = "rounded to so many fraction digits, which may be negative",
     .example = "round(1234.567, 1) -> 1234.6"},
    unary("trunc", unary_kernel<trunc_numeric>, "without the fraction", "trunc(-2.7) -> -2"),
    {.name = "trunc",
     .args = {kNumeric, kInt32},
     .result = kNumeric,
     .kernel = trunc_to,
     .doc = "cut to so many fraction digits, which may be negative",
     .example = "trunc(2.567, 1) -> 2.5"},
    unary("sign", kernel1<Decimal, Decimal, Sign>, "-1, 0 or 1", "sign(-2.5) -> -1"),
    unary("sqrt", unary_kernel<sqrt_numeric>, "square root",
          "sqrt(2::numeric) -> 1.414213562373095"),
    unary("exp", unary_kernel<exp_numeric>, "e to the power", "exp(1.0) -> 2.7182818284590452"),
    unary("ln", unary_kernel<ln_numeric>, "natural logarithm", "ln(2.0) -> 0.6931471805599453"),
    unary("log", unary_kernel<log10_numeric>, "logarithm to base 10",
          "log(100.0) -> 2.0000000000000000"),
    unary("log10", unary_kernel<log10_numeric>, "logarithm to base 10",
          "log10(1000.0) -> 3.0000000000000000"),
    binary("log", binary_kernel<log_numeric>, "logarithm of the second to the base of the first",
           "log(2.0, 64.0) -> 6.0000000000000000"),
    binary("power", binary_kernel<power_numeric>, "a to the power of b",
           "power(0.5, 3) -> 0.1250000000000000"),
    binary("pow", binary_kernel<power_numeric>, "a to the power of b",
           "pow(0.5, 3) -> 0.1250000000000000"),
    binary("^", binary_kernel<power_numeric>, "a to the power of b",
           "2.0 ^ 10 -> 1024.0000000000000000"),
    binary("div", binary_kernel<div_numeric>, "whole part of a quotient", "div(7.5, 2) -> 3"),
    binary("gcd", binary_kernel<gcd_numeric>, "greatest common divisor", "gcd(12.5, 2.5) -> 2.5"),
    {.name = "scale",
     .args = {kNumeric},
     .result = kInt32,
     .kernel = scale<false>,
     .doc = "number of fraction digits",
     .example = "scale(1.50) -> 2"},
    {.name = "min_scale",
     .args = {kNumeric},
     .result = kInt32,
     .kernel = scale<true>,
     .doc = "number of fraction digits that are needed",
     .example = "min_scale(1.50) -> 1"},
    unary("trim_scale", kernel1<Decimal, Decimal, TrimScale>, "without trailing fraction zeros",
          "trim_scale(1.50) -> 1.5"),
    {.name = "factorial",
     .args = {kInt64},
     .result = kNumeric,
     .kernel = factorial,
     .doc = "n!",
     .example = "factorial(10) -> 3628800"},
    {.name = "width_bucket",
     .args = {kNumeric, kNumeric, kNumeric, kInt32},
     .result = kInt32,
     .kernel = width_bucket,
     .doc = "number of the bucket between two bounds",
     .example = "width_bucket(5.35, 0.024, 10.06, 5) -> 3"},
};

}  // namespace

FunctionFamily numeric_math_functions() { return kRows; }

}  // namespace leat

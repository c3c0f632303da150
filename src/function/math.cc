// Mathematical functions of double precision, and the integer ones.
#include <cmath>
#include <numbers>
#include <random>

#include "base/hash.h"
#include "function/functions.h"
#include "function/rows.h"

namespace leat {
namespace {

using namespace function_rows;

constexpr RowError kInputOutOfRange{SqlState::kNumericValueOutOfRange, "input is out of range"};
constexpr RowError kNegativeRoot{SqlState::kInvalidArgumentForPower,
                                 "cannot take square root of a negative number"};
constexpr RowError kLogOfZero{SqlState::kInvalidArgumentForLogarithm,
                              "cannot take logarithm of zero"};
constexpr RowError kLogOfNegative{SqlState::kInvalidArgumentForLogarithm,
                                  "cannot take logarithm of a negative number"};
constexpr RowError kZeroToNegative{SqlState::kInvalidArgumentForPower,
                                   "zero raised to a negative power is undefined"};
constexpr RowError kComplexPower{
    SqlState::kInvalidArgumentForPower,
    "a negative number raised to a non-integer power yields a complex result"};

struct Ceil {
  static double apply(double a) { return std::ceil(a); }
};
struct Floor {
  static double apply(double a) { return std::floor(a); }
};
struct Round {
  static double apply(double a) { return std::rint(a); }
};
struct Trunc {
  static double apply(double a) { return std::trunc(a); }
};
struct Sign {
  static double apply(double a) { return a > 0 ? 1 : a < 0 ? -1 : a; }
};
struct Cbrt {
  static double apply(double a) { return std::cbrt(a); }
};
struct Degrees {
  static double apply(double a) { return a / (std::numbers::pi / 180); }
};
struct Radians {
  static double apply(double a) { return a * (std::numbers::pi / 180); }
};
struct Atan {
  static double apply(double a) { return std::atan(a); }
};
struct Atan2 {
  static double apply(double a, double b) { return std::atan2(a, b); }
};
struct Tanh {
  static double apply(double a) { return std::tanh(a); }
};
struct Asinh {
  static double apply(double a) { return std::asinh(a); }
};

struct Sqrt {
  static const RowError* apply(double a, double& out) {
    if (a < 0) return &kNegativeRoot;
    out = std::sqrt(a);
    return nullptr;
  }
};
struct Exp {
  static const RowError* apply(double a, double& out) {
    out = std::exp(a);
    if (std::isinf(out) && !std::isinf(a)) return &kOverflow;
    if (out == 0 && !std::isinf(a)) return &kUnderflow;
    return nullptr;
  }
};
template <double (*kFunction)(double)>
struct Log {
  static const RowError* apply(double a, double& out) {
    if (a == 0) return &kLogOfZero;
    if (a < 0) return &kLogOfNegative;
    out = kFunction(a);
    return nullptr;
  }
};
double ln(double a) { return std::log(a); }
double log_10(double a) { return std::log10(a); }

struct Power {
  static const RowError* apply(double a, double b, double& out) {
    if (std::isnan(a)) return out = b == 0 ? 1 : a, nullptr;
    if (std::isnan(b)) return out = a == 1 ? 1 : b, nullptr;
    if (a == 0 && b < 0) return &kZeroToNegative;
    if (a < 0 && std::floor(b) != b) return &kComplexPower;
    out = std::pow(a, b);
    if (std::isinf(out) && !std::isinf(a) && !std::isinf(b)) return &kOverflow;
    if (out == 0 && a != 0 && !std::isinf(a) && !std::isinf(b)) return &kUnderflow;
    return nullptr;
  }
};

// Functions of an angle: infinite input is an error.
template <double (*kFunction)(double)>
struct Trig {
  static const RowError* apply(double a, double& out) {
    if (std::isinf(a)) return &kInputOutOfRange;
    out = kFunction(a);
    return nullptr;
  }
};
double cot(double a) { return 1 / std::tan(a); }
// Degrees: exact at the multiples of 30 and 45 where the result is.
double sin_degrees(double a) {
  const double r = std::fmod(a, 360);
  const double x = r < 0 ? r + 360 : r;
  if (x == 0 || x == 180) return 0;
  if (x == 30 || x == 150) return 0.5;
  if (x == 210 || x == 330) return -0.5;
  if (x == 90) return 1;
  if (x == 270) return -1;
  return std::sin(x * (std::numbers::pi / 180));
}
double cos_degrees(double a) { return sin_degrees(std::fmod(a, 360) + 90); }
double tan_degrees(double a) {
  const double r = std::fmod(a, 180);
  const double x = r < 0 ? r + 180 : r;
  if (x == 0) return 0;
  if (x == 45) return 1;
  if (x == 135) return -1;
  if (x == 90)
    return std::fmod(a - 90, 360) == 0 ? std::numeric_limits<double>::infinity()
                                       : -std::numeric_limits<double>::infinity();
  return std::tan(x * (std::numbers::pi / 180));
}
template <double (*kFunction)(double), bool (*kInRange)(double)>
struct Inverse {
  static const RowError* apply(double a, double& out) {
    if (!std::isnan(a) && !kInRange(a)) return &kInputOutOfRange;
    out = kFunction(a);
    return nullptr;
  }
};
bool within_one(double a) { return a >= -1 && a <= 1; }
bool from_one(double a) { return a >= 1; }
double asin_(double a) { return std::asin(a); }
double acos_(double a) { return std::acos(a); }
double acosh_(double a) { return std::acosh(a); }
double atanh_(double a) { return std::atanh(a); }
double sin_(double a) { return std::sin(a); }
double cos_(double a) { return std::cos(a); }
double tan_(double a) { return std::tan(a); }
struct Sinh {
  static double apply(double a) { return std::sinh(a); }
};
struct Cosh {
  static double apply(double a) { return std::cosh(a); }
};

template <class T>
struct Gcd {
  static const RowError* apply(T a, T b, T& out) {
    // The smallest value has no positive counterpart; everything is done with magnitudes.
    using U = std::make_unsigned_t<T>;
    U x = a < 0 ? U{0} - static_cast<U>(a) : static_cast<U>(a);
    U y = b < 0 ? U{0} - static_cast<U>(b) : static_cast<U>(b);
    while (y != 0) {
      const U r = x % y;
      x = y;
      y = r;
    }
    out = static_cast<T>(x);
    if (out >= 0) return nullptr;
    return sizeof(T) == 4 ? &kIntegerOutOfRange : &kBigintOutOfRange;
  }
};
template <class T>
struct Lcm {
  static const RowError* apply(T a, T b, T& out) {
    if (a == 0 || b == 0) return out = 0, nullptr;
    constexpr const RowError* kError = sizeof(T) == 4 ? &kIntegerOutOfRange : &kBigintOutOfRange;
    T g;
    if (const RowError* e = Gcd<T>::apply(a, b, g)) return e;
    if (__builtin_mul_overflow(static_cast<T>(a / g), b, &out)) return kError;
    if (out < 0 && __builtin_sub_overflow(T{0}, out, &out)) return kError;
    return nullptr;
  }
};

// Random numbers: one stream per thread, seeded by the machine.
void random_double(const KernelCall& call) {
  thread_local uint64_t state = std::random_device{}() ^ (uint64_t{std::random_device{}()} << 32);
  double* out = call.out.data<double>();
  call.rows.for_each([&](size_t row) {
    state += 0x9E3779B97F4A7C15ull;
    out[row] = static_cast<double>(hash_int(state) >> 11) * 0x1.0p-53;
  });
}

void pi(const KernelCall& call) {
  double* out = call.out.data<double>();
  call.rows.for_each([&](size_t row) { out[row] = std::numbers::pi; });
}

// Buckets between low and high, 0 and count + 1 outside; bounds may be in descending order.
template <class T>
Result<int32_t> width_bucket(double operand, double low, double high, T count) {
  if (count <= 0)
    return fail(SqlState::kInvalidArgumentForWidthBucket, "count must be greater than zero");
  if (std::isnan(operand) || std::isnan(low) || std::isnan(high)) {
    return fail(SqlState::kInvalidArgumentForWidthBucket,
                "operand, lower bound, and upper bound cannot be NaN");
  }
  if (std::isinf(low) || std::isinf(high)) {
    return fail(SqlState::kInvalidArgumentForWidthBucket, "lower and upper bounds must be finite");
  }
  if (low == high)
    return fail(SqlState::kInvalidArgumentForWidthBucket, "lower bound cannot equal upper bound");
  const bool up = low < high;
  if (up ? operand < low : operand > low) return 0;
  if (up ? operand >= high : operand <= high) {
    if (count == std::numeric_limits<T>::max())
      return fail(SqlState::kNumericValueOutOfRange, "integer out of range");
    return count + 1;
  }
  return static_cast<int32_t>(std::floor((operand - low) / (high - low) * count)) + 1;
}

void width_bucket_float(const KernelCall& call) {
  fill_result<int32_t>(call, [&](size_t row) {
    return width_bucket(call.args[0]->at<double>(row), call.args[1]->at<double>(row),
                        call.args[2]->at<double>(row), call.args[3]->at<int32_t>(row));
  });
}

template <class Op>
constexpr Kernel kTotal = kernel1<double, double, Op>;
template <class Op>
constexpr Kernel kChecked = kernel_checked1<double, double, Op>;

constexpr ScalarFunction unary(std::string_view name, Kernel kernel, std::string_view doc,
                               std::string_view example) {
  return {.name = name,
          .args = {kFloat64},
          .result = kFloat64,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}

constexpr ScalarFunction kRows[] = {
    unary("ceil", kTotal<Ceil>, "nearest whole number not below", "ceil(1.2::float8) -> 2"),
    unary("ceiling", kTotal<Ceil>, "nearest whole number not below", "ceiling(-1.2::float8) -> -1"),
    unary("floor", kTotal<Floor>, "nearest whole number not above", "floor(-1.2::float8) -> -2"),
    unary("round", kTotal<Round>, "nearest whole number, halves to even",
          "round(2.5::float8) -> 2"),
    unary("trunc", kTotal<Trunc>, "without the fraction", "trunc(-1.7::float8) -> -1"),
    unary("sign", kTotal<Sign>, "-1, 0 or 1", "sign(-8.4::float8) -> -1"),
    unary("sqrt", kChecked<Sqrt>, "square root", "sqrt(2::float8) -> 1.4142135623730951"),
    unary("|/", kChecked<Sqrt>, "square root", "|/ 25::float8 -> 5"),
    unary("cbrt", kTotal<Cbrt>, "cube root", "cbrt(8::float8) -> 2"),
    unary("||/", kTotal<Cbrt>, "cube root", "||/ 8::float8 -> 2"),
    unary("exp", kChecked<Exp>, "e to the power", "exp(1::float8) -> 2.718281828459045"),
    unary("ln", kChecked<Log<ln>>, "natural logarithm", "ln(2::float8) -> 0.6931471805599453"),
    unary("log", kChecked<Log<log_10>>, "logarithm to base 10", "log(100::float8) -> 2"),
    unary("log10", kChecked<Log<log_10>>, "logarithm to base 10", "log10(1000::float8) -> 3"),
    unary("degrees", kTotal<Degrees>, "radians to degrees", "degrees(pi()) -> 180"),
    unary("radians", kTotal<Radians>, "degrees to radians", "radians(180) -> 3.141592653589793"),
    unary("sin", kChecked<Trig<sin_>>, "sine of radians", "sin(0) -> 0"),
    unary("cos", kChecked<Trig<cos_>>, "cosine of radians", "cos(0) -> 1"),
    unary("tan", kChecked<Trig<tan_>>, "tangent of radians", "tan(0) -> 0"),
    unary("cot", kChecked<Trig<cot>>, "cotangent of radians",
          "round(cot(1)::numeric, 6) -> 0.642093"),
    unary("sind", kChecked<Trig<sin_degrees>>, "sine of degrees", "sind(30) -> 0.5"),
    unary("cosd", kChecked<Trig<cos_degrees>>, "cosine of degrees", "cosd(60) -> 0.5"),
    unary("tand", kChecked<Trig<tan_degrees>>, "tangent of degrees", "tand(45) -> 1"),
    unary("asin", kChecked<Inverse<asin_, within_one>>, "inverse sine", "asin(0) -> 0"),
    unary("acos", kChecked<Inverse<acos_, within_one>>, "inverse cosine", "acos(1) -> 0"),
    unary("atan", kTotal<Atan>, "inverse tangent", "atan(1) -> 0.7853981633974483"),
    unary("sinh", kTotal<Sinh>, "hyperbolic sine", "sinh(0) -> 0"),
    unary("cosh", kTotal<Cosh>, "hyperbolic cosine", "cosh(0) -> 1"),
    unary("tanh", kTotal<Tanh>, "hyperbolic tangent", "tanh(0) -> 0"),
    unary("asinh", kTotal<Asinh>, "inverse hyperbolic sine", "asinh(0) -> 0"),
    unary("acosh", kChecked<Inverse<acosh_, from_one>>, "inverse hyperbolic cosine",
          "acosh(1) -> 0"),
    unary("atanh", kChecked<Inverse<atanh_, within_one>>, "inverse hyperbolic tangent",
          "atanh(0) -> 0"),
    {.name = "atan2",
     .args = {kFloat64, kFloat64},
     .result = kFloat64,
     .kernel = kernel2<double, double, double, Atan2>,
     .doc = "inverse tangent of y/x",
     .example = "atan2(1, 1) -> 0.7853981633974483"},
    {.name = "power",
     .args = {kFloat64, kFloat64},
     .result = kFloat64,
     .kernel = kernel_checked2<double, double, double, Power>,
     .doc = "a to the power of b",
     .example = "power(2::float8, 10) -> 1024"},
    {.name = "pow",
     .args = {kFloat64, kFloat64},
     .result = kFloat64,
     .kernel = kernel_checked2<double, double, double, Power>,
     .doc = "a to the power of b",
     .example = "pow(2::float8, -1) -> 0.5"},
    {.name = "^",
     .args = {kFloat64, kFloat64},
     .result = kFloat64,
     .kernel = kernel_checked2<double, double, double, Power>,
     .doc = "a to the power of b",
     .example = "2 ^ 3 -> 8"},
    {.name = "gcd",
     .args = {kInt32, kInt32},
     .result = kInt32,
     .kernel = kernel_checked2<int32_t, int32_t, int32_t, Gcd<int32_t>>,
     .doc = "greatest common divisor",
     .example = "gcd(12, -18) -> 6"},
    {.name = "gcd",
     .args = {kInt64, kInt64},
     .result = kInt64,
     .kernel = kernel_checked2<int64_t, int64_t, int64_t, Gcd<int64_t>>,
     .doc = "greatest common divisor",
     .example = "gcd(12::bigint, 18) -> 6"},
    {.name = "lcm",
     .args = {kInt32, kInt32},
     .result = kInt32,
     .kernel = kernel_checked2<int32_t, int32_t, int32_t, Lcm<int32_t>>,
     .doc = "least common multiple",
     .example = "lcm(4, 6) -> 12"},
    {.name = "lcm",
     .args = {kInt64, kInt64},
     .result = kInt64,
     .kernel = kernel_checked2<int64_t, int64_t, int64_t, Lcm<int64_t>>,
     .doc = "least common multiple",
     .example = "lcm(4::bigint, 6) -> 12"},
    {.name = "width_bucket",
     .args = {kFloat64, kFloat64, kFloat64, kInt32},
     .result = kInt32,
     .kernel = width_bucket_float,
     .doc = "number of the bucket between two bounds",
     .example = "width_bucket(5.35::float8, 0.024, 10.06, 5) -> 3"},
    {.name = "pi",
     .args = {},
     .result = kFloat64,
     .kernel = pi,
     .doc = "the number pi",
     .example = "pi() -> 3.141592653589793"},
    {.name = "random",
     .args = {},
     .result = kFloat64,
     .kernel = random_double,
     .doc = "a random number, 0 <= r < 1",
     .example = "random() < 1 -> t",
     .volatility = Volatility::kVolatile},
};

}  // namespace

FunctionFamily math_functions() { return kRows; }

}  // namespace leat

// + - * / % and bit operators of the number types, with PostgreSQL's overflow errors.
#include <cmath>

#include "function/functions.h"
#include "function/rows.h"

namespace leat {
namespace {

using namespace function_rows;

template <class T>
constexpr const RowError* out_of_range() {
  if constexpr (sizeof(T) == 2)
    return &kSmallintOutOfRange;
  else if constexpr (sizeof(T) == 4)
    return &kIntegerOutOfRange;
  else
    return &kBigintOutOfRange;
}

// Integers. An overflow leaves the wrapped value in `out`; the row becomes NULL anyway.
template <class T>
struct AddInt {
  static bool overflows(T a, T b, T& out) { return __builtin_add_overflow(a, b, &out); }
  static const RowError* apply(T a, T b, T& out) {
    return overflows(a, b, out) ? out_of_range<T>() : nullptr;
  }
};
template <class T>
struct SubtractInt {
  static bool overflows(T a, T b, T& out) { return __builtin_sub_overflow(a, b, &out); }
  static const RowError* apply(T a, T b, T& out) {
    return overflows(a, b, out) ? out_of_range<T>() : nullptr;
  }
};
template <class T>
struct MultiplyInt {
  static bool overflows(T a, T b, T& out) { return __builtin_mul_overflow(a, b, &out); }
  static const RowError* apply(T a, T b, T& out) {
    return overflows(a, b, out) ? out_of_range<T>() : nullptr;
  }
};
template <class T>
struct DivideInt {
  static const RowError* apply(T a, T b, T& out) {
    if (b == 0) return &kDivisionByZero;
    if (b == -1) return __builtin_sub_overflow(T{0}, a, &out) ? out_of_range<T>() : nullptr;
    out = static_cast<T>(a / b);
    return nullptr;
  }
};
template <class T>
struct ModuloInt {
  static const RowError* apply(T a, T b, T& out) {
    if (b == 0) return &kDivisionByZero;
    out = b == -1 ? T{0} : static_cast<T>(a % b);
    return nullptr;
  }
};
template <class T>
struct NegateInt {
  static const RowError* apply(T a, T& out) {
    return __builtin_sub_overflow(T{0}, a, &out) ? out_of_range<T>() : nullptr;
  }
};
template <class T>
struct AbsoluteInt {
  static const RowError* apply(T a, T& out) {
    out = a;
    return a < 0 ? NegateInt<T>::apply(a, out) : nullptr;
  }
};
template <class T>
struct And {
  static T apply(T a, T b) { return static_cast<T>(a & b); }
};
template <class T>
struct Or {
  static T apply(T a, T b) { return static_cast<T>(a | b); }
};
template <class T>
struct Xor {
  static T apply(T a, T b) { return static_cast<T>(a ^ b); }
};
template <class T>
struct Invert {
  static T apply(T a) { return static_cast<T>(~a); }
};
// Shift counts wrap at the type's width, as the processor does for PostgreSQL.
template <class T>
struct ShiftLeft {
  static T apply(T a, int32_t n) {
    return static_cast<T>(static_cast<uint64_t>(a) << (n & (sizeof(T) == 8 ? 63 : 31)));
  }
};
template <class T>
struct ShiftRight {
  static T apply(T a, int32_t n) {
    return static_cast<T>(int64_t{a} >> (n & (sizeof(T) == 8 ? 63 : 31)));
  }
};
template <class T>
struct Same {
  static T apply(const T& a) { return a; }
};

// Floats: an infinite result of finite operands is an overflow, a zero of non-zero ones an
// underflow.
template <class T>
const RowError* checked(T result, bool inf_ok, bool zero_ok) {
  if (std::isinf(result) && !inf_ok) return &kOverflow;
  if (result == 0 && !zero_ok) return &kUnderflow;
  return nullptr;
}
template <class T>
struct AddFloat {
  static const RowError* apply(T a, T b, T& out) {
    out = a + b;
    return checked(out, std::isinf(a) || std::isinf(b), true);
  }
};
template <class T>
struct SubtractFloat {
  static const RowError* apply(T a, T b, T& out) {
    out = a - b;
    return checked(out, std::isinf(a) || std::isinf(b), true);
  }
};
template <class T>
struct MultiplyFloat {
  static const RowError* apply(T a, T b, T& out) {
    out = a * b;
    return checked(out, std::isinf(a) || std::isinf(b), a == 0 || b == 0);
  }
};
template <class T>
struct DivideFloat {
  static const RowError* apply(T a, T b, T& out) {
    if (b == 0 && !std::isnan(a)) return &kDivisionByZero;
    out = a / b;
    return checked(out, std::isinf(a), a == 0 || std::isinf(b));
  }
};
template <class T>
struct Negate {
  static T apply(T a) { return -a; }
};
template <class T>
struct AbsoluteFloat {
  static T apply(T a) { return std::fabs(a); }
};

// Numeric.
const RowError* put(const std::optional<Decimal>& r, Decimal& out) {
  if (!r) return &kNumericOutOfRange;
  out = *r;
  return nullptr;
}
struct AddNumeric {
  static const RowError* apply(Decimal a, Decimal b, Decimal& out) {
    return put(Decimal::add(a, b), out);
  }
};
struct SubtractNumeric {
  static const RowError* apply(Decimal a, Decimal b, Decimal& out) {
    return put(Decimal::subtract(a, b), out);
  }
};
struct MultiplyNumeric {
  static const RowError* apply(Decimal a, Decimal b, Decimal& out) {
    return put(Decimal::multiply(a, b), out);
  }
};
struct DivideNumeric {
  static const RowError* apply(Decimal a, Decimal b, Decimal& out) {
    if (b.is_zero() && !a.is_nan()) return &kDivisionByZero;
    return put(Decimal::divide(a, b), out);
  }
};
struct ModuloNumeric {
  static const RowError* apply(Decimal a, Decimal b, Decimal& out) {
    if (b.is_zero() && !a.is_nan()) return &kDivisionByZero;
    return put(Decimal::modulo(a, b), out);
  }
};
struct NegateNumeric {
  static Decimal apply(const Decimal& a) { return a.negated(); }
};
struct AbsoluteNumeric {
  static Decimal apply(const Decimal& a) { return a.absolute(); }
};

constexpr ScalarFunction binary(std::string_view name, TypeId type, Kernel kernel,
                                std::string_view doc, std::string_view example,
                                TypeId second = kUnknown) {
  return {.name = name,
          .args = {type, second == kUnknown ? type : second},
          .result = type,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}
constexpr ScalarFunction unary(std::string_view name, TypeId type, Kernel kernel,
                               std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = {type},
          .result = type,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}

// Integer sums, differences and products rarely overflow: all rows are computed first, in loops
// without branches, and looked at one by one only if some row overflowed (a NULL's slot may, too).
template <class T, class Op>
void kernel_overflow2(const KernelCall& call) {
  const Vector& va = *call.args[0];
  const Vector& vb = *call.args[1];
  T* out = call.out.data<T>();
  bool failed = false;
  if (call.rows.all() && !va.is_constant()) {
    const T* a = va.data<T>();
    const T* b = vb.data<T>();
    const size_t n = call.rows.size();
    if (vb.is_constant()) {
      const T one = b[0];
      for (size_t row = 0; row < n; ++row) failed |= Op::overflows(a[row], one, out[row]);
    } else {
      for (size_t row = 0; row < n; ++row) failed |= Op::overflows(a[row], b[row], out[row]);
    }
  } else {
    const ArgReader<T> a(va), b(vb);
    call.rows.for_each([&](size_t row) { failed |= Op::overflows(a[row], b[row], out[row]); });
  }
  if (failed) kernel_checked2<T, T, T, Op>(call);
}

template <class T, template <class> class Op>
constexpr Kernel kChecked = kernel_checked2<T, T, T, Op<T>>;
template <class T, template <class> class Op>
constexpr Kernel kOverflow2 = kernel_overflow2<T, Op<T>>;
template <class Op>
constexpr Kernel kNumericOp = kernel_checked2<Decimal, Decimal, Decimal, Op>;

constexpr ScalarFunction kRows[] = {
    binary("+", kInt32, kOverflow2<int32_t, AddInt>, "sum", "1 + 2 -> 3"),
    binary("+", kInt64, kOverflow2<int64_t, AddInt>, "sum", "1::bigint + 2 -> 3"),
    binary("+", kInt16, kOverflow2<int16_t, AddInt>, "sum", "1::smallint + 2::smallint -> 3"),
    binary("+", kNumeric, kNumericOp<AddNumeric>, "sum", "1.5 + 2.25 -> 3.75"),
    binary("+", kFloat64, kChecked<double, AddFloat>, "sum", "0.5::float8 + 1 -> 1.5"),
    binary("+", kFloat32, kChecked<float, AddFloat>, "sum", "0.5::real + 1::real -> 1.5"),
    binary("-", kInt32, kOverflow2<int32_t, SubtractInt>, "difference", "1 - 2 -> -1"),
    binary("-", kInt64, kOverflow2<int64_t, SubtractInt>, "difference", "1::bigint - 2 -> -1"),
    binary("-", kInt16, kOverflow2<int16_t, SubtractInt>, "difference",
           "1::smallint - 2::smallint -> -1"),
    binary("-", kNumeric, kNumericOp<SubtractNumeric>, "difference", "1.5 - 2.25 -> -0.75"),
    binary("-", kFloat64, kChecked<double, SubtractFloat>, "difference", "0.5::float8 - 1 -> -0.5"),
    binary("-", kFloat32, kChecked<float, SubtractFloat>, "difference",
           "0.5::real - 1::real -> -0.5"),
    binary("*", kInt32, kOverflow2<int32_t, MultiplyInt>, "product", "3 * 4 -> 12"),
    binary("*", kInt64, kOverflow2<int64_t, MultiplyInt>, "product", "3::bigint * 4 -> 12"),
    binary("*", kInt16, kOverflow2<int16_t, MultiplyInt>, "product",
           "3::smallint * 4::smallint -> 12"),
    binary("*", kNumeric, kNumericOp<MultiplyNumeric>, "product", "1.5 * 2.5 -> 3.75"),
    binary("*", kFloat64, kChecked<double, MultiplyFloat>, "product", "0.5::float8 * 3 -> 1.5"),
    binary("*", kFloat32, kChecked<float, MultiplyFloat>, "product", "0.5::real * 3::real -> 1.5"),
    binary("/", kInt32, kChecked<int32_t, DivideInt>, "quotient, integers cut towards zero",
           "7 / 2 -> 3"),
    binary("/", kInt64, kChecked<int64_t, DivideInt>, "quotient, integers cut towards zero",
           "-7::bigint / 2 -> -3"),
    binary("/", kInt16, kChecked<int16_t, DivideInt>, "quotient, integers cut towards zero",
           "7::smallint / 2::smallint -> 3"),
    binary("/", kNumeric, kNumericOp<DivideNumeric>, "quotient",
           "1.0 / 8 -> 0.12500000000000000000"),
    binary("/", kFloat64, kChecked<double, DivideFloat>, "quotient", "1::float8 / 8 -> 0.125"),
    binary("/", kFloat32, kChecked<float, DivideFloat>, "quotient", "1::real / 8::real -> 0.125"),
    binary("%", kInt32, kChecked<int32_t, ModuloInt>, "remainder, with the sign of the first",
           "-7 % 3 -> -1"),
    binary("%", kInt64, kChecked<int64_t, ModuloInt>, "remainder, with the sign of the first",
           "7::bigint % 3 -> 1"),
    binary("%", kInt16, kChecked<int16_t, ModuloInt>, "remainder, with the sign of the first",
           "7::smallint % 3::smallint -> 1"),
    binary("%", kNumeric, kNumericOp<ModuloNumeric>, "remainder, with the sign of the first",
           "7.5 % 2 -> 1.5"),
    binary("mod", kInt32, kChecked<int32_t, ModuloInt>, "remainder, with the sign of the first",
           "mod(7, 3) -> 1"),
    binary("mod", kInt64, kChecked<int64_t, ModuloInt>, "remainder, with the sign of the first",
           "mod(7::bigint, 3) -> 1"),
    binary("mod", kInt16, kChecked<int16_t, ModuloInt>, "remainder, with the sign of the first",
           "mod(7::smallint, 3::smallint) -> 1"),
    binary("mod", kNumeric, kNumericOp<ModuloNumeric>, "remainder, with the sign of the first",
           "mod(7.5, 2) -> 1.5"),
    unary("-", kInt32, kernel_checked1<int32_t, int32_t, NegateInt<int32_t>>, "negation",
          "-(5) -> -5"),
    unary("-", kInt64, kernel_checked1<int64_t, int64_t, NegateInt<int64_t>>, "negation",
          "-(5::bigint) -> -5"),
    unary("-", kInt16, kernel_checked1<int16_t, int16_t, NegateInt<int16_t>>, "negation",
          "-(5::smallint) -> -5"),
    unary("-", kNumeric, kernel1<Decimal, Decimal, NegateNumeric>, "negation", "-(1.5) -> -1.5"),
    unary("-", kFloat64, kernel1<double, double, Negate<double>>, "negation",
          "-(1.5::float8) -> -1.5"),
    unary("-", kFloat32, kernel1<float, float, Negate<float>>, "negation", "-(1.5::real) -> -1.5"),
    unary("+", kInt32, kernel1<int32_t, int32_t, Same<int32_t>>, "the value itself", "+(5) -> 5"),
    unary("+", kInt64, kernel1<int64_t, int64_t, Same<int64_t>>, "the value itself",
          "+(5::bigint) -> 5"),
    unary("+", kInt16, kernel1<int16_t, int16_t, Same<int16_t>>, "the value itself",
          "+(5::smallint) -> 5"),
    unary("+", kNumeric, kernel1<Decimal, Decimal, Same<Decimal>>, "the value itself",
          "+(1.5) -> 1.5"),
    unary("+", kFloat64, kernel1<double, double, Same<double>>, "the value itself",
          "+(1.5::float8) -> 1.5"),
    unary("+", kFloat32, kernel1<float, float, Same<float>>, "the value itself",
          "+(1.5::real) -> 1.5"),
    unary("abs", kInt32, kernel_checked1<int32_t, int32_t, AbsoluteInt<int32_t>>, "absolute value",
          "abs(-5) -> 5"),
    unary("abs", kInt64, kernel_checked1<int64_t, int64_t, AbsoluteInt<int64_t>>, "absolute value",
          "abs(-5::bigint) -> 5"),
    unary("abs", kInt16, kernel_checked1<int16_t, int16_t, AbsoluteInt<int16_t>>, "absolute value",
          "abs((-5)::smallint) -> 5"),
    unary("abs", kNumeric, kernel1<Decimal, Decimal, AbsoluteNumeric>, "absolute value",
          "abs(-1.50) -> 1.50"),
    unary("abs", kFloat64, kernel1<double, double, AbsoluteFloat<double>>, "absolute value",
          "abs((-1.5)::float8) -> 1.5"),
    unary("abs", kFloat32, kernel1<float, float, AbsoluteFloat<float>>, "absolute value",
          "abs((-1.5)::real) -> 1.5"),
    unary("@", kInt32, kernel_checked1<int32_t, int32_t, AbsoluteInt<int32_t>>, "absolute value",
          "@ (-5) -> 5"),
    unary("@", kInt64, kernel_checked1<int64_t, int64_t, AbsoluteInt<int64_t>>, "absolute value",
          "@ (-5::bigint) -> 5"),
    unary("@", kNumeric, kernel1<Decimal, Decimal, AbsoluteNumeric>, "absolute value",
          "@ (-1.50) -> 1.50"),
    unary("@", kFloat64, kernel1<double, double, AbsoluteFloat<double>>, "absolute value",
          "@ ((-1.5)::float8) -> 1.5"),
    binary("&", kInt32, kernel2<int32_t, int32_t, int32_t, And<int32_t>>, "bitwise and",
           "6 & 3 -> 2"),
    binary("&", kInt64, kernel2<int64_t, int64_t, int64_t, And<int64_t>>, "bitwise and",
           "6::bigint & 3 -> 2"),
    binary("&", kInt16, kernel2<int16_t, int16_t, int16_t, And<int16_t>>, "bitwise and",
           "6::smallint & 3::smallint -> 2"),
    binary("|", kInt32, kernel2<int32_t, int32_t, int32_t, Or<int32_t>>, "bitwise or",
           "6 | 3 -> 7"),
    binary("|", kInt64, kernel2<int64_t, int64_t, int64_t, Or<int64_t>>, "bitwise or",
           "6::bigint | 3 -> 7"),
    binary("|", kInt16, kernel2<int16_t, int16_t, int16_t, Or<int16_t>>, "bitwise or",
           "6::smallint | 3::smallint -> 7"),
    binary("#", kInt32, kernel2<int32_t, int32_t, int32_t, Xor<int32_t>>, "bitwise exclusive or",
           "6 # 3 -> 5"),
    binary("#", kInt64, kernel2<int64_t, int64_t, int64_t, Xor<int64_t>>, "bitwise exclusive or",
           "6::bigint # 3 -> 5"),
    binary("#", kInt16, kernel2<int16_t, int16_t, int16_t, Xor<int16_t>>, "bitwise exclusive or",
           "6::smallint # 3::smallint -> 5"),
    unary("~", kInt32, kernel1<int32_t, int32_t, Invert<int32_t>>, "bitwise not", "~ 1 -> -2"),
    unary("~", kInt64, kernel1<int64_t, int64_t, Invert<int64_t>>, "bitwise not",
          "~ 1::bigint -> -2"),
    unary("~", kInt16, kernel1<int16_t, int16_t, Invert<int16_t>>, "bitwise not",
          "~ 1::smallint -> -2"),
    binary("<<", kInt32, kernel2<int32_t, int32_t, int32_t, ShiftLeft<int32_t>>, "shift left",
           "1 << 4 -> 16"),
    binary("<<", kInt64, kernel2<int64_t, int32_t, int64_t, ShiftLeft<int64_t>>, "shift left",
           "1::bigint << 40 -> 1099511627776", kInt32),
    binary("<<", kInt16, kernel2<int16_t, int32_t, int16_t, ShiftLeft<int16_t>>, "shift left",
           "1::smallint << 4 -> 16", kInt32),
    binary(">>", kInt32, kernel2<int32_t, int32_t, int32_t, ShiftRight<int32_t>>, "shift right",
           "-16 >> 2 -> -4"),
    binary(">>", kInt64, kernel2<int64_t, int32_t, int64_t, ShiftRight<int64_t>>, "shift right",
           "1099511627776 >> 40 -> 1", kInt32),
    binary(">>", kInt16, kernel2<int16_t, int32_t, int16_t, ShiftRight<int16_t>>, "shift right",
           "16::smallint >> 2 -> 4", kInt32),
};

}  // namespace

FunctionFamily arithmetic_functions() { return kRows; }

}  // namespace leat

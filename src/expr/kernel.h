#pragma once
// Kernel templates: loops over vectors, specialised on the C++ types of arguments and result.
// A body is a stateless struct with a static `apply`; kernels are instantiated in source files.
//
//   struct AddInt { static bool apply(int32_t a, int32_t b, int32_t& out) { return !__builtin_add_overflow(a, b, &out); } };
//   kernel_checked2<int32_t, int32_t, int32_t, AddInt>   (false: the row's error is `AddInt::error()`)
//
// Strings arrive as std::string_view; string results are written through `StringOut`.

#include <string>

#include "expr/function.h"

namespace leat {

template <class T>
struct ArgReader {  // fixed-width values
  const T* data;
  size_t mask;
  explicit ArgReader(const Vector& v) : data(v.data<T>()), mask(v.is_constant() ? 0 : ~size_t{0}) {}
  const T& operator[](size_t row) const { return data[row & mask]; }
};
template <>
struct ArgReader<std::string_view> {
  const StringSlot* data;
  size_t mask;
  explicit ArgReader(const Vector& v)
      : data(v.data<StringSlot>()), mask(v.is_constant() ? 0 : ~size_t{0}) {}
  std::string_view operator[](size_t row) const { return data[row & mask].view(); }
};

// bool values are uint8_t in vectors.
template <class T> using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

// Total functions of fixed-width values: Op::apply(a...) gives the result, also over NULL slots.
template <class A, class R, class Op>
void kernel1(const KernelCall& call) {
  const ArgReader<Stored<A>> a(*call.args[0]);
  Stored<R>* out = call.out.data<Stored<R>>();
  call.rows.for_each([&](size_t row) { out[row] = Op::apply(a[row]); });
}
template <class A, class B, class R, class Op>
void kernel2(const KernelCall& call) {
  const Vector& va = *call.args[0];
  const Vector& vb = *call.args[1];
  Stored<R>* out = call.out.data<Stored<R>>();
  if constexpr (!std::is_same_v<A, std::string_view> && !std::is_same_v<B, std::string_view>) {
    // The two common shapes get loops the compiler can vectorise.
    if (call.rows.all() && !va.is_constant() && call.args[1]->is_constant()) {
      const auto* a = va.data<Stored<A>>();
      const auto b = vb.data<Stored<B>>()[0];
      for (size_t row = 0, n = call.rows.size(); row < n; ++row) out[row] = Op::apply(a[row], b);
      return;
    }
    if (call.rows.all() && !va.is_constant() && !vb.is_constant()) {
      const auto* a = va.data<Stored<A>>();
      const auto* b = vb.data<Stored<B>>();
      for (size_t row = 0, n = call.rows.size(); row < n; ++row) out[row] = Op::apply(a[row], b[row]);
      return;
    }
  }
  const ArgReader<std::conditional_t<std::is_same_v<A, bool>, uint8_t, A>> a(va);
  const ArgReader<std::conditional_t<std::is_same_v<B, bool>, uint8_t, B>> b(vb);
  call.rows.for_each([&](size_t row) { out[row] = Op::apply(a[row], b[row]); });
}

// Functions that can fail: Op::apply(a..., out&) gives a nullptr, or the error's row:
//   static const RowError* apply(...)
struct RowError {
  SqlState code;
  const char* message;
};
inline constexpr RowError kIntegerOutOfRange{SqlState::kNumericValueOutOfRange, "integer out of range"};
inline constexpr RowError kSmallintOutOfRange{SqlState::kNumericValueOutOfRange, "smallint out of range"};
inline constexpr RowError kBigintOutOfRange{SqlState::kNumericValueOutOfRange, "bigint out of range"};
inline constexpr RowError kNumericOutOfRange{SqlState::kNumericValueOutOfRange, "numeric field overflow"};
inline constexpr RowError kDivisionByZero{SqlState::kDivisionByZero, "division by zero"};
inline constexpr RowError kOverflow{SqlState::kNumericValueOutOfRange, "value out of range: overflow"};
inline constexpr RowError kUnderflow{SqlState::kNumericValueOutOfRange, "value out of range: underflow"};
inline constexpr RowError kTimestampOutOfRange{SqlState::kDatetimeFieldOverflow, "timestamp out of range"};
inline constexpr RowError kDateOutOfRange{SqlState::kDatetimeFieldOverflow, "date out of range"};
inline constexpr RowError kIntervalOutOfRange{SqlState::kDatetimeFieldOverflow, "interval out of range"};

template <class A, class R, class Op>
void kernel_checked1(const KernelCall& call) {
  const ArgReader<std::conditional_t<std::is_same_v<A, bool>, uint8_t, A>> a(*call.args[0]);
  Stored<R>* out = call.out.data<Stored<R>>();
  call.rows.for_each([&](size_t row) {
    if (call.out.is_null(row)) return;
    if (const RowError* e = Op::apply(a[row], out[row])) call.error(row, e->code, e->message);
  });
}
template <class A, class B, class R, class Op>
void kernel_checked2(const KernelCall& call) {
  const ArgReader<std::conditional_t<std::is_same_v<A, bool>, uint8_t, A>> a(*call.args[0]);
  const ArgReader<std::conditional_t<std::is_same_v<B, bool>, uint8_t, B>> b(*call.args[1]);
  Stored<R>* out = call.out.data<Stored<R>>();
  call.rows.for_each([&](size_t row) {
    if (call.out.is_null(row)) return;
    if (const RowError* e = Op::apply(a[row], b[row], out[row])) call.error(row, e->code, e->message);
  });
}

// String results: Op::apply(args..., std::string& out) fills a scratch buffer that is then copied.
template <class A, class Op>
void kernel_string1(const KernelCall& call) {
  const ArgReader<std::conditional_t<std::is_same_v<A, bool>, uint8_t, A>> a(*call.args[0]);
  std::string scratch;
  call.rows.for_each([&](size_t row) {
    if (call.out.is_null(row)) return;
    scratch.clear();
    Op::apply(a[row], scratch);
    call.out.set_string(row, scratch);
  });
}
template <class A, class B, class Op>
void kernel_string2(const KernelCall& call) {
  const ArgReader<std::conditional_t<std::is_same_v<A, bool>, uint8_t, A>> a(*call.args[0]);
  const ArgReader<std::conditional_t<std::is_same_v<B, bool>, uint8_t, B>> b(*call.args[1]);
  std::string scratch;
  call.rows.for_each([&](size_t row) {
    if (call.out.is_null(row)) return;
    scratch.clear();
    Op::apply(a[row], b[row], scratch);
    call.out.set_string(row, scratch);
  });
}

}  // namespace leat

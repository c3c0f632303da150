// = <> < <= > >= of every type, and the NULL-safe forms.
#include <array>

#include "function/functions.h"
#include "function/rows.h"
#include "types/compare_value.h"

namespace leat {
namespace {

using namespace function_rows;

template <class T>
bool equal(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>)
    return (a == b) | ((a != a) & (b != b));
  else
    return a == b;
}
template <class T>
bool less(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>)
    return (a < b) | ((b != b) & (a == a));
  else
    return a < b;
}

template <class T>
struct Eq {
  static bool apply(const T& a, const T& b) { return equal(a, b); }
};
template <class T>
struct Ne {
  static bool apply(const T& a, const T& b) { return !equal(a, b); }
};
template <class T>
struct Lt {
  static bool apply(const T& a, const T& b) { return less(a, b); }
};
template <class T>
struct Le {
  static bool apply(const T& a, const T& b) { return !less(b, a); }
};
template <class T>
struct Gt {
  static bool apply(const T& a, const T& b) { return less(b, a); }
};
template <class T>
struct Ge {
  static bool apply(const T& a, const T& b) { return !less(a, b); }
};

enum class Op : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };

constexpr bool holds(Op op, int c) {
  switch (op) {
    case Op::kEq:
      return c == 0;
    case Op::kNe:
      return c != 0;
    case Op::kLt:
      return c < 0;
    case Op::kLe:
      return c <= 0;
    case Op::kGt:
      return c > 0;
    case Op::kGe:
      return c >= 0;
  }
  return false;
}

// Types whose order needs their description: jsonb, lists, structs.
template <Op kOp>
void compare_by_type(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const Vector& b = *call.args[1];
  fill<bool>(call, [&](size_t row) {
    const PackedValue va = packed_value(a, row), vb = packed_value(b, row);
    if constexpr (kOp == Op::kEq) return equal_values(a.type(), va, vb);
    if constexpr (kOp == Op::kNe) return !equal_values(a.type(), va, vb);
    return holds(kOp, compare_values(a.type(), va, vb));
  });
}

constexpr std::string_view kNames[] = {"=", "<>", "<", "<=", ">", ">="};
constexpr std::string_view kDocs[] = {"equal",        "not equal",
                                      "less than",    "less than or equal",
                                      "greater than", "greater than or equal"};
constexpr std::string_view kExamples[] = {"1 = 1 -> t",  "1 <> 1 -> f", "1 < 2 -> t",
                                          "2 <= 1 -> f", "2 > 1 -> t",  "1 >= 1 -> t"};

constexpr ScalarFunction row_of(int op, TypeSpec type, Kernel kernel) {
  return {.name = kNames[op],
          .args = {type, type},
          .result = kBoolean,
          .kernel = kernel,
          .doc = kDocs[op],
          .example = kExamples[op]};
}

template <class T>
constexpr std::array<ScalarFunction, 6> rows_of(TypeSpec type) {
  return {row_of(0, type, kernel2<T, T, bool, Eq<T>>), row_of(1, type, kernel2<T, T, bool, Ne<T>>),
          row_of(2, type, kernel2<T, T, bool, Lt<T>>), row_of(3, type, kernel2<T, T, bool, Le<T>>),
          row_of(4, type, kernel2<T, T, bool, Gt<T>>), row_of(5, type, kernel2<T, T, bool, Ge<T>>)};
}

constexpr std::array<ScalarFunction, 6> rows_by_type(TypeSpec type) {
  return {row_of(0, type, compare_by_type<Op::kEq>), row_of(1, type, compare_by_type<Op::kNe>),
          row_of(2, type, compare_by_type<Op::kLt>), row_of(3, type, compare_by_type<Op::kLe>),
          row_of(4, type, compare_by_type<Op::kGt>), row_of(5, type, compare_by_type<Op::kGe>)};
}

// Equality of strings looks at size and first bytes at once.
constexpr std::array<ScalarFunction, 6> rows_of_strings(TypeSpec type) {
  auto rows = rows_of<std::string_view>(type);
  rows[0].kernel = kernel2<StringSlot, StringSlot, bool, Eq<StringSlot>>;
  rows[1].kernel = kernel2<StringSlot, StringSlot, bool, Ne<StringSlot>>;
  return rows;
}

// bool lies in vectors as uint8_t.
using Bool = uint8_t;

template <bool kDistinct>
void distinct_from(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const Vector& b = *call.args[1];
  const Type& type = a.type();
  uint8_t* out = call.out.data<uint8_t>();
  call.rows.for_each([&](size_t row) {
    const bool null_a = a.is_null(row), null_b = b.is_null(row);
    const bool same = null_a || null_b
                          ? null_a == null_b
                          : equal_values(type, packed_value(a, row), packed_value(b, row));
    out[row] = same != kDistinct;
  });
}

// greatest and least pass over NULLs and give NULL only if all are.
template <bool kGreatest>
void extreme(const KernelCall& call) {
  const Type& type = call.out.type();
  if (type.is_string_like()) {
    for (const Vector* arg : call.args) call.out.share_strings(*arg);
  }
  call.rows.for_each([&](size_t row) {
    PackedValue best;
    const Vector* from = nullptr;
    for (const Vector* arg : call.args) {
      if (arg->is_null(row)) continue;
      const PackedValue v = packed_value(*arg, row);
      if (from != nullptr) {
        const int c = compare_values(type, v, best);
        if (kGreatest ? c <= 0 : c >= 0) continue;
      }
      best = v;
      from = arg;
    }
    if (from == nullptr) return call.out.set_null_value(row);
    if (type.is_string_like())
      call.out.data<StringSlot>()[row] = from->at<StringSlot>(row);
    else
      set_packed(call.out, row, best);
  });
}

void null_if(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const Vector& b = *call.args[1];
  const Type& type = call.out.type();
  if (type.is_string_like()) call.out.share_strings(a);
  call.rows.for_each([&](size_t row) {
    if (a.is_null(row)) return call.out.set_null_value(row);
    const PackedValue v = packed_value(a, row);
    if (!b.is_null(row) && equal_values(type, v, packed_value(b, row)))
      return call.out.set_null_value(row);
    if (type.is_string_like())
      call.out.data<StringSlot>()[row] = a.at<StringSlot>(row);
    else
      set_packed(call.out, row, v);
  });
}

constexpr TypeSpec kElement = TypeSpec::kElement;

constexpr std::array<ScalarFunction, 5> kMixed = {{
    {.name = "is_distinct_from",
     .args = {kElement, kElement},
     .result = kBoolean,
     .kernel = distinct_from<true>,
     .doc = "IS DISTINCT FROM: not equal, where NULL equals NULL",
     .example = "1 IS DISTINCT FROM NULL -> t",
     .nulls = NullMode::kCalled},
    {.name = "is_not_distinct_from",
     .args = {kElement, kElement},
     .result = kBoolean,
     .kernel = distinct_from<false>,
     .doc = "IS NOT DISTINCT FROM: equal, where NULL equals NULL",
     .example = "NULL::int IS NOT DISTINCT FROM NULL -> t",
     .nulls = NullMode::kCalled},
    {.name = "greatest",
     .args = {kElement, kElement},
     .result = kElement,
     .kernel = extreme<true>,
     .doc = "the largest of the arguments that are not NULL",
     .example = "greatest(1, NULL, 3) -> 3",
     .nulls = NullMode::kCalled,
     .variadic = true},
    {.name = "least",
     .args = {kElement, kElement},
     .result = kElement,
     .kernel = extreme<false>,
     .doc = "the smallest of the arguments that are not NULL",
     .example = "least(2, NULL, 3) -> 2",
     .nulls = NullMode::kCalled,
     .variadic = true},
    {.name = "nullif",
     .args = {kElement, kElement},
     .result = kElement,
     .kernel = null_if,
     .doc = "NULL if the arguments are equal, else the first",
     .example = "nullif(1, 1) -> NULL",
     .nulls = NullMode::kCalled},
}};

template <size_t... N>
constexpr auto joined(const std::array<ScalarFunction, N>&... parts) {
  std::array<ScalarFunction, (N + ...)> all{};
  size_t at = 0;
  const auto add = [&](const auto& part) {
    for (const ScalarFunction& f : part) all[at++] = f;
  };
  (add(parts), ...);
  return all;
}

constexpr auto kRows =
    joined(rows_of<int32_t>(kInt32), rows_of<int64_t>(kInt64), rows_of<int16_t>(kInt16),
           rows_of<float>(kFloat32), rows_of<double>(kFloat64), rows_of<Decimal>(kNumeric),
           rows_of_strings(kVarchar), rows_of<Bool>(kBoolean), rows_of<int32_t>(kDate),
           rows_of<int64_t>(kTime), rows_of<int64_t>(kTimestamp), rows_of<int64_t>(kTimestamptz),
           rows_of<Interval>(kInterval), rows_of_strings(kBytea), rows_of<int64_t>(kOid),
           rows_of<int64_t>(kRegclass), rows_of<int64_t>(kRegtype), rows_of<int64_t>(kRegproc),
           rows_of<int64_t>(kRegnamespace), rows_of<int64_t>(kSerial), rows_by_type(kJsonb),
           rows_by_type(TypeSpec::kAnyList), rows_by_type(TypeSpec::kAnyStruct), kMixed);

}  // namespace

FunctionFamily comparison_functions() { return kRows; }

}  // namespace leat

// NOT and the tests that never give NULL: IS NULL, IS TRUE ...
#include "function/functions.h"
#include "function/rows.h"

namespace leat {
namespace {

using namespace function_rows;

struct Not {
  static bool apply(uint8_t a) { return a == 0; }
};

template <bool kNegated>
void is_null(const KernelCall& call) {
  const Vector& a = *call.args[0];
  uint8_t* out = call.out.data<uint8_t>();
  if (!a.may_have_nulls()) {
    call.rows.for_each([&](size_t row) { out[row] = kNegated; });
  } else {
    call.rows.for_each([&](size_t row) { out[row] = a.is_null(row) != kNegated; });
  }
}

template <bool kWanted, bool kNegated>
void is_bool(const KernelCall& call) {
  const Vector& a = *call.args[0];
  uint8_t* out = call.out.data<uint8_t>();
  call.rows.for_each([&](size_t row) {
    const bool holds = !a.is_null(row) && (a.at<uint8_t>(row) != 0) == kWanted;
    out[row] = holds != kNegated;
  });
}

constexpr ScalarFunction test(std::string_view name, TypeSpec arg, Kernel kernel,
                              std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = {arg},
          .result = kBoolean,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .nulls = NullMode::kCalled};
}

constexpr ScalarFunction kRows[] = {
    {.name = "not",
     .args = {kBoolean},
     .result = kBoolean,
     .kernel = kernel1<uint8_t, bool, Not>,
     .doc = "the opposite",
     .example = "NOT true -> f"},
    test("is_null", TypeSpec::kAny, is_null<false>, "IS NULL", "NULL::int IS NULL -> t"),
    test("is_not_null", TypeSpec::kAny, is_null<true>, "IS NOT NULL", "1 IS NOT NULL -> t"),
    test("is_true", kBoolean, is_bool<true, false>, "IS TRUE", "true IS TRUE -> t"),
    test("is_not_true", kBoolean, is_bool<true, true>, "IS NOT TRUE",
         "NULL::bool IS NOT TRUE -> t"),
    test("is_false", kBoolean, is_bool<false, false>, "IS FALSE", "false IS FALSE -> t"),
    test("is_not_false", kBoolean, is_bool<false, true>, "IS NOT FALSE",
         "NULL::bool IS NOT FALSE -> t"),
    test("is_unknown", kBoolean, is_null<false>, "IS UNKNOWN", "NULL::bool IS UNKNOWN -> t"),
    test("is_not_unknown", kBoolean, is_null<true>, "IS NOT UNKNOWN", "true IS NOT UNKNOWN -> t"),
};

}  // namespace

FunctionFamily logic_functions() { return kRows; }

}  // namespace leat

// Type modifiers: numeric(10, 2), varchar(20), timestamp(3). The binder calls these after the cast,
// with the modifier as constants.
#include <algorithm>

#include "function/functions.h"
#include "function/rows.h"
#include "function/utf8.h"
#include "types/datetime.h"

namespace leat {
namespace {

using namespace function_rows;

Result<Decimal> limit_numeric(const Decimal& value, int32_t precision, int32_t scale) {
  if (value.is_nan()) return value;
  const auto too_large = [&] {
    return fail(
        make_error(SqlState::kNumericValueOutOfRange, "numeric field overflow")
            .with_detail(precision == scale
                             ? fmt::format("A field with precision {}, scale {} must round to an "
                                           "absolute value less than 1.",
                                           precision, scale)
                             : fmt::format("A field with precision {}, scale {} must round to an "
                                           "absolute value less than 10^{}.",
                                           precision, scale, precision - scale)));
  };
  if (value.is_infinite()) {
    return fail(make_error(SqlState::kNumericValueOutOfRange, "numeric field overflow")
                    .with_detail(fmt::format(
                        "A field with precision {}, scale {} cannot hold an infinite value.",
                        precision, scale)));
  }
  const auto rounded = value.rounded(scale);
  if (!rounded) return too_large();
  Decimal result = *rounded;
  if (result.scale() < scale) {  // zeros up to the declared scale
    __int128 c = result.signed_coefficient();
    for (int i = result.scale(); i < scale; ++i) {
      if (__builtin_mul_overflow(c, __int128{10}, &c)) return too_large();
    }
    const auto padded = Decimal::from_int128(c, scale);
    if (!padded) return too_large();
    result = *padded;
  }
  unsigned __int128 limit = 1;
  for (int i = 0; i < std::min(precision, 38); ++i) limit *= 10;
  const int extra = std::max(scale, 0) - result.scale();
  unsigned __int128 c = result.coefficient();
  for (int i = 0; i < extra; ++i) c *= 10;
  if (scale >= 0 && c >= limit) return too_large();
  return result;
}

void numeric_modifier(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) {
    return limit_numeric(call.args[0]->at<Decimal>(row), call.args[1]->at<int32_t>(row),
                         call.args[2]->at<int32_t>(row));
  });
}

// An explicit cast cuts; an assignment allows only blanks to be cut.
void varchar_modifier(const KernelCall& call) {
  call.out.share_strings(*call.args[0]);
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) {
    const std::string_view text = call.args[0]->string_at(row);
    const int32_t max = call.args[1]->at<int32_t>(row);
    const size_t cut = utf8_offset(text, max);
    if (cut < text.size() && call.args[2]->at<uint8_t>(row) == 0 &&
        text.find_first_not_of(' ', cut) != text.npos) {
      return call.error(row, SqlState::kStringDataRightTruncation,
                        fmt::format("value too long for type character varying({})", max));
    }
    out[row] = StringSlot(text.substr(0, cut));
  });
}

// Rounds to so many fraction digits of a second, halves away from zero.
int64_t round_micros(int64_t micros, int32_t digits) {
  digits = std::clamp(digits, 0, 6);
  int64_t unit = 1;
  for (int i = digits; i < 6; ++i) unit *= 10;
  if (unit == 1) return micros;
  const int64_t half = unit / 2;
  return micros >= 0 ? (micros + half) / unit * unit : -((-micros + half) / unit * unit);
}
void time_modifier(const KernelCall& call) {
  fill<int64_t>(call, [&](size_t row) {
    const int64_t t = call.args[0]->at<int64_t>(row);
    // Infinities, and what would leave the range, stay.
    if (t > kTimestampMax - kMicrosPerSecond || t < kTimestampMin + kMicrosPerSecond) return t;
    return round_micros(t, call.args[1]->at<int32_t>(row));
  });
}
void interval_modifier(const KernelCall& call) {
  fill<Interval>(call, [&](size_t row) {
    Interval i = call.args[0]->at<Interval>(row);
    if (i.micros < INT64_MAX - kMicrosPerSecond && i.micros > INT64_MIN + kMicrosPerSecond) {
      i.micros = round_micros(i.micros, call.args[1]->at<int32_t>(row));
    }
    return i;
  });
}

constexpr ScalarFunction kRows[] = {
    {.name = "numeric",
     .args = {kNumeric, kInt32, kInt32},
     .result = kNumeric,
     .kernel = numeric_modifier,
     .doc = "numeric(precision, scale): rounds, and refuses what does not fit",
     .example = "1.555::numeric(5, 2) -> 1.56"},
    {.name = "varchar",
     .args = {kVarchar, kInt32, kBoolean},
     .result = kVarchar,
     .kernel = varchar_modifier,
     .doc = "varchar(n): cuts if explicit, else refuses what is too long",
     .example = "'abcd'::varchar(2) -> ab"},
    {.name = "time",
     .args = {kTime, kInt32},
     .result = kTime,
     .kernel = time_modifier,
     .doc = "time(n): rounds to n fraction digits",
     .example = "'10:00:00.126'::time(2) -> 10:00:00.13"},
    {.name = "timestamp",
     .args = {kTimestamp, kInt32},
     .result = kTimestamp,
     .kernel = time_modifier,
     .doc = "timestamp(n): rounds to n fraction digits",
     .example = "'2024-01-01 10:00:00.126'::timestamp(2) -> 2024-01-01 10:00:00.13"},
    {.name = "timestamptz",
     .args = {kTimestamptz, kInt32},
     .result = kTimestamptz,
     .kernel = time_modifier,
     .doc = "timestamptz(n): rounds to n fraction digits",
     .example = "'2024-01-01 10:00:00.126+00'::timestamptz(2) -> 2024-01-01 10:00:00.13+00"},
    {.name = "interval",
     .args = {kInterval, kInt32},
     .result = kInterval,
     .kernel = interval_modifier,
     .doc = "interval(n): rounds to n fraction digits",
     .example = "'1.256 seconds'::interval(1) -> 00:00:01.3"},
};

}  // namespace

FunctionFamily modifier_functions() { return kRows; }

}  // namespace leat

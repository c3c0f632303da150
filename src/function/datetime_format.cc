// to_char, to_timestamp, to_date, to_number: by patterns, which are cut once where they are
// constant.
#include "function/datetime_pattern.h"
#include "function/functions.h"
#include "function/number_pattern.h"
#include "function/rows.h"
#include "types/datetime.h"

namespace leat {
namespace {

using namespace function_rows;

// The pattern of a row: the prepared one, or the last one seen.
class Patterns {
 public:
  Patterns(const KernelCall& call, size_t arg)
      : formats_(*call.args[arg]), prepared_(call.prepared) {}
  const DatetimePattern& at(size_t row) {
    if (prepared_ != nullptr) return *static_cast<const DatetimePattern*>(prepared_);
    const std::string_view format = formats_.string_at(row);
    if (!last_ || text_ != format) {
      text_ = format;
      last_.emplace(format);
    }
    return *last_;
  }

 private:
  const Vector& formats_;
  const void* prepared_;
  std::string text_;
  std::optional<DatetimePattern> last_;
};
std::shared_ptr<void> prepare(std::span<const Value* const> constants) {
  const std::string* format = constant_text(constants, 1);
  return format == nullptr ? nullptr : std::make_shared<DatetimePattern>(*format);
}

template <bool kZoned>
void timestamp_to_char(const KernelCall& call) {
  Patterns patterns(call, 1);
  std::string text, zone_name;
  for_each_valid(call, [&](size_t row) {
    const int64_t t = call.args[0]->at<int64_t>(row);
    // As PostgreSQL: an empty format and an infinite time give NULL.
    if (is_infinite_timestamp(t) || call.args[1]->string_at(row).empty())
      return call.out.set_null_value(row);
    DatetimePattern::Moment moment{.local_micros = t};
    if constexpr (kZoned) {
      const int64_t offset = call.context.zone->offset_at(t);
      moment.local_micros = t + offset;
      moment.offset_seconds = offset / kMicrosPerSecond;
      zone_name = call.context.zone->name();
      moment.zone_name = zone_name;
    }
    text.clear();
    auto r = patterns.at(row).print(moment, text);
    if (r)
      call.out.set_string(row, text);
    else
      row_error(call, row, std::move(r.error()));
  });
}
void date_to_char(const KernelCall& call) {
  Patterns patterns(call, 1);
  std::string text;
  for_each_valid(call, [&](size_t row) {
    const int32_t d = call.args[0]->at<int32_t>(row);
    if (is_infinite_date(d) || call.args[1]->string_at(row).empty())
      return call.out.set_null_value(row);
    text.clear();
    auto r = patterns.at(row).print({.local_micros = d * kMicrosPerDay}, text);
    if (r)
      call.out.set_string(row, text);
    else
      row_error(call, row, std::move(r.error()));
  });
}
void interval_to_char(const KernelCall& call) {
  Patterns patterns(call, 1);
  fill_string(call, [&](size_t row, std::string& out) {
    if (call.args[1]->string_at(row).empty()) return false;
    patterns.at(row).print(call.args[0]->at<Interval>(row), out);
    return true;
  });
}

Decimal decimal_of(const Vector& v, size_t row) {
  switch (v.type().id()) {
    case TypeId::kInt32:
      return Decimal::from_int(v.at<int32_t>(row));
    case TypeId::kInt64:
      return Decimal::from_int(v.at<int64_t>(row));
    case TypeId::kFloat32:
      return Decimal::from_float(v.at<float>(row)).value_or(Decimal::nan());
    case TypeId::kFloat64:
      return Decimal::from_double(v.at<double>(row)).value_or(Decimal::nan());
    default:
      return v.at<Decimal>(row);
  }
}
void number_to_char(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const NumberPattern pattern = TRY(NumberPattern::parse(call.args[1]->string_at(row)));
    pattern.print(decimal_of(*call.args[0], row), out);
    return {};
  });
}
void to_number(const KernelCall& call) {
  fill_result<Decimal>(call, [&](size_t row) -> Result<Decimal> {
    const NumberPattern pattern = TRY(NumberPattern::parse(call.args[1]->string_at(row)));
    return pattern.read(call.args[0]->string_at(row));
  });
}

void to_timestamp(const KernelCall& call) {
  Patterns patterns(call, 1);
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const auto r = TRY(patterns.at(row).read(call.args[0]->string_at(row)));
    if (r.has_offset) return r.local_micros - r.offset_seconds * kMicrosPerSecond;
    return call.context.zone->to_utc(r.local_micros);
  });
}
void to_date(const KernelCall& call) {
  Patterns patterns(call, 1);
  fill_result<int32_t>(call, [&](size_t row) -> Result<int32_t> {
    const auto r = TRY(patterns.at(row).read(call.args[0]->string_at(row)));
    return static_cast<int32_t>(day_of_micros(r.local_micros));
  });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example, Volatility volatility,
                             bool prepared) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .volatility = volatility,
          .prepare = prepared ? prepare : nullptr};
}
constexpr Volatility kStable = Volatility::kStable;
constexpr Volatility kImmutable = Volatility::kImmutable;

constexpr ScalarFunction kRows[] = {
    row("to_char", {kTimestamp, kVarchar}, kVarchar, timestamp_to_char<false>,
        "a timestamp by a pattern",
        "to_char('2024-03-05 14:06:07'::timestamp, 'YYYY-MM-DD HH12:MI AM') -> 2024-03-05 02:06 PM",
        kImmutable, true),
    row("to_char", {kTimestamptz, kVarchar}, kVarchar, timestamp_to_char<true>,
        "an instant by a pattern, in the session's zone",
        "to_char('2024-03-05 14:06:07+00'::timestamptz, 'HH24:MI:SS') -> 14:06:07", kStable, true),
    row("to_char", {kDate, kVarchar}, kVarchar, date_to_char, "a date by a pattern",
        "to_char('2024-03-05'::date, 'DD Mon YYYY') -> 05 Mar 2024", kImmutable, true),
    row("to_char", {kInterval, kVarchar}, kVarchar, interval_to_char, "an interval by a pattern",
        "to_char('15h 2m 12s'::interval, 'HH24:MI:SS') -> 15:02:12", kImmutable, true),
    row("to_char", {kInt32, kVarchar}, kVarchar, number_to_char, "a number by a pattern",
        "to_char(125, 'FM999') -> 125", kImmutable, false),
    row("to_char", {kInt64, kVarchar}, kVarchar, number_to_char, "a number by a pattern",
        "to_char(125::bigint, 'FM000000') -> 000125", kImmutable, false),
    row("to_char", {kNumeric, kVarchar}, kVarchar, number_to_char, "a number by a pattern",
        "to_char(-1234.5, 'FM9,999.00') -> -1,234.50", kImmutable, false),
    row("to_char", {kFloat64, kVarchar}, kVarchar, number_to_char, "a number by a pattern",
        "to_char(0.5::float8, 'FM0.00') -> 0.50", kImmutable, false),
    row("to_char", {kFloat32, kVarchar}, kVarchar, number_to_char, "a number by a pattern",
        "to_char(0.5::real, 'FM0.00') -> 0.50", kImmutable, false),
    row("to_number", {kVarchar, kVarchar}, kNumeric, to_number, "a number from a text by a pattern",
        "to_number('12,454.8-', '99G999D9S') -> -12454.8", kImmutable, false),
    row("to_timestamp", {kVarchar, kVarchar}, kTimestamptz, to_timestamp,
        "an instant from a text by a pattern",
        "to_timestamp('05 Dec 2000', 'DD Mon YYYY') -> 2000-12-05 00:00:00+00", kStable, true),
    row("to_date", {kVarchar, kVarchar}, kDate, to_date, "a date from a text by a pattern",
        "to_date('05 Dec 2000', 'DD Mon YYYY') -> 2000-12-05", kImmutable, true),
};

}  // namespace

FunctionFamily datetime_format_functions() { return kRows; }

}  // namespace leat

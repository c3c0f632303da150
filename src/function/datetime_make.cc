// Dates and times put together from numbers, and the clock's: now(), current_date.
#include <cmath>

#include "function/functions.h"
#include "function/rows.h"
#include "types/datetime.h"
#include "types/format_value.h"

namespace leat {
namespace {

using namespace function_rows;

// Years before Christ are negative; there is no year 0.
Result<int64_t> days_of(int32_t year, int32_t month, int32_t day) {
  const int64_t y = year < 0 ? int64_t{year} + 1 : year;
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(y, month)) {
    return fail(SqlState::kDatetimeFieldOverflow, "date field value out of range: {}-{:02}-{:02}",
                year, month, day);
  }
  const int64_t days = days_from_civil(y, month, day);
  if (!is_date_in_range(days)) {
    return fail(SqlState::kDatetimeFieldOverflow, "date out of range: {}-{:02}-{:02}", year, month,
                day);
  }
  return days;
}
Result<int64_t> time_of(int32_t hour, int32_t minute, double second) {
  const double micros = std::rint(second * 1e6);
  const bool bad = std::isnan(second) || hour < 0 || minute < 0 || minute > 59 || second < 0 ||
                   micros > 60e6 || hour > 24 || (hour == 24 && (minute > 0 || micros > 0));
  if (bad) {
    std::string text;
    append_float_text(text, second);
    if (text.find('.') == 1 || text.size() == 1) text.insert(0, "0");
    return fail(SqlState::kDatetimeFieldOverflow, "time field value out of range: {}:{:02}:{}",
                hour, minute, text);
  }
  return (int64_t{hour} * 60 + minute) * kMicrosPerMinute + static_cast<int64_t>(micros);
}

void make_date(const KernelCall& call) {
  fill_result<int32_t>(call, [&](size_t row) {
    return days_of(call.args[0]->at<int32_t>(row), call.args[1]->at<int32_t>(row),
                   call.args[2]->at<int32_t>(row));
  });
}
void make_time(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) {
    return time_of(call.args[0]->at<int32_t>(row), call.args[1]->at<int32_t>(row),
                   call.args[2]->at<double>(row));
  });
}
Result<int64_t> local_of(const KernelCall& call, size_t row) {
  const int64_t days = TRY(days_of(call.args[0]->at<int32_t>(row), call.args[1]->at<int32_t>(row),
                                   call.args[2]->at<int32_t>(row)));
  const int64_t time = TRY(time_of(call.args[3]->at<int32_t>(row), call.args[4]->at<int32_t>(row),
                                   call.args[5]->at<double>(row)));
  int64_t t;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &t) || __builtin_add_overflow(t, time, &t) ||
      !is_timestamp_in_range(t)) {
    return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
  }
  return t;
}
void make_timestamp(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) { return local_of(call, row); });
}
void make_timestamptz(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const int64_t local = TRY(local_of(call, row));
    if (call.args.size() < 7) return call.context.zone->to_utc(local);
    return TRY(TimeZone::find(call.args[6]->string_at(row))).to_utc(local);
  });
}
// make_interval(years, months, weeks, days, hours, mins, secs), the last ones optional.
void make_interval(const KernelCall& call) {
  fill_result<Interval>(call, [&](size_t row) -> Result<Interval> {
    const auto arg = [&](size_t i) {
      return i < call.args.size() ? int64_t{call.args[i]->at<int32_t>(row)} : 0;
    };
    const double seconds = call.args.size() > 6 ? call.args[6]->at<double>(row) : 0;
    const int64_t months = arg(0) * 12 + arg(1), days = arg(2) * 7 + arg(3);
    if (!std::isfinite(seconds) || std::fabs(seconds) > 9e12 || months < INT32_MIN ||
        months > INT32_MAX || days < INT32_MIN || days > INT32_MAX) {
      return fail(SqlState::kDatetimeFieldOverflow, "interval out of range");
    }
    return Interval{static_cast<int32_t>(months), static_cast<int32_t>(days),
                    arg(4) * kMicrosPerHour + arg(5) * kMicrosPerMinute +
                        static_cast<int64_t>(std::rint(seconds * 1e6))};
  });
}

// Seconds since 1970.
void to_timestamp(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const double seconds = call.args[0]->at<double>(row);
    if (std::isnan(seconds))
      return fail(SqlState::kDatetimeFieldOverflow, "timestamp cannot be NaN");
    if (std::isinf(seconds)) return seconds < 0 ? kTimestampMinusInfinity : kTimestampInfinity;
    const double micros = std::rint(seconds * 1e6);
    if (!(std::fabs(micros) < 9.2e18) || !is_timestamp_in_range(static_cast<int64_t>(micros))) {
      std::string text;
      append_float_text(text, seconds);
      return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range: \"{}\"", text);
    }
    return static_cast<int64_t>(micros);
  });
}

template <class T, class F>
void fill_clock(const KernelCall& call, F&& value_of) {
  const T value = value_of(call.context.now_micros, *call.context.zone);
  T* out = call.out.data<T>();
  call.rows.for_each([&](size_t row) { out[row] = value; });
}
void now(const KernelCall& call) {
  fill_clock<int64_t>(call, [](int64_t utc, const TimeZone&) { return utc; });
}
void local_timestamp(const KernelCall& call) {
  fill_clock<int64_t>(call, [](int64_t utc, const TimeZone& zone) { return zone.to_local(utc); });
}
void current_date(const KernelCall& call) {
  fill_clock<int32_t>(call, [](int64_t utc, const TimeZone& zone) {
    return static_cast<int32_t>(day_of_micros(zone.to_local(utc)));
  });
}
void local_time(const KernelCall& call) {
  fill_clock<int64_t>(call, [](int64_t utc, const TimeZone& zone) {
    return floor_mod(zone.to_local(utc), kMicrosPerDay);
  });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example,
                             Volatility volatility = Volatility::kImmutable) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .volatility = volatility};
}
constexpr Volatility kStable = Volatility::kStable;
constexpr TypeId kI = kInt32;

constexpr ScalarFunction kRows[] = {
    row("make_date", {kI, kI, kI}, kDate, make_date, "year, month, day",
        "make_date(2024, 2, 29) -> 2024-02-29"),
    row("make_time", {kI, kI, kFloat64}, kTime, make_time, "hour, minute, second",
        "make_time(8, 15, 23.5) -> 08:15:23.5"),
    row("make_timestamp", {kI, kI, kI, kI, kI, kFloat64}, kTimestamp, make_timestamp,
        "year, month, day, hour, minute, second",
        "make_timestamp(2024, 1, 1, 10, 30, 5.25) -> 2024-01-01 10:30:05.25"),
    row("make_timestamptz", {kI, kI, kI, kI, kI, kFloat64}, kTimestamptz, make_timestamptz,
        "local time in the session's zone",
        "make_timestamptz(2024, 1, 1, 10, 30, 0) -> 2024-01-01 10:30:00+00", kStable),
    row("make_timestamptz", {kI, kI, kI, kI, kI, kFloat64, kVarchar}, kTimestamptz,
        make_timestamptz, "local time in a zone",
        "make_timestamptz(2024, 7, 1, 10, 0, 0, 'America/New_York') -> 2024-07-01 14:00:00+00"),
    row("make_interval", {}, kInterval, make_interval,
        "years, months, weeks, days, hours, minutes, seconds", "make_interval() -> 00:00:00"),
    row("make_interval", {kI}, kInterval, make_interval, "years", "make_interval(1) -> 1 year"),
    row("make_interval", {kI, kI}, kInterval, make_interval, "years, months",
        "make_interval(1, 2) -> 1 year 2 mons"),
    row("make_interval", {kI, kI, kI}, kInterval, make_interval, "years, months, weeks",
        "make_interval(0, 0, 1) -> 7 days"),
    row("make_interval", {kI, kI, kI, kI}, kInterval, make_interval, "years, months, weeks, days",
        "make_interval(0, 0, 0, 10) -> 10 days"),
    row("make_interval", {kI, kI, kI, kI, kI}, kInterval, make_interval, "years to hours",
        "make_interval(0, 0, 0, 0, 5) -> 05:00:00"),
    row("make_interval", {kI, kI, kI, kI, kI, kI}, kInterval, make_interval, "years to minutes",
        "make_interval(0, 0, 0, 0, 0, 6) -> 00:06:00"),
    row("make_interval", {kI, kI, kI, kI, kI, kI, kFloat64}, kInterval, make_interval,
        "years, months, weeks, days, hours, minutes, seconds",
        "make_interval(1, 2, 3, 4, 5, 6, 7.5) -> 1 year 2 mons 25 days 05:06:07.5"),
    row("to_timestamp", {kFloat64}, kTimestamptz, to_timestamp, "seconds since 1970 as an instant",
        "to_timestamp(1704067200.5) -> 2024-01-01 00:00:00.5+00"),
    row("now", {}, kTimestamptz, now, "the time of the statement, or of the step",
        "now() > '2020-01-01'::timestamptz -> t", kStable),
    row("transaction_timestamp", {}, kTimestamptz, now, "the time of the statement, or of the step",
        "transaction_timestamp() > '2020-01-01'::timestamptz -> t", kStable),
    row("statement_timestamp", {}, kTimestamptz, now, "the time of the statement, or of the step",
        "statement_timestamp() > '2020-01-01'::timestamptz -> t", kStable),
    row("current_timestamp", {}, kTimestamptz, now, "the time of the statement, or of the step",
        "current_timestamp > '2020-01-01'::timestamptz -> t", kStable),
    row("localtimestamp", {}, kTimestamp, local_timestamp,
        "the local time of the statement, or of the step",
        "localtimestamp > '2020-01-01'::timestamp -> t", kStable),
    row("current_date", {}, kDate, current_date, "today in the session's zone",
        "current_date > '2020-01-01'::date -> t", kStable),
    row("current_time", {}, kTime, local_time, "the local time of day",
        "current_time >= '00:00'::time -> t", kStable),
    row("localtime", {}, kTime, local_time, "the local time of day",
        "localtime >= '00:00'::time -> t", kStable),
};

}  // namespace

FunctionFamily datetime_make_functions() { return kRows; }

}  // namespace leat

// + - * / of dates, times, timestamps and intervals; age, justify_*, OVERLAPS.
#include <algorithm>
#include <cmath>

#include "function/functions.h"
#include "function/rows.h"
#include "types/datetime.h"

namespace leat {
namespace {

using namespace function_rows;

constexpr RowError kInfiniteDates{SqlState::kDatetimeFieldOverflow,
                                  "cannot subtract infinite dates"};
constexpr RowError kInfiniteTimestamps{SqlState::kDatetimeFieldOverflow,
                                       "cannot subtract infinite timestamps"};

template <class T>
const RowError* put(const std::optional<T>& r, T& out, const RowError* error) {
  if (!r) return error;
  out = *r;
  return nullptr;
}

struct DatePlusDays {
  static const RowError* apply(int32_t date, int32_t days, int32_t& out) {
    if (is_infinite_date(date)) return out = date, nullptr;
    const int64_t sum = int64_t{date} + days;
    if (!is_date_in_range(sum)) return &kDateOutOfRange;
    out = static_cast<int32_t>(sum);
    return nullptr;
  }
};
struct DaysPlusDate {
  static const RowError* apply(int32_t days, int32_t date, int32_t& out) {
    return DatePlusDays::apply(date, days, out);
  }
};
struct DateMinusDays {
  static const RowError* apply(int32_t date, int32_t days, int32_t& out) {
    if (is_infinite_date(date)) return out = date, nullptr;
    const int64_t sum = int64_t{date} - days;
    if (!is_date_in_range(sum)) return &kDateOutOfRange;
    out = static_cast<int32_t>(sum);
    return nullptr;
  }
};
struct DateMinusDate {
  static const RowError* apply(int32_t a, int32_t b, int32_t& out) {
    if (is_infinite_date(a) || is_infinite_date(b)) return &kInfiniteDates;
    out = static_cast<int32_t>(int64_t{a} - b);
    return nullptr;
  }
};
const RowError* midnight(int32_t date, int64_t& out) {
  if (date == kDateInfinity) return out = kTimestampInfinity, nullptr;
  if (date == kDateMinusInfinity) return out = kTimestampMinusInfinity, nullptr;
  if (__builtin_mul_overflow(int64_t{date}, kMicrosPerDay, &out) || !is_timestamp_in_range(out)) {
    static constexpr RowError kError{SqlState::kDatetimeFieldOverflow,
                                     "date out of range for timestamp"};
    return &kError;
  }
  return nullptr;
}
struct TimestampPlus {
  static const RowError* apply(int64_t t, const Interval& i, int64_t& out) {
    return put(add_interval(t, i), out, &kTimestampOutOfRange);
  }
};
struct PlusTimestamp {
  static const RowError* apply(const Interval& i, int64_t t, int64_t& out) {
    return TimestampPlus::apply(t, i, out);
  }
};
struct TimestampMinus {
  static const RowError* apply(int64_t t, const Interval& i, int64_t& out) {
    const auto negated = negate_interval(i);
    return put(negated ? add_interval(t, *negated) : std::nullopt, out, &kTimestampOutOfRange);
  }
};
struct DatePlusInterval {
  static const RowError* apply(int32_t d, const Interval& i, int64_t& out) {
    int64_t t = 0;
    if (const RowError* e = midnight(d, t)) return e;
    return TimestampPlus::apply(t, i, out);
  }
};
struct IntervalPlusDate {
  static const RowError* apply(const Interval& i, int32_t d, int64_t& out) {
    return DatePlusInterval::apply(d, i, out);
  }
};
struct DateMinusInterval {
  static const RowError* apply(int32_t d, const Interval& i, int64_t& out) {
    int64_t t = 0;
    if (const RowError* e = midnight(d, t)) return e;
    return TimestampMinus::apply(t, i, out);
  }
};
struct DatePlusTime {
  static const RowError* apply(int32_t d, int64_t time, int64_t& out) {
    if (const RowError* e = midnight(d, out)) return e;
    if (is_infinite_timestamp(out)) return nullptr;
    return __builtin_add_overflow(out, time, &out) || !is_timestamp_in_range(out)
               ? &kTimestampOutOfRange
               : nullptr;
  }
};
struct TimePlusDate {
  static const RowError* apply(int64_t time, int32_t d, int64_t& out) {
    return DatePlusTime::apply(d, time, out);
  }
};
// Days and microseconds; the days of the difference are full ones.
struct TimestampMinusTimestamp {
  static const RowError* apply(int64_t a, int64_t b, Interval& out) {
    if (is_infinite_timestamp(a) || is_infinite_timestamp(b)) return &kInfiniteTimestamps;
    int64_t micros;
    if (__builtin_sub_overflow(a, b, &micros)) return &kIntervalOutOfRange;
    out = {0, static_cast<int32_t>(micros / kMicrosPerDay), micros % kMicrosPerDay};
    return nullptr;
  }
};
struct TimePlus {
  static int64_t apply(int64_t t, const Interval& i) {
    return floor_mod(t + floor_mod(i.micros, kMicrosPerDay), kMicrosPerDay);
  }
};
struct PlusTime {
  static int64_t apply(const Interval& i, int64_t t) { return TimePlus::apply(t, i); }
};
struct TimeMinus {
  static int64_t apply(int64_t t, const Interval& i) {
    return floor_mod(t - floor_mod(i.micros, kMicrosPerDay), kMicrosPerDay);
  }
};
struct TimeMinusTime {
  static Interval apply(int64_t a, int64_t b) { return {0, 0, a - b}; }
};
struct IntervalPlus {
  static const RowError* apply(const Interval& a, const Interval& b, Interval& out) {
    Interval r;
    if (__builtin_add_overflow(a.months, b.months, &r.months) ||
        __builtin_add_overflow(a.days, b.days, &r.days) ||
        __builtin_add_overflow(a.micros, b.micros, &r.micros)) {
      return &kIntervalOutOfRange;
    }
    out = r;
    return nullptr;
  }
};
struct IntervalMinus {
  static const RowError* apply(const Interval& a, const Interval& b, Interval& out) {
    Interval r;
    if (__builtin_sub_overflow(a.months, b.months, &r.months) ||
        __builtin_sub_overflow(a.days, b.days, &r.days) ||
        __builtin_sub_overflow(a.micros, b.micros, &r.micros)) {
      return &kIntervalOutOfRange;
    }
    out = r;
    return nullptr;
  }
};
struct IntervalNegate {
  static const RowError* apply(const Interval& a, Interval& out) {
    return put(negate_interval(a), out, &kIntervalOutOfRange);
  }
};

// PostgreSQL's rounding of fractions of months and days, so that results agree to the microsecond.
double round_to_micros(double v) { return std::rint(v * 1e6) / 1e6; }
const RowError* scaled(const Interval& i, double months, double days, double micros,
                       Interval& out) {
  if (std::isnan(months) || std::isnan(days) || std::isnan(micros) ||
      std::fabs(months) > INT32_MAX || std::fabs(days) > INT32_MAX) {
    return &kIntervalOutOfRange;
  }
  (void)i;
  Interval r;
  r.months = static_cast<int32_t>(months);
  r.days = static_cast<int32_t>(days);
  // The month's fraction becomes days, the days' fraction seconds.
  double month_days = round_to_micros((months - r.months) * 30);
  double seconds =
      (days - r.days + month_days - static_cast<double>(static_cast<int64_t>(month_days))) *
      86400.0;
  seconds = round_to_micros(seconds);
  if (std::fabs(seconds) >= 86400.0) {
    r.days += static_cast<int32_t>(seconds / 86400.0);
    seconds -= static_cast<double>(static_cast<int32_t>(seconds / 86400.0)) * 86400.0;
  }
  r.days += static_cast<int32_t>(month_days);
  const double total = std::rint(micros + seconds * 1e6);
  if (!(std::fabs(total) < 9.2233720368547e18)) return &kIntervalOutOfRange;
  r.micros = static_cast<int64_t>(total);
  out = r;
  return nullptr;
}
struct IntervalTimes {
  static const RowError* apply(const Interval& i, double f, Interval& out) {
    return scaled(i, i.months * f, i.days * f, static_cast<double>(i.micros) * f, out);
  }
};
struct TimesInterval {
  static const RowError* apply(double f, const Interval& i, Interval& out) {
    return IntervalTimes::apply(i, f, out);
  }
};
struct IntervalDivide {
  static const RowError* apply(const Interval& i, double f, Interval& out) {
    if (f == 0) return &kDivisionByZero;
    return scaled(i, i.months / f, i.days / f, static_cast<double>(i.micros) / f, out);
  }
};

// timestamptz and interval: months and days go by the session's zone.
template <bool kMinus, int kInterval = 1>
void zoned_plus(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    Interval i = call.args[kInterval]->at<Interval>(row);
    const int64_t t = call.args[1 - kInterval]->at<int64_t>(row);
    if (kMinus) {
      const auto negated = negate_interval(i);
      if (!negated) return fail(SqlState::kDatetimeFieldOverflow, "interval out of range");
      i = *negated;
    }
    const auto r = add_interval(t, i, *call.context.zone);
    if (!r) return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
    return *r;
  });
}

// age: the difference in years, months, days and time as a calendar counts.
Result<Interval> age(int64_t a, int64_t b) {
  if (is_infinite_timestamp(a) || is_infinite_timestamp(b)) {
    return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
  }
  const bool swap = a < b;
  if (swap) std::swap(a, b);
  const int64_t day_a = day_of_micros(a), day_b = day_of_micros(b);
  const CivilDate da = civil_from_days(day_a), db = civil_from_days(day_b);
  int64_t micros = (a - day_a * kMicrosPerDay) - (b - day_b * kMicrosPerDay);
  int64_t days = da.day - db.day;
  int64_t months = (da.year - db.year) * 12 + (da.month - db.month);
  if (micros < 0) {
    micros += kMicrosPerDay;
    --days;
  }
  // A borrowed month is as long as the earlier date's month (the later one's if the sign was
  // turned).
  while (days < 0) {
    days += swap ? days_in_month(da.year, da.month) : days_in_month(db.year, db.month);
    --months;
  }
  Interval r{static_cast<int32_t>(months), static_cast<int32_t>(days), micros};
  if (swap) r = {-r.months, -r.days, -r.micros};
  return r;
}
void age_timestamps(const KernelCall& call) {
  const bool zoned = call.args[0]->type().is(TypeId::kTimestamptz);
  fill_result<Interval>(call, [&](size_t row) {
    int64_t a = call.args[0]->at<int64_t>(row), b = call.args[1]->at<int64_t>(row);
    if (zoned) {
      a = timestamp_of_timestamptz(a, *call.context.zone);
      b = timestamp_of_timestamptz(b, *call.context.zone);
    }
    return age(a, b);
  });
}
// Against the midnight that the clock's day began with.
void age_today(const KernelCall& call) {
  const int64_t today =
      day_of_micros(call.context.zone->to_local(call.context.now_micros)) * kMicrosPerDay;
  const bool zoned = call.args[0]->type().is(TypeId::kTimestamptz);
  fill_result<Interval>(call, [&](size_t row) {
    const int64_t t = call.args[0]->at<int64_t>(row);
    return age(today, zoned ? timestamp_of_timestamptz(t, *call.context.zone) : t);
  });
}

const RowError* justify_hours(const Interval& i, Interval& out) {
  Interval r = i;
  const int64_t whole = r.micros / kMicrosPerDay;
  r.micros -= whole * kMicrosPerDay;
  if (__builtin_add_overflow(r.days, static_cast<int32_t>(whole), &r.days))
    return &kIntervalOutOfRange;
  if (r.days > 0 && r.micros < 0) {
    r.micros += kMicrosPerDay;
    --r.days;
  } else if (r.days < 0 && r.micros > 0) {
    r.micros -= kMicrosPerDay;
    ++r.days;
  }
  out = r;
  return nullptr;
}
const RowError* justify_days(const Interval& i, Interval& out) {
  Interval r = i;
  const int32_t whole = r.days / 30;
  r.days -= whole * 30;
  if (__builtin_add_overflow(r.months, whole, &r.months)) return &kIntervalOutOfRange;
  if (r.months > 0 && r.days < 0) {
    r.days += 30;
    --r.months;
  } else if (r.months < 0 && r.days > 0) {
    r.days -= 30;
    ++r.months;
  }
  out = r;
  return nullptr;
}
struct JustifyHours {
  static const RowError* apply(const Interval& i, Interval& out) { return justify_hours(i, out); }
};
struct JustifyDays {
  static const RowError* apply(const Interval& i, Interval& out) { return justify_days(i, out); }
};
struct JustifyInterval {
  static const RowError* apply(const Interval& i, Interval& out) {
    Interval r = i;
    const int64_t whole_days = r.micros / kMicrosPerDay;
    r.micros -= whole_days * kMicrosPerDay;
    if (__builtin_add_overflow(r.days, static_cast<int32_t>(whole_days), &r.days))
      return &kIntervalOutOfRange;
    const int32_t whole_months = r.days / 30;
    r.days -= whole_months * 30;
    if (__builtin_add_overflow(r.months, whole_months, &r.months)) return &kIntervalOutOfRange;
    if (r.months > 0 && (r.days < 0 || (r.days == 0 && r.micros < 0))) {
      r.days += 30;
      --r.months;
    } else if (r.months < 0 && (r.days > 0 || (r.days == 0 && r.micros > 0))) {
      r.days -= 30;
      ++r.months;
    }
    if (r.days > 0 && r.micros < 0) {
      r.micros += kMicrosPerDay;
      --r.days;
    } else if (r.days < 0 && r.micros > 0) {
      r.micros -= kMicrosPerDay;
      ++r.days;
    }
    out = r;
    return nullptr;
  }
};

struct DateIsFinite {
  static bool apply(int32_t d) { return !is_infinite_date(d); }
};
struct TimestampIsFinite {
  static bool apply(int64_t t) { return !is_infinite_timestamp(t); }
};
struct IntervalIsFinite {
  static bool apply(const Interval&) { return true; }
};

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

constexpr ScalarFunction kRows[] = {
    row("+", {kDate, kInt32}, kDate, kernel_checked2<int32_t, int32_t, int32_t, DatePlusDays>,
        "days later", "'2024-02-28'::date + 2 -> 2024-03-01"),
    row("+", {kInt32, kDate}, kDate, kernel_checked2<int32_t, int32_t, int32_t, DaysPlusDate>,
        "days later", "2 + '2024-02-28'::date -> 2024-03-01"),
    row("+", {kDate, kInterval}, kTimestamp,
        kernel_checked2<int32_t, Interval, int64_t, DatePlusInterval>, "later",
        "'2024-01-31'::date + '1 month'::interval -> 2024-02-29 00:00:00"),
    row("+", {kInterval, kDate}, kTimestamp,
        kernel_checked2<Interval, int32_t, int64_t, IntervalPlusDate>, "later",
        "'1 hour'::interval + '2024-01-31'::date -> 2024-01-31 01:00:00"),
    row("+", {kDate, kTime}, kTimestamp, kernel_checked2<int32_t, int64_t, int64_t, DatePlusTime>,
        "the time on that day", "'2024-01-31'::date + '03:00'::time -> 2024-01-31 03:00:00"),
    row("+", {kTime, kDate}, kTimestamp, kernel_checked2<int64_t, int32_t, int64_t, TimePlusDate>,
        "the time on that day", "'03:00'::time + '2024-01-31'::date -> 2024-01-31 03:00:00"),
    row("+", {kTimestamp, kInterval}, kTimestamp,
        kernel_checked2<int64_t, Interval, int64_t, TimestampPlus>, "later",
        "'2024-01-01'::timestamp + '1 day 2 hours'::interval -> 2024-01-02 02:00:00"),
    row("+", {kInterval, kTimestamp}, kTimestamp,
        kernel_checked2<Interval, int64_t, int64_t, PlusTimestamp>, "later",
        "'1 day'::interval + '2024-01-01'::timestamp -> 2024-01-02 00:00:00"),
    row("+", {kTimestamptz, kInterval}, kTimestamptz, zoned_plus<false>,
        "later, days and months by the session's zone",
        "'2024-01-01+00'::timestamptz + '1 day'::interval -> 2024-01-02 00:00:00+00", kStable),
    row("+", {kInterval, kTimestamptz}, kTimestamptz, zoned_plus<false, 0>,
        "later, days and months by the session's zone",
        "'1 day'::interval + '2024-01-01+00'::timestamptz -> 2024-01-02 00:00:00+00", kStable),
    row("+", {kTime, kInterval}, kTime, kernel2<int64_t, Interval, int64_t, TimePlus>,
        "later, round the clock", "'23:00'::time + '2 hours'::interval -> 01:00:00"),
    row("+", {kInterval, kTime}, kTime, kernel2<Interval, int64_t, int64_t, PlusTime>,
        "later, round the clock", "'2 hours'::interval + '23:00'::time -> 01:00:00"),
    row("+", {kInterval, kInterval}, kInterval,
        kernel_checked2<Interval, Interval, Interval, IntervalPlus>, "sum",
        "'1 day'::interval + '1 hour'::interval -> 1 day 01:00:00"),
    row("-", {kDate, kInt32}, kDate, kernel_checked2<int32_t, int32_t, int32_t, DateMinusDays>,
        "days earlier", "'2024-03-01'::date - 1 -> 2024-02-29"),
    row("-", {kDate, kDate}, kInt32, kernel_checked2<int32_t, int32_t, int32_t, DateMinusDate>,
        "days between", "'2024-03-01'::date - '2024-02-01'::date -> 29"),
    row("-", {kDate, kInterval}, kTimestamp,
        kernel_checked2<int32_t, Interval, int64_t, DateMinusInterval>, "earlier",
        "'2024-03-31'::date - '1 month'::interval -> 2024-02-29 00:00:00"),
    row("-", {kTimestamp, kInterval}, kTimestamp,
        kernel_checked2<int64_t, Interval, int64_t, TimestampMinus>, "earlier",
        "'2024-01-01'::timestamp - '1 hour'::interval -> 2023-12-31 23:00:00"),
    row("-", {kTimestamp, kTimestamp}, kInterval,
        kernel_checked2<int64_t, int64_t, Interval, TimestampMinusTimestamp>,
        "time between, in days and below",
        "'2024-01-02 03:00'::timestamp - '2024-01-01'::timestamp -> 1 day 03:00:00"),
    row("-", {kTimestamptz, kInterval}, kTimestamptz, zoned_plus<true>,
        "earlier, days and months by the session's zone",
        "'2024-01-02+00'::timestamptz - '1 day'::interval -> 2024-01-01 00:00:00+00", kStable),
    row("-", {kTimestamptz, kTimestamptz}, kInterval,
        kernel_checked2<int64_t, int64_t, Interval, TimestampMinusTimestamp>,
        "time between, in days and below",
        "'2024-01-02+00'::timestamptz - '2024-01-01+00'::timestamptz -> 1 day"),
    row("-", {kTime, kInterval}, kTime, kernel2<int64_t, Interval, int64_t, TimeMinus>,
        "earlier, round the clock", "'01:00'::time - '2 hours'::interval -> 23:00:00"),
    row("-", {kTime, kTime}, kInterval, kernel2<int64_t, int64_t, Interval, TimeMinusTime>,
        "time between", "'03:00'::time - '01:30'::time -> 01:30:00"),
    row("-", {kInterval, kInterval}, kInterval,
        kernel_checked2<Interval, Interval, Interval, IntervalMinus>, "difference",
        "'1 day'::interval - '1 hour'::interval -> 1 day -01:00:00"),
    row("-", {kInterval}, kInterval, kernel_checked1<Interval, Interval, IntervalNegate>,
        "negation", "- '1 day'::interval -> -1 days"),
    row("*", {kInterval, kFloat64}, kInterval,
        kernel_checked2<Interval, double, Interval, IntervalTimes>, "so many times",
        "'1 day'::interval * 1.5 -> 1 day 12:00:00"),
    row("*", {kFloat64, kInterval}, kInterval,
        kernel_checked2<double, Interval, Interval, TimesInterval>, "so many times",
        "2 * '1 hour'::interval -> 02:00:00"),
    row("/", {kInterval, kFloat64}, kInterval,
        kernel_checked2<Interval, double, Interval, IntervalDivide>, "divided",
        "'1 hour'::interval / 2 -> 00:30:00"),
    row("age", {kTimestamp, kTimestamp}, kInterval, age_timestamps,
        "time between, in years, months and days",
        "age('2001-04-10'::timestamp, '1957-06-13'::timestamp) -> 43 years 9 mons 27 days"),
    row("age", {kTimestamptz, kTimestamptz}, kInterval, age_timestamps,
        "time between, in years, months and days",
        "age('2001-04-10+00'::timestamptz, '1957-06-13+00'::timestamptz) -> 43 years 9 mons 27 "
        "days",
        kStable),
    row("age", {kTimestamp}, kInterval, age_today, "time from then to today's midnight",
        "age('2001-04-10'::timestamp) > '1 day'::interval -> t", kStable),
    row("age", {kTimestamptz}, kInterval, age_today, "time from then to today's midnight",
        "age('2001-04-10+00'::timestamptz) > '1 day'::interval -> t", kStable),
    row("justify_hours", {kInterval}, kInterval, kernel_checked1<Interval, Interval, JustifyHours>,
        "24 hours become a day", "justify_hours('27 hours'::interval) -> 1 day 03:00:00"),
    row("justify_days", {kInterval}, kInterval, kernel_checked1<Interval, Interval, JustifyDays>,
        "30 days become a month", "justify_days('35 days'::interval) -> 1 mon 5 days"),
    row("justify_interval", {kInterval}, kInterval,
        kernel_checked1<Interval, Interval, JustifyInterval>, "both, and one sign for all parts",
        "justify_interval('1 mon -1 hour'::interval) -> 29 days 23:00:00"),
    row("isfinite", {kDate}, kBoolean, kernel1<int32_t, bool, DateIsFinite>,
        "is it not an infinity", "isfinite('infinity'::date) -> f"),
    row("isfinite", {kTimestamp}, kBoolean, kernel1<int64_t, bool, TimestampIsFinite>,
        "is it not an infinity", "isfinite('2024-01-01'::timestamp) -> t"),
    row("isfinite", {kTimestamptz}, kBoolean, kernel1<int64_t, bool, TimestampIsFinite>,
        "is it not an infinity", "isfinite('infinity'::timestamptz) -> f"),
    row("isfinite", {kInterval}, kBoolean, kernel1<Interval, bool, IntervalIsFinite>,
        "is it not an infinity", "isfinite('1 day'::interval) -> t"),
};

}  // namespace

FunctionFamily datetime_arithmetic_functions() { return kRows; }

}  // namespace leat

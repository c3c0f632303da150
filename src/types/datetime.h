#pragma once
// Calendar arithmetic and PostgreSQL's text forms of date, time, timestamp, timestamptz and
// interval. Proleptic Gregorian calendar, year 0 is 1 BC. Dates are days and timestamps
// microseconds since 1970-01-01; the extreme values of each type are its infinities. The range is
// PostgreSQL's, except that timestamps end in the year 294247 (its own end in 294276). Thread: free
// functions without state.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "types/interval.h"
#include "types/time_zone.h"

namespace leat {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

inline constexpr int32_t kDateInfinity = std::numeric_limits<int32_t>::max();
inline constexpr int32_t kDateMinusInfinity = std::numeric_limits<int32_t>::min();
inline constexpr int64_t kTimestampInfinity = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kTimestampMinusInfinity = std::numeric_limits<int64_t>::min();

inline constexpr int64_t kPostgresEpochDays = 10'957;  // 2000-01-01
inline constexpr int64_t kPostgresEpochMicros = kPostgresEpochDays * kMicrosPerDay;
inline constexpr int64_t kJulianEpochDays = 2'440'588;  // the Julian day of 1970-01-01
inline constexpr int64_t kDateMin = -kJulianEpochDays;  // 4714-11-24 BC
inline constexpr int64_t kDateMax = 2'147'483'493 - kJulianEpochDays;  // 5874897-12-31
inline constexpr int64_t kTimestampMin = kDateMin * kMicrosPerDay;
inline constexpr int64_t kTimestampMax = kTimestampInfinity - 1;

constexpr bool is_infinite_date(int32_t d) { return d == kDateInfinity || d == kDateMinusInfinity; }
constexpr bool is_infinite_timestamp(int64_t t) {
  return t == kTimestampInfinity || t == kTimestampMinusInfinity;
}
constexpr bool is_date_in_range(int64_t days) { return days >= kDateMin && days <= kDateMax; }
constexpr bool is_timestamp_in_range(int64_t micros) {
  return micros >= kTimestampMin && micros <= kTimestampMax;
}

struct CivilDate {
  int64_t year = 1970;
  int month = 1;  // 1 .. 12
  int day = 1;    // 1 .. 31
};
struct CivilTime {
  CivilDate date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micros = 0;
};

constexpr int64_t floor_div(int64_t a, int64_t b) {
  return a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
}
constexpr int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }

constexpr bool is_leap_year(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
constexpr int days_in_month(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}
// Days since 1970-01-01 of a date; the fields must be in range.
constexpr int64_t days_from_civil(int64_t year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = floor_div(y, 400);
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}
constexpr CivilDate civil_from_days(int64_t days) {
  const int64_t z = days + 719'468;
  const int64_t era = floor_div(z, 146'097);
  const int64_t day_of_era = z - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2), month, day};
}
// A finite timestamp (local) cut into its fields.
CivilTime civil_from_micros(int64_t micros);
int64_t day_of_micros(int64_t micros);  // floor
// 0 = Sunday.
constexpr int day_of_week(int64_t days) { return static_cast<int>(floor_mod(days + 4, 7)); }
int day_of_year(int64_t days);  // 1 .. 366
// ISO 8601 week date.
struct IsoWeek {
  int64_t year;
  int week;  // 1 .. 53
};
IsoWeek iso_week_of(int64_t days);
int64_t days_of_iso_week(int64_t year, int week);  // its Monday

// Date plus months, the day cut to the month's length.
CivilDate add_months(CivilDate date, int64_t months);
// timestamp + interval, field by field as PostgreSQL does. Infinite timestamps stay. nullopt: out
// of range.
std::optional<int64_t> add_interval(int64_t micros, const Interval& interval);
// timestamptz + interval: months and days in the zone's local time, the rest in UTC.
std::optional<int64_t> add_interval(int64_t utc_micros, const Interval& interval,
                                    const TimeZone& zone);
std::optional<Interval> negate_interval(const Interval& interval);
// The zone's local time of an instant, and back; infinities stay.
int64_t timestamp_of_timestamptz(int64_t utc_micros, const TimeZone& zone);
std::optional<int64_t> timestamptz_of_timestamp(int64_t local_micros, const TimeZone& zone);

void append_date(std::string& to, int32_t days);
void append_time(std::string& to, int64_t micros);
void append_timestamp(std::string& to, int64_t micros);
void append_timestamptz(std::string& to, int64_t utc_micros, const TimeZone& zone);
void append_interval(std::string& to, const Interval& interval);

// Input as PostgreSQL takes it with DateStyle ISO, MDY. Errors: kInvalidDatetimeFormat,
// kDatetimeFieldOverflow, kInvalidParameterValue (a zone), kFeatureNotSupported (now, today: they
// need a clock).
Result<int32_t> parse_date(std::string_view text);
Result<int64_t> parse_time(std::string_view text);
Result<int64_t> parse_timestamp(std::string_view text);
Result<int64_t> parse_timestamptz(std::string_view text, const TimeZone& zone);
Result<Interval> parse_interval(std::string_view text);
// Text whose trailing bare number counts the given unit: INTERVAL '5' MINUTE. Units: second,
// minute, hour, day, month, year.
Result<Interval> parse_interval(std::string_view text, std::string_view default_unit);

// The offset in seconds east of UTC of a zone abbreviation (EST, CEST..) as PostgreSQL's default
// set has it.
std::optional<int32_t> zone_abbreviation_offset(std::string_view name);

}  // namespace leat

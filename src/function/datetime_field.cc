// Fields of dates, times and intervals: extract, date_part, date_trunc, date_bin, AT TIME ZONE.
#include <algorithm>
#include <cmath>

#include "function/functions.h"
#include "function/rows.h"
#include "types/datetime.h"

namespace leat {
namespace {

using namespace function_rows;

enum class Field : uint8_t {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kDow,
  kIsodow,
  kDoy,
  kEpoch,
  kJulian,
  kIsoyear,
  kTimezone,
  kTimezoneHour,
  kTimezoneMinute,
  kUnknown,
};

Field field_of(std::string_view name) {
  struct Row {
    std::string_view name;
    Field field;
  };
  static constexpr Row kNames[] = {
      {"c", Field::kCentury},
      {"cent", Field::kCentury},
      {"centuries", Field::kCentury},
      {"century", Field::kCentury},
      {"d", Field::kDay},
      {"day", Field::kDay},
      {"days", Field::kDay},
      {"dec", Field::kDecade},
      {"decade", Field::kDecade},
      {"decades", Field::kDecade},
      {"decs", Field::kDecade},
      {"dow", Field::kDow},
      {"doy", Field::kDoy},
      {"epoch", Field::kEpoch},
      {"h", Field::kHour},
      {"hour", Field::kHour},
      {"hours", Field::kHour},
      {"hr", Field::kHour},
      {"hrs", Field::kHour},
      {"isodow", Field::kIsodow},
      {"isoyear", Field::kIsoyear},
      {"j", Field::kJulian},
      {"jd", Field::kJulian},
      {"julian", Field::kJulian},
      {"m", Field::kMinute},
      {"microsecond", Field::kMicrosecond},
      {"microseconds", Field::kMicrosecond},
      {"mil", Field::kMillennium},
      {"millennia", Field::kMillennium},
      {"millennium", Field::kMillennium},
      {"millisecond", Field::kMillisecond},
      {"milliseconds", Field::kMillisecond},
      {"mils", Field::kMillennium},
      {"min", Field::kMinute},
      {"mins", Field::kMinute},
      {"minute", Field::kMinute},
      {"minutes", Field::kMinute},
      {"mon", Field::kMonth},
      {"mons", Field::kMonth},
      {"month", Field::kMonth},
      {"months", Field::kMonth},
      {"ms", Field::kMillisecond},
      {"msec", Field::kMillisecond},
      {"msecs", Field::kMillisecond},
      {"qtr", Field::kQuarter},
      {"quarter", Field::kQuarter},
      {"s", Field::kSecond},
      {"sec", Field::kSecond},
      {"second", Field::kSecond},
      {"seconds", Field::kSecond},
      {"secs", Field::kSecond},
      {"timezone", Field::kTimezone},
      {"timezone_h", Field::kTimezoneHour},
      {"timezone_hour", Field::kTimezoneHour},
      {"timezone_m", Field::kTimezoneMinute},
      {"timezone_minute", Field::kTimezoneMinute},
      {"us", Field::kMicrosecond},
      {"usec", Field::kMicrosecond},
      {"usecs", Field::kMicrosecond},
      {"w", Field::kWeek},
      {"week", Field::kWeek},
      {"weeks", Field::kWeek},
      {"y", Field::kYear},
      {"year", Field::kYear},
      {"years", Field::kYear},
      {"yr", Field::kYear},
      {"yrs", Field::kYear},
  };
  std::string lower(name.substr(0, 32));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const Row* row = std::lower_bound(std::begin(kNames), std::end(kNames), lower,
                                    [](const Row& r, const std::string& n) { return r.name < n; });
  return row != std::end(kNames) && row->name == lower ? row->field : Field::kUnknown;
}

// Field names mostly are constants: looked up once per batch then.
class FieldArg {
 public:
  explicit FieldArg(const Vector& names) : names_(names) {
    if (names.is_constant()) field_ = field_of(names.string_at(0));
  }
  Field at(size_t row) const {
    return names_.is_constant() ? field_ : field_of(names_.string_at(row));
  }

 private:
  const Vector& names_;
  Field field_ = Field::kUnknown;
};

// A field's value: digits with a scale, or one of the others.
struct Part {
  enum Kind : uint8_t {
    kNumber,
    kNull,
    kInfinite,
    kMinusInfinite,
    kJulianTime,
    kNotSupported,
    kNotRecognized
  } kind = kNumber;
  int64_t value = 0;
  int scale = 0;
};
Part number(int64_t value, int scale = 0) { return {Part::kNumber, value, scale}; }

int64_t floor_part(int64_t year, int64_t per) {
  return year > 0 ? (year + per - 1) / per : -((per - (year)) / per);
}

Part date_part_of(Field field, int64_t days) {
  const CivilDate d = civil_from_days(days);
  switch (field) {
    case Field::kDay:
      return number(d.day);
    case Field::kMonth:
      return number(d.month);
    case Field::kQuarter:
      return number((d.month - 1) / 3 + 1);
    case Field::kWeek:
      return number(iso_week_of(days).week);
    case Field::kYear:
      return number(d.year > 0 ? d.year : d.year - 1);
    case Field::kDecade:
      return number(d.year >= 0 ? d.year / 10 : -((8 - (d.year - 1)) / 10));
    case Field::kCentury:
      return number(floor_part(d.year, 100));
    case Field::kMillennium:
      return number(floor_part(d.year, 1000));
    case Field::kIsoyear: {
      const int64_t y = iso_week_of(days).year;
      return number(y > 0 ? y : y - 1);
    }
    case Field::kDow:
      return number(day_of_week(days));
    case Field::kIsodow:
      return number(day_of_week(days) == 0 ? 7 : day_of_week(days));
    case Field::kDoy:
      return number(day_of_year(days));
    case Field::kUnknown:
      return {Part::kNotRecognized};
    default:
      return {Part::kNotSupported};
  }
}

Part time_part_of(Field field, int64_t micros) {
  switch (field) {
    case Field::kMicrosecond:
      return number(micros % kMicrosPerMinute);
    case Field::kMillisecond:
      return number(micros % kMicrosPerMinute, 3);
    case Field::kSecond:
      return number(micros % kMicrosPerMinute, 6);
    case Field::kMinute:
      return number(micros / kMicrosPerMinute % 60);
    case Field::kHour:
      return number(micros / kMicrosPerHour);
    case Field::kUnknown:
      return {Part::kNotRecognized};
    default:
      return {Part::kNotSupported};
  }
}

// Of an infinite timestamp or date: growing fields are infinite, the others unknown.
Part infinite_part(Field field, bool minus) {
  switch (field) {
    case Field::kYear:
    case Field::kDecade:
    case Field::kCentury:
    case Field::kMillennium:
    case Field::kIsoyear:
    case Field::kJulian:
    case Field::kEpoch:
      return {minus ? Part::kMinusInfinite : Part::kInfinite};
    case Field::kUnknown:
      return {Part::kNotRecognized};
    default:
      return {Part::kNull};
  }
}

Part timestamp_part(Field field, int64_t micros) {
  if (is_infinite_timestamp(micros)) return infinite_part(field, micros == kTimestampMinusInfinity);
  const int64_t days = day_of_micros(micros);
  switch (field) {
    case Field::kEpoch:
      return number(micros, 6);
    case Field::kJulian:
      return {Part::kJulianTime, micros};
    case Field::kMicrosecond:
    case Field::kMillisecond:
    case Field::kSecond:
    case Field::kMinute:
    case Field::kHour:
      return time_part_of(field, micros - days * kMicrosPerDay);
    default:
      return date_part_of(field, days);
  }
}

Part timestamptz_part(Field field, int64_t utc, const TimeZone& zone) {
  if (is_infinite_timestamp(utc)) return infinite_part(field, utc == kTimestampMinusInfinity);
  const int64_t offset = zone.offset_at(utc);
  const int64_t seconds = offset / kMicrosPerSecond;
  switch (field) {
    case Field::kEpoch:
      return number(utc, 6);
    case Field::kTimezone:
      return number(seconds);
    case Field::kTimezoneHour:
      return number(seconds / 3600);
    case Field::kTimezoneMinute:
      return number(seconds / 60 % 60);
    default:
      return timestamp_part(field, utc + offset);
  }
}

Part plain_date_part(Field field, int32_t days) {
  if (is_infinite_date(days)) {
    const Part finite = date_part_of(field, 0);
    if (finite.kind == Part::kNotSupported && field != Field::kEpoch && field != Field::kJulian)
      return finite;
    return infinite_part(field, days == kDateMinusInfinity);
  }
  if (field == Field::kEpoch) return number(int64_t{days} * 86'400);
  if (field == Field::kJulian) return number(int64_t{days} + kJulianEpochDays);
  return date_part_of(field, days);
}

Part plain_time_part(Field field, int64_t micros) {
  if (field == Field::kEpoch) return number(micros, 6);
  return time_part_of(field, micros);
}

Part interval_part(Field field, const Interval& i) {
  switch (field) {
    case Field::kMicrosecond:
    case Field::kMillisecond:
    case Field::kSecond:
    case Field::kMinute:
    case Field::kHour:
      return time_part_of(field, i.micros);
    case Field::kDay:
      return number(i.days);
    case Field::kMonth:
      return number(i.months % 12);
    case Field::kQuarter:
      return number(i.months % 12 / 3 + 1);
    case Field::kYear:
      return number(i.months / 12);
    case Field::kDecade:
      return number(i.months / 12 / 10);
    case Field::kCentury:
      return number(i.months / 12 / 100);
    case Field::kMillennium:
      return number(i.months / 12 / 1000);
    case Field::kEpoch: {
      // A year counts 365.25 days, a month 30.
      const int64_t seconds = (int64_t{i.months / 12} * 36525 / 100 * 86'400) +
                              (int64_t{i.months / 12} * 36525 % 100 * 864) +
                              int64_t{i.months % 12} * 30 * 86'400 + int64_t{i.days} * 86'400;
      int64_t micros;
      if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros) ||
          __builtin_add_overflow(micros, i.micros, &micros)) {
        return number((seconds + i.micros / kMicrosPerSecond));
      }
      return number(micros, 6);
    }
    case Field::kUnknown:
      return {Part::kNotRecognized};
    default:
      return {Part::kNotSupported};
  }
}

// Names of types as they stand in messages.
Error field_error(const Part& part, std::string_view field, const Type& type) {
  return make_error(part.kind == Part::kNotRecognized ? SqlState::kInvalidParameterValue
                                                      : SqlState::kFeatureNotSupported,
                    "unit \"{}\" not {} for type {}", field,
                    part.kind == Part::kNotRecognized ? "recognized" : "supported", type.name());
}

void put_numeric(const KernelCall& call, size_t row, const Part& part) {
  Decimal& out = call.out.data<Decimal>()[row];
  switch (part.kind) {
    case Part::kNumber:
      out = *Decimal::from_int128(part.value, part.scale);
      return;
    case Part::kInfinite:
      out = Decimal::infinity(false);
      return;
    case Part::kMinusInfinite:
      out = Decimal::infinity(true);
      return;
    case Part::kJulianTime: {
      const int64_t days = day_of_micros(part.value);
      const auto fraction = Decimal::divide(Decimal::from_int(part.value - days * kMicrosPerDay),
                                            Decimal::from_int(kMicrosPerDay));
      out = *Decimal::add(Decimal::from_int(days + kJulianEpochDays), *fraction);
      return;
    }
    default:
      call.out.set_null_value(row);
  }
}
void put_double(const KernelCall& call, size_t row, const Part& part) {
  double& out = call.out.data<double>()[row];
  switch (part.kind) {
    case Part::kNumber:
      out = static_cast<double>(part.value) / (part.scale == 6 ? 1e6 : part.scale == 3 ? 1e3 : 1);
      return;
    case Part::kInfinite:
      out = std::numeric_limits<double>::infinity();
      return;
    case Part::kMinusInfinite:
      out = -std::numeric_limits<double>::infinity();
      return;
    case Part::kJulianTime:
      out = static_cast<double>(part.value) / static_cast<double>(kMicrosPerDay) +
            static_cast<double>(kJulianEpochDays);
      return;
    default:
      call.out.set_null_value(row);
  }
}

template <bool kNumericResult, class F>
void field_kernel(const KernelCall& call, F&& part_of) {
  const FieldArg fields(*call.args[0]);
  for_each_valid(call, [&](size_t row) {
    const Part part = part_of(fields.at(row), row);
    if (part.kind >= Part::kNotSupported) {
      return row_error(call, row,
                       field_error(part, call.args[0]->string_at(row), call.args[1]->type()));
    }
    if constexpr (kNumericResult)
      put_numeric(call, row, part);
    else
      put_double(call, row, part);
  });
}
template <bool kNumericResult>
void of_date(const KernelCall& call) {
  field_kernel<kNumericResult>(call, [&](Field f, size_t row) {
    const int32_t days = call.args[1]->at<int32_t>(row);
    if (kNumericResult || is_infinite_date(days)) return plain_date_part(f, days);
    return timestamp_part(f, int64_t{days} * kMicrosPerDay);  // date_part goes by way of timestamp
  });
}
template <bool kNumericResult>
void of_time(const KernelCall& call) {
  field_kernel<kNumericResult>(call, [&](Field f, size_t row) {
    return plain_time_part(f, call.args[1]->at<int64_t>(row));
  });
}
template <bool kNumericResult>
void of_timestamp(const KernelCall& call) {
  field_kernel<kNumericResult>(
      call, [&](Field f, size_t row) { return timestamp_part(f, call.args[1]->at<int64_t>(row)); });
}
template <bool kNumericResult>
void of_timestamptz(const KernelCall& call) {
  field_kernel<kNumericResult>(call, [&](Field f, size_t row) {
    return timestamptz_part(f, call.args[1]->at<int64_t>(row), *call.context.zone);
  });
}
template <bool kNumericResult>
void of_interval(const KernelCall& call) {
  field_kernel<kNumericResult>(
      call, [&](Field f, size_t row) { return interval_part(f, call.args[1]->at<Interval>(row)); });
}

// date_trunc.
int64_t year_start(int64_t year, int64_t per) {
  if (per == 1) return year;
  if (per == 10) return year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10) * 10;
  return year > 0 ? (year + per - 1) / per * per - (per - 1)
                  : -((per - 1 - (year - 1)) / per) * per + 1;
}
int64_t midnight_of(int64_t year, int month) {
  return days_from_civil(year, month, 1) * kMicrosPerDay;
}

// nullopt: not a unit to cut at.
std::optional<int64_t> truncated(Field field, int64_t micros) {
  const auto cut = [&](int64_t unit) { return floor_div(micros, unit) * unit; };
  const int64_t days = day_of_micros(micros);
  switch (field) {
    case Field::kMicrosecond:
      return micros;
    case Field::kMillisecond:
      return cut(1000);
    case Field::kSecond:
      return cut(kMicrosPerSecond);
    case Field::kMinute:
      return cut(kMicrosPerMinute);
    case Field::kHour:
      return cut(kMicrosPerHour);
    case Field::kDay:
      return days * kMicrosPerDay;
    case Field::kWeek:
      return (days - floor_mod(days + 3, 7)) * kMicrosPerDay;
    default:
      break;
  }
  const CivilDate d = civil_from_days(days);
  switch (field) {
    case Field::kMonth:
      return midnight_of(d.year, d.month);
    case Field::kQuarter:
      return midnight_of(d.year, (d.month - 1) / 3 * 3 + 1);
    case Field::kYear:
      return midnight_of(d.year, 1);
    case Field::kDecade:
      return midnight_of(year_start(d.year, 10), 1);
    case Field::kCentury:
      return midnight_of(year_start(d.year, 100), 1);
    case Field::kMillennium:
      return midnight_of(year_start(d.year, 1000), 1);
    default:
      return std::nullopt;
  }
}
Error trunc_error(Field field, std::string_view name, const Type& type) {
  const bool known =
      field == Field::kTimezone || field == Field::kTimezoneHour || field == Field::kTimezoneMinute;
  return make_error(known ? SqlState::kFeatureNotSupported : SqlState::kInvalidParameterValue,
                    "unit \"{}\" not {} for type {}", name, known ? "supported" : "recognized",
                    type.name());
}
void trunc_timestamp(const KernelCall& call) {
  const FieldArg fields(*call.args[0]);
  int64_t* out = call.out.data<int64_t>();
  for_each_valid(call, [&](size_t row) {
    const int64_t t = call.args[1]->at<int64_t>(row);
    const Field field = fields.at(row);
    const auto r = truncated(field, is_infinite_timestamp(t) ? 0 : t);
    if (!r)
      return row_error(call, row,
                       trunc_error(field, call.args[0]->string_at(row), call.args[1]->type()));
    out[row] = is_infinite_timestamp(t) ? t : *r;
  });
}

// The zone argument of a call; mostly one name for all rows.
class ZoneArg {
 public:
  explicit ZoneArg(const Vector& names) : names_(names) {}
  Result<const TimeZone*> at(size_t row) {
    if (names_.type().is(TypeId::kInterval)) return of_interval(names_.at<Interval>(row));
    const std::string_view name = names_.string_at(row);
    if (!name_ || *name_ != name) {
      zone_ = TRY(TimeZone::find(name));
      name_ = name;
    }
    return &zone_;
  }

 private:
  Result<const TimeZone*> of_interval(const Interval& i) {
    if (i.months != 0 || i.days != 0) {
      std::string text;
      append_interval(text, i);
      return fail(SqlState::kInvalidParameterValue,
                  "interval time zone \"{}\" must not include months or days", text);
    }
    zone_ = TimeZone::fixed(static_cast<int32_t>(i.micros / kMicrosPerSecond));
    return &zone_;
  }

  const Vector& names_;
  std::optional<std::string> name_;
  TimeZone zone_;
};

std::optional<int64_t> truncated_in_zone(Field field, int64_t utc, const TimeZone& zone) {
  const int64_t offset = zone.offset_at(utc);
  const auto local = truncated(field, utc + offset);
  if (!local) return local;
  // Below a day the offset stays what it was, so that the hours of a switch are cut right.
  return field <= Field::kHour ? *local - offset : zone.to_utc(*local);
}
void trunc_timestamptz(const KernelCall& call) {
  const FieldArg fields(*call.args[0]);
  std::optional<ZoneArg> zones;
  if (call.args.size() > 2) zones.emplace(*call.args[2]);
  int64_t* out = call.out.data<int64_t>();
  for_each_valid(call, [&](size_t row) {
    const int64_t t = call.args[1]->at<int64_t>(row);
    const TimeZone* zone = call.context.zone;
    if (zones) {
      auto named = zones->at(row);
      if (!named) return row_error(call, row, std::move(named.error()));
      zone = *named;
    }
    const Field field = fields.at(row);
    const auto r = truncated_in_zone(field, is_infinite_timestamp(t) ? 0 : t, *zone);
    if (!r)
      return row_error(call, row,
                       trunc_error(field, call.args[0]->string_at(row), call.args[1]->type()));
    out[row] = is_infinite_timestamp(t) ? t : *r;
  });
}
std::optional<Interval> truncated_interval(Field field, const Interval& i) {
  const auto cut = [](int64_t v, int64_t unit) { return v / unit * unit; };
  switch (field) {
    case Field::kMicrosecond:
      return i;
    case Field::kMillisecond:
      return Interval{i.months, i.days, cut(i.micros, 1000)};
    case Field::kSecond:
      return Interval{i.months, i.days, cut(i.micros, kMicrosPerSecond)};
    case Field::kMinute:
      return Interval{i.months, i.days, cut(i.micros, kMicrosPerMinute)};
    case Field::kHour:
      return Interval{i.months, i.days, cut(i.micros, kMicrosPerHour)};
    case Field::kDay:
      return Interval{i.months, i.days, 0};
    case Field::kMonth:
      return Interval{i.months, 0, 0};
    case Field::kQuarter:
      return Interval{static_cast<int32_t>(cut(i.months, 3)), 0, 0};
    case Field::kYear:
      return Interval{static_cast<int32_t>(cut(i.months, 12)), 0, 0};
    case Field::kDecade:
      return Interval{static_cast<int32_t>(cut(i.months, 120)), 0, 0};
    case Field::kCentury:
      return Interval{static_cast<int32_t>(cut(i.months, 1200)), 0, 0};
    case Field::kMillennium:
      return Interval{static_cast<int32_t>(cut(i.months, 12000)), 0, 0};
    default:
      return std::nullopt;
  }
}
void trunc_interval(const KernelCall& call) {
  const FieldArg fields(*call.args[0]);
  for_each_valid(call, [&](size_t row) {
    const auto r = truncated_interval(fields.at(row), call.args[1]->at<Interval>(row));
    if (r) {
      call.out.data<Interval>()[row] = *r;
      return;
    }
    const bool week = fields.at(row) == Field::kWeek;
    Error e = make_error(week ? SqlState::kFeatureNotSupported : SqlState::kInvalidParameterValue,
                         "unit \"{}\" not {} for type interval", call.args[0]->string_at(row),
                         week ? "supported" : "recognized");
    if (week) e.detail = "Months usually have fractional weeks.";
    row_error(call, row, std::move(e));
  });
}

void date_bin(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const Interval& stride = call.args[0]->at<Interval>(row);
    const int64_t t = call.args[1]->at<int64_t>(row), origin = call.args[2]->at<int64_t>(row);
    if (is_infinite_timestamp(t)) return t;
    if (is_infinite_timestamp(origin))
      return fail(SqlState::kDatetimeFieldOverflow, "origin out of range");
    if (stride.months != 0) {
      return fail(SqlState::kFeatureNotSupported,
                  "timestamps cannot be binned into intervals containing months or years");
    }
    int64_t unit, distance;
    if (__builtin_mul_overflow(int64_t{stride.days}, kMicrosPerDay, &unit) ||
        __builtin_add_overflow(unit, stride.micros, &unit)) {
      return fail(SqlState::kDatetimeFieldOverflow, "interval out of range");
    }
    if (unit <= 0)
      return fail(SqlState::kDatetimeFieldOverflow, "stride must be greater than zero");
    if (__builtin_sub_overflow(t, origin, &distance))
      return fail(SqlState::kDatetimeFieldOverflow, "interval out of range");
    return origin + floor_div(distance, unit) * unit;
  });
}

void to_timestamptz(const KernelCall& call) {
  ZoneArg zones(*call.args[0]);
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const TimeZone* zone = TRY(zones.at(row));
    const auto utc = timestamptz_of_timestamp(call.args[1]->at<int64_t>(row), *zone);
    if (!utc) return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
    return *utc;
  });
}
void to_timestamp_at(const KernelCall& call) {
  ZoneArg zones(*call.args[0]);
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    return timestamp_of_timestamptz(call.args[1]->at<int64_t>(row), *TRY(zones.at(row)));
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

constexpr ScalarFunction kRows[] = {
    row("extract", {kVarchar, kDate}, kNumeric, of_date<true>, "a field of a date",
        "extract(year FROM '2024-03-05'::date) -> 2024"),
    row("extract", {kVarchar, kTime}, kNumeric, of_time<true>, "a field of a time",
        "extract(second FROM '10:00:01.5'::time) -> 1.500000"),
    row("extract", {kVarchar, kTimestamp}, kNumeric, of_timestamp<true>, "a field of a timestamp",
        "extract(epoch FROM '2024-01-01'::timestamp) -> 1704067200.000000"),
    row("extract", {kVarchar, kTimestamptz}, kNumeric, of_timestamptz<true>,
        "a field in the session's zone",
        "extract(hour FROM '2024-01-01 10:00+00'::timestamptz) -> 10", kStable),
    row("extract", {kVarchar, kInterval}, kNumeric, of_interval<true>, "a field of an interval",
        "extract(hour FROM '25 hours'::interval) -> 25"),
    row("date_part", {kVarchar, kDate}, kFloat64, of_date<false>, "a field of a date",
        "date_part('year', '2024-03-05'::date) -> 2024"),
    row("date_part", {kVarchar, kTime}, kFloat64, of_time<false>, "a field of a time",
        "date_part('second', '10:00:01.5'::time) -> 1.5"),
    row("date_part", {kVarchar, kTimestamp}, kFloat64, of_timestamp<false>,
        "a field of a timestamp", "date_part('hour', '2024-01-01 10:00'::timestamp) -> 10"),
    row("date_part", {kVarchar, kTimestamptz}, kFloat64, of_timestamptz<false>,
        "a field in the session's zone",
        "date_part('hour', '2024-01-01 10:00+00'::timestamptz) -> 10", kStable),
    row("date_part", {kVarchar, kInterval}, kFloat64, of_interval<false>, "a field of an interval",
        "date_part('hour', '25 hours'::interval) -> 25"),
    row("date_trunc", {kVarchar, kTimestamp}, kTimestamp, trunc_timestamp, "cut down to a unit",
        "date_trunc('hour', '2024-01-01 10:20'::timestamp) -> 2024-01-01 10:00:00"),
    row("date_trunc", {kVarchar, kTimestamptz}, kTimestamptz, trunc_timestamptz,
        "cut down to a unit of the session's zone",
        "date_trunc('day', '2024-01-01 10:20+00'::timestamptz) -> 2024-01-01 00:00:00+00", kStable),
    row("date_trunc", {kVarchar, kTimestamptz, kVarchar}, kTimestamptz, trunc_timestamptz,
        "cut down to a unit of a zone",
        "date_trunc('day', '2024-01-01 10:20+00'::timestamptz, 'Asia/Tokyo') -> 2023-12-31 "
        "15:00:00+00"),
    row("date_trunc", {kVarchar, kInterval}, kInterval, trunc_interval, "cut down to a unit",
        "date_trunc('hour', '2 days 03:40:50'::interval) -> 2 days 03:00:00"),
    row("date_bin", {kInterval, kTimestamp, kTimestamp}, kTimestamp, date_bin,
        "start of the stride from an origin",
        "date_bin('15 minutes', '2020-02-11 15:44:17'::timestamp, '2001-01-01'::timestamp) -> "
        "2020-02-11 15:30:00"),
    row("date_bin", {kInterval, kTimestamptz, kTimestamptz}, kTimestamptz, date_bin,
        "start of the stride from an origin",
        "date_bin('1 day', '2020-02-11 15:44+00'::timestamptz, '2001-01-01+00'::timestamptz) -> "
        "2020-02-11 00:00:00+00"),
    row("timezone", {kVarchar, kTimestamp}, kTimestamptz, to_timestamptz,
        "the instant of a local time: AT TIME ZONE",
        "'2024-01-01 09:00'::timestamp AT TIME ZONE 'Asia/Tokyo' -> 2024-01-01 00:00:00+00"),
    row("timezone", {kVarchar, kTimestamptz}, kTimestamp, to_timestamp_at,
        "the local time of an instant: AT TIME ZONE",
        "'2024-01-01 00:00+00'::timestamptz AT TIME ZONE 'Asia/Tokyo' -> 2024-01-01 09:00:00"),
    row("timezone", {kInterval, kTimestamp}, kTimestamptz, to_timestamptz,
        "the instant of a local time",
        "'2024-01-01 09:00'::timestamp AT TIME ZONE '09:00'::interval -> 2024-01-01 00:00:00+00"),
    row("timezone", {kInterval, kTimestamptz}, kTimestamp, to_timestamp_at,
        "the local time of an instant",
        "'2024-01-01 00:00+00'::timestamptz AT TIME ZONE '09:00'::interval -> 2024-01-01 09:00:00"),
};

}  // namespace

FunctionFamily datetime_field_functions() { return kRows; }

}  // namespace leat

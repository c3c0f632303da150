#include "types/datetime.h"

#include <algorithm>

namespace leat {
namespace {

// Appends a number with at least `width` digits.
void append_padded(std::string& to, uint64_t value, int width) {
  char digits[24];
  int n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (n < width) digits[n++] = '0';
  while (n > 0) to += digits[--n];
}

// Fraction digits without trailing zeros, with the dot; nothing if zero.
void append_fraction(std::string& to, int64_t micros) {
  if (micros == 0) return;
  char digits[7] = {'.', '0', '0', '0', '0', '0', '0'};
  for (int i = 6; i >= 1; --i, micros /= 10) digits[i] = static_cast<char>('0' + micros % 10);
  size_t n = 7;
  while (digits[n - 1] == '0') --n;
  to.append(digits, n);
}

char* put_two(char* at, int64_t value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
  return at + 2;
}

void append_civil_date(std::string& to, const CivilDate& d) {
  const int64_t year = d.year > 0 ? d.year : 1 - d.year;
  if (year > 9999) {
    append_padded(to, static_cast<uint64_t>(year), 4);
    char text[6];
    char* at = text;
    *at++ = '-';
    at = put_two(at, d.month);
    *at++ = '-';
    put_two(at, d.day);
    to.append(text, sizeof text);
    return;
  }
  char text[10];
  char* at = put_two(put_two(text, year / 100), year % 100);
  *at++ = '-';
  at = put_two(at, d.month);
  *at++ = '-';
  put_two(at, d.day);
  to.append(text, sizeof text);
}

bool append_infinity(std::string& to, int64_t micros) {
  if (micros == kTimestampInfinity)
    to += "infinity";
  else if (micros == kTimestampMinusInfinity)
    to += "-infinity";
  else
    return false;
  return true;
}

void append_offset(std::string& to, int64_t seconds) {
  to += seconds < 0 ? '-' : '+';
  if (seconds < 0) seconds = -seconds;
  append_padded(to, static_cast<uint64_t>(seconds / 3600), 2);
  if (seconds % 3600 == 0) return;
  to += ':';
  append_padded(to, static_cast<uint64_t>(seconds / 60 % 60), 2);
  if (seconds % 60 == 0) return;
  to += ':';
  append_padded(to, static_cast<uint64_t>(seconds % 60), 2);
}

void append_interval_part(std::string& to, int64_t value, const char* unit, bool& first,
                          bool& before) {
  if (value == 0) return;
  if (!first) to += ' ';
  if (before && value > 0) to += '+';
  to += std::to_string(value);
  to += ' ';
  to += unit;
  if (value != 1) to += 's';
  before = value < 0;
  first = false;
}

}  // namespace

int64_t day_of_micros(int64_t micros) { return floor_div(micros, kMicrosPerDay); }

CivilTime civil_from_micros(int64_t micros) {
  const int64_t days = day_of_micros(micros);
  int64_t rest = micros - days * kMicrosPerDay;
  CivilTime t;
  t.date = civil_from_days(days);
  t.hour = static_cast<int>(rest / kMicrosPerHour);
  rest %= kMicrosPerHour;
  t.minute = static_cast<int>(rest / kMicrosPerMinute);
  rest %= kMicrosPerMinute;
  t.second = static_cast<int>(rest / kMicrosPerSecond);
  t.micros = static_cast<int>(rest % kMicrosPerSecond);
  return t;
}

int day_of_year(int64_t days) {
  const CivilDate d = civil_from_days(days);
  return static_cast<int>(days - days_from_civil(d.year, 1, 1)) + 1;
}

int64_t days_of_iso_week(int64_t year, int week) {
  // The 4th of January is always in week 1.
  const int64_t fourth = days_from_civil(year, 1, 4);
  return fourth - floor_mod(fourth + 3, 7) + 7 * (week - 1);
}

IsoWeek iso_week_of(int64_t days) {
  const int64_t thursday = days - floor_mod(days + 3, 7) + 3;
  const int64_t year = civil_from_days(thursday).year;
  return {year, static_cast<int>((days - days_of_iso_week(year, 1)) / 7) + 1};
}

CivilDate add_months(CivilDate date, int64_t months) {
  const int64_t total = date.year * 12 + (date.month - 1) + months;
  date.year = floor_div(total, 12);
  date.month = static_cast<int>(floor_mod(total, 12)) + 1;
  date.day = std::min(date.day, days_in_month(date.year, date.month));
  return date;
}

namespace {
// Months and days of an interval added to a local timestamp.
std::optional<int64_t> add_calendar_part(int64_t micros, const Interval& interval) {
  int64_t days = day_of_micros(micros);
  const int64_t time = micros - days * kMicrosPerDay;
  if (interval.months != 0) {
    const CivilDate d = add_months(civil_from_days(days), interval.months);
    days = days_from_civil(d.year, d.month, d.day);
    if (!is_date_in_range(days)) return std::nullopt;
  }
  days += interval.days;
  int64_t result;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &result)) return std::nullopt;
  if (__builtin_add_overflow(result, time, &result)) return std::nullopt;
  return result;
}
}  // namespace

std::optional<int64_t> add_interval(int64_t micros, const Interval& interval) {
  if (is_infinite_timestamp(micros)) return micros;
  int64_t result = micros;
  if (interval.months != 0 || interval.days != 0) {
    const auto moved = add_calendar_part(micros, interval);
    if (!moved) return std::nullopt;
    result = *moved;
  }
  if (__builtin_add_overflow(result, interval.micros, &result)) return std::nullopt;
  if (!is_timestamp_in_range(result)) return std::nullopt;
  return result;
}

std::optional<int64_t> add_interval(int64_t utc_micros, const Interval& interval,
                                    const TimeZone& zone) {
  if (is_infinite_timestamp(utc_micros)) return utc_micros;
  int64_t result = utc_micros;
  // Each part returns to UTC before the next, as PostgreSQL does.
  for (const Interval part :
       {Interval{.months = interval.months}, Interval{.days = interval.days}}) {
    if (part.months == 0 && part.days == 0) continue;
    const auto moved = add_calendar_part(zone.to_local(result), part);
    if (!moved || !is_timestamp_in_range(*moved)) return std::nullopt;
    result = zone.to_utc(*moved);
  }
  if (__builtin_add_overflow(result, interval.micros, &result)) return std::nullopt;
  if (!is_timestamp_in_range(result)) return std::nullopt;
  return result;
}

std::optional<Interval> negate_interval(const Interval& i) {
  Interval r;
  if (__builtin_sub_overflow(0, i.months, &r.months) ||
      __builtin_sub_overflow(0, i.days, &r.days) ||
      __builtin_sub_overflow(int64_t{0}, i.micros, &r.micros)) {
    return std::nullopt;
  }
  return r;
}

int64_t timestamp_of_timestamptz(int64_t utc_micros, const TimeZone& zone) {
  return is_infinite_timestamp(utc_micros) ? utc_micros : zone.to_local(utc_micros);
}

std::optional<int64_t> timestamptz_of_timestamp(int64_t local_micros, const TimeZone& zone) {
  if (is_infinite_timestamp(local_micros)) return local_micros;
  const int64_t utc = zone.to_utc(local_micros);
  if (!is_timestamp_in_range(utc)) return std::nullopt;
  return utc;
}

void append_date(std::string& to, int32_t days) {
  if (days == kDateInfinity) {
    to += "infinity";
  } else if (days == kDateMinusInfinity) {
    to += "-infinity";
  } else {
    const CivilDate d = civil_from_days(days);
    append_civil_date(to, d);
    if (d.year <= 0) to += " BC";
  }
}

void append_time(std::string& to, int64_t micros) {
  const int64_t seconds = micros / kMicrosPerSecond;
  char text[8];
  char* at = put_two(text, seconds / 3600);
  *at++ = ':';
  at = put_two(at, seconds / 60 % 60);
  *at++ = ':';
  put_two(at, seconds % 60);
  to.append(text, sizeof text);
  append_fraction(to, micros - seconds * kMicrosPerSecond);
}

void append_timestamp(std::string& to, int64_t micros) {
  if (append_infinity(to, micros)) return;
  const int64_t days = day_of_micros(micros);
  const CivilDate d = civil_from_days(days);
  append_civil_date(to, d);
  to += ' ';
  append_time(to, micros - days * kMicrosPerDay);
  if (d.year <= 0) to += " BC";
}

void append_timestamptz(std::string& to, int64_t utc_micros, const TimeZone& zone) {
  if (append_infinity(to, utc_micros)) return;
  const int64_t offset = zone.offset_at(utc_micros);
  int64_t local;
  if (__builtin_add_overflow(utc_micros, offset, &local)) local = utc_micros;
  const int64_t days = day_of_micros(local);
  const CivilDate d = civil_from_days(days);
  append_civil_date(to, d);
  to += ' ';
  append_time(to, local - days * kMicrosPerDay);
  append_offset(to, offset / kMicrosPerSecond);
  if (d.year <= 0) to += " BC";
}

void append_interval(std::string& to, const Interval& i) {
  bool first = true;
  bool before = false;
  append_interval_part(to, i.months / 12, "year", first, before);
  append_interval_part(to, i.months % 12, "mon", first, before);
  append_interval_part(to, i.days, "day", first, before);
  if (!first && i.micros == 0) return;
  if (!first) to += ' ';
  const bool minus = i.micros < 0;
  if (minus)
    to += '-';
  else if (before)
    to += '+';
  const uint64_t left =
      minus ? 0 - static_cast<uint64_t>(i.micros) : static_cast<uint64_t>(i.micros);
  append_padded(to, left / kMicrosPerHour, 2);
  to += ':';
  append_padded(to, left / kMicrosPerMinute % 60, 2);
  to += ':';
  append_padded(to, left / kMicrosPerSecond % 60, 2);
  append_fraction(to, static_cast<int64_t>(left % kMicrosPerSecond));
}

std::optional<int32_t> zone_abbreviation_offset(std::string_view name) {
  // Minutes east of UTC; sorted by name.
  struct Row {
    std::string_view name;
    int32_t minutes;
  };
  static constexpr Row kRows[] = {
      {"acdt", 630},   {"acsst", 630},  {"acst", 570},  {"act", -300},   {"acwst", 525},
      {"adt", -180},   {"aedt", 660},   {"aesst", 660}, {"aest", 600},   {"aft", 270},
      {"akdt", -480},  {"akst", -540},  {"almst", 420}, {"almt", 360},   {"amst", 240},
      {"amt", -240},   {"anast", 720},  {"anat", 720},  {"arst", -180},  {"art", -180},
      {"ast", -240},   {"awsst", 540},  {"awst", 480},  {"azost", 0},    {"azot", -60},
      {"azst", 240},   {"azt", 240},    {"bdst", 120},  {"bdt", 360},    {"bnt", 480},
      {"bort", 480},   {"bot", -240},   {"bra", -180},  {"brst", -120},  {"brt", -180},
      {"bst", 60},     {"btt", 360},    {"cadt", 630},  {"cast", 570},   {"cct", 480},
      {"cdt", -300},   {"cest", 120},   {"cet", 60},    {"cetdst", 120}, {"chadt", 825},
      {"chast", 765},  {"chut", 600},   {"ckt", -600},  {"clst", -180},  {"clt", -180},
      {"cot", -300},   {"cst", -360},   {"cxt", 420},   {"davt", 420},   {"ddut", 600},
      {"easst", -300}, {"east", -300},  {"eat", 180},   {"edt", -240},   {"eest", 180},
      {"eet", 120},    {"eetdst", 180}, {"egst", 0},    {"egt", -60},    {"est", -300},
      {"fet", 180},    {"fjst", 780},   {"fjt", 720},   {"fkst", -180},  {"fkt", -180},
      {"fnst", -60},   {"fnt", -120},   {"galt", -360}, {"gamt", -540},  {"gest", 240},
      {"get", 240},    {"gft", -180},   {"gilt", 720},  {"gmt", 0},      {"gyt", -240},
      {"hkt", 480},    {"hst", -600},   {"ict", 420},   {"idt", 180},    {"iot", 360},
      {"irkst", 480},  {"irkt", 480},   {"irt", 210},   {"ist", 120},    {"jayt", 540},
      {"jst", 540},    {"kdt", 600},    {"kgst", 360},  {"kgt", 360},    {"kost", 660},
      {"krast", 420},  {"krat", 420},   {"kst", 540},   {"lhdt", 660},   {"lhst", 630},
      {"ligt", 600},   {"lint", 840},   {"lkt", 330},   {"magst", 660},  {"magt", 660},
      {"mart", -570},  {"mawt", 300},   {"mdt", -360},  {"mest", 120},   {"mesz", 120},
      {"met", 60},     {"metdst", 120}, {"mez", 60},    {"mht", 720},    {"mmt", 390},
      {"mpt", 600},    {"msd", 240},    {"msk", 180},   {"mst", -420},   {"must", 300},
      {"mut", 240},    {"mvt", 300},    {"myt", 480},   {"ndt", -150},   {"nft", -210},
      {"novst", 420},  {"novt", 420},   {"npt", 345},   {"nst", -210},   {"nut", -660},
      {"nzdt", 780},   {"nzst", 720},   {"nzt", 720},   {"omsst", 360},  {"omst", 360},
      {"pdt", -420},   {"pet", -300},   {"petst", 720}, {"pett", 720},   {"pgt", 600},
      {"pht", 480},    {"pkst", 360},   {"pkt", 300},   {"pmdt", -120},  {"pmst", -180},
      {"pont", 660},   {"pst", -480},   {"pwt", 540},   {"pyst", -180},  {"pyt", -180},
      {"ret", 240},    {"sadt", 630},   {"sast", 120},  {"sct", 240},    {"sgt", 480},
      {"taht", -600},  {"tft", 300},    {"tjt", 300},   {"tkt", 780},    {"tmt", 300},
      {"tot", 780},    {"trut", 600},   {"tvt", 720},   {"uct", 0},      {"ulast", 540},
      {"ulat", 480},   {"ut", 0},       {"utc", 0},     {"uyst", -120},  {"uyt", -180},
      {"uzst", 360},   {"uzt", 300},    {"vet", -240},  {"vlast", 600},  {"vlat", 600},
      {"volt", 180},   {"vut", 660},    {"wadt", 480},  {"wakt", 720},   {"wast", 420},
      {"wat", 60},     {"wdt", 540},    {"wet", 0},     {"wetdst", 60},  {"wft", 720},
      {"wgst", -120},  {"wgt", -180},   {"xjt", 360},   {"yakst", 540},  {"yakt", 540},
      {"yapt", 600},   {"yekst", 360},  {"yekt", 300},  {"z", 0},        {"zulu", 0},
  };
  if (name.size() > 10) return std::nullopt;
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const Row* row = std::lower_bound(std::begin(kRows), std::end(kRows), lower,
                                    [](const Row& r, const std::string& n) { return r.name < n; });
  if (row == std::end(kRows) || row->name != lower) return std::nullopt;
  return row->minutes * 60;
}

}  // namespace leat

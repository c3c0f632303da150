// Intervals from text: verbose (1 year 2 days ago), SQL (1-2 3 4:05:06) and ISO 8601 (P1Y2M3DT4H).
// Pieces are read from the last to the first, because a unit follows its number.
#include <charconv>
#include <cmath>

#include "types/datetime.h"
#include "types/datetime_token.h"

namespace leat {
namespace {

enum class Unit : uint8_t {
  kNone,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kAgo,
};

Unit unit_of(std::string_view word) {
  struct Row {
    std::string_view name;
    Unit unit;
  };
  static constexpr Row kRows[] = {
      {"ago", Unit::kAgo},
      {"c", Unit::kCentury},
      {"cent", Unit::kCentury},
      {"centuries", Unit::kCentury},
      {"century", Unit::kCentury},
      {"d", Unit::kDay},
      {"day", Unit::kDay},
      {"days", Unit::kDay},
      {"dec", Unit::kDecade},
      {"decade", Unit::kDecade},
      {"decades", Unit::kDecade},
      {"decs", Unit::kDecade},
      {"h", Unit::kHour},
      {"hour", Unit::kHour},
      {"hours", Unit::kHour},
      {"hr", Unit::kHour},
      {"hrs", Unit::kHour},
      {"m", Unit::kMinute},
      {"microsecon", Unit::kMicrosecond},
      {"mil", Unit::kMillennium},
      {"millennia", Unit::kMillennium},
      {"millennium", Unit::kMillennium},
      {"millisecon", Unit::kMillisecond},
      {"mils", Unit::kMillennium},
      {"min", Unit::kMinute},
      {"mins", Unit::kMinute},
      {"minute", Unit::kMinute},
      {"minutes", Unit::kMinute},
      {"mon", Unit::kMonth},
      {"mons", Unit::kMonth},
      {"month", Unit::kMonth},
      {"months", Unit::kMonth},
      {"ms", Unit::kMillisecond},
      {"msec", Unit::kMillisecond},
      {"msecs", Unit::kMillisecond},
      {"mseconds", Unit::kMillisecond},
      {"s", Unit::kSecond},
      {"sec", Unit::kSecond},
      {"second", Unit::kSecond},
      {"seconds", Unit::kSecond},
      {"secs", Unit::kSecond},
      {"us", Unit::kMicrosecond},
      {"usec", Unit::kMicrosecond},
      {"usecond", Unit::kMicrosecond},
      {"useconds", Unit::kMicrosecond},
      {"usecs", Unit::kMicrosecond},
      {"w", Unit::kWeek},
      {"week", Unit::kWeek},
      {"weeks", Unit::kWeek},
      {"y", Unit::kYear},
      {"year", Unit::kYear},
      {"years", Unit::kYear},
      {"yr", Unit::kYear},
      {"yrs", Unit::kYear},
  };
  word = word.substr(0, 10);  // as many letters as count
  for (const Row& row : kRows) {
    if (row.name == word) return row.unit;
  }
  return Unit::kNone;
}

enum class Wrong : uint8_t { kNothing, kFormat, kField, kRange };

// The parts as they add up, wide enough to see overflows at the end.
class IntervalSum {
 public:
  bool add(Unit unit, int64_t whole, double fraction) {
    switch (unit) {
      case Unit::kMicrosecond:
        return add_micros(whole, fraction, 1);
      case Unit::kMillisecond:
        return add_micros(whole, fraction, 1000);
      case Unit::kSecond:
        return add_micros(whole, fraction, kMicrosPerSecond);
      case Unit::kMinute:
        return add_micros(whole, fraction, kMicrosPerMinute);
      case Unit::kHour:
        return add_micros(whole, fraction, kMicrosPerHour);
      case Unit::kDay:
        return add_days(whole) && add_micros(0, fraction, kMicrosPerDay);
      case Unit::kWeek:
        return add_days(whole * 7) && add_fraction_of_days(fraction * 7);
      case Unit::kMonth:
        return add_months(whole) && add_fraction_of_days(fraction * 30);
      case Unit::kYear:
        return add_years(whole, fraction, 1);
      case Unit::kDecade:
        return add_years(whole, fraction, 10);
      case Unit::kCentury:
        return add_years(whole, fraction, 100);
      case Unit::kMillennium:
        return add_years(whole, fraction, 1000);
      case Unit::kNone:
      case Unit::kAgo:
        break;
    }
    return false;
  }
  bool add_months(int64_t months) { return !__builtin_add_overflow(months_, months, &months_); }
  bool add_time(int64_t micros) { return !__builtin_add_overflow(micros_, micros, &micros_); }
  Wrong finish(bool negate, Interval& out) const {
    const auto fits = [](int64_t v) { return v >= INT32_MIN && v <= INT32_MAX; };
    if (!fits(days_)) return Wrong::kField;
    if (!fits(months_)) return Wrong::kRange;
    out = {static_cast<int32_t>(months_), static_cast<int32_t>(days_), micros_};
    if (!negate) return Wrong::kNothing;
    const auto negated = negate_interval(out);
    if (negated) out = *negated;
    return negated ? Wrong::kNothing : Wrong::kRange;
  }

 private:
  bool add_micros(int64_t whole, double fraction, int64_t scale) {
    int64_t micros;
    if (__builtin_mul_overflow(whole, scale, &micros)) return false;
    fraction *= static_cast<double>(scale);
    auto part = static_cast<int64_t>(fraction);
    const double rest = fraction - static_cast<double>(part);
    if (rest > 0.5)
      ++part;
    else if (rest < -0.5)
      --part;
    return add_time(micros) && add_time(part);
  }
  bool add_days(int64_t days) { return !__builtin_add_overflow(days_, days, &days_); }
  bool add_fraction_of_days(double days) {
    const auto whole = static_cast<int64_t>(days);
    return add_days(whole) && add_micros(0, days - static_cast<double>(whole), kMicrosPerDay);
  }
  bool add_years(int64_t whole, double fraction, int64_t scale) {
    int64_t months;
    if (__builtin_mul_overflow(whole, scale * 12, &months)) return false;
    return add_months(months) &&
           add_months(static_cast<int64_t>(std::rint(fraction * static_cast<double>(scale * 12))));
  }

  int64_t months_ = 0, days_ = 0, micros_ = 0;
};

// An optional sign, digits and perhaps a fraction, at the front of `text`, which moves past it.
Wrong read_number(std::string_view& text, int64_t& whole, double& fraction) {
  const bool minus = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  whole = 0;
  fraction = 0;
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits > 0) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, whole);
    if (error != std::errc()) return Wrong::kField;
  }
  text.remove_prefix(digits);
  if (!text.empty() && text[0] == '.') {
    size_t n = 1;
    while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
    if (n == 1 && digits == 0) return Wrong::kFormat;
    if (n > 1) {
      const std::string zero_dot = "0" + std::string(text.substr(0, n));
      std::from_chars(zero_dot.data(), zero_dot.data() + zero_dot.size(), fraction);
    }
    text.remove_prefix(n);
  } else if (digits == 0) {
    return Wrong::kFormat;
  }
  if (minus) {
    whole = -whole;
    fraction = -fraction;
  }
  return Wrong::kNothing;
}

// hh:mm, hh:mm:ss.fff or mm:ss.fff, without sign.
Wrong read_clock(std::string_view text, int64_t& micros) {
  int64_t parts[3] = {0, 0, 0};
  int count = 0;
  int64_t fraction = 0;
  while (true) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts[count]);
    if (error == std::errc::result_out_of_range) return Wrong::kField;
    if (error != std::errc()) return Wrong::kFormat;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    ++count;
    if (text.empty()) break;
    if (text[0] == '.') {
      if (count < 2 || !read_fraction(text, fraction)) return Wrong::kFormat;
      break;
    }
    if (text[0] != ':' || count == 3) return Wrong::kFormat;
    text.remove_prefix(1);
  }
  if (count < 2) return Wrong::kFormat;
  if (count == 2 && !text.empty()) {  // mm:ss.fff
    parts[2] = parts[1];
    parts[1] = parts[0];
    parts[0] = 0;
  }
  if (parts[1] > 59 || parts[2] > 60) return Wrong::kField;
  int64_t sum;
  if (__builtin_mul_overflow(parts[0], kMicrosPerHour, &sum) ||
      __builtin_add_overflow(
          sum, parts[1] * kMicrosPerMinute + parts[2] * kMicrosPerSecond + fraction, &micros)) {
    return Wrong::kField;
  }
  return Wrong::kNothing;
}

class IntervalReader {
 public:
  explicit IntervalReader(Unit default_unit) : default_(default_unit) {}

  Wrong read(std::string_view text, Interval& out) {
    std::vector<DatetimeToken> tokens;
    if (!cut_datetime(text, tokens)) return Wrong::kFormat;
    Unit unit = Unit::kNone;
    bool negate = false;
    bool unit_waits = false;  // a unit whose number has not come yet
    for (size_t i = tokens.size(); i-- > 0;) {
      const DatetimeToken& token = tokens[i];
      Wrong wrong = Wrong::kNothing;
      switch (token.kind) {
        case DatetimeToken::kTime:
          wrong = read_time(token.text);
          unit = Unit::kDay;
          unit_waits = false;
          break;
        case DatetimeToken::kZone:
          if (token.text.find(':') != std::string::npos) {
            wrong = read_time(token.text);
            unit = Unit::kDay;
            unit_waits = false;
            break;
          }
          [[fallthrough]];
        case DatetimeToken::kDate:
        case DatetimeToken::kNumber:
          if (unit == Unit::kNone) unit = default_;
          wrong = read_field(token.text, unit);
          unit_waits = false;
          break;
        case DatetimeToken::kWord: {
          if (unit_waits) return Wrong::kFormat;
          const Unit u = unit_of(token.text);
          if (u == Unit::kNone) return Wrong::kFormat;
          if (u == Unit::kAgo) {
            negate = true;
          } else {
            unit = u;
            unit_waits = true;
          }
          break;
        }
        case DatetimeToken::kSpecial:
          return Wrong::kFormat;
      }
      if (wrong != Wrong::kNothing) return wrong;
    }
    if (have_ == 0 || unit_waits) return Wrong::kFormat;
    return sum_.finish(negate, out);
  }

 private:
  Wrong note(Unit unit) {
    const uint32_t bit = 1u << static_cast<int>(unit);
    if ((have_ & bit) != 0) return Wrong::kFormat;
    have_ |= bit;
    return Wrong::kNothing;
  }

  Wrong read_time(std::string_view text) {
    const bool minus = text[0] == '-';
    if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
    int64_t micros;
    if (const Wrong w = read_clock(text, micros); w != Wrong::kNothing) return w;
    for (const Unit u : {Unit::kHour, Unit::kMinute, Unit::kSecond}) {
      if (const Wrong w = note(u); w != Wrong::kNothing) return w;
    }
    return sum_.add_time(minus ? -micros : micros) ? Wrong::kNothing : Wrong::kField;
  }

  Wrong read_field(std::string_view text, Unit unit) {
    const bool minus = text[0] == '-';
    int64_t whole;
    double fraction;
    if (const Wrong w = read_number(text, whole, fraction); w != Wrong::kNothing) return w;
    if (!text.empty() && text[0] == '-') {  // years-months
      text.remove_prefix(1);
      int64_t months;
      double none;
      if (const Wrong w = read_number(text, months, none); w != Wrong::kNothing) return w;
      if (!text.empty() || none != 0) return Wrong::kFormat;
      if (months < 0 || months > 11 || whole > INT32_MAX || whole < INT32_MIN) return Wrong::kField;
      if (const Wrong w = note(Unit::kMonth); w != Wrong::kNothing) return w;
      return sum_.add_months(whole * 12 + (minus ? -months : months)) ? Wrong::kNothing
                                                                      : Wrong::kField;
    }
    if (!text.empty()) return Wrong::kFormat;
    if (const Wrong w = note(unit); w != Wrong::kNothing) return w;
    return sum_.add(unit, whole, fraction) ? Wrong::kNothing : Wrong::kField;
  }

  Unit default_;
  IntervalSum sum_;
  uint32_t have_ = 0;
};

// P[nY][nM][nW][nD][T[nH][nM][nS]], and P0001-02-03T04:05:06.
Wrong read_iso_interval(std::string_view text, Interval& out) {
  if (text.size() < 2 || text[0] != 'P') return Wrong::kFormat;
  text.remove_prefix(1);
  IntervalSum sum;
  bool in_time = false;
  bool any = false;
  while (!text.empty()) {
    if (text[0] == 'T') {
      if (in_time) return Wrong::kFormat;
      in_time = true;
      any = true;
      text.remove_prefix(1);
      continue;
    }
    const std::string_view rest = text;
    int64_t whole;
    double fraction;
    if (const Wrong w = read_number(text, whole, fraction); w != Wrong::kNothing) return w;
    any = true;
    const char letter = text.empty() ? '\0' : text[0];
    if (!in_time && letter == '-') {  // yyyy-mm-dd
      int64_t month = 0, day = 0;
      double none;
      text.remove_prefix(1);
      if (read_number(text, month, none) != Wrong::kNothing) return Wrong::kFormat;
      if (!text.empty() && text[0] == '-') {
        text.remove_prefix(1);
        if (read_number(text, day, none) != Wrong::kNothing) return Wrong::kFormat;
      }
      if (!text.empty() && text[0] != 'T') return Wrong::kFormat;
      if (!sum.add(Unit::kYear, whole, fraction) || !sum.add_months(month) ||
          !sum.add(Unit::kDay, day, 0)) {
        return Wrong::kField;
      }
      continue;
    }
    if (in_time && letter == ':') {  // hh:mm:ss
      int64_t micros;
      if (const Wrong w = read_clock(rest, micros); w != Wrong::kNothing) return w;
      text = {};
      if (!sum.add_time(micros)) return Wrong::kField;
      continue;
    }
    Unit unit = Unit::kNone;
    if (letter == '\0' || (!in_time && letter == 'T')) {
      // Without letters: yyyymmdd and hhmmss, or what comes first of them.
      const size_t width = rest.size() - text.size();
      if (!in_time && width == 8) {
        if (!sum.add(Unit::kYear, whole / 10'000, 0) || !sum.add_months(whole / 100 % 100) ||
            !sum.add(Unit::kDay, whole % 100, 0)) {
          return Wrong::kField;
        }
      } else if (in_time && width == 6) {
        if (!sum.add_time((whole / 10'000 * 60 + whole / 100 % 100) * kMicrosPerMinute) ||
            !sum.add(Unit::kSecond, whole % 100, fraction)) {
          return Wrong::kField;
        }
      } else if (!sum.add(in_time ? Unit::kHour : Unit::kYear, whole, fraction)) {
        return Wrong::kField;
      }
      continue;
    }
    if (in_time) {
      unit = letter == 'H'   ? Unit::kHour
             : letter == 'M' ? Unit::kMinute
             : letter == 'S' ? Unit::kSecond
                             : unit;
    } else {
      unit = letter == 'Y'   ? Unit::kYear
             : letter == 'M' ? Unit::kMonth
             : letter == 'W' ? Unit::kWeek
             : letter == 'D' ? Unit::kDay
                             : unit;
    }
    if (unit == Unit::kNone) return Wrong::kFormat;
    text.remove_prefix(1);
    if (!sum.add(unit, whole, fraction)) return Wrong::kField;
  }
  if (!any) return Wrong::kFormat;
  return sum.finish(false, out);
}

}  // namespace

Result<Interval> parse_interval(std::string_view text, std::string_view default_unit) {
  Interval interval;
  Wrong wrong = IntervalReader(unit_of(default_unit)).read(text, interval);
  if (wrong == Wrong::kFormat) wrong = read_iso_interval(text, interval);
  if (wrong == Wrong::kField) {
    return fail(SqlState::kIntervalFieldOverflow, "interval field value out of range: \"{}\"",
                text);
  }
  if (wrong == Wrong::kRange)
    return fail(SqlState::kDatetimeFieldOverflow, "interval out of range");
  if (wrong == Wrong::kFormat) {
    return fail(SqlState::kInvalidDatetimeFormat, "invalid input syntax for type interval: \"{}\"",
                text);
  }
  return interval;
}

Result<Interval> parse_interval(std::string_view text) { return parse_interval(text, "second"); }

}  // namespace leat

#include "function/datetime_pattern.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "types/datetime.h"

namespace leat {
namespace {

using Kind = PatternField::Kind;

struct Keyword {
  std::string_view text;
  Kind kind;
  uint8_t digits = 0;
  bool dots = false;
};
// Longer ones first where one begins with another. Letters' case is looked at separately.
constexpr Keyword kKeywords[] = {
    {"A.D.", Kind::kEra, 0, true},
    {"A.M.", Kind::kMeridian, 0, true},
    {"AD", Kind::kEra},
    {"AM", Kind::kMeridian},
    {"B.C.", Kind::kEra, 0, true},
    {"BC", Kind::kEra},
    {"CC", Kind::kCentury},
    {"DAY", Kind::kDayName},
    {"DDD", Kind::kDayOfYear},
    {"DD", Kind::kDay},
    {"DY", Kind::kDayShort},
    {"D", Kind::kWeekday},
    {"FF1", Kind::kFraction, 1},
    {"FF2", Kind::kFraction, 2},
    {"FF3", Kind::kFraction, 3},
    {"FF4", Kind::kFraction, 4},
    {"FF5", Kind::kFraction, 5},
    {"FF6", Kind::kFraction, 6},
    {"HH24", Kind::kHour24},
    {"HH12", Kind::kHour12},
    {"HH", Kind::kHour12},
    {"IDDD", Kind::kIsoDayOfYear},
    {"ID", Kind::kIsoWeekday},
    {"IW", Kind::kIsoWeek},
    {"IYYY", Kind::kIsoYear, 4},
    {"IYY", Kind::kIsoYear, 3},
    {"IY", Kind::kIsoYear, 2},
    {"I", Kind::kIsoYear, 1},
    {"J", Kind::kJulian},
    {"MI", Kind::kMinute},
    {"MM", Kind::kMonth},
    {"MONTH", Kind::kMonthName},
    {"MON", Kind::kMonthShort},
    {"MS", Kind::kMillis},
    {"OF", Kind::kZoneOffset},
    {"P.M.", Kind::kMeridian, 0, true},
    {"PM", Kind::kMeridian},
    {"Q", Kind::kQuarter},
    {"RM", Kind::kRoman},
    {"SSSSS", Kind::kSecondsOfDay},
    {"SSSS", Kind::kSecondsOfDay},
    {"SS", Kind::kSecond},
    {"TZH", Kind::kZoneHour},
    {"TZM", Kind::kZoneMinute},
    {"TZ", Kind::kZoneName},
    {"US", Kind::kMicros},
    {"WW", Kind::kWeek},
    {"W", Kind::kWeekOfMonth},
    {"Y,YYY", Kind::kYearComma},
    {"YYYY", Kind::kYear, 4},
    {"YYY", Kind::kYear, 3},
    {"YY", Kind::kYear, 2},
    {"Y", Kind::kYear, 1},
};

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};
constexpr std::string_view kRomans[] = {"I",   "II",   "III", "IV", "V",  "VI",
                                        "VII", "VIII", "IX",  "X",  "XI", "XII"};

char upper(char c) { return static_cast<char>(toupper(static_cast<unsigned char>(c))); }
char lower(char c) { return static_cast<char>(tolower(static_cast<unsigned char>(c))); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return isalpha(static_cast<unsigned char>(c)) != 0; }

bool starts_without_case(std::string_view text, std::string_view upper_word) {
  if (text.size() < upper_word.size()) return false;
  for (size_t i = 0; i < upper_word.size(); ++i) {
    if (upper(text[i]) != upper(upper_word[i])) return false;
  }
  return true;
}

std::string in_case(std::string_view word, PatternField::Case letters) {
  std::string out(word);
  for (size_t i = 0; i < out.size(); ++i) {
    const bool up =
        letters == PatternField::kUpper || (letters == PatternField::kCapital && i == 0);
    out[i] = up ? upper(out[i]) : lower(out[i]);
  }
  return out;
}

std::string_view ordinal_of(int64_t n, bool up) {
  const int64_t tens = std::abs(n) % 100;
  const int64_t ones = tens % 10;
  if (tens >= 11 && tens <= 13) return up ? "TH" : "th";
  if (ones == 1) return up ? "ST" : "st";
  if (ones == 2) return up ? "ND" : "nd";
  if (ones == 3) return up ? "RD" : "rd";
  return up ? "TH" : "th";
}

// What the fields of to_char look at, of a timestamp or of an interval.
struct Shown {
  bool is_interval = false;
  int64_t days = 0;
  int64_t year = 0;
  int64_t month = 0, day = 0;
  int64_t hour = 0, minute = 0, second = 0, micros = 0;
  int64_t offset = 0;
  std::string_view zone;
};

class Printer {
 public:
  Printer(const Shown& shown, std::string& out) : s_(shown), out_(out) {}

  void print(const PatternField& f) {
    switch (f.kind) {
      case Kind::kText:
        out_ += f.text;
        return;
      case Kind::kHour24:
        return number(f, s_.hour, 2);
      case Kind::kHour12: {
        const int64_t h = s_.hour % 12;
        return number(f, h == 0 ? 12 : h, 2);
      }
      case Kind::kMinute:
        return number(f, s_.minute, 2);
      case Kind::kSecond:
        return number(f, s_.second, 2);
      case Kind::kMillis:
        return number(f, s_.micros / 1000, 3, false);
      case Kind::kMicros:
        return number(f, s_.micros, 6, false);
      case Kind::kFraction: {
        int64_t v = s_.micros;
        for (int i = f.digits; i < 6; ++i) v /= 10;
        return number(f, v, f.digits, false);
      }
      case Kind::kSecondsOfDay:
        return number(f, (s_.hour * 60 + s_.minute) * 60 + s_.second, 1);
      case Kind::kMeridian:
        return word(s_.hour % 24 >= 12 ? (f.dots ? "P.M." : "PM") : (f.dots ? "A.M." : "AM"), f);
      case Kind::kEra:
        return word(
            s_.year <= 0 && !s_.is_interval ? (f.dots ? "B.C." : "BC") : (f.dots ? "A.D." : "AD"),
            f);
      case Kind::kYearComma: {
        const int64_t y = shown_year();
        out_ += fmt::format("{},{:03}", y / 1000, y % 1000);
        return;
      }
      case Kind::kYear:
        return year(f, shown_year());
      case Kind::kIsoYear: {
        const int64_t y = s_.is_interval ? s_.year : iso_week_of(s_.days).year;
        return year(f, y > 0 || s_.is_interval ? y : 1 - y);
      }
      case Kind::kMonthName:
        return s_.month == 0 ? void() : padded_word(kMonths[s_.month - 1], f, 9);
      case Kind::kMonthShort:
        return s_.month == 0 ? void() : word(kMonths[s_.month - 1].substr(0, 3), f);
      case Kind::kMonth:
        return number(f, s_.month, 2);
      case Kind::kDayName:
        return padded_word(kDays[day_of_week(s_.days)], f, 9);
      case Kind::kDayShort:
        return word(kDays[day_of_week(s_.days)].substr(0, 3), f);
      case Kind::kDayOfYear:
        return number(
            f, s_.is_interval ? s_.year * 360 + s_.month * 30 + s_.day : day_of_year(s_.days), 3);
      case Kind::kIsoDayOfYear: {
        const IsoWeek w = iso_week_of(s_.days);
        return number(f, s_.days - days_of_iso_week(w.year, 1) + 1, 3);
      }
      case Kind::kDay:
        return number(f, s_.day, 2);
      case Kind::kWeekday:
        return number(f, day_of_week(s_.days) + 1, 1);
      case Kind::kIsoWeekday:
        return number(f, day_of_week(s_.days) == 0 ? 7 : day_of_week(s_.days), 1);
      case Kind::kWeekOfMonth:
        return number(f, (s_.day - 1) / 7 + 1, 1);
      case Kind::kWeek:
        return number(f, (day_of_year(s_.days) - 1) / 7 + 1, 2);
      case Kind::kIsoWeek:
        return number(f, iso_week_of(s_.days).week, 2);
      case Kind::kCentury: {
        if (s_.is_interval) return number(f, s_.year / 100, 2);
        return number(f, s_.year > 0 ? (s_.year - 1) / 100 + 1 : s_.year / 100 - 1, 2);
      }
      case Kind::kJulian:
        return number(f, s_.days + kJulianEpochDays, 1);
      case Kind::kQuarter:
        return s_.month == 0 ? void() : number(f, (s_.month - 1) / 3 + 1, 1);
      case Kind::kRoman:
        return s_.month == 0 ? void() : padded_word(kRomans[s_.month - 1], f, 4);
      case Kind::kZoneName:
        out_ +=
            f.letters == PatternField::kLower ? in_case(s_.zone, f.letters) : std::string(s_.zone);
        return;
      case Kind::kZoneHour:
        out_ += fmt::format("{}{:02}", s_.offset < 0 ? '-' : '+', std::abs(s_.offset) / 3600);
        return;
      case Kind::kZoneMinute:
        out_ += fmt::format("{:02}", std::abs(s_.offset) / 60 % 60);
        return;
      case Kind::kZoneOffset:
        out_ += fmt::format("{}{:02}", s_.offset < 0 ? '-' : '+', std::abs(s_.offset) / 3600);
        if (s_.offset % 3600 != 0) out_ += fmt::format(":{:02}", std::abs(s_.offset) / 60 % 60);
        return;
    }
  }

 private:
  int64_t shown_year() const { return s_.year > 0 || s_.is_interval ? s_.year : 1 - s_.year; }
  // FM takes the zeros in front away, but not those of a fraction.
  void number(const PatternField& f, int64_t value, int width, bool front_zeros = true) {
    if (value < 0) out_ += '-';
    char digits[20];
    int n = 0;
    for (uint64_t left = static_cast<uint64_t>(std::abs(value)); left != 0 || n == 0; left /= 10) {
      digits[n++] = static_cast<char>('0' + left % 10);
    }
    for (int w = !f.fill && front_zeros ? 1 : width; n < w;) digits[n++] = '0';
    while (n > 0) out_ += digits[--n];
    if (f.ordinal != 0) out_ += ordinal_of(value, f.ordinal == 1);
  }
  void year(const PatternField& f, int64_t y) {
    if (f.digits == 4) return number(f, y, 4);
    int64_t mod = 1;
    for (int i = 0; i < f.digits; ++i) mod *= 10;
    number(f, y % mod, f.digits);
  }
  void word(std::string_view w, const PatternField& f) { out_ += in_case(w, f.letters); }
  void padded_word(std::string_view w, const PatternField& f, size_t width) {
    word(w, f);
    if (f.fill && w.size() < width) out_.append(width - w.size(), ' ');
  }

  const Shown& s_;
  std::string& out_;
};

// Reading: the fields of to_timestamp as they are found.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<void> field(const PatternField& f, bool number_follows) {
    if (f.kind == Kind::kText) return literal(f);
    skip_blanks();
    const auto limit = [&](int digits) { return number_follows || f.fill ? digits : 18; };
    int64_t v = 0;
    switch (f.kind) {
      case Kind::kHour24:
        v = TRY(number("HH24", limit(2)));
        hour_ = v;
        return {};
      case Kind::kHour12:
        hour_ = TRY(number("HH12", limit(2)));
        hour12_ = true;
        return {};
      case Kind::kMinute:
        minute_ = TRY(number("MI", limit(2)));
        return {};
      case Kind::kSecond:
        second_ = TRY(number("SS", limit(2)));
        return {};
      case Kind::kMillis:
        micros_ = TRY(fraction("MS", 3));
        return {};
      case Kind::kMicros:
        micros_ = TRY(fraction("US", 6));
        return {};
      case Kind::kFraction:
        micros_ = TRY(fraction("FF", f.digits));
        return {};
      case Kind::kSecondsOfDay: {
        v = TRY(number("SSSS", 5));
        hour_ = v / 3600;
        minute_ = v / 60 % 60;
        second_ = v % 60;
        return {};
      }
      case Kind::kMeridian:
        if (take("A.M.") || take("AM"))
          meridian_ = 1;
        else if (take("P.M.") || take("PM"))
          meridian_ = 2;
        else
          return bad_value(f.dots ? "a.m." : "AM");
        return {};
      case Kind::kEra:
        if (take("B.C.") || take("BC"))
          bc_ = true;
        else if (!take("A.D.") && !take("AD"))
          return bad_value("BC");
        return {};
      case Kind::kYearComma: {
        const int64_t thousands = TRY(number("Y,YYY", 4));
        if (!take(",")) return bad_value("Y,YYY");
        year_ = thousands * 1000 + TRY(number("Y,YYY", 3));
        return {};
      }
      case Kind::kYear:
      case Kind::kIsoYear:
        return year(f, number_follows);
      case Kind::kMonthName:
      case Kind::kMonthShort:
        for (int m = 0; m < 12; ++m) {
          if (take(kMonths[m]) || (f.kind == Kind::kMonthShort && take(kMonths[m].substr(0, 3)))) {
            month_ = m + 1;
            return {};
          }
        }
        return bad_value(f.kind == Kind::kMonthName ? "MONTH" : "MON");
      case Kind::kMonth:
        month_ = TRY(number("MM", limit(2)));
        return {};
      case Kind::kDayName:
      case Kind::kDayShort:
        for (const std::string_view day : kDays) {
          if (take(day) || take(day.substr(0, 3))) return {};
        }
        return bad_value(f.kind == Kind::kDayName ? "DAY" : "DY");
      case Kind::kDayOfYear:
        day_of_year_ = TRY(number("DDD", 3));
        return {};
      case Kind::kIsoDayOfYear:
        iso_day_of_year_ = TRY(number("IDDD", 3));
        return {};
      case Kind::kDay:
        day_ = TRY(number("DD", limit(2)));
        return {};
      case Kind::kWeekday:
        TRY(number("D", 1));
        return {};
      case Kind::kIsoWeekday:
        iso_day_ = TRY(number("ID", 1));
        return {};
      case Kind::kWeekOfMonth:
        week_of_month_ = TRY(number("W", 1));
        return {};
      case Kind::kWeek:
        week_ = TRY(number("WW", 2));
        return {};
      case Kind::kIsoWeek:
        iso_week_ = TRY(number("IW", 2));
        return {};
      case Kind::kCentury:
        century_ = TRY(number("CC", 2));
        return {};
      case Kind::kJulian:
        julian_ = TRY(number("J", 18));
        return {};
      case Kind::kQuarter:
        TRY(number("Q", 1));
        return {};
      case Kind::kRoman:
        for (int m = 11; m >= 0; --m) {
          if (take(kRomans[m])) {
            month_ = m + 1;
            return {};
          }
        }
        return bad_value("RM");
      case Kind::kZoneHour:
        negative_offset_ = !text_.empty() && text_[at_ < text_.size() ? at_ : 0] == '-';
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        offset_ += TRY(number("TZH", 2)) * 3600;
        has_offset_ = true;
        return {};
      case Kind::kZoneMinute:
        offset_ += TRY(number("TZM", 2)) * 60;
        has_offset_ = true;
        return {};
      case Kind::kZoneName:
      case Kind::kZoneOffset:
        return fail(SqlState::kFeatureNotSupported,
                    "formatting field \"{}\" is only supported in to_char",
                    f.kind == Kind::kZoneName ? "TZ" : "OF");
      case Kind::kText:
        break;
    }
    return {};
  }

  Result<DatetimePattern::Read> finish() {
    if (hour12_) {
      if (hour_ < 1 || hour_ > 12) {
        return fail(make_error(SqlState::kInvalidDatetimeFormat,
                               "hour \"{}\" is invalid for the 12-hour clock", hour_)
                        .with_hint("Use the 24-hour clock, or give an hour between 1 and 12."));
      }
      if (meridian_ == 2 && hour_ < 12) hour_ += 12;
      if (meridian_ == 1 && hour_ == 12) hour_ = 0;
    }
    if (hour_ > 24 || minute_ > 59 || second_ > 59 ||
        (hour_ == 24 && minute_ + second_ + micros_ > 0))
      return out_of_range();
    const int64_t days = TRY(finish_date());
    DatetimePattern::Read r;
    r.has_offset = has_offset_;
    r.offset_seconds = negative_offset_ ? -offset_ : offset_;
    const int64_t time =
        (hour_ * 60 + minute_) * kMicrosPerMinute + second_ * kMicrosPerSecond + micros_;
    if (!is_date_in_range(days) || __builtin_mul_overflow(days, kMicrosPerDay, &r.local_micros) ||
        __builtin_add_overflow(r.local_micros, time, &r.local_micros) ||
        !is_timestamp_in_range(r.local_micros)) {
      return out_of_range();
    }
    return r;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(std::string_view word) {
    if (!starts_without_case(text_.substr(std::min(at_, text_.size())), word)) return false;
    at_ += word.size();
    return true;
  }
  std::unexpected<Error> bad_value(std::string_view field) const {
    return fail(
        make_error(SqlState::kInvalidDatetimeFormat, "invalid value \"{}\" for \"{}\"",
                   text_.substr(std::min(at_, text_.size()), std::max<size_t>(field.size(), 1)),
                   field)
            .with_detail(
                "The given value did not match any of the allowed values for this field."));
  }
  std::unexpected<Error> out_of_range() const {
    return fail(SqlState::kDatetimeFieldOverflow, "date/time field value out of range: \"{}\"",
                text_);
  }
  Result<int64_t> number(std::string_view field, int digits_max) {
    skip_blanks();
    const size_t begin = at_;
    size_t i = at_;
    const bool minus = i < text_.size() && text_[i] == '-';
    if (minus || (i < text_.size() && text_[i] == '+')) ++i;
    int64_t v = 0;
    int digits = 0;
    for (; i < text_.size() && is_digit(text_[i]) && digits < digits_max; ++i, ++digits)
      v = v * 10 + (text_[i] - '0');
    if (digits == 0) {
      return fail(make_error(SqlState::kInvalidDatetimeFormat, "invalid value \"{}\" for \"{}\"",
                             text_.substr(begin, std::max(1, std::min(digits_max, 4))), field)
                      .with_detail("Value must be an integer."));
    }
    at_ = i;
    last_digits_ = digits;
    return minus ? -v : v;
  }
  Result<int64_t> fraction(std::string_view field, int digits_max) {
    int64_t v = TRY(number(field, digits_max));
    for (int i = last_digits_; i < 6; ++i) v *= 10;
    return v;
  }
  Result<void> year(const PatternField& f, bool number_follows) {
    const bool limited = number_follows || (f.fill && f.digits < 4);
    int64_t v = TRY(number(f.digits == 4   ? "YYYY"
                           : f.digits == 3 ? "YYY"
                           : f.digits == 2 ? "YY"
                                           : "Y",
                           limited ? f.digits : 18));
    // Short years are near 2020.
    if (last_digits_ < 4 && f.digits < 4) {
      if (v < 70)
        v += 2000;
      else if (v < 100)
        v += 1900;
      else if (v < 520)
        v += 2000;
      else if (v < 1000)
        v += 1000;
    }
    (f.kind == Kind::kYear ? year_ : iso_year_) = v;
    (f.kind == Kind::kYear ? has_year_ : has_iso_year_) = true;
    return {};
  }
  // Letters must be there (any letter will do); other characters match any others.
  Result<void> literal(const PatternField& f) {
    for (const char c : f.text) {
      if (at_ >= text_.size()) return {};
      if (c == ' ' || (!is_letter(c) && !is_digit(c))) {
        if (isspace(static_cast<unsigned char>(c)) != 0)
          skip_blanks();
        else if (!is_letter(text_[at_]) && !is_digit(text_[at_]))
          ++at_;
      } else {
        ++at_;
      }
    }
    return {};
  }
  Result<int64_t> finish_date() {
    if (julian_ >= 0) return julian_ - kJulianEpochDays;
    if (has_iso_year_ || iso_week_ > 0 || iso_day_of_year_ > 0) {
      const int64_t y = has_iso_year_ ? iso_year_ : 1;
      if (iso_day_of_year_ > 0) return days_of_iso_week(y, 1) + iso_day_of_year_ - 1;
      return days_of_iso_week(y, static_cast<int>(std::max<int64_t>(iso_week_, 1))) +
             std::max<int64_t>(iso_day_, 1) - 1;
    }
    int64_t y = year_;
    if (century_ != 0)
      y = has_year_ ? (century_ - 1) * 100 + year_ % 100 : (century_ - 1) * 100 + 1;
    else if (!has_year_ && year_ == 0)
      y = bc_ ? 1 : 0;
    if (bc_)
      y = 1 - y;
    else if (y < 0)
      y += 1;
    if (day_of_year_ > 0) {
      if (day_of_year_ > 365 + is_leap_year(y)) return out_of_range();
      return days_from_civil(y, 1, 1) + day_of_year_ - 1;
    }
    if (week_ > 0) return days_from_civil(y, 1, 1) + (week_ - 1) * 7;
    const int64_t month = month_ == 0 ? 1 : month_;
    int64_t day = day_ == 0 ? 1 : day_;
    if (week_of_month_ > 0) day = (week_of_month_ - 1) * 7 + 1;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(y, static_cast<int>(month)))
      return out_of_range();
    return days_from_civil(y, static_cast<int>(month), static_cast<int>(day));
  }

  std::string_view text_;
  size_t at_ = 0;
  int last_digits_ = 0;
  int64_t year_ = 0, iso_year_ = 0, month_ = 0, day_ = 0, day_of_year_ = 0, iso_day_of_year_ = 0,
          week_ = 0;
  int64_t week_of_month_ = 0, iso_week_ = 0, iso_day_ = 0, century_ = 0, julian_ = -1;
  int64_t hour_ = 0, minute_ = 0, second_ = 0, micros_ = 0, offset_ = 0;
  int meridian_ = 0;
  bool hour12_ = false, bc_ = false, has_year_ = false, has_iso_year_ = false, has_offset_ = false;
  bool negative_offset_ = false;
};

}  // namespace

DatetimePattern::DatetimePattern(std::string_view format) {
  bool fill = true;
  const auto add_text = [&](std::string_view text, bool quoted) {
    if (!fields_.empty() && fields_.back().kind == Kind::kText && fields_.back().quoted == quoted) {
      fields_.back().text += text;
    } else {
      fields_.push_back({.kind = Kind::kText, .quoted = quoted, .text = std::string(text)});
    }
  };
  for (size_t i = 0; i < format.size();) {
    const std::string_view rest = format.substr(i);
    if (starts_without_case(rest, "FM")) {
      fill = false;
      i += 2;
      continue;
    }
    if (starts_without_case(rest, "FX") || rest.starts_with("TM")) {
      i += 2;
      continue;
    }
    if (rest[0] == '"') {
      std::string text;
      for (++i; i < format.size() && format[i] != '"'; ++i) {
        if (format[i] == '\\' && i + 1 < format.size()) ++i;
        text += format[i];
      }
      ++i;
      add_text(text, true);
      continue;
    }
    if (rest[0] == '\\' && rest.size() > 1 && rest[1] == '"') {
      add_text("\"", false);
      i += 2;
      continue;
    }
    const Keyword* best = nullptr;
    for (const Keyword& k : kKeywords) {
      if (starts_without_case(rest, k.text) &&
          (best == nullptr || k.text.size() > best->text.size()))
        best = &k;
    }
    if (best == nullptr) {
      add_text(rest.substr(0, 1), false);
      ++i;
      continue;
    }
    PatternField f{.kind = best->kind, .digits = best->digits, .fill = fill, .dots = best->dots};
    const bool first_low = islower(static_cast<unsigned char>(rest[0])) != 0;
    const size_t second = best->dots ? 2 : 1;
    const bool second_low =
        best->text.size() > second && islower(static_cast<unsigned char>(rest[second])) != 0;
    f.letters = first_low    ? PatternField::kLower
                : second_low ? PatternField::kCapital
                             : PatternField::kUpper;
    if (f.kind == Kind::kMeridian || f.kind == Kind::kEra || f.kind == Kind::kRoman) {
      f.letters = first_low ? PatternField::kLower : PatternField::kUpper;
    }
    i += best->text.size();
    fill = true;
    if (i + 1 < format.size() + 0 && (format.substr(i, 2) == "TH" || format.substr(i, 2) == "th")) {
      f.ordinal = format[i] == 'T' ? 1 : 2;
      i += 2;
    }
    fields_.push_back(std::move(f));
  }
}

Result<void> DatetimePattern::print(const Moment& moment, std::string& out) const {
  const CivilTime t = civil_from_micros(moment.local_micros);
  const Shown shown{.days = day_of_micros(moment.local_micros),
                    .year = t.date.year,
                    .month = t.date.month,
                    .day = t.date.day,
                    .hour = t.hour,
                    .minute = t.minute,
                    .second = t.second,
                    .micros = t.micros,
                    .offset = moment.offset_seconds,
                    .zone = moment.zone_name};
  Printer printer(shown, out);
  for (const PatternField& f : fields_) printer.print(f);
  return {};
}

void DatetimePattern::print(const Interval& i, std::string& out) const {
  const int64_t m = i.micros;
  const Shown shown{.is_interval = true,
                    .year = i.months / 12,
                    .month = i.months % 12,
                    .day = i.days,
                    .hour = m / kMicrosPerHour,
                    .minute = m / kMicrosPerMinute % 60,
                    .second = m / kMicrosPerSecond % 60,
                    .micros = m % kMicrosPerSecond};
  Printer printer(shown, out);
  for (const PatternField& f : fields_) printer.print(f);
}

Result<DatetimePattern::Read> DatetimePattern::read(std::string_view text) const {
  Reader reader(text);
  for (size_t i = 0; i < fields_.size(); ++i) {
    const bool number_follows = i + 1 < fields_.size() && fields_[i + 1].kind != Kind::kText;
    TRY(reader.field(fields_[i], number_follows));
  }
  return reader.finish();
}

}  // namespace leat

// Dates, times and timestamps from text: pieces (datetime_token.h) become fields by PostgreSQL's
// rules for DateStyle ISO, MDY; then the fields are checked and put together.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "types/datetime.h"
#include "types/datetime_token.h"

namespace leat {
namespace {

// What is wrong, before the message is known.
enum class Wrong : uint8_t {
  kNothing,
  kFormat,
  kField,       // a field out of range
  kMonthOrDay,  // the same, perhaps of another DateStyle
  kZoneOffset,
  kZoneName,
  kClock,
};

enum FieldBit : uint32_t {
  kYear = 1,
  kMonth = 2,
  kDay = 4,
  kHour = 8,
  kMinute = 16,
  kSecond = 32,
  kZone = 64,
  kDayOfYear = 128,
  kWeekday = 256,
  kMeridian = 512,
  kEra = 1024,
  kSpecialValue = 2048,
};
constexpr uint32_t kDateBits = kYear | kMonth | kDay;
constexpr uint32_t kTimeBits = kHour | kMinute | kSecond;

enum class SpecialValue : uint8_t { kNone, kInfinity, kMinusInfinity, kEpoch, kAllBalls };

int month_of_word(std::string_view w) {
  static constexpr std::string_view kNames[] = {"january",   "february", "march",    "april",
                                                "may",       "june",     "july",     "august",
                                                "september", "october",  "november", "december"};
  if (w == "sept") return 9;
  for (int i = 0; i < 12; ++i) {
    if (w == kNames[i] || w == kNames[i].substr(0, 3)) return i + 1;
  }
  return 0;
}

bool is_weekday(std::string_view w) {
  static constexpr std::string_view kNames[] = {"sun",  "sunday",  "mon",  "monday",  "tue",
                                                "tues", "tuesday", "wed",  "weds",    "wednesday",
                                                "wedn", "thu",     "thur", "thurs",   "thursday",
                                                "fri",  "friday",  "sat",  "saturday"};
  return std::find(std::begin(kNames), std::end(kNames), w) != std::end(kNames);
}

bool is_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Leading digits as a number; false if there are none or too many.
bool read_int(std::string_view s, int64_t& value, size_t* used = nullptr) {
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc() || value > 1'000'000'000) return false;
  if (used != nullptr)
    *used = static_cast<size_t>(end - s.data());
  else if (end != s.data() + s.size())
    return false;
  return true;
}

// Fields of a text, filled piece by piece.
class DatetimeReader {
 public:
  // `time_only`: a bare number is a time of day.
  explicit DatetimeReader(bool time_only = false) : time_only_(time_only) {}

  Wrong read(std::string_view text) {
    std::vector<DatetimeToken> tokens;
    if (!cut_datetime(text, tokens) || tokens.empty()) return Wrong::kFormat;
    for (size_t i = 0; i < tokens.size(); ++i) {
      added_ = 0;
      if (const Wrong w = read_token(tokens[i], i + 1 == tokens.size()); w != Wrong::kNothing)
        return w;
      if ((added_ & have_) != 0) return Wrong::kFormat;
      have_ |= added_;
    }
    if (after_t_ || julian_next_) return Wrong::kFormat;
    return finish();
  }

  bool has_date() const { return (have_ & kDateBits) == kDateBits; }
  bool has_time() const { return (have_ & kTimeBits) == kTimeBits; }
  SpecialValue special() const { return special_; }
  bool has_zone() const { return (have_ & kZone) != 0; }
  bool names_zone() const { return zone_.has_value(); }
  int64_t days() const { return days_; }
  int64_t time_micros() const {
    return ((hour_ * 60 + minute_) * 60 + second_) * kMicrosPerSecond + micros_;
  }
  // UTC of the local timestamp by the text's own zone.
  int64_t to_utc(int64_t local) const {
    return zone_ ? zone_->to_utc(local) : local - offset_ * kMicrosPerSecond;
  }

 private:
  Wrong read_token(const DatetimeToken& token, bool last) {
    switch (token.kind) {
      case DatetimeToken::kTime:
        after_t_ = false;
        return read_time(token.text);
      case DatetimeToken::kDate:
        return read_date_token(token.text);
      case DatetimeToken::kZone:
        return read_offset(token.text);
      case DatetimeToken::kNumber:
        return read_number_token(token.text);
      case DatetimeToken::kWord:
        return read_word(token.text, last);
      case DatetimeToken::kSpecial:
        if (token.text == "-infinity") return set_special(SpecialValue::kMinusInfinity);
        if (token.text == "+infinity") return set_special(SpecialValue::kInfinity);
        return Wrong::kFormat;
    }
    return Wrong::kFormat;
  }

  Wrong set_special(SpecialValue value) {
    special_ = value;
    added_ = kSpecialValue;
    return Wrong::kNothing;
  }

  Wrong read_word(const std::string& w, bool last) {
    if (w == "infinity") return set_special(SpecialValue::kInfinity);
    if (w == "epoch") return set_special(SpecialValue::kEpoch);
    if (w == "allballs") {
      added_ = kTimeBits | kZone;
      return Wrong::kNothing;
    }
    if (w == "now" || w == "today" || w == "tomorrow" || w == "yesterday") return Wrong::kClock;
    if (w == "at" || w == "on") return Wrong::kNothing;
    if (w == "am" || w == "pm") {
      added_ = kMeridian;
      meridian_ = w == "am" ? 1 : 2;
      return Wrong::kNothing;
    }
    if (w == "bc" || w == "ad") {
      added_ = kEra;
      bc_ = w == "bc";
      return Wrong::kNothing;
    }
    if (w == "t" && !last) {
      after_t_ = true;
      return time_only_ || has_bits(kDateBits) ? Wrong::kNothing : Wrong::kFormat;
    }
    if ((w == "j" || w == "jd" || w == "julian") && !last) {
      julian_next_ = true;
      return Wrong::kNothing;
    }
    if (const int month = month_of_word(w); month != 0) {
      // "Jan 5": a number that was taken as the month was the day.
      if ((have_ & kMonth) != 0 && !text_month_ && (have_ & kDay) == 0 && month_ >= 1 &&
          month_ <= 31) {
        day_ = month_;
        added_ = kDay;
      } else {
        added_ = kMonth;
      }
      text_month_ = true;
      month_ = month;
      return Wrong::kNothing;
    }
    if (is_weekday(w)) {
      added_ = kWeekday;
      return Wrong::kNothing;
    }
    if (w == "dst") {
      if ((have_ & kZone) == 0) return Wrong::kFormat;
      offset_ += 3600;
      return Wrong::kNothing;
    }
    if (const auto offset = zone_abbreviation_offset(w)) {
      added_ = kZone;
      offset_ = *offset;
      return Wrong::kNothing;
    }
    return read_zone_name(w, Wrong::kFormat);
  }

  Wrong read_zone_name(const std::string& name, Wrong otherwise) {
    // POSIX forms would take almost any word; only names of the database count here.
    if (name.size() < 3) return otherwise;
    auto zone = TimeZone::find(name);
    if (!zone || zone->name() == name) return otherwise;
    added_ = kZone;
    zone_ = std::move(*zone);
    return Wrong::kNothing;
  }

  Wrong read_date_token(const std::string& text) {
    if (has_bits(kMonth | kDay) || (have_ & kDateBits) == kDateBits) {
      if (text[0] < '0' || text[0] > '9') return read_zone_name(text, Wrong::kZoneName);
      // A time run together with its zone: 040506-08.
      const size_t dash = text.find('-');
      if (dash == std::string::npos) return Wrong::kFormat;
      if (const Wrong w = read_offset(text.substr(dash)); w != Wrong::kNothing) return w;
      const uint32_t zone_bit = added_;
      added_ = 0;
      after_t_ = false;
      const Wrong w = read_number_field(text.substr(0, dash));
      added_ |= zone_bit;
      return w;
    }
    return read_date(text);
  }

  // A date with its own delimiters: 1999-01-08, 1/8/1999, 08-jan-1999.
  Wrong read_date(const std::string& text) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < text.size();) {
      if (isalnum(static_cast<unsigned char>(text[i])) == 0) {
        ++i;
        continue;
      }
      const bool digit = isdigit(static_cast<unsigned char>(text[i])) != 0;
      size_t j = i;
      while (j < text.size() && (digit ? isdigit(static_cast<unsigned char>(text[j])) != 0
                                       : isalpha(static_cast<unsigned char>(text[j])) != 0)) {
        ++j;
      }
      parts.push_back(text.substr(i, j - i));
      i = j;
    }
    if (parts.empty() || parts.size() > 3) return Wrong::kFormat;
    uint32_t fields = have_ & kDateBits;
    uint32_t added = 0;
    for (auto& part : parts) {  // the month's name first
      if (isalpha(static_cast<unsigned char>(part[0])) == 0) continue;
      const int month = month_of_word(part);
      if (month == 0 || (fields & kMonth) != 0) return Wrong::kFormat;
      month_ = month;
      text_month_ = true;
      fields |= kMonth;
      added |= kMonth;
      part.clear();
    }
    for (const auto& part : parts) {
      if (part.empty()) continue;
      uint32_t bit = 0;
      if (const Wrong w = read_date_number(part, fields, bit); w != Wrong::kNothing) return w;
      if ((fields & bit) != 0) return Wrong::kFormat;
      fields |= bit;
      added |= bit;
    }
    // As in PostgreSQL, a weekday may not stand before a date with delimiters.
    if ((fields & kDateBits) != kDateBits || (have_ & kWeekday) != 0) return Wrong::kFormat;
    added_ = added;
    return Wrong::kNothing;
  }

  // Decides which field of a date a number is, by its length and what is there already.
  Wrong read_date_number(std::string_view text, uint32_t fields, uint32_t& bit) {
    int64_t value;
    if (!read_int(text, value)) return Wrong::kField;
    const size_t length = text.size();
    if (length == 3 && (fields & kDateBits) == kYear && value >= 1 && value <= 366) {
      bit = kDayOfYear | kMonth | kDay;
      day_of_year_ = static_cast<int>(value);
      return Wrong::kNothing;
    }
    const auto set_year = [&] {
      year_ = value;
      bit = kYear;
      two_digits_ = length <= 2;
    };
    const auto set_month = [&] {
      month_ = static_cast<int>(value);
      bit = kMonth;
    };
    const auto set_day = [&] {
      day_ = static_cast<int>(value);
      bit = kDay;
    };
    switch (fields & kDateBits) {
      case 0:
        length >= 3 ? set_year() : set_month();
        break;
      case kYear:
        set_month();
        break;
      case kMonth:
        if (text_month_ && length >= 3)
          set_year();
        else
          set_day();
        break;
      case kYear | kMonth:
        if (text_month_ && length >= 3 && two_digits_) {
          // The first number was the day after all: 08-jan-1999.
          day_ = static_cast<int>(year_);
          year_ = value;
          two_digits_ = false;
          bit = kDay;
        } else {
          set_day();
        }
        break;
      case kDay:
        set_month();
        break;
      case kMonth | kDay:
        set_year();
        break;
      default:
        return Wrong::kFormat;
    }
    return Wrong::kNothing;
  }

  Wrong read_number_token(const std::string& text) {
    if (julian_next_) {
      julian_next_ = false;
      return read_julian(text);
    }
    if (after_t_ || time_only_) {
      after_t_ = false;
      return read_number_field(text);
    }
    const size_t dot = text.find('.');
    if (dot != std::string::npos && (have_ & kDateBits) == 0) return read_date(text);
    if (dot != std::string::npos && dot > 2) return read_number_field(text);
    if (dot == std::string::npos && text.size() >= 6 &&
        (!has_bits(kDateBits) || !has_bits(kTimeBits))) {
      return read_number_field(text);
    }
    if (dot != std::string::npos) return Wrong::kFormat;
    if (has_bits(kDateBits)) return read_number_field(text);
    return read_date_number(text, have_, added_);
  }

  Wrong read_julian(const std::string& text) {
    const size_t dot = text.find('.');
    int64_t day;
    if (!read_int(std::string_view(text).substr(0, dot), day)) return Wrong::kField;
    days_ = day - kJulianEpochDays;
    julian_ = true;
    added_ = kDateBits;
    if (dot != std::string::npos) {
      double fraction = 0;
      const std::string digits = "0" + text.substr(dot);
      std::from_chars(digits.data(), digits.data() + digits.size(), fraction);
      const auto time = static_cast<int64_t>(fraction * static_cast<double>(kMicrosPerDay));
      hour_ = time / kMicrosPerHour;
      minute_ = time / kMicrosPerMinute % 60;
      second_ = time / kMicrosPerSecond % 60;
      micros_ = time % kMicrosPerSecond;
      added_ |= kTimeBits;
    }
    return Wrong::kNothing;
  }

  // Digits without delimiters: 19990108, 990108, 040506, 0405, 040506.789.
  Wrong read_number_field(const std::string& text) {
    std::string_view digits = text;
    const size_t dot = digits.find('.');
    int64_t micros = 0;
    if (dot != std::string_view::npos) {
      if (!read_fraction(digits.substr(dot), micros)) return Wrong::kFormat;
      digits = digits.substr(0, dot);
    } else if (!time_only_ && !has_bits(kDateBits) && digits.size() >= 6) {
      const size_t n = digits.size();
      int64_t y, m, d;
      if (!read_int(digits.substr(n - 2), d) || !read_int(digits.substr(n - 4, 2), m) ||
          !read_int(digits.substr(0, n - 4), y)) {
        return Wrong::kField;
      }
      year_ = y;
      month_ = static_cast<int>(m);
      day_ = static_cast<int>(d);
      two_digits_ = n - 4 == 2;
      added_ = kDateBits;
      return Wrong::kNothing;
    }
    if (has_bits(kTimeBits) || !is_digits(digits) || (digits.size() != 6 && digits.size() != 4)) {
      return Wrong::kFormat;
    }
    read_int(digits.substr(0, 2), hour_);
    read_int(digits.substr(2, 2), minute_);
    second_ = 0;
    if (digits.size() == 6) read_int(digits.substr(4, 2), second_);
    micros_ = micros;
    added_ = kTimeBits;
    return Wrong::kNothing;
  }

  Wrong read_time(std::string_view text) {
    size_t used;
    if (!read_int(text, hour_, &used)) return Wrong::kField;
    text.remove_prefix(used);
    if (text.empty() || text[0] != ':') return Wrong::kFormat;
    text.remove_prefix(1);
    if (text.empty() || !read_int(text, minute_, &used)) return Wrong::kFormat;
    text.remove_prefix(used);
    second_ = 0;
    micros_ = 0;
    if (!text.empty() && text[0] == ':') {
      text.remove_prefix(1);
      if (text.empty() || !read_int(text, second_, &used)) return Wrong::kFormat;
      text.remove_prefix(used);
      if (!text.empty() && !read_fraction(text, micros_)) return Wrong::kFormat;
    } else if (!text.empty()) {
      // mm:ss.fff is for intervals; here hh:mm only.
      return Wrong::kFormat;
    }
    added_ = kTimeBits;
    return Wrong::kNothing;
  }

  Wrong read_offset(std::string_view text) {
    const bool minus = text[0] == '-';
    text.remove_prefix(1);
    int64_t h = 0, m = 0, s = 0;
    size_t used;
    if (!read_int(text, h, &used)) return Wrong::kFormat;
    const std::string_view first = text.substr(0, used);
    text.remove_prefix(used);
    if (!text.empty() && text[0] == ':') {
      text.remove_prefix(1);
      if (text.empty() || !read_int(text, m, &used)) return Wrong::kFormat;
      text.remove_prefix(used);
      if (!text.empty() && text[0] == ':') {
        text.remove_prefix(1);
        if (text.empty() || !read_int(text, s, &used)) return Wrong::kFormat;
        text.remove_prefix(used);
      }
    } else if (first.size() > 2) {
      if (first.size() > 4) {
        s = h % 100;
        h /= 100;
      }
      m = h % 100;
      h /= 100;
    }
    if (!text.empty()) return Wrong::kFormat;
    if (h > 15 || m > 59 || s > 59) return Wrong::kZoneOffset;
    const int64_t offset = (h * 60 + m) * 60 + s;
    offset_ = static_cast<int32_t>(minus ? -offset : offset);
    // "UTC+3": the name before and the number count together.
    if ((have_ & kZone) != 0) return Wrong::kFormat;
    added_ = kZone;
    return Wrong::kNothing;
  }

  Wrong finish() {
    if (special_ != SpecialValue::kNone) {
      return (have_ & ~static_cast<uint32_t>(kSpecialValue | kZone)) == 0 ? Wrong::kNothing
                                                                          : Wrong::kFormat;
    }
    if (meridian_ != 0) {
      if (hour_ > 12) return Wrong::kField;
      if (meridian_ == 1 && hour_ == 12) hour_ = 0;
      if (meridian_ == 2 && hour_ != 12) hour_ += 12;
    }
    if (minute_ > 59 || second_ > 60 || hour_ > 24 ||
        (hour_ == 24 && (minute_ != 0 || second_ != 0 || micros_ != 0))) {
      return Wrong::kField;
    }
    if ((have_ & kDateBits) == 0) return Wrong::kNothing;
    return has_bits(kDateBits) ? finish_date() : Wrong::kFormat;
  }

  Wrong finish_date() {
    if (julian_) return Wrong::kNothing;
    if (bc_) {
      if (year_ <= 0) return Wrong::kField;
      year_ = 1 - year_;
    } else if (two_digits_) {
      if (year_ < 70)
        year_ += 2000;
      else if (year_ < 100)
        year_ += 1900;
    } else if (year_ <= 0) {
      return Wrong::kField;
    }
    if (day_of_year_ != 0) {
      days_ = days_from_civil(year_, 1, 1) + day_of_year_ - 1;
      return civil_from_days(days_).year == year_ ? Wrong::kNothing : Wrong::kField;
    }
    if (month_ < 1 || month_ > 12 || day_ < 1 || day_ > 31) return Wrong::kMonthOrDay;
    if (day_ > days_in_month(year_, month_)) return Wrong::kField;
    days_ = days_from_civil(year_, month_, day_);
    return Wrong::kNothing;
  }

  bool has_bits(uint32_t bits) const { return (have_ & bits) == bits; }

  uint32_t have_ = 0;   // fields known from earlier pieces
  uint32_t added_ = 0;  // fields of this piece
  int64_t year_ = 0;
  int month_ = 0, day_ = 0, day_of_year_ = 0;
  int64_t hour_ = 0, minute_ = 0, second_ = 0, micros_ = 0;
  int64_t days_ = 0;
  int32_t offset_ = 0;
  std::optional<TimeZone> zone_;
  SpecialValue special_ = SpecialValue::kNone;
  uint8_t meridian_ = 0;
  bool two_digits_ = false, bc_ = false, text_month_ = false, julian_ = false;
  bool after_t_ = false, julian_next_ = false;
  bool time_only_;
};

std::unexpected<Error> fail_datetime(Wrong wrong, std::string_view type, std::string_view text) {
  switch (wrong) {
    case Wrong::kField:
      return fail(SqlState::kDatetimeFieldOverflow, "date/time field value out of range: \"{}\"",
                  text);
    case Wrong::kMonthOrDay:
      return fail(make_error(SqlState::kDatetimeFieldOverflow,
                             "date/time field value out of range: \"{}\"", text)
                      .with_hint("Perhaps you need a different \"datestyle\" setting."));
    case Wrong::kZoneOffset:
      return fail(SqlState::kInvalidTimeZoneDisplacement,
                  "time zone displacement out of range: \"{}\"", text);
    case Wrong::kZoneName: {
      // The name is the last word of the text.
      const size_t end = text.find_last_not_of(' ');
      const size_t begin = text.find_last_of(' ', end);
      std::string name(text.substr(begin == text.npos ? 0 : begin + 1, end - begin));
      for (char& c : name) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
      return fail(SqlState::kInvalidParameterValue, "time zone \"{}\" not recognized", name);
    }
    case Wrong::kClock:
      return fail(make_error(SqlState::kFeatureNotSupported,
                             "date/time value \"{}\" is not supported in a literal", text)
                      .with_hint("Use now() or current_date, which follow the clock."));
    case Wrong::kFormat:
    case Wrong::kNothing:
      break;
  }
  return fail(SqlState::kInvalidDatetimeFormat, "invalid input syntax for type {}: \"{}\"", type,
              text);
}

// The fast path: YYYY-MM-DD[ T]HH:MM:SS[.f{1,6}], nothing else. Fills local micros and how much was
// read.
bool read_digits(const char* at, int n, int& value) {
  value = 0;
  for (int i = 0; i < n; ++i) {
    const unsigned d = static_cast<unsigned char>(at[i]) - '0';
    if (d > 9) return false;
    value = value * 10 + static_cast<int>(d);
  }
  return true;
}

bool read_iso_date(std::string_view text, int64_t& days) {
  int y, m, d;
  if (text.size() < 10 || text[4] != '-' || text[7] != '-' || !read_digits(text.data(), 4, y) ||
      !read_digits(text.data() + 5, 2, m) || !read_digits(text.data() + 8, 2, d)) {
    return false;
  }
  if (y == 0 || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m)) return false;
  days = days_from_civil(y, m, d);
  return true;
}

// Reads HH:MM:SS[.f{1,6}] at the front; gives the bytes used, 0 if it is not of this form.
size_t read_iso_time(std::string_view text, int64_t& micros) {
  int h, m, s;
  if (text.size() < 8 || text[2] != ':' || text[5] != ':' || !read_digits(text.data(), 2, h) ||
      !read_digits(text.data() + 3, 2, m) || !read_digits(text.data() + 6, 2, s) || h > 23 ||
      m > 59 || s > 59) {
    return 0;
  }
  micros = ((h * 60 + m) * int64_t{60} + s) * kMicrosPerSecond;
  if (text.size() == 8 || text[8] != '.') return 8;
  size_t i = 9;
  int64_t unit = 100'000;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, unit /= 10) {
    if (i > 14) return 0;
    micros += (text[i] - '0') * unit;
  }
  return i > 9 ? i : 0;
}

size_t read_iso_timestamp(std::string_view text, int64_t& micros) {
  int64_t days, time;
  if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T') || !read_iso_date(text, days))
    return 0;
  const size_t used = read_iso_time(text.substr(11), time);
  if (used == 0) return 0;
  micros = days * kMicrosPerDay + time;
  return 11 + used;
}

Result<int64_t> put_together(const DatetimeReader& reader, std::string_view type,
                             std::string_view text) {
  if (!reader.has_date()) return fail_datetime(Wrong::kFormat, type, text);
  int64_t micros;
  if (reader.days() < kDateMin || __builtin_mul_overflow(reader.days(), kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, reader.time_micros(), &micros) ||
      !is_timestamp_in_range(micros)) {
    return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range: \"{}\"", text);
  }
  return micros;
}

Result<int64_t> special_timestamp(SpecialValue value) {
  switch (value) {
    case SpecialValue::kInfinity:
      return kTimestampInfinity;
    case SpecialValue::kMinusInfinity:
      return kTimestampMinusInfinity;
    default:
      return 0;
  }
}

}  // namespace

Result<int32_t> parse_date(std::string_view text) {
  int64_t days;
  if (text.size() == 10 && read_iso_date(text, days)) return static_cast<int32_t>(days);
  DatetimeReader reader;
  if (const Wrong w = reader.read(text); w != Wrong::kNothing)
    return fail_datetime(w, "date", text);
  switch (reader.special()) {
    case SpecialValue::kInfinity:
      return kDateInfinity;
    case SpecialValue::kMinusInfinity:
      return kDateMinusInfinity;
    case SpecialValue::kEpoch:
      return 0;
    default:
      break;
  }
  if (!reader.has_date()) return fail_datetime(Wrong::kFormat, "date", text);
  if (!is_date_in_range(reader.days())) {
    return fail(SqlState::kDatetimeFieldOverflow, "date out of range: \"{}\"", text);
  }
  return static_cast<int32_t>(reader.days());
}

Result<int64_t> parse_time(std::string_view text) {
  int64_t micros;
  if (read_iso_time(text, micros) == text.size() && !text.empty()) return micros;
  DatetimeReader reader(true);
  if (const Wrong w = reader.read(text); w != Wrong::kNothing)
    return fail_datetime(w, "time", text);
  if (!reader.has_time() || reader.special() != SpecialValue::kNone) {
    return fail_datetime(Wrong::kFormat, "time", text);
  }
  if (reader.time_micros() > kMicrosPerDay) return fail_datetime(Wrong::kField, "time", text);
  return reader.time_micros();
}

Result<int64_t> parse_timestamp(std::string_view text) {
  int64_t micros;
  if (!text.empty() && read_iso_timestamp(text, micros) == text.size()) return micros;
  DatetimeReader reader;
  if (const Wrong w = reader.read(text); w != Wrong::kNothing)
    return fail_datetime(w, "timestamp", text);
  if (reader.special() != SpecialValue::kNone) return special_timestamp(reader.special());
  return put_together(reader, "timestamp", text);
}

Result<int64_t> parse_timestamptz(std::string_view text, const TimeZone& zone) {
  constexpr std::string_view kType = "timestamp with time zone";
  int64_t micros;
  if (const size_t used = read_iso_timestamp(text, micros); used != 0) {
    const std::string_view rest = text.substr(used);
    if (rest == "Z" || rest == "+00" || rest == "+00:00") return micros;
    if (rest.empty()) return zone.to_utc(micros);
    int h, m = 0;
    if ((rest[0] == '+' || rest[0] == '-') &&
        (rest.size() == 3 || (rest.size() == 6 && rest[3] == ':')) &&
        read_digits(rest.data() + 1, 2, h) &&
        (rest.size() == 3 || read_digits(rest.data() + 4, 2, m)) && h <= 15 && m <= 59) {
      const int64_t offset = (h * 60 + m) * kMicrosPerMinute;
      return micros - (rest[0] == '-' ? -offset : offset);
    }
  }
  DatetimeReader reader;
  if (const Wrong w = reader.read(text); w != Wrong::kNothing) return fail_datetime(w, kType, text);
  if (reader.special() != SpecialValue::kNone) return special_timestamp(reader.special());
  const int64_t local = TRY(put_together(reader, kType, text));
  const int64_t utc = reader.has_zone() ? reader.to_utc(local) : zone.to_utc(local);
  if (!is_timestamp_in_range(utc)) {
    return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range: \"{}\"", text);
  }
  return utc;
}

}  // namespace leat

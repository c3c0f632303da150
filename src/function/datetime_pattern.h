#pragma once
// DatetimePattern: a to_char / to_timestamp format cut into its fields once. Thread: immutable;
// any.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "types/interval.h"
#include "types/time_zone.h"

namespace leat {

struct PatternField {
  enum Kind : uint8_t {
    kText,
    kHour12,
    kHour24,
    kMinute,
    kSecond,
    kMillis,
    kMicros,
    kFraction,
    kSecondsOfDay,
    kMeridian,
    kYearComma,
    kYear,
    kIsoYear,
    kEra,
    kMonthName,
    kMonthShort,
    kMonth,
    kDayName,
    kDayShort,
    kDayOfYear,
    kIsoDayOfYear,
    kDay,
    kWeekday,
    kIsoWeekday,
    kWeekOfMonth,
    kWeek,
    kIsoWeek,
    kCentury,
    kJulian,
    kQuarter,
    kRoman,
    kZoneName,
    kZoneHour,
    kZoneMinute,
    kZoneOffset,
  };
  enum Case : uint8_t { kUpper, kLower, kCapital };
  Kind kind = kText;
  Case letters = kUpper;
  uint8_t digits = 0;   // of kYear, kIsoYear, kFraction
  bool fill = true;     // FM takes the filling away
  uint8_t ordinal = 0;  // 1: TH, 2: th
  bool dots = false;    // A.M., B.C.
  bool quoted = false;  // text in quotes
  std::string text;     // kText
};

class DatetimePattern {
 public:
  explicit DatetimePattern(std::string_view format);

  // Local microseconds, and what the zone fields show (name empty: nothing).
  struct Moment {
    int64_t local_micros = 0;
    int64_t offset_seconds = 0;
    std::string_view zone_name;
  };
  Result<void> print(const Moment& moment, std::string& out) const;
  void print(const Interval& interval, std::string& out) const;

  // Reads a text by the pattern: local microseconds, and the offset if the text had one.
  struct Read {
    int64_t local_micros = 0;
    bool has_offset = false;
    int64_t offset_seconds = 0;
  };
  Result<Read> read(std::string_view text) const;

 private:
  std::vector<PatternField> fields_;
};

}  // namespace leat

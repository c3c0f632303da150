#pragma once
// DatetimeToken: the pieces a date, time or interval text is cut into before they are understood,
// by PostgreSQL's rules. Thread: free functions.

#include <string>
#include <string_view>
#include <vector>

namespace leat {

struct DatetimeToken {
  enum Kind : uint8_t {
    kNumber,   // digits, perhaps with a fraction
    kWord,     // letters
    kDate,     // digits and letters joined by - / or .
    kTime,     // hh:mm..
    kZone,     // + or - and digits (in an interval: a signed number or time)
    kSpecial,  // + or - and letters
  };
  Kind kind;
  std::string text;  // lower case
};

inline constexpr size_t kDatetimeTokensMax = 25;
inline constexpr size_t kDatetimeTextMax = 128;

// False: a character that cannot be part of any date, or too many pieces.
bool cut_datetime(std::string_view text, std::vector<DatetimeToken>& tokens);

// Reads ".123456789" (or "." alone) as rounded microseconds; false if it is not one.
bool read_fraction(std::string_view text, int64_t& micros);

}  // namespace leat

#pragma once
// PostgreSQL's text and binary forms of every type, both ways.
// Output settings are fixed as the server reports them: DateStyle ISO, IntervalStyle postgres,
// extra_float_digits 1 (shortest round-trip), bytea hex. timestamptz text needs a time zone.

#include <string>
#include <string_view>

#include "types/time_zone.h"
#include "types/vector.h"

namespace leat {

// Appends the text form of a non-null row.
void append_text(std::string& to, const Vector& column, size_t row, const TimeZone& zone);
// Appends the binary form (without length word) of a non-null row.
void append_binary(std::string& to, const Vector& column, size_t row);
std::string to_text(const Value& value, const TimeZone& zone);
std::string to_binary(const Value& value);

// Parses text of a type as PostgreSQL's input functions do.
// Errors: kInvalidTextRepresentation `invalid input syntax for type integer: "x"`,
// kNumericValueOutOfRange, kInvalidDatetimeFormat, kDatetimeFieldOverflow.
Result<Value> parse_text(const Type& type, std::string_view text, const TimeZone& zone);
Result<Value> parse_binary(const Type& type, std::string_view bytes);

}  // namespace leat

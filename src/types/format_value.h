#pragma once
// PostgreSQL's text and binary forms of every type, both ways.
// Output settings are fixed as the server reports them: DateStyle ISO, IntervalStyle postgres,
// extra_float_digits 1 (shortest round-trip), bytea hex. timestamptz text needs a time zone.

#include <string>
#include <string_view>

#include "types/packed_row.h"
#include "types/time_zone.h"
#include "types/vector.h"

namespace leat {

// Appends the text form of a non-null row.
void append_text(std::string& to, const Vector& column, size_t row, const TimeZone& zone);
// Appends the binary form (without length word) of a non-null row.
void append_binary(std::string& to, const Vector& column, size_t row);
std::string to_text(const Value& value, const TimeZone& zone);
std::string to_binary(const Value& value);
// The text form of a non-null value as it lies in a packed row.
void append_text(std::string& to, const Type& type, PackedValue value, const TimeZone& zone);
// Shortest digits that read back the same: 1e+20, 1e-05, Infinity, NaN.
void append_float_text(std::string& to, double value);
void append_float_text(std::string& to, float value);

// Parses text of a type as PostgreSQL's input functions do.
// Errors: kInvalidTextRepresentation `invalid input syntax for type integer: "x"`,
// kNumericValueOutOfRange, kInvalidDatetimeFormat, kDatetimeFieldOverflow.
Result<Value> parse_text(const Type& type, std::string_view text, const TimeZone& zone);
Result<Value> parse_binary(const Type& type, std::string_view bytes);

// The same for scalars without a Value, for loops over many rows.
Result<bool> parse_boolean(std::string_view text);
Result<int16_t> parse_int16(std::string_view text);
Result<int32_t> parse_int32(std::string_view text);
Result<int64_t> parse_int64(std::string_view text);
Result<float> parse_float32(std::string_view text);
Result<double> parse_float64(std::string_view text);
Result<std::string> parse_bytea(std::string_view text);
// Error kCharacterNotInRepertoire if the bytes are not UTF-8 or hold a NUL.
Result<void> check_utf8(std::string_view text);

}  // namespace leat

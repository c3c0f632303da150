#pragma once
// JsonValueReader: one JSON value to the SQL value of a type; what each type takes is in README.md.
// It says only whether a value fits; what a misfit means is the decoder's business.
// Nested values must have been walked over by JsonIndex::skip() before: their structure is sound.
// Thread: owner only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/json_index.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/packed_row.h"
#include "types/time_zone.h"
#include "types/type.h"

namespace leat {

enum class JsonFit : uint8_t {
  kValue,   // taken
  kNull,    // JSON null
  kMisfit,  // JSON, perhaps, but not of this type
};

enum class TimestamptzMode : uint8_t { kGuessNumberUnit, kMicro, kMilli, kUtcString, kUtcWithoutSuffix };

struct JsonValueOptions {
  TimestamptzMode timestamptz = TimestamptzMode::kGuessNumberUnit;
  bool bytea_base64 = false;
};

// Microseconds of a number of seconds, milliseconds, microseconds or nanoseconds, told by its size.
std::optional<int64_t> micros_of_guessed_unit(int64_t number);
std::optional<std::string> decode_base64(std::string_view text);

class JsonValueReader {
 public:
  explicit JsonValueReader(JsonValueOptions options) : options_(options) {}

  JsonFit boolean(const JsonIndex& json, size_t i, uint8_t& out) const;
  JsonFit integer(const JsonIndex& json, size_t i, int64_t minimum, int64_t maximum, int64_t& out);
  template <class Float>
  JsonFit real(const JsonIndex& json, size_t i, Float& out);
  JsonFit decimal(const JsonIndex& json, size_t i, Decimal& out);
  JsonFit date(const JsonIndex& json, size_t i, int32_t& out);
  JsonFit time(const JsonIndex& json, size_t i, int64_t& out);
  JsonFit timestamp(const JsonIndex& json, size_t i, int64_t& out);
  JsonFit timestamptz(const JsonIndex& json, size_t i, int64_t& out);
  JsonFit interval(const JsonIndex& json, size_t i, Interval& out);
  // The types that are stored as strings; `end` is the token behind the value. `out` points into
  // the message or into this reader, until the next call.
  JsonFit text(const JsonIndex& json, size_t i, size_t end, std::string_view& out);
  JsonFit bytea(const JsonIndex& json, size_t i, std::string_view& out);
  JsonFit jsonb(const JsonIndex& json, size_t i, size_t end, std::string_view& out);
  JsonFit nested(const Type& type, const JsonIndex& json, size_t i, std::string_view& out);

 private:
  // A string token's text.
  bool string(const JsonIndex& json, size_t i, std::string_view& out);
  // Any value as one of a packed row.
  JsonFit append(const Type& type, const JsonIndex& json, size_t i, size_t end, PackedWriter& to);
  JsonFit append_list(const Type& type, const JsonIndex& json, size_t i, std::string& to);
  JsonFit append_struct(const Type& type, const JsonIndex& json, size_t i, std::string& to);

  JsonValueOptions options_;
  TimeZone utc_;
  TimeZone other_zone_;  // to tell texts with a zone from those without
  bool has_other_zone_ = false;
  std::string scratch_;
  std::string nested_;
  JsonIndex inner_;  // of a string that contains an object
  std::string inner_text_;
};

}  // namespace leat

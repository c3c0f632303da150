#include "format/json_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <vector>

#include "types/datetime.h"
#include "types/format_value.h"
#include "types/jsonb.h"

namespace leat {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_number(char c) { return is_digit(c) || c == '-'; }

// null is a value of every type; anything else that begins with its letter is not JSON.
JsonFit null_or_misfit(const JsonIndex& json, size_t i) {
  return json.at(i) == 'n' && json.token(i) == "null" ? JsonFit::kNull : JsonFit::kMisfit;
}

// Digits with an optional minus, nothing else; no leading zeros if `strict`.
bool parse_integer(std::string_view text, bool strict, int64_t& out) {
  if (strict) {
    const size_t first = !text.empty() && text[0] == '-';
    if (text.size() > first + 1 && text[first] == '0') return false;
  } else if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Two digits; negative: they are not.
int two_digits(const char* at) {
  if (!is_digit(at[0]) || !is_digit(at[1])) return -1;
  return (at[0] - '0') * 10 + (at[1] - '0');
}

// YYYY-MM-DD in the first ten bytes.
bool parse_iso_date(std::string_view text, int64_t& days) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  const int century = two_digits(text.data());
  const int year_of_century = two_digits(text.data() + 2);
  const int month = two_digits(text.data() + 5);
  const int day = two_digits(text.data() + 8);
  if (century < 0 || year_of_century < 0 || month < 1 || month > 12 || day < 1) return false;
  const int year = century * 100 + year_of_century;
  if (year == 0 || day > days_in_month(year, month)) return false;
  days = days_from_civil(year, month, day);
  return true;
}

struct IsoTimestamp {
  int64_t micros = 0;  // local
  bool has_zone = false;
  int64_t offset = 0;  // microseconds east
};

// YYYY-MM-DD[T ]HH:MM:SS[.ffffff][Z|+HH[[:]MM]]; false: some other form, perhaps also good.
bool parse_iso_timestamp(std::string_view text, IsoTimestamp& out) {
  if (text.size() < 19) return false;
  int64_t days;
  const char* at = text.data();
  if (!parse_iso_date(text, days) || (at[10] != 'T' && at[10] != ' ') || at[13] != ':' || at[16] != ':') {
    return false;
  }
  const int hour = two_digits(at + 11);
  const int minute = two_digits(at + 14);
  const int second = two_digits(at + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  const char* end = at + text.size();
  at += 19;
  int64_t fraction = 0;
  if (at != end && *at == '.') {
    const char* begin = ++at;
    int64_t unit = 100'000;
    for (; at != end && is_digit(*at); ++at, unit /= 10) fraction += (*at - '0') * unit;
    if (at == begin || at - begin > 6) return false;  // more digits are rounded elsewhere
  }
  out.micros = days * kMicrosPerDay + hour * kMicrosPerHour + minute * kMicrosPerMinute +
               second * kMicrosPerSecond + fraction;
  out.has_zone = at != end;
  if (at == end) return true;
  if (*at == 'Z') return end - at == 1;
  if (*at != '+' && *at != '-') return false;
  const int64_t sign = *at++ == '-' ? -1 : 1;
  if (end - at < 2) return false;
  const int hours = two_digits(at);
  at += 2;
  if (at != end && *at == ':') ++at;
  const int minutes = at == end ? 0 : end - at == 2 ? two_digits(at) : -1;
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return false;
  out.offset = sign * (hours * kMicrosPerHour + minutes * kMicrosPerMinute);
  return true;
}

bool scaled(int64_t number, int64_t factor, int64_t& out) {
  return !__builtin_mul_overflow(number, factor, &out) && is_timestamp_in_range(out);
}

}  // namespace

std::optional<int64_t> micros_of_guessed_unit(int64_t number) {
  const uint64_t size = number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  int64_t out;
  if (size < 100'000'000'000) return scaled(number, 1'000'000, out) ? std::optional(out) : std::nullopt;
  if (size < 100'000'000'000'000) return scaled(number, 1000, out) ? std::optional(out) : std::nullopt;
  if (size < 100'000'000'000'000'000) return number;
  return floor_div(number, 1000);
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr auto kDigits = [] {
    std::array<int8_t, 256> digits{};
    digits.fill(-1);
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < kAlphabet.size(); ++i) {
      digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
    }
    return digits;
  }();
  if (text.size() % 4 == 0 && text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const int digit = kDigits[static_cast<uint8_t>(c)];
    if (digit < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out.push_back(static_cast<char>(bits >> have));
    }
  }
  return out;
}

bool JsonValueReader::string(const JsonIndex& json, size_t i, std::string_view& out) {
  out = json.string(i);
  if (std::memchr(out.data(), '\\', out.size()) == nullptr) [[likely]] return true;
  scratch_.clear();
  if (!JsonIndex::unescape(out, scratch_)) return false;
  out = scratch_;
  return true;
}

JsonFit JsonValueReader::boolean(const JsonIndex& json, size_t i, uint8_t& out) const {
  const char c = json.at(i);
  if (c != 't' && c != 'f') return null_or_misfit(json, i);
  out = c == 't';
  return json.token(i) == (c == 't' ? "true" : "false") ? JsonFit::kValue : JsonFit::kMisfit;
}

JsonFit JsonValueReader::integer(const JsonIndex& json, size_t i, int64_t minimum, int64_t maximum,
                                 int64_t& out) {
  const char c = json.at(i);
  if (begins_number(c)) [[likely]] {
    if (!parse_integer(json.token(i), true, out)) return JsonFit::kMisfit;
  } else if (c == '"') {
    std::string_view text;
    if (!string(json, i, text) || !parse_integer(without_blanks(text), false, out)) return JsonFit::kMisfit;
  } else {
    return null_or_misfit(json, i);
  }
  return out >= minimum && out <= maximum ? JsonFit::kValue : JsonFit::kMisfit;
}

template <class Float>
JsonFit JsonValueReader::real(const JsonIndex& json, size_t i, Float& out) {
  const char c = json.at(i);
  if (begins_number(c)) [[likely]] {
    const std::string_view token = json.token(i);
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
    if (error != std::errc() || end != token.data() + token.size()) return JsonFit::kMisfit;
    return JsonIndex::is_number(token) ? JsonFit::kValue : JsonFit::kMisfit;
  }
  if (c != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  if constexpr (sizeof(Float) == 4) {
    const auto value = parse_float32(text);
    if (value) out = *value;
    return value ? JsonFit::kValue : JsonFit::kMisfit;
  } else {
    const auto value = parse_float64(text);
    if (value) out = *value;
    return value ? JsonFit::kValue : JsonFit::kMisfit;
  }
}
template JsonFit JsonValueReader::real(const JsonIndex&, size_t, float&);
template JsonFit JsonValueReader::real(const JsonIndex&, size_t, double&);

JsonFit JsonValueReader::decimal(const JsonIndex& json, size_t i, Decimal& out) {
  const char c = json.at(i);
  std::string_view text;
  if (begins_number(c)) {
    text = json.token(i);
    if (!JsonIndex::is_number(text)) return JsonFit::kMisfit;
  } else if (c != '"') {
    return null_or_misfit(json, i);
  } else if (!string(json, i, text)) {
    return JsonFit::kMisfit;
  }
  const auto value = Decimal::parse(text);
  if (!value) return JsonFit::kMisfit;
  out = *value;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::date(const JsonIndex& json, size_t i, int32_t& out) {
  const char c = json.at(i);
  int64_t days;
  if (begins_number(c)) {
    if (!parse_integer(json.token(i), true, days) || !is_date_in_range(days)) return JsonFit::kMisfit;
    out = static_cast<int32_t>(days);
    return JsonFit::kValue;
  }
  if (c != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  if (text.size() == 10 && parse_iso_date(text, days)) {
    out = static_cast<int32_t>(days);
    return JsonFit::kValue;
  }
  const auto value = parse_date(text);
  if (!value) return JsonFit::kMisfit;
  out = *value;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::time(const JsonIndex& json, size_t i, int64_t& out) {
  const char c = json.at(i);
  if (begins_number(c)) {
    const bool good = parse_integer(json.token(i), true, out) && out >= 0 && out <= kMicrosPerDay;
    return good ? JsonFit::kValue : JsonFit::kMisfit;
  }
  if (c != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  const auto value = parse_time(text);
  if (!value) return JsonFit::kMisfit;
  out = *value;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::timestamp(const JsonIndex& json, size_t i, int64_t& out) {
  const char c = json.at(i);
  if (begins_number(c)) {
    int64_t number;
    if (!parse_integer(json.token(i), true, number)) return JsonFit::kMisfit;
    const auto micros = micros_of_guessed_unit(number);
    if (!micros) return JsonFit::kMisfit;
    out = *micros;
    return JsonFit::kValue;
  }
  if (c != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  IsoTimestamp iso;
  if (parse_iso_timestamp(text, iso)) [[likely]] {
    out = iso.micros;  // a zone is ignored, as PostgreSQL does
    return JsonFit::kValue;
  }
  const auto value = parse_timestamp(text);
  if (!value) return JsonFit::kMisfit;
  out = *value;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::timestamptz(const JsonIndex& json, size_t i, int64_t& out) {
  const char c = json.at(i);
  if (begins_number(c)) {
    int64_t number;
    if (!parse_integer(json.token(i), true, number)) return JsonFit::kMisfit;
    switch (options_.timestamptz) {
      case TimestamptzMode::kGuessNumberUnit: {
        const auto micros = micros_of_guessed_unit(number);
        if (!micros) return JsonFit::kMisfit;
        out = *micros;
        return JsonFit::kValue;
      }
      case TimestamptzMode::kMicro: return scaled(number, 1, out) ? JsonFit::kValue : JsonFit::kMisfit;
      case TimestamptzMode::kMilli: return scaled(number, 1000, out) ? JsonFit::kValue : JsonFit::kMisfit;
      case TimestamptzMode::kUtcString:
      case TimestamptzMode::kUtcWithoutSuffix: return JsonFit::kMisfit;
    }
  }
  if (c != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  const bool zone_needed = options_.timestamptz != TimestamptzMode::kUtcWithoutSuffix;
  IsoTimestamp iso;
  if (parse_iso_timestamp(text, iso)) [[likely]] {
    if (zone_needed && !iso.has_zone) return JsonFit::kMisfit;
    out = iso.micros - iso.offset;
    return JsonFit::kValue;
  }
  const auto value = parse_timestamptz(text, utc_);
  if (!value) return JsonFit::kMisfit;
  out = *value;
  if (!zone_needed) return JsonFit::kValue;
  // A text that names its zone means the same everywhere.
  if (!has_other_zone_) {
    if (auto zone = TimeZone::find("+05:00")) other_zone_ = *zone;
    has_other_zone_ = true;
  }
  const auto elsewhere = parse_timestamptz(text, other_zone_);
  return elsewhere && *elsewhere == *value ? JsonFit::kValue : JsonFit::kMisfit;
}

JsonFit JsonValueReader::interval(const JsonIndex& json, size_t i, Interval& out) {
  if (json.at(i) != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  const auto value = parse_interval(text);
  if (!value) return JsonFit::kMisfit;
  out = *value;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::text(const JsonIndex& json, size_t i, size_t end, std::string_view& out) {
  switch (json.at(i)) {
    case '"':
      if (!string(json, i, out)) return JsonFit::kMisfit;
      // Only an escape can have made a NUL, which no text may hold.
      return out.data() != scratch_.data() || std::memchr(out.data(), 0, out.size()) == nullptr
                 ? JsonFit::kValue
                 : JsonFit::kMisfit;
    case '{':
    case '[':
      out = json.range(i, end);
      return canonical_json(out) ? JsonFit::kValue : JsonFit::kMisfit;
    case 'n': return null_or_misfit(json, i);
    default:
      out = json.token(i);
      return JsonIndex::is_literal(out) ? JsonFit::kValue : JsonFit::kMisfit;
  }
}

JsonFit JsonValueReader::bytea(const JsonIndex& json, size_t i, std::string_view& out) {
  if (json.at(i) != '"') return null_or_misfit(json, i);
  std::string_view text;
  if (!string(json, i, text)) return JsonFit::kMisfit;
  if (options_.bytea_base64) {
    auto value = decode_base64(text);
    if (!value) return JsonFit::kMisfit;
    scratch_ = std::move(*value);
  } else {
    auto value = parse_bytea(text);
    if (!value) return JsonFit::kMisfit;
    scratch_ = std::move(*value);
  }
  out = scratch_;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::jsonb(const JsonIndex& json, size_t i, size_t end, std::string_view& out) {
  if (json.at(i) == 'n') return null_or_misfit(json, i);
  auto value = canonical_json(json.range(i, end));
  if (!value) return JsonFit::kMisfit;
  scratch_ = std::move(*value);
  out = scratch_;
  return JsonFit::kValue;
}

JsonFit JsonValueReader::nested(const Type& type, const JsonIndex& json, size_t i, std::string_view& out) {
  nested_.clear();
  const JsonFit fit = type.is(TypeId::kList) ? append_list(type, json, i, nested_)
                                             : append_struct(type, json, i, nested_);
  out = nested_;
  return fit;
}

JsonFit JsonValueReader::append_list(const Type& type, const JsonIndex& json, size_t i, std::string& to) {
  if (json.at(i) != '[') return null_or_misfit(json, i);
  PackedWriter writer;
  size_t at = i + 1;
  while (json.at(at) != ']') {
    const size_t end = json.skip(at);
    if (append(type.element(), json, at, end, writer) == JsonFit::kMisfit) return JsonFit::kMisfit;
    at = json.at(end) == ',' ? end + 1 : end;
  }
  writer.append_list_to(to);
  return JsonFit::kValue;
}

namespace {

bool same_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

JsonFit JsonValueReader::append_struct(const Type& type, const JsonIndex& json, size_t i, std::string& to) {
  if (json.at(i) == '"' && &json != &inner_) {
    // A string that contains an object.
    std::string_view text;
    if (!string(json, i, text)) return JsonFit::kMisfit;
    inner_text_.assign(text);
    if (inner_.read(inner_text_) != nullptr || inner_.at(0) != '{' || inner_.skip(0) != inner_.count()) {
      return JsonFit::kMisfit;
    }
    return append_struct(type, inner_, 0, to);
  }
  if (json.at(i) != '{') return null_or_misfit(json, i);
  const auto& fields = type.fields();
  struct Member {
    size_t value = 0;  // token; 0: none
    bool exact = false;
  };
  std::vector<Member> members(fields.size());
  std::string key;
  for (size_t at = i + 1; json.at(at) != '}';) {
    key.clear();
    if (!JsonIndex::unescape(json.string(at), key)) return JsonFit::kMisfit;
    for (size_t f = 0; f < fields.size(); ++f) {
      const bool exact = fields[f].name == key;
      if (exact || (!members[f].exact && same_without_case(fields[f].name, key))) {
        members[f] = {at + 2, exact};
      }
    }
    const size_t end = json.skip(at + 2);
    at = json.at(end) == ',' ? end + 1 : end;
  }
  PackedWriter writer;
  for (size_t f = 0; f < fields.size(); ++f) {
    if (members[f].value == 0) {
      writer.null();
      continue;
    }
    const size_t end = json.skip(members[f].value);
    if (append(fields[f].type, json, members[f].value, end, writer) == JsonFit::kMisfit) {
      return JsonFit::kMisfit;
    }
  }
  writer.append_row_to(to);
  return JsonFit::kValue;
}

JsonFit JsonValueReader::append(const Type& type, const JsonIndex& json, size_t i, size_t end,
                                PackedWriter& to) {
  const auto put = [&to](JsonFit fit, const auto& value) {
    if (fit == JsonFit::kValue) {
      to.fixed(value);
    } else {
      to.null();
    }
    return fit;
  };
  const auto put_integer = [&]<class T>(T minimum, T maximum) {
    int64_t value = 0;
    const JsonFit fit = integer(json, i, minimum, maximum, value);
    return put(fit, static_cast<T>(value));
  };
  const auto put_string = [&to](JsonFit fit, std::string_view value) {
    if (fit == JsonFit::kValue) {
      to.string(value);
    } else {
      to.null();
    }
    return fit;
  };
  std::string_view view;
  switch (type.id()) {
    case TypeId::kBoolean: {
      uint8_t value = 0;
      const JsonFit fit = boolean(json, i, value);
      return put(fit, value);
    }
    case TypeId::kInt16: return put_integer(int16_t{INT16_MIN}, int16_t{INT16_MAX});
    case TypeId::kInt32: return put_integer(int32_t{INT32_MIN}, int32_t{INT32_MAX});
    case TypeId::kFloat32: {
      float value = 0;
      const JsonFit fit = real(json, i, value);
      return put(fit, value);
    }
    case TypeId::kFloat64: {
      double value = 0;
      const JsonFit fit = real(json, i, value);
      return put(fit, value);
    }
    case TypeId::kNumeric: {
      Decimal value;
      const JsonFit fit = decimal(json, i, value);
      return put(fit, value);
    }
    case TypeId::kDate: {
      int32_t value = 0;
      const JsonFit fit = date(json, i, value);
      return put(fit, value);
    }
    case TypeId::kTime: {
      int64_t value = 0;
      const JsonFit fit = time(json, i, value);
      return put(fit, value);
    }
    case TypeId::kTimestamp: {
      int64_t value = 0;
      const JsonFit fit = timestamp(json, i, value);
      return put(fit, value);
    }
    case TypeId::kTimestamptz: {
      int64_t value = 0;
      const JsonFit fit = timestamptz(json, i, value);
      return put(fit, value);
    }
    case TypeId::kInterval: {
      Interval value;
      const JsonFit fit = interval(json, i, value);
      return put(fit, value);
    }
    case TypeId::kUnknown:
    case TypeId::kVarchar: {
      const JsonFit fit = text(json, i, end, view);
      return put_string(fit, view);
    }
    case TypeId::kBytea: {
      const JsonFit fit = bytea(json, i, view);
      return put_string(fit, view);
    }
    case TypeId::kJsonb: {
      const JsonFit fit = jsonb(json, i, end, view);
      return put_string(fit, view);
    }
    case TypeId::kList: {
      std::string bytes;
      const JsonFit fit = append_list(type, json, i, bytes);
      return put_string(fit, bytes);
    }
    case TypeId::kStruct: {
      std::string bytes;
      const JsonFit fit = append_struct(type, json, i, bytes);
      return put_string(fit, bytes);
    }
    default: return put_integer(int64_t{INT64_MIN}, int64_t{INT64_MAX});
  }
}

}  // namespace leat

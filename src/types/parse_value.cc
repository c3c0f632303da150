// Text and binary forms to values: the input half of format_value.h.
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "types/datetime.h"
#include "types/format_value.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// Nesting of lists and structs in one text; PostgreSQL stops at six dimensions.
constexpr int kNestingMax = 64;

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

bool equal_without_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::unexpected<Error> fail_syntax(std::string_view type, std::string_view text) {
  return fail(SqlState::kInvalidTextRepresentation, "invalid input syntax for type {}: \"{}\"",
              type, text);
}

template <class T>
Result<T> parse_int(std::string_view text, std::string_view type) {
  std::string_view s = trimmed(text);
  if (!s.empty() && s[0] == '+') {
    s.remove_prefix(1);
    if (!s.empty() && s[0] == '-') return fail_syntax(type, text);
  }
  T value;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error == std::errc::invalid_argument || end != s.data() + s.size())
    return fail_syntax(type, text);
  if (error == std::errc::result_out_of_range) {
    return fail(SqlState::kNumericValueOutOfRange, "value \"{}\" is out of range for type {}", text,
                type);
  }
  return value;
}

template <class T>
Result<T> parse_float(std::string_view text, std::string_view type) {
  std::string_view s = trimmed(text);
  const std::string_view whole = s;
  bool minus = false;
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
    minus = s[0] == '-';
    s.remove_prefix(1);
  }
  T value;
  if (equal_without_case(s, "nan")) {
    value = std::numeric_limits<T>::quiet_NaN();
  } else if (equal_without_case(s, "infinity") || equal_without_case(s, "inf")) {
    value = std::numeric_limits<T>::infinity();
  } else {
    if (s.empty() || (s[0] != '.' && (s[0] < '0' || s[0] > '9'))) return fail_syntax(type, text);
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (error == std::errc::invalid_argument || end != s.data() + s.size())
      return fail_syntax(type, text);
    if (error == std::errc::result_out_of_range) {
      return fail(SqlState::kNumericValueOutOfRange, "\"{}\" is out of range for type {}", whole,
                  type);
    }
  }
  return minus ? -value : value;
}

Result<int64_t> parse_oid(std::string_view text, std::string_view type) {
  std::string_view s = trimmed(text);
  int64_t value;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error == std::errc::invalid_argument || end != s.data() + s.size())
    return fail_syntax(type, text);
  if (error != std::errc() || value > UINT32_MAX || value < INT32_MIN) {
    return fail(SqlState::kNumericValueOutOfRange, "value \"{}\" is out of range for type {}", text,
                type);
  }
  return value < 0 ? value + (int64_t{1} << 32) : value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<Value> parse_at_depth(const Type& type, std::string_view text, const TimeZone& zone,
                             int depth);

// `{a,"b c",NULL,{..}}`
class ListParser {
 public:
  ListParser(std::string_view text, const TimeZone& zone, int depth)
      : text_(text), zone_(zone), depth_(depth) {}

  Result<Value> parse(const Type& type) {
    skip_blanks();
    if (done() || text_[at_] != '{') {
      return malformed("Array value must start with \"{\" or dimension information.");
    }
    Value value = TRY(parse_list(type, depth_));
    skip_blanks();
    if (!done()) return malformed("Junk after closing right brace.");
    return value;
  }

 private:
  bool done() const { return at_ == text_.size(); }
  void skip_blanks() {
    while (!done() && is_blank(text_[at_])) ++at_;
  }
  std::unexpected<Error> malformed(std::string detail) const {
    return fail(
        make_error(SqlState::kInvalidTextRepresentation, "malformed array literal: \"{}\"", text_)
            .with_detail(std::move(detail)));
  }

  // From '{' to behind the matching '}'.
  Result<Value> parse_list(const Type& type, int depth) {
    if (depth > kNestingMax) {
      return fail(SqlState::kProgramLimitExceeded,
                  "number of array dimensions exceeds the maximum allowed ({})", kNestingMax);
    }
    const Type& element = type.element();
    PackedWriter writer;
    ++at_;
    skip_blanks();
    if (!done() && text_[at_] == '}') {
      ++at_;
    } else {
      while (true) {
        if (done()) return malformed("Unexpected end of input.");
        TRY(read_element(writer, element, depth));
        skip_blanks();
        if (done()) return malformed("Unexpected end of input.");
        const char c = text_[at_++];
        if (c == '}') break;
        if (c != ',') return malformed("Unexpected array element.");
        skip_blanks();
      }
    }
    std::string packed;
    writer.append_list_to(packed);
    return Value(type, std::move(packed));
  }

  Result<void> read_element(PackedWriter& writer, const Type& element, int depth) {
    if (text_[at_] == '{') {
      if (!element.is(TypeId::kList)) return malformed("Unexpected \"{\" character.");
      const Value inner = TRY(parse_list(element, depth + 1));
      writer.value(inner);
      return {};
    }
    bool quoted = false;
    std::string item;
    TRY(read_item(item, quoted));
    if (!quoted && item.empty()) {
      return malformed(fmt::format("Unexpected \"{}\" character.", done() ? '}' : text_[at_]));
    }
    if (!quoted && equal_without_case(item, "null")) {
      writer.null();
      return {};
    }
    if (element.is(TypeId::kList)) return malformed("Unexpected array element.");
    const Value value = TRY(parse_at_depth(element, item, zone_, depth + 1));
    writer.value(value);
    return {};
  }

  // A bare word, or one string in quotes; blanks around do not count.
  Result<void> read_item(std::string& item, bool& quoted) {
    if (!done() && text_[at_] == '"') return read_quoted(item, quoted);
    size_t keep = 0;  // blanks before this length are part of the item
    for (; !done(); ++at_) {
      char c = text_[at_];
      if (c == ',' || c == '}' || c == '{') break;
      if (c == '"') return malformed("Unexpected array element.");
      if (c == '\\') {
        quoted = true;
        if (++at_ == text_.size()) return malformed("Unexpected end of input.");
        c = text_[at_];
        item += c;
        keep = item.size();
      } else {
        item += c;
        if (!is_blank(c)) keep = item.size();
      }
    }
    if (done()) return malformed("Unexpected end of input.");
    item.resize(keep);
    return {};
  }

  Result<void> read_quoted(std::string& item, bool& quoted) {
    quoted = true;
    for (++at_; !done() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;
      item += text_[at_];
    }
    if (done()) return malformed("Unexpected end of input.");
    ++at_;
    return {};
  }

  std::string_view text_;
  const TimeZone& zone_;
  int depth_;
  size_t at_ = 0;
};

// `(1,"a b",)`
Result<Value> parse_struct(const Type& type, std::string_view text, const TimeZone& zone,
                           int depth) {
  const auto malformed = [&](std::string detail) {
    return fail(
        make_error(SqlState::kInvalidTextRepresentation, "malformed record literal: \"{}\"", text)
            .with_detail(std::move(detail)));
  };
  if (depth > kNestingMax) {
    return fail(SqlState::kProgramLimitExceeded, "record literal is nested too deeply");
  }
  size_t at = 0;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at == text.size() || text[at] != '(') return malformed("Missing left parenthesis.");
  ++at;
  PackedWriter writer;
  bool first = true;
  std::string item;
  for (const StructField& field : type.fields()) {
    if (!first) {
      if (at == text.size() || text[at] != ',') return malformed("Too few columns.");
      ++at;
    }
    first = false;
    if (at < text.size() && (text[at] == ',' || text[at] == ')')) {
      writer.null();
      continue;
    }
    item.clear();
    bool in_quotes = false;
    while (in_quotes || (at < text.size() && text[at] != ',' && text[at] != ')')) {
      if (at == text.size()) return malformed("Unexpected end of input.");
      const char c = text[at++];
      if (c == '\\') {
        if (at == text.size()) return malformed("Unexpected end of input.");
        item += text[at++];
      } else if (c == '"') {
        if (!in_quotes) {
          in_quotes = true;
        } else if (at < text.size() && text[at] == '"') {
          item += text[at++];
        } else {
          in_quotes = false;
        }
      } else {
        item += c;
      }
    }
    const Value value = TRY(parse_at_depth(field.type, item, zone, depth + 1));
    writer.value(value);
  }
  if (at == text.size()) return malformed("Unexpected end of input.");
  if (text[at] != ')') return malformed("Too many columns.");
  ++at;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at != text.size()) return malformed("Junk after right parenthesis.");
  std::string packed;
  writer.append_row_to(packed);
  return Value(type, std::move(packed));
}

// "1 2": numbers with blanks between them.
Result<Value> parse_vector(const Type& type, std::string_view text, const TimeZone& zone, int depth) {
  PackedWriter writer;
  for (size_t at = 0; (at = text.find_first_not_of(' ', at)) != text.npos;) {
    const size_t end = std::min(text.find(' ', at), text.size());
    writer.value(TRY(parse_at_depth(type.element(), text.substr(at, end - at), zone, depth + 1)));
    at = end;
  }
  std::string packed;
  writer.append_list_to(packed);
  return Value(type, std::move(packed));
}

Result<Value> parse_at_depth(const Type& type, std::string_view text, const TimeZone& zone,
                             int depth) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return Value(type, TRY(parse_boolean(text)));
    case TypeId::kInt16:
      return Value(type, int64_t{TRY(parse_int16(text))});
    case TypeId::kInt32:
      return Value(type, int64_t{TRY(parse_int32(text))});
    case TypeId::kSerial:
    case TypeId::kInt64:
      return Value(type, TRY(parse_int64(text)));
    case TypeId::kFloat32:
      return Value(type, double{TRY(parse_float32(text))});
    case TypeId::kFloat64:
      return Value(type, TRY(parse_float64(text)));
    case TypeId::kNumeric:
      return Value(type, TRY(Decimal::parse(text)));
    case TypeId::kDate:
      return Value(type, int64_t{TRY(parse_date(text))});
    case TypeId::kTime:
      return Value(type, TRY(parse_time(text)));
    case TypeId::kTimestamp:
      return Value(type, TRY(parse_timestamp(text)));
    case TypeId::kTimestamptz:
      return Value(type, TRY(parse_timestamptz(text, zone)));
    case TypeId::kInterval:
      return Value(type, TRY(parse_interval(text)));
    case TypeId::kUnknown:
    case TypeId::kVarchar:
      TRY(check_utf8(text));
      return Value(type, std::string(text));
    case TypeId::kBytea:
      return Value(type, TRY(parse_bytea(text)));
    case TypeId::kJsonb:
      return Value(type, TRY(canonical_json(text)));
    case TypeId::kOid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
      return Value(type, TRY(parse_oid(text, type.name())));
    case TypeId::kStruct:
      return parse_struct(type, text, zone, depth);
    case TypeId::kList:
      if (type.is_vector()) return parse_vector(type, text, zone, depth);
      return ListParser(text, zone, depth).parse(type);
  }
  UNREACHABLE();
}

// Reads big-endian fields of a binary form; running out of bytes is remembered.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T take() {
    using U = std::make_unsigned_t<T>;
    if (bytes_.size() < sizeof(T)) {
      failed_ = true;
      bytes_ = {};
      return 0;
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof(T); ++i) bits = (bits << 8) | static_cast<uint8_t>(bytes_[i]);
    bytes_.remove_prefix(sizeof(T));
    return static_cast<T>(static_cast<U>(bits));
  }
  std::string_view take_bytes(size_t n) {
    if (bytes_.size() < n) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return taken;
  }
  size_t left() const { return bytes_.size(); }
  bool failed() const { return failed_; }
  bool complete() const { return !failed_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

std::unexpected<Error> fail_binary() {
  return fail(SqlState::kInvalidBinaryRepresentation, "incorrect binary data format");
}

Result<Value> parse_numeric_binary(BinaryReader& in) {
  const auto count = in.take<uint16_t>();
  const auto weight = in.take<int16_t>();
  const auto sign = in.take<uint16_t>();
  const auto scale = in.take<uint16_t>();
  switch (sign) {
    case 0xC000:
      return Value::numeric(Decimal::nan());
    case 0xD000:
      return Value::numeric(Decimal::infinity(false));
    case 0xF000:
      return Value::numeric(Decimal::infinity(true));
    case 0:
    case 0x4000:
      break;
    default:
      return fail(SqlState::kInvalidBinaryRepresentation,
                  "invalid sign in external \"numeric\" value");
  }
  // Put into text and read as such: one place knows the limits.
  if (in.failed() || in.left() != size_t{count} * 2) return fail_binary();
  if (weight > 40) return fail(SqlState::kNumericValueOutOfRange, "numeric field overflow");
  std::string text(sign != 0 ? "-" : "");
  if (weight < 0) text += '0';
  std::string fraction;
  for (int g = -1; g > weight && -g * 4 <= 64; --g) fraction += "0000";
  int group = weight;
  for (uint16_t i = 0; i < count; ++i, --group) {
    const auto digits = in.take<int16_t>();
    if (digits < 0 || digits > 9999) {
      return fail(SqlState::kInvalidBinaryRepresentation,
                  "invalid digit in external \"numeric\" value");
    }
    (group >= 0 ? text : fraction) += fmt::format("{:04}", digits);
  }
  for (; group >= 0; --group) text += "0000";
  fraction.resize(std::min<size_t>(scale, 64), '0');
  if (!fraction.empty()) text += "." + fraction;
  return Value::numeric(TRY(Decimal::parse(text)));
}

Result<Value> parse_binary_at_depth(const Type& type, std::string_view bytes, int depth);

Result<void> parse_sized(PackedWriter& writer, const Type& type, BinaryReader& in, int depth) {
  const auto size = in.take<int32_t>();
  if (in.failed() || size < -1) return fail_binary();
  if (size == -1) {
    writer.null();
    return {};
  }
  const std::string_view bytes = in.take_bytes(static_cast<size_t>(size));
  if (in.failed()) return fail_binary();
  const Value value = TRY(parse_binary_at_depth(type, bytes, depth + 1));
  writer.value(value);
  return {};
}

// One dimension of an array: `lengths[level]` lists or elements.
Result<Value> parse_dimension(const Type& type, const std::vector<int32_t>& lengths, size_t level,
                              BinaryReader& in, int depth) {
  PackedWriter writer;
  for (int32_t i = 0; i < lengths[level]; ++i) {
    if (level + 1 < lengths.size()) {
      const Value inner = TRY(parse_dimension(type.element(), lengths, level + 1, in, depth));
      writer.value(inner);
    } else {
      TRY(parse_sized(writer, type.element(), in, depth));
    }
  }
  std::string packed;
  writer.append_list_to(packed);
  return Value(type, std::move(packed));
}

Result<Value> parse_list_binary(const Type& type, BinaryReader& in, int depth) {
  const auto dimensions = in.take<int32_t>();
  const auto flags = in.take<int32_t>();
  in.take<uint32_t>();  // the element's type is known
  if (in.failed() || dimensions < 0 || dimensions > 6 || (flags != 0 && flags != 1))
    return fail_binary();
  std::vector<int32_t> lengths(static_cast<size_t>(dimensions));
  const Type* element = &type;
  int64_t total = 1;
  for (int32_t& length : lengths) {
    length = in.take<int32_t>();
    in.take<int32_t>();  // lower bound
    if (in.failed() || length < 0 || !element->is(TypeId::kList)) return fail_binary();
    total *= std::max(length, 1);
    if (total > static_cast<int64_t>(in.left()) + 1) return fail_binary();
    element = &element->element();
  }
  if (dimensions == 0) lengths.assign(1, 0);
  return parse_dimension(type, lengths, 0, in, depth);
}

Result<Value> parse_struct_binary(const Type& type, BinaryReader& in, int depth) {
  const auto count = in.take<int32_t>();
  if (in.failed() || count < 0 || static_cast<size_t>(count) != type.fields().size()) {
    return fail(SqlState::kDatatypeMismatch, "wrong number of columns: {}, expected {}", count,
                type.fields().size());
  }
  PackedWriter writer;
  for (const StructField& field : type.fields()) {
    in.take<uint32_t>();
    TRY(parse_sized(writer, field.type, in, depth));
  }
  std::string packed;
  writer.append_row_to(packed);
  return Value(type, std::move(packed));
}

Result<Value> parse_timestamp_binary(const Type& type, int64_t micros) {
  if (is_infinite_timestamp(micros)) return Value(type, micros);
  if (__builtin_add_overflow(micros, kPostgresEpochMicros, &micros) ||
      !is_timestamp_in_range(micros)) {
    return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
  }
  return Value(type, micros);
}

Result<Value> parse_date_binary(const Type& type, int32_t days) {
  if (is_infinite_date(days)) return Value(type, int64_t{days});
  const int64_t moved = int64_t{days} + kPostgresEpochDays;
  if (!is_date_in_range(moved)) return fail(SqlState::kDatetimeFieldOverflow, "date out of range");
  return Value(type, moved);
}

Result<Value> read_binary(const Type& type, BinaryReader& in, int depth) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return Value(type, in.take<uint8_t>() != 0);
    case TypeId::kInt16:
      return Value(type, int64_t{in.take<int16_t>()});
    case TypeId::kInt32:
      return Value(type, int64_t{in.take<int32_t>()});
    case TypeId::kSerial:
    case TypeId::kInt64:
      return Value(type, in.take<int64_t>());
    case TypeId::kFloat32:
      return Value(type, double{std::bit_cast<float>(in.take<uint32_t>())});
    case TypeId::kFloat64:
      return Value(type, std::bit_cast<double>(in.take<uint64_t>()));
    case TypeId::kNumeric:
      return parse_numeric_binary(in);
    case TypeId::kDate:
      return parse_date_binary(type, in.take<int32_t>());
    case TypeId::kTime: {
      const auto micros = in.take<int64_t>();
      if (micros < 0 || micros > kMicrosPerDay) {
        return fail(SqlState::kDatetimeFieldOverflow, "time out of range");
      }
      return Value(type, micros);
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return parse_timestamp_binary(type, in.take<int64_t>());
    case TypeId::kInterval: {
      Interval interval;
      interval.micros = in.take<int64_t>();
      interval.days = in.take<int32_t>();
      interval.months = in.take<int32_t>();
      return Value(type, interval);
    }
    case TypeId::kUnknown:
    case TypeId::kVarchar: {
      const std::string_view text = in.take_bytes(in.left());
      TRY(check_utf8(text));
      return Value(type, std::string(text));
    }
    case TypeId::kBytea:
      return Value(type, std::string(in.take_bytes(in.left())));
    case TypeId::kJsonb: {
      const auto version = in.take<uint8_t>();
      if (version != 1) {
        return fail(SqlState::kInvalidBinaryRepresentation, "unsupported jsonb version number {}",
                    version);
      }
      return Value(type, TRY(canonical_json(in.take_bytes(in.left()))));
    }
    case TypeId::kOid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
      return Value(type, int64_t{in.take<uint32_t>()});
    case TypeId::kStruct:
      return parse_struct_binary(type, in, depth);
    case TypeId::kList:
      return parse_list_binary(type, in, depth);
  }
  UNREACHABLE();
}

Result<Value> parse_binary_at_depth(const Type& type, std::string_view bytes, int depth) {
  if (depth > kNestingMax) return fail_binary();
  BinaryReader in(bytes);
  Value value = TRY(read_binary(type, in, depth));
  if (!in.complete()) return fail_binary();
  return value;
}

}  // namespace

Result<bool> parse_boolean(std::string_view text) {
  const std::string_view s = trimmed(text);
  std::string lower(s.substr(0, 6));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto prefix_of = [&](std::string_view word, size_t least) {
    return lower.size() >= least && word.starts_with(lower) && s.size() <= word.size();
  };
  if (prefix_of("true", 1) || prefix_of("yes", 1) || prefix_of("on", 2) || s == "1") return true;
  if (prefix_of("false", 1) || prefix_of("no", 1) || prefix_of("off", 2) || s == "0") return false;
  return fail_syntax("boolean", text);
}

Result<int16_t> parse_int16(std::string_view text) { return parse_int<int16_t>(text, "smallint"); }
Result<int32_t> parse_int32(std::string_view text) { return parse_int<int32_t>(text, "integer"); }
Result<int64_t> parse_int64(std::string_view text) { return parse_int<int64_t>(text, "bigint"); }
Result<float> parse_float32(std::string_view text) { return parse_float<float>(text, "real"); }
Result<double> parse_float64(std::string_view text) {
  return parse_float<double>(text, "double precision");
}

Result<std::string> parse_bytea(std::string_view text) {
  std::string bytes;
  if (text.starts_with("\\x")) {
    for (size_t i = 2; i < text.size();) {
      if (is_blank(text[i])) {
        ++i;
        continue;
      }
      const int high = hex_digit(text[i]);
      if (high < 0) {
        return fail(SqlState::kInvalidParameterValue, "invalid hexadecimal digit: \"{}\"", text[i]);
      }
      if (i + 1 >= text.size()) {
        return fail(SqlState::kInvalidParameterValue,
                    "invalid hexadecimal data: odd number of digits");
      }
      const int low = hex_digit(text[i + 1]);
      if (low < 0) {
        return fail(SqlState::kInvalidParameterValue, "invalid hexadecimal digit: \"{}\"",
                    text[i + 1]);
      }
      bytes += static_cast<char>(high * 16 + low);
      i += 2;
    }
    return bytes;
  }
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      bytes += text[i++];
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      bytes += '\\';
      i += 2;
    } else if (i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3' &&
               text[i + 2] >= '0' && text[i + 2] <= '7' && text[i + 3] >= '0' &&
               text[i + 3] <= '7') {
      bytes += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 4;
    } else {
      return fail(SqlState::kInvalidTextRepresentation, "invalid input syntax for type bytea");
    }
  }
  return bytes;
}

Result<void> check_utf8(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size()) &&
      (text.empty() || std::memchr(text.data(), 0, text.size()) == nullptr)) {
    return {};
  }
  // Find the first wrong byte by growing prefixes: only for the message.
  size_t bad = 0;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<uint8_t>(text[i]);
    const size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (c == 0 || i + n > text.size() || !simdjson::validate_utf8(text.data() + i, n)) {
      bad = i;
      break;
    }
    i += n;
  }
  const auto c = static_cast<uint8_t>(text[bad]);
  const size_t n = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF8 ? 4 : 1;
  std::string shown;
  for (size_t i = bad; i < std::min(text.size(), bad + n); ++i) {
    shown += fmt::format("{}0x{:02x}", shown.empty() ? "" : " ", static_cast<uint8_t>(text[i]));
  }
  return fail(SqlState::kCharacterNotInRepertoire,
              "invalid byte sequence for encoding \"UTF8\": {}", shown);
}

Result<Value> parse_text(const Type& type, std::string_view text, const TimeZone& zone) {
  return parse_at_depth(type, text, zone, 1);
}

Result<Value> parse_binary(const Type& type, std::string_view bytes) {
  return parse_binary_at_depth(type, bytes, 1);
}

}  // namespace leat

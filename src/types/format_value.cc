#include "types/format_value.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "types/compare_value.h"
#include "types/datetime.h"
#include "types/packed_row.h"

namespace leat {
namespace {

template <class T>
void append_float(std::string& to, T value) {
  if (std::isnan(value)) {
    to += "NaN";
    return;
  }
  if (std::isinf(value)) {
    to += value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  // The shortest digits that read back the same, laid out as PostgreSQL does: plain between 1e-4
  // and the type's sure digits, else with an exponent of at least two digits.
  constexpr int kPlainExponentMax = sizeof(T) == 8 ? 15 : 6;
  char text[40];
  const char* end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* at = text;
  if (*at == '-') to += *at++;
  char digits[24];
  int n = 0;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits[n++] = *at;
  }
  int exponent = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
  if (exponent < -4 || exponent >= kPlainExponentMax) {
    to += digits[0];
    if (n > 1) {
      to += '.';
      to.append(digits + 1, static_cast<size_t>(n - 1));
    }
    to.append(at, end);
  } else if (exponent < 0) {
    to += "0.";
    to.append(static_cast<size_t>(-exponent - 1), '0');
    to.append(digits, static_cast<size_t>(n));
  } else if (n <= exponent + 1) {
    to.append(digits, static_cast<size_t>(n));
    to.append(static_cast<size_t>(exponent + 1 - n), '0');
  } else {
    to.append(digits, static_cast<size_t>(exponent + 1));
    to += '.';
    to.append(digits + exponent + 1, static_cast<size_t>(n - exponent - 1));
  }
}

void append_int(std::string& to, int64_t value) {
  char text[24];
  to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_hex(std::string& to, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const size_t begin = to.size();
  to.resize(begin + 2 + 2 * bytes.size());
  char* at = to.data() + begin;
  *at++ = '\\';
  *at++ = 'x';
  for (const char c : bytes) {
    *at++ = kDigits[static_cast<uint8_t>(c) >> 4];
    *at++ = kDigits[static_cast<uint8_t>(c) & 15];
  }
}

void append_packed_text(std::string& to, const Type& type, PackedValue value, const TimeZone& zone);

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool needs_array_quotes(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() == 4 && (text[0] | 32) == 'n' && (text[1] | 32) == 'u' && (text[2] | 32) == 'l' &&
      (text[3] | 32) == 'l') {
    return true;
  }
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || is_blank(c)) return true;
  }
  return false;
}

void append_list_text(std::string& to, const Type& element, std::string_view packed,
                      const TimeZone& zone) {
  PackedReader reader = PackedReader::of_list(packed);
  std::string text;
  to += '{';
  for (bool first = true; !reader.done(); first = false) {
    if (!first) to += ',';
    const PackedValue value = reader.next(element.physical());
    if (value.is_null()) {
      to += "NULL";
    } else if (element.is(TypeId::kList)) {
      append_packed_text(to, element, value, zone);
    } else {
      text.clear();
      append_packed_text(text, element, value, zone);
      if (!needs_array_quotes(text)) {
        to += text;
        continue;
      }
      to += '"';
      for (const char c : text) {
        if (c == '"' || c == '\\') to += '\\';
        to += c;
      }
      to += '"';
    }
  }
  to += '}';
}

void append_vector_text(std::string& to, const Type& element, std::string_view packed) {
  PackedReader reader = PackedReader::of_list(packed);
  for (bool first = true; !reader.done(); first = false) {
    if (!first) to += ' ';
    const PackedValue value = reader.next(element.physical());
    to += std::to_string(element.is(TypeId::kOid) ? value.as<int64_t>() : int64_t{value.as<int16_t>()});
  }
}

bool needs_record_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || is_blank(c)) return true;
  }
  return false;
}

void append_struct_text(std::string& to, const Type& type, std::string_view packed,
                        const TimeZone& zone) {
  PackedReader reader(packed, type.fields().size());
  std::string text;
  to += '(';
  bool first = true;
  for (const StructField& field : type.fields()) {
    if (!first) to += ',';
    first = false;
    const PackedValue value = reader.next(field.type.physical());
    if (value.is_null()) continue;
    text.clear();
    append_packed_text(text, field.type, value, zone);
    if (!needs_record_quotes(text)) {
      to += text;
      continue;
    }
    to += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') to += c;
      to += c;
    }
    to += '"';
  }
  to += ')';
}

void append_packed_text(std::string& to, const Type& type, PackedValue value,
                        const TimeZone& zone) {
  switch (type.id()) {
    case TypeId::kBoolean:
      to += value.as<uint8_t>() != 0 ? 't' : 'f';
      return;
    case TypeId::kInt16:
      append_int(to, value.as<int16_t>());
      return;
    case TypeId::kInt32:
      append_int(to, value.as<int32_t>());
      return;
    case TypeId::kInt64:
    case TypeId::kOid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
    case TypeId::kSerial:
      append_int(to, value.as<int64_t>());
      return;
    case TypeId::kFloat32:
      append_float(to, value.as<float>());
      return;
    case TypeId::kFloat64:
      append_float(to, value.as<double>());
      return;
    case TypeId::kNumeric: {
      char text[48];
      to.append(text, value.as<Decimal>().append_to(text));
      return;
    }
    case TypeId::kDate:
      append_date(to, value.as<int32_t>());
      return;
    case TypeId::kTime:
      append_time(to, value.as<int64_t>());
      return;
    case TypeId::kTimestamp:
      append_timestamp(to, value.as<int64_t>());
      return;
    case TypeId::kTimestamptz:
      append_timestamptz(to, value.as<int64_t>(), zone);
      return;
    case TypeId::kInterval:
      append_interval(to, value.as<Interval>());
      return;
    case TypeId::kUnknown:
    case TypeId::kVarchar:
    case TypeId::kJsonb:
      to += value.view();
      return;
    case TypeId::kBytea:
      append_hex(to, value.view());
      return;
    case TypeId::kStruct:
      append_struct_text(to, type, value.view(), zone);
      return;
    case TypeId::kList:
      if (type.is_vector()) {
        append_vector_text(to, type.element(), value.view());
      } else {
        append_list_text(to, type.element(), value.view(), zone);
      }
      return;
  }
  UNREACHABLE();
}

template <class T>
void append_big_endian(std::string& to, T value) {
  using U = std::make_unsigned_t<T>;
  auto bits = static_cast<U>(value);
  char bytes[sizeof(U)];
  for (size_t i = sizeof(U); i-- > 0; bits = static_cast<U>(bits >> (sizeof(U) > 1 ? 8 : 0))) {
    bytes[i] = static_cast<char>(bits & 0xFF);
  }
  to.append(bytes, sizeof bytes);
}

// PostgreSQL's numeric: groups of four decimal digits around the decimal point.
void append_numeric_binary(std::string& to, Decimal value) {
  constexpr uint16_t kNegative = 0x4000, kNan = 0xC000, kPlusInfinity = 0xD000,
                     kMinusInfinity = 0xF000;
  uint16_t sign = value.is_negative() ? kNegative : 0;
  if (!value.is_finite()) {
    sign = value.is_nan() ? kNan : value.is_negative() ? kMinusInfinity : kPlusInfinity;
    append_big_endian<int16_t>(to, 0);
    append_big_endian<int16_t>(to, 0);
    append_big_endian(to, sign);
    append_big_endian<int16_t>(to, value.is_nan() ? 0 : 32);  // as PostgreSQL sends infinities
    return;
  }
  // Split at the point first: whole groups to its left and, padded, to its right.
  unsigned __int128 whole = value.coefficient();
  unsigned __int128 scale = 1;
  for (int i = 0; i < value.scale(); ++i) scale *= 10;
  unsigned __int128 fraction = whole % scale;
  whole /= scale;
  int16_t groups[20];
  int count = 0;
  for (; whole != 0; whole /= 10'000) groups[count++] = static_cast<int16_t>(whole % 10'000);
  std::reverse(groups, groups + count);
  int weight = count - 1;
  for (int left = value.scale(); left > 0; left -= 4) {
    // fraction < 10^left: its next four digits.
    scale = left >= 4 ? scale / 10'000 : scale;
    unsigned __int128 group = left >= 4 ? fraction / scale : fraction;
    if (left >= 4) fraction %= scale;
    for (int pad = left; pad < 4; ++pad) group *= 10;
    groups[count++] = static_cast<int16_t>(group);
  }
  int first = 0;
  while (first < count && groups[first] == 0) {
    ++first;
    --weight;
  }
  while (count > first && groups[count - 1] == 0) --count;
  if (first == count) weight = 0, sign = 0;
  append_big_endian<int16_t>(to, static_cast<int16_t>(count - first));
  append_big_endian<int16_t>(to, static_cast<int16_t>(weight));
  append_big_endian(to, sign);
  append_big_endian<int16_t>(to, static_cast<int16_t>(value.scale()));
  for (int i = first; i < count; ++i) append_big_endian(to, groups[i]);
}

void append_packed_binary(std::string& to, const Type& type, PackedValue value);

void append_sized_binary(std::string& to, const Type& type, PackedValue value) {
  if (value.is_null()) {
    append_big_endian<int32_t>(to, -1);
    return;
  }
  const size_t at = to.size();
  append_big_endian<int32_t>(to, 0);
  append_packed_binary(to, type, value);
  std::string size;
  append_big_endian(size, static_cast<int32_t>(to.size() - at - 4));
  to.replace(at, 4, size);
}

// The lengths of a list of lists, level by level, if every list of a level is equally long.
bool list_dimensions(const Type& element, std::string_view packed, size_t level,
                     std::vector<int32_t>& lengths) {
  PackedReader reader = PackedReader::of_list(packed);
  const auto size = static_cast<int32_t>(reader.count());
  if (lengths.size() == level)
    lengths.push_back(size);
  else if (lengths[level] != size)
    return false;
  if (!element.is(TypeId::kList)) return true;
  while (!reader.done()) {
    const PackedValue inner = reader.next(Physical::kString);
    if (inner.is_null() || !list_dimensions(element.element(), inner.view(), level + 1, lengths))
      return false;
  }
  return true;
}

void append_elements(std::string& to, const Type& element, std::string_view packed, size_t levels,
                     bool& nulls) {
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) {
    const PackedValue value = reader.next(element.physical());
    if (levels > 1) {
      append_elements(to, element.element(), value.view(), levels - 1, nulls);
    } else {
      nulls |= value.is_null();
      append_sized_binary(to, element, value);
    }
  }
}

void append_list_binary(std::string& to, const Type& type, std::string_view packed) {
  std::vector<int32_t> lengths;
  if (!list_dimensions(type.element(), packed, 0, lengths)) {
    // Lists of unequal lists have no array form in PostgreSQL; they go as an array of arrays.
    lengths.assign(1, static_cast<int32_t>(packed_list_size(packed)));
  }
  const bool empty = lengths.back() == 0 || lengths.front() == 0;
  const Type* element = &type.element();
  for (size_t i = 1; i < lengths.size(); ++i) element = &element->element();
  if (empty) {
    while (element->is(TypeId::kList)) element = &element->element();
  }
  append_big_endian<int32_t>(to, empty ? 0 : static_cast<int32_t>(lengths.size()));
  const size_t flag = to.size();
  append_big_endian<int32_t>(to, 0);
  append_big_endian(to, element->oid());
  if (empty) return;
  for (const int32_t length : lengths) {
    append_big_endian(to, length);
    append_big_endian<int32_t>(to, type.is_vector() ? 0 : 1);
  }
  bool nulls = false;
  append_elements(to, type.element(), packed, lengths.size(), nulls);
  if (nulls) to[flag + 3] = 1;
}

void append_packed_binary(std::string& to, const Type& type, PackedValue value) {
  switch (type.id()) {
    case TypeId::kBoolean:
      to += static_cast<char>(value.as<uint8_t>());
      return;
    case TypeId::kInt16:
      append_big_endian(to, value.as<int16_t>());
      return;
    case TypeId::kInt32:
      append_big_endian(to, value.as<int32_t>());
      return;
    case TypeId::kInt64:
    case TypeId::kSerial:
    case TypeId::kTime:
      append_big_endian(to, value.as<int64_t>());
      return;
    case TypeId::kOid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
      append_big_endian(to, static_cast<uint32_t>(value.as<int64_t>()));
      return;
    case TypeId::kFloat32:
      append_big_endian(to, std::bit_cast<uint32_t>(value.as<float>()));
      return;
    case TypeId::kFloat64:
      append_big_endian(to, std::bit_cast<uint64_t>(value.as<double>()));
      return;
    case TypeId::kNumeric:
      append_numeric_binary(to, value.as<Decimal>());
      return;
    case TypeId::kDate: {
      const auto days = value.as<int32_t>();
      append_big_endian(
          to, is_infinite_date(days) ? days : static_cast<int32_t>(days - kPostgresEpochDays));
      return;
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz: {
      const auto micros = value.as<int64_t>();
      append_big_endian(to, is_infinite_timestamp(micros) ? micros : micros - kPostgresEpochMicros);
      return;
    }
    case TypeId::kInterval: {
      const auto interval = value.as<Interval>();
      append_big_endian(to, interval.micros);
      append_big_endian(to, interval.days);
      append_big_endian(to, interval.months);
      return;
    }
    case TypeId::kUnknown:
    case TypeId::kVarchar:
    case TypeId::kBytea:
      to += value.view();
      return;
    case TypeId::kJsonb:
      to += '\1';
      to += value.view();
      return;
    case TypeId::kStruct: {
      PackedReader reader(value.view(), type.fields().size());
      append_big_endian(to, static_cast<int32_t>(type.fields().size()));
      for (const StructField& field : type.fields()) {
        append_big_endian(to, field.type.oid());
        append_sized_binary(to, field.type, reader.next(field.type.physical()));
      }
      return;
    }
    case TypeId::kList:
      append_list_binary(to, type, value.view());
      return;
  }
  UNREACHABLE();
}

// Bytes of a Value as they would lie in a vector.
struct Laid {
  explicit Laid(const Value& value) {
    if (value.type().is_string_like()) {
      packed = {value.as_string().data(), value.as_string().size()};
      return;
    }
    switch (value.type().physical()) {
      case Physical::kBool:
        put(static_cast<uint8_t>(value.as_bool()));
        break;
      case Physical::kInt16:
        put(static_cast<int16_t>(value.as_int64()));
        break;
      case Physical::kInt32:
        put(static_cast<int32_t>(value.as_int64()));
        break;
      case Physical::kInt64:
        put(value.as_int64());
        break;
      case Physical::kFloat32:
        put(static_cast<float>(value.as_double()));
        break;
      case Physical::kFloat64:
        put(value.as_double());
        break;
      case Physical::kDecimal:
        put(value.as_decimal());
        break;
      case Physical::kInterval:
        put(value.as_interval());
        break;
      case Physical::kString:
        break;
    }
  }
  template <class T>
  void put(const T& value) {
    std::memcpy(bytes, &value, sizeof value);
    packed = {bytes, sizeof value};
  }
  char bytes[16];
  PackedValue packed;
};

}  // namespace

void append_float_text(std::string& to, double value) { append_float(to, value); }
void append_float_text(std::string& to, float value) { append_float(to, value); }

void append_text(std::string& to, const Vector& column, size_t row, const TimeZone& zone) {
  append_packed_text(to, column.type(), packed_value(column, row), zone);
}

void append_text(std::string& to, const Type& type, PackedValue value, const TimeZone& zone) {
  append_packed_text(to, type, value, zone);
}

void append_binary(std::string& to, const Vector& column, size_t row) {
  append_packed_binary(to, column.type(), packed_value(column, row));
}

std::string to_text(const Value& value, const TimeZone& zone) {
  std::string text;
  append_packed_text(text, value.type(), Laid(value).packed, zone);
  return text;
}

std::string to_binary(const Value& value) {
  std::string bytes;
  append_packed_binary(bytes, value.type(), Laid(value).packed);
  return bytes;
}

}  // namespace leat

#include "types/ordered_key.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// Markers: NULL sorts to one side of every value. They are not inverted by DESC.
constexpr char kNullFirst = 0x00;
constexpr char kNotNull = 0x01;
constexpr char kNullLast = 0x02;
constexpr char kListEnd = 0x00;  // below kNotNull and kNullLast: a prefix sorts first
constexpr size_t kGroup = 8;     // bytes of a string per length byte
constexpr char kGroupContinues = kGroup + 1;
constexpr size_t kFixedKeyMax = 16;

template <class T>
char* put_big_endian(char* at, T value) {
  static_assert(std::is_unsigned_v<T> || std::is_same_v<T, unsigned __int128>);
  for (int i = sizeof(T) - 1; i >= 0; --i) {
    at[i] = static_cast<char>(value);
    value = static_cast<T>(sizeof(T) == 1 ? 0 : value >> 8);
  }
  return at + sizeof(T);
}

template <class Signed>
char* put_integer(char* at, Signed value) {
  using Unsigned = std::make_unsigned_t<Signed>;
  constexpr Unsigned kSign = Unsigned{1} << (sizeof(Signed) * 8 - 1);
  return put_big_endian(at, static_cast<Unsigned>(static_cast<Unsigned>(value) ^ kSign));
}

template <class Bits, class Float>
char* put_float(char* at, Float value) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  if (value == 0) value = 0;  // -0 equals 0
  if (std::isnan(value)) value = std::numeric_limits<Float>::quiet_NaN();
  const Bits bits = std::bit_cast<Bits>(value);
  return put_big_endian(at, static_cast<Bits>((bits & kSign) != 0 ? ~bits : bits | kSign));
}

// One class byte; for finite numbers but 0 the decimal exponent (biased) and 29 digits as a 13-byte
// integer, both inverted for negative numbers.
char* put_decimal(char* at, Decimal value) {
  enum Class : char { kMinusInfinity, kNegative, kZero, kPositive, kInfinity, kNan };
  constexpr int kDigits = 29;
  constexpr int kExponentBias = 64;
  constexpr int kMantissaBytes = 13;
  const auto put_class = [&](Class c) { *at++ = c; };
  if (value.is_nan()) return put_class(kNan), at;
  if (value.is_infinite()) return put_class(value.is_negative() ? kMinusInfinity : kInfinity), at;
  if (value.is_zero()) return put_class(kZero), at;
  put_class(value.is_negative() ? kNegative : kPositive);
  char* begin = at;
  unsigned __int128 mantissa = value.coefficient();
  int digits = 0;
  static constexpr auto kTen = [] {
    std::array<unsigned __int128, kDigits + 1> ten{};
    ten[0] = 1;
    for (int i = 1; i <= kDigits; ++i) ten[i] = ten[i - 1] * 10;
    return ten;
  }();
  while (digits < kDigits && mantissa >= kTen[digits]) ++digits;
  mantissa *= kTen[kDigits - digits];
  *at++ = static_cast<char>(digits - value.scale() + kExponentBias);
  char bytes[16];
  put_big_endian(bytes, mantissa);
  at = std::copy(bytes + 16 - kMantissaBytes, bytes + 16, at);
  if (value.is_negative()) {
    for (char* c = begin; c != at; ++c) *c = static_cast<char>(~*c);
  }
  return at;
}

char* put_interval(char* at, const Interval& value) {
  constexpr int kBytes = 10;  // the largest interval has 74 bits
  char bytes[16];
  put_big_endian(bytes, static_cast<unsigned __int128>(value.linear()) +
                            (static_cast<unsigned __int128>(1) << (kBytes * 8 - 1)));
  return std::copy(bytes + 16 - kBytes, bytes + 16, at);
}

template <class T>
T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// A fixed-width value's bytes, at most kFixedKeyMax.
char* put_fixed(char* at, Physical physical, const void* value) {
  switch (physical) {
    case Physical::kBool: *at = static_cast<char>(load<uint8_t>(value) != 0); return at + 1;
    case Physical::kInt16: return put_integer(at, load<int16_t>(value));
    case Physical::kInt32: return put_integer(at, load<int32_t>(value));
    case Physical::kInt64: return put_integer(at, load<int64_t>(value));
    case Physical::kFloat32: return put_float<uint32_t>(at, load<float>(value));
    case Physical::kFloat64: return put_float<uint64_t>(at, load<double>(value));
    case Physical::kDecimal: return put_decimal(at, load<Decimal>(value));
    case Physical::kInterval: return put_interval(at, load<Interval>(value));
    case Physical::kString: break;
  }
  UNREACHABLE();
}

size_t string_key_size(size_t size) {
  return size == 0 ? kGroup + 1 : (size + kGroup - 1) / kGroup * (kGroup + 1);
}

char* put_string(char* at, std::string_view text) {
  const char* from = text.data();
  size_t left = text.size();
  while (left > kGroup) {
    std::memcpy(at, from, kGroup);
    at[kGroup] = kGroupContinues;
    at += kGroup + 1;
    from += kGroup;
    left -= kGroup;
  }
  std::memset(at, 0, kGroup);
  if (left != 0) std::memcpy(at, from, left);
  at[kGroup] = static_cast<char>(left);
  return at + kGroup + 1;
}

void append_string(std::string& to, std::string_view text) {
  const size_t at = to.size();
  to.resize(at + string_key_size(text.size()));
  put_string(to.data() + at, text);
}

// A number's text of any length: class, exponent, digits + 1 each, 0. (A decimal may be too narrow.)
void append_json_number(std::string& to, std::string_view text) {
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  if (point < text.size()) digits += text.substr(point + 1);
  auto exponent = static_cast<int32_t>(point);
  const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros);
  exponent -= static_cast<int32_t>(zeros);
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  if (digits.empty()) {
    to += '\1';
    return;
  }
  to += negative ? '\0' : '\2';
  const size_t begin = to.size();
  char bytes[4];
  put_integer(bytes, exponent);
  to.append(bytes, sizeof bytes);
  for (const char c : digits) to += static_cast<char>(c - '0' + 1);
  to += '\0';
  if (negative) {
    for (size_t i = begin; i < to.size(); ++i) to[i] = static_cast<char>(~to[i]);
  }
}

void append_count(std::string& to, size_t count) {
  char bytes[4];
  put_big_endian(bytes, static_cast<uint32_t>(count));
  to.append(bytes, sizeof bytes);
}

// PostgreSQL's order: an empty array at the top, null, string, number, boolean, array, object.
void append_json(std::string& to, JsonView value, bool top) {
  enum Rank : char { kTopEmptyArray, kNull, kString, kNumber, kBool, kArray, kObject };
  switch (value.kind()) {
    case JsonKind::kNull: to += char{kNull}; return;
    case JsonKind::kString:
      to += char{kString};
      append_string(to, value.string_value());
      return;
    case JsonKind::kNumber:
      to += char{kNumber};
      append_json_number(to, value.text);
      return;
    case JsonKind::kBool:
      to += char{kBool};
      to += value.text[0] == 't' ? '\1' : '\0';
      return;
    case JsonKind::kArray: {
      const auto elements = value.elements();
      if (top && elements.empty()) {
        to += char{kTopEmptyArray};
        return;
      }
      to += char{kArray};
      append_count(to, elements.size());
      for (const JsonView& element : elements) append_json(to, element, false);
      return;
    }
    case JsonKind::kObject: {
      const auto members = value.members();
      to += char{kObject};
      append_count(to, members.size());
      for (const auto& [key, member] : members) {
        append_string(to, key);
        append_json(to, member, false);
      }
      return;
    }
  }
}

void append_value(std::string& to, const Type& type, PackedValue value);

void append_nullable(std::string& to, const Type& type, PackedValue value) {
  to += value.is_null() ? kNullLast : kNotNull;
  if (!value.is_null()) append_value(to, type, value);
}

// Any non-null value from its packed form.
void append_value(std::string& to, const Type& type, PackedValue value) {
  switch (type.id()) {
    case TypeId::kJsonb: return append_json(to, {value.view()}, true);
    case TypeId::kList: {
      PackedReader reader = PackedReader::of_list(value.view());
      const Type& element = type.element();
      while (!reader.done()) append_nullable(to, element, reader.next(element.physical()));
      to += kListEnd;
      return;
    }
    case TypeId::kStruct: {
      PackedReader reader(value.view(), type.fields().size());
      for (const StructField& field : type.fields()) {
        append_nullable(to, field.type, reader.next(field.type.physical()));
      }
      return;
    }
    default: break;
  }
  if (type.is_string_like()) return append_string(to, value.view());
  char bytes[kFixedKeyMax];
  to.append(bytes, put_fixed(bytes, type.physical(), value.data));
}

bool is_plain_string(const Type& type) {
  return type.is_string_like() && !type.is(TypeId::kJsonb) && !type.is(TypeId::kList) &&
         !type.is(TypeId::kStruct);
}

char null_marker(bool nulls_first) { return nulls_first ? kNullFirst : kNullLast; }

void invert(char* begin, char* end) {
  for (char* c = begin; c != end; ++c) *c = static_cast<char>(~*c);
}

}  // namespace

OrderedKeyEncoder::OrderedKeyEncoder(std::vector<Type> types, std::vector<SortColumn> columns)
    : types_(std::move(types)), columns_(std::move(columns)) {
  CHECK(types_.size() == columns_.size());
}

void OrderedKeyEncoder::encode(const Batch& batch) {
  struct Part {
    const Vector* column;
    Physical physical;
    size_t width;
    bool plain_string;
    SortColumn sort;
  };
  std::vector<Part> parts;
  size_t fixed_max = 0;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const Vector* column = batch.columns[columns_[c].column].get();
    const Type& type = types_[c];
    parts.push_back({column, type.physical(), static_cast<size_t>(type.width()),
                     is_plain_string(type), columns_[c]});
    fixed_max += 1 + (type.is_string_like() ? 0 : kFixedKeyMax);
  }
  const size_t n = batch.selection.size();
  ends_.resize(n);
  std::string nested;
  size_t used = 0;
  // Makes room for `more` bytes, keeping what is there; fresh bytes are not cleared.
  const auto make_room = [this, &used](size_t more) {
    if (used + more <= bytes_.size()) return;
    const size_t size = std::max(bytes_.size() * 2, used + more);
    bytes_.resize_and_overwrite(size, [size](char*, size_t) { return size; });
  };
  make_room(n * fixed_max);
  for (size_t i = 0; i < n; ++i) {
    const size_t row = batch.selection[i];
    make_room(fixed_max);
    for (const Part& part : parts) {
      if (part.column->is_null(row)) {
        bytes_[used++] = null_marker(part.sort.nulls_first);
        continue;
      }
      bytes_[used++] = kNotNull;
      char* begin = bytes_.data() + used;
      char* end = begin;
      const size_t index = part.column->is_constant() ? 0 : row;
      if (part.physical != Physical::kString) {
        end = put_fixed(begin, part.physical, part.column->data<char>() + index * part.width);
      } else {
        const std::string_view text = part.column->string_at(row);
        if (!part.plain_string) {
          nested.clear();
          append_value(nested, part.column->type(), {text.data(), text.size()});
        }
        make_room(fixed_max + (part.plain_string ? string_key_size(text.size()) : nested.size()));
        begin = bytes_.data() + used;
        end = part.plain_string ? put_string(begin, text)
                                : std::copy(nested.begin(), nested.end(), begin);
      }
      if (part.sort.descending) invert(begin, end);
      used = static_cast<size_t>(end - bytes_.data());
    }
    ends_[i] = used;
  }
}

void append_ordered_key(std::string& to, const Value& value, bool descending, bool nulls_first) {
  if (value.is_null()) {
    to += null_marker(nulls_first);
    return;
  }
  to += kNotNull;
  const size_t begin = to.size();
  PackedWriter writer;
  writer.value(value);
  std::string packed;
  writer.append_row_to(packed);
  append_value(to, value.type(), PackedReader(packed, 1).next(value.type().physical()));
  if (descending) invert(to.data() + begin, to.data() + to.size());
}

}  // namespace leat

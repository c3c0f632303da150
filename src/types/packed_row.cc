#include "types/packed_row.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace leat {
namespace {

constexpr size_t kVarintMax = 5;

size_t varint_size(uint32_t v) { return (static_cast<size_t>(std::bit_width(v | 1)) + 6) / 7; }

char* put_varint(char* at, uint32_t v) {
  while (v >= 0x80) {
    *at++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *at++ = static_cast<char>(v);
  return at;
}

const char* get_varint(const char* at, uint32_t& v) {
  uint32_t byte = static_cast<uint8_t>(*at++);
  v = byte & 0x7F;
  for (int shift = 7; byte >= 0x80; shift += 7) {
    byte = static_cast<uint8_t>(*at++);
    v |= (byte & 0x7F) << shift;
  }
  return at;
}

void append_varint(std::string& to, uint32_t v) {
  char bytes[kVarintMax];
  to.append(bytes, put_varint(bytes, v));
}

// The key form of a fixed-width value: one for all values that are equal in SQL.
template <class T>
T key_form(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (value == 0) return 0;
    return std::isnan(value) ? std::numeric_limits<T>::quiet_NaN() : value;
  } else if constexpr (std::is_same_v<T, Decimal>) {
    return value.normalized();
  } else if constexpr (std::is_same_v<T, Interval>) {
    constexpr int64_t kDay = 86'400'000'000;
    const __int128 linear = value.linear();
    Interval canonical;
    canonical.months = static_cast<int32_t>(
        std::clamp<__int128>(linear / (kDay * 30), INT32_MIN, INT32_MAX));
    __int128 rest = linear - static_cast<__int128>(canonical.months) * 30 * kDay;
    canonical.days = static_cast<int32_t>(std::clamp<__int128>(rest / kDay, INT32_MIN, INT32_MAX));
    rest -= static_cast<__int128>(canonical.days) * kDay;
    canonical.micros = static_cast<int64_t>(rest);
    return canonical;
  } else {
    return value;
  }
}

// Canonical JSON text with numbers without trailing fraction zeros.
std::string json_key(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      const size_t begin = i++;
      while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
      out.append(text, begin, ++i - begin);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      size_t end = i + 1;
      bool fraction = false;
      while (end < text.size() && (text[end] == '.' || (text[end] >= '0' && text[end] <= '9'))) {
        fraction |= text[end++] == '.';
      }
      size_t keep = end;
      if (fraction) {
        while (text[keep - 1] == '0') --keep;
        if (text[keep - 1] == '.') --keep;
      }
      std::string_view number = text.substr(i, keep - i);
      if (number == "-0") number = "0";
      out.append(number);
      i = end;
    } else {
      out.push_back(c);
      ++i;
    }
  }
  return out;
}

void copy_in_key_form(PackedWriter& to, const Type& type, PackedValue value) {
  if (value.is_null()) return to.null();
  switch (type.physical()) {
    case Physical::kFloat32: return to.fixed(key_form(value.as<float>()));
    case Physical::kFloat64: return to.fixed(key_form(value.as<double>()));
    case Physical::kDecimal: return to.fixed(key_form(value.as<Decimal>()));
    case Physical::kInterval: return to.fixed(key_form(value.as<Interval>()));
    case Physical::kString:
      if (needs_key_bytes(type)) return to.string(key_bytes(type, value.view()));
      return to.string(value.view());
    default: return to.copy(type.physical(), value);
  }
}

// Bytes of the string values of a column in key mode, where they are not the values themselves.
VectorPtr key_column(const Vector& column, const Selection& selection, size_t rows) {
  auto made = std::make_shared<Vector>(column.type(), rows);
  selection.for_each([&](size_t row) {
    if (column.is_null(row)) {
      made->set_null_value(row);
    } else {
      made->set_string(row, key_bytes(column.type(), column.string_at(row)));
    }
  });
  return made;
}

}  // namespace

// Pack: sizes of all rows first, a column at a time; then the values, a column at a time through one
// write cursor per row. Rows are taken in groups whose bytes stay in the first-level cache.
namespace {

struct RowGroup {
  static constexpr size_t kRows = 256;
  size_t count = 0;
  uint32_t rows[kRows];   // physical positions
  uint32_t sizes[kRows];
  char* begin[kRows];
  char* at[kRows];
};

void add_string_sizes(const Vector& column, RowGroup& group) {
  for (size_t i = 0; i < group.count; ++i) {
    if (column.is_null(group.rows[i])) continue;
    const uint32_t size = column.at<StringSlot>(group.rows[i]).size();
    group.sizes[i] += static_cast<uint32_t>(varint_size(size)) + size;
  }
}

void add_fixed_sizes(const Vector& column, uint32_t width, RowGroup& group) {
  for (size_t i = 0; i < group.count; ++i) {
    if (!column.is_null(group.rows[i])) group.sizes[i] += width;
  }
}

template <class Put>
void put_rows(const Vector& column, size_t index, RowGroup& group, Put&& put) {
  if (!column.may_have_nulls()) {
    for (size_t i = 0; i < group.count; ++i) group.at[i] = put(group.at[i], group.rows[i]);
    return;
  }
  for (size_t i = 0; i < group.count; ++i) {
    if (column.is_null(group.rows[i])) {
      group.begin[i][index >> 3] |= static_cast<char>(1 << (index & 7));
    } else {
      group.at[i] = put(group.at[i], group.rows[i]);
    }
  }
}

template <class T>
void put_fixed(const Vector& column, size_t index, PackMode mode, RowGroup& group) {
  constexpr bool kHasKeyForm = std::is_floating_point_v<T> || std::is_class_v<T>;
  if (kHasKeyForm && mode == PackMode::kKey) {
    return put_rows(column, index, group, [&](char* at, uint32_t row) {
      const T value = key_form(column.at<T>(row));
      std::memcpy(at, &value, sizeof value);
      return at + sizeof value;
    });
  }
  put_rows(column, index, group, [&](char* at, uint32_t row) {
    std::memcpy(at, &column.at<T>(row), sizeof(T));
    return at + sizeof(T);
  });
}

void put_strings(const Vector& column, size_t index, RowGroup& group) {
  put_rows(column, index, group, [&](char* at, uint32_t row) {
    const StringSlot& slot = column.at<StringSlot>(row);
    at = put_varint(at, slot.size());
    std::memcpy(at, slot.data(), slot.size());
    return at + slot.size();
  });
}

void put_column(const Vector& column, size_t index, PackMode mode, RowGroup& group) {
  switch (column.type().physical()) {
    case Physical::kBool: return put_fixed<uint8_t>(column, index, mode, group);
    case Physical::kInt16: return put_fixed<int16_t>(column, index, mode, group);
    case Physical::kInt32: return put_fixed<int32_t>(column, index, mode, group);
    case Physical::kInt64: return put_fixed<int64_t>(column, index, mode, group);
    case Physical::kFloat32: return put_fixed<float>(column, index, mode, group);
    case Physical::kFloat64: return put_fixed<double>(column, index, mode, group);
    case Physical::kDecimal: return put_fixed<Decimal>(column, index, mode, group);
    case Physical::kInterval: return put_fixed<Interval>(column, index, mode, group);
    case Physical::kString: return put_strings(column, index, group);
  }
}

}  // namespace

namespace {

// One column of rows that all have the same size: value i lies at `at` + i * stride.
template <class T>
char* put_strided(const Vector& column, const Selection& selection, PackMode mode, char* at,
                  size_t stride) {
  constexpr bool kHasKeyForm = std::is_floating_point_v<T> || std::is_class_v<T>;
  const size_t n = selection.size();
  for (size_t i = 0; i < n; ++i) {
    T value = column.at<T>(selection[i]);
    if (kHasKeyForm && mode == PackMode::kKey) value = key_form(value);
    std::memcpy(at + i * stride, &value, sizeof value);
  }
  return at + sizeof(T);
}

char* put_strided(const Vector& column, const Selection& selection, PackMode mode, char* at,
                  size_t stride) {
  switch (column.type().physical()) {
    case Physical::kBool: return put_strided<uint8_t>(column, selection, mode, at, stride);
    case Physical::kInt16: return put_strided<int16_t>(column, selection, mode, at, stride);
    case Physical::kInt32: return put_strided<int32_t>(column, selection, mode, at, stride);
    case Physical::kInt64: return put_strided<int64_t>(column, selection, mode, at, stride);
    case Physical::kFloat32: return put_strided<float>(column, selection, mode, at, stride);
    case Physical::kFloat64: return put_strided<double>(column, selection, mode, at, stride);
    case Physical::kDecimal: return put_strided<Decimal>(column, selection, mode, at, stride);
    case Physical::kInterval: return put_strided<Interval>(column, selection, mode, at, stride);
    case Physical::kString: break;
  }
  UNREACHABLE();
}

}  // namespace

RowPacker::RowPacker(std::vector<Type> types, std::vector<int> columns, PackMode mode)
    : types_(std::move(types)), columns_(std::move(columns)), mode_(mode) {
  CHECK(types_.size() == columns_.size());
}

void RowPacker::pack(const Batch& batch) {
  const Selection& selection = batch.selection;
  const size_t n = selection.size();
  bytes_.clear();
  ends_.resize(n);
  std::vector<const Vector*> columns(columns_.size());
  std::vector<VectorPtr> key_columns;
  for (size_t c = 0; c < columns.size(); ++c) {
    columns[c] = batch.columns[columns_[c]].get();
    if (mode_ == PackMode::kKey && types_[c].is_string_like() && needs_key_bytes(types_[c])) {
      const size_t rows = n == 0 ? 0 : size_t{selection[n - 1]} + 1;
      key_columns.push_back(key_column(*columns[c], selection, rows));
      columns[c] = key_columns.back().get();
    }
  }
  const size_t null_bytes = (columns.size() + 7) / 8;
  size_t fixed = null_bytes;
  for (const Vector* column : columns) {
    if (!column->type().is_string_like() && !column->may_have_nulls()) {
      fixed += static_cast<size_t>(column->type().width());
    }
  }
  const bool same_size = std::none_of(columns.begin(), columns.end(), [](const Vector* column) {
    return column->type().is_string_like() || column->may_have_nulls();
  });
  if (same_size) {  // most keys: no sizes to find out
    bytes_.assign(n * fixed, 0);
    for (size_t i = 0; i < n; ++i) ends_[i] = (i + 1) * fixed;
    char* at = bytes_.data() + null_bytes;
    for (const Vector* column : columns) at = put_strided(*column, selection, mode_, at, fixed);
    return;
  }
  RowGroup group;
  size_t used = 0;
  for (size_t first = 0; first < n; first += group.count) {
    group.count = std::min(n - first, RowGroup::kRows);
    for (size_t i = 0; i < group.count; ++i) {
      group.rows[i] = selection[first + i];
      group.sizes[i] = static_cast<uint32_t>(fixed);
    }
    for (const Vector* column : columns) {
      if (column->type().is_string_like()) {
        add_string_sizes(*column, group);
      } else if (column->may_have_nulls()) {
        add_fixed_sizes(*column, static_cast<uint32_t>(column->type().width()), group);
      }
    }
    size_t end = used;
    for (size_t i = 0; i < group.count; ++i) ends_[first + i] = end += group.sizes[i];
    bytes_.resize_and_overwrite(end, [end](char*, size_t) { return end; });
    size_t begin = used;
    for (size_t i = 0; i < group.count; ++i) {
      group.begin[i] = bytes_.data() + begin;
      group.at[i] = group.begin[i] + null_bytes;
      std::memset(group.begin[i], 0, null_bytes);
      begin = ends_[first + i];
    }
    for (size_t c = 0; c < columns.size(); ++c) put_column(*columns[c], c, mode_, group);
    used = end;
  }
}

RowUnpacker::RowUnpacker(std::vector<Type> types)
    : types_(std::move(types)), null_bytes_((types_.size() + 7) / 8) {
  for (const Type& type : types_) {
    output_.push_back(static_cast<int>(columns_.size()));
    columns_.push_back({type.physical(), static_cast<int>(columns_.size()), nullptr});
  }
}

RowUnpacker::RowUnpacker(std::vector<Type> types, std::vector<int> wanted)
    : null_bytes_((types.size() + 7) / 8), whole_rows_(false) {
  const int last = wanted.empty() ? -1 : std::ranges::max(wanted);
  for (int c = 0; c <= last; ++c) columns_.push_back({types[c].physical(), -1, nullptr});
  for (const int c : wanted) {
    if (columns_[c].vector < 0) {
      columns_[c].vector = static_cast<int>(types_.size());
      types_.push_back(types[c]);
    }
    output_.push_back(columns_[c].vector);
  }
}

void RowUnpacker::reserve(size_t rows) {
  if (vectors_.empty()) {
    vectors_.reserve(types_.size());
    for (const Type& type : types_) vectors_.push_back(std::make_shared<Vector>(type, rows));
  } else {
    if (rows <= capacity_) return;
    for (const VectorPtr& vector : vectors_) vector->grow(rows);
  }
  for (Column& column : columns_) {
    if (column.vector >= 0) column.data = vectors_[column.vector]->data<std::byte>();
  }
  capacity_ = rows;
}

void RowUnpacker::append(std::string_view packed) {
  const char* end = unpack(packed.data());
  CHECK(whole_rows_ ? end == packed.data() + packed.size() : end <= packed.data() + packed.size(),
        "a packed row of {} bytes was read as {}", packed.size(), end - packed.data());
}

const char* RowUnpacker::append_prefix(const char* at) {
  CHECK(whole_rows_, "the end of a row is asked of which not all values are read");
  return unpack(at);
}

const char* RowUnpacker::unpack(const char* at) {
  if (rows_ == capacity_) reserve(std::max<size_t>(64, capacity_ * 2));
  const size_t row = rows_++;
  const char* nulls = at;
  at += null_bytes_;
  const auto copy = [&](std::byte* data, size_t width) {
    if (data != nullptr) std::memcpy(data + row * width, at, width);
    at += width;
  };
  for (size_t c = 0; c < columns_.size(); ++c) {
    const int vector = columns_[c].vector;
    if ((nulls[c >> 3] >> (c & 7)) & 1) {
      if (vector >= 0) vectors_[vector]->set_null_value(row);
      continue;
    }
    std::byte* data = columns_[c].data;
    switch (columns_[c].physical) {
      case Physical::kBool: copy(data, 1); break;
      case Physical::kInt16: copy(data, 2); break;
      case Physical::kInt32:
      case Physical::kFloat32: copy(data, 4); break;
      case Physical::kInt64:
      case Physical::kFloat64: copy(data, 8); break;
      case Physical::kDecimal:
      case Physical::kInterval: copy(data, 16); break;
      case Physical::kString: {
        uint32_t size;
        at = get_varint(at, size);
        if (vector >= 0) vectors_[vector]->set_string(row, {at, size});
        at += size;
        break;
      }
    }
  }
  return at;
}

std::vector<ColumnPtr> RowUnpacker::finish() {
  if (vectors_.empty()) reserve(0);
  for (VectorPtr& vector : vectors_) vector->shrink(rows_);
  std::vector<ColumnPtr> out;
  out.reserve(output_.size());
  for (const int vector : output_) out.push_back(vectors_[vector]);
  vectors_.clear();
  rows_ = capacity_ = 0;
  return out;
}

PackedReader PackedReader::of_list(std::string_view packed) {
  uint32_t count;
  const char* at = get_varint(packed.data(), count);
  return PackedReader(at, count);
}

PackedValue PackedReader::next(Physical physical) {
  const size_t index = index_++;
  if ((nulls_[index >> 3] >> (index & 7)) & 1) return {};
  uint32_t size;
  if (physical == Physical::kString) {
    at_ = get_varint(at_, size);
  } else {
    size = static_cast<uint32_t>(width_of(physical));
  }
  const PackedValue value{at_, size};
  at_ += size;
  return value;
}

void PackedWriter::null() {
  not_null();
  nulls_.back() = static_cast<char>(nulls_.back() | (1 << ((count_ - 1) & 7)));
}

void PackedWriter::string(std::string_view text) {
  not_null();
  append_varint(body_, static_cast<uint32_t>(text.size()));
  body_.append(text);
}

void PackedWriter::copy(Physical physical, PackedValue value) {
  if (value.is_null()) return null();
  if (physical == Physical::kString) return string(value.view());
  not_null();
  body_.append(value.view());
}

void PackedWriter::value(const Value& value) {
  if (value.is_null()) return null();
  switch (value.type().physical()) {
    case Physical::kBool: return fixed(static_cast<uint8_t>(value.as_bool()));
    case Physical::kInt16: return fixed(static_cast<int16_t>(value.as_int64()));
    case Physical::kInt32: return fixed(static_cast<int32_t>(value.as_int64()));
    case Physical::kInt64: return fixed(value.as_int64());
    case Physical::kFloat32: return fixed(static_cast<float>(value.as_double()));
    case Physical::kFloat64: return fixed(value.as_double());
    case Physical::kDecimal: return fixed(value.as_decimal());
    case Physical::kInterval: return fixed(value.as_interval());
    case Physical::kString: return string(value.as_string());
  }
}

void PackedWriter::append_row_to(std::string& to) const {
  to.append(nulls_);
  to.append(body_);
}

void PackedWriter::append_list_to(std::string& to) const {
  append_varint(to, static_cast<uint32_t>(count_));
  append_row_to(to);
}

void PackedWriter::clear() {
  nulls_.clear();
  body_.clear();
  count_ = 0;
}

Value value_of(const Type& type, PackedValue packed) {
  if (packed.is_null()) return Value::null(type);
  switch (type.physical()) {
    case Physical::kBool: return Value(type, packed.as<uint8_t>() != 0);
    case Physical::kInt16: return Value(type, int64_t{packed.as<int16_t>()});
    case Physical::kInt32: return Value(type, int64_t{packed.as<int32_t>()});
    case Physical::kInt64: return Value(type, packed.as<int64_t>());
    case Physical::kFloat32: return Value(type, double{packed.as<float>()});
    case Physical::kFloat64: return Value(type, packed.as<double>());
    case Physical::kDecimal: return Value(type, packed.as<Decimal>());
    case Physical::kInterval: return Value(type, packed.as<Interval>());
    case Physical::kString: return Value(type, std::string(packed.view()));
  }
  UNREACHABLE();
}

std::string pack_values(std::span<const Value> values, PackMode mode) {
  PackedWriter writer;
  for (const Value& value : values) writer.value(value);
  std::string exact;
  writer.append_row_to(exact);
  if (mode == PackMode::kExact) return exact;
  PackedWriter key;
  PackedReader reader(exact, values.size());
  for (const Value& value : values) {
    copy_in_key_form(key, value.type(), reader.next(value.type().physical()));
  }
  std::string bytes;
  key.append_row_to(bytes);
  return bytes;
}

std::vector<Value> unpack_values(std::string_view packed, std::span<const Type> types) {
  std::vector<Value> values;
  values.reserve(types.size());
  PackedReader reader(packed, types.size());
  for (const Type& type : types) values.push_back(value_of(type, reader.next(type.physical())));
  return values;
}

uint32_t packed_list_size(std::string_view packed) {
  uint32_t count;
  get_varint(packed.data(), count);
  return count;
}

std::string pack_list(std::span<const Value> elements) {
  PackedWriter writer;
  for (const Value& element : elements) writer.value(element);
  std::string bytes;
  writer.append_list_to(bytes);
  return bytes;
}

std::vector<Value> unpack_list(std::string_view packed, const Type& element) {
  std::vector<Value> values;
  PackedReader reader = PackedReader::of_list(packed);
  values.reserve(reader.count());
  while (!reader.done()) values.push_back(value_of(element, reader.next(element.physical())));
  return values;
}

bool needs_key_bytes(const Type& type) {
  switch (type.id()) {
    case TypeId::kFloat32:
    case TypeId::kFloat64:
    case TypeId::kNumeric:
    case TypeId::kInterval:
    case TypeId::kJsonb: return true;
    case TypeId::kList: return needs_key_bytes(type.element());
    case TypeId::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return needs_key_bytes(field.type); });
    default: return false;
  }
}

std::string key_bytes(const Type& type, std::string_view value) {
  if (!needs_key_bytes(type)) return std::string(value);
  if (type.is(TypeId::kJsonb)) return json_key(value);
  PackedWriter writer;
  std::string bytes;
  if (type.is(TypeId::kList)) {
    PackedReader reader = PackedReader::of_list(value);
    const Type& element = type.element();
    while (!reader.done()) copy_in_key_form(writer, element, reader.next(element.physical()));
    writer.append_list_to(bytes);
  } else {
    CHECK(type.is(TypeId::kStruct), "key bytes of {}", type.name());
    PackedReader reader(value, type.fields().size());
    for (const StructField& field : type.fields()) {
      copy_in_key_form(writer, field.type, reader.next(field.type.physical()));
    }
    writer.append_row_to(bytes);
  }
  return bytes;
}

}  // namespace leat

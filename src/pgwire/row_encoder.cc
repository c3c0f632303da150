#include "pgwire/row_encoder.h"

#include <charconv>

#include "types/format_value.h"

namespace leat::pgwire {

namespace {

// Longest text of an int64.
constexpr size_t kIntTextMax = 20;
constexpr size_t kScratchBytesKept = size_t{256} << 10;

bool text_is_content(TypeId id) {
  return id == TypeId::kVarchar || id == TypeId::kJsonb || id == TypeId::kUnknown;
}
bool binary_is_content(TypeId id) {
  return id == TypeId::kVarchar || id == TypeId::kBytea || id == TypeId::kUnknown;
}
// Types whose text is that of the stored integer.
bool is_plain_integer(TypeId id) {
  return id == TypeId::kInt16 || id == TypeId::kInt32 || id == TypeId::kInt64 ||
         id == TypeId::kSerial || id == TypeId::kOid;
}

}  // namespace

void RowEncoder::encode_column(Scratch& scratch, const Vector& column, Format format,
                               const TimeZone& zone) {
  const size_t count = rows_.size();
  scratch.cells.resize(count);
  Cell* cells = scratch.cells.data();
  const uint32_t* rows = rows_.data();
  const bool nullable = column.may_have_nulls();
  const TypeId id = column.type().id();
  const bool binary = format == Format::kBinary;
  constexpr Cell kNull{nullptr, 0};

  // Values of a fixed size limit, written side by side by `write(place, row)`, which returns the
  // size.
  const auto write_fixed = [&](size_t width, auto write) {
    scratch.bytes.resize(count * width);
    char* place = scratch.bytes.data();
    for (size_t i = 0; i < count; ++i, place += width) {
      cells[i] = nullable && column.is_null(rows[i]) ? kNull : Cell{place, write(place, rows[i])};
    }
  };
  const auto write_binary_integer = [&]<class T>(T) {
    write_fixed(sizeof(T), [&](char* place, size_t row) {
      store_big_endian(place, column.at<T>(row));
      return sizeof(T);
    });
  };
  const auto write_text_integer = [&]<class T>(T) {
    write_fixed(kIntTextMax, [&](char* place, size_t row) {
      return static_cast<size_t>(std::to_chars(place, place + kIntTextMax, column.at<T>(row)).ptr -
                                 place);
    });
  };

  if (binary ? binary_is_content(id) : text_is_content(id)) {
    for (size_t i = 0; i < count; ++i) {
      if (nullable && column.is_null(rows[i])) {
        cells[i] = kNull;
        continue;
      }
      const StringSlot& slot = column.at<StringSlot>(rows[i]);
      cells[i] = {slot.data(), slot.size()};
    }
    return;
  }
  if (is_plain_integer(id) && !(binary && id == TypeId::kOid)) {
    switch (column.type().physical()) {
      case Physical::kInt16:
        return binary ? write_binary_integer(int16_t{}) : write_text_integer(int16_t{});
      case Physical::kInt32:
        return binary ? write_binary_integer(int32_t{}) : write_text_integer(int32_t{});
      case Physical::kInt64:
        return binary ? write_binary_integer(int64_t{}) : write_text_integer(int64_t{});
      default:
        UNREACHABLE();
    }
  }
  if (id == TypeId::kBoolean) {
    return write_fixed(1, [&](char* place, size_t row) {
      const bool value = column.at<uint8_t>(row) != 0;
      *place = binary ? static_cast<char>(value) : (value ? 't' : 'f');
      return size_t{1};
    });
  }
  if (binary && id == TypeId::kFloat64) {
    return write_fixed(8, [&](char* place, size_t row) {
      store_big_endian(place, std::bit_cast<uint64_t>(column.at<double>(row)));
      return size_t{8};
    });
  }

  // All other types: the general forms, side by side; the places are known when all are written.
  scratch.bytes.clear();
  scratch.ends.resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (!column.is_null(rows[i])) {
      if (binary) {
        append_binary(scratch.bytes, column, rows[i]);
      } else {
        append_text(scratch.bytes, column, rows[i], zone);
      }
    }
    scratch.ends[i] = scratch.bytes.size();
  }
  size_t begin = 0;
  for (size_t i = 0; i < count; ++i) {
    cells[i] = column.is_null(rows[i])
                   ? kNull
                   : Cell{scratch.bytes.data() + begin, scratch.ends[i] - begin};
    begin = scratch.ends[i];
  }
}

size_t RowEncoder::block_size(const Batch& batch, size_t first) {
  const size_t count_max = std::min(kBlockRows, batch.size() - first);
  bool has_strings = false;
  for (const ColumnPtr& column : batch.columns) has_strings |= column->type().is_string_like();
  if (!has_strings) return count_max;
  size_t bytes = 0;
  for (size_t i = 0; i < count_max; ++i) {
    const size_t row = batch.selection[first + i];
    for (const ColumnPtr& column : batch.columns) {
      if (column->type().is_string_like()) bytes += column->at<StringSlot>(row).size();
    }
    if (bytes > kBlockBytes) return i + 1;
  }
  return count_max;
}

Result<size_t> RowEncoder::encode(WireBuffer& out, const Batch& batch, size_t first, size_t count,
                                  std::span<const Format> formats, const TimeZone& zone) {
  CHECK(count <= kBlockRows && first + count <= batch.size());
  rows_.resize(count);
  for (size_t i = 0; i < count; ++i) rows_[i] = batch.selection[first + i];
  const size_t width = batch.columns.size();
  if (columns_.size() < width) columns_.resize(width);
  for (size_t c = 0; c < width; ++c) {
    const Format format = formats.empty()       ? Format::kText
                          : formats.size() == 1 ? formats[0]
                                                : formats[c];
    encode_column(columns_[c], *batch.columns[c], format, zone);
  }

  size_t messages = 0;
  for (size_t i = 0; i < count; ++i) {
    size_t length = 4 + 2 + 4 * width;  // the length word, the count of columns, a length for each
    for (size_t c = 0; c < width; ++c) length += columns_[c].cells[i].size;
    if (length > kRowBytesMax) {
      return fail(SqlState::kProgramLimitExceeded,
                  "a row of {} bytes exceeds the limit of {} bytes", length, kRowBytesMax);
    }
    char* const begin = out.reserve(length + 1);
    char* at = begin;
    *at++ = 'D';
    store_big_endian(at, static_cast<uint32_t>(length));
    store_big_endian(at + 4, static_cast<uint16_t>(width));
    at += 6;
    for (size_t c = 0; c < width; ++c) {
      const Cell cell = columns_[c].cells[i];
      if (cell.data == nullptr) {
        store_big_endian(at, uint32_t{0xFFFFFFFF});
        at += 4;
        continue;
      }
      store_big_endian(at, static_cast<uint32_t>(cell.size));
      at += 4;
      std::memcpy(at, cell.data, cell.size);
      at += cell.size;
    }
    out.commit(length + 1);
    const int32_t weight = batch.weight(rows_[i]);
    CHECK(weight > 0, "a result row has weight {}", weight);
    for (int32_t copy = 1; copy < weight; ++copy) {
      char* to = out.reserve(length + 1);
      std::memcpy(to, to - (length + 1), length + 1);
      out.commit(length + 1);
    }
    messages += static_cast<size_t>(weight);
  }
  for (size_t c = 0; c < width; ++c) {
    // One large value must not leave its buffer behind.
    if (columns_[c].bytes.capacity() > kScratchBytesKept) columns_[c].bytes = {};
  }
  return messages;
}

}  // namespace leat::pgwire

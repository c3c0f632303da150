#include "types/batch.h"

#include <bit>
#include <cstring>

#include "base/hash.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// Any stored value of a width, to copy.
struct Bytes16 {
  uint64_t low, high;
};

template <class T>
void gather_values(const Vector& from, std::span<const uint32_t> rows, T* to) {
  const T* source = from.data<T>();
  for (size_t i = 0; i < rows.size(); ++i) to[i] = source[rows[i]];
}

template <class T>
void fill_values(const Vector& from, size_t count, T* to) {
  const T value = *from.data<T>();
  for (size_t i = 0; i < count; ++i) to[i] = value;
}

// Calls f(T{}) with the stored form of a physical type's width.
template <class F>
void with_width(Physical physical, F&& f) {
  switch (width_of(physical)) {
    case 1: return f(uint8_t{});
    case 2: return f(int16_t{});
    case 4: return f(int32_t{});
    case 8: return f(int64_t{});
    default: return f(Bytes16{});
  }
}

// Copies nulls of `rows` of a column to rows at.. of another.
template <class RowAt>
void copy_nulls(const Vector& from, size_t count, RowAt&& row_at, Vector& to, size_t at) {
  if (!from.may_have_nulls()) return;
  if (from.is_constant()) {
    if (!from.is_null(0)) return;
    for (size_t i = 0; i < count; ++i) to.set_null(at + i);
    return;
  }
  const uint64_t* words = from.null_words();
  uint64_t* out = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const size_t row = row_at(i);
    const uint64_t bit = (words[row >> 6] >> (row & 63)) & 1;
    if (bit == 0) continue;
    if (out == nullptr) out = to.mutable_null_words();
    out[(at + i) >> 6] |= bit << ((at + i) & 63);
  }
}

// Appends the selected rows of a column at `at` of `to`.
void append_column(const Vector& from, const Selection& selection, Vector& to, size_t at) {
  const size_t count = selection.size();
  with_width(to.type().physical(), [&]<class T>(T) {
    T* out = to.data<T>() + at;
    if (from.is_constant()) return fill_values<T>(from, count, out);
    if (!selection.all()) return gather_values<T>(from, selection.rows(), out);
    if (count != 0) std::memcpy(out, from.data<T>(), count * sizeof(T));
  });
  if (to.type().is_string_like()) to.share_strings(from);
  copy_nulls(from, count, [&](size_t i) { return selection[i]; }, to, at);
}

constexpr uint64_t kNullHash = 0x9AE16A3B2F90404Full;

template <class T>
uint64_t hash_value(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    // -0 equals 0, and every NaN equals every other.
    const double d = value == 0 ? 0.0 : static_cast<double>(value);
    return hash_int(d != d ? 0x7FF8000000000000ull : std::bit_cast<uint64_t>(d));
  } else if constexpr (std::is_same_v<T, Decimal>) {
    return value.hash();
  } else if constexpr (std::is_same_v<T, Interval>) {
    const auto linear = static_cast<unsigned __int128>(value.linear());
    return hash_combine(hash_int(static_cast<uint64_t>(linear)), static_cast<uint64_t>(linear >> 64));
  } else {
    return hash_int(static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
}

// Sets (first key) or combines the hashes of one column.
template <class Hash>
void hash_rows(const Vector& column, const Selection& selection, bool first, uint64_t* out,
               Hash&& hash) {
  const auto put = [out, first](size_t row, uint64_t h) {
    out[row] = first ? h : hash_combine(out[row], h);
  };
  if (column.is_constant()) {
    const uint64_t h = column.is_null(0) ? kNullHash : hash(0);
    return selection.for_each([&](size_t row) { put(row, h); });
  }
  if (!column.may_have_nulls()) {
    return selection.for_each([&](size_t row) { put(row, hash(row)); });
  }
  const uint64_t* nulls = column.null_words();
  selection.for_each([&](size_t row) {
    put(row, (nulls[row >> 6] >> (row & 63)) & 1 ? kNullHash : hash(row));
  });
}

template <class T>
void hash_fixed(const Vector& column, const Selection& selection, bool first, uint64_t* out) {
  const T* values = column.data<T>();
  hash_rows(column, selection, first, out, [values](size_t row) { return hash_value(values[row]); });
}

void hash_strings(const Vector& column, const Selection& selection, bool first, uint64_t* out) {
  const StringSlot* slots = column.data<StringSlot>();
  const Type& type = column.type();
  if (type.is(TypeId::kJsonb)) {
    return hash_rows(column, selection, first, out,
                     [slots](size_t row) { return hash_json(slots[row].view()); });
  }
  if (needs_key_bytes(type)) {
    return hash_rows(column, selection, first, out, [slots, &type](size_t row) {
      const std::string key = key_bytes(type, slots[row].view());
      return hash_bytes(key.data(), key.size());
    });
  }
  hash_rows(column, selection, first, out, [slots](size_t row) {
    return hash_bytes(slots[row].data(), slots[row].size());
  });
}

void hash_column(const Vector& column, const Selection& selection, bool first, uint64_t* out) {
  switch (column.type().physical()) {
    case Physical::kBool: return hash_fixed<uint8_t>(column, selection, first, out);
    case Physical::kInt16: return hash_fixed<int16_t>(column, selection, first, out);
    case Physical::kInt32: return hash_fixed<int32_t>(column, selection, first, out);
    case Physical::kInt64: return hash_fixed<int64_t>(column, selection, first, out);
    case Physical::kFloat32: return hash_fixed<float>(column, selection, first, out);
    case Physical::kFloat64: return hash_fixed<double>(column, selection, first, out);
    case Physical::kDecimal: return hash_fixed<Decimal>(column, selection, first, out);
    case Physical::kInterval: return hash_fixed<Interval>(column, selection, first, out);
    case Physical::kString: return hash_strings(column, selection, first, out);
  }
}

template <class T>
std::shared_ptr<const std::vector<T>> gather_plain(const std::vector<T>& from,
                                                   std::span<const uint32_t> rows) {
  auto to = std::make_shared<std::vector<T>>(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) (*to)[i] = from[rows[i]];
  return to;
}

}  // namespace

size_t Batch::bytes() const {
  size_t bytes = 0;
  for (const ColumnPtr& column : columns) bytes += column->bytes();
  if (weights) bytes += weights->size() * sizeof(int32_t);
  if (hashes) bytes += hashes->size() * sizeof(uint64_t);
  if (!selection.all()) bytes += selection.size() * sizeof(uint32_t);
  return bytes;
}

Batch Batch::compacted() const {
  if (selection.all()) return *this;
  Batch out;
  out.columns.reserve(columns.size());
  for (const ColumnPtr& column : columns) {
    out.columns.push_back(column->is_constant() ? column : gather(*column, selection.rows()));
  }
  if (weights) out.weights = gather_plain(*weights, selection.rows());
  if (hashes) out.hashes = gather_plain(*hashes, selection.rows());
  out.selection = Selection(selection.size());
  return out;
}

Batch Batch::with_rows(std::vector<uint32_t> rows) const {
  Batch out = *this;
  out.selection = Selection(std::make_shared<const std::vector<uint32_t>>(std::move(rows)));
  return out;
}

Batch concat(std::span<const Batch> batches, const std::vector<Type>& types) {
  size_t rows = 0;
  bool weighted = false;
  for (const Batch& batch : batches) {
    rows += batch.size();
    weighted |= batch.weights != nullptr;
  }
  Batch out;
  out.selection = Selection(rows);
  for (size_t c = 0; c < types.size(); ++c) {
    auto column = std::make_shared<Vector>(types[c], rows);
    size_t at = 0;
    for (const Batch& batch : batches) {
      append_column(*batch.columns[c], batch.selection, *column, at);
      at += batch.size();
    }
    out.columns.push_back(std::move(column));
  }
  if (weighted) {
    auto weights = std::make_shared<std::vector<int32_t>>();
    weights->reserve(rows);
    for (const Batch& batch : batches) {
      batch.selection.for_each([&](size_t row) { weights->push_back(batch.weight(row)); });
    }
    out.weights = std::move(weights);
  }
  return out;
}

VectorPtr gather(const Vector& from, std::span<const uint32_t> rows) {
  auto to = std::make_shared<Vector>(from.type(), rows.size());
  with_width(from.type().physical(), [&]<class T>(T) {
    if (from.is_constant()) return fill_values<T>(from, rows.size(), to->data<T>());
    gather_values<T>(from, rows, to->data<T>());
  });
  if (from.type().is_string_like()) to->share_strings(from);
  copy_nulls(from, rows.size(), [&](size_t i) { return rows[i]; }, *to, 0);
  return to;
}

std::shared_ptr<std::vector<uint64_t>> hash_columns(const Batch& batch, std::span<const int> key) {
  const Selection& selection = batch.selection;
  const size_t rows = selection.all() ? selection.size()
                      : selection.size() == 0 ? 0
                                              : size_t{selection.rows().back()} + 1;
  auto hashes = std::make_shared<std::vector<uint64_t>>(rows);
  for (size_t i = 0; i < key.size(); ++i) {
    hash_column(*batch.columns[key[i]], selection, i == 0, hashes->data());
  }
  return hashes;
}

}  // namespace leat

#pragma once
// Packed rows: the values of some columns in one byte string, the same in memory and on disk.
//
// Layout (version 1, docs/internals/packed_row.md): ceil(n/8) bytes of null bits; then every non-null
// fixed-width value in column order, unaligned little-endian, width_of(physical) bytes (bool 1);
// strings as a varint length and their bytes, in the same sequence. Values of struct and list types
// are strings whose bytes are themselves packed: a struct its fields in order; a list a varint count,
// then a packed row of `count` values of the element type.
//
// Key mode normalises values, so that equal SQL values have equal bytes: numeric without trailing
// zeros, -0.0 as 0.0, one NaN, intervals by linear value kept as (months, days, micros) of the
// canonical split. Equality of keys is memcmp.
// Thread: free functions; RowPacker and RowUnpacker are owned by one thread.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/batch.h"

namespace leat {

enum class PackMode : uint8_t { kExact, kKey };

// Packs rows of batches whose `columns` (indices) have the types given once.
class RowPacker {
 public:
  RowPacker(std::vector<Type> types, std::vector<int> columns, PackMode mode);
  // Packs the selected rows of a batch one after the other into bytes(); row i (in selection order)
  // is packed(i). Valid until the next call.
  void pack(const Batch& batch);
  size_t size() const { return ends_.size(); }
  std::string_view packed(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }

 private:
  std::vector<Type> types_;
  std::vector<int> columns_;
  PackMode mode_;
  std::string bytes_;
  std::vector<size_t> ends_;
};

// Builds columns from packed rows. append() in any order, finish() gives the columns and starts anew.
class RowUnpacker {
 public:
  explicit RowUnpacker(std::vector<Type> types);
  void append(std::string_view packed);
  // As append(), and gives back where the row ended (rows packed behind one another).
  const char* append_prefix(const char* at);
  size_t size() const { return rows_; }
  std::vector<ColumnPtr> finish();

 private:
  std::vector<Type> types_;
  std::vector<VectorPtr> columns_;
  size_t rows_ = 0;
  size_t capacity_ = 0;
  void reserve(size_t rows);
};

// One row from and to Values: slow paths and tests.
std::string pack_values(std::span<const Value> values, PackMode mode = PackMode::kExact);
std::vector<Value> unpack_values(std::string_view packed, std::span<const Type> types);

// The elements of a packed list (kList value bytes) and fields of a packed struct.
uint32_t packed_list_size(std::string_view packed);

}  // namespace leat

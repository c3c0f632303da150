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

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
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
  // Only the values `wanted` of each row, in that order; what lies behind the last of them is not read.
  RowUnpacker(std::vector<Type> types, std::vector<int> wanted);
  // Room for so many rows, before the first of them: for who knows how many come.
  void reserve(size_t rows);
  void append(std::string_view packed);
  // As append(), and gives back where the row ended (rows packed behind one another). All values only.
  const char* append_prefix(const char* at);
  size_t size() const { return rows_; }
  std::vector<ColumnPtr> finish();

 private:
  // A value of the packed row, up to the last wanted one.
  struct Column {
    Physical physical;
    int vector;       // where it goes; -1: it is skipped
    std::byte* data;  // of that vector, for the rows reserved
  };
  const char* unpack(const char* at);
  std::vector<Type> types_;    // of vectors_
  std::vector<int> output_;    // the vector of each column that finish() gives
  std::vector<Column> columns_;
  size_t null_bytes_ = 0;
  bool whole_rows_ = true;
  std::vector<VectorPtr> vectors_;
  size_t rows_ = 0;
  size_t capacity_ = 0;
};

// One value of a packed row: the bytes as they lie there. Strings without their length.
struct PackedValue {
  const char* data = nullptr;  // nullptr: NULL
  size_t size = 0;
  bool is_null() const { return data == nullptr; }
  std::string_view view() const { return {data, size}; }
  template <class T>
  T as() const {
    T v;
    std::memcpy(&v, data, sizeof v);
    return v;
  }
};

// Walks the values of one packed row (or packed struct), or of a packed list, in order.
class PackedReader {
 public:
  PackedReader(std::string_view packed, size_t count) : PackedReader(packed.data(), count) {}
  static PackedReader of_list(std::string_view packed);

  size_t count() const { return count_; }
  bool done() const { return index_ == count_; }
  PackedValue next(Physical physical);
  const char* end() const { return at_; }  // behind the row, once done()

 private:
  PackedReader(const char* at, size_t count)
      : nulls_(at), at_(at + (count + 7) / 8), count_(count) {}
  const char* nulls_;
  const char* at_;
  size_t count_;
  size_t index_ = 0;
};

// Puts a packed row or list together value by value, when the values do not come from columns.
class PackedWriter {
 public:
  void null();
  template <class T>
  void fixed(const T& value) {
    static_assert(sizeof(T) <= 16 && std::is_trivially_copyable_v<T>);
    not_null();
    body_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(std::string_view text);
  // Copies a value as it lies in another packed row.
  void copy(Physical physical, PackedValue value);
  void value(const Value& value);  // of its own type, NULL too
  size_t count() const { return count_; }
  void append_row_to(std::string& to) const;   // a packed row, or the value of a struct
  void append_list_to(std::string& to) const;  // the value of a list
  void clear();

 private:
  void not_null() { if ((count_++ & 7) == 0) nulls_.push_back(0); }
  std::string nulls_;
  std::string body_;
  size_t count_ = 0;
};

// One row from and to Values: slow paths and tests.
std::string pack_values(std::span<const Value> values, PackMode mode = PackMode::kExact);
std::vector<Value> unpack_values(std::string_view packed, std::span<const Type> types);
Value value_of(const Type& type, PackedValue packed);

// The elements of a packed list (kList value bytes) and fields of a packed struct.
uint32_t packed_list_size(std::string_view packed);
std::string pack_list(std::span<const Value> elements);
std::vector<Value> unpack_list(std::string_view packed, const Type& element);

// The bytes of a jsonb, struct or list value in key mode: equal SQL values have equal bytes.
std::string key_bytes(const Type& type, std::string_view value);
// Whether key_bytes() of a type may differ from the bytes themselves.
bool needs_key_bytes(const Type& type);

}  // namespace leat

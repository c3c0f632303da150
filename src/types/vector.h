#pragma once
// Vector: one typed column of values with a null bitmap. Filled once by its maker, then immutable
// and shared (`ColumnPtr`) between batches.
//   - Fixed-width values lie in one array of width_of(physical) bytes each; strings are StringSlots.
//   - A constant vector holds one value that stands for every row; at(i) works for both.
//   - The slot of a NULL is some valid value of the type (0, the empty string), so kernels may
//     compute over it without looking.
//   - `arenas` keep alive the bytes of long strings; a vector made from another one's strings takes
//     over its arenas instead of copying (share_strings).

#include <bit>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "types/buffer.h"
#include "types/string_slot.h"
#include "types/type.h"
#include "types/value.h"

namespace leat {

// Maps a C++ type to its Physical.
template <class T> struct PhysicalOf;
template <> struct PhysicalOf<uint8_t> { static constexpr Physical value = Physical::kBool; };
template <> struct PhysicalOf<int16_t> { static constexpr Physical value = Physical::kInt16; };
template <> struct PhysicalOf<int32_t> { static constexpr Physical value = Physical::kInt32; };
template <> struct PhysicalOf<int64_t> { static constexpr Physical value = Physical::kInt64; };
template <> struct PhysicalOf<float> { static constexpr Physical value = Physical::kFloat32; };
template <> struct PhysicalOf<double> { static constexpr Physical value = Physical::kFloat64; };
template <> struct PhysicalOf<Decimal> { static constexpr Physical value = Physical::kDecimal; };
template <> struct PhysicalOf<Interval> { static constexpr Physical value = Physical::kInterval; };
template <> struct PhysicalOf<StringSlot> { static constexpr Physical value = Physical::kString; };

class Vector {
 public:
  // `size` rows, values not initialised, no nulls.
  Vector(Type type, size_t size);
  // A constant vector of one value.
  static std::shared_ptr<const Vector> constant(const Value& value);

  const Type& type() const { return type_; }
  size_t size() const { return size_; }  // rows; 1 if constant
  bool is_constant() const { return constant_; }

  template <class T>
  T* data() {
    return reinterpret_cast<T*>(data_->data());
  }
  template <class T>
  const T* data() const {
    return reinterpret_cast<const T*>(data_->data());
  }
  template <class T>
  const T& at(size_t row) const {
    return data<T>()[constant_ ? 0 : row];
  }
  std::string_view string_at(size_t row) const {
    return data<StringSlot>()[constant_ ? 0 : row].view();
  }

  // Nulls: bit set = the row is NULL. No bitmap means no row is.
  bool may_have_nulls() const { return nulls_ != nullptr; }
  bool is_null(size_t row) const {
    if (nulls_ == nullptr) return false;
    const size_t r = constant_ ? 0 : row;
    return (null_words()[r >> 6] >> (r & 63)) & 1;
  }
  const uint64_t* null_words() const {
    return nulls_ ? reinterpret_cast<const uint64_t*>(nulls_->data()) : nullptr;
  }
  // The bitmap for writing, made (all clear) at first use.
  uint64_t* mutable_null_words();
  void set_null(size_t row) { mutable_null_words()[row >> 6] |= uint64_t{1} << (row & 63); }
  // Marks the row NULL and gives its slot a valid value.
  void set_null_value(size_t row);

  // Writes a string: short ones inline, long ones copied to this vector's arena.
  void set_string(size_t row, std::string_view text) {
    data<StringSlot>()[row] =
        StringSlot(text.size() <= StringSlot::kInlineMax ? text : arena().copy(text));
  }
  Arena& arena();
  // Keeps the other vector's string bytes alive in this one; its slots may then be copied.
  void share_strings(const Vector& from);

  // Writes a Value of this type (NULL too) at a row; for literals, tests and slow paths.
  void set_value(size_t row, const Value& value);
  Value value_at(size_t row) const;

  // Cuts the vector to its first `size` rows (a maker that did not fill all).
  void shrink(size_t size) { CHECK(size <= size_); size_ = size; }
  // Enlarges to `size` rows and keeps what is there; pointers from data() and the null words are void
  // afterwards (a maker that did not know its size).
  void grow(size_t size);
  size_t bytes() const;

 private:
  Type type_;
  size_t size_ = 0;
  bool constant_ = false;
  std::shared_ptr<Buffer> data_;
  std::shared_ptr<Buffer> nulls_;
  std::shared_ptr<Arena> own_arena_;
  std::vector<std::shared_ptr<const Arena>> arenas_;
};

using ColumnPtr = std::shared_ptr<const Vector>;
using VectorPtr = std::shared_ptr<Vector>;

}  // namespace leat

#pragma once
// Equality, order and hash of single values by SQL's rules, as they lie in vectors and packed rows:
// NaN is above all numbers and equals itself, -0 = 0, strings by bytes (collation C), lists element
// by element, NULLs inside lists and structs equal and above all else. Thread: free functions.

#include "types/packed_row.h"

namespace leat {

// The bytes of a non-null row of a vector. Valid as long as the vector.
inline PackedValue packed_value(const Vector& column, size_t row) {
  if (column.type().is_string_like()) {
    const std::string_view text = column.string_at(row);
    // An empty string is not NULL.
    return {text.data() == nullptr ? "" : text.data(), text.size()};
  }
  const size_t width = static_cast<size_t>(column.type().width());
  return {reinterpret_cast<const char*>(column.data<std::byte>()) +
              (column.is_constant() ? 0 : row * width),
          width};
}
// Writes such bytes as a row of a vector of the same type; strings are copied, NULL sets NULL.
void set_packed(Vector& out, size_t row, PackedValue value);

// Neither is NULL.
int compare_values(const Type& type, PackedValue a, PackedValue b);
bool equal_values(const Type& type, PackedValue a, PackedValue b);
// Three-way order of floats as PostgreSQL has it.
int compare_floats(double a, double b);

}  // namespace leat

#pragma once
// Ordered keys: byte strings whose memcmp order is the SQL order of the values (memcomparable).
// Layout (docs/internals/ordered_key.md): per column one byte NULL/NOT NULL marker, then big-endian
// bytes with the sign flipped (floats in total order, -0 = 0, NaN last), decimals by a normalised
// order-preserving form, strings in groups of 8 bytes with a length byte each (so prefixes sort
// first and nothing needs escaping twice). Descending columns have every byte inverted. Lists and
// structs encode element by element, jsonb in PostgreSQL's jsonb order as far as documented there.
// Equal SQL values have equal bytes. Numerics lose their display scale: keys are compared, the
// values come from the row.

#include <span>
#include <string>
#include <vector>

#include "types/batch.h"

namespace leat {

struct SortColumn {
  int column = 0;
  bool descending = false;
  bool nulls_first = false;  // PostgreSQL's default: nulls last ascending, first descending
  bool operator==(const SortColumn&) const = default;
};

class OrderedKeyEncoder {
 public:
  OrderedKeyEncoder(std::vector<Type> types, std::vector<SortColumn> columns);
  // Encodes the selected rows; row i in selection order is key(i) until the next call.
  // `types` are those of the sort columns, in order.
  void encode(const Batch& batch);
  size_t size() const { return ends_.size(); }
  std::string_view key(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }

 private:
  std::vector<Type> types_;
  std::vector<SortColumn> columns_;
  std::string bytes_;
  std::vector<size_t> ends_;
};

// Appends one value's key bytes: for look-ups by literal values and range bounds.
void append_ordered_key(std::string& to, const Value& value, bool descending, bool nulls_first);

}  // namespace leat

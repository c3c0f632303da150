#pragma once
// LiteralSet: the right side of `x IN (1, 2, 3)`: short lists are searched, longer ones hashed.
// Equality is SQL's: 1.0 equals 1.00, every NaN equals every other; a NULL in the list makes "not
// found" unknown. Thread: immutable after construction.

#include <memory>
#include <span>

#include "expr/expr.h"
#include "types/vector.h"

namespace leat {

class LiteralSet {
 public:
  // `literals` are of `type`, or NULL.
  LiteralSet(const Type& type, std::span<const ExprPtr> literals);
  ~LiteralSet();

  // Writes whether each value at `rows` is in the set (not: if `negated`). Rows that are NULL in `out`
  // already stay so.
  void probe(const Vector& column, const Selection& rows, bool negated, Vector& out) const;

  struct Values;  // by physical type; literal_set.cc

 private:
  std::unique_ptr<Values> values_;
  bool has_null_ = false;
};

}  // namespace leat

#pragma once
// Casts among the built types: which exist, in which context SQL may use them, and by which
// function. A cast's row is named "cast" and takes one argument; the call's result type says the
// rest. Rows are constants and live for ever. Thread: any.

#include <span>

#include "expr/function.h"

namespace leat {

enum class CastContext : uint8_t {
  kImplicit,    // wherever the target type is wanted
  kAssignment,  // on the way into a column
  kExplicit,    // only where CAST is written
};

struct Cast {
  const ScalarFunction* function = nullptr;  // null only between equal types
  CastContext context = CastContext::kExplicit;
};

// The cast from one type to another, in any context; `exists` tells. Equal types need none: exists,
// implicit, no function.
struct CastLookup {
  bool exists = false;
  Cast cast;
};
CastLookup find_cast(const Type& from, const Type& to);

// Every scalar cast row, for listings.
struct CastRow {
  ScalarFunction function;
  CastContext context;
};
std::span<const CastRow> cast_rows();

}  // namespace leat

#pragma once
// KeyRange: what the bounds of a scan mean as bytes of the stored key.
// Thread: free function.

#include <string>

#include "plan/physical.h"
#include "state/stored_table.h"

namespace leat {

struct KeyRange {
  enum Kind : uint8_t {
    kNothing,  // a bound is NULL, or the range is empty
    kPoint,    // the whole key `range.lo`: at most one row
    kRange,
  };
  Kind kind = kNothing;
  ScanRange range = {};
};

// `scan` reads a stored relation; `eval` evaluates the expressions of its bounds.
Result<KeyRange> key_range(const PhysicalNode& scan, EvalContext& eval);

}  // namespace leat

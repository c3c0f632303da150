#pragma once
// KeyRange: what the bounds of a scan mean as bytes of the stored key.
// Thread: free function.

#include <vector>

#include "plan/physical.h"
#include "state/stored_table.h"

namespace leat {

struct KeyRange {
  ScanRange range;
  bool point = false;  // the whole key is range.lo: at most one row
};

// `scan` reads a stored relation; `eval` evaluates the expressions of its bounds. In key order, and none
// has a row of another. None at all: a bound is NULL, or nothing lies between them.
Result<std::vector<KeyRange>> key_ranges(const PhysicalNode& scan, EvalContext& eval);

}  // namespace leat

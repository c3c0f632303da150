#pragma once
// What must be true of every logical plan: columns exist and have the types that expressions say, outer
// columns point at a level that is there, schemas fit. For tests of the binder and of rewrite rules.
// Thread: free functions without state.

#include <string>

#include "plan/logical.h"

namespace leat {

// The first thing that is wrong with the plan; empty: it is sound.
std::string logical_problem(const LogicalNode& plan);

}  // namespace leat

#pragma once
// Joining inputs that are joined by inner joins alone.

#include "plan/logical.h"

namespace leat::planner {

// A tree of inner joins over `inputs` with `conjuncts` over all their columns, numbered in order of
// the inputs; each conjunct goes to the lowest join that has its columns. Inputs are taken in the
// written order, except that one which a condition connects goes before one that would make a
// product. The result's columns are in the written order.
LogicalPtr join_in_order(const std::vector<LogicalPtr>& inputs,
                         const std::vector<ExprPtr>& conjuncts);

}  // namespace leat::planner

#pragma once
// Equal parts of a job's plan are one: a view that reads the same aggregate twice keeps it once.

#include "plan/physical.h"

namespace leat::planner {

// The plan as a graph in which nodes that compute the same are the same node. Names of columns may
// differ; what volatile functions give is never shared.
PhysicalPtr share_equal_nodes(const PhysicalPtr& root);
// How many nodes a plan has, shared ones once.
size_t count_nodes(const PhysicalPtr& root);

}  // namespace leat::planner

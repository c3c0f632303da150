#include "planner/logical_nodes.h"
#include "planner/lower/streams.h"

namespace leat::planner {

Result<Lowered> lower_filter(Lowering& lowering, const LogicalNode& node) {
  const std::vector<ExprPtr> conjuncts = conjuncts_of(node.exprs[0]);
  if (!lowering.is_job() && node.inputs[0]->kind == LogicalKind::kScan) {
    Lowered lookup = TRY(lower_key_lookup(lowering, *node.inputs[0], conjuncts));
    if (lookup.node != nullptr) return lookup;
  }
  Lowered input = TRY(lowering.lower(node.inputs[0]));
  input.node = make_physical_filter(input.node, place_all(conjuncts, input));
  return input;
}

}  // namespace leat::planner

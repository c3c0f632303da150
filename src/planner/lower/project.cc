#include "planner/lower/streams.h"

namespace leat::planner {

Result<Lowered> lower_project(Lowering& lowering, const LogicalNode& node) {
  const Lowered input = TRY(lowering.lower(node.inputs[0]));
  auto project = make_physical_project(input.node, place_all(node.exprs, input), node.schema);
  return Lowered{std::move(project), first_columns(node.schema.size())};
}

}  // namespace leat::planner

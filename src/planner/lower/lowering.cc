#include "planner/lower/lowering.h"

#include "base/check.h"

namespace leat::planner {

Result<Lowered> Lowering::lower(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return lower_scan(*this, *node);
    case LogicalKind::kValues:
      return lower_values(*this, *node);
    case LogicalKind::kFilter:
      return lower_filter(*this, *node);
    case LogicalKind::kProject:
      return lower_project(*this, *node);
    case LogicalKind::kProjectSet:
      return lower_project_set(*this, *node);
    case LogicalKind::kTableFunction:
      return lower_table_function(*this, *node);
    case LogicalKind::kJoin:
      return lower_join(*this, *node);
    case LogicalKind::kAggregate:
      return lower_aggregate(*this, *node);
    case LogicalKind::kSort:
    case LogicalKind::kDistinctOn:
      return lower_top_n(*this, *node);
    case LogicalKind::kSetOperation:
      return node->operation == SetOperation::kUnion ? lower_union(*this, *node)
                                                     : lower_set_operation(*this, *node);
    case LogicalKind::kWindow:
      return lower_window(*this, *node);
    case LogicalKind::kTimeWindow:
      return lower_time_window(*this, *node);
    case LogicalKind::kApply:
      break;
  }
  UNREACHABLE();
}

}  // namespace leat::planner

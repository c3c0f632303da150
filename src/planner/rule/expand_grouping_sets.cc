// GROUP BY GROUPING SETS (s1, s2, ...) -> union of one aggregate per set, with NULL for the columns
// that a set leaves out. grouping(...) has been made a literal per set by its argument positions.

#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

LogicalPtr aggregate_of_set(const LogicalNode& node, const std::vector<int>& set) {
  std::vector<ExprPtr> groups;
  std::vector<int> place(node.group_by.size(), -1);
  for (const int group : set) {
    if (place[static_cast<size_t>(group)] >= 0) continue;
    place[static_cast<size_t>(group)] = static_cast<int>(groups.size());
    groups.push_back(node.group_by[static_cast<size_t>(group)]);
  }
  const size_t width = groups.size();
  const LogicalPtr aggregate = make_aggregate(node.inputs[0], std::move(groups), node.aggregates);
  std::vector<ExprPtr> exprs;
  for (size_t i = 0; i < node.group_by.size(); ++i) {
    exprs.push_back(place[i] >= 0 ? column_of(*aggregate, place[i])
                                  : make_null(node.group_by[i]->type));
  }
  for (size_t i = 0; i < node.aggregates.size(); ++i) {
    exprs.push_back(column_of(*aggregate, static_cast<int>(width + i)));
  }
  return make_project(aggregate, std::move(exprs), node.schema);
}

LogicalPtr expand(const LogicalPtr& node) {
  LogicalPtr with = map_inputs(node, expand);
  // Sub-queries are plans of their own.
  with = map_expressions(with, [](const ExprPtr& expr) {
    return rewrite_expr(expr, [](const ExprPtr& e) -> ExprPtr {
      if (e->kind != ExprKind::kSubquery) return e;
      const LogicalPtr subquery = expand(e->subquery);
      if (subquery == e->subquery) return e;
      auto copy = std::make_shared<Expr>(*e);
      copy->subquery = subquery;
      return copy;
    });
  });
  if (with->kind != LogicalKind::kAggregate || with->grouping_sets.empty()) return with;
  std::vector<LogicalPtr> branches;
  for (const auto& set : with->grouping_sets) branches.push_back(aggregate_of_set(*with, set));
  return make_union_all(std::move(branches));
}

}  // namespace

Result<LogicalPtr> expand_grouping_sets(const LogicalPtr& plan, const PlanContext&) {
  return expand(plan);
}

}  // namespace leat::planner

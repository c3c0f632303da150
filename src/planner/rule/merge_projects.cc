// A projection of a projection is one projection, unless that computed something twice or moved a
// volatile call. One that gives its input's columns as they are is nothing.

#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

bool is_cheap(const Expr& expr) {
  return expr.kind == ExprKind::kColumn || expr.kind == ExprKind::kLiteral ||
         expr.kind == ExprKind::kParameter;
}

bool may_merge(const LogicalNode& upper, const LogicalNode& lower) {
  std::vector<int> uses(lower.exprs.size(), 0);
  for (const ExprPtr& expr : upper.exprs) {
    for_each_expr(*expr, [&](const Expr& e) {
      if (e.kind == ExprKind::kColumn) ++uses[static_cast<size_t>(e.column)];
    });
  }
  for (size_t i = 0; i < uses.size(); ++i) {
    if (is_cheap(*lower.exprs[i])) continue;
    if (uses[i] > 1 || has_volatile(*lower.exprs[i])) return false;
  }
  return true;
}

bool is_identity(const LogicalNode& project) {
  if (project.exprs.size() != project.inputs[0]->schema.size()) return false;
  for (size_t i = 0; i < project.exprs.size(); ++i) {
    const Expr& expr = *project.exprs[i];
    if (expr.kind != ExprKind::kColumn || expr.column != static_cast<int>(i)) return false;
  }
  return true;
}

LogicalPtr merge(const LogicalPtr& node) {
  LogicalPtr with = map_inputs(node, merge);
  while (with->kind == LogicalKind::kProject && with->inputs[0]->kind == LogicalKind::kProject &&
         may_merge(*with, *with->inputs[0])) {
    const LogicalNode& lower = *with->inputs[0];
    std::vector<ExprPtr> exprs;
    for (const ExprPtr& expr : with->exprs) exprs.push_back(substitute_columns(expr, lower.exprs));
    with = make_project(lower.inputs[0], std::move(exprs), with->schema);
  }
  if (with->kind == LogicalKind::kProject && is_identity(*with)) return with->inputs[0];
  return with;
}

}  // namespace

Result<LogicalPtr> merge_projects(const LogicalPtr& plan, const PlanContext&) {
  return merge(plan);
}

}  // namespace leat::planner

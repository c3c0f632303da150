// Jobs only. A filter that compares a value with a function of now() alone becomes a semi join with
// the clock: a node of one row, the step's time, that changes by itself. Lowering makes a dynamic
// filter of it. What else a running view could mean by now() has no incremental form and is
// refused.

#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

// One row with now(), which lowering knows as the clock.
LogicalPtr make_clock(const ExprPtr& now) {
  auto clock = std::make_shared<LogicalNode>();
  clock->kind = LogicalKind::kValues;
  clock->schema = {{"now", now->type}};
  clock->rows = {{now}};
  return clock;
}

ExprPtr find_now(const Expr& expr) {
  ExprPtr found;
  for_each_expr(expr, [&](const Expr& e) {
    if (found == nullptr && is_now(e)) found = std::make_shared<Expr>(e);
  });
  return found;
}

// The input's rows for which `value op bound(now())` holds; null if the conjunct is of another
// form.
LogicalPtr filter_by_clock(const LogicalPtr& input, const ExprPtr& conjunct) {
  const auto comparison = comparison_of(*conjunct);
  if (!comparison || *comparison == Comparison::kEqual) return nullptr;
  for (size_t side = 0; side < 2; ++side) {
    const ExprPtr& bound = conjunct->args[side];
    const ExprPtr& value = conjunct->args[1 - side];
    if (!has_now(*bound) || !columns_of(*bound).empty() || has_now(*value)) continue;
    const LogicalPtr clock = make_clock(find_now(*bound));
    const ExprPtr of_clock = rewrite_expr(
        bound, [&](const ExprPtr& e) -> ExprPtr { return is_now(*e) ? column_of(*clock, 0) : e; });
    LogicalPtr right = clock;
    if (of_clock->kind != ExprKind::kColumn)
      right = make_project(clock, {of_clock}, {{"bound", of_clock->type}});
    const ExprPtr column = make_column(static_cast<int>(input->schema.size()), of_clock->type);
    const auto args = side == 0 ? std::vector{column, value} : std::vector{value, column};
    return make_join(JoinKind::kSemi, input, right,
                     make_call(conjunct->function, conjunct->type, args, conjunct->position));
  }
  return nullptr;
}

Error refusal(const Expr& expr) {
  uint32_t position = 0;
  for_each_expr(expr, [&](const Expr& e) {
    if (is_now(e) && position == 0) position = e.position;
  });
  Error error{.code = SqlState::kFeatureNotSupported,
              .message = "now() is not supported here in a query that keeps running",
              .hint =
                  "Compare a column with it in WHERE, ON or HAVING, as in: ts > now() - interval "
                  "'1 hour'."};
  if (position > 0) error.position = position;
  return error;
}

bool is_clock(const LogicalNode& node) {
  return node.kind == LogicalKind::kValues && node.rows.size() == 1 && node.rows[0].size() == 1 &&
         is_now(*node.rows[0][0]);
}

Result<LogicalPtr> rewrite(const LogicalPtr& node) {
  std::vector<LogicalPtr> inputs;
  for (const LogicalPtr& input : node->inputs) inputs.push_back(TRY(rewrite(input)));
  LogicalPtr with = with_inputs(node, std::move(inputs));
  if (with->kind == LogicalKind::kFilter) {
    std::vector<ExprPtr> rest;
    LogicalPtr input = with->inputs[0];
    std::vector<ExprPtr> timed;
    for (const ExprPtr& conjunct : conjuncts_of(with->exprs[0])) {
      (has_now(*conjunct) ? timed : rest).push_back(conjunct);
    }
    input = make_filter(input, std::move(rest));
    for (const ExprPtr& conjunct : timed) {
      input = filter_by_clock(input, conjunct);
      if (input == nullptr) return fail(refusal(*conjunct));
    }
    return input;
  }
  if (is_clock(*with)) return with;
  const Expr* found = nullptr;
  for_each_expression(*with, [&](const ExprPtr& expr) {
    if (found == nullptr && has_now(*expr)) found = expr.get();
  });
  if (found != nullptr) return fail(refusal(*found));
  return with;
}

}  // namespace

Result<LogicalPtr> now_filters(const LogicalPtr& plan, const PlanContext& context) {
  if (context.mode != PlanMode::kJob) return plan;
  return rewrite(plan);
}

}  // namespace leat::planner

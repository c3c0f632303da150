// Immutable calls of literals are computed once, here; what fails is left to fail at run time,
// where it may never be reached. AND, OR, CASE and COALESCE lose the branches that literals decide.

#include <algorithm>
#include <span>

#include "expr/evaluator.h"
#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"
#include "types/time_zone.h"

namespace leat::planner {
namespace {

bool is_literal(const ExprPtr& expr) { return expr->kind == ExprKind::kLiteral; }
bool is_true(const ExprPtr& expr) { return is_true_literal(*expr); }
bool is_false(const ExprPtr& expr) {
  return is_literal(expr) && expr->type.is(TypeId::kBoolean) && !expr->literal.is_null() &&
         !expr->literal.as_bool();
}

ExprPtr evaluate(const ExprPtr& expr) {
  EvalContext context;
  static const TimeZone utc;
  context.zone = &utc;
  Result<Value> value = evaluate_constant(expr, context);
  if (!value || context.error_count > 0) return expr;
  return make_literal(value->with_type(expr->type));
}

ExprPtr fold_call(const ExprPtr& expr) {
  if (expr->function->volatility != Volatility::kImmutable) return expr;
  for (const ExprPtr& arg : expr->args) {
    if (!is_literal(arg)) return expr;
  }
  return evaluate(expr);
}

// a = 1 OR a = 2 OR a IN (3, 4) is one look-up: a IN (1, 2, 3, 4).
ExprPtr fold_equalities(const ExprPtr& expr) {
  struct List {
    ExprPtr value;
    std::vector<ExprPtr> literals;
    size_t first = 0;
  };
  std::vector<List> lists;
  std::vector<bool> in_list(expr->args.size(), false);
  const auto add = [&](size_t i, const ExprPtr& value, std::span<const ExprPtr> literals) {
    for (const ExprPtr& literal : literals) {
      if (!is_literal(literal) || literal->literal.is_null() || !(literal->type == value->type))
        return;
    }
    if (is_literal(value) || has_volatile(*value)) return;
    in_list[i] = true;
    for (List& list : lists) {
      if (!expr_equal(*list.value, *value)) continue;
      list.literals.insert(list.literals.end(), literals.begin(), literals.end());
      return;
    }
    lists.push_back({value, {literals.begin(), literals.end()}, i});
  };
  for (size_t i = 0; i < expr->args.size(); ++i) {
    const Expr& arg = *expr->args[i];
    if (is_equality(arg)) {
      const size_t literal = is_literal(arg.args[1]) ? 1 : 0;
      add(i, arg.args[1 - literal], std::span(&arg.args[literal], 1));
    } else if (arg.kind == ExprKind::kInList && !arg.negated) {
      add(i, arg.args[0], std::span(arg.args).subspan(1));
    }
  }
  if (std::count(in_list.begin(), in_list.end(), true) == static_cast<ptrdiff_t>(lists.size()))
    return expr;
  std::vector<ExprPtr> args;
  for (size_t i = 0; i < expr->args.size(); ++i) {
    if (!in_list[i]) args.push_back(expr->args[i]);
    for (const List& list : lists) {
      if (list.first != i) continue;
      if (list.literals.size() == 1) {
        args.push_back(expr->args[i]);
        continue;
      }
      auto in = std::make_shared<Expr>();
      in->kind = ExprKind::kInList;
      in->type = TypeId::kBoolean;
      in->position = expr->args[i]->position;
      in->args = {list.value};
      in->args.insert(in->args.end(), list.literals.begin(), list.literals.end());
      args.push_back(std::move(in));
    }
  }
  return make_or(std::move(args));
}

// AND without TRUE, OR without FALSE; FALSE or TRUE decides the whole.
ExprPtr fold_logic(const ExprPtr& expr) {
  const bool conjunction = expr->kind == ExprKind::kAnd;
  std::vector<ExprPtr> rest;
  for (const ExprPtr& arg : expr->args) {
    if (conjunction ? is_false(arg) : is_true(arg)) return arg;
    if (conjunction ? is_true(arg) : is_false(arg)) continue;
    rest.push_back(arg);
  }
  if (rest.size() == expr->args.size()) return expr;
  if (rest.empty()) return make_literal(Value::boolean(conjunction));
  return conjunction ? make_and(std::move(rest)) : make_or(std::move(rest));
}

ExprPtr fold_case(const ExprPtr& expr) {
  std::vector<ExprPtr> args;
  for (size_t i = 0; i + 1 < expr->args.size(); i += 2) {
    const ExprPtr& when = expr->args[i];
    if (is_literal(when) && !is_true(when)) continue;
    if (is_true(when)) {
      args.push_back(expr->args[i + 1]);
      break;
    }
    args.push_back(when);
    args.push_back(expr->args[i + 1]);
  }
  if (args.size() % 2 == 0) args.push_back(expr->args.back());
  if (args.size() == expr->args.size()) return expr;
  if (args.size() == 1) return args[0];
  auto copy = std::make_shared<Expr>(*expr);
  copy->args = std::move(args);
  return copy;
}

ExprPtr fold_coalesce(const ExprPtr& expr) {
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : expr->args) {
    if (is_literal(arg) && arg->literal.is_null()) continue;
    args.push_back(arg);
    if (is_literal(arg)) break;
  }
  if (args.empty()) return make_null(expr->type);
  if (args.size() == 1) return args[0];
  if (args.size() == expr->args.size()) return expr;
  auto copy = std::make_shared<Expr>(*expr);
  copy->args = std::move(args);
  return copy;
}

ExprPtr fold(const ExprPtr& expr) {
  switch (expr->kind) {
    case ExprKind::kCall:
      return fold_call(expr);
    case ExprKind::kAnd:
      return fold_logic(expr);
    case ExprKind::kOr: {
      const ExprPtr folded = fold_logic(expr);
      return folded->kind == ExprKind::kOr ? fold_equalities(folded) : folded;
    }
    case ExprKind::kCase:
      return fold_case(expr);
    case ExprKind::kCoalesce:
      return fold_coalesce(expr);
    case ExprKind::kInList:
      return is_literal(expr->args[0]) ? evaluate(expr) : expr;
    default:
      return expr;
  }
}

LogicalPtr fold_node(const LogicalPtr& node) {
  return map_expressions(map_inputs(node, fold_node),
                         [](const ExprPtr& expr) { return rewrite_expr(expr, fold); });
}

}  // namespace

Result<LogicalPtr> fold_constants(const LogicalPtr& plan, const PlanContext&) {
  return fold_node(plan);
}

}  // namespace leat::planner

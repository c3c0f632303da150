// Conditions move down to the lowest node that has their columns. On the way outer joins whose
// padded rows a condition would drop become inner, conditions on both sides of an inner join become
// its own, equalities with a constant spread over columns that are equal, and inner joins are put
// in an order without needless products.

#include <algorithm>

#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/join_order.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

using Conjuncts = std::vector<ExprPtr>;

bool only_uses(const Expr& expr, int first, int end) {
  const auto columns = columns_of(expr);
  return std::all_of(columns.begin(), columns.end(), [&](int c) { return c >= first && c < end; });
}

ExprPtr shift_columns(const ExprPtr& expr, int by) {
  if (by == 0) return expr;
  return rewrite_expr(expr, [by](const ExprPtr& e) -> ExprPtr {
    return e->kind == ExprKind::kColumn ? make_column(e->column + by, e->type) : e;
  });
}

std::vector<bool> column_range(size_t width, size_t first, size_t end) {
  std::vector<bool> columns(width, false);
  for (size_t i = first; i < end; ++i) columns[i] = true;
  return columns;
}

// Moves the conjuncts for which `test` holds from one list into a new one.
template <class F>
Conjuncts take(Conjuncts& from, F&& test) {
  Conjuncts taken, rest;
  for (ExprPtr& conjunct : from) (test(*conjunct) ? taken : rest).push_back(std::move(conjunct));
  from = std::move(rest);
  return taken;
}

void add_unless_present(Conjuncts& to, ExprPtr conjunct) {
  for (const ExprPtr& known : to) {
    if (expr_equal(*known, *conjunct)) return;
  }
  to.push_back(std::move(conjunct));
}

// a = b and a = 5 give b = 5.
void spread_constants(Conjuncts& conjuncts) {
  const auto is_constant = [](const Expr& e) {
    return e.kind == ExprKind::kLiteral || e.kind == ExprKind::kParameter;
  };
  for (size_t round = 0; round < conjuncts.size(); ++round) {
    const ExprPtr fixed = conjuncts[round];
    if (!is_equality(*fixed)) continue;
    const int side = fixed->args[0]->kind == ExprKind::kColumn ? 0 : 1;
    const Expr& column = *fixed->args[static_cast<size_t>(side)];
    const ExprPtr& constant = fixed->args[static_cast<size_t>(1 - side)];
    if (column.kind != ExprKind::kColumn || !is_constant(*constant)) continue;
    for (size_t i = 0; i < conjuncts.size(); ++i) {
      const ExprPtr pair = conjuncts[i];
      if (!is_equality(*pair)) continue;
      for (size_t other = 0; other < 2; ++other) {
        if (pair->args[0]->kind != ExprKind::kColumn || pair->args[1]->kind != ExprKind::kColumn)
          continue;
        if (pair->args[1 - other]->column != column.column) continue;
        if (!(pair->args[other]->type == constant->type)) continue;
        add_unless_present(conjuncts, make_equal(pair->args[other], constant));
      }
    }
  }
}

class FilterPush {
 public:
  // The node's rows for which the conjuncts over its columns hold.
  LogicalPtr push(const LogicalPtr& node, Conjuncts conjuncts);

 private:
  LogicalPtr push_project(const LogicalPtr& node, Conjuncts conjuncts);
  LogicalPtr push_project_set(const LogicalPtr& node, Conjuncts conjuncts);
  LogicalPtr push_join(const LogicalPtr& node, Conjuncts conjuncts);
  LogicalPtr push_inner(const LogicalPtr& node, Conjuncts conjuncts);
  LogicalPtr push_aggregate(const LogicalPtr& node, Conjuncts conjuncts);
  LogicalPtr push_set_operation(const LogicalPtr& node, Conjuncts conjuncts);
  // Below a node that passes its input's first `width` columns through: conjuncts of these that
  // `may`.
  template <class F>
  LogicalPtr push_through(const LogicalPtr& node, Conjuncts conjuncts, F&& may);
  void flatten(const LogicalPtr& node, int base, std::vector<LogicalPtr>& inputs,
               Conjuncts& conjuncts);
};

LogicalPtr FilterPush::push(const LogicalPtr& node, Conjuncts conjuncts) {
  for (const ExprPtr& conjunct : conjuncts) {
    const bool never = conjunct->kind == ExprKind::kLiteral && !is_true_literal(*conjunct);
    if (never) return make_empty(node->schema);
  }
  switch (node->kind) {
    case LogicalKind::kFilter: {
      Conjuncts all;
      append_conjuncts(all, node->exprs[0]);
      for (const ExprPtr& conjunct : conjuncts) add_unless_present(all, conjunct);
      // What must not be evaluated again or earlier than written stays here.
      Conjuncts stay = take(all, [](const Expr& e) { return has_volatile(e); });
      return make_filter(push(node->inputs[0], std::move(all)), std::move(stay));
    }
    case LogicalKind::kProject:
      return push_project(node, std::move(conjuncts));
    case LogicalKind::kProjectSet:
      return push_project_set(node, std::move(conjuncts));
    case LogicalKind::kJoin:
      return push_join(node, std::move(conjuncts));
    case LogicalKind::kAggregate:
      return push_aggregate(node, std::move(conjuncts));
    case LogicalKind::kSetOperation:
      return push_set_operation(node, std::move(conjuncts));
    case LogicalKind::kTimeWindow:
    case LogicalKind::kTableFunction:
      return push_through(node, std::move(conjuncts), [](int) { return true; });
    case LogicalKind::kWindow:
      return push_through(node, std::move(conjuncts), [&](int column) {
        return std::all_of(node->windows.begin(), node->windows.end(), [&](const WindowCall& call) {
          return std::any_of(call.partition_by.begin(), call.partition_by.end(),
                             [&](const ExprPtr& e) {
                               return e->kind == ExprKind::kColumn && e->column == column;
                             });
        });
      });
    case LogicalKind::kSort:
    case LogicalKind::kDistinctOn: {
      const bool distinct_on = node->kind == LogicalKind::kDistinctOn;
      const bool bounded = distinct_on || node->limit != nullptr || node->offset != nullptr;
      const auto& groups = distinct_on ? node->exprs : node->group_by;
      return push_through(node, std::move(conjuncts), [&](int column) {
        return !bounded || std::any_of(groups.begin(), groups.end(), [&](const ExprPtr& e) {
          return e->kind == ExprKind::kColumn && e->column == column;
        });
      });
    }
    default:
      return make_filter(
          map_inputs(node, [this](const LogicalPtr& input) { return push(input, {}); }),
          std::move(conjuncts));
  }
}

template <class F>
LogicalPtr FilterPush::push_through(const LogicalPtr& node, Conjuncts conjuncts, F&& may) {
  if (node->inputs.empty()) return make_filter(node, std::move(conjuncts));
  const auto width = static_cast<int>(node->inputs[0]->schema.size());
  Conjuncts below = take(conjuncts, [&](const Expr& e) {
    const auto columns = columns_of(e);
    return !columns.empty() &&
           std::all_of(columns.begin(), columns.end(), [&](int c) { return c < width && may(c); });
  });
  return make_filter(with_inputs(node, {push(node->inputs[0], std::move(below))}),
                     std::move(conjuncts));
}

LogicalPtr FilterPush::push_project(const LogicalPtr& node, Conjuncts conjuncts) {
  Conjuncts below = take(conjuncts, [&](const Expr& e) {
    const auto columns = columns_of(e);
    return std::none_of(columns.begin(), columns.end(),
                        [&](int c) { return has_volatile(*node->exprs[static_cast<size_t>(c)]); });
  });
  for (ExprPtr& conjunct : below) conjunct = substitute_columns(conjunct, node->exprs);
  Conjuncts flat;
  for (const ExprPtr& conjunct : below) append_conjuncts(flat, conjunct);
  return make_filter(with_inputs(node, {push(node->inputs[0], std::move(flat))}),
                     std::move(conjuncts));
}

LogicalPtr FilterPush::push_project_set(const LogicalPtr& node, Conjuncts conjuncts) {
  const auto is_plain = [&](int c) {
    const auto& expr = node->exprs[static_cast<size_t>(c)];
    return node->set_functions[static_cast<size_t>(c)].function == nullptr && expr != nullptr &&
           !has_volatile(*expr);
  };
  Conjuncts below = take(conjuncts, [&](const Expr& e) {
    const auto columns = columns_of(e);
    return !columns.empty() && std::all_of(columns.begin(), columns.end(), is_plain);
  });
  for (ExprPtr& conjunct : below) conjunct = substitute_columns(conjunct, node->exprs);
  return make_filter(with_inputs(node, {push(node->inputs[0], std::move(below))}),
                     std::move(conjuncts));
}

LogicalPtr FilterPush::push_aggregate(const LogicalPtr& node, Conjuncts conjuncts) {
  const auto groups = static_cast<int>(node->group_by.size());
  // A condition without columns would lose the one row of an aggregate of nothing.
  Conjuncts below = take(conjuncts, [&](const Expr& e) {
    return groups > 0 && only_uses(e, 0, groups) && !has_volatile(e);
  });
  for (ExprPtr& conjunct : below) conjunct = substitute_columns(conjunct, node->group_by);
  return make_filter(with_inputs(node, {push(node->inputs[0], std::move(below))}),
                     std::move(conjuncts));
}

LogicalPtr FilterPush::push_set_operation(const LogicalPtr& node, Conjuncts conjuncts) {
  return map_inputs(node, [&](const LogicalPtr& input) { return push(input, conjuncts); });
}

LogicalPtr FilterPush::push_join(const LogicalPtr& original, Conjuncts conjuncts) {
  // Padded rows that a condition drops need not be made.
  JoinKind kind = original->join;
  const size_t left_width = original->inputs[0]->schema.size();
  if (kind == JoinKind::kLeft || kind == JoinKind::kRight || kind == JoinKind::kFull) {
    const size_t width = original->schema.size();
    const auto drops = [&](size_t first, size_t end) {
      const auto columns = column_range(width, first, end);
      return std::any_of(conjuncts.begin(), conjuncts.end(),
                         [&](const ExprPtr& conjunct) { return rejects_null(*conjunct, columns); });
    };
    bool left_padded = kind != JoinKind::kLeft;    // rows of the right side alone
    bool right_padded = kind != JoinKind::kRight;  // rows of the left side alone
    if (left_padded && drops(0, left_width)) left_padded = false;
    if (right_padded && drops(left_width, width)) right_padded = false;
    kind = left_padded ? (right_padded ? JoinKind::kFull : JoinKind::kRight)
                       : (right_padded ? JoinKind::kLeft : JoinKind::kInner);
  }
  LogicalPtr node = original;
  if (kind != original->join) {
    auto copy = std::make_shared<LogicalNode>(*original);
    copy->join = kind;
    node = copy;
  }
  if (kind == JoinKind::kInner && !node->single_row) return push_inner(node, std::move(conjuncts));

  const auto left_end = static_cast<int>(left_width);
  const auto end = static_cast<int>(left_width + node->inputs[1]->schema.size());
  const auto of_left = [&](const Expr& e) { return only_uses(e, 0, left_end) && !has_volatile(e); };
  const auto of_right = [&](const Expr& e) {
    return only_uses(e, left_end, end) && !has_volatile(e);
  };
  Conjuncts left, right;
  Conjuncts on = conjuncts_of(node->condition);
  // From above, to a side whose rows the join does not pad.
  if (kind != JoinKind::kRight && kind != JoinKind::kFull) left = take(conjuncts, of_left);
  if (kind == JoinKind::kRight) right = take(conjuncts, of_right);
  // From the condition, to the side whose rows do not stand alone.
  if (kind == JoinKind::kLeft || kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
    for (ExprPtr& conjunct :
         take(on, [&](const Expr& e) { return of_right(e) && !columns_of(e).empty(); }))
      right.push_back(conjunct);
  }
  if (kind == JoinKind::kRight || kind == JoinKind::kSemi) {
    for (ExprPtr& conjunct :
         take(on, [&](const Expr& e) { return of_left(e) && !columns_of(e).empty(); }))
      left.push_back(conjunct);
  }
  for (ExprPtr& conjunct : right) conjunct = shift_columns(conjunct, -left_end);
  auto copy = std::make_shared<LogicalNode>(*node);
  copy->inputs = {push(node->inputs[0], std::move(left)), push(node->inputs[1], std::move(right))};
  copy->condition = make_and(std::move(on));
  return make_filter(copy, std::move(conjuncts));
}

void FilterPush::flatten(const LogicalPtr& node, int base, std::vector<LogicalPtr>& inputs,
                         Conjuncts& conjuncts) {
  if (node->kind == LogicalKind::kFilter) {
    Conjuncts own = conjuncts_of(node->exprs[0]);
    const bool fixed =
        std::any_of(own.begin(), own.end(), [](const ExprPtr& e) { return has_volatile(*e); });
    const LogicalPtr& below = node->inputs[0];
    if (!fixed && below->kind == LogicalKind::kJoin && below->join == JoinKind::kInner &&
        !below->single_row) {
      flatten(below, base, inputs, conjuncts);
      for (const ExprPtr& conjunct : own) conjuncts.push_back(shift_columns(conjunct, base));
      return;
    }
  }
  if (node->kind != LogicalKind::kJoin || node->join != JoinKind::kInner || node->single_row) {
    inputs.push_back(node);
    return;
  }
  flatten(node->inputs[0], base, inputs, conjuncts);
  flatten(node->inputs[1], base + static_cast<int>(node->inputs[0]->schema.size()), inputs,
          conjuncts);
  for (const ExprPtr& conjunct : conjuncts_of(node->condition))
    conjuncts.push_back(shift_columns(conjunct, base));
}

LogicalPtr FilterPush::push_inner(const LogicalPtr& node, Conjuncts conjuncts) {
  std::vector<LogicalPtr> inputs;
  Conjuncts all;
  flatten(node, 0, inputs, all);
  for (const ExprPtr& conjunct : conjuncts) add_unless_present(all, conjunct);
  spread_constants(all);
  int base = 0;
  for (LogicalPtr& input : inputs) {
    const int end = base + static_cast<int>(input->schema.size());
    Conjuncts own = take(all, [&](const Expr& e) {
      return !columns_of(e).empty() && only_uses(e, base, end) && !has_volatile(e);
    });
    for (ExprPtr& conjunct : own) conjunct = shift_columns(conjunct, -base);
    input = push(input, std::move(own));
    base = end;
  }
  // Conditions without columns, and volatile ones, hold for the whole.
  Conjuncts above =
      take(all, [](const Expr& e) { return has_volatile(e) || columns_of(e).empty(); });
  return make_filter(join_in_order(inputs, all), std::move(above));
}

}  // namespace

Result<LogicalPtr> push_down_filters(const LogicalPtr& plan, const PlanContext&) {
  return FilterPush().push(plan, {});
}

}  // namespace leat::planner

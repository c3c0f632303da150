// The dependent join, after Neumann and Kemper, "Unnesting Arbitrary Queries" (BTW 2015).
// For the columns c of the left side that the right side uses, the right side is computed for all
// values of c at once: a domain D of the values is pushed down into it, to where they are used, and
// the result, which carries c behind its own columns, is joined with the left side on c.
// Where a filter says `c = e` with e from the inner side alone, e itself serves as c and D is not
// needed: the result then holds values of c that the left side does not have, which the join drops.

#include <algorithm>
#include <set>

#include "base/check.h"
#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

// While a right side is being rewritten, its references to the left are at depth 0.
constexpr int kDomainDepth = 0;

bool is_domain_column(const Expr& expr) {
  return expr.kind == ExprKind::kOuterColumn && expr.depth == kDomainDepth;
}

bool uses_domain(const Expr& expr) {
  bool found = false;
  for_each_expr(expr, [&](const Expr& e) { found |= is_domain_column(e); });
  return found;
}

bool uses_domain_itself(const LogicalNode& node) {
  bool found = false;
  for_each_expression(node, [&](const ExprPtr& expr) { found |= uses_domain(*expr); });
  return found;
}

bool uses_domain(const LogicalNode& node) {
  if (uses_domain_itself(node)) return true;
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [](const LogicalPtr& input) { return uses_domain(*input); });
}

void collect_outer(const LogicalNode& node, std::set<int>& columns) {
  for_each_expression(node, [&](const ExprPtr& expr) {
    for_each_expr(*expr, [&](const Expr& e) {
      if (e.kind == ExprKind::kOuterColumn && e.depth == 1) columns.insert(e.column);
    });
  });
  for (const LogicalPtr& input : node.inputs) collect_outer(*input, columns);
}

// One query level disappears: depth d becomes d - 1.
LogicalPtr lift(const LogicalPtr& node) {
  const LogicalPtr mapped = map_inputs(node, lift);
  return map_expressions(mapped, [](const ExprPtr& expr) {
    return rewrite_expr(expr, [](const ExprPtr& e) -> ExprPtr {
      if (e->kind != ExprKind::kOuterColumn) return e;
      auto copy = std::make_shared<Expr>(*e);
      copy->depth -= 1;
      return copy;
    });
  });
}

// The columns of a node with the domain's c behind them.
struct Pushed {
  LogicalPtr node;
  // True: right for all c but NULL, for which the true result is empty and this one may not be.
  bool no_nulls = false;
};

class DomainPush {
 public:
  // `used`: the left's columns that are used, in the order of the domain's columns.
  DomainPush(LogicalPtr domain, std::vector<int> used)
      : domain_(std::move(domain)), used_(std::move(used)) {}

  Pushed push(const LogicalPtr& node);
  ExprPtr bind(const ExprPtr& expr, size_t base) const;
  Pushed push_aggregate_groups(const LogicalNode& node);

 private:
  size_t width() const { return used_.size(); }

  Pushed cross(const LogicalPtr& node, std::vector<ExprPtr> conjuncts);
  Pushed push_filter(const LogicalPtr& input, const std::vector<ExprPtr>& conjuncts);
  Pushed push_project(const LogicalNode& node);
  Pushed push_project_set(const LogicalNode& node);
  Pushed push_values(const LogicalNode& node);
  Pushed push_join(const LogicalNode& node);
  Pushed push_aggregate(const LogicalNode& node);
  Pushed push_sort(const LogicalNode& node);
  Pushed push_set_operation(const LogicalNode& node);
  Pushed push_window(const LogicalNode& node);
  Pushed push_time_window(const LogicalNode& node);
  Pushed push_table_function(const LogicalNode& node);

  // Equality of c in two places, of the columns behind `a` and behind `b`.
  void match(std::vector<ExprPtr>& conjuncts, size_t a, size_t b, bool no_nulls) const;
  LogicalPtr without_nulls(Pushed pushed) const;
  Schema with_domain(Schema schema) const;
  std::vector<ExprPtr> domain_columns(size_t base) const;
  // From columns x ++ c ++ y to x ++ y ++ c.
  LogicalPtr domain_last(LogicalPtr node, size_t x, size_t y) const;

  LogicalPtr domain_;
  std::vector<int> used_;
};

ExprPtr DomainPush::bind(const ExprPtr& expr, size_t base) const {
  return rewrite_expr(expr, [&](const ExprPtr& e) -> ExprPtr {
    if (!is_domain_column(*e)) return e;
    const auto at = std::find(used_.begin(), used_.end(), e->column);
    CHECK(at != used_.end(), "outer column {} is not in the domain", e->column);
    return make_column(static_cast<int>(base + static_cast<size_t>(at - used_.begin())), e->type);
  });
}

std::vector<ExprPtr> DomainPush::domain_columns(size_t base) const {
  std::vector<ExprPtr> columns;
  for (size_t i = 0; i < width(); ++i) {
    columns.push_back(make_column(static_cast<int>(base + i), domain_->schema[i].type));
  }
  return columns;
}

Schema DomainPush::with_domain(Schema schema) const {
  schema.insert(schema.end(), domain_->schema.begin(), domain_->schema.end());
  return schema;
}

void DomainPush::match(std::vector<ExprPtr>& conjuncts, size_t a, size_t b, bool no_nulls) const {
  const auto left = domain_columns(a);
  const auto right = domain_columns(b);
  for (size_t i = 0; i < width(); ++i) {
    conjuncts.push_back(no_nulls ? make_equal(left[i], right[i])
                                 : make_not_distinct(left[i], right[i]));
  }
}

LogicalPtr DomainPush::without_nulls(Pushed pushed) const {
  if (!pushed.no_nulls) return pushed.node;
  std::vector<ExprPtr> conjuncts;
  for (const ExprPtr& column : domain_columns(pushed.node->schema.size() - width())) {
    conjuncts.push_back(make_is_not_null(column));
  }
  return make_filter(pushed.node, std::move(conjuncts));
}

LogicalPtr DomainPush::domain_last(LogicalPtr node, size_t x, size_t y) const {
  std::vector<int> order;
  for (size_t i = 0; i < x; ++i) order.push_back(static_cast<int>(i));
  for (size_t i = 0; i < y; ++i) order.push_back(static_cast<int>(x + width() + i));
  for (size_t i = 0; i < width(); ++i) order.push_back(static_cast<int>(x + i));
  return select_columns(std::move(node), order);
}

Pushed DomainPush::cross(const LogicalPtr& node, std::vector<ExprPtr> conjuncts) {
  if (is_one_empty_row(*node)) return {make_filter(domain_, std::move(conjuncts))};
  return {make_join(JoinKind::kInner, node, domain_, make_and(std::move(conjuncts)))};
}

Pushed DomainPush::push(const LogicalPtr& node) {
  if (!uses_domain(*node)) return cross(node, {});
  switch (node->kind) {
    case LogicalKind::kFilter:
      return push_filter(node->inputs[0], conjuncts_of(node->exprs[0]));
    case LogicalKind::kProject:
      return push_project(*node);
    case LogicalKind::kProjectSet:
      return push_project_set(*node);
    case LogicalKind::kValues:
      return push_values(*node);
    case LogicalKind::kJoin:
      return push_join(*node);
    case LogicalKind::kAggregate:
      return push_aggregate(*node);
    case LogicalKind::kSort:
    case LogicalKind::kDistinctOn:
      return push_sort(*node);
    case LogicalKind::kSetOperation:
      return push_set_operation(*node);
    case LogicalKind::kWindow:
      return push_window(*node);
    case LogicalKind::kTimeWindow:
      return push_time_window(*node);
    case LogicalKind::kTableFunction:
      return push_table_function(*node);
    case LogicalKind::kScan:
    case LogicalKind::kApply:
      break;
  }
  UNREACHABLE();
}

Pushed DomainPush::push_filter(const LogicalPtr& input, const std::vector<ExprPtr>& conjuncts) {
  const size_t base = input->schema.size();
  const auto bind_all = [&](const std::vector<ExprPtr>& exprs) {
    std::vector<ExprPtr> bound;
    for (const ExprPtr& expr : exprs) bound.push_back(bind(expr, base));
    return bound;
  };
  if (uses_domain(*input)) {
    Pushed pushed = push(input);
    pushed.node = make_filter(pushed.node, bind_all(conjuncts));
    return pushed;
  }
  // c = e(inner): e serves as c.
  std::vector<ExprPtr> values(width());
  std::vector<bool> consumed(conjuncts.size(), false);
  for (size_t i = 0; i < conjuncts.size(); ++i) {
    if (!is_equality(*conjuncts[i])) continue;
    for (int side = 0; side < 2; ++side) {
      const Expr& outer = *conjuncts[i]->args[side];
      const ExprPtr& inner = conjuncts[i]->args[1 - side];
      if (!is_domain_column(outer) || uses_domain(*inner) || has_volatile(*inner)) continue;
      const size_t at =
          static_cast<size_t>(std::find(used_.begin(), used_.end(), outer.column) - used_.begin());
      if (values[at] != nullptr || !(inner->type == outer.type)) continue;
      values[at] = inner;
      consumed[i] = true;
      break;
    }
  }
  if (std::any_of(values.begin(), values.end(),
                  [](const ExprPtr& value) { return value == nullptr; })) {
    return cross(input, bind_all(conjuncts));
  }
  std::vector<ExprPtr> rest;
  for (size_t i = 0; i < conjuncts.size(); ++i) {
    if (consumed[i]) continue;
    rest.push_back(rewrite_expr(conjuncts[i], [&](const ExprPtr& e) -> ExprPtr {
      if (!is_domain_column(*e)) return e;
      return values[static_cast<size_t>(std::find(used_.begin(), used_.end(), e->column) -
                                        used_.begin())];
    }));
  }
  LogicalPtr filtered = make_filter(input, std::move(rest));
  std::vector<ExprPtr> exprs = all_columns(*filtered);
  exprs.insert(exprs.end(), values.begin(), values.end());
  return {make_project(filtered, std::move(exprs), with_domain(input->schema)), true};
}

Pushed DomainPush::push_project(const LogicalNode& node) {
  Pushed pushed = push(node.inputs[0]);
  const size_t base = node.inputs[0]->schema.size();
  std::vector<ExprPtr> exprs;
  for (const ExprPtr& expr : node.exprs) exprs.push_back(bind(expr, base));
  for (const ExprPtr& column : domain_columns(base)) exprs.push_back(column);
  return {make_project(pushed.node, std::move(exprs), with_domain(node.schema)), pushed.no_nulls};
}

Pushed DomainPush::push_project_set(const LogicalNode& node) {
  Pushed pushed = push(node.inputs[0]);
  const size_t base = node.inputs[0]->schema.size();
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {pushed.node};
  copy->schema = with_domain(node.schema);
  copy->set_functions.resize(copy->exprs.size());
  for (const ExprPtr& column : domain_columns(base)) {
    copy->exprs.push_back(column);
    copy->set_functions.emplace_back();
  }
  return {map_expressions(copy, [&](const ExprPtr& expr) { return bind(expr, base); }),
          pushed.no_nulls};
}

// Rows of outer columns: one projection of the domain per row.
Pushed DomainPush::push_values(const LogicalNode& node) {
  std::vector<LogicalPtr> branches;
  for (const auto& row : node.rows) {
    std::vector<ExprPtr> exprs;
    for (const ExprPtr& expr : row) exprs.push_back(bind(expr, 0));
    for (const ExprPtr& column : domain_columns(0)) exprs.push_back(column);
    branches.push_back(make_project(domain_, std::move(exprs), with_domain(node.schema)));
  }
  return {make_union_all(std::move(branches))};
}

Pushed DomainPush::push_join(const LogicalNode& node) {
  const LogicalPtr& left = node.inputs[0];
  const LogicalPtr& right = node.inputs[1];
  const size_t left_width = left->schema.size();
  const size_t right_width = right->schema.size();
  const bool left_uses = uses_domain(*left);
  const bool right_uses = uses_domain(*right);
  if (node.join == JoinKind::kInner && !left_uses && !right_uses && !node.single_row) {
    return push_filter(make_join(JoinKind::kInner, left, right, nullptr),
                       conjuncts_of(node.condition));
  }
  // Which sides carry c. A side that may stand alone must.
  const bool keeps_left = node.join != JoinKind::kInner && node.join != JoinKind::kRight;
  const bool keeps_right = node.join == JoinKind::kRight || node.join == JoinKind::kFull;
  const bool carry_left = left_uses || keeps_left || (node.join == JoinKind::kInner && !right_uses);
  const bool carry_right = right_uses || keeps_right;
  Pushed l{left}, r{right};
  if (carry_left) l = push(left);
  if (carry_right) r = push(right);
  if (node.join == JoinKind::kFull && l.no_nulls != r.no_nulls) {
    l = {without_nulls(l)};
    r = {without_nulls(r)};
  }
  // Columns of the new join: left (++ c) ++ right (++ c).
  const size_t right_base = left_width + (carry_left ? width() : 0);
  std::vector<int> map;
  for (size_t i = 0; i < left_width; ++i) map.push_back(static_cast<int>(i));
  for (size_t i = 0; i < right_width; ++i) map.push_back(static_cast<int>(right_base + i));
  const size_t domain_base = carry_left ? left_width : right_base + right_width;
  std::vector<ExprPtr> conjuncts;
  for (const ExprPtr& conjunct : conjuncts_of(node.condition)) {
    conjuncts.push_back(bind(remap_columns(conjunct, map), domain_base));
  }
  if (carry_left && carry_right)
    match(conjuncts, left_width, right_base + right_width, l.no_nulls || r.no_nulls);
  LogicalPtr joined =
      make_join(node.join, l.node, r.node, make_and(std::move(conjuncts)), node.single_row);

  bool no_nulls = (carry_left && l.no_nulls) || (carry_right && r.no_nulls);
  if (node.join == JoinKind::kRight) no_nulls = r.no_nulls;
  if (keeps_left) no_nulls = l.no_nulls;
  if (!is_join_with_right_columns(node.join)) return {joined, no_nulls};
  std::vector<ExprPtr> exprs;
  for (const int column : map) exprs.push_back(column_of(*joined, column));
  const auto from_left = domain_columns(left_width);
  const auto from_right = domain_columns(right_base + right_width);
  for (size_t i = 0; i < width(); ++i) {
    if (node.join == JoinKind::kFull) {
      exprs.push_back(make_coalesce(from_left[i], from_right[i]));
    } else {
      exprs.push_back(carry_right && (keeps_right || !carry_left) ? from_right[i] : from_left[i]);
    }
  }
  return {make_project(joined, std::move(exprs), with_domain(node.schema)), no_nulls};
}

// Groups by c ++ the node's groups: columns c ++ groups ++ aggregates.
Pushed DomainPush::push_aggregate_groups(const LogicalNode& node) {
  CHECK(node.grouping_sets.empty(), "grouping sets are expanded before");
  Pushed pushed = push(node.inputs[0]);
  const size_t base = node.inputs[0]->schema.size();
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {pushed.node};
  copy->group_by = domain_columns(base);
  copy->group_by.insert(copy->group_by.end(), node.group_by.begin(), node.group_by.end());
  copy->schema = domain_->schema;
  copy->schema.insert(copy->schema.end(), node.schema.begin(), node.schema.end());
  return {map_expressions(copy, [&](const ExprPtr& expr) { return bind(expr, base); }),
          pushed.no_nulls};
}

Pushed DomainPush::push_aggregate(const LogicalNode& node) {
  Pushed groups = push_aggregate_groups(node);
  if (!node.group_by.empty()) {
    groups.node = domain_last(groups.node, 0, node.schema.size());
    return groups;
  }
  // One row for every c, also where nothing is aggregated.
  std::vector<ExprPtr> conjuncts;
  match(conjuncts, 0, width(), groups.no_nulls);
  const LogicalPtr joined =
      make_join(JoinKind::kLeft, domain_, groups.node, make_and(std::move(conjuncts)));
  std::vector<ExprPtr> exprs;
  for (size_t i = 0; i < node.aggregates.size(); ++i) {
    ExprPtr value = column_of(*joined, static_cast<int>(2 * width() + i));
    const Value nothing = aggregate_of_nothing(node.aggregates[i]);
    exprs.push_back(nothing.is_null() ? value : make_coalesce(value, make_literal(nothing)));
  }
  for (const ExprPtr& column : domain_columns(0)) exprs.push_back(column);
  return {make_project(joined, std::move(exprs), with_domain(node.schema))};
}

// ORDER BY ... LIMIT is per c: a top-N with c as its group. Without a limit the order means
// nothing.
Pushed DomainPush::push_sort(const LogicalNode& node) {
  Pushed pushed = push(node.inputs[0]);
  const size_t base = node.inputs[0]->schema.size();
  const bool distinct_on = node.kind == LogicalKind::kDistinctOn;
  const bool bounded = distinct_on || node.limit != nullptr || node.offset != nullptr;
  if (!bounded && !emits_rank(node)) return pushed;
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {pushed.node};
  for (const ExprPtr& column : domain_columns(base)) {
    (distinct_on ? copy->exprs : copy->group_by).push_back(column);
  }
  copy->schema = pushed.node->schema;
  return {map_expressions(copy, [&](const ExprPtr& expr) { return bind(expr, base); }),
          pushed.no_nulls};
}

Pushed DomainPush::push_set_operation(const LogicalNode& node) {
  std::vector<Pushed> branches;
  for (const LogicalPtr& input : node.inputs) branches.push_back(push(input));
  const bool all_no_nulls =
      std::all_of(branches.begin(), branches.end(), [](const Pushed& b) { return b.no_nulls; });
  auto copy = std::make_shared<LogicalNode>(node);
  copy->schema = with_domain(node.schema);
  copy->inputs.clear();
  for (const Pushed& branch : branches) {
    copy->inputs.push_back(all_no_nulls ? branch.node : without_nulls(branch));
  }
  return {copy, all_no_nulls};
}

Pushed DomainPush::push_window(const LogicalNode& node) {
  Pushed pushed = push(node.inputs[0]);
  const size_t base = node.inputs[0]->schema.size();
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {pushed.node};
  for (WindowCall& call : copy->windows) {
    for (const ExprPtr& column : domain_columns(base)) call.partition_by.push_back(column);
  }
  copy->schema = pushed.node->schema;
  copy->schema.insert(copy->schema.end(), node.schema.begin() + static_cast<ptrdiff_t>(base),
                      node.schema.end());
  const LogicalPtr bound =
      map_expressions(copy, [&](const ExprPtr& expr) { return bind(expr, base); });
  return {domain_last(bound, base, node.windows.size()), pushed.no_nulls};
}

Pushed DomainPush::push_time_window(const LogicalNode& node) {
  Pushed pushed = push(node.inputs[0]);
  const size_t base = node.inputs[0]->schema.size();
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {pushed.node};
  copy->schema = pushed.node->schema;
  copy->schema.insert(copy->schema.end(), node.schema.begin() + static_cast<ptrdiff_t>(base),
                      node.schema.end());
  return {domain_last(copy, base, node.schema.size() - base), pushed.no_nulls};
}

// generate_series(1, outer.n): the function runs over the domain's rows.
Pushed DomainPush::push_table_function(const LogicalNode& node) {
  const size_t base = node.inputs.empty() ? 0 : node.inputs[0]->schema.size();
  const Pushed pushed = node.inputs.empty() ? Pushed{domain_} : push(node.inputs[0]);
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {pushed.node};
  copy->schema = pushed.node->schema;
  copy->schema.insert(copy->schema.end(), node.schema.begin() + static_cast<ptrdiff_t>(base),
                      node.schema.end());
  const LogicalPtr bound =
      map_expressions(copy, [&](const ExprPtr& expr) { return bind(expr, base); });
  return {domain_last(bound, base, node.schema.size() - base), pushed.no_nulls};
}

// Projections over an aggregate of all rows: always one row, computable after the join.
const LogicalNode* aggregate_below_projects(const LogicalNode& node) {
  const LogicalNode* at = &node;
  while (at->kind == LogicalKind::kProject) at = at->inputs[0].get();
  const bool whole =
      at->kind == LogicalKind::kAggregate && at->group_by.empty() && at->grouping_sets.empty();
  return whole ? at : nullptr;
}

// left ++ projections of the groups found by c; where none is found, of the aggregates of nothing.
LogicalPtr join_scalar_aggregate(DomainPush& push, const LogicalPtr& left, const LogicalPtr& right,
                                 const LogicalNode& aggregate, const std::vector<int>& used) {
  const Pushed groups = push.push_aggregate_groups(aggregate);
  const size_t left_width = left->schema.size();
  std::vector<ExprPtr> conjuncts;
  for (size_t i = 0; i < used.size(); ++i) {
    const ExprPtr a = column_of(*left, used[i]);
    const ExprPtr b = make_column(static_cast<int>(left_width + i), a->type);
    conjuncts.push_back(groups.no_nulls ? make_equal(a, b) : make_not_distinct(a, b));
  }
  const LogicalPtr joined =
      make_join(JoinKind::kLeft, left, groups.node, make_and(std::move(conjuncts)));
  std::vector<ExprPtr> values;
  for (size_t i = 0; i < aggregate.aggregates.size(); ++i) {
    const ExprPtr value = column_of(*joined, static_cast<int>(left_width + used.size() + i));
    const Value nothing = aggregate_of_nothing(aggregate.aggregates[i]);
    values.push_back(nothing.is_null() ? value : make_coalesce(value, make_literal(nothing)));
  }
  std::vector<const LogicalNode*> projects;
  for (const LogicalNode* at = right.get(); at != &aggregate; at = at->inputs[0].get())
    projects.push_back(at);
  for (auto project = projects.rbegin(); project != projects.rend(); ++project) {
    std::vector<ExprPtr> next;
    for (const ExprPtr& expr : (*project)->exprs) {
      next.push_back(rewrite_expr(expr, [&](const ExprPtr& e) -> ExprPtr {
        if (e->kind == ExprKind::kColumn) return values[static_cast<size_t>(e->column)];
        return is_domain_column(*e) ? column_of(*left, e->column) : e;
      }));
    }
    values = std::move(next);
  }
  Schema schema = left->schema;
  schema.insert(schema.end(), right->schema.begin(), right->schema.end());
  std::vector<ExprPtr> exprs = all_columns(*left);
  exprs.insert(exprs.end(), values.begin(), values.end());
  return make_project(joined, std::move(exprs), std::move(schema));
}

// A right side that is a computation on each left row, without reading anything: columns left ++
// right. Null if it is not.
LogicalPtr compute_on(const LogicalPtr& left, const LogicalNode& right) {
  const size_t width = left->schema.size();
  if (is_one_empty_row(right)) return left;
  const bool leaf = right.inputs.empty();
  if (leaf && right.kind != LogicalKind::kTableFunction) return nullptr;
  const LogicalPtr below = leaf ? left : compute_on(left, *right.inputs[0]);
  if (below == nullptr) return nullptr;
  const auto place = [&](const ExprPtr& expr) {
    return rewrite_expr(expr, [&](const ExprPtr& e) -> ExprPtr {
      if (e->kind == ExprKind::kColumn)
        return make_column(static_cast<int>(width) + e->column, e->type);
      return is_domain_column(*e) ? column_of(*left, e->column) : e;
    });
  };
  Schema schema = left->schema;
  schema.insert(schema.end(), right.schema.begin(), right.schema.end());
  auto copy = std::make_shared<LogicalNode>(right);
  copy->inputs = {below};
  copy->schema = std::move(schema);
  const LogicalPtr placed = map_expressions(copy, place);
  if (right.kind == LogicalKind::kFilter || right.kind == LogicalKind::kTableFunction)
    return placed;
  if (right.kind != LogicalKind::kProject && right.kind != LogicalKind::kProjectSet) return nullptr;
  auto project = std::make_shared<LogicalNode>(*placed);
  project->exprs = all_columns(*left);
  project->exprs.insert(project->exprs.end(), placed->exprs.begin(), placed->exprs.end());
  if (right.kind == LogicalKind::kProjectSet) {
    project->set_functions.assign(width, {});
    project->set_functions.insert(project->set_functions.end(), placed->set_functions.begin(),
                                  placed->set_functions.end());
  }
  return project;
}

}  // namespace

bool is_correlated(const LogicalNode& plan) {
  std::set<int> columns;
  collect_outer(plan, columns);
  return !columns.empty();
}

LogicalPtr join_dependent(JoinKind kind, const LogicalPtr& left, const LogicalPtr& right,
                          const ExprPtr& condition, bool single_row) {
  std::set<int> outer;
  collect_outer(*right, outer);
  const LogicalPtr inner = lift(right);
  if (outer.empty()) return make_join(kind, left, inner, condition, single_row);

  const bool plain = condition == nullptr || is_true_literal(*condition);
  if (kind == JoinKind::kInner || (kind == JoinKind::kLeft && plain && exactly_one_row(*inner))) {
    const LogicalPtr computed =
        single_row && !at_most_one_row(*inner) ? nullptr : compute_on(left, *inner);
    if (computed != nullptr) return make_filter(computed, conjuncts_of(condition));
  }
  const std::vector<int> used(outer.begin(), outer.end());
  std::vector<ExprPtr> used_columns;
  for (const int column : used) used_columns.push_back(column_of(*left, column));
  DomainPush push(make_aggregate(left, used_columns, {}), used);

  const LogicalNode* aggregate = aggregate_below_projects(*inner);
  if (plain && aggregate != nullptr && (kind == JoinKind::kInner || kind == JoinKind::kLeft)) {
    return join_scalar_aggregate(push, left, inner, *aggregate, used);
  }

  const Pushed pushed = push.push(inner);
  const size_t left_width = left->schema.size();
  const size_t right_width = inner->schema.size();
  std::vector<ExprPtr> conjuncts = conjuncts_of(condition);
  for (size_t i = 0; i < used.size(); ++i) {
    const ExprPtr b =
        make_column(static_cast<int>(left_width + right_width + i), used_columns[i]->type);
    conjuncts.push_back(pushed.no_nulls ? make_equal(used_columns[i], b)
                                        : make_not_distinct(used_columns[i], b));
  }
  const LogicalPtr joined =
      make_join(kind, left, pushed.node, make_and(std::move(conjuncts)), single_row);
  if (!is_join_with_right_columns(kind)) return joined;
  std::vector<int> columns;
  for (size_t i = 0; i < left_width + right_width; ++i) columns.push_back(static_cast<int>(i));
  return select_columns(joined, columns);
}

}  // namespace leat::planner

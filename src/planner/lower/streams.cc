#include "planner/lower/streams.h"

#include <algorithm>

#include "base/check.h"
#include "planner/logical_nodes.h"

namespace leat::planner {

std::shared_ptr<PhysicalNode> new_physical(PhysicalKind kind, std::vector<PhysicalPtr> inputs) {
  auto node = std::make_shared<PhysicalNode>();
  node->kind = kind;
  if (!inputs.empty()) {
    const PhysicalNode& first = *inputs[0];
    node->schema = first.schema;
    node->key = first.key;
    node->append_only = first.append_only;
    node->watermark_columns = first.watermark_columns;
    node->distribution = first.distribution;
  }
  node->inputs = std::move(inputs);
  return node;
}

ExprPtr place(const ExprPtr& expr, const Lowered& input) {
  return remap_columns(expr, input.columns);
}

std::vector<ExprPtr> place_all(const std::vector<ExprPtr>& exprs, const Lowered& input) {
  std::vector<ExprPtr> placed;
  for (const ExprPtr& expr : exprs) placed.push_back(place(expr, input));
  return placed;
}

ExprPtr physical_column(const PhysicalNode& node, int column) {
  return make_column(column, node.schema[static_cast<size_t>(column)].type);
}

PhysicalPtr make_physical_filter(PhysicalPtr input, const std::vector<ExprPtr>& conjuncts) {
  if (conjuncts.empty()) return input;
  auto node = new_physical(PhysicalKind::kFilter, {std::move(input)});
  node->exprs = {make_and(conjuncts)};
  return node;
}

namespace {

bool is_cheap(const Expr& expr) {
  return expr.kind == ExprKind::kColumn || expr.kind == ExprKind::kLiteral;
}

std::vector<int> columns_in(const std::vector<ExprPtr>& exprs) {
  std::vector<int> columns;
  for (const ExprPtr& expr : exprs) columns.push_back(expr->column);
  return columns;
}

bool are_columns(const std::vector<ExprPtr>& exprs) {
  return std::all_of(exprs.begin(), exprs.end(),
                     [](const ExprPtr& e) { return e->kind == ExprKind::kColumn; });
}

bool may_compose(const PhysicalNode& lower, const std::vector<ExprPtr>& exprs) {
  std::vector<int> uses(lower.exprs.size(), 0);
  for (const ExprPtr& expr : exprs) {
    if (!is_cheap(*expr)) return false;
    if (expr->kind == ExprKind::kColumn) ++uses[static_cast<size_t>(expr->column)];
  }
  for (size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] > 1 && !is_cheap(*lower.exprs[i])) return false;
    if (uses[i] == 0 && has_volatile(*lower.exprs[i])) return false;
  }
  return true;
}

// A projection that the node below can do itself: `project` has the right properties already.
PhysicalPtr merge_project(std::shared_ptr<PhysicalNode> project) {
  const PhysicalNode& below = *project->inputs[0];
  const bool columns = are_columns(project->exprs);
  if (below.kind == PhysicalKind::kProject && may_compose(below, project->exprs)) {
    for (ExprPtr& expr : project->exprs) expr = substitute_columns(expr, below.exprs);
    project->inputs = below.inputs;
    return project;
  }
  if (below.kind != PhysicalKind::kHashJoin && below.kind != PhysicalKind::kScan) return project;
  const std::vector<int> from = columns_in(project->exprs);
  if (!columns) return project;
  auto merged = std::make_shared<PhysicalNode>(below);
  std::vector<int>& output =
      below.kind == PhysicalKind::kScan ? merged->columns : merged->join_output;
  std::vector<int> picked;
  for (const int column : from) picked.push_back(output[static_cast<size_t>(column)]);
  output = std::move(picked);
  merged->schema = project->schema;
  merged->key = project->key;
  merged->watermark_columns = project->watermark_columns;
  merged->distribution =
      below.kind == PhysicalKind::kScan ? project->distribution : distribution_of_join(*merged);
  return merged;
}

}  // namespace

PhysicalPtr make_physical_project(PhysicalPtr input, std::vector<ExprPtr> exprs, Schema schema) {
  std::vector<int> map(input->schema.size(), -1);  // input column -> output column
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (exprs[i]->kind != ExprKind::kColumn) continue;
    int& at = map[static_cast<size_t>(exprs[i]->column)];
    if (at < 0) at = static_cast<int>(i);
  }
  for (const int column : input->key) {
    if (map[static_cast<size_t>(column)] >= 0) continue;
    map[static_cast<size_t>(column)] = static_cast<int>(exprs.size());
    exprs.push_back(physical_column(*input, column));
    schema.push_back(input->schema[static_cast<size_t>(column)]);
  }
  auto node = new_physical(PhysicalKind::kProject, {input});
  node->schema = std::move(schema);
  node->exprs = std::move(exprs);
  node->key = map_columns(input->key, map);
  node->watermark_columns = map_columns(input->watermark_columns, map);
  node->distribution = map_distribution(input->distribution, map);
  return merge_project(std::move(node));
}

Distribution distribution_of_join(const PhysicalNode& join) {
  const PhysicalNode& left = *join.inputs[0];
  const PhysicalNode& right = *join.inputs[1];
  if (left.distribution.kind == Distribution::kSingle) return {Distribution::kSingle, {}};
  const auto left_width = static_cast<int>(left.schema.size());
  std::vector<int> left_map(left.schema.size(), -1), right_map(right.schema.size(), -1);
  for (size_t i = 0; i < join.join_output.size(); ++i) {
    const int column = join.join_output[i];
    int& at = column < left_width ? left_map[static_cast<size_t>(column)]
                                  : right_map[static_cast<size_t>(column - left_width)];
    if (at < 0) at = static_cast<int>(i);
  }
  Distribution by;
  if (join.join != JoinKind::kRight && join.join != JoinKind::kFull)
    by = map_distribution(left.distribution, left_map);
  const bool right_comes = join.join == JoinKind::kInner || join.join == JoinKind::kRight;
  if (by.kind == Distribution::kAny && right_comes)
    by = map_distribution(right.distribution, right_map);
  return by;
}

PhysicalPtr select_physical(PhysicalPtr input, const std::vector<int>& columns) {
  std::vector<ExprPtr> exprs;
  Schema schema;
  bool identity = columns.size() <= input->schema.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    identity = identity && columns[i] == static_cast<int>(i);
    exprs.push_back(physical_column(*input, columns[i]));
    schema.push_back(input->schema[static_cast<size_t>(columns[i])]);
  }
  // Columns beyond must be the key's own.
  for (size_t i = columns.size(); identity && i < input->schema.size(); ++i) {
    identity = std::count(input->key.begin(), input->key.end(), static_cast<int>(i)) > 0;
  }
  if (identity) return input;
  return make_physical_project(std::move(input), std::move(exprs), std::move(schema));
}

namespace {

// What EXPLAIN calls a computed column.
std::string name_of(const Expr& expr, const Schema& schema) {
  constexpr size_t kNameMax = 40;
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  const std::string text = expr_text(expr, names);
  return text.size() <= kNameMax ? text : "?column?";
}

}  // namespace

PhysicalPtr append_physical(PhysicalPtr input, const std::vector<ExprPtr>& exprs,
                            std::vector<int>& at) {
  std::vector<ExprPtr> all;
  Schema schema = input->schema;
  for (size_t i = 0; i < schema.size(); ++i)
    all.push_back(physical_column(*input, static_cast<int>(i)));
  const size_t before = all.size();
  at.clear();
  for (const ExprPtr& expr : exprs) {
    if (expr->kind == ExprKind::kColumn) {
      at.push_back(expr->column);
      continue;
    }
    size_t found = before;
    while (found < all.size() && !expr_equal(*all[found], *expr)) ++found;
    if (found == all.size()) {
      all.push_back(expr);
      schema.push_back({name_of(*expr, input->schema), expr->type});
    }
    at.push_back(static_cast<int>(found));
  }
  if (all.size() == before) return input;
  return make_physical_project(std::move(input), std::move(all), std::move(schema));
}

PhysicalPtr exchange_by(PhysicalPtr input, const std::vector<int>& keys) {
  const Distribution& now = input->distribution;
  if (now.kind == Distribution::kSingle) return input;
  const auto is_key = [&](int column) { return std::count(keys.begin(), keys.end(), column) > 0; };
  if (now.kind == Distribution::kHash && !now.columns.empty() &&
      std::all_of(now.columns.begin(), now.columns.end(), is_key)) {
    return input;
  }
  std::vector<int> unique;
  for (const int key : keys) {
    if (std::count(unique.begin(), unique.end(), key) == 0) unique.push_back(key);
  }
  auto node = new_physical(PhysicalKind::kExchange, {std::move(input)});
  node->keys = unique;
  node->distribution = {unique.empty() ? Distribution::kSingle : Distribution::kHash, unique};
  return node;
}

PhysicalPtr settle(PhysicalPtr input) {
  if (input->distribution.kind != Distribution::kAny) return input;
  return exchange_by(input, input->key);
}

std::vector<int> of_group(const std::vector<int>& watermarks, const std::vector<int>& keys) {
  std::vector<int> out;
  for (const int column : watermarks) {
    if (std::count(keys.begin(), keys.end(), column) > 0) out.push_back(column);
  }
  return out;
}

std::vector<int> map_columns(const std::vector<int>& columns, const std::vector<int>& map) {
  std::vector<int> out;
  for (const int column : columns) {
    const int to = map[static_cast<size_t>(column)];
    if (to >= 0 && std::count(out.begin(), out.end(), to) == 0) out.push_back(to);
  }
  return out;
}

Distribution map_distribution(const Distribution& distribution, const std::vector<int>& map) {
  if (distribution.kind != Distribution::kHash) return distribution;
  Distribution out{Distribution::kHash, {}};
  for (const int column : distribution.columns) {
    const int to = map[static_cast<size_t>(column)];
    if (to < 0) return {Distribution::kAny, {}};
    out.columns.push_back(to);
  }
  return out;
}

std::vector<int> first_columns(size_t count) {
  std::vector<int> columns(count);
  for (size_t i = 0; i < count; ++i) columns[i] = static_cast<int>(i);
  return columns;
}

std::vector<SortColumn> sort_columns(const std::vector<SortItem>& items,
                                     const std::vector<int>& at) {
  std::vector<SortColumn> order;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto same = [&](const SortColumn& c) { return c.column == at[i]; };
    if (std::any_of(order.begin(), order.end(), same)) continue;  // the first decides
    order.push_back({at[i], items[i].descending, items[i].nulls_first});
  }
  return order;
}

}  // namespace leat::planner

// Columns that nobody uses are not made. Each node is told which of its columns are needed and
// answers with a node that has at least these, and where they are now.

#include <algorithm>

#include "base/check.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

using Needed = std::vector<bool>;

struct Pruned {
  LogicalPtr node;
  std::vector<int> place;  // of each old column; -1: gone
};

void need(Needed& needed, const ExprPtr& expr) {
  if (expr == nullptr) return;
  for (const int column : columns_of(*expr)) needed[static_cast<size_t>(column)] = true;
}

Needed all_of(const LogicalNode& node) { return Needed(node.schema.size(), true); }
Needed none_of(const LogicalNode& node) { return Needed(node.schema.size(), false); }

// Rows without columns cannot be counted by those who look at columns: one stays. A scan's key is
// read anyway in a job; else the narrowest.
void need_key(Needed& needed, const LogicalNode& scan) {
  if (std::count(needed.begin(), needed.end(), true) > 0 || scan.relation->key.empty()) return;
  const auto at =
      std::find(scan.scan_columns.begin(), scan.scan_columns.end(), scan.relation->key[0]);
  if (at == scan.scan_columns.end()) return;
  const auto column = static_cast<size_t>(at - scan.scan_columns.begin());
  if (!scan.schema[column].type.is_string_like()) needed[column] = true;
}

void need_one(Needed& needed, const Schema& schema) {
  if (schema.empty() || std::count(needed.begin(), needed.end(), true) > 0) return;
  size_t best = 0;
  const auto cost = [&](size_t i) {
    return schema[i].type.width() + (schema[i].type.is_string_like() ? 100 : 0);
  };
  for (size_t i = 1; i < schema.size(); ++i) {
    if (cost(i) < cost(best)) best = i;
  }
  needed[best] = true;
}

Pruned prune(const LogicalPtr& node, Needed needed);

std::vector<int> identity(size_t width) {
  std::vector<int> place(width);
  for (size_t i = 0; i < width; ++i) place[i] = static_cast<int>(i);
  return place;
}

std::shared_ptr<LogicalNode> remapped(const LogicalNode& node, LogicalPtr input,
                                      const std::vector<int>& place) {
  auto copy = std::make_shared<LogicalNode>(node);
  copy->inputs = {std::move(input)};
  return std::make_shared<LogicalNode>(
      *map_expressions(copy, [&](const ExprPtr& expr) { return remap_columns(expr, place); }));
}

Pruned prune_scan(const LogicalNode& node, Needed needed) {
  need_key(needed, node);
  need_one(needed, node.schema);
  auto copy = std::make_shared<LogicalNode>(node);
  copy->schema.clear();
  copy->scan_columns.clear();
  Pruned out{nullptr, std::vector<int>(node.schema.size(), -1)};
  for (size_t i = 0; i < node.schema.size(); ++i) {
    if (!needed[i]) continue;
    out.place[i] = static_cast<int>(copy->schema.size());
    copy->schema.push_back(node.schema[i]);
    copy->scan_columns.push_back(node.scan_columns[i]);
  }
  out.node = copy;
  return out;
}

Pruned prune_values(const LogicalNode& node, Needed needed) {
  need_one(needed, node.schema);
  auto copy = std::make_shared<LogicalNode>(node);
  copy->schema.clear();
  for (auto& row : copy->rows) row.clear();
  Pruned out{nullptr, std::vector<int>(node.schema.size(), -1)};
  for (size_t i = 0; i < node.schema.size(); ++i) {
    if (!needed[i]) continue;
    out.place[i] = static_cast<int>(copy->schema.size());
    copy->schema.push_back(node.schema[i]);
    for (size_t r = 0; r < node.rows.size(); ++r) copy->rows[r].push_back(node.rows[r][i]);
  }
  out.node = copy;
  return out;
}

Pruned prune_project(const LogicalNode& node, Needed needed) {
  const bool set = node.kind == LogicalKind::kProjectSet;
  for (size_t i = 0; set && i < node.set_functions.size(); ++i) {
    if (node.set_functions[i].function != nullptr)
      needed[i] = true;  // it decides how many rows there are
  }
  need_one(needed, node.schema);
  Needed below = none_of(*node.inputs[0]);
  auto copy = std::make_shared<LogicalNode>(node);
  copy->schema.clear();
  copy->exprs.clear();
  copy->set_functions.clear();
  Pruned out{nullptr, std::vector<int>(node.schema.size(), -1)};
  for (size_t i = 0; i < node.schema.size(); ++i) {
    if (!needed[i]) continue;
    out.place[i] = static_cast<int>(copy->schema.size());
    copy->schema.push_back(node.schema[i]);
    copy->exprs.push_back(node.exprs[i]);
    if (set) copy->set_functions.push_back(node.set_functions[i]);
  }
  for_each_expression(*copy, [&](const ExprPtr& expr) { need(below, expr); });
  Pruned input = prune(node.inputs[0], std::move(below));
  out.node = remapped(*copy, input.node, input.place);
  return out;
}

// Filter, DISTINCT ON, ORDER BY: the input's columns come out.
Pruned prune_pass_through(const LogicalNode& node, Needed needed) {
  const bool ranked = emits_rank(node);
  const bool keeps_rank = ranked && needed.back();
  if (ranked) needed.pop_back();
  for_each_expression(node, [&](const ExprPtr& expr) { need(needed, expr); });
  Pruned input = prune(node.inputs[0], std::move(needed));
  auto copy = remapped(node, input.node, input.place);
  copy->schema = input.node->schema;
  std::vector<int> place = std::move(input.place);
  if (ranked) {
    place.push_back(keeps_rank ? static_cast<int>(copy->schema.size()) : -1);
    if (keeps_rank) copy->schema.push_back(node.schema.back());
  }
  return {copy, std::move(place)};
}

Pruned prune_join(const LogicalNode& node, Needed needed) {
  const Needed wanted = needed;
  const size_t left_width = node.inputs[0]->schema.size();
  const size_t right_width = node.inputs[1]->schema.size();
  needed.resize(left_width + right_width, false);
  need(needed, node.condition);
  const auto middle = needed.begin() + static_cast<ptrdiff_t>(left_width);
  Pruned left = prune(node.inputs[0], Needed(needed.begin(), middle));
  Pruned right = prune(node.inputs[1], Needed(middle, needed.end()));
  std::vector<int> place = left.place;
  const auto base = static_cast<int>(left.node->schema.size());
  for (const int at : right.place) place.push_back(at < 0 ? -1 : base + at);
  const LogicalPtr joined = make_join(node.join, left.node, right.node,
                                      remap_columns(node.condition, place), node.single_row);
  place.resize(node.schema.size());
  // What only the condition needs does not come out.
  std::vector<int> columns, out(place.size(), -1);
  const bool any = std::count(wanted.begin(), wanted.end(), true) > 0;
  for (size_t i = 0; i < place.size(); ++i) {
    const bool keep = place[i] >= 0 && (any ? wanted[i] : columns.empty());
    if (!keep) continue;
    out[i] = static_cast<int>(columns.size());
    columns.push_back(place[i]);
  }
  return {select_columns(joined, columns), std::move(out)};
}

Pruned prune_aggregate(const LogicalNode& node, Needed needed) {
  const size_t groups = node.group_by.size();
  auto copy = std::make_shared<LogicalNode>(node);
  copy->aggregates.clear();
  copy->schema.resize(groups);
  std::vector<int> place = identity(groups);
  for (size_t i = 0; i < node.aggregates.size(); ++i) {
    const bool last_of_none =
        groups == 0 && i + 1 == node.aggregates.size() && copy->aggregates.empty();
    place.push_back(needed[groups + i] || last_of_none ? static_cast<int>(copy->schema.size())
                                                       : -1);
    if (place.back() < 0) continue;
    copy->schema.push_back(node.schema[groups + i]);
    copy->aggregates.push_back(node.aggregates[i]);
  }
  Needed below = none_of(*node.inputs[0]);
  for_each_expression(*copy, [&](const ExprPtr& expr) { need(below, expr); });
  Pruned input = prune(node.inputs[0], std::move(below));
  return {remapped(*copy, input.node, input.place), std::move(place)};
}

Pruned prune_set_operation(const LogicalNode& node, Needed needed) {
  const bool union_all = node.operation == SetOperation::kUnion && node.all;
  if (!union_all) needed = all_of(node);
  need_one(needed, node.schema);
  auto copy = std::make_shared<LogicalNode>(node);
  copy->schema.clear();
  std::vector<int> place(node.schema.size(), -1), kept;
  for (size_t i = 0; i < node.schema.size(); ++i) {
    if (!needed[i]) continue;
    place[i] = static_cast<int>(copy->schema.size());
    copy->schema.push_back(node.schema[i]);
    kept.push_back(static_cast<int>(i));
  }
  for (LogicalPtr& input : copy->inputs) {
    const Pruned pruned = prune(input, needed);
    std::vector<int> columns;
    for (const int column : kept) columns.push_back(pruned.place[static_cast<size_t>(column)]);
    input = select_columns(pruned.node, columns);
  }
  return {copy, std::move(place)};
}

// Nodes that add columns of their own behind the input's.
Pruned prune_appending(const LogicalNode& node, const Needed& needed) {
  const size_t width = node.inputs[0]->schema.size();
  auto copy = std::make_shared<LogicalNode>(node);
  std::vector<bool> keeps(node.schema.size() - width, true);
  if (node.kind == LogicalKind::kWindow) {
    copy->windows.clear();
    for (size_t i = 0; i < node.windows.size(); ++i) {
      keeps[i] = needed[width + i];
      if (keeps[i]) copy->windows.push_back(node.windows[i]);
    }
  }
  Needed below(needed.begin(), needed.begin() + static_cast<ptrdiff_t>(width));
  for_each_expression(*copy, [&](const ExprPtr& expr) { need(below, expr); });
  if (node.kind == LogicalKind::kTimeWindow) below[static_cast<size_t>(node.time_column)] = true;
  Pruned input = prune(node.inputs[0], std::move(below));
  if (node.kind == LogicalKind::kWindow && copy->windows.empty()) {
    input.place.resize(node.schema.size(), -1);
    return input;
  }
  auto out = remapped(*copy, input.node, input.place);
  if (node.kind == LogicalKind::kTimeWindow)
    out->time_column = input.place[static_cast<size_t>(node.time_column)];
  out->schema = input.node->schema;
  std::vector<int> place = std::move(input.place);
  for (size_t i = 0; i < keeps.size(); ++i) {
    place.push_back(keeps[i] ? static_cast<int>(out->schema.size()) : -1);
    if (keeps[i]) out->schema.push_back(node.schema[width + i]);
  }
  return {out, std::move(place)};
}

Pruned prune(const LogicalPtr& node, Needed needed) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return prune_scan(*node, std::move(needed));
    case LogicalKind::kValues:
      return prune_values(*node, std::move(needed));
    case LogicalKind::kProject:
    case LogicalKind::kProjectSet:
      return prune_project(*node, std::move(needed));
    case LogicalKind::kFilter:
    case LogicalKind::kSort:
    case LogicalKind::kDistinctOn:
      return prune_pass_through(*node, std::move(needed));
    case LogicalKind::kJoin:
      return prune_join(*node, std::move(needed));
    case LogicalKind::kAggregate:
      return prune_aggregate(*node, std::move(needed));
    case LogicalKind::kSetOperation:
      return prune_set_operation(*node, std::move(needed));
    case LogicalKind::kWindow:
    case LogicalKind::kTimeWindow:
      return prune_appending(*node, needed);
    case LogicalKind::kTableFunction:
      if (node->inputs.empty()) return {node, identity(node->schema.size())};
      return prune_appending(*node, needed);
    case LogicalKind::kApply:
      break;
  }
  UNREACHABLE();
}

}  // namespace

Result<LogicalPtr> prune_columns(const LogicalPtr& plan, const PlanContext&) {
  const Pruned pruned = prune(plan, all_of(*plan));
  return select_columns(pruned.node, pruned.place);
}

}  // namespace leat::planner

// UNION [ALL], INTERSECT and EXCEPT [ALL].

#include <algorithm>

#include "base/check.h"
#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

// Nested UNION ALLs are one.
void flatten(const LogicalPtr& node, std::vector<LogicalPtr>& branches) {
  const bool nested = node->kind == LogicalKind::kSetOperation &&
                      node->operation == SetOperation::kUnion && node->all;
  if (!nested) {
    branches.push_back(node);
    return;
  }
  for (const LogicalPtr& input : node->inputs) flatten(input, branches);
}

// The key of a job's union: columns that are a key in some branch, hidden places for key columns
// that are not visible (shared by branches where the types agree, else NULL), and the branch's
// number.
struct UnionKey {
  std::vector<int> visible;
  std::vector<Type> slots;
  std::vector<std::vector<int>> slot_of;  // per branch: its column for each slot, -1: NULL
};

UnionKey plan_key(const std::vector<Lowered>& branches) {
  UnionKey key;
  for (const Lowered& branch : branches) {
    std::vector<int> slot_of(key.slots.size(), -1);
    for (const int column : branch.node->key) {
      const auto at = std::find(branch.columns.begin(), branch.columns.end(), column);
      if (at != branch.columns.end()) {
        const int visible = static_cast<int>(at - branch.columns.begin());
        if (std::count(key.visible.begin(), key.visible.end(), visible) == 0)
          key.visible.push_back(visible);
        continue;
      }
      const Type& type = branch.node->schema[static_cast<size_t>(column)].type;
      size_t slot = 0;
      while (slot < key.slots.size() && (slot_of[slot] >= 0 || !(key.slots[slot] == type))) ++slot;
      if (slot == key.slots.size()) {
        key.slots.push_back(type);
        slot_of.push_back(-1);
      }
      slot_of[slot] = column;
    }
    key.slot_of.push_back(std::move(slot_of));
  }
  std::sort(key.visible.begin(), key.visible.end());
  return key;
}

// A branch as the union's columns; its own key is replaced.
PhysicalPtr shape_branch(const Lowered& branch, const Schema& schema, const UnionKey& key,
                         size_t number) {
  std::vector<ExprPtr> exprs;
  for (const int column : branch.columns) exprs.push_back(physical_column(*branch.node, column));
  for (size_t slot = 0; slot < key.slots.size(); ++slot) {
    const auto& slots = key.slot_of[number];
    const int column = slot < slots.size() ? slots[slot] : -1;
    exprs.push_back(column < 0 ? make_null(key.slots[slot])
                               : physical_column(*branch.node, column));
  }
  exprs.push_back(make_literal(Value::int32(static_cast<int32_t>(number))));
  return make_physical_project(branch.node, std::move(exprs), schema);
}

void set_union_properties(PhysicalNode& node) {
  node.append_only = std::all_of(node.inputs.begin(), node.inputs.end(),
                                 [](const auto& i) { return i->append_only; });
  const Distribution first = node.inputs[0]->distribution;
  const bool alike = std::all_of(node.inputs.begin(), node.inputs.end(),
                                 [&](const auto& i) { return i->distribution == first; });
  node.distribution = alike ? first : Distribution{};
  std::vector<int> watermarks;
  for (const int column : node.inputs[0]->watermark_columns) {
    if (std::all_of(node.inputs.begin(), node.inputs.end(), [&](const auto& i) {
          return std::count(i->watermark_columns.begin(), i->watermark_columns.end(), column) > 0;
        })) {
      watermarks.push_back(column);
    }
  }
  node.watermark_columns = std::move(watermarks);
}

Result<Lowered> lower_union_all(Lowering& lowering, const LogicalNode& node) {
  std::vector<LogicalPtr> logical;
  for (const LogicalPtr& input : node.inputs) flatten(input, logical);
  std::vector<Lowered> branches;
  for (const LogicalPtr& branch : logical) branches.push_back(TRY(lowering.lower(branch)));

  Schema schema = node.schema;
  std::vector<PhysicalPtr> inputs;
  std::vector<int> key_columns;
  if (lowering.is_job()) {
    const UnionKey key = plan_key(branches);
    key_columns = key.visible;
    for (size_t slot = 0; slot < key.slots.size(); ++slot) {
      key_columns.push_back(static_cast<int>(schema.size()));
      schema.push_back({fmt::format("_key_{}", slot), key.slots[slot]});
    }
    key_columns.push_back(static_cast<int>(schema.size()));
    schema.push_back({"_branch", TypeId::kInt32});
    for (size_t i = 0; i < branches.size(); ++i)
      inputs.push_back(shape_branch(branches[i], schema, key, i));
  } else {
    for (const Lowered& branch : branches)
      inputs.push_back(select_physical(branch.node, branch.columns));
  }
  for (const PhysicalPtr& input : inputs) {
    CHECK(input->schema.size() == schema.size(), "a branch of {} columns in a union of {}",
          input->schema.size(), schema.size());
  }
  auto all = new_physical(PhysicalKind::kUnionAll, std::move(inputs));
  all->schema = schema;
  all->key = key_columns;
  set_union_properties(*all);
  return Lowered{std::move(all), first_columns(node.schema.size())};
}

std::vector<ExprPtr> columns_from(const LogicalNode& node, size_t count) {
  std::vector<ExprPtr> columns;
  for (size_t i = 0; i < count; ++i) columns.push_back(column_of(node, static_cast<int>(i)));
  return columns;
}

// Exactly the columns that are compared. Hidden key columns go; equal rows are then one with a
// count.
PhysicalPtr compared_columns(const Lowered& side) {
  auto keyless = std::make_shared<PhysicalNode>(*side.node);
  const bool visible_key = std::all_of(
      side.node->key.begin(), side.node->key.end(),
      [&](int column) { return std::count(side.columns.begin(), side.columns.end(), column) > 0; });
  if (visible_key && side.node->schema.size() == side.columns.size())
    return select_physical(side.node, side.columns);
  keyless->key.clear();
  const PhysicalPtr without_key = keyless;
  auto project = std::make_shared<PhysicalNode>(*select_physical(without_key, side.columns));
  if (project->inputs.size() == 1 && project->inputs[0] == without_key)
    project->inputs = {side.node};
  if (!side.node->key.empty()) project->key = first_columns(side.columns.size());
  return project;
}

// Numbers equal rows from 1, so that no two rows are equal.
LogicalPtr number_equal_rows(const LogicalPtr& input) {
  auto numbered = std::make_shared<LogicalNode>();
  numbered->kind = LogicalKind::kWindow;
  numbered->inputs = {input};
  numbered->schema = input->schema;
  numbered->schema.push_back({"_copy", TypeId::kInt64});
  WindowCall call;
  call.function = "row_number";
  call.name = "row_number";
  call.type = TypeId::kInt64;
  call.partition_by = all_columns(*input);
  numbered->windows.push_back(std::move(call));
  return numbered;
}

}  // namespace

Result<Lowered> lower_union(Lowering& lowering, const LogicalNode& node) {
  if (node.all) return lower_union_all(lowering, node);
  // UNION: each row once.
  auto all = std::make_shared<LogicalNode>(node);
  all->all = true;
  const size_t width = node.schema.size();
  LogicalPtr rows = all;
  const LogicalPtr distinct = make_aggregate(rows, columns_from(*rows, width), {});
  return lowering.lower(distinct);
}

// A job's rows are told apart by key, so ALL compares numbered copies instead of counts.
Result<Lowered> lower_set_operation(Lowering& lowering, const LogicalNode& node) {
  const bool number = lowering.is_job() && node.all;
  std::vector<PhysicalPtr> inputs;
  for (const LogicalPtr& input : node.inputs) {
    const LogicalPtr numbered = number ? number_equal_rows(input) : input;
    const Lowered side = TRY(lowering.lower(numbered));
    inputs.push_back(exchange_by(compared_columns(side), first_columns(side.columns.size())));
  }
  const size_t width = inputs[0]->schema.size();
  // Both sides by the same columns.
  const auto by_hash = [&](const PhysicalPtr& input) {
    return input->distribution.kind == Distribution::kHash;
  };
  if (by_hash(inputs[0]) && by_hash(inputs[1]) &&
      !(inputs[0]->distribution == inputs[1]->distribution)) {
    for (PhysicalPtr& input : inputs) {
      if (input->kind == PhysicalKind::kExchange) input = input->inputs[0];
      auto exchange = new_physical(PhysicalKind::kExchange, {input});
      exchange->keys = first_columns(width);
      exchange->distribution = {Distribution::kHash, exchange->keys};
      input = exchange;
    }
  } else if (by_hash(inputs[0]) != by_hash(inputs[1])) {
    for (PhysicalPtr& input : inputs) {
      if (input->kind == PhysicalKind::kExchange) input = input->inputs[0];
      input = exchange_by(input, {});
    }
  }
  auto operation = new_physical(PhysicalKind::kSetOperation, std::move(inputs));
  operation->keys = first_columns(width);
  operation->operation = node.operation;
  operation->all = node.all && !number;
  operation->key = lowering.is_job() ? first_columns(width) : std::vector<int>{};
  operation->append_only = !lowering.is_job() ||
                           (node.operation == SetOperation::kIntersect &&
                            operation->inputs[0]->append_only && operation->inputs[1]->append_only);
  operation->watermark_columns.clear();
  return Lowered{std::move(operation), first_columns(node.schema.size())};
}

}  // namespace leat::planner

// GROUP BY and DISTINCT. What groups and aggregates read are columns of the input, computed by a
// projection where they are more than that.

#include <algorithm>

#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

// Collects expressions, each once, and tells where they will be.
class Inputs {
 public:
  explicit Inputs(const Lowered& input) : input_(input) {}

  size_t add(const ExprPtr& expr) {
    exprs_.push_back(place(expr, input_));
    return exprs_.size() - 1;
  }
  PhysicalPtr make() { return append_physical(input_.node, exprs_, at_); }
  int at(size_t i) const { return at_[i]; }

 private:
  const Lowered& input_;
  std::vector<ExprPtr> exprs_;
  std::vector<int> at_;
};

struct CallInputs {
  std::vector<size_t> args, order;
  size_t filter = 0;
};

PhysicalAggregate make_call(const AggregateCall& call, const CallInputs& used,
                            const Inputs& inputs) {
  PhysicalAggregate out;
  out.function = call.function;
  out.name = call.name;
  out.type = call.type;
  out.distinct = call.distinct;
  for (size_t i = 0; i < call.args.size(); ++i) {
    out.args.push_back(inputs.at(used.args[i]));
    out.arg_types.push_back(call.args[i]->type);
  }
  if (call.filter != nullptr) out.filter = inputs.at(used.filter);
  std::vector<int> order;
  for (const size_t i : used.order) order.push_back(inputs.at(i));
  out.order_by = sort_columns(call.order_by, order);
  return out;
}

}  // namespace

Result<Lowered> lower_aggregate(Lowering& lowering, const LogicalNode& node) {
  const Lowered input = TRY(lowering.lower(node.inputs[0]));
  Inputs inputs(input);
  std::vector<size_t> groups;
  for (const ExprPtr& expr : node.group_by) groups.push_back(inputs.add(expr));
  std::vector<CallInputs> calls;
  for (const AggregateCall& call : node.aggregates) {
    CallInputs used;
    for (const ExprPtr& arg : call.args) used.args.push_back(inputs.add(arg));
    for (const SortItem& item : call.order_by) used.order.push_back(inputs.add(item.expr));
    if (call.filter != nullptr) used.filter = inputs.add(call.filter);
    calls.push_back(std::move(used));
  }
  PhysicalPtr rows = inputs.make();
  std::vector<int> keys;  // each once
  for (const size_t group : groups) {
    if (std::count(keys.begin(), keys.end(), inputs.at(group)) == 0)
      keys.push_back(inputs.at(group));
  }
  if (lowering.sorted_groups()) std::sort(keys.begin(), keys.end());
  rows = exchange_by(rows, keys);

  auto aggregate = new_physical(PhysicalKind::kHashAggregate, {rows});
  aggregate->keys = keys;
  for (size_t i = 0; i < calls.size(); ++i) {
    aggregate->aggregates.push_back(make_call(node.aggregates[i], calls[i], inputs));
  }
  std::vector<int> map(rows->schema.size(), -1);
  for (size_t i = 0; i < keys.size(); ++i) map[static_cast<size_t>(keys[i])] = static_cast<int>(i);
  std::vector<int> columns;  // of the logical node
  aggregate->schema.resize(keys.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    columns.push_back(map[static_cast<size_t>(inputs.at(groups[i]))]);
    aggregate->schema[static_cast<size_t>(columns[i])] = node.schema[i];
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    columns.push_back(static_cast<int>(aggregate->schema.size()));
    aggregate->schema.push_back(node.schema[groups.size() + i]);
  }
  aggregate->distribution = map_distribution(rows->distribution, map);
  aggregate->watermark_columns = map_columns(rows->watermark_columns, map);
  aggregate->key.clear();
  for (size_t i = 0; lowering.is_job() && i < groups.size(); ++i) {
    if (std::count(aggregate->key.begin(), aggregate->key.end(), columns[i]) == 0)
      aggregate->key.push_back(columns[i]);
  }
  // A group comes once and stays, if nothing is computed of it.
  const bool distinct = node.aggregates.empty() && !keys.empty();
  aggregate->append_only = !lowering.is_job() || (distinct && rows->append_only);
  if (lowering.is_job() && lowering.emit_on_window_close() &&
      !aggregate->watermark_columns.empty()) {
    aggregate->emit_on_window_close = true;
    aggregate->append_only = true;
    lowering.note_window_close();
  }
  return Lowered{std::move(aggregate), std::move(columns)};
}

}  // namespace leat::planner

#include "planner/lower/share.h"

#include <algorithm>
#include <map>
#include <set>

namespace leat::planner {
namespace {

bool same(const ExprPtr& a, const ExprPtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return expr_equal(*a, *b);
}

bool same(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return same(x, y); });
}

bool same(const TableFunctionCall& a, const TableFunctionCall& b) {
  return a.function == b.function && a.type == b.type && same(a.args, b.args);
}

bool same(const PhysicalAggregate& a, const PhysicalAggregate& b) {
  return a.function == b.function && a.args == b.args && a.type == b.type &&
         a.distinct == b.distinct && a.filter == b.filter && a.order_by == b.order_by;
}

bool same(const FrameBound& a, const FrameBound& b) {
  return a.kind == b.kind && same(a.offset, b.offset);
}

bool same(const PhysicalWindow& a, const PhysicalWindow& b) {
  return a.aggregate == b.aggregate && a.function == b.function && a.args == b.args &&
         a.type == b.type && a.filter == b.filter && a.frame.unit == b.frame.unit &&
         same(a.frame.start, b.frame.start) && same(a.frame.end, b.frame.end);
}

template <class T>
bool same_all(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return same(x, y); });
}

bool same_interval(const Interval& a, const Interval& b) {
  return a.months == b.months && a.days == b.days && a.micros == b.micros;
}

std::vector<int> sorted(std::vector<int> columns) {
  std::sort(columns.begin(), columns.end());
  return columns;
}

// Do two nodes with the same inputs compute the same?
bool same_node(const PhysicalNode& a, const PhysicalNode& b) {
  const bool same_output = types_of(a.schema) == types_of(b.schema) &&
                           sorted(a.key) == sorted(b.key) && a.append_only == b.append_only &&
                           a.watermark_columns == b.watermark_columns &&
                           a.distribution == b.distribution;
  if (a.kind != b.kind || a.inputs != b.inputs || !same_output) return false;
  return a.relation == b.relation && a.columns == b.columns && a.bounds.empty() &&
         b.bounds.empty() && same_all(a.rows, b.rows) && same(a.exprs, b.exprs) &&
         same_all(a.set_functions, b.set_functions) && a.time_column == b.time_column &&
         same_interval(a.window_size, b.window_size) &&
         same_interval(a.window_slide, b.window_slide) &&
         same_interval(a.window_offset, b.window_offset) && a.keys == b.keys &&
         a.left_keys == b.left_keys && a.right_keys == b.right_keys && a.null_safe == b.null_safe &&
         a.join == b.join && same(a.condition, b.condition) && a.single_row == b.single_row &&
         a.join_output == b.join_output && same_all(a.aggregates, b.aggregates) &&
         a.may_be_empty == b.may_be_empty && a.operation == b.operation && a.all == b.all &&
         a.order == b.order && same(a.limit, b.limit) && same(a.offset, b.offset) &&
         a.with_ties == b.with_ties && a.emit_rank == b.emit_rank &&
         same_all(a.windows, b.windows) && a.emit_on_window_close == b.emit_on_window_close &&
         a.compare_column == b.compare_column && a.compare == b.compare && a.target == b.target;
}

bool is_volatile(const PhysicalNode& node) {
  bool found = false;
  const auto look = [&](const ExprPtr& expr) {
    found = found || (expr != nullptr && has_volatile(*expr));
  };
  for (const ExprPtr& expr : node.exprs) look(expr);
  for (const auto& row : node.rows) {
    for (const ExprPtr& expr : row) look(expr);
  }
  for (const TableFunctionCall& call : node.set_functions) {
    for (const ExprPtr& expr : call.args) look(expr);
  }
  look(node.condition);
  return found;
}

class Sharer {
 public:
  PhysicalPtr share(const PhysicalPtr& node) {
    std::vector<PhysicalPtr> inputs;
    for (const PhysicalPtr& input : node->inputs) inputs.push_back(share(input));
    PhysicalPtr with = node;
    if (inputs != node->inputs) {
      auto copy = std::make_shared<PhysicalNode>(*node);
      copy->inputs = std::move(inputs);
      with = copy;
    }
    if (is_volatile(*with)) return with;
    auto& known = known_[with->kind];
    for (const PhysicalPtr& other : known) {
      if (same_node(*other, *with)) return other;
    }
    known.push_back(with);
    return with;
  }

 private:
  std::map<PhysicalKind, std::vector<PhysicalPtr>> known_;
};

}  // namespace

size_t count_nodes(const PhysicalPtr& root) {
  std::set<const PhysicalNode*> seen;
  std::vector<const PhysicalNode*> next{root.get()};
  while (!next.empty()) {
    const PhysicalNode* node = next.back();
    next.pop_back();
    if (!seen.insert(node).second) continue;
    for (const PhysicalPtr& input : node->inputs) next.push_back(input.get());
  }
  return seen.size();
}

PhysicalPtr share_equal_nodes(const PhysicalPtr& root) { return Sharer().share(root); }

}  // namespace leat::planner

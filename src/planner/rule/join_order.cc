#include "planner/rule/join_order.h"

#include <algorithm>

#include "planner/function_rows.h"
#include "planner/logical_nodes.h"

namespace leat::planner {
namespace {

struct Conjunct {
  ExprPtr expr;
  std::vector<size_t> inputs;  // used, ascending
  bool placed = false;

  bool uses(size_t input) const { return std::count(inputs.begin(), inputs.end(), input) > 0; }
};

bool all_in(const Conjunct& conjunct, const std::vector<bool>& joined) {
  return std::all_of(conjunct.inputs.begin(), conjunct.inputs.end(),
                     [&](size_t i) { return joined[i]; });
}

// How well a condition connects the next input with those joined: by equality, somehow, not at all.
int connection(const std::vector<Conjunct>& conjuncts, std::vector<bool> joined, size_t next) {
  joined[next] = true;
  int best = 0;
  for (const Conjunct& conjunct : conjuncts) {
    if (conjunct.inputs.size() < 2 || !conjunct.uses(next) || !all_in(conjunct, joined)) continue;
    const bool equality = is_equality(*conjunct.expr) || is_not_distinct(*conjunct.expr);
    best = std::max(best, equality ? 2 : 1);
  }
  return best;
}

size_t next_input(const std::vector<Conjunct>& conjuncts, const std::vector<bool>& joined) {
  size_t best = joined.size();
  int best_connection = -1;
  for (size_t i = 0; i < joined.size(); ++i) {
    if (joined[i]) continue;
    const int connects = connection(conjuncts, joined, i);
    if (connects > best_connection) {
      best = i;
      best_connection = connects;
    }
  }
  return best;
}

}  // namespace

LogicalPtr join_in_order(const std::vector<LogicalPtr>& inputs, const std::vector<ExprPtr>& exprs) {
  std::vector<size_t> input_of, base;
  for (size_t i = 0; i < inputs.size(); ++i) {
    base.push_back(input_of.size());
    input_of.resize(input_of.size() + inputs[i]->schema.size(), i);
  }
  std::vector<Conjunct> conjuncts;
  for (const ExprPtr& expr : exprs) {
    Conjunct conjunct{expr, {}};
    for (const int column : columns_of(*expr))
      conjunct.inputs.push_back(input_of[static_cast<size_t>(column)]);
    conjunct.inputs.erase(std::unique(conjunct.inputs.begin(), conjunct.inputs.end()),
                          conjunct.inputs.end());
    conjuncts.push_back(std::move(conjunct));
  }

  std::vector<bool> joined(inputs.size(), false);
  std::vector<int> place(input_of.size(), -1);  // of each written column in the tree so far
  LogicalPtr tree;
  for (size_t step = 0; step < inputs.size(); ++step) {
    const size_t next = step == 0 ? 0 : next_input(conjuncts, joined);
    joined[next] = true;
    const size_t width = tree == nullptr ? 0 : tree->schema.size();
    for (size_t i = 0; i < inputs[next]->schema.size(); ++i)
      place[base[next] + i] = static_cast<int>(width + i);
    std::vector<ExprPtr> here;
    for (Conjunct& conjunct : conjuncts) {
      if (conjunct.placed || !all_in(conjunct, joined)) continue;
      conjunct.placed = true;
      here.push_back(remap_columns(conjunct.expr, place));
    }
    if (tree == nullptr) {
      tree = make_filter(inputs[next], std::move(here));
    } else {
      tree = make_join(JoinKind::kInner, tree, inputs[next], make_and(std::move(here)));
    }
  }
  return select_columns(tree, place);
}

}  // namespace leat::planner

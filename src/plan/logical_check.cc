#include "plan/logical_check.h"

#include <fmt/core.h>

namespace leat {
namespace {

Schema input_schema(const LogicalNode& node) {
  Schema schema;
  for (const LogicalPtr& input : node.inputs) {
    schema.insert(schema.end(), input->schema.begin(), input->schema.end());
  }
  return schema;
}

class Checker {
 public:
  std::string problem;

  // `levels_`: the inputs around this node, outermost first.
  void node(const LogicalNode& n) {
    if (!problem.empty()) return;
    const Schema input = input_schema(n);
    switch (n.kind) {
      case LogicalKind::kScan:
        require(n.inputs.empty() && n.scan_columns.size() == n.schema.size(), n, "scan columns");
        break;
      case LogicalKind::kValues:
        for (const auto& row : n.rows) {
          require(row.size() == n.schema.size(), n, "row width");
          outputs(n, row, {});
        }
        break;
      case LogicalKind::kFilter:
        require(n.exprs.size() == 1 && n.exprs[0]->type.is(TypeId::kBoolean), n, "condition");
        exprs(n, n.exprs, input);
        same_schema(n, n.inputs[0]->schema);
        break;
      case LogicalKind::kProject:
        require(n.exprs.size() == n.schema.size(), n, "width");
        outputs(n, n.exprs, input);
        break;
      case LogicalKind::kProjectSet: project_set(n, input); break;
      case LogicalKind::kJoin:
      case LogicalKind::kApply: join(n, input); break;
      case LogicalKind::kAggregate: aggregate(n, input); break;
      case LogicalKind::kDistinctOn:
      case LogicalKind::kSort:
        exprs(n, n.exprs, input);
        order(n, n.order_by, input);
        if (n.limit != nullptr) expr(n, n.limit, {});
        if (n.offset != nullptr) expr(n, n.offset, {});
        same_schema(n, n.inputs[0]->schema);
        break;
      case LogicalKind::kSetOperation:
        require(n.inputs.size() == 2, n, "inputs");
        for (const LogicalPtr& side : n.inputs) same_schema(n, side->schema);
        break;
      case LogicalKind::kWindow: windows(n, input); break;
      case LogicalKind::kTimeWindow:
        require(n.schema.size() == input.size() + 2 && n.time_column >= 0 &&
                    static_cast<size_t>(n.time_column) < input.size(), n, "time column");
        break;
      case LogicalKind::kTableFunction:
        exprs(n, n.table_function.args, input);
        require(n.schema.size() > input.size(), n, "width");
        break;
    }
    for (size_t i = 0; i < n.inputs.size(); ++i) {
      const bool level = n.kind == LogicalKind::kApply && i == 1;
      if (level) levels_.push_back(n.inputs[0]->schema);
      node(*n.inputs[i]);
      if (level) levels_.pop_back();
    }
  }

 private:
  void require(bool holds, const LogicalNode& n, std::string_view what) {
    if (holds || !problem.empty()) return;
    const std::string text = logical_text(n);
    problem = fmt::format("{}: {}", what, text.substr(0, text.find('\n')));
  }

  void same_schema(const LogicalNode& n, const Schema& input) {
    require(n.schema.size() == input.size(), n, "width");
    for (size_t i = 0; i < n.schema.size() && i < input.size(); ++i) require(n.schema[i].type == input[i].type, n, "type");
  }

  void outputs(const LogicalNode& n, const std::vector<ExprPtr>& list, const Schema& input) {
    exprs(n, list, input);
    for (size_t i = 0; i < list.size() && i < n.schema.size(); ++i) {
      require(list[i]->type == n.schema[i].type, n, "type of an output column");
    }
  }

  void exprs(const LogicalNode& n, const std::vector<ExprPtr>& list, const Schema& input) {
    for (const ExprPtr& e : list) expr(n, e, input);
  }
  void order(const LogicalNode& n, const std::vector<SortItem>& items, const Schema& input) {
    for (const SortItem& item : items) expr(n, item.expr, input);
  }

  void column(const LogicalNode& n, const Expr& e, const Schema& schema) {
    const bool there = e.column >= 0 && static_cast<size_t>(e.column) < schema.size();
    require(there, n, "a column that is not there");
    if (there) require(schema[e.column].type == e.type, n, "type of a column");
  }

  void expr(const LogicalNode& n, const ExprPtr& root, const Schema& input) {
    for_each_expr(*root, [&](const Expr& e) {
      switch (e.kind) {
        case ExprKind::kColumn: column(n, e, input); break;
        case ExprKind::kOuterColumn: {
          const bool there = e.depth >= 1 && static_cast<size_t>(e.depth) <= levels_.size();
          require(there, n, "an outer column of no level");
          if (there) column(n, e, levels_[levels_.size() - static_cast<size_t>(e.depth)]);
          break;
        }
        case ExprKind::kAggregate:
        case ExprKind::kWindow: require(false, n, "a call that should be its own node"); break;
        case ExprKind::kCase: require(e.args.size() % 2 == 1, n, "CASE without ELSE"); break;
        case ExprKind::kSubquery:
          levels_.push_back(input);
          node(*e.subquery);
          levels_.pop_back();
          break;
        default: break;
      }
      require(!e.type.is(TypeId::kUnknown), n, "an expression of unknown type");
    });
  }

  void project_set(const LogicalNode& n, const Schema& input) {
    require(n.exprs.size() == n.schema.size() && n.set_functions.size() == n.schema.size(), n, "width");
    for (size_t i = 0; i < n.exprs.size() && i < n.set_functions.size(); ++i) {
      const TableFunctionCall& call = n.set_functions[i];
      if (call.function == nullptr) {
        expr(n, n.exprs[i], input);
      } else {
        exprs(n, call.args, input);
        require(call.type == n.schema[i].type, n, "type of a set-returning call");
      }
    }
  }

  void join(const LogicalNode& n, const Schema& input) {
    require(n.inputs.size() == 2, n, "inputs");
    const bool left_only = n.join == JoinKind::kSemi || n.join == JoinKind::kAnti;
    same_schema(n, left_only ? n.inputs[0]->schema : input);
    if (n.condition != nullptr) expr(n, n.condition, input);
  }

  void aggregate(const LogicalNode& n, const Schema& input) {
    require(n.schema.size() == n.group_by.size() + n.aggregates.size(), n, "width");
    outputs(n, n.group_by, input);
    for (size_t i = 0; i < n.aggregates.size(); ++i) {
      const AggregateCall& call = n.aggregates[i];
      exprs(n, call.args, input);
      if (call.filter != nullptr) expr(n, call.filter, input);
      order(n, call.order_by, input);
      require(call.type == n.schema[n.group_by.size() + i].type, n, "type of an aggregate");
    }
    for (const auto& set : n.grouping_sets) {
      for (const int i : set) require(i >= 0 && static_cast<size_t>(i) < n.group_by.size(), n, "grouping set");
    }
  }

  void windows(const LogicalNode& n, const Schema& input) {
    require(n.schema.size() == input.size() + n.windows.size(), n, "width");
    for (const WindowCall& call : n.windows) {
      exprs(n, call.args, input);
      exprs(n, call.partition_by, input);
      order(n, call.order_by, input);
      if (call.filter != nullptr) expr(n, call.filter, input);
    }
  }

  std::vector<Schema> levels_;
};

}  // namespace

std::string logical_problem(const LogicalNode& plan) {
  Checker checker;
  checker.node(plan);
  return std::move(checker.problem);
}

}  // namespace leat

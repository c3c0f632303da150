#include "planner/logical_nodes.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/relation.h"
#include "planner/function_rows.h"

namespace leat::planner {
namespace {

std::shared_ptr<LogicalNode> new_node(LogicalKind kind, Schema schema,
                                      std::vector<LogicalPtr> inputs) {
  auto node = std::make_shared<LogicalNode>();
  node->kind = kind;
  node->schema = std::move(schema);
  node->inputs = std::move(inputs);
  return node;
}

// Calls f with a reference to each expression of a node. N is LogicalNode or const LogicalNode.
template <class N, class F>
void each_expression(N& node, F&& f) {
  const auto visit = [&f](auto& expr) {
    if (expr != nullptr) f(expr);
  };
  for (auto& row : node.rows) {
    for (auto& expr : row) visit(expr);
  }
  for (auto& expr : node.exprs) visit(expr);
  for (auto& call : node.set_functions) {
    for (auto& expr : call.args) visit(expr);
  }
  visit(node.condition);
  for (auto& expr : node.group_by) visit(expr);
  for (auto& call : node.aggregates) {
    for (auto& expr : call.args) visit(expr);
    visit(call.filter);
    for (auto& item : call.order_by) visit(item.expr);
  }
  for (auto& item : node.order_by) visit(item.expr);
  visit(node.limit);
  visit(node.offset);
  for (auto& call : node.windows) {
    for (auto& expr : call.args) visit(expr);
    visit(call.filter);
    for (auto& expr : call.partition_by) visit(expr);
    for (auto& item : call.order_by) visit(item.expr);
  }
  for (auto& expr : node.table_function.args) visit(expr);
}

// Do the conjuncts fix every column of the scan's declared key to something outside the scan?
bool fixes_key(const LogicalNode& scan, const std::vector<ExprPtr>& conjuncts) {
  const Relation& relation = *scan.relation;
  if (relation.key.empty()) return false;
  for (const int key : relation.key) {
    const bool fixed =
        std::any_of(conjuncts.begin(), conjuncts.end(), [&](const ExprPtr& conjunct) {
          if (!is_equality(*conjunct)) return false;
          for (int side = 0; side < 2; ++side) {
            const Expr& column = *conjunct->args[side];
            if (column.kind == ExprKind::kColumn && scan.scan_columns[column.column] == key &&
                columns_of(*conjunct->args[1 - side]).empty()) {
              return true;
            }
          }
          return false;
        });
    if (!fixed) return false;
  }
  return true;
}

bool limit_at_most(const ExprPtr& limit, int64_t n) {
  return limit != nullptr && limit->kind == ExprKind::kLiteral && !limit->literal.is_null() &&
         limit->literal.type().is_integer() && limit->literal.as_int64() <= n;
}

}  // namespace

ExprPtr column_of(const LogicalNode& node, int column) {
  return make_column(column, node.schema[static_cast<size_t>(column)].type);
}

std::vector<ExprPtr> all_columns(const LogicalNode& node) {
  std::vector<ExprPtr> columns;
  for (size_t i = 0; i < node.schema.size(); ++i)
    columns.push_back(column_of(node, static_cast<int>(i)));
  return columns;
}

void append_conjuncts(std::vector<ExprPtr>& to, const ExprPtr& condition) {
  if (condition == nullptr || is_true_literal(*condition)) return;
  if (condition->kind != ExprKind::kAnd) {
    to.push_back(condition);
    return;
  }
  for (const ExprPtr& arg : condition->args) append_conjuncts(to, arg);
}

std::vector<ExprPtr> conjuncts_of(const ExprPtr& condition) {
  std::vector<ExprPtr> conjuncts;
  append_conjuncts(conjuncts, condition);
  return conjuncts;
}

LogicalPtr make_filter(LogicalPtr input, std::vector<ExprPtr> conjuncts) {
  ExprPtr condition = make_and(std::move(conjuncts));
  if (is_true_literal(*condition)) return input;
  auto node = new_node(LogicalKind::kFilter, input->schema, {input});
  node->exprs = {std::move(condition)};
  return node;
}

LogicalPtr make_project(LogicalPtr input, std::vector<ExprPtr> exprs, Schema schema) {
  CHECK(exprs.size() == schema.size(), "{} expressions for {} columns", exprs.size(),
        schema.size());
  auto node = new_node(LogicalKind::kProject, std::move(schema), {std::move(input)});
  node->exprs = std::move(exprs);
  return node;
}

LogicalPtr make_project(LogicalPtr input, std::vector<ExprPtr> exprs) {
  Schema schema;
  for (const ExprPtr& expr : exprs) {
    const bool column = expr->kind == ExprKind::kColumn;
    schema.push_back(
        {column ? input->schema[static_cast<size_t>(expr->column)].name : "?column?", expr->type});
  }
  return make_project(std::move(input), std::move(exprs), std::move(schema));
}

LogicalPtr select_columns(LogicalPtr input, const std::vector<int>& columns) {
  bool identity = columns.size() == input->schema.size();
  for (size_t i = 0; identity && i < columns.size(); ++i)
    identity = columns[i] == static_cast<int>(i);
  if (identity) return input;
  std::vector<ExprPtr> exprs;
  for (const int column : columns) exprs.push_back(column_of(*input, column));
  return make_project(std::move(input), std::move(exprs));
}

LogicalPtr make_join(JoinKind kind, LogicalPtr left, LogicalPtr right, ExprPtr condition,
                     bool single_row) {
  Schema schema = left->schema;
  if (is_join_with_right_columns(kind)) {
    schema.insert(schema.end(), right->schema.begin(), right->schema.end());
  }
  auto node = new_node(LogicalKind::kJoin, std::move(schema), {std::move(left), std::move(right)});
  node->join = kind;
  node->condition =
      condition != nullptr ? std::move(condition) : make_literal(Value::boolean(true));
  node->single_row = single_row;
  return node;
}

LogicalPtr make_aggregate(LogicalPtr input, std::vector<ExprPtr> group_by,
                          std::vector<AggregateCall> calls) {
  Schema schema;
  for (const ExprPtr& expr : group_by) {
    const bool column = expr->kind == ExprKind::kColumn;
    schema.push_back(
        {column ? input->schema[static_cast<size_t>(expr->column)].name : "?column?", expr->type});
  }
  for (const AggregateCall& call : calls) {
    schema.push_back({std::string(aggregate_name(*call.function)), call.type});
  }
  auto node = new_node(LogicalKind::kAggregate, std::move(schema), {std::move(input)});
  node->group_by = std::move(group_by);
  node->aggregates = std::move(calls);
  return node;
}

LogicalPtr make_union_all(std::vector<LogicalPtr> inputs) {
  if (inputs.size() == 1) return inputs.front();
  Schema schema = inputs.front()->schema;
  auto node = new_node(LogicalKind::kSetOperation, std::move(schema), std::move(inputs));
  node->operation = SetOperation::kUnion;
  node->all = true;
  return node;
}

LogicalPtr make_empty(Schema schema) {
  return new_node(LogicalKind::kValues, std::move(schema), {});
}

bool is_one_empty_row(const LogicalNode& node) {
  return node.kind == LogicalKind::kValues && node.schema.empty() && node.rows.size() == 1;
}

LogicalPtr with_inputs(const LogicalPtr& node, std::vector<LogicalPtr> inputs) {
  if (node->inputs == inputs) return node;
  auto copy = std::make_shared<LogicalNode>(*node);
  copy->inputs = std::move(inputs);
  return copy;
}

LogicalPtr map_inputs(const LogicalPtr& node,
                      const std::function<LogicalPtr(const LogicalPtr&)>& f) {
  std::vector<LogicalPtr> inputs;
  for (const LogicalPtr& input : node->inputs) inputs.push_back(f(input));
  return with_inputs(node, std::move(inputs));
}

LogicalPtr map_expressions(const LogicalPtr& node,
                           const std::function<ExprPtr(const ExprPtr&)>& f) {
  std::vector<ExprPtr> mapped;
  bool changed = false;
  each_expression(*node, [&](const ExprPtr& expr) {
    mapped.push_back(f(expr));
    changed |= mapped.back() != expr;
  });
  if (!changed) return node;
  auto copy = std::make_shared<LogicalNode>(*node);
  size_t i = 0;
  each_expression(*copy, [&](ExprPtr& expr) { expr = std::move(mapped[i++]); });
  return copy;
}

void for_each_expression(const LogicalNode& node, const std::function<void(const ExprPtr&)>& f) {
  each_expression(node, f);
}

LogicalPtr append_expressions(LogicalPtr input, const std::vector<ExprPtr>& exprs,
                              std::vector<int>& columns) {
  std::vector<ExprPtr> all = all_columns(*input);
  const size_t before = all.size();
  columns.clear();
  for (const ExprPtr& expr : exprs) {
    if (expr->kind == ExprKind::kColumn) {
      columns.push_back(expr->column);
      continue;
    }
    size_t at = before;
    while (at < all.size() && !expr_equal(*all[at], *expr)) ++at;
    if (at == all.size()) all.push_back(expr);
    columns.push_back(static_cast<int>(at));
  }
  if (all.size() == before) return input;
  return make_project(std::move(input), std::move(all));
}

bool is_join_with_right_columns(JoinKind kind) {
  return kind != JoinKind::kSemi && kind != JoinKind::kAnti;
}

bool at_most_one_row(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kValues:
      return node.rows.size() <= 1;
    case LogicalKind::kAggregate:
      return node.group_by.empty() && node.grouping_sets.size() <= 1;
    case LogicalKind::kSort:
      return (limit_at_most(node.limit, 1) && node.group_by.empty() && !node.with_ties) ||
             at_most_one_row(*node.inputs[0]);
    case LogicalKind::kFilter: {
      const LogicalNode* below = node.inputs[0].get();
      if (below->kind == LogicalKind::kScan) return fixes_key(*below, conjuncts_of(node.exprs[0]));
      return at_most_one_row(*below);
    }
    case LogicalKind::kProject:
    case LogicalKind::kDistinctOn:
    case LogicalKind::kWindow:
      return at_most_one_row(*node.inputs[0]);
    case LogicalKind::kJoin:
      if (!is_join_with_right_columns(node.join)) return at_most_one_row(*node.inputs[0]);
      return (node.join == JoinKind::kInner || node.join == JoinKind::kLeft) &&
             at_most_one_row(*node.inputs[0]) && at_most_one_row(*node.inputs[1]);
    default:
      return false;
  }
}

bool exactly_one_row(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kValues:
      return node.rows.size() == 1;
    case LogicalKind::kAggregate:
      return node.group_by.empty() && node.grouping_sets.empty();
    case LogicalKind::kProject:
    case LogicalKind::kWindow:
      return exactly_one_row(*node.inputs[0]);
    default:
      return false;
  }
}

bool may_be_null(const LogicalNode& input, const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kColumn:
      return may_be_null(input, expr.column);
    case ExprKind::kLiteral:
      return expr.literal.is_null();
    case ExprKind::kCoalesce:
      return std::all_of(expr.args.begin(), expr.args.end(),
                         [&](const ExprPtr& arg) { return may_be_null(input, *arg); });
    // A call of values that are not NULL may still be NULL: its error makes it so.
    default:
      return true;
  }
}

bool may_be_null(const LogicalNode& node, int column) {
  const auto at = static_cast<size_t>(column);
  switch (node.kind) {
    case LogicalKind::kScan: {
      const int relation_column = node.scan_columns[at];
      const Relation& relation = *node.relation;
      if (relation.columns[static_cast<size_t>(relation_column)].not_null) return false;
      return !(relation.declared_primary_key &&
               std::count(relation.key.begin(), relation.key.end(), relation_column) > 0);
    }
    case LogicalKind::kValues:
      return std::any_of(node.rows.begin(), node.rows.end(),
                         [&](const auto& row) { return may_be_null(node, *row[at]); });
    case LogicalKind::kFilter:
    case LogicalKind::kDistinctOn:
    case LogicalKind::kSort:
      if (at >= node.inputs[0]->schema.size()) return false;
      return may_be_null(*node.inputs[0], column);
    case LogicalKind::kProject:
      return may_be_null(*node.inputs[0], *node.exprs[at]);
    case LogicalKind::kJoin: {
      const size_t left = node.inputs[0]->schema.size();
      const bool from_left = at < left;
      if (node.join == JoinKind::kFull || (node.join == JoinKind::kLeft && !from_left) ||
          (node.join == JoinKind::kRight && from_left)) {
        return true;
      }
      return may_be_null(*node.inputs[from_left ? 0 : 1],
                         from_left ? column : column - static_cast<int>(left));
    }
    case LogicalKind::kAggregate:
      if (at < node.group_by.size()) {
        return !node.grouping_sets.empty() || may_be_null(*node.inputs[0], *node.group_by[at]);
      }
      return !is_count(*node.aggregates[at - node.group_by.size()].function);
    case LogicalKind::kSetOperation:
      return std::any_of(node.inputs.begin(), node.inputs.end(),
                         [&](const LogicalPtr& input) { return may_be_null(*input, column); });
    default:
      return true;
  }
}

bool emits_rank(const LogicalNode& sort) {
  return sort.kind == LogicalKind::kSort && sort.schema.size() == sort.inputs[0]->schema.size() + 1;
}

}  // namespace leat::planner

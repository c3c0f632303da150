#include "plan/logical.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace leat {
namespace {

std::string_view join_text(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner: return "inner";
    case JoinKind::kLeft: return "left";
    case JoinKind::kRight: return "right";
    case JoinKind::kFull: return "full";
    case JoinKind::kSemi: return "semi";
    case JoinKind::kAnti: return "anti";
  }
  UNREACHABLE();
}

std::string interval_text(const Interval& interval) { return Value::interval(interval).to_text(); }

// Prints a plan: one line per node, inputs and sub-queries indented below.
class TextWriter {
 public:
  std::string text;

  void node(const LogicalNode& n, int indent) {
    names_.clear();
    for (const LogicalPtr& input : n.inputs) {
      for (const Field& field : input->schema) names_.push_back(field.name);
    }
    subqueries_.clear();
    const std::string title = line(n);
    const std::vector<LogicalPtr> subqueries = std::move(subqueries_);
    text += std::string(static_cast<size_t>(indent) * 2, ' ') + title + "\n";
    for (const LogicalPtr& subquery : subqueries) {
      text += std::string(static_cast<size_t>(indent) * 2 + 2, ' ') + "SubQuery\n";
      node(*subquery, indent + 2);
    }
    for (const LogicalPtr& input : n.inputs) node(*input, indent + 1);
  }

 private:
  std::string expr(const ExprPtr& e) {
    for_each_expr(*e, [this](const Expr& part) {
      if (part.kind == ExprKind::kSubquery) subqueries_.push_back(part.subquery);
    });
    return expr_text(*e, names_);
  }

  std::string list(const std::vector<ExprPtr>& exprs) {
    std::string out;
    for (const ExprPtr& e : exprs) {
      if (&e != exprs.data()) out += ", ";
      out += e != nullptr ? expr(e) : "";
    }
    return out;
  }

  std::string order(const std::vector<SortItem>& items) {
    std::string out;
    for (const SortItem& item : items) {
      if (!out.empty()) out += ", ";
      out += expr(item.expr);
      if (item.descending) out += " DESC";
      if (item.nulls_first != item.descending) out += item.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
    return out;
  }

  // Output columns as "name: expression", the name only where it differs.
  std::string outputs(const LogicalNode& n, const std::vector<std::string>& values) {
    std::string out;
    for (size_t i = 0; i < values.size(); ++i) {
      if (i != 0) out += ", ";
      if (i < n.schema.size() && n.schema[i].name != values[i]) out += n.schema[i].name + ": ";
      out += values[i];
    }
    return out;
  }

  std::string table_function(const TableFunctionCall& call) {
    return fmt::format("{}({})", call.name, list(call.args));
  }

  std::string aggregate(const AggregateCall& call) {
    std::string args = call.args.empty() && call.name == "count" ? "*" : list(call.args);
    if (call.distinct) args = "DISTINCT " + args;
    if (!call.order_by.empty()) args += " ORDER BY " + order(call.order_by);
    std::string out = fmt::format("{}({})", call.name, args);
    if (call.filter != nullptr) out += fmt::format(" FILTER (WHERE {})", expr(call.filter));
    return out;
  }

  std::string window(const WindowCall& call) {
    std::string out = fmt::format("{}({}) OVER (", call.name, list(call.args));
    if (!call.partition_by.empty()) out += "PARTITION BY " + list(call.partition_by);
    if (!call.order_by.empty()) {
      out += (call.partition_by.empty() ? "ORDER BY " : " ORDER BY ") + order(call.order_by);
    }
    return out + ")";
  }

  std::string line(const LogicalNode& n) {
    switch (n.kind) {
      case LogicalKind::kScan: return "Scan " + n.relation_name + " [" + columns(n) + "]";
      case LogicalKind::kValues: return values(n);
      case LogicalKind::kFilter: return "Filter " + expr(n.exprs[0]);
      case LogicalKind::kProject: return project(n);
      case LogicalKind::kProjectSet: return project_set(n);
      case LogicalKind::kJoin:
      case LogicalKind::kApply: return join(n);
      case LogicalKind::kAggregate: return aggregates(n);
      case LogicalKind::kDistinctOn:
        return "DistinctOn " + list(n.exprs) + (n.order_by.empty() ? "" : " ORDER BY " + order(n.order_by));
      case LogicalKind::kSort: return sort(n);
      case LogicalKind::kSetOperation: return set_operation(n);
      case LogicalKind::kWindow: {
        std::string out;
        for (const WindowCall& call : n.windows) out += (out.empty() ? "Window " : ", ") + window(call);
        return out;
      }
      case LogicalKind::kTimeWindow:
        return fmt::format("{} {} size {} slide {}{}", n.time_window == TimeWindowKind::kTumble ? "Tumble" : "Hop",
                           names_[n.time_column], interval_text(n.window_size), interval_text(n.window_slide),
                           n.window_offset == Interval{} ? "" : " offset " + interval_text(n.window_offset));
      case LogicalKind::kTableFunction:
        return "TableFunction " + table_function(n.table_function) +
               (n.with_ordinality ? " WITH ORDINALITY" : "");
    }
    UNREACHABLE();
  }

  std::string columns(const LogicalNode& n) {
    std::string out;
    for (const Field& field : n.schema) out += (out.empty() ? "" : ", ") + field.name;
    return out;
  }

  std::string values(const LogicalNode& n) {
    std::string out = "Values";
    for (const auto& row : n.rows) out += fmt::format("{} ({})", &row == n.rows.data() ? "" : ",", list(row));
    return out;
  }

  std::string project(const LogicalNode& n) {
    std::vector<std::string> parts;
    for (const ExprPtr& e : n.exprs) parts.push_back(expr(e));
    return "Project " + outputs(n, parts);
  }

  std::string project_set(const LogicalNode& n) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < n.exprs.size(); ++i) {
      parts.push_back(n.set_functions[i].function != nullptr ? table_function(n.set_functions[i]) : expr(n.exprs[i]));
    }
    return "ProjectSet " + outputs(n, parts);
  }

  std::string join(const LogicalNode& n) {
    std::string out = fmt::format("{} {}", n.kind == LogicalKind::kApply ? "Apply" : "Join", join_text(n.join));
    if (n.single_row) out += " single row";
    if (n.condition != nullptr && !is_true_literal(*n.condition)) out += " on " + expr(n.condition);
    return out;
  }

  std::string aggregates(const LogicalNode& n) {
    std::vector<std::string> parts;
    for (const AggregateCall& call : n.aggregates) parts.push_back(aggregate(call));
    std::string out = "Aggregate [" + list(n.group_by) + "]";
    if (!n.grouping_sets.empty()) {
      out += " sets";
      for (const auto& set : n.grouping_sets) out += fmt::format(" ({})", fmt::join(set, ", "));
    }
    for (const std::string& part : parts) out += (&part == parts.data() ? " " : ", ") + part;
    return out;
  }

  std::string sort(const LogicalNode& n) {
    std::string out = "Sort";
    if (!n.order_by.empty()) out += " by " + order(n.order_by);
    if (n.limit != nullptr) out += " limit " + expr(n.limit);
    if (n.offset != nullptr) out += " offset " + expr(n.offset);
    return n.with_ties ? out + " with ties" : out;
  }

  std::string set_operation(const LogicalNode& n) {
    const std::string_view name = n.operation == SetOperation::kUnion       ? "Union"
                                  : n.operation == SetOperation::kIntersect ? "Intersect"
                                                                            : "Except";
    return fmt::format("{}{}", name, n.all ? " all" : "");
  }

  std::vector<std::string> names_;
  std::vector<LogicalPtr> subqueries_;
};

// Rebuilds a plan with outer columns replaced. `depth` counts the levels between here and the level
// whose columns are replaced; 1: directly around.
class OuterRewriter {
 public:
  explicit OuterRewriter(const OuterColumnMap& map) : map_(map) {}

  ExprPtr expr(const ExprPtr& e, int depth) const {
    if (e == nullptr) return nullptr;
    return rewrite_expr(e, [&](const ExprPtr& part) -> ExprPtr {
      if (part->kind == ExprKind::kOuterColumn && part->depth >= depth) return map_(*part, depth);
      if (part->kind != ExprKind::kSubquery) return part;
      LogicalPtr inner = plan(part->subquery, depth + 1);
      if (inner == part->subquery) return part;
      auto copy = std::make_shared<Expr>(*part);
      copy->subquery = std::move(inner);
      return copy;
    });
  }

  LogicalPtr plan(const LogicalPtr& node, int depth) const {
    auto copy = std::make_shared<LogicalNode>(*node);
    bool changed = false;
    const auto one = [&](ExprPtr& e) {
      if (e == nullptr) return;
      ExprPtr next = expr(e, depth);
      changed |= next != e;
      e = std::move(next);
    };
    const auto all = [&](std::vector<ExprPtr>& exprs) { std::for_each(exprs.begin(), exprs.end(), one); };
    const auto order = [&](std::vector<SortItem>& items) {
      for (SortItem& item : items) one(item.expr);
    };
    for (auto& row : copy->rows) all(row);
    all(copy->exprs);
    for (TableFunctionCall& call : copy->set_functions) all(call.args);
    one(copy->condition);
    all(copy->group_by);
    for (AggregateCall& call : copy->aggregates) {
      all(call.args);
      one(call.filter);
      order(call.order_by);
    }
    order(copy->order_by);
    one(copy->limit);
    one(copy->offset);
    for (WindowCall& call : copy->windows) {
      all(call.args);
      one(call.filter);
      all(call.partition_by);
      order(call.order_by);
    }
    all(copy->table_function.args);
    for (size_t i = 0; i < copy->inputs.size(); ++i) {
      const bool level = copy->kind == LogicalKind::kApply && i == 1;
      LogicalPtr input = plan(copy->inputs[i], level ? depth + 1 : depth);
      changed |= input != copy->inputs[i];
      copy->inputs[i] = std::move(input);
    }
    return changed ? LogicalPtr(std::move(copy)) : node;
  }

 private:
  const OuterColumnMap& map_;
};

}  // namespace

LogicalPtr rewrite_outer_columns(const LogicalPtr& plan, int depth, const OuterColumnMap& map) {
  return OuterRewriter(map).plan(plan, depth);
}

ExprPtr rewrite_outer_columns(const ExprPtr& expr, int depth, const OuterColumnMap& map) {
  return OuterRewriter(map).expr(expr, depth);
}

std::string logical_text(const LogicalNode& node) {
  TextWriter writer;
  writer.node(node, 0);
  return std::move(writer.text);
}

}  // namespace leat

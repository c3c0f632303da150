#pragma once
// For tests: what a logical plan means, by the plainest possible evaluation: nested loops, sub-queries run
// once per row. Rules must not change what it says. Slow and small on purpose.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "catalog/relation.h"
#include "expr/evaluator.h"
#include "plan/logical.h"
#include "planner/logical_nodes.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat::planner {

using Row = std::vector<Value>;
using Rows = std::vector<Row>;

class Reference {
 public:
  explicit Reference(const std::map<std::string, Rows>& tables) : tables_(tables) {}

  // A scalar sub-query gave more than one row somewhere.
  bool too_many_rows() const { return too_many_rows_; }

  using Outer = std::vector<const Row*>;  // [0]: the row of the query directly around

  Rows run(const LogicalNode& node, const Outer& outer = {}) {
    switch (node.kind) {
      case LogicalKind::kScan: return scan(node);
      case LogicalKind::kValues: return values(node, outer);
      case LogicalKind::kFilter: return filter(node, outer);
      case LogicalKind::kProject: return project(node, outer);
      case LogicalKind::kJoin: return join(node, outer);
      case LogicalKind::kApply: return apply(node, outer);
      case LogicalKind::kAggregate: return aggregate(node, outer);
      case LogicalKind::kDistinctOn:
      case LogicalKind::kSort: return sort(node, outer);
      case LogicalKind::kSetOperation: return set_operation(node, outer);
      case LogicalKind::kWindow: return window(node, outer);
      case LogicalKind::kTableFunction: return table_function(node, outer);
      case LogicalKind::kProjectSet:
      case LogicalKind::kTimeWindow: break;
    }
    CHECK(false, "the reference does not know this node");
    return {};
  }

 private:
  static bool is_true(const Value& value) { return !value.is_null() && value.as_bool(); }

  static std::string key_of(const Row& row) {
    std::string key;
    for (const Value& value : row) append_ordered_key(key, value, false, false);
    return key;
  }

  static Outer around(const Row& row, const Outer& outer) {
    Outer inner{&row};
    inner.insert(inner.end(), outer.begin(), outer.end());
    return inner;
  }

  static Row concat(const Row& a, const Row& b) {
    Row row = a;
    row.insert(row.end(), b.begin(), b.end());
    return row;
  }

  static Row nulls(const Schema& schema) {
    Row row;
    for (const Field& field : schema) row.push_back(Value::null(field.type));
    return row;
  }

  // ---- expressions -----------------------------------------------------------------------------

  Value eval(const ExprPtr& expr, const Row& row, const Outer& outer) {
    const Expr& e = *expr;
    switch (e.kind) {
      case ExprKind::kColumn: return row[static_cast<size_t>(e.column)];
      case ExprKind::kOuterColumn: return (*outer[static_cast<size_t>(e.depth - 1)])[static_cast<size_t>(e.column)];
      case ExprKind::kLiteral: return e.literal;
      case ExprKind::kSubquery: return subquery(e, row, outer);
      case ExprKind::kAnd:
      case ExprKind::kOr: {
        const bool decides = e.kind == ExprKind::kOr;
        bool null = false;
        for (const ExprPtr& arg : e.args) {
          const Value value = eval(arg, row, outer);
          null |= value.is_null();
          if (!value.is_null() && value.as_bool() == decides) return value;
        }
        return null ? Value::null(TypeId::kBoolean) : Value::boolean(!decides);
      }
      case ExprKind::kCase:
        for (size_t i = 0; i + 1 < e.args.size(); i += 2) {
          if (is_true(eval(e.args[i], row, outer))) return eval(e.args[i + 1], row, outer);
        }
        return eval(e.args.back(), row, outer);
      case ExprKind::kCoalesce:
        for (const ExprPtr& arg : e.args) {
          Value value = eval(arg, row, outer);
          if (!value.is_null()) return value;
        }
        return Value::null(e.type);
      default: break;
    }
    auto copy = std::make_shared<Expr>(e);
    for (ExprPtr& arg : copy->args) arg = make_literal(eval(arg, row, outer).with_type(arg->type));
    static const TimeZone utc;
    EvalContext context;
    context.zone = &utc;
    auto value = evaluate_constant(copy, context);
    return value ? value->with_type(e.type) : Value::null(e.type);
  }

  Value subquery(const Expr& e, const Row& row, const Outer& outer) {
    const Rows rows = run(*e.subquery, around(row, outer));
    switch (e.subquery_kind) {
      case SubqueryKind::kScalar:
        if (rows.size() > 1) too_many_rows_ = true;
        return rows.empty() ? Value::null(e.type) : rows[0][0];
      case SubqueryKind::kExists: return Value::boolean(rows.empty() == e.negated);
      case SubqueryKind::kArray: {
        std::vector<Value> values;
        for (const Row& r : rows) values.push_back(r[0]);
        return Value(e.type, pack_list(values));
      }
      default: break;
    }
    std::vector<Value> args;
    for (const ExprPtr& arg : e.args) args.push_back(eval(arg, row, outer));
    const bool all = e.subquery_kind == SubqueryKind::kAll;
    bool null = false;
    for (const Row& r : rows) {
      Value answer = Value::boolean(true);
      for (size_t i = 0; i < args.size(); ++i) {
        const Value one = compare(e, args[i], r[i]);
        if (one.is_null()) {
          if (!answer.is_null() && answer.as_bool()) answer = one;
        } else if (!one.as_bool()) {
          answer = one;
        }
      }
      null |= answer.is_null();
      if (!answer.is_null() && answer.as_bool() != all) return Value::boolean(answer.as_bool() != e.negated);
    }
    if (null) return Value::null(TypeId::kBoolean);
    return Value::boolean(all != e.negated);
  }

  static Value compare(const Expr& e, const Value& a, const Value& b) {
    if (e.function == nullptr) {
      if (a.is_null() || b.is_null()) return Value::null(TypeId::kBoolean);
      return Value::boolean(a == b);
    }
    static const TimeZone utc;
    EvalContext context;
    context.zone = &utc;
    return *evaluate_constant(make_call(e.function, TypeId::kBoolean, {make_literal(a), make_literal(b)}), context);
  }

  // ---- nodes -----------------------------------------------------------------------------------

  Rows scan(const LogicalNode& node) {
    Rows out;
    for (const Row& row : tables_.at(node.relation->name)) {
      Row picked;
      for (const int column : node.scan_columns) picked.push_back(row[static_cast<size_t>(column)]);
      out.push_back(std::move(picked));
    }
    return out;
  }

  Rows values(const LogicalNode& node, const Outer& outer) {
    Rows out;
    for (const auto& exprs : node.rows) {
      Row row;
      for (const ExprPtr& expr : exprs) row.push_back(eval(expr, {}, outer));
      out.push_back(std::move(row));
    }
    return out;
  }

  Rows filter(const LogicalNode& node, const Outer& outer) {
    Rows out;
    for (const Row& row : run(*node.inputs[0], outer)) {
      if (is_true(eval(node.exprs[0], row, outer))) out.push_back(row);
    }
    return out;
  }

  Rows project(const LogicalNode& node, const Outer& outer) {
    Rows out;
    for (const Row& row : run(*node.inputs[0], outer)) {
      Row next;
      for (const ExprPtr& expr : node.exprs) next.push_back(eval(expr, row, outer));
      out.push_back(std::move(next));
    }
    return out;
  }

  bool holds(const LogicalNode& node, const Row& pair, const Outer& outer) {
    return node.condition == nullptr || is_true(eval(node.condition, pair, outer));
  }

  // One left row against the right rows; tells which right rows matched.
  void join_row(const LogicalNode& node, const Row& left, const Rows& right, const Outer& outer, Rows& out,
                std::vector<bool>* matched) {
    size_t matches = 0;
    for (size_t i = 0; i < right.size(); ++i) {
      const Row pair = concat(left, right[i]);
      if (!holds(node, pair, outer)) continue;
      ++matches;
      if (matched != nullptr) (*matched)[i] = true;
      if (is_join_with_right_columns(node.join)) out.push_back(pair);
    }
    if (node.single_row && matches > 1) too_many_rows_ = true;
    const bool keeps = node.join == JoinKind::kLeft || node.join == JoinKind::kFull;
    if (keeps && matches == 0) out.push_back(concat(left, nulls(node.inputs[1]->schema)));
    if (node.join == JoinKind::kSemi && matches > 0) out.push_back(left);
    if (node.join == JoinKind::kAnti && matches == 0) out.push_back(left);
  }

  Rows join(const LogicalNode& node, const Outer& outer) {
    const Rows left = run(*node.inputs[0], outer);
    const Rows right = run(*node.inputs[1], outer);
    std::vector<bool> matched(right.size(), false);
    Rows out;
    for (const Row& row : left) join_row(node, row, right, outer, out, &matched);
    const bool keeps = node.join == JoinKind::kRight || node.join == JoinKind::kFull;
    for (size_t i = 0; keeps && i < right.size(); ++i) {
      if (!matched[i]) out.push_back(concat(nulls(node.inputs[0]->schema), right[i]));
    }
    return out;
  }

  Rows apply(const LogicalNode& node, const Outer& outer) {
    Rows out;
    for (const Row& left : run(*node.inputs[0], outer)) {
      join_row(node, left, run(*node.inputs[1], around(left, outer)), outer, out, nullptr);
    }
    return out;
  }

  Value aggregate_value(const AggregateCall& call, Rows rows, const Outer& outer) {
    order_rows(rows, call.order_by, outer);
    std::vector<Value> values;
    std::vector<std::string> seen;
    for (const Row& row : rows) {
      if (call.filter != nullptr && !is_true(eval(call.filter, row, outer))) continue;
      Value value = call.args.empty() ? Value::boolean(true) : eval(call.args[0], row, outer);
      if (call.distinct) {
        const std::string key = key_of({value});
        if (std::count(seen.begin(), seen.end(), key) > 0) continue;
        seen.push_back(key);
      }
      values.push_back(std::move(value));
    }
    if (call.name == "array_agg") {
      return values.empty() ? Value::null(call.type) : Value(call.type, pack_list(values));
    }
    std::erase_if(values, [](const Value& value) { return value.is_null(); });
    if (call.name == "count") return Value::int64(static_cast<int64_t>(values.size()));
    if (values.empty()) return Value::null(call.type);
    if (call.name == "sum") {
      int64_t sum = 0;
      for (const Value& value : values) sum += value.as_int64();
      return Value(call.type, sum);
    }
    const auto less = [](const Value& a, const Value& b) { return key_of({a}) < key_of({b}); };
    if (call.name == "min" || call.name == "bool_and") return *std::min_element(values.begin(), values.end(), less);
    CHECK(call.name == "max" || call.name == "bool_or", "the reference does not know {}", call.name);
    return *std::max_element(values.begin(), values.end(), less);
  }

  // Rows by the values of expressions, groups in order of appearance.
  std::vector<std::pair<Row, Rows>> groups(const Rows& rows, const std::vector<ExprPtr>& exprs, const Outer& outer) {
    std::vector<std::pair<Row, Rows>> out;
    std::map<std::string, size_t> index;
    for (const Row& row : rows) {
      Row group;
      for (const ExprPtr& expr : exprs) group.push_back(eval(expr, row, outer));
      const auto [at, added] = index.emplace(key_of(group), out.size());
      if (added) out.emplace_back(group, Rows{});
      out[at->second].second.push_back(row);
    }
    return out;
  }

  Rows aggregate(const LogicalNode& node, const Outer& outer) {
    const Rows rows = run(*node.inputs[0], outer);
    std::vector<std::vector<int>> sets = node.grouping_sets;
    if (sets.empty()) {
      sets.emplace_back();
      for (size_t i = 0; i < node.group_by.size(); ++i) sets[0].push_back(static_cast<int>(i));
    }
    Rows out;
    for (const auto& set : sets) {
      std::vector<ExprPtr> exprs;
      for (const int i : set) exprs.push_back(node.group_by[static_cast<size_t>(i)]);
      auto by_group = groups(rows, exprs, outer);
      if (by_group.empty() && set.empty()) by_group.emplace_back();
      for (const auto& [group, members] : by_group) {
        Row row = nulls(Schema(node.schema.begin(), node.schema.begin() + static_cast<ptrdiff_t>(node.group_by.size())));
        for (size_t i = 0; i < set.size(); ++i) row[static_cast<size_t>(set[i])] = group[i];
        for (const AggregateCall& call : node.aggregates) row.push_back(aggregate_value(call, members, outer));
        out.push_back(std::move(row));
      }
    }
    return out;
  }

  std::string order_key(const std::vector<SortItem>& items, const Row& row, const Outer& outer) {
    std::string key;
    for (const SortItem& item : items) {
      append_ordered_key(key, eval(item.expr, row, outer), item.descending, item.nulls_first);
    }
    return key;
  }

  void order_rows(Rows& rows, const std::vector<SortItem>& items, const Outer& outer) {
    std::vector<std::pair<std::string, size_t>> keys;
    for (size_t i = 0; i < rows.size(); ++i) keys.emplace_back(order_key(items, rows[i], outer), i);
    std::sort(keys.begin(), keys.end());
    Rows sorted;
    for (const auto& [key, i] : keys) sorted.push_back(std::move(rows[i]));
    rows = std::move(sorted);
  }

  Rows sort(const LogicalNode& node, const Outer& outer) {
    const bool distinct_on = node.kind == LogicalKind::kDistinctOn;
    Rows out;
    for (auto& [group, rows] : groups(run(*node.inputs[0], outer), distinct_on ? node.exprs : node.group_by, outer)) {
      order_rows(rows, node.order_by, outer);
      const size_t offset = node.offset == nullptr ? 0 : static_cast<size_t>(eval(node.offset, {}, outer).as_int64());
      size_t limit = rows.size();
      if (node.limit != nullptr) {
        const Value value = eval(node.limit, {}, outer);
        if (!value.is_null()) limit = static_cast<size_t>(value.as_int64());
      }
      if (distinct_on) limit = 1;
      for (size_t i = offset; i < rows.size(); ++i) {
        if (i >= offset + limit) {
          const bool tie = node.with_ties && limit > 0 &&
                           order_key(node.order_by, rows[i], outer) == order_key(node.order_by, rows[offset + limit - 1], outer);
          if (!tie) break;
        }
        Row row = rows[i];
        if (emits_rank(node)) row.push_back(Value::int64(static_cast<int64_t>(i) + 1));
        out.push_back(std::move(row));
      }
    }
    return out;
  }

  Rows set_operation(const LogicalNode& node, const Outer& outer) {
    Rows out = run(*node.inputs[0], outer);
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      const Rows right = run(*node.inputs[i], outer);
      if (node.operation == SetOperation::kUnion) {
        out.insert(out.end(), right.begin(), right.end());
        continue;
      }
      std::map<std::string, int64_t> counts;
      for (const Row& row : right) ++counts[key_of(row)];
      Rows kept;
      for (const Row& row : out) {
        int64_t& count = counts[key_of(row)];
        const bool found = count > 0;
        if (found && node.all) --count;
        if (found == (node.operation == SetOperation::kIntersect)) kept.push_back(row);
      }
      out = std::move(kept);
    }
    if (node.all) return out;
    Rows distinct;
    std::map<std::string, bool> seen;
    for (const Row& row : out) {
      if (seen.emplace(key_of(row), true).second) distinct.push_back(row);
    }
    return distinct;
  }

  Rows window(const LogicalNode& node, const Outer& outer) {
    Rows rows = run(*node.inputs[0], outer);
    for (const WindowCall& call : node.windows) {
      Rows next;
      for (auto& [group, members] : groups(rows, call.partition_by, outer)) {
        order_rows(members, call.order_by, outer);
        const Rows whole = members;
        int64_t rank = 0, dense = 0;
        for (size_t i = 0; i < members.size(); ++i) {
          const bool tie = i > 0 && order_key(call.order_by, whole[i], outer) == order_key(call.order_by, whole[i - 1], outer);
          if (!tie) rank = static_cast<int64_t>(i) + 1;
          if (!tie) ++dense;
          if (call.function == "row_number") {
            members[i].push_back(Value::int64(static_cast<int64_t>(i) + 1));
          } else if (call.function == "rank") {
            members[i].push_back(Value::int64(rank));
          } else if (call.function == "dense_rank") {
            members[i].push_back(Value::int64(dense));
          } else {
            CHECK(call.aggregate != nullptr && call.order_by.empty(), "the reference does not know this window");
            AggregateCall as_call;
            as_call.name = call.name;
            as_call.args = call.args;
            as_call.type = call.type;
            members[i].push_back(aggregate_value(as_call, whole, outer));
          }
          next.push_back(members[i]);
        }
      }
      rows = std::move(next);
    }
    return rows;
  }

  Rows table_function(const LogicalNode& node, const Outer& outer) {
    CHECK(node.table_function.name == "generate_series", "the reference does not know {}", node.table_function.name);
    const Rows input = node.inputs.empty() ? Rows{Row{}} : run(*node.inputs[0], outer);
    Rows out;
    for (const Row& row : input) {
      const Value from = eval(node.table_function.args[0], row, outer);
      const Value to = eval(node.table_function.args[1], row, outer);
      if (from.is_null() || to.is_null()) continue;
      for (int64_t i = from.as_int64(); i <= to.as_int64(); ++i) {
        out.push_back(concat(row, {Value(node.table_function.type, i)}));
      }
    }
    return out;
  }

  const std::map<std::string, Rows>& tables_;
  bool too_many_rows_ = false;
};

}  // namespace leat::planner

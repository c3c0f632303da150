#pragma once
// For tests: what a logical plan means, by the plainest possible evaluation: nested loops,
// sub-queries run once per row. Rules must not change what it says. Slow and small on purpose.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "catalog/relation.h"
#include "expr/evaluator.h"
#include "plan/physical.h"
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
      case LogicalKind::kScan:
        return scan(node);
      case LogicalKind::kValues:
        return values(node, outer);
      case LogicalKind::kFilter:
        return filter(node, outer);
      case LogicalKind::kProject:
        return project(node, outer);
      case LogicalKind::kJoin:
        return join(node, outer);
      case LogicalKind::kApply:
        return apply(node, outer);
      case LogicalKind::kAggregate:
        return aggregate(node, outer);
      case LogicalKind::kDistinctOn:
      case LogicalKind::kSort:
        return sort(node, outer);
      case LogicalKind::kSetOperation:
        return set_operation(node, outer);
      case LogicalKind::kWindow:
        return window(node, outer);
      case LogicalKind::kTableFunction:
        return table_function(node, outer);
      case LogicalKind::kProjectSet:
      case LogicalKind::kTimeWindow:
        break;
    }
    CHECK(false, "the reference does not know this node");
    return {};
  }

 protected:
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
      case ExprKind::kColumn:
        return row[static_cast<size_t>(e.column)];
      case ExprKind::kOuterColumn:
        return (*outer[static_cast<size_t>(e.depth - 1)])[static_cast<size_t>(e.column)];
      case ExprKind::kLiteral:
        return e.literal;
      case ExprKind::kSubquery:
        return subquery(e, row, outer);
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
      default:
        break;
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
      case SubqueryKind::kExists:
        return Value::boolean(rows.empty() == e.negated);
      case SubqueryKind::kArray: {
        std::vector<Value> values;
        for (const Row& r : rows) values.push_back(r[0]);
        return Value(e.type, pack_list(values));
      }
      default:
        break;
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
      if (!answer.is_null() && answer.as_bool() != all)
        return Value::boolean(answer.as_bool() != e.negated);
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
    return *evaluate_constant(
        make_call(e.function, TypeId::kBoolean, {make_literal(a), make_literal(b)}), context);
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
  void join_row(const LogicalNode& node, const Row& left, const Rows& right, const Outer& outer,
                Rows& out, std::vector<bool>* matched) {
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
    if (call.name == "min" || call.name == "bool_and")
      return *std::min_element(values.begin(), values.end(), less);
    CHECK(call.name == "max" || call.name == "bool_or", "the reference does not know {}",
          call.name);
    return *std::max_element(values.begin(), values.end(), less);
  }

  // Rows by the values of expressions, groups in order of appearance.
  std::vector<std::pair<Row, Rows>> groups(const Rows& rows, const std::vector<ExprPtr>& exprs,
                                           const Outer& outer) {
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
        Row row = nulls(Schema(node.schema.begin(),
                               node.schema.begin() + static_cast<ptrdiff_t>(node.group_by.size())));
        for (size_t i = 0; i < set.size(); ++i) row[static_cast<size_t>(set[i])] = group[i];
        for (const AggregateCall& call : node.aggregates)
          row.push_back(aggregate_value(call, members, outer));
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
    return sorted(node, run(*node.inputs[0], outer), distinct_on ? node.exprs : node.group_by,
                  emits_rank(node), outer);
  }

  Rows sorted(const LogicalNode& node, const Rows& input, const std::vector<ExprPtr>& group_by,
              bool ranked, const Outer& outer) {
    const bool distinct_on = node.kind == LogicalKind::kDistinctOn;
    Rows out;
    for (auto& [group, rows] : groups(input, group_by, outer)) {
      order_rows(rows, node.order_by, outer);
      const size_t offset =
          node.offset == nullptr ? 0 : static_cast<size_t>(eval(node.offset, {}, outer).as_int64());
      size_t limit = rows.size();
      if (node.limit != nullptr) {
        const Value value = eval(node.limit, {}, outer);
        if (!value.is_null()) limit = static_cast<size_t>(value.as_int64());
      }
      if (distinct_on) limit = 1;
      for (size_t i = offset; i < rows.size(); ++i) {
        if (i >= offset + limit) {
          const bool tie = node.with_ties && limit > 0 &&
                           order_key(node.order_by, rows[i], outer) ==
                               order_key(node.order_by, rows[offset + limit - 1], outer);
          if (!tie) break;
        }
        Row row = rows[i];
        if (ranked) row.push_back(Value::int64(static_cast<int64_t>(i) + 1));
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
    return windowed(node, run(*node.inputs[0], outer), outer);
  }

  Rows windowed(const LogicalNode& node, Rows rows, const Outer& outer) {
    for (const WindowCall& call : node.windows) {
      Rows next;
      for (auto& [group, members] : groups(rows, call.partition_by, outer)) {
        order_rows(members, call.order_by, outer);
        const Rows whole = members;
        int64_t rank = 0, dense = 0;
        for (size_t i = 0; i < members.size(); ++i) {
          const bool tie = i > 0 && order_key(call.order_by, whole[i], outer) ==
                                        order_key(call.order_by, whole[i - 1], outer);
          if (!tie) rank = static_cast<int64_t>(i) + 1;
          if (!tie) ++dense;
          if (call.function == "row_number") {
            members[i].push_back(Value::int64(static_cast<int64_t>(i) + 1));
          } else if (call.function == "rank") {
            members[i].push_back(Value::int64(rank));
          } else if (call.function == "dense_rank") {
            members[i].push_back(Value::int64(dense));
          } else {
            CHECK(call.aggregate != nullptr && call.order_by.empty(),
                  "the reference does not know this window");
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
    CHECK(node.table_function.name == "generate_series", "the reference does not know {}",
          node.table_function.name);
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

// The same for physical plans. Exchanges change nothing here. `check_keys` (jobs): CHECKs that each
// node's key tells its rows apart.
class PhysicalReference : public Reference {
 public:
  PhysicalReference(const std::map<std::string, Rows>& tables, bool check_keys)
      : Reference(tables), check_keys_(check_keys) {}

  Rows run_plan(const PhysicalNode& node) {
    Rows rows = run_node(node);
    for (const Row& row : rows) {
      CHECK(row.size() == node.schema.size(), "a row of {} columns from node {}", row.size(),
            node.id);
    }
    const bool whole_row =
        node.key.size() >= node.schema.size();  // below INTERSECT and EXCEPT rows may repeat
    if (check_keys_ && !whole_row) {
      std::map<std::string, bool> seen;
      for (const Row& row : rows) {
        Row key;
        for (const int column : node.key) key.push_back(row[static_cast<size_t>(column)]);
        if (!seen.emplace(key_of(key), true).second) repeated_keys_ += physical_text(node);
      }
    }
    return rows;
  }

  // Plans of nodes whose key did not tell their rows apart.
  const std::string& repeated_keys() const { return repeated_keys_; }

 private:
  static std::vector<ExprPtr> columns_at(const PhysicalNode& input,
                                         const std::vector<int>& columns) {
    std::vector<ExprPtr> exprs;
    for (const int column : columns)
      exprs.push_back(make_column(column, input.schema[static_cast<size_t>(column)].type));
    return exprs;
  }

  static std::vector<SortItem> items_at(const PhysicalNode& input,
                                        const std::vector<SortColumn>& order) {
    std::vector<SortItem> items;
    for (const SortColumn& c : order) {
      items.push_back({make_column(c.column, input.schema[static_cast<size_t>(c.column)].type),
                       c.descending, c.nulls_first});
    }
    return items;
  }

  Rows run_node(const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kScan:
        return scan_plan(node);
      case PhysicalKind::kValues:
        return values_plan(node);
      case PhysicalKind::kFilter:
        return filter_plan(node);
      case PhysicalKind::kProject:
        return project_plan(node);
      case PhysicalKind::kProjectSet:
        return project_set_plan(node);
      case PhysicalKind::kExchange:
      case PhysicalKind::kMaterialize:
        return run_plan(*node.inputs[0]);
      case PhysicalKind::kUnionAll: {
        Rows out;
        for (const PhysicalPtr& input : node.inputs) {
          const Rows rows = run_plan(*input);
          out.insert(out.end(), rows.begin(), rows.end());
        }
        return out;
      }
      case PhysicalKind::kHashJoin:
        return join_plan(node);
      case PhysicalKind::kHashAggregate:
        return aggregate_plan(node);
      case PhysicalKind::kSetOperation:
        return set_operation_plan(node);
      case PhysicalKind::kTopN:
        return top_n_plan(node);
      case PhysicalKind::kOverWindow:
        return window_plan(node);
      case PhysicalKind::kDynamicFilter:
        return dynamic_filter_plan(node);
      default:
        break;
    }
    CHECK(false, "the reference does not know {}", physical_name(node));
    return {};
  }

  bool in_bounds(const PhysicalNode& node, const Row& stored) {
    const auto key_value = [&](size_t i) {
      return stored[static_cast<size_t>(node.relation->stored_order[i].column)];
    };
    const KeyBounds& bounds = node.bounds;
    for (size_t i = 0; i < bounds.equal.size(); ++i) {
      const Value value = eval(bounds.equal[i], {}, {});
      if (value.is_null()) return false;
      std::vector<Value> values{value};
      if (static_cast<int>(i) == bounds.list) values = unpack_list(value.as_string(), value.type().element());
      const bool found = std::any_of(values.begin(), values.end(), [&](const Value& one) {
        // Integers of different widths are compared by what they are.
        return !one.is_null() && one.with_type(key_value(i).type()) == key_value(i);
      });
      if (!found) return false;
    }
    if (bounds.low == nullptr && bounds.high == nullptr) return true;
    const Value next = key_value(bounds.equal.size());
    if (next.is_null()) return false;
    const std::string at = key_of({next});
    if (bounds.low != nullptr) {
      const std::string low = key_of({eval(bounds.low, {}, {})});
      if (at < low || (at == low && !bounds.low_inclusive)) return false;
    }
    if (bounds.high != nullptr) {
      const std::string high = key_of({eval(bounds.high, {}, {})});
      if (at > high || (at == high && !bounds.high_inclusive)) return false;
    }
    return true;
  }

  Rows scan_plan(const PhysicalNode& node) {
    Rows out;
    for (const Row& row : tables_.at(node.relation->name)) {
      if (!in_bounds(node, row)) continue;
      Row picked;
      for (const int column : node.columns) picked.push_back(row[static_cast<size_t>(column)]);
      out.push_back(std::move(picked));
    }
    return out;
  }

  Rows values_plan(const PhysicalNode& node) {
    Rows out;
    for (const auto& exprs : node.rows) {
      Row row;
      for (const ExprPtr& expr : exprs) row.push_back(eval(expr, {}, {}));
      out.push_back(std::move(row));
    }
    return out;
  }

  Rows filter_plan(const PhysicalNode& node) {
    Rows out;
    for (const Row& row : run_plan(*node.inputs[0])) {
      if (is_true(eval(node.exprs[0], row, {}))) out.push_back(row);
    }
    return out;
  }

  Rows project_plan(const PhysicalNode& node) {
    Rows out;
    for (const Row& row : run_plan(*node.inputs[0])) {
      Row next;
      for (const ExprPtr& expr : node.exprs) next.push_back(eval(expr, row, {}));
      out.push_back(std::move(next));
    }
    return out;
  }

  Rows project_set_plan(const PhysicalNode& node) {
    Rows out;
    for (const Row& row : run_plan(*node.inputs[0])) {
      int64_t low = 0, high = -1;
      for (const TableFunctionCall& call : node.set_functions) {
        if (call.function == nullptr) continue;
        CHECK(call.name == "generate_series", "the reference does not know {}", call.name);
        const Value from = eval(call.args[0], row, {});
        const Value to = eval(call.args[1], row, {});
        if (from.is_null() || to.is_null()) continue;
        low = from.as_int64();
        high = to.as_int64();
      }
      for (int64_t i = low; i <= high; ++i) {
        Row next;
        for (size_t c = 0; c < node.exprs.size(); ++c) {
          const bool set = node.set_functions[c].function != nullptr;
          next.push_back(set ? Value(node.schema[c].type, i) : eval(node.exprs[c], row, {}));
        }
        next.push_back(Value::int64(i - low + 1));
        out.push_back(std::move(next));
      }
    }
    return out;
  }

  bool keys_match(const PhysicalNode& node, const Row& left, const Row& right) {
    for (size_t i = 0; i < node.left_keys.size(); ++i) {
      const Value& a = left[static_cast<size_t>(node.left_keys[i])];
      const Value& b = right[static_cast<size_t>(node.right_keys[i])];
      if (a.is_null() || b.is_null()) {
        if (!node.null_safe[i] || a.is_null() != b.is_null()) return false;
      } else if (!(a == b)) {
        return false;
      }
    }
    return true;
  }

  Rows join_plan(const PhysicalNode& node) {
    const Rows left = run_plan(*node.inputs[0]);
    const Rows right = run_plan(*node.inputs[1]);
    std::vector<bool> matched(right.size(), false);
    Rows pairs;
    const bool with_right = is_join_with_right_columns(node.join);
    for (const Row& l : left) {
      size_t matches = 0;
      for (size_t i = 0; i < right.size(); ++i) {
        const Row pair = concat(l, right[i]);
        if (!keys_match(node, l, right[i])) continue;
        if (node.condition != nullptr && !is_true(eval(node.condition, pair, {}))) continue;
        ++matches;
        matched[i] = true;
        if (with_right) pairs.push_back(pair);
      }
      if (node.single_row && matches > 1) too_many_rows_ = true;
      const bool alone = node.join == JoinKind::kLeft || node.join == JoinKind::kFull ||
                         node.join == JoinKind::kAnti;
      if ((alone && matches == 0) || (node.join == JoinKind::kSemi && matches > 0)) {
        pairs.push_back(concat(l, nulls(node.inputs[1]->schema)));
      }
    }
    const bool keeps = node.join == JoinKind::kRight || node.join == JoinKind::kFull;
    for (size_t i = 0; keeps && i < right.size(); ++i) {
      if (!matched[i]) pairs.push_back(concat(nulls(node.inputs[0]->schema), right[i]));
    }
    Rows out;
    for (const Row& pair : pairs) {
      Row row;
      for (const int column : node.join_output) row.push_back(pair[static_cast<size_t>(column)]);
      out.push_back(std::move(row));
    }
    return out;
  }

  Rows aggregate_plan(const PhysicalNode& node) {
    const PhysicalNode& input = *node.inputs[0];
    auto by_group = groups(run_plan(input), columns_at(input, node.keys), {});
    if (by_group.empty() && node.keys.empty()) by_group.emplace_back();
    Rows out;
    for (const auto& [group, members] : by_group) {
      Row row = group;
      for (const PhysicalAggregate& call : node.aggregates) {
        AggregateCall as_call;
        as_call.name = call.name;
        as_call.args = columns_at(input, call.args);
        as_call.type = call.type;
        as_call.distinct = call.distinct;
        if (call.filter >= 0) as_call.filter = columns_at(input, {call.filter})[0];
        as_call.order_by = items_at(input, call.order_by);
        row.push_back(aggregate_value(as_call, members, {}));
      }
      out.push_back(std::move(row));
    }
    return out;
  }

  Rows set_operation_plan(const PhysicalNode& node) {
    const Rows left = run_plan(*node.inputs[0]);
    std::map<std::string, int64_t> counts;
    for (const Row& row : run_plan(*node.inputs[1])) ++counts[key_of(row)];
    Rows out;
    std::map<std::string, bool> seen;
    for (const Row& row : left) {
      int64_t& count = counts[key_of(row)];
      const bool found = count > 0;
      if (found && node.all) --count;
      if (found != (node.operation == SetOperation::kIntersect)) continue;
      if (node.all || seen.emplace(key_of(row), true).second) out.push_back(row);
    }
    return out;
  }

  Rows top_n_plan(const PhysicalNode& node) {
    LogicalNode sort;
    sort.kind = LogicalKind::kSort;
    sort.group_by = columns_at(*node.inputs[0], node.keys);
    sort.order_by = items_at(*node.inputs[0], node.order);
    sort.limit = node.limit;
    sort.offset = node.offset;
    sort.with_ties = node.with_ties;
    return sorted(sort, run_plan(*node.inputs[0]), sort.group_by, node.emit_rank, {});
  }

  Rows window_plan(const PhysicalNode& node) {
    LogicalNode window;
    for (const PhysicalWindow& call : node.windows) {
      WindowCall as_call;
      as_call.aggregate = call.aggregate;
      as_call.function = call.aggregate == nullptr ? call.function : "";
      as_call.name = call.function;
      as_call.args = columns_at(*node.inputs[0], call.args);
      as_call.type = call.type;
      as_call.partition_by = columns_at(*node.inputs[0], node.keys);
      as_call.order_by = items_at(*node.inputs[0], node.order);
      window.windows.push_back(std::move(as_call));
    }
    return windowed(window, run_plan(*node.inputs[0]), {});
  }

  Rows dynamic_filter_plan(const PhysicalNode& node) {
    const Rows left = run_plan(*node.inputs[0]);
    const Rows right = run_plan(*node.inputs[1]);
    Rows out;
    for (const Row& row : left) {
      if (right.empty()) break;
      const ExprPtr test = make_call(
          node.compare, TypeId::kBoolean,
          {make_literal(row[static_cast<size_t>(node.compare_column)]), make_literal(right[0][0])});
      if (is_true(eval(test, {}, {}))) out.push_back(row);
    }
    return out;
  }

  bool check_keys_;
  std::string repeated_keys_;
};

}  // namespace leat::planner

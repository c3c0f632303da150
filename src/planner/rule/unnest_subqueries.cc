// Sub-queries become joins. Where a filter asks for a sub-query as such (EXISTS, IN, ANY, ALL), a
// semi or anti join answers; everywhere else its value is computed behind the input's columns by a
// left join. IN and NOT IN as values follow SQL's three-valued rules by counting matches, NULLs and
// rows.

#include <algorithm>

#include "base/check.h"
#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/rule/rules.h"

namespace leat::planner {
namespace {

bool has_subquery(const ExprPtr& expr) {
  return expr != nullptr && has_kind(*expr, ExprKind::kSubquery);
}

// What cannot change whether there are rows goes: projections, orders, limits above 0.
LogicalPtr existence_of(LogicalPtr plan) {
  while (true) {
    if (plan->kind == LogicalKind::kProject) {
      plan = plan->inputs[0];
      continue;
    }
    if (plan->kind == LogicalKind::kDistinctOn) {
      plan = plan->inputs[0];
      continue;
    }
    const bool limit_keeps_one =
        plan->limit == nullptr ||
        (plan->limit->kind == ExprKind::kLiteral && !plan->limit->literal.is_null() &&
         plan->limit->literal.type().is_integer() && plan->limit->literal.as_int64() > 0);
    if (plan->kind == LogicalKind::kSort && limit_keeps_one && plan->offset == nullptr &&
        plan->group_by.empty()) {
      plan = plan->inputs[0];
      continue;
    }
    return plan;
  }
}

// The first column of all rows as one array, in the rows' order. An order by columns that the
// sub-query itself drops is found below its projection.
LogicalPtr array_of_rows(const LogicalPtr& plan) {
  const bool drops =
      plan->kind == LogicalKind::kProject && plan->inputs[0]->kind == LogicalKind::kSort;
  const LogicalPtr& sort = drops ? plan->inputs[0] : plan;
  if (sort->kind != LogicalKind::kSort)
    return make_aggregate(plan, {}, {array_of(column_of(*plan, 0), {})});
  const LogicalPtr rows =
      sort->limit == nullptr && sort->offset == nullptr ? sort->inputs[0] : sort;
  const ExprPtr value = drops ? plan->exprs[0] : column_of(*plan, 0);
  return make_aggregate(rows, {}, {array_of(value, sort->order_by)});
}

// A column of the plan's input as a sub-query of it sees it.
ExprPtr outer_column(const LogicalNode& node, int column) {
  auto expr = std::make_shared<Expr>(*column_of(node, column));
  expr->kind = ExprKind::kOuterColumn;
  expr->depth = 1;
  return expr;
}

class Unnester {
 public:
  explicit Unnester(PlanMode mode) : mode_(mode) {}
  Result<LogicalPtr> run(const LogicalPtr& node);

 private:
  Result<LogicalPtr> run_filter(const LogicalPtr& node);
  Result<LogicalPtr> run_join(const LogicalPtr& node);
  Result<LogicalPtr> run_values(const LogicalPtr& node);
  Result<LogicalPtr> run_others(const LogicalPtr& node);

  // Replaces the sub-queries of an expression over `input` by columns added behind it.
  Result<ExprPtr> extract(const ExprPtr& expr, LogicalPtr& input);
  Result<ExprPtr> value_of(const Expr& subquery, LogicalPtr& input);
  Result<ExprPtr> quantified_value(const Expr& subquery, const LogicalPtr& plan, LogicalPtr& input);
  ExprPtr in_value(const Expr& subquery, const LogicalPtr& plan, LogicalPtr& input);
  // The columns of a plan with one row at most, joined behind the input's: the first one's number.
  int attach(const LogicalPtr& plan, LogicalPtr& input);
  Result<bool> filter_by(const ExprPtr& conjunct, LogicalPtr& input);
  Result<bool> filter_by_dynamic(const ExprPtr& conjunct, LogicalPtr& input);
  // args[i] = column i, over input ++ plan, where the plan comes behind.
  Result<std::vector<ExprPtr>> matches(const Expr& subquery, const LogicalNode& plan,
                                       const LogicalPtr& input);

  PlanMode mode_;
};

Result<LogicalPtr> Unnester::run(const LogicalPtr& node) {
  std::vector<LogicalPtr> inputs;
  for (const LogicalPtr& input : node->inputs) inputs.push_back(TRY(run(input)));
  const LogicalPtr with = with_inputs(node, std::move(inputs));

  if (with->kind == LogicalKind::kApply) {
    if (has_subquery(with->condition)) {
      if (with->join != JoinKind::kInner) {
        return fail(SqlState::kFeatureNotSupported,
                    "a sub-query in the condition of an outer lateral join");
      }
      const LogicalPtr joined =
          join_dependent(with->join, with->inputs[0], with->inputs[1], nullptr, with->single_row);
      return run_filter(make_filter(joined, conjuncts_of(with->condition)));
    }
    return join_dependent(with->join, with->inputs[0], with->inputs[1], with->condition,
                          with->single_row && !at_most_one_row(*with->inputs[1]));
  }
  bool found = false;
  for_each_expression(*with, [&](const ExprPtr& expr) { found |= has_subquery(expr); });
  if (!found) return with;
  switch (with->kind) {
    case LogicalKind::kFilter:
      return run_filter(with);
    case LogicalKind::kJoin:
      return run_join(with);
    case LogicalKind::kValues:
      return run_values(with);
    default:
      return run_others(with);
  }
}

Result<LogicalPtr> Unnester::run_filter(const LogicalPtr& node) {
  const size_t width = node->inputs[0]->schema.size();
  std::vector<ExprPtr> plain, with_subqueries;
  for (const ExprPtr& conjunct : conjuncts_of(node->exprs[0])) {
    (has_subquery(conjunct) ? with_subqueries : plain).push_back(conjunct);
  }
  LogicalPtr input = make_filter(node->inputs[0], std::move(plain));
  for (const ExprPtr& conjunct : with_subqueries) {
    if (TRY(filter_by(conjunct, input))) continue;
    ExprPtr value = TRY(extract(conjunct, input));
    input = make_filter(input, conjuncts_of(value));
  }
  std::vector<int> columns;
  for (size_t i = 0; i < width; ++i) columns.push_back(static_cast<int>(i));
  return select_columns(input, columns);
}

Result<std::vector<ExprPtr>> Unnester::matches(const Expr& subquery, const LogicalNode& plan,
                                               const LogicalPtr& input) {
  std::vector<ExprPtr> conjuncts;
  for (size_t i = 0; i < subquery.args.size(); ++i) {
    const ExprPtr& a = subquery.args[i];
    const ExprPtr b = make_column(static_cast<int>(input->schema.size() + i), plan.schema[i].type);
    if (subquery.function != nullptr) {
      conjuncts.push_back(
          make_call(subquery.function, TypeId::kBoolean, {a, b}, subquery.position));
      continue;
    }
    if (!(a->type == b->type)) {
      return fail(Error{.code = SqlState::kDatatypeMismatch,
                        .message = fmt::format("cannot compare {} with {} of a sub-query",
                                               a->type.name(), b->type.name()),
                        .position = subquery.position});
    }
    conjuncts.push_back(make_equal(a, b));
  }
  return conjuncts;
}

// Semi and anti joins for a conjunct that is a sub-query. False: it is not of such a form.
Result<bool> Unnester::filter_by(const ExprPtr& conjunct, LogicalPtr& input) {
  ExprPtr expr = conjunct;
  bool negated = false;
  while (is_not(*expr)) {
    expr = expr->args[0];
    negated = !negated;
  }
  if (expr->kind != ExprKind::kSubquery) return negated ? false : filter_by_dynamic(expr, input);
  const SubqueryKind kind = expr->subquery_kind;
  if (kind == SubqueryKind::kScalar || kind == SubqueryKind::kArray) return false;
  negated = negated != expr->negated;
  const LogicalPtr plan = TRY(run(expr->subquery));
  if (kind == SubqueryKind::kExists) {
    input = join_dependent(negated ? JoinKind::kAnti : JoinKind::kSemi, input, existence_of(plan),
                           nullptr, false);
    return true;
  }
  auto copy = std::make_shared<Expr>(*expr);
  for (ExprPtr& arg : copy->args) arg = TRY(extract(arg, input));
  const bool equality =
      kind == SubqueryKind::kIn || (kind == SubqueryKind::kAny && is_equality(*expr));
  // `NOT (a IN ...)` and `a op ANY` hold a row back also where the answer is NULL, so only the TRUE
  // answers matter, but `NOT IN` must tell FALSE from NULL.
  if (!negated && kind != SubqueryKind::kAll) {
    std::vector<ExprPtr> conjuncts = TRY(matches(*copy, *plan, input));
    input = join_dependent(JoinKind::kSemi, input, plan, make_and(std::move(conjuncts)), false);
    return true;
  }
  if (!negated) {  // ALL: no row for which the comparison is not TRUE
    const ExprPtr all = make_and(TRY(matches(*copy, *plan, input)));
    const ExprPtr is_true = make_coalesce(all, make_literal(Value::boolean(false)));
    input = join_dependent(JoinKind::kAnti, input, plan, make_not(is_true), false);
    return true;
  }
  if (kind == SubqueryKind::kAll) return false;
  std::vector<ExprPtr> conjuncts = TRY(matches(*copy, *plan, input));
  bool nulls = false;
  for (size_t i = 0; i < copy->args.size(); ++i) {
    nulls |= may_be_null(*input, *copy->args[i]) || may_be_null(*plan, static_cast<int>(i));
  }
  if (nulls && equality && copy->args.size() == 1) {
    // Kept: no rows at all, or no NULL on either side; and then no match.
    const int counts =
        attach(make_aggregate(plan, {}, {count_rows(), count_values(column_of(*plan, 0))}), input);
    const ExprPtr rows = column_of(*input, counts);
    const ExprPtr values = column_of(*input, counts + 1);
    input = make_filter(
        input, {make_or({make_equal(rows, make_bigint(0)),
                         make_and({make_is_not_null(copy->args[0]), make_equal(rows, values)})})});
    conjuncts = TRY(matches(*copy, *plan, input));
    nulls = false;
  }
  ExprPtr condition = make_and(std::move(conjuncts));
  // A comparison that is NULL holds the row back as a match does.
  if (nulls) condition = make_coalesce(condition, make_literal(Value::boolean(true)));
  input = join_dependent(JoinKind::kAnti, input, plan, condition, false);
  return true;
}

// Jobs: `value < (SELECT max(..) ...)`, uncorrelated: a semi join with one row, from which lowering
// makes a dynamic filter.
Result<bool> Unnester::filter_by_dynamic(const ExprPtr& conjunct, LogicalPtr& input) {
  const auto comparison = comparison_of(*conjunct);
  if (mode_ != PlanMode::kJob || !comparison || *comparison == Comparison::kEqual) return false;
  for (int side = 0; side < 2; ++side) {
    const Expr& subquery = *conjunct->args[static_cast<size_t>(side)];
    const ExprPtr& value = conjunct->args[static_cast<size_t>(1 - side)];
    if (subquery.kind != ExprKind::kSubquery || subquery.subquery_kind != SubqueryKind::kScalar)
      continue;
    if (has_subquery(value)) return false;
    const LogicalPtr plan = TRY(run(subquery.subquery));
    if (is_correlated(*plan) || !at_most_one_row(*plan)) return false;
    const ExprPtr bound = make_column(static_cast<int>(input->schema.size()), plan->schema[0].type);
    const ExprPtr condition = make_call(
        conjunct->function, conjunct->type,
        side == 0 ? std::vector{bound, value} : std::vector{value, bound}, conjunct->position);
    input = join_dependent(JoinKind::kSemi, input, plan, condition, false);
    return true;
  }
  return false;
}

int Unnester::attach(const LogicalPtr& plan, LogicalPtr& input) {
  const int first = static_cast<int>(input->schema.size());
  const bool one = exactly_one_row(*plan) && !is_correlated(*plan);
  input = join_dependent(one ? JoinKind::kInner : JoinKind::kLeft, input, plan, nullptr,
                         !at_most_one_row(*plan));
  return first;
}

Result<ExprPtr> Unnester::extract(const ExprPtr& expr, LogicalPtr& input) {
  if (!has_subquery(expr)) return expr;
  Result<void> failure;
  ExprPtr out = rewrite_expr(expr, [&](const ExprPtr& e) -> ExprPtr {
    if (e->kind != ExprKind::kSubquery || !failure) return e;
    Result<ExprPtr> value = value_of(*e, input);
    if (value) return *value;
    failure = std::unexpected(std::move(value).error());
    return e;
  });
  if (!failure) return std::unexpected(std::move(failure).error());
  return out;
}

Result<ExprPtr> Unnester::value_of(const Expr& subquery, LogicalPtr& input) {
  const LogicalPtr plan = TRY(run(subquery.subquery));
  switch (subquery.subquery_kind) {
    case SubqueryKind::kScalar: {
      const int column = attach(plan, input);
      return column_of(*input, column);
    }
    case SubqueryKind::kExists: {
      const int count = attach(make_aggregate(existence_of(plan), {}, {count_rows()}), input);
      return make_comparison(subquery.negated ? Comparison::kEqual : Comparison::kGreater,
                             column_of(*input, count), make_bigint(0));
    }
    case SubqueryKind::kArray: {
      const int array = attach(array_of_rows(plan), input);
      const ExprPtr value = column_of(*input, array);
      return make_coalesce(value, make_empty_array(value->type));
    }
    case SubqueryKind::kIn: {
      if (subquery.args.size() == 1) {
        const ExprPtr value = in_value(subquery, plan, input);
        if (value != nullptr) return value;
      }
      return quantified_value(subquery, plan, input);
    }
    case SubqueryKind::kAny:
    case SubqueryKind::kAll:
      return quantified_value(subquery, plan, input);
  }
  UNREACHABLE();
}

// a IN (x): TRUE by a join on equality; else NULL if there are rows and a NULL among them or in a.
ExprPtr Unnester::in_value(const Expr& subquery, const LogicalPtr& plan, LogicalPtr& input) {
  if (!(subquery.args[0]->type == plan->schema[0].type)) return nullptr;
  std::vector<int> at;
  input = append_expressions(input, {subquery.args[0]}, at);
  const ExprPtr needle = column_of(*input, at[0]);
  const bool nulls = may_be_null(*input, at[0]) || may_be_null(*plan, 0);
  const LogicalPtr equal =
      make_filter(plan, {make_equal(column_of(*plan, 0), outer_column(*input, at[0]))});
  const int matches = attach(make_aggregate(equal, {}, {count_rows()}), input);
  const ExprPtr matched =
      make_comparison(Comparison::kGreater, column_of(*input, matches), make_bigint(0));
  ExprPtr value = matched;
  if (nulls) {
    const int counts =
        attach(make_aggregate(plan, {}, {count_rows(), count_values(column_of(*plan, 0))}), input);
    const ExprPtr rows = column_of(*input, counts);
    const ExprPtr some_null =
        make_or({make_is_null(needle), make_not(make_equal(rows, column_of(*input, counts + 1)))});
    const ExprPtr unknown =
        make_and({make_comparison(Comparison::kGreater, rows, make_bigint(0)), some_null});
    value = make_case(
        matched, make_literal(Value::boolean(true)),
        make_case(unknown, make_null(TypeId::kBoolean), make_literal(Value::boolean(false))));
  }
  return subquery.negated ? make_not(value) : value;
}

// a op ANY / ALL (x): counts of the rows that decide and of those that are NULL.
Result<ExprPtr> Unnester::quantified_value(const Expr& subquery, const LogicalPtr& plan,
                                           LogicalPtr& input) {
  std::vector<int> at;
  input = append_expressions(input, subquery.args, at);
  auto copy = std::make_shared<Expr>(subquery);
  for (size_t i = 0; i < at.size(); ++i) copy->args[i] = outer_column(*input, at[i]);
  ExprPtr answer = make_and(TRY(matches(*copy, *plan, input)));
  // The conjuncts count the plan's columns behind the input's; here the plan is alone.
  const auto shift = static_cast<int>(input->schema.size());
  answer = rewrite_expr(answer, [shift](const ExprPtr& e) -> ExprPtr {
    return e->kind == ExprKind::kColumn ? make_column(e->column - shift, e->type) : e;
  });
  const bool all = subquery.subquery_kind == SubqueryKind::kAll;
  const ExprPtr decides = all ? make_not(answer) : answer;
  const int counts = attach(
      make_aggregate(plan, {}, {count_rows(decides), count_rows(make_is_null(answer))}), input);
  const auto some = [&](int i) {
    return make_comparison(Comparison::kGreater, column_of(*input, counts + i), make_bigint(0));
  };
  ExprPtr value =
      make_case(some(0), make_literal(Value::boolean(!all)),
                make_case(some(1), make_null(TypeId::kBoolean), make_literal(Value::boolean(all))));
  return subquery.negated ? make_not(value) : value;
}

// A sub-query in a join's condition: of an inner join it filters the product; of an outer join it
// is computed on the side whose columns it uses.
Result<LogicalPtr> Unnester::run_join(const LogicalPtr& node) {
  if (node->join == JoinKind::kInner && !node->single_row) {
    return run_filter(
        make_filter(make_join(JoinKind::kInner, node->inputs[0], node->inputs[1], nullptr),
                    conjuncts_of(node->condition)));
  }
  LogicalPtr left = node->inputs[0];
  LogicalPtr right = node->inputs[1];
  const auto left_width = static_cast<int>(left->schema.size());
  const auto right_width = static_cast<int>(right->schema.size());
  std::vector<ExprPtr> conjuncts;
  for (const ExprPtr& conjunct : conjuncts_of(node->condition)) {
    if (!has_subquery(conjunct)) {
      conjuncts.push_back(conjunct);
      continue;
    }
    // The conjunct as a whole becomes a column of one side.
    bool uses_left = false, uses_right = false, correlated = false;
    const auto note = [&](int column) { (column < left_width ? uses_left : uses_right) = true; };
    for (const int column : columns_of(*conjunct)) note(column);
    for_each_expr(*conjunct, [&](const Expr& e) {
      if (e.kind == ExprKind::kSubquery) correlated |= is_correlated(*e.subquery);
    });
    if (correlated || (uses_left && uses_right)) {
      return fail(Error{
          .code = SqlState::kFeatureNotSupported,
          .message = "a correlated sub-query in the condition of an outer join",
          .hint = "Compute it in a sub-query in FROM and compare its column in the condition.",
          .position = conjunct->position});
    }
    LogicalPtr& side = uses_left ? left : right;
    const int base = uses_left ? 0 : left_width;
    const ExprPtr local = rewrite_expr(conjunct, [&](const ExprPtr& e) -> ExprPtr {
      return e->kind == ExprKind::kColumn ? make_column(e->column - base, e->type) : e;
    });
    std::vector<int> at;
    const ExprPtr value = TRY(extract(local, side));
    side = append_expressions(side, {value}, at);
    // Numbered behind everything; renumbered below, when both sides' widths are known.
    conjuncts.push_back(make_column(uses_left ? -1 - at[0] : left_width + at[0], TypeId::kBoolean));
  }
  const auto added = static_cast<int>(left->schema.size()) - left_width;
  for (ExprPtr& conjunct : conjuncts) {
    conjunct = rewrite_expr(conjunct, [&](const ExprPtr& e) -> ExprPtr {
      if (e->kind != ExprKind::kColumn) return e;
      if (e->column < 0) return make_column(-1 - e->column, e->type);
      return e->column < left_width ? e : make_column(e->column + added, e->type);
    });
  }
  LogicalPtr joined =
      make_join(node->join, left, right, make_and(std::move(conjuncts)), node->single_row);
  std::vector<int> columns;
  for (int i = 0; i < left_width; ++i) columns.push_back(i);
  if (is_join_with_right_columns(node->join)) {
    for (int i = 0; i < right_width; ++i) columns.push_back(left_width + added + i);
  }
  return select_columns(joined, columns);
}

// VALUES with sub-queries: a union of one-row selects.
Result<LogicalPtr> Unnester::run_values(const LogicalPtr& node) {
  auto one_row = std::make_shared<LogicalNode>();
  one_row->kind = LogicalKind::kValues;
  one_row->rows.emplace_back();
  std::vector<LogicalPtr> branches;
  for (const auto& row : node->rows) {
    LogicalPtr input = one_row;
    std::vector<ExprPtr> exprs;
    for (const ExprPtr& expr : row) exprs.push_back(TRY(extract(expr, input)));
    branches.push_back(make_project(input, std::move(exprs), node->schema));
  }
  return make_union_all(std::move(branches));
}

// Nodes with one input: its sub-queries' values come behind the input's columns, and where the node
// passes its input through, they are dropped above it.
Result<LogicalPtr> Unnester::run_others(const LogicalPtr& node) {
  LogicalPtr input;
  if (node->inputs.empty()) {
    auto one_row = std::make_shared<LogicalNode>();
    one_row->kind = LogicalKind::kValues;
    one_row->rows.emplace_back();
    input = one_row;
  } else {
    input = node->inputs[0];
  }
  const size_t width = input->schema.size();
  Result<void> failure;
  const LogicalPtr mapped = map_expressions(node, [&](const ExprPtr& expr) -> ExprPtr {
    if (!failure) return expr;
    Result<ExprPtr> value = extract(expr, input);
    if (value) return *value;
    failure = std::unexpected(std::move(value).error());
    return expr;
  });
  if (!failure) return std::unexpected(std::move(failure).error());
  auto copy = std::make_shared<LogicalNode>(*mapped);
  copy->inputs = {input};
  const bool passes_through =
      node->kind == LogicalKind::kSort || node->kind == LogicalKind::kDistinctOn ||
      node->kind == LogicalKind::kWindow || node->kind == LogicalKind::kTableFunction;
  if (!passes_through) return copy;
  const size_t own = node->schema.size() - width;
  copy->schema = input->schema;
  copy->schema.insert(copy->schema.end(), node->schema.begin() + static_cast<ptrdiff_t>(width),
                      node->schema.end());
  std::vector<int> columns;
  for (size_t i = 0; i < width; ++i) columns.push_back(static_cast<int>(i));
  for (size_t i = 0; i < own; ++i) columns.push_back(static_cast<int>(input->schema.size() + i));
  return select_columns(copy, columns);
}

}  // namespace

Result<LogicalPtr> unnest_subqueries(const LogicalPtr& plan, const PlanContext& context) {
  return Unnester(context.mode).run(plan);
}

}  // namespace leat::planner

#include "binder/select_binder.h"

#include <algorithm>
#include <set>

#include "binder/call_builder.h"

namespace leat {
namespace {

// While groups are still being found, column of the i-th aggregate.
constexpr int kAggregateColumn = 1 << 22;

// A copy of the node with every child through f.
template <class F>
Result<ExprPtr> map_children(const ExprPtr& expr, F&& f) {
  auto copy = std::make_shared<Expr>(*expr);
  const auto one = [&](ExprPtr& child) -> Result<void> {
    if (child != nullptr) child = TRY(f(child));
    return {};
  };
  for (ExprPtr& arg : copy->args) TRY(one(arg));
  TRY(one(copy->filter));
  for (SortItem& item : copy->order_by) TRY(one(item.expr));
  for (ExprPtr& part : copy->partition_by) TRY(one(part));
  return copy;
}

const ast::Literal* integer_literal(const ast::Expr& expr) {
  const auto* literal = ast::try_as<ast::Literal>(&expr);
  if (literal == nullptr || literal->literal != ast::LiteralKind::kNumber) return nullptr;
  return literal->text.find_first_not_of("-0123456789") == std::string::npos ? literal : nullptr;
}

const std::string* bare_name(const ast::Expr& expr) {
  const auto* column = ast::try_as<ast::ColumnRef>(&expr);
  return column != nullptr && column->parts.size() == 1 ? &column->parts[0].text : nullptr;
}

bool has_aggregate_node(const ExprPtr& expr) { return expr != nullptr && has_kind(*expr, ExprKind::kAggregate); }

constexpr size_t kGroupingSetsMax = 4096;  // as PostgreSQL

// Every combination of one set of `a` with one of `b`.
std::vector<std::vector<int>> cross(const std::vector<std::vector<int>>& a, const std::vector<std::vector<int>>& b) {
  std::vector<std::vector<int>> out;
  for (const auto& x : a) {
    for (const auto& y : b) {
      std::vector<int> both = x;
      for (const int i : y) {
        if (std::find(both.begin(), both.end(), i) == both.end()) both.push_back(i);
      }
      out.push_back(std::move(both));
    }
  }
  return out;
}

}  // namespace

SelectBinder::SelectBinder(QueryBinder& queries, const ast::Select& select, QueryPlace place)
    : queries_(queries), state_(queries.state()), select_(select), place_(place) {}

Result<BoundSelect> SelectBinder::bind(const std::vector<ast::OrderItem>& order_by) {
  TRY(bind_from_where());
  TRY(bind_items());
  TRY(bind_group_by());
  TRY(bind_having());
  TRY(bind_distinct_on());
  TRY(bind_order_by(order_by));
  if (is_grouped()) TRY(add_aggregate());
  TRY(add_windows());
  add_set_calls();
  add_project();
  TRY(add_distinct());
  BoundSelect out{.plan = std::move(plan_), .columns = {}, .order = std::move(order_)};
  for (const Output& output : outputs_) {
    if (!output.hidden) out.columns.push_back({output.name, output.expr->type});
  }
  return out;
}

Result<void> SelectBinder::bind_from_where() {
  if (select_.from.empty()) {
    plan_ = make_one_row();
  } else {
    FromPart part = TRY(queries_.bind_from(select_.from, place_));
    plan_ = std::move(part.plan);
    scope_ = std::move(part.scope);
  }
  scope_.parent = place_.outer;
  scope_.beside = place_.beside;
  for (const ast::NamedWindow& window : select_.windows) {
    for (const NamedWindowSpec& other : windows_) {
      if (other.name == window.name.text) {
        return state_.fail_at(window.name.position, SqlState::kWindowingError, "window \"{}\" is already defined",
                              window.name.text);
      }
    }
    windows_.push_back({window.name.text, &window.spec});
  }
  items_ = std::make_unique<ExprBinder>(queries_, &scope_, place_.ctes,
                                        Clause{.name = "SELECT", .aggregates = true, .windows = true, .sets = true});
  items_->set_windows(&windows_);
  if (select_.where == nullptr) return {};
  ExprBinder where(queries_, &scope_, place_.ctes, {.name = "WHERE"});
  plan_ = make_filter(std::move(plan_), TRY(where.bind_condition(*select_.where)));
  return {};
}

Result<void> SelectBinder::bind_items() {
  for (const ast::SelectItem& item : select_.items) {
    const uint32_t byte = item.expr->position;
    std::vector<ExprBinder::Star> columns;
    if (const auto* star = ast::try_as<ast::Wildcard>(item.expr.get())) {
      columns = TRY(items_->expand(*star));
    } else if (const auto* fields = ast::try_as<ast::FieldWildcard>(item.expr.get())) {
      columns = TRY(items_->expand(*fields));
    } else {
      ExprPtr expr = TRY(items_->bind(*item.expr));
      // DISTINCT compares values, so they must have a type.
      if (select_.distinct) expr = TRY(settle_unknown(state_, expr));
      columns.push_back({item.alias ? item.alias->text : default_column_name(*item.expr), std::move(expr)});
    }
    for (ExprBinder::Star& column : columns) {
      outputs_.push_back({.name = std::move(column.name), .expr = std::move(column.expr), .byte = byte});
    }
  }
  return {};
}

// ---- GROUP BY --------------------------------------------------------------------------------

Result<int> SelectBinder::group_index(const ast::Expr& expr) {
  ExprPtr bound;
  if (const auto* number = integer_literal(expr)) {
    const long position = std::strtol(number->text.c_str(), nullptr, 10);
    if (position < 1 || position > static_cast<long>(outputs_.size())) {
      return state_.fail_at(expr.position, SqlState::kInvalidColumnReference,
                            "GROUP BY position {} is not in select list", number->text);
    }
    bound = outputs_[position - 1].expr;
  } else if (ast::try_as<ast::Literal>(&expr) != nullptr) {
    return state_.fail_at(expr.position, SqlState::kSyntaxError, "non-integer constant in GROUP BY");
  } else {
    // A name is an input column before it is an output's.
    const std::string* name = bare_name(expr);
    if (name != nullptr && !TRY(state_.placed(find_column(&scope_, *name), expr.position))) {
      for (const Output& output : outputs_) {
        if (output.name != *name) continue;
        if (bound != nullptr && !expr_equal(*bound, *output.expr)) {
          return state_.fail_at(expr.position, SqlState::kAmbiguousColumn, "GROUP BY \"{}\" is ambiguous", *name);
        }
        bound = output.expr;
      }
    }
    if (bound == nullptr) {
      ExprBinder binder(queries_, &scope_, place_.ctes, {.name = "GROUP BY"});
      bound = TRY(binder.bind_settled(expr));
    }
  }
  if (has_aggregate_node(bound)) {
    return state_.fail_at(expr.position, SqlState::kGroupingError, "aggregate functions are not allowed in GROUP BY");
  }
  if (has_kind(*bound, ExprKind::kWindow)) {
    return state_.fail_at(expr.position, SqlState::kWindowingError, "window functions are not allowed in GROUP BY");
  }
  for (const int column : columns_of(*bound)) {
    if (column >= kSetColumn) {
      return state_.fail_at(expr.position, SqlState::kFeatureNotSupported,
                            "set-returning functions are not supported in GROUP BY");
    }
  }
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (expr_equal(*groups_[i], *bound)) return static_cast<int>(i);
  }
  groups_.push_back(TRY(settle_unknown(state_, bound)));
  return static_cast<int>(groups_.size()) - 1;
}

// The sets that one item stands for; they are crossed with those of the other items.
Result<void> SelectBinder::add_group_item(const ast::GroupItem& item, std::vector<std::vector<int>>& sets) {
  using Sets = std::vector<std::vector<int>>;
  const auto columns_of_item = [&](const ast::GroupItem& part) -> Result<std::vector<int>> {
    std::vector<int> out;
    if (part.kind == ast::GroupKind::kEmpty) return out;
    const auto* row = ast::try_as<ast::Row>(part.expr.get());
    if (row == nullptr || row->explicit_row) {
      out.push_back(TRY(group_index(*part.expr)));
      return out;
    }
    for (const ast::ExprPtr& e : row->elements) out.push_back(TRY(group_index(*e)));
    return out;
  };
  Sets own;
  switch (item.kind) {
    case ast::GroupKind::kExpr:
    case ast::GroupKind::kEmpty: own = {TRY(columns_of_item(item))}; break;
    case ast::GroupKind::kSets:
      for (const ast::GroupItem& part : item.items) {
        Sets inner = {{}};
        TRY(add_group_item(part, inner));
        own.insert(own.end(), inner.begin(), inner.end());
      }
      break;
    case ast::GroupKind::kRollup:
    case ast::GroupKind::kCube: {
      Sets parts;
      for (const ast::GroupItem& part : item.items) parts.push_back(TRY(columns_of_item(part)));
      const size_t n = parts.size();
      if (item.kind == ast::GroupKind::kCube && n > 12) {
        return state_.fail_at(item.position, SqlState::kStatementTooComplex, "CUBE is limited to 12 elements");
      }
      const auto joined = [&](auto&& wanted) {
        std::vector<int> set;
        for (size_t i = 0; i < n; ++i) {
          if (wanted(i)) set.insert(set.end(), parts[i].begin(), parts[i].end());
        }
        return set;
      };
      if (item.kind == ast::GroupKind::kRollup) {
        for (size_t keep = n + 1; keep-- > 0;) own.push_back(joined([&](size_t i) { return i < keep; }));
      } else {
        for (size_t mask = size_t{1} << n; mask-- > 0;) own.push_back(joined([&](size_t i) { return (mask >> i) & 1; }));
      }
      break;
    }
  }
  sets = cross(sets, own);
  if (sets.size() > kGroupingSetsMax) {
    return state_.fail_at(item.position, SqlState::kStatementTooComplex, "too many grouping sets present (maximum {})",
                          kGroupingSetsMax);
  }
  return {};
}

Result<void> SelectBinder::bind_group_by() {
  std::vector<std::vector<int>> sets = {{}};
  for (const ast::GroupItem& item : select_.group_by) TRY(add_group_item(item, sets));
  const bool plain = sets.size() == 1 && sets[0].size() == groups_.size();
  if (plain) return {};
  if (select_.group_by_distinct) {
    std::set<std::set<int>> seen;
    std::erase_if(sets, [&](const std::vector<int>& s) { return !seen.insert({s.begin(), s.end()}).second; });
  }
  grouping_sets_ = std::move(sets);
  return {};
}

Result<void> SelectBinder::bind_having() {
  if (select_.having == nullptr) return {};
  ExprBinder having(queries_, &scope_, place_.ctes, {.name = "HAVING", .aggregates = true});
  having_ = TRY(having.bind_condition(*select_.having));
  return {};
}

// ---- ORDER BY, DISTINCT ON -------------------------------------------------------------------

Result<int> SelectBinder::sort_output(const ast::Expr& expr, std::string_view clause) {
  if (const auto* number = integer_literal(expr)) {
    const long position = std::strtol(number->text.c_str(), nullptr, 10);
    const auto visible = std::count_if(outputs_.begin(), outputs_.end(), [](const Output& o) { return !o.hidden; });
    if (position < 1 || position > visible) {
      return state_.fail_at(expr.position, SqlState::kInvalidColumnReference, "{} position {} is not in select list",
                            clause, number->text);
    }
    return static_cast<int>(position) - 1;
  }
  if (ast::try_as<ast::Literal>(&expr) != nullptr) {
    return state_.fail_at(expr.position, SqlState::kSyntaxError, "non-integer constant in {}", clause);
  }
  if (const std::string* name = bare_name(expr)) {
    int found = -1;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].hidden || outputs_[i].name != *name) continue;
      if (found >= 0 && !expr_equal(*outputs_[found].expr, *outputs_[i].expr)) {
        return state_.fail_at(expr.position, SqlState::kAmbiguousColumn, "{} \"{}\" is ambiguous", clause, *name);
      }
      if (found < 0) found = static_cast<int>(i);
    }
    if (found >= 0) return found;
  }
  ExprPtr bound = TRY(items_->bind_settled(expr));
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (expr_equal(*outputs_[i].expr, *bound)) return static_cast<int>(i);
  }
  outputs_.push_back({.name = fmt::format("sort_{}", outputs_.size()), .expr = std::move(bound), .byte = expr.position,
                      .hidden = true});
  return static_cast<int>(outputs_.size()) - 1;
}

Result<void> SelectBinder::bind_distinct_on() {
  for (const ast::ExprPtr& e : select_.distinct_on) distinct_on_.push_back(TRY(sort_output(*e, "DISTINCT ON")));
  return {};
}

Result<void> SelectBinder::bind_order_by(const std::vector<ast::OrderItem>& items) {
  for (const ast::OrderItem& item : items) {
    const int output = TRY(sort_output(*item.expr, "ORDER BY"));
    if (select_.distinct && select_.distinct_on.empty() && outputs_[output].hidden) {
      return state_.fail_at(item.expr->position, SqlState::kInvalidColumnReference,
                            "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
    }
    outputs_[output].expr = TRY(settle_unknown(state_, outputs_[output].expr));
    SortItem sort{.expr = make_column(output, outputs_[output].expr->type), .descending = item.descending};
    sort.nulls_first = item.nulls == ast::NullsOrder::kDefault ? item.descending : item.nulls == ast::NullsOrder::kFirst;
    // The same key a second time orders nothing.
    const bool again = std::any_of(order_.begin(), order_.end(), [&](const SortItem& s) { return s.expr->column == output; });
    if (!again) order_.push_back(std::move(sort));
  }
  // The rows that are kept are the first in this order, so its head must be what DISTINCT ON compares.
  for (size_t i = 0; i < order_.size() && i < distinct_on_.size(); ++i) {
    if (std::find(distinct_on_.begin(), distinct_on_.end(), order_[i].expr->column) == distinct_on_.end()) {
      return state_.fail_at(select_.distinct_on[0]->position, SqlState::kInvalidColumnReference,
                            "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
    }
  }
  return {};
}

// ---- aggregates ------------------------------------------------------------------------------

bool SelectBinder::is_grouped() const {
  if (!select_.group_by.empty() || having_ != nullptr) return true;
  for (const Output& output : outputs_) {
    if (has_aggregate_node(output.expr)) return true;
  }
  for (const TableFunctionCall& call : items_->set_calls()) {
    if (std::any_of(call.args.begin(), call.args.end(), has_aggregate_node)) return true;
  }
  return false;
}

template <class F>
Result<void> SelectBinder::each_later(F&& f) {
  for (Output& output : outputs_) output.expr = TRY(f(output.expr));
  for (TableFunctionCall& call : items_->set_calls()) {
    for (ExprPtr& arg : call.args) arg = TRY(f(arg));
  }
  return {};
}

bool SelectBinder::is_decided_by_key(int column) const {
  if (!grouping_sets_.empty()) return false;
  for (const ScopeTable& table : scope_.tables) {
    if (table.relation == nullptr || !table.relation->declared_primary_key || table.relation->key.empty()) continue;
    const bool ours = std::any_of(table.columns.begin(), table.columns.end(),
                                  [&](const ScopeName& name) { return name.column == column; });
    if (!ours) continue;
    return std::all_of(table.relation->key.begin(), table.relation->key.end(), [&](int key) {
      const int key_column = table.columns[key].column;
      return std::any_of(groups_.begin(), groups_.end(), [&](const ExprPtr& group) {
        return group->kind == ExprKind::kColumn && group->column == key_column;
      });
    });
  }
  return false;
}

Result<ExprPtr> SelectBinder::column_over_groups(const Expr& column, bool in_subquery) {
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i]->kind == ExprKind::kColumn && groups_[i]->column == column.column) {
      return make_column(static_cast<int>(i), column.type);
    }
  }
  if (is_decided_by_key(column.column)) {
    groups_.push_back(make_column(column.column, column.type));
    return make_column(static_cast<int>(groups_.size()) - 1, column.type);
  }
  Error error = in_subquery
                    ? make_error(SqlState::kGroupingError, "subquery uses ungrouped column \"{}\" from outer query",
                                 scope_.column_text(column.column))
                    : make_error(SqlState::kGroupingError,
                                 "column \"{}\" must appear in the GROUP BY clause or be used in an aggregate function",
                                 scope_.column_text(column.column));
  if (column.position != 0) error.position = column.position;
  return fail(std::move(error));
}

Result<ExprPtr> SelectBinder::subquery_over_groups(const ExprPtr& expr) {
  std::optional<Error> error;
  const LogicalPtr plan = rewrite_outer_columns(expr->subquery, 1, [&](const Expr& outer, int level) -> ExprPtr {
    auto same = std::make_shared<Expr>(outer);
    if (outer.depth != level || error) return same;
    auto column = column_over_groups(outer, true);
    if (!column) {
      error = std::move(column).error();
      return same;
    }
    same->column = (*column)->column;
    return same;
  });
  if (error) return fail(std::move(*error));
  auto copy = std::make_shared<Expr>(*TRY(map_children(expr, [this](const ExprPtr& e) { return over_groups(e); })));
  copy->subquery = plan;
  return copy;
}

// An expression over the scope as one over groups ++ aggregates.
Result<ExprPtr> SelectBinder::over_groups(const ExprPtr& expr) {
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (expr_equal(*groups_[i], *expr)) return make_column(static_cast<int>(i), expr->type);
  }
  switch (expr->kind) {
    case ExprKind::kColumn:
      if (expr->column >= kSetColumn) return expr;
      return column_over_groups(*expr, false);
    case ExprKind::kLiteral:
    case ExprKind::kParameter:
    case ExprKind::kOuterColumn: return expr;
    case ExprKind::kAggregate: {
      size_t i = 0;
      while (i < aggregates_.size() && !expr_equal(*aggregates_[i], *expr)) ++i;
      if (i == aggregates_.size()) aggregates_.push_back(expr);
      return make_column(kAggregateColumn + static_cast<int>(i), expr->type);
    }
    case ExprKind::kSubquery: return subquery_over_groups(expr);
    default: return map_children(expr, [this](const ExprPtr& e) { return over_groups(e); });
  }
}

Result<void> SelectBinder::add_aggregate() {
  TRY(each_later([this](const ExprPtr& e) { return over_groups(e); }));
  if (having_ != nullptr) having_ = TRY(over_groups(having_));
  // All groups are known now: aggregates stand behind them.
  const int group_count = static_cast<int>(groups_.size());
  const auto place = [group_count](const ExprPtr& e) -> Result<ExprPtr> {
    return rewrite_expr(e, [group_count](const ExprPtr& part) -> ExprPtr {
      if (part->kind != ExprKind::kColumn || part->column < kAggregateColumn || part->column >= kSetColumn) return part;
      return make_column(part->column - kAggregateColumn + group_count, part->type);
    });
  };
  TRY(each_later(place));
  if (having_ != nullptr) having_ = TRY(place(having_));

  LogicalNode node{.kind = LogicalKind::kAggregate};
  for (const ExprPtr& group : groups_) {
    std::string name = group->kind == ExprKind::kColumn ? scope_.schema[group->column].name
                                                        : fmt::format("group_{}", node.schema.size() + 1);
    node.schema.push_back({std::move(name), group->type});
  }
  for (const ExprPtr& e : aggregates_) {
    node.aggregates.push_back({.function = e->aggregate, .name = e->name, .args = e->args, .type = e->type,
                               .distinct = e->distinct, .filter = e->filter, .order_by = e->order_by,
                               .position = e->position});
    node.schema.push_back({e->name, e->type});
  }
  node.group_by = groups_;
  node.grouping_sets = grouping_sets_;
  node.inputs = {std::move(plan_)};
  plan_ = std::make_shared<const LogicalNode>(std::move(node));
  if (having_ != nullptr) plan_ = make_filter(std::move(plan_), having_);
  return {};
}

// ---- windows, set-returning calls, the select list -------------------------------------------

Result<void> SelectBinder::add_windows() {
  std::vector<ExprPtr> calls;
  const int first = static_cast<int>(plan_->schema.size());
  TRY(each_later([&](const ExprPtr& e) -> Result<ExprPtr> {
    return rewrite_expr(e, [&](const ExprPtr& part) -> ExprPtr {
      if (part->kind != ExprKind::kWindow) return part;
      size_t i = 0;
      while (i < calls.size() && !expr_equal(*calls[i], *part)) ++i;
      if (i == calls.size()) calls.push_back(part);
      return make_column(first + static_cast<int>(i), part->type);
    });
  }));
  if (calls.empty()) return {};
  LogicalNode node{.kind = LogicalKind::kWindow, .schema = plan_->schema};
  for (const ExprPtr& e : calls) {
    node.windows.push_back({.aggregate = e->aggregate, .function = e->window_function, .name = e->name,
                            .args = e->args, .type = e->type, .filter = e->filter, .partition_by = e->partition_by,
                            .order_by = e->order_by, .frame = e->frame});
    node.schema.push_back({e->name, e->type});
  }
  node.inputs = {std::move(plan_)};
  plan_ = std::make_shared<const LogicalNode>(std::move(node));
  return {};
}

// The input's columns and the calls' results, side by side.
void SelectBinder::add_set_calls() {
  const auto& calls = items_->set_calls();
  if (calls.empty()) return;
  LogicalNode node{.kind = LogicalKind::kProjectSet, .schema = plan_->schema};
  const int first = static_cast<int>(plan_->schema.size());
  for (int i = 0; i < first; ++i) {
    node.exprs.push_back(make_column(i, plan_->schema[i].type));
    node.set_functions.emplace_back();
  }
  for (const TableFunctionCall& call : calls) {
    node.exprs.push_back(nullptr);
    node.set_functions.push_back(call);
    node.schema.push_back({call.name, call.type});
  }
  node.inputs = {std::move(plan_)};
  plan_ = std::make_shared<const LogicalNode>(std::move(node));
  for (Output& output : outputs_) {
    output.expr = rewrite_expr(output.expr, [first](const ExprPtr& part) -> ExprPtr {
      if (part->kind != ExprKind::kColumn || part->column < kSetColumn) return part;
      return make_column(part->column - kSetColumn + first, part->type);
    });
  }
}

void SelectBinder::add_project() {
  std::vector<ExprPtr> exprs;
  Schema schema;
  for (const Output& output : outputs_) {
    exprs.push_back(output.expr);
    schema.push_back({output.name, output.expr->type});
  }
  plan_ = make_project(std::move(plan_), std::move(exprs), std::move(schema));
}

Result<void> SelectBinder::add_distinct() {
  if (!select_.distinct) return {};
  LogicalNode node{.kind = LogicalKind::kAggregate, .schema = plan_->schema};
  if (distinct_on_.empty()) {
    for (size_t i = 0; i < plan_->schema.size(); ++i) {
      node.group_by.push_back(make_column(static_cast<int>(i), plan_->schema[i].type));
    }
  } else {
    node.kind = LogicalKind::kDistinctOn;
    for (const int output : distinct_on_) node.exprs.push_back(make_column(output, plan_->schema[output].type));
    node.order_by = order_;
  }
  node.inputs = {std::move(plan_)};
  plan_ = std::make_shared<const LogicalNode>(std::move(node));
  return {};
}

}  // namespace leat

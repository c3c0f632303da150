#pragma once
// SelectBinder: one SELECT: FROM, WHERE, GROUP BY, HAVING, windows, the select list, DISTINCT, and the
// ORDER BY of its query, which may use input columns.
// The plan is built in SQL's order: from, filter, aggregate, filter, window, project set, project,
// distinct. Thread: one statement's.

#include "binder/expr_binder.h"
#include "binder/query_binder.h"

namespace leat {

struct BoundSelect {
  LogicalPtr plan;
  Schema columns;               // visible ones; the plan may have hidden sort keys after them
  std::vector<SortItem> order;  // over the plan's columns
};

class SelectBinder {
 public:
  SelectBinder(QueryBinder& queries, const ast::Select& select, QueryPlace place);
  Result<BoundSelect> bind(const std::vector<ast::OrderItem>& order_by);

 private:
  struct Output {
    std::string name;
    ExprPtr expr;
    uint32_t byte = 0;
    bool hidden = false;
  };

  Result<void> bind_from_where();
  Result<void> bind_items();
  Result<void> bind_group_by();
  Result<void> add_group_item(const ast::GroupItem& item, std::vector<std::vector<int>>& sets);
  Result<int> group_index(const ast::Expr& expr);
  Result<void> bind_having();
  // The output that ORDER BY or DISTINCT ON means; a hidden one is added if there is none.
  Result<int> sort_output(const ast::Expr& expr, std::string_view clause);
  Result<void> bind_distinct_on();
  Result<void> bind_order_by(const std::vector<ast::OrderItem>& items);

  bool is_grouped() const;
  Result<void> add_aggregate();
  Result<ExprPtr> over_groups(const ExprPtr& expr);
  Result<ExprPtr> column_over_groups(const Expr& column, bool in_subquery);
  Result<ExprPtr> subquery_over_groups(const ExprPtr& expr);
  bool is_decided_by_key(int column) const;
  // over_groups or the like on every expression that is evaluated after this point.
  template <class F>
  Result<void> each_later(F&& f);
  Result<void> add_windows();
  void add_set_calls();
  void add_project();
  Result<void> add_distinct();

  QueryBinder& queries_;
  StatementState& state_;
  const ast::Select& select_;
  QueryPlace place_;

  LogicalPtr plan_;
  Scope scope_;
  std::vector<NamedWindowSpec> windows_;
  std::unique_ptr<ExprBinder> items_;  // shares the set-returning calls of select list and ORDER BY
  std::vector<Output> outputs_;
  std::vector<ExprPtr> groups_;  // over the scope
  std::vector<std::vector<int>> grouping_sets_;
  std::vector<ExprPtr> aggregates_;
  ExprPtr having_;
  std::vector<int> distinct_on_;
  std::vector<SortItem> order_;
};

}  // namespace leat

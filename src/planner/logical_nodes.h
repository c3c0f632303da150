#pragma once
// Making and rebuilding logical nodes. All functions are pure; nodes are shared, never changed.

#include <functional>
#include <string>
#include <vector>

#include "plan/logical.h"

namespace leat::planner {

ExprPtr column_of(const LogicalNode& node, int column);
std::vector<ExprPtr> all_columns(const LogicalNode& node);

// Conjuncts of a condition, in order; none for null or TRUE.
std::vector<ExprPtr> conjuncts_of(const ExprPtr& condition);
void append_conjuncts(std::vector<ExprPtr>& to, const ExprPtr& condition);

LogicalPtr make_filter(LogicalPtr input, std::vector<ExprPtr> conjuncts);  // none: the input itself
LogicalPtr make_project(LogicalPtr input, std::vector<ExprPtr> exprs, Schema schema);
// Names come from columns, or "?column?".
LogicalPtr make_project(LogicalPtr input, std::vector<ExprPtr> exprs);
// The columns in this order; the input itself if that changes nothing.
LogicalPtr select_columns(LogicalPtr input, const std::vector<int>& columns);
LogicalPtr make_join(JoinKind kind, LogicalPtr left, LogicalPtr right, ExprPtr condition,
                     bool single_row = false);
LogicalPtr make_aggregate(LogicalPtr input, std::vector<ExprPtr> group_by,
                          std::vector<AggregateCall> calls);
LogicalPtr make_union_all(std::vector<LogicalPtr> inputs);
LogicalPtr make_empty(Schema schema);            // no rows
bool is_one_empty_row(const LogicalNode& node);  // SELECT without FROM

// Copies with another part. map_* give the node itself if nothing changed.
LogicalPtr with_inputs(const LogicalPtr& node, std::vector<LogicalPtr> inputs);
LogicalPtr map_inputs(const LogicalPtr& node,
                      const std::function<LogicalPtr(const LogicalPtr&)>& f);
// f is called on each expression of the node itself, limits included.
LogicalPtr map_expressions(const LogicalPtr& node, const std::function<ExprPtr(const ExprPtr&)>& f);
void for_each_expression(const LogicalNode& node, const std::function<void(const ExprPtr&)>& f);

// Adds `exprs` behind the input's columns where they are not plain columns already; `columns[i]` is
// where exprs[i] is found then.
LogicalPtr append_expressions(LogicalPtr input, const std::vector<ExprPtr>& exprs,
                              std::vector<int>& columns);

bool is_join_with_right_columns(JoinKind kind);  // not semi, not anti
// An upper bound of rows that holds for any input.
bool at_most_one_row(const LogicalNode& node);
bool exactly_one_row(const LogicalNode& node);
// Can this output column be NULL? Conservative: true when not known.
bool may_be_null(const LogicalNode& node, int column);
bool may_be_null(const LogicalNode& input, const Expr& expr);

// kSort that also gives row_number() as a last column (a rewritten window function).
bool emits_rank(const LogicalNode& sort);

}  // namespace leat::planner

#pragma once
// Rules: rewrites of the logical plan, each in its own file, run once in the order of the table in
// planner.cc. A rule keeps the meaning and the columns of the plan it is given.

#include <string_view>

#include "base/error.h"
#include "planner/planner.h"

namespace leat::planner {

using RewriteRule = Result<LogicalPtr> (*)(const LogicalPtr& plan, const PlanContext& context);

struct RuleRow {
  std::string_view name;
  RewriteRule rewrite;
  std::string_view doc;
};

// GROUPING SETS, CUBE, ROLLUP -> a union of plain aggregates.
Result<LogicalPtr> expand_grouping_sets(const LogicalPtr& plan, const PlanContext& context);
// Sub-query expressions and kApply -> joins, whatever their correlation.
Result<LogicalPtr> unnest_subqueries(const LogicalPtr& plan, const PlanContext& context);
// Immutable calls of literals -> literals; AND, OR, CASE and COALESCE with literal branches.
Result<LogicalPtr> fold_constants(const LogicalPtr& plan, const PlanContext& context);
// Conditions sink to where their columns come from, into join conditions; outer joins become inner
// where NULLs are rejected; inner joins without a condition are reordered where one exists.
Result<LogicalPtr> push_down_filters(const LogicalPtr& plan, const PlanContext& context);
// Jobs: `column > now() - ...` -> semi join with the clock's one row. Any other now() is an error.
Result<LogicalPtr> now_filters(const LogicalPtr& plan, const PlanContext& context);
// row_number(), rank(), dense_rank() with an upper bound -> top-N per group.
Result<LogicalPtr> window_top_n(const LogicalPtr& plan, const PlanContext& context);
// Projects of projects -> one; projects that change nothing -> nothing.
Result<LogicalPtr> merge_projects(const LogicalPtr& plan, const PlanContext& context);
// Columns that nobody above uses go.
Result<LogicalPtr> prune_columns(const LogicalPtr& plan, const PlanContext& context);

// A plan without sub-queries, whose nodes may use kOuterColumn of depth 1 for the columns of
// `left`: joins it with `left` so that none are left. Depths of 2 and more, which belong to queries
// further out, become one less. Columns of the result: left's, then right's (semi, anti: left's).
LogicalPtr join_dependent(JoinKind kind, const LogicalPtr& left, const LogicalPtr& right,
                          const ExprPtr& condition, bool single_row);
// Does the plan use columns of the query directly around it?
bool is_correlated(const LogicalNode& plan);

}  // namespace leat::planner

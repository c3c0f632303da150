#pragma once
// Making physical nodes with their properties. Expressions here count in the input's physical
// columns.

#include <memory>
#include <vector>

#include "planner/lower/lowering.h"

namespace leat::planner {

// A node whose schema, key, append-only, watermarks and distribution are its first input's.
std::shared_ptr<PhysicalNode> new_physical(PhysicalKind kind, std::vector<PhysicalPtr> inputs);

// An expression over a logical node's columns, over the stream's.
ExprPtr place(const ExprPtr& expr, const Lowered& input);
std::vector<ExprPtr> place_all(const std::vector<ExprPtr>& exprs, const Lowered& input);
ExprPtr physical_column(const PhysicalNode& node, int column);

PhysicalPtr make_physical_filter(PhysicalPtr input, const std::vector<ExprPtr>& conjuncts);
// Output: `exprs`, then those columns of the input's key that are not among them. Merged into the
// node below where that can give its output so.
PhysicalPtr make_physical_project(PhysicalPtr input, std::vector<ExprPtr> exprs, Schema schema);
// The columns in this order, then what the key needs besides; the input itself if that changes
// nothing.
PhysicalPtr select_physical(PhysicalPtr input, const std::vector<int>& columns);
// The input with `exprs` behind its columns where they are not columns; at[i]: where exprs[i] is.
PhysicalPtr append_physical(PhysicalPtr input, const std::vector<ExprPtr>& exprs,
                            std::vector<int>& at);

// Rows with equal `keys` in one shard; no keys: all in one. Nothing to do in a query, or if it is
// so.
PhysicalPtr exchange_by(PhysicalPtr input, const std::vector<int>& keys);
// For nodes whose state follows the row itself: as it lies, if that is a place that a row's removal
// finds again.
PhysicalPtr settle(PhysicalPtr input);

// Of a node that brings and takes back rows within groups: the watermarks of the group's own columns hold.
std::vector<int> of_group(const std::vector<int>& watermarks, const std::vector<int>& keys);

// Columns renumbered, `map[c]` < 0 dropped.
std::vector<int> map_columns(const std::vector<int>& columns, const std::vector<int>& map);
// The same distribution with columns renumbered; kAny if a column is gone.
Distribution map_distribution(const Distribution& distribution, const std::vector<int>& map);
// Of a join's output: by the keys of a side whose rows always come with their columns.
Distribution distribution_of_join(const PhysicalNode& join);
std::vector<int> first_columns(size_t count);

// order_by as columns, over `at` of append_physical.
std::vector<SortColumn> sort_columns(const std::vector<SortItem>& items,
                                     const std::vector<int>& at);

}  // namespace leat::planner

#pragma once
// The physical plan: operators with their keys, as the dataflow builds them. Immutable, shared.
// A job's plan is a graph: a node that two others read is one node (the same pointer).
// The same nodes serve a view (kept running) and an ad-hoc query (one step over a snapshot).
// Deterministic: planning the same SQL over the same catalog gives the same nodes in the same
// order, because state tables are numbered by it and found again after a restart.

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "plan/logical.h"
#include "types/ordered_key.h"

namespace leat {

struct PhysicalNode;
using PhysicalPtr = std::shared_ptr<const PhysicalNode>;

enum class PhysicalKind : uint8_t {
  kScan,  // a relation's rows: in a job its changes, in a query a snapshot
  kValues,
  kFilter,
  kProject,
  kProjectSet,
  kHopWindow,
  kExchange,  // distributes rows over shards by hash of `keys`; keys empty: all to one shard
  kUnionAll,
  kHashJoin,
  kHashAggregate,
  kSetOperation,  // INTERSECT / EXCEPT [ALL] by counts
  kTopN,  // per group: rows offset+1 .. offset+limit in order; no limit: an order only (ad-hoc)
  kOverWindow,
  kNow,            // one row: the time of the step; in every shard
  kDynamicFilter,  // left rows that compare true with the one value of the right
  kWatermarkFilter,
  kMaterialize,  // root of tables, views and indexes
  kSinkOut,      // root of sinks
};

// How a stream's rows lie over the shards.
struct Distribution {
  enum Kind : uint8_t { kAny, kHash, kSingle };  // kAny: where they happen to be
  Kind kind = kAny;
  std::vector<int> columns;  // kHash: hashed in this order
  bool operator==(const Distribution&) const = default;
};

struct PhysicalAggregate {
  const AggregateFunction* function = nullptr;
  std::string name;       // the function's, for EXPLAIN
  std::vector<int> args;  // input columns
  std::vector<Type> arg_types;
  Type type;
  bool distinct = false;
  int filter = -1;                   // boolean input column
  std::vector<SortColumn> order_by;  // input columns
};

struct PhysicalWindow {
  const AggregateFunction* aggregate = nullptr;
  std::string function;  // row_number, rank, lag ..; of an aggregate: its name
  std::vector<int> args;
  std::vector<Type> arg_types;
  Type type;
  int filter = -1;  // boolean input column: rows for which the aggregate counts
  WindowFrame frame;
  std::optional<int64_t> shift;  // lag, lead: how far, if that is the same for all rows
  // RANGE with an offset: the ORDER BY column, and the bounds of each row's frame in the same type.
  int range_column = -1, range_start = -1, range_end = -1;
  Type range_type;
};

// What a key look-up or range scan restricts, on the leading columns of a stored relation's key:
// the columns of `stored_order`. low and high are bounds of values, whatever the stored direction.
// SQL's comparisons decide: a bound that is NULL (a parameter) means no rows, and a range has no
// NULLs.
struct KeyBounds {
  // Values of the first key columns (constants or parameters). An integer may be of another width than
  // its column: one that the column cannot hold equals nothing.
  std::vector<ExprPtr> equal;
  ExprPtr low, high;           // of the next column; null: open
  bool low_inclusive = true, high_inclusive = true;
  int list = -1;  // equal[list] is an array: that column equals one of its elements
  bool empty() const { return equal.empty() && !low && !high; }
};

struct PhysicalNode {
  PhysicalKind kind;
  int id = 0;  // number within the plan, in pre-order from 1; EXPLAIN and metrics show it
  Schema schema;
  std::vector<PhysicalPtr> inputs;

  // Properties of the output.
  // Columns that identify a row; empty: at most one row. Queries need none and have none.
  std::vector<int> key;
  bool append_only = false;  // never a negative weight
  std::vector<int> watermark_columns;
  Distribution distribution;

  // kScan: output column i is relation column columns[i].
  std::shared_ptr<const Relation> relation;
  std::string
      relation_name;  // kScan's relation or kMaterialize's and kSinkOut's target, for EXPLAIN
  std::vector<int> columns;
  KeyBounds bounds;  // queries only; over the relation's stored key
  // kValues, kFilter (exprs[0]), kProject
  std::vector<std::vector<ExprPtr>> rows;
  std::vector<ExprPtr> exprs;
  // kProjectSet: see LogicalNode; appends a hidden ordinal column last (bigint, from 1 for each
  // input row), which is part of the key
  std::vector<TableFunctionCall> set_functions;
  // kHopWindow: output = input ++ window_start, window_end; size = slide is TUMBLE
  int time_column = -1;
  Interval window_size, window_slide, window_offset;
  // kExchange: keys. kHashJoin: left_keys = right_keys (NULLs never match unless null_safe[i]).
  // kHashAggregate, kTopN, kOverWindow: keys = the group. kSetOperation: all columns.
  std::vector<int> keys;
  std::vector<int> left_keys, right_keys;
  std::vector<bool> null_safe;
  JoinKind join = JoinKind::kInner;
  ExprPtr condition;  // kHashJoin: the rest, over left ++ right; null: none
  bool single_row =
      false;  // kHashJoin: more than one match per left row is an error (scalar sub-query)
  std::vector<int> join_output;  // kHashJoin: columns of left ++ right that come out
  // kHashAggregate: output = keys ++ aggregates (a HAVING or projection is its own node).
  // No keys: one row always, also over no input (unless `may_be_empty`).
  std::vector<PhysicalAggregate> aggregates;
  bool may_be_empty = false;
  SetOperation operation = SetOperation::kUnion;
  bool all = false;
  // kTopN
  std::vector<SortColumn> order;
  ExprPtr limit, offset;
  bool with_ties = false;
  bool emit_rank = false;  // appends row_number as bigint
  // kOverWindow: output = input ++ windows; `order` is the order within the partition `keys`
  std::vector<PhysicalWindow> windows;
  // kHashAggregate, jobs: a group comes out once, when the watermark has passed its window
  bool emit_on_window_close = false;
  // kDynamicFilter: left column `compare_column` op right's column 0. No row on the right, or NULL:
  // no rows.
  int compare_column = -1;
  const ScalarFunction* compare = nullptr;
  bool bound_rises = false;  // the bound never goes back: it moves with the clock
  // kWatermarkFilter: watermark = max over rows of exprs[0] (a function of time_column); late rows
  // drop kMaterialize: stored key = `keys` in `order`'s directions; the rows are the input's
  // columns
  std::shared_ptr<const Relation> target;
};

// A plan that a job runs or a query executes.
struct PhysicalPlan {
  PhysicalPtr root;
  Schema columns;                 // what the client sees: the first columns of the root
  std::vector<SortColumn> order;  // the order in which a query's rows must come out; empty: any
  bool emit_on_window_close = false;
  std::vector<Type> parameter_types;
};

std::string_view physical_name(const PhysicalNode& node);  // "HashJoin"
std::string physical_text(const PhysicalNode& root);       // EXPLAIN's text, one line per node
// A hash of everything that decides what the operators' state looks like: kinds, types, keys,
// functions. The same for the same plan in every version of the program; checked when a job's state
// is opened again.
uint64_t plan_fingerprint(const PhysicalNode& root);

}  // namespace leat

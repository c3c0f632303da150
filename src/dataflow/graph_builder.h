#pragma once
// build_graph: operators of a physical plan, one instance per shard. State tables are numbered in
// pre-order of the plan from `first_state_table`, the same on every build of the same plan.

#include <functional>
#include <memory>

#include "dataflow/job_graph.h"
#include "dataflow/operator/collect.h"
#include "dataflow/operator/materialize.h"
#include "dataflow/operator/top_n.h"
#include "env/clock.h"
#include "state/state_table.h"
#include "state/stored_table.h"

namespace leat {

struct GraphOptions {
  size_t shards = 1;
  // A query: one shard, temporary state, append-only input, operators finish once.
  bool query = false;
  // A job: where state and rows are kept. Unused for queries.
  Store* store = nullptr;
  Clock* clock = nullptr;
  StoredTables* tables = nullptr;
  std::shared_ptr<MemoryAccount> account = {};
  TableId first_state_table = {};
  bool is_new = true;  // false: the job existed before this start of the program
  std::function<Materialize::Target(const PhysicalNode&)> target = {};
  // Is this scan where rows written to the job's own relation enter? They come in the scan's columns.
  std::function<bool(const PhysicalNode&)> own_input = {};
  // For LIMIT and OFFSET expressions.
  EvalContext* eval = nullptr;
};

// A job's scans take the relation's whole rows; a query's take the plan's columns, as its reader
// decodes no others. kFeatureNotSupported for plan nodes that no operator runs.
Result<std::unique_ptr<JobGraph>> build_graph(const PhysicalPtr& root, const GraphOptions& options);

// The values of a kTopN's LIMIT and OFFSET. `eval` may be null where the plan has neither.
Result<TopN::Bounds> top_n_bounds(const PhysicalNode& plan, EvalContext* eval);

// How many state tables a job of this plan takes.
uint32_t count_state_tables(const PhysicalNode& root);

}  // namespace leat

#pragma once
// Planner: a bound query becomes a physical plan.
// Rules (rule/) rewrite the logical plan; lowering (lower/) picks operators and derives for each
// stream its key, append-only-ness, watermark columns and distribution.
// Planning is a function of its arguments alone: the same query over the same catalog gives the
// same plan, node for node, because state tables are numbered by it. Thread: any; no state of its
// own.

#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/relation.h"
#include "expr/eval_context.h"
#include "plan/logical.h"
#include "plan/physical.h"

namespace leat {

class CatalogSnapshot;

enum class PlanMode : uint8_t {
  kJob,    // lives: changes in, changes out, cut over shards
  kQuery,  // one snapshot, one step, one shard
};

struct PlanContext {
  PlanMode mode = PlanMode::kQuery;
  const CatalogSnapshot* catalog = nullptr;  // for indexes; null: none are used
  std::vector<Type> parameter_types;         // of $1, $2, ...; queries only
};

// A query, or the changes of one (mode kJob): a root with the query's columns first, in order.
Result<PhysicalPlan> plan_query(const BoundQuery& query, const PlanContext& context);

// A relation that a job will keep, and how.
struct RelationPlan {
  PhysicalPlan plan;     // root: kMaterialize or kSinkOut with `target` = relation
  RelationPtr relation;  // the draft, with columns, key, stored order and append-only filled in
};

// CREATE MATERIALIZED VIEW. `draft` has ids, name and texts; names in draft.columns, if any, rename
// the query's columns. Columns that identify a row and are not visible are added hidden behind
// them. The stored order is the query's ORDER BY followed by the key.
Result<RelationPlan> plan_materialize(const BoundQuery& query, Relation draft,
                                      const PlanContext& context);

// CREATE INDEX: all columns of `relation`, those of `order` first, then `include`, then the rest;
// stored in `order`, then the relation's key. `order` and `include` count in the relation's
// columns.
Result<RelationPlan> plan_index(const RelationPtr& relation, const std::vector<SortColumn>& order,
                                const std::vector<int>& include, Relation draft,
                                const PlanContext& context);

// A table's own job: connector's or DML's rows -> generated columns -> watermark -> stored rows.
// The scan's rows are the relation's columns without generated ones, in order.
Result<PhysicalPlan> plan_table(const RelationPtr& relation, const PlanContext& context);

struct SinkPlan {
  PhysicalPlan plan;
  RelationPtr relation;  // visible columns first, key columns that are not visible hidden behind
  bool append_only = false;
  // Why not append-only: the lowest node that takes rows back, for the error that refuses it.
  std::string retracts_because;
};
// CREATE SINK ... AS query. draft.key, if set, counts in the query's columns and replaces the
// derived key.
Result<SinkPlan> plan_sink(const BoundQuery& query, Relation draft, const PlanContext& context);
// CREATE SINK ... FROM relation.
Result<SinkPlan> plan_sink_from(const RelationPtr& relation, Relation draft,
                                const PlanContext& context);

// The logical plan after all rules, for EXPLAIN and tests.
Result<LogicalPtr> rewrite_query(const LogicalPtr& plan, const PlanContext& context);

}  // namespace leat

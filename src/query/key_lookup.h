#pragma once
// KeyLookup: the short path of queries that read few rows by their stored key or an index: no operators
// are built, no batches handed over; the keys are encoded, the rows fetched and taken apart, and the
// plan's filters, projections and order run over them at once.
// Law: run() gives what a QueryRun of the same plan gives, in the same order.
// Kept with a prepared plan and run many times. Thread: one at a time (evaluators keep state).

#include <memory>
#include <optional>
#include <vector>

#include "expr/evaluator.h"
#include "plan/physical.h"
#include "state/stored_table.h"
#include "types/packed_row.h"

namespace leat {

// More rows are the general path's: its memory is bounded, it can be cancelled, and rows are sent while
// others are read.
inline constexpr size_t kLookupRowsMax = 256;

class KeyLookup {
 public:
  // Null: the plan is no look-up. Look-ups are filters, projections and an ORDER BY with its LIMIT over
  // bounded scans of one stored relation.
  static std::unique_ptr<KeyLookup> recognise(const PhysicalPlan& plan);

  // All rows, in the plan's visible columns; nullopt: there are more than kLookupRowsMax, nothing is
  // known about them. The errors sink of `eval` is not used: an error ends the query.
  Result<std::optional<Batch>> run(const Snapshot& snapshot, EvalContext eval);

 private:
  // One operator of the plan.
  struct Stage {
    PhysicalPtr plan;
    std::vector<int> columns;            // kProject of columns only: which
    std::optional<Evaluator> evaluator;  // kFilter, other kProjects
  };
  explicit KeyLookup(size_t columns) : columns_(columns) {}
  bool add_stages(PhysicalPtr node);
  bool add_scans(const PhysicalNode& node);
  bool add_scan(PhysicalPtr scan);
  Result<bool> fetch(const Snapshot& snapshot, EvalContext& eval);
  Result<bool> fetch_range(const Snapshot& snapshot, TableId table, ScanRange range);
  Result<void> apply(Stage& stage, Batch& batch, EvalContext& eval);

  size_t columns_;                  // visible ones
  std::vector<PhysicalPtr> scans_;  // of one relation, in the order in which rows come out
  std::vector<Stage> stages_;       // from the scans up
  std::optional<RowUnpacker> unpacker_;
  std::string row_;
};

}  // namespace leat

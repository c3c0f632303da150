#pragma once
// Materialize: the root of a stored relation: keeps the rows of its input for readers and passes the
// changes on to the jobs that read the relation. Key: the relation's stored order, which names a row.
//   View mode: the stored rows are the sum of the changes; no look-up is needed.
//   Table mode (declared primary key): changes arrive from clients and connectors and may conflict with
//   what is there: +row replaces, is dropped or fills in by the relation's ON CONFLICT; -row deletes by
//   key. out = -old +new for each key whose row differs after the step.
// State: none of its own; the stored rows.
// Thread: owner only.

#include <optional>
#include <unordered_map>

#include "dataflow/conflict_rule.h"
#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "state/stored_table.h"
#include "types/ordered_key.h"

namespace leat {

class Materialize final : public Operator {
 public:
  struct Target {
    TableId table;
    std::vector<SortColumn> order;       // the stored key
    std::optional<OnConflict> conflict;  // table mode; absent: view mode, changes do not conflict
    std::vector<int> version_columns;    // see ConflictRule
  };
  Materialize(const PhysicalNode& plan, StoredTables& tables, Target target);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  // For backfill: see StoredWriter.
  StoredWriter& writer() { return writer_; }

 private:
  struct Pending {
    int64_t weight;
    uint32_t next;  // the previous change of the same key, or kNone
    uint8_t vnode;
    std::string_view key, row;  // into pending_bytes_
  };
  void finish_view();
  void finish_table(Output& out, StepContext& step);

  Target target_;
  StoredTables& tables_;
  StoredWriter writer_;
  std::vector<Type> types_;
  std::optional<ConflictRule> rule_;
  KeyReader vnodes_;
  OrderedKeyEncoder keys_;
  RowPacker rows_;
  Arena pending_bytes_;
  std::vector<Pending> pending_;
  bool pending_append_only_ = true;
};

}  // namespace leat

#pragma once
// Materialize: the root of a stored relation: keeps the rows of its input for readers and passes the
// changes on to the jobs that read the relation. Key: the relation's stored order, which names a row.
//   View mode: the stored rows are the sum of the changes; no look-up is needed.
//   Table mode (declared primary key): changes arrive from clients and connectors and may conflict with
//   what is there: +row replaces, is dropped or fills in by the relation's ON CONFLICT; -row deletes by
//   key. out = -old +new for each key whose row differs after the step.
// State: none of its own; the stored rows.
// Thread: owner only.

#include <unordered_map>

#include "catalog/relation.h"
#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "state/stored_table.h"
#include "types/ordered_key.h"

namespace leat {

class Materialize final : public Operator {
 public:
  Materialize(const PhysicalNode& plan, StoredTables& tables, TableId table);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;

  // Bytes of a key from values of the stored key's leading columns: for look-ups and ranges.
  struct KeyColumns {
    std::vector<SortColumn> order;
    std::vector<Type> types;
  };

 private:
  struct Pending {
    int64_t weight;
    uint32_t next;  // the previous change of the same key, or kNone
    uint8_t vnode;
    std::string_view key, row;  // into pending_bytes_
  };
  void finish_view();
  void finish_table(Output& out, StepContext& step);
  // What a +row makes of what is there by the relation's conflict rule; false: it stays.
  bool resolve(const std::string* old_row, std::string_view new_row, std::string& result) const;

  RelationPtr target_;
  StoredTables& tables_;
  TableId table_;
  StoredWriter writer_;
  bool table_mode_;
  std::vector<Type> types_;
  KeyReader vnodes_;
  OrderedKeyEncoder keys_;
  RowPacker rows_;
  Arena pending_bytes_;
  std::vector<Pending> pending_;
  bool pending_append_only_ = true;
};

// The stored key of a relation.
Materialize::KeyColumns stored_key_columns(const Relation& relation);

}  // namespace leat

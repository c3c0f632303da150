#pragma once
// PendingRows: what a transaction has written and not committed: per stored relation (tables and their
// indexes) the rows that differ from the transaction's snapshot, by stored key. The scans and look-ups
// of the same transaction merge them over the snapshot; COMMIT makes them one batch of changes.
//   Every write is a moment. A PendingView sees what was written up to its own, however long it is
// read (cursors); rollback_to() forgets what was written after one (savepoints).
// Thread: the session's.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "env/memory_budget.h"
#include "state/stored_table.h"
#include "types/batch.h"

namespace leat {

class PendingRows {
 public:
  using Moment = uint64_t;

  // `bytes_max`: what the rows may take; more is an error of the statement that writes them.
  PendingRows(Snapshot snapshot, CatalogPtr catalog, std::shared_ptr<MemoryAccount> account, int64_t bytes_max);
  PendingRows(const PendingRows&) = delete;
  ~PendingRows();

  // Changes of all the table's columns, in order: a row of weight -1 goes, one of weight +1 comes and
  // meets what is there as the table's ON CONFLICT says.
  Result<void> apply(const RelationPtr& table, const Batch& changes);

  // ---- reading: see PendingView
  struct Version {
    Moment at;
    bool checked;                    // what was there before had a say in it: see check_unchanged()
    std::optional<std::string> row;  // packed; absent: deleted
  };
  struct Entry {
    std::vector<Version> versions;  // ascending; never empty
    const Version* at(Moment moment) const;
  };
  using Rows = std::map<std::string, Entry, std::less<>>;  // by stored key
  const Rows* rows_of(TableId table) const;                // null: nothing written there

  // ---- savepoints: what was written before one stays readable until it is forgotten.
  Moment set_savepoint();
  void rollback_to(Moment savepoint);
  void forget_savepoint(Moment savepoint);

  // ---- committing
  // What the transaction's writes come to: all columns of each table; weights -1 and +1.
  struct TableChanges {
    RelationPtr table;
    Batch changes;
  };
  Result<std::vector<TableChanges>> changes() const;
  // Whether any row was updated or deleted, or mixed with what was there.
  bool needs_check() const;
  // Whether these rows are in `now` what they were in the transaction's snapshot; if not,
  // kSerializationFailure: who commits first wins.
  Result<void> check_unchanged(const Snapshot& now) const;

 private:
  friend class PendingView;
  struct Table {
    RelationPtr relation;  // a table or an index
    Rows rows;
  };
  struct Undo {
    Moment at;
    Table* table;
    Rows::iterator entry;
  };
  struct Writer;

  Result<void> put(Table& table, std::string_view key, std::optional<std::string_view> row, bool checked);
  Result<void> put_indexes(const Relation& table, const Batch& changes);
  Table& table_of(const RelationPtr& relation);
  Result<bool> current(const Table& table, std::string_view key, std::string& row) const;
  void book(int64_t bytes);

  const Snapshot snapshot_;
  const CatalogPtr catalog_;
  const std::shared_ptr<MemoryAccount> account_;
  const int64_t bytes_max_;
  int64_t bytes_ = 0;
  Moment now_ = 0;
  std::map<TableId, Table> tables_;
  std::multiset<Moment> pinned_;      // moments that are still read or may be gone back to
  std::multiset<Moment> savepoints_;
  std::vector<Undo> undo_;            // since the oldest savepoint; one per version
};

// The pending rows as they are at the moment it is made. Null pending rows: none.
class PendingView {
 public:
  explicit PendingView(std::shared_ptr<PendingRows> rows);
  PendingView(const PendingView&) = delete;
  ~PendingView();

  // Null: nothing was written to the table.
  const PendingRows::Rows* rows_of(TableId table) const { return rows_->rows_of(table); }
  // Null: the table's stored row counts.
  const PendingRows::Version* find(TableId table, std::string_view key) const;
  PendingRows::Moment moment() const { return moment_; }

 private:
  std::shared_ptr<PendingRows> rows_;
  PendingRows::Moment moment_;
};

}  // namespace leat

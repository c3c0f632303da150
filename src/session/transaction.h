#pragma once
// Transaction: what a session keeps while one is open: the snapshot that all its statements read, the
// catalog of that moment, what it has written itself, its savepoints.
//   A block is opened by BEGIN; an implicit transaction by several statements that are sent together.
// Thread: the session's.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "job/engine.h"
#include "query/pending_rows.h"

namespace leat {

class Database;

class Transaction {
 public:
  using SettingValues = std::map<std::string, std::string>;
  // A transaction's writes may take this part of the memory budget.
  static constexpr int64_t kShareOfMemory = 8;
  static constexpr size_t kSavepointsMax = 10'000;

  // `settings`: as they were before it, for its rollback.
  Transaction(Database& database, bool is_block, SettingValues settings);

  bool is_block() const { return is_block_; }
  void make_block() { is_block_ = true; }
  int64_t now_us() const { return now_us_; }
  const SettingValues& settings_before() const { return settings_before_; }

  // As of the first statement that asks.
  const Snapshot& snapshot();
  const CatalogPtr& catalog();

  // What the transaction has written so far, for a statement to read; null: nothing.
  std::shared_ptr<const PendingView> pending() const;
  bool has_writes() const { return pending_ != nullptr; }
  // Changes of all the table's columns.
  Result<void> write(const RelationPtr& table, Batch changes);
  // Makes the writes lasting and visible, as one step. kSerializationFailure: another transaction has
  // changed rows that this one changed.
  Result<void> commit();

  // `portals_opened`: how many the session had opened before; those after it end with a rollback.
  Result<void> set_savepoint(std::string name, SettingValues settings, SettingValues local_settings,
                             uint64_t portals_opened);
  struct Savepoint {
    std::string name;
    PendingRows::Moment moment;
    SettingValues settings;
    SettingValues local_settings;  // of SET LOCAL: values to go back to at the end
    uint64_t portals_opened;
  };
  // What was written after it is gone; the savepoint stays.
  Result<const Savepoint*> rollback_to(const std::string& name);
  Result<void> release(const std::string& name);
  bool has_savepoints() const { return !savepoints_.empty(); }
  // Nothing of what was written will be committed or read.
  void forget_writes() { pending_ = nullptr; }

 private:
  void pin();
  PendingRows& pending_rows();
  Result<size_t> find_savepoint(const std::string& name) const;
  void forget_savepoints(size_t first);
  Result<void> check_tables(const std::vector<PendingRows::TableChanges>& changes) const;

  Database& database_;
  bool is_block_;
  int64_t now_us_;
  SettingValues settings_before_;
  CatalogPtr catalog_;
  Snapshot snapshot_;
  std::shared_ptr<PendingRows> pending_;
  std::vector<Savepoint> savepoints_;
};

// The columns that a table's job takes: all but generated ones.
Batch written_columns(const Relation& table, Batch all_columns);

}  // namespace leat

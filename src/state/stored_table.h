#pragma once
// StoredTables: the rows of tables, materialized views and indexes, kept for readers.
// Writers hand over each step's changes; publish() turns them into immutable sorted runs and makes
// the new epoch visible for all tables at once. Runs are merged as they pile up and go to the Store
// with a checkpoint. A Snapshot is all tables as of one epoch: a list of runs and a snapshot of the
// Store, taken in well under a microsecond, immutable, readable by any thread for as long as it is kept.
//
// A row's key is memcomparable bytes; rows are in key order over all vnodes (decision 0010), and each
// row carries its vnode. Tables are complete in memory until the budget takes clean runs back.
//
// Thread: create/open/drop/publish/freeze/committed/evict by the coordinator of steps, while no writer
// writes; a StoredWriter by its shard; everything about snapshots by any thread.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/id.h"
#include "env/memory_budget.h"
#include "state/delta_buffer.h"
#include "state/store.h"

namespace leat {

struct StoredRow {
  std::string_view key;
  std::string_view row;
  uint8_t vnode = 0;
};

struct ScanRange {
  std::string lo = {};                        // inclusive; empty: from the start
  std::optional<std::string> hi = {};         // exclusive; absent: to the end
  bool reverse = false;                       // from hi down to lo
};

// Walks a range of one table in key order. Owned by one thread; keeps its snapshot alive.
class StoredScan {
 public:
  StoredScan(StoredScan&&) noexcept;
  StoredScan& operator=(StoredScan&&) noexcept;
  ~StoredScan();
  // The next rows, at most out.size(); 0 at the end. The views live until the next call.
  Result<size_t> next(std::span<StoredRow> out);

 private:
  friend class Snapshot;
  struct Impl;
  explicit StoredScan(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct StoredChange {
  std::string_view key;
  std::optional<std::string_view> old_row;  // absent: the row is new
  std::optional<std::string_view> new_row;  // absent: the row is gone
  uint8_t vnode = 0;
};

// What differs in one table between two snapshots, in key order, each key once.
class StoredChanges {
 public:
  StoredChanges(StoredChanges&&) noexcept;
  StoredChanges& operator=(StoredChanges&&) noexcept;
  ~StoredChanges();
  Result<size_t> next(std::span<StoredChange> out);  // as StoredScan::next

 private:
  friend class Snapshot;
  struct Impl;
  explicit StoredChanges(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// All stored tables as of one epoch. Cheap to copy.
class Snapshot {
 public:
  Snapshot() = default;
  explicit operator bool() const { return version_ != nullptr; }
  Epoch epoch() const;
  bool has(TableId table) const;
  int64_t row_count(TableId table) const;

  // False when there is no such row. A table that the snapshot does not know is empty.
  Result<bool> get(TableId table, std::string_view key, std::string& row) const;
  Result<> multi_get(TableId table, std::span<const std::string_view> keys,
                     std::span<std::optional<std::string>> rows) const;
  StoredScan scan(TableId table, ScanRange range = {}) const;
  // From `from` (the older one) to this. Cost: the changes, while the runs since `from` are at hand
  // (StoredTables::keep_changes), else both whole tables.
  StoredChanges changes_since(const Snapshot& from, TableId table) const;
  // Up to parts-1 ascending keys that cut the table into parts of about equal size.
  std::vector<std::string> split_keys(TableId table, size_t parts) const;

 private:
  friend class StoredTables;
  friend class StoredScan;
  friend class StoredChanges;
  struct Version;
  explicit Snapshot(std::shared_ptr<const Version> version) : version_(std::move(version)) {}
  std::shared_ptr<const Version> version_;
};

class StoredTables;

// One shard's way into one table. Within a step the last change of a key counts.
class StoredWriter {
 public:
  StoredWriter(StoredTables& tables, TableId table);
  StoredWriter(const StoredWriter&) = delete;
  ~StoredWriter();
  // `is_new`: the key had no row before; keeps the row count right.
  void put(std::string_view key, uint8_t vnode, std::string_view row, bool is_new);
  void erase(std::string_view key);  // the key had a row
  uint64_t pending_bytes() const { return pending_.bytes(); }
  // Sorts what the step brought on this thread, so that publish() only has to link it in. Worth it for
  // thousands of rows; no more changes in this step after it.
  void seal(Epoch epoch);
  // A held writer's changes wait, out of publish()'s sight, until hand_over(): so a backfill may write
  // on a thread of its own while steps publish. hand_over() belongs to the coordinator's thread, while
  // the writer's owner waits; between two of them a key may be changed once.
  void hold() { held_ = true; }
  void hand_over() {
    if (!pending_.empty()) note_changed();
  }
  void release() {
    hand_over();
    held_ = false;
  }

 private:
  friend class StoredTables;
  void start();
  void note_changed();
  bool held_ = false;
  StoredTables& tables_;
  DeltaBuffer pending_;
  std::shared_ptr<const Run> sealed_;
  int64_t row_count_delta_ = 0;
};

struct StoredTablesOptions {
  size_t inline_merge_bytes_max = 64 << 10;  // smaller merges happen in publish()
  size_t merge_fan_in = 8;                   // runs of like size that make the next larger one
  std::shared_ptr<MemoryAccount> account = nullptr;
  // With a budget, tables opened after a restart are read back into memory by themselves, as long as
  // there is room.
  MemoryBudget* budget = nullptr;
};

class StoredTables {
 public:
  StoredTables(Store& store, StoredTablesOptions options = {});
  ~StoredTables();

  // A new table, empty. Visible to snapshots from the next publish on, as are open and drop. Rows that
  // the Store has under its id, left by a creation that a crash cut short, go with the next checkpoint.
  void create(TableId table);
  // A table of the last checkpoint, after a restart.
  Result<> open(TableId table);
  // Its rows leave the Store with the next checkpoint.
  void drop(TableId table);

  void publish(Epoch epoch);
  Snapshot snapshot() const;

  // Adds everything published and not yet durable to the checkpoint, and the row counts as meta values
  // "stored/<table>". At most one checkpoint is on its way.
  void freeze(Checkpoint& checkpoint);
  void committed();  // after that checkpoint's commit succeeded

  // While the handle lives, changes_since() from any snapshot taken after this call costs only the
  // changes. For backfill.
  std::shared_ptr<void> keep_changes(TableId table);

  // Reads a table back into memory in the background, so that it is complete again. Given up when the
  // budget is used up.
  void make_resident(TableId table);
  bool resident(TableId table) const;
  // Drops clean runs from memory, largest table first, until about `bytes` are given back.
  uint64_t evict(uint64_t bytes);
  uint64_t bytes() const;                 // of runs in memory, those kept by old snapshots included
  void wait_for_merges();                 // and loads; for tests and benchmarks

 private:
  friend class StoredWriter;
  friend class Snapshot;
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace leat

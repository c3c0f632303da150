#pragma once
// Store: the durable, ordered map of bytes under all state, one directory, opened by one process.
// It knows tables (by id) and a small area of named meta values, not SQL types. All of a Checkpoint
// becomes durable and visible at once or not at all, through any crash; what is read outside of a
// snapshot is the last committed checkpoint.
// RocksDB is behind it (store.cc) and seen nowhere else. Layout of the bytes: docs/internals/state.md.
// Thread: any; commit() by one thread at a time.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/id.h"
#include "env/file.h"
#include "state/delta_buffer.h"

namespace leat {

class Run;

struct StoreOptions {
  std::string path;                            // the data directory; made when it is missing
  bool in_memory = false;                      // no files, no durability, the same behaviour
  uint64_t cache_bytes_max = 64 << 20;         // blocks of files kept in memory
  uint64_t ingest_bytes_min = 1 << 20;         // a larger checkpoint is written as sorted files
};

// One epoch to be made durable. Filled on the step's thread, committed on another.
struct Checkpoint {
  Epoch epoch = 0;
  std::vector<DeltaBuffer> deltas;      // operators' state; each table's keys may come in several buffers
  struct StoredRows {
    TableId table;
    std::vector<std::shared_ptr<const Run>> runs;  // newest first
  };
  std::vector<StoredRows> stored;       // stored tables
  // All rows of these that are older than this checkpoint go.
  std::vector<TableId> dropped;
  std::map<std::string, std::optional<std::string>> meta;  // name -> value, or removed

  bool empty() const { return deltas.empty() && stored.empty() && dropped.empty() && meta.empty(); }
};

struct CommitStats {
  uint64_t rows = 0;
  uint64_t bytes = 0;
  bool ingested = false;  // as sorted files
};

struct StoreHealth {
  bool ok = true;
  Error error = {};  // why writes fail
};

// What was committed when it was taken. Immutable; keeps old rows alive on disk while it lives.
class StoreSnapshot {
 public:
  virtual ~StoreSnapshot() = default;
};

// Walks the keys of one table in order. Keys are without the table's id. Views are valid until the
// iterator moves. After valid() turns false, status() says whether that was the end or an error.
class StoreIterator {
 public:
  StoreIterator(StoreIterator&&) noexcept;
  StoreIterator& operator=(StoreIterator&&) noexcept;
  ~StoreIterator();
  void seek(std::string_view key);           // the first key >= key
  void seek_for_prev(std::string_view key);  // the last key < key
  void seek_to_first();
  void seek_to_last();
  void next();
  void prev();
  bool valid() const;
  std::string_view key() const;
  std::string_view value() const;
  Result<> status() const;

 private:
  friend class Store;
  struct Impl;
  explicit StoreIterator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Store {
 public:
  // Refused with kLockNotAvailable when another process has the directory, kDataCorrupted when its
  // contents are damaged or of a later version.
  static Result<std::unique_ptr<Store>> open(StoreOptions options, FileSystem& files);
  ~Store();

  // Makes the checkpoint durable: synced when this returns. On an error nothing of it is visible
  // and the same checkpoint may be tried again: kDiskFull, kIoError (retryable), kDataCorrupted.
  // Blocks for the disk: call it from a background thread.
  Result<CommitStats> commit(const Checkpoint& checkpoint);

  Epoch committed_epoch() const;  // 0: none yet
  // Not ok after a failed commit, until one succeeds. A corrupted store stays so.
  StoreHealth health() const;

  // Reads. Without a snapshot: the last committed checkpoint.
  Result<std::optional<std::string>> meta(std::string_view name) const;
  // All meta values whose name starts with the prefix.
  Result<std::map<std::string, std::string>> meta_with_prefix(std::string_view prefix) const;

  std::shared_ptr<const StoreSnapshot> snapshot() const;
  // False when absent.
  Result<bool> get(TableId table, std::string_view key, std::string& value,
                   const StoreSnapshot* snapshot = nullptr) const;
  // values[i] is nullopt when keys[i] is absent. Keys in any order.
  Result<> multi_get(TableId table, std::span<const std::string_view> keys,
                     std::span<std::optional<std::string>> values,
                     const StoreSnapshot* snapshot = nullptr) const;
  // `one_group`: the walk stays within keys that share their first 8 bytes with the one sought, so
  // that filters can skip files.
  StoreIterator iterator(TableId table, std::shared_ptr<const StoreSnapshot> snapshot = nullptr,
                         bool one_group = false) const;

  struct Usage {
    uint64_t file_bytes = 0;   // live sorted files
    uint64_t cache_bytes = 0;  // block cache in use
    uint64_t write_buffer_bytes = 0;
  };
  Usage usage() const;
  // Rough, from the files' indexes; for EXPLAIN and metrics.
  uint64_t approximate_bytes(TableId table) const;

 private:
  struct Impl;
  friend class StoreIterator;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat

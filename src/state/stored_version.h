#pragma once
// What a Snapshot points to: the immutable picture of all stored tables at one epoch. A new version
// shares with the one before all chunks of tables that did not change.
// Internal to stored_table.cc and stored_scan.cc. Thread: immutable, any.

#include <array>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "state/run.h"
#include "state/run_merger.h"
#include "state/stored_table.h"

namespace leat {

using RunPtr = std::shared_ptr<const Run>;

// One table as of one epoch.
struct TableVersion {
  std::vector<RunPtr> runs;  // newest first
  int64_t row_count = 0;
  bool complete = true;      // the runs hold all rows; else older ones are in the Store
  Epoch forgotten_through = 0;  // the changes of all later epochs are in the runs
};

inline constexpr size_t kChunkTables = 32;
using TableChunk = std::array<std::shared_ptr<const TableVersion>, kChunkTables>;
using TableSlots = std::unordered_map<uint32_t, uint32_t>;  // table id -> place in the chunks

// A stored value is the vnode's byte and the row.
inline std::string_view row_of_value(std::string_view value) {
  return value.empty() ? value : value.substr(1);
}
inline uint8_t vnode_of_value(std::string_view value) {
  return value.empty() ? 0 : static_cast<uint8_t>(value[0]);
}

struct Snapshot::Version {
  Epoch epoch = 0;
  Store* store = nullptr;
  std::shared_ptr<const StoreSnapshot> store_snapshot;
  std::shared_ptr<const TableSlots> slots;
  std::vector<std::shared_ptr<const TableChunk>> chunks;

  const TableVersion* find(TableId table) const {
    const auto it = slots->find(table.value);
    if (it == slots->end()) return nullptr;
    return (*chunks[it->second / kChunkTables])[it->second % kChunkTables].get();
  }
  RunMerger merger(TableId table, const TableVersion& t, std::string_view lo,
                   std::optional<std::string_view> hi, bool reverse) const {
    std::optional<StoreIterator> oldest;
    if (!t.complete) oldest = store->iterator(table, store_snapshot);
    return RunMerger(t.runs, std::move(oldest), lo, hi, reverse);
  }
};

}  // namespace leat

#pragma once
// RunMerger: walks several sorted sources of one table as one, each key once, the newest source's
// entry winning; tombstones are passed on. Sources are runs; the oldest may be a StoreIterator.
// Thread: owner only.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "state/run.h"
#include "state/store.h"

namespace leat {

class RunMerger {
 public:
  // Newest first. Keys in [lo, hi); hi absent: to the end.
  RunMerger(std::vector<std::shared_ptr<const Run>> newest_first, std::optional<StoreIterator> oldest,
            std::string_view lo, std::optional<std::string_view> hi, bool reverse);

  bool valid() const { return !heap_.empty(); }
  // Valid until next(), those of runs as long as the runs.
  const Run::Entry& entry() const { return entry_; }
  uint64_t prefix() const { return heap_.front().prefix; }
  bool from_store() const { return heap_.front().source == runs_.size(); }
  void next();
  Result<> status() const { return store_ ? store_->status() : Result<>{}; }

 private:
  struct Head {
    uint64_t prefix;
    std::string_view key;
    size_t source;
  };
  struct RunCursor {
    size_t at, begin, end;  // reverse: entries [begin, at) are left
  };
  bool after(const Head& a, const Head& b) const;
  std::optional<Head> head_of(size_t source) const;
  void advance(size_t source);
  void pop_source();
  void load_entry();

  const bool reverse_;
  std::vector<std::shared_ptr<const Run>> runs_;
  std::vector<RunCursor> cursors_;
  std::optional<StoreIterator> store_;
  std::string lo_;
  std::optional<std::string> hi_;
  std::string store_key_;
  std::vector<Head> heap_;
  Run::Entry entry_;
};

}  // namespace leat

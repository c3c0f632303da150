#pragma once
// Run: an immutable sorted list of (key, row | tombstone) in memory, each key once. Newer runs hide
// the keys of older ones. A filter answers most look-ups of absent keys without touching the rows.
// Thread: immutable, any.

#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "env/memory_budget.h"
#include "state/delta_buffer.h"

namespace leat {

class Run {
 public:
  // An entry's key and its stored value (vnode byte and row), or a tombstone.
  struct Entry {
    std::string_view key;
    std::string_view value;
    bool tombstone;
  };

  // Of writers' pending changes; the last change of a key counts.
  static std::shared_ptr<const Run> build(std::span<const DeltaBuffer* const> buffers, Epoch epoch,
                                          std::shared_ptr<MemoryAccount> account);
  // Of runs, newest first. `drop_tombstones`: nothing older lies beneath.
  static std::shared_ptr<const Run> merge(std::span<const std::shared_ptr<const Run>> newest_first,
                                          bool drop_tombstones, std::shared_ptr<MemoryAccount> account);
  // Appends in strictly ascending key order.
  class Builder {
   public:
    Builder(size_t rows_hint, uint64_t bytes_hint);
    void add(std::string_view key, std::string_view value, bool tombstone, uint64_t prefix);
    std::shared_ptr<const Run> finish(Epoch first, Epoch last, std::shared_ptr<MemoryAccount> account);
    size_t size() const { return prefixes_.size(); }
    uint64_t bytes() const { return bytes_ + prefixes_.capacity() * 16; }

   private:
    char* room(size_t need);
    std::vector<uint64_t> prefixes_;
    std::vector<const char*> at_;
    std::vector<std::unique_ptr<char[]>> chunks_;
    size_t used_ = 0, capacity_ = 0;
    uint64_t bytes_ = 0;
  };

  ~Run();
  size_t size() const { return prefixes_.size(); }
  uint64_t bytes() const { return bytes_; }
  Epoch first_epoch() const { return first_epoch_; }  // the steps whose changes it holds
  Epoch last_epoch() const { return last_epoch_; }
  Entry entry(size_t i) const {
    uint32_t key_size, value_size;
    std::memcpy(&key_size, at_[i], 4);
    std::memcpy(&value_size, at_[i] + 4, 4);
    const bool gone = value_size == 0xFFFFFFFF;
    return {{at_[i] + 8, key_size}, {at_[i] + 8 + key_size, gone ? 0 : value_size}, gone};
  }
  uint64_t prefix(size_t i) const { return prefixes_[i]; }
  // The first entry whose key is >= key.
  size_t lower_bound(std::string_view key, uint64_t prefix) const;
  // As lower_bound(), for a key of which it is known that no entry before `from` reaches it; fast if the
  // entry is near.
  size_t lower_bound_from(size_t from, std::string_view key, uint64_t prefix) const;
  // The entry of the key, or size(). `hash` is filter_hash(key).
  size_t find(std::string_view key, uint64_t prefix, uint64_t hash) const;

  static uint64_t filter_hash(std::string_view key);
  static uint64_t prefix_of(std::string_view key);

 private:
  Run() = default;
  void build_filter();
  // Whether entry i comes before the key.
  bool before(size_t i, std::string_view key, uint64_t prefix) const {
    const uint64_t at = prefixes_[i];
    return at != prefix ? at < prefix : entry(i).key < key;
  }
  size_t first_of_prefix(uint64_t prefix) const;
  size_t search(size_t first, size_t count, std::string_view key, uint64_t prefix) const;
  std::vector<uint64_t> prefixes_;  // the first 8 bytes of each key as a big-endian number
  std::vector<const char*> at_;     // key_size, value_size, key, value
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<uint64_t> filter_;
  uint64_t bytes_ = 0;
  Epoch first_epoch_ = 0, last_epoch_ = 0;
  std::shared_ptr<MemoryAccount> account_;
};

}  // namespace leat

#pragma once
// DeltaBuffer: the changes of one table of state on their way to a checkpoint: (key, value) or
// (key, tombstone), appended in any order on the owner's thread, sorted later by the commit's thread.
// Of several changes of a key one counts, see Duplicates.
// Thread: owner only; moved from thread to thread.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "types/buffer.h"

namespace leat {

class DeltaBuffer {
 public:
  struct Entry {
    uint64_t prefix;  // the key's first 8 bytes as a big-endian number, for sorting
    const char* at;   // key_size, value_size, key, value
    uint32_t order;   // position before sorting

    std::string_view key() const { return {at + 8, load(at)}; }
    bool tombstone() const { return load(at + 4) == kTombstone; }
    void prefetch() const {
      __builtin_prefetch(at);
      __builtin_prefetch(at + 64);
    }
    std::string_view value() const {
      return tombstone() ? std::string_view{} : std::string_view{at + 8 + load(at), load(at + 4)};
    }

   private:
    static uint32_t load(const char* p) {
      uint32_t v;
      std::memcpy(&v, p, 4);
      return v;
    }
  };

  DeltaBuffer() = default;
  explicit DeltaBuffer(TableId table) : table_(table) {}

  TableId table() const { return table_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint64_t bytes() const { return bytes_; }

  // Room for a key (without the table's id) and a value, which the caller fills in this order.
  char* add_value(uint32_t key_size, uint32_t value_size) { return add(key_size, value_size, value_size); }
  char* add_tombstone(uint32_t key_size) { return add(key_size, 0, kTombstone); }
  void add_value(std::string_view key, std::string_view value);
  void add_tombstone(std::string_view key);

  // Which of several changes of one key counts.
  enum class Duplicates {
    kLastWins,
    // A key has one final state per checkpoint; a row that was replaced in place of being changed
    // leaves a tombstone behind, which may come before or after the new row's value.
    kValueWins,
  };
  // Appends all entries as they came. They point into this buffer.
  void entries(std::vector<Entry>& out) const;
  // Into key order, each key once. Entries lie all over the buffers' memory: call prefetch() some entries
  // ahead of reading them.
  static void sort(std::vector<Entry>& entries, Duplicates rule);

 private:
  static constexpr uint32_t kTombstone = 0xFFFFFFFF;
  struct Chunk {
    std::shared_ptr<Buffer> buffer;  // pooled: a checkpoint would clear as many fresh pages as it has bytes
    size_t used;
    char* bytes() const { return reinterpret_cast<char*>(buffer->data()); }
    size_t capacity() const { return buffer->capacity(); }
  };

  char* add(uint32_t key_size, uint32_t value_size, uint32_t value_word) {
    const size_t need = 8 + size_t{key_size} + value_size;
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().used < need) add_chunk(need);
    Chunk& chunk = chunks_.back();
    char* at = chunk.bytes() + chunk.used;
    chunk.used += need;
    std::memcpy(at, &key_size, 4);
    std::memcpy(at + 4, &value_word, 4);
    ++size_;
    bytes_ += need;
    return at + 8;
  }
  void add_chunk(size_t need);

  TableId table_;
  size_t size_ = 0;
  uint64_t bytes_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace leat

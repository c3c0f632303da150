#pragma once
// StateTable: what the three kinds of operator state share. A hash index of records by key bytes,
// resident in memory, written through to the Store at checkpoints, evicted and read back on demand.
//
// The life of a checkpoint, per table, on the owner's thread except commit:
//   freeze(epoch)                 O(1), at a step's end: what is dirty now belongs to this checkpoint
//   serialize_some(budget) ...    slices between steps, until true; a record that a step is about to
//                                 change before its slice came is serialised first (by the table)
//   take_delta()                  into Checkpoint::deltas; Store::commit() in the background
//   committed()                   after the commit succeeded. At most one checkpoint is on its way.
//
// Residency: a complete table holds everything and a miss costs nothing. After a restart a table is
// incomplete: keys not in memory are read from the Store in batches when asked for, and load_some()
// reads the rest between steps. Invariant: what is not in memory is clean and committed, so the
// Store's last checkpoint is the truth about it. evict() makes a table incomplete again.
// A temporary table (no Store) tracks nothing; one-step queries use it.
//
// Thread: owner only. Record pointers (Entry, Group, Row) are stable while a step runs and die at the
// next end_step(), serialize_some(), committed(), load_some() or evict().

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "base/id.h"
#include "env/clock.h"
#include "env/memory_budget.h"
#include "state/delta_buffer.h"
#include "state/record_arena.h"
#include "state/slot_table.h"
#include "state/store.h"

namespace leat {

using VnodeSet = std::bitset<kVnodeCount>;

struct StateOptions {
  TableId table;
  Store* store = nullptr;         // absent: a temporary table, never written
  Clock* clock = nullptr;         // for the slices' budgets; needed with a store
  VnodeSet vnodes = VnodeSet{}.set();  // the part of the table that this instance owns
  // True for a table that has never been checkpointed: it starts complete.
  bool is_new = false;
  std::shared_ptr<MemoryAccount> account = nullptr;
};

// A record in memory. Followed by the kind's own fields, then the key, then what comes after it.
struct StateRecord {
  uint32_t key_size;
  uint8_t flags;
  uint8_t layout;  // MultiState, OrderedState: how the group's rows are held
  uint16_t mark;  // the operator's own while it works on a step; 0 before and after
  uint64_t hash;
};

namespace record_flag {
// Two bits take turns as "dirty" and "frozen": freezing flips their meaning, not the records.
inline constexpr uint8_t kDirtyA = 1;
inline constexpr uint8_t kDirtyB = 2;
inline constexpr uint8_t kLive = 4;      // the key has a value; else it is known to have none
inline constexpr uint8_t kStored = 8;    // the Store, or a delta on its way, has it
inline constexpr uint8_t kTouched = 16;  // used since the eviction's clock hand last came by
inline constexpr uint8_t kEmptied = 32;  // in the list that end_step() frees from
inline constexpr uint8_t kLoading = 64;  // a group that load_some() has read in part
}  // namespace record_flag

// The list of changed records. `T` has `uint8_t flags`.
template <class T>
class ChangeList {
 public:
  // Call before changing `record`; `serialize(record)` runs when it is frozen and not yet written.
  // True: it was not in the list of dirty records before.
  template <class Serialize>
  bool touch(T* record, Serialize&& serialize) {
    const uint8_t flags = record->flags;
    if ((flags & both()) == dirty_bit_) [[likely]] return false;
    if (flags & frozen_bit()) {
      serialize(record);
      record->flags &= static_cast<uint8_t>(~frozen_bit());
    }
    if (!(flags & dirty_bit_)) {
      record->flags |= dirty_bit_;
      push(record);
      return true;
    }
    return false;
  }
  void freeze() {
    frozen_.swap(dirty_);
    frozen_size_ = dirty_size_;
    dirty_size_ = 0;
    next_ = 0;
    dirty_bit_ = frozen_bit();
  }
  // Takes up to `count` frozen records through `write(record)`, which is called after the record's
  // bit is cleared, with `pending` saying whether it still needs serialising. True: none is left.
  template <class Write>
  bool drain(size_t count, Write&& write) {
    for (; count > 0 && next_ < frozen_size_; --count, ++next_) {
      T* record = frozen_[next_ / kBlock][next_ % kBlock];
      const bool pending = record->flags & frozen_bit();
      record->flags &= static_cast<uint8_t>(~frozen_bit());
      write(record, pending);
    }
    if (next_ < frozen_size_) return false;
    frozen_.clear();
    frozen_size_ = next_ = 0;
    return true;
  }
  size_t dirty_count() const { return dirty_size_; }
  size_t frozen_count() const { return frozen_size_ - next_; }
  static constexpr uint8_t both() { return record_flag::kDirtyA | record_flag::kDirtyB; }

 private:
  static constexpr size_t kBlock = 4096;
  using Block = std::unique_ptr<T*[]>;
  uint8_t frozen_bit() const { return both() ^ dirty_bit_; }
  void push(T* record) {
    if (dirty_size_ == dirty_.size() * kBlock) dirty_.push_back(std::make_unique_for_overwrite<T*[]>(kBlock));
    dirty_[dirty_size_ / kBlock][dirty_size_ % kBlock] = record;
    ++dirty_size_;
  }
  uint8_t dirty_bit_ = record_flag::kDirtyA;
  size_t dirty_size_ = 0, frozen_size_ = 0, next_ = 0;
  std::vector<Block> dirty_, frozen_;
};

class StateTable {
 public:
  StateTable(const StateTable&) = delete;
  StateTable& operator=(const StateTable&) = delete;
  virtual ~StateTable();

  TableId id() const { return options_.table; }
  bool temporary() const { return options_.store == nullptr; }
  bool complete() const { return complete_; }
  // Keys in memory, those known to be absent included.
  size_t resident_keys() const { return index_.size(); }
  uint64_t bytes() const { return arena_.used_bytes(); }

  // -- checkpoints
  virtual bool dirty() const = 0;
  void freeze(Epoch epoch);
  virtual size_t frozen_count() const = 0;  // records frozen and not serialised
  // True when everything frozen is serialised. `budget_ns` is overrun by some microseconds at most.
  bool serialize_some(int64_t budget_ns);
  DeltaBuffer take_delta();
  void committed();

  // -- residency
  // Reads more of the table from the Store. True: the table is complete.
  Result<bool> load_some(int64_t budget_ns);
  // Gives back up to about `bytes`, coldest first, and returns how many it gave: 0 while a checkpoint is
  // on its way. Looks at a bounded number of records and goes on from there when called again, so a
  // call takes a few milliseconds at most and may give nothing though there is more.
  uint64_t evict(uint64_t bytes);

  // -- looking round, between steps
  // Adds the next `count` records in memory to `out`, from where the last call ended, each at most once.
  // Groups of which only a part has been read are left out.
  void next_records(size_t count, std::vector<StateRecord*>& out);
  std::string_view record_key(const StateRecord* r) const { return key_of(r); }

  // Frees what the step left empty, and books memory. Call when the operator has finished a step.
  void end_step();

 protected:
  // `key_offset`: where the key starts in a record. `tail_bytes`: what follows the key.
  StateTable(StateOptions options, uint32_t key_offset, uint32_t tail_bytes);

  static constexpr size_t kBatch = 64;

  std::string_view key_of(const StateRecord* r) const {
    return {reinterpret_cast<const char*>(r) + key_offset_, r->key_size};
  }
  char* tail_of(StateRecord* r) const {
    return reinterpret_cast<char*>(r) + key_offset_ + align8(r->key_size);
  }
  static constexpr uint32_t align8(uint32_t n) { return (n + 7) & ~7u; }

  // out[i] = the record of keys[i], made when missing (and then loaded from the Store if the table is
  // incomplete). Without `insert`, nullptr when the key is known to be absent.
  template <class Out>
  Result<> find_batch(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                      std::span<Out*> out, bool insert) {
    StateRecord* found[kBatch];
    prefetch_slots(hashes.data(), std::min(kBatch, hashes.size()));
    for (size_t at = 0; at < hashes.size(); at += kBatch) {
      const size_t count = std::min(kBatch, hashes.size() - at);
      const size_t next = std::min(kBatch, hashes.size() - at - count);
      TRY(find_block(hashes.data() + at, keys.data() + at, count, next, found, insert));
      for (size_t i = 0; i < count; ++i) out[at + i] = static_cast<Out*>(found[i]);
    }
    return {};
  }
  template <class F>
  void for_each_record(F&& f) const {
    index_.for_each([&](void* p) { f(static_cast<StateRecord*>(p)); });
  }

  StateRecord* make_record(uint64_t hash, std::string_view key);
  void free_record(StateRecord* r);
  // To be freed at end_step() if still free_when_empty().
  void note_emptied(StateRecord* r) {
    if (!(r->flags & record_flag::kEmptied)) {
      r->flags |= record_flag::kEmptied;
      emptied_.push_back(r);
    }
  }

  // The key's bytes in the Store, without what a kind appends for its rows.
  static uint32_t store_key_size(const StateRecord* r) {
    return 8 + (r->key_size < 0xFF ? 1 : 5) + r->key_size;
  }
  char* write_store_key(const StateRecord* r, char* to) const;

  virtual void init_record(StateRecord* r) = 0;                 // a new one: fields after the header
  virtual void free_payload(StateRecord* r) = 0;                // what it owns
  // False when the bytes are damaged.
  virtual bool load_row(StateRecord* r, std::string_view suffix, std::string_view value) = 0;
  virtual bool clean(const StateRecord* r) const = 0;           // nothing of it is dirty
  virtual bool free_when_empty(const StateRecord* r) const = 0; // holds nothing and is not listed
  virtual bool drain_some(size_t count) = 0;                    // true: no frozen record is left
  virtual void freeze_list() = 0;
  // Keys whose rows are one record of the Store are read by multi-get, others by prefix.
  virtual bool one_row_per_key() const = 0;

  StateOptions options_;
  RecordArena arena_;
  DeltaBuffer delta_;
  bool complete_;

 private:
  struct Loader;
  void prefetch_slots(const uint64_t* hashes, size_t count) const;
  Result<> find_block(const uint64_t* hashes, const std::string_view* keys, size_t count, size_t next,
                      StateRecord** out, bool insert);
  StateRecord* lookup(uint64_t hash, std::string_view key) const;
  Result<> load_records(std::span<StateRecord*> records);
  Result<> finish_loading(StateRecord* r);
  void book_memory();

  const uint32_t key_offset_;
  const uint32_t tail_bytes_;
  SlotTable index_;
  bool on_its_way_ = false;  // a frozen checkpoint is not committed yet
  int64_t booked_bytes_ = 0;
  size_t clock_hand_ = 0;
  size_t look_hand_ = 0;  // of next_records()
  std::vector<StateRecord*> emptied_;
  std::unique_ptr<Loader> loader_;
};

}  // namespace leat

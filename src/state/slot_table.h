#pragma once
// SlotTable: a hash index of pointers. A slot is 8 bytes: 16 bits of the hash and the pointer.
// Open addressing, linear probing. Past 32 Ki entries it is cut into 256 parts by the hash's top byte
// (the vnode), which grow one by one, so that no insert pays for rehashing the whole table.
// What the pointers point to, and the rest of their hashes, is the caller's: find() takes a
// comparison, insert() and erase() a way to the hash of a pointer.
// Thread: owner only.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "state/record_arena.h"

namespace leat {

class SlotTable {
 public:
  explicit SlotTable(RecordArena& arena) : arena_(arena) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable() { clear(); }

  size_t size() const { return size_; }

  void prefetch(uint64_t hash) const {
    const Part& part = part_of(hash);
    __builtin_prefetch(part.slots + (hash & part.mask));
  }
  // What find() will most likely look at, for prefetching; or nullptr.
  void* candidate(uint64_t hash) const {
    const Part& part = part_of(hash);
    if (part.slots == nullptr) return nullptr;
    const uint64_t slot = part.slots[hash & part.mask];
    return slot > kGone ? pointer(slot) : nullptr;
  }
  template <class Equal>
  void* find(uint64_t hash, Equal&& equal) const {
    const Part& part = part_of(hash);
    if (part.slots == nullptr) return nullptr;
    const uint64_t tag = tag_of(hash);
    for (uint64_t at = hash & part.mask;; at = (at + 1) & part.mask) {
      const uint64_t slot = part.slots[at];
      if (slot == kEmpty) return nullptr;
      if ((slot >> 48) == tag && slot > kGone && equal(pointer(slot))) return pointer(slot);
    }
  }
  // `p` is not in the table. hash_of(void*) gives the hash of any pointer in it.
  template <class HashOf>
  void insert(uint64_t hash, void* p, HashOf&& hash_of) {
    Part* part = &part_of(hash);
    if (part->slots == nullptr || (uint64_t{part->used} + 1) * 3 > (uint64_t{part->mask} + 1) * 2) {
      if (parts_ == nullptr && size_ >= kPartitionAt) {
        partition(hash_of);
        part = &part_of(hash);
      }
      if (part->slots == nullptr || (uint64_t{part->used} + 1) * 3 > (uint64_t{part->mask} + 1) * 2) {
        grow(*part, hash_of);
      }
    }
    place(*part, hash, p);
    ++size_;
  }
  void erase(uint64_t hash, void* p) {
    Part& part = part_of(hash);
    for (uint64_t at = hash & part.mask;; at = (at + 1) & part.mask) {
      const uint64_t slot = part.slots[at];
      CHECK(slot != kEmpty, "erase of a record that is not in the index");
      if (slot > kGone && pointer(slot) == p) {
        remove_at(part, at);
        --size_;
        return;
      }
    }
  }
  template <class F>
  void for_each(F&& f) const {
    for_each_part([&](const Part& part) {
      if (part.slots == nullptr) return;
      for (uint64_t at = 0; at <= part.mask; ++at) {
        if (part.slots[at] > kGone) f(pointer(part.slots[at]));
      }
    });
  }
  // Calls f(pointer) from a position on, wrapping round at most once; f returns false to stop. f may
  // erase the pointer it is given. Returns where to go on.
  template <class F>
  size_t walk(size_t position, F&& f) {
    const size_t parts = parts_ == nullptr ? 1 : kParts;
    size_t part_index = (position >> 32) % parts, at = position & 0xFFFFFFFF;
    for (size_t round = 0; round <= parts; ++round) {
      Part& part = parts_ == nullptr ? single_ : parts_[part_index];
      for (; part.slots != nullptr && at <= part.mask; ++at) {
        const uint64_t slot = part.slots[at];
        if (slot > kGone && !f(pointer(slot))) return part_index << 32 | (at + 1);
      }
      part_index = (part_index + 1) % parts;
      at = 0;
    }
    return part_index << 32;
  }
  void clear() {
    for_each_part([&](const Part& part) {
      if (part.slots != nullptr) arena_.free(part.slots, (size_t{part.mask} + 1) * 8);
    });
    if (parts_ != nullptr) arena_.free(parts_, sizeof(Part) * kParts);
    parts_ = nullptr;
    single_ = {};
    size_ = 0;
  }

 private:
  static constexpr uint64_t kEmpty = 0;
  static constexpr uint64_t kGone = 1;
  static constexpr size_t kParts = 256;
  static constexpr size_t kPartitionAt = 32 * 1024;

  struct Part {
    uint64_t* slots = nullptr;
    uint32_t mask = 0;
    uint32_t used = 0;  // slots that are not empty, gone ones included
  };

  static uint64_t tag_of(uint64_t hash) { return (hash >> 40) & 0xFFFF; }
  static void* pointer(uint64_t slot) {
    return reinterpret_cast<void*>(slot & 0x0000FFFFFFFFFFFFull);
  }
  Part& part_of(uint64_t hash) { return parts_ == nullptr ? single_ : parts_[hash >> 56]; }
  const Part& part_of(uint64_t hash) const { return parts_ == nullptr ? single_ : parts_[hash >> 56]; }
  template <class F>
  void for_each_part(F&& f) const {
    if (parts_ == nullptr) return f(single_);
    for (size_t i = 0; i < kParts; ++i) f(parts_[i]);
  }
  void place(Part& part, uint64_t hash, void* p) {
    uint64_t at = hash & part.mask;
    while (part.slots[at] > kGone) at = (at + 1) & part.mask;
    if (part.slots[at] == kEmpty) ++part.used;
    part.slots[at] = tag_of(hash) << 48 | reinterpret_cast<uint64_t>(p);
  }
  void remove_at(Part& part, uint64_t at) {
    if (part.slots[(at + 1) & part.mask] != kEmpty) {
      part.slots[at] = kGone;
      return;
    }
    // The end of a chain: it and the gone ones before it become empty.
    do {
      part.slots[at] = kEmpty;
      --part.used;
      at = (at - 1) & part.mask;
    } while (part.slots[at] == kGone);
  }
  void allocate(Part& part, uint64_t capacity) {
    part.slots = reinterpret_cast<uint64_t*>(arena_.allocate(capacity * 8));
    std::memset(part.slots, 0, capacity * 8);
    part.mask = static_cast<uint32_t>(capacity - 1);
    part.used = 0;
  }
  template <class HashOf, class Place>
  void move_all(const Part& from, HashOf&& hash_of, Place&& to) {
    constexpr uint64_t kAhead = 8;
    for (uint64_t at = 0; at <= from.mask; ++at) {
      if (at + kAhead <= from.mask && from.slots[at + kAhead] > kGone) {
        __builtin_prefetch(pointer(from.slots[at + kAhead]));
      }
      if (from.slots[at] > kGone) to(hash_of(pointer(from.slots[at])), pointer(from.slots[at]));
    }
    arena_.free(from.slots, (size_t{from.mask} + 1) * 8);
  }
  template <class HashOf>
  void grow(Part& part, HashOf&& hash_of) {
    const Part old = part;
    uint64_t live = 0;
    if (old.slots != nullptr) {
      for (uint64_t at = 0; at <= old.mask; ++at) live += old.slots[at] > kGone;
    }
    allocate(part, std::max<uint64_t>(8, std::bit_ceil((live + 1) * 5 / 2)));
    if (old.slots == nullptr) return;
    move_all(old, hash_of, [&](uint64_t hash, void* p) { place(part, hash, p); });
  }
  template <class HashOf>
  void partition(HashOf&& hash_of) {
    const Part old = single_;
    auto* parts = reinterpret_cast<Part*>(arena_.allocate(sizeof(Part) * kParts));
    for (size_t i = 0; i < kParts; ++i) new (&parts[i]) Part{};
    parts_ = parts;
    single_ = {};
    move_all(old, hash_of, [&](uint64_t hash, void* p) {
      Part& part = parts_[hash >> 56];
      if (part.slots == nullptr || (uint64_t{part.used} + 1) * 3 > (uint64_t{part.mask} + 1) * 2) {
        part.slots == nullptr ? allocate(part, 256) : grow(part, hash_of);
      }
      place(part, hash, p);
    });
  }

  RecordArena& arena_;
  Part* parts_ = nullptr;
  Part single_;
  size_t size_ = 0;
};

}  // namespace leat

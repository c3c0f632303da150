#pragma once
// RecordArena: memory of one state table. Small records come from free lists by size, 8 bytes apart;
// arrays from free lists by power of two; both are cut from blocks that grow to 2 MiB and then ask
// for huge pages. Freed memory is reused by the same table and goes back when the arena does.
// Thread: owner only.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace leat {

class RecordArena {
 public:
  RecordArena() = default;
  RecordArena(const RecordArena&) = delete;
  RecordArena& operator=(const RecordArena&) = delete;
  ~RecordArena();

  // 8-byte aligned. `free` takes the same size.
  char* allocate(size_t size) {
    const size_t slot = (size + 7) / 8;
    if (slot < kSmallClasses) [[likely]] {
      used_ += slot * 8;
      if (FreeNode* node = small_[slot]) {
        small_[slot] = node->next;
        __builtin_prefetch(node->next, 1);  // freed memory is cold; the next one is wanted soon
        return reinterpret_cast<char*>(node);
      }
      if (static_cast<size_t>(chunk_end_ - chunk_) >= slot * 8) {
        char* at = chunk_;
        chunk_ += slot * 8;
        return at;
      }
      return allocate_from_new_chunk(slot * 8);
    }
    return allocate_array(size);
  }
  void free(void* at, size_t size) {
    const size_t slot = (size + 7) / 8;
    if (slot < kSmallClasses) [[likely]] {
      used_ -= slot * 8;
      auto* node = static_cast<FreeNode*>(at);
      node->next = small_[slot];
      small_[slot] = node;
      return;
    }
    free_array(at, size);
  }

  uint64_t used_bytes() const { return used_; }
  uint64_t reserved_bytes() const { return reserved_; }

 private:
  struct FreeNode {
    FreeNode* next;
  };
  static constexpr size_t kSmallClasses = 129;  // up to 1 KiB
  static constexpr size_t kBlockBytesMax = 2 << 20;
  static constexpr size_t kChunkBytesMax = 256 << 10;

  char* allocate_from_new_chunk(size_t size);
  char* allocate_array(size_t size);
  void free_array(void* at, size_t size);
  char* take_piece(unsigned log2);
  void give_piece(char* at, unsigned log2);
  void recycle(char* at, size_t size);

  char* chunk_ = nullptr;
  char* chunk_end_ = nullptr;
  char* block_ = nullptr;
  char* block_end_ = nullptr;
  uint64_t used_ = 0;
  uint64_t reserved_ = 0;
  size_t chunk_bytes_ = 512;
  size_t block_bytes_ = 4096;
  std::array<FreeNode*, kSmallClasses> small_{};
  std::array<FreeNode*, 22> pieces_{};  // by log2 of the size
  std::vector<void*> blocks_;
};

}  // namespace leat

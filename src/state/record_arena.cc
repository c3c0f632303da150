#include "state/record_arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "base/check.h"

namespace leat {
namespace {

constexpr size_t kHugePage = 2 << 20;

void* take_from_system(size_t bytes) {
  const size_t align = bytes >= kHugePage ? kHugePage : 64;
  void* at = std::aligned_alloc(align, bytes);
  CHECK(at != nullptr, "out of memory: {} bytes", bytes);
  if (bytes >= kHugePage) ::madvise(at, bytes, MADV_HUGEPAGE);  // a wish; no harm when refused
  return at;
}

}  // namespace

RecordArena::~RecordArena() {
  for (void* block : blocks_) std::free(block);
}

char* RecordArena::allocate_from_new_chunk(size_t size) {
  recycle(chunk_, static_cast<size_t>(chunk_end_ - chunk_));
  const size_t bytes = std::max(chunk_bytes_, std::bit_ceil(size));
  chunk_bytes_ = std::min(chunk_bytes_ * 2, kChunkBytesMax);
  chunk_ = take_piece(static_cast<unsigned>(std::countr_zero(bytes)));
  chunk_end_ = chunk_ + bytes;
  char* at = chunk_;
  chunk_ += size;
  return at;
}

char* RecordArena::allocate_array(size_t size) {
  const size_t bytes = std::bit_ceil(size);
  used_ += bytes;
  if (bytes < kBlockBytesMax) return take_piece(static_cast<unsigned>(std::countr_zero(bytes)));
  reserved_ += bytes;
  void* at = take_from_system(bytes);
  blocks_.push_back(at);
  return static_cast<char*>(at);
}

void RecordArena::free_array(void* at, size_t size) {
  const size_t bytes = std::bit_ceil(size);
  used_ -= bytes;
  if (bytes < kBlockBytesMax) {
    give_piece(static_cast<char*>(at), static_cast<unsigned>(std::countr_zero(bytes)));
    return;
  }
  reserved_ -= bytes;
  auto it = std::find(blocks_.begin(), blocks_.end(), at);
  CHECK(it != blocks_.end());
  *it = blocks_.back();
  blocks_.pop_back();
  std::free(at);
}

char* RecordArena::take_piece(unsigned log2) {
  if (FreeNode* node = pieces_[log2]) {
    pieces_[log2] = node->next;
    return reinterpret_cast<char*>(node);
  }
  const size_t size = size_t{1} << log2;
  if (static_cast<size_t>(block_end_ - block_) < size) {
    // A larger free piece is halved before new memory is asked for.
    for (unsigned larger = log2 + 1; larger < pieces_.size(); ++larger) {
      if (FreeNode* node = pieces_[larger]) {
        pieces_[larger] = node->next;
        char* at = reinterpret_cast<char*>(node);
        for (unsigned half = larger; half-- > log2;) give_piece(at + (size_t{1} << half), half);
        return at;
      }
    }
    recycle(block_, static_cast<size_t>(block_end_ - block_));
    const size_t bytes = std::max(block_bytes_, size);
    block_bytes_ = std::min(bytes * 2, kBlockBytesMax);
    block_ = static_cast<char*>(take_from_system(bytes));
    block_end_ = block_ + bytes;
    blocks_.push_back(block_);
    reserved_ += bytes;
  }
  char* at = block_;
  block_ += size;
  return at;
}

void RecordArena::give_piece(char* at, unsigned log2) {
  auto* node = reinterpret_cast<FreeNode*>(at);
  node->next = pieces_[log2];
  pieces_[log2] = node;
}

// Puts the unused end of a chunk or block on the free lists.
void RecordArena::recycle(char* at, size_t size) {
  while (size >= 8) {
    const unsigned log2 = static_cast<unsigned>(std::bit_width(size)) - 1;
    if (log2 < 10) {  // small enough for the records' lists
      auto* node = reinterpret_cast<FreeNode*>(at);
      node->next = small_[size / 8];
      small_[size / 8] = node;
      return;
    }
    give_piece(at, log2);
    at += size_t{1} << log2;
    size -= size_t{1} << log2;
  }
}

}  // namespace leat

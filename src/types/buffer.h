#pragma once
// Memory of vectors: fixed blocks from a pool, and arenas for the bytes of long strings.
// Fresh memory is dear on this kind of machine (a first touch of a page costs microseconds), so
// blocks go back to a per-thread pool and then a shared one, never to the kernel.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace leat {

// A block of bytes, 64-byte aligned, with at least 64 readable bytes after `size`.
class Buffer {
 public:
  static std::shared_ptr<Buffer> make(size_t size);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }

 private:
  Buffer(std::byte* data, size_t size, size_t capacity) : data_(data), size_(size), capacity_(capacity) {}
  std::byte* data_;
  size_t size_;
  size_t capacity_;
};

// Bytes in buffers that are alive, and bytes kept for the next ones. Thread: any.
struct BufferPoolBytes {
  size_t used = 0;
  size_t pooled = 0;
};
BufferPoolBytes buffer_pool_bytes();

// Grows by blocks; what was handed out never moves. Owned by one thread while it grows, then
// immutable and shared.
class Arena {
 public:
  // `size` bytes, unaligned.
  char* allocate(size_t size) {
    if (size > left_) grow(size);
    char* at = next_;
    next_ += size;
    left_ -= size;
    return at;
  }
  std::string_view copy(std::string_view text);
  // Gives back the last `size` bytes of the newest allocation.
  void give_back(size_t size) { next_ -= size; left_ += size; }
  size_t bytes() const { return bytes_; }

 private:
  void grow(size_t size);
  std::vector<std::shared_ptr<Buffer>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t bytes_ = 0;
};

}  // namespace leat

#include "types/buffer.h"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "base/mutex.h"

namespace leat {
namespace {

// Blocks come in powers of two; `capacity` is that minus the padding, so a block wastes no page.
constexpr size_t kPadding = 64;
constexpr int kClassMin = 8;  // 256 bytes
constexpr int kClassMax = 47;
constexpr size_t kHugePage = size_t{2} << 20;
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
// Every buffer is freed at once, so that the sanitizer sees uses after it.
constexpr size_t kThreadBytesMax = 0;
constexpr size_t kSharedBytesMax = 0;
#else
constexpr size_t kThreadBytesMax = size_t{16} << 20;
constexpr size_t kSharedBytesMax = size_t{512} << 20;
#endif

std::atomic<size_t> used_bytes{0};
std::atomic<size_t> pooled_bytes{0};

int class_of(size_t size) {
  const int bits = static_cast<int>(std::bit_width(size + kPadding - 1));
  return bits < kClassMin ? kClassMin : bits;
}

std::byte* allocate_block(int size_class) {
  const size_t bytes = size_t{1} << size_class;
  void* at = std::aligned_alloc(bytes >= kHugePage ? kHugePage : 64, bytes);
  CHECK(at != nullptr, "out of memory: a buffer of {} bytes", bytes);
  if (bytes >= kHugePage) ::madvise(at, bytes, MADV_HUGEPAGE);  // advice: refused is no harm
  return static_cast<std::byte*>(at);
}

// Free blocks of all threads.
class SharedPool {
 public:
  std::byte* take(int size_class) {
    MutexLock lock(mutex_);
    auto& blocks = blocks_[size_class];
    if (blocks.empty()) return nullptr;
    std::byte* block = blocks.back();
    blocks.pop_back();
    bytes_ -= size_t{1} << size_class;
    return block;
  }
  bool give(int size_class, std::byte* block) {
    MutexLock lock(mutex_);
    const size_t bytes = size_t{1} << size_class;
    if (bytes_ + bytes > kSharedBytesMax) return false;
    blocks_[size_class].push_back(block);
    bytes_ += bytes;
    return true;
  }

 private:
  Mutex mutex_;
  std::array<std::vector<std::byte*>, kClassMax + 1> blocks_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
};

SharedPool& shared_pool() {
  static auto* pool = new SharedPool;  // never destroyed: buffers may outlive main's statics
  return *pool;
}

void give_to_shared(int size_class, std::byte* block) {
  if (shared_pool().give(size_class, block)) return;
  pooled_bytes.fetch_sub(size_t{1} << size_class, std::memory_order_relaxed);
  std::free(block);
}

// Free blocks of one thread; they go to the shared pool when it ends.
struct ThreadPool {
  std::array<std::vector<std::byte*>, kClassMax + 1> blocks;
  size_t bytes = 0;
  ~ThreadPool();
};

// Set while the thread's pool lives: buffers may die later, with other thread-local objects.
thread_local bool thread_pool_ended = false;
thread_local ThreadPool thread_pool;

ThreadPool::~ThreadPool() {
  thread_pool_ended = true;
  for (int c = kClassMin; c <= kClassMax; ++c) {
    for (std::byte* block : blocks[c]) give_to_shared(c, block);
  }
}

std::byte* take_block(int size_class) {
  const size_t bytes = size_t{1} << size_class;
  used_bytes.fetch_add(bytes, std::memory_order_relaxed);
  std::byte* block = nullptr;
  if (!thread_pool_ended && !thread_pool.blocks[size_class].empty()) {
    auto& blocks = thread_pool.blocks[size_class];
    block = blocks.back();
    blocks.pop_back();
    thread_pool.bytes -= bytes;
  } else {
    block = shared_pool().take(size_class);
  }
  if (block == nullptr) return allocate_block(size_class);
  pooled_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  return block;
}

void give_block(int size_class, std::byte* block) {
  const size_t bytes = size_t{1} << size_class;
  used_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  pooled_bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (!thread_pool_ended && thread_pool.bytes + bytes <= kThreadBytesMax) {
    thread_pool.blocks[size_class].push_back(block);
    thread_pool.bytes += bytes;
  } else {
    give_to_shared(size_class, block);
  }
}

}  // namespace

std::shared_ptr<Buffer> Buffer::make(size_t size) {
  struct Made : Buffer {
    Made(std::byte* data, size_t size, size_t capacity) : Buffer(data, size, capacity) {}
  };
  const int size_class = class_of(size);
  CHECK(size_class <= kClassMax, "a buffer of {} bytes", size);
  return std::make_shared<Made>(take_block(size_class), size,
                                (size_t{1} << size_class) - kPadding);
}

Buffer::~Buffer() { give_block(std::bit_width(capacity_ + kPadding - 1), data_); }

BufferPoolBytes buffer_pool_bytes() {
  return {used_bytes.load(std::memory_order_relaxed), pooled_bytes.load(std::memory_order_relaxed)};
}

std::string_view Arena::copy(std::string_view text) {
  char* at = allocate(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

void Arena::grow(size_t size) {
  constexpr size_t kBlockMin = size_t{4} << 10;
  constexpr size_t kBlockMax = size_t{1} << 20;
  size_t block = blocks_.empty() ? kBlockMin : blocks_.back()->capacity() + kPadding;
  block = blocks_.empty() ? block : std::min(block * 2, kBlockMax);
  blocks_.push_back(Buffer::make(std::max(size, block - kPadding)));
  Buffer& made = *blocks_.back();
  next_ = reinterpret_cast<char*>(made.data());
  left_ = made.capacity();
  bytes_ += made.capacity();
}

}  // namespace leat

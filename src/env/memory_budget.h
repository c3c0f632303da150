#pragma once
// MemoryBudget: who uses how much memory, and how much there is to use (--memory).
// Each user opens a named account and books what it holds; total() is the sum of all accounts.
// A budget never refuses: whoever can give memory back (state, caches, queues) looks at over_bytes()
// and evicts or holds back. Thread: any; booking is one relaxed atomic add.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace leat {

class MemoryAccount {
 public:
  MemoryAccount(std::string name, std::atomic<int64_t>& total) : name_(std::move(name)), total_(total) {}
  MemoryAccount(const MemoryAccount&) = delete;
  MemoryAccount& operator=(const MemoryAccount&) = delete;
  ~MemoryAccount() { add(-bytes()); }

  void add(int64_t bytes) {
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    total_.fetch_add(bytes, std::memory_order_relaxed);
  }
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::atomic<int64_t> bytes_{0};
  std::atomic<int64_t>& total_;
};

class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t bytes_max) : bytes_max_(bytes_max) {}

  // The account lives as long as somebody holds it. Several accounts may share a name.
  std::shared_ptr<MemoryAccount> open(std::string name);

  int64_t bytes_max() const { return bytes_max_; }
  int64_t total_bytes() const { return total_.load(std::memory_order_relaxed); }
  int64_t over_bytes() const { return std::max<int64_t>(0, total_bytes() - bytes_max_); }

  struct Usage {
    std::string name;
    int64_t bytes;
  };
  // One row per name, sorted by name.
  std::vector<Usage> usage() const;

 private:
  const int64_t bytes_max_;
  std::atomic<int64_t> total_{0};
  mutable Mutex mutex_;
  mutable std::vector<std::weak_ptr<MemoryAccount>> accounts_ GUARDED_BY(mutex_);
};

}  // namespace leat

#pragma once
// Mutex, MutexLock, CondVar: std's, with clang's thread-safety annotations, so that the compiler
// checks that a member marked GUARDED_BY(mutex_) is touched under its lock only.

#include <chrono>
#include <condition_variable>
#include <mutex>

#define GUARDED_BY(x) __attribute__((guarded_by(x)))
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))
#define NO_THREAD_SAFETY_ANALYSIS __attribute__((no_thread_safety_analysis))

namespace leat {

class __attribute__((capability("mutex"))) Mutex {
 public:
  void lock() __attribute__((acquire_capability())) { mutex_.lock(); }
  void unlock() __attribute__((release_capability())) { mutex_.unlock(); }
  bool try_lock() __attribute__((try_acquire_capability(true))) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

class __attribute__((scoped_lockable)) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) __attribute__((acquire_capability(mutex))) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() __attribute__((release_capability())) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits need the mutex held; they release it while asleep and hold it again on return.
class CondVar {
 public:
  void notify_one() { cond_.notify_one(); }
  void notify_all() { cond_.notify_all(); }
  void wait(Mutex& mutex) REQUIRES(mutex) { cond_.wait(mutex); }
  // False when the time ran out.
  template <class Rep, class Period>
  bool wait_for(Mutex& mutex, std::chrono::duration<Rep, Period> time) REQUIRES(mutex) {
    return cond_.wait_for(mutex, time) == std::cv_status::no_timeout;
  }

 private:
  std::condition_variable_any cond_;
};

}  // namespace leat

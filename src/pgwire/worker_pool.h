#pragma once
// WorkerPool: leader/follower threads over one epoll. A worker takes one ready socket and serves it
// to the end on the same thread: a hand-over would cost more than most queries.
//   - `workers_running` workers run or wait for events. When one of them is going to wait inside
//   its turn
//     (it says so), or has been at it for longer than kLongTurnNs, another one takes its place; it
//     parks afterwards if it is not needed. So long and blocked queries do not keep others from
//     being served, and short ones do not make more threads than there are cores.
//   - A worker that has run out of events looks for new ones for spin_ns before it sleeps; one at a
//   time.
// Thread: watch() and rearm() from any; tend() and stop() from the owner.

#include <atomic>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "env/clock.h"
#include "env/thread.h"
#include "pgwire/connection.h"

namespace leat::pgwire {

inline constexpr int64_t kLongTurnNs = 2'000'000;
inline constexpr int64_t kParkedWorkerLifeMs = 10'000;

class WorkerPool {
 public:
  struct Options {
    int workers_running = 2;
    int workers_max = 512;
    int64_t spin_ns = 50'000;
  };
  using Serve = std::move_only_function<void(void* item, Workspace& workspace)>;

  // `serve` is called with a watched item when its socket is ready, by one thread per item at a
  // time.
  static Result<std::unique_ptr<WorkerPool>> start(Options options, Clock& clock, Serve serve);
  ~WorkerPool();

  // One event is delivered per watch() and rearm().
  void watch(int fd, void* item);
  void rearm(int fd, void* item, bool for_write);

  // To be called every few milliseconds while busy(): puts workers in the place of those that take
  // long.
  void tend();
  // Somebody is serving.
  bool busy() const {
    return idle_.load(std::memory_order_relaxed) < running_.load(std::memory_order_relaxed);
  }
  int size() const { return size_.load(std::memory_order_relaxed); }
  // Waits for all turns to end and joins the workers. Nothing is served afterwards.
  void stop();

 private:
  struct Worker {
    Thread thread;
    std::atomic<int64_t> turn_started_ns{0};  // 0: between turns
    std::atomic<bool> replaced{false};        // not counted in running_; set under mutex_
    bool gone = false;                        // under the pool's mutex_: the thread has ended
  };

  WorkerPool(Options options, Clock& clock, Serve serve);
  Result<> open();
  void work(Worker& worker);
  // The next ready item; null when the pool stops.
  void* next_item();
  // The worker's turn will not end soon: another one shall run.
  void replace(Worker& worker) EXCLUDES(mutex_);
  void unpark_or_start() REQUIRES(mutex_);
  // After the turn of a replaced worker: false if it shall end.
  bool resume_or_park(Worker& worker) EXCLUDES(mutex_);
  void join_gone() EXCLUDES(mutex_);

  const Options options_;
  Clock& clock_;
  Serve serve_;
  int epoll_ = -1;
  int wake_ = -1;  // an eventfd that is readable from stop() on

  std::atomic<int> idle_{0};     // workers that look or wait for events
  std::atomic<int> running_{0};  // changed under mutex_
  std::atomic<int> size_{0};
  std::atomic<bool> spinning_{false};
  std::atomic<bool> stopping_{false};

  Mutex mutex_;
  CondVar unparked_;
  int parked_ GUARDED_BY(mutex_) = 0;
  int to_unpark_ GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Worker>> workers_ GUARDED_BY(mutex_);
};

}  // namespace leat::pgwire

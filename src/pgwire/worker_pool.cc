#include "pgwire/worker_pool.h"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"

namespace leat::pgwire {

WorkerPool::WorkerPool(Options options, Clock& clock, Serve serve)
    : options_(options), clock_(clock), serve_(std::move(serve)) {}

Result<std::unique_ptr<WorkerPool>> WorkerPool::start(Options options, Clock& clock, Serve serve) {
  CHECK(options.workers_running >= 1 && options.workers_max >= options.workers_running);
  std::unique_ptr<WorkerPool> pool(new WorkerPool(options, clock, std::move(serve)));
  TRY(pool->open());
  return pool;
}

Result<> WorkerPool::open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (epoll_ < 0 || wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    return fail(SqlState::kSystemError, "could not create an epoll: {}", strerror(errno));
  }
  MutexLock lock(mutex_);
  for (int i = 0; i < options_.workers_running; ++i) unpark_or_start();
  return {};
}

WorkerPool::~WorkerPool() {
  stop();
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
}

void WorkerPool::stop() {
  stopping_.store(true);
  if (wake_ >= 0) {
    const uint64_t one = 1;
    CHECK(write(wake_, &one, sizeof one) == sizeof one || errno == EAGAIN);
  }
  std::vector<std::unique_ptr<Worker>> workers;
  {
    MutexLock lock(mutex_);
    unparked_.notify_all();
    workers.swap(workers_);
  }
  // A turn that is still running may start no more workers: unpark_or_start() sees stopping_.
  for (auto& worker : workers) worker->thread.join();
}

void WorkerPool::watch(int fd, void* item) {
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data = {.ptr = item}};
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0, "epoll: {}", strerror(errno));
}

void WorkerPool::rearm(int fd, void* item, bool for_write) {
  epoll_event event{.events = (for_write ? EPOLLOUT : EPOLLIN | EPOLLRDHUP) | EPOLLONESHOT,
                    .data = {.ptr = item}};
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0, "epoll: {}", strerror(errno));
}

void* WorkerPool::next_item() {
  const auto poll = [&](epoll_event& event, int timeout_ms) {
    for (;;) {
      const int count = epoll_wait(epoll_, &event, 1, timeout_ms);
      if (count >= 0 || errno != EINTR) return count;
    }
  };
  epoll_event event;
  if (poll(event, 0) == 1) return event.data.ptr;
  if (options_.spin_ns > 0 && !spinning_.exchange(true, std::memory_order_acquire)) {
    const int64_t until_ns = clock_.monotonic_ns() + options_.spin_ns;
    int count = 0;
    do {
      sched_yield();
      count = poll(event, 0);
    } while (count == 0 && clock_.monotonic_ns() < until_ns);
    spinning_.store(false, std::memory_order_release);
    if (count == 1) return event.data.ptr;
  }
  CHECK(poll(event, -1) == 1, "epoll: {}", strerror(errno));
  return event.data.ptr;
}

void WorkerPool::work(Worker& worker) {
  Workspace workspace;
  workspace.will_wait = [&] { replace(worker); };
  for (;;) {
    idle_.fetch_add(1, std::memory_order_relaxed);
    void* item = next_item();
    idle_.fetch_sub(1, std::memory_order_relaxed);
    if (item == nullptr) break;
    worker.turn_started_ns.store(clock_.monotonic_ns(), std::memory_order_relaxed);
    serve_(item, workspace);
    worker.turn_started_ns.store(0, std::memory_order_relaxed);
    if (worker.replaced.load(std::memory_order_relaxed) && !resume_or_park(worker)) break;
  }
  size_.fetch_sub(1, std::memory_order_relaxed);
  MutexLock lock(mutex_);
  if (!worker.replaced.load()) running_.fetch_sub(1, std::memory_order_relaxed);
  worker.gone = true;
}

void WorkerPool::replace(Worker& worker) {
  if (worker.replaced.load(std::memory_order_relaxed)) return;
  MutexLock lock(mutex_);
  if (worker.replaced.exchange(true)) return;
  running_.fetch_sub(1, std::memory_order_relaxed);
  // Who waits for events already will take them; tend() looks after the rest.
  if (idle_.load(std::memory_order_relaxed) == 0) unpark_or_start();
}

void WorkerPool::unpark_or_start() {
  if (stopping_.load()) return;
  if (parked_ > to_unpark_) {
    ++to_unpark_;
    running_.fetch_add(1, std::memory_order_relaxed);
    unparked_.notify_one();
    return;
  }
  if (size_.load(std::memory_order_relaxed) >= options_.workers_max) return;
  size_.fetch_add(1, std::memory_order_relaxed);
  running_.fetch_add(1, std::memory_order_relaxed);
  auto made = std::make_unique<Worker>();
  Worker& worker = *made;
  workers_.push_back(std::move(made));
  worker.thread = Thread("pgwire", [this, &worker] { work(worker); });
}

bool WorkerPool::resume_or_park(Worker& worker) {
  MutexLock lock(mutex_);
  if (running_.load(std::memory_order_relaxed) < options_.workers_running) {
    running_.fetch_add(1, std::memory_order_relaxed);
    worker.replaced.store(false);
    return true;
  }
  ++parked_;
  const int64_t until_ns = clock_.monotonic_ns() + kParkedWorkerLifeMs * 1'000'000;
  while (to_unpark_ == 0 && !stopping_.load() && clock_.monotonic_ns() < until_ns) {
    unparked_.wait_for(mutex_, std::chrono::milliseconds(kParkedWorkerLifeMs));
  }
  --parked_;
  if (to_unpark_ == 0) return false;
  --to_unpark_;  // running_ was raised by who unparked
  worker.replaced.store(false);
  return true;
}

void WorkerPool::tend() {
  join_gone();
  const int64_t now_ns = clock_.monotonic_ns();
  MutexLock lock(mutex_);
  if (idle_.load(std::memory_order_relaxed) > 0) return;
  if (running_.load(std::memory_order_relaxed) < options_.workers_running) {
    unpark_or_start();
    return;
  }
  for (auto& worker : workers_) {
    const int64_t started_ns = worker->turn_started_ns.load(std::memory_order_relaxed);
    if (started_ns == 0 || now_ns - started_ns < kLongTurnNs) continue;
    if (worker->replaced.exchange(true)) continue;
    running_.fetch_sub(1, std::memory_order_relaxed);
    unpark_or_start();
    return;
  }
}

void WorkerPool::join_gone() {
  std::vector<std::unique_ptr<Worker>> gone;
  {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < workers_.size();) {
      if (workers_[i]->gone) {
        gone.push_back(std::move(workers_[i]));
        workers_[i] = std::move(workers_.back());
        workers_.pop_back();
      } else {
        ++i;
      }
    }
  }
}  // joined here, outside the lock

}  // namespace leat::pgwire

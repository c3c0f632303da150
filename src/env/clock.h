#pragma once
// Clock: the only way to ask for the time. Wall time is microseconds since 1970 (UTC) and may jump;
// monotonic time is nanoseconds from an arbitrary start and never goes back.
// Thread: any.

#include <atomic>
#include <cstdint>

namespace leat {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t now_us() = 0;
  virtual int64_t monotonic_ns() = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t now_us() override;
  int64_t monotonic_ns() override;
};

// Stands still until told otherwise; both times move together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t start_us = 0) : time_us_(start_us) {}
  int64_t now_us() override { return time_us_.load(); }
  int64_t monotonic_ns() override { return monotonic_ns_.load(); }
  void advance_us(int64_t us) {
    time_us_ += us;
    monotonic_ns_ += us * 1000;
  }
  // A jump of the wall time only, as an operator or NTP makes it.
  void set_wall_us(int64_t us) { time_us_ = us; }

 private:
  std::atomic<int64_t> time_us_;
  std::atomic<int64_t> monotonic_ns_{0};
};

}  // namespace leat

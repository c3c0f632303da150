#pragma once
// TickingClock: a clock for tests that moves a microsecond each time it is looked at, so that budgets
// run out after a known number of looks.

#include "env/clock.h"

namespace leat {

class TickingClock final : public Clock {
 public:
  int64_t now_us() override { return ++ticks_; }
  int64_t monotonic_ns() override { return ++ticks_ * 1000; }

 private:
  int64_t ticks_ = 0;
};

}  // namespace leat

#include "job/job_errors.h"

namespace leat {

void JobErrors::row_error(Error error) {
  const int64_t now = clock_.now_us();
  MutexLock lock(mutex_);
  ++count_;
  last_.push_back({now, std::move(error)});
  if (last_.size() > kKept) last_.pop_front();
}

uint64_t JobErrors::count() const {
  MutexLock lock(mutex_);
  return count_;
}

std::vector<JobErrors::Entry> JobErrors::last() const {
  MutexLock lock(mutex_);
  return {last_.begin(), last_.end()};
}

}  // namespace leat

#pragma once
// JobErrors: rows of a job whose expression failed and became NULL: counted, the last ones kept, shown
// as rw_catalog.rw_expression_errors. Thread: any.

#include <deque>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "env/clock.h"
#include "expr/eval_context.h"

namespace leat {

class JobErrors final : public ErrorSink {
 public:
  static constexpr size_t kKept = 100;
  struct Entry {
    int64_t time_us;
    Error error;
  };
  explicit JobErrors(Clock& clock) : clock_(clock) {}
  void row_error(Error error) override;
  uint64_t count() const;
  std::vector<Entry> last() const;

 private:
  Clock& clock_;
  mutable Mutex mutex_;
  uint64_t count_ GUARDED_BY(mutex_) = 0;
  std::deque<Entry> last_ GUARDED_BY(mutex_);
};

}  // namespace leat

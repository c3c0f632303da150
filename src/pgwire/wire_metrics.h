#pragma once
// WireMetrics: the series of the SQL port. Thread: any.

#include <map>
#include <string>

#include "base/mutex.h"
#include "base/sqlstate.h"
#include "metrics/registry.h"

namespace leat::pgwire {

class WireMetrics {
 public:
  explicit WireMetrics(metrics::Registry& registry);

  const metrics::CounterPtr bytes_in, bytes_out, messages, rows, cancels, blocked_ns, opened;
  const metrics::HistogramPtr query_ns;

  void count_error(SqlState code);
  void count_refused(std::string_view reason);

 private:
  metrics::Registry& registry_;
  Mutex mutex_;
  std::map<std::string, metrics::CounterPtr, std::less<>> errors_ GUARDED_BY(mutex_);
  std::map<std::string, metrics::CounterPtr, std::less<>> refused_ GUARDED_BY(mutex_);
};

}  // namespace leat::pgwire

#include "pgwire/wire_metrics.h"

namespace leat::pgwire {

using metrics::Metric;

WireMetrics::WireMetrics(metrics::Registry& registry)
    : bytes_in(registry.counter(Metric::kWireBytesIn)),
      bytes_out(registry.counter(Metric::kWireBytesOut)),
      messages(registry.counter(Metric::kWireMessages)),
      rows(registry.counter(Metric::kWireRows)),
      cancels(registry.counter(Metric::kWireCancels)),
      blocked_ns(registry.counter(Metric::kWireBlockedSeconds)),
      opened(registry.counter(Metric::kConnectionsOpened)),
      query_ns(registry.histogram(Metric::kQuerySeconds)),
      registry_(registry) {}

void WireMetrics::count_error(SqlState code) {
  const std::string_view text = sqlstate_text(code);
  MutexLock lock(mutex_);
  auto it = errors_.find(text);
  if (it == errors_.end()) {
    it = errors_.emplace(text, registry_.counter(Metric::kQueryErrors, {text})).first;
  }
  it->second->add();
}

void WireMetrics::count_refused(std::string_view reason) {
  MutexLock lock(mutex_);
  auto it = refused_.find(reason);
  if (it == refused_.end()) {
    it = refused_.emplace(reason, registry_.counter(Metric::kConnectionsRefused, {reason})).first;
  }
  it->second->add();
}

}  // namespace leat::pgwire

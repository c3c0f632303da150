#pragma once
// The process's own numbers (CPU, memory, descriptors, threads) from /proc, under the names that
// Prometheus' client libraries use.

#include <vector>

#include "metrics/registry.h"

namespace leat::metrics {

// The callbacks live as long as what is returned.
std::vector<CallbackPtr> register_process_metrics(Registry& registry);

}  // namespace leat::metrics

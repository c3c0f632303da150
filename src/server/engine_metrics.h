#pragma once
// The engine's figures as metrics, asked for when somebody reads them. Thread: any.

#include <vector>

#include "job/engine.h"
#include "metrics/registry.h"

namespace leat {

// The callbacks live as long as what is returned; the engine must outlive them.
std::vector<metrics::CallbackPtr> register_engine_metrics(metrics::Registry& registry, const Engine& engine);

}  // namespace leat

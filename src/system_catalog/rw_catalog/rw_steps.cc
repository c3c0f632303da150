// rw_catalog.rw_steps: what the step engine has done since the start.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"epoch", kInt8}, {"steps", kInt8}, {"rows", kInt8}, {"busy_seconds", kFloat8},
          {"last_step_seconds", kFloat8}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  const Engine::StepStats stats = context.engine->step_stats();
  out.add(context.engine->epoch()).add(stats.steps).add(stats.rows).add(stats.seconds);
  out.add(static_cast<double>(stats.last_ns) / 1e9);
}

}  // namespace

SystemRelation rw_steps() {
  return {"rw_catalog", "rw_steps", "steps", columns, rows};
}

}  // namespace leat::system_catalog

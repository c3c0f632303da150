// rw_catalog.rw_checkpoints: the last checkpoint and how many there were since the start.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"epoch", kInt8}, {"checkpoints", kInt8}, {"time", kTimestamptz}, {"seconds", kFloat8}, {"bytes", kInt8},
          {"rows", kInt8}, {"failures", kInt8}, {"last_error", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  const CheckpointStats stats = context.engine->checkpoint_stats();
  out.add(stats.epoch).add(stats.count);
  if (stats.last_time_us == 0) {
    out.add_null();
  } else {
    out.add(stats.last_time_us);
  }
  out.add(stats.last_seconds).add(stats.last_bytes).add(stats.last_rows).add(stats.failures).add(stats.last_error);
}

}  // namespace

SystemRelation rw_checkpoints() {
  return {"rw_catalog", "rw_checkpoints", "checkpoints", columns, rows};
}

}  // namespace leat::system_catalog

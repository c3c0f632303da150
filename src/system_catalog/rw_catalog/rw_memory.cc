// rw_catalog.rw_memory: who holds how much memory; the rows (used) and (limit) are the sum and --memory.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"name", kText}, {"bytes", kInt8}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  const MemoryBudget& memory = context.engine->memory();
  for (const MemoryBudget::Usage& usage : memory.usage()) out.add(usage.name).add(usage.bytes);
  out.add("(used)").add(memory.total_bytes());
  out.add("(limit)").add(memory.bytes_max());
}

}  // namespace

SystemRelation rw_memory() {
  return {"rw_catalog", "rw_memory", "memory", columns, rows};
}

}  // namespace leat::system_catalog

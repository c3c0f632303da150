// rw_catalog.rw_freshness: how long the last input that reached a relation was on its way, from its arrival until
// queries could see it; or, if that is more, how long the oldest input that waits for a step has been waiting.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"relation", kText}, {"kind", kText}, {"freshness_seconds", kFloat8}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const JobStats& job : context.engine->job_stats()) {
    out.add(job.relation->name).add(relation_kind_text(job.relation->kind)).add(job.freshness_seconds);
  }
}

}  // namespace

SystemRelation rw_freshness() {
  return {"rw_catalog", "rw_freshness", "freshness of relations", columns, rows};
}

}  // namespace leat::system_catalog

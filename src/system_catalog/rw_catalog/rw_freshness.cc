// rw_catalog.rw_freshness: how old the oldest change is that a relation does not show yet; 0: it shows everything that came in.
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

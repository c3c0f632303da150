// pg_stat_user_tables: changes that went through each table's and materialized view's job.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"relid", kOid}, {"schemaname", kText}, {"relname", kText}, {"seq_scan", kInt8}, {"seq_tup_read", kInt8},
          {"idx_scan", kInt8}, {"idx_tup_fetch", kInt8}, {"n_tup_ins", kInt8}, {"n_tup_upd", kInt8},
          {"n_tup_del", kInt8}, {"n_live_tup", kInt8}, {"n_dead_tup", kInt8}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const JobStats& job : context.engine->job_stats()) {
    const Relation& relation = *job.relation;
    if (relation.kind != RelationKind::kTable && relation.kind != RelationKind::kMaterializedView) continue;
    out.add(relation.id.value).add(relation.schema_name).add(relation.name).add(0).add(0).add(0).add(0);
    out.add(job.rows_out).add(0).add(0).add(0).add(0);
  }
}

}  // namespace

SystemRelation pg_stat_user_tables() {
  return {"pg_catalog", "pg_stat_user_tables", "activity of relations", columns, rows};
}

}  // namespace leat::system_catalog

// rw_catalog.rw_materialized_views: materialized views.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"schema_id", kInt4}, {"schema_name", kText}, {"owner", kInt4},
          {"definition", kText}, {"append_only", kBool}, {"created_at", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind != RelationKind::kMaterializedView) continue;
    out.add(id.value).add(relation->name).add(schema_oid(*context.catalog, *relation)).add(relation->schema_name);
    out.add(kRootRole).add(relation->shown_sql);
    out.add(relation->append_only);
    out.add(relation->created_micros);
  }
}

}  // namespace

SystemRelation rw_materialized_views() {
  return {"rw_catalog", "rw_materialized_views", "materialized views", columns, rows};
}

}  // namespace leat::system_catalog

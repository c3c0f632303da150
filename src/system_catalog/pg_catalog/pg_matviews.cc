// pg_matviews: materialized views and their queries.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"schemaname", kText}, {"matviewname", kText}, {"matviewowner", kText}, {"tablespace", kText},
          {"hasindexes", kBool}, {"ispopulated", kBool}, {"definition", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relation.kind != RelationKind::kMaterializedView) return;
    out.add(relation.schema_name).add(relation.name).add(relation.owner).add_null();
    out.add(!context.catalog->indexes_of(relation.id).empty()).add(true).add(relation.query_sql);
  });
}

}  // namespace

SystemRelation pg_matviews() {
  return {"pg_catalog", "pg_matviews", "materialized views", columns, rows};
}

}  // namespace leat::system_catalog

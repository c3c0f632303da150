// pg_indexes: indexes with the statements that make them.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"schemaname", kText}, {"tablename", kText}, {"indexname", kText}, {"tablespace", kText},
          {"indexdef", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind == RelationKind::kIndex) {
      const RelationPtr table = context.catalog->find(relation->indexed);
      if (table == nullptr) continue;
      out.add(table->schema_name).add(table->name).add(relation->name).add_null();
      out.add(index_definition(*context.catalog, *relation));
    }
    if (has_primary_key(*relation)) {
      out.add(relation->schema_name).add(relation->name).add(primary_key_name(*relation)).add_null();
      out.add(primary_key_definition(*relation));
    }
  }
}

}  // namespace

SystemRelation pg_indexes() {
  return {"pg_catalog", "pg_indexes", "indexes by name", columns, rows};
}

}  // namespace leat::system_catalog

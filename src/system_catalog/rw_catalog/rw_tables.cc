// rw_catalog.rw_tables: tables.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"schema_id", kInt4}, {"schema_name", kText}, {"owner", kInt4},
          {"definition", kText}, {"append_only", kBool}, {"connector", kText}, {"format", kText},
          {"row_encode", kText}, {"created_at", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind != RelationKind::kTable) continue;
    out.add(id.value).add(relation->name).add(schema_oid(*context.catalog, *relation)).add(relation->schema_name);
    out.add(kRootRole).add(relation->shown_sql);
    out.add(relation->append_only).add(relation->connector).add(relation->format.format).add(relation->format.encode);
    out.add(relation->created_micros);
  }
}

}  // namespace

SystemRelation rw_tables() {
  return {"rw_catalog", "rw_tables", "tables", columns, rows};
}

}  // namespace leat::system_catalog

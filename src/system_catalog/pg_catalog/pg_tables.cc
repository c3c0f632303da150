// pg_tables: tables, the system's own too.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"schemaname", kText}, {"tablename", kText}, {"tableowner", kText}, {"tablespace", kText},
          {"hasindexes", kBool}, {"hasrules", kBool}, {"hastriggers", kBool}, {"rowsecurity", kBool}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relkind(relation) != "r") return;
    const bool has_index = has_primary_key(relation) || !context.catalog->indexes_of(relation.id).empty();
    out.add(relation.schema_name).add(relation.name).add(relation.owner).add_null().add(has_index);
    out.add(false).add(false).add(false);
  });
}

}  // namespace

SystemRelation pg_tables() {
  return {"pg_catalog", "pg_tables", "tables", columns, rows};
}

}  // namespace leat::system_catalog

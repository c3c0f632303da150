// information_schema.table_constraints: the declared primary keys.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"constraint_catalog", kText}, {"constraint_schema", kText}, {"constraint_name", kText},
          {"table_catalog", kText}, {"table_schema", kText}, {"table_name", kText}, {"constraint_type", kText},
          {"is_deferrable", kText}, {"initially_deferred", kText}, {"enforced", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, table] : context.catalog->relations) {
    if (!has_primary_key(*table)) continue;
    out.add(context.database).add(table->schema_name).add(primary_key_name(*table)).add(context.database);
    out.add(table->schema_name).add(table->name).add("PRIMARY KEY").add("NO").add("NO").add("YES");
  }
}

}  // namespace

SystemRelation information_table_constraints() {
  return {"information_schema", "table_constraints", "constraints: primary keys", columns, rows};
}

}  // namespace leat::system_catalog

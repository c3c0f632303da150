// information_schema.key_column_usage: the columns of the declared primary keys.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"constraint_catalog", kText}, {"constraint_schema", kText}, {"constraint_name", kText},
          {"table_catalog", kText}, {"table_schema", kText}, {"table_name", kText}, {"column_name", kText},
          {"ordinal_position", kInt4}, {"position_in_unique_constraint", kInt4}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, table] : context.catalog->relations) {
    if (!has_primary_key(*table)) continue;
    int position = 0;
    for (const int index : table->key) {
      out.add(context.database).add(table->schema_name).add(primary_key_name(*table)).add(context.database);
      out.add(table->schema_name).add(table->name).add(table->columns[index].name).add(++position).add_null();
    }
  }
}

}  // namespace

SystemRelation information_key_column_usage() {
  return {"information_schema", "key_column_usage", "columns of primary keys", columns, rows};
}

}  // namespace leat::system_catalog

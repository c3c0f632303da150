// information_schema.constraint_column_usage: the columns of the declared primary keys, by column.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"table_catalog", kText}, {"table_schema", kText}, {"table_name", kText}, {"column_name", kText},
          {"constraint_catalog", kText}, {"constraint_schema", kText}, {"constraint_name", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, table] : context.catalog->relations) {
    if (!has_primary_key(*table)) continue;
    for (const int index : table->key) {
      out.add(context.database).add(table->schema_name).add(table->name).add(table->columns[index].name);
      out.add(context.database).add(table->schema_name).add(primary_key_name(*table));
    }
  }
}

}  // namespace

SystemRelation information_constraint_column_usage() {
  return {"information_schema", "constraint_column_usage", "columns used by constraints", columns, rows};
}

}  // namespace leat::system_catalog

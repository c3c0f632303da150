// information_schema.views: views and their queries.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"table_catalog", kText}, {"table_schema", kText}, {"table_name", kText}, {"view_definition", kText},
          {"check_option", kText}, {"is_updatable", kText}, {"is_insertable_into", kText},
          {"is_trigger_updatable", kText}, {"is_trigger_deletable", kText}, {"is_trigger_insertable_into", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relkind(relation) != "v") return;
    out.add(context.database).add(relation.schema_name).add(relation.name).add(relation.query_sql).add("NONE");
    out.add("NO").add("NO").add("NO").add("NO").add("NO");
  });
}

}  // namespace

SystemRelation information_views() {
  return {"information_schema", "views", "views", columns, rows};
}

}  // namespace leat::system_catalog

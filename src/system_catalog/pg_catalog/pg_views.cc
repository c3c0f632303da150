// pg_views: views and their queries, the system's own too.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"schemaname", kText}, {"viewname", kText}, {"viewowner", kText}, {"definition", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relkind(relation) == "v") out.add(relation.schema_name).add(relation.name).add(relation.owner).add(relation.query_sql);
  });
}

}  // namespace

SystemRelation pg_views() {
  return {"pg_catalog", "pg_views", "views", columns, rows};
}

}  // namespace leat::system_catalog

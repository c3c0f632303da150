// pg_foreign_table: the sources, with their connector and options; secrets are left out.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"ftrelid", kOid}, {"ftserver", kOid}, {"ftoptions", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  const auto connectors = connector_oids(*context.catalog);
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind != RelationKind::kSource) continue;
    const auto connector = connectors.find(relation->connector);
    out.add(id.value).add(connector == connectors.end() ? 0u : connector->second);
    out.add(text_list_value(shown_options(*relation)));
  }
}

}  // namespace

SystemRelation pg_foreign_table() {
  return {"pg_catalog", "pg_foreign_table", "sources", columns, rows, 3118};
}

}  // namespace leat::system_catalog

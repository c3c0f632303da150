// rw_catalog.rw_sources: sources.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"schema_id", kInt4}, {"schema_name", kText}, {"owner", kInt4},
          {"definition", kText}, {"append_only", kBool}, {"connector", kText}, {"format", kText},
          {"row_encode", kText}, {"options", text_list()}, {"created_at", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind != RelationKind::kSource) continue;
    out.add(id.value).add(relation->name).add(schema_oid(*context.catalog, *relation)).add(relation->schema_name);
    out.add(kRootRole).add(relation->shown_sql);
    out.add(relation->append_only).add(relation->connector).add(relation->format.format).add(relation->format.encode);
    out.add(text_list_value(shown_options(*relation)));
    out.add(relation->created_micros);
  }
}

}  // namespace

SystemRelation rw_sources() {
  return {"rw_catalog", "rw_sources", "sources", columns, rows};
}

}  // namespace leat::system_catalog

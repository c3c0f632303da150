// rw_catalog.rw_relations: everything that has a name, system relations too.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"relation_type", kText}, {"schema_id", kInt4}, {"schema_name", kText},
          {"owner", kInt4}, {"definition", kText}, {"acl", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    const bool is_system = relation->kind == RelationKind::kSystem;
    out.add(id.value).add(relation->name).add(is_system ? "system table" : relation_kind_text(relation->kind));
    out.add(schema_oid(*context.catalog, *relation)).add(relation->schema_name).add(kRootRole);
    out.add(relation->shown_sql).add_null();
  }
}

}  // namespace

SystemRelation rw_relations() {
  return {"rw_catalog", "rw_relations", "all relations", columns, rows};
}

}  // namespace leat::system_catalog

// rw_catalog.rw_schemas: the schemas.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"owner", kInt4}, {"acl", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [name, schema] : context.catalog->schemas) out.add(schema.id.value).add(name).add(kRootRole).add_null();
}

}  // namespace

SystemRelation rw_schemas() {
  return {"rw_catalog", "rw_schemas", "schemas", columns, rows};
}

}  // namespace leat::system_catalog

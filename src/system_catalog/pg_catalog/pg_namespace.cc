// pg_namespace: one row per schema.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() { return {{"oid", kOid}, {"nspname", kText}, {"nspowner", kOid}, {"nspacl", text_list()}}; }

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [name, schema] : context.catalog->schemas) {
    out.add(schema.id.value).add(name).add(kRootRole).add_null();
  }
}

}  // namespace

SystemRelation pg_namespace() { return {"pg_catalog", "pg_namespace", "schemas", columns, rows, 2615}; }

}  // namespace leat::system_catalog

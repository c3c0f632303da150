// information_schema.schemata: the schemas.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"catalog_name", kText}, {"schema_name", kText}, {"schema_owner", kText},
          {"default_character_set_catalog", kText}, {"default_character_set_schema", kText},
          {"default_character_set_name", kText}, {"sql_path", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [name, schema] : context.catalog->schemas) {
    out.add(context.database).add(name).add(schema.owner).add_null().add_null().add_null().add_null();
  }
}

}  // namespace

SystemRelation information_schemata() {
  return {"information_schema", "schemata", "schemas", columns, rows};
}

}  // namespace leat::system_catalog

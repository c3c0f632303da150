// information_schema.table_privileges: the same as role_table_grants: there is one role.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"grantor", kText}, {"grantee", kText}, {"table_catalog", kText}, {"table_schema", kText},
          {"table_name", kText}, {"privilege_type", kText}, {"is_grantable", kText}, {"with_hierarchy", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) { information_role_table_grants().rows(context, out); }

}  // namespace

SystemRelation information_table_privileges() {
  return {"information_schema", "table_privileges", "privileges on relations", columns, rows};
}

}  // namespace leat::system_catalog

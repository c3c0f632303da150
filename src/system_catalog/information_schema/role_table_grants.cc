// information_schema.role_table_grants: what the owner may do with each relation.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"grantor", kText}, {"grantee", kText}, {"table_catalog", kText}, {"table_schema", kText},
          {"table_name", kText}, {"privilege_type", kText}, {"is_grantable", kText}, {"with_hierarchy", kText}};
}

constexpr std::string_view kPrivileges[] = {"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE"};

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relation.kind == RelationKind::kIndex) return;
    for (const std::string_view privilege : kPrivileges) {
      if (relation.kind != RelationKind::kTable && privilege != "SELECT") continue;
      out.add(relation.owner).add(relation.owner).add(context.database).add(relation.schema_name).add(relation.name);
      out.add(privilege).add("YES").add(privilege == "SELECT" ? "YES" : "NO");
    }
  });
}

}  // namespace

SystemRelation information_role_table_grants() {
  return {"information_schema", "role_table_grants", "privileges on relations", columns, rows};
}

}  // namespace leat::system_catalog

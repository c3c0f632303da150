// pg_roles: the one role. Users are not kept yet: every session may do everything.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"rolname", kText}, {"rolsuper", kBool}, {"rolinherit", kBool}, {"rolcreaterole", kBool},
          {"rolcreatedb", kBool}, {"rolcanlogin", kBool}, {"rolreplication", kBool}, {"rolconnlimit", kInt4},
          {"rolpassword", kText}, {"rolvaliduntil", kTimestamptz}, {"rolbypassrls", kBool},
          {"rolconfig", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  out.add(kRootRole).add(context.user).add(true).add(true).add(true).add(true).add(true).add(true).add(-1);
  out.add("********").add_null().add(true).add_null();
}

}  // namespace

SystemRelation pg_roles() {
  return {"pg_catalog", "pg_roles", "roles", columns, rows};
}

}  // namespace leat::system_catalog

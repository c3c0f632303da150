// pg_user: the one role, as a user.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"usename", kText}, {"usesysid", kOid}, {"usecreatedb", kBool}, {"usesuper", kBool}, {"userepl", kBool},
          {"usebypassrls", kBool}, {"passwd", kText}, {"valuntil", kTimestamptz}, {"useconfig", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  out.add(context.user).add(kRootRole).add(true).add(true).add(true).add(true).add("********").add_null().add_null();
}

}  // namespace

SystemRelation pg_user() {
  return {"pg_catalog", "pg_user", "users", columns, rows};
}

}  // namespace leat::system_catalog

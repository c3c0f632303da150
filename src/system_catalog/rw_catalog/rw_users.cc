// rw_catalog.rw_users: the one user.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"is_super", kBool}, {"create_db", kBool}, {"create_user", kBool},
          {"can_login", kBool}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  out.add(kRootRole).add(context.user).add(true).add(true).add(true).add(true);
}

}  // namespace

SystemRelation rw_users() {
  return {"rw_catalog", "rw_users", "users", columns, rows};
}

}  // namespace leat::system_catalog

// rw_catalog.rw_databases: the one database.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"owner", kInt4}, {"acl", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  out.add(kDatabase).add(context.database).add(kRootRole).add_null();
}

}  // namespace

SystemRelation rw_databases() {
  return {"rw_catalog", "rw_databases", "databases", columns, rows};
}

}  // namespace leat::system_catalog

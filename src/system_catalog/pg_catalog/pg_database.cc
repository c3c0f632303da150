// pg_database: the one database of this session.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid},           {"datname", kText},       {"datdba", kOid},        {"encoding", kInt4},
          {"datcollate", kText},   {"datctype", kText},      {"datistemplate", kBool}, {"datallowconn", kBool},
          {"datconnlimit", kInt4}, {"datlastsysoid", kOid},  {"datfrozenxid", kInt8}, {"datminmxid", kInt8},
          {"dattablespace", kOid}, {"datlocprovider", kText}, {"daticulocale", kText}, {"datacl", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  out.add(kDatabase).add(context.database).add(kRootRole).add(kUtf8).add("C.UTF-8").add("C.UTF-8");
  out.add(false).add(true).add(-1).add(16383).add(0).add(0).add(kTablespace).add("c").add_null().add_null();
}

}  // namespace

SystemRelation pg_database() { return {"pg_catalog", "pg_database", "databases", columns, rows, 1262}; }

}  // namespace leat::system_catalog

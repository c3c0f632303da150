// pg_tablespace: where everything is.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"spcname", kText}, {"spcowner", kOid}, {"spcacl", text_list()},
          {"spcoptions", text_list()}};
}

void rows(const SystemContext&, RowBuilder& out) {
  out.add(kTablespace).add("pg_default").add(kRootRole).add_null().add_null();
}

}  // namespace

SystemRelation pg_tablespace() {
  return {"pg_catalog", "pg_tablespace", "tablespaces", columns, rows, 1213};
}

}  // namespace leat::system_catalog

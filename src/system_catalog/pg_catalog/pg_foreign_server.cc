// pg_foreign_server: one per connector in use, so that clients show a source's connector as its server.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"srvname", kText}, {"srvowner", kOid}, {"srvfdw", kOid}, {"srvtype", kText},
          {"srvversion", kText}, {"srvacl", text_list()}, {"srvoptions", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [connector, oid] : connector_oids(*context.catalog)) {
    out.add(oid).add(connector).add(kRootRole).add(oid).add_null().add_null().add_null().add_null();
  }
}

}  // namespace

SystemRelation pg_foreign_server() {
  return {"pg_catalog", "pg_foreign_server", "connectors as foreign servers", columns, rows, 1417};
}

}  // namespace leat::system_catalog

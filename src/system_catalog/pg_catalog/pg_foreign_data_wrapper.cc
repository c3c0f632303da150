// pg_foreign_data_wrapper: one per connector in use.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"fdwname", kText}, {"fdwowner", kOid}, {"fdwhandler", kOid}, {"fdwvalidator", kOid},
          {"fdwacl", text_list()}, {"fdwoptions", text_list()}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [connector, oid] : connector_oids(*context.catalog)) {
    out.add(oid).add(connector).add(kRootRole).add(0).add(0).add_null().add_null();
  }
}

}  // namespace

SystemRelation pg_foreign_data_wrapper() {
  return {"pg_catalog", "pg_foreign_data_wrapper", "connectors", columns, rows, 2328};
}

}  // namespace leat::system_catalog

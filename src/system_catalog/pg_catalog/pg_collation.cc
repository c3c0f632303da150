// pg_collation: text is ordered by its bytes, whatever the collation's name.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"collname", kText}, {"collnamespace", kOid}, {"collowner", kOid},
          {"collprovider", kText}, {"collisdeterministic", kBool}, {"collencoding", kInt4}, {"collcollate", kText},
          {"collctype", kText}, {"colliculocale", kText}, {"collversion", kText}};
}

void add_collation(uint32_t oid, std::string_view name, std::string_view provider, RowBuilder& out) {
  out.add(oid).add(name).add(kPgCatalogSchema).add(kRootRole).add(provider).add(true).add(-1);
  out.add("C").add("C").add_null().add_null();
}

void rows(const SystemContext&, RowBuilder& out) {
  add_collation(kDefaultCollation, "default", "d", out);
  add_collation(950, "C", "c", out);
  add_collation(951, "POSIX", "c", out);
}

}  // namespace

SystemRelation pg_collation() {
  return {"pg_catalog", "pg_collation", "collations", columns, rows, 3456};
}

}  // namespace leat::system_catalog

// pg_language: the language of functions.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"lanname", kText}, {"lanowner", kOid}, {"lanispl", kBool}, {"lanpltrusted", kBool},
          {"lanplcallfoid", kOid}, {"laninline", kOid}, {"lanvalidator", kOid}, {"lanacl", text_list()}};
}

void rows(const SystemContext&, RowBuilder& out) {
  out.add(12).add("internal").add(kRootRole).add(false).add(false).add(0).add(0).add(0).add_null();
}

}  // namespace

SystemRelation pg_language() {
  return {"pg_catalog", "pg_language", "languages", columns, rows, 2612};
}

}  // namespace leat::system_catalog

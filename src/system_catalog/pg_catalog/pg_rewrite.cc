// pg_rewrite: one rule per view, with the view's number, to which pg_depend refers.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"rulename", kText}, {"ev_class", kOid}, {"ev_type", kText}, {"ev_enabled", kText},
          {"is_instead", kBool}, {"ev_qual", kText}, {"ev_action", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (!has_rewrite_rule(*relation)) continue;
    out.add(id.value).add("_RETURN").add(id.value).add("1").add("O").add(true).add("").add("");
  }
}

}  // namespace

SystemRelation pg_rewrite() {
  return {"pg_catalog", "pg_rewrite", "rules of views", columns, rows, 2618};
}

}  // namespace leat::system_catalog

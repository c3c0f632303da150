// pg_depend: which relation reads which, by number.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"classid", kOid}, {"objid", kOid}, {"objsubid", kInt4}, {"refclassid", kOid}, {"refobjid", kOid},
          {"refobjsubid", kInt4}, {"deptype", kText}};
}

constexpr uint32_t kPgClass = 1259, kPgRewrite = 2618;

// As in PostgreSQL, what a view reads is what its rule (pg_rewrite) depends on; the rule has the view's
// number.
void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    const bool has_rule = has_rewrite_rule(*relation);
    if (has_rule) out.add(kPgRewrite).add(id.value).add(0).add(kPgClass).add(id.value).add(0).add("i");
    for (const ObjectId read : relation->depends_on) {
      out.add(has_rule ? kPgRewrite : kPgClass).add(id.value).add(0).add(kPgClass).add(read.value).add(0);
      out.add(relation->kind == RelationKind::kIndex ? "a" : "n");
    }
  }
}

}  // namespace

SystemRelation pg_depend() {
  return {"pg_catalog", "pg_depend", "dependencies", columns, rows, 2608};
}

}  // namespace leat::system_catalog

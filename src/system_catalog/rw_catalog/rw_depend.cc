// rw_catalog.rw_depend: which relation reads which.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"objid", kInt4}, {"refobjid", kInt4}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    for (const ObjectId read : relation->depends_on) out.add(id.value).add(read.value);
  }
}

}  // namespace

SystemRelation rw_depend() {
  return {"rw_catalog", "rw_depend", "dependencies", columns, rows};
}

}  // namespace leat::system_catalog

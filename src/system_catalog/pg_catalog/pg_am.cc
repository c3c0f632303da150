// pg_am: access methods: stored rows and ordered indexes.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"amname", kText}, {"amhandler", TypeId::kRegproc}, {"amtype", kText}};
}

void rows(const SystemContext&, RowBuilder& out) {
  out.add(kHeapAccess).add("heap").add(0).add("t");
  out.add(kTreeAccess).add("btree").add(0).add("i");
}

}  // namespace

SystemRelation pg_am() {
  return {"pg_catalog", "pg_am", "access methods", columns, rows, 2601};
}

}  // namespace leat::system_catalog

// pg_description: what the system relations and functions are for. Users' comments are not kept.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/function_list.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"objoid", kOid}, {"classoid", kOid}, {"objsubid", kInt4}, {"description", kText}};
}

constexpr uint32_t kPgClass = 1259, kPgProc = 1255, kPgOperator = 2617;

void rows(const SystemContext& context, RowBuilder& out) {
  for (const SystemRelation& relation : system_relations()) {
    const RelationPtr entry = context.catalog->find(relation.schema, relation.name);
    if (entry != nullptr) out.add(entry->id.value).add(kPgClass).add(0).add(relation.doc);
  }
  for (const FunctionEntry& entry : function_list()) {
    const bool is_operator = entry.kind == FunctionKind::kOperator;
    out.add(entry.oid).add(is_operator ? kPgOperator : kPgProc).add(0).add(entry.doc);
  }
}

}  // namespace

SystemRelation pg_description() {
  return {"pg_catalog", "pg_description", "descriptions of system objects", columns, rows, 2609};
}

}  // namespace leat::system_catalog

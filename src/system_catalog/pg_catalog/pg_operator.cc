// pg_operator: the operators that SQL can call.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/function_list.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"oprname", kText}, {"oprnamespace", kOid}, {"oprowner", kOid}, {"oprkind", kText},
          {"oprcanmerge", kBool}, {"oprcanhash", kBool}, {"oprleft", kOid}, {"oprright", kOid},
          {"oprresult", kOid}, {"oprcom", kOid}, {"oprnegate", kOid}, {"oprcode", TypeId::kRegproc},
          {"oprrest", TypeId::kRegproc}, {"oprjoin", TypeId::kRegproc}};
}

void rows(const SystemContext&, RowBuilder& out) {
  for (const FunctionEntry& entry : function_list()) {
    if (entry.kind != FunctionKind::kOperator || entry.args->count == 0 || entry.args->count > 2) continue;
    const bool prefix = entry.args->count == 1;
    const bool equality = entry.name == "=";
    out.add(entry.oid).add(entry.name).add(kPgCatalogSchema).add(kRootRole).add(prefix ? "l" : "b").add(equality);
    out.add(equality).add(prefix ? 0u : spec_oid(entry.args->args[0])).add(spec_oid(entry.args->args[prefix ? 0 : 1]));
    out.add(spec_oid(entry.result)).add(0).add(0).add(entry.oid).add(0).add(0);
  }
}

}  // namespace

SystemRelation pg_operator() {
  return {"pg_catalog", "pg_operator", "operators", columns, rows, 2617};
}

}  // namespace leat::system_catalog

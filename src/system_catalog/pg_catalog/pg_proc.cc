// pg_proc: the functions and aggregates that SQL can call.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/function_list.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"proname", kText}, {"pronamespace", kOid}, {"proowner", kOid}, {"prolang", kOid},
          {"procost", kFloat4}, {"prorows", kFloat4}, {"provariadic", kOid}, {"prosupport", TypeId::kRegproc},
          {"prokind", kText}, {"prosecdef", kBool}, {"proleakproof", kBool}, {"proisstrict", kBool},
          {"proretset", kBool}, {"provolatile", kText}, {"proparallel", kText}, {"pronargs", kInt2},
          {"pronargdefaults", kInt2}, {"prorettype", kOid}, {"proargtypes", oid_vector()},
          {"proallargtypes", oid_list()}, {"proargmodes", text_list()}, {"proargnames", text_list()},
          {"proargdefaults", kText}, {"protrftypes", oid_list()}, {"prosrc", kText}, {"probin", kText},
          {"proconfig", text_list()}, {"proacl", text_list()}};
}

constexpr uint32_t kInternalLanguage = 12;

std::string_view volatility_text(Volatility volatility) {
  return volatility == Volatility::kImmutable ? "i" : volatility == Volatility::kStable ? "s" : "v";
}

void rows(const SystemContext&, RowBuilder& out) {
  for (const FunctionEntry& entry : function_list()) {
    if (entry.kind == FunctionKind::kOperator) continue;
    const int count = entry.args->count;
    std::vector<uint32_t> args;
    for (int i = 0; i < count; ++i) args.push_back(static_cast<uint32_t>(spec_oid(entry.args->args[i])));
    const bool is_table = entry.kind == FunctionKind::kTable;
    out.add(entry.oid).add(entry.name).add(kPgCatalogSchema).add(kRootRole).add(kInternalLanguage).add(1.0);
    out.add(is_table ? 1000.0 : 0.0).add(entry.variadic && count > 0 ? args.back() : 0u).add(0);
    out.add(entry.kind == FunctionKind::kAggregate ? "a" : "f").add(false).add(false).add(entry.strict).add(is_table);
    out.add(volatility_text(entry.volatility)).add("s").add(count).add(0).add(spec_oid(entry.result));
    out.add(oid_vector_value(args)).add_null().add_null().add_null().add_null().add_null().add(entry.name);
    out.add_null().add_null().add_null();
  }
}

}  // namespace

SystemRelation pg_proc() {
  return {"pg_catalog", "pg_proc", "functions", columns, rows, 1255};
}

}  // namespace leat::system_catalog

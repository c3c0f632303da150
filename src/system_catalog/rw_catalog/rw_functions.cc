// rw_catalog.rw_functions: functions, operators and aggregates, with what they do and an example.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/function_list.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"name", kText}, {"kind", kText}, {"arguments", kText}, {"result", kText}, {"doc", kText},
          {"example", kText}};
}

std::string_view kind_text(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::kScalar: return "function";
    case FunctionKind::kTable: return "table function";
    case FunctionKind::kAggregate: return "aggregate";
    case FunctionKind::kOperator: return "operator";
  }
  return "";
}

void rows(const SystemContext&, RowBuilder& out) {
  for (const FunctionEntry& entry : function_list()) {
    out.add(entry.name).add(kind_text(entry.kind)).add(argument_text(entry)).add(result_text(entry));
    out.add(entry.doc).add(entry.example);
  }
}

}  // namespace

SystemRelation rw_functions() {
  return {"rw_catalog", "rw_functions", "functions", columns, rows};
}

}  // namespace leat::system_catalog

// pg_cast: the casts between types.
#include "function/casts.h"
#include "system_catalog/catalog_facts.h"
#include "system_catalog/function_list.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"castsource", kOid}, {"casttarget", kOid}, {"castfunc", kOid}, {"castcontext", kText},
          {"castmethod", kText}};
}

constexpr uint32_t kFirstOid = 10'000;

std::string_view context_text(CastContext context) {
  return context == CastContext::kImplicit ? "i" : context == CastContext::kAssignment ? "a" : "e";
}

void rows(const SystemContext&, RowBuilder& out) {
  uint32_t oid = kFirstOid;
  for (const CastRow& row : cast_rows()) {
    out.add(oid++).add(spec_oid(row.function.args.args[0])).add(spec_oid(row.function.result)).add(0);
    out.add(context_text(row.context)).add("f");
  }
}

}  // namespace

SystemRelation pg_cast() {
  return {"pg_catalog", "pg_cast", "casts", columns, rows, 2605};
}

}  // namespace leat::system_catalog

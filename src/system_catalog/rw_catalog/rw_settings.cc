// rw_catalog.rw_settings: the parameters of this session.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"name", kText}, {"value", kText}, {"default_value", kText}, {"doc", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (!context.settings) return;
  for (const SettingRow& row : context.settings()) out.add(row.name).add(row.value).add(row.default_value).add(row.doc);
}

}  // namespace

SystemRelation rw_settings() {
  return {"rw_catalog", "rw_settings", "parameters of the session", columns, rows};
}

}  // namespace leat::system_catalog

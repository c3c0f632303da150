// pg_settings: the parameters of this session.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"name", kText}, {"setting", kText}, {"unit", kText}, {"category", kText}, {"short_desc", kText},
          {"extra_desc", kText}, {"context", kText}, {"vartype", kText}, {"source", kText}, {"min_val", kText},
          {"max_val", kText}, {"enumvals", text_list()}, {"boot_val", kText}, {"reset_val", kText},
          {"sourcefile", kText}, {"sourceline", kInt4}, {"pending_restart", kBool}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (!context.settings) return;
  for (const SettingRow& row : context.settings()) {
    const bool is_default = row.value == row.default_value;
    out.add(row.name).add(row.value).add_null().add("Session").add(row.doc).add_null().add("user").add("string");
    out.add(is_default ? "default" : "session").add_null().add_null().add_null().add(row.default_value);
    out.add(row.default_value).add_null().add_null().add(false);
  }
}

}  // namespace

SystemRelation pg_settings() {
  return {"pg_catalog", "pg_settings", "parameters of the session", columns, rows};
}

}  // namespace leat::system_catalog

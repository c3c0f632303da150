// pg_attrdef: defaults and generation expressions of columns, as SQL text.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"adrelid", kOid}, {"adnum", kInt2}, {"adbin", kText}};
}

constexpr uint32_t kFirstOid = 2'000'000'000;

void rows(const SystemContext& context, RowBuilder& out) {
  uint32_t oid = kFirstOid;
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    for (const VisibleColumn& column : visible_columns(relation)) {
      const ColumnDefinition& definition = *column.definition;
      const std::string& text = definition.generated_sql.empty() ? definition.default_sql : definition.generated_sql;
      if (!text.empty()) out.add(oid++).add(relation.id.value).add(column.number).add(text);
    }
  });
}

}  // namespace

SystemRelation pg_attrdef() {
  return {"pg_catalog", "pg_attrdef", "defaults of columns", columns, rows, 2604};
}

}  // namespace leat::system_catalog

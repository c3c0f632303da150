// information_schema.tables: tables, views, and sources as foreign tables. Materialized views are listed too (PostgreSQL leaves
// // them out), so that tools that know only this schema see them.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"table_catalog", kText}, {"table_schema", kText}, {"table_name", kText}, {"table_type", kText},
          {"self_referencing_column_name", kText}, {"reference_generation", kText},
          {"user_defined_type_catalog", kText}, {"user_defined_type_schema", kText},
          {"user_defined_type_name", kText}, {"is_insertable_into", kText}, {"is_typed", kText},
          {"commit_action", kText}};
}

std::string_view table_type(const Relation& relation) {
  const std::string_view kind = relkind(relation);
  return kind == "r" ? "BASE TABLE" : kind == "v" ? "VIEW" : kind == "m" ? "MATERIALIZED VIEW" : "FOREIGN";
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relation.kind == RelationKind::kIndex) return;
    out.add(context.database).add(relation.schema_name).add(relation.name).add(table_type(relation));
    out.add_null().add_null().add_null().add_null().add_null();
    out.add(relation.kind == RelationKind::kTable ? "YES" : "NO").add("NO").add_null();
  });
}

}  // namespace

SystemRelation information_tables() {
  return {"information_schema", "tables", "tables and views", columns, rows};
}

}  // namespace leat::system_catalog

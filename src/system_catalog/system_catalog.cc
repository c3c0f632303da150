#include "system_catalog/system_catalog.h"

#include <algorithm>

#include "base/check.h"
#include "system_catalog/relations.h"

namespace leat {
namespace {

// Ids of relations without a number of PostgreSQL's, by their place in the list. They are not stored.
constexpr uint32_t kFirstId = 12000;

using MakeRelation = SystemRelation (*)();
constexpr MakeRelation kRelations[] = {
    system_catalog::pg_am,
    system_catalog::pg_attrdef,
    system_catalog::pg_attribute,
    system_catalog::pg_cast,
    system_catalog::pg_class,
    system_catalog::pg_collation,
    system_catalog::pg_constraint,
    system_catalog::pg_database,
    system_catalog::pg_depend,
    system_catalog::pg_description,
    system_catalog::pg_foreign_data_wrapper,
    system_catalog::pg_foreign_server,
    system_catalog::pg_foreign_table,
    system_catalog::pg_index,
    system_catalog::pg_indexes,
    system_catalog::pg_language,
    system_catalog::pg_matviews,
    system_catalog::pg_namespace,
    system_catalog::pg_operator,
    system_catalog::pg_proc,
    system_catalog::pg_rewrite,
    system_catalog::pg_roles,
    system_catalog::pg_settings,
    system_catalog::pg_stat_activity,
    system_catalog::pg_stat_user_tables,
    system_catalog::pg_tables,
    system_catalog::pg_tablespace,
    system_catalog::pg_type,
    system_catalog::pg_user,
    system_catalog::pg_views,
    system_catalog::information_columns,
    system_catalog::information_constraint_column_usage,
    system_catalog::information_key_column_usage,
    system_catalog::information_role_table_grants,
    system_catalog::information_schemata,
    system_catalog::information_table_constraints,
    system_catalog::information_table_privileges,
    system_catalog::information_tables,
    system_catalog::information_views,
    system_catalog::rw_checkpoints,
    system_catalog::rw_columns,
    system_catalog::rw_databases,
    system_catalog::rw_ddl_progress,
    system_catalog::rw_depend,
    system_catalog::rw_expression_errors,
    system_catalog::rw_freshness,
    system_catalog::rw_functions,
    system_catalog::rw_indexes,
    system_catalog::rw_job_operators,
    system_catalog::rw_jobs,
    system_catalog::rw_materialized_views,
    system_catalog::rw_memory,
    system_catalog::rw_metrics,
    system_catalog::rw_relations,
    system_catalog::rw_schemas,
    system_catalog::rw_settings,
    system_catalog::rw_sink_status,
    system_catalog::rw_sinks,
    system_catalog::rw_source_errors,
    system_catalog::rw_source_gaps,
    system_catalog::rw_source_lag,
    system_catalog::rw_sources,
    system_catalog::rw_steps,
    system_catalog::rw_tables,
    system_catalog::rw_users,
    system_catalog::rw_views,
};

std::vector<SystemRelation> make_relations() {
  std::vector<SystemRelation> out;
  for (const MakeRelation make : kRelations) out.push_back(make());
  for (const auto empty : {system_catalog::empty_pg_relations(), system_catalog::empty_information_relations()}) {
    out.insert(out.end(), empty.begin(), empty.end());
  }
  return out;
}

// As PostgreSQL's own relations, those of pg_catalog have a hidden column with their number, by which
// clients find descriptions.
bool has_table_oid(const SystemRelation& row) { return row.schema == "pg_catalog"; }

RelationPtr catalog_entry(const SystemRelation& row, uint32_t id, const CatalogSnapshot& catalog) {
  auto relation = std::make_shared<Relation>();
  relation->id = ObjectId(id);
  relation->schema_name = row.schema;
  const auto schema = catalog.schemas.find(row.schema);
  CHECK(schema != catalog.schemas.end(), "schema {} of {} is not in the catalog", row.schema, row.name);
  relation->schema = schema->second.id;
  relation->name = row.name;
  relation->kind = RelationKind::kSystem;
  for (Field& field : row.columns()) {
    ColumnDefinition column;
    column.name = std::move(field.name);
    column.type = std::move(field.type);
    relation->columns.push_back(std::move(column));
  }
  if (has_table_oid(row)) {
    ColumnDefinition column;
    column.name = "tableoid";
    column.type = TypeId::kOid;
    column.hidden = true;
    relation->columns.push_back(std::move(column));
  }
  return relation;
}

}  // namespace

std::span<const SystemRelation> system_relations() {
  static const std::vector<SystemRelation> relations = make_relations();
  return relations;
}

void add_system_relations(CatalogSnapshot& catalog) {
  uint32_t next_id = kFirstId;
  for (const SystemRelation& row : system_relations()) {
    const uint32_t id = next_id++;
    catalog.put(catalog_entry(row, row.oid != 0 ? row.oid : id, catalog));
  }
}

Result<Batch> system_rows(const Relation& relation, const SystemContext& context) {
  for (const SystemRelation& row : system_relations()) {
    if (row.schema != relation.schema_name || row.name != relation.name) continue;
    RowBuilder builder(row.columns());
    row.rows(context, builder);
    Batch batch = builder.finish();
    if (has_table_oid(row)) {
      auto number = std::make_shared<Vector>(TypeId::kOid, batch.size());
      std::fill_n(number->data<int64_t>(), batch.size(), int64_t{relation.id.value});
      batch.columns.push_back(std::move(number));
    }
    return batch;
  }
  return fail(SqlState::kUndefinedTable, "there is no system relation {}.{}", relation.schema_name, relation.name);
}

}  // namespace leat

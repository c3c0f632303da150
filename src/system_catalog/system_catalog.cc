#include "system_catalog/system_catalog.h"

#include "base/check.h"
#include "system_catalog/relations.h"

namespace leat {
namespace {

// Ids of relations without a number of PostgreSQL's, by their place in the list. They are not stored.
constexpr uint32_t kFirstId = 12000;

using MakeRelation = SystemRelation (*)();
constexpr MakeRelation kRelations[] = {
    system_catalog::pg_attribute,
    system_catalog::pg_class,
    system_catalog::pg_database,
    system_catalog::pg_namespace,
    system_catalog::pg_type,
};

std::vector<SystemRelation> make_relations() {
  std::vector<SystemRelation> out;
  for (const MakeRelation make : kRelations) out.push_back(make());
  return out;
}

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
    return builder.finish();
  }
  return fail(SqlState::kUndefinedTable, "there is no system relation {}.{}", relation.schema_name, relation.name);
}

}  // namespace leat

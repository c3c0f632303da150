#include "job/catalog_keys.h"

#include <fmt/ranges.h>

#include "dataflow/graph_builder.h"

namespace leat {

std::string relation_key(ObjectId id) { return fmt::format("{}{:010}", kRelationPrefix, id.value); }
std::string schema_key(std::string_view name) { return fmt::format("{}{}", kSchemaPrefix, name); }

CatalogRecord record_of(const PlannedRelation& planned) {
  const Relation& relation = *planned.relation;
  return {.id = relation.id,
          .schema = relation.schema_name,
          .sql = relation.sql,
          .table = relation.table,
          .first_state_table = relation.first_state_table,
          .state_tables = planned.plan.root ? count_state_tables(*planned.plan.root) : 0,
          .created_micros = relation.created_micros,
          .plan_fingerprint = planned.plan.root ? plan_fingerprint(*planned.plan.root) : 0,
          .extra = fmt::format("{}", fmt::join(relation.search_path, "\n")),
          .zone = relation.zone};
}

std::vector<TableId> tables_of(const CatalogRecord& record) {
  std::vector<TableId> tables{record.table};
  for (uint32_t i = 0; i < record.state_tables; ++i) tables.push_back(TableId(record.first_state_table.value + i));
  return tables;
}

bool has_connector(const Relation& relation) {
  return !relation.connector.empty() &&
         (relation.kind == RelationKind::kTable || relation.kind == RelationKind::kSource);
}

}  // namespace leat

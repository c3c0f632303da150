// rw_catalog.rw_indexes: indexes.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"primary_table_id", kInt4}, {"key_columns", int2_list()},
          {"schema_id", kInt4}, {"schema_name", kText}, {"owner", kInt4}, {"definition", kText},
          {"created_at", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, index] : context.catalog->relations) {
    if (index->kind != RelationKind::kIndex) continue;
    const RelationPtr table = context.catalog->find(index->indexed);
    std::vector<int> key;
    for (const SortColumn& column : index_key(*index)) {
      if (table != nullptr) key.push_back(column_number(*table, index->index_columns[column.column]));
    }
    out.add(id.value).add(index->name).add(index->indexed.value).add(int2_list_value(key));
    out.add(schema_oid(*context.catalog, *index)).add(index->schema_name).add(kRootRole).add(index->shown_sql);
    out.add(index->created_micros);
  }
}

}  // namespace

SystemRelation rw_indexes() {
  return {"rw_catalog", "rw_indexes", "indexes", columns, rows};
}

}  // namespace leat::system_catalog

// pg_index: one row per index, those of primary keys too.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"indexrelid", kOid}, {"indrelid", kOid}, {"indnatts", kInt2}, {"indnkeyatts", kInt2},
          {"indisunique", kBool}, {"indisprimary", kBool}, {"indisexclusion", kBool}, {"indimmediate", kBool},
          {"indisclustered", kBool}, {"indisvalid", kBool}, {"indcheckxmin", kBool}, {"indisready", kBool},
          {"indislive", kBool}, {"indisreplident", kBool}, {"indkey", int2_vector()}, {"indcollation", oid_vector()},
          {"indclass", oid_vector()}, {"indoption", int2_vector()}, {"indexprs", kText}, {"indpred", kText}};
}

struct IndexRow {
  uint32_t oid, table;
  bool primary;
  std::vector<int> columns;  // numbers in the table
  std::vector<int> options;  // PostgreSQL's bits: 1 descending, 2 NULLs first
};

void add_row(const IndexRow& row, RowBuilder& out) {
  const std::vector<uint32_t> none(row.columns.size(), 0);
  out.add(row.oid).add(row.table).add(uint64_t{row.columns.size()}).add(uint64_t{row.columns.size()});
  out.add(row.primary).add(row.primary).add(false).add(true).add(false).add(true).add(false).add(true).add(true);
  out.add(false).add(int2_vector_value(row.columns)).add(oid_vector_value(none)).add(oid_vector_value(none));
  out.add(int2_vector_value(row.options)).add_null().add_null();
}

void add_index(const Relation& index, const Relation& table, RowBuilder& out) {
  IndexRow row{.oid = index.id.value, .table = table.id.value, .primary = false, .columns = {}, .options = {}};
  for (const SortColumn& column : index_key(index)) {
    row.columns.push_back(column_number(table, index.index_columns[column.column]));
    row.options.push_back((column.descending ? 1 : 0) + (column.nulls_first ? 2 : 0));
  }
  add_row(row, out);
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind == RelationKind::kIndex) {
      if (const RelationPtr table = context.catalog->find(relation->indexed)) add_index(*relation, *table, out);
    }
    if (has_primary_key(*relation)) {
      add_row({.oid = primary_key_index(id),
               .table = id.value,
               .primary = true,
               .columns = column_numbers(*relation, relation->key),
               .options = std::vector<int>(relation->key.size(), 0)},
              out);
    }
  }
}

}  // namespace

SystemRelation pg_index() {
  return {"pg_catalog", "pg_index", "indexes", columns, rows, 2610};
}

}  // namespace leat::system_catalog

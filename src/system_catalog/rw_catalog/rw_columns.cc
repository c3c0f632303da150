// rw_catalog.rw_columns: all columns of all relations, hidden ones too.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"relation_id", kInt4}, {"name", kText}, {"position", kInt4}, {"is_hidden", kBool},
          {"is_primary_key", kBool}, {"is_generated", kBool}, {"generation_expression", kText},
          {"column_default", kText}, {"not_null", kBool}, {"data_type", kText}, {"type_oid", kInt4},
          {"type_len", kInt2}};
}

void add_text(const std::string& text, RowBuilder& out) {
  if (text.empty()) {
    out.add_null();
  } else {
    out.add(text);
  }
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    for (size_t i = 0; i < relation->columns.size(); ++i) {
      const ColumnDefinition& column = relation->columns[i];
      const auto& key = relation->key;
      const bool in_key = std::find(key.begin(), key.end(), static_cast<int>(i)) != key.end();
      out.add(id.value).add(column.name).add(uint64_t{i + 1}).add(column.hidden).add(in_key);
      out.add(!column.generated_sql.empty());
      add_text(column.generated_sql, out);
      add_text(column.default_sql, out);
      out.add(column.not_null).add(column.type.name()).add(column.type.oid()).add(int{column.type.typlen()});
    }
  }
}

}  // namespace

SystemRelation rw_columns() {
  return {"rw_catalog", "rw_columns", "columns", columns, rows};
}

}  // namespace leat::system_catalog

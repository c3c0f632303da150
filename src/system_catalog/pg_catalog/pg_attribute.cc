// pg_attribute: one row per visible column of every relation in pg_class.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"attrelid", kOid},       {"attname", kText},       {"atttypid", kOid},
          {"attstattarget", kInt4}, {"attlen", kInt2},        {"attnum", kInt2},
          {"attndims", kInt4},      {"attcacheoff", kInt4},   {"atttypmod", kInt4},
          {"attbyval", kBool},      {"attstorage", kText},    {"attalign", kText},
          {"attnotnull", kBool},    {"atthasdef", kBool},     {"atthasmissing", kBool},
          {"attidentity", kText},   {"attgenerated", kText},  {"attisdropped", kBool},
          {"attislocal", kBool},    {"attinhcount", kInt4},   {"attcollation", kOid},
          {"attcompression", kText}, {"attacl", text_list()}, {"attoptions", text_list()},
          {"attfdwoptions", text_list()}};
}

void add_column(uint32_t relation, int number, const ColumnDefinition& column, bool not_null, RowBuilder& out) {
  const Type& type = column.type;
  const bool is_generated = !column.generated_sql.empty();
  const bool has_default = is_generated || !column.default_sql.empty();
  const bool by_value = type.typlen() > 0 && type.typlen() <= 8;
  out.add(relation).add(column.name).add(type.oid()).add(-1).add(int{type.typlen()}).add(number);
  out.add(type.is(TypeId::kList) ? 1 : 0).add(-1).add(-1).add(by_value).add(by_value ? "p" : "x").add("i");
  out.add(not_null).add(has_default).add(false).add("").add(is_generated ? "s" : "").add(false).add(true).add(0);
  out.add(type.is(TypeId::kVarchar) ? kDefaultCollation : 0u).add("").add_null().add_null().add_null();
}

void add_columns(const Relation& relation, RowBuilder& out) {
  if (relation.kind == RelationKind::kIndex) {
    int number = 0;
    for (const SortColumn& column : index_key(relation)) {
      add_column(relation.id.value, ++number, relation.columns[column.column], false, out);
    }
    return;
  }
  for (const VisibleColumn& column : visible_columns(relation)) {
    const bool in_key = has_primary_key(relation) &&
                        std::find(relation.key.begin(), relation.key.end(), column.index) != relation.key.end();
    add_column(relation.id.value, column.number, *column.definition, column.definition->not_null || in_key, out);
  }
  if (!has_primary_key(relation)) return;
  int number = 0;
  for (const int index : relation.key) {
    ColumnDefinition column;
    column.name = relation.columns[index].name;
    column.type = relation.columns[index].type;
    add_column(primary_key_index(relation.id), ++number, column, false, out);
  }
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) { add_columns(relation, out); });
}

}  // namespace

SystemRelation pg_attribute() {
  return {"pg_catalog", "pg_attribute", "columns of relations", columns, rows, 1249};
}

}  // namespace leat::system_catalog

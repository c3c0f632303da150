// pg_class: one row per relation: tables, views, materialized views, indexes (those of primary keys
// too), and sources as foreign tables.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid},
          {"relname", kText},
          {"relnamespace", kOid},
          {"reltype", kOid},
          {"reloftype", kOid},
          {"relowner", kOid},
          {"relam", kOid},
          {"relfilenode", kOid},
          {"reltablespace", kOid},
          {"relpages", kInt4},
          {"reltuples", kFloat4},
          {"relallvisible", kInt4},
          {"reltoastrelid", kOid},
          {"relhasindex", kBool},
          {"relisshared", kBool},
          {"relpersistence", kText},
          {"relkind", kText},
          {"relnatts", kInt2},
          {"relchecks", kInt2},
          {"relhasrules", kBool},
          {"relhastriggers", kBool},
          {"relhassubclass", kBool},
          {"relrowsecurity", kBool},
          {"relforcerowsecurity", kBool},
          {"relispopulated", kBool},
          {"relreplident", kText},
          {"relispartition", kBool},
          {"relrewrite", kOid},
          {"relfrozenxid", kInt8},
          {"relminmxid", kInt8},
          {"relacl", text_list()},
          {"reloptions", text_list()},
          {"relpartbound", kText}};
}

struct ClassRow {
  uint32_t oid;
  std::string_view name;
  uint32_t schema;
  uint32_t access = 0;
  std::string_view kind;
  size_t columns;
  bool has_index = false;
  bool has_rules = false;
};

void add_row(const ClassRow& row, RowBuilder& out) {
  out.add(row.oid).add(row.name).add(row.schema).add(0).add(0).add(kRootRole).add(row.access);
  out.add(row.oid).add(0).add(0).add(-1.0).add(0).add(0).add(row.has_index).add(false).add("p").add(row.kind);
  out.add(uint64_t{row.columns}).add(0).add(row.has_rules).add(false).add(false).add(false).add(false).add(true);
  out.add(row.kind == "r" || row.kind == "m" ? "d" : "n").add(false).add(0).add(0).add(0).add_null().add_null().add_null();
}

void rows(const SystemContext& context, RowBuilder& out) {
  const CatalogSnapshot& catalog = *context.catalog;
  for_each_listed(catalog, [&](const Relation& relation) {
    const uint32_t schema = schema_oid(catalog, relation);
    const bool is_index = relation.kind == RelationKind::kIndex;
    const bool is_heap = relation.kind == RelationKind::kTable || relation.kind == RelationKind::kMaterializedView ||
                         relation.kind == RelationKind::kSystem;
    add_row({.oid = relation.id.value,
             .name = relation.name,
             .schema = schema,
             .access = is_index ? kTreeAccess : is_heap ? kHeapAccess : 0,
             .kind = relkind(relation),
             .columns = is_index ? index_key(relation).size() : visible_columns(relation).size(),
             .has_index = has_primary_key(relation) || !catalog.indexes_of(relation.id).empty(),
             .has_rules = relation.kind == RelationKind::kView || relation.kind == RelationKind::kMaterializedView},
            out);
    if (!has_primary_key(relation)) return;
    const std::string name = primary_key_name(relation);
    add_row({.oid = primary_key_index(relation.id),
             .name = name,
             .schema = schema,
             .access = kTreeAccess,
             .kind = "i",
             .columns = relation.key.size()},
            out);
  });
}

}  // namespace

SystemRelation pg_class() {
  return {"pg_catalog", "pg_class", "relations: tables, views, materialized views, indexes, sources", columns, rows, 1259};
}

}  // namespace leat::system_catalog

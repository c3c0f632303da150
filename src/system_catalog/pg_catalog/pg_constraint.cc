// pg_constraint: the declared primary keys.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid}, {"conname", kText}, {"connamespace", kOid}, {"contype", kText}, {"condeferrable", kBool},
          {"condeferred", kBool}, {"convalidated", kBool}, {"conrelid", kOid}, {"contypid", kOid},
          {"conindid", kOid}, {"conparentid", kOid}, {"confrelid", kOid}, {"confupdtype", kText},
          {"confdeltype", kText}, {"confmatchtype", kText}, {"conislocal", kBool}, {"coninhcount", kInt4},
          {"connoinherit", kBool}, {"conkey", int2_list()}, {"confkey", int2_list()}, {"conpfeqop", oid_list()},
          {"conppeqop", oid_list()}, {"conffeqop", oid_list()}, {"conexclop", oid_list()}, {"conbin", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (!has_primary_key(*relation)) continue;
    out.add(primary_key_constraint(id)).add(primary_key_name(*relation)).add(schema_oid(*context.catalog, *relation));
    out.add("p").add(false).add(false).add(true).add(id.value).add(0).add(primary_key_index(id)).add(0).add(0);
    out.add(" ").add(" ").add(" ").add(true).add(0).add(true).add(int2_list_value(column_numbers(*relation, relation->key)));
    out.add_null().add_null().add_null().add_null().add_null().add_null();
  }
}

}  // namespace

SystemRelation pg_constraint() {
  return {"pg_catalog", "pg_constraint", "constraints: primary keys", columns, rows, 2606};
}

}  // namespace leat::system_catalog

#pragma once
// What several system relations say about the same object, said once: kinds, oids of what the catalog
// has no object for (primary key indexes, constraints, roles), visible columns and their numbers.
// Thread: any; free functions over an immutable catalog.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "types/value.h"

namespace leat::system_catalog {

// Names of column types as the relations' files write them.
inline constexpr TypeId kText = TypeId::kVarchar;
inline constexpr TypeId kBool = TypeId::kBoolean;
inline constexpr TypeId kInt2 = TypeId::kInt16;
inline constexpr TypeId kInt4 = TypeId::kInt32;
inline constexpr TypeId kInt8 = TypeId::kInt64;
inline constexpr TypeId kFloat4 = TypeId::kFloat32;
inline constexpr TypeId kFloat8 = TypeId::kFloat64;
inline constexpr TypeId kOid = TypeId::kOid;
inline constexpr TypeId kTimestamptz = TypeId::kTimestamptz;
Type text_list();
Type int2_list();
Type oid_list();
Value text_list_value(const std::vector<std::string>& elements);
Value int2_list_value(const std::vector<int>& elements);
Value oid_list_value(const std::vector<uint32_t>& elements);
Type int2_vector();
Type oid_vector();
Value int2_vector_value(const std::vector<int>& elements);
Value oid_vector_value(const std::vector<uint32_t>& elements);

// PostgreSQL's numbers for what exists once.
inline constexpr uint32_t kRootRole = 10;
inline constexpr uint32_t kDatabase = 1;
inline constexpr uint32_t kHeapAccess = 2;    // pg_am "heap"
inline constexpr uint32_t kTreeAccess = 403;  // pg_am "btree"
inline constexpr uint32_t kDefaultCollation = 100;
inline constexpr uint32_t kPgCatalogSchema = 11;
inline constexpr uint32_t kTablespace = 1663;
inline constexpr int kUtf8 = 6;

// A declared primary key is no object of the catalog; its index and its constraint have numbers made
// from the table's: far above all others, and the same after a restart.
uint32_t primary_key_index(ObjectId table);
uint32_t primary_key_constraint(ObjectId table);
std::string primary_key_name(const Relation& table);  // "t_pkey"
bool has_primary_key(const Relation& relation);

// pg_class.relkind. A source is a foreign table, so that clients list it; an empty text: not listed
// (sinks).
std::string_view relkind(const Relation& relation);
bool is_listed(const Relation& relation);
// "view" or "table" of the system relations.
bool is_system_view(const Relation& relation);
// The relation's schema, also for relations that carry only the name.
uint32_t schema_oid(const CatalogSnapshot& catalog, const Relation& relation);

// A column that users see, with its number from 1.
struct VisibleColumn {
  int number;
  int index;  // in relation.columns
  const ColumnDefinition* definition;
};
std::vector<VisibleColumn> visible_columns(const Relation& relation);
// The number of relation.columns[index]; 0: hidden.
int column_number(const Relation& relation, int index);
std::vector<int> column_numbers(const Relation& relation, const std::vector<int>& indices);
// The columns an index sorts by, as indices into the index's own columns.
std::vector<SortColumn> index_key(const Relation& index);

// Options as users may see them: the values of secrets are left out.
std::vector<std::string> shown_options(const Relation& relation);
bool is_secret_option(std::string_view name);

std::string primary_key_columns(const Relation& table);  // a, b
// CREATE UNIQUE INDEX t_pkey ON public.t USING btree (a, b)
std::string primary_key_definition(const Relation& table);
std::string index_definition(const CatalogSnapshot& catalog, const Relation& index);
std::string quoted(std::string_view identifier);

// Connectors of the catalog's sources, numbered by name.
std::map<std::string, uint32_t> connector_oids(const CatalogSnapshot& catalog);
// Views and materialized views: made by a query.
bool has_rewrite_rule(const Relation& relation);

// pg_type.typname: "int4", "_int4".
std::string type_name_in_catalog(uint32_t oid);

// Calls f(relation) for every relation that clients list, by id.
template <class F>
void for_each_listed(const CatalogSnapshot& catalog, F&& f) {
  for (const auto& [id, relation] : catalog.relations) {
    if (is_listed(*relation)) f(*relation);
  }
}

}  // namespace leat::system_catalog

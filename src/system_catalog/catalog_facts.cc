#include "system_catalog/catalog_facts.h"

#include <algorithm>

#include "system_catalog/system_catalog.h"
#include "types/packed_row.h"

namespace leat::system_catalog {
namespace {

constexpr uint32_t kPrimaryKeyIndexBase = 1'000'000'000;
constexpr uint32_t kPrimaryKeyConstraintBase = 1'500'000'000;
constexpr uint32_t kFirstConnector = 900'000'000;

template <class T>
Value list_value(const Type& element, const std::vector<T>& elements) {
  std::vector<Value> values;
  values.reserve(elements.size());
  for (const T& e : elements) {
    if constexpr (std::is_same_v<T, std::string>) {
      values.push_back(Value(element, e));
    } else {
      values.push_back(Value(element, int64_t{e}));
    }
  }
  return Value(Type::list_of(element), pack_list(values));
}

// Names of options whose values are secrets, as parts of the name between separators.
constexpr std::string_view kSecretParts[] = {"password", "secret", "token", "jwt", "nkey", "nkeys",
                                             "credentials", "creds", "seed", "passphrase"};

bool plain_identifier(std::string_view text) {
  if (text.empty() || !((text[0] >= 'a' && text[0] <= 'z') || text[0] == '_')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
  });
}

// How many items the first parentheses of a CREATE INDEX statement hold.
size_t declared_columns(std::string_view sql) {
  size_t items = 0;
  int depth = 0;
  char quote = 0;
  for (const char c : sql) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      if (++depth == 1) items = 1;
    } else if (c == ')') {
      if (--depth == 0) return items;
    } else if (c == ',' && depth == 1) {
      ++items;
    }
  }
  return items;
}

}  // namespace

Type text_list() { return Type::list_of(kText); }
Type int2_list() { return Type::list_of(kInt2); }
Type oid_list() { return Type::list_of(kOid); }
Value text_list_value(const std::vector<std::string>& elements) { return list_value<std::string>(kText, elements); }
Value int2_list_value(const std::vector<int>& elements) { return list_value<int>(kInt2, elements); }
Value oid_list_value(const std::vector<uint32_t>& elements) { return list_value<uint32_t>(kOid, elements); }

Type int2_vector() { return Type::vector_of(kInt2); }
Type oid_vector() { return Type::vector_of(kOid); }
Value int2_vector_value(const std::vector<int>& elements) {
  return Value(int2_vector(), int2_list_value(elements).as_string());
}
Value oid_vector_value(const std::vector<uint32_t>& elements) {
  return Value(oid_vector(), oid_list_value(elements).as_string());
}

uint32_t primary_key_index(ObjectId table) { return kPrimaryKeyIndexBase + table.value; }
uint32_t primary_key_constraint(ObjectId table) { return kPrimaryKeyConstraintBase + table.value; }
std::string primary_key_name(const Relation& table) { return table.name + "_pkey"; }
bool has_primary_key(const Relation& relation) { return relation.declared_primary_key && !relation.key.empty(); }

std::string_view relkind(const Relation& relation) {
  switch (relation.kind) {
    case RelationKind::kTable: return "r";
    case RelationKind::kSource: return "f";
    case RelationKind::kView: return "v";
    case RelationKind::kMaterializedView: return "m";
    case RelationKind::kIndex: return "i";
    case RelationKind::kSystem: return is_system_view(relation) ? "v" : "r";
    case RelationKind::kSink: return "";
  }
  return "";
}
bool is_listed(const Relation& relation) { return !relkind(relation).empty(); }

bool is_system_view(const Relation& relation) {
  constexpr std::string_view kViews[] = {"pg_tables", "pg_views",    "pg_matviews",      "pg_indexes",       "pg_roles",
                                         "pg_user",   "pg_settings", "pg_stat_activity", "pg_stat_user_tables"};
  return relation.schema_name != "pg_catalog" ||
         std::find(std::begin(kViews), std::end(kViews), relation.name) != std::end(kViews);
}

uint32_t schema_oid(const CatalogSnapshot& catalog, const Relation& relation) {
  const auto found = catalog.schemas.find(relation.schema_name);
  return found == catalog.schemas.end() ? relation.schema.value : found->second.id.value;
}

std::vector<VisibleColumn> visible_columns(const Relation& relation) {
  std::vector<VisibleColumn> out;
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    const ColumnDefinition& column = relation.columns[i];
    if (!column.hidden) out.push_back({static_cast<int>(out.size()) + 1, static_cast<int>(i), &column});
  }
  return out;
}

int column_number(const Relation& relation, int index) {
  int number = 0;
  for (int i = 0; i <= index && i < static_cast<int>(relation.columns.size()); ++i) {
    if (!relation.columns[i].hidden) ++number;
  }
  const bool hidden = index < 0 || index >= static_cast<int>(relation.columns.size()) || relation.columns[index].hidden;
  return hidden ? 0 : number;
}

std::vector<int> column_numbers(const Relation& relation, const std::vector<int>& indices) {
  std::vector<int> out;
  for (const int index : indices) out.push_back(column_number(relation, index));
  return out;
}

std::vector<SortColumn> index_key(const Relation& index) {
  // The stored order is the declared columns and then what makes the rows distinct; how many were
  // declared, the statement tells.
  const size_t declared = std::min(std::max<size_t>(declared_columns(index.sql), 1), index.stored_order.size());
  return {index.stored_order.begin(), index.stored_order.begin() + static_cast<std::ptrdiff_t>(declared)};
}

bool is_secret_option(std::string_view name) {
  if (name == "tls.key" || name.ends_with(".key") || name.ends_with("_key")) return true;
  size_t begin = 0;
  while (begin <= name.size()) {
    const size_t end = std::min(name.find_first_of("._-", begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (std::find(std::begin(kSecretParts), std::end(kSecretParts), part) != std::end(kSecretParts)) return true;
    begin = end + 1;
  }
  return false;
}

std::vector<std::string> shown_options(const Relation& relation) {
  std::vector<std::string> out;
  for (const RelationOption& option : relation.options) {
    if (!is_secret_option(option.name)) out.push_back(option.name + "=" + shown_option_value(option.name, option.value));
  }
  if (!relation.format.format.empty()) out.push_back("format=" + relation.format.format);
  if (!relation.format.encode.empty()) out.push_back("encode=" + relation.format.encode);
  return out;
}

std::map<std::string, uint32_t> connector_oids(const CatalogSnapshot& catalog) {
  std::map<std::string, uint32_t> oids;
  for (const auto& [id, relation] : catalog.relations) {
    if (relation->kind == RelationKind::kSource) oids.try_emplace(relation->connector);
  }
  uint32_t next = kFirstConnector;
  for (auto& [name, oid] : oids) oid = next++;
  return oids;
}

bool has_rewrite_rule(const Relation& relation) {
  return relation.kind == RelationKind::kView || relation.kind == RelationKind::kMaterializedView;
}

std::string quoted(std::string_view identifier) {
  if (plain_identifier(identifier)) return std::string(identifier);
  std::string out = "\"";
  for (const char c : identifier) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string primary_key_columns(const Relation& table) {
  std::string columns;
  for (const int index : table.key) {
    if (!columns.empty()) columns += ", ";
    columns += quoted(table.columns[index].name);
  }
  return columns;
}

std::string primary_key_definition(const Relation& table) {
  return fmt::format("CREATE UNIQUE INDEX {} ON {}.{} USING btree ({})", quoted(primary_key_name(table)),
                     quoted(table.schema_name), quoted(table.name), primary_key_columns(table));
}

std::string index_definition(const CatalogSnapshot& catalog, const Relation& index) {
  const RelationPtr indexed = catalog.find(index.indexed);
  if (indexed == nullptr) return index.sql;
  std::string columns;
  for (const SortColumn& column : index_key(index)) {
    if (!columns.empty()) columns += ", ";
    columns += quoted(index.columns[column.column].name);
    if (column.descending) columns += " DESC";
    if (column.nulls_first != column.descending) columns += column.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return fmt::format("CREATE INDEX {} ON {}.{} USING btree ({})", quoted(index.name), quoted(indexed->schema_name),
                     quoted(indexed->name), columns);
}

}  // namespace leat::system_catalog

#include "system_catalog/catalog_facts.h"
#include "system_catalog/function_list.h"
#include "system_catalog/system_catalog.h"

namespace leat {

using namespace system_catalog;

namespace {

constexpr std::string_view kHiddenValue = "***";

std::string without_user_info(const std::string& urls) {
  std::string shown;
  for (size_t begin = 0; begin < urls.size();) {
    const size_t end = std::min(urls.find(',', begin), urls.size());
    const std::string url = urls.substr(begin, end - begin);
    const size_t scheme = url.find("://");
    const size_t at = url.rfind('@');
    if (scheme != url.npos && at != url.npos && at > scheme) {
      shown += url.substr(0, scheme + 3) + std::string(kHiddenValue) + url.substr(at);
    } else {
      shown += url;
    }
    if (end < urls.size()) shown += ',';
    begin = end + 1;
  }
  return shown;
}

// The table whose primary key's index or constraint has this oid.
RelationPtr with_primary_key(const CatalogSnapshot& catalog, uint32_t oid) {
  if (oid < primary_key_index(ObjectId(0))) return nullptr;
  for (const auto& [id, relation] : catalog.relations) {
    if (!has_primary_key(*relation)) continue;
    if (primary_key_index(id) == oid || primary_key_constraint(id) == oid) return relation;
  }
  return nullptr;
}

}  // namespace

std::string object_definition(const CatalogSnapshot& catalog, int64_t oid) {
  if (oid <= 0 || oid > UINT32_MAX) return {};
  const auto number = static_cast<uint32_t>(oid);
  if (const RelationPtr relation = catalog.find(ObjectId(number))) {
    if (relation->kind == RelationKind::kIndex) return index_definition(catalog, *relation);
    return relation->query_sql;
  }
  if (const FunctionEntry* function = function_by_oid(number)) {
    return fmt::format("{}({}) RETURNS {}", function->name, argument_text(*function), result_text(*function));
  }
  const RelationPtr table = with_primary_key(catalog, number);
  if (table == nullptr) return {};
  if (primary_key_index(table->id) == number) return primary_key_definition(*table);
  return "PRIMARY KEY (" + primary_key_columns(*table) + ")";
}

RelationPtr relation_of_oid(const CatalogSnapshot& catalog, int64_t oid) {
  if (oid <= 0 || oid > UINT32_MAX) return nullptr;
  const auto number = static_cast<uint32_t>(oid);
  if (RelationPtr relation = catalog.find(ObjectId(number))) return relation;
  return with_primary_key(catalog, number);
}

std::string primary_key_index_name(const CatalogSnapshot& catalog, int64_t oid) {
  if (oid <= 0 || oid > UINT32_MAX) return {};
  const RelationPtr table = with_primary_key(catalog, static_cast<uint32_t>(oid));
  if (table == nullptr || primary_key_index(table->id) != oid) return {};
  return primary_key_name(*table);
}

std::string shown_option_value(std::string_view name, const std::string& value) {
  if (is_secret_option(name)) return std::string(kHiddenValue);
  return without_user_info(value);
}

}  // namespace leat

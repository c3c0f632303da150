#include "catalog/catalog.h"

#include "base/check.h"
#include "base/edit_distance.h"

namespace leat {
namespace {

// Schemas that exist from the start, with PostgreSQL's OIDs where it has them.
constexpr std::pair<uint32_t, const char*> kSchemas[] = {
    {2200, "public"}, {11, "pg_catalog"}, {12, "information_schema"}, {13, "rw_catalog"}};

}  // namespace

RelationPtr CatalogSnapshot::find(std::string_view schema, std::string_view name) const {
  const auto in_schema = names.find(schema);
  if (in_schema == names.end()) return nullptr;
  const auto found = in_schema->second.find(name);
  return found == in_schema->second.end() ? nullptr : found->second;
}

RelationPtr CatalogSnapshot::find(ObjectId id) const {
  const auto found = relations.find(id);
  return found == relations.end() ? nullptr : found->second;
}

RelationPtr CatalogSnapshot::resolve(const std::vector<std::string>& search_path,
                                     std::string_view name) const {
  if (std::find(search_path.begin(), search_path.end(), "pg_catalog") == search_path.end()) {
    if (RelationPtr found = find("pg_catalog", name)) return found;
  }
  for (const std::string& schema : search_path) {
    if (RelationPtr found = find(schema, name)) return found;
  }
  return nullptr;
}

std::vector<RelationPtr> CatalogSnapshot::dependents(ObjectId id) const {
  std::vector<RelationPtr> out;  // ids grow with creation, and the map is in their order
  for (const auto& [other, relation] : relations) {
    const auto& reads = relation->depends_on;
    if (std::find(reads.begin(), reads.end(), id) != reads.end()) out.push_back(relation);
  }
  return out;
}

std::vector<RelationPtr> CatalogSnapshot::indexes_of(ObjectId id) const {
  std::vector<RelationPtr> out;
  for (const auto& [other, relation] : relations) {
    if (relation->kind == RelationKind::kIndex && relation->indexed == id) out.push_back(relation);
  }
  return out;
}

std::string CatalogSnapshot::nearest_name(std::string_view name) const {
  NearestName nearest(name);
  const std::string* schema_of_best = nullptr;
  const auto look_in = [&](const std::string& schema, const auto& relations_there) {
    for (const auto& [other, relation] : relations_there) {
      if (nearest.look_at(other)) schema_of_best = &schema;
    }
  };
  for (const auto& [schema, there] : names) {
    if (schema == "public") look_in(schema, there);
  }
  for (const auto& [schema, there] : names) {
    if (schema != "public") look_in(schema, there);
  }
  if (schema_of_best == nullptr) return {};
  const bool plain = *schema_of_best == "public" || *schema_of_best == "pg_catalog";
  return plain ? std::string(nearest.best()) : *schema_of_best + "." + std::string(nearest.best());
}

void CatalogSnapshot::put_schema(SchemaObject schema) {
  names.try_emplace(schema.name);
  std::string name = schema.name;
  schemas.insert_or_assign(std::move(name), std::move(schema));
}

void CatalogSnapshot::drop_schema(std::string_view name) {
  const auto in_schema = names.find(name);
  if (in_schema != names.end()) {
    for (const auto& [relation_name, relation] : in_schema->second) relations.erase(relation->id);
    names.erase(in_schema);
  }
  if (const auto schema = schemas.find(name); schema != schemas.end()) schemas.erase(schema);
}

void CatalogSnapshot::put(RelationPtr relation) {
  CHECK(relation->id, "relation {} without an id", relation->name);
  if (const RelationPtr old = find(relation->id)) names[old->schema_name].erase(old->name);
  const auto [at, inserted] = names[relation->schema_name].try_emplace(relation->name, relation);
  CHECK(inserted, "relation {}.{} exists already", relation->schema_name, relation->name);
  relations[relation->id] = std::move(relation);
}

void CatalogSnapshot::drop(ObjectId id) {
  const RelationPtr old = find(id);
  if (old == nullptr) return;
  names[old->schema_name].erase(old->name);
  relations.erase(id);
}

Catalog::Catalog() {
  auto first = std::make_shared<CatalogSnapshot>();
  for (const auto& [id, name] : kSchemas) first->put_schema({.id = ObjectId(id), .name = name});
  current_ = std::move(first);
}

CatalogPtr Catalog::snapshot() const {
  MutexLock lock(mutex_);
  return current_;
}

void Catalog::publish(std::shared_ptr<CatalogSnapshot> next) {
  MutexLock lock(mutex_);
  next->version = current_->version + 1;
  current_ = std::move(next);
}

}  // namespace leat

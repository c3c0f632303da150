#pragma once
// The system relations: pg_catalog, information_schema and rw_catalog, as relations that the engine
// queries like any other. Their rows are made when a query reads them; no query text is special-cased.
// One relation per file under pg_catalog/, information_schema/, rw_catalog/; listed in system_catalog.cc.
// Thread: any.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "job/engine.h"
#include "metrics/registry.h"
#include "types/batch.h"

namespace leat {

struct SettingRow {
  std::string name, value, default_value, doc;
};
struct SessionRow {
  int64_t pid;
  std::string user, database, application_name, client_address, state, query;
  int64_t started_us, query_started_us;
};

// What the rows are made from.
struct SystemContext {
  CatalogPtr catalog;
  const Engine* engine = nullptr;
  metrics::Registry* metrics = nullptr;
  std::string database = "dev";
  std::string user = "root";
  std::function<std::vector<SettingRow>()> settings;
  std::function<std::vector<SessionRow>()> sessions;
};

// Builds a relation's rows a value at a time; null values by add_null().
class RowBuilder {
 public:
  explicit RowBuilder(const Schema& schema);
  // One call per column, in order; the value's type must be the column's (integers of any width fit
  // integer and oid columns).
  RowBuilder& add(std::string_view text);
  RowBuilder& add(const char* text) { return add(std::string_view(text)); }
  RowBuilder& add(bool value);
  RowBuilder& add(int64_t value);
  RowBuilder& add(int value) { return add(int64_t{value}); }
  RowBuilder& add(uint32_t value) { return add(int64_t{value}); }
  RowBuilder& add(uint64_t value) { return add(static_cast<int64_t>(value)); }
  RowBuilder& add(double value);
  RowBuilder& add(Value value);
  RowBuilder& add_null();
  Batch finish();

 private:
  Schema schema_;
  std::vector<Value> values_;
};

struct SystemRelation {
  std::string_view schema;
  std::string_view name;
  std::string_view doc;
  // Built from types only; the same on every call.
  Schema (*columns)();
  void (*rows)(const SystemContext& context, RowBuilder& out);
  uint32_t oid = 0;  // PostgreSQL's, where clients know it; 0: by its place in the list
};
std::span<const SystemRelation> system_relations();

// Puts all of them into a catalog, with fixed ids below 16384.
void add_system_relations(CatalogSnapshot& catalog);
// All columns of all rows of one of them.
Result<Batch> system_rows(const Relation& relation, const SystemContext& context);

// What the oid of an object stands for, as SQL: a view's query, an index's CREATE INDEX (also that of a
// primary key, which is no object of the catalog), a constraint's text ("PRIMARY KEY (a)"), a function's
// signature ("abs(integer) RETURNS integer"). Empty: nothing to show.
std::string object_definition(const CatalogSnapshot& catalog, int64_t oid);
// The relation of that oid; the table if it is the index of its primary key. Null: none.
RelationPtr relation_of_oid(const CatalogSnapshot& catalog, int64_t oid);
// Name of the index of a declared primary key; empty if the oid is no such index.
std::string primary_key_index_name(const CatalogSnapshot& catalog, int64_t oid);
// An option's value as anyone may see it: *** for a secret, and for user and password inside a URL.
std::string shown_option_value(std::string_view name, const std::string& value);

}  // namespace leat

#pragma once
// Catalog: what exists. A CatalogSnapshot is immutable and complete; a statement works on one from
// beginning to end. Catalog publishes new versions, one DDL statement at a time.
// Thread: any for snapshots; changes under the DDL lock of the job room.

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "catalog/relation.h"

namespace leat {

struct SchemaObject {
  ObjectId id;
  std::string name;
  std::string owner = "root";
};

class CatalogSnapshot {
 public:
  uint64_t version = 0;
  std::map<std::string, SchemaObject, std::less<>> schemas;
  std::map<ObjectId, RelationPtr> relations;
  // schema name -> relation name -> relation. Indexes and sinks share the relations' name space.
  std::map<std::string, std::map<std::string, RelationPtr, std::less<>>, std::less<>> names;
  uint32_t next_object_id = 16384;  // below: PostgreSQL's own, and system relations
  uint32_t next_table_id = 1;

  RelationPtr find(std::string_view schema, std::string_view name) const;  // null: none
  RelationPtr find(ObjectId id) const;
  // Looks along a search path ("pg_catalog" is always tried first, as PostgreSQL does).
  RelationPtr resolve(const std::vector<std::string>& search_path, std::string_view name) const;
  // Relations that read `id` directly, in creation order.
  std::vector<RelationPtr> dependents(ObjectId id) const;
  std::vector<RelationPtr> indexes_of(ObjectId id) const;
  // The nearest relation name, for hints; empty: none near.
  std::string nearest_name(std::string_view name) const;

  // Changes, on a private copy that is then published. `put` replaces by id.
  void put_schema(SchemaObject schema);
  void drop_schema(std::string_view name);
  void put(RelationPtr relation);
  void drop(ObjectId id);
};
using CatalogPtr = std::shared_ptr<const CatalogSnapshot>;

class Catalog {
 public:
  Catalog();  // schemas public, pg_catalog, information_schema, rw_catalog
  CatalogPtr snapshot() const;
  void publish(std::shared_ptr<CatalogSnapshot> next);  // version + 1

 private:
  mutable Mutex mutex_;
  CatalogPtr current_ GUARDED_BY(mutex_);
};

// Stored records of the catalog (docs/internals/catalog.md): one per schema and relation.
// Relations are stored as ids and SQL text and are bound again on recovery, in id order.
struct CatalogRecord {
  ObjectId id;
  std::string schema;
  std::string sql;
  TableId table;
  TableId first_state_table;
  uint32_t state_tables = 0;
  int64_t created_micros = 0;
  uint64_t plan_fingerprint = 0;
  std::string extra;  // the job room's: the search path under which `sql` was bound, a name per line
  std::string zone;   // the time zone under which it was bound; empty: UTC
};
std::string encode_record(const CatalogRecord& record);
Result<CatalogRecord> decode_record(std::string_view bytes);

}  // namespace leat

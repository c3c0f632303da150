#pragma once
// Relation: one table, source, view, materialized view, index, sink or system relation.
// Immutable; a change makes a new one. What the planner needs of it is here, and the SQL text from
// which it was made, from which a restart makes it again.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "expr/expr.h"
#include "plan/on_conflict.h"
#include "types/ordered_key.h"
#include "types/schema.h"

namespace leat {

enum class RelationKind : uint8_t { kTable, kSource, kView, kMaterializedView, kIndex, kSink, kSystem };
std::string_view relation_kind_text(RelationKind kind);  // "table", "materialized view"

struct ColumnDefinition {
  std::string name;
  Type type;
  bool hidden = false;    // not in SELECT *: row ids, stream keys
  bool not_null = false;
  std::string default_sql;    // empty: none
  ExprPtr default_expr;       // bound, without columns
  std::string generated_sql;  // empty: not generated
  ExprPtr generated_expr;     // bound over the relation's columns
  std::string include;        // connector metadata that fills it: "partition", "offset", "header", ..; empty: none
  std::string include_field;  // inner field of `header`
};

// One WITH option: value text, or the name of a secret.
struct RelationOption {
  std::string name;
  std::string value;
  uint32_t position = 0;  // 1-based character in the statement
};

struct FormatSpec {
  std::string format;  // "plain", "upsert"...; empty: none given
  std::string encode;  // "json", "bytes"...
  std::vector<RelationOption> options;
  uint32_t position = 0;
};

struct WatermarkDefinition {
  int column = -1;
  ExprPtr expr;  // over the relation's columns
  std::string sql;
};

struct Relation {
  ObjectId id;
  ObjectId schema;
  std::string schema_name;
  std::string name;
  RelationKind kind = RelationKind::kTable;
  std::string owner = "root";
  std::string sql;         // the CREATE statement
  std::string shown_sql;   // the same without the values of secret options
  std::vector<std::string> search_path;  // under which `sql` was bound
  std::string zone;                      // the time zone likewise
  std::string query_sql;   // views, materialized views, sinks AS: the query's text
  std::vector<ColumnDefinition> columns;
  // Columns that identify a row of the relation's stream (declared primary key, or hidden columns).
  std::vector<int> key;
  bool declared_primary_key = false;
  bool append_only = false;
  // Stored rows: the table, and the order of the stored key (key columns of an index come first).
  TableId table;
  std::vector<SortColumn> stored_order;
  OnConflict on_conflict = OnConflict::kOverwrite;
  std::vector<int> version_columns;
  std::vector<WatermarkDefinition> watermarks;
  std::vector<int> passed_watermarks;  // views and indexes: columns that have one from their inputs
  // Connectors.
  std::string connector;  // empty: none
  std::vector<RelationOption> options;
  FormatSpec format;
  // Index: of which relation; its columns are a permutation of that relation's.
  ObjectId indexed;
  std::vector<int> index_columns;  // indexed relation's column for each of ours
  // Sink: FROM this relation (0: AS a query).
  ObjectId sink_from;
  std::vector<ObjectId> depends_on;  // relations read
  // First and number of state tables of its job's operators.
  TableId first_state_table;
  uint32_t state_tables = 0;
  int64_t created_micros = 0;
  // kSystem: rows are made by the system_catalog room at query time.
  bool stored() const {
    return kind == RelationKind::kTable || kind == RelationKind::kMaterializedView || kind == RelationKind::kIndex;
  }
  Schema schema_of() const;  // all columns, hidden ones too
  std::vector<int> watermark_columns() const;  // of the stored rows' changes
  int column_index(std::string_view column) const;  // -1: none
};
using RelationPtr = std::shared_ptr<const Relation>;

}  // namespace leat

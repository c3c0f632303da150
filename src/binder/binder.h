#pragma once
// Binder: syntax tree and catalog to bound statements: every name looked up, every expression typed.
// It follows PostgreSQL's rules for scopes, overloads, unknown literals and implicit casts, and its
// wording of errors, with the place in the text.
// A Binder binds one statement. Thread: one.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "expr/eval_context.h"
#include "parser/ast.h"
#include "plan/logical.h"

namespace leat {

struct BinderOptions {
  CatalogPtr catalog;
  std::string database = "dev";
  std::vector<std::string> search_path = {"public"};  // pg_catalog is looked at first anyway
  TimeZone zone;                   // for literals of timestamptz
  std::string_view sql;            // the text that the tree's byte positions count in
  std::vector<Type> parameter_types;  // what the client says of $1, $2..; unknown: to be found out
};

// INSERT. `query` gives one column for each relation column in `columns`, in order: all that are not
// hidden, with defaults and generated columns filled in. NOT NULL is the executor's to check.
// With ON CONFLICT: `values` of DO UPDATE (empty: DO NOTHING) give all columns of the new row, and `where`
// (null: true) says whether it comes, over the row that is there ++ the one that was to be inserted.
struct BoundConflict {
  std::vector<ExprPtr> values;
  ExprPtr where;
};
struct BoundInsert {
  RelationPtr relation;
  LogicalPtr query;
  std::vector<int> columns;
  std::optional<BoundConflict> conflict;
  std::vector<ExprPtr> returning;  // over all of the relation's columns
  Schema returning_columns;
};

// UPDATE. `query` gives the old row (all relation columns, hidden ones too), then the new row in the same
// order, then columns of FROM. A row that matches several FROM rows comes several times: any one counts.
struct BoundUpdate {
  RelationPtr relation;
  LogicalPtr query;
  std::vector<int> assigned;       // relation columns named in SET
  std::vector<ExprPtr> returning;  // over query's columns
  Schema returning_columns;
};

// DELETE. `query` gives the old row, then columns of USING; repeats as in BoundUpdate.
struct BoundDelete {
  RelationPtr relation;
  LogicalPtr query;
  std::vector<ExprPtr> returning;  // over query's columns
  Schema returning_columns;
};

// COPY .. FROM. `exprs` give the relation's `columns`, all that are not hidden, from one input column for
// each of `targets`, of its type.
struct BoundCopy {
  RelationPtr relation;
  std::vector<int> targets;
  std::vector<int> columns;
  std::vector<ExprPtr> exprs;
};

// CREATE TABLE / SOURCE / VIEW / MATERIALIZED VIEW / INDEX / SINK: what the relation will be. Ids, state
// tables and the text of the statement are the caller's to fill in.
struct BoundDefinition {
  std::shared_ptr<Relation> relation;
  std::optional<BoundQuery> query;  // views, sinks, CREATE TABLE AS; a sink FROM t has t's scan
  bool if_not_exists = false;
  bool or_replace = false;
};

class StatementState;

class Binder {
 public:
  explicit Binder(BinderOptions options);
  ~Binder();
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;

  Result<BoundQuery> bind_query(const ast::Query& query);
  Result<BoundInsert> bind_insert(const ast::Insert& insert);
  Result<BoundUpdate> bind_update(const ast::Update& update);
  Result<BoundDelete> bind_delete(const ast::Delete& del);
  Result<BoundCopy> bind_copy(const ast::Copy& copy);

  Result<BoundDefinition> bind_create_table(const ast::CreateTable& create);
  Result<BoundDefinition> bind_create_source(const ast::CreateSource& create);
  Result<BoundDefinition> bind_create_view(const ast::CreateView& create);
  Result<BoundDefinition> bind_create_index(const ast::CreateIndex& create);
  Result<BoundDefinition> bind_create_sink(const ast::CreateSink& create);

  // EXECUTE's arguments and the like: an expression without columns, as a value of `type`.
  Result<Value> bind_constant(const ast::Expr& expr, const Type& type);

  // The relation a statement names; kUndefinedTable with a hint if there is none.
  Result<RelationPtr> find_relation(const ast::ObjectName& name) const;
  // Schema and name for a relation that is to be made; the first of the search path if unqualified.
  Result<std::pair<std::string, std::string>> target_name(const ast::ObjectName& name) const;

  // After binding: the types of $1, $2..; kIndeterminateDatatype if one could not be found.
  Result<std::vector<Type>> parameter_types() const;
  // After binding: the relations that the statement reads, views by themselves.
  const std::set<ObjectId>& depends_on() const;

 private:
  std::unique_ptr<StatementState> state_;
};

// A type as written in SQL to a Type.
Result<Type> bind_type(const ast::TypeName& name, std::string_view sql = {});

}  // namespace leat

#pragma once
// DefinitionBinder: CREATE TABLE, SOURCE, VIEW, MATERIALIZED VIEW, INDEX, SINK into drafts of relations.
// Thread: one statement's.

#include "binder/expr_binder.h"

namespace leat {

class DefinitionBinder {
 public:
  explicit DefinitionBinder(StatementState& state) : state_(state), queries_(state) {}
  Result<BoundDefinition> table(const ast::CreateTable& create);
  Result<BoundDefinition> source(const ast::CreateSource& create);
  Result<BoundDefinition> view(const ast::CreateView& create);
  Result<BoundDefinition> index(const ast::CreateIndex& create);
  Result<BoundDefinition> sink(const ast::CreateSink& create);

 private:
  Result<BoundDefinition> start(const ast::ObjectName& name, RelationKind kind, bool if_not_exists);
  // What TABLE and SOURCE share.
  Result<void> define(const ast::TableDefinition& definition, Relation& relation);
  Result<void> add_columns(const ast::TableDefinition& definition, Relation& relation);
  Result<void> add_includes(const ast::TableDefinition& definition, Relation& relation);
  Result<void> add_expressions(const ast::TableDefinition& definition, Relation& relation);
  Result<void> add_key(const ast::TableDefinition& definition, Relation& relation);
  Result<void> add_watermarks(const ast::TableDefinition& definition, Relation& relation);
  Result<void> add_options(const std::vector<ast::Option>& options, std::vector<RelationOption>& to);
  Result<void> add_connector(const std::vector<ast::Option>& options, const std::optional<ast::FormatClause>& format,
                             Relation& relation);
  // The columns that a query gives a relation, with PostgreSQL's checks of their names.
  Result<void> columns_of_query(const Schema& columns, const std::vector<ast::Name>& names, uint32_t byte,
                                Relation& relation, bool refuse_unnamed);
  void depend(Relation& relation) const;

  StatementState& state_;
  QueryBinder queries_;
};

}  // namespace leat

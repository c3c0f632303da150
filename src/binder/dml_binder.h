#pragma once
// DmlBinder: INSERT, UPDATE, DELETE. What they give is described with BoundInsert and its like (binder.h).
// Thread: one statement's.

#include "binder/expr_binder.h"

namespace leat {

class DmlBinder {
 public:
  explicit DmlBinder(StatementState& state) : state_(state), queries_(state) {}
  Result<BoundInsert> insert(const ast::Insert& insert);
  Result<BoundUpdate> update(const ast::Update& update);
  Result<BoundDelete> remove(const ast::Delete& del);
  Result<BoundCopy> copy(const ast::Copy& copy);

 private:
  Result<RelationPtr> target(const ast::ObjectName& name, std::string_view verb);
  Result<int> target_column(const Relation& relation, const ast::Name& name);
  // Rows for the relation columns `targets`, in that order.
  Result<LogicalPtr> insert_rows(const ast::Insert& insert, const Relation& relation, std::vector<int>& targets,
                                 QueryPlace place);
  Result<LogicalPtr> insert_values(const ast::Values& values, const Relation& relation, std::vector<int>& targets,
                                   QueryPlace place);
  Result<std::vector<int>> target_columns(const Relation& relation, const std::vector<ast::Name>& names);
  // Expressions for `columns` over a row of the `targets`: what is given, defaults, then what is generated.
  std::vector<ExprPtr> full_row(const Relation& relation, std::span<const int> targets, std::span<const int> columns);
  Result<BoundConflict> conflict(const ast::Insert& insert, const RelationPtr& relation, QueryPlace place);
  Result<void> check_conflict_target(const ast::InsertConflict& conflict, const Relation& relation);
  // Of UPDATE and DO UPDATE: fills in the columns that are not assigned from the old row.
  void keep_others(const Relation& relation, std::vector<ExprPtr>& values);
  // The value that a column has when none is given, of the column's type.
  ExprPtr default_of(const ColumnDefinition& column) const;
  // Generated columns from the others; values[i] stands for relation column i.
  ExprPtr generated(const ColumnDefinition& column, std::span<const ExprPtr> values) const;
  Result<void> returning(const std::vector<ast::SelectItem>& items, const Scope& scope, const CteFrame* ctes,
                         std::vector<ExprPtr>& exprs, Schema& columns);
  // One SET clause: relation column -> value over the scope.
  Result<void> assign(const ast::Assignment& assignment, const Relation& relation, ExprBinder& binder,
                      std::vector<ExprPtr>& values);
  Result<void> assign_one(const ast::Name& name, const ast::Expr& value, const Relation& relation,
                          ExprBinder& binder, std::vector<ExprPtr>& values);
  // The target's rows joined with FROM or USING.
  Result<FromPart> target_and_others(const RelationPtr& relation, const ast::ObjectName& name,
                                     const std::optional<ast::Name>& alias,
                                     const std::vector<ast::FromItemPtr>& others, QueryPlace place);

  StatementState& state_;
  QueryBinder queries_;
};

}  // namespace leat

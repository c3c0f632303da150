#pragma once
// ExprBinder: one expression of the syntax tree to a typed expression over a scope's columns.
// Aggregate and window calls come out as kAggregate and kWindow nodes over the scope's columns, calls
// of set-returning functions as columns numbered from kSetColumn; SelectBinder puts them in place.
// Thread: one statement's.

#include "binder/query_binder.h"

namespace leat {

inline constexpr int kSetColumn = 1 << 24;  // column of the i-th set-returning call: kSetColumn + i

// What may stand in a clause, and its name for errors.
struct Clause {
  std::string_view name;  // "WHERE"
  bool aggregates = false;
  bool windows = false;
  bool sets = false;  // set-returning functions
};

// Names given by WINDOW w AS (...).
struct NamedWindowSpec {
  std::string name;
  const ast::WindowSpec* spec;
};

class ExprBinder {
 public:
  // `scope` may be null: then no column is visible. It is the innermost level; sub-queries see it as
  // depth 1.
  ExprBinder(QueryBinder& queries, const Scope* scope, const CteFrame* ctes, Clause clause)
      : queries_(queries), state_(queries.state()), scope_(scope), ctes_(ctes), clause_(clause) {}

  // May be of unknown type: 'x', NULL, an untyped parameter.
  Result<ExprPtr> bind(const ast::Expr& expr);
  // Never of unknown type.
  Result<ExprPtr> bind_settled(const ast::Expr& expr);
  // A condition of the clause.
  Result<ExprPtr> bind_condition(const ast::Expr& expr);
  Result<std::vector<SortItem>> bind_order(const std::vector<ast::OrderItem>& items);

  void set_windows(const std::vector<NamedWindowSpec>* windows) { windows_ = windows; }
  // Set-returning calls met so far.
  std::vector<TableFunctionCall>& set_calls() { return set_calls_; }
  // The columns that * or t.* stand for.
  struct Star {
    std::string name;
    ExprPtr expr;
  };
  Result<std::vector<Star>> expand(const ast::Wildcard& wildcard);
  Result<std::vector<Star>> expand(const ast::FieldWildcard& wildcard);

 private:
  Result<std::vector<ExprPtr>> bind_list(const std::vector<ast::ExprPtr>& list);
  Result<ExprPtr> literal(const ast::Literal& e);
  Result<ExprPtr> typed_literal(const ast::TypedLiteral& e);
  Result<ExprPtr> column(const ast::ColumnRef& e);
  ExprPtr column_of(const FoundColumn& found, uint32_t byte) const;
  Result<ExprPtr> whole_row(const FoundTable& table, uint32_t byte);
  Result<ExprPtr> field_of(ExprPtr value, const ast::Name& field);

  Result<ExprPtr> unary(const ast::Unary& e);
  Result<ExprPtr> binary(const ast::Binary& e);
  Result<ExprPtr> binary_operator(const std::string& op, ExprPtr left, ExprPtr right, uint32_t byte);
  Result<ExprPtr> row_comparison(const std::string& op, const ast::Expr& left, const ast::Expr& right,
                                 uint32_t byte);
  Result<ExprPtr> logical(const ast::Logical& e);
  Result<ExprPtr> negate(ExprPtr e, uint32_t byte);
  Result<ExprPtr> is_test(const ast::IsTest& e);
  Result<ExprPtr> is_distinct(const ast::IsDistinct& e);
  Result<ExprPtr> in(const ast::In& e);
  Result<ExprPtr> in_list(const ast::In& e);
  Result<ExprPtr> row_in_list(const ast::In& e);
  Result<ExprPtr> in_query(const ast::In& e);
  Result<ExprPtr> between(const ast::Between& e);
  Result<ExprPtr> like(const ast::Like& e);
  Result<ExprPtr> quantified(const ast::Quantified& e);
  Result<ExprPtr> case_of(const ast::Case& e);
  Result<ExprPtr> cast(const ast::Cast& e);
  Result<ExprPtr> array(const ast::Array& e, const Type* element);
  Result<ExprPtr> row(const ast::Row& e);
  Result<ExprPtr> subscript(const ast::Subscript& e);
  Result<ExprPtr> slice(const ast::Slice& e);
  Result<ExprPtr> subquery(const ast::Subquery& e);
  // left op ANY/ALL (one-column query)
  Result<ExprPtr> compare_subquery(SubqueryKind kind, const std::string& op, ExprPtr left, BoundPart query,
                                   uint32_t byte);
  Result<BoundPart> inner_query(const ast::Query& query);

  Result<ExprPtr> call(const ast::FunctionCall& e);
  Result<ExprPtr> plain_call(const ast::FunctionCall& e, const std::string& name);
  // COALESCE, NULLIF, GREATEST, LEAST, current_date..: null if `name` is none of them
  Result<ExprPtr> special_call(const ast::FunctionCall& e, const std::string& name);
  Result<ExprPtr> aggregate_call(const ast::FunctionCall& e, const std::string& name);
  Result<ExprPtr> window_call(const ast::FunctionCall& e, const std::string& name);
  Result<void> add_window(const ast::WindowSpec& spec, Expr& call);
  Result<WindowFrame> bind_frame(const ast::WindowFrame& frame, const std::vector<SortItem>& order);
  Result<ExprPtr> set_call(const ast::FunctionCall& e, const std::string& name);
  Result<std::vector<ExprPtr>> bind_arguments(const ast::FunctionCall& e, Clause clause);
  Result<void> refuse_decorations(const ast::FunctionCall& e, const std::string& name, std::string_view kind);

  Result<ExprPtr> call_named(std::string_view name, std::vector<ExprPtr> args, uint32_t byte) ;

  QueryBinder& queries_;
  StatementState& state_;
  const Scope* scope_;
  const CteFrame* ctes_;
  Clause clause_;
  const std::vector<NamedWindowSpec>* windows_ = nullptr;
  std::vector<TableFunctionCall> set_calls_;
};

// The first character of an expression in the text, where PostgreSQL places errors about all of it; an
// operator's own position is that of its sign.
uint32_t place_of(const ast::Expr& expr);
// The name of an output column that has no alias: "?column?", a column's or function's name, "case"...
std::string default_column_name(const ast::Expr& expr);

}  // namespace leat

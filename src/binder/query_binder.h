#pragma once
// QueryBinder: queries and what stands in FROM. SelectBinder (select_binder.h) binds one SELECT,
// ExprBinder (expr_binder.h) one expression.
// Thread: one statement's.

#include "binder/scope.h"
#include "binder/statement_state.h"

namespace leat {

// The WITH queries that are visible, innermost first.
struct CteFrame {
  struct Entry {
    std::string name;
    LogicalPtr plan;
    Schema columns;
    int level = 0;  // scopes around the place where it is defined
  };
  const CteFrame* parent = nullptr;
  std::vector<Entry> entries;
};

// Where a query stands: the scopes around it and the WITH queries it sees.
struct QueryPlace {
  const Scope* outer = nullptr;
  const CteFrame* ctes = nullptr;
  const Scope* beside = nullptr;  // for hints: tables of FROM that may not be used here
};

// A plan and its visible columns, which are the plan's first; further ones are hidden sort keys.
struct BoundPart {
  LogicalPtr plan;
  Schema columns;
};

// A bound part of FROM.
struct FromPart {
  LogicalPtr plan;
  Scope scope;  // without parent
};

class QueryBinder {
 public:
  explicit QueryBinder(StatementState& state) : state_(state) {}

  // A whole query. Columns may still be of unknown type ('x' and NULL) unless `settle`.
  Result<BoundPart> bind_query(const ast::Query& query, QueryPlace place, bool settle = true);
  // The same without hidden columns: for sub-queries.
  Result<BoundPart> bind_subquery(const ast::Query& query, QueryPlace place, bool settle = true);

  // A comma list of FROM.
  Result<FromPart> bind_from(const std::vector<ast::FromItemPtr>& items, QueryPlace place);
  // A relation as an entry of FROM, all columns, hidden ones too.
  FromPart scan(const RelationPtr& relation, std::string alias, std::string schema);

  // Column i of a plan as `type`: literals at its root are read as that type.
  Result<LogicalPtr> coerce_columns(const LogicalPtr& plan, const std::vector<Type>& types);

  // WITH: the frame of its queries, whose parent is `place.ctes`.
  Result<CteFrame> bind_with(const ast::With& with, QueryPlace place);

  StatementState& state() { return state_; }

 private:
  Result<BoundPart> bind_body(const ast::QueryBody& body, QueryPlace place);
  Result<BoundPart> bind_values(const ast::Values& values, QueryPlace place);
  Result<BoundPart> bind_set_operation(const ast::SetOperation& operation, QueryPlace place);
  Result<std::vector<SortItem>> output_order(const ast::Query& query, const Schema& columns);

  Result<FromPart> bind_item(const ast::FromItem& item, QueryPlace place);
  Result<FromPart> bind_relation(const ast::FromRelation& item, QueryPlace place);
  Result<FromPart> bind_view(const RelationPtr& view, std::string alias, std::string schema);
  Result<FromPart> bind_from_subquery(const ast::FromSubquery& item, QueryPlace place);
  // `left` may be used by the arguments; `used_left` tells whether it was. The part is a leaf whose
  // expressions are then over left's columns.
  Result<FromPart> bind_function(const ast::FromFunction& item, QueryPlace place, const FromPart* left,
                                 bool& used_left);
  Result<FromPart> bind_time_window(const ast::FromTimeWindow& item, QueryPlace place);
  Result<FromPart> bind_join(const ast::Join& join, QueryPlace place);
  // `join`: null in a comma list.
  Result<FromPart> join_parts(FromPart left, const ast::FromItem& right, JoinKind kind, const ast::Join* join,
                              QueryPlace place);
  LogicalPtr join_function(const FromPart& left, const FromPart& right, JoinKind kind, ExprPtr condition);
  // Columns of USING or NATURAL: one value for each pair.
  struct JoinedColumns {
    std::vector<std::string> names;
    std::vector<int> left, right;  // columns of the joined plan
    std::vector<ExprPtr> conditions;
    std::vector<ExprPtr> values;
  };
  Result<JoinedColumns> merge_columns(const ast::Join& join, JoinKind kind, const Scope& left, const Scope& right,
                                      int offset);
  void add_merged(FromPart& joined, JoinedColumns merged);
  Result<void> apply_alias(FromPart& part, const ast::FromItem& item);

  StatementState& state_;
};

// The place to blame for a column of a body: its item in the select list.
uint32_t column_place(const ast::QueryBody& body, size_t column);

// LIMIT, OFFSET: a bigint without columns.
Result<ExprPtr> bind_limit(QueryBinder& queries, const ast::ExprPtr& expr, std::string_view clause,
                           QueryPlace place);

// ---- logical nodes ---------------------------------------------------------------------------

LogicalPtr make_project(LogicalPtr input, std::vector<ExprPtr> exprs, Schema schema);
LogicalPtr make_filter(LogicalPtr input, ExprPtr condition);
LogicalPtr make_join(LogicalPtr left, LogicalPtr right, JoinKind kind, ExprPtr condition);
LogicalPtr make_one_row();  // Values of one row without columns
// The plan's first `count` columns only.
LogicalPtr keep_columns(LogicalPtr plan, size_t count);
// The same plan, whose columns have the names of `columns`.
LogicalPtr rename_columns(const LogicalPtr& plan, const Schema& columns);
int scope_depth(const Scope* scope);

}  // namespace leat

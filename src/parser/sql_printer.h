#pragma once
// SqlPrinter: writes syntax trees as SQL into one string. to_sql.h is its face.
// Brackets go by Grammar's precedences: an operand that binds looser than its place asks for gets
// them, so reading the text gives the same tree.
// Thread: owner only.

#include <string>

#include "parser/ast.h"

namespace leat::parser {

std::string_view object_type_text(ast::ObjectType type);  // "MATERIALIZED VIEW"

class SqlPrinter {
 public:
  std::string take() { return std::move(out_); }

  // expressions (to_sql_expr.cc)
  void expr(const ast::Expr& node, int precedence_min = 0);
  void name(const ast::Name& name);
  void object_name(const ast::ObjectName& name);
  void type(const ast::TypeName& type);

  // queries (to_sql_query.cc)
  void query(const ast::Query& query);
  void from_item(const ast::FromItem& item);

  // statements (to_sql_statement.cc)
  void statement(const ast::Statement& node);
  void options(const std::vector<ast::Option>& options);
  void format(const ast::FormatClause& format);

 private:
  void text(std::string_view piece) { out_ += piece; }
  template <class List, class Print>
  void list(const List& items, Print print) {
    bool first = true;
    for (const auto& item : items) {
      if (!first) text(", ");
      first = false;
      print(item);
    }
  }
  void exprs(const std::vector<ast::ExprPtr>& nodes);
  void names(const std::vector<ast::Name>& list);
  void bracketed_names(const std::vector<ast::Name>& list);  // " (a, b)", nothing when empty

  void literal(const ast::Literal& node);
  void typed_literal(const ast::TypedLiteral& node);
  void wildcard(const ast::Wildcard& node);
  void unary(const ast::Unary& node);
  void op(const std::string& op, const ast::ObjectName& schema);
  void binary(const ast::Binary& node);
  void logical(const ast::Logical& node);
  void is_test(const ast::IsTest& node);
  void in(const ast::In& node);
  void between(const ast::Between& node);
  void like(const ast::Like& node);
  void quantified(const ast::Quantified& node);
  void case_expr(const ast::Case& node);
  void subscripted(const ast::Expr& operand, bool column_is_bare);
  void subquery(const ast::Subquery& node);
  void function_name(const ast::ObjectName& name);
  void call(const ast::FunctionCall& node);
  void plain_call(const ast::FunctionCall& node);
  void trim_call(const ast::FunctionCall& node);
  void order_by(const std::vector<ast::OrderItem>& items);
  void window_spec(const ast::WindowSpec& spec);
  void frame(const ast::WindowFrame& frame);
  void frame_bound(const ast::FrameBound& bound);
  void plain_expr(const ast::Expr& node);
  void type_base(const ast::TypeName& type);
  void interval_fields(const ast::TypeName& type);

  void with(const ast::With& with);
  void body(const ast::QueryBody& body, int precedence_min);
  void select(const ast::Select& select);
  void select_items(const std::vector<ast::SelectItem>& items);
  void group_item(const ast::GroupItem& item);
  void join(const ast::Join& join);
  void alias(const std::optional<ast::TableAlias>& alias);
  void from_list(const std::vector<ast::FromItemPtr>& items);

  void word(std::string_view text, bool upper_case);  // a word that may be any keyword
  void option(const ast::Option& option, bool with_equals);
  void with_options(const std::vector<ast::Option>& list);
  void plain_options(const std::vector<ast::Option>& list);
  void table(const ast::TableDefinition& table, const std::vector<ast::Name>& as_columns);
  void column_list(const ast::TableDefinition& table);
  void column_def(const ast::ColumnDef& column);
  void create_function(const ast::CreateFunction& node);
  void parameters(const std::vector<ast::FunctionParameter>& list);
  void create_index(const ast::CreateIndex& node);
  void create_sink(const ast::CreateSink& node);
  void create_view(const ast::CreateView& node);
  void alter(const ast::Alter& node);
  void alter_column(const ast::Alter& node);
  void insert(const ast::Insert& node);
  void conflict(const ast::InsertConflict& conflict);
  void assignments(const std::vector<ast::Assignment>& assignments);
  void update(const ast::Update& node);
  void remove(const ast::Delete& node);
  void returning(const std::vector<ast::SelectItem>& items);
  void user_options(const std::vector<ast::Option>& list);
  void copy(const ast::Copy& node);
  void show(const ast::Show& node);
  void set(const ast::Set& node);
  void transaction(const ast::Transaction& node);
  void modes(const ast::TransactionModes& modes);
  void declare(const ast::DeclareCursor& node);
  void fetch(const ast::FetchCursor& node);
  bool ddl(const ast::Statement& node);
  bool dml(const ast::Statement& node);
  void session(const ast::Statement& node);

  std::string out_;
};

}  // namespace leat::parser

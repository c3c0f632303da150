#pragma once
// Grammar: the rules, one method each. Rules of expressions are in parse_expr*.cc, of queries in
// parse_query.cc and parse_from.cc, of statements in parse_ddl.cc, parse_dml.cc, parse_session.cc
// and so on. A rule takes its tokens and returns its node; after a failure (see TokenStream) it
// returns whatever it has, never a null where the tree allows none.
// Thread: owner only.

#include "parser/token_stream.h"

namespace leat::parser {

// How tight operators bind, loosest first: PostgreSQL's table.
enum Precedence : int {
  kAnyPrecedence,
  kOrPrecedence,
  kAndPrecedence,
  kNotPrecedence,
  kIsPrecedence,          // IS NULL, IS DISTINCT FROM, ISNULL
  kComparisonPrecedence,  // < > = <= >= <>, not associative
  kMemberPrecedence,      // BETWEEN IN LIKE ILIKE SIMILAR, not associative
  kOtherPrecedence,       // every operator without a row of its own, also as a prefix
  kAdditivePrecedence,
  kMultiplicativePrecedence,
  kPowerPrecedence,
  kAtPrecedence,  // AT TIME ZONE
  kCollatePrecedence,
  kSignPrecedence,     // unary minus and plus
  kPostfixPrecedence,  // [], ::, .field
};
Precedence operator_precedence(std::string_view op);

class Grammar : public TokenStream {
 public:
  explicit Grammar(std::string_view sql) : TokenStream(sql) {}

  // The three starting points; each wants the whole text.
  std::vector<struct StatementText> statements();
  ast::ExprPtr whole_expression();
  ast::TypeName whole_type();

 private:
  // ---- names (parse_name.cc)
  bool at_name(uint32_t ahead = 0);           // identifier, unreserved or column-name keyword
  bool at_function_name(uint32_t ahead = 0);  // identifier, unreserved or type/function keyword
  bool at_label(uint32_t ahead = 0);          // any word: after AS and after a dot
  bool at_value_word();  // a setting's value: any word that is not reserved, ON, TRUE
  bool at_bare_label();  // a column alias without AS
  bool at_table_alias();
  void want_clause();
  ast::Name name();           // column, table, schema, ...
  ast::Name function_name();  // function and type
  ast::Name label();
  ast::Name take_name();
  ast::ObjectName object_name();
  std::vector<ast::ObjectName> object_names();
  std::vector<ast::Name> name_list();                 // a, b
  std::vector<ast::Name> bracketed_names();           // (a, b), trailing comma tolerated
  std::vector<ast::Name> optional_bracketed_names();  // nothing or (a, b)
  bool if_not_exists();
  bool if_exists();
  bool cascade();  // CASCADE true; RESTRICT or nothing false
  std::string string_literal();
  int64_t integer_literal(int64_t value_max);
  void refuse(uint32_t position, std::string_view what);  // 0A000: not supported

  // ---- types (parse_type.cc)
  ast::TypeName type_name();
  bool at_typed_literal();  // a type keyword that begins TIMESTAMP '...', not a column of that name
  bool builtin_type(ast::TypeName& type);
  void character_type(ast::TypeName& type, std::string_view plain, std::string_view varying);
  void time_type(ast::TypeName& type, std::string_view plain, std::string_view with_zone);
  void float_type(ast::TypeName& type);
  void interval_type(ast::TypeName& type);
  void interval_fields(ast::TypeName& type);
  void struct_type(ast::TypeName& type);
  void map_type(ast::TypeName& type);
  void type_modifiers(ast::TypeName& type);
  void array_dimensions(ast::TypeName& type);

  // ---- expressions (parse_expr.cc)
  // `restricted` is PostgreSQL's b_expr: no AND, OR, NOT, IN, LIKE, BETWEEN, IS NULL outside
  // brackets.
  ast::ExprPtr expression() { return expression(kAnyPrecedence, false); }
  ast::ExprPtr expression(int precedence_min, bool restricted);
  std::vector<ast::ExprPtr> expression_list();
  struct Infix;
  Infix infix(bool restricted);
  ast::ExprPtr apply(const Infix& op, ast::ExprPtr left, bool restricted);
  ast::ExprPtr prefix(bool restricted);
  ast::ExprPtr sign_expression(bool restricted);
  ast::ExprPtr logical(ast::ExprPtr left, bool is_and);
  ast::ExprPtr is_expression(ast::ExprPtr left, bool restricted);
  ast::ExprPtr membership(ast::ExprPtr left);
  ast::ExprPtr in_expression(ast::ExprPtr left, bool negated, uint32_t position);
  ast::ExprPtr between(ast::ExprPtr left, bool negated, uint32_t position);
  ast::ExprPtr like(ast::ExprPtr left, bool negated, uint32_t position);
  ast::ExprPtr binary_operator(ast::ExprPtr left, const Infix& op, bool restricted);
  ast::ExprPtr quantified(ast::ExprPtr left, std::string op, ast::ObjectName schema,
                          uint32_t position);
  ast::ExprPtr overlaps(ast::ExprPtr left, uint32_t position);
  ast::ObjectName qualified_operator(std::string& op);
  ast::ExprPtr postfix();
  ast::ExprPtr subscript(ast::ExprPtr operand);
  ast::ExprPtr field(ast::ExprPtr operand);

  // ---- primary expressions (parse_primary.cc)
  ast::ExprPtr primary();
  ast::ExprPtr literal();
  ast::ExprPtr null_literal(uint32_t position);
  ast::ExprPtr parameter();
  ast::ExprPtr bracketed();
  ast::ExprPtr keyword_primary();
  ast::ExprPtr word_primary();
  ast::ExprPtr typed_literal(ast::TypeName type);
  ast::ExprPtr column_ref(std::vector<ast::Name> parts);
  ast::ExprPtr case_expression();
  ast::ExprPtr cast_expression();
  ast::ExprPtr exists();
  ast::ExprPtr array();
  ast::ExprPtr array_elements(uint32_t position);
  ast::ExprPtr row();
  ast::ExprPtr keyword_call();  // CURRENT_DATE and the like
  ast::ExprPtr subquery(ast::SubqueryKind kind, uint32_t position);

  // ---- function calls (parse_call.cc)
  std::unique_ptr<ast::FunctionCall> call(ast::ObjectName name);
  void call_arguments(ast::FunctionCall& call);
  void call_argument(ast::FunctionCall& call);
  void call_tail(ast::FunctionCall& call);
  ast::ExprPtr special_call();  // EXTRACT, SUBSTRING, POSITION, TRIM, OVERLAY, COALESCE, ...
  void extract_arguments(ast::FunctionCall& call);
  void substring_arguments(ast::FunctionCall& call);
  void position_arguments(ast::FunctionCall& call);
  void trim_arguments(ast::FunctionCall& call);
  void overlay_arguments(ast::FunctionCall& call);
  void add_argument(ast::FunctionCall& call, ast::ExprPtr value);
  ast::WindowSpec window_spec();
  ast::WindowFrame window_frame();
  ast::FrameBound frame_bound();
  std::vector<ast::OrderItem> order_by();  // after ORDER BY
  ast::OrderItem order_item();

  // ---- queries (parse_query.cc)
  bool at_query(uint32_t ahead = 0);  // SELECT, VALUES, WITH, TABLE
  ast::QueryPtr query();              // also one in brackets
  ast::QueryPtr query_after_with(std::optional<ast::With> with, uint32_t position);
  ast::QueryPtr bracketed_query();  // ( query ), without looking inside
  // The rest of a query whose first operand, a bracketed query, has been read already.
  ast::QueryPtr query_from_operand(ast::QueryPtr operand);
  bool at_query_continuation();
  ast::QueryBodyPtr body(int precedence_min);
  ast::QueryBodyPtr body_from(ast::QueryBodyPtr left, int precedence_min);
  ast::QueryBodyPtr body_operand();
  static ast::QueryBodyPtr nested(ast::QueryPtr query);
  void query_tail(ast::Query& query);
  void fetch_first(ast::Query& query);
  bool row_or_rows();
  ast::With with();
  ast::Cte cte();
  ast::QueryBodyPtr select();
  ast::QueryBodyPtr values();
  ast::QueryBodyPtr table_query();
  std::vector<ast::SelectItem> select_items();
  ast::SelectItem select_item();
  ast::ExprPtr wildcard(std::vector<ast::Name> qualifier, uint32_t position);
  std::vector<ast::GroupItem> group_items();
  ast::GroupItem group_item();
  std::vector<ast::NamedWindow> named_windows();
  bool emit_on_window_close();

  // ---- FROM (parse_from.cc)
  std::vector<ast::FromItemPtr> from_list();
  ast::FromItemPtr from_item();
  ast::FromItemPtr from_primary();
  ast::FromItemPtr from_bracketed(bool lateral);
  ast::FromItemPtr from_relation(ast::ObjectName name);
  ast::FromItemPtr from_function(ast::ObjectName name, bool lateral);
  ast::FromItemPtr rows_from(bool lateral);
  ast::FromItemPtr time_window(ast::TimeWindowKind kind, uint32_t position);
  ast::FromItemPtr subquery_item(ast::QueryPtr query, bool lateral, uint32_t position);
  struct JoinWords;
  std::optional<JoinWords> join_words();
  ast::FromItemPtr join(ast::FromItemPtr left, const JoinWords& words);
  void as_of(ast::FromRelation& relation);
  std::optional<ast::TableAlias> table_alias();
  void alias_columns(ast::TableAlias& alias);

  // ---- statements (parse_statement.cc, one file per family)
  ast::StatementPtr statement();
  ast::StatementPtr failed_statement();  // after a failure: what is returned is thrown away
  ast::StatementPtr query_statement();
  ast::StatementPtr plain_statement(Kw word);
  ast::StatementPtr unsupported_statement(Kw word);
  ast::StatementPtr with_statement();
  ast::StatementPtr explain();
  ast::StatementPtr prepare();
  ast::StatementPtr execute();

  // ---- options (parse_option.cc)
  std::vector<ast::Option> with_options();       // nothing or WITH (...)
  std::vector<ast::Option> bracketed_options();  // (key = value, ...)
  std::vector<ast::Option> plain_options();      // (key value, ...) of EXPLAIN and COPY
  ast::Option option();
  std::string option_key();
  void option_value(ast::Option& option);
  std::optional<ast::FormatClause> format_clause();  // FORMAT ... ENCODE ... or ROW FORMAT ...
  void format_encode(ast::FormatClause& format);
  void row_format(ast::FormatClause& format);
  void row_format_details(ast::FormatClause& format);
  void add_option(std::vector<ast::Option>& options, std::string_view key, std::string value,
                  uint32_t position);

  // ---- CREATE TABLE and SOURCE (parse_table.cc)
  ast::StatementPtr create_table(uint32_t position, bool temporary);
  ast::StatementPtr create_source(uint32_t position, bool temporary);
  void column_list(ast::TableDefinition& table);
  void table_element(ast::TableDefinition& table);
  ast::ColumnDef column_def();
  bool column_constraint(ast::ColumnDef& column);
  bool table_constraint(ast::TableDefinition& table);
  ast::WatermarkDef watermark();
  void table_clauses(ast::TableDefinition& table);
  void on_conflict(ast::TableDefinition& table);
  ast::IncludeColumn include_column();

  // ---- other CREATE (parse_create.cc)
  ast::StatementPtr create();
  ast::StatementPtr create_schema(uint32_t position, bool database);
  ast::StatementPtr create_view(uint32_t position, bool or_replace, bool temporary);
  ast::StatementPtr create_index(uint32_t position, bool unique);
  ast::StatementPtr create_sink(uint32_t position);
  ast::StatementPtr create_secret(uint32_t position);
  ast::StatementPtr create_user(uint32_t position);
  ast::StatementPtr create_function(uint32_t position, bool or_replace, bool temporary,
                                    bool aggregate);
  bool function_clause(ast::CreateFunction& function);
  std::vector<ast::FunctionParameter> function_parameters();
  ast::StatementPtr create_subscription(uint32_t position);
  ast::StatementPtr create_connection(uint32_t position);
  std::vector<ast::Option> user_options();

  // ---- DROP, ALTER, COMMENT, TRUNCATE (parse_alter.cc)
  ast::ObjectType object_type();
  std::optional<ast::ObjectType> optional_object_type();
  ast::StatementPtr drop();
  ast::StatementPtr alter();
  void alter_action(ast::Alter& alter);
  void alter_rename(ast::Alter& alter);
  void alter_add(ast::Alter& alter);
  void alter_drop(ast::Alter& alter);
  void alter_set(ast::Alter& alter);
  void alter_column(ast::Alter& alter);
  ast::StatementPtr comment();
  ast::StatementPtr truncate();

  // ---- DML (parse_dml.cc)
  ast::StatementPtr insert(std::optional<ast::With> with);
  ast::StatementPtr update(std::optional<ast::With> with);
  ast::StatementPtr remove(std::optional<ast::With> with);
  ast::InsertConflict insert_conflict();
  ast::Assignment assignment();
  ast::ExprPtr value_or_default();
  std::vector<ast::SelectItem> returning();
  ast::StatementPtr copy();
  void copy_options(ast::Copy& copy);
  void old_copy_option(ast::Copy& copy);

  // ---- the session and the system (parse_session.cc)
  ast::StatementPtr show();
  ast::StatementPtr show_create(uint32_t position);
  void show_tail(ast::Show& show);
  ast::StatementPtr describe();
  ast::StatementPtr set();
  void set_value(ast::Set& set);
  std::string set_item();
  ast::StatementPtr set_transaction(uint32_t position, bool session_characteristics);
  ast::StatementPtr reset();
  std::string parameter_name();
  ast::TransactionModes transaction_modes();
  ast::StatementPtr transaction();
  ast::StatementPtr deallocate();
  ast::StatementPtr declare_cursor();
  ast::StatementPtr fetch_cursor();
  void fetch_direction(ast::FetchCursor& fetch);
  ast::StatementPtr close_cursor();
  ast::StatementPtr discard();
  ast::StatementPtr listen();
  ast::StatementPtr cancel_jobs();
  ast::StatementPtr kill();

  ast::QueryPtr empty_query();
};

}  // namespace leat::parser

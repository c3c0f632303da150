#pragma once
// Statements of the syntax tree. See ast.h.

#include "parser/ast_query.h"

namespace leat::ast {

enum class StatementKind : uint8_t {
  // queries and DML
  kQuery,
  kInsert,
  kUpdate,
  kDelete,
  kExplain,
  kCopy,
  // DDL
  kCreateSchema,
  kCreateTable,
  kCreateSource,
  kCreateView,
  kCreateIndex,
  kCreateSink,
  kCreateSecret,
  kCreateUser,
  kCreateFunction,
  kCreateSubscription,
  kCreateConnection,
  kDrop,
  kAlter,
  kComment,
  kTruncate,
  // the session
  kShow,
  kShowCreate,
  kDescribe,
  kSet,
  kReset,
  kSetTransaction,
  kTransaction,
  kPrepare,
  kExecute,
  kDeallocate,
  kDeclareCursor,
  kFetchCursor,
  kCloseCursor,
  kDiscard,
  kListen,
  // the system
  kFlush,
  kWait,
  kRecover,
  kCancelJobs,
  kKill,
};

struct Statement {
  const StatementKind kind;
  uint32_t position;
  virtual ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

 protected:
  Statement(StatementKind k, uint32_t p) : kind(k), position(p) {}
};
using StatementPtr = std::unique_ptr<Statement>;
template <StatementKind K>
using StatementOf = NodeOf<Statement, StatementKind, K>;

enum class ObjectType : uint8_t {
  kTable,
  kSource,
  kView,
  kMaterializedView,
  kIndex,
  kSink,
  kSchema,
  kSecret,
  kUser,
  kFunction,
  kSubscription,
  kConnection,
  kDatabase,
  kColumn,
};

// ---- options: WITH (...), ENCODE x (...), EXPLAIN (...), COPY (...) ----------------------------

// key = 'text' | `text` | 12.5 | word | true | SECRET s [AS FILE]. Keys are joined with dots
// ("scan.startup.mode"); unquoted parts are lower case. kNone: a key without a value.
enum class OptionValueKind : uint8_t { kNone, kString, kNumber, kWord, kSecret };
struct Option {
  std::string key;
  uint32_t position = 0;
  OptionValueKind kind = OptionValueKind::kNone;
  std::string value;  // kString: decoded; kNumber: as written; kWord: lower case unless quoted
  uint32_t value_position = 0;
  uint32_t value_end = 0;
  ObjectName secret;  // kSecret
  bool secret_as_file = false;
};

// FORMAT plain ENCODE json (options) [KEY ENCODE text (options)], names in lower case.
// `ROW FORMAT upsert_json ...` comes in the same form with `legacy` set: MESSAGE 'm' as option
// "message", ROW SCHEMA LOCATION 'u' as "schema.location", CONFLUENT SCHEMA REGISTRY 'u' as
// "schema.registry", DELIMITED BY / WITHOUT HEADER as "delimiter" / "without_header".
struct FormatClause {
  uint32_t position = 0;
  Name format;
  Name encode;
  std::vector<Option> options;
  std::optional<Name> key_encode;
  std::vector<Option> key_options;
  bool legacy = false;
};

// ---- CREATE TABLE / SOURCE -------------------------------------------------------------------

struct ColumnDef {
  Name name;
  std::optional<TypeName> type;  // absent: `name AS expr`, or to be taken from the schema
  std::optional<ObjectName> collation;
  bool primary_key = false;
  bool not_null = false;
  bool null = false;      // an explicit NULL
  ExprPtr default_value;  // may be null
  ExprPtr generated;      // may be null: AS expr, GENERATED ALWAYS AS (expr) STORED
  bool generated_stored = false;
};

struct WatermarkDef {
  uint32_t position = 0;
  Name column;
  ExprPtr expr;
};

// INCLUDE header 'trace' varchar AS t: what = "header", inner_field = "trace".
struct IncludeColumn {
  uint32_t position = 0;
  Name what;
  std::optional<std::string> inner_field;
  std::optional<TypeName> type;
  std::optional<Name> alias;
};

enum class OnConflict : uint8_t { kNone, kOverwrite, kDoNothing, kDoUpdateIfNotNull };

// What TABLE and SOURCE have in common.
struct TableDefinition {
  ObjectName name;
  bool if_not_exists = false;
  bool temporary = false;
  bool has_column_list = false;  // false: CREATE TABLE t WITH (...), CREATE TABLE t AS ...
  std::vector<ColumnDef> columns;
  std::optional<uint32_t> wildcard_at;  // `*` in the column list: stands before columns[this]
  uint32_t wildcard_position = 0;
  std::optional<std::vector<Name>> primary_key;  // the table constraint, not the column's
  uint32_t primary_key_position = 0;
  std::vector<WatermarkDef> watermarks;
  bool append_only = false;
  OnConflict on_conflict = OnConflict::kNone;
  uint32_t on_conflict_position = 0;
  std::vector<Name> version_columns;  // WITH VERSION COLUMN (a, b)
  std::vector<IncludeColumn> includes;
  std::vector<Option> options;
  std::optional<FormatClause> format;
};

struct CreateTable : StatementOf<StatementKind::kCreateTable> {
  using NodeOf::NodeOf;
  TableDefinition definition;
  std::vector<Name> as_columns;           // CREATE TABLE t (a, b) AS query
  QueryPtr as;                            // may be null
  std::optional<ObjectName> from_source;  // FROM source TABLE 'x'
  std::string from_external_table;
};

struct CreateSource : StatementOf<StatementKind::kCreateSource> {
  using NodeOf::NodeOf;
  TableDefinition definition;
};

// ---- other CREATE ----------------------------------------------------------------------------

struct CreateSchema : StatementOf<StatementKind::kCreateSchema> {
  using NodeOf::NodeOf;
  bool database = false;  // CREATE DATABASE
  ObjectName name;
  bool if_not_exists = false;
  std::optional<Name> owner;  // AUTHORIZATION u
};

struct CreateView : StatementOf<StatementKind::kCreateView> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool materialized = false;
  bool or_replace = false;
  bool if_not_exists = false;
  bool temporary = false;
  std::vector<Name> columns;
  std::vector<Option> options;
  QueryPtr query;  // EMIT ON WINDOW CLOSE is in the query
};

struct CreateIndex : StatementOf<StatementKind::kCreateIndex> {
  using NodeOf::NodeOf;
  std::optional<ObjectName> name;  // absent: to be made up, as in PostgreSQL
  bool if_not_exists = false;
  bool unique = false;
  ObjectName relation;
  std::optional<Name> method;  // USING btree
  std::vector<OrderItem> columns;
  std::vector<Name> include;
  std::vector<ExprPtr> distributed_by;
  std::vector<Option> options;
};

struct CreateSink : StatementOf<StatementKind::kCreateSink> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool if_not_exists = false;
  std::optional<ObjectName> into;  // INTO table
  std::vector<Name> into_columns;
  std::optional<ObjectName> from;  // exactly one of from and query
  QueryPtr query;
  std::vector<Option> options;
  std::optional<FormatClause> format;
};

struct CreateSecret : StatementOf<StatementKind::kCreateSecret> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool if_not_exists = false;
  std::vector<Option> options;
  std::string value;
};

// CREATE USER u [WITH] [SUPERUSER | NOLOGIN | PASSWORD 'p' | ...]: each as an Option.
struct CreateUser : StatementOf<StatementKind::kCreateUser> {
  using NodeOf::NodeOf;
  Name name;
  bool if_not_exists = false;
  std::vector<Option> options;
};

struct FunctionParameter {
  std::optional<Name> name;
  TypeName type;
  ExprPtr default_value;  // may be null
};
// CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT $1 $$ | RETURN a + 1
struct CreateFunction : StatementOf<StatementKind::kCreateFunction> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool aggregate = false;
  bool or_replace = false;
  bool if_not_exists = false;
  bool temporary = false;
  std::vector<FunctionParameter> parameters;
  std::optional<TypeName> returns;
  std::vector<FunctionParameter> returns_table;  // RETURNS TABLE (a int, b text)
  std::string language;
  std::optional<std::string> body;  // AS 'text'
  uint32_t body_position = 0;
  ExprPtr return_expr;     // RETURN expr; may be null
  std::string volatility;  // "immutable", "stable", "volatile" or empty
  bool strict = false;
  std::vector<Option> options;
};

struct CreateSubscription : StatementOf<StatementKind::kCreateSubscription> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool if_not_exists = false;
  ObjectName from;
  std::vector<Option> options;
};

struct CreateConnection : StatementOf<StatementKind::kCreateConnection> {
  using NodeOf::NodeOf;
  ObjectName name;
  bool if_not_exists = false;
  std::vector<Option> options;
};

// ---- DROP, ALTER, COMMENT, TRUNCATE ------------------------------------------------------------

struct Drop : StatementOf<StatementKind::kDrop> {
  using NodeOf::NodeOf;
  ObjectType type = ObjectType::kTable;
  std::vector<ObjectName> names;
  bool if_exists = false;
  bool cascade = false;
  std::optional<std::vector<TypeName>> argument_types;  // DROP FUNCTION f(int)
};

enum class AlterAction : uint8_t {
  kRename,         // RENAME TO new_name
  kRenameColumn,   // RENAME [COLUMN] column TO new_name
  kAddColumn,      // ADD [COLUMN] [IF NOT EXISTS] column_def
  kDropColumn,     // DROP [COLUMN] [IF EXISTS] column [CASCADE]
  kAlterColumn,    // ALTER [COLUMN] column <column_change>
  kOwner,          // OWNER TO new_name
  kSetSchema,      // SET SCHEMA new_name
  kSwap,           // SWAP WITH target
  kSet,            // SET name {=|TO} value: source_rate_limit, parallelism, ...; in options[0]
  kConnector,      // CONNECTOR WITH (...): options
  kDropConnector,  // DROP CONNECTOR
  kFormat,         // FORMAT ... ENCODE ...: format
  kRefreshSchema,  // REFRESH SCHEMA
  kAsQuery,        // ALTER MATERIALIZED VIEW v AS query
  kUserOptions,    // ALTER USER u WITH ...: options
};
enum class ColumnChange : uint8_t { kSetDefault, kDropDefault, kSetNotNull, kDropNotNull, kType };
struct Alter : StatementOf<StatementKind::kAlter> {
  using NodeOf::NodeOf;
  ObjectType type = ObjectType::kTable;
  ObjectName name;
  bool if_exists = false;
  AlterAction action = AlterAction::kRename;
  uint32_t action_position = 0;
  Name new_name;
  Name column;
  ObjectName target;
  bool column_if_exists = false;  // also IF NOT EXISTS of ADD COLUMN
  bool cascade = false;
  std::optional<ColumnDef> column_def;
  ColumnChange column_change = ColumnChange::kSetDefault;
  ExprPtr default_value;                // kSetDefault
  std::optional<TypeName> column_type;  // kType
  std::vector<Option> options;
  std::optional<FormatClause> format;
  QueryPtr query;
};

struct Comment : StatementOf<StatementKind::kComment> {
  using NodeOf::NodeOf;
  ObjectType type = ObjectType::kTable;
  ObjectName name;                  // for a column: table.column
  std::optional<std::string> text;  // absent: IS NULL
};

struct Truncate : StatementOf<StatementKind::kTruncate> {
  using NodeOf::NodeOf;
  std::vector<ObjectName> names;
};

// ---- queries and DML ---------------------------------------------------------------------------

struct QueryStatement : StatementOf<StatementKind::kQuery> {
  using NodeOf::NodeOf;
  QueryPtr query;
};

// SET a = x, or SET (a, b) = (x, y) / ROW(x, y) / (SELECT ...): value is then a Row or a Subquery.
struct Assignment {
  uint32_t position = 0;
  std::vector<Name> columns;
  bool multiple = false;  // written with brackets
  ExprPtr value;          // may be Default, or a Row that holds Default
};
// ON CONFLICT [(columns) | ON CONSTRAINT name] DO NOTHING | DO UPDATE SET ... [WHERE ...]
struct InsertConflict {
  uint32_t position = 0;
  std::vector<Name> columns;
  std::optional<Name> constraint;
  bool update = false;
  std::vector<Assignment> assignments;
  ExprPtr where;  // may be null
};
struct Insert : StatementOf<StatementKind::kInsert> {
  using NodeOf::NodeOf;
  std::optional<With> with;
  ObjectName table;
  std::optional<Name> alias;
  std::vector<Name> columns;
  QueryPtr source;  // null: DEFAULT VALUES. A Values body may hold Default items
  std::optional<InsertConflict> conflict;
  std::vector<SelectItem> returning;
};

struct Update : StatementOf<StatementKind::kUpdate> {
  using NodeOf::NodeOf;
  std::optional<With> with;
  ObjectName table;
  std::optional<Name> alias;
  std::vector<Assignment> assignments;
  std::vector<FromItemPtr> from;
  ExprPtr where;  // may be null
  std::vector<SelectItem> returning;
};

struct Delete : StatementOf<StatementKind::kDelete> {
  using NodeOf::NodeOf;
  std::optional<With> with;
  ObjectName table;
  std::optional<Name> alias;
  std::vector<FromItemPtr> using_items;
  ExprPtr where;  // may be null
  std::vector<SelectItem> returning;
};

// Options as written: EXPLAIN (verbose, format json) or EXPLAIN ANALYZE VERBOSE ("analyze").
struct Explain : StatementOf<StatementKind::kExplain> {
  using NodeOf::NodeOf;
  std::vector<Option> options;
  StatementPtr statement;
};

// COPY t (a, b) FROM STDIN WITH (format csv, header); COPY (q) TO STDOUT. The old option spelling
// (CSV HEADER DELIMITER ',') comes as options too.
struct Copy : StatementOf<StatementKind::kCopy> {
  using NodeOf::NodeOf;
  bool from = true;  // FROM STDIN; else TO STDOUT
  ObjectName table;
  std::vector<Name> columns;
  QueryPtr query;  // null for a table
  std::vector<Option> options;
};

// ---- the session -------------------------------------------------------------------------------

enum class ShowWhat : uint8_t {
  kParameter,
  kAll,
  kTables,
  kSources,
  kViews,
  kMaterializedViews,
  kSinks,
  kIndexes,
  kSchemas,
  kDatabases,
  kFunctions,
  kSecrets,
  kConnections,
  kSubscriptions,
  kInternalTables,
  kUsers,
  kRoles,
  kColumns,
  kJobs,
  kProcessList,
  kCluster,
  kCursors,
  kIndexesFrom,
};
// SHOW x [FROM schema] [LIKE 'pattern']; kColumns and kIndexesFrom: `from` is the relation.
// SHOW TRANSACTION ISOLATION LEVEL is parameter transaction_isolation, SHOW TIME ZONE timezone.
struct Show : StatementOf<StatementKind::kShow> {
  using NodeOf::NodeOf;
  ShowWhat what = ShowWhat::kParameter;
  std::string parameter;
  std::optional<ObjectName> from;
  std::optional<std::string> like;
};

struct ShowCreate : StatementOf<StatementKind::kShowCreate> {
  using NodeOf::NodeOf;
  ObjectType type = ObjectType::kTable;
  ObjectName name;
};

struct Describe : StatementOf<StatementKind::kDescribe> {
  using NodeOf::NodeOf;
  ObjectName name;
};

enum class SetScope : uint8_t { kSession, kLocal };
// SET x = v [, v]; SET x = DEFAULT has use_default. SET TIME ZONE is parameter timezone (LOCAL is
// use_default), SET SCHEMA 's' search_path, SET NAMES 'e' client_encoding.
struct Set : StatementOf<StatementKind::kSet> {
  using NodeOf::NodeOf;
  SetScope scope = SetScope::kSession;
  bool explicit_scope = false;
  std::string parameter;  // dotted names are joined
  bool use_default = false;
  std::vector<std::string> values;  // words lower case unless quoted; strings decoded
};

struct Reset : StatementOf<StatementKind::kReset> {
  using NodeOf::NodeOf;
  std::string parameter;  // empty: RESET ALL
};

struct TransactionModes {
  std::string isolation_level;  // "read committed", ... or empty
  std::optional<bool> read_only;
  std::optional<bool> deferrable;
};
// SET TRANSACTION modes; SET SESSION CHARACTERISTICS AS TRANSACTION modes
struct SetTransaction : StatementOf<StatementKind::kSetTransaction> {
  using NodeOf::NodeOf;
  bool session_characteristics = false;
  TransactionModes modes;
};

// BEGIN = START TRANSACTION, COMMIT = END, ROLLBACK = ABORT.
enum class TransactionVerb : uint8_t {
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,
  kReleaseSavepoint,
  kRollbackToSavepoint,
};
struct Transaction : StatementOf<StatementKind::kTransaction> {
  using NodeOf::NodeOf;
  TransactionVerb verb = TransactionVerb::kBegin;
  bool start_transaction = false;  // written START TRANSACTION: its command tag differs
  TransactionModes modes;          // kBegin
  bool chain = false;              // COMMIT AND CHAIN
  Name savepoint;
};

struct Prepare : StatementOf<StatementKind::kPrepare> {
  using NodeOf::NodeOf;
  Name name;
  std::vector<TypeName> types;
  StatementPtr statement;
  uint32_t statement_begin = 0;  // the inner statement's bytes in the parsed text
  uint32_t statement_end = 0;
};
struct Execute : StatementOf<StatementKind::kExecute> {
  using NodeOf::NodeOf;
  Name name;
  std::vector<ExprPtr> arguments;
};
struct Deallocate : StatementOf<StatementKind::kDeallocate> {
  using NodeOf::NodeOf;
  std::optional<Name> name;  // absent: ALL
};

// DECLARE c [INSENSITIVE] [NO SCROLL] CURSOR [WITH HOLD] FOR q; also CURSOR FOR a subscription.
struct DeclareCursor : StatementOf<StatementKind::kDeclareCursor> {
  using NodeOf::NodeOf;
  Name name;
  bool binary = false;
  bool scroll = false;
  bool hold = false;
  QueryPtr query;                          // exactly one of query and subscription
  std::optional<ObjectName> subscription;  // DECLARE c SUBSCRIPTION CURSOR FOR s [SINCE ...|FULL]
  std::string since;  // "now", "begin", "full", milliseconds as digits, or empty
};
enum class FetchDirection : uint8_t {
  kForward,
  kBackward,
  kAbsolute,
  kRelative,
  kFirst,
  kLast,
  kPrior,
  kAll,
};
struct FetchCursor : StatementOf<StatementKind::kFetchCursor> {
  using NodeOf::NodeOf;
  Name cursor;
  FetchDirection direction = FetchDirection::kForward;
  int64_t count = 1;            // kForward, kBackward, kAbsolute, kRelative
  bool move = false;            // MOVE
  std::vector<Option> options;  // WITH (timeout = '5s')
};
struct CloseCursor : StatementOf<StatementKind::kCloseCursor> {
  using NodeOf::NodeOf;
  std::optional<Name> cursor;  // absent: ALL
};

struct Discard : StatementOf<StatementKind::kDiscard> {
  using NodeOf::NodeOf;
  std::string what;  // "all", "plans", "sequences", "temp"
};

// LISTEN c, UNLISTEN c, UNLISTEN *, NOTIFY c: drivers send UNLISTEN * when they reset a connection.
enum class ListenVerb : uint8_t { kListen, kUnlisten, kNotify };
struct Listen : StatementOf<StatementKind::kListen> {
  using NodeOf::NodeOf;
  ListenVerb verb = ListenVerb::kListen;
  std::optional<Name> channel;  // absent: UNLISTEN *
};

// ---- the system --------------------------------------------------------------------------------

struct Flush : StatementOf<StatementKind::kFlush> {
  using NodeOf::NodeOf;
};
struct Wait : StatementOf<StatementKind::kWait> {
  using NodeOf::NodeOf;
};
struct Recover : StatementOf<StatementKind::kRecover> {
  using NodeOf::NodeOf;
};
struct CancelJobs : StatementOf<StatementKind::kCancelJobs> {
  using NodeOf::NodeOf;
  std::vector<uint64_t> jobs;
};
struct Kill : StatementOf<StatementKind::kKill> {
  using NodeOf::NodeOf;
  std::string process;  // a number, or the text of 'a:1'
};

}  // namespace leat::ast

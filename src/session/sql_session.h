#pragma once
// SqlSession: one client's session: its settings, prepared statements, portals and transaction, and
// the running of statements. One statement kind per file, as members named run_<verb>.
// Thread: as pgwire::Session says: one call at a time; cancel() from any.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "binder/binder.h"
#include "expr/eval_context.h"
#include "pgwire/session_interface.h"
#include "plan/physical.h"
#include "query/key_lookup.h"
#include "query/query_run.h"
#include "session/database.h"
#include "session/settings.h"
#include "session/transaction.h"

namespace leat {

class SqlSession final : public pgwire::Session, public SessionFacts {
 public:
  SqlSession(Database& database, const pgwire::StartRequest& request);
  ~SqlSession() override;

  // pgwire::Session
  Result<> parse(const pgwire::ParseRequest& request) override;
  Result<const pgwire::StatementDescription*> describe_statement(std::string_view name) override;
  Result<> bind(pgwire::BindRequest request) override;
  Result<const pgwire::PortalDescription*> describe_portal(std::string_view name) override;
  Result<pgwire::ExecuteResult> execute(std::string_view portal, uint64_t rows_max,
                                        pgwire::ResultSink& sink) override;
  void close_statement(std::string_view name) override;
  void close_portal(std::string_view name) override;
  Result<> sync() override;
  Result<> simple_query(std::string_view sql, pgwire::ResultSink& sink) override;
  void fail_transaction() override;
  pgwire::TransactionStatus transaction_status() const override { return status_; }
  const TimeZone& time_zone() const override { return settings_.zone(); }
  std::vector<std::pair<std::string, std::string>> reported_parameters() const override;
  void cancel() override;

  // SessionFacts
  std::string user() const override { return user_; }
  std::string database() const override { return database_name_; }
  std::vector<std::string> search_path() const override;  // schemas that exist
  std::string setting(std::string_view name, bool& found) const override;
  Result<void> set_setting(std::string_view name, std::string_view value, bool local) const override;
  int64_t backend_pid() const override { return pid_; }
  std::string relation_name(int64_t oid) const override;
  int64_t relation_oid(std::string_view name) const override;
  std::string relation_definition(int64_t oid) const override;

  SessionRow row() const;

 private:
  friend class Database;
  // A parsed statement; `sql` keeps the text alive that the tree's positions count in.
  struct Prepared {
    std::string sql;                    // the whole text
    std::string text;                   // the statement's own
    ast::StatementPtr statement;        // null: empty
    std::vector<Type> parameter_hints;
    pgwire::StatementDescription description;
    bool described = false;             // the client knows its columns: they stay what they are
    // The plan of a query, kept while the catalog and the settings are the same.
    uint64_t catalog_version = 0;
    uint64_t settings_version = 0;
    std::shared_ptr<const PhysicalPlan> plan;
    std::unique_ptr<KeyLookup> lookup;  // null: the plan is no look-up
  };
  using PreparedPtr = std::shared_ptr<Prepared>;

  struct Portal {
    PreparedPtr prepared;
    std::vector<Value> parameters;
    pgwire::PortalDescription description;
    std::unique_ptr<QueryRun> run;
    Batch rest;               // rows that a row limit left over
    uint64_t rows_sent = 0;
    uint64_t number = 0;      // in order of their making
    bool started = false, finished = false;
    bool is_cursor = false;   // made by DECLARE
    bool hold = false;        // WITH HOLD: it stays when its transaction commits
    bool held = false;        // it has
    std::string cursor;       // of FETCH: where its rows come from
    uint64_t cursor_number = 0;  // of FETCH: of all that had that name
    uint64_t fetch_left = 0;  // of FETCH: how many may come
    bool failed = false;      // of a cursor: rows of it are lost
    std::vector<Batch> result;  // of RETURNING and SHOW: made at once
    size_t next_result = 0;
    std::string command_tag;
  };

  // ---- statements. Each gives the command tag; rows go to `out` before.
  struct Outcome {
    std::optional<std::vector<pgwire::ResultColumn>> columns;
    std::vector<Batch> batches;
    std::string tag;
  };
  Result<PreparedPtr> prepare(std::string_view sql, std::string_view text, uint32_t begin, ast::StatementPtr statement,
                              std::vector<Type> hints);
  Result<void> describe(Prepared& prepared);
  Result<std::shared_ptr<const PhysicalPlan>> plan_of(Prepared& prepared);
  Result<std::unique_ptr<QueryRun>> start_query(const PhysicalPlan& plan, std::span<const Value> parameters);
  Result<void> start_rows(Portal& portal);
  Result<void> start_planned_rows(Portal& portal);
  Result<std::vector<Batch>> run_to_end(const PhysicalPlan& plan, std::span<const Value> parameters);
  // Anything but a query whose rows are streamed.
  Result<Outcome> run_statement(const ast::Statement& statement, Prepared& prepared, std::span<const Value> parameters);

  Result<Outcome> run_insert(const ast::Insert& insert, const Prepared& prepared, std::span<const Value> parameters);
  Result<Outcome> run_update(const ast::Update& update, const Prepared& prepared, std::span<const Value> parameters);
  Result<Outcome> run_delete(const ast::Delete& del, const Prepared& prepared, std::span<const Value> parameters);
  Result<Outcome> run_create(const ast::Statement& create, const Prepared& prepared);
  Result<Outcome> run_create_schema(const ast::CreateSchema& create);
  Result<Outcome> run_drop(const ast::Drop& drop);
  Result<Outcome> run_explain(const ast::Explain& explain, const Prepared& prepared);
  Result<Outcome> run_show(const ast::Show& show);
  Result<Outcome> run_show_create(const ast::ShowCreate& show);
  Result<Outcome> run_describe(const ast::Describe& describe);
  Result<Outcome> run_set(const ast::Set& set);
  Result<Outcome> run_transaction(const ast::Transaction& transaction);
  Result<Outcome> run_end(const ast::Transaction& end);
  Result<Outcome> run_savepoint(const ast::Transaction& savepoint);
  Result<Outcome> run_set_transaction(const ast::SetTransaction& set);
  Result<Outcome> run_truncate(const ast::Truncate& truncate);
  Result<Outcome> run_copy(const ast::Copy& copy, Prepared& prepared, std::span<const Value> parameters,
                           pgwire::ResultSink& sink);
  Result<Outcome> copy_in(const ast::Copy& copy, const Prepared& prepared, pgwire::ResultSink& sink);
  Result<Outcome> copy_out(const ast::Copy& copy, Prepared& prepared, std::span<const Value> parameters,
                           pgwire::ResultSink& sink);
  Result<PreparedPtr> copied_query(const ast::Copy& copy, const Prepared& prepared);
  Result<Outcome> run_prepare(const ast::Prepare& prepare, const Prepared& prepared);
  Result<Outcome> run_deallocate(const ast::Deallocate& deallocate);
  Result<Outcome> run_declare(const ast::DeclareCursor& declare, Prepared& prepared, std::span<const Value> parameters);
  Result<Outcome> run_move(const ast::FetchCursor& move);
  Result<Outcome> run_close(const ast::CloseCursor& close);

  Result<std::vector<pgwire::ResultColumn>> columns_of_statement(const ast::Statement& statement, bool& has_rows,
                                                                 Prepared& prepared);
  Result<Batch> evaluate(const std::vector<ExprPtr>& exprs, const Batch& rows, std::span<const Value> parameters);
  Result<void> check_not_null(const Relation& relation, const Batch& rows, std::span<const int> places);
  Result<Outcome> insert_rows(const BoundInsert& bound, const PhysicalPlan& plan, std::span<const Value> parameters);
  // What INSERT .. ON CONFLICT comes to.
  struct Upsert {
    Batch changes;  // old rows out, new rows in
    Batch rows;     // that came or changed, for RETURNING
  };
  Result<Upsert> upsert(const BoundInsert& bound, const Batch& rows, std::span<const Value> parameters);
  // All of the relation's columns from `columns` of them; the others are NULL. NOT NULL is checked.
  Result<Batch> full_rows(const Relation& relation, std::span<const int> columns, const Batch& rows);
  Result<void> check_may_write(std::string_view verb) const;
  Result<Outcome> update_rows(const ast::Update& update, const Prepared& prepared, std::span<const Value> parameters);
  Result<Outcome> delete_rows(const ast::Delete& del, const Prepared& prepared, std::span<const Value> parameters);
  Result<Outcome> written(std::string tag, const std::vector<ExprPtr>& returning, const Schema& columns,
                          const Batch& rows, std::span<const Value> parameters);
  Result<void> write(const RelationPtr& table, Batch changes);
  Result<void> wait_durable();

  // ---- transactions
  Result<void> begin_block(const ast::TransactionModes& modes);
  Result<void> commit();
  void roll_back();
  void end_transaction();
  void drop_portals();
  Result<void> enter_implicit(const ast::Statement& statement);
  Result<void> commit_implicit();
  Result<void> check_not_failed(const ast::Statement& statement) const;
  CatalogPtr catalog();

  Binder binder_for(const Prepared& prepared);
  EvalContext eval_context(std::span<const Value> parameters);
  Result<std::unique_ptr<RowSource>> rows_of(const PhysicalNode& scan);
  Snapshot read_snapshot();
  void report_changed_settings();
  void show_application_name();
  void warn(SqlState code, std::string message);

  // ---- portals
  Result<pgwire::ExecuteResult> execute(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink);
  Result<void> resolve_call(Portal& portal);
  Result<void> start(Portal& portal, pgwire::ResultSink& sink);
  Result<void> start_fetch(Portal& portal, const ast::FetchCursor& fetch);
  Result<Portal*> find_cursor(const std::string& name);
  Result<Portal*> readable_cursor(const std::string& name);
  Result<Batch> next_rows(Portal& portal, uint64_t rows_max);
  std::string name_of(const Type& type, int64_t oid) const;
  Batch with_names(const Batch& batch, std::span<const pgwire::Format> formats) const;
  Result<bool> send_rows(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink);
  Result<bool> send(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink);
  const std::string& finish(Portal& portal);
  void begin_statement(std::string_view text);

  Database& shared_;
  Engine& engine_;
  pgwire::Client* client_;
  std::string user_, database_name_, client_address_;
  int64_t pid_;
  int64_t started_us_;
  mutable Settings settings_;
  std::map<std::string, PreparedPtr, std::less<>> statements_;
  std::map<std::string, Portal, std::less<>> portals_;
  pgwire::TransactionStatus status_ = pgwire::TransactionStatus::kIdle;
  std::optional<Transaction> transaction_;
  std::optional<Engine::Applied> applied_;  // a statement's write that nobody has waited for
  Transaction::SettingValues local_settings_;  // SET LOCAL in the transaction: values to go back to
  uint64_t portals_opened_ = 0;
  std::atomic<bool> cancel_{false};
  int64_t deadline_ns_ = 0;  // monotonic, of the statement under way; 0: none
  int64_t timeout_ms_ = 0;   // statement_timeout, as of a version of the settings
  std::optional<uint64_t> timeout_version_;
  mutable Mutex activity_mutex_;
  std::string activity_ GUARDED_BY(activity_mutex_);
  std::string application_name_ GUARDED_BY(activity_mutex_);  // the settings are the session's own
  std::string_view state_ GUARDED_BY(activity_mutex_) = "idle";
  int64_t activity_us_ GUARDED_BY(activity_mutex_) = 0;
};

// A statement that came without parameters has none, whatever its text says.
Result<void> check_parameters(std::span<const Type> wanted, std::span<const Value> given);

// One column of text, one row per entry.
std::vector<Batch> text_rows(const std::vector<std::vector<std::string>>& rows, size_t columns);

}  // namespace leat

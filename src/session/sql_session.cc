// The session's life and the protocol's verbs. Statements are in run_*.cc.

#include "session/sql_session.h"

#include <chrono>

#include "aggregate/aggregate.h"
#include "job/ingest.h"
#include "parser/parser.h"
#include "parser/to_sql.h"
#include "planner/planner.h"
#include "session/result_columns.h"
#include "session/source_rows.h"
#include "types/format_value.h"

namespace leat {
namespace {

using pgwire::TransactionStatus;

int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error in_failed_transaction() {
  return make_error(SqlState::kInFailedSqlTransaction,
                    "current transaction is aborted, commands ignored until end of transaction block");
}

bool ends_transaction(const ast::Statement& statement) {
  return statement.kind == ast::StatementKind::kTransaction &&
         static_cast<const ast::Transaction&>(statement).verb != ast::TransactionVerb::kBegin;
}

}  // namespace

SqlSession::SqlSession(Database& database, const pgwire::StartRequest& request)
    : shared_(database),
      engine_(database.engine()),
      client_(request.client),
      user_(request.login.user),
      database_name_(Database::kName),
      client_address_(request.login.client_address),
      pid_(request.backend_pid),
      started_us_(database.engine().clock().now_us()) {
  if (!request.application_name.empty()) (void)settings_.set("application_name", request.application_name);
  shared_.add(this);
}

SqlSession::~SqlSession() { shared_.remove(this); }

void SqlSession::cancel() { cancel_ = true; }

SessionRow SqlSession::row() const {
  MutexLock lock(activity_mutex_);
  return {.pid = pid_, .user = user_, .database = database_name_,
          .application_name = settings_.value("application_name"), .client_address = client_address_,
          .state = state_, .query = activity_, .started_us = started_us_, .query_started_us = activity_us_};
}

void SqlSession::begin_statement(std::string_view text) {
  cancel_ = false;
  MutexLock lock(activity_mutex_);
  activity_ = text;
  activity_us_ = engine_.clock().now_us();
  state_ = "active";
}

std::vector<std::pair<std::string, std::string>> SqlSession::reported_parameters() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& setting : setting_definitions()) {
    if (!setting.reported) continue;
    const std::string name(setting.display.empty() ? setting.name : setting.display);
    all.emplace_back(name, setting.name == "session_authorization" ? user_ : settings_.value(setting.name));
  }
  return all;
}

void SqlSession::report_changed_settings() {
  if (client_ == nullptr) return;
  for (const auto& [name, value] : reported_parameters()) client_->parameter_changed(name, value);
}

// ------------------------------------------------------------------------------------ facts

std::vector<std::string> SqlSession::search_path() const {
  std::vector<std::string> path = settings_.search_path(user_);
  const auto catalog = shared_.catalog();
  std::erase_if(path, [&](const std::string& schema) { return !catalog->schemas.contains(schema); });
  return path;
}

std::string SqlSession::setting(std::string_view name, bool& found) const {
  auto value = settings_.get(name);
  found = value.has_value();
  return found ? *value : std::string();
}

Result<void> SqlSession::set_setting(std::string_view name, std::string_view value, bool) const {
  return settings_.set(name, value);
}

std::string SqlSession::relation_name(int64_t oid) const {
  // The index of a primary key is found where its table is.
  const auto relation = relation_of_oid(*shared_.catalog(), oid);
  if (!relation) return {};
  const std::string index = primary_key_index_name(*shared_.catalog(), oid);
  const std::string& name = index.empty() ? relation->name : index;
  const auto visible = shared_.catalog()->resolve(search_path(), relation->name);
  const bool plain = visible && visible->id == relation->id;
  return plain ? parser::quote_identifier(name)
               : parser::quote_identifier(relation->schema_name) + "." + parser::quote_identifier(name);
}

int64_t SqlSession::relation_oid(std::string_view name) const {
  const auto catalog = shared_.catalog();
  RelationPtr found;
  if (const size_t dot = name.find('.'); dot != std::string_view::npos) {
    found = catalog->find(name.substr(0, dot), name.substr(dot + 1));
  } else {
    found = catalog->resolve(search_path(), name);
  }
  return found ? found->id.value : 0;
}

std::string SqlSession::relation_definition(int64_t oid) const {
  return object_definition(*shared_.catalog(), oid);
}

// ------------------------------------------------------------------------------------ preparing

Binder SqlSession::binder_for(const Prepared& prepared) {
  return Binder({.catalog = transaction_catalog_ ? transaction_catalog_ : shared_.catalog(),
                 .database = database_name_,
                 .search_path = search_path(),
                 .zone = settings_.zone(),
                 .sql = prepared.sql,
                 .parameter_types = prepared.parameter_hints});
}

EvalContext SqlSession::eval_context(std::span<const Value> parameters) {
  EvalContext eval;
  eval.zone = &settings_.zone();
  eval.now_micros = transaction_now_us_ != 0 ? transaction_now_us_ : engine_.clock().now_us();
  eval.session = this;
  eval.parameters = parameters;
  return eval;
}

Result<SqlSession::PreparedPtr> SqlSession::prepare(std::string_view sql, std::string_view text, uint32_t,
                                                    ast::StatementPtr statement, std::vector<Type> hints) {
  auto prepared = std::make_shared<Prepared>();
  prepared->sql = std::string(sql);
  prepared->text = std::string(text);
  prepared->statement = std::move(statement);
  prepared->parameter_hints = std::move(hints);
  return prepared;
}

Result<std::shared_ptr<const PhysicalPlan>> SqlSession::plan_of(Prepared& prepared) {
  const CatalogPtr catalog = transaction_catalog_ ? transaction_catalog_ : shared_.catalog();
  const std::string path = settings_.value("search_path");
  if (prepared.plan && prepared.catalog_version == catalog->version && prepared.plan_search_path == path) {
    return prepared.plan;
  }
  Binder binder = binder_for(prepared);
  const auto& query = *static_cast<const ast::QueryStatement&>(*prepared.statement).query;
  const BoundQuery bound = TRY(binder.bind_query(query));
  auto parameter_types = TRY(binder.parameter_types());
  auto plan = TRY(plan_query(bound, {.mode = PlanMode::kQuery, .catalog = catalog.get(),
                                     .parameter_types = parameter_types}));
  plan.parameter_types = std::move(parameter_types);
  prepared.plan = std::make_shared<const PhysicalPlan>(std::move(plan));
  prepared.catalog_version = catalog->version;
  prepared.plan_search_path = path;
  return prepared.plan;
}

Result<void> SqlSession::describe(Prepared& prepared) {
  auto& description = prepared.description;
  description = {};
  if (!prepared.statement) return {};
  const ast::Statement& statement = *prepared.statement;
  switch (statement.kind) {
    case ast::StatementKind::kQuery: {
      const auto plan = TRY(plan_of(prepared));
      description.parameters = plan->parameter_types;
      description.columns = result_columns(*plan, *shared_.catalog());
      break;
    }
    case ast::StatementKind::kInsert:
    case ast::StatementKind::kUpdate:
    case ast::StatementKind::kDelete: {
      Binder binder = binder_for(prepared);
      Schema returning;
      bool has = false;
      if (statement.kind == ast::StatementKind::kInsert) {
        auto bound = TRY(binder.bind_insert(static_cast<const ast::Insert&>(statement)));
        returning = bound.returning_columns;
        has = !bound.returning.empty();
      } else if (statement.kind == ast::StatementKind::kUpdate) {
        auto bound = TRY(binder.bind_update(static_cast<const ast::Update&>(statement)));
        returning = bound.returning_columns;
        has = !bound.returning.empty();
      } else {
        auto bound = TRY(binder.bind_delete(static_cast<const ast::Delete&>(statement)));
        returning = bound.returning_columns;
        has = !bound.returning.empty();
      }
      description.parameters = TRY(binder.parameter_types());
      if (has) description.columns = result_columns(returning);
      break;
    }
    default: {
      bool has_rows = false;
      auto columns = TRY(columns_of_statement(statement, has_rows, prepared));
      if (has_rows) description.columns = std::move(columns);
    }
  }
  for (Type& type : description.parameters) {
    if (type.is(TypeId::kUnknown)) type = TypeId::kVarchar;
  }
  return {};
}

Result<> SqlSession::parse(const pgwire::ParseRequest& request) {
  if (!request.name.empty() && statements_.contains(request.name)) {
    return fail(SqlState::kDuplicatePreparedStatement, "prepared statement \"{}\" already exists", request.name);
  }
  if (!request.name.empty() && statements_.size() >= pgwire::kStatementsMax) {
    return fail(SqlState::kProgramLimitExceeded, "too many prepared statements (at most {})", pgwire::kStatementsMax);
  }
  auto parsed = TRY(parser::parse_statements(request.sql));
  if (parsed.size() > 1) {
    return fail(SqlState::kSyntaxError, "cannot insert multiple commands into a prepared statement");
  }
  std::vector<Type> hints;
  for (const uint32_t oid : request.parameter_oids) hints.push_back(TRY(type_by_oid(oid)));
  PreparedPtr prepared = TRY(prepare(request.sql, parsed.empty() ? std::string_view() : parsed[0].text, 0,
                                     parsed.empty() ? nullptr : std::move(parsed[0].statement), std::move(hints)));
  if (status_ == TransactionStatus::kFailed && prepared->statement && !ends_transaction(*prepared->statement)) {
    return fail(in_failed_transaction());
  }
  TRY(describe(*prepared));
  statements_.insert_or_assign(std::string(request.name), std::move(prepared));
  return {};
}

Result<const pgwire::StatementDescription*> SqlSession::describe_statement(std::string_view name) {
  const auto at = statements_.find(name);
  if (at == statements_.end()) {
    return fail(SqlState::kInvalidSqlStatementName, "prepared statement \"{}\" does not exist", name);
  }
  return &at->second->description;
}

Result<> SqlSession::bind(pgwire::BindRequest request) {
  const auto at = statements_.find(request.statement);
  if (at == statements_.end()) {
    return fail(SqlState::kInvalidSqlStatementName, "prepared statement \"{}\" does not exist", request.statement);
  }
  if (!request.portal.empty() && portals_.contains(request.portal)) {
    return fail(SqlState::kDuplicateCursor, "cursor \"{}\" already exists", request.portal);
  }
  if (portals_.size() >= pgwire::kPortalsMax) {
    return fail(SqlState::kProgramLimitExceeded, "too many open portals (at most {})", pgwire::kPortalsMax);
  }
  Portal portal{.prepared = at->second, .parameters = std::move(request.parameters)};
  portal.description = {.columns = at->second->description.columns, .formats = std::move(request.result_formats)};
  portals_.insert_or_assign(std::string(request.portal), std::move(portal));
  return {};
}

Result<const pgwire::PortalDescription*> SqlSession::describe_portal(std::string_view name) {
  const auto at = portals_.find(name);
  if (at == portals_.end()) return fail(SqlState::kInvalidCursorName, "portal \"{}\" does not exist", name);
  return &at->second.description;
}

void SqlSession::close_statement(std::string_view name) {
  if (const auto at = statements_.find(name); at != statements_.end()) statements_.erase(at);
}

void SqlSession::close_portal(std::string_view name) {
  if (const auto at = portals_.find(name); at != portals_.end()) portals_.erase(at);
}

// ------------------------------------------------------------------------------------ running

Snapshot SqlSession::read_snapshot() {
  if (status_ != TransactionStatus::kInTransaction) return engine_.snapshot();
  if (!transaction_snapshot_) transaction_snapshot_ = engine_.snapshot();
  return transaction_snapshot_;
}

Result<std::unique_ptr<RowSource>> SqlSession::rows_of(const PhysicalNode& scan) {
  const Relation& relation = *scan.relation;
  if (relation.kind == RelationKind::kSource) return make_source_rows(engine_, scan, cancel_);
  if (relation.kind != RelationKind::kSystem) {
    return fail(make_error(SqlState::kFeatureNotSupported, "{} \"{}\" cannot be read by a query",
                           relation_kind_text(relation.kind), relation.name)
                    .with_hint("Create a materialized view over it, or a table with the same connector."));
  }
  SystemContext context{.catalog = shared_.catalog(),
                        .engine = &engine_,
                        .metrics = &shared_.metrics(),
                        .database = database_name_,
                        .user = user_,
                        .settings =
                            [this] {
                              std::vector<SettingRow> rows;
                              for (const auto& s : setting_definitions()) {
                                rows.push_back({std::string(s.name), settings_.value(s.name),
                                                std::string(s.default_value), std::string(s.doc)});
                              }
                              return rows;
                            },
                        .sessions = [this] { return shared_.sessions(); }};
  Batch all = TRY(system_rows(relation, context));
  Batch wanted;
  wanted.selection = all.selection;
  for (const int c : scan.columns) wanted.columns.push_back(all.columns[c]);
  return make_batch_source({std::move(wanted)});
}

Result<std::unique_ptr<QueryRun>> SqlSession::start_query(const PhysicalPlan& plan, std::span<const Value> parameters) {
  const int64_t timeout_ms = settings_.milliseconds("statement_timeout");
  return QueryRun::start(plan, {.snapshot = read_snapshot(),
                                .make_rows = [this](const PhysicalNode& scan) { return rows_of(scan); },
                                .eval = eval_context(parameters),
                                .cancel = &cancel_,
                                .deadline_ns = timeout_ms > 0 ? monotonic_ns() + timeout_ms * 1'000'000 : 0});
}

Result<std::vector<Batch>> SqlSession::run_to_end(const PhysicalPlan& plan, std::span<const Value> parameters) {
  auto run = TRY(start_query(plan, parameters));
  std::vector<Batch> batches;
  for (;;) {
    Batch batch = TRY(run->next());
    if (batch.empty()) return batches;
    batches.push_back(std::move(batch));
  }
}

// Sends rows of a portal up to the limit (0: all). True: there may be more.
Result<bool> SqlSession::send_rows(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink) {
  uint64_t left = rows_max == 0 ? UINT64_MAX : rows_max;
  for (;;) {
    Batch batch = std::move(portal.rest);
    portal.rest = {};
    if (batch.empty()) {
      if (portal.run) {
        batch = TRY(portal.run->next());
      } else if (portal.next_result < portal.result.size()) {
        batch = std::move(portal.result[portal.next_result++]);
        if (batch.empty()) continue;
      }
    }
    if (batch.empty()) return false;
    if (batch.size() > left) {
      std::vector<uint32_t> now, later;
      for (size_t i = 0; i < batch.size(); ++i) (i < left ? now : later).push_back(batch.selection[i]);
      portal.rest = batch.with_rows(std::move(later));
      batch = batch.with_rows(std::move(now));
    }
    TRY(sink.rows(batch));
    portal.rows_sent += batch.size();
    left -= batch.size();
    if (left == 0) return true;
  }
}

Result<pgwire::ExecuteResult> SqlSession::execute(std::string_view name, uint64_t rows_max,
                                                  pgwire::ResultSink& sink) {
  const auto at = portals_.find(name);
  if (at == portals_.end()) return fail(SqlState::kInvalidCursorName, "portal \"{}\" does not exist", name);
  Portal& portal = at->second;
  Prepared& prepared = *portal.prepared;
  if (!prepared.statement) return pgwire::ExecuteResult{.outcome = pgwire::ExecuteResult::kEmptyQuery};
  if (status_ == TransactionStatus::kFailed && !ends_transaction(*prepared.statement)) {
    return fail(in_failed_transaction());
  }
  if (portal.finished) return pgwire::ExecuteResult{.command_tag = portal.command_tag};
  begin_statement(prepared.text);
  if (!portal.started) {
    portal.started = true;
    if (prepared.statement->kind == ast::StatementKind::kQuery) {
      portal.run = TRY(start_query(*TRY(plan_of(prepared)), portal.parameters));
    } else {
      Outcome outcome = TRY(run_statement(*prepared.statement, prepared, portal.parameters));
      portal.result = std::move(outcome.batches);
      portal.command_tag = std::move(outcome.tag);
    }
  }
  if (portal.description.columns) {
    sink.begin_rows(*portal.description.columns, portal.description.formats);
    if (TRY(send_rows(portal, rows_max, sink))) {
      return pgwire::ExecuteResult{.outcome = pgwire::ExecuteResult::kSuspended};
    }
  }
  portal.finished = true;
  portal.run.reset();
  if (prepared.statement->kind == ast::StatementKind::kQuery) {
    portal.command_tag = fmt::format("SELECT {}", portal.rows_sent);
  }
  return pgwire::ExecuteResult{.command_tag = portal.command_tag};
}

Result<> SqlSession::simple_query(std::string_view sql, pgwire::ResultSink& sink) {
  auto parsed = TRY(parser::parse_statements(sql));
  if (parsed.empty()) {
    sink.empty_query();
    return {};
  }
  statements_.erase("");
  portals_.erase("");
  for (auto& one : parsed) {
    if (status_ == TransactionStatus::kFailed && !ends_transaction(*one.statement)) {
      return fail(in_failed_transaction());
    }
    begin_statement(one.text);
    Portal portal;
    portal.prepared = TRY(prepare(sql, one.text, one.begin, std::move(one.statement), {}));
    Prepared& prepared = *portal.prepared;
    if (prepared.statement->kind == ast::StatementKind::kQuery) {
      const auto plan = TRY(plan_of(prepared));
      if (!plan->parameter_types.empty()) {
        return fail(SqlState::kUndefinedParameter, "there is no parameter ${}", plan->parameter_types.size());
      }
      portal.run = TRY(start_query(*plan, {}));
      sink.begin_rows(result_columns(*plan, *shared_.catalog()), {});
      TRY(send_rows(portal, 0, sink));
      sink.complete(fmt::format("SELECT {}", portal.rows_sent));
      continue;
    }
    Outcome outcome = TRY(run_statement(*prepared.statement, prepared, {}));
    if (outcome.columns) {
      sink.begin_rows(*outcome.columns, {});
      portal.result = std::move(outcome.batches);
      TRY(send_rows(portal, 0, sink));
    }
    sink.complete(outcome.tag);
  }
  MutexLock lock(activity_mutex_);
  state_ = status_ == TransactionStatus::kIdle ? "idle" : "idle in transaction";
  return {};
}

Result<> SqlSession::sync() {
  if (status_ == TransactionStatus::kIdle) portals_.clear();
  MutexLock lock(activity_mutex_);
  state_ = status_ == TransactionStatus::kIdle ? "idle" : "idle in transaction";
  return {};
}

void SqlSession::fail_transaction() {
  if (status_ == TransactionStatus::kInTransaction) {
    status_ = TransactionStatus::kFailed;
    transaction_writes_.clear();
    transaction_snapshot_ = {};
  }
  portals_.clear();
}

std::vector<Batch> text_rows(const std::vector<std::vector<std::string>>& rows, size_t columns) {
  Batch batch;
  batch.selection = Selection(rows.size());
  for (size_t c = 0; c < columns; ++c) {
    auto column = std::make_shared<Vector>(TypeId::kVarchar, rows.size());
    for (size_t r = 0; r < rows.size(); ++r) column->set_string(r, rows[r][c]);
    batch.columns.push_back(std::move(column));
  }
  return {std::move(batch)};
}

}  // namespace leat

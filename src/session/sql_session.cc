// The session's life and the protocol's verbs. Statements are in run_*.cc.

#include "session/sql_session.h"

#include <algorithm>
#include <chrono>

#include "aggregate/aggregate.h"
#include "job/ingest.h"
#include "parser/parser.h"
#include "parser/to_sql.h"
#include "planner/planner.h"
#include "session/result_columns.h"
#include "session/source_rows.h"
#include "system_catalog/function_list.h"
#include "types/format_value.h"

namespace leat {
namespace {

using pgwire::TransactionStatus;

int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// What a failed transaction still takes.
bool ends_failure(const ast::Statement& statement) {
  if (statement.kind != ast::StatementKind::kTransaction) return false;
  const auto verb = static_cast<const ast::Transaction&>(statement).verb;
  return verb == ast::TransactionVerb::kCommit || verb == ast::TransactionVerb::kRollback ||
         verb == ast::TransactionVerb::kRollbackToSavepoint;
}

bool changes_rows(ast::StatementKind kind) {
  using Kind = ast::StatementKind;
  return kind == Kind::kInsert || kind == Kind::kUpdate || kind == Kind::kDelete || kind == Kind::kTruncate;
}

// The query of a statement that has a plan.
const ast::Query& query_of(const ast::Statement& statement) {
  switch (statement.kind) {
    case ast::StatementKind::kDeclareCursor: return *static_cast<const ast::DeclareCursor&>(statement).query;
    case ast::StatementKind::kCopy: return *static_cast<const ast::Copy&>(statement).query;
    default: return *static_cast<const ast::QueryStatement&>(statement).query;
  }
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
  show_application_name();
  shared_.add(this);
}

SqlSession::~SqlSession() { shared_.remove(this); }

void SqlSession::cancel() { cancel_ = true; }

void SqlSession::show_application_name() {
  MutexLock lock(activity_mutex_);
  application_name_ = settings_.value("application_name");
}

SessionRow SqlSession::row() const {
  MutexLock lock(activity_mutex_);
  return {.pid = pid_, .user = user_, .database = database_name_,
          .application_name = application_name_, .client_address = client_address_,
          .state = std::string(state_), .query = activity_, .started_us = started_us_, .query_started_us = activity_us_};
}

void SqlSession::begin_statement(std::string_view text) {
  cancel_ = false;
  if (timeout_version_ != settings_.version()) {
    timeout_version_ = settings_.version();
    timeout_ms_ = settings_.milliseconds("statement_timeout");
    show_application_name();
  }
  deadline_ns_ = timeout_ms_ > 0 ? monotonic_ns() + timeout_ms_ * 1'000'000 : 0;
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
  show_application_name();
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
  return Binder({.catalog = catalog(),
                 .database = database_name_,
                 .search_path = search_path(),
                 .zone = settings_.zone(),
                 .sql = prepared.sql,
                 .parameter_types = prepared.parameter_hints});
}

EvalContext SqlSession::eval_context(std::span<const Value> parameters) {
  EvalContext eval;
  eval.zone = &settings_.zone();
  eval.now_micros = transaction_ ? transaction_->now_us() : engine_.clock().now_us();
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
  const CatalogPtr catalog = this->catalog();
  if (prepared.plan && prepared.catalog_version == catalog->version &&
      prepared.settings_version == settings_.version()) {
    return prepared.plan;
  }
  Binder binder = binder_for(prepared);
  const BoundQuery bound = TRY(binder.bind_query(query_of(*prepared.statement)));
  auto parameter_types = TRY(binder.parameter_types());
  auto plan = TRY(plan_query(bound, {.mode = PlanMode::kQuery, .catalog = catalog.get(),
                                     .parameter_types = parameter_types}));
  plan.parameter_types = std::move(parameter_types);
  if (prepared.described && !same_columns(*prepared.description.columns, result_columns(plan.columns))) {
    return fail(SqlState::kFeatureNotSupported, "cached plan must not change result type");
  }
  prepared.plan = std::make_shared<const PhysicalPlan>(std::move(plan));
  prepared.lookup = KeyLookup::recognise(*prepared.plan);
  prepared.catalog_version = catalog->version;
  prepared.settings_version = settings_.version();
  return prepared.plan;
}

Result<void> SqlSession::describe(Prepared& prepared) {
  auto& description = prepared.description;
  description = {};
  prepared.described = false;
  if (!prepared.statement) return {};
  const ast::Statement& statement = *prepared.statement;
  switch (statement.kind) {
    case ast::StatementKind::kQuery: {
      const auto plan = TRY(plan_of(prepared));
      description.parameters = plan->parameter_types;
      description.columns = result_columns(*plan, *shared_.catalog());
      prepared.described = true;
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
    case ast::StatementKind::kCopy:
      if (!static_cast<const ast::Copy&>(statement).query) break;
      description.parameters = TRY(plan_of(prepared))->parameter_types;
      break;
    case ast::StatementKind::kDeclareCursor:
      if (!static_cast<const ast::DeclareCursor&>(statement).query) break;
      description.parameters = TRY(plan_of(prepared))->parameter_types;
      break;
    case ast::StatementKind::kExecute: {
      const auto at = statements_.find(static_cast<const ast::Execute&>(statement).name.text);
      if (at != statements_.end()) description.columns = at->second->description.columns;
      break;
    }
    case ast::StatementKind::kFetchCursor: {
      const auto& fetch = static_cast<const ast::FetchCursor&>(statement);
      if (!fetch.move) description.columns = *TRY(find_cursor(fetch.cursor.text))->description.columns;
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
  // When it is bound again, the client's values are of these types.
  prepared.parameter_hints = description.parameters;
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
  if (prepared->statement) TRY(check_not_failed(*prepared->statement));
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
  Portal portal{.prepared = at->second, .parameters = std::move(request.parameters), .number = ++portals_opened_};
  portal.description = {.columns = &at->second->description.columns, .formats = std::move(request.result_formats)};
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
  return QueryRun::start(plan, {.snapshot = read_snapshot(),
                                .pending = transaction_ ? transaction_->pending() : nullptr,
                                .make_rows = [this](const PhysicalNode& scan) { return rows_of(scan); },
                                .eval = eval_context(parameters),
                                .cancel = &cancel_,
                                .deadline_ns = deadline_ns_});
}

// What a plan reads may be dropped, and another index come, before its snapshot is taken: it is planned
// again with the catalog of after that.
Result<void> SqlSession::start_rows(Portal& portal) {
  auto started = start_planned_rows(portal);
  if (started || transaction_ || started.error().code != SqlState::kUndefinedTable) return started;
  if (!portal.prepared->plan) return started;
  portal.prepared->plan = nullptr;
  return start_planned_rows(portal);
}

// A query's rows: found at once by the short path, or made while they are read.
Result<void> SqlSession::start_planned_rows(Portal& portal) {
  Prepared& prepared = *portal.prepared;
  const auto plan = TRY(plan_of(prepared));
  if (prepared.lookup && !(transaction_ && transaction_->has_writes())) {
    auto rows = TRY(prepared.lookup->run(read_snapshot(), eval_context(portal.parameters)));
    if (rows) {
      portal.rest = std::move(*rows);
      return {};
    }
  }
  portal.run = TRY(start_query(*plan, portal.parameters));
  return {};
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

Result<void> SqlSession::check_not_failed(const ast::Statement& statement) const {
  if (status_ != TransactionStatus::kFailed || ends_failure(statement)) return {};
  return fail(SqlState::kInFailedSqlTransaction,
              "current transaction is aborted, commands ignored until end of transaction block");
}

// The next rows of a portal, at most so many; none at the end.
Result<Batch> SqlSession::next_rows(Portal& portal, uint64_t rows_max) {
  Batch batch = std::move(portal.rest);
  portal.rest = {};
  if (batch.empty() && portal.run) {
    portal.run->set_deadline(deadline_ns_);
    batch = TRY(portal.run->next());
  }
  while (batch.empty() && portal.next_result < portal.result.size()) {
    batch = std::move(portal.result[portal.next_result++]);
  }
  if (batch.size() > rows_max) {
    std::vector<uint32_t> now, later;
    for (size_t i = 0; i < batch.size(); ++i) (i < rows_max ? now : later).push_back(batch.selection[i]);
    portal.rest = batch.with_rows(std::move(later));
    batch = batch.with_rows(std::move(now));
  }
  portal.rows_sent += batch.size();
  return batch;
}

// What a number names; its digits if nothing has it.
std::string SqlSession::name_of(const Type& type, int64_t oid) const {
  std::string name;
  if (type.is(TypeId::kRegclass)) {
    name = relation_name(oid);
  } else if (type.is(TypeId::kRegproc)) {
    name = system_catalog::function_name(static_cast<uint32_t>(oid));
  } else if (const auto named = type_by_oid(static_cast<uint32_t>(oid)); named && !named->is(TypeId::kUnknown)) {
    name = named->name();
  }
  if (!name.empty()) return name;
  return oid == 0 ? "-" : std::to_string(oid);
}

// Relations, types and functions go out in text by their names, which no one below the session knows.
Batch SqlSession::with_names(const Batch& batch, std::span<const pgwire::Format> formats) const {
  Batch named = batch;
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    const Vector& numbers = *batch.columns[i];
    const Type& type = numbers.type();
    if (!type.is(TypeId::kRegclass) && !type.is(TypeId::kRegtype) && !type.is(TypeId::kRegproc)) continue;
    if (!formats.empty() && formats[formats.size() == 1 ? 0 : i] == pgwire::Format::kBinary) continue;
    const size_t rows = batch.selection.all() || batch.empty() ? batch.size() : batch.selection.rows().back() + 1;
    auto names = std::make_shared<Vector>(TypeId::kVarchar, rows);
    batch.selection.for_each([&](size_t row) {
      if (numbers.is_null(row)) return names->set_null_value(row);
      names->set_string(row, name_of(type, numbers.at<int64_t>(row)));
    });
    named.columns[i] = std::move(names);
  }
  return named;
}

// Sends rows of a portal up to the limit (0: all). True: there may be more.
Result<bool> SqlSession::send_rows(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink) {
  uint64_t left = rows_max == 0 ? UINT64_MAX : rows_max;
  while (left > 0) {
    const Batch batch = TRY(next_rows(portal, left));
    if (batch.empty()) return false;
    TRY(sink.rows(with_names(batch, portal.description.formats)));
    left -= batch.size();
  }
  return true;
}

// As send_rows(); the rows of a FETCH are its cursor's.
Result<bool> SqlSession::send(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink) {
  if (portal.cursor.empty()) return send_rows(portal, rows_max, sink);
  const uint64_t limit = rows_max == 0 ? portal.fetch_left : std::min(rows_max, portal.fetch_left);
  if (limit == 0) return false;
  Portal& cursor = *TRY(readable_cursor(portal.cursor));
  if (cursor.number != portal.cursor_number) {  // another one of that name, with other columns perhaps
    return fail(SqlState::kInvalidCursorName, "cursor \"{}\" does not exist", portal.cursor);
  }
  cursor.description.formats = portal.description.formats;
  const uint64_t before = cursor.rows_sent;
  cursor.failed = true;  // until its rows are sent
  const bool more = TRY(send_rows(cursor, limit, sink));
  cursor.failed = false;
  portal.rows_sent += cursor.rows_sent - before;
  portal.fetch_left -= cursor.rows_sent - before;
  return more && portal.fetch_left > 0;
}

// Makes the rows, or all that is needed to read them.
Result<void> SqlSession::start(Portal& portal, pgwire::ResultSink& sink) {
  portal.started = true;
  Prepared& prepared = *portal.prepared;
  portal.description.columns = &prepared.description.columns;  // a statement that nobody described has them now
  const ast::Statement& statement = *prepared.statement;
  if (statement.kind == ast::StatementKind::kQuery) {
    const auto plan = TRY(plan_of(prepared));
    TRY(check_parameters(plan->parameter_types, portal.parameters));
    if (!prepared.description.columns) prepared.description.columns = result_columns(*plan, *shared_.catalog());
    return start_rows(portal);
  }
  if (statement.kind == ast::StatementKind::kFetchCursor && !static_cast<const ast::FetchCursor&>(statement).move) {
    return start_fetch(portal, static_cast<const ast::FetchCursor&>(statement));
  }
  Outcome outcome = TRY(statement.kind == ast::StatementKind::kCopy
                            ? run_copy(static_cast<const ast::Copy&>(statement), prepared, portal.parameters, sink)
                            : run_statement(statement, prepared, portal.parameters));
  portal.result = std::move(outcome.batches);
  portal.command_tag = std::move(outcome.tag);
  if (!prepared.description.columns) prepared.description.columns = std::move(outcome.columns);
  return {};
}

// Gives the command tag.
const std::string& SqlSession::finish(Portal& portal) {
  portal.finished = true;
  portal.run.reset();
  const bool is_query = portal.prepared->statement->kind == ast::StatementKind::kQuery;
  if (is_query) portal.command_tag = fmt::format("SELECT {}", portal.rows_sent);
  if (!portal.cursor.empty()) portal.command_tag = fmt::format("FETCH {}", portal.rows_sent);
  return portal.command_tag;
}

Result<pgwire::ExecuteResult> SqlSession::execute(std::string_view name, uint64_t rows_max,
                                                  pgwire::ResultSink& sink) {
  const auto at = portals_.find(name);
  if (at == portals_.end()) return fail(SqlState::kInvalidCursorName, "portal \"{}\" does not exist", name);
  // Out of the others' sight while it runs: the statement may end portals, COMMIT all of them.
  auto portal = portals_.extract(at);
  auto result = TRY(execute(portal.mapped(), rows_max, sink));
  portals_.insert(std::move(portal));
  return result;
}

Result<pgwire::ExecuteResult> SqlSession::execute(Portal& portal, uint64_t rows_max, pgwire::ResultSink& sink) {
  if (!portal.prepared->statement) return pgwire::ExecuteResult{.outcome = pgwire::ExecuteResult::kEmptyQuery};
  TRY(check_not_failed(*portal.prepared->statement));
  if (portal.finished) return pgwire::ExecuteResult{.command_tag = portal.command_tag};
  begin_statement(portal.prepared->text);
  if (!portal.started) {
    TRY(resolve_call(portal));
    const ast::Statement& statement = *portal.prepared->statement;
    // A statement alone before its Sync needs no transaction around it.
    const bool is_alone = client_ == nullptr || client_->sync_follows();
    if (transaction_ || (!is_alone && changes_rows(statement.kind))) TRY(enter_implicit(statement));
    TRY(start(portal, sink));
  }
  if (*portal.description.columns) {
    TRY(sink.begin_rows(**portal.description.columns, portal.description.formats));
    if (TRY(send(portal, rows_max, sink))) {
      return pgwire::ExecuteResult{.outcome = pgwire::ExecuteResult::kSuspended};
    }
  }
  return pgwire::ExecuteResult{.command_tag = finish(portal)};
}

Result<> SqlSession::simple_query(std::string_view sql, pgwire::ResultSink& sink) {
  auto parsed = TRY(parser::parse_statements(sql));
  if (parsed.empty()) {
    sink.empty_query();
    return {};
  }
  statements_.erase("");
  portals_.erase("");
  const bool is_alone = parsed.size() == 1;
  for (auto& one : parsed) {
    TRY(check_not_failed(*one.statement));
    begin_statement(one.text);
    Portal portal{.prepared = TRY(prepare(sql, one.text, one.begin, std::move(one.statement), {}))};
    TRY(resolve_call(portal));
    if (!is_alone) TRY(enter_implicit(*portal.prepared->statement));
    TRY(start(portal, sink));
    if (*portal.description.columns) {
      TRY(sink.begin_rows(**portal.description.columns, portal.description.formats));
      TRY(send(portal, 0, sink));
    }
    if (&one == &parsed.back()) TRY(commit_implicit());
    sink.complete(finish(portal));
  }
  MutexLock lock(activity_mutex_);
  state_ = status_ == TransactionStatus::kIdle ? "idle" : "idle in transaction";
  return {};
}

Result<> SqlSession::sync() {
  TRY(commit_implicit());
  if (status_ == TransactionStatus::kIdle) drop_portals();
  MutexLock lock(activity_mutex_);
  state_ = status_ == TransactionStatus::kIdle ? "idle" : "idle in transaction";
  return {};
}

Result<void> check_parameters(std::span<const Type> wanted, std::span<const Value> given) {
  if (wanted.size() <= given.size()) return {};
  return fail(SqlState::kUndefinedParameter, "there is no parameter ${}", wanted.size());
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

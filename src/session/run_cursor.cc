// PREPARE, EXECUTE, DEALLOCATE; DECLARE, FETCH, MOVE, CLOSE. The statements and portals are the same
// that the protocol makes and names.

#include "parser/parser.h"
#include "session/result_columns.h"
#include "session/sql_session.h"

namespace leat {

// ---- prepared statements ---------------------------------------------------------------------

Result<SqlSession::Outcome> SqlSession::run_prepare(const ast::Prepare& prepare, const Prepared& prepared) {
  const std::string_view text =
      std::string_view(prepared.sql).substr(prepare.statement_begin, prepare.statement_end - prepare.statement_begin);
  std::vector<uint32_t> parameter_oids;
  for (const ast::TypeName& type : prepare.types) parameter_oids.push_back(TRY(bind_type(type, prepared.sql)).oid());
  if (prepare.name.text.empty()) {
    return fail(SqlState::kInvalidSqlStatementName, "a prepared statement needs a name");
  }
  TRY(parse({.name = prepare.name.text, .sql = text, .parameter_oids = parameter_oids}));
  return Outcome{.tag = "PREPARE"};
}

// EXECUTE is the statement it names, with its arguments as parameters.
Result<void> SqlSession::resolve_call(Portal& portal) {
  if (portal.prepared->statement->kind != ast::StatementKind::kExecute) return {};
  const PreparedPtr call = portal.prepared;
  const auto& execute = static_cast<const ast::Execute&>(*call->statement);
  const auto at = statements_.find(execute.name.text);
  if (at == statements_.end() || !at->second->statement) {
    return fail(SqlState::kInvalidSqlStatementName, "prepared statement \"{}\" does not exist", execute.name.text);
  }
  const std::vector<Type>& types = at->second->description.parameters;
  if (types.size() != execute.arguments.size()) {
    return fail(make_error(SqlState::kSyntaxError, "wrong number of parameters for prepared statement \"{}\"",
                           execute.name.text)
                    .with_detail(fmt::format("Expected {} parameters but got {}.", types.size(),
                                             execute.arguments.size())));
  }
  portal.prepared = at->second;
  portal.description.columns = &portal.prepared->description.columns;
  portal.parameters.clear();
  for (size_t i = 0; i < types.size(); ++i) {
    Binder binder = binder_for(*call);
    portal.parameters.push_back(TRY(binder.bind_constant(*execute.arguments[i], types[i])));
  }
  return check_not_failed(*portal.prepared->statement);
}

Result<SqlSession::Outcome> SqlSession::run_deallocate(const ast::Deallocate& deallocate) {
  if (!deallocate.name) {
    statements_.clear();
    return Outcome{.tag = "DEALLOCATE ALL"};
  }
  if (statements_.erase(deallocate.name->text) == 0) {
    return fail(SqlState::kInvalidSqlStatementName, "prepared statement \"{}\" does not exist", deallocate.name->text);
  }
  return Outcome{.tag = "DEALLOCATE"};
}

// ---- cursors ---------------------------------------------------------------------------------

Result<SqlSession::Outcome> SqlSession::run_declare(const ast::DeclareCursor& declare, Prepared& prepared,
                                                    std::span<const Value> parameters) {
  if (!declare.query) return fail(SqlState::kFeatureNotSupported, "cursors for subscriptions are not supported yet");
  if (declare.scroll) {
    return fail(make_error(SqlState::kFeatureNotSupported, "SCROLL cursors are not supported")
                    .with_hint("Cursors read forward only."));
  }
  if (status_ == pgwire::TransactionStatus::kIdle && !declare.hold) {
    return fail(make_error(SqlState::kNoActiveSqlTransaction, "DECLARE CURSOR can only be used in transaction blocks")
                    .with_hint("Use WITH HOLD for a cursor that needs none."));
  }
  const std::string& name = declare.name.text;
  if (portals_.contains(name)) return fail(SqlState::kDuplicateCursor, "cursor \"{}\" already exists", name);
  if (portals_.size() >= pgwire::kPortalsMax) {
    return fail(SqlState::kProgramLimitExceeded, "too many open portals (at most {})", pgwire::kPortalsMax);
  }
  const auto plan = TRY(plan_of(prepared));
  TRY(check_parameters(plan->parameter_types, parameters));
  // What the cursor shows is not what DECLARE does, which is nothing.
  auto rows = std::make_shared<Prepared>();
  rows->description.columns = result_columns(*plan, *shared_.catalog());
  rows->plan = plan;
  Portal cursor{.prepared = rows,
                .parameters = {parameters.begin(), parameters.end()},
                .number = ++portals_opened_,
                .started = true,
                .is_cursor = true,
                .hold = declare.hold,
                .held = declare.hold && status_ == pgwire::TransactionStatus::kIdle};
  cursor.description.columns = &rows->description.columns;
  if (declare.binary) cursor.description.formats = {pgwire::Format::kBinary};
  cursor.run = TRY(start_query(*plan, cursor.parameters));
  portals_.insert_or_assign(name, std::move(cursor));
  return Outcome{.tag = "DECLARE CURSOR"};
}

Result<SqlSession::Portal*> SqlSession::find_cursor(const std::string& name) {
  const auto at = portals_.find(name);
  if (at == portals_.end() || !at->second.is_cursor) {
    return fail(SqlState::kInvalidCursorName, "cursor \"{}\" does not exist", name);
  }
  return &at->second;
}

// After an error in the midst of it nobody knows which rows the client has.
Result<SqlSession::Portal*> SqlSession::readable_cursor(const std::string& name) {
  Portal* cursor = TRY(find_cursor(name));
  if (cursor->failed) return fail(SqlState::kObjectNotInPrerequisiteState, "portal \"{}\" cannot be run", name);
  return cursor;
}

namespace {

// How many rows a FETCH or MOVE takes at most.
Result<uint64_t> forward_count(const ast::FetchCursor& fetch) {
  using Direction = ast::FetchDirection;
  if (fetch.direction == Direction::kAll) return UINT64_MAX;
  const bool is_forward = fetch.direction == Direction::kForward || fetch.direction == Direction::kRelative;
  if (is_forward && fetch.count > 0) {
    // RELATIVE n gives the nth row only.
    if (fetch.direction == Direction::kForward || fetch.count == 1) return static_cast<uint64_t>(fetch.count);
  }
  return fail(make_error(SqlState::kObjectNotInPrerequisiteState, "cursor can only scan forward")
                  .with_hint("Use FETCH n, FETCH FORWARD n or FETCH ALL."));
}

}  // namespace

Result<void> SqlSession::start_fetch(Portal& portal, const ast::FetchCursor& fetch) {
  portal.fetch_left = TRY(forward_count(fetch));
  portal.cursor = fetch.cursor.text;
  const Portal& cursor = *TRY(readable_cursor(portal.cursor));
  portal.cursor_number = cursor.number;
  auto& columns = portal.prepared->description.columns;
  if (!columns) {
    columns = *cursor.description.columns;
    portal.description.formats = cursor.description.formats;
  } else if (!same_columns(*columns, **cursor.description.columns)) {
    return fail(SqlState::kFeatureNotSupported, "cached plan must not change result type");
  }
  return {};
}

Result<SqlSession::Outcome> SqlSession::run_move(const ast::FetchCursor& move) {
  uint64_t left = TRY(forward_count(move));
  Portal& cursor = *TRY(readable_cursor(move.cursor.text));
  uint64_t moved = 0;
  cursor.failed = true;  // until they are passed
  while (left > 0) {
    const Batch batch = TRY(next_rows(cursor, left));
    if (batch.empty()) break;
    moved += batch.size();
    left -= batch.size();
  }
  cursor.failed = false;
  return Outcome{.tag = fmt::format("MOVE {}", moved)};
}

Result<SqlSession::Outcome> SqlSession::run_close(const ast::CloseCursor& close) {
  if (!close.cursor) {
    std::erase_if(portals_, [](const auto& portal) { return portal.second.is_cursor; });
    return Outcome{.tag = "CLOSE CURSOR ALL"};
  }
  TRY(find_cursor(close.cursor->text));
  portals_.erase(close.cursor->text);
  return Outcome{.tag = "CLOSE CURSOR"};
}

}  // namespace leat

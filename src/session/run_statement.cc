// Which statement is run by which member, and which columns a statement's rows have.

#include "session/sql_session.h"

namespace leat {
namespace {

pgwire::ResultColumn text_column(std::string name) { return {.name = std::move(name), .type = TypeId::kVarchar}; }

}  // namespace

Result<SqlSession::Outcome> SqlSession::run_statement(const ast::Statement& statement, Prepared& prepared,
                                                      std::span<const Value> parameters) {
  using Kind = ast::StatementKind;
  if (client_ != nullptr) client_->will_wait();
  auto outcome = [&]() -> Result<Outcome> {
    switch (statement.kind) {
      case Kind::kInsert: return run_insert(static_cast<const ast::Insert&>(statement), prepared, parameters);
      case Kind::kUpdate: return run_update(static_cast<const ast::Update&>(statement), prepared, parameters);
      case Kind::kDelete: return run_delete(static_cast<const ast::Delete&>(statement), prepared, parameters);
      case Kind::kTruncate: return run_truncate(static_cast<const ast::Truncate&>(statement));
      case Kind::kCreateTable:
      case Kind::kCreateSource:
      case Kind::kCreateView:
      case Kind::kCreateIndex:
      case Kind::kCreateSink: return run_create(statement, prepared);
      case Kind::kCreateSchema: return run_create_schema(static_cast<const ast::CreateSchema&>(statement));
      case Kind::kDrop: return run_drop(static_cast<const ast::Drop&>(statement));
      case Kind::kExplain: return run_explain(static_cast<const ast::Explain&>(statement), prepared);
      case Kind::kShow: return run_show(static_cast<const ast::Show&>(statement));
      case Kind::kShowCreate: return run_show_create(static_cast<const ast::ShowCreate&>(statement));
      case Kind::kDescribe: return run_describe(static_cast<const ast::Describe&>(statement));
      case Kind::kSet: return run_set(static_cast<const ast::Set&>(statement));
      case Kind::kReset: {
        const auto& name = static_cast<const ast::Reset&>(statement).parameter;
        if (name.empty()) {
          settings_.reset_all();
        } else {
          TRY(settings_.reset(name));
        }
        report_changed_settings();
        return Outcome{.tag = "RESET"};
      }
      case Kind::kSetTransaction: return run_set_transaction(static_cast<const ast::SetTransaction&>(statement));
      case Kind::kPrepare: return run_prepare(static_cast<const ast::Prepare&>(statement), prepared);
      case Kind::kDeclareCursor:
        return run_declare(static_cast<const ast::DeclareCursor&>(statement), prepared, parameters);
      case Kind::kFetchCursor: return run_move(static_cast<const ast::FetchCursor&>(statement));
      case Kind::kCloseCursor: return run_close(static_cast<const ast::CloseCursor&>(statement));
      case Kind::kTransaction: return run_transaction(static_cast<const ast::Transaction&>(statement));
      case Kind::kFlush:
      case Kind::kWait:
        TRY(engine_.flush());
        return Outcome{.tag = statement.kind == Kind::kFlush ? "FLUSH" : "WAIT"};
      case Kind::kDiscard:
        if (transaction_) {
          return fail(SqlState::kActiveSqlTransaction, "DISCARD ALL cannot run inside a transaction block");
        }
        statements_.clear();
        portals_.clear();
        settings_.reset_all();
        report_changed_settings();
        return Outcome{.tag = "DISCARD ALL"};
      case Kind::kDeallocate: return run_deallocate(static_cast<const ast::Deallocate&>(statement));
      case Kind::kListen: return Outcome{.tag = "UNLISTEN"};  // drivers reset a connection with it
      default: return fail(SqlState::kFeatureNotSupported, "this statement is not supported yet");
    }
  }();
  if (outcome && !outcome->columns) {
    bool has_rows = false;
    auto columns = TRY(columns_of_statement(statement, has_rows, prepared));
    if (has_rows) outcome->columns = std::move(columns);
  }
  return outcome;
}

// Of statements other than queries and DML.
Result<std::vector<pgwire::ResultColumn>> SqlSession::columns_of_statement(const ast::Statement& statement,
                                                                           bool& has_rows, Prepared&) {
  using Kind = ast::StatementKind;
  has_rows = true;
  switch (statement.kind) {
    case Kind::kExplain: return std::vector{text_column("QUERY PLAN")};
    case Kind::kDescribe:
      return std::vector{text_column("Name"), text_column("Type"), text_column("Is Hidden"), text_column("Description")};
    case Kind::kShowCreate: return std::vector{text_column("Name"), text_column("Create Sql")};
    case Kind::kShow: {
      const auto& show = static_cast<const ast::Show&>(statement);
      switch (show.what) {
        case ast::ShowWhat::kParameter: return std::vector{text_column(show.parameter)};
        case ast::ShowWhat::kAll:
          return std::vector{text_column("Name"), text_column("Setting"), text_column("Description")};
        case ast::ShowWhat::kColumns:
          return std::vector{text_column("Name"), text_column("Type"), text_column("Is Hidden"),
                             text_column("Description")};
        case ast::ShowWhat::kIndexes:
        case ast::ShowWhat::kIndexesFrom:
          return std::vector{text_column("Name"), text_column("On"), text_column("Key")};
        case ast::ShowWhat::kSinks:
        case ast::ShowWhat::kSources: return std::vector{text_column("Name"), text_column("Connector")};
        case ast::ShowWhat::kJobs:
          return std::vector{text_column("Statement"), text_column("Rows Done"), text_column("Rows Total")};
        case ast::ShowWhat::kProcessList:
          return std::vector{text_column("Id"), text_column("User"), text_column("State"), text_column("Query")};
        default: return std::vector{text_column("Name")};
      }
    }
    default: break;
  }
  has_rows = false;
  return std::vector<pgwire::ResultColumn>{};
}

}  // namespace leat

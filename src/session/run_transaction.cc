// BEGIN, COMMIT, ROLLBACK, savepoints, SET TRANSACTION; and the implicit transaction of several
// statements that are sent together.

#include "session/sql_session.h"

namespace leat {
namespace {

using pgwire::TransactionStatus;

bool is_on(const std::string& value) { return value == "on" || value == "true"; }

// Statements that stand alone: they see and change what is committed.
bool is_definition(ast::StatementKind kind) {
  using Kind = ast::StatementKind;
  return (kind >= Kind::kCreateSchema && kind < Kind::kTruncate) || kind == Kind::kFlush || kind == Kind::kWait;
}

}  // namespace

void SqlSession::warn(SqlState code, std::string message) {
  if (client_ == nullptr) return;
  client_->notice({.severity = pgwire::Severity::kWarning, .code = code, .message = std::move(message)});
}

CatalogPtr SqlSession::catalog() { return transaction_ ? transaction_->catalog() : shared_.catalog(); }

Snapshot SqlSession::read_snapshot() { return transaction_ ? transaction_->snapshot() : engine_.snapshot(); }

Result<void> SqlSession::check_may_write(std::string_view verb) const {
  const bool read_only = is_on(settings_.value(status_ == TransactionStatus::kIdle ? "default_transaction_read_only"
                                                                                   : "transaction_read_only"));
  if (!read_only) return {};
  return fail(SqlState::kReadOnlySqlTransaction, "cannot execute {} in a read-only transaction", verb);
}

// `changes`: all of the table's columns, old rows with weight -1.
Result<void> SqlSession::write(const RelationPtr& table, Batch changes) {
  if (changes.empty()) return {};
  if (transaction_) return transaction_->write(table, std::move(changes));
  applied_ = TRY(engine_.apply({TableWrite{.table = table->id, .changes = written_columns(*table, std::move(changes))}}));
  return {};
}

// Before a statement is acknowledged; after the locks that others wait for are given back.
Result<void> SqlSession::wait_durable() {
  if (!applied_) return {};
  return std::exchange(applied_, std::nullopt)->wait();
}

// ---- blocks ----------------------------------------------------------------------------------

Result<SqlSession::Outcome> SqlSession::run_transaction(const ast::Transaction& transaction) {
  using Verb = ast::TransactionVerb;
  switch (transaction.verb) {
    case Verb::kBegin: {
      if (status_ == TransactionStatus::kIdle) {
        TRY(begin_block(transaction.modes));
      } else {
        warn(SqlState::kActiveSqlTransaction, "there is already a transaction in progress");
      }
      return Outcome{.tag = transaction.start_transaction ? "START TRANSACTION" : "BEGIN"};
    }
    case Verb::kCommit:
    case Verb::kRollback: return run_end(transaction);
    default: return run_savepoint(transaction);
  }
}

Result<void> SqlSession::begin_block(const ast::TransactionModes& modes) {
  if (transaction_) {
    transaction_->make_block();
  } else {
    transaction_.emplace(shared_, true, settings_.save());
  }
  status_ = TransactionStatus::kInTransaction;
  const std::string read_only = settings_.value("default_transaction_read_only");
  return settings_.set("transaction_read_only", modes.read_only ? (*modes.read_only ? "on" : "off") : read_only);
}

Result<SqlSession::Outcome> SqlSession::run_end(const ast::Transaction& end) {
  const bool commits = end.verb == ast::TransactionVerb::kCommit && status_ != TransactionStatus::kFailed;
  if (status_ == TransactionStatus::kIdle) {
    if (end.chain) {
      return fail(SqlState::kNoActiveSqlTransaction, "{} AND CHAIN can only be used in transaction blocks",
                  commits ? "COMMIT" : "ROLLBACK");
    }
    warn(SqlState::kNoActiveSqlTransaction, "there is no transaction in progress");
  }
  const ast::TransactionModes modes{.read_only = is_on(settings_.value("transaction_read_only"))};
  if (commits) {
    TRY(commit());
  } else {
    roll_back();
  }
  if (end.chain) TRY(begin_block(modes));
  return Outcome{.tag = commits ? "COMMIT" : "ROLLBACK"};
}

// After an error nothing of it is left, and the session is in no transaction.
Result<void> SqlSession::commit() {
  if (!transaction_) return {};
  if (client_ != nullptr) client_->will_wait();
  if (const auto committed = transaction_->commit(); !committed) {
    roll_back();
    return committed;
  }
  for (const auto& [name, value] : local_settings_) TRY(settings_.set(name, value));
  for (auto& [name, portal] : portals_) portal.held |= portal.hold;
  end_transaction();
  return {};
}

void SqlSession::roll_back() {
  if (!transaction_) return;
  settings_.restore(transaction_->settings_before());
  end_transaction();
}

void SqlSession::end_transaction() {
  status_ = TransactionStatus::kIdle;
  transaction_.reset();
  local_settings_.clear();
  drop_portals();
  CHECK(settings_.reset("transaction_read_only").has_value());
  report_changed_settings();
}

// Those of a transaction end with it.
void SqlSession::drop_portals() {
  std::erase_if(portals_, [](const auto& portal) { return !portal.second.held; });
}

void SqlSession::fail_transaction() {
  if (status_ == TransactionStatus::kIdle) {
    roll_back();
    return drop_portals();
  }
  if (status_ == TransactionStatus::kFailed) return;
  status_ = TransactionStatus::kFailed;
  if (transaction_->has_savepoints()) return;  // it may go back to one
  transaction_->forget_writes();
  drop_portals();
}

// ---- savepoints ------------------------------------------------------------------------------

Result<SqlSession::Outcome> SqlSession::run_savepoint(const ast::Transaction& savepoint) {
  using Verb = ast::TransactionVerb;
  const std::string& name = savepoint.savepoint.text;
  const bool sets = savepoint.verb == Verb::kSavepoint, releases = savepoint.verb == Verb::kReleaseSavepoint;
  if (status_ == TransactionStatus::kIdle) {
    return fail(SqlState::kNoActiveSqlTransaction, "{} can only be used in transaction blocks",
                sets ? "SAVEPOINT" : releases ? "RELEASE SAVEPOINT" : "ROLLBACK TO SAVEPOINT");
  }
  if (sets) {
    TRY(transaction_->set_savepoint(name, settings_.save(), local_settings_, portals_opened_));
    return Outcome{.tag = "SAVEPOINT"};
  }
  if (releases) {
    TRY(transaction_->release(name));
    return Outcome{.tag = "RELEASE"};
  }
  const Transaction::Savepoint* to = TRY(transaction_->rollback_to(name));
  std::erase_if(portals_, [&](const auto& portal) { return portal.second.number > to->portals_opened; });
  settings_.restore(to->settings);
  local_settings_ = to->local_settings;
  report_changed_settings();
  status_ = TransactionStatus::kInTransaction;
  return Outcome{.tag = "ROLLBACK"};
}

Result<SqlSession::Outcome> SqlSession::run_set_transaction(const ast::SetTransaction& set) {
  if (set.modes.read_only) {
    const std::string value = *set.modes.read_only ? "on" : "off";
    if (set.session_characteristics) {
      TRY(settings_.set("default_transaction_read_only", value));
    } else if (status_ == TransactionStatus::kIdle) {
      warn(SqlState::kNoActiveSqlTransaction, "SET TRANSACTION can only be used in transaction blocks");
    } else {
      TRY(settings_.set("transaction_read_only", value));
    }
    report_changed_settings();
  }
  return Outcome{.tag = "SET"};  // of isolation levels there is one: a snapshot
}

// ---- implicit transactions -------------------------------------------------------------------

// Before a statement that belongs to an implicit transaction.
Result<void> SqlSession::enter_implicit(const ast::Statement& statement) {
  if (status_ != TransactionStatus::kIdle || statement.kind == ast::StatementKind::kTransaction) return {};
  if (is_definition(statement.kind)) return commit();
  if (!transaction_) transaction_.emplace(shared_, false, settings_.save());
  return {};
}

Result<void> SqlSession::commit_implicit() {
  return status_ == TransactionStatus::kIdle ? commit() : Result<void>();
}

}  // namespace leat

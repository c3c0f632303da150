#include "session/transaction.h"

#include "job/dml_record.h"
#include "session/database.h"

namespace leat {

Batch written_columns(const Relation& table, Batch all_columns) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnDefinition& column = table.columns[i];
    if (column.generated_expr || !column.generated_sql.empty()) continue;
    columns.push_back(std::move(all_columns.columns[i]));
  }
  all_columns.columns = std::move(columns);
  return all_columns;
}

Transaction::Transaction(Database& database, bool is_block, SettingValues settings)
    : database_(database),
      is_block_(is_block),
      now_us_(database.engine().clock().now_us()),
      settings_before_(std::move(settings)) {}

// The catalog first: what it names is in a later snapshot.
void Transaction::pin() {
  if (snapshot_) return;
  catalog_ = database_.catalog();
  snapshot_ = database_.engine().snapshot();
}

const Snapshot& Transaction::snapshot() {
  pin();
  return snapshot_;
}

const CatalogPtr& Transaction::catalog() {
  pin();
  return catalog_;
}

PendingRows& Transaction::pending_rows() {
  if (!pending_) {
    pin();
    MemoryBudget& memory = database_.engine().memory();
    pending_ = std::make_shared<PendingRows>(snapshot_, catalog_, memory.open("transactions"),
                                             memory.bytes_max() / kShareOfMemory);
  }
  return *pending_;
}

std::shared_ptr<const PendingView> Transaction::pending() const {
  return pending_ ? std::make_shared<const PendingView>(pending_) : nullptr;
}

Result<void> Transaction::write(const RelationPtr& table, Batch changes) {
  fill_row_ids(changes, database_.engine().row_ids());
  return pending_rows().apply(table, changes);
}

Result<void> Transaction::commit() {
  if (!pending_) return {};
  const auto changes = TRY(pending_->changes());
  TRY(check_tables(changes));
  std::vector<TableWrite> writes;
  for (const auto& change : changes) {
    writes.push_back({.table = change.table->id, .changes = written_columns(*change.table, change.changes)});
  }
  Engine& engine = database_.engine();
  if (!pending_->needs_check()) return writes.empty() ? Result<void>() : engine.write(std::move(writes));
  std::optional<Engine::Applied> applied;
  {
    MutexLock lock(engine.write_lock());
    TRY(pending_->check_unchanged(engine.snapshot()));
    if (!writes.empty()) applied = TRY(engine.apply(std::move(writes)));
  }
  return applied ? applied->wait() : Result<void>();
}

// DDL does not wait for transactions: a table may have gone, or have other columns now.
Result<void> Transaction::check_tables(const std::vector<PendingRows::TableChanges>& changes) const {
  const CatalogPtr now = database_.engine().catalog();
  for (const auto& change : changes) {
    const RelationPtr table = now->find(change.table->id);
    if (table && table->columns.size() == change.table->columns.size() && table->table == change.table->table) continue;
    return fail(make_error(SqlState::kSerializationFailure, "table \"{}\" was {} while the transaction wrote to it",
                           change.table->name, table ? "altered" : "dropped")
                    .with_hint("Run the transaction again."));
  }
  return {};
}

// ---- savepoints ------------------------------------------------------------------------------

Result<void> Transaction::set_savepoint(std::string name, SettingValues settings, SettingValues local_settings,
                                        uint64_t portals_opened) {
  if (savepoints_.size() >= kSavepointsMax) {
    return fail(SqlState::kProgramLimitExceeded, "too many savepoints (at most {})", kSavepointsMax);
  }
  savepoints_.push_back({.name = std::move(name),
                         .moment = pending_rows().set_savepoint(),
                         .settings = std::move(settings),
                         .local_settings = std::move(local_settings),
                         .portals_opened = portals_opened});
  return {};
}

// Of several with one name the latest.
Result<size_t> Transaction::find_savepoint(const std::string& name) const {
  for (size_t i = savepoints_.size(); i-- > 0;) {
    if (savepoints_[i].name == name) return i;
  }
  return fail(SqlState::kInvalidSavepoint, "savepoint \"{}\" does not exist", name);
}

void Transaction::forget_savepoints(size_t first) {
  for (; savepoints_.size() > first; savepoints_.pop_back()) pending_->forget_savepoint(savepoints_.back().moment);
}

Result<const Transaction::Savepoint*> Transaction::rollback_to(const std::string& name) {
  const size_t at = TRY(find_savepoint(name));
  pending_->rollback_to(savepoints_[at].moment);
  forget_savepoints(at + 1);
  return &savepoints_[at];
}

Result<void> Transaction::release(const std::string& name) {
  forget_savepoints(TRY(find_savepoint(name)));
  return {};
}

}  // namespace leat

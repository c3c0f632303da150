#include "query/pending_rows.h"

#include <algorithm>

#include "dataflow/conflict_rule.h"
#include "dataflow/operator/key_reader.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// What a key, a version and their tree node take beside their bytes.
constexpr int64_t kEntryBytes = 128;
constexpr int64_t kVersionBytes = sizeof(PendingRows::Version);
constexpr size_t kKeysPerLookup = 1024;

int64_t row_bytes(const std::optional<std::string>& row) {
  return kVersionBytes + (row ? static_cast<int64_t>(row->size()) : 0);
}

std::vector<Type> column_types(const Relation& relation) { return types_of(relation.schema_of()); }

// Changes put together row by row.
class ChangeBuilder {
 public:
  explicit ChangeBuilder(std::vector<Type> types) : rows_(std::move(types)) {}
  void add(std::string_view row, int32_t weight) {
    rows_.append(row);
    weights_.push_back(weight);
    append_only_ &= weight > 0;
  }
  Batch take() {
    Batch batch;
    batch.selection = Selection(rows_.size());
    batch.columns = rows_.finish();
    if (!append_only_) batch.weights = std::make_shared<const std::vector<int32_t>>(std::move(weights_));
    return batch;
  }

 private:
  RowUnpacker rows_;
  std::vector<int32_t> weights_;
  bool append_only_ = true;
};

}  // namespace

const PendingRows::Version* PendingRows::Entry::at(Moment moment) const {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->at <= moment) return &*version;
  }
  return nullptr;
}

PendingRows::PendingRows(Snapshot snapshot, CatalogPtr catalog, std::shared_ptr<MemoryAccount> account,
                         int64_t bytes_max)
    : snapshot_(std::move(snapshot)),
      catalog_(std::move(catalog)),
      account_(std::move(account)),
      bytes_max_(bytes_max) {}

PendingRows::~PendingRows() { account_->add(-bytes_); }

void PendingRows::book(int64_t bytes) {
  bytes_ += bytes;
  account_->add(bytes);
}

PendingRows::Table& PendingRows::table_of(const RelationPtr& relation) {
  return tables_.try_emplace(relation->table, Table{.relation = relation, .rows = {}}).first->second;
}

const PendingRows::Rows* PendingRows::rows_of(TableId table) const {
  const auto at = tables_.find(table);
  return at == tables_.end() || at->second.rows.empty() ? nullptr : &at->second.rows;
}

// The row as the transaction sees it now.
Result<bool> PendingRows::current(const Table& table, std::string_view key, std::string& row) const {
  if (const auto at = table.rows.find(key); at != table.rows.end()) {
    const auto& last = at->second.versions.back().row;
    if (last) row = *last;
    return last.has_value();
  }
  return snapshot_.get(table.relation->table, key, row);
}

Result<void> PendingRows::put(Table& table, std::string_view key, std::optional<std::string_view> row, bool checked) {
  auto at = table.rows.find(key);
  if (at == table.rows.end()) {
    at = table.rows.try_emplace(std::string(key)).first;
    book(kEntryBytes + static_cast<int64_t>(key.size()));
  }
  auto& versions = at->second.versions;
  Version version{.at = now_, .checked = checked, .row = row ? std::optional<std::string>(*row) : std::nullopt};
  book(row_bytes(version.row));
  const bool last_is_read = !versions.empty() && [&] {
    const auto pin = pinned_.lower_bound(versions.back().at);
    return pin != pinned_.end() && *pin < now_;
  }();
  if (!versions.empty()) version.checked |= versions.back().checked;
  if (versions.empty() || last_is_read) {
    versions.push_back(std::move(version));
    if (!savepoints_.empty()) undo_.push_back({.at = now_, .table = &table, .entry = at});
  } else {
    book(-row_bytes(versions.back().row));
    versions.back() = std::move(version);
  }
  if (bytes_ > bytes_max_) {
    return fail(make_error(SqlState::kProgramLimitExceeded,
                           "the transaction's changes take more than {} MB of memory", bytes_max_ >> 20)
                    .with_hint("Commit in smaller parts, or give the server more memory (--memory)."));
  }
  return {};
}

Result<void> PendingRows::apply(const RelationPtr& table, const Batch& changes) {
  ++now_;
  Table& pending = table_of(table);
  const std::vector<Type> types = column_types(*table);
  OrderedKeyEncoder keys(sort_types(table->schema_of(), table->stored_order), table->stored_order);
  RowPacker rows(types, all_columns(types.size()), PackMode::kExact);
  keys.encode(changes);
  rows.pack(changes);
  // Rows without a declared key have one of their own: they meet nothing.
  const ConflictRule rule(table->declared_primary_key ? table->on_conflict : OnConflict::kOverwrite,
                          table->version_columns, types);
  const bool indexed = !catalog_->indexes_of(table->id).empty();
  ChangeBuilder index_changes(types);
  std::string old_row, new_row;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string_view key = keys.key(i);
    const bool deletes = changes.weight(changes.selection[i]) < 0;
    bool found = false;
    if (indexed || (!deletes && table->declared_primary_key && rule.reads_old_row())) {
      found = TRY(current(pending, key, old_row));
    }
    if (!deletes && !rule.resolve(found ? &old_row : nullptr, rows.packed(i), new_row)) continue;
    if (indexed && found) index_changes.add(old_row, -1);
    if (indexed && !deletes) index_changes.add(new_row, 1);
    const bool checked = deletes || (found && rule.mixes_old_row());
    TRY(put(pending, key, deletes ? std::nullopt : std::optional<std::string_view>(new_row), checked));
  }
  return indexed ? put_indexes(*table, index_changes.take()) : Result<void>();
}

Result<void> PendingRows::put_indexes(const Relation& table, const Batch& changes) {
  for (const RelationPtr& index : catalog_->indexes_of(table.id)) {
    Table& pending = table_of(index);
    Batch permuted = changes;
    permuted.columns.clear();
    for (const int column : index->index_columns) permuted.columns.push_back(changes.columns[column]);
    const std::vector<Type> types = column_types(*index);
    OrderedKeyEncoder keys(sort_types(index->schema_of(), index->stored_order), index->stored_order);
    RowPacker rows(types, all_columns(types.size()), PackMode::kExact);
    keys.encode(permuted);
    rows.pack(permuted);
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool deletes = permuted.weight(permuted.selection[i]) < 0;
      TRY(put(pending, keys.key(i), deletes ? std::nullopt : std::optional(rows.packed(i)), false));
    }
  }
  return {};
}

// ---- savepoints ------------------------------------------------------------------------------

PendingRows::Moment PendingRows::set_savepoint() {
  savepoints_.insert(now_);
  pinned_.insert(now_);
  return now_;
}

void PendingRows::rollback_to(Moment savepoint) {
  while (!undo_.empty() && undo_.back().at > savepoint) {
    const Undo undo = undo_.back();
    undo_.pop_back();
    auto& versions = undo.entry->second.versions;
    book(-row_bytes(versions.back().row));
    versions.pop_back();
    if (!versions.empty()) continue;
    book(-kEntryBytes - static_cast<int64_t>(undo.entry->first.size()));
    undo.table->rows.erase(undo.entry);
  }
}

void PendingRows::forget_savepoint(Moment savepoint) {
  savepoints_.erase(savepoints_.find(savepoint));
  pinned_.erase(pinned_.find(savepoint));
  if (savepoints_.empty()) undo_.clear();
}

// ---- committing ------------------------------------------------------------------------------

Result<std::vector<PendingRows::TableChanges>> PendingRows::changes() const {
  std::vector<TableChanges> all;
  for (const auto& [id, table] : tables_) {
    if (table.relation->kind != RelationKind::kTable) continue;
    ChangeBuilder changes(column_types(*table.relation));
    std::string before;
    for (const auto& [key, entry] : table.rows) {
      const Version& last = entry.versions.back();
      // An unchecked row is an insert, which takes what it finds as it finds it.
      const bool found = last.checked && TRY(snapshot_.get(id, key, before));
      if (found && last.row && *last.row == before) continue;
      if (found) changes.add(before, -1);
      if (last.row) changes.add(*last.row, 1);
    }
    Batch batch = changes.take();
    if (!batch.empty()) all.push_back({.table = table.relation, .changes = std::move(batch)});
  }
  return all;
}

bool PendingRows::needs_check() const {
  return std::ranges::any_of(tables_, [](const auto& table) {
    return std::ranges::any_of(table.second.rows,
                               [](const auto& row) { return row.second.versions.back().checked; });
  });
}

Result<void> PendingRows::check_unchanged(const Snapshot& now) const {
  if (now.epoch() == snapshot_.epoch()) return {};
  for (const auto& [id, table] : tables_) {
    std::vector<std::string_view> keys;
    const auto look = [&]() -> Result<void> {
      std::vector<std::optional<std::string>> before(keys.size()), after(keys.size());
      TRY(snapshot_.multi_get(id, keys, before));
      TRY(now.multi_get(id, keys, after));
      keys.clear();
      if (before == after) return {};
      return fail(make_error(SqlState::kSerializationFailure, "could not serialize access due to concurrent update")
                      .with_detail(fmt::format("Rows of table \"{}\" that the transaction changed were changed by "
                                               "another one since it began.",
                                               table.relation->name))
                      .with_hint("Run the transaction again."));
    };
    for (const auto& [key, entry] : table.rows) {
      if (!entry.versions.back().checked) continue;
      keys.push_back(key);
      if (keys.size() == kKeysPerLookup) TRY(look());
    }
    if (!keys.empty()) TRY(look());
  }
  return {};
}

// ---- views -----------------------------------------------------------------------------------

PendingView::PendingView(std::shared_ptr<PendingRows> rows) : rows_(std::move(rows)), moment_(rows_->now_) {
  rows_->pinned_.insert(moment_);
}

PendingView::~PendingView() { rows_->pinned_.erase(rows_->pinned_.find(moment_)); }

const PendingRows::Version* PendingView::find(TableId table, std::string_view key) const {
  const PendingRows::Rows* rows = rows_of(table);
  if (rows == nullptr) return nullptr;
  const auto at = rows->find(key);
  return at == rows->end() ? nullptr : at->second.at(moment_);
}

}  // namespace leat

// Reading stored tables: look-ups, scans and changes over a snapshot.

#include <deque>

#include "state/key_prefix.h"
#include "state/stored_version.h"

namespace leat {
namespace {

constexpr size_t kLookupBatch = 64;

}  // namespace

Epoch Snapshot::epoch() const { return version_ == nullptr ? 0 : version_->epoch; }

bool Snapshot::has(TableId table) const { return version_ != nullptr && version_->find(table) != nullptr; }

int64_t Snapshot::row_count(TableId table) const {
  const TableVersion* t = version_ == nullptr ? nullptr : version_->find(table);
  return t == nullptr ? 0 : t->row_count;
}

Result<bool> Snapshot::get(TableId table, std::string_view key, std::string& row) const {
  const TableVersion* t = version_ == nullptr ? nullptr : version_->find(table);
  if (t == nullptr) return false;
  const uint64_t hash = Run::filter_hash(key), prefix = key_prefix(key);
  for (const RunPtr& run : t->runs) {
    const size_t at = run->find(key, prefix, hash);
    if (at == run->size()) continue;
    const Run::Entry e = run->entry(at);
    if (e.tombstone) return false;
    row.assign(row_of_value(e.value));
    return true;
  }
  if (t->complete) return false;
  if (!TRY(version_->store->get(table, key, row, version_->store_snapshot.get()))) return false;
  row.erase(0, 1);
  return true;
}

Result<> Snapshot::multi_get(TableId table, std::span<const std::string_view> keys,
                             std::span<std::optional<std::string>> rows) const {
  const TableVersion* t = version_ == nullptr ? nullptr : version_->find(table);
  std::vector<uint32_t> missing;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    rows[i].reset();
    if (t == nullptr) continue;
    const uint64_t hash = Run::filter_hash(keys[i]), prefix = key_prefix(keys[i]);
    bool found = false;
    for (const RunPtr& run : t->runs) {
      const size_t at = run->find(keys[i], prefix, hash);
      if (at == run->size()) continue;
      const Run::Entry e = run->entry(at);
      if (!e.tombstone) rows[i].emplace(row_of_value(e.value));
      found = true;
      break;
    }
    if (!found && !t->complete) missing.push_back(i);
  }
  if (missing.empty()) return {};
  std::vector<std::string_view> missing_keys(missing.size());
  std::vector<std::optional<std::string>> values(missing.size());
  for (size_t i = 0; i < missing.size(); ++i) missing_keys[i] = keys[missing[i]];
  TRY(version_->store->multi_get(table, missing_keys, values, version_->store_snapshot.get()));
  for (size_t i = 0; i < missing.size(); ++i) {
    if (values[i]) rows[missing[i]].emplace(row_of_value(*values[i]));
  }
  return {};
}

std::vector<std::string> Snapshot::split_keys(TableId table, size_t parts) const {
  std::vector<std::string> keys;
  const TableVersion* t = version_ == nullptr ? nullptr : version_->find(table);
  if (t == nullptr || parts < 2) return keys;
  const Run* largest = nullptr;
  for (const RunPtr& run : t->runs) {
    if (largest == nullptr || run->size() > largest->size()) largest = run.get();
  }
  if (largest == nullptr || largest->size() < parts) return keys;
  for (size_t i = 1; i < parts; ++i) {
    keys.emplace_back(largest->entry(largest->size() * i / parts).key);
  }
  return keys;
}

// -------------------------------------------------------------------------------------- StoredScan

namespace {

// Bytes that outlive an iterator's move. Views are made when all bytes are there.
class Scratch {
 public:
  void clear() { bytes_.clear(); }
  size_t add(std::string_view s) {
    const size_t at = bytes_.size();
    bytes_.append(s);
    return at;
  }
  std::string_view view(size_t at, size_t size) const { return {bytes_.data() + at, size}; }

 private:
  std::string bytes_;
};

}  // namespace

struct StoredScan::Impl {
  std::shared_ptr<const Snapshot::Version> version;
  std::optional<RunMerger> merger;
  Scratch scratch;
  struct Copied {
    size_t position, key_at, key_size, row_at, row_size;
  };
  std::vector<Copied> copied;
};

StoredScan::StoredScan(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StoredScan::StoredScan(StoredScan&&) noexcept = default;
StoredScan& StoredScan::operator=(StoredScan&&) noexcept = default;
StoredScan::~StoredScan() = default;

StoredScan Snapshot::scan(TableId table, ScanRange range) const {
  auto impl = std::make_unique<StoredScan::Impl>();
  impl->version = version_;
  const TableVersion* t = version_ == nullptr ? nullptr : version_->find(table);
  if (t != nullptr && !(range.hi && *range.hi <= range.lo)) {
    impl->merger.emplace(version_->merger(table, *t, range.lo, range.hi, range.reverse));
  }
  return StoredScan(std::move(impl));
}

Result<size_t> StoredScan::next(std::span<StoredRow> out) {
  if (!impl_->merger) return size_t{0};
  RunMerger& merger = *impl_->merger;
  impl_->scratch.clear();
  impl_->copied.clear();
  size_t count = 0;
  for (; count < out.size() && merger.valid(); merger.next()) {
    const Run::Entry& e = merger.entry();
    if (e.tombstone) continue;
    out[count] = {e.key, row_of_value(e.value), vnode_of_value(e.value)};
    if (merger.from_store()) {
      const size_t key_at = impl_->scratch.add(e.key);
      impl_->copied.push_back({count, key_at, e.key.size(), impl_->scratch.add(row_of_value(e.value)),
                               e.value.size() - 1});
    }
    ++count;
  }
  for (const auto& c : impl_->copied) {
    out[c.position].key = impl_->scratch.view(c.key_at, c.key_size);
    out[c.position].row = impl_->scratch.view(c.row_at, c.row_size);
  }
  TRY(merger.status());
  return count;
}

// ----------------------------------------------------------------------------------- StoredChanges

struct StoredChanges::Impl {
  Snapshot from, to;
  TableId table;
  bool by_runs = false;
  std::optional<RunMerger> touched;     // by_runs: the keys that changed, with their new values
  std::optional<RunMerger> before, now;  // else: both tables
  // What the views of the last batch point into.
  std::deque<std::string> held;

  std::string_view hold(std::string_view s) { return held.emplace_back(s); }
  Result<size_t> next_by_runs(std::span<StoredChange> out);
  Result<size_t> next_by_scan(std::span<StoredChange> out);
};

StoredChanges::StoredChanges(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StoredChanges::StoredChanges(StoredChanges&&) noexcept = default;
StoredChanges& StoredChanges::operator=(StoredChanges&&) noexcept = default;
StoredChanges::~StoredChanges() = default;

StoredChanges Snapshot::changes_since(const Snapshot& from, TableId table) const {
  auto impl = std::make_unique<StoredChanges::Impl>();
  impl->from = from;
  impl->to = *this;
  impl->table = table;
  const TableVersion* now = version_ == nullptr ? nullptr : version_->find(table);
  const TableVersion* before = from.version_ == nullptr ? nullptr : from.version_->find(table);
  impl->by_runs = now != nullptr && before != nullptr && now->forgotten_through <= from.epoch();
  if (impl->by_runs) {
    std::vector<RunPtr> runs;
    for (const RunPtr& run : now->runs) {
      if (run->last_epoch() > from.epoch()) runs.push_back(run);
    }
    impl->touched.emplace(std::move(runs), std::nullopt, std::string_view{}, std::nullopt, false);
  } else {
    if (before != nullptr) impl->before.emplace(from.version_->merger(table, *before, {}, std::nullopt, false));
    if (now != nullptr) impl->now.emplace(version_->merger(table, *now, {}, std::nullopt, false));
  }
  return StoredChanges(std::move(impl));
}

Result<size_t> StoredChanges::next(std::span<StoredChange> out) {
  impl_->held.clear();
  return impl_->by_runs ? impl_->next_by_runs(out) : impl_->next_by_scan(out);
}

Result<size_t> StoredChanges::Impl::next_by_runs(std::span<StoredChange> out) {
  size_t count = 0;
  while (count == 0 && touched->valid() && !out.empty()) {
    std::vector<Run::Entry> entries;  // into runs, which `to` keeps alive
    const size_t batch = std::min(out.size(), kLookupBatch);
    for (; entries.size() < batch && touched->valid(); touched->next()) entries.push_back(touched->entry());
    std::vector<std::string_view> keys;
    for (const auto& e : entries) keys.push_back(e.key);
    std::vector<std::optional<std::string>> old_rows(keys.size());
    TRY(from.multi_get(table, keys, old_rows));
    for (size_t i = 0; i < entries.size(); ++i) {
      const auto& e = entries[i];
      StoredChange change{e.key, std::nullopt, std::nullopt, 0};
      if (!e.tombstone) {
        change.new_row = row_of_value(e.value);
        change.vnode = vnode_of_value(e.value);
      }
      if (!old_rows[i] && e.tombstone) continue;
      if (old_rows[i]) {
        if (change.new_row == *old_rows[i]) continue;
        change.old_row = hold(*old_rows[i]);
      }
      out[count++] = change;
    }
  }
  return count;
}

Result<size_t> StoredChanges::Impl::next_by_scan(std::span<StoredChange> out) {
  const auto skip_tombstones = [](std::optional<RunMerger>& m) {
    while (m && m->valid() && m->entry().tombstone) m->next();
    return m && m->valid();
  };
  size_t count = 0;
  while (count < out.size()) {
    const bool more_before = skip_tombstones(before), more_now = skip_tombstones(now);
    if (!more_before && !more_now) break;
    int order = 0;
    if (!more_before) {
      order = 1;
    } else if (!more_now) {
      order = -1;
    } else {
      order = before->entry().key.compare(now->entry().key);
    }
    StoredChange change;
    const Run::Entry& e = order < 0 ? before->entry() : now->entry();
    const bool equal = order == 0 && before->entry().value == now->entry().value;
    if (!equal) {
      change.key = hold(e.key);
      change.vnode = vnode_of_value(e.value);
      if (order <= 0) change.old_row = hold(row_of_value(before->entry().value));
      if (order >= 0) change.new_row = hold(row_of_value(now->entry().value));
      out[count++] = change;
    }
    if (order <= 0) before->next();
    if (order >= 0) now->next();
  }
  if (before) TRY(before->status());
  if (now) TRY(now->status());
  return count;
}

}  // namespace leat

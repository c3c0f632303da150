#include "state/stored_table.h"

#include <array>
#include <deque>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "base/log.h"
#include "base/mutex.h"
#include "env/thread.h"
#include "state/copy_bytes.h"
#include "state/key_prefix.h"
#include "state/run.h"
#include "state/run_merger.h"

namespace leat {
namespace {

using RunPtr = std::shared_ptr<const Run>;

constexpr size_t kChunkTables = 32;
constexpr size_t kLookupBatch = 64;

// One table as of one epoch.
struct TableVersion {
  std::vector<RunPtr> runs;  // newest first
  int64_t row_count = 0;
  bool complete = true;      // the runs hold all rows; else older ones are in the Store
  // Changes of later epochs are all in the runs.
  Epoch forgotten_through = 0;
};

using Chunk = std::array<std::shared_ptr<const TableVersion>, kChunkTables>;
using Slots = std::unordered_map<uint32_t, uint32_t>;

std::string row_count_name(TableId table) { return fmt::format("stored/{}", table.value); }

std::string_view row_of(std::string_view value) { return value.substr(1); }
uint8_t vnode_of_value(std::string_view value) { return static_cast<uint8_t>(value[0]); }

}  // namespace

struct Snapshot::Version {
  Epoch epoch = 0;
  Store* store = nullptr;
  std::shared_ptr<const StoreSnapshot> store_snapshot;
  std::shared_ptr<const Slots> slots;
  std::vector<std::shared_ptr<const Chunk>> chunks;

  const TableVersion* find(TableId table) const {
    const auto it = slots->find(table.value);
    if (it == slots->end()) return nullptr;
    return (*chunks[it->second / kChunkTables])[it->second % kChunkTables].get();
  }
  RunMerger merger(TableId table, const TableVersion& t, std::string_view lo,
                   std::optional<std::string_view> hi, bool reverse) const {
    std::optional<StoreIterator> oldest;
    if (!t.complete) oldest = store->iterator(table, store_snapshot);
    return RunMerger(t.runs, std::move(oldest), lo, hi, reverse);
  }
};

// ---------------------------------------------------------------------------------------- Snapshot

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
    row.assign(row_of(e.value));
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
      if (!e.tombstone) rows[i].emplace(row_of(e.value));
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
    if (values[i]) rows[missing[i]].emplace(row_of(*values[i]));
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
    out[count] = {e.key, row_of(e.value), vnode_of_value(e.value)};
    if (merger.from_store()) {
      const size_t key_at = impl_->scratch.add(e.key);
      impl_->copied.push_back({count, key_at, e.key.size(), impl_->scratch.add(row_of(e.value)),
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
        change.new_row = row_of(e.value);
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
      if (order <= 0) change.old_row = hold(row_of(before->entry().value));
      if (order >= 0) change.new_row = hold(row_of(now->entry().value));
      out[count++] = change;
    }
    if (order <= 0) before->next();
    if (order >= 0) now->next();
  }
  if (before) TRY(before->status());
  if (now) TRY(now->status());
  return count;
}

// ------------------------------------------------------------------------------------ StoredTables

struct StoredTables::Impl {
  struct Table {
    uint32_t slot = 0;
    std::vector<RunPtr> runs;  // newest first
    int64_t row_count = 0;
    bool complete = true;
    bool loading = false;      // make_resident is under way: clean runs stay
    bool merging = false;      // in the background
    Epoch forgotten_through = 0;
    std::multiset<Epoch> kept;  // keep_changes: merges do not cross these
    bool row_count_changed = true;
  };
  // A table on its way back into memory.
  struct Load {
    TableId id;
    uint32_t slot;
    Epoch through;  // what the iterator sees
    StoreIterator rows;
    Run::Builder builder;
  };
  // An account for those who brought none; outlives the runs that book on it.
  struct OwnAccount {
    std::atomic<int64_t> total{0};
    MemoryAccount account{"stored rows", total};
  };

  Impl(Store& s, StoredTablesOptions o) : store(s), options(std::move(o)) {
    if (!options.account) {
      auto own = std::make_shared<OwnAccount>();
      options.account = std::shared_ptr<MemoryAccount>(own, &own->account);
    }
    durable = published = store.committed_epoch();
    store_snapshot = store.snapshot();
    slots = std::make_shared<Slots>();
  }

  Store& store;
  StoredTablesOptions options;

  mutable Mutex mutex;
  CondVar work_changed;
  std::map<TableId, Table> tables GUARDED_BY(mutex);
  std::vector<uint32_t> free_slots GUARDED_BY(mutex);
  std::vector<TableId> dropped GUARDED_BY(mutex);           // since the last freeze
  std::vector<TableId> cleared GUARDED_BY(mutex);           // created over another's rows
  std::shared_ptr<const Slots> slots GUARDED_BY(mutex);
  std::vector<std::shared_ptr<const Chunk>> chunks GUARDED_BY(mutex);
  std::shared_ptr<const StoreSnapshot> store_snapshot GUARDED_BY(mutex);
  Epoch published GUARDED_BY(mutex) = 0;
  Epoch durable GUARDED_BY(mutex) = 0;                       // runs up to here are clean
  std::optional<Epoch> frozen GUARDED_BY(mutex);             // a checkpoint up to here is on its way
  bool stopping GUARDED_BY(mutex) = false;
  bool working GUARDED_BY(mutex) = false;
  std::deque<std::move_only_function<void()>> work GUARDED_BY(mutex);

  mutable Mutex version_mutex;  // held for a pointer's copy
  std::shared_ptr<const Snapshot::Version> version GUARDED_BY(version_mutex);

  Mutex writers_mutex;
  std::vector<StoredWriter*> changed_writers GUARDED_BY(writers_mutex);

  Thread worker;

  void add_table(TableId id, Table table) REQUIRES(mutex);
  void show(TableId id, const Table& table) REQUIRES(mutex);
  void rebuild_slots() REQUIRES(mutex);
  void make_version() REQUIRES(mutex);
  size_t segment(const Table& t, const Run& run) const REQUIRES(mutex);
  bool pick_merge(const Table& t, size_t& begin, size_t& end) const REQUIRES(mutex);
  bool may_drop_tombstones(const Table& t, size_t begin, size_t end) const REQUIRES(mutex);
  void install(Table& t, size_t begin, size_t end, RunPtr merged, bool dropped_tombstones) REQUIRES(mutex);
  void merge_small(TableId id, Table& t) REQUIRES(mutex);
  void schedule_merge(TableId id, Table& t) REQUIRES(mutex);
  void merge_in_background(TableId id, std::vector<RunPtr> input, bool drop_tombstones) EXCLUDES(mutex);
  void start_load(TableId id, Table& t) REQUIRES(mutex);
  void load_in_background(std::shared_ptr<Load> load) EXCLUDES(mutex);
  bool forget_clean(Table& t) REQUIRES(mutex);
  void work_loop() EXCLUDES(mutex);
};

void StoredTables::Impl::show(TableId, const Table& t) {
  const size_t at = t.slot / kChunkTables;
  while (chunks.size() <= at) chunks.push_back(std::make_shared<Chunk>());
  auto chunk = std::make_shared<Chunk>(*chunks[at]);
  auto v = std::make_shared<TableVersion>();
  v->runs = t.runs;
  v->row_count = t.row_count;
  v->complete = t.complete;
  v->forgotten_through = t.forgotten_through;
  (*chunk)[t.slot % kChunkTables] = std::move(v);
  chunks[at] = std::move(chunk);
}

void StoredTables::Impl::rebuild_slots() {
  auto next = std::make_shared<Slots>();
  for (const auto& [id, t] : tables) next->emplace(id.value, t.slot);
  slots = std::move(next);
}

void StoredTables::Impl::make_version() {
  auto v = std::make_shared<Snapshot::Version>();
  v->epoch = published;
  v->store = &store;
  v->store_snapshot = store_snapshot;
  v->slots = slots;
  v->chunks = chunks;
  std::shared_ptr<const Snapshot::Version> old = std::move(v);
  MutexLock hold(version_mutex);
  version.swap(old);  // the old one dies outside of the readers' way
}

void StoredTables::Impl::add_table(TableId id, Table table) {
  CHECK(!tables.contains(id), "stored table {} exists", id.value);
  if (free_slots.empty()) {
    table.slot = static_cast<uint32_t>(tables.size());
  } else {
    table.slot = free_slots.back();
    free_slots.pop_back();
  }
  show(id, tables.emplace(id, std::move(table)).first->second);
  rebuild_slots();
}

// Runs of different segments are never merged: the checkpoint, durable rows and kept changes need
// them apart.
size_t StoredTables::Impl::segment(const Table& t, const Run& run) const {
  const Epoch last = run.last_epoch();
  size_t n = (last <= durable) + (frozen && last <= *frozen);
  for (const Epoch kept : t.kept) n += last <= kept;
  return n;
}

// The newest window of `fan_in` or more runs of like size.
bool StoredTables::Impl::pick_merge(const Table& t, size_t& begin, size_t& end) const {
  if (t.runs.size() < options.merge_fan_in) return false;
  constexpr uint64_t kFirstLevelBytes = 16 << 10;
  for (uint64_t level_bytes = kFirstLevelBytes;; level_bytes *= options.merge_fan_in) {
    bool larger = false;
    for (size_t i = 0; i < t.runs.size();) {
      size_t j = i;
      const size_t s = segment(t, *t.runs[i]);
      while (j < t.runs.size() && t.runs[j]->bytes() <= level_bytes && segment(t, *t.runs[j]) == s) ++j;
      if (j - i >= options.merge_fan_in) {
        begin = i;
        end = j;
        return true;
      }
      if (j < t.runs.size() && t.runs[j]->bytes() > level_bytes) larger = true;
      i = std::max(j, i + 1);
    }
    if (!larger) return false;
  }
}

bool StoredTables::Impl::may_drop_tombstones(const Table& t, size_t begin, size_t end) const {
  return t.complete && t.kept.empty() && end == t.runs.size() && t.runs[begin]->last_epoch() <= durable;
}

void StoredTables::Impl::install(Table& t, size_t begin, size_t end, RunPtr merged, bool dropped_tombstones) {
  if (dropped_tombstones) t.forgotten_through = std::max(t.forgotten_through, merged->last_epoch());
  const auto at = t.runs.begin() + static_cast<ptrdiff_t>(begin);
  t.runs.erase(at + 1, t.runs.begin() + static_cast<ptrdiff_t>(end));
  t.runs[begin] = std::move(merged);
}

// Merges what is too small to be worth a hand-over; what is left goes to the background.
void StoredTables::Impl::merge_small(TableId id, Table& t) {
  size_t begin, end;
  while (!t.merging && pick_merge(t, begin, end)) {
    uint64_t bytes = 0;
    for (size_t i = begin; i < end; ++i) bytes += t.runs[i]->bytes();
    if (bytes > options.inline_merge_bytes_max) return schedule_merge(id, t);
    const bool drop = may_drop_tombstones(t, begin, end);
    install(t, begin, end, Run::merge({t.runs.data() + begin, end - begin}, drop, options.account), drop);
  }
}

void StoredTables::Impl::schedule_merge(TableId id, Table& t) {
  size_t begin, end;
  if (t.merging || stopping || !pick_merge(t, begin, end)) return;
  t.merging = true;
  std::vector<RunPtr> input(t.runs.begin() + static_cast<ptrdiff_t>(begin),
                            t.runs.begin() + static_cast<ptrdiff_t>(end));
  work.push_back([this, id, input = std::move(input), drop = may_drop_tombstones(t, begin, end)]() mutable {
    merge_in_background(id, std::move(input), drop);
  });
  work_changed.notify_all();
}

void StoredTables::Impl::merge_in_background(TableId id, std::vector<RunPtr> input, bool drop_tombstones) {
  RunPtr merged = Run::merge(input, drop_tombstones, options.account);
  MutexLock hold(mutex);
  const auto it = tables.find(id);
  if (it == tables.end()) return;
  Table& t = it->second;
  t.merging = false;
  // The window may have moved, and eviction may have taken its runs.
  const auto at = std::find(t.runs.begin(), t.runs.end(), input.front());
  const auto begin = static_cast<size_t>(at - t.runs.begin());
  bool there = begin + input.size() <= t.runs.size() &&
               std::equal(input.begin(), input.end(), t.runs.begin() + static_cast<ptrdiff_t>(begin));
  // Kept changes that came meanwhile need the tombstones, and the runs apart.
  for (const Epoch kept : t.kept) {
    if (there && input.back()->first_epoch() <= kept && kept < input.front()->last_epoch()) there = false;
  }
  if (there && drop_tombstones && (!t.complete || begin + input.size() != t.runs.size())) there = false;
  if (there) {
    install(t, begin, begin + input.size(), std::move(merged), drop_tombstones);
    show(id, t);
    make_version();
  }
  schedule_merge(id, t);
}

void StoredTables::Impl::start_load(TableId id, Table& t) {
  if (t.complete || t.loading || stopping) return;
  t.loading = true;
  auto load = std::make_shared<Load>(
      Load{id, t.slot, durable, store.iterator(id, store_snapshot), Run::Builder(0, 0)});
  load->rows.seek_to_first();
  work.push_back([this, load = std::move(load)] { load_in_background(load); });
  work_changed.notify_all();
}

// One portion; merges have their turn between two.
void StoredTables::Impl::load_in_background(std::shared_ptr<Load> load) {
  constexpr size_t kPortion = 32 * 1024;
  for (size_t n = 0; n < kPortion && load->rows.valid(); ++n, load->rows.next()) {
    load->builder.add(load->rows.key(), load->rows.value(), false, key_prefix(load->rows.key()));
  }
  const bool more = load->rows.valid();
  const auto status = load->rows.status();
  const bool no_room = options.budget != nullptr &&
                       options.budget->total_bytes() + static_cast<int64_t>(load->builder.bytes()) >
                           options.budget->bytes_max();
  MutexLock hold(mutex);
  const auto found = tables.find(load->id);
  if (stopping || found == tables.end() || found->second.slot != load->slot) return;
  Table& t = found->second;
  if (!t.loading) return;  // evicted meanwhile
  if (status && !no_room && more) {
    work.push_back([this, load = std::move(load)] { load_in_background(load); });
    return;
  }
  t.loading = false;
  if (!status || no_room) {
    log::info("stored table {} stays on disk: {}", load->id.value,
              status ? "no room in memory" : status.error().to_string());
    return;
  }
  if (load->builder.size() > 0) t.runs.push_back(load->builder.finish(0, load->through, options.account));
  t.complete = true;
  show(load->id, t);
  make_version();
}

// Drops the runs that the Store has. True: something changed.
bool StoredTables::Impl::forget_clean(Table& t) {
  bool changed = false;
  while (!t.runs.empty() && t.runs.back()->last_epoch() <= durable) {
    t.forgotten_through = std::max(t.forgotten_through, t.runs.back()->last_epoch());
    t.runs.pop_back();
    t.complete = false;
    changed = true;
  }
  return changed;
}

void StoredTables::Impl::work_loop() {
  for (;;) {
    std::move_only_function<void()> task;
    {
      MutexLock hold(mutex);
      working = false;
      work_changed.notify_all();
      while (work.empty() && !stopping) work_changed.wait(mutex);
      if (stopping) return;
      task = std::move(work.front());
      work.pop_front();
      working = true;
    }
    task();
  }
}

StoredTables::StoredTables(Store& store, StoredTablesOptions options)
    : impl_(std::make_shared<Impl>(store, std::move(options))) {
  {
    MutexLock hold(impl_->mutex);
    impl_->make_version();
  }
  impl_->worker = Thread("leat-merge", [impl = impl_.get()] { impl->work_loop(); });
}

StoredTables::~StoredTables() {
  {
    MutexLock hold(impl_->mutex);
    impl_->stopping = true;
    impl_->work_changed.notify_all();
  }
  impl_->worker.join();
}

void StoredTables::create(TableId table) {
  StoreIterator left_over = impl_->store.iterator(table);
  left_over.seek_to_first();
  MutexLock hold(impl_->mutex);
  if (left_over.valid()) impl_->cleared.push_back(table);
  Impl::Table t;
  t.forgotten_through = impl_->published;
  impl_->add_table(table, std::move(t));
}

Result<> StoredTables::open(TableId table) {
  const auto count = TRY(impl_->store.meta(row_count_name(table)));
  Impl::Table t;
  if (count) {
    if (count->size() != 8) return fail(SqlState::kDataCorrupted, "the row count of table {} is damaged", table.value);
    std::memcpy(&t.row_count, count->data(), 8);
    t.row_count = std::byteswap(t.row_count);
  }
  t.complete = t.row_count == 0;
  t.row_count_changed = false;
  MutexLock hold(impl_->mutex);
  t.forgotten_through = impl_->durable;
  impl_->add_table(table, std::move(t));
  if (impl_->options.budget != nullptr) impl_->start_load(table, impl_->tables.at(table));
  return {};
}

void StoredTables::drop(TableId table) {
  MutexLock hold(impl_->mutex);
  const auto it = impl_->tables.find(table);
  if (it == impl_->tables.end()) return;
  const uint32_t slot = it->second.slot;
  auto chunk = std::make_shared<Chunk>(*impl_->chunks[slot / kChunkTables]);
  (*chunk)[slot % kChunkTables].reset();
  impl_->chunks[slot / kChunkTables] = std::move(chunk);
  impl_->free_slots.push_back(slot);
  impl_->tables.erase(it);
  std::erase(impl_->cleared, table);
  impl_->dropped.push_back(table);
  impl_->rebuild_slots();
}

void StoredTables::publish(Epoch epoch) {
  std::vector<StoredWriter*> writers;
  {
    MutexLock hold(impl_->writers_mutex);
    writers.swap(impl_->changed_writers);
  }
  // Writers of one table own different keys, so their order among themselves does not matter.
  std::sort(writers.begin(), writers.end(), [](const StoredWriter* a, const StoredWriter* b) {
    return a->pending_.table() < b->pending_.table();
  });
  MutexLock hold(impl_->mutex);
  CHECK(epoch >= impl_->published, "epoch went backwards: {} after {}", epoch, impl_->published);
  for (size_t i = 0; i < writers.size();) {
    const TableId id = writers[i]->pending_.table();
    std::vector<const DeltaBuffer*> buffers;
    int64_t row_count_delta = 0;
    size_t end = i;
    std::vector<RunPtr> runs;
    for (; end < writers.size() && writers[end]->pending_.table() == id; ++end) {
      StoredWriter& w = *writers[end];
      if (w.sealed_ != nullptr) {
        CHECK(w.sealed_->last_epoch() == epoch, "sealed for epoch {}, published as {}",
              w.sealed_->last_epoch(), epoch);
        runs.push_back(std::move(w.sealed_));
      } else {
        buffers.push_back(&w.pending_);
      }
      row_count_delta += w.row_count_delta_;
    }
    if (const auto it = impl_->tables.find(id); it != impl_->tables.end()) {
      Impl::Table& t = it->second;
      if (!buffers.empty()) runs.push_back(Run::build(buffers, epoch, impl_->options.account));
      t.runs.insert(t.runs.begin(), runs.begin(), runs.end());
      t.row_count += row_count_delta;
      t.row_count_changed = true;
      impl_->merge_small(id, t);
      impl_->show(id, t);
    }
    for (; i < end; ++i) {
      writers[i]->pending_ = DeltaBuffer(id);
      writers[i]->row_count_delta_ = 0;
    }
  }
  impl_->published = epoch;
  impl_->make_version();
}

Snapshot StoredTables::snapshot() const {
  MutexLock hold(impl_->version_mutex);
  return Snapshot(impl_->version);
}

void StoredTables::freeze(Checkpoint& checkpoint) {
  MutexLock hold(impl_->mutex);
  CHECK(!impl_->frozen, "a checkpoint of the stored tables is on its way");
  impl_->frozen = impl_->published;
  for (auto& [id, t] : impl_->tables) {
    Checkpoint::StoredRows rows{id, {}};
    for (const RunPtr& run : t.runs) {
      if (run->last_epoch() > impl_->durable) rows.runs.push_back(run);
    }
    if (!rows.runs.empty()) checkpoint.stored.push_back(std::move(rows));
    if (t.row_count_changed) {
      const int64_t count = std::byteswap(t.row_count);
      checkpoint.meta[row_count_name(id)] = std::string(reinterpret_cast<const char*>(&count), 8);
      t.row_count_changed = false;
    }
  }
  for (const TableId id : impl_->dropped) {
    checkpoint.dropped.push_back(id);
    checkpoint.meta[row_count_name(id)] = std::nullopt;
  }
  checkpoint.dropped.insert(checkpoint.dropped.end(), impl_->cleared.begin(), impl_->cleared.end());
  impl_->dropped.clear();
  impl_->cleared.clear();
}

void StoredTables::committed() {
  auto snapshot = impl_->store.snapshot();
  MutexLock hold(impl_->mutex);
  CHECK(impl_->frozen, "committed() without a checkpoint on its way");
  impl_->durable = *impl_->frozen;
  impl_->frozen.reset();
  impl_->store_snapshot = std::move(snapshot);
  for (auto& [id, t] : impl_->tables) {
    // A table that is not wholly in memory has no use for rows that the Store has too.
    if (!t.complete && !t.loading && t.kept.empty() && impl_->forget_clean(t)) impl_->show(id, t);
    impl_->schedule_merge(id, t);
  }
  impl_->make_version();
}

std::shared_ptr<void> StoredTables::keep_changes(TableId table) {
  MutexLock hold(impl_->mutex);
  const auto it = impl_->tables.find(table);
  if (it == impl_->tables.end()) return nullptr;
  const Epoch epoch = impl_->published;
  it->second.kept.insert(epoch);
  return std::shared_ptr<void>(nullptr, [weak = std::weak_ptr(impl_), table, epoch](void*) {
    const auto impl = weak.lock();
    if (!impl) return;
    MutexLock lock(impl->mutex);
    const auto t = impl->tables.find(table);
    if (t == impl->tables.end()) return;
    if (const auto at = t->second.kept.find(epoch); at != t->second.kept.end()) t->second.kept.erase(at);
  });
}

void StoredTables::make_resident(TableId table) {
  MutexLock hold(impl_->mutex);
  const auto it = impl_->tables.find(table);
  if (it != impl_->tables.end()) impl_->start_load(table, it->second);
}

bool StoredTables::resident(TableId table) const {
  MutexLock hold(impl_->mutex);
  const auto it = impl_->tables.find(table);
  return it != impl_->tables.end() && it->second.complete;
}

uint64_t StoredTables::evict(uint64_t bytes) {
  MutexLock hold(impl_->mutex);
  std::vector<std::pair<uint64_t, TableId>> clean;
  for (const auto& [id, t] : impl_->tables) {
    if (!t.kept.empty()) continue;
    uint64_t sum = 0;
    for (const RunPtr& run : t.runs) {
      if (run->last_epoch() <= impl_->durable) sum += run->bytes();
    }
    if (sum > 0) clean.emplace_back(sum, id);
  }
  std::sort(clean.rbegin(), clean.rend());
  uint64_t freed = 0;
  for (const auto& [sum, id] : clean) {
    if (freed >= bytes) break;
    Impl::Table& t = impl_->tables.at(id);
    t.loading = false;
    impl_->forget_clean(t);
    impl_->show(id, t);
    freed += sum;
  }
  if (freed > 0) impl_->make_version();
  return freed;
}

uint64_t StoredTables::bytes() const { return static_cast<uint64_t>(impl_->options.account->bytes()); }

void StoredTables::wait_for_merges() {
  MutexLock hold(impl_->mutex);
  while (!impl_->work.empty() || impl_->working) impl_->work_changed.wait(impl_->mutex);
}

// ------------------------------------------------------------------------------------ StoredWriter

StoredWriter::StoredWriter(StoredTables& tables, TableId table) : tables_(tables), pending_(table) {}

StoredWriter::~StoredWriter() {
  MutexLock hold(tables_.impl_->writers_mutex);
  std::erase(tables_.impl_->changed_writers, this);
}

// Before a change.
void StoredWriter::start() {
  if (!pending_.empty()) return;
  CHECK(sealed_ == nullptr, "a change after seal()");
  if (!held_) note_changed();
}

void StoredWriter::note_changed() {
  MutexLock hold(tables_.impl_->writers_mutex);
  tables_.impl_->changed_writers.push_back(this);
}

void StoredWriter::seal(Epoch epoch) {
  if (pending_.empty() || held_) return;
  const DeltaBuffer* one[] = {&pending_};
  sealed_ = Run::build(one, epoch, tables_.impl_->options.account);
  pending_ = DeltaBuffer(pending_.table());
}

void StoredWriter::put(std::string_view key, uint8_t vnode, std::string_view row, bool is_new) {
  start();
  const auto key_size = static_cast<uint32_t>(key.size());
  char* to = pending_.add_value(key_size, static_cast<uint32_t>(row.size()) + 1);
  to = copy_bytes(to, key);
  *to = static_cast<char>(vnode);
  copy_bytes(to + 1, row);
  row_count_delta_ += is_new;
}

void StoredWriter::erase(std::string_view key) {
  start();
  pending_.add_tombstone(key);
  --row_count_delta_;
}

}  // namespace leat

#include "state/stored_table.h"

#include <deque>
#include <set>

#include "base/check.h"
#include "base/log.h"
#include "base/mutex.h"
#include "env/thread.h"
#include "state/copy_bytes.h"
#include "state/key_prefix.h"
#include "state/run.h"
#include "state/stored_version.h"

namespace leat {
namespace {

std::string row_count_name(TableId table) { return fmt::format("stored/{}", table.value); }

}  // namespace

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
    slots = std::make_shared<TableSlots>();
  }

  Store& store;
  StoredTablesOptions options;

  mutable Mutex mutex;
  CondVar work_changed;
  std::map<TableId, Table> tables GUARDED_BY(mutex);
  std::vector<uint32_t> free_slots GUARDED_BY(mutex);
  std::vector<TableId> dropped GUARDED_BY(mutex);           // since the last freeze
  std::vector<TableId> cleared GUARDED_BY(mutex);           // created over another's rows
  std::shared_ptr<const TableSlots> slots GUARDED_BY(mutex);
  std::vector<std::shared_ptr<const TableChunk>> chunks GUARDED_BY(mutex);
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
  while (chunks.size() <= at) chunks.push_back(std::make_shared<TableChunk>());
  auto chunk = std::make_shared<TableChunk>(*chunks[at]);
  auto v = std::make_shared<TableVersion>();
  v->runs = t.runs;
  v->row_count = t.row_count;
  v->complete = t.complete;
  v->forgotten_through = t.forgotten_through;
  (*chunk)[t.slot % kChunkTables] = std::move(v);
  chunks[at] = std::move(chunk);
}

void StoredTables::Impl::rebuild_slots() {
  auto next = std::make_shared<TableSlots>();
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
  auto chunk = std::make_shared<TableChunk>(*impl_->chunks[slot / kChunkTables]);
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

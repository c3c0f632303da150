#include "state/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <atomic>

#include "base/check.h"
#include "base/log.h"
#include "base/mutex.h"
#include "state/run_merger.h"
#include "state/store_env.h"

// Keys in RocksDB: 4 bytes of table id (big-endian), then the table's own key. Table 0 is the meta
// area: 'm' + name are the callers' values, 's' + name the Store's own.
namespace leat {
namespace {

constexpr TableId kMetaTable{0};
constexpr char kCallersMeta = 'm';
constexpr std::string_view kFormatKey = "sformat";
constexpr std::string_view kEpochKey = "sepoch";
constexpr std::string_view kFormat = "leat-state";
constexpr uint16_t kFormatVersion = 1;
constexpr uint64_t kFileBytesMax = 64 << 20;
constexpr uint64_t kFileBytesMin = 8 << 20;  // a file does not end at a table's end before
constexpr size_t kPrefetchAhead = 16;        // rows of a checkpoint
constexpr size_t kPrefixBytes = 12;          // table id and a state key's hash

void append_be32(std::string& to, uint32_t value) {
  value = std::byteswap(value);
  to.append(reinterpret_cast<const char*>(&value), 4);
}

std::string table_prefix(TableId table) {
  std::string prefix;
  append_be32(prefix, table.value);
  return prefix;
}

std::string be64(uint64_t value) {
  value = std::byteswap(value);
  return {reinterpret_cast<const char*>(&value), 8};
}

rocksdb::Slice slice(std::string_view s) { return {s.data(), s.size()}; }
std::string_view view(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

Error error_of(const rocksdb::Status& status, std::string_view doing) {
  const std::string text = status.ToString();
  const bool full = status.IsNoSpace() || text.find("No space left") != std::string::npos ||
                    text.find("File too large") != std::string::npos ||
                    text.find("Disk quota") != std::string::npos;
  SqlState code = SqlState::kIoError;
  if (full) {
    code = SqlState::kDiskFull;
  } else if (status.IsCorruption()) {
    code = SqlState::kDataCorrupted;
  }
  Error error = make_error(code, "could not {} the state store: {}", doing,
                           full ? "no space left on the disk" : text);
  if (full) error.hint = "Free some space; writing goes on by itself.";
  error.retryable = code != SqlState::kDataCorrupted;
  return error;
}

class SnapshotHandle final : public StoreSnapshot {
 public:
  SnapshotHandle(std::shared_ptr<rocksdb::DB> db, const rocksdb::Snapshot* snapshot)
      : db_(std::move(db)), snapshot_(snapshot) {}
  ~SnapshotHandle() override { db_->ReleaseSnapshot(snapshot_); }
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  std::shared_ptr<rocksdb::DB> db_;
  const rocksdb::Snapshot* snapshot_;
};

const rocksdb::Snapshot* raw(const StoreSnapshot* snapshot) {
  return snapshot == nullptr ? nullptr : static_cast<const SnapshotHandle*>(snapshot)->get();
}

// RocksDB would look for free space every five seconds by itself, and refuse Resume() meanwhile. The
// next commit is the better moment.
class NoAutomaticRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override {
    *automatic = false;
  }
};

// Where a checkpoint's sorted rows go: a write batch, or files to be ingested.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual rocksdb::Status put(const rocksdb::Slice& key, const rocksdb::Slice& value) = 0;
  virtual rocksdb::Status remove(const rocksdb::Slice& key) = 0;
  virtual rocksdb::Status remove_table(TableId table) = 0;
  virtual rocksdb::Status finish_table() = 0;
  virtual rocksdb::Status commit() = 0;  // durable when it returns
};

class BatchSink final : public RowSink {
 public:
  BatchSink(rocksdb::DB& db, bool durable) : db_(db), durable_(durable) {}
  rocksdb::Status put(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    return batch_.Put(key, value);
  }
  rocksdb::Status remove(const rocksdb::Slice& key) override { return batch_.Delete(key); }
  rocksdb::Status remove_table(TableId table) override {
    return batch_.DeleteRange(table_prefix(table), table_prefix(TableId{table.value + 1}));
  }
  rocksdb::Status finish_table() override { return rocksdb::Status::OK(); }
  rocksdb::Status commit() override {
    rocksdb::WriteOptions options;
    options.sync = durable_;
    options.disableWAL = !durable_;
    return db_.Write(options, &batch_);
  }

 private:
  rocksdb::DB& db_;
  const bool durable_;
  rocksdb::WriteBatch batch_;
};

// All files of a checkpoint are ingested by one call: one edit of RocksDB's manifest, so all or
// none of them are there after a crash. SstFileWriter syncs each file first.
class FileSink final : public RowSink {
 public:
  FileSink(rocksdb::DB& db, const rocksdb::Options& options, std::string directory)
      : db_(db), options_(options), directory_(std::move(directory)) {}
  ~FileSink() override {
    writer_.reset();
    for (const std::string& file : files_) options_.env->DeleteFile(file);
  }

  rocksdb::Status put(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    if (auto s = open_file(); !s.ok()) return s;
    return writer_->Put(key, value);
  }
  rocksdb::Status remove(const rocksdb::Slice& key) override {
    if (auto s = open_file(); !s.ok()) return s;
    return writer_->Delete(key);
  }
  rocksdb::Status remove_table(TableId table) override {
    // A file of its own: range tombstones reach past the rows beside them.
    if (auto s = close_file(); !s.ok()) return s;
    if (auto s = open_file(); !s.ok()) return s;
    const std::string lo = table_prefix(table), hi = table_prefix(TableId{table.value + 1});
    if (auto s = writer_->DeleteRange(lo, hi); !s.ok()) return s;
    return close_file();
  }
  rocksdb::Status finish_table() override {
    if (writer_ != nullptr && writer_->FileSize() > kFileBytesMin) return close_file();
    return rocksdb::Status::OK();
  }
  rocksdb::Status commit() override {
    if (auto s = close_file(); !s.ok()) return s;
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.failed_move_fall_back_to_copy = true;
    options.snapshot_consistency = true;
    options.write_global_seqno = false;
    return db_.IngestExternalFile(files_, options);
  }

 private:
  rocksdb::Status open_file() {
    if (writer_ != nullptr && writer_->FileSize() > kFileBytesMax) {
      if (auto s = close_file(); !s.ok()) return s;
    }
    if (writer_ != nullptr) return rocksdb::Status::OK();
    files_.push_back(fmt::format("{}/{:06}.sst", directory_, files_.size()));
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options_);
    return writer_->Open(files_.back());
  }
  rocksdb::Status close_file() {
    if (writer_ == nullptr) return rocksdb::Status::OK();
    auto status = writer_->Finish();
    writer_.reset();
    return status;
  }

  rocksdb::DB& db_;
  const rocksdb::Options& options_;
  const std::string directory_;
  std::vector<std::string> files_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
};

}  // namespace

struct Store::Impl {
  StoreOptions options;
  std::unique_ptr<FileLock> lock;
  std::shared_ptr<rocksdb::Env> env;
  std::shared_ptr<rocksdb::Cache> cache;
  rocksdb::Options db_options;
  std::shared_ptr<rocksdb::DB> db;
  std::string ingest_directory;
  std::atomic<Epoch> committed{0};
  mutable Mutex mutex;
  StoreHealth health GUARDED_BY(mutex);

  void configure();
  Result<> open_db();
  Result<> check_format();
  rocksdb::Status write_rows(const Checkpoint& checkpoint, RowSink& sink, CommitStats& stats);
  void note(const rocksdb::Status& status);
  rocksdb::ReadOptions read_options(const StoreSnapshot* snapshot) const {
    rocksdb::ReadOptions o;
    o.snapshot = raw(snapshot);
    return o;
  }
};

void Store::Impl::configure() {
  rocksdb::Options& o = db_options;
  o.create_if_missing = true;
  if (options.in_memory) {
    env.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  } else {
    env = make_store_env();
  }
  o.env = env.get();
  // Compaction yields to steps and queries.
  env->LowerThreadPoolCPUPriority(rocksdb::Env::Priority::LOW, rocksdb::CpuPriority::kLow);
  o.max_background_jobs = 2;
  o.write_buffer_size = 32 << 20;
  o.max_total_wal_size = 64 << 20;
  o.level_compaction_dynamic_level_bytes = true;
  // Ingested files land in level 0 when they overlap. Compacting them rarely and in bulk costs least,
  // and a checkpoint must not wait for it.
  o.level0_file_num_compaction_trigger = 8;
  o.target_file_size_base = kFileBytesMax;
  o.max_bytes_for_level_base = 512 << 20;
  o.level0_slowdown_writes_trigger = 64;
  o.level0_stop_writes_trigger = 128;
  o.compression = options.in_memory ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  o.bytes_per_sync = 1 << 20;
  o.max_open_files = -1;
  o.keep_log_file_num = 2;
  o.listeners.push_back(std::make_shared<NoAutomaticRecovery>());
  o.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  o.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kPrefixBytes));
  cache = rocksdb::NewLRUCache(options.cache_bytes_max);
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.whole_key_filtering = true;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
}

Result<> Store::Impl::open_db() {
  const std::string path = options.in_memory ? "/leat" : options.path + "/state";
  rocksdb::DB* opened = nullptr;
  if (auto s = rocksdb::DB::Open(db_options, path, &opened); !s.ok()) return fail(error_of(s, "open"));
  db.reset(opened);
  // Files of a commit that did not come to its end.
  ingest_directory = path + "/ingest";
  if (auto s = db_options.env->CreateDirIfMissing(ingest_directory); !s.ok()) {
    return fail(error_of(s, "open"));
  }
  std::vector<std::string> left;
  db_options.env->GetChildren(ingest_directory, &left);
  for (const std::string& name : left) {
    if (name.ends_with(".sst")) db_options.env->DeleteFile(ingest_directory + "/" + name);
  }
  return {};
}

Result<> Store::Impl::check_format() {
  const std::string prefix = table_prefix(kMetaTable);
  std::string value;
  auto s = db->Get({}, prefix + std::string(kFormatKey), &value);
  if (s.IsNotFound()) {
    std::string format(kFormat);
    format += static_cast<char>(kFormatVersion >> 8);
    format += static_cast<char>(kFormatVersion & 0xFF);
    rocksdb::WriteOptions o;
    o.sync = !options.in_memory;
    s = db->Put(o, prefix + std::string(kFormatKey), format);
    if (!s.ok()) return fail(error_of(s, "write"));
    return {};
  }
  if (!s.ok()) return fail(error_of(s, "read"));
  if (value.size() != kFormat.size() + 2 || !value.starts_with(kFormat)) {
    return fail(SqlState::kDataCorrupted, "\"{}\" does not hold a leat state store", options.path);
  }
  const int version = static_cast<uint8_t>(value[kFormat.size()]) << 8 |
                      static_cast<uint8_t>(value[kFormat.size() + 1]);
  if (version != kFormatVersion) {
    return fail(SqlState::kDataCorrupted,
                "data directory \"{}\" has format version {}, this program reads version {}",
                options.path, version, kFormatVersion);
  }
  s = db->Get({}, prefix + std::string(kEpochKey), &value);
  if (s.IsNotFound()) return {};
  if (!s.ok()) return fail(error_of(s, "read"));
  if (value.size() != 8) return fail(SqlState::kDataCorrupted, "the state store's epoch is damaged");
  uint64_t epoch;
  std::memcpy(&epoch, value.data(), 8);
  committed = std::byteswap(epoch);
  return {};
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, FileSystem& files) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  if (!impl->options.in_memory) {
    const std::string& path = impl->options.path;
    TRY(files.make_directories(path));
    auto lock = files.lock(path + "/leat.lock");
    if (!lock) {
      if (lock.error().code != SqlState::kLockNotAvailable) return fail(std::move(lock).error());
      const std::string& text = lock.error().message;
      const size_t at = text.rfind('(');
      return fail(SqlState::kLockNotAvailable, "data directory \"{}\" is in use by another leat {}", path,
                  at == std::string::npos ? "" : text.substr(at));
    }
    impl->lock = std::move(*lock);
  }
  impl->configure();
  TRY(impl->open_db());
  TRY(impl->check_format());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

void Store::Impl::note(const rocksdb::Status& status) {
  MutexLock hold(mutex);
  if (status.ok()) {
    if (!health.ok) log::info("the state store writes again");
    health = {};
    return;
  }
  const bool was_ok = health.ok;
  health = {.ok = false, .error = error_of(status, "write")};
  if (was_ok) log::error("{}", health.error.to_string());
}

rocksdb::Status Store::Impl::write_rows(const Checkpoint& checkpoint, RowSink& sink, CommitStats& stats) {
  std::string key;
  const auto put = [&](TableId table, std::string_view k, std::string_view value, bool tombstone) {
    key.clear();
    append_be32(key, table.value);
    key.append(k);
    ++stats.rows;
    stats.bytes += key.size() + value.size();
    return tombstone ? sink.remove(key) : sink.put(key, slice(value));
  };

  // Table 0 first: the callers' meta ('m') sorts before the Store's own ('s').
  for (const auto& [name, value] : checkpoint.meta) {
    const std::string k = kCallersMeta + name;
    if (auto s = put(kMetaTable, k, value.value_or(""), !value); !s.ok()) return s;
  }
  if (auto s = put(kMetaTable, kEpochKey, be64(checkpoint.epoch), false); !s.ok()) return s;

  struct Work {
    std::vector<const DeltaBuffer*> deltas;
    const Checkpoint::StoredRows* stored = nullptr;
    bool dropped = false;
  };
  std::map<TableId, Work> tables;
  for (const DeltaBuffer& delta : checkpoint.deltas) {
    if (!delta.empty()) tables[delta.table()].deltas.push_back(&delta);
  }
  for (const auto& stored : checkpoint.stored) {
    if (!stored.runs.empty()) tables[stored.table].stored = &stored;
  }
  for (TableId table : checkpoint.dropped) tables[table].dropped = true;

  std::vector<DeltaBuffer::Entry> entries;
  for (const auto& [table, work] : tables) {
    CHECK(table != kMetaTable, "table id 0 is the meta area");
    if (work.dropped) {
      if (auto s = sink.remove_table(table); !s.ok()) return s;
    }
    if (work.stored != nullptr) {
      RunMerger merger(work.stored->runs, std::nullopt, {}, std::nullopt, false);
      for (; merger.valid(); merger.next()) {
        const Run::Entry& e = merger.entry();
        if (auto s = put(table, e.key, e.value, e.tombstone); !s.ok()) return s;
      }
    } else {
      entries.clear();
      for (const DeltaBuffer* delta : work.deltas) delta->entries(entries);
      DeltaBuffer::sort(entries, DeltaBuffer::Duplicates::kValueWins);
      for (size_t i = 0; i < entries.size(); ++i) {
        if (i + kPrefetchAhead < entries.size()) entries[i + kPrefetchAhead].prefetch();
        const DeltaBuffer::Entry& e = entries[i];
        if (auto s = put(table, e.key(), e.value(), e.tombstone()); !s.ok()) return s;
      }
    }
    if (auto s = sink.finish_table(); !s.ok()) return s;
  }
  return rocksdb::Status::OK();
}

Result<CommitStats> Store::commit(const Checkpoint& checkpoint) {
  Impl& impl = *impl_;
  {
    MutexLock hold(impl.mutex);
    if (!impl.health.ok && impl.health.error.code == SqlState::kDataCorrupted) {
      return fail(impl.health.error);
    }
  }
  if (!health().ok) {
    // After a full disk RocksDB refuses writes until told that things may be well again.
    if (auto s = impl.db->Resume(); !s.ok()) {
      impl.note(s);
      return fail(error_of(s, "write"));
    }
  }
  uint64_t bytes = 0;
  for (const DeltaBuffer& delta : checkpoint.deltas) bytes += delta.bytes();
  for (const auto& stored : checkpoint.stored) {
    for (const auto& run : stored.runs) bytes += run->bytes();
  }
  for (const auto& [name, value] : checkpoint.meta) bytes += name.size() + (value ? value->size() : 0);

  CommitStats stats;
  stats.ingested = bytes >= impl.options.ingest_bytes_min;
  std::unique_ptr<RowSink> sink;
  if (stats.ingested) {
    sink = std::make_unique<FileSink>(*impl.db, impl.db_options, impl.ingest_directory);
  } else {
    sink = std::make_unique<BatchSink>(*impl.db, !impl.options.in_memory);
  }
  auto status = impl.write_rows(checkpoint, *sink, stats);
  if (status.ok()) status = sink->commit();
  impl.note(status);
  if (!status.ok()) return fail(error_of(status, "write"));
  impl.committed = checkpoint.epoch;
  return stats;
}

Epoch Store::committed_epoch() const { return impl_->committed; }

StoreHealth Store::health() const {
  MutexLock hold(impl_->mutex);
  return impl_->health;
}

Result<std::optional<std::string>> Store::meta(std::string_view name) const {
  std::string value;
  std::string key(1, kCallersMeta);
  key.append(name);
  if (!TRY(get(kMetaTable, key, value))) return std::optional<std::string>{};
  return std::optional(std::move(value));
}

Result<std::map<std::string, std::string>> Store::meta_with_prefix(std::string_view prefix) const {
  std::string from(1, kCallersMeta);
  from.append(prefix);
  std::map<std::string, std::string> values;
  StoreIterator it = iterator(kMetaTable);
  for (it.seek(from); it.valid() && it.key().starts_with(from); it.next()) {
    values.emplace(it.key().substr(1), it.value());
  }
  TRY(it.status());
  return values;
}

std::shared_ptr<const StoreSnapshot> Store::snapshot() const {
  return std::make_shared<SnapshotHandle>(impl_->db, impl_->db->GetSnapshot());
}

Result<bool> Store::get(TableId table, std::string_view key, std::string& value,
                        const StoreSnapshot* snapshot) const {
  std::string full = table_prefix(table);
  full.append(key);
  rocksdb::PinnableSlice found;
  const auto s = impl_->db->Get(impl_->read_options(snapshot), impl_->db->DefaultColumnFamily(), full, &found);
  if (s.IsNotFound()) return false;
  if (!s.ok()) return fail(error_of(s, "read"));
  value.assign(found.data(), found.size());
  return true;
}

Result<> Store::multi_get(TableId table, std::span<const std::string_view> keys,
                          std::span<std::optional<std::string>> values,
                          const StoreSnapshot* snapshot) const {
  constexpr size_t kBatch = 64;
  std::vector<uint32_t> order(keys.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return keys[a] < keys[b]; });
  const auto options = impl_->read_options(snapshot);
  std::vector<std::string> full(kBatch);
  std::vector<rocksdb::Slice> slices(kBatch);
  std::vector<rocksdb::PinnableSlice> found(kBatch);
  std::vector<rocksdb::Status> statuses(kBatch);
  const std::string prefix = table_prefix(table);
  for (size_t at = 0; at < order.size(); at += kBatch) {
    const size_t count = std::min(kBatch, order.size() - at);
    for (size_t i = 0; i < count; ++i) {
      full[i].assign(prefix).append(keys[order[at + i]]);
      slices[i] = full[i];
    }
    impl_->db->MultiGet(options, impl_->db->DefaultColumnFamily(), count, slices.data(), found.data(),
                        statuses.data(), true);
    for (size_t i = 0; i < count; ++i) {
      auto& value = values[order[at + i]];
      if (statuses[i].IsNotFound()) {
        value.reset();
      } else if (!statuses[i].ok()) {
        return fail(error_of(statuses[i], "read"));
      } else {
        value.emplace(found[i].data(), found[i].size());
      }
      found[i].Reset();
    }
  }
  return {};
}

Store::Usage Store::usage() const {
  Usage usage;
  impl_->db->GetIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &usage.file_bytes);
  impl_->db->GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &usage.write_buffer_bytes);
  usage.cache_bytes = impl_->cache->GetUsage();
  return usage;
}

uint64_t Store::approximate_bytes(TableId table) const {
  const std::string lo = table_prefix(table), hi = table_prefix(TableId{table.value + 1});
  const rocksdb::Range range(lo, hi);
  uint64_t bytes = 0;
  rocksdb::SizeApproximationOptions options;
  options.include_memtables = true;
  options.include_files = true;
  if (!impl_->db->GetApproximateSizes(options, impl_->db->DefaultColumnFamily(), &range, 1, &bytes).ok()) {
    return 0;
  }
  return bytes;
}

struct StoreIterator::Impl {
  std::string lo, hi;  // of the table; RocksDB keeps views of the slices
  rocksdb::Slice lo_slice, hi_slice;
  std::shared_ptr<const StoreSnapshot> snapshot;
  std::shared_ptr<rocksdb::DB> db;
  std::string sought;
  std::unique_ptr<rocksdb::Iterator> it;

  rocksdb::Slice full(std::string_view key) {
    sought.assign(lo).append(key);
    return sought;
  }
};

StoreIterator Store::iterator(TableId table, std::shared_ptr<const StoreSnapshot> snapshot,
                              bool one_group) const {
  auto impl = std::make_unique<StoreIterator::Impl>();
  impl->lo = table_prefix(table);
  impl->hi = table_prefix(TableId{table.value + 1});
  impl->lo_slice = impl->lo;
  impl->hi_slice = impl->hi;
  impl->snapshot = std::move(snapshot);
  impl->db = impl_->db;
  rocksdb::ReadOptions options = impl_->read_options(impl->snapshot.get());
  options.iterate_lower_bound = &impl->lo_slice;
  options.iterate_upper_bound = &impl->hi_slice;
  options.total_order_seek = !one_group;
  options.prefix_same_as_start = one_group;
  options.readahead_size = 0;
  impl->it.reset(impl_->db->NewIterator(options));
  return StoreIterator(std::move(impl));
}

StoreIterator::StoreIterator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StoreIterator::StoreIterator(StoreIterator&&) noexcept = default;
StoreIterator& StoreIterator::operator=(StoreIterator&&) noexcept = default;
StoreIterator::~StoreIterator() = default;
void StoreIterator::seek(std::string_view key) { impl_->it->Seek(impl_->full(key)); }
void StoreIterator::seek_for_prev(std::string_view key) {
  impl_->it->SeekForPrev(impl_->full(key));
  if (impl_->it->Valid() && view(impl_->it->key()) == impl_->sought) impl_->it->Prev();
}
void StoreIterator::seek_to_first() { impl_->it->SeekToFirst(); }
void StoreIterator::seek_to_last() { impl_->it->SeekToLast(); }
void StoreIterator::next() { impl_->it->Next(); }
void StoreIterator::prev() { impl_->it->Prev(); }
bool StoreIterator::valid() const { return impl_->it->Valid(); }
std::string_view StoreIterator::key() const { return view(impl_->it->key()).substr(4); }
std::string_view StoreIterator::value() const { return view(impl_->it->value()); }
Result<> StoreIterator::status() const {
  if (const auto s = impl_->it->status(); !s.ok()) return fail(error_of(s, "read"));
  return {};
}

}  // namespace leat

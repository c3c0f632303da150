#include "state/dml_log.h"

#include <deque>
#include <map>

#include "base/check.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mutex.h"
#include "env/thread.h"

// A segment is a header of 24 bytes, then records, each starting at a multiple of 8:
//   header  "LEATDML\0", u16 version, u16 0, u32 checksum, u64 first sequence
//   record  u32 mark "LREC", u32 size, u64 sequence, u64 durable before, u64 checksum, the bytes, zeros
// Numbers are little-endian. `durable before`: all records up to this sequence were synced when this
// one was written. So a damaged record is a torn tail only if no later record calls it durable.
namespace leat {
namespace {

constexpr std::string_view kMagic{"LEATDML\0", 8};
constexpr uint16_t kVersion = 1;
constexpr size_t kHeaderBytes = 24;
constexpr uint32_t kRecordMark = 0x4345524C;  // "LREC"
constexpr size_t kRecordHeaderBytes = 32;
constexpr uint32_t kRecordBytesMax = 1u << 30;

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <class T>
void append(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

uint64_t record_checksum(uint32_t size, uint64_t sequence, uint64_t durable, std::string_view bytes) {
  return hash_bytes(bytes.data(), bytes.size(), hash_combine(hash_combine(size, sequence), durable));
}

uint32_t header_checksum(const char* header) {
  return static_cast<uint32_t>(hash_bytes(header, 12, load<uint64_t>(header + 16)));
}

std::string header_bytes(uint64_t first_sequence) {
  std::string h(kMagic);
  append(h, kVersion);
  append(h, uint16_t{0});
  append(h, uint32_t{0});
  append(h, first_sequence);
  const uint32_t checksum = header_checksum(h.data());
  std::memcpy(h.data() + 12, &checksum, 4);
  return h;
}

size_t padded(size_t size) { return (size + 7) & ~size_t{7}; }

void append_record(std::string& to, uint64_t sequence, uint64_t durable, std::string_view bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  append(to, kRecordMark);
  append(to, size);
  append(to, sequence);
  append(to, durable);
  append(to, record_checksum(size, sequence, durable, bytes));
  to.append(bytes);
  to.append(padded(bytes.size()) - bytes.size(), '\0');
}

struct ParsedRecord {
  uint64_t sequence;
  uint64_t durable;
  std::string_view bytes;
  size_t total;
};

std::optional<ParsedRecord> parse_record(std::string_view from) {
  if (from.size() < kRecordHeaderBytes || load<uint32_t>(from.data()) != kRecordMark) return std::nullopt;
  const auto size = load<uint32_t>(from.data() + 4);
  if (size > kRecordBytesMax || from.size() - kRecordHeaderBytes < padded(size)) return std::nullopt;
  ParsedRecord r{load<uint64_t>(from.data() + 8), load<uint64_t>(from.data() + 16),
                 from.substr(kRecordHeaderBytes, size), kRecordHeaderBytes + padded(size)};
  if (load<uint64_t>(from.data() + 24) != record_checksum(size, r.sequence, r.durable, r.bytes)) {
    return std::nullopt;
  }
  return r;
}

std::string segment_name(uint64_t first_sequence) { return fmt::format("dml-{:016x}.log", first_sequence); }

std::optional<uint64_t> sequence_of_name(std::string_view name) {
  if (name.size() != 24 || !name.starts_with("dml-") || !name.ends_with(".log")) return std::nullopt;
  uint64_t value = 0;
  for (const char c : name.substr(4, 16)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<uint64_t>(digit);
  }
  return value;
}

}  // namespace

Result<DmlSegment> read_dml_segment(std::string_view bytes, bool last) {
  DmlSegment segment;
  const bool header_good = bytes.size() >= kHeaderBytes && bytes.starts_with(kMagic) &&
                           load<uint32_t>(bytes.data() + 12) == header_checksum(bytes.data());
  if (!header_good) {
    // Made just before the crash: the header is synced before the first record is written.
    if (last && bytes.size() <= kHeaderBytes) return segment;
    return fail(SqlState::kDataCorrupted, "the header of a DML log segment is damaged");
  }
  const auto version = load<uint16_t>(bytes.data() + 8);
  if (version != kVersion) {
    return fail(SqlState::kDataCorrupted, "a DML log segment has version {}, this program reads {}", version,
                kVersion);
  }
  segment.first_sequence = load<uint64_t>(bytes.data() + 16);
  uint64_t expected = segment.first_sequence;
  size_t at = kHeaderBytes;
  while (at < bytes.size()) {
    const auto record = parse_record(bytes.substr(at));
    if (!record || record->sequence != expected) break;
    segment.records.push_back({record->sequence, record->bytes});
    ++expected;
    at += record->total;
  }
  segment.good_bytes = at;
  if (at >= bytes.size()) return segment;
  if (!last) {
    return fail(SqlState::kDataCorrupted, "record {} of the DML log is damaged", expected);
  }
  for (size_t later = at + 8; later + kRecordHeaderBytes <= bytes.size(); later += 8) {
    const auto record = parse_record(bytes.substr(later));
    if (record && record->durable >= expected) {
      return fail(SqlState::kDataCorrupted, "record {} of the DML log is damaged", expected);
    }
  }
  return segment;
}

struct DmlLog::Impl {
  struct Waiting {
    uint64_t sequence;
    std::string bytes;
    Done done;
  };
  struct Segment {
    uint64_t bytes = 0;
    uint64_t last = 0;  // sequence; 0: no record
  };

  Impl(DmlLogOptions o, FileSystem& f) : options(std::move(o)), files(f) {}

  const DmlLogOptions options;
  FileSystem& files;

  mutable Mutex mutex;
  CondVar changed;
  std::deque<Waiting> waiting GUARDED_BY(mutex);
  uint64_t waiting_bytes GUARDED_BY(mutex) = 0;
  uint64_t next GUARDED_BY(mutex) = 1;
  bool stopping GUARDED_BY(mutex) = false;
  std::map<uint64_t, Segment> segments GUARDED_BY(mutex);  // by first sequence

  // The log thread's own.
  std::unique_ptr<File> file;
  uint64_t file_first = 0;
  uint64_t good_bytes = 0;   // of the file: whole durable records
  uint64_t durable = 0;      // sequence
  bool tail_unknown = false;  // bytes past good_bytes may be there and must go first

  Thread thread;

  std::string path(uint64_t first) const { return options.directory + "/" + segment_name(first); }
  Result<> replay(const Replay& replay, uint64_t sequence_min);
  void run();
  Result<> write(std::deque<Waiting>& group);
  Result<> open_segment(uint64_t first);
  Result<> cut_tail();
};

Result<std::unique_ptr<DmlLog>> DmlLog::open(DmlLogOptions options, FileSystem& files, const Replay& replay,
                                             uint64_t sequence_min) {
  auto impl = std::make_unique<Impl>(std::move(options), files);
  TRY(files.make_directories(impl->options.directory));
  TRY(impl->replay(replay, sequence_min));
  impl->thread = Thread("leat-dml-log", [i = impl.get()] { i->run(); });
  return std::unique_ptr<DmlLog>(new DmlLog(std::move(impl)));
}

Result<> DmlLog::Impl::replay(const Replay& replay, uint64_t sequence_min) {
  std::vector<uint64_t> firsts;
  for (const std::string& name : TRY(files.list(options.directory))) {
    if (const auto first = sequence_of_name(name)) firsts.push_back(*first);
  }
  std::sort(firsts.begin(), firsts.end());
  uint64_t expected = 0;
  for (size_t i = 0; i < firsts.size(); ++i) {
    const bool last = i + 1 == firsts.size();
    const std::string bytes = TRY(files.read_file(path(firsts[i])));
    const DmlSegment segment = TRY(read_dml_segment(bytes, last));
    if (segment.good_bytes == 0) {  // never finished; nothing in it
      TRY(files.remove_file(path(firsts[i])));
      continue;
    }
    if (segment.first_sequence != firsts[i]) {
      return fail(SqlState::kDataCorrupted, "DML log segment \"{}\" says it starts at record {}",
                  segment_name(firsts[i]), segment.first_sequence);
    }
    // Sequences go on from one segment to the next, except over a gap that open() made itself.
    if (segment.first_sequence < expected) {
      return fail(SqlState::kDataCorrupted, "DML log segment \"{}\" overlaps the one before",
                  segment_name(firsts[i]));
    }
    if (segment.good_bytes < bytes.size()) {
      log::warn("DML log: {} bytes after record {} were never acknowledged and are cut off",
                bytes.size() - segment.good_bytes, segment.first_sequence + segment.records.size() - 1);
    }
    for (const auto& record : segment.records) TRY(replay(record.sequence, record.bytes));
    expected = segment.first_sequence + segment.records.size();
    MutexLock hold(mutex);
    segments[firsts[i]] = {segment.good_bytes, segment.records.empty() ? 0 : expected - 1};
    if (last) {
      file = TRY(files.open_append(path(firsts[i])));
      file_first = firsts[i];
      good_bytes = segment.good_bytes;
      if (segment.good_bytes < bytes.size()) {
        TRY(file->truncate(segment.good_bytes));
        TRY(file->sync_data());
      }
    }
  }
  MutexLock hold(mutex);
  next = std::max<uint64_t>({expected, sequence_min, 1});
  // Numbers that skip ahead of the log's end start a new segment.
  if (file != nullptr && next != expected) file.reset();
  durable = next - 1;
  return {};
}

DmlLog::DmlLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

DmlLog::~DmlLog() {
  {
    MutexLock hold(impl_->mutex);
    impl_->stopping = true;
    impl_->changed.notify_all();
  }
  impl_->thread.join();
}

uint64_t DmlLog::append(std::string bytes, Done done) {
  if (bytes.size() > kRecordBytesMax) {
    done(fail(SqlState::kProgramLimitExceeded, "the statement changes more than {} MiB at once",
              kRecordBytesMax >> 20));
    return 0;
  }
  MutexLock hold(impl_->mutex);
  while (impl_->waiting_bytes > impl_->options.waiting_bytes_max) impl_->changed.wait(impl_->mutex);
  const uint64_t ticket = impl_->next++;
  impl_->waiting_bytes += bytes.size();
  impl_->waiting.push_back({ticket, std::move(bytes), std::move(done)});
  impl_->changed.notify_all();
  return ticket;
}

Result<> DmlLog::append_and_wait(std::string bytes) {
  Mutex mutex;
  CondVar cond;
  std::optional<Result<>> outcome;
  append(std::move(bytes), [&](Result<> result) {
    MutexLock hold(mutex);
    outcome = std::move(result);
    cond.notify_all();
  });
  MutexLock hold(mutex);
  while (!outcome) cond.wait(mutex);
  return std::move(*outcome);
}

void DmlLog::Impl::run() {
  for (;;) {
    std::deque<Waiting> group;
    {
      MutexLock hold(mutex);
      while (waiting.empty() && !stopping) changed.wait(mutex);
      if (waiting.empty()) return;
      group.swap(waiting);
    }
    const Result<> written = write(group);
    uint64_t bytes = 0;
    for (Waiting& w : group) {
      bytes += w.bytes.size();
      w.done(written);
    }
    MutexLock hold(mutex);
    waiting_bytes -= bytes;
    changed.notify_all();
  }
}

// One write and one sync for all that wait.
Result<> DmlLog::Impl::write(std::deque<Waiting>& group) {
  const uint64_t first = group.front().sequence;
  // After a failed group the numbers skip ahead, and within a segment they do not.
  if (file == nullptr || good_bytes >= options.segment_bytes_max || first != durable + 1) {
    TRY(open_segment(first));
  }
  if (tail_unknown) TRY(cut_tail());
  std::string bytes;
  for (const Waiting& w : group) append_record(bytes, w.sequence, durable, w.bytes);
  Result<> result = file->append(bytes);
  if (result) result = file->sync_data();
  if (!result) {
    log::error("DML log: {}", result.error().to_string());
    tail_unknown = true;
    if (auto cut = cut_tail(); !cut) log::error("DML log: {}", cut.error().to_string());
    return result;
  }
  good_bytes += bytes.size();
  durable = group.back().sequence;
  MutexLock hold(mutex);
  segments[file_first] = {good_bytes, durable};
  return {};
}

// Takes back what a failed write may have left, so that it is never replayed.
Result<> DmlLog::Impl::cut_tail() {
  TRY(file->truncate(good_bytes));
  TRY(file->sync_data());
  tail_unknown = false;
  return {};
}

Result<> DmlLog::Impl::open_segment(uint64_t first) {
  if (tail_unknown) TRY(cut_tail());
  auto opened = TRY(files.open_append(path(first)));
  const auto give_up = [&](Error error) {
    opened.reset();
    if (auto removed = files.remove_file(path(first)); !removed) {
      log::error("DML log: {}", removed.error().to_string());
    }
    return fail(std::move(error));
  };
  if (opened->size() > 0) {
    if (auto cut = opened->truncate(0); !cut) return give_up(std::move(cut).error());
  }
  if (auto header = opened->append(header_bytes(first)); !header) return give_up(std::move(header).error());
  if (auto sync = opened->sync_data(); !sync) return give_up(std::move(sync).error());
  if (auto sync = files.sync_directory(options.directory); !sync) return give_up(std::move(sync).error());
  file = std::move(opened);
  file_first = first;
  good_bytes = kHeaderBytes;
  durable = first - 1;
  MutexLock hold(mutex);
  segments[first] = {good_bytes, 0};
  return {};
}

Result<> DmlLog::truncate_before(uint64_t sequence) {
  for (;;) {
    uint64_t first;
    {
      MutexLock hold(impl_->mutex);
      // The newest segment is being written.
      if (impl_->segments.size() < 2) return {};
      const auto oldest = impl_->segments.begin();
      if (oldest->second.last >= sequence) return {};
      first = oldest->first;
      impl_->segments.erase(oldest);
    }
    TRY(impl_->files.remove_file(impl_->path(first)));
  }
}

uint64_t DmlLog::next_sequence() const {
  MutexLock hold(impl_->mutex);
  return impl_->next;
}

uint64_t DmlLog::bytes() const {
  MutexLock hold(impl_->mutex);
  uint64_t sum = 0;
  for (const auto& [first, segment] : impl_->segments) sum += segment.bytes;
  return sum;
}

}  // namespace leat

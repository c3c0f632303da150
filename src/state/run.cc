#include "state/run.h"

#include <algorithm>

#include "base/hash.h"
#include "state/copy_bytes.h"
#include "state/key_prefix.h"
#include "state/run_merger.h"

namespace leat {
namespace {

constexpr size_t kChunkBytes = 1 << 20;
constexpr size_t kFilterRowsMin = 16;  // smaller runs are searched faster than filtered
constexpr size_t kNearEntries = 64;    // farther ones are searched from the start

// Four bits of one word; about 12 bits a key.
uint64_t filter_bits(uint64_t hash) {
  return uint64_t{1} << (hash & 63) | uint64_t{1} << (hash >> 6 & 63) | uint64_t{1} << (hash >> 12 & 63) |
         uint64_t{1} << (hash >> 18 & 63);
}

}  // namespace

uint64_t Run::filter_hash(std::string_view key) { return hash_bytes(key.data(), key.size()); }
uint64_t Run::prefix_of(std::string_view key) { return key_prefix(key); }

Run::Builder::Builder(size_t rows_hint, uint64_t bytes_hint) {
  prefixes_.reserve(rows_hint);
  at_.reserve(rows_hint);
  capacity_ = std::min<uint64_t>(bytes_hint, kChunkBytes);
  if (capacity_ > 0) chunks_.push_back(std::make_unique_for_overwrite<char[]>(capacity_));
  bytes_ = capacity_;
}

char* Run::Builder::room(size_t need) {
  if (capacity_ - used_ < need) {
    capacity_ = std::max(need, std::clamp<size_t>(capacity_ * 2, 4096, kChunkBytes));
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(capacity_));
    bytes_ += capacity_;
    used_ = 0;
  }
  char* at = chunks_.back().get() + used_;
  used_ += need;
  return at;
}

void Run::Builder::add(std::string_view key, std::string_view value, bool tombstone, uint64_t prefix) {
  char* at = room(8 + key.size() + value.size());
  const auto key_size = static_cast<uint32_t>(key.size());
  const uint32_t value_word = tombstone ? 0xFFFFFFFF : static_cast<uint32_t>(value.size());
  std::memcpy(at, &key_size, 4);
  std::memcpy(at + 4, &value_word, 4);
  copy_bytes(copy_bytes(at + 8, key), value);
  prefixes_.push_back(prefix);
  at_.push_back(at);
}

std::shared_ptr<const Run> Run::Builder::finish(Epoch first, Epoch last,
                                                std::shared_ptr<MemoryAccount> account) {
  std::shared_ptr<Run> run(new Run);
  run->prefixes_ = std::move(prefixes_);
  run->at_ = std::move(at_);
  run->chunks_ = std::move(chunks_);
  run->first_epoch_ = first;
  run->last_epoch_ = last;
  run->build_filter();
  run->bytes_ = bytes_ + run->prefixes_.size() * 16 + run->filter_.size() * 8 + sizeof(Run);
  run->account_ = std::move(account);
  if (run->account_) run->account_->add(static_cast<int64_t>(run->bytes_));
  return run;
}

Run::~Run() {
  if (account_) account_->add(-static_cast<int64_t>(bytes_));
}

void Run::build_filter() {
  if (size() < kFilterRowsMin) return;
  filter_.assign((size() * 12 + 63) / 64, 0);
  for (size_t i = 0; i < size(); ++i) {
    const uint64_t hash = filter_hash(entry(i).key);
    filter_[(hash >> 32) * filter_.size() >> 32] |= filter_bits(hash);
  }
}

// The first of `count` entries from `first` on that does not come before the key; the end if all do.
size_t Run::search(size_t first, size_t count, std::string_view key, uint64_t prefix) const {
  while (count > 0) {
    const size_t half = count / 2;
    const bool is_before = before(first + half, key, prefix);
    first = is_before ? first + half + 1 : first;
    count = is_before ? count - half - 1 : half;
  }
  return first;
}

// Without a branch on what is compared, and with both halves' middles on their way meanwhile: the
// prefixes of a large run do not fit into the cache.
size_t Run::first_of_prefix(uint64_t prefix) const {
  const uint64_t* at = prefixes_.data();
  size_t count = size();
  while (count > 1) {
    const size_t half = count / 2;
    __builtin_prefetch(at + half / 2);
    __builtin_prefetch(at + half + half / 2);
    at += at[half - 1] < prefix ? half : 0;
    count -= half;
  }
  return static_cast<size_t>(at - prefixes_.data()) + (count == 1 && *at < prefix ? 1 : 0);
}

size_t Run::lower_bound(std::string_view key, uint64_t prefix) const {
  const size_t first = first_of_prefix(prefix);
  if (first == size() || !before(first, key, prefix)) return first;
  return search(first + 1, size() - first - 1, key, prefix);  // others begin alike
}

size_t Run::lower_bound_from(size_t from, std::string_view key, uint64_t prefix) const {
  size_t step = 1;
  while (step <= kNearEntries && from + step <= size() && before(from + step - 1, key, prefix)) {
    from += step;
    step *= 2;
  }
  if (step > kNearEntries) return lower_bound(key, prefix);
  return search(from, std::min(step - 1, size() - from), key, prefix);
}

size_t Run::find(std::string_view key, uint64_t prefix, uint64_t hash) const {
  if (!filter_.empty()) {
    const uint64_t bits = filter_bits(hash);
    if ((filter_[(hash >> 32) * filter_.size() >> 32] & bits) != bits) return size();
  }
  const size_t at = lower_bound(key, prefix);
  return at < size() && prefixes_[at] == prefix && entry(at).key == key ? at : size();
}

std::shared_ptr<const Run> Run::build(std::span<const DeltaBuffer* const> buffers, Epoch epoch,
                                      std::shared_ptr<MemoryAccount> account) {
  std::vector<DeltaBuffer::Entry> entries;
  size_t rows = 0;
  uint64_t bytes = 0;
  for (const DeltaBuffer* buffer : buffers) {
    rows += buffer->size();
    bytes += buffer->bytes();
  }
  entries.reserve(rows);
  for (const DeltaBuffer* buffer : buffers) buffer->entries(entries);
  DeltaBuffer::sort(entries, DeltaBuffer::Duplicates::kLastWins);
  Builder builder(entries.size(), bytes);
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + kAhead < entries.size()) entries[i + kAhead].prefetch();
    const DeltaBuffer::Entry& e = entries[i];
    builder.add(e.key(), e.value(), e.tombstone(), e.prefix);
  }
  return builder.finish(epoch, epoch, std::move(account));
}

std::shared_ptr<const Run> Run::merge(std::span<const std::shared_ptr<const Run>> newest_first,
                                      bool drop_tombstones, std::shared_ptr<MemoryAccount> account) {
  size_t rows = 0;
  uint64_t bytes = 0;
  for (const auto& run : newest_first) {
    rows += run->size();
    bytes += run->bytes() - run->size() * 16;
  }
  Builder builder(rows, bytes);
  RunMerger merger({newest_first.begin(), newest_first.end()}, std::nullopt, {}, std::nullopt, false);
  for (; merger.valid(); merger.next()) {
    const Entry& e = merger.entry();
    if (e.tombstone && drop_tombstones) continue;
    builder.add(e.key, e.value, e.tombstone, merger.prefix());
  }
  return builder.finish(newest_first.back()->first_epoch(), newest_first.front()->last_epoch(),
                        std::move(account));
}

}  // namespace leat

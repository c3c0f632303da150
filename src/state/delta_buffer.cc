#include "state/delta_buffer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "state/copy_bytes.h"
#include "state/key_prefix.h"

namespace leat {
namespace {

using Entry = DeltaBuffer::Entry;

constexpr size_t kChunkBytesMin = 960;  // buffers have some bytes less than a power of two
constexpr size_t kChunkBytesMax = 250 * 1024;
constexpr int kBucketBits = 11;
constexpr size_t kBuckets = size_t{1} << kBucketBits;
constexpr size_t kBucketsRowsMin = 4 * kBuckets;

bool prefix_before(const Entry& a, const Entry& b) { return a.prefix < b.prefix; }

// By the prefixes alone, without a look at the keys. Many entries are first cut into buckets by the bits
// below those that all have in common, in place, so that the sorting itself stays in the cache.
void sort_by_prefix(std::vector<Entry>& entries) {
  if (entries.size() < kBucketsRowsMin) return std::sort(entries.begin(), entries.end(), prefix_before);
  uint64_t differing = 0;
  for (const Entry& e : entries) differing |= e.prefix ^ entries[0].prefix;
  const int shift = std::max(0, static_cast<int>(std::bit_width(differing)) - kBucketBits);
  const auto bucket_of = [shift](const Entry& e) { return (e.prefix >> shift) & (kBuckets - 1); };

  std::vector<uint32_t> next(kBuckets, 0), end(kBuckets);
  for (const Entry& e : entries) ++next[bucket_of(e)];
  for (uint32_t b = 0, at = 0; b < kBuckets; ++b) {
    at += std::exchange(next[b], at);
    end[b] = at;
  }
  for (size_t b = 0; b < kBuckets; ++b) {
    const uint32_t first = b == 0 ? 0 : end[b - 1];
    while (next[b] < end[b]) {
      const size_t home = bucket_of(entries[next[b]]);
      if (home == b) {
        ++next[b];
      } else {
        std::swap(entries[next[b]], entries[next[home]++]);
      }
    }
    std::sort(entries.begin() + first, entries.begin() + end[b], prefix_before);
  }
}

void drop_repeated(std::vector<Entry>& entries) {
  const auto same = [](const Entry& a, const Entry& b) { return a.prefix == b.prefix && a.key() == b.key(); };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
}

}  // namespace

void DeltaBuffer::add_chunk(size_t need) {
  // The first chunk of a small delta stays small: a step of one row makes one.
  const size_t grown = chunks_.empty() ? kChunkBytesMin : std::min(chunks_.back().capacity() * 4, kChunkBytesMax);
  chunks_.push_back({Buffer::make(std::max(grown, need)), 0});
}

void DeltaBuffer::add_value(std::string_view key, std::string_view value) {
  char* to = add_value(static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size()));
  copy_bytes(copy_bytes(to, key), value);
}

void DeltaBuffer::add_tombstone(std::string_view key) {
  copy_bytes(add_tombstone(static_cast<uint32_t>(key.size())), key);
}

void DeltaBuffer::entries(std::vector<Entry>& out) const {
  out.reserve(out.size() + size_);
  for (const Chunk& chunk : chunks_) {
    const char* end = chunk.bytes() + chunk.used;
    for (const char* at = chunk.bytes(); at < end;) {
      Entry entry{0, at, static_cast<uint32_t>(out.size())};
      entry.prefix = key_prefix(entry.key());
      out.push_back(entry);
      at += 8 + entry.key().size() + entry.value().size();
    }
  }
}

void DeltaBuffer::sort(std::vector<Entry>& entries, Duplicates rule) {
  const auto before = [rule](const Entry& a, const Entry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    if (const int order = a.key().compare(b.key()); order != 0) return order < 0;
    // The one that counts comes first.
    if (rule == Duplicates::kValueWins && a.tombstone() != b.tombstone()) return b.tombstone();
    return a.order > b.order;
  };
  if (std::is_sorted(entries.begin(), entries.end(), before)) return drop_repeated(entries);
  sort_by_prefix(entries);
  for (auto from = entries.begin(); from != entries.end();) {
    auto to = std::find_if(from + 1, entries.end(), [&](const Entry& e) { return e.prefix != from->prefix; });
    if (to - from > 1) {
      std::for_each(from, to, [](const Entry& e) { e.prefetch(); });
      std::sort(from, to, before);
    }
    from = to;
  }
  drop_repeated(entries);
}

}  // namespace leat

#include "state/delta_buffer.h"

#include <algorithm>

#include "state/copy_bytes.h"
#include "state/key_prefix.h"

namespace leat {

void DeltaBuffer::add_chunk(size_t need) {
  // The first chunk of a small delta stays small: a step of one row makes one.
  const size_t grown = chunks_.empty() ? 1024 : std::min(chunks_.back().capacity * 4, kChunkBytes);
  const size_t capacity = std::max(grown, need);
  chunks_.push_back({std::make_unique_for_overwrite<char[]>(capacity), 0, capacity});
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
    const char* end = chunk.bytes.get() + chunk.used;
    for (const char* at = chunk.bytes.get(); at < end;) {
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
  if (!std::is_sorted(entries.begin(), entries.end(), before)) {
    std::sort(entries.begin(), entries.end(), before);
  }
  const auto same = [](const Entry& a, const Entry& b) {
    return a.prefix == b.prefix && a.key() == b.key();
  };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
}

}  // namespace leat

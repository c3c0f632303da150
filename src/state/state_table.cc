#include "state/state_table.h"

#include <optional>
#include <string>

#include "base/check.h"
#include "state/copy_bytes.h"

namespace leat {
namespace {

constexpr size_t kSlice = 64;  // records between two looks at the clock
constexpr size_t kEvictLooksMax = 32 * 1024;  // records looked at by one evict(): a few milliseconds

uint64_t hash_of(void* p) { return static_cast<StateRecord*>(p)->hash; }

// Keys are mostly of 8 to 16 bytes: two overlapping words, without a call.
inline bool equal_bytes(const char* a, const char* b, size_t size) {
  if (size < 8 || size > 16) return size == 0 || std::memcmp(a, b, size) == 0;
  uint64_t a_first, b_first, a_last, b_last;
  std::memcpy(&a_first, a, 8);
  std::memcpy(&b_first, b, 8);
  std::memcpy(&a_last, a + size - 8, 8);
  std::memcpy(&b_last, b + size - 8, 8);
  return a_first == b_first && a_last == b_last;
}

// A row's key in the Store, taken apart: hash (8, big-endian), the key's size (1 or 5), key, suffix.
struct StoreKey {
  uint64_t hash;
  std::string_view key;
  std::string_view suffix;

  static std::optional<StoreKey> parse(std::string_view bytes) {
    if (bytes.size() < 9) return std::nullopt;
    StoreKey k;
    std::memcpy(&k.hash, bytes.data(), 8);
    k.hash = std::byteswap(k.hash);
    size_t at = 9;
    uint32_t size = static_cast<uint8_t>(bytes[8]);
    if (size == 0xFF) {
      if (bytes.size() < 13) return std::nullopt;
      std::memcpy(&size, bytes.data() + 9, 4);
      size = std::byteswap(size);
      at = 13;
    }
    if (bytes.size() - at < size) return std::nullopt;
    k.key = bytes.substr(at, size);
    k.suffix = bytes.substr(at + size);
    return k;
  }
};

std::unexpected<Error> damaged(TableId table) {
  return fail(SqlState::kDataCorrupted, "a row of state table {} is damaged", table.value);
}

}  // namespace

// Where load_some() is.
struct StateTable::Loader {
  std::optional<StoreIterator> it;  // absent: to be opened on the last checkpoint
  std::string position;             // the last row read; empty: at the start of `vnode`
  int vnode = -1;
  StateRecord* group = nullptr;     // being read; absent: the group is in memory already, skip it
  uint64_t group_hash = 0;
  std::string group_key;
  bool in_group = false;
};

StateTable::StateTable(StateOptions options, uint32_t key_offset, uint32_t tail_bytes)
    : options_(std::move(options)),
      delta_(options_.table),
      complete_(options_.store == nullptr || options_.is_new),
      key_offset_(key_offset),
      tail_bytes_(tail_bytes),
      index_(arena_) {
  CHECK(options_.store == nullptr || options_.clock != nullptr, "a stored state table needs a clock");
}

StateTable::~StateTable() {
  if (options_.account) options_.account->add(-booked_bytes_);
}

char* StateTable::write_store_key(const StateRecord* r, char* to) const {
  const uint64_t hash = std::byteswap(r->hash);
  std::memcpy(to, &hash, 8);
  to += 8;
  if (r->key_size < 0xFF) {
    *to++ = static_cast<char>(r->key_size);
  } else {
    *to++ = static_cast<char>(0xFF);
    const uint32_t size = std::byteswap(r->key_size);
    std::memcpy(to, &size, 4);
    to += 4;
  }
  std::memcpy(to, reinterpret_cast<const char*>(r) + key_offset_, r->key_size);
  return to + r->key_size;
}

StateRecord* StateTable::lookup(uint64_t hash, std::string_view key) const {
  return static_cast<StateRecord*>(index_.find(hash, [&](void* p) {
    const auto* r = static_cast<const StateRecord*>(p);
    return r->hash == hash && r->key_size == key.size() &&
           equal_bytes(reinterpret_cast<const char*>(r) + key_offset_, key.data(), key.size());
  }));
}

StateRecord* StateTable::make_record(uint64_t hash, std::string_view key) {
  const auto key_size = static_cast<uint32_t>(key.size());
  auto* r = reinterpret_cast<StateRecord*>(arena_.allocate(key_offset_ + align8(key_size) + tail_bytes_));
  r->key_size = key_size;
  r->flags = record_flag::kTouched;
  r->layout = 0;
  r->mark = 0;
  r->hash = hash;
  copy_bytes(reinterpret_cast<char*>(r) + key_offset_, key);
  init_record(r);
  index_.insert(hash, r, hash_of);
  return r;
}

void StateTable::free_record(StateRecord* r) {
  free_payload(r);
  index_.erase(r->hash, r);
  arena_.free(r, key_offset_ + align8(r->key_size) + tail_bytes_);
}

void StateTable::prefetch_slots(const uint64_t* hashes, size_t count) const {
  for (size_t i = 0; i < count; ++i) index_.prefetch(hashes[i]);
}

// The slots of this block were prefetched before; those of the `next` one are while records arrive.
Result<> StateTable::find_block(const uint64_t* hashes, const std::string_view* keys, size_t count,
                                size_t next, StateRecord** out, bool insert) {
  for (size_t i = 0; i < count; ++i) {
    if (void* candidate = index_.candidate(hashes[i])) {
      __builtin_prefetch(candidate, 1);
      const size_t size = key_offset_ + keys[i].size() + tail_bytes_;
      if (reinterpret_cast<uintptr_t>(candidate) % 64 + size > 64) {
        __builtin_prefetch(static_cast<char*>(candidate) + 64, 1);
      }
    }
  }
  prefetch_slots(hashes + count, next);
  StateRecord* missing[kBatch];
  size_t missing_count = 0;
  Result<> loaded = {};
  for (size_t i = 0; i < count && loaded; ++i) {
    StateRecord* r = lookup(hashes[i], keys[i]);
    if (r == nullptr) {
      if (complete_ && !insert) {
        out[i] = nullptr;
        continue;
      }
      r = make_record(hashes[i], keys[i]);
      if (!complete_) {
        missing[missing_count++] = r;
      } else if (!temporary()) {
        note_emptied(r);  // until it gets a value
      }
    } else if (!(r->flags & record_flag::kTouched)) {
      r->flags |= record_flag::kTouched;
    }
    if (r->flags & record_flag::kLoading) [[unlikely]] loaded = finish_loading(r);
    out[i] = r;
  }
  if (missing_count == 0) return loaded;
  if (loaded) loaded = load_records({missing, missing_count});
  if (!loaded) {
    // What was not read must not look like known to be absent.
    for (size_t i = 0; i < missing_count; ++i) free_record(missing[i]);
  }
  return loaded;
}

// Reads what the last checkpoint has of these keys, none of which has anything in memory.
Result<> StateTable::load_records(std::span<StateRecord*> records) {
  std::sort(records.begin(), records.end(), [](auto* a, auto* b) { return a->hash < b->hash; });
  std::vector<std::string> keys(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    keys[i].resize(store_key_size(records[i]));
    write_store_key(records[i], keys[i].data());
  }
  if (one_row_per_key()) {
    std::vector<std::string_view> views(keys.begin(), keys.end());
    std::vector<std::optional<std::string>> values(keys.size());
    TRY(options_.store->multi_get(id(), views, values));
    for (size_t i = 0; i < records.size(); ++i) {
      if (values[i] && !load_row(records[i], {}, *values[i])) return damaged(id());
    }
    return {};
  }
  StoreIterator it = options_.store->iterator(id(), nullptr, /*one_group=*/true);
  for (size_t i = 0; i < records.size(); ++i) {
    for (it.seek(keys[i]); it.valid() && it.key().starts_with(keys[i]); it.next()) {
      if (!load_row(records[i], it.key().substr(keys[i].size()), it.value())) return damaged(id());
    }
    TRY(it.status());
  }
  return {};
}

// A step asks for the group that load_some() is in the middle of: read it whole, now.
Result<> StateTable::finish_loading(StateRecord* r) {
  CHECK(loader_ && loader_->group == r);
  free_payload(r);
  init_record(r);
  r->flags &= static_cast<uint8_t>(~record_flag::kLoading);
  loader_->group = nullptr;  // its remaining rows are skipped
  StateRecord* one[] = {r};
  auto loaded = load_records(one);
  if (!loaded) free_record(r);
  return loaded;
}

void StateTable::freeze(Epoch epoch) {
  CHECK(!temporary() && !on_its_way_ && frozen_count() == 0,
        "state table {} is frozen at epoch {} while a checkpoint is on its way", id().value, epoch);
  end_step();
  freeze_list();
  delta_ = DeltaBuffer(id());
  on_its_way_ = true;
}

bool StateTable::serialize_some(int64_t budget_ns) {
  end_step();
  const int64_t end = options_.clock->monotonic_ns() + budget_ns;
  bool done = drain_some(kSlice);
  while (!done && options_.clock->monotonic_ns() < end) done = drain_some(kSlice);
  end_step();
  return done;
}

DeltaBuffer StateTable::take_delta() {
  CHECK(on_its_way_ && frozen_count() == 0, "take_delta before everything frozen is serialised");
  return std::exchange(delta_, DeltaBuffer(id()));
}

void StateTable::committed() {
  on_its_way_ = false;
  if (loader_) loader_->it.reset();  // go on in the new checkpoint
}

Result<bool> StateTable::load_some(int64_t budget_ns) {
  if (complete_) return true;
  end_step();
  if (!loader_) loader_ = std::make_unique<Loader>();
  Loader& l = *loader_;
  const int64_t end = options_.clock->monotonic_ns() + budget_ns;
  const auto leave_group = [&] {
    if (l.group != nullptr) l.group->flags &= static_cast<uint8_t>(~record_flag::kLoading);
    l.group = nullptr;
    l.in_group = false;
  };
  const auto next_vnode = [&] {
    do ++l.vnode;
    while (l.vnode < kVnodeCount && !options_.vnodes[static_cast<size_t>(l.vnode)]);
    l.position.assign(1, static_cast<char>(l.vnode));
    return l.vnode < kVnodeCount;
  };
  const auto finish = [&]() -> Result<bool> {
    leave_group();
    loader_.reset();
    complete_ = true;
    book_memory();
    return true;
  };

  if (l.vnode < 0 && !next_vnode()) return finish();
  if (!l.it) {
    l.it.emplace(options_.store->iterator(id()));
    l.it->seek(l.position);
    if (l.it->valid() && l.position.size() > 1 && l.it->key() == l.position) l.it->next();
  }
  for (size_t n = 1;; ++n) {
    if (!l.it->valid()) {
      TRY(l.it->status());
      return finish();
    }
    const std::string_view bytes = l.it->key();
    const auto vnode = static_cast<uint8_t>(bytes[0]);
    if (!options_.vnodes[vnode]) {
      leave_group();
      l.vnode = vnode;
      if (!next_vnode()) return finish();
      l.it->seek(l.position);
      continue;
    }
    l.vnode = vnode;
    const auto k = StoreKey::parse(bytes);
    if (!k) return damaged(id());
    if (!l.in_group || k->hash != l.group_hash || k->key != l.group_key) {
      leave_group();
      l.in_group = true;
      l.group_hash = k->hash;
      l.group_key.assign(k->key);
      if (lookup(k->hash, k->key) == nullptr) {
        l.group = make_record(k->hash, k->key);
        l.group->flags = static_cast<uint8_t>((l.group->flags & ~record_flag::kTouched) | record_flag::kLoading);
      }
    }
    if (l.group != nullptr && !load_row(l.group, k->suffix, l.it->value())) return damaged(id());
    if (n % kSlice == 0 && options_.clock->monotonic_ns() >= end) {
      l.position.assign(bytes);
      l.it->next();
      book_memory();
      return false;
    }
    l.it->next();
  }
}

uint64_t StateTable::evict(uint64_t bytes) {
  if (temporary() || on_its_way_) return 0;
  end_step();
  if (loader_) {
    if (loader_->group != nullptr) free_record(loader_->group);
    loader_.reset();
  }
  const uint64_t before = arena_.used_bytes();
  // Once round to take the touched mark away, once more to free; a part of the way per call.
  size_t left = std::min(index_.size() * 2, kEvictLooksMax);
  clock_hand_ = index_.walk(clock_hand_, [&](void* p) {
    if (left == 0 || before - arena_.used_bytes() >= bytes) return false;
    --left;
    auto* r = static_cast<StateRecord*>(p);
    if (r->flags & record_flag::kTouched) {
      r->flags &= static_cast<uint8_t>(~record_flag::kTouched);
    } else if (clean(r)) {
      free_record(r);
      complete_ = false;
    }
    return true;
  });
  book_memory();
  return before - arena_.used_bytes();
}

void StateTable::next_records(size_t count, std::vector<StateRecord*>& out) {
  size_t left = std::min(count, index_.size());
  if (left == 0) return;
  look_hand_ = index_.walk(look_hand_, [&](void* p) {
    auto* r = static_cast<StateRecord*>(p);
    if (!(r->flags & record_flag::kLoading)) out.push_back(r);
    return --left > 0;
  });
}

void StateTable::end_step() {
  for (StateRecord* r : emptied_) {
    r->flags &= static_cast<uint8_t>(~record_flag::kEmptied);
    // While incomplete, an empty record is the knowledge that the key has nothing.
    if (complete_ && free_when_empty(r)) free_record(r);
  }
  emptied_.clear();
  book_memory();
}

void StateTable::book_memory() {
  if (!options_.account) return;
  const auto now = static_cast<int64_t>(bytes());
  if (now == booked_bytes_) return;
  options_.account->add(now - booked_bytes_);
  booked_bytes_ = now;
}

}  // namespace leat

#include "state/multi_state.h"

#include "base/check.h"
#include "state/copy_bytes.h"
#include "state/varint.h"

namespace leat {
namespace {

constexpr uint32_t kRowsAhead = 8;

uint64_t row_hash(std::string_view bytes) { return hash_bytes(bytes.data(), bytes.size()); }
uint64_t hash_of_row(void* p) { return row_hash(static_cast<MultiState::Row*>(p)->bytes()); }
size_t few_bytes(uint32_t capacity) { return sizeof(Few) + capacity * sizeof(MultiState::Row*); }

bool same(const MultiState::Row* row, std::string_view bytes) {
  return row->bytes() == bytes;
}

}  // namespace

MultiState::MultiState(StateOptions options) : StateTable(std::move(options), sizeof(Group), 0) {}
MultiState::~MultiState() = default;  // the arena takes everything with it

Result<> MultiState::find_or_insert(std::span<const uint64_t> hashes,
                                    std::span<const std::string_view> keys, std::span<Group*> groups) {
  TRY(find_batch(hashes, keys, groups, true));
  for (const Group* g : groups) __builtin_prefetch(g->layout == kOne ? g->row : nullptr);
  return {};
}

Result<> MultiState::find(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                          std::span<Group*> groups) {
  TRY(find_batch(hashes, keys, groups, false));
  for (const Group* g : groups) {
    if (g != nullptr) __builtin_prefetch(g->layout == kOne ? g->row : nullptr);
  }
  return {};
}

MultiState::Row* MultiState::find_row(const Group* g, std::string_view bytes) const {
  switch (g->layout) {
    case kOne: return same(g->row, bytes) ? g->row : nullptr;
    case kFew:
      for (uint32_t i = 0; i < g->few->size; ++i) __builtin_prefetch(g->few->rows[i]);
      for (uint32_t i = 0; i < g->few->size; ++i) {
        if (same(g->few->rows[i], bytes)) return g->few->rows[i];
      }
      return nullptr;
    case kMany:
      return static_cast<Row*>(g->many->find(
          row_hash(bytes), [&](void* p) { return same(static_cast<Row*>(p), bytes); }));
    default: return nullptr;
  }
}

MultiState::Change MultiState::adjust(Group* g, std::string_view bytes, int64_t delta) {
  if (g->layout == kFew && g->few->size > Few::kSearchMax) index_rows(g);
  Row* row = find_row(g, bytes);
  if (row == nullptr) {
    if (delta == 0) return {nullptr, 0, 0};
    return {insert(g, bytes, delta), 0, delta};
  }
  if (delta == 0) return {row, row->weight, row->weight};
  touch(row);
  const int64_t old_weight = row->weight;
  row->weight += delta;
  if (row->weight == 0) {
    unlink(g, row);
    if (g->rows == 0) note_emptied(g);
    // A stored table still owes the Store a tombstone: the row waits in the change list.
    if (temporary()) free_row(row);
    return {nullptr, old_weight, 0};
  }
  return {row, old_weight, row->weight};
}

void MultiState::clear(Group* group) {
  std::vector<Row*> rows;
  rows.reserve(group->rows);
  for_each_row(group, [&](Row* row) { rows.push_back(row); });
  for (Row* row : rows) adjust(group, row->bytes(), -row->weight);
}

MultiState::Row* MultiState::insert(Group* g, std::string_view bytes, int64_t weight) {
  Row* row = make_row(g, bytes);
  row->weight = weight;
  link(g, row);
  touch(row);
  return row;
}

MultiState::Row* MultiState::make_row(Group* g, std::string_view bytes) {
  auto* row = reinterpret_cast<Row*>(arena_.allocate(sizeof(Row) + bytes.size()));
  row->size = static_cast<uint32_t>(bytes.size());
  row->flags = 0;
  row->mark = 0;
  row->weight = 0;
  row->aux = 0;
  row->group = g;
  copy_bytes(reinterpret_cast<char*>(row + 1), bytes);
  return row;
}

void MultiState::free_row(Row* row) { arena_.free(row, sizeof(Row) + row->size); }

void MultiState::link(Group* g, Row* row) {
  row->flags |= record_flag::kLive;
  ++g->rows;
  ++row_count_;
  switch (g->layout) {
    case kNone:
      g->layout = kOne;
      g->row = row;
      return;
    case kOne: {
      auto* few = reinterpret_cast<Few*>(arena_.allocate(few_bytes(Few::kCapacityMin)));
      few->size = 2;
      few->capacity = Few::kCapacityMin;
      few->rows[0] = g->row;
      few->rows[1] = row;
      g->layout = kFew;
      g->few = few;
      return;
    }
    case kFew: {
      Few* few = g->few;
      if (few->size < few->capacity) {
        few->rows[few->size++] = row;
        return;
      }
      const uint32_t capacity = few->capacity * 2 + 1;
      auto* grown = reinterpret_cast<Few*>(arena_.allocate(few_bytes(capacity)));
      std::memcpy(static_cast<void*>(grown), few, few_bytes(few->size));
      grown->capacity = capacity;
      arena_.free(few, few_bytes(few->capacity));
      grown->rows[grown->size++] = row;
      g->few = grown;
      return;
    }
    default: g->many->insert(row_hash(row->bytes()), row, hash_of_row);
  }
}

void MultiState::index_rows(Group* g) {
  Few* few = g->few;
  auto* many = new (arena_.allocate(sizeof(SlotTable))) SlotTable(arena_);
  for (uint32_t i = 0; i < few->size; ++i) {
    if (i + kRowsAhead < few->size) __builtin_prefetch(few->rows[i + kRowsAhead]);
    many->insert(row_hash(few->rows[i]->bytes()), few->rows[i], hash_of_row);
  }
  arena_.free(few, few_bytes(few->capacity));
  g->layout = kMany;
  g->many = many;
}

void MultiState::unlink(Group* g, Row* row) {
  row->flags &= static_cast<uint8_t>(~record_flag::kLive);
  --g->rows;
  --row_count_;
  switch (g->layout) {
    case kOne: g->layout = kNone; return;
    case kFew: {
      Few* few = g->few;
      uint32_t at = 0;
      while (few->rows[at] != row) ++at;
      // Keeps the order of insertion.
      std::memmove(few->rows + at, few->rows + at + 1, (few->size - at - 1) * sizeof(Row*));
      if (--few->size == 1) {
        Row* only = few->rows[0];
        arena_.free(few, few_bytes(few->capacity));
        g->layout = kOne;
        g->row = only;
      }
      return;
    }
    default:
      g->many->erase(row_hash(row->bytes()), row);
      if (g->rows == 0) {
        g->many->~SlotTable();
        arena_.free(g->many, sizeof(SlotTable));
        g->layout = kNone;
      }
  }
}

void MultiState::touch(Row* row) {
  if (temporary()) return;
  const bool listed = changes_.touch(row, [this](Row* r) {
    serialize(r);
    --r->group->listed;
  });
  if (listed) ++row->group->listed;
}

void MultiState::serialize(Row* row) {
  const Group* g = row->group;
  const uint32_t key_size = store_key_size(g) + row->size;
  if (row->flags & record_flag::kLive) {
    char value[2 * kVarintBytesMax];
    char* end = write_signed_varint(write_signed_varint(value, row->weight), row->aux);
    const auto value_size = static_cast<uint32_t>(end - value);
    char* to = write_store_key(g, delta_.add_value(key_size, value_size));
    std::memcpy(to, row + 1, row->size);
    std::memcpy(to + row->size, value, value_size);
    row->flags |= record_flag::kStored;
  } else if (row->flags & record_flag::kStored) {
    char* to = write_store_key(g, delta_.add_tombstone(key_size));
    std::memcpy(to, row + 1, row->size);
  }
}

bool MultiState::drain_some(size_t count) {
  return changes_.drain(count, [this](Row* row, bool pending) {
    if (!pending) return;  // serialised before a write, and in the next list
    serialize(row);
    Group* g = row->group;
    --g->listed;
    if (!(row->flags & record_flag::kLive) && !(row->flags & ChangeList<Row>::both())) {
      free_row(row);
      if (g->rows == 0) note_emptied(g);
    }
  });
}

void MultiState::init_record(StateRecord* r) {
  auto* g = static_cast<Group*>(r);
  g->layout = kNone;
  g->rows = 0;
  g->listed = 0;
  g->row = nullptr;
}

void MultiState::free_payload(StateRecord* r) {
  auto* g = static_cast<Group*>(r);
  row_count_ -= g->rows;
  for_each_row(g, [this](Row* row) { free_row(row); });
  if (g->layout == kFew) arena_.free(g->few, few_bytes(g->few->capacity));
  if (g->layout == kMany) {
    g->many->~SlotTable();
    arena_.free(g->many, sizeof(SlotTable));
  }
}

bool MultiState::load_row(StateRecord* r, std::string_view suffix, std::string_view value) {
  int64_t weight, aux;
  if (!read_signed_varint(value, weight) || !read_signed_varint(value, aux) || !value.empty() || weight == 0) {
    return false;
  }
  auto* g = static_cast<Group*>(r);
  Row* row = make_row(g, suffix);
  row->weight = weight;
  row->aux = aux;
  row->flags = record_flag::kStored;
  link(g, row);
  return true;
}

}  // namespace leat

#include "state/ordered_state.h"

#include "base/check.h"
#include "state/copy_bytes.h"
#include "state/varint.h"

namespace leat {
namespace {

size_t row_bytes(uint32_t key_size, uint32_t value_capacity) {
  return sizeof(OrderedRow) + key_size + value_capacity;
}
char* bytes_of(OrderedRow* row) { return reinterpret_cast<char*>(row + 1); }

}  // namespace

OrderedState::OrderedState(StateOptions options) : StateTable(std::move(options), sizeof(Group), 0) {}
OrderedState::~OrderedState() = default;  // the arena takes everything with it

Result<> OrderedState::find_or_insert(std::span<const uint64_t> hashes,
                                      std::span<const std::string_view> keys, std::span<Group*> groups) {
  return find_batch(hashes, keys, groups, true);
}

Result<> OrderedState::find(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                            std::span<Group*> groups) {
  return find_batch(hashes, keys, groups, false);
}

OrderedState::Change OrderedState::adjust(Group* g, std::string_view sort_key, std::string_view value,
                                          int64_t delta, bool replace_value) {
  Row* row = g->rows.find(sort_key);
  if (row == nullptr) {
    if (delta <= 0) return {0, 0};
    row = make_row(g, sort_key, value, delta);
    g->rows.insert(arena_, row);
    ++total_rows_;
    touch(row);
    return {0, delta};
  }
  const int64_t old_weight = row->weight;
  const bool new_value = replace_value && row->value() != value;
  if (delta == 0 && !new_value) return {old_weight, old_weight};
  touch(row);
  if (old_weight + delta <= 0) {
    g->rows.erase(arena_, row);
    --total_rows_;
    retire(row);
    if (g->rows.size() == 0) note_emptied(g);
    return {old_weight, 0};
  }
  if (delta != 0) g->rows.add_weight(row, delta);
  if (new_value) {
    if (value.size() <= row->value_capacity) {
      copy_bytes(bytes_of(row) + row->key_size, value);
      row->value_size = static_cast<uint32_t>(value.size());
    } else {
      Row* larger = make_row(g, sort_key, value, row->weight);
      larger->flags |= static_cast<uint8_t>(row->flags & record_flag::kStored);
      g->rows.replace(row, larger);
      retire(row);
      touch(larger);
    }
  }
  return {old_weight, old_weight + delta};
}

void OrderedState::clear(Group* group) {
  std::string sort_key;
  for (auto at = first(group); at.valid(); at = first(group)) {
    sort_key = at->sort_key();
    adjust(group, sort_key, {}, -at->weight);
  }
}

OrderedState::Row* OrderedState::make_row(Group* g, std::string_view sort_key, std::string_view value,
                                          int64_t weight) {
  const auto key_size = static_cast<uint32_t>(sort_key.size());
  const auto value_size = static_cast<uint32_t>(value.size());
  auto* row = reinterpret_cast<Row*>(arena_.allocate(row_bytes(key_size, value_size)));
  row->key_size = key_size;
  row->flags = record_flag::kLive;
  row->weight = weight;
  row->group = g;
  row->value_size = row->value_capacity = value_size;
  copy_bytes(copy_bytes(bytes_of(row), sort_key), value);
  return row;
}

void OrderedState::free_row(Row* row) { arena_.free(row, row_bytes(row->key_size, row->value_capacity)); }

// A row that is out of the tree. A stored table still owes the Store a tombstone.
void OrderedState::retire(Row* row) {
  row->flags &= static_cast<uint8_t>(~record_flag::kLive);
  if (temporary()) free_row(row);
}

void OrderedState::touch(Row* row) {
  if (temporary()) return;
  const bool listed = changes_.touch(row, [this](Row* r) {
    serialize(r);
    --static_cast<Group*>(r->group)->listed;
  });
  if (listed) ++static_cast<Group*>(row->group)->listed;
}

void OrderedState::serialize(Row* row) {
  const StateRecord* g = row->group;
  const uint32_t key_size = store_key_size(g) + row->key_size;
  if (row->flags & record_flag::kLive) {
    char weight[kVarintBytesMax];
    const auto weight_size = static_cast<uint32_t>(write_signed_varint(weight, row->weight) - weight);
    char* to = write_store_key(g, delta_.add_value(key_size, weight_size + row->value_size));
    std::memcpy(to, bytes_of(row), row->key_size);
    to += row->key_size;
    std::memcpy(to, weight, weight_size);
    std::memcpy(to + weight_size, bytes_of(row) + row->key_size, row->value_size);
    row->flags |= record_flag::kStored;
  } else if (row->flags & record_flag::kStored) {
    char* to = write_store_key(g, delta_.add_tombstone(key_size));
    std::memcpy(to, bytes_of(row), row->key_size);
  }
}

bool OrderedState::drain_some(size_t count) {
  return changes_.drain(count, [this](Row* row, bool pending) {
    if (!pending) return;  // serialised before a write, and in the next list
    serialize(row);
    auto* g = static_cast<Group*>(row->group);
    --g->listed;
    if (!(row->flags & record_flag::kLive)) {
      free_row(row);
      if (g->rows.size() == 0) note_emptied(g);
    }
  });
}

void OrderedState::init_record(StateRecord* r) {
  auto* g = static_cast<Group*>(r);
  g->listed = 0;
  new (&g->rows) RowTree();
}

void OrderedState::free_payload(StateRecord* r) {
  auto* g = static_cast<Group*>(r);
  total_rows_ -= g->rows.size();
  g->rows.for_each([this](Row* row) { free_row(row); });
  g->rows.clear(arena_);
}

bool OrderedState::load_row(StateRecord* r, std::string_view suffix, std::string_view value) {
  int64_t weight;
  if (!read_signed_varint(value, weight) || weight <= 0) return false;
  auto* g = static_cast<Group*>(r);
  Row* row = make_row(g, suffix, value, weight);
  row->flags |= record_flag::kStored;
  g->rows.insert(arena_, row);
  ++total_rows_;
  return true;
}

}  // namespace leat

#include "state/keyed_state.h"

#include "base/check.h"
#include "state/copy_bytes.h"

namespace leat {

KeyedState::KeyedState(StateOptions options, uint32_t state_bytes, bool variable)
    : StateTable(std::move(options), sizeof(Entry),
                 align8(state_bytes) + (variable ? sizeof(Variable) : 0)),
      state_bytes_(align8(state_bytes)),
      has_variable_(variable) {}

KeyedState::~KeyedState() = default;  // the arena takes entries and variable bytes with it

Result<> KeyedState::find_or_insert(std::span<const uint64_t> hashes,
                                    std::span<const std::string_view> keys, std::span<Entry*> entries) {
  return find_batch(hashes, keys, entries, true);
}

Result<> KeyedState::find(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                          std::span<Entry*> entries) {
  TRY(find_batch(hashes, keys, entries, false));
  for (Entry*& e : entries) {
    if (e != nullptr && !live(e)) e = nullptr;
  }
  return {};
}

std::string_view KeyedState::variable(const Entry* e) const {
  const Variable* v = variable_of(e);
  return {v->bytes, v->size};
}

void KeyedState::make_live(Entry* e) {
  e->flags |= record_flag::kLive;
  std::memset(tail_of(e), 0, state_bytes_);
  ++live_;
}

void KeyedState::set_variable(Entry* e, std::string_view bytes) {
  CHECK(has_variable_, "this keyed state has no variable bytes");
  modify(e);
  Variable* v = variable_of(e);
  if (v->capacity < bytes.size()) {
    // `bytes` may be part of the old ones.
    const auto capacity = static_cast<uint32_t>(std::max<size_t>(16, bytes.size() * 5 / 4));
    char* grown = arena_.allocate(capacity);
    copy_bytes(grown, bytes);
    if (v->capacity > 0) arena_.free(v->bytes, v->capacity);
    v->bytes = grown;
    v->capacity = capacity;
  } else if (!bytes.empty()) {
    std::memmove(v->bytes, bytes.data(), bytes.size());
  }
  v->size = static_cast<uint32_t>(bytes.size());
}

void KeyedState::clear_variable(Entry* e) {
  if (!has_variable_) return;
  Variable* v = variable_of(e);
  if (v->capacity > 0) arena_.free(v->bytes, v->capacity);
  *v = {};
}

void KeyedState::erase(Entry* e) {
  if (!live(e)) return;
  touch(e);
  e->flags &= static_cast<uint8_t>(~record_flag::kLive);
  clear_variable(e);
  --live_;
  if (temporary()) note_emptied(e);
}

void KeyedState::serialize(Entry* e) {
  const uint32_t key_size = store_key_size(e);
  if (live(e)) {
    const std::string_view rest = has_variable_ ? variable(e) : std::string_view{};
    char* to = delta_.add_value(key_size, state_bytes_ + static_cast<uint32_t>(rest.size()));
    to = write_store_key(e, to);
    std::memcpy(to, tail_of(e), state_bytes_);
    copy_bytes(to + state_bytes_, rest);
    e->flags |= record_flag::kStored;
  } else if (e->flags & record_flag::kStored) {
    write_store_key(e, delta_.add_tombstone(key_size));
    e->flags &= static_cast<uint8_t>(~record_flag::kStored);
  }
}

bool KeyedState::drain_some(size_t count) {
  return changes_.drain(count, [this](Entry* e, bool pending) {
    if (pending) serialize(e);
    if (!live(e)) note_emptied(e);
  });
}

void KeyedState::init_record(StateRecord* r) {
  if (has_variable_) *variable_of(static_cast<Entry*>(r)) = {};
}

void KeyedState::free_payload(StateRecord* r) {
  auto* e = static_cast<Entry*>(r);
  if (live(e)) --live_;
  e->flags &= static_cast<uint8_t>(~record_flag::kLive);
  clear_variable(e);
}

bool KeyedState::load_row(StateRecord* r, std::string_view suffix, std::string_view value) {
  auto* e = static_cast<Entry*>(r);
  if (!suffix.empty() || value.size() < state_bytes_ || (!has_variable_ && value.size() != state_bytes_)) {
    return false;
  }
  if (!live(e)) ++live_;
  e->flags |= record_flag::kLive | record_flag::kStored;
  std::memcpy(tail_of(e), value.data(), state_bytes_);
  value.remove_prefix(state_bytes_);
  if (has_variable_) {
    Variable* v = variable_of(e);
    clear_variable(e);
    if (!value.empty()) {
      v->size = v->capacity = static_cast<uint32_t>(value.size());
      v->bytes = arena_.allocate(v->capacity);
      copy_bytes(v->bytes, value);
    }
  }
  return true;
}

}  // namespace leat

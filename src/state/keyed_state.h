#pragma once
// KeyedState: key bytes -> a fixed number of state bytes, and optionally variable bytes.
// For aggregates, distinct counts, look-up tables: anything with one value per key.
// An entry is live (has a value) after modify() and until erase(); find_or_insert() alone does not
// make it so. Laws, checkpoints, residency and threads: state_table.h.
//
//   TRY(state.find_or_insert(hashes, keys, entries));
//   for (auto* e : entries) { bool fresh = !state.live(e); char* s = state.modify(e); ... }
//
// A first modify() of a key gives zeroed state. State bytes are stored as they are: no pointers in them.

#include "state/state_table.h"

namespace leat {

class KeyedState final : public StateTable {
 public:
  struct Entry : StateRecord {};

  // `state_bytes` per key, 8-byte aligned. `variable`: entries may hold variable bytes too.
  KeyedState(StateOptions options, uint32_t state_bytes, bool variable = false);
  ~KeyedState() override;

  // entries[i] for hashes[i], keys[i]; equal keys get the same entry. Errors come from the Store
  // while the table is incomplete.
  Result<> find_or_insert(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                          std::span<Entry*> entries);
  // nullptr where the key has no value.
  Result<> find(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                std::span<Entry*> entries);

  bool live(const Entry* e) const { return e->flags & record_flag::kLive; }
  std::string_view key(const Entry* e) const { return key_of(e); }
  uint64_t hash(const Entry* e) const { return e->hash; }
  const char* state(const Entry* e) const { return tail_of(const_cast<Entry*>(e)); }
  std::string_view variable(const Entry* e) const;

  // The state, to be changed now: marks the entry dirty and live.
  char* modify(Entry* e) {
    touch(e);
    if (!(e->flags & record_flag::kLive)) [[unlikely]] make_live(e);
    return tail_of(e);
  }
  // Also modifies. The bytes are copied.
  void set_variable(Entry* e, std::string_view bytes);
  void erase(Entry* e);

  size_t live_keys() const { return live_; }  // of those in memory
  // Calls f(Entry*) for each live entry in memory, in no useful order. For a complete table.
  template <class F>
  void for_each(F&& f) const;

  bool dirty() const override { return changes_.dirty_count() > 0; }

 private:
  struct Variable {
    char* bytes;
    uint32_t size;
    uint32_t capacity;
  };
  void touch(Entry* e) {
    if (temporary()) return;
    changes_.touch(e, [this](Entry* r) { serialize(r); });
  }
  void make_live(Entry* e);
  void serialize(Entry* e);
  Variable* variable_of(const Entry* e) const {
    return reinterpret_cast<Variable*>(tail_of(const_cast<Entry*>(e)) + state_bytes_);
  }
  void clear_variable(Entry* e);

  void init_record(StateRecord* r) override;
  void free_payload(StateRecord* r) override;
  bool load_row(StateRecord* r, std::string_view suffix, std::string_view value) override;
  bool clean(const StateRecord* r) const override { return !(r->flags & ChangeList<Entry>::both()); }
  bool free_when_empty(const StateRecord* r) const override {
    return clean(r) && !(r->flags & record_flag::kLive);
  }
  bool drain_some(size_t count) override;
  void freeze_list() override { changes_.freeze(); }
  size_t frozen_count() const override { return changes_.frozen_count(); }
  bool one_row_per_key() const override { return true; }

  const uint32_t state_bytes_;
  const bool has_variable_;
  size_t live_ = 0;
  ChangeList<Entry> changes_;
};

template <class F>
void KeyedState::for_each(F&& f) const {
  for_each_record([&](StateRecord* r) {
    if (r->flags & record_flag::kLive) f(static_cast<Entry*>(r));
  });
}

}  // namespace leat

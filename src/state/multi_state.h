#pragma once
// MultiState: key bytes -> a group of rows (bytes), each with a weight and a small number of the
// operator's (`aux`, e.g. the match count of an outer join). For join sides and the like.
// A row is there while its weight is not 0. A change costs O(1) whether its key has one row or a million.
// Laws, checkpoints, residency and threads: state_table.h. A group is always wholly in memory or not at all.

#include "state/state_table.h"

namespace leat {

struct Few;

class MultiState final : public StateTable {
 public:
  struct Group;
  struct Row {
    uint32_t size;
    uint8_t flags;
    uint8_t mark;  // the operator's own while it works on a batch; 0 before and after
    uint8_t unused[2];
    int64_t weight;
    int64_t aux;
    Group* group;
    std::string_view bytes() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  };
  struct Group : StateRecord {
    uint32_t rows;    // rows with a weight that is not 0
    uint32_t listed;  // rows of it, removed ones too, in the change list
    union {
      Row* row;         // layout kOne
      Few* few;         // layout kFew
      SlotTable* many;  // layout kMany
    };
  };

  explicit MultiState(StateOptions options);
  ~MultiState() override;

  // groups[i] for hashes[i], keys[i]; equal keys get the same group. Errors come from the Store while
  // the table is incomplete.
  Result<> find_or_insert(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                          std::span<Group*> groups);
  // nullptr, or a group with 0 rows, where the key has no rows.
  Result<> find(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                std::span<Group*> groups);

  struct Change {
    Row* row;  // nullptr when new_weight is 0
    int64_t old_weight;
    int64_t new_weight;
  };
  // Adds `delta` to the row's weight: inserts it at 0 (aux 0), removes it when the sum is 0.
  Change adjust(Group* group, std::string_view row, int64_t delta);
  // A row that is known not to be in the group: no look at the others. `weight` is not 0.
  Row* insert(Group* group, std::string_view row, int64_t weight);
  void set_aux(Row* row, int64_t aux) {
    touch(row);
    row->aux = aux;
  }
  // Removes all rows of a group.
  void clear(Group* group);
  Row* find_row(const Group* group, std::string_view row) const;

  std::string_view key(const Group* g) const { return key_of(g); }
  // f(Row*) for each row; f may set_aux, not adjust the same group. Order: of insertion while the
  // group is small, then unspecified but the same on every run.
  template <class F>
  void for_each_row(const Group* group, F&& f) const;
  // f(Group*) for each group in memory with rows. For a complete table.
  template <class F>
  void for_each_group(F&& f) const {
    for_each_record([&](StateRecord* r) {
      if (auto* g = static_cast<Group*>(r); g->rows > 0) f(g);
    });
  }
  size_t row_count() const { return row_count_; }  // in memory

  bool dirty() const override { return changes_.dirty_count() > 0; }

 private:
  enum Layout : uint8_t { kNone, kOne, kFew, kMany };
  void touch(Row* row);
  void serialize(Row* row);
  Row* make_row(Group* g, std::string_view bytes);
  void free_row(Row* row);
  void link(Group* g, Row* row);
  void unlink(Group* g, Row* row);
  void index_rows(Group* g);

  void init_record(StateRecord* r) override;
  void free_payload(StateRecord* r) override;
  bool load_row(StateRecord* r, std::string_view suffix, std::string_view value) override;
  bool clean(const StateRecord* r) const override { return static_cast<const Group*>(r)->listed == 0; }
  bool free_when_empty(const StateRecord* r) const override {
    return clean(r) && static_cast<const Group*>(r)->rows == 0;
  }
  bool drain_some(size_t count) override;
  void freeze_list() override { changes_.freeze(); }
  size_t frozen_count() const override { return changes_.frozen_count(); }
  bool one_row_per_key() const override { return false; }

  size_t row_count_ = 0;
  ChangeList<Row> changes_;
};

// Rows side by side. More than kSearchMax are indexed when one of them is looked for: the rows of a stream
// that only grows never are.
struct Few {
  static constexpr uint32_t kSearchMax = 16;
  static constexpr uint32_t kCapacityMin = 3;  // with its head a power of two of bytes, as all that follow
  uint32_t size;
  uint32_t capacity;
  MultiState::Row* rows[];
};

template <class F>
void MultiState::for_each_row(const Group* g, F&& f) const {
  switch (g->layout) {
    case kOne: f(g->row); break;
    case kFew:
      for (uint32_t i = 0; i < g->few->size; ++i) f(g->few->rows[i]);
      break;
    case kMany: g->many->for_each([&](void* row) { f(static_cast<Row*>(row)); }); break;
    default: break;
  }
}

}  // namespace leat

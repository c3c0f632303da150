#pragma once
// OrderedState: group key bytes -> rows in the order of their sort key (memcomparable bytes), each
// with value bytes and a weight. For min/max, top-N, window functions, rows that wait in time order
// (with an empty group key). A sort key names one row of its group: append a tie-breaker to it.
// Tiny groups are a sorted array, large ones a counted B+tree: insert, erase, seek, rank and
// row-at-rank are O(log n). Ranks count weights (negative and zero weights never stay).
// Laws, checkpoints, residency and threads: state_table.h. A group is wholly in memory or not at all.

#include "state/row_tree.h"
#include "state/state_table.h"

namespace leat {

class OrderedState final : public StateTable {
 public:
  using Row = OrderedRow;
  struct Group : StateRecord {
    uint32_t listed;  // rows of it, removed ones too, in the change list
    uint32_t unused2;
    RowTree rows;
  };
  // A place in a group; dead once the group changes.
  class Cursor {
   public:
    Cursor() = default;
    explicit Cursor(RowTree::Cursor at) : at_(at) {}
    bool valid() const { return at_.valid(); }
    const Row& operator*() const { return *at_.row(); }
    const Row* operator->() const { return at_.row(); }
    void next() { at_.next(); }
    void prev() { at_.prev(); }

   private:
    RowTree::Cursor at_;
  };

  explicit OrderedState(StateOptions options);
  ~OrderedState() override;

  // As in MultiState.
  Result<> find_or_insert(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                          std::span<Group*> groups);
  Result<> find(std::span<const uint64_t> hashes, std::span<const std::string_view> keys,
                std::span<Group*> groups);

  struct Change {
    int64_t old_weight;
    int64_t new_weight;
  };
  // Adds `delta` to the weight of the row with this sort key; a new row takes `value`, an old one
  // keeps its own unless `replace_value`. The row is removed when the sum is 0 or less.
  Change adjust(Group* group, std::string_view sort_key, std::string_view value, int64_t delta,
                bool replace_value = false);

  // Removes all rows of a group.
  void clear(Group* group);

  std::string_view key(const Group* g) const { return key_of(g); }
  size_t row_count(const Group* g) const { return g->rows.size(); }
  int64_t weight(const Group* g) const { return g->rows.weight(); }  // sum over its rows
  Cursor first(const Group* g) const { return Cursor(g->rows.first()); }
  Cursor last(const Group* g) const { return Cursor(g->rows.last()); }
  // The first row whose sort key is >= `sort_key`; not valid when there is none.
  Cursor lower_bound(const Group* g, std::string_view sort_key) const {
    return Cursor(g->rows.lower_bound(sort_key));
  }
  // The row that holds the position `rank` (from 0) when each row is repeated by its weight.
  Cursor at_rank(const Group* g, int64_t rank) const { return Cursor(g->rows.at_rank(rank)); }
  // Sum of the weights of the rows before `sort_key`.
  int64_t rank(const Group* g, std::string_view sort_key) const { return g->rows.rank(sort_key); }

  template <class F>
  void for_each_group(F&& f) const {
    for_each_record([&](StateRecord* r) {
      if (auto* g = static_cast<Group*>(r); g->rows.size() > 0) f(g);
    });
  }
  size_t total_rows() const { return total_rows_; }  // in memory

  bool dirty() const override { return changes_.dirty_count() > 0; }

 private:
  void touch(Row* row);
  void serialize(Row* row);
  Row* make_row(Group* g, std::string_view sort_key, std::string_view value, int64_t weight);
  void free_row(Row* row);
  void retire(Row* row);

  void init_record(StateRecord* r) override;
  void free_payload(StateRecord* r) override;
  bool load_row(StateRecord* r, std::string_view suffix, std::string_view value) override;
  bool clean(const StateRecord* r) const override { return static_cast<const Group*>(r)->listed == 0; }
  bool free_when_empty(const StateRecord* r) const override {
    return clean(r) && static_cast<const Group*>(r)->rows.size() == 0;
  }
  bool drain_some(size_t count) override;
  void freeze_list() override { changes_.freeze(); }
  size_t frozen_count() const override { return changes_.frozen_count(); }
  bool one_row_per_key() const override { return false; }

  size_t total_rows_ = 0;
  ChangeList<Row> changes_;
};

}  // namespace leat

#pragma once
// RowTree: rows in key order with ranks. One small sorted array that grows into a counted B+tree:
// inner nodes know the sum of weights under each child. Nodes come from the table's arena.
// Owns its nodes, not the rows; clear() before it is dropped. Rows' weights change through it only.
// Thread: owner only.

#include <cstdint>
#include <string_view>

#include "state/record_arena.h"

namespace leat {

struct StateRecord;

// A row of an OrderedState, followed by its sort key and its value.
struct OrderedRow {
  uint32_t key_size;
  uint8_t flags;
  uint8_t unused[3];
  int64_t weight;
  StateRecord* group;
  uint32_t value_size;
  uint32_t value_capacity;

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view sort_key() const { return {bytes(), key_size}; }
  std::string_view value() const { return {bytes() + key_size, value_size}; }
};

class RowTree {
  struct Node;
  struct Leaf;
  struct Inner;

 public:
  class Cursor {
   public:
    Cursor() = default;
    Cursor(Leaf* leaf, uint32_t at) : leaf_(leaf), at_(at) {}
    bool valid() const { return leaf_ != nullptr; }
    OrderedRow* row() const;
    void next();
    void prev();

   private:
    Leaf* leaf_ = nullptr;
    uint32_t at_ = 0;
  };

  size_t size() const { return size_; }
  int64_t weight() const { return weight_; }
  OrderedRow* find(std::string_view key) const;
  void insert(RecordArena& arena, OrderedRow* row);  // its key is not in the tree
  void erase(RecordArena& arena, OrderedRow* row);
  void add_weight(OrderedRow* row, int64_t delta);
  void replace(OrderedRow* old_row, OrderedRow* new_row);  // same key, same weight
  void clear(RecordArena& arena);

  Cursor first() const;
  Cursor last() const;
  Cursor lower_bound(std::string_view key) const;
  Cursor at_rank(int64_t rank) const;
  int64_t rank(std::string_view key) const;
  template <class F>
  void for_each(F&& f) const {
    for (Cursor c = first(); c.valid();) {
      OrderedRow* row = c.row();
      c.next();
      f(row);
    }
  }
  // For tests: panics when the tree's own rules are broken.
  void check() const;

 private:
  struct Key;
  Node* insert_into(RecordArena& arena, Node*& node, OrderedRow* row, const Key& key);
  void erase_from(RecordArena& arena, Node* node, OrderedRow* row, const Key& key);
  void merge_children(RecordArena& arena, Inner* inner, uint32_t left);
  void free_node(RecordArena& arena, Node* node);
  void free_all(RecordArena& arena, Node* node);
  int64_t check_node(const Node* node, const OrderedRow*& last) const;
  Leaf* leaf_of(const Key& key) const;

  Node* root_ = nullptr;
  size_t size_ = 0;
  int64_t weight_ = 0;
};

}  // namespace leat

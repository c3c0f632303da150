#include "state/row_tree.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "state/key_prefix.h"

namespace leat {

struct RowTree::Node {
  bool leaf;
  uint16_t count;
  uint16_t capacity;
};

struct RowTree::Leaf : Node {
  static constexpr uint16_t kMax = 64;
  Leaf* prev;
  Leaf* next;
  // `capacity` prefixes, then as many rows.
  uint64_t* prefixes() { return reinterpret_cast<uint64_t*>(this + 1); }
  const uint64_t* prefixes() const { return reinterpret_cast<const uint64_t*>(this + 1); }
  OrderedRow** rows() { return reinterpret_cast<OrderedRow**>(prefixes() + capacity); }
  OrderedRow* const* rows() const {
    return reinterpret_cast<OrderedRow* const*>(prefixes() + capacity);
  }
  static size_t bytes(size_t capacity) { return sizeof(Leaf) + capacity * 16; }
};

struct RowTree::Inner : Node {
  static constexpr uint16_t kMax = 32;
  // Child i holds the keys from first[i] on; first[0] is not looked at when descending.
  uint64_t prefixes[kMax];
  OrderedRow* first[kMax];
  int64_t weights[kMax];
  Node* children[kMax];
};

struct RowTree::Key {
  explicit Key(std::string_view k) : bytes(k), prefix(key_prefix(k)) {}
  std::string_view bytes;
  uint64_t prefix;
  // row's key < this key
  bool after(uint64_t row_prefix, const OrderedRow* row) const {
    if (row_prefix != prefix) return row_prefix < prefix;
    return row->sort_key() < bytes;
  }
};

namespace {

// The first position in [0, count) whose row is not before the key.
template <class Key>
uint32_t lower_position(const Key& key, const uint64_t* prefixes, OrderedRow* const* rows,
                        uint32_t count) {
  uint32_t lo = 0, hi = count;
  while (lo < hi) {
    const uint32_t mid = (lo + hi) / 2;
    if (key.after(prefixes[mid], rows[mid])) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo;
}

template <class T>
void open_gap(T* array, uint32_t at, uint32_t count) {
  std::memmove(array + at + 1, array + at, (count - at) * sizeof(T));
}
template <class T>
void close_gap(T* array, uint32_t at, uint32_t count) {
  std::memmove(array + at, array + at + 1, (count - at - 1) * sizeof(T));
}

}  // namespace

// --- helpers over nodes, private to this file through RowTree's nested types

struct RowTreeNodes {
  template <class Inner, class Key>
  static uint32_t child_of(const Inner* inner, const Key& key) {
    // The last child whose first key is not after the key.
    uint32_t lo = 0, hi = inner->count;
    while (hi - lo > 1) {
      const uint32_t mid = (lo + hi) / 2;
      const bool not_after = inner->prefixes[mid] != key.prefix
                                 ? inner->prefixes[mid] < key.prefix
                                 : inner->first[mid]->sort_key() <= key.bytes;
      (not_after ? lo : hi) = mid;
    }
    return lo;
  }
};

OrderedRow* RowTree::Cursor::row() const { return leaf_->rows()[at_]; }

void RowTree::Cursor::next() {
  if (++at_ < leaf_->count) return;
  leaf_ = leaf_->next;
  at_ = 0;
}

void RowTree::Cursor::prev() {
  if (at_ > 0) {
    --at_;
    return;
  }
  leaf_ = leaf_->prev;
  at_ = leaf_ == nullptr ? 0 : leaf_->count - 1u;
}

RowTree::Leaf* RowTree::leaf_of(const Key& key) const {
  Node* node = root_;
  if (node == nullptr) return nullptr;
  while (!node->leaf) {
    auto* inner = static_cast<Inner*>(node);
    node = inner->children[RowTreeNodes::child_of(inner, key)];
  }
  return static_cast<Leaf*>(node);
}

OrderedRow* RowTree::find(std::string_view bytes) const {
  const Key key(bytes);
  Leaf* leaf = leaf_of(key);
  if (leaf == nullptr) return nullptr;
  const uint32_t at = lower_position(key, leaf->prefixes(), leaf->rows(), leaf->count);
  if (at == leaf->count || leaf->rows()[at]->sort_key() != bytes) return nullptr;
  return leaf->rows()[at];
}

namespace {

template <class Inner, class Node, class Leaf>
void describe_child(Inner* inner, uint32_t at, Node* child) {
  inner->children[at] = child;
  if (child->leaf) {
    auto* leaf = static_cast<Leaf*>(child);
    inner->prefixes[at] = leaf->prefixes()[0];
    inner->first[at] = leaf->rows()[0];
  } else {
    auto* below = static_cast<Inner*>(child);
    inner->prefixes[at] = below->prefixes[0];
    inner->first[at] = below->first[0];
  }
}

template <class Inner, class Node, class Leaf>
int64_t weight_of(Node* node) {
  int64_t sum = 0;
  if (node->leaf) {
    auto* leaf = static_cast<Leaf*>(node);
    for (uint32_t i = 0; i < leaf->count; ++i) sum += leaf->rows()[i]->weight;
  } else {
    auto* inner = static_cast<Inner*>(node);
    for (uint32_t i = 0; i < inner->count; ++i) sum += inner->weights[i];
  }
  return sum;
}

}  // namespace

void RowTree::insert(RecordArena& arena, OrderedRow* row) {
  const Key key(row->sort_key());
  ++size_;
  weight_ += row->weight;
  if (root_ == nullptr) {
    auto* leaf = reinterpret_cast<Leaf*>(arena.allocate(Leaf::bytes(2)));
    leaf->leaf = true;
    leaf->count = 1;
    leaf->capacity = 2;
    leaf->prev = leaf->next = nullptr;
    leaf->prefixes()[0] = key.prefix;
    leaf->rows()[0] = row;
    root_ = leaf;
    return;
  }
  Node* right = insert_into(arena, root_, row, key);
  if (right == nullptr) return;
  auto* inner = reinterpret_cast<Inner*>(arena.allocate(sizeof(Inner)));
  inner->leaf = false;
  inner->count = 2;
  inner->capacity = Inner::kMax;
  describe_child<Inner, Node, Leaf>(inner, 0, root_);
  describe_child<Inner, Node, Leaf>(inner, 1, right);
  inner->weights[0] = weight_of<Inner, Node, Leaf>(root_);
  inner->weights[1] = weight_of<Inner, Node, Leaf>(right);
  root_ = inner;
}

// Returns the new right half when the node had to be split.
RowTree::Node* RowTree::insert_into(RecordArena& arena, Node*& node, OrderedRow* row, const Key& key) {
  if (node->leaf) {
    auto* leaf = static_cast<Leaf*>(node);
    uint32_t at = lower_position(key, leaf->prefixes(), leaf->rows(), leaf->count);
    Leaf* right = nullptr;
    if (leaf->count == leaf->capacity) {
      if (leaf->capacity < Leaf::kMax) {
        const auto capacity = static_cast<uint16_t>(leaf->capacity * 2);
        auto* grown = reinterpret_cast<Leaf*>(arena.allocate(Leaf::bytes(capacity)));
        std::memcpy(static_cast<void*>(grown), leaf, sizeof(Leaf));
        grown->capacity = capacity;
        std::memcpy(grown->prefixes(), leaf->prefixes(), leaf->count * 8);
        std::memcpy(grown->rows(), leaf->rows(), leaf->count * 8);
        if (grown->prev != nullptr) grown->prev->next = grown;
        if (grown->next != nullptr) grown->next->prev = grown;
        arena.free(leaf, Leaf::bytes(leaf->capacity));
        node = leaf = grown;
      } else {
        // Rows that arrive in order fill the leaves: only the new row moves on.
        const bool at_the_end = at == leaf->count && leaf->next == nullptr;
        const uint16_t keep = at_the_end ? leaf->count : leaf->count / 2;
        right = reinterpret_cast<Leaf*>(arena.allocate(Leaf::bytes(Leaf::kMax)));
        right->leaf = true;
        right->capacity = Leaf::kMax;
        right->count = static_cast<uint16_t>(leaf->count - keep);
        std::memcpy(right->prefixes(), leaf->prefixes() + keep, right->count * 8);
        std::memcpy(right->rows(), leaf->rows() + keep, right->count * 8);
        leaf->count = keep;
        right->prev = leaf;
        right->next = leaf->next;
        if (right->next != nullptr) right->next->prev = right;
        leaf->next = right;
        if (at > keep || at_the_end) {
          at -= keep;
          leaf = right;
        }
      }
    }
    open_gap(leaf->prefixes(), at, leaf->count);
    open_gap(leaf->rows(), at, leaf->count);
    leaf->prefixes()[at] = key.prefix;
    leaf->rows()[at] = row;
    ++leaf->count;
    return right;
  }
  auto* inner = static_cast<Inner*>(node);
  const uint32_t i = RowTreeNodes::child_of(inner, key);
  Node* right = insert_into(arena, inner->children[i], row, key);
  inner->weights[i] += row->weight;
  describe_child<Inner, Node, Leaf>(inner, i, inner->children[i]);
  if (right == nullptr) return nullptr;
  const int64_t right_weight = weight_of<Inner, Node, Leaf>(right);
  inner->weights[i] -= right_weight;

  Inner* target = inner;
  Inner* split = nullptr;
  uint32_t at = i + 1;
  if (inner->count == Inner::kMax) {
    const uint16_t keep = at == inner->count ? inner->count : inner->count / 2;
    split = reinterpret_cast<Inner*>(arena.allocate(sizeof(Inner)));
    split->leaf = false;
    split->capacity = Inner::kMax;
    split->count = static_cast<uint16_t>(inner->count - keep);
    std::memcpy(split->prefixes, inner->prefixes + keep, split->count * sizeof(uint64_t));
    std::memcpy(split->first, inner->first + keep, split->count * sizeof(OrderedRow*));
    std::memcpy(split->weights, inner->weights + keep, split->count * sizeof(int64_t));
    std::memcpy(split->children, inner->children + keep, split->count * sizeof(Node*));
    inner->count = keep;
    if (at > keep || keep == Inner::kMax) {
      at -= keep;
      target = split;
    }
  }
  open_gap(target->prefixes, at, target->count);
  open_gap(target->first, at, target->count);
  open_gap(target->weights, at, target->count);
  open_gap(target->children, at, target->count);
  describe_child<Inner, Node, Leaf>(target, at, right);
  target->weights[at] = right_weight;
  ++target->count;
  return split;
}

void RowTree::erase(RecordArena& arena, OrderedRow* row) {
  const Key key(row->sort_key());
  erase_from(arena, root_, row, key);
  --size_;
  weight_ -= row->weight;
  if (root_->count == 0) {
    free_node(arena, root_);
    root_ = nullptr;
    return;
  }
  while (!root_->leaf && root_->count == 1) {
    Node* only = static_cast<Inner*>(root_)->children[0];
    free_node(arena, root_);
    root_ = only;
  }
}

void RowTree::erase_from(RecordArena& arena, Node* node, OrderedRow* row, const Key& key) {
  if (node->leaf) {
    auto* leaf = static_cast<Leaf*>(node);
    const uint32_t at = lower_position(key, leaf->prefixes(), leaf->rows(), leaf->count);
    CHECK(at < leaf->count && leaf->rows()[at] == row, "erase of a row that is not in the tree");
    close_gap(leaf->prefixes(), at, leaf->count);
    close_gap(leaf->rows(), at, leaf->count);
    --leaf->count;
    return;
  }
  auto* inner = static_cast<Inner*>(node);
  const uint32_t i = RowTreeNodes::child_of(inner, key);
  Node* child = inner->children[i];
  erase_from(arena, child, row, key);
  inner->weights[i] -= row->weight;
  if (child->count == 0) {
    if (child->leaf) {
      auto* leaf = static_cast<Leaf*>(child);
      if (leaf->prev != nullptr) leaf->prev->next = leaf->next;
      if (leaf->next != nullptr) leaf->next->prev = leaf->prev;
    }
    free_node(arena, child);
    close_gap(inner->prefixes, i, inner->count);
    close_gap(inner->first, i, inner->count);
    close_gap(inner->weights, i, inner->count);
    close_gap(inner->children, i, inner->count);
    --inner->count;
    return;
  }
  describe_child<Inner, Node, Leaf>(inner, i, child);
  const uint32_t full = child->leaf ? Leaf::kMax : Inner::kMax;
  if (child->count >= full / 4) return;
  const auto fits = [&](uint32_t left) {
    return left + 1 < inner->count &&
           inner->children[left]->count + inner->children[left + 1]->count <= full / 2;
  };
  if (i > 0 && fits(i - 1)) {
    merge_children(arena, inner, i - 1);
  } else if (fits(i)) {
    merge_children(arena, inner, i);
  }
}

// Moves all of child left+1 into child left.
void RowTree::merge_children(RecordArena& arena, Inner* inner, uint32_t left) {
  Node* a = inner->children[left];
  Node* b = inner->children[left + 1];
  if (a->leaf) {
    auto* to = static_cast<Leaf*>(a);
    auto* from = static_cast<Leaf*>(b);
    if (to->capacity < to->count + from->count) return;  // a first leaf that never grew
    std::memcpy(to->prefixes() + to->count, from->prefixes(), from->count * 8);
    std::memcpy(to->rows() + to->count, from->rows(), from->count * 8);
    to->next = from->next;
    if (to->next != nullptr) to->next->prev = to;
  } else {
    auto* to = static_cast<Inner*>(a);
    auto* from = static_cast<Inner*>(b);
    std::memcpy(to->prefixes + to->count, from->prefixes, from->count * sizeof(uint64_t));
    std::memcpy(to->first + to->count, from->first, from->count * sizeof(OrderedRow*));
    std::memcpy(to->weights + to->count, from->weights, from->count * sizeof(int64_t));
    std::memcpy(to->children + to->count, from->children, from->count * sizeof(Node*));
  }
  a->count = static_cast<uint16_t>(a->count + b->count);
  inner->weights[left] += inner->weights[left + 1];
  free_node(arena, b);
  close_gap(inner->prefixes, left + 1, inner->count);
  close_gap(inner->first, left + 1, inner->count);
  close_gap(inner->weights, left + 1, inner->count);
  close_gap(inner->children, left + 1, inner->count);
  --inner->count;
}

void RowTree::add_weight(OrderedRow* row, int64_t delta) {
  const Key key(row->sort_key());
  for (Node* node = root_; !node->leaf;) {
    auto* inner = static_cast<Inner*>(node);
    const uint32_t i = RowTreeNodes::child_of(inner, key);
    inner->weights[i] += delta;
    node = inner->children[i];
  }
  row->weight += delta;
  weight_ += delta;
}

void RowTree::replace(OrderedRow* old_row, OrderedRow* new_row) {
  const Key key(old_row->sort_key());
  Node* node = root_;
  while (!node->leaf) {
    auto* inner = static_cast<Inner*>(node);
    const uint32_t i = RowTreeNodes::child_of(inner, key);
    if (inner->first[i] == old_row) inner->first[i] = new_row;
    node = inner->children[i];
  }
  auto* leaf = static_cast<Leaf*>(node);
  const uint32_t at = lower_position(key, leaf->prefixes(), leaf->rows(), leaf->count);
  CHECK(at < leaf->count && leaf->rows()[at] == old_row, "replace of a row that is not in the tree");
  leaf->rows()[at] = new_row;
}

void RowTree::free_node(RecordArena& arena, Node* node) {
  arena.free(node, node->leaf ? Leaf::bytes(node->capacity) : sizeof(Inner));
}

void RowTree::free_all(RecordArena& arena, Node* node) {
  if (node == nullptr) return;
  if (!node->leaf) {
    auto* inner = static_cast<Inner*>(node);
    for (uint32_t i = 0; i < inner->count; ++i) free_all(arena, inner->children[i]);
  }
  free_node(arena, node);
}

void RowTree::clear(RecordArena& arena) {
  free_all(arena, root_);
  root_ = nullptr;
  size_ = 0;
  weight_ = 0;
}

RowTree::Cursor RowTree::first() const {
  Node* node = root_;
  if (node == nullptr) return {};
  while (!node->leaf) node = static_cast<Inner*>(node)->children[0];
  return {static_cast<Leaf*>(node), 0};
}

RowTree::Cursor RowTree::last() const {
  Node* node = root_;
  if (node == nullptr) return {};
  while (!node->leaf) node = static_cast<Inner*>(node)->children[node->count - 1];
  return {static_cast<Leaf*>(node), node->count - 1u};
}

RowTree::Cursor RowTree::lower_bound(std::string_view bytes) const {
  const Key key(bytes);
  Leaf* leaf = leaf_of(key);
  if (leaf == nullptr) return {};
  const uint32_t at = lower_position(key, leaf->prefixes(), leaf->rows(), leaf->count);
  if (at < leaf->count) return {leaf, at};
  return {leaf->next, 0};
}

RowTree::Cursor RowTree::at_rank(int64_t rank) const {
  if (rank < 0 || rank >= weight_) return {};
  Node* node = root_;
  while (!node->leaf) {
    auto* inner = static_cast<Inner*>(node);
    uint32_t i = 0;
    while (rank >= inner->weights[i]) rank -= inner->weights[i++];
    node = inner->children[i];
  }
  auto* leaf = static_cast<Leaf*>(node);
  uint32_t at = 0;
  while (rank >= leaf->rows()[at]->weight) rank -= leaf->rows()[at++]->weight;
  return {leaf, at};
}

int64_t RowTree::rank(std::string_view bytes) const {
  const Key key(bytes);
  Node* node = root_;
  if (node == nullptr) return 0;
  int64_t rank = 0;
  while (!node->leaf) {
    auto* inner = static_cast<Inner*>(node);
    const uint32_t child = RowTreeNodes::child_of(inner, key);
    for (uint32_t i = 0; i < child; ++i) rank += inner->weights[i];
    node = inner->children[child];
  }
  auto* leaf = static_cast<Leaf*>(node);
  const uint32_t at = lower_position(key, leaf->prefixes(), leaf->rows(), leaf->count);
  for (uint32_t i = 0; i < at; ++i) rank += leaf->rows()[i]->weight;
  return rank;
}

int64_t RowTree::check_node(const Node* node, const OrderedRow*& last) const {
  CHECK(node->count > 0);
  int64_t sum = 0;
  if (node->leaf) {
    const auto* leaf = static_cast<const Leaf*>(node);
    for (uint32_t i = 0; i < leaf->count; ++i) {
      const OrderedRow* row = leaf->rows()[i];
      CHECK(last == nullptr || last->sort_key() < row->sort_key());
      CHECK(leaf->prefixes()[i] == key_prefix(row->sort_key()));
      last = row;
      sum += row->weight;
    }
    return sum;
  }
  const auto* inner = static_cast<const Inner*>(node);
  for (uint32_t i = 0; i < inner->count; ++i) {
    const int64_t below = check_node(inner->children[i], last);
    CHECK(below == inner->weights[i], "weight {} is {}", inner->weights[i], below);
    sum += below;
  }
  return sum;
}

void RowTree::check() const {
  if (root_ == nullptr) {
    CHECK(size_ == 0 && weight_ == 0);
    return;
  }
  const OrderedRow* last = nullptr;
  CHECK(check_node(root_, last) == weight_);
  size_t count = 0;
  for (Cursor c = first(); c.valid(); c.next()) ++count;
  CHECK(count == size_, "{} rows by the leaves, {} counted", count, size_);
}

}  // namespace leat

#pragma once
// OrderedRows: what TopN and OverWindow keep: a stream's rows per group of `keys`, in the order `order`.
//   sort key   the order key, then a tie-breaker, so that it is one row's own
//   value      the size of the order key (uint32), then the packed row
// Reads batches into changes and leaves it to the operator when to apply them.
// Thread: owner only.

#include <cstring>

#include "dataflow/operator/key_reader.h"
#include "dataflow/operator/watermark_sweep.h"
#include "state/ordered_state.h"
#include "types/ordered_key.h"

namespace leat {

class OrderedRows {
 public:
  using Group = OrderedState::Group;
  struct Change {
    Group* group;
    std::string_view sort_key, value;  // in bytes()
    int64_t weight;
  };
  OrderedRows(const PhysicalNode& plan, StateOptions state);

  // Appends the batch's rows for which keep(group, sort_key) holds to `changes`. Rows that are not kept
  // are not packed.
  template <class Keep>
  Result<> read(const Batch& batch, std::vector<Change>& changes, Keep&& keep) {
    TRY(find_groups(batch));
    kept_.clear();
    for (uint32_t i = 0; i < found_.size(); ++i) {
      make_sort_key(i);
      if (keep(found_[i], std::string_view(sort_key_))) keep_row(i);
    }
    add_kept(batch, changes);
    return {};
  }
  // Lets go of the groups that the input's watermarks have passed.
  void pass_watermarks(const Watermarks& input);

  OrderedState& state() { return state_; }
  const OrderedState& state() const { return state_; }
  // Holds what changes point to; emptied by the operator.
  Arena& bytes() { return bytes_; }

  static std::string_view packed_row(std::string_view value) { return value.substr(sizeof(uint32_t)); }
  // Equal for peers.
  static std::string_view order_key(std::string_view sort_key, std::string_view value) {
    uint32_t size;
    std::memcpy(&size, value.data(), sizeof size);
    return sort_key.substr(0, size);
  }

 private:
  struct Kept {
    uint32_t at;  // in the order of the batch
    std::string_view sort_key;
    uint32_t order_size;
  };
  Result<> find_groups(const Batch& batch);
  void make_sort_key(uint32_t at);
  void keep_row(uint32_t at);
  void add_kept(const Batch& batch, std::vector<Change>& changes);

  std::vector<int> group_columns_;
  KeyReader groups_;
  OrderedKeyEncoder order_, tie_breaker_;
  RowPacker rows_;
  OrderedState state_;
  WatermarkSweep sweep_;
  Arena bytes_;
  // Of the batch being read.
  std::vector<Group*> found_;
  std::vector<Kept> kept_;
  std::string sort_key_, value_;
};

}  // namespace leat

#pragma once
// DynamicFilter: rows whose value compares true with one changing bound: value op bound.
//   out(ΔL) = the rows of ΔL that pass; when the bound moves, the stored rows between its old and its
//   new place come or go. Without a bound (no row, or NULL) nothing passes.
// State: the left rows in the order of the value; the bound's rows with their weights. Grows with the
// live left rows. Rows whose value is NULL never pass and are not kept.
// Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "dataflow/operator/now.h"
#include "state/keyed_state.h"
#include "state/ordered_state.h"
#include "types/ordered_key.h"

namespace leat {

class DynamicFilter final : public Operator {
 public:
  DynamicFilter(const PhysicalNode& plan, StateOptions rows, StateOptions bound);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override {
    tables.push_back(&rows_);
    tables.push_back(&bounds_);
  }

 private:
  Result<void> read_bound();
  Result<OrderedState::Group*> group();
  bool passes(std::string_view value_key) const;
  void push_rows(const Batch& batch, Output& out, StepContext& step);
  void move_bound(Output& out, StepContext& step);

  uint64_t hash_;  // of the one group of rows and of every bound: in this shard's vnodes
  int column_;
  bool less_, or_equal_;  // value < bound (or <=); else value > bound (or >=)
  std::vector<Type> types_;
  OrderedKeyEncoder values_, ties_;
  RowPacker packer_;
  OrderedKeyEncoder bound_values_;
  OrderedState rows_;
  KeyedState bounds_;
  bool bound_known_ = false;
  std::optional<std::string> bound_;  // as an ordered key
  bool bound_changed_ = false;
  struct Change {
    const void* group;  // there is one
    std::string sort_key, value;
    int64_t weight;
  };
  std::vector<Change> changes_;  // of the rows in this step
};

}  // namespace leat

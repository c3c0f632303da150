#pragma once
// DynamicFilter: rows whose value compares true with one changing bound: value op bound.
//   out(ΔL) = the rows of ΔL that pass; when the bound moves, the stored rows between its old and its
//   new place come or go. Without a bound (no row, or NULL) nothing passes.
// State: the left rows in the order of the value, by the vnode of their distribution; the bound, the
// same in every shard. Grows with the live left rows; under a bound that only rises (the clock) with
// those that the bound has not passed: what it has passed stays as it is. Rows whose value is NULL
// never pass and are not kept.
// Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "dataflow/operator/replicated_value.h"
#include "state/ordered_state.h"
#include "types/ordered_key.h"

namespace leat {

class DynamicFilter final : public Operator {
 public:
  DynamicFilter(const PhysicalNode& plan, StateOptions rows, StateOptions bound, bool writes_bound);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override {
    tables.push_back(&rows_);
    tables.push_back(&bound_.table());
  }

 private:
  using Group = OrderedState::Group;
  using Bound = std::optional<std::string>;  // as an ordered key
  struct Change {
    Group* group;
    std::string sort_key, value;  // value: the size of the value in sort_key, the row
    int64_t weight;
  };

  bool passes(std::string_view value, const Bound& bound) const;
  bool is_over(std::string_view value, const Bound& bound) const;
  void push_bound(const Batch& batch);
  void push_rows(const Batch& batch, Output& out, StepContext& step);
  Result<> find_groups(const Batch& batch);
  Result<> move_bound(Output& out);
  void cross(Group* group, const Bound& before, const Bound& after);
  void let_go(Group* group, const Bound& bound);

  int column_;
  bool less_, or_equal_;  // value < bound (or <=); else value > bound (or >=)
  bool bound_rises_;
  std::vector<Type> types_;
  std::vector<int> distribution_;
  OrderedKeyEncoder values_, ties_;
  RowPacker packer_;
  OrderedKeyEncoder bound_values_;
  std::vector<uint64_t> group_hashes_;  // of all groups that may lie in this shard
  OrderedState rows_;
  ReplicatedValue bound_;
  std::map<std::string, int64_t> bound_changes_;  // of this step: value -> weight
  std::vector<Change> changes_;                   // of the rows in this step
  std::vector<Group*> found_;
  RowUnpacker crossing_;  // what the moving bound brings and takes
  std::vector<int32_t> crossing_weights_;
};

}  // namespace leat

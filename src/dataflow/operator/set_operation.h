#pragma once
// SetOperation: INTERSECT and EXCEPT, with or without ALL. With l and r the numbers of a row's copies:
//   INTERSECT: 1 if l > 0 and r > 0;  ALL: min(l, r).  EXCEPT: 1 if l > 0 and r = 0;  ALL: max(l - r, 0).
//   out = the difference of that number over the step.
// State: row -> (l, r), the row's exact bytes. Grows with the distinct live rows of both sides; rows that
// the watermarks of both have passed are let go.
// Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "dataflow/operator/watermark_sweep.h"
#include "state/keyed_state.h"

namespace leat {

class SetOperationOperator final : public Operator {
 public:
  SetOperationOperator(const PhysicalNode& plan, StateOptions state);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void pass_watermarks(std::span<const Watermarks> inputs, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&state_); }

 private:
  struct Counts {
    int64_t side[2];
  };
  int64_t copies(const Counts& counts) const;

  SetOperation operation_;
  bool all_;
  std::vector<Type> types_;
  KeyReader keys_;
  RowPacker rows_;
  KeyedState state_;
  WatermarkSweep sweep_;
  std::vector<KeyedState::Entry*> entries_;
  // Entries changed in this step, with the copies out before.
  std::vector<std::pair<KeyedState::Entry*, int64_t>> changed_;
  std::unordered_map<KeyedState::Entry*, size_t> changed_index_;
};

}  // namespace leat

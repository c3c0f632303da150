#pragma once
// Now: one row with one column: the time of the step. Does not move within a step, and never back.
//   out = -old +new when it is run in a step of a later time; the engine runs it at most every 100 ms.
// State: the time that is out, the same in every shard. Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/replicated_value.h"

namespace leat {

class Now final : public Operator {
 public:
  Now(StateOptions state, bool writes_state) : shown_(std::move(state), writes_state) {}
  void push(int, const Batch&, Output&, StepContext&) override {}
  void finish(Output& out, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&shown_.table()); }

 private:
  ReplicatedValue shown_;
};

}  // namespace leat

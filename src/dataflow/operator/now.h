#pragma once
// Now: one row with one column: the time of the step. Does not move within a step.
//   out = -old +new when it is run in a step of another time; the engine runs it at most every 100 ms.
// State: the time that is out. Thread: owner only.

#include "dataflow/operator.h"
#include "expr/expr.h"
#include "state/keyed_state.h"

namespace leat {

// A hash in a shard's part of the vnodes: where a shard keeps what it has one of.
uint64_t first_hash(const VnodeSet& vnodes);

class Now final : public Operator {
 public:
  explicit Now(StateOptions state)
      : hash_(first_hash(state.vnodes)), state_(std::move(state), sizeof(int64_t)) {}
  void push(int, const Batch&, Output&, StepContext&) override {}
  void finish(Output& out, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&state_); }

 private:
  uint64_t hash_;
  KeyedState state_;
};

// WatermarkFilter: drops rows that come later than the watermark promises: time < watermark, where the
// watermark is the largest value of its expression over all rows of earlier steps. NULL times pass.
// Takes append-only input. State: the watermark, by shard. Thread: owner only.
class WatermarkFilter final : public Operator {
 public:
  WatermarkFilter(int time_column, ExprPtr watermark, StateOptions state);
  ~WatermarkFilter() override;
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&state_); }

 private:
  uint64_t hash_;
  int time_column_;
  std::unique_ptr<class Evaluator> watermark_;
  KeyedState state_;
  int64_t next_ = INT64_MIN;
};

}  // namespace leat

#pragma once
// WatermarkFilter: drops rows that come later than the watermark promises: time < watermark. NULL times
// pass. The watermark is the largest value of its expression over the rows of all earlier steps and all
// shards; it moves between steps, so that what a step drops does not depend on how its rows lie.
// Takes append-only input. State: the watermark. Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/replicated_value.h"
#include "expr/expr.h"

namespace leat {

class WatermarkFilter final : public Operator {
 public:
  WatermarkFilter(int time_column, ExprPtr watermark, StateOptions state, bool writes_state);
  ~WatermarkFilter() override;
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  std::optional<int64_t> seen_watermark() const override { return seen_; }
  void set_watermark(int64_t micros, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&watermark_.table()); }

 private:
  int time_column_;
  std::unique_ptr<class Evaluator> marks_;
  ReplicatedValue watermark_;
  std::optional<int64_t> seen_;  // what this shard's rows promise
};

}  // namespace leat

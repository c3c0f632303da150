#pragma once
// HopWindow: each row once per window that its time falls into, with window_start and window_end.
// Windows start at multiples of `slide` from `offset` and are `size` long. Linear, no state.
// A NULL time falls into no window. Sizes are fixed lengths: months are refused by the planner.

#include "dataflow/operator.h"

namespace leat {

class HopWindow final : public Operator {
 public:
  HopWindow(int time_column, int64_t size_us, int64_t slide_us, int64_t offset_us, Type time_type);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;

 private:
  int time_column_;
  int64_t size_us_, slide_us_, offset_us_;
  Type time_type_;  // of the bounds: timestamp or timestamptz
};

}  // namespace leat

#pragma once
// Filter: rows for which the condition is true. Linear: out(change) = filter(change). No state.

#include "dataflow/operator.h"
#include "expr/evaluator.h"

namespace leat {

class Filter final : public Operator {
 public:
  explicit Filter(ExprPtr condition) : condition_({std::move(condition)}) {}
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;

 private:
  Evaluator condition_;
};

}  // namespace leat

#pragma once
// Project: new columns computed from each row. Linear: out(change) = project(change). No state.
// A retraction computes the same values as its insertion did: the planner lets no volatile function
// in where the input can retract.

#include "dataflow/operator.h"
#include "expr/evaluator.h"

namespace leat {

class Project final : public Operator {
 public:
  explicit Project(std::vector<ExprPtr> exprs) : exprs_(std::move(exprs)) {}
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;

 private:
  Evaluator exprs_;
};

}  // namespace leat

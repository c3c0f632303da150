#pragma once
// Evaluator: runs expressions over batches, a column at a time.
// A result column is aligned with the batch: rows that the selection leaves out hold nothing useful
// (not even a valid value). It may be a constant vector, whatever the expression is.
// CASE, AND, OR and COALESCE evaluate an operand only at the rows that need it, so an error in a
// branch not taken does not happen. An error in one row makes NULL there and goes to the context.
// Thread: one at a time (call sites keep prepared state).

#include <memory>
#include <vector>

#include "expr/expr.h"
#include "types/batch.h"

namespace leat {

class Evaluator {
 public:
  explicit Evaluator(std::vector<ExprPtr> exprs);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  size_t size() const { return exprs_.size(); }
  const std::vector<ExprPtr>& exprs() const { return exprs_; }
  // Number of physical rows is that of the batch's columns, or what the selection spans without columns.
  ColumnPtr evaluate(size_t expr, const Batch& batch, EvalContext& context);
  std::vector<ColumnPtr> evaluate_all(const Batch& batch, EvalContext& context);
  // The selected rows for which expression `expr`, a boolean, is true. The conditions of an AND are
  // tried one after the other, each on the rows that are left.
  Selection filter(size_t expr, const Batch& batch, EvalContext& context);

  struct Node;  // an expression with what its call site keeps; evaluator.cc

 private:
  std::vector<ExprPtr> exprs_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

// The value of an expression without columns. Errors are the statement's.
Result<Value> evaluate_constant(const ExprPtr& expr, EvalContext& context);

}  // namespace leat

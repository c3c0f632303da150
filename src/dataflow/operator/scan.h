#pragma once
// Scan: where a relation's rows enter a graph. Keeps the columns the plan uses. Linear, no state.

#include "dataflow/operator.h"
#include "expr/expr.h"

namespace leat {

class Scan final : public Operator {
 public:
  // Output column i is input column columns[i].
  explicit Scan(std::vector<int> columns) : columns_(std::move(columns)) {}
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;

 private:
  std::vector<int> columns_;
};

// UnionAll: all rows of all inputs, which have the same columns. Linear, no state.
class UnionAll final : public Operator {
 public:
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
};

// Values: constant rows, emitted once, in the graph's first step. State: none; a recovered job does
// not run its first step again.
class Values final : public Operator {
 public:
  Values(std::vector<std::vector<ExprPtr>> rows, std::vector<Type> types, bool emits);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;

 private:
  std::vector<std::vector<ExprPtr>> rows_;
  std::vector<Type> types_;
  bool emits_;  // one shard of all emits
};

}  // namespace leat

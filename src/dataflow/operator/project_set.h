#pragma once
// ProjectSet: each row once per row of its table functions (generate_series, unnest ..), which run side
// by side; the shorter ones are padded with NULLs. Appends the number of the row within its input row.
// Linear: out(change) = project_set(change). No state.
// A single function's rows are made in slices, so that a long series is not held at once.

#include "dataflow/operator.h"
#include "expr/evaluator.h"
#include "function/table_functions.h"
#include "plan/physical.h"

namespace leat {

class ProjectSet final : public Operator {
 public:
  // In a query a long series comes in slices, as the rest of the query takes them.
  ProjectSet(const PhysicalNode& plan, bool query);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  bool unfinished() const override { return slices_.has_value(); }
  void resume(Output& out, StepContext& step) override;

 private:
  // A single call on its way through a batch.
  struct Slices {
    Batch batch;
    TableCursor cursor;
    uint32_t last_input = ~uint32_t{0};
    int64_t ordinal = 0;
  };
  struct Call {
    TableFunctionCall plan;
    std::unique_ptr<Evaluator> args;
    std::vector<ColumnPtr> columns;  // of the batch being pushed
    std::vector<const Vector*> pointers;
  };
  // Runs a call on: rows that came out, with their input rows. False: it was at its end.
  bool run(Call& call, const Batch& batch, TableCursor& cursor, size_t rows_max, TableRows& rows,
           StepContext& step) const;
  void emit(const Batch& batch, std::span<const uint32_t> inputs, std::vector<ColumnPtr> sets,
            std::span<const int64_t> ordinals, Output& out, StepContext& step);

  const bool query_;
  std::optional<Slices> slices_;
  std::vector<Type> types_;
  std::vector<int> call_of_;  // output column -> call, or -1
  std::vector<Call> calls_;
  std::vector<std::unique_ptr<Evaluator>> exprs_;  // by output column; null for sets
};

}  // namespace leat

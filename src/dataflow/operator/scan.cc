#include "dataflow/operator/scan.h"

#include "expr/evaluator.h"

namespace leat {

void Scan::push(int, const Batch& batch, Output& out, StepContext&) {
  Batch result;
  result.columns.reserve(columns_.size());
  for (const int c : columns_) result.columns.push_back(batch.columns[c]);
  result.weights = batch.weights;
  result.selection = batch.selection;
  out.emit(std::move(result));
}

void UnionAll::push(int, const Batch& batch, Output& out, StepContext&) { out.emit(batch); }

Values::Values(std::vector<std::vector<ExprPtr>> rows, std::vector<Type> types, bool emits)
    : rows_(std::move(rows)), types_(std::move(types)), emits_(emits) {}

void Values::push(int, const Batch&, Output&, StepContext&) {}

void Values::finish(Output& out, StepContext& step) {
  if (!emits_) return;
  emits_ = false;
  Batch nothing;  // one row without columns: what constant expressions are evaluated over
  nothing.selection = Selection(1);
  Batch result;
  result.selection = Selection(rows_.size());
  for (size_t c = 0; c < types_.size(); ++c) {
    auto column = std::make_shared<Vector>(types_[c], rows_.size());
    for (size_t r = 0; r < rows_.size(); ++r) {
      Evaluator evaluator({rows_[r][c]});
      column->set_value(r, evaluator.evaluate(0, nothing, step.eval)->value_at(0));
    }
    result.columns.push_back(std::move(column));
  }
  out.emit(std::move(result));
}

}  // namespace leat

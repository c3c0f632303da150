#include "dataflow/operator/project.h"

namespace leat {

void Project::push(int, const Batch& batch, Output& out, StepContext& step) {
  Batch result;
  result.columns = exprs_.evaluate_all(batch, step.eval);
  result.weights = batch.weights;
  result.selection = batch.selection;
  out.emit(std::move(result));
}

}  // namespace leat

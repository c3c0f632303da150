#include "dataflow/operator/filter.h"

namespace leat {

void Filter::push(int, const Batch& batch, Output& out, StepContext& step) {
  Batch kept = batch;
  kept.selection = condition_.filter(0, batch, step.eval);
  out.emit(std::move(kept));
}

}  // namespace leat

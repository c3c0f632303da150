#include "dataflow/operator/now.h"

namespace leat {

void Now::finish(Output& out, StepContext& step) {
  if (auto loaded = shown_.load(); !loaded) return step.fail(std::move(loaded).error());
  const std::optional<int64_t> before = shown_.time();
  const int64_t now = step.eval.now_micros;
  // A clock that was set back stands still until it catches up: filters have let go of what is over.
  if (before && now <= *before) return;
  if (auto set = shown_.set_time(now); !set) return step.fail(std::move(set).error());
  auto column = std::make_shared<Vector>(TypeId::kTimestamptz, 2);
  column->data<int64_t>()[0] = now;
  column->data<int64_t>()[1] = before.value_or(0);
  Batch batch;
  batch.columns.push_back(std::move(column));
  batch.selection = Selection(before ? 2 : 1);
  if (before) batch.weights = std::make_shared<const std::vector<int32_t>>(std::vector<int32_t>{1, -1});
  out.emit(std::move(batch));
}

}  // namespace leat

#include "dataflow/operator/watermark_filter.h"

#include "expr/evaluator.h"

namespace leat {

WatermarkFilter::WatermarkFilter(int time_column, ExprPtr watermark, StateOptions state, bool writes_state)
    : time_column_(time_column),
      marks_(std::make_unique<Evaluator>(std::vector<ExprPtr>{std::move(watermark)})),
      watermark_(std::move(state), writes_state) {}

WatermarkFilter::~WatermarkFilter() = default;

void WatermarkFilter::push(int, const Batch& batch, Output& out, StepContext& step) {
  if (auto loaded = watermark_.load(); !loaded) return step.fail(std::move(loaded).error());
  const std::optional<int64_t> watermark = watermark_.time();
  if (watermark) seen_ = std::max(seen_.value_or(*watermark), *watermark);
  const ColumnPtr marks = marks_->evaluate(0, batch, step.eval);
  const Vector& times = *batch.columns[time_column_];
  std::vector<uint32_t> kept;
  batch.selection.for_each([&](size_t row) {
    if (!marks->is_null(row)) seen_ = std::max(seen_.value_or(INT64_MIN), marks->at<int64_t>(row));
    if (times.is_null(row) || !watermark || times.at<int64_t>(row) >= *watermark) {
      kept.push_back(static_cast<uint32_t>(row));
    }
  });
  if (kept.size() == batch.size()) {
    out.emit(batch);
  } else if (!kept.empty()) {
    out.emit(batch.with_rows(std::move(kept)));
  }
}

void WatermarkFilter::set_watermark(int64_t micros, StepContext& step) {
  if (auto set = watermark_.set_time(micros); !set) step.fail(std::move(set).error());
}

}  // namespace leat

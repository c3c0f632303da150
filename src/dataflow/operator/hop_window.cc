#include "dataflow/operator/hop_window.h"

namespace leat {

HopWindow::HopWindow(int time_column, int64_t size_us, int64_t slide_us, int64_t offset_us,
                     Type time_type)
    : time_column_(time_column),
      size_us_(size_us),
      slide_us_(slide_us),
      offset_us_(offset_us),
      time_type_(std::move(time_type)) {}

void HopWindow::push(int, const Batch& batch, Output& out, StepContext&) {
  const Vector& times = *batch.columns[time_column_];
  const bool is_date = times.type().is(TypeId::kDate);
  // The last window a time falls into starts at or before it; earlier ones lie `slide` apart.
  std::vector<uint32_t> rows;
  std::vector<int64_t> starts;
  const size_t windows = static_cast<size_t>((size_us_ + slide_us_ - 1) / slide_us_);
  rows.reserve(batch.size() * windows);
  starts.reserve(batch.size() * windows);
  batch.selection.for_each([&](size_t row) {
    if (times.is_null(row)) return;
    const int64_t time =
        is_date ? int64_t{times.at<int32_t>(row)} * 86'400'000'000 : times.at<int64_t>(row);
    int64_t phase = (time - offset_us_) % slide_us_;
    if (phase < 0) phase += slide_us_;
    for (int64_t start = time - phase; start > time - size_us_; start -= slide_us_) {
      rows.push_back(static_cast<uint32_t>(row));
      starts.push_back(start);
    }
  });
  if (rows.empty()) return;
  Batch result;
  for (const auto& column : batch.columns) {
    result.columns.push_back(column->is_constant() ? column : gather(*column, rows));
  }
  auto window_start = std::make_shared<Vector>(time_type_, rows.size());
  auto window_end = std::make_shared<Vector>(time_type_, rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    window_start->data<int64_t>()[i] = starts[i];
    window_end->data<int64_t>()[i] = starts[i] + size_us_;
  }
  result.columns.push_back(std::move(window_start));
  result.columns.push_back(std::move(window_end));
  if (batch.weights) {
    auto weights = std::make_shared<std::vector<int32_t>>(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) (*weights)[i] = batch.weight(rows[i]);
    result.weights = std::move(weights);
  }
  result.selection = Selection(rows.size());
  out.emit(std::move(result));
}

}  // namespace leat

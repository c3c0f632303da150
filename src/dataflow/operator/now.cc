#include "dataflow/operator/now.h"

#include "expr/evaluator.h"

namespace leat {
namespace {


Result<KeyedState::Entry*> only_entry(KeyedState& state, uint64_t hash) {
  KeyedState::Entry* entry = nullptr;
  const std::string_view key;
  TRY(state.find_or_insert({&hash, 1}, {&key, 1}, {&entry, 1}));
  return entry;
}

}  // namespace

uint64_t first_hash(const VnodeSet& vnodes) {
  for (size_t v = 0; v < vnodes.size(); ++v) {
    if (vnodes.test(v)) return uint64_t{v} << 56;
  }
  return 0;
}

void Now::finish(Output& out, StepContext& step) {
  auto entry = only_entry(state_, hash_);
  if (!entry) return step.fail(std::move(entry).error());
  const bool shown = state_.live(*entry);
  const int64_t before = shown ? *reinterpret_cast<const int64_t*>(state_.state(*entry)) : 0;
  const int64_t now = step.eval.now_micros;
  if (shown && before == now) return;
  *reinterpret_cast<int64_t*>(state_.modify(*entry)) = now;
  auto column = std::make_shared<Vector>(TypeId::kTimestamptz, 2);
  column->data<int64_t>()[0] = now;
  column->data<int64_t>()[1] = before;
  Batch batch;
  batch.columns.push_back(std::move(column));
  batch.selection = Selection(shown ? 2 : 1);
  if (shown) batch.weights = std::make_shared<const std::vector<int32_t>>(std::vector<int32_t>{1, -1});
  out.emit(std::move(batch));
  state_.end_step();
}

WatermarkFilter::WatermarkFilter(int time_column, ExprPtr watermark, StateOptions state)
    : hash_(first_hash(state.vnodes)),
      time_column_(time_column),
      watermark_(std::make_unique<Evaluator>(std::vector<ExprPtr>{std::move(watermark)})),
      state_(std::move(state), sizeof(int64_t)) {}

WatermarkFilter::~WatermarkFilter() = default;

void WatermarkFilter::push(int, const Batch& batch, Output& out, StepContext& step) {
  auto entry = only_entry(state_, hash_);
  if (!entry) return step.fail(std::move(entry).error());
  const int64_t watermark =
      state_.live(*entry) ? *reinterpret_cast<const int64_t*>(state_.state(*entry)) : INT64_MIN;
  const ColumnPtr marks = watermark_->evaluate(0, batch, step.eval);
  const Vector& times = *batch.columns[time_column_];
  std::vector<uint32_t> kept;
  batch.selection.for_each([&](size_t row) {
    if (!marks->is_null(row)) next_ = std::max(next_, marks->at<int64_t>(row));
    if (times.is_null(row) || times.at<int64_t>(row) >= watermark) kept.push_back(static_cast<uint32_t>(row));
  });
  if (kept.size() == batch.size()) {
    out.emit(batch);
  } else if (!kept.empty()) {
    out.emit(batch.with_rows(std::move(kept)));
  }
}

void WatermarkFilter::finish(Output&, StepContext& step) {
  auto entry = only_entry(state_, hash_);
  if (!entry) return step.fail(std::move(entry).error());
  const bool live = state_.live(*entry);
  if (next_ != INT64_MIN && (!live || next_ > *reinterpret_cast<const int64_t*>(state_.state(*entry)))) {
    *reinterpret_cast<int64_t*>(state_.modify(*entry)) = next_;
  }
  state_.end_step();
}

}  // namespace leat

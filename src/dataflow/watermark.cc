#include "dataflow/watermark.h"

#include <algorithm>
#include <optional>

#include "plan/physical.h"

namespace leat {
namespace {

std::optional<int64_t> of_column(const Watermarks& watermarks, int column) {
  const auto at = watermarks.find(column);
  return at == watermarks.end() ? std::nullopt : std::optional(at->second);
}

// Both promise, or none does.
std::optional<int64_t> lower(std::optional<int64_t> a, std::optional<int64_t> b) {
  return a && b ? std::optional(std::min(*a, *b)) : std::nullopt;
}

// The start of the first window that may still get rows when their times are not below `time`.
int64_t first_window(const PhysicalNode& window, int64_t time) {
  const auto micros = [](const Interval& interval) { return int64_t{interval.days} * 86'400'000'000 + interval.micros; };
  const int64_t size = micros(window.window_size), slide = micros(window.window_slide);
  // Windows start at offset + n * slide; the first that ends after `time`.
  const int64_t after = time - size - micros(window.window_offset);
  int64_t phase = after % slide;
  if (phase < 0) phase += slide;
  return time - size - phase + slide;
}

std::optional<int64_t> of_join(const PhysicalNode& join, int column, std::span<const Watermarks> inputs) {
  const int from = join.join_output[static_cast<size_t>(column)];
  const auto left_width = static_cast<int>(join.inputs[0]->schema.size());
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    if (from != join.left_keys[i] && from != join.right_keys[i] + left_width) continue;
    const auto both = lower(of_column(inputs[0], join.left_keys[i]), of_column(inputs[1], join.right_keys[i]));
    if (both) return both;
  }
  return std::nullopt;
}

std::optional<int64_t> of_output(const PhysicalNode& plan, int column, std::span<const Watermarks> inputs) {
  const auto at = static_cast<size_t>(column);
  switch (plan.kind) {
    case PhysicalKind::kScan: return of_column(inputs[0], plan.columns[at]);
    case PhysicalKind::kProject:
    case PhysicalKind::kProjectSet: {
      if (at >= plan.exprs.size() || !plan.exprs[at] || plan.exprs[at]->kind != ExprKind::kColumn) return std::nullopt;
      return of_column(inputs[0], plan.exprs[at]->column);
    }
    case PhysicalKind::kHopWindow: {
      const size_t start = plan.schema.size() - 2;
      if (at < start) return of_column(inputs[0], column);
      const auto time = of_column(inputs[0], plan.time_column);
      if (!time) return std::nullopt;
      const int64_t window = first_window(plan, *time);
      const Interval& size = plan.window_size;
      return at == start ? window : window + int64_t{size.days} * 86'400'000'000 + size.micros;
    }
    case PhysicalKind::kUnionAll: {
      std::optional<int64_t> all = of_column(inputs[0], column);
      for (const Watermarks& input : inputs.subspan(1)) all = lower(all, of_column(input, column));
      return all;
    }
    case PhysicalKind::kHashJoin: return of_join(plan, column, inputs);
    case PhysicalKind::kHashAggregate:
      return at < plan.keys.size() ? of_column(inputs[0], plan.keys[at]) : std::nullopt;
    case PhysicalKind::kTopN:
    case PhysicalKind::kOverWindow:
      // Within a group rows of any time come and go.
      return std::ranges::count(plan.keys, column) > 0 ? of_column(inputs[0], column) : std::nullopt;
    case PhysicalKind::kFilter:
    case PhysicalKind::kWatermarkFilter:
    case PhysicalKind::kMaterialize: return of_column(inputs[0], column);
    default: return std::nullopt;
  }
}

}  // namespace

Watermarks output_watermarks(const PhysicalNode& plan, std::span<const Watermarks> inputs) {
  Watermarks out;
  for (const int column : plan.watermark_columns) {
    if (const auto watermark = of_output(plan, column, inputs)) out[column] = *watermark;
  }
  return out;
}

}  // namespace leat

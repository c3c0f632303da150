// TUMBLE and HOP: each row with its window's start and end, once for each window it is in.

#include <algorithm>

#include "planner/lower/streams.h"

namespace leat::planner {

Result<Lowered> lower_time_window(Lowering& lowering, const LogicalNode& node) {
  Lowered input = TRY(lowering.lower(node.inputs[0]));
  auto window = new_physical(PhysicalKind::kHopWindow, {input.node});
  window->time_column = input.columns[static_cast<size_t>(node.time_column)];
  window->window_size = node.window_size;
  window->window_slide =
      node.time_window == TimeWindowKind::kTumble ? node.window_size : node.window_slide;
  window->window_offset = node.window_offset;
  const int start = static_cast<int>(window->schema.size());
  const size_t own = node.inputs[0]->schema.size();
  window->schema.push_back(node.schema[own]);
  window->schema.push_back(node.schema[own + 1]);
  input.columns.push_back(start);
  input.columns.push_back(start + 1);
  const bool several = !(window->window_size == window->window_slide);
  if (several && lowering.is_job()) window->key.push_back(start);
  const auto& watermarks = input.node->watermark_columns;
  if (std::count(watermarks.begin(), watermarks.end(), window->time_column) > 0) {
    window->watermark_columns.push_back(start);
    window->watermark_columns.push_back(start + 1);
  }
  return Lowered{std::move(window), input.columns};
}

}  // namespace leat::planner

#include "dataflow/operator/over_window.h"

#include <algorithm>
#include <tuple>

#include "dataflow/consolidate.h"
#include "dataflow/operator/net_changes.h"

namespace leat {
namespace {

// Sums that stay at "all".
int64_t minus(int64_t position, int64_t rows) { return rows >= position ? 0 : position - rows; }
int64_t plus(int64_t position, int64_t rows, int64_t end) { return rows >= end - position ? end : position + rows; }

}  // namespace

OverWindow::OverWindow(const PhysicalNode& plan, StateOptions state)
    : types_(types_of(plan.schema)),
      rows_(plan, std::move(state)),
      calls_(plan),
      read_rows_(types_of(plan.inputs[0]->schema)) {}

void OverWindow::push(int, const Batch& batch, Output&, StepContext& step) {
  const auto all = [](const Group*, std::string_view) { return true; };
  if (auto read = rows_.read(batch, changes_, all); !read) step.fail(std::move(read).error());
}

// `lowest` and `highest`: of the partition's changed rows. Rows before the first and behind the last of them
// are the same before and after the step.
OverWindow::Range OverWindow::range_of(const Group* group, const Change& lowest, const Change& highest) const {
  const WindowReach& reach = calls_.reach();
  const OrderedState& state = rows_.state();
  const int64_t total = state.weight(group);
  const int64_t first = state.rank(group, lowest.sort_key);
  std::string behind(highest.sort_key);
  behind.push_back('\0');
  const int64_t last = state.rank(group, behind);
  // The position of the first row with the same order key as the row at `position`.
  const auto first_peer = [&](int64_t position) {
    if (position >= total) return position;
    const auto at = state.at_rank(group, position);
    return state.rank(group, OrderedRows::order_key(at->sort_key(), at->value()));
  };
  Range range{};
  range.wanted_begin = minus(first, reach.results_before);
  range.wanted_end = plus(last, reach.results_after, total);
  if (reach.result_peers) {
    range.wanted_begin = std::min(range.wanted_begin, state.rank(group, OrderedRows::order_key(lowest.sort_key, lowest.value)));
  }
  range.read_begin = minus(range.wanted_begin, reach.input_before);
  if (reach.input_peers) range.read_begin = std::min(range.read_begin, first_peer(range.wanted_begin));
  range.read_end = plus(range.wanted_end, reach.input_after, total);
  return range;
}

void OverWindow::read(const Group* group, const Range& range, int32_t weight) {
  if (range.wanted_begin >= range.wanted_end) return;
  const OrderedState& state = rows_.state();
  const size_t begin = read_keys_.size();
  auto at = state.at_rank(group, range.read_begin);
  int64_t copy = range.read_begin - state.rank(group, at->sort_key());
  for (int64_t position = range.read_begin; position < range.read_end; at.next(), copy = 0) {
    const std::string_view key = rows_.bytes().copy(OrderedRows::order_key(at->sort_key(), at->value()));
    for (; copy < at->weight && position < range.read_end; ++copy, ++position) {
      read_rows_.append(OrderedRows::packed_row(at->value()));
      read_keys_.push_back(key);
    }
  }
  const auto place = [&](int64_t position) { return begin + static_cast<size_t>(position - range.read_begin); };
  stretches_.push_back({.begin = begin,
                        .end = read_keys_.size(),
                        .wanted_begin = place(range.wanted_begin),
                        .wanted_end = place(range.wanted_end),
                        .position = range.read_begin});
  weights_.push_back(weight);
}

void OverWindow::finish(Output& out, StepContext& step) {
  net_changes(changes_);
  // By partition and place; a row's removal goes before what takes its place.
  std::ranges::sort(changes_, {}, [](const Change& c) { return std::tuple(c.group, c.sort_key, c.weight); });
  for (size_t i = 0; i < changes_.size();) {
    Group* group = changes_[i].group;
    size_t end = i + 1;
    while (end < changes_.size() && changes_[end].group == group) ++end;
    const Change &lowest = changes_[i], &highest = changes_[end - 1];
    read(group, range_of(group, lowest, highest), -1);
    for (; i < end; ++i) {
      const Change& change = changes_[i];
      rows_.state().adjust(group, change.sort_key, change.value, change.weight);
    }
    read(group, range_of(group, lowest, highest), 1);
  }
  changes_.clear();
  emit(out, step);
  rows_.bytes() = Arena();
  rows_.state().end_step();
}

void OverWindow::emit(Output& out, StepContext& step) {
  if (stretches_.empty()) return;
  Batch rows;
  rows.columns = read_rows_.finish();
  rows.selection = Selection(read_keys_.size());
  calls_.evaluate(rows, stretches_, read_keys_, step.eval);
  auto weights = std::make_shared<std::vector<int32_t>>(read_keys_.size(), 1);
  std::vector<uint32_t> wanted;
  bool append_only = true;
  for (size_t i = 0; i < stretches_.size(); ++i) {
    append_only &= weights_[i] == 1;
    for (size_t row = stretches_[i].wanted_begin; row < stretches_[i].wanted_end; ++row) {
      (*weights)[row] = weights_[i];
      wanted.push_back(static_cast<uint32_t>(row));
    }
  }
  stretches_.clear();
  weights_.clear();
  read_keys_.clear();
  Batch result = rows.with_rows(std::move(wanted));
  if (!append_only) {
    result.weights = std::move(weights);
    result = consolidate({&result, 1}, types_);
  }
  out.emit(std::move(result));
}

}  // namespace leat

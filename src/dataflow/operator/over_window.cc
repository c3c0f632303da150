#include "dataflow/operator/over_window.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "dataflow/consolidate.h"
#include "dataflow/operator/net_changes.h"

namespace leat {
namespace {

// A stored value: the size of the order key, then the packed row.
std::string_view row_of(std::string_view value) { return value.substr(sizeof(uint32_t)); }

std::string_view order_key(std::string_view sort_key, std::string_view value) {
  uint32_t size;
  std::memcpy(&size, value.data(), sizeof size);
  return sort_key.substr(0, size);
}

// Sums that stay at "all".
int64_t minus(int64_t position, int64_t rows) { return rows >= position ? 0 : position - rows; }
int64_t plus(int64_t position, int64_t rows, int64_t end) { return rows >= end - position ? end : position + rows; }

}  // namespace

OverWindow::OverWindow(const PhysicalNode& plan, StateOptions state)
    : types_(types_of(plan.schema)),
      partitions_(plan.inputs[0]->schema, plan.keys, plan.inputs[0]->distribution),
      order_(sort_types(plan.inputs[0]->schema, plan.order), plan.order),
      tie_breaker_(sort_types(plan.inputs[0]->schema, tie_columns(*plan.inputs[0])), tie_columns(*plan.inputs[0])),
      rows_(types_of(plan.inputs[0]->schema), all_columns(plan.inputs[0]->schema.size()), PackMode::kExact),
      state_(std::move(state)),
      partition_columns_(plan.keys),
      sweep_(types_at(plan.inputs[0]->schema, plan.keys)),
      calls_(plan),
      read_rows_(types_of(plan.inputs[0]->schema)) {}

void OverWindow::pass_watermarks(std::span<const Watermarks> inputs, StepContext&) {
  const auto below = below_of(partition_columns_, inputs[0]);
  if (below.empty()) return;
  sweep_.sweep(state_, below, [&](StateRecord* record) { state_.clear(static_cast<Group*>(record)); });
}

void OverWindow::push(int, const Batch& batch, Output&, StepContext& step) {
  partitions_.read(batch);
  order_.encode(batch);
  tie_breaker_.encode(batch);
  rows_.pack(batch);
  const size_t n = partitions_.size();
  found_.resize(n);
  if (auto found = state_.find_or_insert(partitions_.hashes(), partitions_.keys(), found_); !found) {
    return step.fail(std::move(found).error());
  }
  for (size_t i = 0; i < n; ++i) {
    sort_key_.assign(order_.key(i));
    const auto order_size = static_cast<uint32_t>(sort_key_.size());
    sort_key_.append(tie_breaker_.key(i));
    value_.assign(reinterpret_cast<const char*>(&order_size), sizeof order_size);
    value_.append(rows_.packed(i));
    changes_.push_back({found_[i], bytes_.copy(sort_key_), bytes_.copy(value_), batch.weight(partitions_.row(i))});
  }
}

// `lowest` and `highest`: of the partition's changed rows. Rows before the first and behind the last of them
// are the same before and after the step.
OverWindow::Range OverWindow::range_of(const Group* group, const Change& lowest, const Change& highest) const {
  const WindowReach& reach = calls_.reach();
  const int64_t total = state_.weight(group);
  const int64_t first = state_.rank(group, lowest.sort_key);
  std::string behind(highest.sort_key);
  behind.push_back('\0');
  const int64_t last = state_.rank(group, behind);
  // The position of the first row with the same order key as the row at `position`.
  const auto first_peer = [&](int64_t position) {
    if (position >= total) return position;
    const auto at = state_.at_rank(group, position);
    return state_.rank(group, order_key(at->sort_key(), at->value()));
  };
  Range range{};
  range.wanted_begin = minus(first, reach.results_before);
  range.wanted_end = plus(last, reach.results_after, total);
  if (reach.result_peers) {
    range.wanted_begin = std::min(range.wanted_begin, state_.rank(group, order_key(lowest.sort_key, lowest.value)));
  }
  range.read_begin = minus(range.wanted_begin, reach.input_before);
  if (reach.input_peers) range.read_begin = std::min(range.read_begin, first_peer(range.wanted_begin));
  range.read_end = plus(range.wanted_end, reach.input_after, total);
  return range;
}

void OverWindow::read(const Group* group, const Range& range, int32_t weight) {
  if (range.wanted_begin >= range.wanted_end) return;
  const size_t begin = read_keys_.size();
  auto at = state_.at_rank(group, range.read_begin);
  int64_t copy = range.read_begin - state_.rank(group, at->sort_key());
  for (int64_t position = range.read_begin; position < range.read_end; at.next(), copy = 0) {
    const std::string_view key = bytes_.copy(order_key(at->sort_key(), at->value()));
    for (; copy < at->weight && position < range.read_end; ++copy, ++position) {
      read_rows_.append(row_of(at->value()));
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
      state_.adjust(group, change.sort_key, change.value, change.weight);
    }
    read(group, range_of(group, lowest, highest), 1);
  }
  changes_.clear();
  emit(out, step);
  bytes_ = Arena();
  state_.end_step();
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

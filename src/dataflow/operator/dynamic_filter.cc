#include "dataflow/operator/dynamic_filter.h"

#include "dataflow/operator/net_changes.h"

namespace leat {
namespace {


}  // namespace

DynamicFilter::DynamicFilter(const PhysicalNode& plan, StateOptions rows, StateOptions bound)
    : hash_(first_hash(rows.vnodes)),
      column_(plan.compare_column),
      less_(plan.compare->name.starts_with("<")),
      or_equal_(plan.compare->name.ends_with("=")),
      types_(types_of(plan.inputs[0]->schema)),
      values_({types_[column_]}, {{.column = column_}}),
      ties_(sort_types(plan.inputs[0]->schema, tie_columns(*plan.inputs[0])), tie_columns(*plan.inputs[0])),
      packer_(types_, all_columns(types_.size()), PackMode::kExact),
      bound_values_({plan.inputs[1]->schema[0].type}, {{.column = 0}}),
      rows_(std::move(rows)),
      bounds_(std::move(bound), sizeof(int64_t)) {}

Result<OrderedState::Group*> DynamicFilter::group() {
  OrderedState::Group* group = nullptr;
  const std::string_view key;
  TRY(rows_.find_or_insert({&hash_, 1}, {&key, 1}, {&group, 1}));
  return group;
}

// After a restart: the bound is the one live key.
Result<void> DynamicFilter::read_bound() {
  if (bound_known_) return {};
  while (!bounds_.complete()) TRY(bounds_.load_some(1'000'000));
  bounds_.for_each([&](KeyedState::Entry* entry) {
    if (*reinterpret_cast<const int64_t*>(bounds_.state(entry)) > 0) bound_ = std::string(bounds_.key(entry));
  });
  bound_known_ = true;
  return {};
}

bool DynamicFilter::passes(std::string_view value_key) const {
  if (!bound_) return false;
  const int order = value_key.compare(*bound_);
  return order == 0 ? or_equal_ : less_ == (order < 0);
}

void DynamicFilter::push(int port, const Batch& batch, Output& out, StepContext& step) {
  if (auto known = read_bound(); !known) return step.fail(std::move(known).error());
  if (port == 0) return push_rows(batch, out, step);
  bound_values_.encode(batch);
  for (size_t i = 0; i < bound_values_.size(); ++i) {
    const size_t row = batch.selection[i];
    if (batch.columns[0]->is_null(row)) continue;
    const std::string_view key = bound_values_.key(i);
    KeyedState::Entry* entry = nullptr;
    if (auto found = bounds_.find_or_insert({&hash_, 1}, {&key, 1}, {&entry, 1}); !found) {
      return step.fail(std::move(found).error());
    }
    auto* weight = reinterpret_cast<int64_t*>(bounds_.modify(entry));
    *weight += batch.weight(row);
    if (*weight == 0) bounds_.erase(entry);
  }
  bound_changed_ = true;
}

// Rows are emitted by the bound of the step's beginning; finish() stores them and then moves the bound.
void DynamicFilter::push_rows(const Batch& batch, Output& out, StepContext&) {
  values_.encode(batch);
  ties_.encode(batch);
  packer_.pack(batch);
  std::vector<uint32_t> passing;
  std::string key;
  for (size_t i = 0; i < values_.size(); ++i) {
    const uint32_t row = batch.selection[i];
    if (batch.columns[column_]->is_null(row)) continue;
    key.assign(values_.key(i));
    const auto value_size = static_cast<uint32_t>(key.size());
    key.append(ties_.key(i));
    std::string value(reinterpret_cast<const char*>(&value_size), sizeof value_size);
    value += packer_.packed(i);
    changes_.push_back({nullptr, key, std::move(value), batch.weight(row)});
    if (passes(values_.key(i))) passing.push_back(row);
  }
  if (!passing.empty()) out.emit(batch.with_rows(std::move(passing)));
}

void DynamicFilter::finish(Output& out, StepContext& step) {
  if (!changes_.empty()) {
    auto found = group();
    if (!found) return step.fail(std::move(found).error());
    net_changes(changes_);
    for (const Change& c : changes_) rows_.adjust(*found, c.sort_key, c.value, c.weight);
    changes_.clear();
  }
  if (bound_changed_) move_bound(out, step);
  bound_changed_ = false;
  rows_.end_step();
  bounds_.end_step();
}

void DynamicFilter::move_bound(Output& out, StepContext& step) {
  const std::optional<std::string> before = bound_;
  bound_.reset();
  bounds_.for_each([&](KeyedState::Entry* entry) {
    if (*reinterpret_cast<const int64_t*>(bounds_.state(entry)) > 0) bound_ = std::string(bounds_.key(entry));
  });
  if (before == bound_) return;
  auto found = group();
  if (!found) return step.fail(std::move(found).error());
  // Only rows between the two places change; with one of them missing, from there to the end.
  std::string low, high;
  bool to_end = false;
  if (before && bound_) {
    low = std::min(*before, *bound_);
    high = std::max(*before, *bound_);
  } else if (less_) {
    high = before ? *before : *bound_;
  } else {
    low = before ? *before : *bound_;
    to_end = true;
  }
  const std::optional<std::string> after = bound_;
  RowUnpacker unpacker(types_);
  auto weights = std::make_shared<std::vector<int32_t>>();
  for (auto at = rows_.lower_bound(*found, low); at.valid(); at.next()) {
    uint32_t value_size;
    std::memcpy(&value_size, at->value().data(), sizeof value_size);
    const std::string_view value_key = at->sort_key().substr(0, value_size);
    if (!to_end && value_key > high) break;
    bound_ = before;
    const bool was = passes(value_key);
    bound_ = after;
    const bool is = passes(value_key);
    if (was == is) continue;
    unpacker.append(at->value().substr(sizeof value_size));
    weights->push_back(static_cast<int32_t>(is ? at->weight : -at->weight));
  }
  bound_ = after;
  if (weights->empty()) return;
  Batch changes;
  changes.selection = Selection(weights->size());
  changes.columns = unpacker.finish();
  changes.weights = std::move(weights);
  out.emit(std::move(changes));
}

}  // namespace leat

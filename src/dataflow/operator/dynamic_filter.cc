#include "dataflow/operator/dynamic_filter.h"

#include "base/hash.h"
#include "dataflow/operator/net_changes.h"

namespace leat {
namespace {

constexpr uint64_t kVnodeBits = uint64_t{0xFF} << 56;

std::vector<uint64_t> hashes_of(const VnodeSet& vnodes) {
  std::vector<uint64_t> hashes;
  for (uint64_t v = 0; v < vnodes.size(); ++v) {
    if (vnodes.test(v)) hashes.push_back(v << 56);
  }
  return hashes;
}

// The part of a stored row's sort key that is its value.
std::string_view value_of(const OrderedState::Row& row) {
  uint32_t size;
  std::memcpy(&size, row.value().data(), sizeof size);
  return row.sort_key().substr(0, size);
}

}  // namespace

DynamicFilter::DynamicFilter(const PhysicalNode& plan, StateOptions rows, StateOptions bound, bool writes_bound)
    : column_(plan.compare_column),
      less_(plan.compare->name.starts_with("<")),
      or_equal_(plan.compare->name.ends_with("=")),
      bound_rises_(plan.bound_rises),
      types_(types_of(plan.inputs[0]->schema)),
      distribution_(plan.inputs[0]->distribution.columns),
      values_({types_[column_]}, {{.column = column_}}),
      ties_(sort_types(plan.inputs[0]->schema, tie_columns(*plan.inputs[0])), tie_columns(*plan.inputs[0])),
      packer_(types_, all_columns(types_.size()), PackMode::kExact),
      bound_values_({plan.inputs[1]->schema[0].type}, {{.column = 0}}),
      group_hashes_(hashes_of(rows.vnodes)),
      rows_(std::move(rows)),
      bound_(std::move(bound), writes_bound),
      crossing_(types_) {}

bool DynamicFilter::passes(std::string_view value, const Bound& bound) const {
  if (!bound) return false;
  const int order = value.compare(*bound);
  return order == 0 ? or_equal_ : less_ == (order < 0);
}

// Has a rising bound passed the value, so that it will never be crossed again?
bool DynamicFilter::is_over(std::string_view value, const Bound& bound) const {
  return bound_rises_ && bound && passes(value, bound) == less_;
}

void DynamicFilter::push(int port, const Batch& batch, Output& out, StepContext& step) {
  if (auto loaded = bound_.load(); !loaded) return step.fail(std::move(loaded).error());
  if (port == 0) {
    push_rows(batch, out, step);
  } else {
    push_bound(batch);
  }
}

void DynamicFilter::push_bound(const Batch& batch) {
  bound_values_.encode(batch);
  for (size_t i = 0; i < bound_values_.size(); ++i) {
    const size_t row = batch.selection[i];
    if (!batch.columns[0]->is_null(row)) bound_changes_[std::string(bound_values_.key(i))] += batch.weight(row);
  }
}

// found_[i]: the group of the batch's row i. One per vnode, so that a shard finds its own again.
Result<> DynamicFilter::find_groups(const Batch& batch) {
  const auto owners = batch.hashes ? batch.hashes : Batch::Hashes(hash_columns(batch, distribution_));
  std::vector<uint64_t> hashes(batch.size());
  const std::vector<std::string_view> keys(batch.size());
  for (size_t i = 0; i < hashes.size(); ++i) hashes[i] = (*owners)[batch.selection[i]] & kVnodeBits;
  found_.resize(hashes.size());
  return rows_.find_or_insert(hashes, keys, found_);
}

// Rows are emitted by the bound of the step's beginning; finish() stores them and then moves the bound.
void DynamicFilter::push_rows(const Batch& batch, Output& out, StepContext& step) {
  if (auto found = find_groups(batch); !found) return step.fail(std::move(found).error());
  values_.encode(batch);
  ties_.encode(batch);
  packer_.pack(batch);
  std::vector<uint32_t> passing;
  std::string key;
  for (size_t i = 0; i < values_.size(); ++i) {
    const uint32_t row = batch.selection[i];
    if (batch.columns[column_]->is_null(row)) continue;
    if (passes(values_.key(i), bound_.get())) passing.push_back(row);
    if (is_over(values_.key(i), bound_.get())) continue;
    key.assign(values_.key(i));
    const auto value_size = static_cast<uint32_t>(key.size());
    key.append(ties_.key(i));
    std::string value(reinterpret_cast<const char*>(&value_size), sizeof value_size);
    value += packer_.packed(i);
    changes_.push_back({found_[i], key, std::move(value), batch.weight(row)});
  }
  if (!passing.empty()) out.emit(batch.with_rows(std::move(passing)));
}

void DynamicFilter::finish(Output& out, StepContext& step) {
  net_changes(changes_);
  for (const Change& c : changes_) rows_.adjust(c.group, c.sort_key, c.value, c.weight);
  changes_.clear();
  if (!bound_changes_.empty()) {
    if (auto moved = move_bound(out); !moved) return step.fail(std::move(moved).error());
  }
  rows_.end_step();
}

Result<> DynamicFilter::move_bound(Output& out) {
  const Bound before = bound_.get();
  if (before) ++bound_changes_[*before];
  Bound after;
  for (const auto& [value, weight] : bound_changes_) {
    if (weight > 0) after = value;
  }
  bound_changes_.clear();
  if (before == after) return {};
  std::vector<Group*> groups(group_hashes_.size());
  TRY(rows_.find(group_hashes_, std::vector<std::string_view>(groups.size()), groups));
  for (Group* group : groups) {
    if (group == nullptr) continue;
    cross(group, before, after);
    if (bound_rises_) let_go(group, after);
  }
  TRY(bound_.set(after));
  if (crossing_weights_.empty()) return {};
  Batch changes;
  changes.selection = Selection(crossing_weights_.size());
  changes.columns = crossing_.finish();
  changes.weights = std::make_shared<const std::vector<int32_t>>(std::move(crossing_weights_));
  crossing_weights_ = {};
  out.emit(std::move(changes));
  return {};
}

// Only rows between the two places change; with one of them missing, from there to the end.
void DynamicFilter::cross(Group* group, const Bound& before, const Bound& after) {
  std::string_view low, high;
  bool to_end = false;
  if (before && after) {
    low = std::min(*before, *after);
    high = std::max(*before, *after);
  } else if (less_) {
    high = before ? *before : *after;
  } else {
    low = before ? *before : *after;
    to_end = true;
  }
  for (auto at = rows_.lower_bound(group, low); at.valid(); at.next()) {
    const std::string_view value = value_of(*at);
    if (!to_end && value > high) break;
    const bool was = passes(value, before);
    const bool is = passes(value, after);
    if (was == is) continue;
    crossing_.append(at->value().substr(sizeof(uint32_t)));
    crossing_weights_.push_back(static_cast<int32_t>(is ? at->weight : -at->weight));
  }
}

// A bound that only rises has no more use for the rows that it has passed.
void DynamicFilter::let_go(Group* group, const Bound& bound) {
  for (auto at = rows_.first(group); at.valid() && is_over(value_of(*at), bound); at = rows_.first(group)) {
    const std::string key(at->sort_key());
    rows_.adjust(group, key, {}, -at->weight);
  }
}

}  // namespace leat

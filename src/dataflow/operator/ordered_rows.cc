#include "dataflow/operator/ordered_rows.h"

namespace leat {

OrderedRows::OrderedRows(const PhysicalNode& plan, StateOptions state)
    : group_columns_(plan.keys),
      groups_(plan.inputs[0]->schema, plan.keys, plan.inputs[0]->distribution),
      order_(sort_types(plan.inputs[0]->schema, plan.order), plan.order),
      tie_breaker_(sort_types(plan.inputs[0]->schema, tie_columns(*plan.inputs[0])), tie_columns(*plan.inputs[0])),
      rows_(types_of(plan.inputs[0]->schema), all_columns(plan.inputs[0]->schema.size()), PackMode::kExact),
      state_(std::move(state)),
      sweep_(types_at(plan.inputs[0]->schema, plan.keys)) {}

Result<> OrderedRows::find_groups(const Batch& batch) {
  groups_.read(batch);
  order_.encode(batch);
  tie_breaker_.encode(batch);
  found_.resize(groups_.size());
  return state_.find_or_insert(groups_.hashes(), groups_.keys(), found_);
}

void OrderedRows::make_sort_key(uint32_t at) {
  sort_key_.assign(order_.key(at));
  sort_key_.append(tie_breaker_.key(at));
}

void OrderedRows::keep_row(uint32_t at) {
  kept_.push_back({at, bytes_.copy(sort_key_), static_cast<uint32_t>(order_.key(at).size())});
}

void OrderedRows::add_kept(const Batch& batch, std::vector<Change>& changes) {
  if (kept_.size() == found_.size()) {
    rows_.pack(batch);
  } else {
    std::vector<uint32_t> rows;
    for (const Kept& kept : kept_) rows.push_back(groups_.row(kept.at));
    rows_.pack(batch.with_rows(std::move(rows)));
  }
  for (size_t i = 0; i < kept_.size(); ++i) {
    const Kept& kept = kept_[i];
    value_.assign(reinterpret_cast<const char*>(&kept.order_size), sizeof kept.order_size);
    value_.append(rows_.packed(i));
    changes.push_back({found_[kept.at], kept.sort_key, bytes_.copy(value_), batch.weight(groups_.row(kept.at))});
  }
}

void OrderedRows::pass_watermarks(const Watermarks& input) {
  const auto below = below_of(group_columns_, input);
  if (below.empty()) return;
  sweep_.sweep(state_, below, [&](StateRecord* record) { state_.clear(static_cast<Group*>(record)); });
}

}  // namespace leat

#include "dataflow/operator/set_operation.h"

namespace leat {

SetOperationOperator::SetOperationOperator(const PhysicalNode& plan, StateOptions state)
    : operation_(plan.operation),
      all_(plan.all),
      types_(types_of(plan.schema)),
      keys_(plan.inputs[0]->schema, all_columns(plan.inputs[0]->schema.size()),
            plan.inputs[0]->distribution),
      rows_(types_, all_columns(types_.size()), PackMode::kExact),
      state_(std::move(state), sizeof(Counts), true),
      sweep_(types_) {}

void SetOperationOperator::pass_watermarks(std::span<const Watermarks> inputs, StepContext&) {
  const auto columns = all_columns(types_.size());
  const auto below = below_of(columns, inputs[0], columns, inputs[1]);
  if (below.empty()) return;
  sweep_.sweep(state_, below, [&](StateRecord* record) {
    auto* entry = static_cast<KeyedState::Entry*>(record);
    if (state_.live(entry)) state_.erase(entry);
  });
}

int64_t SetOperationOperator::copies(const Counts& counts) const {
  const auto [l, r] = counts.side;
  if (operation_ == SetOperation::kIntersect) {
    return all_ ? std::max<int64_t>(std::min(l, r), 0) : (l > 0 && r > 0);
  }
  return all_ ? std::max<int64_t>(l - std::max<int64_t>(r, 0), 0) : (l > 0 && r <= 0);
}

void SetOperationOperator::push(int port, const Batch& batch, Output&, StepContext& step) {
  keys_.read(batch);
  rows_.pack(batch);
  entries_.resize(keys_.size());
  if (auto found = state_.find_or_insert(keys_.hashes(), keys_.keys(), entries_); !found) {
    return step.fail(std::move(found).error());
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    auto* entry = entries_[i];
    const bool fresh = !state_.live(entry);
    auto* counts = reinterpret_cast<Counts*>(state_.modify(entry));
    if (fresh) state_.set_variable(entry, rows_.packed(i));
    if (changed_index_.try_emplace(entry, changed_.size()).second) {
      changed_.emplace_back(entry, copies(*counts));
    }
    counts->side[port] += batch.weight(keys_.row(i));
  }
}

void SetOperationOperator::finish(Output& out, StepContext&) {
  RowUnpacker unpacker(types_);
  auto weights = std::make_shared<std::vector<int32_t>>();
  bool append_only = true;
  for (const auto& [entry, before] : changed_) {
    const auto* counts = reinterpret_cast<const Counts*>(state_.state(entry));
    if (const int64_t delta = copies(*counts) - before; delta != 0) {
      unpacker.append(state_.variable(entry));
      weights->push_back(static_cast<int32_t>(delta));
      append_only &= delta == 1;
    }
    if (counts->side[0] == 0 && counts->side[1] == 0) state_.erase(entry);
  }
  changed_.clear();
  changed_index_.clear();
  if (!weights->empty()) {
    Batch result;
    result.selection = Selection(weights->size());
    result.columns = unpacker.finish();
    if (!append_only) result.weights = std::move(weights);
    out.emit(std::move(result));
  }
  state_.end_step();
}

}  // namespace leat

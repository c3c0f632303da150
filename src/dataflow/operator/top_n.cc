#include "dataflow/operator/top_n.h"

#include "dataflow/consolidate.h"
#include "dataflow/operator/net_changes.h"

namespace leat {
TopN::TopN(const PhysicalNode& plan, Bounds bounds, StateOptions state, bool query)
    : bounds_(bounds),
      with_ties_(plan.with_ties),
      emit_rank_(plan.emit_rank),
      query_(query),
      forgets_(bounds.limit >= 0 && !plan.with_ties && (query || plan.inputs[0]->append_only)),
      types_(types_of(plan.inputs[0]->schema)),
      rows_(plan, std::move(state)),
      state_(rows_.state()) {}

void TopN::push(int, const Batch& batch, Output&, StepContext& step) {
  const auto keep = [&](const Group* group, std::string_view sort_key) {
    return !forgets_ || !behind_window(group, sort_key);
  };
  if (auto read = rows_.read(batch, changes_, keep); !read) return step.fail(std::move(read).error());
  if (query_) apply_changes();
}

bool TopN::behind_window(const Group* group, std::string_view sort_key) const {
  if (state_.weight(group) < high()) return false;
  const auto last = state_.last(group);
  return !last.valid() || sort_key >= last->sort_key();
}

void TopN::apply_changes() {
  net_changes(changes_);
  for (const Change& change : changes_) apply(change);
  changes_.clear();
  if (emissions_.empty()) rows_.bytes() = Arena();
}

void TopN::apply(const Change& change) {
  Group* const group = change.group;
  if (forgets_ && behind_window(group, change.sort_key)) return;  // one before it has moved the end
  if (moves_whole() && !std::exchange(group->mark, 1)) {
    whole_.push_back({group, {}});
    list_window(group, whole_.back().second);
  }
  if (moves_whole()) {
    state_.adjust(group, change.sort_key, change.value, change.weight);
  } else {
    change_window(group, change.sort_key, change.value, change.weight);
  }
  if (forgets_) forget_behind_window(group);
}

void TopN::forget_behind_window(Group* group) {
  for (int64_t over = state_.weight(group) - high(); over > 0;) {
    const auto last = state_.last(group);
    const int64_t copies = std::min(over, last->weight);
    const std::string key(last->sort_key());
    state_.adjust(group, key, {}, -copies);
    over -= copies;
  }
}

// One copy at a time: an insertion at rank r pushes one row over the upper edge (at `high` after it)
// and, when r lies before the window, one row over the lower edge into it; a deletion the reverse.
void TopN::change_window(Group* group, std::string_view sort_key, std::string_view value,
                         int64_t weight) {
  const int64_t low = bounds_.offset;
  for (; weight > 0; --weight) {
    state_.adjust(group, sort_key, value, 1);
    const int64_t rank = state_.rank(group, sort_key);
    if (rank >= high()) continue;
    if (bounds_.limit >= 0) {
      if (const auto leaving = row_at(group, high()); !leaving.empty()) note(leaving, 0, -1);
    }
    const auto entering = rank >= low ? value : row_at(group, low);
    if (!entering.empty()) note(entering, 0, 1);
  }
  for (; weight < 0; ++weight) {
    const int64_t rank = state_.rank(group, sort_key);
    if (rank < high()) {
      const auto leaving = rank >= low ? value : row_at(group, low);
      if (!leaving.empty()) note(leaving, 0, -1);
      if (bounds_.limit >= 0) {
        if (const auto entering = row_at(group, high()); !entering.empty()) note(entering, 0, 1);
      }
    }
    state_.adjust(group, sort_key, value, -1);
  }
}

std::string_view TopN::row_at(const Group* group, int64_t rank) const {
  if (rank >= state_.weight(group)) return {};
  const auto at = state_.at_rank(group, rank);
  return at.valid() ? at->value() : std::string_view{};
}

void TopN::note(std::string_view value, int64_t rank, int64_t weight) {
  emissions_.push_back({rows_.bytes().copy(value), rank, static_cast<int32_t>(weight)});
}

void TopN::list_window(const Group* group, std::vector<std::pair<int64_t, std::string>>& rows) const {
  if (bounds_.offset >= state_.weight(group) || bounds_.limit == 0) return;
  auto at = state_.at_rank(group, bounds_.offset);
  int64_t rank = at.valid() ? state_.rank(group, at->sort_key()) : 0;
  std::string last_order;
  for (; at.valid(); at.next()) {
    const std::string_view order = OrderedRows::order_key(at->sort_key(), at->value());
    if (rank >= high() && !(with_ties_ && order == last_order)) break;
    for (int64_t copy = 0; copy < at->weight; ++copy, ++rank) {
      if (rank < bounds_.offset) continue;
      if (rank >= high() && !(with_ties_ && (order == last_order || copy > 0))) break;
      rows.emplace_back(rank, at->value());
    }
    if (with_ties_) last_order = order;
  }
}

void TopN::finish(Output& out, StepContext&) {
  apply_changes();
  for (auto& [group, before] : whole_) {
    group->mark = 0;
    std::vector<std::pair<int64_t, std::string>> now;
    list_window(group, now);
    if (!emit_rank_) {
      // Ranks do not come out: compare rows only.
      for (auto& row : before) row.first = 0;
      for (auto& row : now) row.first = 0;
    }
    size_t same = 0;  // a common beginning is the usual case
    while (same < before.size() && same < now.size() && before[same] == now[same]) ++same;
    for (size_t i = same; i < before.size(); ++i) note(before[i].second, before[i].first, -1);
    for (size_t i = same; i < now.size(); ++i) note(now[i].second, now[i].first, 1);
  }
  whole_.clear();
  emit(out);
  rows_.bytes() = Arena();
  state_.end_step();
}

void TopN::emit(Output& out) {
  if (emissions_.empty()) return;
  RowUnpacker unpacker(types_);
  auto weights = std::make_shared<std::vector<int32_t>>();
  auto ranks = std::make_shared<Vector>(TypeId::kInt64, emissions_.size());
  bool append_only = true;
  for (size_t i = 0; i < emissions_.size(); ++i) {
    unpacker.append(OrderedRows::packed_row(emissions_[i].value));
    weights->push_back(emissions_[i].weight);
    ranks->data<int64_t>()[i] = emissions_[i].rank + 1 - (emit_rank_ ? 0 : 1);
    append_only &= emissions_[i].weight == 1;
  }
  Batch changes;
  changes.selection = Selection(emissions_.size());
  changes.columns = unpacker.finish();
  auto types = types_;
  if (emit_rank_) {
    changes.columns.push_back(ranks);
    types.push_back(TypeId::kInt64);
  }
  if (!append_only) changes.weights = std::move(weights);
  emissions_.clear();
  out.emit(append_only ? std::move(changes) : consolidate({&changes, 1}, types));
}

}  // namespace leat

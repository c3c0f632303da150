#include "dataflow/operator/materialize.h"

#include "base/hash.h"

namespace leat {
namespace {

constexpr uint32_t kNone = ~uint32_t{0};

std::vector<int> vnode_columns(const PhysicalNode& plan) {
  const auto& distribution = plan.inputs[0]->distribution;
  return distribution.kind == Distribution::kHash ? distribution.columns : std::vector<int>{};
}

}  // namespace

Materialize::Materialize(const PhysicalNode& plan, StoredTables& tables, Target target)
    : target_(std::move(target)),
      tables_(tables),
      writer_(tables, target_.table),
      types_(types_of(plan.inputs[0]->schema)),
      vnodes_(plan.inputs[0]->schema, vnode_columns(plan), Distribution{}),
      keys_(sort_types(plan.inputs[0]->schema, target_.order), target_.order),
      rows_(types_, all_columns(types_.size()), PackMode::kExact) {
  if (target_.conflict) rule_.emplace(*target_.conflict, target_.version_columns, types_);
}

void Materialize::push(int, const Batch& batch, Output& out, StepContext&) {
  vnodes_.read(batch);
  keys_.encode(batch);
  rows_.pack(batch);
  pending_append_only_ &= batch.append_only();
  const size_t n = batch.size();
  pending_.reserve(pending_.size() + n);
  for (size_t i = 0; i < n; ++i) {
    pending_.push_back({batch.weight(batch.selection[i]), kNone, vnode_of(vnodes_.hashes()[i]),
                        pending_bytes_.copy(keys_.key(i)), pending_bytes_.copy(rows_.packed(i))});
  }
  if (!rule_) out.emit(batch);
}

void Materialize::finish(Output& out, StepContext& step) {
  if (pending_.empty()) return;
  if (rule_) {
    finish_table(out, step);
  } else {
    finish_view();
  }
  pending_.clear();
  pending_append_only_ = true;
  pending_bytes_ = Arena();
}

void Materialize::finish_view() {
  if (pending_append_only_) {  // a key comes once in the life of an append-only stream
    for (const auto& p : pending_) writer_.put(p.key, p.vnode, p.row, true);
    return;
  }
  // Per key: the row whose changes sum to more than nothing is the one there now; the key was there
  // before if the sum over all its rows is less than what is there now.
  std::unordered_map<std::string_view, uint32_t> last;
  last.reserve(pending_.size());
  for (uint32_t i = 0; i < pending_.size(); ++i) {
    auto [at, fresh] = last.try_emplace(pending_[i].key, i);
    if (!fresh) {
      pending_[i].next = at->second;
      at->second = i;
    }
  }
  for (uint32_t i = 0; i < pending_.size(); ++i) {
    if (last[pending_[i].key] != i) continue;  // the chain's head only, in order of arrival
    int64_t sum = 0;
    const Pending* now = nullptr;
    for (uint32_t a = i; a != kNone; a = pending_[a].next) {
      sum += pending_[a].weight;
      if (now != nullptr) continue;
      int64_t of_row = 0;
      for (uint32_t b = i; b != kNone; b = pending_[b].next) {
        if (pending_[b].row == pending_[a].row) of_row += pending_[b].weight;
      }
      if (of_row > 0) now = &pending_[a];
    }
    if (now != nullptr) {
      writer_.put(now->key, now->vnode, now->row, sum > 0);
    } else if (sum < 0) {
      writer_.erase(pending_[i].key);
    }
  }
}

void Materialize::finish_table(Output& out, StepContext& step) {
  struct Current {
    std::optional<std::string> before, now;
    uint8_t vnode;
  };
  std::vector<std::string_view> keys;
  std::unordered_map<std::string_view, size_t> index;
  for (const auto& p : pending_) {
    if (index.try_emplace(p.key, keys.size()).second) keys.push_back(p.key);
  }
  std::vector<std::optional<std::string>> rows(keys.size());
  if (auto found = tables_.snapshot().multi_get(target_.table, keys, rows); !found) {
    return step.fail(std::move(found).error());
  }
  std::vector<Current> current(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) current[i] = {rows[i], rows[i], 0};
  std::string resolved;
  for (const auto& p : pending_) {
    Current& c = current[index[p.key]];
    c.vnode = p.vnode;
    if (p.weight < 0) {
      c.now.reset();
    } else if (p.weight > 0 && rule_->resolve(c.now ? &*c.now : nullptr, p.row, resolved)) {
      c.now = resolved;
    }
  }
  RowUnpacker unpacker(types_);
  auto weights = std::make_shared<std::vector<int32_t>>();
  bool append_only = true;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Current& c = current[i];
    if (c.before == c.now) continue;
    if (c.before) {
      unpacker.append(*c.before);
      weights->push_back(-1);
      append_only = false;
    }
    if (c.now) {
      unpacker.append(*c.now);
      weights->push_back(1);
      writer_.put(keys[i], c.vnode, *c.now, !c.before.has_value());
    } else {
      writer_.erase(keys[i]);
    }
  }
  Batch changes;
  changes.selection = Selection(unpacker.size());
  changes.columns = unpacker.finish();
  if (!append_only) changes.weights = std::move(weights);
  out.emit(std::move(changes));
}

}  // namespace leat

#include "dataflow/operator/hash_aggregate.h"

#include <cstring>
#include <utility>

#include "base/check.h"
#include "dataflow/operator/net_changes.h"

namespace leat {
namespace {

// Which of its ways a call takes: the inline state, or nothing (the rows way).
const AggregateFunction::Inline* inline_way(const PhysicalAggregate& call, bool append_only) {
  const AggregateFunction& f = *call.function;
  if (f.order_matters && !call.order_by.empty()) return nullptr;
  if (append_only && f.append_only.state_bytes != 0) return &f.append_only;
  if (f.retractable.state_bytes != 0) return &f.retractable;
  return nullptr;
}

// DISTINCT changes nothing for min, max, bool_and ..: those that read one row or take both ways alike.
bool needs_distinct(const PhysicalAggregate& call) {
  return call.distinct && !call.function->first_row_only;
}

bool values_differ_from_key(const Type& type) {
  switch (type.id()) {
    case TypeId::kNumeric:
    case TypeId::kFloat32:
    case TypeId::kFloat64:
    case TypeId::kInterval:
    case TypeId::kJsonb:
    case TypeId::kStruct:
    case TypeId::kList: return true;
    default: return false;
  }
}

// The order of a call's rows in its ordered state, up to a tie-breaker that keeps rows apart.
std::vector<SortColumn> rows_order(const PhysicalAggregate& call, const PhysicalNode& input) {
  std::vector<SortColumn> order = call.order_by;
  if (order.empty() && call.function->rows_order != AggregateFunction::kArrival) {
    order.push_back({.column = call.args[0],
                     .descending = call.function->rows_order == AggregateFunction::kDescending});
    return order;  // equal values need not be told apart
  }
  if (call.distinct) {
    for (const int c : call.args) order.push_back({.column = c});
    return order;
  }
  for (const int c : input.key.empty() ? all_columns(input.schema.size()) : input.key) {
    order.push_back({.column = c});
  }
  return order;
}

}  // namespace

size_t aggregate_state_tables(const PhysicalNode& plan, bool append_only_input) {
  size_t tables = 1;
  for (const auto& call : plan.aggregates) {
    tables += needs_distinct(call);
    tables += inline_way(call, append_only_input) == nullptr;
  }
  return tables;
}

struct HashAggregate::Call {
  PhysicalAggregate plan;
  const AggregateFunction::Inline* way = nullptr;  // null: the rows way
  size_t offset = 0;                               // of its inline state
  // Rows way.
  std::unique_ptr<OrderedState> rows;
  std::unique_ptr<OrderedKeyEncoder> order;
  std::unique_ptr<RowPacker> args;
  std::vector<std::string> old_results;  // packed, by touched group
  struct Change {
    OrderedState::Group* group;
    std::string_view sort_key, value;  // value: packed arguments; in bytes
    int64_t weight;
  };
  std::vector<Change> changes;  // of this step
  Arena bytes;
  // DISTINCT: (group key, arguments) -> count.
  std::unique_ptr<KeyedState> distinct;
  std::unique_ptr<RowPacker> distinct_key;
  std::optional<WatermarkSweep> rows_sweep, distinct_sweep;
};

HashAggregate::HashAggregate(Options options)
    : key_columns_(options.plan->keys),
      key_types_(types_at(options.plan->inputs[0]->schema, options.plan->keys)),
      append_only_(options.append_only_input),
      query_(options.query),
      owns_empty_key_(options.owns_empty_key && options.plan->keys.empty() && !options.plan->may_be_empty),
      may_be_empty_(options.plan->may_be_empty),
      exact_keys_(std::ranges::any_of(key_types_, values_differ_from_key)),
      keys_(options.plan->inputs[0]->schema, options.plan->keys, options.plan->inputs[0]->distribution),
      exact_key_packer_(key_types_, options.plan->keys, PackMode::kExact),
      sweep_(key_types_) {
  const PhysicalNode& input = *options.plan->inputs[0];
  size_t next_table = 1;
  for (const auto& plan : options.plan->aggregates) {
    auto call = std::make_unique<Call>();
    call->plan = plan;
    call->way = inline_way(plan, append_only_);
    if (needs_distinct(plan)) {
      call->distinct = std::make_unique<KeyedState>(std::move(options.state[next_table++]), sizeof(int64_t));
      auto columns = key_columns_;
      columns.insert(columns.end(), plan.args.begin(), plan.args.end());
      call->distinct_key = std::make_unique<RowPacker>(types_at(input.schema, columns), columns, PackMode::kKey);
      call->distinct_sweep.emplace(types_at(input.schema, columns));
    }
    if (call->way != nullptr) {
      call->offset = state_bytes_;
      state_bytes_ += call->way->state_bytes;
    } else {
      CHECK(plan.function->from_rows != nullptr, "aggregate {} has no way", plan.function->name);
      call->rows = std::make_unique<OrderedState>(std::move(options.state[next_table++]));
      call->rows_sweep.emplace(key_types_);
      const auto order = rows_order(plan, input);
      call->order = std::make_unique<OrderedKeyEncoder>(sort_types(input.schema, order), order);
      call->args = std::make_unique<RowPacker>(types_at(input.schema, plan.args), plan.args, PackMode::kExact);
    }
    calls_.push_back(std::move(call));
  }
  groups_ = std::make_unique<KeyedState>(std::move(options.state[0]), static_cast<uint32_t>(state_bytes_),
                                         exact_keys_);
}

HashAggregate::~HashAggregate() = default;

void HashAggregate::list_state(std::vector<StateTable*>& tables) {
  tables.push_back(groups_.get());
  for (auto& call : calls_) {
    if (call->distinct) tables.push_back(call->distinct.get());
    if (call->rows) tables.push_back(call->rows.get());
  }
}

void HashAggregate::pass_watermarks(std::span<const Watermarks> inputs, StepContext&) {
  const auto below = below_of(key_columns_, inputs[0]);
  if (below.empty()) return;
  const auto erase_from = [](KeyedState& table) {
    return [&table](StateRecord* record) {
      auto* entry = static_cast<KeyedState::Entry*>(record);
      if (table.live(entry)) table.erase(entry);
    };
  };
  sweep_.sweep(*groups_, below, erase_from(*groups_));
  for (auto& call : calls_) {
    if (call->distinct) call->distinct_sweep->sweep(*call->distinct, below, erase_from(*call->distinct));
    if (call->rows) {
      call->rows_sweep->sweep(*call->rows, below, [&](StateRecord* record) {
        call->rows->clear(static_cast<OrderedState::Group*>(record));
      });
    }
  }
}

// Notes a group's row as it was before the step's first change of it.
void HashAggregate::touch(KeyedState::Entry* entry, StepContext& step) {
  if (std::exchange(entry->mark, 1)) return;
  const size_t offset = old_states_.size();
  const bool live = groups_->live(entry);
  bool emitted = false;
  old_states_.resize(offset + state_bytes_);
  if (live) {
    std::memcpy(old_states_.data() + offset, groups_->state(entry), state_bytes_);
    emitted = reinterpret_cast<const Head*>(groups_->state(entry))->emitted != 0;
  } else {
    std::memset(old_states_.data() + offset, 0, state_bytes_);
  }
  touched_.push_back({entry, emitted, offset});
  for (auto& call : calls_) {
    if (!call->rows) continue;
    Vector old(call->plan.type, 1);
    if (emitted) {
      rows_result(*call, groups_->key(entry), groups_->hash(entry), old, 0, step);
      const Value value = old.value_at(0);
      call->old_results.push_back(pack_values({&value, 1}));
    } else {
      call->old_results.emplace_back();
    }
  }
}

void HashAggregate::push(int, const Batch& batch, Output&, StepContext& step) {
  keys_.read(batch);
  const size_t n = keys_.size();
  entries_.resize(n);
  if (auto found = groups_->find_or_insert(keys_.hashes(), keys_.keys(), entries_); !found) {
    return step.fail(std::move(found).error());
  }
  if (exact_keys_) exact_key_packer_.pack(batch);
  states_.resize(n);
  for (size_t i = 0; i < n; ++i) {
    auto* entry = entries_[i];
    if (!query_) touch(entry, step);
    const bool fresh = !groups_->live(entry);
    states_[i] = groups_->modify(entry);
    if (fresh && exact_keys_) groups_->set_variable(entry, exact_key_packer_.packed(i));
    reinterpret_cast<Head*>(states_[i])->rows += batch.weight(keys_.row(i));
  }
  for (auto& call : calls_) {
    push_call(*call, batch, step);
    if (step.failed()) return;
  }
}

void HashAggregate::push_call(Call& call, const Batch& batch, StepContext& step) {
  Taken taken;
  take_rows(call, batch, taken);
  if (call.distinct && !keep_distinct(call, batch, taken, step)) return;
  if (taken.at.empty()) return;
  if (call.way != nullptr) {
    update_inline(call, batch, taken);
  } else {
    update_rows(call, batch, taken, step);
  }
}

void HashAggregate::take_rows(const Call& call, const Batch& batch, Taken& taken) const {
  const size_t n = keys_.size();
  const Vector* filter = call.plan.filter >= 0 ? batch.columns[call.plan.filter].get() : nullptr;
  const AggregateFunction& function = *call.plan.function;
  const bool skip_nulls = call.distinct ? !function.takes_nulls : call.rows && function.skips_null_rows;
  taken.at.reserve(n);
  taken.weights.reserve(n);
  for (size_t i = 0; i < n; ++i) {
    const uint32_t row = keys_.row(i);
    if (filter && (filter->is_null(row) || !filter->at<uint8_t>(row))) continue;
    if (skip_nulls && !call.plan.args.empty() &&
        batch.columns[call.plan.args[0]]->is_null(row)) {
      continue;
    }
    taken.at.push_back(static_cast<uint32_t>(i));
    taken.weights.push_back(batch.weight(row));
  }
}

// Leaves of `taken` the rows whose argument appears in, or disappears from, its group.
bool HashAggregate::keep_distinct(Call& call, const Batch& batch, Taken& taken, StepContext& step) {
  call.distinct_key->pack(batch);
  std::vector<uint64_t> hashes(taken.at.size());
  std::vector<std::string_view> keys(taken.at.size());
  constexpr uint64_t kVnodeBits = uint64_t{0xFF} << 56;
  for (size_t i = 0; i < taken.at.size(); ++i) {
    keys[i] = call.distinct_key->packed(taken.at[i]);
    hashes[i] = (hash_bytes(keys[i].data(), keys[i].size()) & ~kVnodeBits) |
                (keys_.hashes()[taken.at[i]] & kVnodeBits);
  }
  std::vector<KeyedState::Entry*> entries(keys.size());
  if (auto found = call.distinct->find_or_insert(hashes, keys, entries); !found) {
    step.fail(std::move(found).error());
    return false;
  }
  Taken changed;
  for (size_t i = 0; i < entries.size(); ++i) {
    auto* count = reinterpret_cast<int64_t*>(call.distinct->modify(entries[i]));
    const bool had = *count > 0;
    *count += taken.weights[i];
    const bool has = *count > 0;
    if (*count == 0) call.distinct->erase(entries[i]);
    if (had == has) continue;
    changed.at.push_back(taken.at[i]);
    changed.weights.push_back(has ? 1 : -1);
  }
  taken = std::move(changed);
  return true;
}

void HashAggregate::update_inline(Call& call, const Batch& batch, const Taken& taken) {
  const size_t n = taken.at.size();
  std::vector<char*> states(n);
  std::vector<uint32_t> rows(n);
  bool plain = true;
  for (size_t i = 0; i < n; ++i) {
    states[i] = states_[taken.at[i]] + call.offset;
    rows[i] = keys_.row(taken.at[i]);
    plain &= taken.weights[i] == 1;
  }
  std::vector<const Vector*> args;
  for (const int c : call.plan.args) args.push_back(batch.columns[c].get());
  call.way->update({states, rows, plain ? nullptr : taken.weights.data(), args});
}

void HashAggregate::update_rows(Call& call, const Batch& batch, const Taken& taken, StepContext& step) {
  call.order->encode(batch);
  call.args->pack(batch);
  const size_t n = taken.at.size();
  std::vector<uint64_t> hashes(n);
  std::vector<std::string_view> keys(n);
  for (size_t i = 0; i < n; ++i) {
    hashes[i] = keys_.hashes()[taken.at[i]];
    keys[i] = keys_.keys()[taken.at[i]];
  }
  std::vector<OrderedState::Group*> groups(n);
  if (auto found = call.rows->find_or_insert(hashes, keys, groups); !found) {
    return step.fail(std::move(found).error());
  }
  for (size_t i = 0; i < n; ++i) {
    call.changes.push_back({groups[i], call.bytes.copy(call.order->key(taken.at[i])),
                            call.bytes.copy(call.args->packed(taken.at[i])), taken.weights[i]});
  }
}

void HashAggregate::apply_rows(Call& call) {
  const bool keep_first = append_only_ && call.plan.function->first_row_only;
  net_changes(call.changes);
  for (const auto& change : call.changes) {
    if (keep_first) {
      const auto first = call.rows->first(change.group);
      if (first.valid()) {
        if (change.sort_key >= first->sort_key()) continue;
        const std::string gone(first->sort_key());
        call.rows->adjust(change.group, gone, {}, -first->weight);
      }
    }
    call.rows->adjust(change.group, change.sort_key, change.value, change.weight);
  }
  call.changes.clear();
  call.bytes = Arena();
}

namespace {

class GroupRows final : public AggregateRows {
 public:
  GroupRows(const OrderedState& state, const OrderedState::Group* group) {
    if (group != nullptr) at_ = state.first(group);
  }
  bool next(std::string_view& packed, int64_t& weight) override {
    if (started_ && at_.valid()) at_.next();
    started_ = true;
    if (!at_.valid()) return false;
    packed = at_->value();
    weight = at_->weight;
    return true;
  }

 private:
  OrderedState::Cursor at_;
  bool started_ = false;
};

}  // namespace

void HashAggregate::rows_result(Call& call, std::string_view key, uint64_t hash, Vector& out, size_t row,
                                StepContext& step) {
  OrderedState::Group* group = nullptr;
  if (auto found = call.rows->find({&hash, 1}, {&key, 1}, {&group, 1}); !found) {
    step.fail(std::move(found).error());
    return out.set_null_value(row);
  }
  GroupRows rows(*call.rows, group);
  call.plan.function->from_rows(rows, call.plan.arg_types, out, row, step.eval);
}

void HashAggregate::finish(Output& out, StepContext& step) {
  if (owns_empty_key_) show_empty_key(step);
  if (query_) {
    groups_->for_each([&](KeyedState::Entry* entry) { touched_.push_back({entry, false, 0}); });
  }
  for (auto& call : calls_) {
    if (call->rows) apply_rows(*call);
  }
  std::vector<KeyedState::Entry*> gone;
  Rows rows = changed_rows(gone);
  Batch result;
  result.selection = Selection(rows.weights.size());
  result.columns = key_columns(rows);
  for (auto& call : calls_) result.columns.push_back(result_column(*call, rows, step));
  for (auto* entry : gone) groups_->erase(entry);
  forget_step();
  if (!step.failed()) emit_differing(std::move(result), std::move(rows), out);
}

// Without keys there is a row from the first step on, whatever has come.
void HashAggregate::show_empty_key(StepContext& step) {
  Batch nothing;  // one row without columns: it has the empty key
  nothing.selection = Selection(1);
  keys_.read(nothing);
  entries_.resize(1);
  if (auto found = groups_->find_or_insert(keys_.hashes(), keys_.keys(), entries_); !found) {
    return step.fail(std::move(found).error());
  }
  if (!groups_->live(entries_[0])) {
    if (!query_) touch(entries_[0], step);
    groups_->modify(entries_[0]);
  }
  owns_empty_key_ = false;
}

// The old and the new row of each touched group; notes in the groups what is out from now on. `gone`: groups
// without rows.
HashAggregate::Rows HashAggregate::changed_rows(std::vector<KeyedState::Entry*>& gone) {
  const bool keyless = key_columns_.empty() && !may_be_empty_;
  Rows rows;
  const auto add = [&](size_t t, int32_t weight, const char* state) {
    rows.touched.push_back(static_cast<uint32_t>(t));
    rows.weights.push_back(weight);
    rows.states.push_back(state);
  };
  for (size_t t = 0; t < touched_.size(); ++t) {
    auto* entry = touched_[t].entry;
    const int64_t left = reinterpret_cast<const Head*>(groups_->state(entry))->rows;
    const bool shows = keyless || left > 0;
    if (touched_[t].emitted) add(t, -1, old_states_.data() + touched_[t].old_state);
    if (shows) add(t, 1, groups_->state(entry));
    if (shows != touched_[t].emitted) reinterpret_cast<Head*>(groups_->modify(entry))->emitted = shows;
    if (!shows && left == 0) gone.push_back(entry);
  }
  return rows;
}

std::vector<ColumnPtr> HashAggregate::key_columns(const Rows& rows) const {
  RowUnpacker unpacker(key_types_);
  for (const uint32_t t : rows.touched) {
    const auto* entry = touched_[t].entry;
    unpacker.append(exact_keys_ ? groups_->variable(entry) : groups_->key(entry));
  }
  return unpacker.finish();
}

ColumnPtr HashAggregate::result_column(Call& call, const Rows& rows, StepContext& step) {
  const size_t n = rows.weights.size();
  auto column = std::make_shared<Vector>(call.plan.type, n);
  if (call.way != nullptr) {
    std::vector<const char*> at(n);
    for (size_t i = 0; i < n; ++i) at[i] = rows.states[i] + call.offset;
    call.way->result(at, *column, step.eval);
    return column;
  }
  for (size_t i = 0; i < n; ++i) {
    const uint32_t t = rows.touched[i];
    if (rows.weights[i] < 0) {
      column->set_value(i, unpack_values(call.old_results[t], {&call.plan.type, 1})[0]);
    } else {
      rows_result(call, groups_->key(touched_[t].entry), groups_->hash(touched_[t].entry), *column, i, step);
    }
  }
  return column;
}

void HashAggregate::forget_step() {
  for (const Touched& touched : touched_) touched.entry->mark = 0;
  touched_.clear();
  old_states_.clear();
  groups_->end_step();
  for (auto& call : calls_) {
    call->old_results.clear();
    if (call->rows) call->rows->end_step();
    if (call->distinct) call->distinct->end_step();
  }
}

// The old and the new row of a group stand next to each other and have the same key: where the results are
// the same too, neither comes out.
void HashAggregate::emit_differing(Batch result, Rows rows, Output& out) const {
  const size_t n = rows.weights.size();
  if (n == 0) return;
  if (std::ranges::all_of(rows.weights, [](int32_t w) { return w == 1; })) return out.emit(std::move(result));
  std::vector<int> results = all_columns(result.columns.size());
  results.erase(results.begin(), results.begin() + static_cast<ptrdiff_t>(key_columns_.size()));
  std::vector<Type> types;
  for (const int c : results) types.push_back(result.columns[static_cast<size_t>(c)]->type());
  RowPacker packer(std::move(types), std::move(results), PackMode::kExact);
  packer.pack(result);
  std::vector<uint32_t> kept;
  bool only_new = true;
  for (uint32_t i = 0; i < n; ++i) {
    const bool both = rows.weights[i] < 0 && i + 1 < n && rows.touched[i] == rows.touched[i + 1];
    if (both && packer.packed(i) == packer.packed(i + 1)) {
      ++i;
      continue;
    }
    kept.push_back(i);
    only_new &= rows.weights[i] == 1;
  }
  if (kept.size() < n) result = result.with_rows(std::move(kept));
  if (!only_new) result.weights = std::make_shared<const std::vector<int32_t>>(std::move(rows.weights));
  out.emit(std::move(result));
}

}  // namespace leat

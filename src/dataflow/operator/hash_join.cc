#include "dataflow/operator/hash_join.h"

#include "base/check.h"

namespace leat {
namespace {

constexpr size_t kPairsMax = 4096;  // per emitted batch

VectorPtr null_column(const Type& type, size_t) {
  auto value = Value::null(type);
  return std::const_pointer_cast<Vector>(Vector::constant(value));
}

}  // namespace

struct HashJoin::Side {
  Side(const Schema& schema, const std::vector<int>& key_columns, const Distribution& distribution,
       std::vector<bool> null_safe, StateOptions options)
      : types(types_of(schema)),
        keys(schema, key_columns, distribution, std::move(null_safe)),
        packer(types, all_columns(types.size()), PackMode::kExact),
        unpacker(types),
        rows(std::move(options)),
        sweep(types_at(schema, key_columns)) {}

  std::vector<Type> types;
  KeyReader keys;
  RowPacker packer;
  RowUnpacker unpacker;
  MultiState rows;
  WatermarkSweep sweep;
  std::vector<MultiState::Group*> groups;  // of the batch being pushed: in the other side's table
  bool unique;  // its changes are additions of rows that have not been there
};

// Candidate matches of a batch's rows with rows of the other side.
struct HashJoin::Pairs {
  std::vector<uint32_t> index;           // which row of the batch, in selection order
  std::vector<uint32_t> row;             // its physical row
  std::vector<MultiState::Row*> others;
  std::vector<int64_t>* matches;         // by selection order: how many rows matched
};

HashJoin::HashJoin(Options options)
    : join_(options.plan->join),
      query_(options.query),
      single_row_(options.plan->single_row),
      output_(options.plan->join_output),
      key_columns_{options.plan->left_keys, options.plan->right_keys} {
  const PhysicalNode& plan = *options.plan;
  auto null_safe = plan.null_safe;
  null_safe.resize(plan.left_keys.size(), false);
  const auto& left = *plan.inputs[0];
  const auto& right = *plan.inputs[1];
  sides_[0] = std::make_unique<Side>(left.schema, plan.left_keys, left.distribution, null_safe,
                                     std::move(options.left));
  sides_[1] = std::make_unique<Side>(right.schema, plan.right_keys, right.distribution, null_safe,
                                     std::move(options.right));
  for (int s = 0; s < 2; ++s) sides_[s]->unique = plan.inputs[s]->append_only && !plan.inputs[s]->key.empty();
  if (plan.condition && !is_true_literal(*plan.condition)) {
    condition_ = std::make_unique<Evaluator>(std::vector<ExprPtr>{plan.condition});
  }
}

HashJoin::~HashJoin() = default;

void HashJoin::list_state(std::vector<StateTable*>& tables) {
  tables.push_back(&sides_[0]->rows);
  tables.push_back(&sides_[1]->rows);
}

void HashJoin::pass_watermarks(std::span<const Watermarks> inputs, StepContext&) {
  const auto below = below_of(key_columns_[0], inputs[0], key_columns_[1], inputs[1]);
  if (below.empty()) return;
  for (auto& side : sides_) {
    side->sweep.sweep(side->rows, below, [&](StateRecord* record) {
      side->rows.clear(static_cast<MultiState::Group*>(record));
    });
  }
}

// Do rows of this side come out (or vanish) by themselves when they have no match?
bool HashJoin::stands_alone(int side) const {
  switch (join_) {
    case JoinKind::kInner: return false;
    case JoinKind::kLeft:
    case JoinKind::kSemi:
    case JoinKind::kAnti: return side == 0;
    case JoinKind::kRight: return side == 1;
    case JoinKind::kFull: return true;
  }
  return false;
}

void HashJoin::push(int port, const Batch& batch, Output& out, StepContext& step) {
  Side& own = *sides_[port];
  Side& other = *sides_[1 - port];
  own.keys.read(batch);
  const size_t n = own.keys.size();
  const bool probe = !query_ || port == 0;  // a query's right side arrives before any left row
  const bool keep = !query_ || port == 1;
  std::vector<int64_t> matches(n, 0);

  if (probe) {
    own.groups.resize(n);
    if (auto found = other.rows.find(own.keys.hashes(), own.keys.keys(), own.groups); !found) {
      return step.fail(std::move(found).error());
    }
    Pairs pairs{.matches = &matches};
    for (size_t i = 0; i < n; ++i) {
      if (own.keys.has_null(i) || own.groups[i] == nullptr) continue;
      other.rows.for_each_row(own.groups[i], [&](MultiState::Row* row) {
        pairs.index.push_back(static_cast<uint32_t>(i));
        pairs.row.push_back(own.keys.row(i));
        pairs.others.push_back(row);
      });
      if (pairs.index.size() >= kPairsMax) emit_pairs(port, batch, pairs, out, step);
      if (step.failed()) return;
    }
    emit_pairs(port, batch, pairs, out, step);
    if (!query_) flush_transitions(1 - port, out);
    if (single_row_ && port == 0) {
      for (size_t i = 0; i < n; ++i) {
        if (matches[i] > 1) {
          step.eval.row_error(own.keys.row(i),
                              make_error(SqlState::kCardinalityViolation,
                                         "more than one row returned by a subquery used as an expression"));
        }
      }
    }
    if (stands_alone(port)) {
      std::vector<uint32_t> alone;
      std::vector<int32_t> weights;
      for (size_t i = 0; i < n; ++i) {
        const bool emit = join_ == JoinKind::kSemi ? matches[i] != 0 : matches[i] == 0;
        if (!emit) continue;
        alone.push_back(own.keys.row(i));
        weights.push_back(batch.weight(own.keys.row(i)));
      }
      if (!alone.empty()) {
        std::vector<ColumnPtr> columns;
        for (const auto& column : batch.columns) columns.push_back(gather(*column, alone));
        emit_alone(port, std::move(columns), std::move(weights), out);
      }
    }
  }

  if (!keep) return;
  own.packer.pack(batch);
  std::vector<MultiState::Group*> groups(n);
  if (auto found = own.rows.find_or_insert(own.keys.hashes(), own.keys.keys(), groups); !found) {
    return step.fail(std::move(found).error());
  }
  const bool counts = stands_alone(port);
  const bool only_new = own.unique && batch.append_only();
  std::vector<uint32_t> lost;  // a query's right rows that can never match
  for (size_t i = 0; i < n; ++i) {
    if (own.keys.has_null(i)) {
      if (query_ && counts) lost.push_back(own.keys.row(i));
      continue;
    }
    const int64_t weight = batch.weight(own.keys.row(i));
    if (only_new) {
      MultiState::Row* row = own.rows.insert(groups[i], own.packer.packed(i), weight);
      if (counts) own.rows.set_aux(row, matches[i]);
      continue;
    }
    const auto change = own.rows.adjust(groups[i], own.packer.packed(i), weight);
    if (counts && change.old_weight == 0 && change.new_weight != 0) {
      own.rows.set_aux(change.row, matches[i]);
    }
  }
  if (!lost.empty()) {
    std::vector<ColumnPtr> columns;
    std::vector<int32_t> weights;
    for (const uint32_t row : lost) weights.push_back(batch.weight(row));
    for (const auto& column : batch.columns) columns.push_back(gather(*column, lost));
    emit_alone(port, std::move(columns), std::move(weights), out);
  }
}

void HashJoin::emit_pairs(int port, const Batch& batch, Pairs& pairs, Output& out, StepContext& step) {
  const size_t n = pairs.index.size();
  if (n == 0) return;
  Side& other = *sides_[1 - port];
  for (auto* row : pairs.others) other.unpacker.append(row->bytes());
  auto other_columns = other.unpacker.finish();

  Batch joined;
  std::vector<ColumnPtr> own_columns;
  for (const auto& column : batch.columns) own_columns.push_back(gather(*column, pairs.row));
  auto& left = port == 0 ? own_columns : other_columns;
  auto& right = port == 0 ? other_columns : own_columns;
  joined.columns = std::move(left);
  for (auto& column : right) joined.columns.push_back(std::move(column));
  joined.selection = Selection(n);
  if (condition_) joined.selection = condition_->filter(0, joined, step.eval);

  auto weights = std::make_shared<std::vector<int32_t>>(n);
  bool append_only = true;
  const bool other_counts = stands_alone(1 - port);
  joined.selection.for_each([&](size_t i) {
    const int64_t own_weight = batch.weight(pairs.row[i]);
    MultiState::Row* row = pairs.others[i];
    (*pairs.matches)[pairs.index[i]] += row->weight;
    (*weights)[i] = static_cast<int32_t>(own_weight * row->weight);
    append_only &= (*weights)[i] == 1;
    if (other_counts) note_match(1 - port, row, own_weight);
  });
  if (join_ != JoinKind::kSemi && join_ != JoinKind::kAnti && !joined.empty()) {
    Batch result;
    for (const int c : output_) result.columns.push_back(joined.columns[c]);
    result.selection = joined.selection;
    if (!append_only) result.weights = std::move(weights);
    out.emit(std::move(result));
  }
  pairs.index.clear();
  pairs.row.clear();
  pairs.others.clear();
}

void HashJoin::note_match(int other, MultiState::Row* row, int64_t weight) {
  if (!std::exchange(row->mark, 1)) changed_.emplace_back(row, row->aux);
  sides_[other]->rows.set_aux(row, row->aux + weight);
}

void HashJoin::flush_transitions(int other, Output& out) {
  if (changed_.empty()) return;
  Side& side = *sides_[other];
  std::vector<int32_t> weights;
  for (const auto& [row, before] : changed_) {
    row->mark = 0;
    const bool had = before != 0;
    const bool has = row->aux != 0;
    if (had == has) continue;
    // Semi: the row is out while it has a match; the others: while it has none.
    const bool appears = join_ == JoinKind::kSemi ? has : !has;
    side.unpacker.append(row->bytes());
    weights.push_back(static_cast<int32_t>(appears ? row->weight : -row->weight));
  }
  changed_.clear();
  if (weights.empty()) return;
  emit_alone(other, side.unpacker.finish(), std::move(weights), out);
}

void HashJoin::emit_alone(int side, std::vector<ColumnPtr> columns, std::vector<int32_t> weights,
                          Output& out) {
  const size_t n = weights.size();
  Batch result;
  result.selection = Selection(n);
  const size_t left_width = sides_[0]->types.size();
  for (const int c : output_) {
    const int from = static_cast<size_t>(c) < left_width ? 0 : 1;
    const size_t at = from == 0 ? c : c - left_width;
    result.columns.push_back(from == side ? columns[at] : null_column(sides_[from]->types[at], n));
  }
  bool append_only = true;
  for (const int32_t w : weights) append_only &= w == 1;
  if (!append_only) {
    result.weights = std::make_shared<const std::vector<int32_t>>(std::move(weights));
  }
  out.emit(std::move(result));
}

void HashJoin::finish(Output& out, StepContext&) {
  if (query_ && stands_alone(1)) {
    // Everything has been matched: the right rows that nobody matched.
    Side& right = *sides_[1];
    std::vector<int32_t> weights;
    const auto flush = [&] {
      if (!weights.empty()) emit_alone(1, right.unpacker.finish(), std::move(weights), out);
      weights.clear();
    };
    right.rows.for_each_group([&](MultiState::Group* group) {
      right.rows.for_each_row(group, [&](MultiState::Row* row) {
        if (row->aux != 0) return;
        right.unpacker.append(row->bytes());
        weights.push_back(static_cast<int32_t>(row->weight));
      });
      if (weights.size() >= kPairsMax) flush();
    });
    flush();
  }
  sides_[0]->rows.end_step();
  sides_[1]->rows.end_step();
}

}  // namespace leat

#include "dataflow/operator/project_set.h"

namespace leat {
namespace {

constexpr size_t kSliceRows = 8192;

}  // namespace

ProjectSet::ProjectSet(const PhysicalNode& plan, bool query) : query_(query), types_(types_of(plan.schema)) {
  for (size_t c = 0; c < plan.set_functions.size(); ++c) {
    const TableFunctionCall& set = plan.set_functions[c];
    if (set.function == nullptr) {
      call_of_.push_back(-1);
      exprs_.push_back(std::make_unique<Evaluator>(std::vector<ExprPtr>{plan.exprs[c]}));
    } else {
      call_of_.push_back(static_cast<int>(calls_.size()));
      exprs_.push_back(nullptr);
      Call call{.plan = set, .args = std::make_unique<Evaluator>(set.args)};
      calls_.push_back(std::move(call));
    }
  }
}

bool ProjectSet::run(Call& call, const Batch& batch, TableCursor& cursor, size_t rows_max, TableRows& rows,
                     StepContext& step) const {
  if (cursor.input >= batch.size()) return false;
  call.plan.function->kernel({.context = step.eval,
                              .function = *call.plan.function,
                              .args = call.pointers,
                              .rows = batch.selection,
                              .cursor = cursor,
                              .rows_max = rows_max,
                              .out = rows});
  return true;
}

void ProjectSet::push(int, const Batch& batch, Output& out, StepContext& step) {
  for (Call& call : calls_) {
    call.columns = call.args->evaluate_all(batch, step.eval);
    call.pointers.clear();
    for (const auto& column : call.columns) call.pointers.push_back(column.get());
  }
  if (calls_.size() == 1) {
    slices_.emplace(Slices{.batch = batch});
    do {
      resume(out, step);
    } while (!query_ && unfinished());
    return;
  }
  // Side by side: all rows of each call, then padded to the longest.
  std::vector<std::vector<uint32_t>> inputs(calls_.size());
  std::vector<VectorPtr> values;
  for (size_t c = 0; c < calls_.size(); ++c) {
    TableCursor cursor;
    TableRows rows(calls_[c].plan.type);
    while (run(calls_[c], batch, cursor, SIZE_MAX, rows, step)) {
    }

    values.push_back(rows.finish());
    inputs[c] = std::move(rows.inputs());
  }
  std::vector<uint32_t> out_inputs;
  std::vector<int64_t> ordinals;
  std::vector<std::vector<int64_t>> from(calls_.size());  // row of the call, -1: NULL
  std::vector<size_t> at(calls_.size(), 0);
  batch.selection.for_each([&](size_t row) {
    std::vector<size_t> begin = at;
    size_t longest = 0;
    for (size_t c = 0; c < calls_.size(); ++c) {
      while (at[c] < inputs[c].size() && inputs[c][at[c]] == row) ++at[c];
      longest = std::max(longest, at[c] - begin[c]);
    }
    for (size_t i = 0; i < longest; ++i) {
      out_inputs.push_back(static_cast<uint32_t>(row));
      ordinals.push_back(static_cast<int64_t>(i) + 1);
      for (size_t c = 0; c < calls_.size(); ++c) {
        from[c].push_back(begin[c] + i < at[c] ? static_cast<int64_t>(begin[c] + i) : -1);
      }
    }
  });
  if (out_inputs.empty()) return;
  std::vector<ColumnPtr> sets;
  for (size_t c = 0; c < calls_.size(); ++c) {
    auto column = std::make_shared<Vector>(calls_[c].plan.type, out_inputs.size());
    for (size_t i = 0; i < out_inputs.size(); ++i) {
      column->set_value(i, from[c][i] < 0 ? Value::null(calls_[c].plan.type)
                                          : values[c]->value_at(static_cast<size_t>(from[c][i])));
    }
    sets.push_back(std::move(column));
  }
  emit(batch, out_inputs, std::move(sets), ordinals, out, step);
}

void ProjectSet::resume(Output& out, StepContext& step) {
  TableRows rows(calls_[0].plan.type);
  if (!run(calls_[0], slices_->batch, slices_->cursor, kSliceRows, rows, step)) {
    slices_.reset();
    return;
  }
  VectorPtr values = rows.finish();
  const auto inputs = std::move(rows.inputs());
  if (inputs.empty()) return;
  std::vector<int64_t> ordinals(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    slices_->ordinal = inputs[i] == slices_->last_input ? slices_->ordinal + 1 : 1;
    slices_->last_input = inputs[i];
    ordinals[i] = slices_->ordinal;
  }
  emit(slices_->batch, inputs, {std::move(values)}, ordinals, out, step);
}

void ProjectSet::emit(const Batch& batch, std::span<const uint32_t> inputs, std::vector<ColumnPtr> sets,
                      std::span<const int64_t> ordinals, Output& out, StepContext& step) {
  Batch result;
  result.selection = Selection(inputs.size());
  for (size_t c = 0; c < call_of_.size(); ++c) {
    if (call_of_[c] >= 0) {
      result.columns.push_back(sets[call_of_[c]]);
    } else {
      result.columns.push_back(gather(*exprs_[c]->evaluate(0, batch, step.eval), inputs));
    }
  }
  if (types_.size() > call_of_.size()) {
    auto column = std::make_shared<Vector>(TypeId::kInt64, ordinals.size());
    std::ranges::copy(ordinals, column->data<int64_t>());
    result.columns.push_back(std::move(column));
  }
  if (batch.weights) {
    auto weights = std::make_shared<std::vector<int32_t>>(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) (*weights)[i] = batch.weight(inputs[i]);
    result.weights = std::move(weights);
  }
  out.emit(std::move(result));
}

}  // namespace leat

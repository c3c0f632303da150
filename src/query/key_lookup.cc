#include "query/key_lookup.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "catalog/relation.h"
#include "dataflow/graph_builder.h"
#include "dataflow/operator/key_reader.h"
#include "query/key_range.h"
#include "query/row_source.h"

namespace leat {
namespace {

constexpr size_t kRangeChunkRows = 32;

class FirstError final : public ErrorSink {
 public:
  void row_error(Error error) override {
    if (!error_) error_ = std::move(error);
  }
  Result<void> result() const { return error_ ? Result<void>(std::unexpected(*error_)) : Result<void>(); }

 private:
  std::optional<Error> error_;
};

// Its calls may wait, or must happen once for each row of the general path.
bool any_volatile(const std::vector<ExprPtr>& exprs) {
  return std::ranges::any_of(exprs, [](const ExprPtr& expr) { return has_volatile(*expr); });
}

bool is_column(const ExprPtr& expr) { return expr->kind == ExprKind::kColumn; }

// The positions `chosen` of the selected rows, in that order, as rows 0..n-1 of fresh columns.
Batch rows_in_order(const Batch& batch, std::span<const uint32_t> chosen) {
  std::vector<uint32_t> rows;
  rows.reserve(chosen.size());
  for (const uint32_t at : chosen) rows.push_back(batch.selection[at]);
  Batch result;
  result.selection = Selection(rows.size());
  for (const ColumnPtr& column : batch.columns) {
    result.columns.push_back(column->is_constant() ? column : gather(*column, rows));
  }
  return result;
}

Batch sort_and_cut(const PhysicalNode& plan, TopN::Bounds bounds, const Batch& batch) {
  const PhysicalNode& input = *plan.inputs[0];
  // As the operator: ties are broken by the rest of the row.
  OrderedKeyEncoder order(sort_types(input.schema, plan.order), plan.order);
  OrderedKeyEncoder tie_breaker(sort_types(input.schema, tie_columns(input)), tie_columns(input));
  order.encode(batch);
  tie_breaker.encode(batch);
  std::vector<uint32_t> rows(batch.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::ranges::sort(rows, {}, [&](uint32_t row) {
    return std::tuple(order.key(row), tie_breaker.key(row), row);
  });
  const auto begin = std::min(static_cast<size_t>(bounds.offset), rows.size());
  const size_t left = rows.size() - begin;
  const size_t count = bounds.limit < 0 ? left : std::min(static_cast<size_t>(bounds.limit), left);
  return rows_in_order(batch, std::span(rows).subspan(begin, count));
}

}  // namespace

std::unique_ptr<KeyLookup> KeyLookup::recognise(const PhysicalPlan& plan) {
  std::unique_ptr<KeyLookup> lookup(new KeyLookup(plan.columns.size()));
  return lookup->add_stages(plan.root) ? std::move(lookup) : nullptr;
}

bool KeyLookup::add_stages(PhysicalPtr node) {
  for (;; node = node->inputs[0]) {
    Stage stage{.plan = node};
    switch (node->kind) {
      case PhysicalKind::kProject:
        if (std::ranges::all_of(node->exprs, is_column)) {
          for (const ExprPtr& expr : node->exprs) stage.columns.push_back(expr->column);
          break;
        }
        [[fallthrough]];
      case PhysicalKind::kFilter:
        if (any_volatile(node->exprs)) return false;
        stage.evaluator.emplace(node->exprs);
        break;
      case PhysicalKind::kTopN:
        if (!node->keys.empty() || node->with_ties || node->emit_rank) return false;
        break;
      default:
        std::ranges::reverse(stages_);
        return add_scans(*node) || (node->kind == PhysicalKind::kScan && add_scan(node));
    }
    stages_.push_back(std::move(stage));
  }
}

bool KeyLookup::add_scans(const PhysicalNode& node) {
  return node.kind == PhysicalKind::kUnionAll &&
         std::ranges::all_of(node.inputs, [this](const PhysicalPtr& input) { return add_scan(input); });
}

bool KeyLookup::add_scan(PhysicalPtr scan) {
  if (scan->kind != PhysicalKind::kScan || scan->bounds.empty() || !scan->relation->stored()) return false;
  if (!scans_.empty() && (scans_[0]->relation != scan->relation || scans_[0]->columns != scan->columns)) return false;
  if (scans_.empty()) unpacker_ = unpacker_of(*scan);
  scans_.push_back(std::move(scan));
  return true;
}

Result<std::optional<Batch>> KeyLookup::run(const Snapshot& snapshot, EvalContext eval) {
  FirstError errors;
  eval.errors = &errors;
  TRY(check_snapshot_has(*scans_[0], snapshot));
  const bool few = TRY(fetch(snapshot, eval));
  Batch batch = take_rows(*unpacker_);
  TRY(errors.result());
  if (!few) return std::nullopt;
  for (Stage& stage : stages_) {
    TRY(apply(stage, batch, eval));
    TRY(errors.result());
  }
  batch.columns.resize(std::min(columns_, batch.columns.size()));
  return batch;
}

// Reads the rows into the unpacker; false: there are too many.
Result<bool> KeyLookup::fetch(const Snapshot& snapshot, EvalContext& eval) {
  if (unpacker_->size() > 0) take_rows(*unpacker_);  // an error has left them there
  for (const PhysicalPtr& scan : scans_) {
    std::vector<KeyRange> ranges = TRY(key_ranges(*scan, eval));
    if (ranges.size() > kLookupRowsMax) return false;
    const TableId table = scan->relation->table;
    for (KeyRange& keys : ranges) {
      if (!keys.point) {
        if (!TRY(fetch_range(snapshot, table, std::move(keys.range)))) return false;
      } else if (TRY(snapshot.get(table, keys.range.lo, row_))) {
        if (unpacker_->size() == 0) unpacker_->reserve(std::max(scans_.size(), ranges.size()));
        unpacker_->append(row_);
      }
    }
  }
  return true;
}

Result<bool> KeyLookup::fetch_range(const Snapshot& snapshot, TableId table, ScanRange range) {
  StoredScan scan = snapshot.scan(table, std::move(range));
  std::array<StoredRow, kRangeChunkRows> rows;
  for (;;) {
    const size_t count = TRY(scan.next(rows));
    if (unpacker_->size() + count > kLookupRowsMax) return false;
    if (unpacker_->size() == 0) unpacker_->reserve(count);
    for (size_t i = 0; i < count; ++i) unpacker_->append(rows[i].row);
    if (count < rows.size()) return true;
  }
}

Result<void> KeyLookup::apply(Stage& stage, Batch& batch, EvalContext& eval) {
  const PhysicalNode& plan = *stage.plan;
  if (plan.kind == PhysicalKind::kTopN) {
    const TopN::Bounds bounds = TRY(top_n_bounds(plan, &eval));
    if (!batch.empty()) batch = sort_and_cut(plan, bounds, batch);
    return {};
  }
  if (batch.empty()) return {};
  switch (plan.kind) {
    case PhysicalKind::kFilter:
      batch.selection = stage.evaluator->filter(0, batch, eval);
      return {};
    case PhysicalKind::kProject: {
      std::vector<ColumnPtr> columns;
      if (stage.evaluator) {
        columns = stage.evaluator->evaluate_all(batch, eval);
      } else {
        for (const int column : stage.columns) columns.push_back(batch.columns[column]);
      }
      batch.columns = std::move(columns);
      return {};
    }
    default: UNREACHABLE();
  }
}

}  // namespace leat

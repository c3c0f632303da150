#include "query/row_source.h"

#include "catalog/relation.h"
#include "expr/evaluator.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// The first byte string after all that start with `prefix`; nullopt: there is none.
std::optional<std::string> after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<uint8_t>(prefix.back()) != 0xFF) {
      prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return std::nullopt;
}

class Decoder {
 public:
  explicit Decoder(const PhysicalNode& scan)
      : columns_(scan.columns), unpacker_(types_of(scan.relation->schema_of())) {}
  void add(std::string_view row) { unpacker_.append(row); }
  Batch take() {
    Batch batch;
    batch.selection = Selection(unpacker_.size());
    const auto all = unpacker_.finish();
    for (const int c : columns_) batch.columns.push_back(all[c]);
    return batch;
  }

 private:
  std::vector<int> columns_;
  RowUnpacker unpacker_;
};

class StoredRange final : public RowSource {
 public:
  StoredRange(const PhysicalNode& scan, StoredScan rows) : decoder_(scan), scan_(std::move(rows)) {}
  Result<Batch> next(size_t rows_max) override {
    rows_.resize(std::max<size_t>(rows_max, 1));
    const size_t n = TRY(scan_.next(rows_));
    for (size_t i = 0; i < n; ++i) decoder_.add(rows_[i].row);
    return decoder_.take();
  }

 private:
  Decoder decoder_;
  StoredScan scan_;
  std::vector<StoredRow> rows_;
};

// One row, by its whole key.
class StoredPoint final : public RowSource {
 public:
  StoredPoint(const PhysicalNode& scan, const Snapshot& snapshot, std::string key)
      : decoder_(scan), snapshot_(snapshot), table_(scan.relation->table), key_(std::move(key)) {}
  Result<Batch> next(size_t) override {
    if (!done_ && TRY(snapshot_.get(table_, key_, row_))) decoder_.add(row_);
    done_ = true;
    return decoder_.take();
  }

 private:
  Decoder decoder_;
  Snapshot snapshot_;
  TableId table_;
  std::string key_, row_;
  bool done_ = false;
};

class Batches final : public RowSource {
 public:
  explicit Batches(std::vector<Batch> batches) : batches_(std::move(batches)) {}
  Result<Batch> next(size_t) override {
    while (at_ < batches_.size()) {
      if (!batches_[at_].empty()) return std::move(batches_[at_++]);
      ++at_;
    }
    return Batch{};
  }

 private:
  std::vector<Batch> batches_;
  size_t at_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> make_batch_source(std::vector<Batch> batches) {
  return std::make_unique<Batches>(std::move(batches));
}

Result<std::unique_ptr<RowSource>> make_stored_source(const PhysicalNode& scan, const Snapshot& snapshot,
                                                      EvalContext& eval) {
  const auto& order = scan.relation->stored_order;
  const KeyBounds& bounds = scan.bounds;
  const auto nothing = [] { return make_batch_source({}); };
  std::string prefix;
  for (size_t i = 0; i < bounds.equal.size(); ++i) {
    const Value value = TRY(evaluate_constant(bounds.equal[i], eval));
    if (value.is_null()) return nothing();
    append_ordered_key(prefix, value, order[i].descending, order[i].nulls_first);
  }
  if (!bounds.equal.empty() && bounds.equal.size() == order.size()) {
    return std::make_unique<StoredPoint>(scan, snapshot, std::move(prefix));
  }
  ScanRange range{.lo = prefix, .hi = after_prefix(prefix)};
  if (bounds.low || bounds.high) {
    const SortColumn& column = order[bounds.equal.size()];
    const auto bound = [&](const ExprPtr& expr, bool& null) -> Result<std::string> {
      const Value value = TRY(evaluate_constant(expr, eval));
      null = value.is_null();
      std::string key = prefix;
      if (!null) append_ordered_key(key, value, column.descending, column.nulls_first);
      return key;
    };
    // A descending column turns low and high around.
    const ExprPtr& first = column.descending ? bounds.high : bounds.low;
    const ExprPtr& last = column.descending ? bounds.low : bounds.high;
    const bool first_inclusive = column.descending ? bounds.high_inclusive : bounds.low_inclusive;
    const bool last_inclusive = column.descending ? bounds.low_inclusive : bounds.high_inclusive;
    bool null = false;
    if (first) {
      std::string key = TRY(bound(first, null));
      if (null) return nothing();
      if (first_inclusive) {
        range.lo = std::move(key);
      } else if (auto next = after_prefix(std::move(key))) {
        range.lo = std::move(*next);
      } else {
        return nothing();
      }
    }
    if (last) {
      std::string key = TRY(bound(last, null));
      if (null) return nothing();
      range.hi = last_inclusive ? after_prefix(std::move(key)) : std::optional(std::move(key));
    }
    if (range.hi && *range.hi <= range.lo) return nothing();
  }
  return std::make_unique<StoredRange>(scan, snapshot.scan(scan.relation->table, std::move(range)));
}

}  // namespace leat

#include "query/row_source.h"

#include "catalog/relation.h"
#include "query/key_range.h"

namespace leat {
namespace {

class StoredRange final : public RowSource {
 public:
  StoredRange(const PhysicalNode& scan, StoredScan rows)
      : unpacker_(unpacker_of(scan)), scan_(std::move(rows)) {}
  Result<Batch> next(size_t rows_max) override {
    rows_.resize(std::max<size_t>(rows_max, 1));
    const size_t n = TRY(scan_.next(rows_));
    unpacker_.reserve(n);
    for (size_t i = 0; i < n; ++i) unpacker_.append(rows_[i].row);
    return take_rows(unpacker_);
  }

 private:
  RowUnpacker unpacker_;
  StoredScan scan_;
  std::vector<StoredRow> rows_;
};

// One row, by its whole key.
class StoredPoint final : public RowSource {
 public:
  StoredPoint(const PhysicalNode& scan, const Snapshot& snapshot, std::string key)
      : unpacker_(unpacker_of(scan)), snapshot_(snapshot), table_(scan.relation->table), key_(std::move(key)) {}
  Result<Batch> next(size_t) override {
    unpacker_.reserve(1);
    if (!done_ && TRY(snapshot_.get(table_, key_, row_))) unpacker_.append(row_);
    done_ = true;
    return take_rows(unpacker_);
  }

 private:
  RowUnpacker unpacker_;
  Snapshot snapshot_;
  TableId table_;
  std::string key_, row_;
  bool done_ = false;
};

// A range of stored rows and the pending rows in it, merged by key; of one key the pending one counts.
class MergedRange final : public RowSource {
 public:
  MergedRange(const PhysicalNode& scan, const Snapshot& snapshot, const PendingView& pending, ScanRange range)
      : unpacker_(unpacker_of(scan)),
        pending_(*pending.rows_of(scan.relation->table)),
        moment_(pending.moment()),
        hi_(range.hi),
        position_(range.lo),
        scan_(snapshot.scan(scan.relation->table, std::move(range))) {}

  Result<Batch> next(size_t rows_max) override {
    // Found again by key each time: what is written between two calls may remove entries.
    auto pending = passed_ ? pending_.upper_bound(position_) : pending_.lower_bound(position_);
    for (size_t taken = 0; taken < rows_max;) {
      const StoredRow* stored = TRY(peek(rows_max));
      const bool has_pending = pending != pending_.end() && (!hi_ || pending->first < *hi_);
      if (stored == nullptr && !has_pending) break;
      const bool stored_first = stored != nullptr && (!has_pending || stored->key < pending->first);
      if (stored_first) {
        taken += add(stored->row);
        ++at_;
        continue;
      }
      if (const auto* version = pending->second.at(moment_)) {
        if (stored != nullptr && stored->key == pending->first) ++at_;
        if (version->row) taken += add(*version->row);
      }
      position_ = pending->first;
      passed_ = true;
      ++pending;
    }
    return take_rows(unpacker_);
  }

 private:
  size_t add(std::string_view row) {
    unpacker_.append(row);
    return 1;
  }
  Result<const StoredRow*> peek(size_t rows_max) {
    if (at_ == count_ && !at_end_) {
      rows_.resize(std::max<size_t>(rows_max, 1));
      count_ = TRY(scan_.next(rows_));
      at_ = 0;
      at_end_ = count_ == 0;
    }
    return at_ == count_ ? nullptr : &rows_[at_];
  }

  RowUnpacker unpacker_;
  const PendingRows::Rows& pending_;
  PendingRows::Moment moment_;
  std::optional<std::string> hi_;
  std::string position_;  // of the pending rows: the last one passed, or where to begin
  bool passed_ = false;
  StoredScan scan_;
  std::vector<StoredRow> rows_;
  size_t at_ = 0, count_ = 0;
  bool at_end_ = false;
};

std::unique_ptr<RowSource> pending_row(const PhysicalNode& scan, const PendingRows::Version& version) {
  RowUnpacker unpacker = unpacker_of(scan);
  if (version.row) unpacker.append(*version.row);
  return make_batch_source({take_rows(unpacker)});
}

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

RowUnpacker unpacker_of(const PhysicalNode& scan) {
  std::vector<Type> types;
  types.reserve(scan.relation->columns.size());
  for (const ColumnDefinition& column : scan.relation->columns) types.push_back(column.type);
  return RowUnpacker(std::move(types), scan.columns);
}

Batch take_rows(RowUnpacker& unpacker) {
  Batch batch;
  batch.selection = Selection(unpacker.size());
  batch.columns = unpacker.finish();
  return batch;
}

std::unique_ptr<RowSource> make_batch_source(std::vector<Batch> batches) {
  return std::make_unique<Batches>(std::move(batches));
}

Result<std::unique_ptr<RowSource>> make_stored_source(const PhysicalNode& scan, const Snapshot& snapshot,
                                                      EvalContext& eval, const PendingView* pending) {
  const TableId table = scan.relation->table;
  if (pending != nullptr && pending->rows_of(table) == nullptr) pending = nullptr;
  KeyRange keys = TRY(key_range(scan, eval));
  switch (keys.kind) {
    case KeyRange::kNothing: return make_batch_source({});
    case KeyRange::kPoint: {
      const auto* version = pending != nullptr ? pending->find(table, keys.range.lo) : nullptr;
      if (version != nullptr) return pending_row(scan, *version);
      return std::make_unique<StoredPoint>(scan, snapshot, std::move(keys.range.lo));
    }
    case KeyRange::kRange: break;
  }
  if (pending != nullptr) return std::make_unique<MergedRange>(scan, snapshot, *pending, std::move(keys.range));
  return std::make_unique<StoredRange>(scan, snapshot.scan(table, std::move(keys.range)));
}

}  // namespace leat

#include "query/row_source.h"

#include "catalog/relation.h"
#include "dataflow/operator/key_reader.h"
#include "query/key_range.h"
#include "types/ordered_key.h"

namespace leat {
namespace {

// Rows of one range, as bytes; the views live until the next call.
class RangeReader {
 public:
  virtual ~RangeReader() = default;
  // Adds the next rows, at most `rows_max`; 0: the range is at its end.
  virtual Result<size_t> read(RowUnpacker& to, size_t rows_max) = 0;
};

class StoredRange final : public RangeReader {
 public:
  explicit StoredRange(StoredScan rows) : scan_(std::move(rows)) {}
  Result<size_t> read(RowUnpacker& to, size_t rows_max) override {
    rows_.resize(rows_max);
    const size_t n = TRY(scan_.next(rows_));
    to.reserve(to.size() + n);
    for (size_t i = 0; i < n; ++i) to.append(rows_[i].row);
    return n;
  }

 private:
  StoredScan scan_;
  std::vector<StoredRow> rows_;
};

// A range of stored rows and the pending rows in it, merged by key; of one key the pending one counts.
class MergedRange final : public RangeReader {
 public:
  MergedRange(TableId table, const Snapshot& snapshot, const PendingView& pending, ScanRange range)
      : pending_(*pending.rows_of(table)),
        moment_(pending.moment()),
        hi_(range.hi),
        position_(range.lo),
        scan_(snapshot.scan(table, std::move(range))) {}

  Result<size_t> read(RowUnpacker& to, size_t rows_max) override {
    // Found again by key each time: what is written between two calls may remove entries.
    auto pending = passed_ ? pending_.upper_bound(position_) : pending_.lower_bound(position_);
    size_t taken = 0;
    const auto add = [&](std::string_view row) {
      to.append(row);
      ++taken;
    };
    while (taken < rows_max) {
      const StoredRow* stored = TRY(peek(rows_max));
      const bool has_pending = pending != pending_.end() && (!hi_ || pending->first < *hi_);
      if (stored == nullptr && !has_pending) break;
      const bool stored_first = stored != nullptr && (!has_pending || stored->key < pending->first);
      if (stored_first) {
        add(stored->row);
        ++at_;
        continue;
      }
      if (const auto* version = pending->second.at(moment_)) {
        if (stored != nullptr && stored->key == pending->first) ++at_;
        if (version->row) add(*version->row);
      }
      position_ = pending->first;
      passed_ = true;
      ++pending;
    }
    return taken;
  }

 private:
  Result<const StoredRow*> peek(size_t rows_max) {
    if (at_ == count_ && !at_end_) {
      rows_.resize(rows_max);
      count_ = TRY(scan_.next(rows_));
      at_ = 0;
      at_end_ = count_ == 0;
    }
    return at_ == count_ ? nullptr : &rows_[at_];
  }

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

// Key ranges one after the other; single rows are looked up.
class StoredRanges final : public RowSource {
 public:
  StoredRanges(const PhysicalNode& scan, std::vector<KeyRange> ranges, const Snapshot& snapshot,
               const PendingView* pending)
      : unpacker_(unpacker_of(scan)),
        table_(scan.relation->table),
        ranges_(std::move(ranges)),
        snapshot_(snapshot),
        pending_(pending) {}

  Result<Batch> next(size_t rows_max) override {
    rows_max = std::max<size_t>(rows_max, 1);
    while (at_ < ranges_.size() && unpacker_.size() < rows_max) {
      KeyRange& keys = ranges_[at_];
      if (keys.point) {
        TRY(look_up(keys.range.lo));
        ++at_;
        continue;
      }
      if (!reader_) reader_ = open(std::move(keys.range));
      if (TRY(reader_->read(unpacker_, rows_max - unpacker_.size())) > 0) continue;
      reader_.reset();
      ++at_;
    }
    return take_rows(unpacker_);
  }

 private:
  std::unique_ptr<RangeReader> open(ScanRange range) const {
    if (pending_ != nullptr) return std::make_unique<MergedRange>(table_, snapshot_, *pending_, std::move(range));
    return std::make_unique<StoredRange>(snapshot_.scan(table_, std::move(range)));
  }

  Result<void> look_up(std::string_view key) {
    if (const auto* version = pending_ != nullptr ? pending_->find(table_, key) : nullptr) {
      if (version->row) unpacker_.append(*version->row);
    } else if (TRY(snapshot_.get(table_, key, row_))) {
      if (ranges_.size() == 1) unpacker_.reserve(1);
      unpacker_.append(row_);
    }
    return {};
  }

  RowUnpacker unpacker_;
  TableId table_;
  std::vector<KeyRange> ranges_;
  size_t at_ = 0;
  Snapshot snapshot_;
  const PendingView* pending_;
  std::unique_ptr<RangeReader> reader_;  // of the range under way
  std::string row_;
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

Result<void> check_snapshot_has(const PhysicalNode& scan, const Snapshot& snapshot) {
  if (!scan.relation->stored() || snapshot.has(scan.relation->table)) return {};
  return fail(SqlState::kUndefinedTable, "relation \"{}\" does not exist", scan.relation->name);
}

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
  if (pending != nullptr && pending->rows_of(scan.relation->table) == nullptr) pending = nullptr;
  return std::make_unique<StoredRanges>(scan, TRY(key_ranges(scan, eval)), snapshot, pending);
}

Result<std::vector<std::optional<std::string>>> rows_with_keys_of(const Relation& relation, const Batch& rows,
                                                                  const Snapshot& snapshot,
                                                                  const PendingView* pending) {
  OrderedKeyEncoder encoder(sort_types(relation.schema_of(), relation.stored_order), relation.stored_order);
  encoder.encode(rows);
  std::vector<std::string_view> keys;
  for (size_t i = 0; i < encoder.size(); ++i) keys.push_back(encoder.key(i));
  std::vector<std::optional<std::string>> found(keys.size());
  TRY(snapshot.multi_get(relation.table, keys, found));
  for (size_t i = 0; pending != nullptr && i < keys.size(); ++i) {
    if (const auto* version = pending->find(relation.table, keys[i])) found[i] = version->row;
  }
  return found;
}

}  // namespace leat

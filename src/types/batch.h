#pragma once
// Batch: changes in columns: typed columns, plus one column of weights (absent: all are +1), plus an
// optional selection of rows (absent: all rows). Immutable once handed over; cheap to copy.
// Rows are physical positions 0 .. rows()-1 in every column; only selected ones exist.

#include <memory>
#include <span>
#include <vector>

#include "types/vector.h"

namespace leat {

// Which rows of a batch exist: all of 0..count-1, or the listed positions (ascending).
class Selection {
 public:
  Selection() = default;
  explicit Selection(size_t count) : count_(count) {}
  explicit Selection(std::shared_ptr<const std::vector<uint32_t>> rows)
      : rows_(std::move(rows)), count_(rows_->size()) {}

  size_t size() const { return count_; }
  bool all() const { return rows_ == nullptr; }
  uint32_t operator[](size_t i) const { return rows_ ? (*rows_)[i] : static_cast<uint32_t>(i); }
  std::span<const uint32_t> rows() const { return *rows_; }  // only if !all()

  // Calls f(row) for each row; the loop over all rows is free of indirection.
  template <class F>
  void for_each(F&& f) const {
    if (all()) {
      for (size_t i = 0; i < count_; ++i) f(i);
    } else {
      for (const uint32_t row : *rows_) f(static_cast<size_t>(row));
    }
  }

 private:
  std::shared_ptr<const std::vector<uint32_t>> rows_;
  size_t count_ = 0;
};

struct Batch {
  using Weights = std::shared_ptr<const std::vector<int32_t>>;  // by physical row
  using Hashes = std::shared_ptr<const std::vector<uint64_t>>;  // by physical row

  std::vector<ColumnPtr> columns;
  Weights weights;      // null: every row has weight +1
  Selection selection;  // always set: its size is the number of rows that exist
  // Hashes of the columns by which the last exchange distributed the rows; null: not computed.
  Hashes hashes;

  size_t size() const { return selection.size(); }
  bool empty() const { return selection.size() == 0; }
  int32_t weight(size_t row) const { return weights ? (*weights)[row] : 1; }
  bool append_only() const { return weights == nullptr; }
  size_t bytes() const;

  // A batch whose selected rows lie at 0..n-1 of fresh columns; itself if it has no selection.
  Batch compacted() const;
  // The rows of `rows` only (physical positions, ascending).
  Batch with_rows(std::vector<uint32_t> rows) const;
};

// Concatenates batches of the same types, compacted. For slow paths, tests and results.
Batch concat(std::span<const Batch> batches, const std::vector<Type>& types);

// Copies the rows `rows` of a column into a fresh vector, in that order (repeats allowed).
VectorPtr gather(const Vector& from, std::span<const uint32_t> rows);
// Hashes of columns[key] for the selected rows, by physical row (others are not set). Equal SQL values
// have equal hashes (1.0 and 1.00; NULLs are equal). Order of keys counts. No keys: all hashes equal.
std::shared_ptr<std::vector<uint64_t>> hash_columns(const Batch& batch, std::span<const int> key);

}  // namespace leat

#pragma once
// RowSource: where a query's scan gets rows: a stored relation of a snapshot, or rows made on the spot
// (system relations). Thread: the query's.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/physical.h"
#include "query/pending_rows.h"
#include "state/stored_table.h"
#include "types/batch.h"
#include "types/packed_row.h"

namespace leat {

class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next rows, about `rows_max` at most, in the scan's columns; an empty batch at the end.
  virtual Result<Batch> next(size_t rows_max) = 0;
};

// Makes the rows of a scan that no table stores (system relations, sources), in the scan's columns.
using MakeRowSource = std::function<Result<std::unique_ptr<RowSource>>(const PhysicalNode& scan)>;

// Rows of a stored relation within the scan's key bounds, whose expressions `eval` evaluates; with what
// the transaction has written itself, if `pending` is not null (it outlives the source).
Result<std::unique_ptr<RowSource>> make_stored_source(const PhysicalNode& scan, const Snapshot& snapshot,
                                                      EvalContext& eval, const PendingView* pending = nullptr);
// kUndefinedTable if the snapshot does not have the scan's relation, when it is a stored one: between
// planning and the snapshot it, or an index of it, may have been dropped or come. Then plan again.
Result<void> check_snapshot_has(const PhysicalNode& scan, const Snapshot& snapshot);
// Takes stored rows of the scan's relation apart, as far as the scan's columns need it.
RowUnpacker unpacker_of(const PhysicalNode& scan);
// The rows that were unpacked, as a batch.
Batch take_rows(RowUnpacker& unpacker);
// For each of `rows`, all columns of a stored relation: the packed row that is stored under its key.
Result<std::vector<std::optional<std::string>>> rows_with_keys_of(const Relation& relation, const Batch& rows,
                                                                  const Snapshot& snapshot, const PendingView* pending);
// Batches that are there already.
std::unique_ptr<RowSource> make_batch_source(std::vector<Batch> batches);

}  // namespace leat

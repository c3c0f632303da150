#pragma once
// The DML log's records: rows written by one statement or transaction, packed.
// Layout (docs/internals/job.md): u8 version, u32 number of tables; per table: u32 object id, u32 rows,
// then per row i32 weight, u32 size, packed row of the table's columns without generated ones.
// Thread: free functions.

#include <functional>

#include "job/engine.h"

namespace leat {

std::string encode_dml_record(const std::vector<TableWrite>& writes);
// `schema_of` gives the columns of a table's rows; null: the table is gone, its rows are skipped.
Result<std::vector<TableWrite>> decode_dml_record(std::string_view bytes,
                                                  const std::function<const Schema*(ObjectId)>& schema_of);
// Numbers the rows whose row id (a column of type serial) is NULL.
void fill_row_ids(Batch& changes, std::atomic<int64_t>& next_row_id);
// One more than the largest row id that is in the rows; 0: there is none. What a log brings back may be past the
// row ids that the last checkpoint knew of.
int64_t row_ids_end(const std::vector<TableWrite>& writes);

}  // namespace leat

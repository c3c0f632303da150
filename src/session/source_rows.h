#pragma once
// SourceRows: a source's messages as rows of one query: from the startup position up to what was there
// when the query began. Leaves no trace on the broker. Thread: the query's.

#include <atomic>

#include "job/engine.h"
#include "query/row_source.h"

namespace leat {

Result<std::unique_ptr<RowSource>> make_source_rows(Engine& engine, const PhysicalNode& scan,
                                                    const std::atomic<bool>& cancel);

}  // namespace leat

#pragma once
// consolidate: the same changes with the weights of equal rows summed and zero rows gone.
// Rows keep the order of their first appearance. Free function, any thread.

#include <span>
#include <vector>

#include "types/batch.h"

namespace leat {

// Rows are equal if their packed bytes are. A batch of +1 rows only is left as it is.
Batch consolidate(std::span<const Batch> batches, const std::vector<Type>& types);

}  // namespace leat

#pragma once
// OnConflict: what a row does that is written to a table with a primary key when its key is taken.

#include <cstdint>

namespace leat {

enum class OnConflict : uint8_t { kOverwrite, kDoNothing, kDoUpdateIfNotNull };

}  // namespace leat

#pragma once
// The decoder of FORMAT PLAIN ENCODE BYTES: the payload is the value of the one bytea column.

#include "format/format.h"

namespace leat {

// Error kInvalidTableDefinition unless there is exactly one column, and it is a bytea.
Result<std::unique_ptr<Decoder>> make_bytes_decoder(const DecoderSpec& spec);

}  // namespace leat

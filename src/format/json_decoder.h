#pragma once
// The decoder of FORMAT PLAIN ENCODE JSON: each message is an object whose members become columns.
// Names match exactly, else without case (ASCII); of members with one name the last counts. Members that are
// no columns are ignored, but the whole message must be sound JSON, whichever columns are wanted: so
// all jobs of a source agree on which messages are bad. A blank message is an empty object.

#include "format/format.h"

namespace leat {

inline constexpr FormatOptionRow kJsonDecodeOptions[] = {
    {.name = "timestamptz.handling.mode",
     .doc = "What a timestamptz column takes besides text with a zone: numbers in a unit guessed by size, in "
            "microseconds or milliseconds, no numbers, or also text without a zone, meant as UTC.",
     .default_value = "guess_number_unit",
     .allowed = "guess_number_unit,micro,milli,utc_string,utc_without_suffix"},
    {.name = "bytea.handling.mode",
     .doc = "How strings name bytes: PostgreSQL's hex or escape form, or base64.",
     .default_value = "postgres",
     .allowed = "postgres,base64"},
    {.name = "top_level_array",
     .doc = "A message that is an array: a bad message, or one row for each of its elements.",
     .default_value = "error",
     .allowed = "error,rows"},
};

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderSpec& spec);

}  // namespace leat

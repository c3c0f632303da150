#pragma once
// The encoder of ENCODE JSON: a row to an object, its columns in order, without blanks.
// The defaults are RisingWave's text. json.profile = 'roundtrip' makes text that our own JSON source,
// with default options, reads back as the very same values; the one exception is the jsonb value
// null, which comes back as SQL NULL.

#include "format/format.h"

namespace leat {

inline constexpr FormatOptionRow kJsonEncodeOptions[] = {
    {.name = "json.profile",
     .doc = "A preset for all the modes below: RisingWave's text, or text that our JSON source reads back "
            "as the same values. A mode that is given wins over the preset.",
     .default_value = "risingwave",
     .allowed = "risingwave,roundtrip"},
    {.name = "date.handling.mode",
     .doc = "Dates as days with 0001-01-01 as day 1, as days since 1970-01-01, or as text. Default "
            "from_ce; roundtrip: string.",
     .allowed = "from_ce,from_epoch,string"},
    {.name = "time.handling.mode",
     .doc = "Times as milliseconds or microseconds since midnight, or as text. Default milli; roundtrip: string.",
     .allowed = "milli,micro,string"},
    {.name = "timestamp.handling.mode",
     .doc = "Timestamps as milliseconds or microseconds since 1970, or as text. Default milli; roundtrip: string.",
     .allowed = "milli,micro,string"},
    {.name = "timestamptz.handling.mode",
     .doc = "Timestamps with time zone as UTC text without or with the suffix Z, or as milliseconds or "
            "microseconds since 1970. Default utc_without_suffix; roundtrip: utc_string.",
     .allowed = "utc_without_suffix,utc_string,milli,micro"},
    {.name = "jsonb.handling.mode",
     .doc = "jsonb as a string that holds JSON text, or as the JSON itself. Default string; roundtrip: dynamic.",
     .allowed = "string,dynamic"},
    {.name = "bytea.handling.mode",
     .doc = "bytea as base64, or in PostgreSQL's hex form. Default base64; roundtrip: hex.",
     .allowed = "base64,hex"},
    {.name = "numeric.handling.mode",
     .doc = "numeric as a string or as a number (NaN and infinities stay strings). Default string.",
     .allowed = "string,number"},
    {.name = "float.handling.mode",
     .doc = "NaN and infinities of real and double precision as null or as strings. Default null; "
            "roundtrip: string.",
     .allowed = "null,string"},
    {.name = "interval.handling.mode",
     .doc = "Intervals in ISO 8601's form or in PostgreSQL's. Default iso_8601.",
     .allowed = "iso_8601,postgres"},
};

Result<std::unique_ptr<Encoder>> make_json_encoder(const EncoderSpec& spec);

}  // namespace leat

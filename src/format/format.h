#pragma once
// Decoder and Encoder: bytes to columns and columns to bytes, by `FORMAT x ENCODE y`.
// A decoder takes the payloads of a source and gives typed columns. A bad message is data: it is
// listed with its reason and takes nothing with it; a value that does not fit its column becomes
// NULL and is counted, unless the column may not be NULL. An encoder gives one message per row.
// Thread: one decoder or encoder per thread; the table of formats is constant.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "types/batch.h"
#include "types/schema.h"

namespace leat {

// ---- decoding --------------------------------------------------------------------------------

struct DecodeColumn {
  std::string name;
  Type type;
  bool wanted = true;    // false: no job needs it; its column comes back null (a checked one is still checked)
  bool not_null = false; // a missing or unconvertible value makes the message bad; so for primary keys
  bool whole_payload = false;         // INCLUDE payload: the message itself, as jsonb
  Value default_value = {};           // for a missing field; NULL: none
};

struct BadMessage {
  uint32_t message;  // its index in the payloads
  std::string error;
};

// Values of a column that became NULL because they did not fit its type.
struct NulledValues {
  uint64_t count = 0;
  uint32_t first_message = 0;
  std::string first_error;
};

struct DecodedBatch {
  std::vector<ColumnPtr> columns;  // as the spec's columns; null where not wanted
  // The message of each row. Ascending; a message may give several rows (top_level_array) or none.
  std::vector<uint32_t> messages;
  std::vector<BadMessage> bad;
  std::vector<NulledValues> nulled;  // by column
  size_t rows() const { return messages.size(); }
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Replaces what is in `out`. An empty payload view is a message without content.
  virtual void decode(std::span<const std::string_view> payloads, DecodedBatch& out) = 0;
};

// ---- encoding --------------------------------------------------------------------------------

// Messages one behind the other; message i belongs to row i in selection order.
struct EncodedRows {
  std::string bytes;
  std::vector<size_t> ends;
  size_t size() const { return ends.size(); }
  std::string_view message(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    return {bytes.data() + begin, ends[i] - begin};
  }
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Replaces what is in `out` by the selected rows of a batch whose columns are those of the schema.
  virtual void encode(const Batch& batch, EncodedRows& out) = 0;
};

// ---- the table of formats --------------------------------------------------------------------

struct FormatOptionRow {
  std::string_view name;
  std::string_view doc;
  std::string_view default_value = {};
  std::string_view allowed = {};  // "a,b,c"; empty: any text
};

// Options by name, checked, with defaults filled in.
using FormatOptions = std::map<std::string, std::string, std::less<>>;

struct DecoderSpec {
  std::span<const DecodeColumn> columns;
  const FormatOptions& options;
};
struct EncoderSpec {
  const Schema& schema;
  const FormatOptions& options;
};

struct FormatRow {
  std::string_view format;  // "PLAIN"
  std::string_view encode;  // "JSON"
  std::string_view doc;
  std::string_view example;
  std::span<const FormatOptionRow> decode_options = {};
  std::span<const FormatOptionRow> encode_options = {};
  Result<std::unique_ptr<Decoder>> (*make_decoder)(const DecoderSpec&) = nullptr;  // or none
  Result<std::unique_ptr<Encoder>> (*make_encoder)(const EncoderSpec&) = nullptr;  // or none
};

std::span<const FormatRow> format_rows();
// Names are compared without case. Error kFeatureNotSupported, with what there is as a hint.
Result<const FormatRow*> find_format(std::string_view format, std::string_view encode);
// Checks names and values (without case) of what stands in ENCODE x (...) and fills in defaults. A name given
// twice, an unknown name or value: kInvalidParameterValue.
Result<FormatOptions> check_format_options(const FormatRow& row, std::span<const FormatOptionRow> declared,
                                           std::span<const std::pair<std::string, std::string>> given);

}  // namespace leat

// Any bytes as JSON messages: the decoder never fails otherwise than by listing a bad message, what it
// takes is JSON to our jsonb reader too, and what it took can be written and read again unchanged.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"
#include "format/format.h"
#include "format/json_index.h"
#include "types/packed_row.h"

namespace {

using namespace leat;

const Schema& schema() {
  static const Schema fields = {
      {"b", TypeId::kBoolean},
      {"s", TypeId::kInt16},
      {"i", TypeId::kInt64},
      {"f", TypeId::kFloat32},
      {"d", TypeId::kFloat64},
      {"n", TypeId::kNumeric},
      {"date", TypeId::kDate},
      {"time", TypeId::kTime},
      {"ts", TypeId::kTimestamp},
      {"tz", TypeId::kTimestamptz},
      {"iv", TypeId::kInterval},
      {"t", TypeId::kVarchar},
      {"x", TypeId::kBytea},
      {"j", TypeId::kJsonb},
      {"l", Type::list_of(TypeId::kInt32)},
      {"o", Type::struct_of({{"t", TypeId::kVarchar}, {"l", Type::list_of(TypeId::kNumeric)}})},
  };
  return fields;
}

std::unique_ptr<Decoder> make_decoder(const char* arrays) {
  const FormatRow& row = *find_format("PLAIN", "JSON").value();
  std::vector<DecodeColumn> columns;
  for (const Field& field : schema()) columns.push_back({field.name, field.type});
  return row.make_decoder({.columns = columns, .options = {{"top_level_array", arrays}}}).value();
}

std::string packed(const DecodedBatch& batch, size_t row) {
  std::vector<Value> values;
  for (const ColumnPtr& column : batch.columns) values.push_back(column->value_at(row));
  return pack_values(values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto objects = make_decoder("error");
  static const auto arrays = make_decoder("rows");
  static const auto encoder = [] {
    const FormatRow& row = *find_format("PLAIN", "JSON").value();
    return row.make_encoder({.schema = schema(), .options = {{"json.profile", "roundtrip"}}}).value();
  }();
  // A copy of the exact size: the sanitizer sees every byte read behind it.
  const std::unique_ptr<char[]> copy(new char[size]);
  if (size != 0) std::memcpy(copy.get(), data, size);
  const std::string_view messages[] = {{copy.get(), size}};
  DecodedBatch batch;
  arrays->decode(messages, batch);
  objects->decode(messages, batch);
  CHECK(batch.rows() + batch.bad.size() == 1);
  if (batch.rows() == 0) return 0;
  EncodedRows encoded;
  encoder->encode({.columns = batch.columns, .selection = Selection(1)}, encoded);
  JsonIndex index;
  CHECK(index.read(encoded.message(0)) == nullptr && index.skip(0) == index.count());
  const std::string_view again[] = {encoded.message(0)};
  DecodedBatch back;
  objects->decode(again, back);
  CHECK(back.bad.empty(), "{}", back.bad[0].error);
  CHECK(packed(batch, 0) == packed(back, 0), "{}", encoded.message(0));
  return 0;
}

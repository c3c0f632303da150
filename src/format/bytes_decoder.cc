#include "format/bytes_decoder.h"

namespace leat {
namespace {

class BytesDecoder : public Decoder {
 public:
  explicit BytesDecoder(bool wanted) : wanted_(wanted) {}

  void decode(std::span<const std::string_view> payloads, DecodedBatch& out) override {
    out = {};
    out.nulled.resize(1);
    out.columns.resize(1);
    out.messages.resize(payloads.size());
    for (size_t i = 0; i < payloads.size(); ++i) out.messages[i] = static_cast<uint32_t>(i);
    if (!wanted_) return;
    auto column = std::make_shared<Vector>(TypeId::kBytea, payloads.size());
    for (size_t i = 0; i < payloads.size(); ++i) column->set_string(i, payloads[i]);
    out.columns[0] = std::move(column);
  }

 private:
  bool wanted_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_bytes_decoder(const DecoderSpec& spec) {
  if (spec.columns.size() != 1 || !spec.columns[0].type.is(TypeId::kBytea)) {
    return fail(make_error(SqlState::kInvalidTableDefinition,
                           "ENCODE BYTES needs exactly one column, of type bytea")
                    .with_hint("Declare the source as (name bytea)."));
  }
  return std::make_unique<BytesDecoder>(spec.columns[0].wanted);
}

}  // namespace leat

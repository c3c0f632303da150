#include "pgwire/row_encoder.h"

#include <gtest/gtest.h>

#include "pgwire/fake_session.h"
#include "types/format_value.h"

namespace leat::pgwire {
namespace {

using Row = std::vector<std::optional<std::string>>;

std::vector<Row> rows_in(std::string_view bytes) {
  std::vector<Row> rows;
  while (!bytes.empty()) {
    EXPECT_EQ(bytes[0], 'D');
    const uint32_t length = load_big_endian<uint32_t>(bytes.data() + 1);
    std::string_view body = bytes.substr(5, length - 4);
    Row row(load_big_endian<uint16_t>(body.data()));
    body.remove_prefix(2);
    for (auto& value : row) {
      const auto size = load_big_endian<int32_t>(body.data());
      body.remove_prefix(4);
      if (size < 0) continue;
      value = std::string(body.substr(0, static_cast<size_t>(size)));
      body.remove_prefix(static_cast<size_t>(size));
    }
    EXPECT_TRUE(body.empty());
    rows.push_back(std::move(row));
    bytes.remove_prefix(length + 1);
  }
  return rows;
}

std::vector<Row> encode(const Batch& batch, size_t first, size_t count, std::vector<Format> formats,
                        const TimeZone& zone = {}) {
  RowEncoder encoder;
  WireBuffer out;
  const auto sent = encoder.encode(out, batch, first, count, formats, zone);
  EXPECT_TRUE(sent.has_value());
  auto rows = rows_in(out.pending());
  EXPECT_EQ(rows.size(), sent.value_or(0));
  return rows;
}

TEST(RowEncoder, EveryTypeEqualsTheGeneralForms) {
  const auto values = one_value_of_each_type();
  const TimeZone zone = TimeZone::find("Asia/Kolkata").value();
  const Batch batch = one_row(values);
  const Row text = encode(batch, 0, 1, {}, zone).at(0);
  const Row binary = encode(batch, 0, 1, {Format::kBinary}).at(0);
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(text[i], to_text(values[i], zone)) << values[i].type().name();
    EXPECT_EQ(binary[i], to_binary(values[i])) << values[i].type().name();
    EXPECT_EQ(parse_binary(values[i].type(), *binary[i]).value(), values[i]);
  }
  // One format per column.
  std::vector<Format> formats;
  for (size_t i = 0; i < values.size(); ++i)
    formats.push_back(i % 2 ? Format::kBinary : Format::kText);
  const Row mixed = encode(batch, 0, 1, formats, zone).at(0);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(mixed[i], i % 2 ? binary[i] : text[i]);
}

TEST(RowEncoder, NullsOfEveryType) {
  std::vector<Value> nulls;
  for (const Value& value : one_value_of_each_type()) nulls.push_back(Value::null(value.type()));
  for (const Format format : {Format::kText, Format::kBinary}) {
    const Row row = encode(one_row(nulls), 0, 1, {format}).at(0);
    for (const auto& value : row) EXPECT_FALSE(value.has_value());
  }
}

TEST(RowEncoder, SelectionWeightsConstantsAndParts) {
  auto numbers = std::make_shared<Vector>(TypeId::kInt32, 10);
  auto floats = std::make_shared<Vector>(TypeId::kFloat64, 10);
  for (int i = 0; i < 10; ++i) {
    numbers->data<int32_t>()[i] = -i;
    floats->data<double>()[i] = i / 2.0;
  }
  floats->set_null_value(4);
  Batch batch{.columns = {numbers, floats, Vector::constant(Value::varchar("same"))}};
  batch.selection =
      Selection(std::make_shared<const std::vector<uint32_t>>(std::vector<uint32_t>{1, 4, 7, 9}));
  batch.weights = std::make_shared<const std::vector<int32_t>>(
      std::vector<int32_t>{9, 1, 9, 9, 2, 9, 9, 1, 9, 3});
  const auto rows = encode(batch, 1, 3, {});
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0], (Row{"-4", std::nullopt, "same"}));
  EXPECT_EQ(rows[1], rows[0]);
  EXPECT_EQ(rows[2], (Row{"-7", "3.5", "same"}));
  EXPECT_EQ(rows[3], (Row{"-9", "4.5", "same"}));
  EXPECT_EQ(rows[5], rows[3]);
}

TEST(RowEncoder, NoColumnsAndNoRows) {
  Batch batch;
  batch.selection = Selection(3);
  EXPECT_EQ(encode(batch, 0, 3, {}), std::vector<Row>(3));
  EXPECT_TRUE(encode(batch, 0, 0, {}).empty());
}

TEST(RowEncoder, BlocksOfLargeRowsAreShort) {
  auto texts = std::make_shared<Vector>(TypeId::kVarchar, 5000);
  auto numbers = std::make_shared<Vector>(TypeId::kInt32, 5000);
  for (size_t i = 0; i < 5000; ++i) {
    numbers->data<int32_t>()[i] = 0;
    texts->set_string(i, std::string(i < 2000 ? 1 : 20'000, 'x'));
  }
  const Batch batch{.columns = {numbers, texts}, .selection = Selection(5000)};
  EXPECT_EQ(RowEncoder::block_size(batch, 0), 1024u);
  EXPECT_EQ(RowEncoder::block_size(batch, 3000), 4u);
  EXPECT_EQ(RowEncoder::block_size(batch, 4999), 1u);
  EXPECT_EQ(RowEncoder::block_size(Batch{.columns = {numbers}, .selection = Selection(5000)}, 4500),
            500u);
}

TEST(RowEncoder, ARowBeyondTheLimitIsAnError) {
  const std::string text(600 << 20, 'x');
  auto column = std::make_shared<Vector>(TypeId::kVarchar, 1);
  column->data<StringSlot>()[0] = StringSlot(text);
  Batch batch{.columns = {column, column}, .selection = Selection(1)};
  RowEncoder encoder;
  WireBuffer out;
  const auto result = encoder.encode(out, batch, 0, 1, {}, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, SqlState::kProgramLimitExceeded);
}

}  // namespace
}  // namespace leat::pgwire

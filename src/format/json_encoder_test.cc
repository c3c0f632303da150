#include "format/json_encoder.h"

#include <gtest/gtest.h>

#include "types/jsonb.h"
#include "types/random_values.h"

namespace leat {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

const FormatRow& json_row() { return *find_format("PLAIN", "JSON").value(); }

std::unique_ptr<Encoder> encoder_of(const Schema& schema, const Given& options) {
  const FormatOptions checked = check_format_options(json_row(), json_row().encode_options, options).value();
  return json_row().make_encoder({.schema = schema, .options = checked}).value();
}

std::string one(const Value& value, const Given& options = {}) {
  const auto encoder = encoder_of({{"v", value.type()}}, options);
  EncodedRows rows;
  encoder->encode({.columns = {Vector::constant(value)}, .selection = Selection(1)}, rows);
  const std::string text(rows.message(0));
  return text.substr(5, text.size() - 6);
}

TEST(JsonEncoder, DefaultsAreRisingWavesText) {
  EXPECT_EQ(one(Value::boolean(true)), "true");
  EXPECT_EQ(one(Value::int64(-5)), "-5");
  EXPECT_EQ(one(Value::float64(1.5)), "1.5");
  EXPECT_EQ(one(Value::float64(std::nan(""))), "null");
  EXPECT_EQ(one(Value::numeric(Decimal::parse("1.50").value())), "\"1.50\"");
  EXPECT_EQ(one(Value::varchar("a\"b\n")), "\"a\\\"b\\n\"");
  EXPECT_EQ(one(Value(TypeId::kDate, int64_t{0})), "719163");
  EXPECT_EQ(one(Value(TypeId::kDate, int64_t{-719162})), "1");
  EXPECT_EQ(one(Value(TypeId::kTime, int64_t{1'234'567})), "1234");
  EXPECT_EQ(one(Value(TypeId::kTimestamp, int64_t{1'700'000'000'123'456})), "1700000000123");
  EXPECT_EQ(one(Value(TypeId::kTimestamptz, int64_t{1'700'000'000'000'000})), "\"2023-11-14 22:13:20.000000\"");
  EXPECT_EQ(one(Value::interval({14, -3, 3'723'500'000})), "\"P1Y2M-3DT1H2M3.5S\"");
  EXPECT_EQ(one(Value::interval({0, 0, -500'000})), "\"PT-0.5S\"");
  EXPECT_EQ(one(Value::interval({})), "\"PT0S\"");
  EXPECT_EQ(one(Value(TypeId::kJsonb, std::string("{\"a\": 1}"))), "\"{\\\"a\\\": 1}\"");
  EXPECT_EQ(one(Value(TypeId::kBytea, std::string("\0\xff", 2))), "\"AP8=\"");
  EXPECT_EQ(one(Value(TypeId::kSerial, int64_t{255})), "\"0x00000000000000ff\"");
  EXPECT_EQ(one(Value::null(TypeId::kInt32)), "null");
  const Type point = Type::struct_of({{"x", TypeId::kInt16}, {"t", TypeId::kVarchar}});
  const Value fields[] = {Value::int16(1), Value::null(TypeId::kVarchar)};
  EXPECT_EQ(one(Value(point, pack_values(fields))), "{\"x\":1,\"t\":null}");
  const Value elements[] = {Value::varchar("a"), Value::null(TypeId::kVarchar)};
  EXPECT_EQ(one(Value(Type::list_of(TypeId::kVarchar), pack_list(elements))), "[\"a\",null]");
}

TEST(JsonEncoder, Modes) {
  const Value date(TypeId::kDate, int64_t{1});
  EXPECT_EQ(one(date, {{"date.handling.mode", "from_epoch"}}), "1");
  EXPECT_EQ(one(date, {{"date.handling.mode", "string"}}), "\"1970-01-02\"");
  EXPECT_EQ(one(date, {{"json.profile", "roundtrip"}}), "\"1970-01-02\"");
  EXPECT_EQ(one(date, {{"json.profile", "roundtrip"}, {"date.handling.mode", "from_ce"}}), "719164");
  const Value time(TypeId::kTime, int64_t{1'234'567});
  EXPECT_EQ(one(time, {{"time.handling.mode", "micro"}}), "1234567");
  EXPECT_EQ(one(time, {{"time.handling.mode", "string"}}), "\"00:00:01.234567\"");
  const Value stamp(TypeId::kTimestamp, int64_t{-1});
  EXPECT_EQ(one(stamp), "-1");
  EXPECT_EQ(one(stamp, {{"timestamp.handling.mode", "micro"}}), "-1");
  EXPECT_EQ(one(stamp, {{"timestamp.handling.mode", "string"}}), "\"1969-12-31 23:59:59.999999\"");
  const Value zoned(TypeId::kTimestamptz, int64_t{1'700'000'000'123'456});
  EXPECT_EQ(one(zoned, {{"timestamptz.handling.mode", "utc_string"}}), "\"2023-11-14T22:13:20.123456Z\"");
  EXPECT_EQ(one(zoned, {{"timestamptz.handling.mode", "milli"}}), "1700000000123");
  EXPECT_EQ(one(zoned, {{"timestamptz.handling.mode", "micro"}}), "1700000000123456");
  EXPECT_EQ(one(Value(TypeId::kJsonb, std::string("[1]")), {{"jsonb.handling.mode", "dynamic"}}), "[1]");
  EXPECT_EQ(one(Value(TypeId::kBytea, std::string("\xff")), {{"bytea.handling.mode", "hex"}}), "\"\\\\xff\"");
  EXPECT_EQ(one(Value::numeric(Decimal::parse("1.50").value()), {{"numeric.handling.mode", "number"}}), "1.50");
  EXPECT_EQ(one(Value::numeric(Decimal::nan()), {{"numeric.handling.mode", "number"}}), "\"NaN\"");
  EXPECT_EQ(one(Value::float32(INFINITY), {{"float.handling.mode", "string"}}), "\"Infinity\"");
  EXPECT_EQ(one(Value::interval({1, 0, 0}), {{"interval.handling.mode", "postgres"}}), "\"1 mon\"");
}

TEST(JsonEncoder, EncodesSelectedRowsInOrder) {
  auto a = std::make_shared<Vector>(TypeId::kInt32, 4);
  for (int i = 0; i < 4; ++i) a->set_value(i, Value::int32(i));
  Batch batch{.columns = {a, Vector::constant(Value::varchar("x"))}, .selection = Selection(4)};
  const auto encoder = encoder_of({{"a", TypeId::kInt32}, {"b \"q\"", TypeId::kVarchar}}, {});
  EncodedRows rows;
  encoder->encode(batch.with_rows({1, 3}), rows);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows.message(0), "{\"a\":1,\"b \\\"q\\\"\":\"x\"}");
  EXPECT_EQ(rows.message(1), "{\"a\":3,\"b \\\"q\\\"\":\"x\"}");
  encoder_of({}, {})->encode({.selection = Selection(1)}, rows);
  EXPECT_EQ(rows.message(0), "{}");
}

// jsonb's null comes back as NULL: the one value that the profile cannot keep.
bool has_json_null(const Value& value) {
  if (value.is_null()) return false;
  const Type& type = value.type();
  if (type.is(TypeId::kJsonb)) return value.as_string() == "null";
  std::vector<Value> inner;
  if (type.is(TypeId::kList)) inner = unpack_list(value.as_string(), type.element());
  if (type.is(TypeId::kStruct)) {
    std::vector<Type> types;
    for (const StructField& field : type.fields()) types.push_back(field.type);
    inner = unpack_values(value.as_string(), types);
  }
  return std::any_of(inner.begin(), inner.end(), has_json_null);
}

// The law of the profile: what is written is read back as it was, for every type.
TEST(JsonEncoder, RoundTripProfileKeepsEveryValue) {
  RandomValues random(21);
  for (int round = 0; round < 400; ++round) {
    Schema schema;
    std::vector<DecodeColumn> columns;
    const std::vector<Type>& scalars = RandomValues::scalar_types();
    for (uint64_t i = 0; i < 6; ++i) {
      const Type type = i < 2 ? scalars[(static_cast<size_t>(round) * 2 + i) % scalars.size()] : random.type(2);
      schema.push_back({"column " + std::to_string(i), type});
      columns.push_back({schema.back().name, type});
    }
    const Batch batch = random.batch(types_of(schema), 50);
    const Given profile = {{"json.profile", "roundtrip"}};
    EncodedRows rows;
    encoder_of(schema, profile)->encode(batch, rows);
    std::vector<std::string_view> messages;
    for (size_t i = 0; i < rows.size(); ++i) messages.push_back(rows.message(i));
    const FormatOptions options = check_format_options(json_row(), json_row().decode_options, {}).value();
    DecodedBatch back;
    json_row().make_decoder({.columns = columns, .options = options}).value()->decode(messages, back);
    ASSERT_TRUE(back.bad.empty()) << back.bad[0].error << "\n" << messages[back.bad[0].message];
    ASSERT_EQ(back.rows(), batch.size());
    for (size_t c = 0; c < schema.size(); ++c) {
      ASSERT_EQ(back.nulled[c].count, 0u) << back.nulled[c].first_error << " " << schema[c].type.name();
      for (size_t i = 0; i < back.rows(); ++i) {
        const Value was = batch.columns[c]->value_at(batch.selection[i]);
        if (has_json_null(was)) continue;
        const Value is = back.columns[c]->value_at(i);
        // NaNs differ in bits at most.
        ASSERT_TRUE(exact_bytes(was) == exact_bytes(is) || (was == is && messages[i].find("NaN") != std::string_view::npos))
            << schema[c].type.name() << ": " << was.to_text() << " became " << is.to_text() << "\n" << messages[i];
      }
    }
  }
}

TEST(JsonEncoder, EveryMessageIsJsonInEveryMode) {
  RandomValues random(22);
  for (int round = 0; round < 200; ++round) {
    Given options;
    for (const FormatOptionRow& row : kJsonEncodeOptions) {
      std::vector<std::string> allowed;
      std::string_view rest = row.allowed;
      while (!rest.empty()) {
        const size_t comma = std::min(rest.find(','), rest.size());
        allowed.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
      if (random.one_in(2)) options.emplace_back(row.name, allowed[random.below(allowed.size())]);
    }
    Schema schema;
    for (int i = 0; i < 4; ++i) schema.push_back({"c" + std::to_string(i), random.type(2)});
    EncodedRows rows;
    encoder_of(schema, options)->encode(random.batch(types_of(schema), 30), rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto canonical = canonical_json(rows.message(i));
      ASSERT_TRUE(canonical) << rows.message(i) << "\n" << canonical.error().to_string();
    }
  }
}

}  // namespace
}  // namespace leat

#include "format/json_decoder.h"

#include <gtest/gtest.h>

#include "format/json_value.h"
#include "types/format_value.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Decoder> decoder_of(std::vector<DecodeColumn> columns, Given options = {}) {
  const FormatRow& row = *find_format("plain", "json").value();
  const FormatOptions checked = check_format_options(row, row.decode_options, options).value();
  return row.make_decoder({.columns = columns, .options = checked}).value();
}

DecodedBatch decode(Decoder& decoder, const std::vector<std::string>& messages) {
  std::vector<std::string_view> views(messages.begin(), messages.end());
  DecodedBatch out;
  decoder.decode(views, out);
  return out;
}

std::vector<std::string> texts(const DecodedBatch& batch, size_t column) {
  std::vector<std::string> out;
  for (size_t row = 0; row < batch.rows(); ++row) {
    out.push_back(batch.columns[column]->value_at(row).to_text());
  }
  return out;
}

// What one value becomes in a column: its text, "NULL", "NULL!" if it did not fit, "BAD" if the
// message is bad.
std::string one(const Type& type, const std::string& json, Given options = {}) {
  const auto decoder = decoder_of({{.name = "v", .type = type}}, std::move(options));
  const DecodedBatch batch = decode(*decoder, {"{\"v\":" + json + "}"});
  if (!batch.bad.empty()) return "BAD";
  return texts(batch, 0)[0] + (batch.nulled[0].count > 0 ? "!" : "");
}

using Texts = std::vector<std::string>;

TEST(JsonDecoder, TakesMembersByNameInAnyOrder) {
  const auto decoder = decoder_of({{"id", TypeId::kInt64}, {"name", TypeId::kVarchar}, {"price", TypeId::kFloat64}});
  const DecodedBatch batch = decode(
      *decoder, {R"({"id":1,"name":"a","price":1.5})", R"({"price":2.5,"other":{"x":[1,{}]},"name":"b","id":2})",
                 R"( { "name" : "a long name that is not inline" , "id" : 3 } )", R"({})", "", "  \n",
                 R"({"\u0069d":7,"n\u0061me":"\u00e9"})", "\xEF\xBB\xBF{\"id\":8}"});
  EXPECT_TRUE(batch.bad.empty());
  EXPECT_EQ(texts(batch, 0), (Texts{"1", "2", "3", "NULL", "NULL", "NULL", "7", "8"}));
  EXPECT_EQ(texts(batch, 1), (Texts{"a", "b", "a long name that is not inline", "NULL", "NULL", "NULL", "é", "NULL"}));
  EXPECT_EQ(texts(batch, 2), (Texts{"1.5", "2.5", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"}));
  EXPECT_EQ(batch.messages, (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  for (const NulledValues& nulled : batch.nulled) EXPECT_EQ(nulled.count, 0u);
}

TEST(JsonDecoder, ExactNamesWinAndTheLastOfEqualOnesCounts) {
  const auto decoder = decoder_of({{"Id", TypeId::kInt32}, {"x", TypeId::kInt32}});
  const DecodedBatch batch =
      decode(*decoder, {R"({"ID":1})", R"({"Id":2,"id":3})", R"({"id":4,"Id":5,"ID":6})", R"({"x":1,"x":2})",
                        R"({"x":1,"x":null})", R"({"x":null,"x":3})", R"({"x":"bad","x":4})"});
  EXPECT_EQ(texts(batch, 0), (Texts{"1", "2", "5", "NULL", "NULL", "NULL", "NULL"}));
  EXPECT_EQ(texts(batch, 1), (Texts{"NULL", "NULL", "NULL", "2", "NULL", "3", "4"}));
}

TEST(JsonDecoder, BadMessagesAreListedAndTakeNothingWithThem) {
  const auto decoder = decoder_of({{"a", TypeId::kInt32}, {"b", TypeId::kVarchar}});
  const std::vector<std::string> kBad = {
      "{", "}", "{\"a\":1", "{\"a\":1}}", "{\"a\":1} {\"a\":2}", "{\"a\":}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}",
      "{\"a\":1 \"b\":2}", "{\"a\":tru}", "{\"a\":nul}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":-}", "{\"b\":\"x}",
      "{\"b\":\"\x01\"}", "{\"b\":\"\xff\"}", "{\"a\":[1}", "{\"c\":[1,]}", "{\"c\":{\"d\"}}", "{\"c\":+1}",
      "{\"c\":.5}", "{\"c\":truex}", "[]", "[{\"a\":1}]", "1", "\"x\"", "null", "nonsense", "{\"a\":1}x",
      "{\"b\":\"x\"y}", "{\"a\":1\"x\"}", "{\"c\":" + std::string(600, '[') + std::string(600, ']') + "}",
      "{\"a\":1,,\"b\":2}", "{,}", "{\"a\":1]", "{\"c\":[}]}"};
  std::vector<std::string> messages;
  for (const std::string& bad : kBad) {
    messages.push_back("{\"a\":1,\"b\":\"good\"}");
    messages.push_back(bad);
  }
  const DecodedBatch batch = decode(*decoder, messages);
  ASSERT_EQ(batch.bad.size(), kBad.size());
  for (size_t i = 0; i < kBad.size(); ++i) {
    EXPECT_EQ(batch.bad[i].message, i * 2 + 1) << kBad[i];
    EXPECT_FALSE(batch.bad[i].error.empty());
  }
  ASSERT_EQ(batch.rows(), kBad.size());
  for (size_t row = 0; row < batch.rows(); ++row) {
    EXPECT_EQ(batch.messages[row], row * 2);
    EXPECT_EQ(batch.columns[0]->value_at(row).to_text(), "1");
    EXPECT_EQ(batch.columns[1]->value_at(row).to_text(), "good");
  }
}

TEST(JsonDecoder, WhatIsBadDoesNotDependOnTheWantedColumns) {
  const std::vector<std::string> messages = {"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":tru}", "{\"a\":1,\"b\":[1,}"};
  const auto all = decoder_of({{"a", TypeId::kInt32}, {"b", TypeId::kInt32}});
  const auto some = decoder_of({{"a", TypeId::kInt32}, {.name = "b", .type = TypeId::kInt32, .wanted = false}});
  const DecodedBatch x = decode(*all, messages);
  const DecodedBatch y = decode(*some, messages);
  EXPECT_EQ(x.messages, y.messages);
  EXPECT_EQ(x.bad.size(), 2u);
  EXPECT_EQ(y.bad.size(), 2u);
  EXPECT_EQ(y.columns[1], nullptr);
  EXPECT_EQ(texts(y, 0), Texts{"1"});
}

TEST(JsonDecoder, NullsInKeysMakeTheMessageBad) {
  const auto decoder = decoder_of({{.name = "id", .type = TypeId::kInt32, .wanted = false, .not_null = true},
                                   {"v", TypeId::kInt32}});
  const DecodedBatch batch = decode(*decoder, {R"({"id":1,"v":"x"})", R"({"v":1})", R"({"id":null,"v":1})",
                                               R"({"id":"x","v":1})", R"({"id":"7","v":2})", ""});
  ASSERT_EQ(batch.bad.size(), 4u);
  EXPECT_EQ(batch.bad[0].error, "column \"id\" must not be null and the message has no such member");
  EXPECT_EQ(batch.bad[1].error, "column \"id\" must not be null");
  EXPECT_EQ(batch.bad[2].error, "column \"id\": \"x\" is not a valid integer");
  EXPECT_EQ(batch.messages, (std::vector<uint32_t>{0, 4}));
  EXPECT_EQ(texts(batch, 1), (Texts{"NULL", "2"}));
  EXPECT_EQ(batch.nulled[1].count, 1u);
  EXPECT_EQ(batch.nulled[1].first_message, 0u);
  EXPECT_EQ(batch.nulled[1].first_error, "column \"v\": \"x\" is not a valid integer");
}

TEST(JsonDecoder, DefaultsFillMissingMembersOnly) {
  const auto decoder = decoder_of({{.name = "a", .type = TypeId::kInt32, .default_value = Value::int32(9)},
                                   {.name = "b", .type = TypeId::kVarchar, .not_null = true, .default_value = Value::varchar("none")}});
  const DecodedBatch batch = decode(*decoder, {"{}", R"({"a":1,"b":"x"})", R"({"a":null})", R"({"b":null})"});
  EXPECT_EQ(texts(batch, 0), (Texts{"9", "1", "NULL"}));
  EXPECT_EQ(texts(batch, 1), (Texts{"none", "x", "none"}));
  EXPECT_EQ(batch.bad.size(), 1u);
}

TEST(JsonDecoder, Numbers) {
  EXPECT_EQ(one(TypeId::kInt16, "32767"), "32767");
  EXPECT_EQ(one(TypeId::kInt16, "32768"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt32, "-2147483648"), "-2147483648");
  EXPECT_EQ(one(TypeId::kInt32, "2147483648"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt64, "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(one(TypeId::kInt64, "9223372036854775808"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt64, "-0"), "0");
  EXPECT_EQ(one(TypeId::kInt64, "\" 12 \""), "12");
  EXPECT_EQ(one(TypeId::kInt64, "\"1\\u0032\""), "12");
  EXPECT_EQ(one(TypeId::kInt64, "1.0"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt64, "1e3"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt64, "true"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt64, "[1]"), "NULL!");
  EXPECT_EQ(one(TypeId::kInt64, "null"), "NULL");
  EXPECT_EQ(one(TypeId::kFloat64, "1"), "1");
  EXPECT_EQ(one(TypeId::kFloat64, "-1.25e2"), "-125");
  EXPECT_EQ(one(TypeId::kFloat64, "1e400"), "NULL!");
  EXPECT_EQ(one(TypeId::kFloat64, "\"NaN\""), "NaN");
  EXPECT_EQ(one(TypeId::kFloat64, "\"-Infinity\""), "-Infinity");
  EXPECT_EQ(one(TypeId::kFloat32, "0.1"), "0.1");
  EXPECT_EQ(one(TypeId::kFloat32, "1e39"), "NULL!");
  // A numeric keeps its digits: nothing goes through double.
  EXPECT_EQ(one(TypeId::kNumeric, "0.1000000000000000000000001"), "0.1000000000000000000000001");
  EXPECT_EQ(one(TypeId::kNumeric, "12345678901234567890.10"), "12345678901234567890.10");
  EXPECT_EQ(one(TypeId::kNumeric, "\"1.50\""), "1.50");
  EXPECT_EQ(one(TypeId::kNumeric, "1e5"), "100000");
  EXPECT_EQ(one(TypeId::kNumeric, "1e50"), "NULL!");
  EXPECT_EQ(one(TypeId::kNumeric, "\"NaN\""), "NaN");
  EXPECT_EQ(one(TypeId::kBoolean, "true"), "t");
  EXPECT_EQ(one(TypeId::kBoolean, "1"), "NULL!");
  EXPECT_EQ(one(TypeId::kBoolean, "\"true\""), "NULL!");
  EXPECT_EQ(one(TypeId::kBoolean, "truE"), "BAD");
}

TEST(JsonDecoder, TextBytesAndJson) {
  EXPECT_EQ(one(TypeId::kVarchar, "\"a\\n\\\"b\\\\\\/\\u00e9\\ud834\\udd1e\""), "a\n\"b\\/é𝄞");
  EXPECT_EQ(one(TypeId::kVarchar, "1.50"), "1.50");
  EXPECT_EQ(one(TypeId::kVarchar, "false"), "false");
  EXPECT_EQ(one(TypeId::kVarchar, "{\"a\": [1, 2]}"), "{\"a\": [1, 2]}");
  EXPECT_EQ(one(TypeId::kVarchar, "\"\\ud834\""), "NULL!");
  EXPECT_EQ(one(TypeId::kVarchar, "\"\\x\""), "NULL!");
  EXPECT_EQ(one(TypeId::kVarchar, "\"a\\u0000b\""), "NULL!");
  EXPECT_EQ(one(TypeId::kVarchar, "null"), "NULL");
  EXPECT_EQ(one(TypeId::kBytea, "\"\\\\x00fF\""), "\\x00ff");
  EXPECT_EQ(one(TypeId::kBytea, "\"abc\""), "\\x616263");
  EXPECT_EQ(one(TypeId::kBytea, "\"AP8=\"", {{"bytea.handling.mode", "base64"}}), "\\x00ff");
  EXPECT_EQ(one(TypeId::kBytea, "\"AP8\"", {{"bytea.handling.mode", "BASE64"}}), "\\x00ff");
  EXPECT_EQ(one(TypeId::kBytea, "\"A*8=\"", {{"bytea.handling.mode", "base64"}}), "NULL!");
  EXPECT_EQ(one(TypeId::kBytea, "7"), "NULL!");
  EXPECT_EQ(one(TypeId::kJsonb, "{\"bb\":1.50,\"a\":[true,null],\"bb\":2}"), "{\"a\": [true, null], \"bb\": 2}");
  EXPECT_EQ(one(TypeId::kJsonb, "\"x\""), "\"x\"");
  EXPECT_EQ(one(TypeId::kJsonb, "null"), "NULL");
}

TEST(JsonDecoder, DatesAndTimes) {
  EXPECT_EQ(one(TypeId::kDate, "\"2026-02-28\""), "2026-02-28");
  EXPECT_EQ(one(TypeId::kDate, "\"2026-02-29\""), "NULL!");
  EXPECT_EQ(one(TypeId::kDate, "19000"), "2022-01-08");
  EXPECT_EQ(one(TypeId::kTime, "\"12:34:56.789\""), "12:34:56.789");
  EXPECT_EQ(one(TypeId::kTime, "1000000"), "00:00:01");
  EXPECT_EQ(one(TypeId::kTime, "-1"), "NULL!");
  EXPECT_EQ(one(TypeId::kTimestamp, "\"2026-01-02T03:04:05.5\""), "2026-01-02 03:04:05.5");
  EXPECT_EQ(one(TypeId::kTimestamp, "\"2026-01-02 03:04:05.123456789\""), "2026-01-02 03:04:05.123457");
  EXPECT_EQ(one(TypeId::kTimestamp, "\"2026-01-02\""), "2026-01-02 00:00:00");
  EXPECT_EQ(one(TypeId::kTimestamp, "\"soon\""), "NULL!");
  // The unit of a number is told by its size.
  for (const char* number : {"1700000000", "1700000000000", "1700000000000000", "1700000000000000000"}) {
    EXPECT_EQ(one(TypeId::kTimestamp, number), "2023-11-14 22:13:20") << number;
    EXPECT_EQ(one(TypeId::kTimestamptz, number), "2023-11-14 22:13:20+00") << number;
  }
  EXPECT_EQ(one(TypeId::kTimestamp, "-1"), "1969-12-31 23:59:59");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02T03:04:05Z\""), "2026-01-02 03:04:05+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02T03:04:05.25+05:30\""), "2026-01-01 21:34:05.25+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02 03:04:05-08\""), "2026-01-02 11:04:05+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02 03:04:05\""), "NULL!");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02\""), "NULL!");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02 03:04:05.1234567 UTC\""), "2026-01-02 03:04:05.123457+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"infinity\""), "infinity");
  const Given naive = {{"timestamptz.handling.mode", "utc_without_suffix"}};
  EXPECT_EQ(one(TypeId::kTimestamptz, "\"2026-01-02 03:04:05\"", naive), "2026-01-02 03:04:05+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "1700000000", naive), "NULL!");
  EXPECT_EQ(one(TypeId::kTimestamptz, "1700000000", {{"timestamptz.handling.mode", "milli"}}), "1970-01-20 16:13:20+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "1700000000", {{"timestamptz.handling.mode", "micro"}}), "1970-01-01 00:28:20+00");
  EXPECT_EQ(one(TypeId::kTimestamptz, "1", {{"timestamptz.handling.mode", "utc_string"}}), "NULL!");
  EXPECT_EQ(one(TypeId::kInterval, "\"P1DT2H\""), "1 day 02:00:00");
  EXPECT_EQ(one(TypeId::kInterval, "\"2 months\""), "2 mons");
}

TEST(JsonDecoder, StructsAndLists) {
  const Type point = Type::struct_of({{"x", TypeId::kInt32}, {"Name", TypeId::kVarchar}});
  EXPECT_EQ(one(point, R"({"name":"a b","x":1,"z":{}})"), "(1,\"a b\")");
  EXPECT_EQ(one(point, R"({"x":null})"), "(,)");
  EXPECT_EQ(one(point, R"({})"), "(,)");
  EXPECT_EQ(one(point, R"("{\"x\": 5}")"), "(5,)");
  EXPECT_EQ(one(point, R"("{\"x\": 5")"), "NULL!");
  EXPECT_EQ(one(point, R"({"x":"no"})"), "NULL!");
  EXPECT_EQ(one(point, R"([1])"), "NULL!");
  const Type numbers = Type::list_of(TypeId::kInt64);
  EXPECT_EQ(one(numbers, "[1, null, 3]"), "{1,NULL,3}");
  EXPECT_EQ(one(numbers, "[]"), "{}");
  EXPECT_EQ(one(numbers, "[1, \"x\"]"), "NULL!");
  EXPECT_EQ(one(numbers, "{}"), "NULL!");
  EXPECT_EQ(one(Type::list_of(numbers), "[[1],[],null]"), "{{1},{},NULL}");
  EXPECT_EQ(one(Type::list_of(point), R"([{"x":1},{"name":"b"}])"), "{\"(1,)\",\"(,b)\"}");
  EXPECT_EQ(one(Type::list_of(TypeId::kJsonb), R"([{"b":1,"a":2},null])"), "{\"{\\\"a\\\": 2, \\\"b\\\": 1}\",NULL}");
}

TEST(JsonDecoder, TopLevelArrays) {
  const std::vector<std::string> messages = {R"([{"a":1},{"a":2},{}])", "[]", R"({"a":3})", R"([{"a":4},5])",
                                             R"([{"a":5},])", R"([{"a":6} {"a":7}])", R"([{"a":8}]])", R"([{"a":9},)"};
  const auto decoder = decoder_of({{"a", TypeId::kInt32}}, {{"top_level_array", "rows"}});
  const DecodedBatch batch = decode(*decoder, messages);
  EXPECT_EQ(texts(batch, 0), (Texts{"1", "2", "NULL", "3"}));
  EXPECT_EQ(batch.messages, (std::vector<uint32_t>{0, 0, 0, 2}));
  EXPECT_EQ(batch.bad.size(), 5u);
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += (i ? ",{\"a\":" : "{\"a\":") + std::string(i % 3 ? std::to_string(i) : "null") + "}";
  const DecodedBatch large = decode(*decoder, {many + "]", many + "}", R"({"a":1})"});
  ASSERT_EQ(large.rows(), 1001u);
  EXPECT_EQ(large.bad.size(), 1u);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(large.columns[0]->value_at(i).to_text(), i % 3 ? std::to_string(i) : "NULL");
  }
  EXPECT_EQ(large.columns[0]->value_at(1000).to_text(), "1");
}

TEST(JsonDecoder, WholePayload) {
  const auto decoder = decoder_of({{"a", TypeId::kInt32}, {.name = "p", .type = TypeId::kJsonb, .whole_payload = true}});
  const DecodedBatch batch = decode(*decoder, {R"({"b":1, "a":2})", "", R"({"a":1,"c":"\ud800"})"});
  EXPECT_EQ(texts(batch, 0), (Texts{"2", "NULL"}));
  EXPECT_EQ(texts(batch, 1), (Texts{"{\"a\": 2, \"b\": 1}", "{}"}));
  EXPECT_EQ(batch.bad.size(), 1u);
  const std::vector<DecodeColumn> wrong = {{.name = "p", .type = TypeId::kVarchar, .whole_payload = true}};
  EXPECT_FALSE(make_json_decoder({.columns = wrong, .options = {}}));
}

TEST(JsonDecoder, ReadsNothingBehindTheMessage) {
  // The bytes behind a payload would complete it.
  const std::string text = R"({"a":12345,"b":"x"},"c":1}{"a":1})";
  const auto decoder = decoder_of({{"a", TypeId::kInt32}, {"b", TypeId::kVarchar}});
  for (size_t size = 0; size <= text.size(); ++size) {
    const std::string_view views[] = {std::string_view(text).substr(0, size)};
    DecodedBatch batch;
    decoder->decode(views, batch);
    const bool good = size == 0 || size == 19;
    ASSERT_EQ(batch.bad.empty(), good) << size;
  }
}

TEST(JsonDecoder, ManyMembersInChangingOrders) {
  std::vector<DecodeColumn> columns;
  for (int i = 0; i < 40; ++i) columns.push_back({"c" + std::to_string(i), TypeId::kInt32});
  const auto decoder = decoder_of(columns);
  std::vector<std::string> messages;
  for (int shift = 0; shift < 400; ++shift) {
    std::string text = "{";
    for (int i = 0; i < 400; ++i) {
      const int c = (i * 7 + shift) % 400;
      text += (i ? ",\"c" : "\"c") + std::to_string(c) + "\":" + std::to_string(c + shift);
    }
    messages.push_back(text + "}");
  }
  const DecodedBatch batch = decode(*decoder, messages);
  ASSERT_EQ(batch.rows(), 400u);
  for (int c = 0; c < 40; ++c) {
    for (int shift = 0; shift < 400; ++shift) ASSERT_EQ(batch.columns[c]->at<int32_t>(shift), c + shift);
  }
}

TEST(BytesDecoder, IsThePayload) {
  const FormatRow& row = *find_format("PLAIN", "Bytes").value();
  const std::vector<DecodeColumn> columns = {{"b", TypeId::kBytea}};
  const auto decoder = row.make_decoder({.columns = columns, .options = {}}).value();
  const DecodedBatch batch = decode(*decoder, {std::string("a\0b", 3), "", std::string(100, '\xff')});
  ASSERT_EQ(batch.rows(), 3u);
  EXPECT_EQ(batch.columns[0]->string_at(0), std::string_view("a\0b", 3));
  EXPECT_EQ(batch.columns[0]->string_at(1), "");
  EXPECT_FALSE(batch.columns[0]->is_null(1));
  const std::vector<DecodeColumn> wrong = {{"b", TypeId::kVarchar}};
  EXPECT_FALSE(row.make_decoder({.columns = wrong, .options = {}}));
}

TEST(Format, TableAndOptions) {
  for (const FormatRow& row : format_rows()) {
    EXPECT_FALSE(row.doc.empty());
    EXPECT_FALSE(row.example.empty());
    for (const auto options : {row.decode_options, row.encode_options}) {
      for (const FormatOptionRow& option : options) EXPECT_FALSE(option.doc.empty()) << option.name;
    }
  }
  const auto unknown = find_format("PLAIN", "XML");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "FORMAT PLAIN ENCODE XML is not supported");
  const FormatRow& json = *find_format("PLAIN", "JSON").value();
  const auto check = [&json](Given given) { return check_format_options(json, json.decode_options, given); };
  EXPECT_EQ(check({{"timestamptz.handlin.mode", "milli"}}).error().hint, "Did you mean \"timestamptz.handling.mode\"?");
  EXPECT_EQ(check({{"bytea.handling.mode", "octal"}}).error().hint, "It takes one of: postgres,base64.");
  EXPECT_FALSE(check({{"top_level_array", "rows"}, {"TOP_LEVEL_ARRAY", "rows"}}));
  EXPECT_EQ(check({}).value().at("top_level_array"), "error");
}

TEST(Base64, DecodesOnlyBase64) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(decode_base64("Z"), std::nullopt);
  EXPECT_EQ(decode_base64("Zg=a"), std::nullopt);
}

}  // namespace
}  // namespace leat

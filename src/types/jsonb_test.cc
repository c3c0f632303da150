#include "types/jsonb.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

std::string canonical(std::string_view text) {
  auto r = canonical_json(text);
  EXPECT_TRUE(r) << text;
  return r ? *r : "";
}

TEST(Jsonb, OrderIsPostgresqls) {
  // ORDER BY of a jsonb column in PostgreSQL 15.
  const char* const kAscending[] = {
      "[]",         "null",        "\"\"",       "\"a\"",
      "\"a\\tb\"",  "\"ab\"",      "\"b\"",      "-10",
      "-1.5",       "0",           "0.5",        "1",
      "1.01",       "2",           "10",         "false",
      "true",       "[null]",      "[\"a\"]",    "[1]",
      "[true]",     "[[]]",        "[[1, 2]]",   "[{}]",
      "[1, 1]",     "[1, 2]",      "{}",         "{\"a\": 1}",
      "{\"a\": 2}", "{\"aa\": 1}", "{\"b\": 0}", "{\"a\": 1, \"b\": 1}",
  };
  for (size_t i = 0; i < std::size(kAscending); ++i) {
    for (size_t j = 0; j < std::size(kAscending); ++j) {
      const int c = compare_json(kAscending[i], kAscending[j]);
      EXPECT_EQ(c, i < j ? -1 : i > j ? 1 : 0) << kAscending[i] << " " << kAscending[j];
    }
  }
}

TEST(Jsonb, NumbersAreComparedByValue) {
  EXPECT_EQ(compare_json("1.0", "1.00"), 0);
  EXPECT_EQ(hash_json("{\"a\": [1.50, 2]}"), hash_json("{\"a\": [1.5, 2.0]}"));
  EXPECT_NE(hash_json("\"1.50\""), hash_json("\"1.5\""));
  EXPECT_EQ(compare_json("0.0", "0"), 0);
  EXPECT_EQ(compare_json("123456789012345678901234567890123", "123456789012345678901234567890124"),
            -1);
}

TEST(Jsonb, Containment) {
  struct Row {
    const char* a;
    const char* b;
    bool contains;
  };
  const Row kRows[] = {
      {"{\"a\":1,\"b\":2}", "{\"b\":2}", true},
      {"{\"a\":1}", "{\"a\":2}", false},
      {"[1,2,3]", "[3,1]", true},
      {"[1,2]", "[1,1,1]", true},
      {"[1,[2,3]]", "[[3]]", true},
      {"[\"foo\",\"bar\"]", "\"bar\"", true},
      {"\"bar\"", "[\"bar\"]", false},
      {"[[1]]", "[1]", false},
      {"{\"a\":{\"b\":[1,{\"c\":2}]}}", "{\"a\":{\"b\":[{\"c\":2.0}]}}", true},
      {"[]", "[]", true},
      {"{}", "[]", false},
      {"[1]", "[]", true},
      {"1", "1.0", true},
      {"null", "null", true},
      {"{\"a\":[]}", "{\"a\":{}}", false},
      {"[{\"a\":1},{\"b\":2}]", "[{}]", true},
      {"[1,\"a\"]", "\"1\"", false},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(json_contains(canonical(row.a), canonical(row.b)), row.contains)
        << row.a << " @> " << row.b;
  }
}

TEST(Jsonb, ViewsWalkWithoutATree) {
  const std::string text =
      canonical(R"({"list":[1,"two",{"x":null},[]],"esc\"aped":"\u00e9\n","":0})");
  const JsonView view{text};
  EXPECT_EQ(view.kind(), JsonKind::kObject);
  EXPECT_EQ(view.size(), 3u);
  JsonView out;
  ASSERT_TRUE(view.member("esc\"aped", out));
  EXPECT_EQ(out.string_value(), "é\n");
  ASSERT_TRUE(view.member("", out));
  EXPECT_EQ(out.text, "0");
  EXPECT_FALSE(view.member("none", out));
  ASSERT_TRUE(view.member("list", out));
  EXPECT_EQ(out.elements().size(), 4u);
  JsonView element;
  ASSERT_TRUE(out.element(-2, element));
  EXPECT_EQ(element.text, "{\"x\": null}");
  EXPECT_FALSE(out.element(4, element));
  EXPECT_FALSE(out.element(-5, element));
  ASSERT_TRUE(out.element(1, element));
  EXPECT_EQ(element.kind(), JsonKind::kString);
  EXPECT_EQ(view.members()[2].first, "esc\"aped");
}

TEST(Jsonb, DepthIsBounded) {
  const std::string deep = std::string(600, '[') + std::string(600, ']');
  const auto r = canonical_json(deep);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, SqlState::kProgramLimitExceeded);
  EXPECT_TRUE(canonical_json(std::string(500, '[') + std::string(500, ']')));
}

TEST(Jsonb, CanonicalTextIsAFixedPoint) {
  for (const char* text :
       {R"({"z":[1e3,{"b":1,"a":{"k":"\u0007"}}],"y":-0.10})", "[[],{},\"\\/\"]", "1e-20"}) {
    const std::string once = canonical(text);
    EXPECT_EQ(canonical(once), once);
  }
}

}  // namespace
}  // namespace leat

#include <gtest/gtest.h>
#include <pthread.h>

#include "parser/parser.h"
#include "parser/to_sql.h"

// Depth, height, size, and texts that are no SQL at all: an answer, never a crash.
namespace leat::parser {
namespace {

std::string repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Runs on a thread with a stack of 1 MB, as a connection's thread may be.
template <class Body>
void on_small_stack(Body body) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 1 << 20), 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<Body*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &body), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

// The outcome of parsing, printing and reading back: "ok" or the error's text.
std::string outcome(std::string_view sql) {
  std::string result;
  on_small_stack([&] {
    const auto statements = parse_statements(sql);
    if (!statements) {
      result = statements.error().message;
      return;
    }
    const std::string printed = to_sql(*statements->front().statement);
    result = printed.empty() ? "nothing" : "ok";
  });
  return result;
}

constexpr std::string_view kTooDeep = "statement is nested too deeply";
constexpr std::string_view kTooHigh = "expression is too long";

struct Nesting {
  std::string_view begin, open, middle, close, end;
};
constexpr Nesting kNestings[] = {
    {"select ", "(", "1", ")", ""},
    {"select ", "- ", "a", "", ""},
    {"select ", "not ", "a", "", ""},
    {"select ", "~ ", "a", "", ""},
    {"select ", "f(", "1", ")", ""},
    {"select ", "coalesce(", "1", ")", ""},
    {"select ", "a[", "1", "]", ""},
    {"select ", "array[", "1", "]", ""},
    {"select array", "[", "1", "]", ""},
    {"select ", "row(", "1", ")", ""},
    {"select ", "case when a then ", "1", " end", ""},
    {"select ", "cast(", "1", " as int)", ""},
    {"select ", "exists (select ", "1", ")", ""},
    {"select ", "(select ", "1", ")", ""},
    {"select ", "a in (select ", "1", ")", ""},
    {"select ", "a between (", "1", ") and 2", ""},
    {"select ", "a = any (", "1", ")", ""},
    {"select ", "f() over (order by ", "1", ")", ""},
    {"select a::", "struct<a ", "int", ">", ""},
    {"select a::", "map(int, ", "int", ")", ""},
    {"select 1 group by ", "rollup (", "a", ")", ""},
    {"select * from ", "(select * from ", "t", ") x", ""},
    {"select * from ", "(", "(select 1)", ")", ""},
    {"select * from ", "(a join ", "b", " on c)", ""},
    {"", "(", "select 1", ")", ""},
    {"", "with x as (", "select 1", ") select 1", ""},
    {"", "prepare p as ", "select 1", "", ""},
    {"select 1 union ", "(select 1 union ", "select 1", ")", ""},
};

TEST(ParseLimit, NestingIsBounded) {
  for (const Nesting& one : kNestings) {
    const auto text = [&](size_t depth) {
      return fmt::format("{}{}{}{}{}", one.begin, repeat(one.open, depth), one.middle,
                         repeat(one.close, depth), one.end);
    };
    EXPECT_EQ(outcome(text(40)), "ok") << text(3);
    EXPECT_EQ(outcome(text(300)), kTooDeep) << text(3);
    EXPECT_EQ(outcome(text(100'000)), kTooDeep) << text(3);
  }
}

// Just below the limit, on the small stack: parse, print and destroy.
TEST(ParseLimit, TheDeepestThatIsAcceptedFits) {
  for (const Nesting& one : kNestings) {
    size_t accepted = 0;
    for (size_t depth = 40; depth < 210; ++depth) {
      const std::string text = fmt::format("{}{}{}{}{}", one.begin, repeat(one.open, depth),
                                           one.middle, repeat(one.close, depth), one.end);
      if (outcome(text) != "ok") break;
      accepted = depth;
    }
    EXPECT_GE(accepted, 40u) << one.open;
    EXPECT_LT(accepted, kParseDepthMax) << one.open;
  }
}

struct Chain {
  std::string_view begin, link;
};
constexpr Chain kChains[] = {
    {"select a", " + a"},
    {"select a", " || 'x'"},
    {"select a", "::int"},
    {"select a", "[1]"},
    {"select (a)", ".b"},
    {"select a", " is null"},
    {"select a", " in (1)"},
    {"select a", " collate c"},
    {"select a", " at time zone 'x'"},
    {"select 1", " union all select 1"},
    {"select 1", " intersect select 1"},
    {"select * from a", " join b on c"},
    {"select * from a", " cross join b"},
};

TEST(ParseLimit, ChainsAreBounded) {
  for (const Chain& one : kChains) {
    const auto text = [&](size_t links) {
      return std::string(one.begin) + repeat(one.link, links);
    };
    EXPECT_EQ(outcome(text(900)), "ok") << one.link;
    EXPECT_EQ(outcome(text(2'000)), kTooHigh) << one.link;
    EXPECT_EQ(outcome(text(200'000)), kTooHigh) << one.link;
  }
}

// Chains inside chains must not multiply.
TEST(ParseLimit, HeightCountsAcrossLevels) {
  std::string sql = "a";
  for (int level = 0; level < 20; ++level) sql = "(" + sql + repeat(" + a", 90) + ")";
  EXPECT_EQ(outcome("select " + sql), kTooHigh);
  // Side by side they are no higher than one.
  EXPECT_EQ(outcome("select a" + repeat(", a" + repeat(" + a", 300), 50)), "ok");
  EXPECT_EQ(outcome("select f(a" + repeat(", -(a + b)", 5'000) + ")"), "ok");
}

TEST(ParseLimit, LongListsAreFine) {
  EXPECT_EQ(outcome("select 1" + repeat(", 1", 100'000)), "ok");
  EXPECT_EQ(outcome("insert into t values (1)" + repeat(", (1)", 100'000)), "ok");
  EXPECT_EQ(outcome("select a in (1" + repeat(", 1", 100'000) + ")"), "ok");
  EXPECT_EQ(outcome("select a" + repeat(" or a", 100'000)), "ok");
  EXPECT_EQ(outcome("select case" + repeat(" when a then b", 20'000) + " end"), "ok");
  EXPECT_EQ(outcome("select '" + std::string(5'000'000, 'x') + "'"), "ok");
  EXPECT_EQ(outcome("/*" + repeat("/*", 100'000) + repeat("*/", 100'001) + " select 1"), "ok");
}

TEST(ParseLimit, TextAndTokensAreBounded) {
  EXPECT_EQ(outcome(std::string(kStatementBytesMax + 1, ' ')),
            fmt::format("statement text is too long: {} bytes", kStatementBytesMax + 1));
  EXPECT_EQ(outcome(repeat(";", kTokensMax + 10)), "statement is too long");
  EXPECT_EQ(outcome("select " + repeat("+", 64)), "syntax error at end of input");
  EXPECT_EQ(outcome("select 1 " + repeat("@", 64) + " 2"),
            "operator too long at or near \"" + repeat("@", 64) + "\"");
}

// Tokens thrown together: whatever comes, it comes back, and what is accepted reads back.
TEST(ParseLimit, RandomTokensNeverCrash) {
  constexpr std::string_view kPieces[] = {
      "select",  "from",   "where", "(",      ")",       ",",      "*",        "a",      "\"B\"",
      "1",       "'x'",    "::",    "int",    "[",       "]",      "and",      "not",    "in",
      "between", "case",   "when",  "then",   "end",     "join",   "on",       "union",  "order",
      "by",      "-",      "+",     "=",      "<",       ".",      ";",        "create", "table",
      "view",    "as",     "with",  "values", "insert",  "into",   "update",   "set",    "delete",
      "null",    "is",     "over",  "array",  "struct<", ">",      "interval", "E'\\n'", "$1",
      "$$",      "--",     "/*",    "`",      "format",  "encode", "emit",     "limit",  "group",
      "lateral", "exists", "any",   "like",   "cast",    "row"};
  uint64_t state = 42;
  const auto roll = [&](uint64_t bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (state >> 33) % bound;
  };
  uint32_t accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string sql = roll(3) == 0 ? "" : "select ";
    const uint64_t length = 1 + roll(14);
    for (uint64_t i = 0; i < length; ++i) {
      sql += kPieces[roll(std::size(kPieces))];
      sql += ' ';
    }
    const auto statements = parse_statements(sql);
    if (!statements) {
      EXPECT_FALSE(statements.error().message.empty());
      continue;
    }
    ++accepted;
    for (const StatementText& item : *statements) {
      const std::string printed = to_sql(*item.statement);
      const auto again = parse_statements(printed);
      ASSERT_TRUE(again) << sql << "\nprinted " << printed;
      ASSERT_EQ(again->size(), 1u) << printed;
      EXPECT_EQ(to_sql(*again->front().statement), printed) << sql;
    }
  }
  EXPECT_GT(accepted, 300u);
}

}  // namespace
}  // namespace leat::parser

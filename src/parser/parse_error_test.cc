#include <gtest/gtest.h>

#include <span>

#include "parser/parser.h"

namespace leat::parser {
namespace {

struct ErrorCase {
  std::string_view sql;
  std::string_view message;
  uint32_t position;
  std::string_view hint = "";
  SqlState code = SqlState::kSyntaxError;
};

void expect_errors(std::span<const ErrorCase> cases) {
  for (const ErrorCase& one : cases) {
    const auto result = parse_statements(one.sql);
    if (result) {
      ADD_FAILURE() << "accepted: " << one.sql;
      continue;
    }
    const Error& error = result.error();
    EXPECT_EQ(error.message, one.message) << one.sql;
    EXPECT_EQ(error.position.value_or(0), one.position) << one.sql;
    EXPECT_EQ(error.hint, one.hint) << one.sql;
    EXPECT_EQ(sqlstate_text(error.code), sqlstate_text(one.code)) << one.sql;
  }
}

// Messages and positions are PostgreSQL 15's.
constexpr ErrorCase kSyntaxErrors[] = {
    {"select 1 from", "syntax error at end of input", 14},
    {"select (1", "syntax error at end of input", 10},
    {"select 1 as ", "syntax error at end of input", 13},
    {"select 1)", "syntax error at or near \")\"", 9},
    {"select a b c", "syntax error at or near \"c\"", 12},
    {"select 'a' 'b'", "syntax error at or near \"'b'\"", 12},
    {"select a < b < c", "syntax error at or near \"<\"", 14},
    {"select a between 1 and 2 between 3 and 4", "syntax error at or near \"between\"", 26},
    {"select a like b like c", "syntax error at or near \"like\"", 17},
    {"select x and a = b = c", "syntax error at or near \"=\"", 20},
    {"select a is distinct from b is null", "syntax error at or near \"is\"", 29},
    {"select * 1", "syntax error at or near \"1\"", 10},
    {"select a +", "syntax error at end of input", 11},
    {"select a is", "syntax error at end of input", 12},
    {"select case a end", "syntax error at or near \"end\"", 15},
    {"select count(*, a)", "syntax error at or near \",\"", 15},
    {"select f(a,)", "syntax error at or near \")\"", 12, "Remove the comma before \")\"."},
    {"select cast(a int)", "syntax error at or near \"int\"", 15},
    {"select extract(a)", "syntax error at or near \")\"", 17},
    {"select interval '1' year to day", "syntax error at or near \"day\"", 29},
    {"select a::", "syntax error at end of input", 11},
    {"select distinct from t", "syntax error at or near \"from\"", 17},
    {"select 1 order 1", "syntax error at or near \"1\"", 16},
    {"select 1 limit 1 limit 2", "syntax error at or near \"limit\"", 18},
    {"select * from (a)", "syntax error at or near \")\"", 17},
    {"select * from a join b", "syntax error at end of input", 23},
    {"select * from a natural join b on true", "syntax error at or near \"on\"", 32},
    {"select * from t as", "syntax error at end of input", 19},
    {"values 1", "syntax error at or near \"1\"", 8},
    {"values ()", "syntax error at or near \")\"", 9},
    {"select 1 union", "syntax error at end of input", 15},
    {"with x (select 1) select 1", "syntax error at or near \"select\"", 9,
     "\"select\" is a reserved word. Write it in double quotes to use it as a name."},
    {"insert into t", "syntax error at end of input", 14},
    {"insert t values (1)", "syntax error at or near \"t\"", 8},
    {"update t a = 1", "syntax error at or near \"=\"", 12},
    {"update t set a", "syntax error at end of input", 15},
    {"delete t", "syntax error at or near \"t\"", 8},
    {"create view v as insert into t values (1)", "syntax error at or near \"insert\"", 18},
    {"create materialized view v", "syntax error at end of input", 27},
    {"create sink s with (a = 'b')", "syntax error at or near \"with\"", 15},
    {"drop table", "syntax error at end of input", 11},
    {"explain", "syntax error at end of input", 8},
    {"set x", "syntax error at end of input", 6},
    {"begin; select; foo", "syntax error at or near \"foo\"", 16},
    {"select \u00e9\u00e9, from t", "syntax error at or near \"from\"", 12,
     "Remove the comma before \"from\"."},
    {"select a ! b !", "syntax error at end of input", 15},
    {"select {", "syntax error at or near \"{\"", 8},
    {"select a from t for system_time as", "syntax error at end of input", 35},
};

TEST(ParseError, SayWhereTheyAre) { expect_errors(kSyntaxErrors); }

constexpr ErrorCase kLexicalErrors[] = {
    {"select 'abc", "unterminated quoted string at or near \"'abc\"", 8},
    {"select E'abc\\'", "unterminated quoted string at or near \"E'abc\\'\"", 8},
    {"select \"abc", "unterminated quoted identifier at or near \"\"abc\"", 8},
    {"select $$abc", "unterminated dollar-quoted string at or near \"$$abc\"", 8},
    {"select $a$abc$b$", "unterminated dollar-quoted string at or near \"$a$abc$b$\"", 8},
    {"select 1 /* /* */", "unterminated /* comment at or near \"/* /* */\"", 10},
    {"select \"\"", "zero-length delimited identifier at or near \"\"\"\"", 8},
    {"select 123abc", "trailing junk after numeric literal at or near \"123abc\"", 8},
    {"select 1.5e", "trailing junk after numeric literal at or near \"1.5e\"", 8},
    {"select $1a", "trailing junk after parameter at or near \"$1a\"", 8},
    {"select $0", "there is no parameter $0", 8, "", SqlState::kUndefinedParameter},
    {"select $65536", "there is no parameter $65536", 8, "", SqlState::kUndefinedParameter},
    {"select B'012'", "\"2\" is not a valid binary digit", 8, "",
     SqlState::kInvalidTextRepresentation},
    {"select X'0g'", "\"g\" is not a valid hexadecimal digit", 8, "",
     SqlState::kInvalidTextRepresentation},
    {"select E'\\u12'", "invalid Unicode escape at or near \"\\u12\"", 10,
     "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.", SqlState::kInvalidEscapeSequence},
    {"select E'\\xff'", "invalid byte sequence for encoding \"UTF8\" at or near \"E'\\xff'\"", 8,
     "", SqlState::kCharacterNotInRepertoire},
};

TEST(ParseError, OfTokens) { expect_errors(kLexicalErrors); }

constexpr ErrorCase kHints[] = {
    {"SELCT 1", "syntax error at or near \"SELCT\"", 1,
     "Perhaps you meant \"SELECT\" instead of \"SELCT\"."},
    {"select * form t", "syntax error at or near \"form\"", 10,
     "Perhaps you meant \"FROM\" instead of \"form\"."},
    {"select a form t", "syntax error at or near \"t\"", 15,
     "Perhaps you meant \"FROM\" instead of \"form\"."},
    {"select * from t whree a = 1", "syntax error at or near \"a\"", 23,
     "Perhaps you meant \"WHERE\" instead of \"whree\"."},
    {"select * from t gruop by a", "syntax error at or near \"by\"", 23,
     "Perhaps you meant \"GROUP\" instead of \"gruop\"."},
    {"select * from t where a bteween 1 and 2", "syntax error at or near \"bteween\"", 25,
     "Perhaps you meant \"BETWEEN\" instead of \"bteween\"."},
    {"create tabel t (a int)", "syntax error at or near \"tabel\"", 8,
     "Perhaps you meant \"TABLE\" instead of \"tabel\"."},
    {"create matrialized view v as select 1", "syntax error at or near \"matrialized\"", 8,
     "Perhaps you meant \"MATERIALIZED\" instead of \"matrialized\"."},
    {"create table t (a int primray key)", "syntax error at or near \"primray\"", 23,
     "Perhaps you meant \"PRIMARY\" instead of \"primray\"."},
    {"create table t (order int)", "syntax error at or near \"order\"", 17,
     "\"order\" is a reserved word. Write it in double quotes to use it as a name."},
    {"select a, from t", "syntax error at or near \"from\"", 11,
     "Remove the comma before \"from\"."},
    {"select a from t limit 1, 2", "LIMIT #,# syntax is not supported", 24,
     "Use separate LIMIT and OFFSET clauses."},
    {"create source s with (a = 'b') row format jsn", "unknown row format \"jsn\"", 43,
     "Known are avro, bytes, canal_json, csv, debezium_avro, debezium_json, debezium_mongo_json, "
     "json, maxwell, native, protobuf, upsert_avro, upsert_json, upsert_protobuf. FORMAT PLAIN "
     "ENCODE JSON is the newer form."},
};

TEST(ParseError, HintAtMistakes) { expect_errors(kHints); }

constexpr SqlState kNot = SqlState::kFeatureNotSupported;
constexpr ErrorCase kUnsupported[] = {
    {"insert into t values (1) on conflict (a) where a > 0 do nothing",
     "ON CONFLICT for a part of the rows is not supported", 42, "", kNot},
    {"select 1 for update", "locking rows by SELECT ... FOR UPDATE or SHARE is not supported", 10,
     "", kNot},
    {"select 1 into t", "SELECT INTO is not supported", 10, "", kNot},
    {"select * from t tablesample system (1)", "TABLESAMPLE is not supported", 17, "", kNot},
    {"with x as (delete from t) select 1", "INSERT, UPDATE or DELETE inside WITH is not supported",
     12, "", kNot},
    {"create table t (a int unique)", "a UNIQUE constraint is not supported", 23, "", kNot},
    {"create table t (a int, check (a > 1))", "a CHECK constraint is not supported", 24, "", kNot},
    {"create table t (a int references u)", "a FOREIGN KEY constraint is not supported", 23, "",
     kNot},
    {"create extension x", "CREATE EXTENSION is not supported", 8, "", kNot},
    {"grant select on t to u", "GRANT is not supported", 1, "", kNot},
    {"vacuum", "VACUUM is not supported", 1, "", kNot},
    {"prepare transaction 'x'", "two-phase commit is not supported", 9, "", kNot},
    {"copy t from '/x'", "COPY to or from a file on the server is not supported", 13,
     "Use STDIN or STDOUT; psql's \\copy reads and writes files of the client.", kNot},
    {"select default", "DEFAULT is not allowed in this context", 8},
    {"select (a, b) overlaps c", "wrong number of parameters on right side of OVERLAPS expression",
     24},
    {"select sum(a) over (rows between current row and 1 preceding)",
     "frame starting from current row cannot have preceding rows", 21, "",
     SqlState::kWindowingError},
    {"select a::float(54)", "precision for type float must be less than 54 bits", 17, "",
     SqlState::kInvalidParameterValue},
    {"create table t (a int primary key, primary key (a), primary key (a))",
     "multiple primary keys for table \"t\" are not allowed", 53, "",
     SqlState::kInvalidTableDefinition},
    {"create table t (a int null not null)",
     "conflicting NULL/NOT NULL declarations for column \"a\"", 28},
};

TEST(ParseError, PoliteAboutWhatIsMissing) { expect_errors(kUnsupported); }

TEST(ParseError, BytesThatAreNoText) {
  const auto message = [](std::string_view sql) { return parse_statements(sql).error().message; };
  EXPECT_EQ(message("select '\xff'"), "invalid byte sequence for encoding \"UTF8\": 0xff 0x27");
  EXPECT_EQ(message(std::string_view("select \0", 8)),
            "invalid byte sequence for encoding \"UTF8\": 0x00");
  EXPECT_EQ(message("select '\xed\xa0\x80'"),
            "invalid byte sequence for encoding \"UTF8\": 0xed 0xa0 0x80 0x27");
  EXPECT_EQ(message("\xc0\xaf"), "invalid byte sequence for encoding \"UTF8\": 0xc0 0xaf");
  EXPECT_EQ(parse_statements("\xf8").error().code, SqlState::kCharacterNotInRepertoire);
}

TEST(ParseError, OfExpressionsAndTypes) {
  EXPECT_EQ(parse_expression("1 2").error().message, "syntax error at or near \"2\"");
  EXPECT_EQ(parse_expression("").error().message, "syntax error at end of input");
  EXPECT_EQ(parse_expression("select 1").error().position, 1u);
  EXPECT_EQ(parse_type("int int").error().message, "syntax error at or near \"int\"");
  EXPECT_EQ(parse_type("struct<a int").error().message, "syntax error at end of input");
  EXPECT_EQ(parse_type("int[][][][][][][]").error().code, SqlState::kProgramLimitExceeded);
}

}  // namespace
}  // namespace leat::parser

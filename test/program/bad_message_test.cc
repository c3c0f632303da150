// Messages that are no rows, or only halves of one, and expressions that fail: counted, shown in rw_catalog,
// and never in the way of the good ones.

#include <fmt/format.h>

#include "connector/harness.h"
#include "program/statement.h"

namespace leat::test {
namespace {

class BadMessages : public testing::Test {
 protected:
  void SetUp() override { publisher_.create_stream("live", R"(["ev"])"); }
  void create(const std::string& kind_and_columns, const std::string& options = "") {
    expect_done(sql_, fmt::format("CREATE {} WITH (connector = 'nats', server_url = '{}', stream = 'live', subject = 'ev'{}) "
                                  "FORMAT PLAIN ENCODE JSON", kind_and_columns, nats_.url(), options));
  }
  // The last message, so that all before it have been looked at.
  void publish_last() { publisher_.publish("ev", R"({"id": 999})"); }

  NatsServer nats_;
  NatsClient publisher_{nats_.url()};
  LeatServer leat_{LEAT_PROGRAM};
  PgClient sql_{leat_.conninfo()};
};

TEST_F(BadMessages, AreSkippedAndShown) {
  const std::string bad[] = {"{\"id\": 1, ", "", "not json", "[1, 2]", "{\"id\": 1} {\"id\": 2}", "{\"id\": 1, \"s\": \"\xff\xfe\"}",
                             "{\"id\": 1, \"s\": \"\xed\xa0\x80\"}", "\x00\x01\x02", "nul", "{\"s\": \"no key\"}", "{\"id\": null}",
                             "{\"id\": \"word\"}", "{\"id\": 99999999999}", "{\"id\": 1.5}", "{\"id\": true}", "{\"id\": {}}",
                             std::string(100'000, '[')};
  for (const std::string& payload : bad) publisher_.publish("ev", payload);
  publish_last();
  create("TABLE t (id int PRIMARY KEY, s varchar)");
  EXPECT_EQ(sql_.await_value("SELECT count(*) FROM t WHERE id = 999", "1"), "1");
  EXPECT_EQ(rows_text(sql_, "SELECT id, s FROM t"), "999|\n");
  const std::string count = std::to_string(std::size(bad));
  EXPECT_EQ(sql_.value("SELECT errors FROM rw_catalog.rw_source_lag WHERE source = 't'"), count);
  EXPECT_EQ(sql_.value("SELECT count(*) FROM rw_catalog.rw_source_errors WHERE source = 't'"), count);
  // Each with its place in the stream, the reason and what it was.
  EXPECT_EQ(sql_.value("SELECT count(DISTINCT message_offset::int) FROM rw_catalog.rw_source_errors"), count);
  EXPECT_EQ(sql_.value("SELECT count(*) FROM rw_catalog.rw_source_errors WHERE error = '' OR time IS NULL OR split IS NULL"), "0");
  EXPECT_EQ(sql_.value("SELECT sample FROM rw_catalog.rw_source_errors WHERE message_offset = '3'"), "not json");
  EXPECT_NE(sql_.value("SELECT error FROM rw_catalog.rw_source_errors WHERE message_offset = '12'").find("\"id\""), std::string::npos);
  const std::string metrics = http_get(leat_.http_port(), "/metrics").body;
  EXPECT_NE(metrics.find("leat_source_bad_rows_total{source=\"t\"} " + count + "\n"), std::string::npos) << metrics;
}

// What a client reads of them is text in its encoding, whatever the message was.
TEST_F(BadMessages, SamplesAreText) {
  publisher_.publish("ev", std::string("{\"id\": \"\xc3\x28\x00\xff", 12));
  publisher_.publish("ev", "{\"id\": \"" + std::string(255 - 8, 'a') + "\xc3\xa9");  // cut inside a character
  publish_last();
  create("TABLE t (id int PRIMARY KEY)");
  EXPECT_EQ(sql_.await_value("SELECT count(*) FROM t", "1"), "1");
  const PgResult samples = sql_.run("SELECT sample, length(sample), octet_length(sample), sample || '!' FROM rw_catalog.rw_source_errors");
  ASSERT_TRUE(samples.ok) << samples.error;
  ASSERT_EQ(samples.rows.size(), 2U);
  for (const auto& row : samples.rows) {
    const std::string& text = *row[0];
    EXPECT_EQ(text.find('\0'), std::string::npos);
    expect_done(sql_, "SELECT $$" + text + "$$::varchar");  // the server takes it back
  }
  EXPECT_EQ(samples.rows[0][0], R"({"id": "\xc3(\x00\xff)");
  EXPECT_EQ(samples.rows[1][0], "{\"id\": \"" + std::string(255 - 8, 'a') + "\\xc3");
}

TEST_F(BadMessages, ColumnsThatDoNotFitAreNull) {
  publisher_.publish("ev", R"({"id": 1, "small": 70000, "n": "1e999999", "d": "2026-02-30", "b": "yes", "ts": "soon", "j": {"a": [1]}, "unknown": {"deep": [1, 2]}})");
  publisher_.publish("ev", R"({"id": 2, "small": 7, "n": 12345678901234567890.5, "d": "2026-02-28", "b": true, "ts": "2026-01-01T00:00:00Z", "j": null})");
  publisher_.publish("ev", R"({"ID": 3})");
  publisher_.publish("ev", fmt::format(R"({{"id": 4, "n": {}}})", std::string(400, '9')));
  publish_last();
  create("TABLE t (id int PRIMARY KEY, small smallint, n numeric, d date, b boolean, ts timestamptz, j jsonb, later varchar DEFAULT 'x')");
  EXPECT_EQ(sql_.await_value("SELECT count(*) FROM t WHERE id = 999", "1"), "1");
  EXPECT_EQ(rows_text(sql_, "SELECT id, small, n, d, b, ts, j, later FROM t WHERE id < 999 ORDER BY id"),
            "1||||||{\"a\": [1]}|x\n"
            "2|7|12345678901234567890.5|2026-02-28|t|2026-01-01 00:00:00+00||x\n"
            "3|||||||x\n"
            "4|||||||x\n");
  EXPECT_EQ(sql_.value("SELECT errors FROM rw_catalog.rw_source_lag"), "6");
  EXPECT_EQ(sql_.value("SELECT count(*) FROM rw_catalog.rw_source_errors WHERE error LIKE '%\"small\"%' AND sample LIKE '%70000%'"), "1");
}

TEST_F(BadMessages, OnErrorFailStopsTheSource) {
  publisher_.publish("ev", R"({"id": 1})");
  publisher_.publish("ev", R"({"id": )");
  publisher_.publish("ev", R"({"id": 3})");
  create("TABLE strict (id int PRIMARY KEY)", ", on_error = 'fail'");
  create("TABLE lax (id int PRIMARY KEY)", ", on_error = 'skip'");
  EXPECT_EQ(sql_.await_value("SELECT count(*) FROM lax", "2"), "2");
  EXPECT_EQ(sql_.await_value("SELECT stopped FROM rw_catalog.rw_source_lag WHERE source = 'strict'", "t"), "t");
  EXPECT_NE(sql_.value("SELECT stop_reason FROM rw_catalog.rw_source_lag WHERE source = 'strict'").find("on_error"), std::string::npos);
  EXPECT_EQ(sql_.value("SELECT message_offset FROM rw_catalog.rw_source_errors WHERE source = 'strict'"), "2");
  EXPECT_EQ(sql_.value("SELECT count(*) FROM strict WHERE id = 3"), "0");
  EXPECT_EQ(sql_.value("SELECT 1"), "1");
  EXPECT_REFUSED(sql_, fmt::format("CREATE TABLE x (id int) WITH (connector = 'nats', server_url = '{}', stream = 'live', subject = 'ev', "
                                   "on_error = 'ignore') FORMAT PLAIN ENCODE JSON", nats_.url()), "22023", "\"skip\" or \"fail\"");
}

TEST_F(BadMessages, EightMegabytes) {
  const size_t size = 8 * 1024 * 1024 - 64;
  publisher_.publish("ev", R"({"id": 1, "s": ")" + std::string(size - 16, 'x') + "\"}");
  publisher_.publish("ev", R"({"id": 2, "s": ")" + std::string(size - 15, 'y'));  // cut off
  publisher_.publish("ev", R"({"id": 3, "unknown": [)" + std::string(size / 2 - 16, '0').replace(1, 1, ",") + "]}");
  publish_last();
  create("TABLE t (id int PRIMARY KEY, s varchar)");
  expect_done(sql_, "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, max(length(s)) AS longest FROM t");
  EXPECT_EQ(sql_.await_value("SELECT count(*) FROM t WHERE id = 999", "1"), "1");
  EXPECT_EQ(sql_.value("SELECT longest FROM m"), std::to_string(size - 16));
  EXPECT_EQ(sql_.value("SELECT length(s) FROM t WHERE id = 1"), std::to_string(size - 16));
  const PgResult whole = sql_.run("SELECT s FROM t WHERE id = 1");
  ASSERT_TRUE(whole.ok) << whole.error;
  EXPECT_EQ(whole.rows[0][0]->size(), size - 16);
  EXPECT_LE(std::stoi(sql_.value("SELECT max(length(sample)) FROM rw_catalog.rw_source_errors")), 256);
}

TEST_F(BadMessages, FailedExpressionsOfViewsAreNullAndCounted) {
  expect_done(sql_, "CREATE TABLE t (id int PRIMARY KEY, a int, b int, s varchar)");
  expect_done(sql_, "CREATE MATERIALIZED VIEW m AS SELECT id, a / b AS quotient, a * 2000000000 AS product, s::int AS number, "
                    "(s::numeric)::smallint AS small FROM t");
  expect_done(sql_, "INSERT INTO t VALUES (1, 1, 0, '1'), (2, 2, 1, 'two'), (3, 6, 2, '99999')");
  EXPECT_EQ(rows_text(sql_, "SELECT * FROM m ORDER BY id"), "1||2000000000|1|1\n2|2|||\n3|3||99999|\n");
  EXPECT_EQ(sql_.value("SELECT max(errors) FROM rw_catalog.rw_expression_errors WHERE job = 'm'"), "6");
  EXPECT_EQ(rows_text(sql_, "SELECT DISTINCT sqlstate FROM rw_catalog.rw_expression_errors ORDER BY 1"), "22003\n22012\n22P02\n");
  // The row goes with what it was, though an expression of it fails the same way when it is taken back.
  expect_done(sql_, "DELETE FROM t WHERE id = 1");
  expect_done(sql_, "UPDATE t SET b = 0, s = '5' WHERE id = 2");
  EXPECT_EQ(rows_text(sql_, "SELECT * FROM m ORDER BY id"), "2|||5|5\n3|3||99999|\n");
  // In a query of one's own each is an error, and so in DML.
  EXPECT_REFUSED(sql_, "SELECT a / 0 FROM t", "22012", "division by zero");
  EXPECT_REFUSED(sql_, "SELECT a * 2000000000 FROM t", "22003", "out of range");
  EXPECT_REFUSED(sql_, "SELECT 'two'::int", "22P02", "two");
  EXPECT_REFUSED(sql_, "SELECT (s || 'x')::int FROM t", "22P02", "x");
  EXPECT_REFUSED(sql_, "UPDATE t SET a = 1 / (id - id)", "22012", "division by zero");
  EXPECT_REFUSED(sql_, "INSERT INTO t SELECT 10, 1 / 0, 1, ''", "22012", "division by zero");
  EXPECT_EQ(sql_.value("SELECT count(*) FROM t"), "2");
}

}  // namespace
}  // namespace leat::test

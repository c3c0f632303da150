// The statements of the connector documentation in the form in which it prints them: comments between
// the options, commas that trail or are missing, backquoted values, mode names in their old spelling.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "connector/harness.h"
#include "program/statement.h"

namespace leat::test {
namespace {

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  return texts;
}

class Documentation : public testing::Test {
 protected:
  NatsServer nats_;
  NatsClient publisher_{nats_.url()};
  LeatServer leat_{LEAT_PROGRAM};
  PgClient sql_{leat_.conninfo()};
};

// A table with a connector checks its key: a message with a known key replaces the row.
TEST_F(Documentation, TableWithPrimaryKey) {
  publisher_.create_stream("live", R"(["users.>"])");
  publisher_.publish("users.a", R"({"id": 1, "name": "Ann", "age": 30})");
  const std::string create = fmt::format(R"(
CREATE TABLE IF NOT EXISTS users
(
   id integer PRIMARY KEY, name varchar, age smallint
)
WITH (
   connector='nats',
   server_url='{}',
   subject='users.a,users.b',
   stream='live',

-- optional parameters
   connect_mode=plain

-- delivery parameters
   scan.startup.mode=`earliest`,
)
FORMAT PLAIN ENCODE JSON;)", nats_.url());
  expect_done(sql_, create);
  expect_done(sql_, create);  // it exists
  expect_done(sql_, "CREATE MATERIALIZED VIEW ages AS SELECT count(*) AS people, sum(age) AS years FROM users");
  publisher_.publish("users.b", R"({"id": 2, "name": "Bo", "age": 40})");
  publisher_.publish("users.b", R"({"id": 1, "name": "Anne", "age": 31})");
  EXPECT_EQ(sql_.await_value("SELECT years FROM ages", "71"), "71");
  EXPECT_EQ(rows_text(sql_, "SELECT * FROM users ORDER BY id"), "1|Anne|31\n2|Bo|40\n");
  EXPECT_EQ(rows_text(sql_, "SELECT people, years FROM ages"), "2|71\n");
}

// The key over several columns, in its own line.
TEST_F(Documentation, TableWithKeyOfSeveralColumns) {
  publisher_.create_stream("live", R"(["ev"])");
  for (const char* message : {R"({"a": 1, "b": "x", "v": 1})", R"({"a": 1, "b": "y", "v": 2})", R"({"a": 1, "b": "x", "v": 3})"})
    publisher_.publish("ev", message);
  expect_done(sql_, fmt::format(R"(
CREATE TABLE t ( a int, b varchar, v int, PRIMARY KEY (a, b) )
WITH ( connector='nats', server_url='{}', subject='ev', stream='live' )
ROW FORMAT JSON;)", nats_.url()));
  EXPECT_EQ(sql_.await_value("SELECT sum(v) FROM t", "5"), "5");
  EXPECT_EQ(rows_text(sql_, "SELECT a, b, v FROM t ORDER BY b"), "1|x|3\n1|y|2\n");
}

// A source does not: each message is a row of the views that read it.
TEST_F(Documentation, SourceKeepsEveryMessage) {
  publisher_.create_stream("live", R"(["ev"])");
  publisher_.publish("ev", R"({"id": 1, "v": 10})");
  publisher_.publish("ev", R"({"id": 1, "v": 20})");
  expect_done(sql_, fmt::format(R"(
CREATE SOURCE IF NOT EXISTS ev ( id int, v int )
WITH (
   connector='nats',
   server_url='127.0.0.1:{}, {}',
   subject='ev',
   stream='live',
   connect_mode='plain'
)
FORMAT PLAIN ENCODE JSON;)", free_nats_port(), nats_.url()));
  expect_done(sql_, "CREATE MATERIALIZED VIEW per_id AS SELECT id, count(*) AS n, sum(v) AS v FROM ev GROUP BY id");
  expect_done(sql_, "CREATE MATERIALIZED VIEW whole AS SELECT count(*) AS n FROM ev");
  EXPECT_EQ(sql_.await_value("SELECT v FROM per_id WHERE id = 1", "30"), "30");
  publisher_.publish("ev", R"({"id": 2, "v": 5})");
  EXPECT_EQ(sql_.await_value("SELECT n FROM whole", "3"), "3");  // every view reads all of it
  EXPECT_EQ(rows_text(sql_, "SELECT id, n, v FROM per_id ORDER BY id"), "1|2|30\n2|1|5\n");
}

TEST_F(Documentation, StartupModes) {
  publisher_.create_stream("live", R"(["ev"])");
  publisher_.publish("ev", R"({"v": 1})");
  // Store times have to differ in milliseconds for a start time to part them.
  const int64_t between = now_ms() + 1;
  while (now_ms() <= between) std::this_thread::sleep_for(1ms);
  publisher_.publish("ev", R"({"v": 2})");
  const auto create = [&](const std::string& name, const std::string& mode) {
    expect_done(sql_, fmt::format("CREATE TABLE {} (v int) WITH (connector='nats', server_url='{}', subject='ev', "
                                  "stream='live', {}) FORMAT PLAIN ENCODE JSON;", name, nats_.url(), mode));
  };
  create("from_start", "scan.startup.mode=`earliest`,");
  create("without_mode", "connect_mode=plain");
  create("from_now", "scan.startup.mode='latest'");
  create("from_time", fmt::format("scan.startup.mode='timestamp_millis',\n scan.startup.timestamp_millis='{}',", between));
  create("from_time_again", fmt::format("scan.startup.mode='timestamp', scan.startup.timestamp.millis='{}'", between));
  // Published at once after CREATE was answered: `latest` has it.
  publisher_.publish("ev", R"({"v": 3})");
  const auto values = [&](const std::string& name, const std::string& count) {
    EXPECT_EQ(sql_.await_value("SELECT count(*) FROM " + name, count), count);
    return rows_text(sql_, "SELECT v FROM " + name + " ORDER BY v");
  };
  EXPECT_EQ(values("from_start", "3"), "1\n2\n3\n");
  EXPECT_EQ(values("without_mode", "3"), "1\n2\n3\n");
  EXPECT_EQ(values("from_now", "1"), "3\n");
  EXPECT_EQ(values("from_time", "2"), "2\n3\n");
  EXPECT_EQ(values("from_time_again", "2"), "2\n3\n");
  EXPECT_REFUSED(sql_, fmt::format("CREATE SOURCE s (v int) WITH (connector='nats', server_url='{}', subject='ev', "
                                   "stream='live', scan.startup.mode='timestamp_millis') FORMAT PLAIN ENCODE JSON",
                                   nats_.url()),
                 "22023", "scan.startup.timestamp.millis");
}

TEST_F(Documentation, SinkFromRelation) {
  publisher_.create_stream("live", R"(["ev"])");
  publisher_.create_stream("out", R"(["out"])");
  expect_done(sql_, fmt::format("CREATE SOURCE ev (id int, v varchar) WITH (connector='nats', server_url='{}', "
                                "subject='ev', stream='live') FORMAT PLAIN ENCODE JSON", nats_.url()));
  publisher_.publish("ev", R"({"id": 1, "v": "a"})");
  publisher_.publish("ev", R"({"id": 2, "v": null})");
  const std::string create = fmt::format(R"(
CREATE SINK IF NOT EXISTS back
FROM ev
WITH (
   connector='nats',
   server_url='{}',
   subject='out',

 -- optional parameters
   connect_mode=plain
)
FORMAT PLAIN ENCODE JSON;)", nats_.url());
  expect_done(sql_, create);
  expect_done(sql_, create);  // it exists
  ASSERT_EQ(publisher_.await_messages("out", 2), 2U);
  publisher_.publish("ev", R"({"id": 3, "v": "c"})");
  ASSERT_EQ(publisher_.await_messages("out", 3), 3U);
  std::set<std::string> ids;
  std::vector<std::string> payloads;
  for (const StoredMessage& message : publisher_.messages("out")) {
    ids.insert(message.id);
    payloads.push_back(message.payload);
  }
  EXPECT_EQ(payloads, (std::vector<std::string>{R"({"id":1,"v":"a"})", R"({"id":2,"v":null})", R"({"id":3,"v":"c"})"}));
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_FALSE(ids.contains(""));
}

// AS a query; and the other dialect's tail, type = 'append-only' without FORMAT.
TEST_F(Documentation, SinkAsQuery) {
  publisher_.create_stream("out", R"(["out.>"])");
  expect_done(sql_, "CREATE TABLE t (id int, v int) APPEND ONLY");
  expect_done(sql_, "INSERT INTO t VALUES (1, 10), (2, 20)");
  expect_done(sql_, fmt::format(R"(
CREATE SINK tens
AS SELECT id, v / 10 AS tens FROM t WHERE v > 10
WITH (
   connector='nats',
   server_url='nats://{}',
   subject='out.tens',
)
FORMAT PLAIN ENCODE JSON;)", nats_.url()));
  expect_done(sql_, fmt::format("CREATE SINK whole FROM t WITH (connector='nats', server_url='{}', subject='out.whole', "
                                "type='append-only')", nats_.url()));
  expect_done(sql_, fmt::format("CREATE SINK bare FROM t WITH (connector='nats', server_url='{}', subject='out.bare')",
                                nats_.url()));
  expect_done(sql_, "INSERT INTO t VALUES (3, 30)");
  ASSERT_EQ(publisher_.await_messages("out", 8), 8U);
  std::vector<std::string> got;
  for (const StoredMessage& m : publisher_.messages("out")) got.push_back(m.subject + " " + m.payload);
  EXPECT_EQ(sorted(got), sorted({R"(out.tens {"id":2,"tens":2})", R"(out.tens {"id":3,"tens":3})",
                                 R"(out.whole {"id":1,"v":10})", R"(out.whole {"id":2,"v":20})",
                                 R"(out.whole {"id":3,"v":30})", R"(out.bare {"id":1,"v":10})",
                                 R"(out.bare {"id":2,"v":20})", R"(out.bare {"id":3,"v":30})"}));
}

// What is not append-only is refused with the option that helps; with it, an update sends the new row.
TEST_F(Documentation, SinkOfChangingRows) {
  publisher_.create_stream("out", R"(["out"])");
  expect_done(sql_, "CREATE TABLE t (k varchar, v int)");
  expect_done(sql_, "CREATE MATERIALIZED VIEW total AS SELECT k, sum(v) AS s FROM t GROUP BY k");
  expect_done(sql_, "INSERT INTO t VALUES ('a', 1)");
  const std::string with = fmt::format("connector='nats', server_url='{}', subject='out'", nats_.url());
  EXPECT_REFUSED(sql_, "CREATE SINK s FROM total WITH (" + with + ") FORMAT PLAIN ENCODE JSON", "22023", "force_append_only");
  expect_done(sql_, "CREATE SINK s FROM total WITH (" + with + ", force_append_only='true') FORMAT PLAIN ENCODE JSON");
  ASSERT_EQ(publisher_.await_messages("out", 1), 1U);
  expect_done(sql_, "INSERT INTO t VALUES ('a', 2)");
  ASSERT_EQ(publisher_.await_messages("out", 2), 2U);
  expect_done(sql_, "DELETE FROM t");
  expect_done(sql_, "INSERT INTO t VALUES ('b', 7)");
  ASSERT_EQ(publisher_.await_messages("out", 3), 3U);
  EXPECT_EQ(publisher_.contents("out"),
            (std::vector<std::string>{R"({"k":"a","s":1})", R"({"k":"a","s":3})", R"({"k":"b","s":7})"}));
}

// A subject that no stream keeps: core NATS, for whoever listens.
TEST_F(Documentation, SinkToCoreSubject) {
  auto listener = publisher_.connection().subscribe("nobody.keeps.this");
  ASSERT_TRUE(listener.has_value());
  expect_done(sql_, "CREATE TABLE t (v int) APPEND ONLY");
  expect_done(sql_, "INSERT INTO t VALUES (1), (2)");
  expect_done(sql_, fmt::format("CREATE SINK s FROM t WITH (connector='nats', server_url='{}', "
                                "subject='nobody.keeps.this') FORMAT PLAIN ENCODE JSON", nats_.url()));
  expect_done(sql_, "INSERT INTO t VALUES (3)");
  std::vector<std::string> got;
  nats::Message message(nullptr);
  while (got.size() < 3 && listener->next(10s, message) == nats::Wait::kMessage) got.emplace_back(message.data());
  EXPECT_EQ(sorted(got), (std::vector<std::string>{R"({"v":1})", R"({"v":2})", R"({"v":3})"}));
}

// Source, view and sink in one line: what goes in comes out, counted.
TEST_F(Documentation, FromNatsToViewAndBack) {
  publisher_.create_stream("live", R"(["orders"])");
  publisher_.create_stream("out", R"(["large"])");
  expect_done(sql_, fmt::format("CREATE SOURCE orders (id bigint, price numeric, at timestamptz) WITH (connector='nats', "
                                "server_url='{}', subject='orders', stream='live') FORMAT PLAIN ENCODE JSON", nats_.url()));
  expect_done(sql_, "CREATE MATERIALIZED VIEW large AS SELECT id, price FROM orders WHERE price > 500");
  expect_done(sql_, fmt::format("CREATE SINK large_out FROM large WITH (connector='nats', server_url='{}', subject='large') "
                                "FORMAT PLAIN ENCODE JSON", nats_.url()));
  for (int i = 0; i < 1000; ++i) {
    publisher_.publish("orders", fmt::format(R"({{"id": {}, "price": {}.50, "at": "2026-01-01T00:00:00Z"}})", i, i));
  }
  EXPECT_EQ(sql_.await_value("SELECT count(*) FROM large", "500"), "500");
  EXPECT_EQ(sql_.value("SELECT sum(price) FROM large"), "375000.00");
  ASSERT_EQ(publisher_.await_messages("out", 500), 500U);
  const auto contents = publisher_.contents("out");
  EXPECT_EQ(contents.front(), R"({"id":500,"price":"500.50"})");  // in source order
  EXPECT_EQ(contents.back(), R"({"id":999,"price":"999.50"})");
}

}  // namespace
}  // namespace leat::test

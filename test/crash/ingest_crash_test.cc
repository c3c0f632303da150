// Numbered messages through a NATS source into tables, views and back out to NATS, while the program is
// killed at random moments, and nats-server now and then: every number counts exactly once.

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "connector/harness.h"
#include "connector/nats_server.h"
#include "peer/peer.h"

namespace leat::test {
namespace {

constexpr int kRounds = 20;
constexpr int kMessagesPerRound = 400;

// The answer of a query of one value, tried again until it is what is wanted or the time is up.
std::string wait_for(LeatServer& leat, const std::string& sql, const std::string& wanted, int seconds) {
  std::string last;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  PgClient client(leat.conninfo());
  while (std::chrono::steady_clock::now() < end) {
    const PgResult result = client.run(sql);
    last = result.ok && !result.rows.empty() ? result.rows[0][0].value_or("NULL") : result.error;
    if (last == wanted) return last;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return last;
}

std::string must(LeatServer& leat, const std::string& sql) {
  PgClient client(leat.conninfo());
  const PgResult result = client.run(sql);
  EXPECT_TRUE(result.ok) << sql << "\n" << result.error;
  return result.ok && !result.rows.empty() ? result.rows[0][0].value_or("NULL") : result.error;
}

TEST(Crash, NumberedMessagesCountExactlyOnce) {
  const auto seed = static_cast<uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  NatsServer nats;
  {
    NatsClient client(nats.url());
    client.create_stream("numbers", R"(["numbers.>"])");
    client.create_stream("out", R"(["out"])");
  }
  LeatServer leat(LEAT_PROGRAM, false);
  const std::string connector = "connector = 'nats', server_url = '" + nats.url() +
                                "', stream = 'numbers', subject = 'numbers.>'";
  must(leat, "create table stored (n bigint) with (" + connector + ") format plain encode json");
  must(leat, "create source passing (n bigint) with (" + connector + ") format plain encode json");
  must(leat, "create materialized view of_table as select count(*) as c, sum(n) as s, count(distinct n) as d from stored");
  must(leat, "create materialized view of_source as select n % 7 as k, count(*) as c, sum(n) as s from passing group by n % 7");
  must(leat, "create sink back as select n from passing with (connector = 'nats', server_url = '" + nats.url() +
                 "', subject = 'out', delivery = 'exactly_once') format plain encode json");

  int published = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::thread publisher([&] {
      NatsClient client(nats.url());
      for (int i = 0; i < kMessagesPerRound; ++i, ++published) {
        client.publish("numbers." + std::to_string(published % 3), "{\"n\": " + std::to_string(published) + "}");
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
    leat.restart(SIGKILL);
    publisher.join();
    if (round % 5 == 4) {
      nats.kill();
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
      nats.start();
    }
  }
  const std::string count = std::to_string(published);
  EXPECT_EQ(wait_for(leat, "select c from of_table", count, 30), count);
  EXPECT_EQ(must(leat, "select d from of_table"), count);
  const std::string sum = std::to_string(int64_t{published} * (published - 1) / 2);
  EXPECT_EQ(must(leat, "select s from of_table"), sum);
  EXPECT_EQ(must(leat, "select count(*) from stored"), count);
  EXPECT_EQ(wait_for(leat, "select sum(c) from of_source", count, 30), count);
  EXPECT_EQ(must(leat, "select sum(s) from of_source"), sum);

  NatsClient client(nats.url());
  for (int wait = 0; wait < 200 && client.stream("out").messages < static_cast<uint64_t>(published); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::set<std::string> distinct;
  const auto contents = client.contents("out");
  for (const std::string& payload : contents) distinct.insert(payload);
  EXPECT_EQ(contents.size(), static_cast<size_t>(published));
  EXPECT_EQ(distinct.size(), static_cast<size_t>(published));
}

// What an INSERT was told to be durable is there after a crash, and in every view.
TEST(Crash, AcknowledgedWritesSurvive) {
  const auto seed = static_cast<uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  LeatServer leat(LEAT_PROGRAM, false);
  must(leat, "create table t (id int primary key, v int)");
  must(leat, "create materialized view total as select count(*) as c, sum(v) as s from t");
  int acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> stop{false};
    std::thread writer([&] {
      PgClient client(leat.conninfo());
      while (!stop) {
        const std::string id = std::to_string(acknowledged);
        if (!client.run("insert into t values (" + id + ", " + id + ")").ok) return;
        ++acknowledged;
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 150));
    leat.restart(SIGKILL);
    stop = true;
    writer.join();
    // The one on its way may be there or not.
    PgClient client(leat.conninfo());
    const PgResult rows = client.run("select count(*), max(id) from t");
    ASSERT_TRUE(rows.ok) << rows.error;
    const int there = std::stoi(rows.rows[0][0].value_or("0"));
    ASSERT_GE(there, acknowledged);
    ASSERT_LE(there, acknowledged + 1);
    acknowledged = there;
    ASSERT_EQ(must(leat, "select c from total"), std::to_string(there));
  }
  EXPECT_GT(acknowledged, kRounds);
  EXPECT_EQ(must(leat, "select s from total"), std::to_string(int64_t{acknowledged} * (acknowledged - 1) / 2));
}

}  // namespace
}  // namespace leat::test

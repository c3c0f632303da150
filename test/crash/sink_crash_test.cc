// Sinks, while the program is killed: each message arrives once, and none of a CREATE that did not happen.

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "connector/harness.h"
#include "peer/peer.h"
#include "program/statement.h"

namespace leat::test {
namespace {

uint32_t seed_now() { return static_cast<uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count()); }

std::string sink_to(const NatsServer& nats, const std::string& subject) {
  return " with (connector = 'nats', server_url = '" + nats.url() + "', subject = '" + subject +
         "', delivery = 'exactly_once') format plain encode json";
}

// The stream forgets identities at once, and every restart comes later than that; others write to the
// same subjects. Only reading what is stored tells what was sent.
TEST(SinkCrash, ExactlyOnceBeyondTheDedupWindow) {
  const uint32_t seed = seed_now();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  NatsServer nats;
  NatsClient client(nats.url());
  client.create_stream("OUT", R"(["out.*"])", R"("duplicate_window":100000000)");
  LeatServer leat(LEAT_PROGRAM, false);
  {
    PgClient sql(leat.conninfo());
    expect_done(sql, "create table t (n int, k int) append only");
    expect_done(sql, "create sink s from t" + sink_to(nats, "out.{k}"));
  }
  int inserted = 0;
  for (int round = 0; round < 10; ++round) {
    PgClient sql(leat.conninfo());
    for (int i = 0; i < 10; ++i, inserted += 100) {
      const std::string first = std::to_string(inserted), last = std::to_string(inserted + 99);
      expect_done(sql, "insert into t select n, n % 5 from generate_series(" + first + ", " + last + ") as g(n)");
    }
    // The checkpoint's messages go out; some are stored and not yet known to be.
    if (round % 2 == 0) (void)client.await_messages("OUT", static_cast<uint64_t>(inserted / 2), 2s);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 1000));
    leat.stop(SIGKILL);
    client.publish("out.0", "other");
    std::this_thread::sleep_for(150ms);  // the dedup window
    leat.start();
  }
  client.await_messages("OUT", static_cast<uint64_t>(inserted + 10));
  std::map<std::string, int> times;
  for (const std::string& payload : client.contents("OUT")) ++times[payload];
  EXPECT_EQ(times["other"], 10);
  times.erase("other");
  EXPECT_EQ(times.size(), static_cast<size_t>(inserted));
  for (const auto& [payload, count] : times) EXPECT_EQ(count, 1) << payload;
}

// Killed somewhere in CREATE SINK: there is a sink and all of its snapshot, once, or no sink and no message.
TEST(SinkCrash, SnapshotOfACreateThatIsCutShort) {
  const uint32_t seed = seed_now();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr int kRows = 50'000;
  NatsServer nats;
  NatsClient client(nats.url());
  client.create_stream("OUT", R"(["out"])");
  LeatServer leat(LEAT_PROGRAM, false);
  {
    PgClient sql(leat.conninfo());
    expect_done(sql, "create table t (n int) append only");
    expect_done(sql, "insert into t select n from generate_series(1, " + std::to_string(kRows) + ") as g(n)");
    expect_done(sql, "flush");
  }
  int created = 0, absent = 0;
  for (int round = 0; round < 12; ++round) {
    client.api("STREAM.PURGE.OUT");
    std::thread creator([&] {
      PgClient sql(leat.conninfo());
      (void)sql.run("create sink s from t" + sink_to(nats, "out"));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 250));
    leat.restart(SIGKILL);
    creator.join();
    PgClient sql(leat.conninfo());
    if (sql.value("select count(*) from rw_catalog.rw_sinks where name = 's'") == "0") {
      ++absent;
      EXPECT_EQ(client.stream("OUT").messages, 0u);
      continue;
    }
    ++created;
    EXPECT_EQ(client.await_messages("OUT", kRows), static_cast<uint64_t>(kRows));
    const auto contents = client.contents("OUT");
    EXPECT_EQ(std::set<std::string>(contents.begin(), contents.end()).size(), static_cast<size_t>(kRows));
    expect_done(sql, "drop sink s");
  }
  EXPECT_EQ(created + absent, 12);
}

// More than a sink keeps in memory: its snapshot goes through the log.
TEST(SinkCrash, SnapshotLargerThanMemoryAllows) {
  NatsServer nats;
  NatsClient client(nats.url());
  client.create_stream("OUT", R"(["out"])");
  LeatServer leat(LEAT_PROGRAM, false);
  PgClient sql(leat.conninfo());
  expect_done(sql, "create table t (n int, filler varchar) append only");
  for (int i = 0; i < 10; ++i) {
    expect_done(sql, "insert into t select n, repeat('x', 1000) from generate_series(" + std::to_string(i * 10'000) + ", " +
                         std::to_string(i * 10'000 + 9'999) + ") as g(n)");
  }
  expect_done(sql, "create sink s from t" + sink_to(nats, "out"));
  EXPECT_EQ(client.await_messages("OUT", 100'000, 60s), 100'000u);
  EXPECT_EQ(sql.await_value("select waiting_messages from rw_catalog.rw_sink_status where sink = 's'", "0"), "0");
  EXPECT_EQ(client.stream("OUT").messages, 100'000u);
}

}  // namespace
}  // namespace leat::test

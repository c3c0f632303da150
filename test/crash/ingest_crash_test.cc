// Numbered messages through a NATS source into a table, views and back out to NATS, while the program is
// killed twenty times at random moments, and nats-server now and then: every number counts exactly once.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "connector/harness.h"
#include "connector/nats_server.h"
#include "peer/peer.h"
#include "program/statement.h"

namespace leat::test {
namespace {

constexpr int kRounds = 20;
constexpr int kNatsKilledEvery = 5;
constexpr size_t kLargeBytes = 8'000'000;  // the test server takes 8 MiB

uint32_t fresh_seed() { return static_cast<uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count()); }

std::string ask(LeatServer& leat, const std::string& sql) { return PgClient(leat.conninfo()).value(sql); }
std::string await(LeatServer& leat, const std::string& sql, const std::string& wanted) {
  return PgClient(leat.conninfo()).await_value(sql, wanted, 60);
}

// What one run of the test varies.
struct Scenario {
  std::string name;
  std::string source_options = {};  // more of the WITH list
  std::string stream_options = {};  // more of the stream's configuration
  int messages_per_round = 400;
  int large_every = 0;             // each so many rounds one message is of kLargeBytes
  bool one_reader = false;         // the stream gives each message to one consumer only
  bool sink_outage = false;        // the sink's server is down for some rounds
};
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

class IngestCrash : public testing::TestWithParam<Scenario> {
 protected:
  void create_objects() {
    PgClient sql(leat_.conninfo());
    const std::string from = fmt::format("connector = 'nats', server_url = '{}', stream = 'numbers', subject = 'numbers.>'{}",
                                         nats_.url(), GetParam().source_options);
    expect_done(sql, "CREATE TABLE stored (n bigint, pad varchar) APPEND ONLY WITH (" + from + ") FORMAT PLAIN ENCODE JSON");
    expect_done(sql, "CREATE MATERIALIZED VIEW of_table AS SELECT count(*) AS c, sum(n) AS s, count(DISTINCT n) AS d, "
                     "sum(length(pad)) AS bytes FROM stored");
    if (!GetParam().one_reader) {
      expect_done(sql, "CREATE SOURCE passing (n bigint) WITH (" + from + ") FORMAT PLAIN ENCODE JSON");
      expect_done(sql, "CREATE MATERIALIZED VIEW of_source AS SELECT n % 7 AS k, count(*) AS c, sum(n) AS s FROM passing GROUP BY n % 7");
    }
    for (const char* delivery : {"exactly_once", "at_least_once"}) {
      expect_done(sql, fmt::format("CREATE SINK {0} AS SELECT n FROM stored WITH (connector = 'nats', server_url = '{1}', "
                                   "subject = '{0}', delivery = '{0}') FORMAT PLAIN ENCODE JSON", delivery, sink_nats().url()));
    }
  }
  NatsServer& sink_nats() { return GetParam().sink_outage ? other_nats_ : nats_; }

  void publish_round(int round) {
    NatsClient client(nats_.url());
    for (int i = 0; i < GetParam().messages_per_round; ++i, ++published_) {
      const bool large = GetParam().large_every != 0 && round % GetParam().large_every == 0 && i == GetParam().messages_per_round / 2;
      if (large) large_bytes_ += kLargeBytes;
      const std::string pad = large ? fmt::format(", \"pad\": \"{}\"", std::string(kLargeBytes, 'x')) : "";
      client.publish(fmt::format("numbers.{}", published_ % 3), fmt::format("{{\"n\": {}{}}}", published_, pad));
    }
  }
  void disturb_nats(int round) {
    if (round % kNatsKilledEvery == kNatsKilledEvery - 1) {
      nats_.kill();
      std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 300));
      nats_.start();
    }
    if (GetParam().sink_outage && round == kRounds / 4) other_nats_.kill();
    if (GetParam().sink_outage && round == kRounds / 2) other_nats_.start();
  }
  void expect_exact_rows() {
    const std::string count = std::to_string(published_);
    const std::string sum = std::to_string(int64_t{published_} * (published_ - 1) / 2);
    EXPECT_EQ(await(leat_, "SELECT c FROM of_table", count), count);
    EXPECT_EQ(ask(leat_, "SELECT d FROM of_table"), count)
        << "missing: " << ask(leat_, fmt::format("SELECT string_agg(g::varchar, ' ') FROM (SELECT g FROM generate_series(0, {}) AS s (g) "
                                                 "EXCEPT SELECT n FROM stored ORDER BY g LIMIT 50) AS m", published_ - 1));
    EXPECT_EQ(ask(leat_, "SELECT s FROM of_table"), sum);
    EXPECT_EQ(ask(leat_, "SELECT coalesce(bytes, 0) FROM of_table"), std::to_string(large_bytes_));
    EXPECT_EQ(ask(leat_, "SELECT count(*) FROM stored"), count);
    EXPECT_EQ(ask(leat_, "SELECT count(DISTINCT n) FROM stored"), count);
    if (GetParam().one_reader) return;
    EXPECT_EQ(await(leat_, "SELECT sum(c) FROM of_source", count), count);
    EXPECT_EQ(ask(leat_, "SELECT sum(s) FROM of_source"), sum);
  }
  // Every number once among the messages with different ids; `repeats`: messages of an id that was there already.
  void expect_exact_messages(const std::string& stream, bool repeats_allowed) {
    NatsClient client(sink_nats().url());
    std::set<std::string> numbers, ids;
    size_t stored = 0;
    // An at-least-once sink may still be sending; the stream alone does not tell when it has ended.
    const auto end = std::chrono::steady_clock::now() + 60s;
    do {
      numbers.clear();
      ids.clear();
      client.await_messages(stream, static_cast<uint64_t>(published_), 60s);
      const auto messages = client.messages(stream);
      stored = messages.size();
      for (const StoredMessage& message : messages) {
        numbers.insert(message.payload);
        EXPECT_FALSE(message.id.empty());
        ids.insert(message.id);
      }
    } while (numbers.size() < static_cast<size_t>(published_) && std::chrono::steady_clock::now() < end);
    EXPECT_EQ(numbers.size(), static_cast<size_t>(published_)) << stream;
    EXPECT_EQ(ids.size(), stored) << "the server dropped repeated ids";
    if (!repeats_allowed) EXPECT_EQ(stored, static_cast<size_t>(published_)) << stream;
    if (stored != numbers.size()) fmt::print("{}: {} of {} messages are repeats\n", stream, stored - numbers.size(), stored);
  }

  const uint32_t seed_ = fresh_seed();
  std::mt19937 random_{seed_};
  NatsServer nats_, other_nats_;
  LeatServer leat_{LEAT_PROGRAM, false};
  int published_ = 0;
  uint64_t large_bytes_ = 0;
};

TEST_P(IngestCrash, NumberedMessagesCountExactlyOnce) {
  SCOPED_TRACE(fmt::format("seed {}", seed_));
  NatsClient(nats_.url()).create_stream("numbers", R"(["numbers.>"])", GetParam().stream_options);
  {
    NatsClient client(sink_nats().url());
    for (const char* name : {"exactly_once", "at_least_once"}) client.create_stream(name, fmt::format("[\"{}\"]", name));
  }
  create_objects();
  for (int round = 0; round < kRounds; ++round) {
    std::thread publisher([&] { publish_round(round); });
    std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 200));
    leat_.restart(SIGKILL);
    publisher.join();
    disturb_nats(round);
  }
  expect_exact_rows();
  expect_exact_messages("exactly_once", false);
  expect_exact_messages("at_least_once", true);
}

INSTANTIATE_TEST_SUITE_P(
    Crash, IngestCrash,
    testing::Values(Scenario{.name = "own_position"},
                    Scenario{.name = "durable_consumer", .source_options = ", consumer.durable_name = 'reader'", .one_reader = true},
                    Scenario{.name = "durable_consumer_acking_all",
                             .source_options = ", consumer.durable_name = 'reader', consumer.ack_policy = 'all', consumer.ack_wait.sec = 2",
                             .one_reader = true},
                    Scenario{.name = "work_queue", .stream_options = R"("retention":"workqueue")", .one_reader = true},
                    Scenario{.name = "large_messages", .messages_per_round = 100, .large_every = 2},
                    Scenario{.name = "sink_outage", .sink_outage = true}),
    [](const auto& info) { return info.param.name; });

// What an INSERT was told to be durable is there after a crash, and in every view.
TEST(Crash, AcknowledgedWritesSurvive) {
  const uint32_t seed = fresh_seed();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  LeatServer leat(LEAT_PROGRAM, false);
  EXPECT_EQ(ask(leat, "CREATE TABLE t (id int PRIMARY KEY, v int)"), "");
  EXPECT_EQ(ask(leat, "CREATE MATERIALIZED VIEW total AS SELECT count(*) AS c, sum(v) AS s FROM t"), "");
  int acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> stop{false};
    std::thread writer([&] {
      PgClient client(leat.conninfo());
      while (!stop) {
        const std::string id = std::to_string(acknowledged);
        if (!client.run("INSERT INTO t VALUES (" + id + ", " + id + ")").ok) return;
        ++acknowledged;
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 150));
    leat.restart(SIGKILL);
    stop = true;
    writer.join();
    // The one on its way may be there or not.
    PgClient client(leat.conninfo());
    const PgResult rows = client.run("SELECT count(*), max(id) FROM t");
    ASSERT_TRUE(rows.ok) << rows.error;
    const int there = std::stoi(rows.rows[0][0].value_or("0"));
    ASSERT_GE(there, acknowledged);
    ASSERT_LE(there, acknowledged + 1);
    acknowledged = there;
    ASSERT_EQ(ask(leat, "SELECT c FROM total"), std::to_string(there));
  }
  EXPECT_GT(acknowledged, kRounds);
  EXPECT_EQ(ask(leat, "SELECT s FROM total"), std::to_string(int64_t{acknowledged} * (acknowledged - 1) / 2));
}

}  // namespace
}  // namespace leat::test

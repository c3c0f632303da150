// Clients that ask too much, speak nonsense, leave in the middle or change everything at once: the server stays up,
// small, and right for the others.

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>

#include "connector/harness.h"
#include "program/statement.h"

namespace leat::test {
namespace {

class HostileClient : public testing::Test {
 protected:
  int64_t resident_mb() {
    std::istringstream status(read_file(fmt::format("/proc/{}/status", leat_.pid())));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::atoll(line.c_str() + 6) / 1024;
    }
    return 0;
  }
  std::ptrdiff_t open_files() {
    return std::distance(std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", leat_.pid())), {});
  }
  void await_open_files(std::ptrdiff_t most) {
    for (int i = 0; i < 1000 && open_files() > most; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_LE(open_files(), most);
  }
  // Runs until it is seen running, then `end`; the statement's SQLSTATE.
  template <class End>
  std::string interrupted(const std::string& sql, const End& end) {
    PGconn* connection = PQconnectdb(leat_.conninfo().c_str());
    EXPECT_EQ(PQsendQuery(connection, sql.c_str()), 1);
    PgClient other(leat_.conninfo());
    EXPECT_EQ(other.await_value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%endless%'", "2"), "2");
    end(connection);
    std::string state;
    while (PGresult* result = PQgetResult(connection)) {
      if (const char* text = PQresultErrorField(result, PG_DIAG_SQLSTATE)) state = text;
      PQclear(result);
    }
    PQfinish(connection);
    return state;
  }
  LeatServer leat_{LEAT_PROGRAM};
};

constexpr const char* kEndless[] = {
    "SELECT count(*) /* endless */ FROM generate_series(1, 9000000000000000000)",
    "SELECT count(*) /* endless */ FROM generate_series(1, 100000) AS a, generate_series(1, 1000000) AS b",
    "SELECT g /* endless */ FROM generate_series(1, 9000000000000000000) AS s (g) WHERE g < 0",
};

TEST_F(HostileClient, EndlessStatementsAreCancelledInBoundedMemory) {
  for (const char* sql : kEndless) {
    EXPECT_EQ(interrupted(sql, [](PGconn* connection) {
                char text[256];
                PGcancel* cancel = PQgetCancel(connection);
                EXPECT_EQ(PQcancel(cancel, text, sizeof text), 1);
                PQfreeCancel(cancel);
              }), "57014") << sql;
  }
  PgClient client(leat_.conninfo());
  expect_done(client, "SET statement_timeout = '200ms'");
  for (const char* sql : kEndless) EXPECT_EQ(client.run(sql).sqlstate, "57014") << sql;
  EXPECT_LT(resident_mb(), 1000);
}

TEST_F(HostileClient, StopEndsEndlessStatements) {
  EXPECT_EQ(interrupted(kEndless[1], [&](PGconn*) { EXPECT_EQ(leat_.stop(SIGTERM), 0); }), "57014");
}

// Who leaves is not worked for; who does not read is waited for, not buffered for.
TEST_F(HostileClient, LeavingAndNotReading) {
  const std::ptrdiff_t before = open_files();
  PGconn* lazy = PQconnectdb(leat_.conninfo().c_str());
  ASSERT_EQ(PQsendQuery(lazy, "SELECT repeat(md5(g::varchar), 30) FROM generate_series(1, 9000000000000000000) AS s (g)"), 1);
  PgClient client(leat_.conninfo());
  for (int i = 0; i < 200; ++i) EXPECT_EQ(client.value("SELECT 1"), "1");
  EXPECT_LT(resident_mb(), 500);
  PQfinish(lazy);
  EXPECT_EQ(client.await_value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'", "1"), "1");
  await_open_files(before + 1);
}

TEST_F(HostileClient, GarbageOnThePort) {
  const std::ptrdiff_t before = open_files();
  const uint32_t seed = static_cast<uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const std::string hello("\0\0\0\x1d\0\3\0\0user\0root\0database\0dev\0\0", 32);
  for (int i = 0; i < 300; ++i) {
    const int fd = connect_local(leat_.port());
    ASSERT_GE(fd, 0);
    std::string bytes = i % 2 == 0 ? hello : "";
    for (size_t n = random() % 3000; n > 0; --n) bytes += static_cast<char>(random());
    (void)send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    close(fd);
  }
  await_open_files(before);
  PgClient client(leat_.conninfo());
  EXPECT_EQ(client.value("SELECT 1"), "1");
}

TEST_F(HostileClient, ManyAndHalfOpenConnections) {
  const std::ptrdiff_t before = open_files();
  std::vector<int> half_open;
  for (int i = 0; i < 300; ++i) half_open.push_back(connect_local(leat_.port()));
  for (const int fd : half_open) EXPECT_EQ(send(fd, "\0\0", 2, MSG_NOSIGNAL), 2);
  {
    std::vector<std::unique_ptr<PgClient>> clients;
    for (int i = 0; i < 300; ++i) clients.push_back(std::make_unique<PgClient>(leat_.conninfo()));
    for (auto& client : clients) EXPECT_EQ(client->value("SELECT 1"), "1");
  }
  for (const int fd : half_open) close(fd);
  await_open_files(before);
}

// Views come and go while rows flow and others read; nothing is left of them, and what stays is right.
TEST_F(HostileClient, ViewsCreatedAndDroppedUnderLoad) {
  PgClient sql(leat_.conninfo());
  expect_done(sql, "CREATE TABLE t (id int, v int); CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n, sum(v) AS s FROM t");
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    PgClient client(leat_.conninfo());
    while (!stop) {
      expect_done(client, fmt::format("INSERT INTO t VALUES ({0}, 1), ({0}, 1)", written / 2));
      written += 2;
    }
  });
  std::thread reader([&] {
    PgClient client(leat_.conninfo());
    while (!stop) {
      // Gone or not yet there is fine; half there is not.
      const PgResult result = client.run("SELECT bool_and(c = 2) FROM churn");
      if (result.ok) EXPECT_NE(result.rows[0][0], "f");
      if (!result.ok) EXPECT_EQ(result.sqlstate, "42P01") << result.error;
    }
  });
  std::ptrdiff_t files = 0;
  for (int i = 0; i < 60; ++i) {
    expect_done(sql, "CREATE MATERIALIZED VIEW churn AS SELECT id, count(*) AS c FROM t GROUP BY id");
    expect_done(sql, "CREATE INDEX churn_c ON churn (c)");
    expect_done(sql, "CREATE MATERIALIZED VIEW churn_too AS SELECT a.id FROM churn a JOIN t b ON a.id = b.id WHERE a.c > 1");
    EXPECT_EQ(sql.value("SELECT (SELECT count(*) FROM churn_too) >= (SELECT count(*) FROM churn)"), "t");
    expect_done(sql, "DROP MATERIALIZED VIEW churn CASCADE");
    if (i == 10) files = open_files();
  }
  stop = true;
  writer.join();
  reader.join();
  EXPECT_EQ(sql.value("SELECT n FROM total"), std::to_string(written));
  EXPECT_EQ(sql.value("SELECT s FROM total"), std::to_string(written));
  EXPECT_EQ(sql.value("SELECT count(*) FROM rw_catalog.rw_relations WHERE name LIKE 'churn%'"), "0");
  EXPECT_LE(open_files(), files + 8);
  EXPECT_LT(resident_mb(), 800);
}

// Everything goes away under the feet of a running stream.
TEST_F(HostileClient, SourceDroppedWhileDataFlows) {
  NatsServer nats;
  NatsClient publisher(nats.url());
  publisher.create_stream("live", R"(["ev"])");
  publisher.create_stream("out", R"(["out"])");
  PgClient sql(leat_.conninfo());
  std::atomic<bool> stop{false};
  std::thread stream([&] {
    NatsClient client(nats.url());
    for (int i = 0; !stop; ++i) client.publish("ev", fmt::format(R"({{"v": {}}})", i));
  });
  for (int i = 0; i < 15; ++i) {
    expect_done(sql, fmt::format("CREATE SOURCE s (v int) WITH (connector = 'nats', server_url = '{}', stream = 'live', subject = 'ev') "
                                 "FORMAT PLAIN ENCODE JSON", nats.url()));
    expect_done(sql, "CREATE MATERIALIZED VIEW m AS SELECT v % 10 AS k, count(*) AS n FROM s GROUP BY v % 10");
    expect_done(sql, fmt::format("CREATE SINK back AS SELECT v FROM s WITH (connector = 'nats', server_url = '{}', subject = 'out')", nats.url()));
    EXPECT_EQ(sql.await_value("SELECT count(*) > 0 FROM m", "t"), "t");
    expect_done(sql, "DROP SOURCE s CASCADE");
  }
  stop = true;
  stream.join();
  EXPECT_EQ(sql.value("SELECT count(*) FROM rw_catalog.rw_relations WHERE name IN ('s', 'm', 'back')"), "0");
}

}  // namespace
}  // namespace leat::test

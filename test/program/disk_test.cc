// The disk runs full, and comes back; the store is damaged. What was acknowledged stays, and the server says what is wrong.

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "connector/harness.h"
#include "program/statement.h"

namespace leat::test {
namespace {

namespace fs = std::filesystem;

class Disk : public testing::Test {
 protected:
  void SetUp() override {
    setenv("LEAT_TEST_DISK_FULL", flag().c_str(), 1);
    setenv("LD_PRELOAD", FULL_DISK_LIBRARY, 1);
    leat_ = std::make_unique<LeatServer>(LEAT_PROGRAM, false, std::vector<std::string>{"--checkpoint-interval", "100"});
    unsetenv("LD_PRELOAD");
  }
  void restart(int signal) {
    setenv("LD_PRELOAD", FULL_DISK_LIBRARY, 1);
    leat_->restart(signal);
    unsetenv("LD_PRELOAD");
  }
  std::string flag() const { return dir_.path() + "/full"; }
  void fill_disk() { write_file(flag(), ""); }
  void free_disk() { fs::remove(flag()); }

  ScratchDir dir_;
  std::unique_ptr<LeatServer> leat_;
};

TEST_F(Disk, FullDiskStopsWritesNotReads) {
  PgClient sql(leat_->conninfo());
  expect_done(sql, "CREATE TABLE t (id int PRIMARY KEY, v varchar)");
  expect_done(sql, "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM t");
  expect_done(sql, "INSERT INTO t SELECT g, 'before' FROM generate_series(1, 1000) AS s (g)");
  fill_disk();
  EXPECT_EQ(sql.run("INSERT INTO t VALUES (2001, 'while full')").sqlstate, "53100");
  // Once a checkpoint has failed too, everything that writes is refused alike.
  for (int i = 0; i < 1000 && http_get(leat_->http_port(), "/healthz").status == 200; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(http_get(leat_->http_port(), "/healthz").status, 503);
  EXPECT_NE(http_get(leat_->http_port(), "/healthz").body.find("no space left"), std::string::npos);
  for (const char* write : {"INSERT INTO t VALUES (2002, 'while full')", "UPDATE t SET v = 'x' WHERE id = 1", "DELETE FROM t WHERE id = 1",
                            "CREATE TABLE u (a int)", "CREATE MATERIALIZED VIEW w AS SELECT 1 AS one", "DROP TABLE t CASCADE"}) {
    EXPECT_REFUSED(sql, write, "53100", "no space left");
  }
  EXPECT_EQ(sql.value("SELECT v FROM t WHERE id = 7"), "before");
  EXPECT_EQ(sql.value("SELECT count(*) FROM t WHERE v = 'before'"), "1000");
  EXPECT_EQ(sql.value("SELECT n >= 1000 FROM m"), "t");

  free_disk();
  for (int i = 0; i < 1000 && http_get(leat_->http_port(), "/healthz").status != 200; ++i) std::this_thread::sleep_for(10ms);
  expect_done(sql, "INSERT INTO t VALUES (3001, 'after')");  // without a restart
  restart(SIGKILL);
  PgClient again(leat_->conninfo());
  EXPECT_EQ(again.value("SELECT count(*) FROM t WHERE v = 'before'"), "1000");
  EXPECT_EQ(again.value("SELECT v FROM t WHERE id = 3001"), "after");
  EXPECT_EQ(again.value("SELECT m.n = (SELECT count(*) FROM t) FROM m"), "t");
}

// The checkpoint of a CREATE finds no room: the statement fails, and nothing of it is there when there is room again.
TEST_F(Disk, CreateWithoutRoomLeavesNothing) {
  {
    PgClient sql(leat_->conninfo());
    expect_done(sql, "CREATE TABLE t (id int PRIMARY KEY, k int)");
    expect_done(sql, "INSERT INTO t SELECT g, g % 3 FROM generate_series(1, 300) AS s (g)");
    expect_done(sql, "FLUSH");  // so that no other checkpoint fails first
    fill_disk();
    EXPECT_EQ(sql.run("CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n FROM t GROUP BY k").sqlstate, "53100");
    free_disk();
    for (int i = 0; i < 1000 && http_get(leat_->http_port(), "/healthz").status != 200; ++i) std::this_thread::sleep_for(10ms);
    expect_done(sql, "FLUSH");
  }
  restart(SIGKILL);
  PgClient sql(leat_->conninfo());
  EXPECT_EQ(sql.run("SELECT * FROM m").sqlstate, "42P01");
  expect_done(sql, "DELETE FROM t WHERE id > 3");
  expect_done(sql, "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n FROM t GROUP BY k");
  restart(SIGKILL);
  PgClient again(leat_->conninfo());
  EXPECT_EQ(again.value("SELECT sum(n) FROM m"), "3");
  expect_done(again, "DELETE FROM t WHERE id = 3");
  EXPECT_EQ(again.value("SELECT sum(n) FROM m"), "2");
}

// Killed while the disk is full: nothing that was acknowledged is lost, and a start on a full disk says so or serves reads.
TEST_F(Disk, KilledOnAFullDisk) {
  int acknowledged = 0;
  {
    PgClient sql(leat_->conninfo());
    expect_done(sql, "CREATE TABLE t (id int PRIMARY KEY)");
    for (; acknowledged < 50; ++acknowledged) expect_done(sql, fmt::format("INSERT INTO t VALUES ({})", acknowledged));
    fill_disk();
    for (int i = 0; i < 5; ++i) (void)sql.run(fmt::format("INSERT INTO t VALUES ({})", 1000 + i));
  }
  EXPECT_EQ(leat_->stop(SIGKILL), -SIGKILL);
  free_disk();
  restart(SIGKILL);
  PgClient sql(leat_->conninfo());
  EXPECT_EQ(sql.value("SELECT count(*) FROM t WHERE id < 1000"), std::to_string(acknowledged));
  expect_done(sql, "INSERT INTO t VALUES (5000)");
}

// A stream goes on where it was when there is room again: each number once.
TEST_F(Disk, StreamWaitsForRoom) {
  NatsServer nats;
  NatsClient publisher(nats.url());
  publisher.create_stream("live", R"(["ev"])");
  PgClient sql(leat_->conninfo());
  expect_done(sql, fmt::format("CREATE TABLE t (v int) APPEND ONLY WITH (connector = 'nats', server_url = '{}', stream = 'live', subject = 'ev') "
                               "FORMAT PLAIN ENCODE JSON", nats.url()));
  const auto publish = [&](int first, int last) {
    for (int i = first; i <= last; ++i) publisher.publish("ev", fmt::format(R"({{"v": {}}})", i));
  };
  publish(1, 500);
  EXPECT_EQ(sql.await_value("SELECT count(*) FROM t", "500"), "500");
  fill_disk();
  publish(501, 1000);
  for (int i = 0; i < 1000 && http_get(leat_->http_port(), "/healthz").status == 200; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(http_get(leat_->http_port(), "/healthz").status, 503);
  free_disk();
  publish(1001, 1500);
  EXPECT_EQ(sql.await_value("SELECT count(*) FROM t", "1500"), "1500");
  restart(SIGKILL);
  PgClient again(leat_->conninfo());
  EXPECT_EQ(again.await_value("SELECT count(*) FROM t", "1500"), "1500");
  EXPECT_EQ(again.value("SELECT count(DISTINCT v) FROM t"), "1500");
}

// Bytes of the largest stored file change: found at the start or by the read that meets them, and named as what it is.
TEST(DamagedStore, IsNamed) {
  LeatServer leat(LEAT_PROGRAM, false);
  {
    PgClient sql(leat.conninfo());
    expect_done(sql, "CREATE TABLE t (id int PRIMARY KEY, v varchar)");
    expect_done(sql, "INSERT INTO t SELECT g, md5(g::varchar) FROM generate_series(1, 50000) AS s (g)");
  }
  EXPECT_EQ(leat.stop(SIGTERM), 0);
  fs::path largest;
  for (const auto& entry : fs::recursive_directory_iterator(leat.data_dir())) {
    if (entry.path().extension() == ".sst" && (largest.empty() || entry.file_size() > fs::file_size(largest))) largest = entry.path();
  }
  ASSERT_FALSE(largest.empty());
  {
    std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(largest) / 3));
    file << std::string(4096, '\x5a');
  }
  leat.start();
  PgClient sql(leat.conninfo());
  const Refusal refused = refusal(sql, "SELECT sum(length(v)) FROM t");
  EXPECT_EQ(refused.state, "XX001") << refused.text;
  EXPECT_TRUE(refused.says("Corruption")) << refused.text;
  EXPECT_EQ(sql.value("SELECT 1"), "1");  // and it does not fall over it
}

// A start that cannot read what it needs ends with a clear line instead.
TEST(DamagedStore, StopsTheStart) {
  LeatServer leat(LEAT_PROGRAM, false);
  {
    PgClient sql(leat.conninfo());
    expect_done(sql, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(leat.stop(SIGTERM), 0);
  for (const auto& entry : fs::recursive_directory_iterator(leat.data_dir())) {
    if (entry.path().filename().string().starts_with("MANIFEST")) write_file(entry.path(), "not a manifest");
  }
  const ScratchDir dir;
  Process second({LEAT_PROGRAM, "--data", leat.data_dir(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"}, dir.path() + "/log");
  for (int i = 0; second.running() && i < 2000; ++i) std::this_thread::sleep_for(5ms);
  EXPECT_FALSE(second.running());
  EXPECT_EQ(second.stop(SIGKILL), 1);
  EXPECT_NE(second.log().find("Corruption"), std::string::npos) << second.log();
}

}  // namespace
}  // namespace leat::test

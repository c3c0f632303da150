// The program as a process: its words on the command line, one at a time on a directory, ports that are taken,
// signals, and the pages for operators.

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

#include "program/statement.h"

namespace leat::test {
namespace {

struct Ended {
  int code = 0;
  std::string output;
};

// A run that ends by itself.
Ended run_leat(std::vector<std::string> arguments) {
  const ScratchDir dir;
  arguments.insert(arguments.begin(), LEAT_PROGRAM);
  Process process(arguments, dir.path() + "/log");
  for (int i = 0; process.running() && i < 2000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(process.running()) << "it goes on: " << process.log();
  const int code = process.stop(SIGKILL);
  return {code, process.log()};
}

size_t lines_of(const std::string& text) { return static_cast<size_t>(std::ranges::count(text, '\n')); }

TEST(CommandLine, HelpNamesEveryOption) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"}, {"-h"}, {"serve", "--help"}}) {
    const Ended help = run_leat(words);
    EXPECT_EQ(help.code, 0);
    for (const char* option : {"--data", "--in-memory", "--listen", "--http", "--memory", "--shards", "--log-level",
                               "--checkpoint-interval", "--tls-cert", "--tls-key", "./leat-data", "127.0.0.1:4566", "127.0.0.1:4567"}) {
      EXPECT_NE(help.output.find(option), std::string::npos) << option << " is missing in\n" << help.output;
    }
  }
}

TEST(CommandLine, Version) {
  const Ended version = run_leat({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.output.starts_with("leat 0.")) << version.output;
  EXPECT_EQ(lines_of(version.output), 1U);
}

struct Mistake {
  std::vector<std::string> words;
  std::string says;
};

TEST(CommandLine, MistakesAreNamed) {
  const Mistake mistakes[] = {
      {{"--dta", "x"}, "--dta"},
      {{"serv"}, "serv"},
      {{"--shards", "0"}, "--shards"},
      {{"--shards", "many"}, "many"},
      {{"--log-level", "loud"}, "loud"},
      {{"--memory", "lots"}, "\"lots\" is not a size (for example 512MB or 4GiB)"},
      {{"--memory", "1MB"}, "--memory must be at least 64MB"},
      {{"--memory", "1.2.3GB"}, "\"1.2.3GB\" is not a size"},
      {{"--memory"}, "--memory"},
      {{"--listen", "4566"}, "\"4566\" is not HOST:PORT"},
      {{"--listen", "localhost:99999"}, "\"localhost:99999\" is not HOST:PORT"},
      {{"--http", "127.0.0.1:http"}, "\"127.0.0.1:http\" is not HOST:PORT"},
      {{"--checkpoint-interval", "1"}, "--checkpoint-interval"},
      {{"--in-memory", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key"},
       "/nowhere"},
      {{"--in-memory", "--listen", "no-such-host.invalid:0", "--http", "127.0.0.1:0"}, "no-such-host.invalid"},
      {{"--data", "/dev/null/data", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"}, "/dev/null"},
  };
  for (const Mistake& mistake : mistakes) {
    const Ended ended = run_leat(mistake.words);
    EXPECT_GT(ended.code, 0) << mistake.says;
    EXPECT_NE(ended.output.find(mistake.says), std::string::npos) << "no " << mistake.says << " in\n" << ended.output;
    EXPECT_LE(lines_of(ended.output), 3U) << ended.output;
    EXPECT_EQ(ended.output.find(" ready: "), std::string::npos) << ended.output;
  }
}

TEST(CommandLine, EnvironmentSpeaksToo) {
  setenv("LEAT_LOG_LEVEL", "loud", 1);
  const Ended ended = run_leat({});
  unsetenv("LEAT_LOG_LEVEL");
  EXPECT_GT(ended.code, 0);
  EXPECT_NE(ended.output.find("loud"), std::string::npos) << ended.output;
}

// From exec to the ready line, without data and with some; aimed at 100 ms, printed, not asserted tightly.
TEST(Process, StartTime) {
  LeatServer leat(LEAT_PROGRAM, false);
  {
    PgClient client(leat.conninfo());
    expect_done(client, "CREATE TABLE t (v int); INSERT INTO t SELECT * FROM generate_series(1, 10000)");
  }
  const auto time_start = [&] {
    const auto begin = std::chrono::steady_clock::now();
    leat.start();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  };
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(leat.stop(SIGTERM), 0);
    times.push_back(time_start());
  }
  std::ranges::sort(times);
  fmt::print("start: median {:.0f} ms, {:.0f} to {:.0f} ms (steps of 5 ms)\n", times[2], times.front(), times.back());
  EXPECT_LT(times.front(), 1000);
}

TEST(Process, OneLineWhenReady) {
  LeatServer leat(LEAT_PROGRAM, false);
  EXPECT_EQ(lines_of(leat.log()), 1U) << leat.log();
  EXPECT_NE(leat.log().find(fmt::format("psql -h 127.0.0.1 -p {} -d dev -U root", leat.port())), std::string::npos) << leat.log();
  EXPECT_NE(leat.log().find(fmt::format("metrics http://127.0.0.1:{}/metrics", leat.http_port())), std::string::npos) << leat.log();
  EXPECT_NE(leat.log().find("data " + leat.data_dir()), std::string::npos) << leat.log();
}

TEST(Process, SecondOnSameDirectoryIsRefused) {
  LeatServer leat(LEAT_PROGRAM, false);
  const Ended second = run_leat({"--data", leat.data_dir(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.output.find(leat.data_dir()), std::string::npos) << second.output;
  EXPECT_NE(second.output.find("another"), std::string::npos) << second.output;
  EXPECT_LE(lines_of(second.output), 2U) << second.output;
  PgClient client(leat.conninfo());
  EXPECT_EQ(client.value("SELECT 1"), "1");  // the first did not notice
}

TEST(Process, PortInUseIsNamed) {
  LeatServer leat(LEAT_PROGRAM);
  for (const auto& [listen, http] : {std::pair{leat.port(), 0}, std::pair{0, leat.http_port()}}) {
    const Ended second = run_leat({"--in-memory", "--listen", fmt::format("127.0.0.1:{}", listen), "--http",
                                   fmt::format("127.0.0.1:{}", http)});
    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.output.find(fmt::format("127.0.0.1:{}", listen + http)), std::string::npos) << second.output;
    EXPECT_NE(second.output.find("in use"), std::string::npos) << second.output;
    EXPECT_LE(lines_of(second.output), 2U) << second.output;
  }
}

// The stop writes a checkpoint: nothing is left for the next start to replay.
TEST(Process, SignalsStopItWithACheckpoint) {
  LeatServer leat(LEAT_PROGRAM, false, {"--checkpoint-interval", "3600000"});
  std::string rows = "3";
  {
    PgClient client(leat.conninfo());
    expect_done(client, "CREATE TABLE t (v int); CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM t");
    expect_done(client, "INSERT INTO t VALUES (1), (2), (3)");
  }
  for (const int signal : {SIGTERM, SIGINT}) {
    PgClient idle(leat.conninfo());  // does not hold the stop up
    EXPECT_EQ(leat.stop(signal), 0) << leat.log();
    EXPECT_FALSE(idle.run("SELECT 1").ok);
    leat.start();
    PgClient client(leat.conninfo());
    EXPECT_EQ(client.value("SELECT n FROM m"), rows);
    EXPECT_EQ(client.value("SELECT count(*) FROM t"), rows);
  }
}

TEST(Process, InMemoryLeavesNothing) {
  const ScratchDir dir;
  LeatServer leat(LEAT_PROGRAM, true, {"--data", dir.path() + "/unused"});
  {
    PgClient client(leat.conninfo());
    expect_done(client, "CREATE TABLE t (v int); INSERT INTO t VALUES (1)");
    EXPECT_EQ(client.value("SELECT count(*) FROM t"), "1");
  }
  EXPECT_EQ(leat.stop(SIGTERM), 0);
  EXPECT_NE(access((dir.path() + "/unused").c_str(), F_OK), 0);
  leat.start();
  PgClient client(leat.conninfo());
  EXPECT_EQ(client.run("SELECT * FROM t").sqlstate, "42P01");
}

TEST(Process, HealthPages) {
  LeatServer leat(LEAT_PROGRAM);
  for (const char* page : {"/healthz", "/readyz"}) {
    const HttpAnswer answer = http_get(leat.http_port(), page);
    EXPECT_EQ(answer.status, 200) << page;
    EXPECT_EQ(answer.body, "ok\n") << page;
  }
  EXPECT_EQ(http_get(leat.http_port(), "/nowhere").status, 404);
}

// Also with relations whose names need escaping in labels.
TEST(Process, MetricsAreWhatPrometheusReads) {
  LeatServer leat(LEAT_PROGRAM);
  PgClient client(leat.conninfo());
  expect_done(client, R"(CREATE TABLE "odd ""name"" \ of {table}" (v int); INSERT INTO "odd ""name"" \ of {table}" VALUES (1))");
  expect_done(client, R"(CREATE MATERIALIZED VIEW "zwei
Zeilen é" AS SELECT count(*) AS n FROM "odd ""name"" \ of {table}")");
  const HttpAnswer answer = http_get(leat.http_port(), "/metrics");
  ASSERT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("leat_"), std::string::npos);
  const ScratchDir dir;
  write_file(dir.path() + "/metrics", answer.body);
  Process promtool({"sh", "-c", "promtool check metrics < " + dir.path() + "/metrics"}, dir.path() + "/log");
  while (promtool.running()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(promtool.stop(SIGKILL), 0) << promtool.log();
}

}  // namespace
}  // namespace leat::test

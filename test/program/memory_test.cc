// State several times larger than --memory: right, and what is accounted comes down to the bound.

#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

#include "program/statement.h"

namespace leat::test {
namespace {

constexpr int kMemoryMb = 64;
constexpr int kBatches = 20;
constexpr int kRowsPerBatch = 20'000;

// The largest resident size so far, MB.
int64_t peak_mb(pid_t pid) {
  std::istringstream status(read_file(fmt::format("/proc/{}/status", pid)));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6) / 1024;
  }
  return 0;
}

// A table, an index, a join with itself by another key and an aggregate with a group per row: each of some 100 MB.
TEST(Memory, StateLargerThanMemory) {
  LeatServer leat(LEAT_PROGRAM, false, {"--memory", fmt::format("{}MB", kMemoryMb)});
  PgClient sql(leat.conninfo());
  const int64_t before = peak_mb(leat.pid());
  expect_done(sql, "CREATE TABLE t (id int PRIMARY KEY, k int, v varchar)");
  expect_done(sql, "CREATE MATERIALIZED VIEW per_k AS SELECT k, count(*) AS n, max(v) AS v FROM t GROUP BY k");
  expect_done(sql, "CREATE MATERIALIZED VIEW pairs AS SELECT a.id, b.id AS other, a.v FROM t a JOIN t b ON a.k = b.id");
  for (int i = 0; i < kBatches; ++i) {
    // k is another permutation of the ids, so that every batch touches old state everywhere.
    expect_done(sql, fmt::format("INSERT INTO t SELECT g, (g * 7919::bigint % {0})::int, repeat(md5(g::varchar), 4) "
                                 "FROM generate_series({1}, {2}) AS s (g)", kBatches * kRowsPerBatch, i * kRowsPerBatch,
                                 (i + 1) * kRowsPerBatch - 1));
  }
  const std::string rows = std::to_string(kBatches * kRowsPerBatch);
  EXPECT_EQ(sql.value("SELECT count(*) FROM t"), rows);
  EXPECT_EQ(sql.value("SELECT sum(n) FROM per_k"), rows);
  EXPECT_EQ(sql.value("SELECT count(*) FROM per_k"), rows);
  EXPECT_EQ(sql.value("SELECT count(*) FROM pairs"), rows);
  expect_done(sql, "DELETE FROM t WHERE id % 1000 = 0");
  EXPECT_EQ(sql.value("SELECT sum(n) FROM per_k"), std::to_string(kBatches * kRowsPerBatch * 999 / 1000));
  EXPECT_EQ(sql.value("SELECT count(*) FROM pairs WHERE id % 1000 = 0 OR other % 1000 = 0"), "0");
  EXPECT_EQ(sql.value("SELECT v = repeat(md5('12345'), 4) FROM t WHERE id = 12345"), "t");
  // What is accounted comes down to the bound by itself once a checkpoint has it.
  EXPECT_EQ(sql.await_value(fmt::format("SELECT bytes <= {} FROM rw_catalog.rw_memory WHERE name = '(used)'", (kMemoryMb + 8) << 20), "t", 60),
            "t");
  EXPECT_EQ(sql.value("SELECT sum(n) FROM per_k"), std::to_string(kBatches * kRowsPerBatch * 999 / 1000));
  const std::string state_mb = sql.value("SELECT round(sum(length(v) + 8) / 1000000.0) FROM t");
  const int64_t peak = peak_mb(leat.pid());
  fmt::print("memory: --memory {} MB, rows of the table alone {} MB, peak resident {} MB ({} MB at the start)\n", kMemoryMb, state_mb,
             peak, before);
}

}  // namespace
}  // namespace leat::test

#include "state/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "state/run.h"
#include "state/scratch_directory.h"

namespace leat {
namespace {

constexpr TableId kRows{1}, kMore{2};

DeltaBuffer delta(TableId table, std::vector<std::pair<std::string, std::optional<std::string>>> rows) {
  DeltaBuffer d(table);
  for (const auto& [key, value] : rows) value ? d.add_value(key, *value) : d.add_tombstone(key);
  return d;
}

Checkpoint checkpoint(Epoch epoch, std::vector<DeltaBuffer> deltas) {
  Checkpoint c{.epoch = epoch};
  c.deltas = std::move(deltas);
  return c;
}

std::vector<std::string> rows_of(const Store& store, TableId table,
                                 std::shared_ptr<const StoreSnapshot> snapshot = nullptr) {
  std::vector<std::string> rows;
  StoreIterator it = store.iterator(table, std::move(snapshot));
  for (it.seek_to_first(); it.valid(); it.next()) rows.push_back(fmt::format("{}={}", it.key(), it.value()));
  EXPECT_TRUE(it.status());
  return rows;
}
using Rows = std::vector<std::string>;

// In memory and on disk, as write batches and as ingested files: the same behaviour.
struct Way {
  bool in_memory;
  uint64_t ingest_bytes_min;
};
class StoreTest : public ::testing::TestWithParam<Way> {
 protected:
  std::unique_ptr<Store> open() {
    auto store = Store::open({.path = directory_.path() + "/data", .in_memory = GetParam().in_memory,
                              .ingest_bytes_min = GetParam().ingest_bytes_min}, files_);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  ScratchDirectory directory_;
  SystemFileSystem files_;
};
class StoreOnDiskTest : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Ways, StoreOnDiskTest, ::testing::Values(Way{false, 1 << 30}, Way{false, 0}));
INSTANTIATE_TEST_SUITE_P(Ways, StoreTest,
                         ::testing::Values(Way{true, 1 << 30}, Way{true, 0}, Way{false, 1 << 30}, Way{false, 0}));

TEST_P(StoreTest, CommitsAreVisibleAndOrdered) {
  auto store = open();
  EXPECT_EQ(store->committed_epoch(), 0u);
  Checkpoint c = checkpoint(1, {});
  c.deltas.push_back(delta(kRows, {{"b", "2"}, {"a", "1"}, {"c", "3"}}));
  c.deltas.push_back(delta(kMore, {{"x", "9"}}));
  c.meta["catalog/1"] = "one";
  c.meta["catalog/2"] = "two";
  c.meta["other"] = "!";
  const auto stats = store->commit(c).value();
  EXPECT_EQ(stats.ingested, GetParam().ingest_bytes_min == 0);
  EXPECT_EQ(store->committed_epoch(), 1u);
  EXPECT_EQ(rows_of(*store, kRows), (Rows{"a=1", "b=2", "c=3"}));
  EXPECT_EQ(rows_of(*store, kMore), (Rows{"x=9"}));
  EXPECT_EQ(store->meta("catalog/1").value(), "one");
  EXPECT_EQ(store->meta("none").value(), std::nullopt);
  EXPECT_EQ(store->meta_with_prefix("catalog/").value().size(), 2u);

  c = checkpoint(2, {});
  c.deltas.push_back(delta(kRows, {{"a", std::nullopt}, {"b", "20"}, {"d", "4"}}));
  c.meta["catalog/1"] = std::nullopt;
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(rows_of(*store, kRows), (Rows{"b=20", "c=3", "d=4"}));
  EXPECT_EQ(store->meta("catalog/1").value(), std::nullopt);

  std::string value;
  EXPECT_TRUE(store->get(kRows, "b", value).value());
  EXPECT_EQ(value, "20");
  EXPECT_FALSE(store->get(kRows, "a", value).value());
  const std::string_view keys[] = {"d", "a", "b"};
  std::optional<std::string> values[3];
  ASSERT_TRUE(store->multi_get(kRows, keys, values));
  EXPECT_EQ(values[0], "4");
  EXPECT_EQ(values[1], std::nullopt);
  EXPECT_EQ(values[2], "20");
}

TEST_P(StoreTest, ValueBeatsTombstonesOfItsKey) {
  auto store = open();
  ASSERT_TRUE(store->commit(checkpoint(1, [] {
    std::vector<DeltaBuffer> d;
    d.push_back(delta(kRows, {{"a", std::nullopt}, {"a", "1"}, {"b", "2"}, {"b", std::nullopt}}));
    return d;
  }())));
  EXPECT_EQ(rows_of(*store, kRows), (Rows{"a=1", "b=2"}));
}

TEST_P(StoreTest, SnapshotsStandStill) {
  auto store = open();
  std::vector<DeltaBuffer> d;
  d.push_back(delta(kRows, {{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(store->commit(checkpoint(1, std::move(d))));
  const auto before = store->snapshot();
  d.clear();
  d.push_back(delta(kRows, {{"a", "10"}, {"b", std::nullopt}, {"c", "3"}}));
  ASSERT_TRUE(store->commit(checkpoint(2, std::move(d))));
  EXPECT_EQ(rows_of(*store, kRows, before), (Rows{"a=1", "b=2"}));
  EXPECT_EQ(rows_of(*store, kRows), (Rows{"a=10", "c=3"}));
  std::string value;
  EXPECT_TRUE(store->get(kRows, "a", value, before.get()).value());
  EXPECT_EQ(value, "1");
}

TEST_P(StoreTest, DroppedTablesAreEmptyAndOthersAreNot) {
  auto store = open();
  std::vector<DeltaBuffer> d;
  for (uint32_t t = 1; t <= 5; ++t) d.push_back(delta(TableId{t}, {{"a", "1"}, {"z", "2"}}));
  ASSERT_TRUE(store->commit(checkpoint(1, std::move(d))));
  Checkpoint c = checkpoint(2, {});
  c.dropped = {TableId{2}, TableId{4}};
  c.deltas.push_back(delta(TableId{3}, {{"a", std::nullopt}, {"b", "5"}}));
  c.deltas.push_back(delta(TableId{5}, {{"c", "7"}}));
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(rows_of(*store, TableId{1}), (Rows{"a=1", "z=2"}));
  EXPECT_EQ(rows_of(*store, TableId{2}), (Rows{}));
  EXPECT_EQ(rows_of(*store, TableId{3}), (Rows{"b=5", "z=2"}));
  EXPECT_EQ(rows_of(*store, TableId{4}), (Rows{}));
  EXPECT_EQ(rows_of(*store, TableId{5}), (Rows{"a=1", "c=7", "z=2"}));
}

TEST_P(StoreTest, DroppedTableMayBringNewRowsAtOnce) {
  auto store = open();
  std::vector<DeltaBuffer> d;
  for (uint32_t t = 1; t <= 3; ++t) d.push_back(delta(TableId{t}, {{"a", "1"}, {"z", "2"}}));
  ASSERT_TRUE(store->commit(checkpoint(1, std::move(d))));
  Checkpoint c = checkpoint(2, {});
  c.dropped = {TableId{2}};
  c.deltas.push_back(delta(TableId{1}, {{"b", "3"}}));
  c.deltas.push_back(delta(TableId{2}, {{"a", "4"}, {"m", "5"}}));
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(rows_of(*store, TableId{1}), (Rows{"a=1", "b=3", "z=2"}));
  EXPECT_EQ(rows_of(*store, TableId{2}), (Rows{"a=4", "m=5"}));
  EXPECT_EQ(rows_of(*store, TableId{3}), (Rows{"a=1", "z=2"}));
  if (GetParam().in_memory) return;
  store.reset();
  store = open();
  EXPECT_EQ(rows_of(*store, TableId{2}), (Rows{"a=4", "m=5"}));
}

TEST_P(StoreTest, IteratorsSeekBothWaysWithinTheirTable) {
  auto store = open();
  std::vector<DeltaBuffer> d;
  d.push_back(delta(TableId{1}, {{"z", "0"}}));
  d.push_back(delta(TableId{2}, {{"b", "1"}, {"d", "2"}, {"f", "3"}}));
  d.push_back(delta(TableId{3}, {{"a", "0"}}));
  ASSERT_TRUE(store->commit(checkpoint(1, std::move(d))));
  StoreIterator it = store->iterator(TableId{2});
  it.seek("c");
  EXPECT_EQ(it.key(), "d");
  it.seek_for_prev("d");
  EXPECT_EQ(it.key(), "b");
  it.prev();
  EXPECT_FALSE(it.valid());
  it.seek_to_last();
  EXPECT_EQ(it.key(), "f");
  it.next();
  EXPECT_FALSE(it.valid());
  it.seek("g");
  EXPECT_FALSE(it.valid());
}

TEST_P(StoreOnDiskTest, ReopensWithWhatWasCommitted) {
  {
    auto store = open();
    for (Epoch e = 1; e <= 20; ++e) {
      std::vector<DeltaBuffer> d;
      d.push_back(delta(kRows, {{"k" + std::to_string(e % 7), std::to_string(e)}}));
      ASSERT_TRUE(store->commit(checkpoint(e, std::move(d))));
    }
  }
  auto store = open();
  EXPECT_EQ(store->committed_epoch(), 20u);
  EXPECT_EQ(rows_of(*store, kRows), (Rows{"k0=14", "k1=15", "k2=16", "k3=17", "k4=18", "k5=19", "k6=20"}));
}

TEST_P(StoreOnDiskTest, OneProcessPerDirectory) {
  auto store = open();
  const auto second = Store::open({.path = directory_.path() + "/data"}, files_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, SqlState::kLockNotAvailable);
  EXPECT_EQ(second.error().message, fmt::format("data directory \"{}/data\" is in use by another leat (pid {})",
                                                directory_.path(), ::getpid()));
}

TEST_P(StoreOnDiskTest, DamageIsFoundAndNamed) {
  {
    auto store = open();
    std::vector<DeltaBuffer> d;
    d.push_back(delta(kRows, {{"a", std::string(5000, 'x')}}));
    ASSERT_TRUE(store->commit(checkpoint(1, std::move(d))));
  }
  const std::string current = directory_.path() + "/data/state/CURRENT";
  auto file = files_.open_append(current).value();
  ASSERT_TRUE(file->truncate(0));
  ASSERT_TRUE(file->append("nonsense\n"));
  const auto damaged = Store::open({.path = directory_.path() + "/data"}, files_);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, SqlState::kDataCorrupted);
}

// A limit on the size of files stands for a full disk. What was acknowledged stays, and writing goes on
// when there is space again.
TEST_P(StoreOnDiskTest, FullDiskFailsTheCommitAndNothingElse) {
  auto store = open();
  struct sigaction ignore {}, before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, &before);
  rlimit old_limit;
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const auto commit = [&](Epoch e) {
    std::vector<DeltaBuffer> d;
    std::string value = std::to_string(e) + ":";
    std::mt19937_64 random(e);
    while (value.size() < 300'000) value += static_cast<char>(random());  // does not compress
    d.push_back(delta(kRows, {{"k", value}, {"e" + std::to_string(e), "1"}}));
    return store->commit(checkpoint(e, std::move(d)));
  };
  ASSERT_TRUE(commit(1));
  rlimit limit = old_limit;
  limit.rlim_cur = GetParam().ingest_bytes_min == 0 ? 200'000 : 1'000'000;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  Epoch acknowledged = 1;
  Result<CommitStats> failed = CommitStats{};
  for (Epoch e = 2; e < 20 && failed; ++e) {
    failed = commit(e);
    if (failed) acknowledged = e;
  }
  const bool failed_again = !commit(acknowledged + 1);
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::sigaction(SIGXFSZ, &before, nullptr);

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, SqlState::kDiskFull) << failed.error().message;
  EXPECT_TRUE(failed.error().retryable);
  if (failed_again) EXPECT_FALSE(store->health().ok);
  EXPECT_GE(store->committed_epoch(), acknowledged);
  std::string value;
  ASSERT_TRUE(store->get(kRows, "k", value).value());
  EXPECT_TRUE(value.starts_with(std::to_string(store->committed_epoch()) + ":"));

  const auto again = commit(acknowledged + 1);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(store->health().ok);
  store.reset();
  store = open();
  EXPECT_EQ(store->committed_epoch(), acknowledged + 1);
  ASSERT_TRUE(store->get(kRows, "k", value).value());
  EXPECT_TRUE(value.starts_with(std::to_string(acknowledged + 1) + ":"));
  for (Epoch e = 1; e <= acknowledged + 1; ++e) {
    EXPECT_TRUE(store->get(kRows, "e" + std::to_string(e), value).value()) << e;
  }
}

// ---- killed at a random moment. The child is this program again, told by the environment.

constexpr int kCrashKeys = 40;

Checkpoint crash_checkpoint(Epoch e) {
  Checkpoint c{.epoch = e};
  // Every third is large: several files, ingested.
  const size_t size = e % 3 == 0 ? 120'000 : 50;
  for (const TableId table : {kRows, kMore}) {
    DeltaBuffer d(table);
    for (int k = 0; k < kCrashKeys; ++k) {
      std::string value = fmt::format("{}:", e);
      std::mt19937_64 random(e + static_cast<uint64_t>(k));
      while (value.size() < size) value += static_cast<char>('a' + random() % 26);
      d.add_value(fmt::format("key{}", k), value);
    }
    d.add_value(fmt::format("only{}", e), "here");
    d.add_tombstone(fmt::format("only{}", e - 1));
    c.deltas.push_back(std::move(d));
  }
  DeltaBuffer made(TableId{static_cast<uint32_t>(100 + e)});
  made.add_value("row", "1");
  c.deltas.push_back(std::move(made));
  c.dropped.push_back(TableId{static_cast<uint32_t>(99 + e)});
  c.meta["epoch"] = std::to_string(e);
  return c;
}

TEST(StoreCrashChild, DISABLED_CommitUntilKilled) {
  const char* path = std::getenv("LEAT_CRASH_DIRECTORY");
  ASSERT_NE(path, nullptr);
  SystemFileSystem files;
  auto store = Store::open({.path = path}, files).value();
  for (Epoch e = store->committed_epoch() + 1;; ++e) {
    CHECK(store->commit(crash_checkpoint(e)).has_value());
    if (::write(3, &e, sizeof e) != sizeof e) return;
  }
}

// Runs the child, kills it some time after its start or after its first commit, and returns the last
// epoch that it called durable.
Epoch run_and_kill(const std::string& path, bool after_commit, int milliseconds) {
  int acknowledged[2];
  CHECK(::pipe2(acknowledged, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(acknowledged[1], 3);
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::setenv("LEAT_CRASH_DIRECTORY", path.c_str(), 1);
    ::execl("/proc/self/exe", "state_test", "--gtest_also_run_disabled_tests",
            "--gtest_filter=StoreCrashChild.*", nullptr);
    ::_exit(127);
  }
  ::close(acknowledged[1]);
  Epoch last = 0, e;
  if (after_commit && ::read(acknowledged[0], &e, sizeof e) == sizeof e) last = e;
  ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(acknowledged[0], &e, sizeof e) == sizeof e) last = e;
  ::close(acknowledged[0]);
  return last;
}

TEST(StoreCrashTest, KilledAtAnyMomentOneEpochIsThere) {
  ScratchDirectory directory;
  SystemFileSystem files;
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Epoch last_seen = 0;
  for (int round = 0; round < 15; ++round) {
    // Most are killed among commits, some while they recover.
    const Epoch acknowledged =
        std::max(last_seen, run_and_kill(directory.path(), round % 4 != 3, static_cast<int>(random() % 200)));
    auto store = Store::open({.path = directory.path()}, files).value();
    const Epoch e = store->committed_epoch();
    ASSERT_GE(e, acknowledged);
    ASSERT_LE(e, acknowledged + 1);
    if (e == 0) continue;
    EXPECT_EQ(store->meta("epoch").value(), std::to_string(e));
    for (const TableId table : {kRows, kMore}) {
      std::string value;
      size_t count = 0;
      StoreIterator it = store->iterator(table);
      for (it.seek_to_first(); it.valid(); it.next(), ++count) {
        if (it.key().starts_with("only")) {
          EXPECT_EQ(it.key(), fmt::format("only{}", e));
        } else {
          EXPECT_TRUE(it.value().starts_with(fmt::format("{}:", e))) << it.key() << " at " << e;
        }
      }
      EXPECT_EQ(count, kCrashKeys + 1u);
    }
    EXPECT_EQ(rows_of(*store, TableId{static_cast<uint32_t>(100 + e)}), (Rows{"row=1"}));
    EXPECT_EQ(rows_of(*store, TableId{static_cast<uint32_t>(99 + e)}), (Rows{}));
    last_seen = e;
  }
  EXPECT_GE(last_seen, 11u);
}

}  // namespace
}  // namespace leat

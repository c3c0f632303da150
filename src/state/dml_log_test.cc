#include "state/dml_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "base/mutex.h"
#include "env/faulty_file.h"
#include "env/thread.h"
#include "state/scratch_directory.h"

namespace leat {
namespace {

using Records = std::vector<std::pair<uint64_t, std::string>>;

class DmlLogTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<DmlLog>> open(uint64_t sequence_min = 1, uint64_t segment_bytes_max = 1 << 20) {
    replayed_.clear();
    return DmlLog::open({.directory = directory_.path() + "/dml", .segment_bytes_max = segment_bytes_max},
                        files_,
                        [this](uint64_t sequence, std::string_view bytes) -> Result<> {
                          replayed_.emplace_back(sequence, bytes);
                          return {};
                        },
                        sequence_min);
  }
  std::vector<std::string> segments() { return files_.list(directory_.path() + "/dml").value(); }
  std::string segment_path(size_t i) { return directory_.path() + "/dml/" + segments().at(i); }
  void rewrite(const std::string& path, const std::string& bytes) {
    auto file = system_.open_append(path).value();
    ASSERT_TRUE(file->truncate(0));
    ASSERT_TRUE(file->append(bytes));
  }

  ScratchDirectory directory_;
  SystemFileSystem system_;
  FaultyFileSystem files_{system_};
  Records replayed_;
};

TEST_F(DmlLogTest, ReplaysWhatWasAppended) {
  {
    auto log = open().value();
    EXPECT_EQ(log->next_sequence(), 1u);
    ASSERT_TRUE(log->append_and_wait("one"));
    ASSERT_TRUE(log->append_and_wait(""));
    ASSERT_TRUE(log->append_and_wait(std::string(100'000, 'x')));
  }
  auto log = open().value();
  EXPECT_EQ(replayed_, (Records{{1, "one"}, {2, ""}, {3, std::string(100'000, 'x')}}));
  EXPECT_EQ(log->next_sequence(), 4u);
  ASSERT_TRUE(log->append_and_wait("four"));
  log.reset();
  log = open().value();
  EXPECT_EQ(replayed_.size(), 4u);
}

TEST_F(DmlLogTest, CallbacksComeInOrderFromManyThreads) {
  std::vector<uint64_t> order;
  {
    auto log = open().value();
    Mutex mutex;
    std::vector<Thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back("appender", [&, t] {
        for (int i = 0; i < 200; ++i) {
          MutexLock hold(mutex);  // so that the sequence is known to the callback
          const uint64_t next = log->next_sequence();
          log->append(fmt::format("{}/{}", t, i), [&order, next](Result<> r) {
            CHECK(r.has_value());
            order.push_back(next);
          });
        }
      });
    }
    threads.clear();
  }
  ASSERT_EQ(order.size(), 800u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  auto log = open().value();
  EXPECT_EQ(replayed_.size(), 800u);
}

TEST_F(DmlLogTest, SegmentsGoWhenTheCheckpointHasThem) {
  auto log = open(1, 1000).value();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(log->append_and_wait(std::string(100, 'a')));
  EXPECT_GT(segments().size(), 5u);
  const uint64_t before = log->bytes();
  ASSERT_TRUE(log->truncate_before(50));
  EXPECT_LT(log->bytes(), before);
  log.reset();
  log = open(1, 1000).value();
  ASSERT_FALSE(replayed_.empty());
  EXPECT_LE(replayed_.front().first, 50u);
  EXPECT_GT(replayed_.front().first, 30u);
  EXPECT_EQ(replayed_.back().first, 100u);
  ASSERT_TRUE(log->truncate_before(101));
  EXPECT_EQ(segments().size(), 1u);
}

TEST_F(DmlLogTest, SequencesNeverGoBackBehindTheCheckpoint) {
  {
    auto log = open().value();
    ASSERT_TRUE(log->append_and_wait("a"));
  }
  {
    auto log = open(500).value();
    EXPECT_EQ(log->next_sequence(), 500u);
    ASSERT_TRUE(log->append_and_wait("b"));
  }
  auto log = open(500).value();
  EXPECT_EQ(replayed_, (Records{{1, "a"}, {500, "b"}}));
}

TEST_F(DmlLogTest, TornTailIsCutAnywhere) {
  {
    auto log = open().value();
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(log->append_and_wait("record" + std::to_string(i)));
  }
  const std::string path = segment_path(0);
  const std::string whole = files_.read_file(path).value();
  for (size_t size = 0; size <= whole.size(); ++size) {
    rewrite(path, whole.substr(0, size));
    auto log = open().value();
    const size_t expected = size < 24 ? 0 : (size - 24) / 40;
    ASSERT_EQ(replayed_.size(), expected) << "cut at " << size;
    ASSERT_TRUE(log->append_and_wait("new"));
    log.reset();
    log = open().value();
    ASSERT_EQ(replayed_.size(), expected + 1);
    ASSERT_EQ(replayed_.back().second, "new");
    log.reset();
    for (size_t i = segments().size(); i-- > 1;) ASSERT_TRUE(files_.remove_file(segment_path(i)));
    if (segments()[0] != path.substr(path.rfind('/') + 1)) ASSERT_TRUE(files_.remove_file(segment_path(0)));
  }
}

TEST_F(DmlLogTest, DamageBeforeDurableRecordsIsAnError) {
  {
    auto log = open().value();
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(log->append_and_wait("record" + std::to_string(i)));
  }
  const std::string path = segment_path(0);
  const std::string whole = files_.read_file(path).value();
  for (size_t at = 0; at < 24 + 4 * 40; ++at) {
    if (at >= 24 && (at - 24) % 40 >= 32 + 7) continue;  // padding
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    rewrite(path, damaged);
    const auto log = open();
    ASSERT_FALSE(log) << "byte " << at;
    ASSERT_EQ(log.error().code, SqlState::kDataCorrupted);
  }
  // The last record is not known to be durable by another one: a torn tail.
  std::string damaged = whole;
  damaged[whole.size() - 8] ^= 1;
  rewrite(path, damaged);
  ASSERT_TRUE(open());
  EXPECT_EQ(replayed_.size(), 4u);
}

TEST_F(DmlLogTest, FullDiskFailsTheAppendAndNothingAcknowledgedIsLost) {
  Records acknowledged;
  {
    auto log = open(1, 3000).value();
    std::mt19937_64 random(7);
    for (int i = 0; i < 400; ++i) {
      // Sometimes there is space for a part of a record only.
      files_.set_bytes_left(i % 5 == 4 ? static_cast<int64_t>(random() % 150) : 1 << 30);
      files_.fail_syncs(i % 17 == 16);
      const std::string bytes = fmt::format("{}:{}", i, std::string(random() % 200, 'z'));
      const uint64_t sequence = log->next_sequence();
      const auto result = log->append_and_wait(bytes);
      if (result) {
        acknowledged.emplace_back(sequence, bytes);
      } else {
        EXPECT_TRUE(result.error().code == SqlState::kDiskFull || result.error().code == SqlState::kIoError);
      }
    }
    files_.set_bytes_left(1 << 30);
    files_.fail_syncs(false);
    const uint64_t sequence = log->next_sequence();
    ASSERT_TRUE(log->append_and_wait("last"));
    acknowledged.emplace_back(sequence, "last");
  }
  EXPECT_GT(acknowledged.size(), 250u);
  auto log = open().value();
  EXPECT_EQ(replayed_, acknowledged);
}

TEST_F(DmlLogTest, GoldenBytesOfVersionOne) {
  {
    auto log = open(0x0102030405060708).value();
    ASSERT_TRUE(log->append_and_wait("insert"));
  }
  const std::string bytes = files_.read_file(segment_path(0)).value();
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
  EXPECT_EQ(segments().at(0), "dml-0102030405060708.log");
  // magic, version, flags, checksum, first sequence
  // mark, size, sequence, durable before, checksum, bytes, padding
  EXPECT_EQ(hex, "4c454154444d4c00" "0100" "0000" "42593d84" "0807060504030201"
                 "4c524543" "06000000" "0807060504030201" "0707060504030201" "ae8396badfcded26"
                 "696e73657274" "0000");
}

TEST_F(DmlLogTest, LaterVersionIsRefused) {
  { ASSERT_TRUE(open().value()->append_and_wait("x")); }
  std::string bytes = files_.read_file(segment_path(0)).value();
  EXPECT_TRUE(read_dml_segment(bytes, true));
  bytes[8] = 2;
  EXPECT_EQ(read_dml_segment(bytes, true).error().code, SqlState::kDataCorrupted);
}

TEST_F(DmlLogTest, ReplayErrorsArePassedOn) {
  { ASSERT_TRUE(open().value()->append_and_wait("x")); }
  const auto log = DmlLog::open({.directory = directory_.path() + "/dml"}, files_,
                                [](uint64_t, std::string_view) -> Result<> {
                                  return fail(SqlState::kInternalError, "no");
                                });
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().message, "no");
}

}  // namespace
}  // namespace leat

#include "env/file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "env/clock.h"
#include "env/faulty_file.h"

namespace leat {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/leat_file_test_XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string dir_;
  SystemFileSystem fs_;
};

TEST_F(FileTest, AppendSyncTruncateReadBack) {
  {
    auto file = fs_.open_append(dir_ + "/a").value();
    ASSERT_TRUE(file->append("hello "));
    ASSERT_TRUE(file->append("world"));
    ASSERT_TRUE(file->sync_data());
    EXPECT_EQ(file->size(), 11u);
    ASSERT_TRUE(file->truncate(5));
    ASSERT_TRUE(file->append("!"));
  }
  EXPECT_EQ(fs_.read_file(dir_ + "/a").value(), "hello!");
  EXPECT_EQ(fs_.open_append(dir_ + "/a").value()->size(), 6u);
}

TEST_F(FileTest, ListsSortedAndRemoves) {
  for (auto name : {"b", "a", "c"}) fs_.open_append(dir_ + "/" + name).value();
  EXPECT_EQ(fs_.list(dir_).value(), (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_TRUE(fs_.remove_file(dir_ + "/b"));
  ASSERT_TRUE(fs_.sync_directory(dir_));
  EXPECT_EQ(fs_.list(dir_).value(), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(fs_.read_file(dir_ + "/b").error().code, SqlState::kIoError);
}

TEST_F(FileTest, LockNamesItsHolderAndEndsWithTheProcess) {
  int ready[2], done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto lock = fs_.lock(dir_ + "/LOCK");
    char c = lock ? 'y' : 'n';
    if (::write(ready[1], &c, 1) != 1 || ::read(done[0], &c, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char c = 0;
  ASSERT_EQ(::read(ready[0], &c, 1), 1);
  ASSERT_EQ(c, 'y');
  auto refused = fs_.lock(dir_ + "/LOCK");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, SqlState::kLockNotAvailable);
  EXPECT_NE(refused.error().message.find(fmt::format("(pid {})", child)), std::string::npos);
  ASSERT_EQ(::write(done[1], &c, 1), 1);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(fs_.lock(dir_ + "/LOCK"));
}

TEST_F(FileTest, FullDiskWritesThePartThatFits) {
  FaultyFileSystem faulty(fs_);
  auto file = faulty.open_append(dir_ + "/a").value();
  faulty.set_bytes_left(3);
  EXPECT_EQ(file->append("hello").error().code, SqlState::kDiskFull);
  EXPECT_EQ(fs_.read_file(dir_ + "/a").value(), "hel");
}

TEST(ClockTest, SystemTimeIsNowAndManualTimeStandsStill) {
  SystemClock system;
  EXPECT_GT(system.now_us(), int64_t{1'700'000'000'000'000});
  const int64_t before = system.monotonic_ns();
  EXPECT_GE(system.monotonic_ns(), before);
  ManualClock manual(5);
  EXPECT_EQ(manual.now_us(), 5);
  manual.advance_us(10);
  EXPECT_EQ(manual.now_us(), 15);
  EXPECT_EQ(manual.monotonic_ns(), 10'000);
}

}  // namespace
}  // namespace leat

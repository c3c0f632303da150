#pragma once
// FaultyFileSystem: a file system that runs out of space when a test says so.
// Appends may use `bytes_left` more bytes; the append that does not fit writes its first part, as a
// real disk does, and fails with 53100. Thread: any.

#include <atomic>
#include <limits>

#include "env/file.h"

namespace leat {

class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(FileSystem& real) : real_(real) {}

  void set_bytes_left(int64_t bytes) { bytes_left_ = bytes; }
  void fail_syncs(bool on) { fail_syncs_ = on; }

  Result<std::unique_ptr<File>> open_append(const std::string& path) override {
    return std::make_unique<FaultyFile>(*this, TRY(real_.open_append(path)));
  }
  Result<std::string> read_file(const std::string& path) override { return real_.read_file(path); }
  Result<std::vector<std::string>> list(const std::string& d) override { return real_.list(d); }
  Result<> make_directories(const std::string& p) override { return real_.make_directories(p); }
  Result<> remove_file(const std::string& p) override { return real_.remove_file(p); }
  Result<> sync_directory(const std::string& d) override { return real_.sync_directory(d); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& p) override { return real_.lock(p); }

 private:
  class FaultyFile final : public File {
   public:
    FaultyFile(FaultyFileSystem& owner, std::unique_ptr<File> real)
        : owner_(owner), real_(std::move(real)) {}
    Result<> append(std::string_view bytes) override {
      const int64_t left = owner_.bytes_left_.fetch_sub(static_cast<int64_t>(bytes.size()));
      if (left >= static_cast<int64_t>(bytes.size())) return real_->append(bytes);
      if (left > 0) TRY(real_->append(bytes.substr(0, static_cast<size_t>(left))));
      return fail(SqlState::kDiskFull, "could not write: no space left on device");
    }
    Result<> sync_data() override {
      if (owner_.fail_syncs_) return fail(SqlState::kIoError, "could not sync: input/output error");
      return real_->sync_data();
    }
    Result<> truncate(uint64_t size) override { return real_->truncate(size); }
    uint64_t size() const override { return real_->size(); }

   private:
    FaultyFileSystem& owner_;
    std::unique_ptr<File> real_;
  };

  FileSystem& real_;
  std::atomic<int64_t> bytes_left_{std::numeric_limits<int64_t>::max() / 2};
  std::atomic<bool> fail_syncs_{false};
};

}  // namespace leat

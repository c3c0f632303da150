#include "env/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace leat {
namespace {

std::unexpected<Error> io_error(std::string_view verb, const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  Error error = make_error(full ? SqlState::kDiskFull : SqlState::kIoError,
                           "could not {} \"{}\": {}", verb, path, strerror(code));
  error.retryable = full || code == EIO || code == EMFILE || code == ENFILE;
  return fail(std::move(error));
}

class SystemFile final : public File {
 public:
  SystemFile(int fd, std::string path, uint64_t size) : fd_(fd), size_(size), path_(std::move(path)) {}
  ~SystemFile() override { ::close(fd_); }

  Result<> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0) {
        if (errno == EINTR) continue;
        return io_error("write", path_, errno);
      }
      size_ += static_cast<uint64_t>(n);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  Result<> sync_data() override {
    if (::fdatasync(fd_) != 0) return io_error("sync", path_, errno);
    return {};
  }

  Result<> truncate(uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return io_error("truncate", path_, errno);
    size_ = size;
    return {};
  }

  uint64_t size() const override { return size_; }

 private:
  int fd_;
  uint64_t size_;
  std::string path_;
};

class SystemFileLock final : public FileLock {
 public:
  explicit SystemFileLock(int fd) : fd_(fd) {}
  ~SystemFileLock() override { ::close(fd_); }

 private:
  int fd_;
};

}  // namespace

Result<std::unique_ptr<File>> SystemFileSystem::open_append(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) return io_error("open", path, errno);
  struct stat s;
  if (::fstat(fd, &s) != 0) {
    const int code = errno;
    ::close(fd);
    return io_error("open", path, code);
  }
  return std::make_unique<SystemFile>(fd, path, static_cast<uint64_t>(s.st_size));
}

Result<std::string> SystemFileSystem::read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error("open", path, errno);
  std::string bytes;
  struct stat s;
  if (::fstat(fd, &s) == 0 && s.st_size > 0) bytes.reserve(static_cast<size_t>(s.st_size));
  char block[64 * 1024];
  for (;;) {
    const ssize_t n = ::read(fd, block, sizeof block);
    if (n == 0) break;
    if (n < 0) {
      if (errno == EINTR) continue;
      const int code = errno;
      ::close(fd);
      return io_error("read", path, code);
    }
    bytes.append(block, static_cast<size_t>(n));
  }
  ::close(fd);
  return bytes;
}

Result<std::vector<std::string>> SystemFileSystem::list(const std::string& directory) {
  DIR* dir = ::opendir(directory.c_str());
  if (dir == nullptr) return io_error("list", directory, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

Result<> SystemFileSystem::make_directories(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return io_error("create directory", path, code.value());
  return {};
}

Result<> SystemFileSystem::remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return io_error("remove", path, errno);
  return {};
}

Result<> SystemFileSystem::sync_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error("open", directory, errno);
  const int code = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (code != 0) return io_error("sync", directory, code);
  return {};
}

Result<std::unique_ptr<FileLock>> SystemFileSystem::lock(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return io_error("open", path, errno);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    char text[32] = {};
    const ssize_t n = ::pread(fd, text, sizeof text - 1, 0);
    ::close(fd);
    if (code != EWOULDBLOCK) return io_error("lock", path, code);
    long pid = 0;
    if (n > 0) std::from_chars(text, text + n, pid);
    return fail(SqlState::kLockNotAvailable, "\"{}\" is locked by another process (pid {})", path, pid);
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const int code = errno;
    ::close(fd);
    return io_error("write", path, code);
  }
  return std::make_unique<SystemFileLock>(fd);
}

}  // namespace leat

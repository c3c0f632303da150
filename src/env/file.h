#pragma once
// FileSystem: the only way to files and directories. SystemFileSystem is the machine's;
// FaultyFileSystem (faulty_file.h) wraps it in tests and fails on demand.
// Errors carry SQLSTATE 53100 when the disk is full, 58030 otherwise, and name the path.
// Thread: a FileSystem may be used by any thread, a File or FileLock by one at a time.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace leat {

// A file open for appending.
class File {
 public:
  virtual ~File() = default;
  // All of `bytes`, or an error after which an unknown part of them is in the file.
  virtual Result<> append(std::string_view bytes) = 0;
  virtual Result<> sync_data() = 0;  // fdatasync
  virtual Result<> truncate(uint64_t size) = 0;
  virtual uint64_t size() const = 0;
};

// Holds an advisory exclusive lock on a file until destroyed (or until the process dies).
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open_append(const std::string& path) = 0;
  virtual Result<std::string> read_file(const std::string& path) = 0;
  // Names (not paths) in the directory, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual Result<> make_directories(const std::string& path) = 0;
  virtual Result<> remove_file(const std::string& path) = 0;
  // Makes created and removed names of the directory durable.
  virtual Result<> sync_directory(const std::string& directory) = 0;
  // Locks `path`, creating it, and writes our process id into it. When another process holds it:
  // kLockNotAvailable with the holder's id as the message's "(pid N)".
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

class SystemFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open_append(const std::string& path) override;
  Result<std::string> read_file(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<> make_directories(const std::string& path) override;
  Result<> remove_file(const std::string& path) override;
  Result<> sync_directory(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

}  // namespace leat

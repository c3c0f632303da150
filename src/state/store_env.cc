#include "state/store_env.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace leat {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus translate(IOStatus status) {
  if (status.ok() || status.subcode() == IOStatus::kNoSpace) return status;
  const std::string text = status.ToString();
  if (text.find("File too large") == std::string::npos && text.find("Disk quota") == std::string::npos) {
    return status;
  }
  return IOStatus::NoSpace(text);
}

class StoreFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  using Verification = rocksdb::DataVerificationInfo;

  IOStatus Append(const Slice& data, const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Append(data, o, d));
  }
  IOStatus Append(const Slice& data, const IOOptions& o, const Verification& v, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Append(data, o, v, d));
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t at, const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::PositionedAppend(data, at, o, d));
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t at, const IOOptions& o, const Verification& v,
                            IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::PositionedAppend(data, at, o, v, d));
  }
  IOStatus Truncate(uint64_t size, const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Truncate(size, o, d));
  }
  IOStatus Close(const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Close(o, d));
  }
  IOStatus Flush(const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Flush(o, d));
  }
  IOStatus Sync(const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Sync(o, d));
  }
  IOStatus Fsync(const IOOptions& o, IODebugContext* d) override {
    return translate(FSWritableFileOwnerWrapper::Fsync(o, d));
  }
};

class StoreFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "LeatStoreFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& o,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* d) override {
    return wrap(FileSystemWrapper::NewWritableFile(name, o, file, d), file);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& o,
                              std::unique_ptr<FSWritableFile>* file, IODebugContext* d) override {
    return wrap(FileSystemWrapper::ReopenWritableFile(name, o, file, d), file);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name, const FileOptions& o,
                             std::unique_ptr<FSWritableFile>* file, IODebugContext* d) override {
    return wrap(FileSystemWrapper::ReuseWritableFile(name, old_name, o, file, d), file);
  }

 private:
  static IOStatus wrap(IOStatus status, std::unique_ptr<FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<StoreFile>(std::move(*file));
    return translate(std::move(status));
  }
};

}  // namespace

std::shared_ptr<rocksdb::Env> make_store_env() {
  return rocksdb::NewCompositeEnv(std::make_shared<StoreFileSystem>(rocksdb::FileSystem::Default()));
}

}  // namespace leat

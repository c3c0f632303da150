#pragma once
// ScratchDirectory: a directory of its own for a test, removed with everything in it.

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "base/check.h"

namespace leat {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    char name[] = "/tmp/leat_test_XXXXXX";
    CHECK(::mkdtemp(name) != nullptr, "no temporary directory");
    path_ = name;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;  // of a test that is over
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace leat

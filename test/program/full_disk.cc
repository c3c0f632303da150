// A disk that is full when a test says so, for a program that is started with this library preloaded: while the file
// that LEAT_TEST_DISK_FULL names exists, what would add bytes to a regular file fails with ENOSPC, as on a full disk.
// Needs neither root nor a file system of its own, so the test runs wherever the program does.
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>

namespace {

bool is_full(int fd) {
  static const char* const flag = getenv("LEAT_TEST_DISK_FULL");
  struct stat file {};
  return flag != nullptr && fd > 2 && access(flag, F_OK) == 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
}

template <class Call, class... Arguments>
auto pass_on(const char* name, int fd, Arguments... arguments) {
  static const auto real = reinterpret_cast<Call*>(dlsym(RTLD_NEXT, name));
  if (is_full(fd)) {
    errno = ENOSPC;
    return decltype(real(fd, arguments...)){-1};
  }
  return real(fd, arguments...);
}

}  // namespace

extern "C" {
ssize_t write(int fd, const void* bytes, size_t size) { return pass_on<decltype(write)>("write", fd, bytes, size); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pass_on<decltype(pwrite)>("pwrite", fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return pass_on<decltype(pwrite64)>("pwrite64", fd, bytes, size, at);
}
ssize_t writev(int fd, const iovec* parts, int count) { return pass_on<decltype(writev)>("writev", fd, parts, count); }
int fallocate(int fd, int mode, off_t at, off_t size) {
  return pass_on<decltype(fallocate)>("fallocate", fd, mode, at, size);
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return pass_on<decltype(fallocate64)>("fallocate64", fd, mode, at, size);
}
}

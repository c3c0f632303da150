#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace leat::detail {

void check_failed(const char* file, int line, const char* condition, std::string text) {
  std::fprintf(stderr, "%s:%d: CHECK(%s) failed: %s\n", file, line, condition, text.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace leat::detail

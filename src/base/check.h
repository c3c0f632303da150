#pragma once
// CHECK(condition, format, args...): our own mistake. Stays on in release; prints the text with file
// and line and stops the process. Never reachable from a user's input.

#include <fmt/core.h>

#include <string>

namespace leat::detail {
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string text);
inline std::string check_text() { return {}; }
template <class... Args>
std::string check_text(fmt::format_string<Args...> format, Args&&... args) {
  return fmt::format(format, std::forward<Args>(args)...);
}
}  // namespace leat::detail

#define CHECK(condition, ...)                                                     \
  do {                                                                            \
    if (!(condition)) [[unlikely]]                                                \
      ::leat::detail::check_failed(__FILE__, __LINE__, #condition,                \
                                   ::leat::detail::check_text(__VA_ARGS__));      \
  } while (false)

#define UNREACHABLE() \
  ::leat::detail::check_failed(__FILE__, __LINE__, "unreachable", {})

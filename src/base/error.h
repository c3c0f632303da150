#pragma once
// Error and Result: how functions that can fail answer.
// An Error is written for the person who reads it: lower-case message, no internals. SQLSTATE codes
// are PostgreSQL's (sqlstate.h). `position` is a 1-based character position in the statement's text.

#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "base/sqlstate.h"

namespace leat {

struct Error {
  SqlState code = SqlState::kInternalError;
  std::string message;
  std::string detail = {};
  std::string hint = {};
  std::optional<uint32_t> position = {};  // characters, from 1, in the statement's text
  bool retryable = false;                 // the world's failure that may pass by itself

  Error&& with_detail(std::string text) && { detail = std::move(text); return std::move(*this); }
  Error&& with_hint(std::string text) && { hint = std::move(text); return std::move(*this); }
  Error&& at(std::optional<uint32_t> p) && { if (!position) position = p; return std::move(*this); }
  // One line for logs: message, then detail and hint.
  std::string to_string() const;
};

template <class T = void>
using Result = std::expected<T, Error>;  // std::expected is [[nodiscard]] by itself

// fail(SqlState::kUndefinedColumn, "column \"{}\" does not exist", name) as a Result's error side.
std::unexpected<Error> fail(Error error);
std::unexpected<Error> fail_text(SqlState code, std::string message);

}  // namespace leat

#include <fmt/core.h>

namespace leat {

template <class... Args>
std::unexpected<Error> fail(SqlState code, fmt::format_string<Args...> format, Args&&... args) {
  return fail_text(code, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
Error make_error(SqlState code, fmt::format_string<Args...> format, Args&&... args) {
  return Error{.code = code, .message = fmt::format(format, std::forward<Args>(args)...)};
}

}  // namespace leat

namespace leat::detail {
template <class T>
T take_value(std::expected<T, Error>&& r) {
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}
}  // namespace leat::detail
// TRY(expression of Result<T>): the value, or return its error from the enclosing function.
#define TRY(...)                                                                   \
  ({                                                                               \
    auto leat_try_result = (__VA_ARGS__);                                          \
    if (!leat_try_result) [[unlikely]]                                             \
      return std::unexpected(std::move(leat_try_result).error());                  \
    ::leat::detail::take_value(std::move(leat_try_result));                        \
  })

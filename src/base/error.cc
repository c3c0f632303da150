#include "base/error.h"

namespace leat {

std::string_view sqlstate_text(SqlState state) {
  static constexpr std::string_view kTexts[] = {
#define X(name, code) code,
      LEAT_SQLSTATES(X)
#undef X
  };
  return kTexts[static_cast<size_t>(state)];
}

std::string Error::to_string() const {
  std::string text = message;
  if (!detail.empty()) text += " (" + detail + ")";
  if (!hint.empty()) text += " [hint: " + hint + "]";
  return text;
}

std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

std::unexpected<Error> fail_text(SqlState code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
}

}  // namespace leat

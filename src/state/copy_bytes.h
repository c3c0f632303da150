#pragma once
// memcpy for views, which may be empty and then point nowhere. Returns the end of what was written.

#include <cstring>
#include <string_view>

namespace leat {

inline char* copy_bytes(char* to, std::string_view from) {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
  return to + from.size();
}

}  // namespace leat

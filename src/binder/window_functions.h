#pragma once
// The functions that exist only with OVER: names, arguments, result types.
// Thread: free functions without state.

#include <span>
#include <string_view>

#include "expr/function.h"

namespace leat {

struct WindowFunction {
  std::string_view name;
  Signature args;
  TypeSpec result;
  std::string_view doc;
  Type (*result_type)(std::span<const Type> args) = nullptr;
};

std::span<const WindowFunction> window_functions();

}  // namespace leat

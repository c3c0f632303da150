#pragma once
// Which of several functions of one name a call means, by PostgreSQL's rules: exact types first, then
// what implicit casts allow, preferring exact and preferred argument types; unknown literals take the
// side of strings or of the known arguments.
// Thread: free functions without state.

#include <span>
#include <vector>

#include "expr/function.h"

namespace leat {

struct Candidate {
  const Signature* args = nullptr;
  bool variadic = false;
  TypeSpec result;
  Type (*result_type)(std::span<const Type> args) = nullptr;
};

struct OverloadMatch {
  enum Kind : uint8_t { kNone, kAmbiguous, kFound };
  Kind kind = kNone;
  size_t candidate = 0;
  std::vector<Type> arg_types;  // what the arguments must be cast to
  Type result;
};

// `is_operator`: one unknown operand of a binary operator is first taken for the other's type.
OverloadMatch resolve_overload(std::span<const Candidate> candidates, std::span<const Type> args,
                               bool is_operator);

}  // namespace leat

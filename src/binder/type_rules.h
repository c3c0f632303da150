#pragma once
// Which type may stand for which: PostgreSQL's categories, preferred types and cast contexts.
// Thread: free functions without state.

#include <optional>
#include <span>

#include "function/casts.h"
#include "types/type.h"

namespace leat {

enum class TypeCategory : uint8_t {
  kUnknown, kBoolean, kNumeric, kString, kDateTime, kTimespan, kUser, kList, kStruct,
};
TypeCategory category_of(const Type& type);
bool is_preferred(const Type& type);  // within its category

// Whether `from` may become `to`. Unknown becomes anything. Equal types: yes.
bool can_coerce(const Type& from, const Type& to, CastContext context);

// The type that UNION, CASE, VALUES, COALESCE, ARRAY and their like give operands of these types;
// varchar if all are unknown. `clash`: the two that cannot be matched.
struct TypeClash {
  size_t first = 0;
  size_t second = 0;
};
std::optional<Type> common_type(std::span<const Type> types, TypeClash* clash = nullptr);

}  // namespace leat

#include "binder/type_rules.h"

namespace leat {
namespace {

using enum TypeId;

}  // namespace

TypeCategory category_of(const Type& type) {
  switch (type.id()) {
    case kUnknown: return TypeCategory::kUnknown;
    case kBoolean: return TypeCategory::kBoolean;
    case kInt16:
    case kInt32:
    case kInt64:
    case kFloat32:
    case kFloat64:
    case kNumeric:
    case kOid:
    case kRegclass:
    case kRegtype:
    case kRegproc:
    case kRegnamespace:
    case kSerial: return TypeCategory::kNumeric;
    case kVarchar: return TypeCategory::kString;
    case kDate:
    case kTime:
    case kTimestamp:
    case kTimestamptz: return TypeCategory::kDateTime;
    case kInterval: return TypeCategory::kTimespan;
    case kBytea:
    case kJsonb: return TypeCategory::kUser;
    case kList: return TypeCategory::kList;
    case kStruct: return TypeCategory::kStruct;
  }
  return TypeCategory::kUnknown;
}

bool is_preferred(const Type& type) {
  switch (type.id()) {
    case kBoolean:
    case kFloat64:
    case kOid:
    case kVarchar:
    case kTimestamptz:
    case kInterval: return true;
    default: return false;
  }
}

bool can_coerce(const Type& from, const Type& to, CastContext context) {
  if (from == to || from.is(kUnknown)) return true;
  if (to.is(kUnknown)) return false;
  const CastLookup found = find_cast(from, to);
  return found.exists && context >= found.cast.context;
}

std::optional<Type> common_type(std::span<const Type> types, TypeClash* clash) {
  size_t best = types.size();
  for (size_t i = 0; i < types.size(); ++i) {
    const Type& next = types[i];
    if (next.is(kUnknown)) continue;
    if (best == types.size()) {
      best = i;
      continue;
    }
    const Type& type = types[best];
    if (next == type) continue;
    const bool up = can_coerce(type, next, CastContext::kImplicit);
    const bool down = can_coerce(next, type, CastContext::kImplicit);
    if (category_of(next) != category_of(type) || (!up && !down)) {
      if (clash != nullptr) *clash = {best, i};
      return std::nullopt;
    }
    // Take the other if it is the wider, and both are convertible only if it is the preferred one.
    if (!is_preferred(type) && up && !down) best = i;
  }
  return best == types.size() ? Type(kVarchar) : types[best];
}

}  // namespace leat

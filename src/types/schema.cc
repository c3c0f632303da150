#include "types/schema.h"

namespace leat {

std::vector<Type> types_of(const Schema& schema) {
  std::vector<Type> types;
  types.reserve(schema.size());
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

}  // namespace leat

#pragma once
// Field and Schema: the named columns of a relation or stream.

#include <string>
#include <vector>

#include "types/type.h"

namespace leat {

struct Field {
  std::string name;
  Type type;
  bool operator==(const Field&) const = default;
};
using Schema = std::vector<Field>;

std::vector<Type> types_of(const Schema& schema);

}  // namespace leat

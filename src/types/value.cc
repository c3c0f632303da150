#include "types/value.h"

#include <cmath>

#include "types/format_value.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {

Value Value::boolean(bool b) { return Value(TypeId::kBoolean, b); }
Value Value::int16(int16_t v) { return Value(TypeId::kInt16, int64_t{v}); }
Value Value::int32(int32_t v) { return Value(TypeId::kInt32, int64_t{v}); }
Value Value::int64(int64_t v) { return Value(TypeId::kInt64, v); }
Value Value::float32(float v) { return Value(TypeId::kFloat32, double{v}); }
Value Value::float64(double v) { return Value(TypeId::kFloat64, v); }
Value Value::numeric(Decimal v) { return Value(TypeId::kNumeric, v); }
Value Value::varchar(std::string v) { return Value(TypeId::kVarchar, std::move(v)); }
Value Value::interval(Interval v) { return Value(TypeId::kInterval, v); }

bool Value::operator==(const Value& other) const {
  if (is_null() || other.is_null()) return is_null() && other.is_null();
  if (!(type_ == other.type_) || data_.index() != other.data_.index()) return false;
  switch (type_.id()) {
    case TypeId::kFloat32:
    case TypeId::kFloat64:
      return as_double() == other.as_double() ||
             (std::isnan(as_double()) && std::isnan(other.as_double()));
    case TypeId::kJsonb: return compare_json(as_string(), other.as_string()) == 0;
    case TypeId::kStruct:
    case TypeId::kList:
      return as_string() == other.as_string() ||
             key_bytes(type_, as_string()) == key_bytes(type_, other.as_string());
    default: return data_ == other.data_;
  }
}

std::string Value::to_text() const {
  return is_null() ? "NULL" : leat::to_text(*this, TimeZone());
}

}  // namespace leat

#include "types/compare_value.h"

#include <algorithm>
#include <cmath>

#include "types/jsonb.h"

namespace leat {
namespace {

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare_bytes(std::string_view a, std::string_view b) {
  const int c = a.compare(b);
  return c < 0 ? -1 : c > 0 ? 1 : 0;
}

int compare_nullable(const Type& type, PackedValue a, PackedValue b) {
  if (a.is_null() || b.is_null()) return three_way(a.is_null(), b.is_null());
  return compare_values(type, a, b);
}

int compare_lists(const Type& element, std::string_view a, std::string_view b) {
  PackedReader ra = PackedReader::of_list(a);
  PackedReader rb = PackedReader::of_list(b);
  while (!ra.done() && !rb.done()) {
    const int c =
        compare_nullable(element, ra.next(element.physical()), rb.next(element.physical()));
    if (c != 0) return c;
  }
  return three_way(rb.done(), ra.done());
}

int compare_structs(const std::vector<StructField>& fields, std::string_view a,
                    std::string_view b) {
  PackedReader ra(a, fields.size());
  PackedReader rb(b, fields.size());
  for (const StructField& field : fields) {
    const Physical physical = field.type.physical();
    const int c = compare_nullable(field.type, ra.next(physical), rb.next(physical));
    if (c != 0) return c;
  }
  return 0;
}

}  // namespace

int compare_floats(double a, double b) {
  const bool nan_a = std::isnan(a), nan_b = std::isnan(b);
  if (nan_a || nan_b) return three_way(nan_a, nan_b);
  return three_way(a, b);
}

void set_packed(Vector& out, size_t row, PackedValue value) {
  if (value.is_null()) return out.set_null_value(row);
  if (out.type().is_string_like()) return out.set_string(row, value.view());
  const size_t width = static_cast<size_t>(out.type().width());
  std::memcpy(out.data<std::byte>() + row * width, value.data, width);
}

int compare_values(const Type& type, PackedValue a, PackedValue b) {
  switch (type.id()) {
    case TypeId::kList:
      return compare_lists(type.element(), a.view(), b.view());
    case TypeId::kStruct:
      return compare_structs(type.fields(), a.view(), b.view());
    case TypeId::kJsonb:
      return compare_json(a.view(), b.view());
    default:
      break;
  }
  switch (type.physical()) {
    case Physical::kBool:
      return three_way(a.as<uint8_t>(), b.as<uint8_t>());
    case Physical::kInt16:
      return three_way(a.as<int16_t>(), b.as<int16_t>());
    case Physical::kInt32:
      return three_way(a.as<int32_t>(), b.as<int32_t>());
    case Physical::kInt64:
      return three_way(a.as<int64_t>(), b.as<int64_t>());
    case Physical::kFloat32:
      return compare_floats(a.as<float>(), b.as<float>());
    case Physical::kFloat64:
      return compare_floats(a.as<double>(), b.as<double>());
    case Physical::kDecimal:
      return three_way(a.as<Decimal>(), b.as<Decimal>());
    case Physical::kInterval:
      return three_way(a.as<Interval>(), b.as<Interval>());
    case Physical::kString:
      return compare_bytes(a.view(), b.view());
  }
  UNREACHABLE();
}

bool equal_values(const Type& type, PackedValue a, PackedValue b) {
  if (type.physical() == Physical::kString && a.view() == b.view()) return true;
  return compare_values(type, a, b) == 0;
}

}  // namespace leat

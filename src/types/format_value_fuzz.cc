// Any bytes as the text and the binary form of every type: what reads must print and read back.
#include "base/check.h"
#include "types/format_value.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leat;
  if (size < 1) return 0;
  static const std::vector<Type> kTypes = {
      TypeId::kBoolean,
      TypeId::kInt16,
      TypeId::kInt32,
      TypeId::kInt64,
      TypeId::kFloat32,
      TypeId::kFloat64,
      TypeId::kNumeric,
      TypeId::kDate,
      TypeId::kTime,
      TypeId::kTimestamp,
      TypeId::kTimestamptz,
      TypeId::kInterval,
      TypeId::kVarchar,
      TypeId::kBytea,
      TypeId::kJsonb,
      TypeId::kOid,
      Type::list_of(TypeId::kInt32),
      Type::list_of(Type::list_of(TypeId::kVarchar)),
      Type::struct_of({{"a", TypeId::kNumeric}, {"b", Type::list_of(TypeId::kTimestamp)}})};
  const Type& type = kTypes[data[0] % kTypes.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const TimeZone utc;
  if (const auto value = parse_text(type, bytes, utc)) {
    const auto again = parse_text(type, to_text(*value, utc), utc);
    CHECK(again.has_value() && *again == *value, "{} text {}", type.name(), to_text(*value, utc));
  }
  if (const auto value = parse_binary(type, bytes)) {
    const auto again = parse_binary(type, to_binary(*value));
    CHECK(again.has_value() && *again == *value, "{} binary", type.name());
  }
  return 0;
}

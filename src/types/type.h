#pragma once
// Type: an SQL type. Small, copied by value; struct and list types share an immutable description.
// Invariant: two Types are equal if they name the same SQL type (struct field names count).

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace leat {

enum class TypeId : uint8_t {
  kUnknown,      // an untyped literal or NULL before the binder has decided; stored as varchar
  kBoolean,      // bool            stored as uint8_t
  kInt16,        // smallint        int16_t
  kInt32,        // integer         int32_t
  kInt64,        // bigint          int64_t
  kFloat32,      // real            float
  kFloat64,      // double precision double
  kNumeric,      // numeric         Decimal (16 bytes)
  kDate,         // date            int32_t days since 1970-01-01
  kTime,         // time            int64_t microseconds since midnight
  kTimestamp,    // timestamp       int64_t microseconds since 1970-01-01
  kTimestamptz,  // timestamptz     int64_t microseconds since 1970-01-01 UTC
  kInterval,     // interval        Interval (16 bytes)
  kVarchar,      // varchar, text   StringSlot, UTF-8 without NUL
  kBytea,        // bytea           StringSlot
  kJsonb,        // jsonb           StringSlot: canonical text (see jsonb.h)
  kOid,          // oid             int64_t (0 .. 2^32-1); regclass, regtype .. are oid with their own id
  kRegclass,     // regclass        int64_t
  kRegtype,      // regtype         int64_t
  kRegproc,      // regproc         int64_t
  kRegnamespace, // regnamespace    int64_t
  kSerial,       // hidden row ids  int64_t
  kStruct,       // struct<..>      StringSlot: packed fields (see packed_row.h)
  kList,         // T[]             StringSlot: packed elements (see packed_row.h)
};
inline constexpr int kTypeIdCount = static_cast<int>(TypeId::kList) + 1;

// How a value of a type lies in a vector.
enum class Physical : uint8_t { kBool, kInt16, kInt32, kInt64, kFloat32, kFloat64, kDecimal, kInterval, kString };

Physical physical_of(TypeId id);
// Bytes of one value in a vector: 1, 2, 4, 8 or 16.
int width_of(Physical physical);

class Type;
struct StructField;

class Type {
 public:
  Type() = default;
  Type(TypeId id) : id_(id) {}  // NOLINT: scalar type ids convert; not for kStruct and kList
  static Type list_of(Type element);
  // PostgreSQL's int2vector and oidvector: lists that are written "1 2" and count from 0.
  static Type vector_of(TypeId element);
  static Type struct_of(std::vector<StructField> fields);

  TypeId id() const { return id_; }
  Physical physical() const { return physical_of(id_); }
  int width() const { return width_of(physical()); }
  bool is(TypeId id) const { return id_ == id; }
  bool is_string_like() const { return physical() == Physical::kString; }
  bool is_vector() const;
  bool is_integer() const { return id_ >= TypeId::kInt16 && id_ <= TypeId::kInt64; }
  bool is_number() const { return id_ >= TypeId::kInt16 && id_ <= TypeId::kNumeric; }
  const Type& element() const;                      // of a list
  const std::vector<StructField>& fields() const;   // of a struct

  bool operator==(const Type& other) const;

  // The name users see: "integer", "character varying", "struct<a integer>", "integer[]".
  std::string name() const;
  // PostgreSQL's OID of the type (arrays have their own; a struct is 2249 record) and typlen.
  uint32_t oid() const;
  int16_t typlen() const;

 private:
  struct Nested;
  TypeId id_ = TypeId::kUnknown;
  std::shared_ptr<const Nested> nested_;
};

struct StructField {
  std::string name;
  Type type;
  bool operator==(const StructField&) const = default;
};

struct Type::Nested {
  Type element;
  std::vector<StructField> fields;
  bool vector = false;  // of a list: see vector_of()
};

// A scalar type by PostgreSQL's or RisingWave's name without modifiers ("int4", "text", "float8",
// "timestamptz", "regclass"...); kUndefinedObject with a near name as hint.
Result<Type> type_by_name(std::string_view name);
// A type by PostgreSQL's OID; kUnknown type for 0 and 705.
Result<Type> type_by_oid(uint32_t oid);

}  // namespace leat

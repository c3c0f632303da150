#include "types/type.h"

#include "base/check.h"
#include "base/edit_distance.h"

namespace leat {
namespace {

constexpr uint32_t kInt2Vector = 22;
constexpr uint32_t kOidVector = 30;

struct TypeRow {
  TypeId id;
  const char* name;
  Physical physical;
  uint32_t oid;
  uint32_t array_oid;
  int16_t typlen;
};

// In the order of TypeId.
constexpr TypeRow kTypes[] = {
    {TypeId::kUnknown, "unknown", Physical::kString, 705, 1009, -2},
    {TypeId::kBoolean, "boolean", Physical::kBool, 16, 1000, 1},
    {TypeId::kInt16, "smallint", Physical::kInt16, 21, 1005, 2},
    {TypeId::kInt32, "integer", Physical::kInt32, 23, 1007, 4},
    {TypeId::kInt64, "bigint", Physical::kInt64, 20, 1016, 8},
    {TypeId::kFloat32, "real", Physical::kFloat32, 700, 1021, 4},
    {TypeId::kFloat64, "double precision", Physical::kFloat64, 701, 1022, 8},
    {TypeId::kNumeric, "numeric", Physical::kDecimal, 1700, 1231, -1},
    {TypeId::kDate, "date", Physical::kInt32, 1082, 1182, 4},
    {TypeId::kTime, "time without time zone", Physical::kInt64, 1083, 1183, 8},
    {TypeId::kTimestamp, "timestamp without time zone", Physical::kInt64, 1114, 1115, 8},
    {TypeId::kTimestamptz, "timestamp with time zone", Physical::kInt64, 1184, 1185, 8},
    {TypeId::kInterval, "interval", Physical::kInterval, 1186, 1187, 16},
    {TypeId::kVarchar, "character varying", Physical::kString, 1043, 1015, -1},
    {TypeId::kBytea, "bytea", Physical::kString, 17, 1001, -1},
    {TypeId::kJsonb, "jsonb", Physical::kString, 3802, 3807, -1},
    {TypeId::kOid, "oid", Physical::kInt64, 26, 1028, 4},
    {TypeId::kRegclass, "regclass", Physical::kInt64, 2205, 2210, 4},
    {TypeId::kRegtype, "regtype", Physical::kInt64, 2206, 2211, 4},
    {TypeId::kRegproc, "regproc", Physical::kInt64, 24, 1008, 4},
    {TypeId::kRegnamespace, "regnamespace", Physical::kInt64, 4089, 4090, 4},
    {TypeId::kSerial, "serial", Physical::kInt64, 20, 1016, 8},
    {TypeId::kStruct, "struct", Physical::kString, 2249, 2287, -1},
    {TypeId::kList, "list", Physical::kString, 2287, 2287, -1},
};
static_assert(std::size(kTypes) == kTypeIdCount);
constexpr bool rows_are_in_order() {
  for (int i = 0; i < kTypeIdCount; ++i) {
    if (static_cast<int>(kTypes[i].id) != i) return false;
  }
  return true;
}
static_assert(rows_are_in_order());

const TypeRow& row_of(TypeId id) { return kTypes[static_cast<int>(id)]; }

struct NameRow {
  std::string_view name;
  TypeId id;
};

constexpr NameRow kNames[] = {
    {"bool", TypeId::kBoolean},
    {"boolean", TypeId::kBoolean},
    {"int2", TypeId::kInt16},
    {"smallint", TypeId::kInt16},
    {"int4", TypeId::kInt32},
    {"int", TypeId::kInt32},
    {"integer", TypeId::kInt32},
    {"int8", TypeId::kInt64},
    {"bigint", TypeId::kInt64},
    {"float4", TypeId::kFloat32},
    {"real", TypeId::kFloat32},
    {"float8", TypeId::kFloat64},
    {"float", TypeId::kFloat64},
    {"double", TypeId::kFloat64},
    {"double precision", TypeId::kFloat64},
    {"numeric", TypeId::kNumeric},
    {"decimal", TypeId::kNumeric},
    {"dec", TypeId::kNumeric},
    {"date", TypeId::kDate},
    {"time", TypeId::kTime},
    {"time without time zone", TypeId::kTime},
    {"timestamp", TypeId::kTimestamp},
    {"timestamp without time zone", TypeId::kTimestamp},
    {"timestamptz", TypeId::kTimestamptz},
    {"timestamp with time zone", TypeId::kTimestamptz},
    {"interval", TypeId::kInterval},
    {"varchar", TypeId::kVarchar},
    {"character varying", TypeId::kVarchar},
    {"text", TypeId::kVarchar},
    {"string", TypeId::kVarchar},
    {"name", TypeId::kVarchar},
    {"char", TypeId::kVarchar},
    {"character", TypeId::kVarchar},
    {"bpchar", TypeId::kVarchar},
    {"bytea", TypeId::kBytea},
    {"jsonb", TypeId::kJsonb},
    {"oid", TypeId::kOid},
    {"regclass", TypeId::kRegclass},
    {"regtype", TypeId::kRegtype},
    {"regproc", TypeId::kRegproc},
    {"regnamespace", TypeId::kRegnamespace},
    {"serial", TypeId::kSerial},
    {"unknown", TypeId::kUnknown},
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

Physical physical_of(TypeId id) { return row_of(id).physical; }

int width_of(Physical physical) {
  switch (physical) {
    case Physical::kBool: return 1;
    case Physical::kInt16: return 2;
    case Physical::kInt32:
    case Physical::kFloat32: return 4;
    case Physical::kInt64:
    case Physical::kFloat64: return 8;
    case Physical::kDecimal:
    case Physical::kInterval:
    case Physical::kString: return 16;
  }
  UNREACHABLE();
}

Type Type::list_of(Type element) {
  Type type(TypeId::kList);
  type.nested_ = std::make_shared<const Nested>(Nested{std::move(element), {}});
  return type;
}

Type Type::vector_of(TypeId element) {
  CHECK(element == TypeId::kInt16 || element == TypeId::kOid, "there is no vector of {}", row_of(element).name);
  Type type(TypeId::kList);
  type.nested_ = std::make_shared<const Nested>(Nested{element, {}, true});
  return type;
}

bool Type::is_vector() const { return nested_ != nullptr && nested_->vector; }

Type Type::struct_of(std::vector<StructField> fields) {
  Type type(TypeId::kStruct);
  type.nested_ = std::make_shared<const Nested>(Nested{{}, std::move(fields)});
  return type;
}

const Type& Type::element() const {
  CHECK(id_ == TypeId::kList && nested_, "element() of {}", row_of(id_).name);
  return nested_->element;
}

const std::vector<StructField>& Type::fields() const {
  CHECK(id_ == TypeId::kStruct && nested_, "fields() of {}", row_of(id_).name);
  return nested_->fields;
}

bool Type::operator==(const Type& other) const {
  if (id_ != other.id_) return false;
  if (nested_ == other.nested_) return true;
  if (nested_ == nullptr || other.nested_ == nullptr) return false;
  return id_ == TypeId::kList
             ? nested_->element == other.nested_->element && nested_->vector == other.nested_->vector
             : nested_->fields == other.nested_->fields;
}

std::string Type::name() const {
  if (is_vector()) return nested_->element.is(TypeId::kOid) ? "oidvector" : "int2vector";
  if (id_ == TypeId::kList && nested_) return nested_->element.name() + "[]";
  if (id_ != TypeId::kStruct || !nested_) return row_of(id_).name;
  std::string text = "struct<";
  for (const StructField& field : nested_->fields) {
    if (text.size() > 7) text += ", ";
    text += field.name;
    text += ' ';
    text += field.type.name();
  }
  text += '>';
  return text;
}

uint32_t Type::oid() const {
  if (id_ != TypeId::kList || !nested_) return row_of(id_).oid;
  if (nested_->vector) return nested_->element.is(TypeId::kOid) ? kOidVector : kInt2Vector;
  // As in PostgreSQL, an array of arrays is of the same type as its innermost array.
  const Type* element = &nested_->element;
  while (element->is(TypeId::kList)) element = &element->element();
  return row_of(element->id_).array_oid;
}

int16_t Type::typlen() const { return row_of(id_).typlen; }

Result<Type> type_by_name(std::string_view given) {
  const std::string name = lower(given);
  for (const NameRow& row : kNames) {
    if (row.name == name) return Type(row.id);
  }
  if (name == "int2vector") return Type::vector_of(TypeId::kInt16);
  if (name == "oidvector") return Type::vector_of(TypeId::kOid);
  // PostgreSQL's own names of array types.
  if (name.size() > 1 && name[0] == '_') {
    for (const NameRow& row : kNames) {
      if (row.name == std::string_view(name).substr(1)) return Type::list_of(row.id);
    }
  }
  Error error = make_error(SqlState::kUndefinedObject, "type \"{}\" does not exist", given);
  NearestName nearest(name);
  for (const NameRow& row : kNames) nearest.look_at(row.name);
  if (!nearest.best().empty()) error.hint = fmt::format("Perhaps you meant \"{}\".", nearest.best());
  return fail(std::move(error));
}

Result<Type> type_by_oid(uint32_t oid) {
  if (oid == 0 || oid == 705) return Type(TypeId::kUnknown);
  if (oid == 25 || oid == 19 || oid == 1042 || oid == 18) return Type(TypeId::kVarchar);
  if (oid == kInt2Vector) return Type::vector_of(TypeId::kInt16);
  if (oid == kOidVector) return Type::vector_of(TypeId::kOid);
  if (oid == 1009 || oid == 1003) return Type::list_of(TypeId::kVarchar);
  for (const TypeRow& row : kTypes) {
    if (row.id == TypeId::kSerial || row.id == TypeId::kStruct || row.id == TypeId::kList) continue;
    if (row.oid == oid) return Type(row.id);
    if (row.array_oid == oid) return Type::list_of(row.id);
  }
  return fail(SqlState::kUndefinedObject, "type with OID {} does not exist", oid);
}

}  // namespace leat

#include "types/type.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(Type, NamesOidsAndBack) {
  for (int i = 0; i < kTypeIdCount; ++i) {
    const auto id = static_cast<TypeId>(i);
    if (id == TypeId::kStruct || id == TypeId::kList) continue;
    const Type type(id);
    EXPECT_EQ(type_by_name(type.name()).value(), type) << type.name();
    if (id == TypeId::kSerial) continue;  // shares bigint's OID
    EXPECT_EQ(type_by_oid(type.oid()).value(), type) << type.name();
    if (id != TypeId::kUnknown) {
      EXPECT_EQ(type_by_oid(Type::list_of(type).oid()).value(), Type::list_of(type)) << type.name();
    }
  }
  EXPECT_EQ(Type(TypeId::kInt32).oid(), 23u);
  EXPECT_EQ(Type::list_of(TypeId::kInt32).oid(), 1007u);
  EXPECT_EQ(Type::list_of(Type::list_of(TypeId::kInt32)).oid(), 1007u);
  EXPECT_EQ(Type(TypeId::kVarchar).typlen(), -1);
  EXPECT_EQ(type_by_name("TEXT").value(), Type(TypeId::kVarchar));
  EXPECT_EQ(type_by_name("_int8").value(), Type::list_of(TypeId::kInt64));
}

TEST(Type, NestedNamesAndEquality) {
  const Type a = Type::struct_of({{"x", TypeId::kInt32}, {"tags", Type::list_of(TypeId::kVarchar)}});
  const Type b = Type::struct_of({{"x", TypeId::kInt32}, {"tags", Type::list_of(TypeId::kVarchar)}});
  const Type c = Type::struct_of({{"y", TypeId::kInt32}, {"tags", Type::list_of(TypeId::kVarchar)}});
  EXPECT_EQ(a.name(), "struct<x integer, tags character varying[]>");
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == c);
  EXPECT_EQ(Type::list_of(a), Type::list_of(b));
  EXPECT_FALSE(Type::list_of(a) == a);
}

TEST(Type, UnknownNameHasAHint) {
  const auto wrong = type_by_name("integr");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, SqlState::kUndefinedObject);
  EXPECT_EQ(wrong.error().message, "type \"integr\" does not exist");
  EXPECT_EQ(wrong.error().hint, "Perhaps you meant \"integer\".");
  EXPECT_EQ(type_by_name("zzzzzzzz").error().hint, "");
  EXPECT_FALSE(type_by_oid(4));
}

}  // namespace
}  // namespace leat

#include "types/ordered_key.h"

#include <gtest/gtest.h>

#include "types/jsonb.h"
#include "types/random_values.h"

namespace leat {
namespace {

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }
int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

// SQL order of two values; NULL sorts last, as within rows and arrays.
int compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return static_cast<int>(a.is_null()) - static_cast<int>(b.is_null());
  const Type& type = a.type();
  const auto compare_all = [](const std::vector<Value>& x, const std::vector<Value>& y) {
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (const int order = compare(x[i], y[i])) return order;
    }
    return sign(x.size() <=> y.size());
  };
  switch (type.id()) {
    case TypeId::kBoolean: return static_cast<int>(a.as_bool()) - static_cast<int>(b.as_bool());
    case TypeId::kFloat32:
    case TypeId::kFloat64: {
      const bool a_nan = std::isnan(a.as_double());
      const bool b_nan = std::isnan(b.as_double());
      if (a_nan || b_nan) return static_cast<int>(a_nan) - static_cast<int>(b_nan);
      return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double() ? 1 : 0;
    }
    case TypeId::kNumeric: return sign(a.as_decimal() <=> b.as_decimal());
    case TypeId::kInterval: return sign(a.as_interval() <=> b.as_interval());
    case TypeId::kVarchar:
    case TypeId::kBytea: return sign(a.as_string().compare(b.as_string()));
    case TypeId::kJsonb: return sign(compare_json(a.as_string(), b.as_string()));
    case TypeId::kList:
      return compare_all(unpack_list(a.as_string(), type.element()),
                         unpack_list(b.as_string(), type.element()));
    case TypeId::kStruct: {
      std::vector<Type> types;
      for (const StructField& field : type.fields()) types.push_back(field.type);
      return compare_all(unpack_values(a.as_string(), types), unpack_values(b.as_string(), types));
    }
    default: return sign(a.as_int64() <=> b.as_int64());
  }
}

std::string key_of(const Value& value, bool descending = false, bool nulls_first = false) {
  std::string key;
  append_ordered_key(key, value, descending, nulls_first);
  return key;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return out;
}

void expect_sql_order(RandomValues& random, const Type& type) {
  const Value a = random.value(type);
  const Value b = random.value(type);
  ASSERT_EQ(sign(key_of(a).compare(key_of(b))), compare(a, b))
      << type.name() << "\n" << hex(exact_bytes(a)) << " " << hex(key_of(a)) << "\n"
      << hex(exact_bytes(b)) << " " << hex(key_of(b));
  // Descending with NULLs first is the whole order turned round.
  ASSERT_EQ(sign(key_of(b, true, true).compare(key_of(a, true, true))), compare(a, b)) << type.name();
}

TEST(OrderedKey, OrderIsSqlOrderForEveryType) {
  RandomValues random(3);
  for (const Type& type : RandomValues::scalar_types()) {
    for (int i = 0; i < 20000; ++i) ASSERT_NO_FATAL_FAILURE(expect_sql_order(random, type));
  }
}

TEST(OrderedKey, OrderIsSqlOrderForNestedTypes) {
  RandomValues random(4);
  for (int i = 0; i < 20000; ++i) {
    Type type = random.type(1);
    if (random.one_in(2)) type = Type::list_of(RandomValues::scalar_types()[random.below(15)]);
    ASSERT_NO_FATAL_FAILURE(expect_sql_order(random, type));
  }
}

TEST(OrderedKey, NullsGoWhereTheySaySo) {
  const Value null = Value::null(TypeId::kInt32);
  for (const bool descending : {false, true}) {
    EXPECT_LT(key_of(null, descending, true), key_of(Value::int32(INT32_MIN), descending, true));
    EXPECT_LT(key_of(null, descending, true), key_of(Value::int32(INT32_MAX), descending, true));
    EXPECT_GT(key_of(null, descending, false), key_of(Value::int32(INT32_MIN), descending, false));
    EXPECT_GT(key_of(null, descending, false), key_of(Value::int32(INT32_MAX), descending, false));
  }
}

TEST(OrderedKey, EncoderAgreesWithSingleValues) {
  RandomValues random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Type> types;
    for (uint64_t i = 1 + random.below(5); i > 0; --i) types.push_back(random.type(1));
    const Batch batch = random.batch(types, random.below(200));
    std::vector<SortColumn> columns;
    std::vector<Type> sort_types;
    for (uint64_t i = random.below(4); i > 0; --i) {
      const int column = static_cast<int>(random.below(types.size()));
      columns.push_back({column, random.one_in(2), random.one_in(2)});
      sort_types.push_back(types[column]);
    }
    OrderedKeyEncoder encoder(sort_types, columns);
    encoder.encode(batch);
    ASSERT_EQ(encoder.size(), batch.size());
    for (size_t i = 0; i < batch.size(); ++i) {
      std::string want;
      for (const SortColumn& sort : columns) {
        append_ordered_key(want, batch.columns[sort.column]->value_at(batch.selection[i]),
                           sort.descending, sort.nulls_first);
      }
      ASSERT_EQ(hex(encoder.key(i)), hex(want));
    }
  }
}

// Version 1, byte for byte: docs/internals/ordered_key.md. These must never change.
TEST(OrderedKey, GoldenBytesVersion1) {
  EXPECT_EQ(hex(key_of(Value::null(TypeId::kInt32))), "02");
  EXPECT_EQ(hex(key_of(Value::null(TypeId::kInt32), false, true)), "00");
  EXPECT_EQ(hex(key_of(Value::boolean(true))), "0101");
  EXPECT_EQ(hex(key_of(Value::int16(-1))), "017fff");
  EXPECT_EQ(hex(key_of(Value::int32(1))), "0180000001");
  EXPECT_EQ(hex(key_of(Value::int64(1), true)), "017ffffffffffffffe");
  EXPECT_EQ(hex(key_of(Value::float64(1.0))), "01bff0000000000000");
  EXPECT_EQ(hex(key_of(Value::float64(-1.0))), "01400fffffffffffff");
  EXPECT_EQ(hex(key_of(Value::float32(-0.0f))), "0180000000");
  EXPECT_EQ(hex(key_of(Value::varchar(""))), "01000000000000000000");
  EXPECT_EQ(hex(key_of(Value::varchar("abcdefgh"))), "01616263646566676808");
  EXPECT_EQ(hex(key_of(Value::varchar("abcdefghi"))), "01616263646566676809690000000000000001");
  EXPECT_EQ(hex(key_of(Value::numeric(Decimal()))), "0102");
  EXPECT_EQ(hex(key_of(Value::numeric(Decimal::from_int(1)))), "01034100204fce5e3e25026110000000");
  EXPECT_EQ(hex(key_of(Value::numeric(Decimal::from_int(-1)))), "0101beffdfb031a1c1dafd9eefffffff");
  EXPECT_EQ(hex(key_of(Value::interval({0, 1, 0}))), "018000000000141dd76000");
  const Value list[] = {Value::int16(1), Value::null(TypeId::kInt16)};
  EXPECT_EQ(hex(key_of(Value(Type::list_of(TypeId::kInt16), pack_list(list)))), "010180010200");
  EXPECT_EQ(hex(key_of(Value(TypeId::kJsonb, std::string("{\"a\": [1.50, true]}")))),
            "01" "06" "00000001" "610000000000000001" "05" "00000002" "03" "02" "80000001" "0206" "00" "0401");
}

}  // namespace
}  // namespace leat

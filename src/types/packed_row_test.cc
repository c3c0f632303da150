#include "types/packed_row.h"

#include <gtest/gtest.h>

#include "types/random_values.h"

namespace leat {
namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return out;
}

std::vector<Value> row_values(const Batch& batch, size_t row) {
  std::vector<Value> values;
  for (const ColumnPtr& column : batch.columns) values.push_back(column->value_at(row));
  return values;
}

std::vector<int> all_columns(size_t n) {
  std::vector<int> columns(n);
  for (size_t i = 0; i < n; ++i) columns[i] = static_cast<int>(i);
  return columns;
}

TEST(PackedRow, BatchesValuesAndColumnsAgree) {
  RandomValues random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Type> types;
    for (uint64_t i = random.below(20); i > 0; --i) types.push_back(random.type());
    const Batch batch = random.batch(types, random.below(600));
    RowPacker packer(types, all_columns(types.size()), PackMode::kExact);
    packer.pack(batch);
    ASSERT_EQ(packer.size(), batch.size());
    RowUnpacker unpacker(types);
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto values = row_values(batch, batch.selection[i]);
      ASSERT_EQ(hex(packer.packed(i)), hex(pack_values(values)));
      unpacker.append(packer.packed(i));
    }
    const std::vector<ColumnPtr> columns = unpacker.finish();
    for (size_t c = 0; c < types.size(); ++c) {
      ASSERT_EQ(columns[c]->size(), batch.size());
      ASSERT_EQ(columns[c]->type(), types[c]);
      for (size_t i = 0; i < batch.size(); ++i) {
        ASSERT_EQ(exact_bytes(columns[c]->value_at(i)),
                  exact_bytes(batch.columns[c]->value_at(batch.selection[i])));
      }
    }
    EXPECT_EQ(unpacker.size(), 0u);
  }
}

TEST(PackedRow, KeyModeHasEqualBytesExactlyForEqualValues) {
  RandomValues random(2);
  size_t equal = 0;
  for (int round = 0; round < 400; ++round) {
    const Type type = random.type(1);
    const Batch batch = random.batch({type}, 60);
    RowPacker packer({type}, {0}, PackMode::kKey);
    packer.pack(batch);
    for (size_t i = 0; i < batch.size(); ++i) {
      const Value a = batch.columns[0]->value_at(batch.selection[i]);
      ASSERT_EQ(hex(packer.packed(i)), hex(pack_values(std::span(&a, 1), PackMode::kKey)));
      for (size_t j = 0; j < i; ++j) {
        const Value b = batch.columns[0]->value_at(batch.selection[j]);
        ASSERT_EQ(a == b, packer.packed(i) == packer.packed(j))
            << type.name() << ": " << hex(packer.packed(i)) << " " << hex(packer.packed(j));
        equal += a == b;
      }
    }
  }
  EXPECT_GT(equal, 1000u);
}

TEST(PackedRow, KeyModeDoesNotTouchTheBatch) {
  const Type type = TypeId::kNumeric;
  auto column = std::make_shared<Vector>(type, 1);
  column->set_value(0, Value::numeric(Decimal::parse("1.50").value()));
  Batch batch{.columns = {column}, .selection = Selection(1)};
  RowPacker packer({type}, {0}, PackMode::kKey);
  packer.pack(batch);
  EXPECT_EQ(column->at<Decimal>(0).scale(), 2);
  EXPECT_EQ(PackedReader(packer.packed(0), 1).next(Physical::kDecimal).as<Decimal>().scale(), 1);
}

TEST(PackedRow, RowsOneBehindAnother) {
  const std::vector<Type> types = {TypeId::kVarchar, TypeId::kInt32};
  std::string bytes;
  for (int i = 0; i < 3; ++i) {
    const Value row[] = {Value::varchar(std::string(200, 'x')), Value::int32(i)};
    bytes += pack_values(row);
  }
  RowUnpacker unpacker(types);
  const char* at = bytes.data();
  for (int i = 0; i < 3; ++i) at = unpacker.append_prefix(at);
  EXPECT_EQ(at, bytes.data() + bytes.size());
  const auto columns = unpacker.finish();
  EXPECT_EQ(columns[1]->at<int32_t>(2), 2);
  EXPECT_EQ(columns[0]->string_at(2).size(), 200u);
}

TEST(PackedRow, WantedColumnsAreThoseOfTheWholeRow) {
  RandomValues random(2);
  for (int round = 0; round < 200; ++round) {
    std::vector<Type> types;
    for (uint64_t i = 1 + random.below(20); i > 0; --i) types.push_back(random.type());
    std::vector<int> wanted;  // in any order, some twice, perhaps none
    for (uint64_t i = random.below(8); i > 0; --i) wanted.push_back(static_cast<int>(random.below(types.size())));
    const Batch batch = random.batch(types, random.below(300));
    RowPacker packer(types, all_columns(types.size()), PackMode::kExact);
    packer.pack(batch);
    RowUnpacker unpacker(types, wanted);
    if (round % 2 == 0) unpacker.reserve(batch.size());
    for (int turn = 0; turn < 2; ++turn) {
      for (size_t i = 0; i < batch.size(); ++i) unpacker.append(packer.packed(i));
      ASSERT_EQ(unpacker.size(), batch.size());
      const std::vector<ColumnPtr> columns = unpacker.finish();
      ASSERT_EQ(columns.size(), wanted.size());
      for (size_t c = 0; c < wanted.size(); ++c) {
        ASSERT_EQ(columns[c]->type(), types[wanted[c]]);
        ASSERT_EQ(columns[c]->size(), batch.size());
        for (size_t i = 0; i < batch.size(); ++i) {
          ASSERT_EQ(exact_bytes(columns[c]->value_at(i)),
                    exact_bytes(batch.columns[wanted[c]]->value_at(batch.selection[i])));
        }
      }
    }
  }
}

TEST(PackedRow, NoColumnsIsNoBytes) {
  EXPECT_EQ(pack_values({}), "");
  RowUnpacker unpacker({});
  unpacker.append("");
  unpacker.append("");
  EXPECT_EQ(unpacker.size(), 2u);
  EXPECT_TRUE(unpacker.finish().empty());
}

TEST(PackedRow, ListsAndReaders) {
  const Value elements[] = {Value::int32(7), Value::null(TypeId::kInt32), Value::int32(9)};
  const std::string packed = pack_list(elements);
  EXPECT_EQ(packed_list_size(packed), 3u);
  PackedReader reader = PackedReader::of_list(packed);
  EXPECT_EQ(reader.next(Physical::kInt32).as<int32_t>(), 7);
  EXPECT_TRUE(reader.next(Physical::kInt32).is_null());
  EXPECT_EQ(reader.next(Physical::kInt32).as<int32_t>(), 9);
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(reader.end(), packed.data() + packed.size());
  EXPECT_EQ(unpack_list(packed, TypeId::kInt32).size(), 3u);
}

// Version 1, byte for byte: docs/internals/packed_row.md. These must never change.
TEST(PackedRow, GoldenBytesVersion1) {
  const Type point = Type::struct_of({{"x", TypeId::kInt16}, {"name", TypeId::kVarchar}});
  const Value fields[] = {Value::int16(-2), Value::varchar("hi")};
  const Value list[] = {Value::varchar("a"), Value::null(TypeId::kVarchar)};
  const Value row[] = {
      Value::boolean(true),
      Value::int16(-2),
      Value::int32(0x01020304),
      Value::int64(-1),
      Value::float32(1.5f),
      Value::float64(-0.0),
      Value::numeric(Decimal::parse("-12.340").value()),
      Value::null(TypeId::kVarchar),
      Value(TypeId::kInterval, Interval{1, 2, 3}),
      Value::varchar("Leat"),
      Value(point, pack_values(fields)),
      Value(Type::list_of(TypeId::kVarchar), pack_list(list)),
  };
  EXPECT_EQ(hex(pack_values(row)),
            "8000"                              // null bits: the eighth value
            "01"                                // true
            "feff"                              // -2
            "04030201"                          //
            "ffffffffffffffff"                  // -1
            "0000c03f"                          // 1.5
            "0000000000000080"                  // -0.0
            "3430000000000000" "00000000" "01030000"  // 12340, negative, scale 3, finite
            "01000000" "02000000" "0300000000000000"  // months, days, microseconds
            "04" "4c656174"                     // "Leat"
            "06" "00" "feff" "02" "6869"        // struct: null bits, -2, "hi"
            "04" "02" "02" "01" "61");          // list: 2 elements, null bits, "a"
  EXPECT_EQ(hex(pack_values(row, PackMode::kKey)),
            "8000" "01" "feff" "04030201" "ffffffffffffffff" "0000c03f"
            "0000000000000000"                  // 0.0
            "d204000000000000" "00000000" "01020000"  // 1234, scale 2
            "01000000" "02000000" "0300000000000000"
            "04" "4c656174" "06" "00" "feff" "02" "6869" "04" "02" "02" "01" "61");
}

}  // namespace
}  // namespace leat

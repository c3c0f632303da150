#include "types/batch.h"

#include <gtest/gtest.h>

#include "types/random_values.h"

namespace leat {
namespace {

std::vector<std::string> rows_of(const Batch& batch) {
  std::vector<std::string> rows;
  batch.selection.for_each([&](size_t row) {
    std::vector<Value> values;
    for (const ColumnPtr& column : batch.columns) values.push_back(column->value_at(row));
    rows.push_back(pack_values(values) + std::to_string(batch.weight(row)));
  });
  return rows;
}

std::vector<Type> random_types(RandomValues& random) {
  std::vector<Type> types;
  for (uint64_t i = 1 + random.below(6); i > 0; --i) types.push_back(random.type(1));
  return types;
}

TEST(Batch, CompactedKeepsRowsAndWeights) {
  RandomValues random(1);
  for (int round = 0; round < 200; ++round) {
    Batch batch = random.batch(random_types(random), random.below(300));
    const int key[] = {0};
    batch.hashes = hash_columns(batch, key);
    const Batch compact = batch.compacted();
    ASSERT_TRUE(compact.selection.all());
    ASSERT_EQ(rows_of(compact), rows_of(batch));
    for (size_t i = 0; i < batch.size(); ++i) {
      ASSERT_EQ((*compact.hashes)[i], (*batch.hashes)[batch.selection[i]]);
    }
  }
}

TEST(Batch, ConcatIsAllRowsInOrder) {
  RandomValues random(2);
  for (int round = 0; round < 200; ++round) {
    const auto types = random_types(random);
    std::vector<Batch> batches;
    std::vector<std::string> want;
    for (uint64_t i = random.below(5); i > 0; --i) {
      batches.push_back(random.batch(types, random.below(100)));
      const auto rows = rows_of(batches.back());
      want.insert(want.end(), rows.begin(), rows.end());
    }
    const Batch all = concat(batches, types);
    batches.clear();  // the result stands by itself
    ASSERT_EQ(rows_of(all), want);
    ASSERT_EQ(all.columns.size(), types.size());
  }
}

TEST(Batch, GatherRepeatsAndReorders) {
  RandomValues random(3);
  for (int round = 0; round < 200; ++round) {
    const Type type = random.type(1);
    Batch batch = random.batch({type}, 1 + random.below(200));
    std::vector<uint32_t> rows;
    const size_t physical = batch.columns[0]->is_constant() ? 50 : batch.columns[0]->size();
    for (uint64_t i = random.below(300); i > 0; --i) {
      rows.push_back(static_cast<uint32_t>(random.below(physical)));
    }
    const VectorPtr got = gather(*batch.columns[0], rows);
    ASSERT_EQ(got->size(), rows.size());
    std::vector<std::string> want;
    for (const uint32_t row : rows) want.push_back(exact_bytes(batch.columns[0]->value_at(row)));
    batch = {};
    for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(exact_bytes(got->value_at(i)), want[i]);
  }
}

TEST(Batch, EqualValuesHaveEqualHashes) {
  RandomValues random(4);
  size_t equal = 0, collisions = 0, pairs = 0;
  for (int round = 0; round < 400; ++round) {
    const Batch batch = random.batch({random.type(1)}, 80);
    const int key[] = {0};
    const auto hashes = hash_columns(batch, key);
    for (size_t i = 0; i < batch.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        const size_t a = batch.selection[i];
        const size_t b = batch.selection[j];
        const bool same = batch.columns[0]->value_at(a) == batch.columns[0]->value_at(b);
        if (same) ASSERT_EQ((*hashes)[a], (*hashes)[b]) << batch.columns[0]->type().name();
        equal += same;
        pairs += !same;
        collisions += !same && (*hashes)[a] == (*hashes)[b];
      }
    }
  }
  EXPECT_GT(equal, 1000u);
  EXPECT_LT(collisions, pairs / 1000 + 1);
}

TEST(Batch, HashesDependOnKeyOrderAndNotOnTheForm) {
  RandomValues random(5);
  const std::vector<Type> types = {TypeId::kInt64, TypeId::kInt64};
  const Batch batch = random.batch(types, 100);
  const int ab[] = {0, 1};
  const int ba[] = {1, 0};
  const auto direct = hash_columns(batch, ab);
  const auto turned = hash_columns(batch, ba);
  const Batch compact = batch.compacted();
  const auto again = hash_columns(compact, ab);
  size_t differ = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    ASSERT_EQ((*direct)[batch.selection[i]], (*again)[i]);
    differ += (*direct)[batch.selection[i]] != (*turned)[batch.selection[i]];
  }
  EXPECT_GT(differ, batch.size() / 2);
  // Stored data depends on these: they must never change.
  auto column = std::make_shared<Vector>(TypeId::kInt64, 2);
  column->set_value(0, Value::int64(42));
  column->set_value(1, Value::null(TypeId::kInt64));
  const int a[] = {0};
  const auto fixed = hash_columns({.columns = {column}, .selection = Selection(2)}, a);
  EXPECT_EQ((*fixed)[0], 0xB91AA8B621C7A50ull);
  EXPECT_EQ((*fixed)[1], 0x9AE16A3B2F90404Full);
}

TEST(Batch, NoKeyHashesAreEqual) {
  RandomValues random(6);
  const Batch batch = random.batch({TypeId::kInt32}, 20);
  const auto hashes = hash_columns(batch, {});
  batch.selection.for_each([&](size_t row) { EXPECT_EQ((*hashes)[row], 0u); });
}

TEST(Vector, GrowsWithNullsAndStrings) {
  Vector vector(TypeId::kVarchar, 3);
  vector.set_value(0, Value::varchar(std::string(100, 'x')));
  vector.set_value(1, Value::null(TypeId::kVarchar));
  vector.set_value(2, Value::varchar("short"));
  vector.grow(5000);
  EXPECT_EQ(vector.string_at(0), std::string(100, 'x'));
  EXPECT_TRUE(vector.is_null(1));
  EXPECT_EQ(vector.string_at(2), "short");
  for (size_t row = 3; row < 5000; ++row) ASSERT_FALSE(vector.is_null(row));
  EXPECT_GT(vector.bytes(), 5000 * sizeof(StringSlot));
}

TEST(Vector, ConstantStandsForEveryRow) {
  const auto five = Vector::constant(Value::int32(5));
  EXPECT_EQ(five->at<int32_t>(1000), 5);
  EXPECT_FALSE(five->is_null(1000));
  const auto null = Vector::constant(Value::null(TypeId::kVarchar));
  EXPECT_TRUE(null->is_null(77));
  EXPECT_EQ(null->string_at(77), "");
}

TEST(Buffer, BlocksComeBackFromThePool) {
  const auto before = buffer_pool_bytes();
  {
    auto buffer = Buffer::make(1000);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer->data()) % 64, 0u);
    EXPECT_GE(buffer->capacity(), 1000u);
    EXPECT_EQ(buffer_pool_bytes().used, before.used + 2048);
  }
  EXPECT_EQ(buffer_pool_bytes().used, before.used);
  // Made by one thread, freed by another, alive across the end of both.
  std::shared_ptr<Buffer> kept;
  std::thread([&] { kept = Buffer::make(5 << 20); }).join();
  std::memset(kept->data(), 1, kept->size() + 64);
  std::thread([moved = std::move(kept)]() mutable { moved.reset(); }).join();
  EXPECT_EQ(buffer_pool_bytes().used, before.used);
}

TEST(Arena, KeepsWhatItHandedOut) {
  Arena arena;
  std::vector<std::string_view> views;
  std::vector<std::string> want;
  RandomValues random(7);
  for (int i = 0; i < 3000; ++i) {
    want.push_back(std::string(random.below(i % 100 == 0 ? 3'000'000 : 300), static_cast<char>('a' + i % 26)));
    views.push_back(arena.copy(want.back()));
  }
  for (size_t i = 0; i < want.size(); ++i) ASSERT_EQ(views[i], want[i]);
  char* at = arena.allocate(100);
  arena.give_back(40);
  EXPECT_EQ(arena.allocate(1), at + 60);
}

}  // namespace
}  // namespace leat

// What packed rows, ordered keys and hashes cost per row.

#include <benchmark/benchmark.h>

#include "types/ordered_key.h"
#include "types/packed_row.h"
#include "types/random_values.h"

namespace leat {
namespace {

constexpr size_t kRows = 8192;

// A Nexmark bid: four integers, a time, two strings.
Batch bids() {
  RandomValues random(1);
  const std::vector<Type> types = {TypeId::kInt64, TypeId::kInt64,     TypeId::kInt64,
                                   TypeId::kInt64, TypeId::kTimestamp, TypeId::kVarchar,
                                   TypeId::kVarchar};
  Batch batch;
  for (const Type& type : types) {
    auto column = std::make_shared<Vector>(type, kRows);
    for (size_t row = 0; row < kRows; ++row) {
      column->set_value(row, type.is(TypeId::kVarchar)
                                 ? Value::varchar(std::string(8 + random.below(20), 'x'))
                                 : Value(type, static_cast<int64_t>(random.below(1'000'000))));
    }
    batch.columns.push_back(std::move(column));
  }
  batch.selection = Selection(kRows);
  return batch;
}

std::vector<Type> types_of(const Batch& batch) {
  std::vector<Type> types;
  for (const ColumnPtr& column : batch.columns) types.push_back(column->type());
  return types;
}

void per_row(benchmark::State& state) {
  state.counters["per_row"] = benchmark::Counter(
      static_cast<double>(kRows), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void pack_bids(benchmark::State& state) {
  const Batch batch = bids();
  RowPacker packer(types_of(batch), {0, 1, 2, 3, 4, 5, 6}, PackMode::kExact);
  for (auto _ : state) {
    packer.pack(batch);
    benchmark::DoNotOptimize(packer.packed(0));
  }
  per_row(state);
}
BENCHMARK(pack_bids);

void unpack_bids(benchmark::State& state) {
  const Batch batch = bids();
  RowPacker packer(types_of(batch), {0, 1, 2, 3, 4, 5, 6}, PackMode::kExact);
  packer.pack(batch);
  RowUnpacker unpacker(types_of(batch));
  for (auto _ : state) {
    for (size_t i = 0; i < kRows; ++i) unpacker.append(packer.packed(i));
    benchmark::DoNotOptimize(unpacker.finish());
  }
  per_row(state);
}
BENCHMARK(unpack_bids);

// A scan that wants an integer and the time behind it.
void unpack_two_of_a_bid(benchmark::State& state) {
  const Batch batch = bids();
  RowPacker packer(types_of(batch), {0, 1, 2, 3, 4, 5, 6}, PackMode::kExact);
  packer.pack(batch);
  RowUnpacker unpacker(types_of(batch), {2, 4});
  for (auto _ : state) {
    for (size_t i = 0; i < kRows; ++i) unpacker.append(packer.packed(i));
    benchmark::DoNotOptimize(unpacker.finish());
  }
  per_row(state);
}
BENCHMARK(unpack_two_of_a_bid);

void pack_int_key(benchmark::State& state) {
  const Batch batch = bids();
  RowPacker packer({TypeId::kInt64}, {0}, PackMode::kKey);
  for (auto _ : state) {
    packer.pack(batch);
    benchmark::DoNotOptimize(packer.packed(0));
  }
  per_row(state);
}
BENCHMARK(pack_int_key);

void order_int_and_string(benchmark::State& state) {
  const Batch batch = bids();
  OrderedKeyEncoder encoder({TypeId::kInt64, TypeId::kVarchar}, {{0}, {5, true, true}});
  for (auto _ : state) {
    encoder.encode(batch);
    benchmark::DoNotOptimize(encoder.key(0));
  }
  per_row(state);
}
BENCHMARK(order_int_and_string);

void hash_int(benchmark::State& state) {
  const Batch batch = bids();
  const int key[] = {0};
  for (auto _ : state) benchmark::DoNotOptimize(hash_columns(batch, key));
  per_row(state);
}
BENCHMARK(hash_int);

void hash_string(benchmark::State& state) {
  const Batch batch = bids();
  const int key[] = {5};
  for (auto _ : state) benchmark::DoNotOptimize(hash_columns(batch, key));
  per_row(state);
}
BENCHMARK(hash_string);

}  // namespace
}  // namespace leat

// Time per value of encoding result rows: integers and strings, text and binary, one row and many.
#include <benchmark/benchmark.h>

#include "pgwire/row_encoder.h"

namespace leat::pgwire {
namespace {

Batch batch_of(size_t rows) {
  auto numbers = std::make_shared<Vector>(TypeId::kInt64, rows);
  auto texts = std::make_shared<Vector>(TypeId::kVarchar, rows);
  auto amounts = std::make_shared<Vector>(TypeId::kNumeric, rows);
  auto times = std::make_shared<Vector>(TypeId::kTimestamp, rows);
  for (size_t i = 0; i < rows; ++i) {
    numbers->data<int64_t>()[i] = static_cast<int64_t>(i * 7919);
    texts->set_string(i, "a text of twenty-six bytes");
    amounts->data<Decimal>()[i] = Decimal::from_int(static_cast<int64_t>(i));
    times->data<int64_t>()[i] = static_cast<int64_t>(i) * 1'000'003;
  }
  return Batch{.columns = {numbers, texts, amounts, times}, .selection = Selection(rows)};
}

// range(0): rows, range(1): format, range(2): which column, -1 for all.
void encode_rows(benchmark::State& state) {
  const auto rows = static_cast<size_t>(state.range(0));
  Batch batch = batch_of(rows);
  if (state.range(2) >= 0) batch.columns = {batch.columns[static_cast<size_t>(state.range(2))]};
  const Format formats[] = {static_cast<Format>(state.range(1))};
  RowEncoder encoder;
  WireBuffer out;
  for (auto _ : state) {
    for (size_t first = 0, count = 0; first < rows; first += count) {
      count = RowEncoder::block_size(batch, first);
      benchmark::DoNotOptimize(encoder.encode(out, batch, first, count, formats, {}));
      out.clear();
    }
  }
  const auto values = static_cast<double>(rows * batch.columns.size());
  state.counters["per_value"] = benchmark::Counter(
      values, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(encode_rows)->ArgsProduct({{1, 1024}, {0, 1}, {-1, 0, 1, 2, 3}});

}  // namespace
}  // namespace leat::pgwire

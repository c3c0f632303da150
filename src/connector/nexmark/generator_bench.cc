// What a Nexmark event costs, as columns and as JSON.

#include <benchmark/benchmark.h>

#include "connector/nexmark/generator.h"

namespace leat {
namespace {

constexpr uint64_t kEvents = 50'000;

void per_event(benchmark::State& state, double events) {
  state.counters["per_event"] = benchmark::Counter(
      events, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void nexmark_bid_columns(benchmark::State& state) {
  const NexmarkGenerator generator({});
  for (auto _ : state) benchmark::DoNotOptimize(generator.batch(NexmarkKind::kBid, 0, kEvents));
  per_event(state, kEvents * 0.92);
}
BENCHMARK(nexmark_bid_columns);

void nexmark_json(benchmark::State& state) {
  const NexmarkGenerator generator({});
  std::string text;
  for (auto _ : state) {
    text.clear();
    for (uint64_t n = 0; n < kEvents; ++n) generator.append_json(n, false, text);
    benchmark::DoNotOptimize(text);
  }
  per_event(state, kEvents);
}
BENCHMARK(nexmark_json);

}  // namespace
}  // namespace leat

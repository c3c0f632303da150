// Decoding and encoding JSON, per message: a Nexmark bid of some 250 bytes with seven members.

#include <benchmark/benchmark.h>

#include "format/format.h"
#include "format/json_index.h"

namespace leat {
namespace {

constexpr size_t kMessages = 4096;

std::vector<std::string> bids() {
  std::vector<std::string> messages;
  for (size_t i = 0; i < kMessages; ++i) {
    messages.push_back(fmt::format(
        R"({{"auction":{},"bidder":{},"price":{},"channel":"channel-{}","url":"https://www.nexmark.com/{:x}/item.htm?query=1&channel_id={}","date_time":"2026-11-20T{:02}:{:02}:{:02}.{:03}Z","extra":"{}"}})",
        1000 + i, 2000 + i * 7, 100 + i * 31, i % 9999, i * 7919, i % 9999, i % 24, i % 60, i % 60, i % 1000,
        std::string(70, static_cast<char>('a' + i % 26))));
  }
  return messages;
}

// Two of the seven wanted: an ordinary view's share.
std::vector<DecodeColumn> columns(bool all) {
  return {{"auction", TypeId::kInt64},
          {.name = "bidder", .type = TypeId::kInt64, .wanted = all},
          {"price", TypeId::kInt64},
          {.name = "channel", .type = TypeId::kVarchar, .wanted = all},
          {.name = "url", .type = TypeId::kVarchar, .wanted = all},
          {.name = "date_time", .type = TypeId::kTimestamp, .wanted = all},
          {.name = "extra", .type = TypeId::kVarchar, .wanted = all}};
}

void per_message(benchmark::State& state, const std::vector<std::string>& messages) {
  size_t bytes = 0;
  for (const std::string& message : messages) bytes += message.size();
  state.counters["per_message"] = benchmark::Counter(
      static_cast<double>(messages.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["message_bytes"] = static_cast<double>(bytes) / static_cast<double>(messages.size());
}

void decode(benchmark::State& state, bool all) {
  const std::vector<std::string> messages = bids();
  const std::vector<std::string_view> views(messages.begin(), messages.end());
  const FormatRow& row = *find_format("PLAIN", "JSON").value();
  const auto spec = columns(all);
  const auto decoder = row.make_decoder({.columns = spec, .options = {}}).value();
  DecodedBatch batch;
  for (auto _ : state) {
    decoder->decode(views, batch);
    benchmark::DoNotOptimize(batch);
  }
  per_message(state, messages);
}
void decode_seven(benchmark::State& state) { decode(state, true); }
void decode_two_of_seven(benchmark::State& state) { decode(state, false); }
BENCHMARK(decode_seven);
BENCHMARK(decode_two_of_seven);

void index_only(benchmark::State& state) {
  const std::vector<std::string> messages = bids();
  JsonIndex index;
  for (auto _ : state) {
    for (const std::string& message : messages) benchmark::DoNotOptimize(index.read(message));
  }
  per_message(state, messages);
}
BENCHMARK(index_only);

void index_and_check(benchmark::State& state) {
  const std::vector<std::string> messages = bids();
  JsonIndex index;
  for (auto _ : state) {
    for (const std::string& message : messages) {
      benchmark::DoNotOptimize(index.read(message));
      benchmark::DoNotOptimize(index.skip(0));
    }
  }
  per_message(state, messages);
}
BENCHMARK(index_and_check);

void encode_seven(benchmark::State& state) {
  const std::vector<std::string> messages = bids();
  const std::vector<std::string_view> views(messages.begin(), messages.end());
  const FormatRow& row = *find_format("PLAIN", "JSON").value();
  const auto spec = columns(true);
  DecodedBatch batch;
  row.make_decoder({.columns = spec, .options = {}}).value()->decode(views, batch);
  Schema schema;
  for (const DecodeColumn& column : spec) schema.push_back({column.name, column.type});
  const auto encoder = row.make_encoder({.schema = schema, .options = {}}).value();
  const Batch rows{.columns = batch.columns, .selection = Selection(batch.rows())};
  EncodedRows out;
  for (auto _ : state) {
    encoder->encode(rows, out);
    benchmark::DoNotOptimize(out);
  }
  per_message(state, messages);
}
BENCHMARK(encode_seven);

}  // namespace
}  // namespace leat

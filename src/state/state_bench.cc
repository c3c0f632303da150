// Micro-benchmarks of the state room. Times are per row (or per call where said).

#include <benchmark/benchmark.h>

#include <random>

#include "state/keyed_state.h"
#include "state/multi_state.h"
#include "state/ordered_state.h"
#include "state/scratch_directory.h"
#include "state/stored_table.h"

namespace leat {
namespace {

constexpr size_t kBatch = 4096;

// Batches of 8-byte keys below `key_count`, hashed.
struct IntKeys {
  explicit IntKeys(size_t key_count) : numbers(1 << 20), hashes(numbers.size()), keys(numbers.size()) {
    std::mt19937_64 random(42);
    for (size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = random() % key_count;
      hashes[i] = hash_int(numbers[i]);
      keys[i] = {reinterpret_cast<const char*>(&numbers[i]), 8};
    }
  }
  std::vector<uint64_t> numbers, hashes;
  std::vector<std::string_view> keys;
  size_t at = 0;
  void next() { at = (at + kBatch) % numbers.size(); }
  std::span<const uint64_t> hash_batch() const { return {hashes.data() + at, kBatch}; }
  std::span<const std::string_view> key_batch() const { return {keys.data() + at, kBatch}; }
};

void per_row(benchmark::State& state, size_t rows) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * rows));
  state.counters["ns/row"] = benchmark::Counter(static_cast<double>(state.iterations() * rows) / 1e9,
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

std::unique_ptr<Store> memory_store() {
  static SystemFileSystem files;
  return std::move(*Store::open({.in_memory = true}, files));
}

// Two sums per int key; `stored`: with change tracking and a checkpoint's freeze now and then.
void keyed_upsert(benchmark::State& state) {
  const auto key_count = static_cast<size_t>(state.range(0));
  const bool stored = state.range(1) != 0;
  auto store = memory_store();
  SystemClock clock;
  StateOptions options{.table = TableId{1}};
  if (stored) options = {.table = TableId{1}, .store = store.get(), .clock = &clock, .is_new = true};
  KeyedState table(options, 16);
  IntKeys keys(key_count);
  std::vector<KeyedState::Entry*> entries(kBatch);
  // All keys are there before the clock starts.
  for (uint64_t n = 0; n < key_count; ++n) {
    const uint64_t hash[] = {hash_int(n)};
    const std::string_view key[] = {{reinterpret_cast<const char*>(&n), 8}};
    KeyedState::Entry* e[1];
    if (table.find_or_insert(hash, key, e)) table.modify(e[0]);
  }
  for (auto _ : state) {
    if (!table.find_or_insert(keys.hash_batch(), keys.key_batch(), entries)) return;
    for (KeyedState::Entry* e : entries) {
      auto* sums = reinterpret_cast<int64_t*>(table.modify(e));
      sums[0] += 1;
      sums[1] += 2;
    }
    keys.next();
  }
  per_row(state, kBatch);
}
BENCHMARK(keyed_upsert)->Args({10'000, 0})->Args({1'000'000, 0})->Args({1'000'000, 1})->Args({10'000'000, 1})->Unit(benchmark::kMicrosecond);

// Building a table of distinct keys, growth included.
void keyed_build(benchmark::State& state) {
  const auto key_count = static_cast<size_t>(state.range(0));
  std::vector<uint64_t> numbers(kBatch), hashes(kBatch);
  std::vector<std::string_view> keys(kBatch);
  std::vector<KeyedState::Entry*> entries(kBatch);
  for (size_t i = 0; i < kBatch; ++i) keys[i] = {reinterpret_cast<const char*>(&numbers[i]), 8};
  SystemClock clock;
  int64_t worst_ns = 0;
  for (auto _ : state) {
    KeyedState table({.table = TableId{1}}, 16);
    for (size_t n = 0; n < key_count; n += kBatch) {
      for (size_t i = 0; i < kBatch; ++i) {
        numbers[i] = n + i;
        hashes[i] = hash_int(n + i);
      }
      const int64_t start = clock.monotonic_ns();
      if (!table.find_or_insert(hashes, keys, entries)) return;
      for (auto* e : entries) table.modify(e);
      worst_ns = std::max(worst_ns, clock.monotonic_ns() - start);
    }
  }
  per_row(state, key_count);
  state.counters["worst batch us"] = static_cast<double>(worst_ns) / 1000;
}
BENCHMARK(keyed_build)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->Iterations(2);

void keyed_upsert_string(benchmark::State& state) {
  const auto key_count = static_cast<size_t>(state.range(0));
  KeyedState table({.table = TableId{1}}, 16);
  std::vector<std::string> names(1 << 20);
  std::vector<std::string_view> keys(names.size());
  std::vector<uint64_t> hashes(names.size());
  std::mt19937_64 random(1);
  for (size_t i = 0; i < names.size(); ++i) {
    names[i] = fmt::format("customer-{:015}", random() % key_count);
    keys[i] = names[i];
    hashes[i] = hash_bytes(names[i].data(), names[i].size());
  }
  std::vector<KeyedState::Entry*> entries(kBatch);
  size_t at = 0;
  for (auto _ : state) {
    if (!table.find_or_insert({hashes.data() + at, kBatch}, {keys.data() + at, kBatch}, entries)) return;
    for (KeyedState::Entry* e : entries) *reinterpret_cast<int64_t*>(table.modify(e)) += 1;
    at = (at + kBatch) % names.size();
  }
  per_row(state, kBatch);
}
BENCHMARK(keyed_upsert_string)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

// One side of a join: a row enters its own side, and the other side is probed, where a key has one row.
// `known new`: as the rows of a keyed append-only stream enter.
void multi_insert_and_probe(benchmark::State& state) {
  const auto key_count = static_cast<size_t>(state.range(0));
  const bool known_new = state.range(1) != 0;
  auto store = memory_store();
  SystemClock clock;
  MultiState own({.table = TableId{1}, .store = store.get(), .clock = &clock, .is_new = true});
  MultiState other({.table = TableId{2}, .store = store.get(), .clock = &clock, .is_new = true});
  std::string row(64, 'r');
  for (uint64_t n = 0; n < key_count; ++n) {
    const uint64_t hash[] = {hash_int(n)};
    const std::string_view key[] = {{reinterpret_cast<const char*>(&n), 8}};
    MultiState::Group* g[1];
    if (other.find_or_insert(hash, key, g)) other.adjust(g[0], row, 1);
  }
  IntKeys keys(key_count);
  std::vector<MultiState::Group*> groups(kBatch);
  uint64_t number = 0, sum = 0;
  const auto change_own = [&](int64_t delta) {
    if (!own.find_or_insert(keys.hash_batch(), keys.key_batch(), groups)) return;
    for (MultiState::Group* g : groups) {
      std::memcpy(row.data(), &++number, 8);
      if (known_new && delta > 0) {
        own.insert(g, row, delta);
      } else {
        own.adjust(g, row, delta);
      }
    }
    own.end_step();
    keys.next();
  };
  // The memory is touched before: what fresh pages cost is not measured here.
  const size_t batches = static_cast<size_t>(state.max_iterations);
  for (const int64_t delta : {1, -1}) {
    number = 0;
    keys.at = 0;
    for (size_t i = 0; i < batches; ++i) change_own(delta);
  }
  own.freeze(1);
  while (!own.serialize_some(1'000'000)) {
  }
  own.take_delta();
  own.committed();
  for (auto _ : state) {
    if (!other.find(keys.hash_batch(), keys.key_batch(), groups)) return;
    for (MultiState::Group* g : groups) {
      if (g != nullptr) other.for_each_row(g, [&](MultiState::Row* r) { sum += static_cast<uint8_t>(r->bytes()[8]); });
    }
    change_own(1);
  }
  benchmark::DoNotOptimize(sum);
  per_row(state, kBatch);
}
BENCHMARK(multi_insert_and_probe)
    ->ArgNames({"keys", "known new"})
    ->Args({10'000, 0})
    ->Args({1'000'000, 0})
    ->Args({10'000, 1})
    ->Args({1'000'000, 1})
    ->Unit(benchmark::kMicrosecond)->Iterations(200);

void multi_one_hot_key(benchmark::State& state) {
  MultiState table({.table = TableId{1}});
  const uint64_t hash[] = {7};
  const std::string_view key[] = {"hot"};
  MultiState::Group* g[1];
  if (!table.find_or_insert(hash, key, g)) return;
  std::string row(64, 'r');
  uint64_t number = 0;
  for (; number < 1'000'000; ++number) {
    std::memcpy(row.data(), &number, 8);
    table.adjust(g[0], row, 1);
  }
  for (auto _ : state) {  // one in, one out
    std::memcpy(row.data(), &number, 8);
    table.adjust(g[0], row, 1);
    const uint64_t old = number++ - 1'000'000;
    std::memcpy(row.data(), &old, 8);
    table.adjust(g[0], row, -1);
  }
  per_row(state, 2);
}
BENCHMARK(multi_one_hot_key);

// A window of rows in time order that slides: insert a random one, erase the first.
void ordered_slide(benchmark::State& state) {
  OrderedState table({.table = TableId{1}});
  const uint64_t hash[] = {7};
  const std::string_view key[] = {""};
  OrderedState::Group* g[1];
  if (!table.find_or_insert(hash, key, g)) return;
  std::mt19937_64 random(1);
  const auto insert = [&] {
    const uint64_t k = std::byteswap(random());
    table.adjust(g[0], {reinterpret_cast<const char*>(&k), 8}, "value of sixteen", 1);
  };
  for (int64_t i = 0; i < state.range(0); ++i) insert();
  for (auto _ : state) {
    insert();
    const std::string first(table.first(g[0])->sort_key());
    table.adjust(g[0], first, {}, -1);
  }
  per_row(state, 2);
}
BENCHMARK(ordered_slide)->Arg(10)->Arg(1000)->Arg(1'000'000);

struct StoredRows {
  explicit StoredRows(size_t count, bool resident) : store(memory_store()), tables(*store) {
    tables.create(id);
    StoredWriter writer(tables, id);
    for (size_t i = 0; i < count; ++i) {
      writer.put(key(i), 0, std::string(100, 'r'), true);
      if (i % 10'000 == 9999) tables.publish(++epoch);
    }
    tables.publish(++epoch);
    Checkpoint c{.epoch = epoch};
    tables.freeze(c);
    if (!store->commit(c)) return;
    tables.committed();
    c = {};
    tables.wait_for_merges();
    if (!resident) tables.evict(1 << 30);
  }
  static std::string key(uint64_t i) {
    i = std::byteswap(i * 0x9E3779B97F4A7C15ull);
    return "\1" + std::string(reinterpret_cast<const char*>(&i), 8);
  }
  TableId id{1};
  Epoch epoch = 0;
  std::unique_ptr<Store> store;
  StoredTables tables;
};

void stored_get(benchmark::State& state) {
  StoredRows rows(1'000'000, state.range(0) != 0);
  std::mt19937_64 random(1);
  std::string row;
  for (auto _ : state) {
    const Snapshot s = rows.tables.snapshot();
    benchmark::DoNotOptimize(s.get(rows.id, StoredRows::key(random() % 1'000'000), row));
  }
  per_row(state, 1);
}
BENCHMARK(stored_get)->Arg(1)->Arg(0)->ArgName("resident");

void stored_scan(benchmark::State& state) {
  StoredRows rows(1'000'000, state.range(0) != 0);
  std::vector<StoredRow> out(1024);
  for (auto _ : state) {
    StoredScan scan = rows.tables.snapshot().scan(rows.id);
    for (size_t n = 1; n > 0;) n = scan.next(out).value_or(0);
  }
  per_row(state, 1'000'000);
}
BENCHMARK(stored_scan)->Arg(1)->Arg(0)->ArgName("resident")->Unit(benchmark::kMillisecond);

void stored_range_of_ten(benchmark::State& state) {
  StoredRows rows(1'000'000, state.range(0) != 0);
  std::mt19937_64 random(1);
  std::vector<StoredRow> out(10);
  for (auto _ : state) {
    StoredScan scan = rows.tables.snapshot().scan(rows.id, {.lo = StoredRows::key(random() % 1'000'000)});
    benchmark::DoNotOptimize(scan.next(out));
  }
}
BENCHMARK(stored_range_of_ten)->Arg(1)->Arg(0)->ArgName("resident");

// A step that changes `rows` rows of one table, published.
void stored_publish(benchmark::State& state) {
  auto store = memory_store();
  StoredTables tables(*store);
  tables.create(TableId{1});
  StoredWriter writer(tables, TableId{1});
  const std::string row(100, 'r');
  std::mt19937_64 random(1);
  Epoch epoch = 0;
  const auto count = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    for (size_t i = 0; i < count; ++i) writer.put(StoredRows::key(random() % 200'000), 0, row, true);
    tables.publish(++epoch);
  }
  per_row(state, count);
}
BENCHMARK(stored_publish)->Arg(1)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void commit_rows(benchmark::State& state) {
  ScratchDirectory directory;
  SystemFileSystem files;
  auto store = std::move(*Store::open({.path = directory.path()}, files));
  const auto count = static_cast<size_t>(state.range(0));
  std::mt19937_64 random(1);
  Epoch epoch = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Checkpoint c{.epoch = ++epoch};
    DeltaBuffer d(TableId{1});
    for (size_t i = 0; i < count; ++i) {
      const uint64_t k = random() % (count * 4);
      d.add_value({reinterpret_cast<const char*>(&k), 8}, std::string_view("a value of forty bytes, more or less....", 40));
    }
    c.deltas.push_back(std::move(d));
    state.ResumeTiming();
    if (!store->commit(c)) return;
  }
  per_row(state, count);
}
BENCHMARK(commit_rows)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(5);

// A keyed state of a million keys: serialised, committed, and read back after a restart.
void keyed_checkpoint_and_load(benchmark::State& state) {
  ScratchDirectory directory;
  SystemFileSystem files;
  SystemClock clock;
  constexpr size_t kKeys = 1'000'000;
  IntKeys keys(1);
  for (size_t i = 0; i < kKeys; ++i) {
    keys.numbers[i] = i;
    keys.hashes[i] = hash_int(i);
  }
  double serialise = 0, commit = 0, load = 0;
  for (auto _ : state) {
    auto store = std::move(*Store::open({.path = directory.path()}, files));
    StateOptions options{.table = TableId{1}, .store = store.get(), .clock = &clock, .is_new = true};
    Checkpoint c{.epoch = 1};
    {
      KeyedState table(options, 16);
      std::vector<KeyedState::Entry*> entries(kKeys);
      if (!table.find_or_insert({keys.hashes.data(), kKeys}, {keys.keys.data(), kKeys}, entries)) return;
      for (auto* e : entries) table.modify(e);
      int64_t start = clock.monotonic_ns();
      table.freeze(1);
      while (!table.serialize_some(1'000'000)) {
      }
      c.deltas.push_back(table.take_delta());
      serialise += static_cast<double>(clock.monotonic_ns() - start);
      start = clock.monotonic_ns();
      if (!store->commit(c)) return;
      commit += static_cast<double>(clock.monotonic_ns() - start);
    }
    options.is_new = false;
    KeyedState table(options, 16);
    const int64_t start = clock.monotonic_ns();
    while (!table.load_some(1'000'000).value_or(true)) {
    }
    load += static_cast<double>(clock.monotonic_ns() - start);
    if (table.live_keys() != kKeys) state.SkipWithError("keys are missing");
  }
  const double rows = static_cast<double>(state.iterations() * kKeys);
  state.counters["serialise ns/row"] = serialise / rows;
  state.counters["commit ns/row"] = commit / rows;
  state.counters["load ns/row"] = load / rows;
}
BENCHMARK(keyed_checkpoint_and_load)->Unit(benchmark::kMillisecond)->Iterations(2);

}  // namespace
}  // namespace leat

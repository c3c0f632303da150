// Property tests of the three kinds of operator state against std::map: random changes, with
// checkpoints, slices, commits, evictions, loads and restarts in any order between them.

#include "state/state_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "state/keyed_state.h"
#include "state/multi_state.h"
#include "state/ordered_state.h"
#include "state/ticking_clock.h"

namespace leat {
namespace {

constexpr TableId kTable{7};

using Random = std::mt19937_64;
size_t pick(Random& random, size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); }

std::string key_name(size_t i) {
  // Some empty, some longer than a length byte holds.
  if (i == 0) return "";
  if (i % 97 == 0) return std::string(250 + i % 20, 'k') + std::to_string(i);
  return "key" + std::to_string(i);
}

struct Keys {
  std::vector<std::string> names;
  std::vector<std::string_view> views;
  std::vector<uint64_t> hashes;

  Keys(Random& random, size_t count, size_t key_count) {
    for (size_t i = 0; i < count; ++i) names.push_back(key_name(pick(random, key_count)));
    for (const std::string& n : names) {
      views.push_back(n);
      hashes.push_back(hash_bytes(n.data(), n.size()));
    }
  }
};

// Each kind: its model, one random step on both, and a comparison of some keys.
struct KeyedKind {
  using Table = KeyedState;
  using Model = std::map<std::string, std::pair<int64_t, std::string>>;
  static std::unique_ptr<Table> make(StateOptions o) { return std::make_unique<Table>(std::move(o), 16, true); }

  static void step(Table& t, Model& model, Random& random, const Keys& keys) {
    std::vector<KeyedState::Entry*> entries(keys.views.size());
    ASSERT_TRUE(t.find_or_insert(keys.hashes, keys.views, entries));
    for (size_t i = 0; i < entries.size(); ++i) {
      KeyedState::Entry* e = entries[i];
      const std::string& name = keys.names[i];
      ASSERT_EQ(t.live(e), model.contains(name)) << name;
      ASSERT_EQ(t.key(e), name);
      const size_t what = pick(random, 10);
      if (what < 3) {
        t.erase(e);
        model.erase(name);
      } else if (what < 9) {
        int64_t value;
        char* state = t.modify(e);
        std::memcpy(&value, state, 8);
        ASSERT_EQ(value, model[name].first) << name;
        model[name].first = ++value;
        std::memcpy(state, &value, 8);
        if (what < 5) {
          model[name].second = std::string(pick(random, 60), static_cast<char>('a' + what));
          t.set_variable(e, model[name].second);
        }
      }
    }
  }
  static void check(Table& t, const Model& model, const Keys& keys) {
    std::vector<KeyedState::Entry*> entries(keys.views.size());
    ASSERT_TRUE(t.find(keys.hashes, keys.views, entries));
    for (size_t i = 0; i < entries.size(); ++i) {
      const auto it = model.find(keys.names[i]);
      ASSERT_EQ(entries[i] != nullptr, it != model.end()) << keys.names[i];
      if (entries[i] == nullptr) continue;
      int64_t value;
      std::memcpy(&value, t.state(entries[i]), 8);
      ASSERT_EQ(value, it->second.first);
      ASSERT_EQ(t.variable(entries[i]), it->second.second);
    }
  }
  static void check_all(Table& t, const Model& model) {
    Model seen;
    t.for_each([&](KeyedState::Entry* e) {
      int64_t value;
      std::memcpy(&value, t.state(e), 8);
      seen[std::string(t.key(e))] = {value, std::string(t.variable(e))};
    });
    ASSERT_EQ(seen, model);
    ASSERT_EQ(t.live_keys(), model.size());
  }
};

struct MultiKind {
  using Table = MultiState;
  using Rows = std::map<std::string, std::pair<int64_t, int64_t>>;
  using Model = std::map<std::string, Rows>;
  static std::unique_ptr<Table> make(StateOptions o) { return std::make_unique<Table>(std::move(o)); }

  static void step(Table& t, Model& model, Random& random, const Keys& keys) {
    std::vector<MultiState::Group*> groups(keys.views.size());
    ASSERT_TRUE(t.find_or_insert(keys.hashes, keys.views, groups));
    for (size_t i = 0; i < groups.size(); ++i) {
      // A few keys have many rows, most have few.
      const size_t rows = keys.names[i].size() % 5 == 0 ? 60 : 3;
      Rows& expected = model[keys.names[i]];
      for (size_t n = 0; n < 4; ++n) {
        const std::string row = "row" + std::to_string(pick(random, rows));
        const int64_t delta = pick(random, 2) == 0 ? 1 : -1;
        const auto change = t.adjust(groups[i], row, delta);
        const int64_t old_weight = expected.contains(row) ? expected[row].first : 0;
        ASSERT_EQ(change.old_weight, old_weight);
        ASSERT_EQ(change.new_weight, old_weight + delta);
        if (old_weight + delta == 0) {
          expected.erase(row);
        } else {
          expected[row].first = old_weight + delta;
          if (pick(random, 3) == 0) {
            expected[row].second = static_cast<int64_t>(pick(random, 1000)) - 500;
            t.set_aux(change.row, expected[row].second);
          }
        }
      }
      if (expected.empty()) model.erase(keys.names[i]);
    }
  }
  static Rows rows_of(Table& t, const MultiState::Group* g) {
    Rows rows;
    t.for_each_row(g, [&](MultiState::Row* r) { rows[std::string(r->bytes())] = {r->weight, r->aux}; });
    EXPECT_EQ(rows.size(), g->rows);
    for (const auto& [bytes, value] : rows) EXPECT_NE(t.find_row(g, bytes), nullptr);
    return rows;
  }
  static void check(Table& t, const Model& model, const Keys& keys) {
    std::vector<MultiState::Group*> groups(keys.views.size());
    ASSERT_TRUE(t.find(keys.hashes, keys.views, groups));
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto it = model.find(keys.names[i]);
      if (it == model.end()) {
        ASSERT_TRUE(groups[i] == nullptr || groups[i]->rows == 0);
      } else {
        ASSERT_NE(groups[i], nullptr) << keys.names[i];
        ASSERT_EQ(rows_of(t, groups[i]), it->second) << keys.names[i];
      }
    }
  }
  static void check_all(Table& t, const Model& model) {
    Model seen;
    t.for_each_group([&](MultiState::Group* g) { seen[std::string(t.key(g))] = rows_of(t, g); });
    ASSERT_EQ(seen, model);
  }
};

struct OrderedKind {
  using Table = OrderedState;
  using Rows = std::map<std::string, std::pair<int64_t, std::string>>;
  using Model = std::map<std::string, Rows>;
  static std::unique_ptr<Table> make(StateOptions o) { return std::make_unique<Table>(std::move(o)); }

  static void step(Table& t, Model& model, Random& random, const Keys& keys) {
    std::vector<OrderedState::Group*> groups(keys.views.size());
    ASSERT_TRUE(t.find_or_insert(keys.hashes, keys.views, groups));
    for (size_t i = 0; i < groups.size(); ++i) {
      const size_t rows = keys.names[i].size() % 5 == 0 ? 500 : 4;
      Rows& expected = model[keys.names[i]];
      for (size_t n = 0; n < 4; ++n) {
        const std::string key = fmt::format("{:06}", pick(random, rows));
        const std::string value(pick(random, 30), 'v');
        const int64_t delta = pick(random, 5) < 3 ? 1 : -1;
        const bool replace = pick(random, 3) == 0;
        const auto change = t.adjust(groups[i], key, value, delta, replace);
        const int64_t old_weight = expected.contains(key) ? expected[key].first : 0;
        ASSERT_EQ(change.old_weight, old_weight);
        ASSERT_EQ(change.new_weight, std::max<int64_t>(0, old_weight + delta));
        if (old_weight + delta <= 0) {
          expected.erase(key);
        } else {
          if (old_weight == 0 || replace) expected[key].second = value;
          expected[key].first = old_weight + delta;
        }
      }
      if (expected.empty()) model.erase(keys.names[i]);
    }
  }
  static Rows rows_of(Table& t, const OrderedState::Group* g) {
    g->rows.check();
    Rows rows;
    std::string last;
    for (auto c = t.first(g); c.valid(); c.next()) {
      EXPECT_TRUE(rows.empty() || c->sort_key() > last);
      last = c->sort_key();
      rows[last] = {c->weight, std::string(c->value())};
    }
    return rows;
  }
  static void check(Table& t, const Model& model, const Keys& keys) {
    std::vector<OrderedState::Group*> groups(keys.views.size());
    ASSERT_TRUE(t.find(keys.hashes, keys.views, groups));
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto it = model.find(keys.names[i]);
      if (it == model.end()) {
        ASSERT_TRUE(groups[i] == nullptr || t.row_count(groups[i]) == 0);
      } else {
        ASSERT_NE(groups[i], nullptr);
        ASSERT_EQ(rows_of(t, groups[i]), it->second);
      }
    }
  }
  static void check_all(Table& t, const Model& model) {
    Model seen;
    t.for_each_group([&](OrderedState::Group* g) { seen[std::string(t.key(g))] = rows_of(t, g); });
    ASSERT_EQ(seen, model);
  }
};

template <class Kind>
class StateTableTest : public ::testing::Test {};
using Kinds = ::testing::Types<KeyedKind, MultiKind, OrderedKind>;
TYPED_TEST_SUITE(StateTableTest, Kinds);

TYPED_TEST(StateTableTest, TemporaryTableEqualsModel) {
  Random random(1);
  typename TypeParam::Model model;
  auto table = TypeParam::make({.table = kTable});
  for (int step = 0; step < 300; ++step) {
    TypeParam::step(*table, model, random, Keys(random, 1 + pick(random, 150), 400));
    if (this->HasFatalFailure()) return;
    table->end_step();
  }
  TypeParam::check_all(*table, model);
}

TYPED_TEST(StateTableTest, GrowsPastPartitioningWithManyKeys) {
  Random random(2);
  typename TypeParam::Model model;
  auto table = TypeParam::make({.table = kTable});
  for (int step = 0; step < 200; ++step) {
    TypeParam::step(*table, model, random, Keys(random, 1000, 90'000));
    if (this->HasFatalFailure()) return;
    table->end_step();
  }
  EXPECT_GT(table->resident_keys(), 33'000u);
  TypeParam::check_all(*table, model);
}

// What a checkpoint holds is the state at its freeze, whatever the steps, slices, evictions, loads and
// restarts around it.
TYPED_TEST(StateTableTest, CheckpointsSurviveEverythingAroundThem) {
  using Kind = TypeParam;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    SystemFileSystem files;
    auto store = Store::open({.in_memory = true, .ingest_bytes_min = seed % 2 ? 1u : 1u << 20}, files).value();
    TickingClock clock;
    MemoryBudget budget(1 << 30);
    const auto make = [&](bool is_new) {
      return Kind::make({.table = kTable, .store = store.get(), .clock = &clock, .is_new = is_new,
                         .account = budget.open("state")});
    };
    auto table = make(true);
    typename Kind::Model model, frozen, committed;
    enum { kIdle, kSerializing, kSerialized, kStored } phase = kIdle;
    Checkpoint checkpoint;
    const size_t key_count = seed % 3 == 0 ? 2000 : 150;
    int restarts = 0, checkpoints = 0;
    for (int i = 0; i < 1500; ++i) {
      const size_t action = pick(random, 100);
      if (action < 40) {
        Kind::step(*table, model, random, Keys(random, 1 + pick(random, 100), key_count));
        if (this->HasFatalFailure()) return;
        if (pick(random, 2)) table->end_step();
      } else if (action < 50) {
        Kind::check(*table, model, Keys(random, 50, key_count));
        if (this->HasFatalFailure()) return;
      } else if (action < 75) {
        switch (phase) {
          case kIdle:
            table->freeze(i);
            frozen = model;
            phase = kSerializing;
            break;
          case kSerializing:
            if (table->serialize_some(1)) {
              checkpoint = {.epoch = static_cast<Epoch>(i)};
              checkpoint.deltas.push_back(table->take_delta());
              phase = kSerialized;
            }
            break;
          case kSerialized:
            ASSERT_TRUE(store->commit(checkpoint));
            committed = frozen;
            ++checkpoints;
            phase = kStored;
            break;
          case kStored:
            table->committed();
            phase = kIdle;
            break;
        }
      } else if (action < 90) {
        ASSERT_TRUE(table->load_some(static_cast<int64_t>(pick(random, 4000))));
      } else if (action < 98) {
        table->evict(pick(random, 3) == 0 ? 1 << 30 : 1 + pick(random, 20'000));
      } else {
        table = make(false);
        model = committed;
        phase = kIdle;
        ++restarts;
      }
    }
    EXPECT_GT(restarts, 5);
    EXPECT_GT(checkpoints, 10);
    while (!table->load_some(1'000'000).value()) {
    }
    table->end_step();
    Kind::check_all(*table, model);
    EXPECT_GT(budget.total_bytes(), 0);
    table.reset();
    EXPECT_EQ(budget.total_bytes(), 0);
  }
}

TYPED_TEST(StateTableTest, OwnsItsVnodesOnly) {
  using Kind = TypeParam;
  Random random(5);
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  TickingClock clock;
  const auto make = [&](VnodeSet vnodes, bool is_new) {
    return Kind::make({.table = kTable, .store = store.get(), .clock = &clock, .vnodes = vnodes, .is_new = is_new});
  };
  auto all = make(VnodeSet{}.set(), true);
  typename Kind::Model model;
  for (int i = 0; i < 30; ++i) Kind::step(*all, model, random, Keys(random, 100, 1000));
  all->freeze(1);
  while (!all->serialize_some(1000)) {
  }
  Checkpoint checkpoint{.epoch = 1};
  checkpoint.deltas.push_back(all->take_delta());
  ASSERT_TRUE(store->commit(checkpoint));

  VnodeSet odd;
  for (size_t v = 1; v < 256; v += 2) odd.set(v);
  auto part = make(odd, false);
  while (!part->load_some(1000).value()) {
  }
  typename Kind::Model expected;
  for (const auto& [key, value] : model) {
    if (odd[vnode_of(hash_bytes(key.data(), key.size()))]) expected[key] = value;
  }
  EXPECT_GT(expected.size(), 100u);
  Kind::check_all(*part, expected);
}

// More state than memory: all but a little is evicted, and comes back by being asked for.
TYPED_TEST(StateTableTest, EvictedStateComesBackOnDemand) {
  using Kind = TypeParam;
  Random random(9);
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  TickingClock clock;
  auto table = Kind::make({.table = kTable, .store = store.get(), .clock = &clock, .is_new = true});
  typename Kind::Model model;
  for (int i = 0; i < 40; ++i) Kind::step(*table, model, random, Keys(random, 1000, 20'000));
  table->freeze(1);
  EXPECT_EQ(table->evict(1 << 30), 0u);  // not committed
  while (!table->serialize_some(1000)) {
  }
  Checkpoint checkpoint{.epoch = 1};
  checkpoint.deltas.push_back(table->take_delta());
  ASSERT_TRUE(store->commit(checkpoint));
  table->committed();
  const uint64_t full = table->bytes();
  for (int i = 0; i < 10; ++i) table->evict(1 << 30);
  EXPECT_EQ(table->resident_keys(), 0u);
  EXPECT_LT(table->bytes(), full / 4);
  EXPECT_FALSE(table->complete());
  for (int i = 0; i < 60; ++i) {
    Kind::check(*table, model, Keys(random, 200, 20'000));
    Kind::step(*table, model, random, Keys(random, 200, 20'000));
    if (this->HasFatalFailure()) return;
    table->evict(100'000);
  }
  while (!table->load_some(1000).value()) {
  }
  table->end_step();
  Kind::check_all(*table, model);
}

TYPED_TEST(StateTableTest, DamagedRowsAreAnError) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  TickingClock clock;
  DeltaBuffer bad(kTable);
  const std::string key = "key1";
  const uint64_t hash = std::byteswap(hash_bytes(key.data(), key.size()));
  std::string stored(reinterpret_cast<const char*>(&hash), 8);
  stored += static_cast<char>(key.size());
  stored += key;
  bad.add_value(stored, "\xFF");
  Checkpoint checkpoint{.epoch = 1};
  checkpoint.deltas.push_back(std::move(bad));
  ASSERT_TRUE(store->commit(checkpoint));
  auto table = TypeParam::make({.table = kTable, .store = store.get(), .clock = &clock});
  EXPECT_EQ(table->load_some(1'000'000).error().code, SqlState::kDataCorrupted);
}

// A checkpoint must not hold up a step: freezing is O(1) and slices end in time.
TEST(StateTableTimeTest, FreezeAndSlicesAreShort) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  SystemClock clock;
  KeyedState state({.table = kTable, .store = store.get(), .clock = &clock, .is_new = true}, 16);
  constexpr size_t kKeys = 200'000;
  std::vector<uint64_t> numbers(kKeys), hashes(kKeys);
  std::vector<std::string_view> keys(kKeys);
  std::vector<KeyedState::Entry*> entries(kKeys);
  for (size_t i = 0; i < kKeys; ++i) {
    numbers[i] = i;
    hashes[i] = hash_int(i);
    keys[i] = {reinterpret_cast<const char*>(&numbers[i]), 8};
  }
  // The shortest of several: a busy machine makes some of them long, a serialisation in freeze() all.
  int64_t freeze_ns = INT64_MAX;
  int slices = 0;
  for (Epoch epoch = 1; epoch <= 5; ++epoch) {
    ASSERT_TRUE(state.find_or_insert(hashes, keys, entries));
    for (auto* e : entries) state.modify(e);
    state.end_step();
    const int64_t start = clock.monotonic_ns();
    state.freeze(epoch);
    freeze_ns = std::min(freeze_ns, clock.monotonic_ns() - start);
    while (!state.serialize_some(200'000)) ++slices;
    EXPECT_EQ(state.take_delta().size(), kKeys);
    state.committed();
  }
  EXPECT_LT(freeze_ns, 2'000'000);
  EXPECT_GT(slices, 2);
}

// A group of many rows: changes stay cheap and its slots grow part by part.
TEST(MultiStateTest, ManyRowsUnderOneKey) {
  MultiState state({.table = kTable});
  const std::string key = "hot";
  const uint64_t hash[] = {hash_bytes(key.data(), key.size())};
  const std::string_view keys[] = {key};
  MultiState::Group* group[1];
  ASSERT_TRUE(state.find_or_insert(hash, keys, group));
  for (int i = 0; i < 200'000; ++i) state.adjust(group[0], "row" + std::to_string(i), 1);
  EXPECT_EQ(group[0]->rows, 200'000u);
  for (int i = 0; i < 200'000; i += 2) state.adjust(group[0], "row" + std::to_string(i), -1);
  size_t count = 0;
  state.for_each_row(group[0], [&](MultiState::Row* r) {
    ++count;
    EXPECT_EQ(r->weight, 1);
  });
  EXPECT_EQ(count, 100'000u);
  EXPECT_EQ(state.find_row(group[0], "row4"), nullptr);
  EXPECT_NE(state.find_row(group[0], "row5"), nullptr);
  for (int i = 1; i < 200'000; i += 2) state.adjust(group[0], "row" + std::to_string(i), -1);
  EXPECT_EQ(group[0]->rows, 0u);
  state.end_step();
  EXPECT_EQ(state.resident_keys(), 0u);
}

// Rows that are known to be new are not looked for; when one of them is taken back, it is found all the same.
TEST(MultiStateTest, NewRowsAreFoundLater) {
  for (const int rows : {1, 2, 3, 4, 16, 17, 1000}) {
    MultiState state({.table = kTable});
    const std::string key = "hot";
    const uint64_t hash[] = {hash_bytes(key.data(), key.size())};
    const std::string_view keys[] = {key};
    MultiState::Group* group[1];
    ASSERT_TRUE(state.find_or_insert(hash, keys, group));
    for (int i = 0; i < rows; ++i) state.insert(group[0], "row" + std::to_string(i), 1 + i % 2);
    std::vector<std::string> seen;
    state.for_each_row(group[0], [&](MultiState::Row* r) { seen.emplace_back(r->bytes()); });
    ASSERT_EQ(seen.size(), static_cast<size_t>(rows));
    for (int i = 0; i < rows; ++i) ASSERT_EQ(seen[static_cast<size_t>(i)], "row" + std::to_string(i));
    for (int i = rows - 1; i >= 0; i -= 3) {
      const auto change = state.adjust(group[0], "row" + std::to_string(i), -1 - i % 2);
      EXPECT_EQ(change.old_weight, 1 + i % 2);
      EXPECT_EQ(change.new_weight, 0);
    }
    EXPECT_EQ(group[0]->rows, static_cast<uint32_t>(rows - (rows + 2) / 3));
    state.insert(group[0], "another", 1);
    EXPECT_NE(state.find_row(group[0], "another"), nullptr);
    EXPECT_EQ(state.find_row(group[0], "row" + std::to_string(rows - 1)), nullptr);
  }
}

TEST(MultiStateTest, RowsKeepInsertionOrderWhileFew) {
  MultiState state({.table = kTable});
  const uint64_t hash[] = {1};
  const std::string_view keys[] = {"k"};
  MultiState::Group* group[1];
  ASSERT_TRUE(state.find_or_insert(hash, keys, group));
  for (const char* row : {"c", "a", "d", "b"}) state.adjust(group[0], row, 1);
  state.adjust(group[0], "a", -1);
  std::string order;
  state.for_each_row(group[0], [&](MultiState::Row* r) { order += r->bytes(); });
  EXPECT_EQ(order, "cdb");
}

TEST(OrderedStateTest, RanksAndNeighboursInALargeGroup) {
  OrderedState state({.table = kTable});
  const uint64_t hash[] = {hash_bytes("", 0)};
  const std::string_view keys[] = {""};
  OrderedState::Group* group[1];
  ASSERT_TRUE(state.find_or_insert(hash, keys, group));
  OrderedState::Group* g = group[0];
  Random random(3);
  std::map<std::string, int64_t> model;
  for (int i = 0; i < 60'000; ++i) {
    const std::string key = fmt::format("{:08}", pick(random, 20'000));
    const int64_t delta = pick(random, 5) < 3 ? 1 + static_cast<int64_t>(pick(random, 3)) : -2;
    state.adjust(g, key, "", delta);
    if ((model[key] += delta) <= 0) model.erase(key);
  }
  g->rows.check();
  ASSERT_EQ(state.row_count(g), model.size());
  int64_t sum = 0;
  size_t n = 0;
  for (const auto& [key, weight] : model) {
    if (++n % 37 == 0) {
      ASSERT_EQ(state.rank(g, key), sum);
      ASSERT_EQ(state.at_rank(g, sum)->sort_key(), key);
      ASSERT_EQ(state.at_rank(g, sum + weight - 1)->sort_key(), key);
    }
    sum += weight;
  }
  EXPECT_EQ(state.weight(g), sum);
  EXPECT_FALSE(state.at_rank(g, sum).valid());
  auto it = model.lower_bound("00010000");
  auto c = state.lower_bound(g, "00010000");
  for (int i = 0; i < 200; ++i, ++it, c.next()) ASSERT_EQ(c->sort_key(), it->first);
  for (int i = 0; i < 400; ++i) {
    --it;
    c.prev();
    ASSERT_EQ(c->sort_key(), it->first);
  }
  EXPECT_EQ(state.first(g)->sort_key(), model.begin()->first);
  EXPECT_EQ(state.last(g)->sort_key(), model.rbegin()->first);
  // A queue: always the first goes.
  while (!model.empty()) {
    ASSERT_EQ(state.first(g)->sort_key(), model.begin()->first);
    state.adjust(g, model.begin()->first, "", -model.begin()->second);
    model.erase(model.begin());
  }
  EXPECT_FALSE(state.first(g).valid());
}

}  // namespace
}  // namespace leat

// Property test of the stored tables against std::map: random steps, checkpoints, evictions, loads and
// restarts; every snapshot ever taken keeps answering as of its epoch.

#include "state/stored_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "env/thread.h"
#include "state/scratch_directory.h"

namespace leat {
namespace {

using Random = std::mt19937_64;
using Model = std::map<std::string, std::string>;
using Models = std::map<uint32_t, Model>;

size_t pick(Random& random, size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); }
std::string key_name(size_t i) { return fmt::format("row{:07}", i); }

Model rows_of(const Snapshot& snapshot, TableId table, ScanRange range = {}, size_t batch = 33) {
  Model rows;
  std::string last;
  const bool reverse = range.reverse;
  StoredScan scan = snapshot.scan(table, std::move(range));
  std::vector<StoredRow> out(batch);
  for (;;) {
    const size_t n = scan.next(out).value();
    if (n == 0) return rows;
    for (size_t i = 0; i < n; ++i) {
      if (!rows.empty()) EXPECT_TRUE(reverse ? out[i].key < last : out[i].key > last);
      last = out[i].key;
      rows[last] = out[i].row;
      if (out[i].vnode != 0) EXPECT_EQ(out[i].vnode, static_cast<uint8_t>(out[i].key.back()));
    }
  }
}

void check_changes(const Snapshot& from, const Model& before, const Snapshot& to, const Model& now, TableId table) {
  Model replayed = before;
  StoredChanges changes = to.changes_since(from, table);
  std::vector<StoredChange> out(29);
  std::string last;
  bool first = true;
  for (;;) {
    const size_t n = changes.next(out).value();
    if (n == 0) break;
    for (size_t i = 0; i < n; ++i) {
      const std::string key(out[i].key);
      EXPECT_TRUE(first || key > last);
      first = false;
      last = key;
      EXPECT_EQ(out[i].old_row.has_value(), replayed.contains(key));
      if (out[i].old_row) EXPECT_EQ(*out[i].old_row, replayed[key]);
      EXPECT_NE(out[i].old_row, out[i].new_row);
      if (out[i].new_row) {
        replayed[key] = *out[i].new_row;
      } else {
        replayed.erase(key);
      }
    }
  }
  EXPECT_EQ(replayed, now);
}

class StoredTableTest : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, StoredTableTest, ::testing::Range(1, 11));

TEST_P(StoredTableTest, SnapshotsEqualTheModelOfTheirEpoch) {
  Random random(static_cast<uint64_t>(GetParam()));
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true, .ingest_bytes_min = 100'000}, files).value();
  const StoredTablesOptions options{.inline_merge_bytes_max = 20'000, .merge_fan_in = 2 + pick(random, 6)};
  auto tables = std::make_unique<StoredTables>(*store, options);
  const std::vector<TableId> ids{TableId{3}, TableId{40}, TableId{500}};
  std::vector<std::unique_ptr<StoredWriter>> writers;
  const auto make_writers = [&] {
    for (const TableId id : ids) {
      for (int shard = 0; shard < 2; ++shard) writers.push_back(std::make_unique<StoredWriter>(*tables, id));
    }
  };
  for (const TableId id : ids) tables->create(id);
  make_writers();

  Models model, frozen, committed;
  Epoch epoch = 0;
  struct Kept {
    Snapshot snapshot;
    Models models;
    std::shared_ptr<void> changes;
  };
  std::vector<Kept> kept;
  enum { kIdle, kFrozen, kStored } phase = kIdle;
  Checkpoint checkpoint;
  const size_t key_count = 50 + pick(random, 3000);

  for (int i = 0; i < 500; ++i) {
    const size_t action = pick(random, 100);
    if (action < 50) {  // a step
      for (size_t t = 0; t < ids.size(); ++t) {
        if (pick(random, 2)) continue;
        Model& m = model[ids[t].value];
        for (size_t n = pick(random, 200); n > 0; --n) {
          const std::string key = key_name(pick(random, key_count));
          StoredWriter& writer = *writers[t * 2 + static_cast<uint8_t>(key.back()) % 2];
          if (m.contains(key) && pick(random, 3) == 0) {
            writer.erase(key);
            m.erase(key);
          } else {
            const std::string row(pick(random, 40), static_cast<char>('a' + pick(random, 26)));
            writer.put(key, static_cast<uint8_t>(key.back()), row, !m.contains(key));
            m[key] = row;
          }
        }
      }
      ++epoch;
      for (auto& writer : writers) {
        if (pick(random, 3) == 0) writer->seal(epoch);
      }
      tables->publish(epoch);
    } else if (action < 60) {
      // The last publish is what the model says: snapshots are taken between steps.
      kept.push_back({tables->snapshot(), model, pick(random, 3) == 0 ? tables->keep_changes(ids[0]) : nullptr});
      if (kept.size() > 6) kept.erase(kept.begin() + static_cast<ptrdiff_t>(pick(random, kept.size())));
    } else if (action < 80) {
      if (phase == kIdle) {
        checkpoint = {.epoch = epoch};
        tables->freeze(checkpoint);
        frozen = model;
        phase = kFrozen;
      } else if (phase == kFrozen) {
        ASSERT_TRUE(store->commit(checkpoint));
        committed = frozen;
        phase = kStored;
      } else {
        tables->committed();
        phase = kIdle;
      }
    } else if (action < 85) {
      tables->evict(1 + pick(random, 100'000));
    } else if (action < 89) {
      tables->make_resident(ids[pick(random, ids.size())]);
      if (pick(random, 2)) tables->wait_for_merges();
    } else if (action < 90 && store->committed_epoch() > 0) {  // restart
      kept.clear();
      writers.clear();
      tables = std::make_unique<StoredTables>(*store, options);
      for (const TableId id : ids) ASSERT_TRUE(tables->open(id));
      make_writers();
      model = committed;
      phase = kIdle;
      epoch = store->committed_epoch();
      tables->publish(epoch);
    } else if (!kept.empty()) {  // look
      const Kept& k = kept[pick(random, kept.size())];
      const TableId id = ids[pick(random, ids.size())];
      const Model& m = k.models.contains(id.value) ? k.models.at(id.value) : Model{};
      ASSERT_EQ(rows_of(k.snapshot, id), m);
      ASSERT_EQ(k.snapshot.row_count(id), static_cast<int64_t>(m.size()));
      ScanRange range{.lo = key_name(pick(random, key_count)), .hi = key_name(pick(random, key_count)),
                      .reverse = pick(random, 2) == 0};
      Model expected;
      for (const auto& [key, row] : m) {
        if (key >= range.lo && key < *range.hi) expected[key] = row;
      }
      ASSERT_EQ(rows_of(k.snapshot, id, range, 1 + pick(random, 50)), expected);
      std::vector<std::string> names;
      for (int n = 0; n < 30; ++n) names.push_back(key_name(pick(random, key_count)));
      std::vector<std::string_view> keys(names.begin(), names.end());
      std::vector<std::optional<std::string>> rows(keys.size());
      ASSERT_TRUE(k.snapshot.multi_get(id, keys, rows));
      std::string row;
      for (size_t n = 0; n < keys.size(); ++n) {
        const auto it = m.find(names[n]);
        ASSERT_EQ(rows[n].has_value(), it != m.end());
        ASSERT_EQ(k.snapshot.get(id, keys[n], row).value(), it != m.end());
        if (it != m.end()) {
          ASSERT_EQ(*rows[n], it->second);
          ASSERT_EQ(row, it->second);
        }
      }
      // Any two snapshots differ by their changes.
      const Kept& other = kept[pick(random, kept.size())];
      if (other.snapshot.epoch() >= k.snapshot.epoch()) {
        const Model& later = other.models.contains(id.value) ? other.models.at(id.value) : Model{};
        check_changes(k.snapshot, m, other.snapshot, later, id);
      }
    }
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

TEST(StoredTablesTest, CreateAndDropAreSeenByLaterSnapshots) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  StoredTables tables(*store);
  const TableId id{9};
  tables.create(id);
  StoredWriter writer(tables, id);
  writer.put("a", 'a', "1", true);
  tables.publish(1);
  const Snapshot with = tables.snapshot();
  EXPECT_TRUE(with.has(id));
  Checkpoint c{.epoch = 1};
  tables.freeze(c);
  ASSERT_TRUE(store->commit(c));
  tables.committed();

  tables.drop(id);
  tables.publish(2);
  EXPECT_FALSE(tables.snapshot().has(id));
  EXPECT_EQ(rows_of(with, id), (Model{{"a", "1"}}));
  Checkpoint d{.epoch = 2};
  tables.freeze(d);
  ASSERT_EQ(d.dropped.size(), 1u);
  ASSERT_TRUE(store->commit(d));
  tables.committed();
  StoreIterator it = store->iterator(id);
  it.seek_to_first();
  EXPECT_FALSE(it.valid());
  EXPECT_EQ(store->meta("stored/9").value(), std::nullopt);
}

TEST(StoredTablesTest, LeftoversOfACrashedCreationAreCleared) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  const TableId id{9};
  DeltaBuffer left_over(id);
  left_over.add_value("ghost", "\1row");
  Checkpoint before{.epoch = 1};
  before.deltas.push_back(std::move(left_over));
  ASSERT_TRUE(store->commit(before));

  StoredTables tables(*store);
  tables.create(id);
  StoredWriter writer(tables, id);
  writer.put("a", 'a', "1", true);
  tables.publish(2);
  Checkpoint c{.epoch = 2};
  tables.freeze(c);
  ASSERT_TRUE(store->commit(c));
  tables.committed();
  EXPECT_GT(tables.evict(1 << 20), 0u);
  EXPECT_EQ(rows_of(tables.snapshot(), id), (Model{{"a", "1"}}));
}

TEST(StoredTablesTest, ReadersOnOtherThreadsSeeWholeEpochs) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true, .ingest_bytes_min = 1}, files).value();
  StoredTables tables(*store, {.inline_merge_bytes_max = 2000, .merge_fan_in = 3});
  const TableId a{1}, b{2};
  tables.create(a);
  tables.create(b);
  StoredWriter wa(tables, a), wb(tables, b);
  std::atomic<bool> stop{false};
  std::atomic<int> looks{0};
  // Both tables hold the epoch in each of their 20 rows.
  const auto reader = [&] {
    while (!stop) {
      const Snapshot s = tables.snapshot();
      if (s.epoch() == 0) continue;
      for (const TableId id : {a, b}) {
        const Model rows = rows_of(s, id);
        CHECK(rows.size() == 20);
        for (const auto& [key, row] : rows) CHECK(row == std::to_string(s.epoch()), "{} at {}", row, s.epoch());
      }
      ++looks;
    }
  };
  {
    Thread r1("reader-1", reader), r2("reader-2", reader);
    for (Epoch e = 1; e <= 400 || looks < 50; ++e) {
      for (size_t k = 0; k < 20; ++k) {
        const std::string key = key_name(k);
        wa.put(key, static_cast<uint8_t>(key.back()), std::to_string(e), e == 1);
        wb.put(key, static_cast<uint8_t>(key.back()), std::to_string(e), e == 1);
      }
      tables.publish(e);
      if (e % 10 == 0) {
        Checkpoint c{.epoch = e};
        tables.freeze(c);
        CHECK(store->commit(c).has_value());
        tables.committed();
        if (e % 30 == 0) tables.evict(1 << 30);
        if (e % 70 == 0) tables.make_resident(a);
      }
    }
    stop = true;
  }
  tables.wait_for_merges();
  EXPECT_EQ(tables.snapshot().row_count(a), 20);
}

TEST(StoredTablesTest, MemoryIsBookedAndGivenBack) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  MemoryBudget budget(1 << 30);
  StoredTables tables(*store, {.account = budget.open("stored rows")});
  const TableId id{1};
  tables.create(id);
  StoredWriter writer(tables, id);
  for (size_t k = 0; k < 5000; ++k) writer.put(key_name(k), 0, std::string(100, 'x'), true);
  tables.publish(1);
  EXPECT_GT(budget.total_bytes(), 500'000);
  EXPECT_EQ(tables.evict(1 << 30), 0u);  // not durable yet
  Checkpoint c{.epoch = 1};
  tables.freeze(c);
  ASSERT_TRUE(store->commit(c));
  tables.committed();
  c = {};
  EXPECT_TRUE(tables.resident(id));
  EXPECT_GT(tables.evict(1 << 30), 500'000u);
  EXPECT_FALSE(tables.resident(id));
  EXPECT_LT(budget.total_bytes(), 10'000);
  std::string row;
  EXPECT_TRUE(tables.snapshot().get(id, key_name(4999), row).value());
  tables.make_resident(id);
  tables.wait_for_merges();
  EXPECT_TRUE(tables.resident(id));
  EXPECT_TRUE(tables.snapshot().get(id, key_name(4999), row).value());
  EXPECT_EQ(tables.snapshot().split_keys(id, 4).size(), 3u);
}

TEST(StoredTablesTest, OpenedTablesComeBackIntoMemoryWhileThereIsRoom) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  const TableId small{1}, large{2};
  {
    StoredTables tables(*store);
    tables.create(small);
    tables.create(large);
    StoredWriter ws(tables, small), wl(tables, large);
    for (size_t k = 0; k < 50'000; ++k) {
      if (k < 1000) ws.put(key_name(k), 0, "small", true);
      wl.put(key_name(k), 0, std::string(100, 'x'), true);
    }
    tables.publish(1);
    Checkpoint c{.epoch = 1};
    tables.freeze(c);
    ASSERT_TRUE(store->commit(c));
    tables.committed();
  }
  MemoryBudget budget(1 << 20);
  StoredTables tables(*store, {.account = budget.open("stored rows"), .budget = &budget});
  ASSERT_TRUE(tables.open(small));
  ASSERT_TRUE(tables.open(large));
  tables.publish(2);
  tables.wait_for_merges();
  EXPECT_TRUE(tables.resident(small));
  EXPECT_FALSE(tables.resident(large));
  EXPECT_LT(budget.total_bytes(), 1 << 20);
  EXPECT_EQ(tables.snapshot().row_count(large), 50'000);
  EXPECT_EQ(rows_of(tables.snapshot(), large, {.lo = key_name(49'990)}).size(), 10u);
}

}  // namespace
}  // namespace leat

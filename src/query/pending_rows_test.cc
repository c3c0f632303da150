// The law of pending rows: a transaction reads what a plain map of its rows holds, at every moment, by
// scan, by key and by index; and what it commits turns the map it began with into that one.

#include "query/pending_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "catalog/relation.h"
#include "planner/sql_fixture.h"
#include "query/row_source.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using Random = std::mt19937;
size_t pick(Random& random, size_t n) { return random() % n; }

struct Row {
  int32_t id;
  std::optional<int64_t> k;
  std::optional<std::string> s;
  auto operator<=>(const Row&) const = default;
};
using Model = std::map<int32_t, Row>;

std::vector<Value> values_of(const Row& row) {
  return {Value::int32(row.id), row.k ? Value::int64(*row.k) : Value::null(TypeId::kInt64),
          row.s ? Value::varchar(*row.s) : Value::null(TypeId::kVarchar)};
}

void append_rows(const Batch& batch, std::vector<Row>& rows) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const size_t at = batch.selection[i];
    const Value k = batch.columns[1]->value_at(at), s = batch.columns[2]->value_at(at);
    rows.push_back({batch.columns[0]->at<int32_t>(at), k.is_null() ? std::nullopt : std::optional(std::stoll(k.to_text())),
                    s.is_null() ? std::nullopt : std::optional(s.to_text())});
  }
}

class Table {
 public:
  explicit Table(const std::string& conflict)
      : store_(Store::open({.in_memory = true}, files_).value()), tables_(*store_) {
    const auto made = fixture_.run("create table t (id integer primary key, k bigint, s varchar)" + conflict +
                                   "; create index t_k on t (k); create index t_s on t (s desc, k);");
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().to_string());
    for (const auto& [id, relation] : fixture_.catalog().relations) {
      if (relation->stored()) tables_.create(relation->table);
    }
    tables_.publish(++epoch_);
    table_ = fixture_.find("t");
  }

  const RelationPtr& relation() const { return table_; }
  RelationPtr index(const char* name) const { return fixture_.find(name); }
  Snapshot snapshot() const { return tables_.snapshot(); }

  void put(const Row& row) { write(row, true); }
  void erase(const Row& row) { write(row, false); }

  std::shared_ptr<PendingRows> begin(int64_t bytes_max = 1 << 30) {
    return std::make_shared<PendingRows>(snapshot(), std::make_shared<CatalogSnapshot>(fixture_.catalog()),
                                         budget_.open("transactions"), bytes_max);
  }
  int64_t booked() const { return budget_.total_bytes(); }

  // Rows of `relation` (the table or an index of it), in its stored order.
  std::vector<Row> read(const PendingView& view, const RelationPtr& relation, KeyBounds bounds, size_t chunk) const {
    PhysicalNode scan{.kind = PhysicalKind::kScan};
    scan.relation = relation;
    for (int column = 0; column < 3; ++column) {
      const auto& of_index = relation->index_columns;
      scan.columns.push_back(of_index.empty() ? column : static_cast<int>(std::ranges::find(of_index, column) - of_index.begin()));
    }
    scan.bounds = std::move(bounds);
    EvalContext eval;
    eval.zone = &utc_;
    auto source = make_stored_source(scan, snapshot_of_view_, eval, &view).value();
    std::vector<Row> rows;
    for (;;) {
      const Batch batch = source->next(chunk).value();
      if (batch.empty()) return rows;
      append_rows(batch, rows);
    }
  }
  void pin_snapshot() { snapshot_of_view_ = snapshot(); }

 private:
  void write(const Row& row, bool put) {
    const auto one = [&](const Relation& stored, const std::vector<Value>& values) {
      std::string key;
      for (const SortColumn& column : stored.stored_order) {
        append_ordered_key(key, values[column.column], column.descending, column.nulls_first);
      }
      StoredWriter writer(tables_, stored.table);
      if (put) {
        writer.put(key, 0, pack_values(values), true);
      } else {
        writer.erase(key);
      }
      tables_.publish(++epoch_);
    };
    const auto values = values_of(row);
    one(*table_, values);
    for (const RelationPtr& index : fixture_.catalog().indexes_of(table_->id)) {
      std::vector<Value> permuted;
      for (const int column : index->index_columns) permuted.push_back(values[column]);
      one(*index, permuted);
    }
  }

  SystemFileSystem files_;
  std::unique_ptr<Store> store_;
  StoredTables tables_;
  planner::SqlFixture fixture_;
  RelationPtr table_;
  MemoryBudget budget_{1 << 30};
  Snapshot snapshot_of_view_;
  TimeZone utc_;
  Epoch epoch_ = 0;
};

struct Change {
  Row row;
  int32_t weight;
};

Batch batch_of(std::span<const Change> changes) {
  RowUnpacker rows({TypeId::kInt32, TypeId::kInt64, TypeId::kVarchar});
  auto weights = std::make_shared<std::vector<int32_t>>();
  for (const Change& change : changes) {
    rows.append(pack_values(values_of(change.row)));
    weights->push_back(change.weight);
  }
  Batch batch;
  batch.selection = Selection(rows.size());
  batch.columns = rows.finish();
  batch.weights = std::move(weights);
  return batch;
}

void apply(Model& model, const Change& change, OnConflict conflict) {
  if (change.weight < 0) {
    model.erase(change.row.id);
    return;
  }
  const auto [at, fresh] = model.try_emplace(change.row.id, change.row);
  if (fresh || conflict == OnConflict::kDoNothing) return;
  const Row before = at->second;
  at->second = change.row;
  if (conflict != OnConflict::kDoUpdateIfNotNull) return;
  if (!at->second.k) at->second.k = before.k;
  if (!at->second.s) at->second.s = before.s;
}

Row random_row(Random& random) {
  Row row{static_cast<int32_t>(pick(random, 25)), std::nullopt, std::nullopt};
  if (pick(random, 5) > 0) row.k = static_cast<int64_t>(pick(random, 6));
  if (pick(random, 5) > 0) row.s = std::string(pick(random, 12), static_cast<char>('a' + pick(random, 3)));
  return row;
}

// One statement's changes: of rows that are there, and of new ones.
std::vector<Change> random_changes(Random& random, const Model& model) {
  std::vector<Change> changes;
  for (size_t i = 1 + pick(random, 4); i > 0; --i) {
    const Row row = random_row(random);
    const auto at = model.find(row.id);
    const size_t kind = pick(random, 3);
    const bool seen = std::ranges::any_of(changes, [&](const Change& c) { return c.row.id == row.id; });
    if (kind > 0 && at != model.end() && !seen) changes.push_back({at->second, -1});
    if (kind != 1) changes.push_back({row, 1});
  }
  return changes;
}

template <class Keep>
std::vector<Row> rows_where(const Model& model, Keep keep) {
  std::vector<Row> rows;
  for (const auto& [id, row] : model) {
    if (keep(row)) rows.push_back(row);
  }
  return rows;
}

std::vector<Row> sorted(std::vector<Row> rows) {
  std::ranges::sort(rows);
  return rows;
}

KeyBounds equal(Value value) { return {.equal = {make_literal(std::move(value))}, .low = nullptr, .high = nullptr}; }

void expect_reads(const Table& table, const PendingView& view, const Model& model, Random& random) {
  const size_t chunk = 1 + pick(random, 5);
  const auto id = static_cast<int32_t>(pick(random, 25));
  const auto k = static_cast<int64_t>(pick(random, 6));
  EXPECT_EQ(table.read(view, table.relation(), {}, chunk), rows_where(model, [](const Row&) { return true; }));
  EXPECT_EQ(table.read(view, table.relation(), equal(Value::int32(id)), chunk),
            rows_where(model, [&](const Row& row) { return row.id == id; }));
  const KeyBounds range{.equal = {}, .low = make_literal(Value::int32(id)), .high = make_literal(Value::int32(id + 6)),
                        .low_inclusive = pick(random, 2) == 0, .high_inclusive = pick(random, 2) == 0};
  EXPECT_EQ(table.read(view, table.relation(), range, chunk), rows_where(model, [&](const Row& row) {
              return (row.id > id || (row.id == id && range.low_inclusive)) &&
                     (row.id < id + 6 || (row.id == id + 6 && range.high_inclusive));
            }));
  EXPECT_EQ(sorted(table.read(view, table.index("t_k"), equal(Value::int64(k)), chunk)),
            rows_where(model, [&](const Row& row) { return row.k == k; }));
  EXPECT_EQ(sorted(table.read(view, table.index("t_s"), {}, chunk)), rows_where(model, [](const Row&) { return true; }));
  EXPECT_EQ(sorted(table.read(view, table.index("t_s"), equal(Value::varchar("aa")), chunk)),
            rows_where(model, [&](const Row& row) { return row.s == "aa"; }));
}

struct Seeded {
  uint32_t seed;
  OnConflict conflict;
  const char* sql;
};

class PendingRowsTest : public ::testing::TestWithParam<Seeded> {};
INSTANTIATE_TEST_SUITE_P(
    Seeds, PendingRowsTest,
    ::testing::Values(Seeded{1, OnConflict::kOverwrite, ""}, Seeded{2, OnConflict::kOverwrite, ""},
                      Seeded{3, OnConflict::kOverwrite, ""}, Seeded{4, OnConflict::kDoNothing, " on conflict do nothing"},
                      Seeded{5, OnConflict::kDoNothing, " on conflict do nothing"},
                      Seeded{6, OnConflict::kDoUpdateIfNotNull, " on conflict do update if not null"},
                      Seeded{7, OnConflict::kDoUpdateIfNotNull, " on conflict do update if not null"}));

TEST_P(PendingRowsTest, ReadsAsAMapThatWasWritten) {
  Random random(GetParam().seed);
  Table table(GetParam().sql);
  Model base;
  for (int i = 0; i < 15; ++i) {
    const Row row = random_row(random);
    if (base.try_emplace(row.id, row).second) table.put(row);
  }
  table.pin_snapshot();
  auto pending = table.begin();
  Model model = base;
  struct Savepoint {
    PendingRows::Moment moment;
    Model model;
    size_t views;
  };
  struct Reader {
    std::unique_ptr<PendingView> view;
    Model model;
  };
  std::vector<Savepoint> savepoints;
  std::vector<Reader> readers;
  for (int step = 0; step < 400; ++step) {
    const size_t kind = pick(random, 20);
    if (kind < 12) {
      const auto changes = random_changes(random, model);
      ASSERT_TRUE(pending->apply(table.relation(), batch_of(changes)).has_value());
      for (const Change& change : changes) apply(model, change, GetParam().conflict);
    } else if (kind < 14) {
      savepoints.push_back({pending->set_savepoint(), model, readers.size()});
    } else if (kind < 16 && !savepoints.empty()) {
      const size_t to = pick(random, savepoints.size());
      // Readers that began after it end with it.
      readers.erase(readers.begin() + static_cast<long>(std::min(savepoints[to].views, readers.size())), readers.end());
      pending->rollback_to(savepoints[to].moment);
      model = savepoints[to].model;
      for (; savepoints.size() > to + 1; savepoints.pop_back()) pending->forget_savepoint(savepoints.back().moment);
    } else if (kind < 17 && !savepoints.empty()) {
      const size_t from = pick(random, savepoints.size());
      for (; savepoints.size() > from; savepoints.pop_back()) pending->forget_savepoint(savepoints.back().moment);
    } else if (kind < 19) {
      readers.push_back({std::make_unique<PendingView>(pending), model});
    } else if (!readers.empty()) {
      readers.pop_back();
      for (Savepoint& savepoint : savepoints) savepoint.views = std::min(savepoint.views, readers.size());
    }
    expect_reads(table, PendingView(pending), model, random);
    for (const Reader& reader : readers) expect_reads(table, *reader.view, reader.model, random);
    if (HasFailure()) FAIL() << "step " << step;
  }
  Model committed = base;
  for (const auto& change : pending->changes().value()) {
    std::vector<Row> rows;
    append_rows(change.changes, rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      apply(committed, {rows[i], change.changes.weight(change.changes.selection[i])}, GetParam().conflict);
    }
  }
  EXPECT_EQ(committed, model);
  readers.clear();
  pending.reset();
  EXPECT_EQ(table.booked(), 0);
}

TEST(PendingRows, FindsRowsThatOthersHaveChanged) {
  Table table("");
  const Row one{1, 1, "one"}, two{2, 2, "two"}, other{2, 3, "other"};
  table.put(one);
  table.put(two);
  auto pending = table.begin();
  const auto check = [&] { return pending->check_unchanged(table.snapshot()); };
  // An insert, also over a row that is there, needs none.
  ASSERT_TRUE(pending->apply(table.relation(), batch_of(std::vector<Change>{{{5, 5, "new"}, 1}, {other, 1}})).has_value());
  EXPECT_FALSE(pending->needs_check());
  table.put({3, 3, "three"});
  ASSERT_TRUE(pending->apply(table.relation(), batch_of(std::vector<Change>{{one, -1}, {{1, 1, "ours"}, 1}})).has_value());
  EXPECT_TRUE(pending->needs_check());
  EXPECT_TRUE(check().has_value());
  table.erase(two);
  table.put(other);
  EXPECT_TRUE(check().has_value());
  table.erase(one);
  const auto found = check();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, SqlState::kSerializationFailure);
  table.put(one);
  EXPECT_TRUE(check().has_value());
  // A row of its own that it deletes again must not be there either.
  ASSERT_TRUE(pending->apply(table.relation(), batch_of(std::vector<Change>{{{5, 5, "new"}, -1}})).has_value());
  EXPECT_TRUE(check().has_value());
  table.put({5, 5, "theirs"});
  EXPECT_FALSE(check().has_value());
}

TEST(PendingRows, TakesSoMuchMemoryAndGivesItBack) {
  Table table("");
  auto pending = table.begin(100'000);
  const auto savepoint = pending->set_savepoint();
  Result<void> written;
  int32_t id = 0;
  for (; written && id < 10'000; ++id) {
    written = pending->apply(table.relation(), batch_of(std::vector<Change>{{{id, id, std::string(100, 'x')}, 1}}));
  }
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, SqlState::kProgramLimitExceeded);
  EXPECT_GT(id, 50);
  EXPECT_GT(table.booked(), 90'000);
  pending->rollback_to(savepoint);
  EXPECT_EQ(table.booked(), 0);
  EXPECT_TRUE(pending->apply(table.relation(), batch_of(std::vector<Change>{{{1, 1, "x"}, 1}})).has_value());
}

}  // namespace
}  // namespace leat

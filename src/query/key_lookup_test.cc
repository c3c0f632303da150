// The law of look-ups: the short path gives what the operators give, over random rows, keys and epochs.

#include "query/key_lookup.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "catalog/relation.h"
#include "planner/sql_fixture.h"
#include "query/query_run.h"
#include "types/ordered_key.h"

namespace leat {
namespace {

using Random = std::mt19937;

size_t pick(Random& random, size_t n) { return random() % n; }

constexpr const char* kSchema = R"(
  create table plain (id integer primary key, k bigint, s varchar, d numeric, v double precision);
  create index plain_k on plain (k);
  create index plain_s on plain (s desc, k);
  create index plain_d on plain (d);
  create table composite (a varchar, b smallint, c bigint, t timestamp, v varchar, primary key (a, b, c));
  create index composite_tv on composite (t, v desc);
  create materialized view grouped as select k, count(*) as n, max(s) as s from plain group by k;
  create index grouped_n on grouped (n);
)";

// Rows of all stored relations of the schema, kept as their jobs would keep them.
class Tables {
 public:
  Tables() : store_(Store::open({.in_memory = true}, files_).value()), tables_(*store_) {
    auto made = fixture_.run(kSchema);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().to_string());
    for (const auto& [id, relation] : fixture_.catalog().relations) {
      if (relation->stored()) tables_.create(relation->table);
    }
    tables_.publish(++epoch_);
  }

  planner::SqlFixture& fixture() { return fixture_; }
  Snapshot snapshot() const { return tables_.snapshot(); }

  // One step: random rows come, change and go in every table.
  void change(Random& random, size_t rows) {
    std::vector<std::unique_ptr<StoredWriter>> writers;
    for (const char* name : {"plain", "composite", "grouped"}) {
      const RelationPtr relation = fixture_.find(name);
      for (size_t i = 0; i < rows; ++i) {
        std::vector<Value> row = random_row(random, *relation);
        const std::string key = key_of(*relation, row);
        auto& known = rows_[relation->id];
        const auto old = known.find(key);
        if (old != known.end()) write(writers, *relation, old->second, false);
        if (pick(random, 4) == 0) {
          if (old != known.end()) known.erase(old);
        } else {
          write(writers, *relation, row, true);
          known.insert_or_assign(key, std::move(row));
        }
        tables_.publish(++epoch_);
        writers.clear();
      }
    }
  }

 private:
  static std::string key_of(const Relation& relation, const std::vector<Value>& row) {
    std::string key;
    for (const SortColumn& column : relation.stored_order) {
      append_ordered_key(key, row[column.column], column.descending, column.nulls_first);
    }
    return key;
  }

  std::vector<Value> random_row(Random& random, const Relation& relation) {
    std::vector<Value> row;
    for (size_t c = 0; c < relation.columns.size(); ++c) {
      const Type& type = relation.columns[c].type;
      const bool key = std::ranges::find(relation.key, static_cast<int>(c)) != relation.key.end();
      row.push_back(!key && pick(random, 5) == 0 ? Value::null(type) : random_value(random, type));
    }
    return row;
  }

  void write(std::vector<std::unique_ptr<StoredWriter>>& writers, const Relation& relation,
             const std::vector<Value>& row, bool put) {
    const auto one = [&](const Relation& stored, const std::vector<Value>& values) {
      writers.push_back(std::make_unique<StoredWriter>(tables_, stored.table));
      if (put) {
        writers.back()->put(key_of(stored, values), 0, pack_values(values), true);
      } else {
        writers.back()->erase(key_of(stored, values));
      }
    };
    one(relation, row);
    for (const RelationPtr& index : fixture_.catalog().indexes_of(relation.id)) {
      std::vector<Value> values;
      for (const int column : index->index_columns) values.push_back(row[column]);
      one(*index, values);
    }
    if (!put) tables_.publish(++epoch_);
  }

 public:
  // From few values, so that keys meet.
  static Value random_value(Random& random, const Type& type) {
    const auto number = static_cast<int64_t>(pick(random, 12)) - 3;
    switch (type.id()) {
      case TypeId::kList: {
        std::vector<Value> elements;
        for (size_t i = pick(random, 5); i > 0; --i) {
          elements.push_back(pick(random, 6) ? random_value(random, type.element()) : Value::null(type.element()));
        }
        return Value(type, pack_list(elements));
      }
      case TypeId::kVarchar: return Value::varchar(number < 0 ? "" : std::string(1 + number % 2 * 20, 'a' + static_cast<char>(number % 5)));
      case TypeId::kFloat64: return Value::float64(static_cast<double>(number) / 2);
      case TypeId::kNumeric: return parse_numeric(number, random);
      default: return Value(type, number);
    }
  }

 private:
  // 1.5 and 1.50 are one key.
  static Value parse_numeric(int64_t number, Random& random) {
    return Value::numeric(pick(random, 2) ? Decimal::parse(fmt::format("{}.5", number)).value()
                                          : Decimal::parse(fmt::format("{}.50", number)).value());
  }

  SystemFileSystem files_;
  std::unique_ptr<Store> store_;
  StoredTables tables_;
  planner::SqlFixture fixture_;
  Epoch epoch_ = 0;
  std::map<ObjectId, std::map<std::string, std::vector<Value>>> rows_;
};

struct Query {
  const char* sql;
  bool look_up = true;
};

const Query kQueries[] = {
    // whole keys
    {"select * from plain where id = $1::integer"},
    {"select s, d from plain where id = $1::integer"},
    {"select d, s || '!', id + 1 from plain where id = $1::integer"},
    {"select s from plain where id = $1::smallint"},
    {"select s from plain where $1::integer = id and s is not null"},
    {"select 1 / k from plain where id = $1::integer"},
    {"select s from plain where id = 3"},
    {"select now(), s from plain where id = $1::integer"},
    {"select * from composite where a = $1::varchar and b = $2::smallint and c = $3::bigint"},
    {"select v from composite where c = $3::bigint and b = $2::smallint and a = $1::varchar and v > 'a'"},
    {"select n, s from grouped where k = $1::bigint"},
    {"select s from plain where id in (1, 2, 5, 2)"},
    {"select s, id from plain where id = any (array[4, 3]) and k > 0"},
    {"select id, s from plain where id in (5, 1, 3) order by s desc, id limit 2"},
    // the first columns of a key, and of an index
    {"select * from composite where a = $1::varchar"},
    {"select c, v from composite where a = $1::varchar and b = $2::smallint"},
    {"select c, v from composite where a = $1::varchar and b > $2::smallint"},
    {"select c from composite where a = $1::varchar and b between $2::smallint and $2::smallint + 2", true},
    {"select * from plain where k = $1::bigint"},
    {"select id, s from plain where s = $1::varchar"},
    {"select id from plain where s = $1::varchar and k >= $2::bigint"},
    {"select id, d from plain where d = $1::numeric"},
    {"select v from composite where t = $1::timestamp"},
    {"select k from grouped where n = $1::bigint"},
    {"select k from grouped where n = $1::bigint order by s desc nulls last, k"},
    {"select id, v from plain where k = $1::bigint order by v desc, s limit $2::bigint"},
    {"select id, v from plain where k = $1::bigint order by v limit 3 offset 2"},
    {"select id from plain where k = $1::bigint limit 2"},
    {"select id from plain where k = $1::bigint limit null offset 1"},
    // integers of another width than the column
    {"select s from plain where id = $1::bigint"},
    {"select s from plain where id = $1::bigint + 2147483640"},
    {"select v from composite where a = $1::varchar and b = $2::integer and c = $3::smallint"},
    // lists
    {"select id, s from plain where id in ($1::integer, $2::integer, $3::integer)"},
    {"select id, s from plain where id in ($1::integer, 4, 7)"},
    {"select id, s from plain where id = any ($1::integer[])"},
    {"select id, s from plain where id = any ($1::bigint[]) and k > 0"},
    {"select id, s from plain where s = any ($1::varchar[]) and k > $2::bigint"},
    {"select id, d from plain where d = any ($1::numeric[])"},
    {"select c from composite where a = any ($1::varchar[]) and b = $2::smallint"},
    {"select c from composite where a = any ($1::varchar[]) and b in ($2::smallint, $3::smallint)"},
    {"select c from composite where a in ('a', 'b') and b = any ($1::smallint[])"},
    {"select k from grouped where n = any ($1::bigint[]) order by k desc limit 3"},
    // ranges
    {"select id, s from plain where id > $1::integer"},
    {"select id, s from plain where id >= $1::integer and id < $1::integer + 4"},
    {"select k from plain where k <= $1::bigint order by k, id"},
    // what has operators of its own
    {"select count(*) from plain where id = $1::integer", false},
    {"select id from plain where v = $1::double precision", false},
    {"select random() from plain where id = $1::integer", false},
    {"select p.s from plain p join grouped g on p.k = g.k where p.id = $1::integer", false},
    {"select id from plain where id = $1::integer union all select id from plain where v > 1", false},
    {"select distinct s from plain where k = $1::bigint", false},
};

struct Planned {
  PhysicalPlan plan;
  std::unique_ptr<KeyLookup> lookup;
};

// The same relations as if their keys had no order: conditions are filters over all rows.
CatalogSnapshot without_keys(const CatalogSnapshot& catalog) {
  CatalogSnapshot bare = catalog;
  for (const auto& [id, relation] : catalog.relations) {
    if (relation->kind == RelationKind::kIndex) {
      bare.drop(id);
    } else if (relation->stored()) {
      auto copy = std::make_shared<Relation>(*relation);
      copy->stored_order.clear();
      bare.put(std::move(copy));
    }
  }
  return bare;
}

Result<Planned> plan(const CatalogSnapshot& catalog, const std::string& sql) {
  auto statements = TRY(parser::parse_statements(sql));
  BinderOptions options;
  options.catalog = std::make_shared<CatalogSnapshot>(catalog);
  options.sql = sql;
  Binder binder(options);
  const BoundQuery bound =
      TRY(binder.bind_query(*static_cast<const ast::QueryStatement&>(*statements[0].statement).query));
  PlanContext context{.mode = PlanMode::kQuery, .catalog = &catalog, .parameter_types = {}};
  context.parameter_types = TRY(binder.parameter_types());
  Planned planned{TRY(plan_query(bound, context)), nullptr};
  planned.plan.parameter_types = context.parameter_types;
  planned.lookup = KeyLookup::recognise(planned.plan);
  return planned;
}

std::string text_of(const Batch& batch) {
  std::string text;
  for (size_t i = 0; i < batch.size(); ++i) {
    for (const ColumnPtr& column : batch.columns) {
      const Value value = column->value_at(batch.selection[i]);
      text += column->type().name() + " " + (value.is_null() ? "NULL" : value.to_text()) + " | ";
    }
    text += "\n";
  }
  return text;
}

using Answer = Result<std::string>;

Answer general(const PhysicalPlan& plan, const Snapshot& snapshot, const EvalContext& eval) {
  auto run = TRY(QueryRun::start(plan, {.snapshot = snapshot, .eval = eval}));
  std::string text;
  for (;;) {
    const Batch batch = TRY(run->next());
    if (batch.empty()) return text;
    text += text_of(batch);
  }
}

std::string show(const Answer& answer) { return answer ? *answer : answer.error().to_string(); }

Answer in_any_order(const Answer& answer) {
  if (!answer) return answer;
  std::vector<std::string> rows;
  for (size_t begin = 0; begin < answer->size();) {
    const size_t end = answer->find('\n', begin) + 1;
    rows.push_back(answer->substr(begin, end - begin));
    begin = end;
  }
  std::ranges::sort(rows);
  std::string sorted;
  for (const std::string& row : rows) sorted += row;
  return sorted;
}

class KeyLookupTest : public ::testing::TestWithParam<uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, KeyLookupTest, ::testing::Range(1u, 7u));

TEST_P(KeyLookupTest, GivesWhatTheOperatorsGive) {
  Random random(GetParam());
  Tables tables;
  const TimeZone utc;
  std::vector<Planned> planned, filters;
  const CatalogSnapshot bare = without_keys(tables.fixture().catalog());
  for (const Query& query : kQueries) {
    auto made = plan(tables.fixture().catalog(), query.sql);
    ASSERT_TRUE(made.has_value()) << query.sql << ": " << made.error().to_string();
    planned.push_back(std::move(*made));
    filters.push_back(plan(bare, query.sql).value());
    EXPECT_EQ(filters.back().lookup, nullptr) << query.sql;
    EXPECT_EQ(planned.back().lookup != nullptr, query.look_up)
        << query.sql << "\n" << physical_text(*planned.back().plan.root);
  }
  std::vector<Snapshot> snapshots{tables.snapshot()};
  size_t answers_with_rows = 0;
  for (int round = 0; round < 40; ++round) {
    tables.change(random, 1 + pick(random, 6));
    snapshots.push_back(tables.snapshot());
    for (size_t q = 0; q < planned.size(); ++q) {
      const auto& [plan, lookup] = planned[q];
      if (lookup == nullptr) continue;
      std::vector<Value> parameters;
      for (const Type& type : plan.parameter_types) {
        parameters.push_back(pick(random, 10) == 0 ? Value::null(type) : Tables::random_value(random, type));
      }
      EvalContext eval;
      eval.zone = &utc;
      eval.now_micros = 1'700'000'000'000'000;
      eval.parameters = parameters;
      // Now and then as of an older epoch.
      const Snapshot& snapshot = pick(random, 3) ? snapshots.back() : snapshots[pick(random, snapshots.size())];
      const Answer expected = general(plan, snapshot, eval);
      const auto found = lookup->run(snapshot, eval);
      const Answer got = found ? Answer(text_of(found->value())) : Answer(std::unexpected(found.error()));
      std::string given;
      for (const Value& value : parameters) given += value.to_text() + " ";
      ASSERT_EQ(show(got), show(expected)) << kQueries[q].sql << "\n" << given << physical_text(*plan.root);
      const Answer filtered = general(filters[q].plan, snapshot, eval);
      ASSERT_EQ(show(in_any_order(got)), show(in_any_order(filtered))) << kQueries[q].sql << "\n" << given;
      answers_with_rows += got && !got->empty() ? 1 : 0;
    }
  }
  EXPECT_GT(answers_with_rows, 200u);
}

TEST(KeyLookup, LeavesManyRowsToTheOperators) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  StoredTables tables(*store);
  planner::SqlFixture fixture;
  ASSERT_TRUE(fixture.run("create table t (a integer, b integer, primary key (a, b));").has_value());
  const RelationPtr relation = fixture.find("t");
  tables.create(relation->table);
  StoredWriter writer(tables, relation->table);
  for (const auto& [a, rows] : {std::pair{1, kLookupRowsMax}, {2, kLookupRowsMax + 1}}) {
    for (size_t b = 0; b < rows; ++b) {
      const Value row[] = {Value::int32(a), Value::int32(static_cast<int32_t>(b))};
      std::string key;
      for (const Value& value : row) append_ordered_key(key, value, false, false);
      writer.put(key, 0, pack_values(row), true);
    }
  }
  tables.publish(1);
  const auto [plan, lookup] = leat::plan(fixture.catalog(), "select b from t where a = $1::integer").value();
  ASSERT_NE(lookup, nullptr);
  const TimeZone utc;
  EvalContext eval;
  eval.zone = &utc;
  for (const int32_t a : {1, 2, 1, 3}) {  // a look-up that was given up leaves nothing behind
    const Value parameters[] = {Value::int32(a)};
    eval.parameters = parameters;
    const auto found = lookup->run(tables.snapshot(), eval).value();
    ASSERT_EQ(found.has_value(), a != 2);
    if (found) EXPECT_EQ(found->size(), a == 1 ? kLookupRowsMax : 0);
  }
}

// Not an empty answer: the session plans again.
TEST(KeyLookup, AndOperatorsSayWhenTheSnapshotDoesNotHaveTheirRelation) {
  SystemFileSystem files;
  auto store = Store::open({.in_memory = true}, files).value();
  StoredTables tables(*store);
  planner::SqlFixture fixture;
  ASSERT_TRUE(fixture.run("create table t (a integer primary key);").has_value());
  const Snapshot before = tables.snapshot();
  tables.create(fixture.find("t")->table);
  tables.publish(1);
  const auto [plan, lookup] = leat::plan(fixture.catalog(), "select a from t where a = 1").value();
  const TimeZone utc;
  EvalContext eval;
  eval.zone = &utc;
  const auto found = lookup->run(before, eval);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, SqlState::kUndefinedTable);
  const auto run = QueryRun::start(plan, {.snapshot = before, .eval = eval});
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, SqlState::kUndefinedTable);
  EXPECT_EQ(lookup->run(tables.snapshot(), eval).value()->size(), 0u);
  EXPECT_TRUE(QueryRun::start(plan, {.snapshot = tables.snapshot(), .eval = eval}).has_value());
}

}  // namespace
}  // namespace leat

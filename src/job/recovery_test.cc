// What a restart finds: the same results with another number of shards, under the names and the time zone of the
// session that made a view, and a view built anew when its stored state fits its plan no more.

#include "job/engine_fixture.h"
#include "plan/physical.h"
#include "state/store.h"

namespace leat {
namespace {

class Recovery : public EngineFixture {};

const char* const kViews[] = {
    "select k, count(*) n, sum(v) s, min(v) lo, max(w) hi from t group by k",
    "select k, count(distinct v) n, string_agg(w, ',' order by id) w from t group by k",
    "select t.id a, u.id b from t join u on t.k = u.k",
    "select t.id a, u.id b from t full join u on t.k = u.k",
    "select id from t where k in (select k from u)",
    "select k from t intersect select k from u",
    "select id, v from t order by v desc, id limit 5",
    "select id, k from (select id, k, row_number() over (partition by k order by v, id) r from t) x where r <= 2",
    "select id, v from t where v > (select avg(v) from u)",
    "select id, at from t where at > now() - interval '1 hour'",
    "select id, at from t where at <= now() + interval '1 hour'",
    "select count(*) n from t",
};

// Rows on both sides of the clock's bounds, some keys changed after the restart.
std::string some_rows(int from, int to) {
  std::string sql;
  for (const char* table : {"t", "u"}) {
    for (int id = from; id < to; ++id) {
      sql += fmt::format("insert into {} values ({}, {}, {}, 'w{}', now() + {} * interval '30 minutes');", table, id,
                         id % 7, id * 37 % 101, id % 5, id % 9 - 4);
    }
  }
  return sql;
}

TEST_F(Recovery, AnotherNumberOfShardsGivesTheSame) {
  ASSERT_TRUE(open({.shards = 3}));
  for (const char* table : {"t", "u"}) {
    run(fmt::format("create table {} (id int primary key, k int, v bigint, w text, at timestamptz)", table));
  }
  int number = 0;
  for (const char* view : kViews) run(fmt::format("create materialized view v{} as {}", number++, view));
  int rows = 0;
  for (const size_t shards : {3, 1, 4, 2}) {
    if (shards != 3) { ASSERT_TRUE(open({.shards = shards})); }
    run(some_rows(rows, rows + 20));
    run(fmt::format("update t set v = v + 50 where id % 3 = 0; delete from t where id % 11 = {}; delete from u where id % 13 = 5",
                    rows % 11));
    rows += 20;
    number = 0;
    for (const char* view : kViews) {
      expect_soon(fmt::format("select * from v{}", number++), run(view));
    }
  }
}

TEST_F(Recovery, BindsUnderTheSearchPathAndTimeZoneOfTheCreator) {
  ASSERT_TRUE(open());
  run("create schema a; create schema b; create table a.t (x timestamptz); create table b.t (x timestamptz)");
  run("set search_path to b; set timezone to 'Asia/Tokyo'");
  run("create materialized view b.v as select x from t where x >= '2026-01-01 00:00'");
  run("set search_path to public; set timezone to 'UTC'");
  ASSERT_TRUE(open());
  run("insert into a.t values ('2026-06-01 00:00Z'); insert into b.t values ('2025-12-31 15:00Z'), ('2025-12-31 14:59Z')");
  EXPECT_EQ(run("select extract(epoch from x)::bigint from b.v"), std::vector<std::string>{"1767193200"});
}

// Another version of the program: the view "v" is planned in another way that gives the same rows.
Result<PlannedRelation> plan_otherwise(const CatalogRecord& record, const CatalogPtr& catalog) {
  CatalogRecord other = record;
  if (record.sql.starts_with("create materialized view v ")) other.sql += " having count(*) < 1000000";
  PlannedRelation planned = TRY(rebuild_relation(other, catalog));
  auto relation = std::make_shared<Relation>(*planned.relation);
  relation->sql = record.sql;
  planned.relation = std::move(relation);
  return planned;
}

TEST_F(Recovery, AViewOfAnotherPlanIsBuiltAnewWithWhatReadsIt) {
  ASSERT_TRUE(open());
  run("create table t (id int primary key, k int, v int)");
  run("create materialized view v as select k, sum(v) s from t group by k");
  run("create materialized view on_v as select count(*) n, sum(s) s from v");
  run("create index on_s on v (s)");
  run("create materialized view other as select max(v) m from t");
  run("insert into t values (1, 1, 10), (2, 1, 20), (3, 2, 5)");
  const Setup otherwise{.rebuild = plan_otherwise};
  for (int restart = 0; restart < 2; ++restart) {
    const auto opened = open(otherwise);
    ASSERT_TRUE(opened) << opened.error().to_string();
    EXPECT_EQ(run("select * from v"), (std::vector<std::string>{"1|30", "2|5"}));
    EXPECT_EQ(run("select * from on_v"), std::vector<std::string>{"2|35"});
    EXPECT_EQ(run("select k from v where s = 30"), std::vector<std::string>{"1"});
    run("insert into t values (4, 3, 100)");
    EXPECT_EQ(run("select * from on_v"), std::vector<std::string>{"3|135"});
    EXPECT_EQ(run("select k from v where s = 100"), std::vector<std::string>{"3"});
    EXPECT_EQ(run("select * from other"), std::vector<std::string>{"100"});
    run("delete from t where id = 4");
    EXPECT_EQ(run("select * from on_v"), std::vector<std::string>{"2|35"});
  }
}

TEST_F(Recovery, ASinkOfAViewThatIsBuiltAnewStaysIdleUntilItIsDropped) {
  ASSERT_TRUE(open());
  run("create table t (id int primary key, k int, v int)");
  run("create materialized view v as select k, sum(v) s from t group by k");
  run("create sink k from v with (connector = 'blackhole', force_append_only = 'true')");
  run("insert into t values (1, 1, 10)");
  const auto status = [&] { return run("select status, reason <> '' from rw_catalog.rw_jobs where job = 'k'"); };
  EXPECT_EQ(status(), std::vector<std::string>{"running|f"});
  for (int restart = 0; restart < 2; ++restart) {
    ASSERT_TRUE(open({.rebuild = plan_otherwise}));
    EXPECT_EQ(run("select * from v"), std::vector<std::string>{"1|10"});
    EXPECT_EQ(status(), std::vector<std::string>{"stopped|t"});
  }
  run("drop sink k");
  EXPECT_EQ(status(), std::vector<std::string>{});
  run("create sink k from v with (connector = 'blackhole', force_append_only = 'true')");
  ASSERT_TRUE(open({.rebuild = plan_otherwise}));
  EXPECT_EQ(status(), std::vector<std::string>{"running|f"});
}

// A scan of something that is not there: filling the view fails.
PhysicalPtr reading_nothing(const PhysicalPtr& node) {
  auto copy = std::make_shared<PhysicalNode>(*node);
  if (copy->kind == PhysicalKind::kScan) {
    auto gone = std::make_shared<Relation>(*copy->relation);
    gone->id = ObjectId(999'999);
    copy->relation = std::move(gone);
  }
  for (PhysicalPtr& input : copy->inputs) input = reading_nothing(input);
  return copy;
}

// The start ends between the building of a view and that of one that reads it.
TEST_F(Recovery, WhatReadsAViewThatWasBuiltAnewIsBuiltAnewByTheNextStart) {
  ASSERT_TRUE(open());
  run("create table t (id int primary key, k int, v int)");
  run("create materialized view v as select k, sum(v) s from t group by k");
  run("create materialized view on_v as select count(*) n, sum(s) s from v");
  run("insert into t values (1, 1, 10), (2, 2, 20)");
  const TableId before = engine().catalog()->find("public", "on_v")->table;
  ASSERT_FALSE(open({.rebuild = [](const CatalogRecord& record, const CatalogPtr& catalog) -> Result<PlannedRelation> {
    PlannedRelation planned = TRY(plan_otherwise(record, catalog));
    if (record.sql.starts_with("create materialized view on_v ") && record.table.value > catalog->find("public", "v")->table.value) {
      planned.plan.root = reading_nothing(planned.plan.root);
    }
    return planned;
  }}));
  ASSERT_TRUE(open({.rebuild = plan_otherwise}));
  EXPECT_NE(engine().catalog()->find("public", "on_v")->table, before);
  EXPECT_EQ(run("select * from on_v"), std::vector<std::string>{"2|30"});
  const TableId built = engine().catalog()->find("public", "on_v")->table;
  ASSERT_TRUE(open({.rebuild = plan_otherwise}));
  EXPECT_EQ(engine().catalog()->find("public", "on_v")->table, built);
}

// A checkpoint had the state of a view, a crash came before the one with its record.
TEST_F(Recovery, StateOfACreateThatACrashCutShortIsNotFoundAgain) {
  ASSERT_TRUE(open());
  run("create table t (id int primary key, k int)");
  run("create materialized view v as select k, count(*) n from t group by k");
  run("insert into t values (1, 1), (2, 1)");
  const TableId state = engine().catalog()->find("public", "v")->first_state_table;
  const TableId next = engine().next_ids().first_state_table;
  stop();
  {
    const auto store = Store::open({.path = directory_.path()}, files_).value();
    DeltaBuffer left(next);
    auto row = store->iterator(state);
    for (row.seek_to_first(); row.valid(); row.next()) left.add_value(row.key(), row.value());
    ASSERT_FALSE(left.empty());
    Checkpoint checkpoint{.epoch = store->committed_epoch()};
    checkpoint.deltas.push_back(std::move(left));
    ASSERT_TRUE(store->commit(checkpoint));
  }
  ASSERT_TRUE(open());
  run("delete from t");
  run("create materialized view w as select k, count(*) n from t group by k");
  ASSERT_EQ(engine().catalog()->find("public", "w")->first_state_table, next);
  ASSERT_TRUE(open());
  run("insert into t values (3, 1)");
  EXPECT_EQ(run("select * from w"), std::vector<std::string>{"1|1"});
}

TEST_F(Recovery, ATableOfAnotherPlanStopsTheStart) {
  ASSERT_TRUE(open());
  run("create table t (id int primary key, double_id int as id * 2)");
  const auto opened = open({.rebuild = [](const CatalogRecord& record, const CatalogPtr& catalog) {
    CatalogRecord other = record;
    if (const auto at = other.sql.find("id * 2"); at != std::string::npos) other.sql.replace(at, 6, "id + id");
    return rebuild_relation(other, catalog);
  }});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("cannot bring back table \"t\""), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace leat

// Rules and lowering keep the meaning of plans: each query, as bound, as rewritten and as lowered,
// is evaluated plainly over random small tables full of NULLs and repeats, and must give the same
// rows and the same errors; and in jobs each node's key must tell its rows apart.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "planner/random_sql.h"
#include "planner/reference.h"
#include "planner/sql_fixture.h"

namespace leat::planner {
namespace {

constexpr std::string_view kTables =
    "create table t (id int primary key, a int, b int, c varchar);"
    "create table u (id int primary key, a int, b int, c varchar);"
    "create table v (a int not null, b bigint);"
    "create table w (a int, b int);";

constexpr std::string_view kQueries[] = {
    // filters and joins
    "select a, b from t where a = 1 and b > 0",
    "select t.a, u.b from t, u where t.a = u.a and t.b > 1 and u.b < 3",
    "select t.id, u.id, v.b from t, u, v where t.a = v.a and v.a = u.b",
    "select t.id, u.id from t left join u on t.a = u.a and u.b > 1 where t.b = 1",
    "select t.id, u.id from t left join u on t.a = u.a where u.b = 1",
    "select t.id, u.id from t left join u on t.a = u.a where u.b is null",
    "select t.id, u.id from t right join u on t.a = u.a and t.b = 2 where u.a > 0",
    "select t.id, u.id from t full join u on t.a = u.a where t.b = 1",
    "select t.id, u.id from t full join u on t.a = u.a and t.b = 1",
    "select t.id, u.id from t full join u on t.a = u.a where t.b = 1 and u.b = 1",
    "select t.id, u.id from t join u on t.a is not distinct from u.a",
    "select t.id, u.id from t cross join u where t.id < u.id or t.a = u.a",
    "select x.a, x.s from (select a, sum(b) as s from t group by a) x where x.a = 1 and x.s > 0",
    "select * from (select a, b from t union all select a, b from u) x where a = 1",
    "select * from (select a from t union select a from u) x where a > 0",
    "select * from (select a, b from t except select a, b from u) x where a > 0",
    "select a from t intersect select a from u",
    "select a from t intersect all select a from u",
    "select a from t except all select a from u",
    "select distinct a, b from t",
    "select distinct on (a) a, id from t order by a, id desc",
    "select count(*) from t where false",
    "select count(*), count(a), sum(a), min(b), max(b) from t",
    "select a, count(distinct b), count(*) filter (where b > 1) from t group by a having count(*) "
    "> 1",
    "select a, b, count(*) from t group by rollup (a, b)",
    "select a, b, sum(id) from t group by grouping sets ((a), (b), ())",
    // EXISTS
    "select id from t where exists (select 1 from u where u.a = t.a)",
    "select id from t where not exists (select 1 from u where u.a = t.a and u.b > t.b)",
    "select id from t where exists (select 1 from u where u.b < t.b limit 1)",
    "select id from t where exists (select 1 from u) and a = 1",
    "select id, exists (select 1 from u where u.a = t.a) from t",
    "select id, not exists (select 1 from u where u.a = t.a and u.b is null) from t",
    "select id from t where exists (select 1 from u where u.a = t.a) or b = 2",
    // IN and NOT IN
    "select id from t where a in (select a from u)",
    "select id from t where a not in (select a from u)",
    "select id from t where a not in (select a from v)",
    "select id from v, t where v.a not in (select a from v) and t.a = v.a",
    "select id from t where a not in (select a from u where u.b = t.b)",
    "select id from t where a in (select a from u where u.b < t.b)",
    "select id, a in (select a from u) from t",
    "select id, a not in (select a from u) from t",
    "select id, a in (select a from u where u.b = t.b) from t",
    "select id, a not in (select a from u where a is not null) from t",
    "select id from t where (a in (select a from u)) is null",
    "select id from t where not (a in (select a from u where b = 1))",
    "select id from t where a + 1 in (select b from u) and b is not null",
    // ANY and ALL
    "select id from t where a > any (select a from u)",
    "select id from t where a > all (select a from u)",
    "select id from t where a <> all (select a from u where u.b = t.b)",
    "select id from t where not (a < any (select b from u))",
    "select id, a >= all (select b from u where u.a = t.a) from t",
    "select id, a = any (select b from u where u.id < t.id) from t",
    // scalar sub-queries
    "select id, (select max(b) from u) from t",
    "select id, (select max(b) from u where u.a = t.a) from t",
    "select id, (select count(*) from u where u.a = t.a) from t",
    "select id, (select count(*) + t.a from u where u.a = t.a and u.b > 0) from t",
    "select id, (select sum(u.b) from u where u.b < t.b) from t",
    "select id, (select u.c from u where u.id = t.a) from t",
    "select id from t where b > (select min(b) from u)",
    "select id from t where b = (select max(b) from u where u.a = t.a)",
    "select id from t where (select count(*) from u where u.a = t.a) = 0",
    "select id, (select b from u where u.a = t.a order by id limit 1) from t",
    "select id, (select b from u where u.a = t.a order by id desc limit 1 offset 1) from t",
    "select id, (select count(*) from u where u.a = t.a having count(*) > 1) from t",
    "select id, (select t.a + t.b) from t",
    "select id, (select u.b from u where u.a = t.a) from t",
    "select id, (select max(x.s) from (select a, sum(b) as s from u where u.b <> t.b group by a) "
    "x) from t",
    "select id, (select count(*) from (select distinct b from u where u.a = t.a) x) from t",
    "select id, (select max(m) from (select a as m from u where u.b = t.b union all select b from "
    "w where w.a = t.a) x) from t",
    "select id, (select count(*) from u left join w on u.a = w.a and w.b = t.b) from t",
    "select id, (select count(*) from u full join w on u.a = w.a and w.b = t.b where u.b = t.a) "
    "from t",
    "select id, (select count(*) from (select a from u where u.b = t.b except select a from w "
    "where w.b < t.b) x) from t",
    "select id, array(select b from u where u.a = t.a and u.b is not null order by b) from t",
    "select id, array(select b from u where u.a = t.a and u.b is not null order by id desc) from t",
    "select id, array(select b from u where u.a = t.a order by id limit 2) from t",
    // nested correlation
    "select id from t where exists (select 1 from u where u.a = t.a and exists (select 1 from w "
    "where w.a = u.b and w.b = t.b))",
    "select id, (select max(u.b) from u where u.a = t.a and u.b in (select w.b from w where w.a = "
    "t.b)) from t",
    "select id, (select count(*) from u where u.b > (select min(w.b) from w where w.a = t.a)) from "
    "t",
    "select id, (select (select count(*) from w where w.a = u.a and w.b = t.b) from u where u.id = "
    "t.a) from t",
    // lateral
    "select t.id, x.b from t, lateral (select b from u where u.a = t.a order by id limit 2) x",
    "select t.id, x.n from t left join lateral (select count(*) as n from u where u.a = t.a) x on "
    "true",
    "select t.id, x.b from t left join lateral (select b from u where u.a = t.a and u.b > t.b) x "
    "on true",
    "select t.id, x.s from t, lateral (select t.a + t.b as s) x where x.s > 1",
    "select t.id, g from t, lateral generate_series(1, t.a) g",
    "select t.id, x.b, y.n from t, lateral (select b from u where u.a = t.a) x, lateral (select "
    "count(*) as n from w where w.a = x.b) y",
    // windows
    "select * from (select id, a, row_number() over (partition by a order by id) as rn from t) x "
    "where rn <= 2",
    "select id from (select id, a, row_number() over (partition by a order by id desc) as rn from "
    "t) x where rn = 1",
    "select id, rn from (select id, a, row_number() over (order by id) as rn from t) x where rn > "
    "1 and rn < 4",
    "select id, r from (select id, rank() over (partition by a order by b) as r from t) x where r "
    "<= 2",
    "select id from (select id, rank() over (order by b) as r from t) x where r < 3 and id > 1",
    "select id from (select id, dense_rank() over (partition by a order by b) as r from t) x where "
    "r = 1",
    "select id, r from (select id, dense_rank() over (partition by a order by b) as r from t) x "
    "where r <= 2",
    "select id, a, n from (select id, a, count(*) over (partition by a) as n from t) x where a = 1 "
    "and n > 1",
    "select id from (select id, row_number() over (order by id) as rn from t where a in (select a "
    "from u)) x where rn <= 1",
    // places and shapes
    "select a, count(*) from t group by a having count(*) > (select count(*) from w where w.a = "
    "t.a)",
    "select a, (select max(u.b) from u where u.a = t.a) from t group by a",
    "select (select count(*) from w where w.a = t.a) as n, count(*) from t group by 1",
    "select id, sum((select count(*)::int from w where w.a = t.a)) over (partition by b) from t",
    "select id from t where (a, b) in (select a, b from u)",
    "select id from t where (a, b) not in (select a, b from u)",
    "select id, (a, b) in (select a, b from u where u.id < t.id) from t",
    "select id from t where not exists (select 1 from u where not exists (select 1 from w where "
    "w.a = u.a and w.b = t.b))",
    "select id from t where exists (select a from u where u.a = t.a union select b from w where "
    "w.b = t.b)",
    "select id from t where exists (select a from u where u.a = t.a except select b from w where "
    "w.a = t.b)",
    "select id from t where exists (select count(*) from u where u.a = t.a)",
    "select id from t where exists (select count(*) from u where u.a = t.a having count(*) > 1)",
    "select id from t where exists (select a, count(*) from u where u.b = t.b group by rollup (a))",
    "select t.id, x.v from t, lateral (values (t.a), (t.b), (7)) x(v)",
    "select t.id, x.v from t left join lateral (values (t.a), (t.b)) x(v) on x.v > 1",
    "select t.id, g from t left join lateral generate_series(2, t.a) g on true",
    "select t.id, x.a from t, lateral (select distinct on (a) a, b from u where u.b >= t.b order "
    "by a, b) x",
    "select t.id, x.id from t, lateral (select id, row_number() over (order by id) as rn from u "
    "where u.a = t.a) x where x.rn <= t.b",
    "select t.id, x.id from t, lateral (select id, row_number() over (order by id) as rn from u "
    "where u.a = t.a) x where x.rn <= 2",
    "select t.id, x.n from t, lateral (select count(*) over () as n from u where u.b > t.a) x",
    "select id, (select b from u where u.a = t.a limit 0) from t",
    "select id, (select max(b) from (select b from u where u.a = t.a order by b, id limit 2) x) "
    "from t",
    "select id, (select max(b) from u where u.a = t.a and u.b in (select b from w where w.a = u.a "
    "and exists (select 1 from v where v.a = t.b))) from t",
    "select id, (select (select (select max(v.a) from v where v.a <= t.a + w.a) from w where w.b = "
    "u.b limit 1) from u where u.id = t.id) from t",
    "select t.id, case when t.a = 1 then (select max(b) from u) else (select min(b) from u where "
    "u.a = t.a) end from t",
    "select t.id, x.id from t cross join lateral (select u.id from u left join w on u.a = w.a and "
    "w.b > t.b where u.b = t.a) x",
    "select t.id, x.id from t cross join lateral (select u.id from w right join u on u.a = w.a and "
    "w.b = t.b) x",
    "select t.id, x.id from t cross join lateral (select u.id from u where u.id in (select id from "
    "t t2 where t2.a = t.a)) x",
    "select id from t where a in (select u.a from u join w on u.b = w.b and w.a = t.b)",
    "select id from t where coalesce(a, 0) = any (select coalesce(b, 0) from u)",
    "select id from t t1 where b = (select max(b) from t t2 where t2.a = t1.a) and id > (select "
    "min(id) from u)",
    "select id from t where a between (select min(a) from u) and (select max(a) from u where u.b = "
    "t.b)",
    "select t1.id from t t1 left join t t2 on t1.a = t2.a and t2.id < t1.id where t2.id is null",
    "select t.id, u.id from t left join u on t.a = u.a left join w on u.b = w.b where w.a = 1 or "
    "u.b = 2",
    "select t.id, x.n from t left join (select a, count(*) as n from u group by a) x on x.a = t.a "
    "where coalesce(x.n, 0) < 2",
    "select count(*) from t, u where t.a = u.a and t.a = 1",
    "select count(*) from t left join u on t.a = u.a",
    "select x.a from (select a, b from t union all select b, a from u) x join w on x.b = w.b where "
    "x.a in (1, 2)",
    "select a from (select a, a as b from t) x where b = 1 and a < 2",
    "select a, n from (select a, count(*) as n from t group by a union all select b, count(*) from "
    "u group by b) x where a = 1",
    "select * from t full join u using (id) where id > 1",
    "select id from t natural join u",
    // both sides' keys may be NULL: a full join's rows alone must still be told apart
    "select x.a, y.m from (select distinct a from t) x full join (select max(id) as m from u) y on "
    "x.a = y.m",
    "select x.a, y.b from (select distinct a from t) x full join (select distinct b from u) y on "
    "x.a = y.b",
    "select id from t where a = 1 union all select id from u where exists (select 1 from w where "
    "w.a = u.a) order by 1 limit 3",
    "select id from t where null::int not in (select a from u)",
    "select id from t where 1 in (select a from u where u.b = t.b) is not true",
    "select id from t where a = 1 or a = 2 or b = 3 or b in (0, 1) or 3 = a or c = 'p'",
    "select id from t where not (a = 1 or a = 2 or a = null)",
    "select b, a, n, m from (select a, b, count(*) as n from t group by a, b) x join (select b as "
    "d, a as e, max(id) as m from t group by b, a) y on x.a = y.e and x.b = y.d",
    "select a, a, max(b) from t group by a, a",
    // look-ups by key
    "select a from t where id = 3",
    "select a, b from t where id in (1, 2, 3, null) and a = 1",
    "select a from t where id > 1 and id <= 4 and b is not null",
    "select a from t where id = 2 and id > 5",
    "select a from t where 2 >= id",
    "select t.b, u.b from t join u on t.id = u.id where t.id = 2",
    "select a from t where id = 1 + 1 and id = a",
    "select a from t where id = 3000000000",
    "select x.n from (select 'p' as n) x where exists (select 1 from t where t.c = x.n)",
    // order and limit
    "select id from (select id, a from t order by id limit 3) x where a = 1",
    "select a, (select count(*) from w where w.a = x.a) from (select a from t order by id limit 2) "
    "x",
    // conditions of joins with sub-queries
    "select t.id, u.id from t join u on t.a = u.a and u.b in (select b from w)",
    "select t.id, u.id from t left join u on t.a = u.a and u.b in (select b from w)",
    "select t.id, u.id from t left join u on t.a = u.a and t.b > (select min(b) from w)",
    "values ((select max(a) from t)), ((select min(a) from u))",
    "with x as (select a, count(*) as n from t group by a) select x1.a, x2.n from x x1 join x x2 "
    "on x1.a = x2.a where x1.n > 1",
    "select a, max(b + (select count(*) from w where w.a = t.a)) from t group by a",
    "select id from t order by (select count(*) from w where w.a = t.a), id limit 2",
    "select case when a > 1 then 'x' when 1 = 1 then c else 'z' end from t where coalesce(null, a, "
    "1) = 1 and (true or b > 1)",
};

Value random_value(std::mt19937& random, const Type& type, bool nullable) {
  if (nullable && random() % 4 == 0) return Value::null(type);
  const auto n = static_cast<int64_t>(random() % 4);
  if (type.is(TypeId::kVarchar)) return Value::varchar(std::string(1, static_cast<char>('p' + n)));
  return Value(type, n);
}

std::map<std::string, Rows> random_tables(const SqlFixture& fixture, uint32_t seed) {
  std::mt19937 random(seed);
  std::map<std::string, Rows> tables;
  for (const char* name : {"t", "u", "v", "w"}) {
    const RelationPtr relation = fixture.find(name);
    Rows rows;
    const size_t count = random() % 7;
    for (size_t r = 0; r < count; ++r) {
      Row row;
      for (const ColumnDefinition& column : relation->columns) {
        const bool key = column.name == "id" || column.hidden;
        if (key) {
          row.push_back(Value(column.type, static_cast<int64_t>(r)));
        } else {
          row.push_back(random_value(random, column.type, !column.not_null));
        }
      }
      rows.push_back(std::move(row));
    }
    tables[name] = std::move(rows);
  }
  return tables;
}

// Rows as sorted texts of their first `width` columns.
std::vector<std::string> texts_of(const Rows& rows, size_t width) {
  std::vector<std::string> texts;
  for (const Row& row : rows) {
    std::string text;
    for (size_t i = 0; i < width; ++i) text += row[i].to_text() + "|";
    texts.push_back(std::move(text));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

// The query as bound, as rewritten and as lowered gives the same over `seeds` data sets.
void expect_same_meaning(SqlFixture& fixture, const BoundQuery& query, const std::string& sql,
                         uint32_t seeds) {
  const size_t width = query.plan->schema.size();
  for (const PlanMode mode : {PlanMode::kQuery, PlanMode::kJob}) {
    auto rewritten = rewrite_query(query.plan, fixture.context(mode));
    ASSERT_TRUE(rewritten) << sql << ": " << rewritten.error().to_string();
    auto plan = plan_query(query, fixture.context(mode));
    ASSERT_TRUE(plan) << sql << ": " << plan.error().to_string();
    for (uint32_t seed = 0; seed < seeds; ++seed) {
      const auto tables = random_tables(fixture, seed);
      Reference as_bound(tables), as_rewritten(tables);
      PhysicalReference as_lowered(tables, mode == PlanMode::kJob);
      const auto expected = as_bound.run(*query.plan);
      const auto logical = as_rewritten.run(**rewritten);
      const auto physical = as_lowered.run_plan(*plan->root);
      ASSERT_EQ(as_bound.too_many_rows(), as_rewritten.too_many_rows())
          << sql << "\nseed " << seed << "\n"
          << logical_text(**rewritten);
      ASSERT_EQ(as_bound.too_many_rows(), as_lowered.too_many_rows())
          << sql << "\nseed " << seed << "\n"
          << physical_text(*plan->root);
      if (as_bound.too_many_rows()) continue;
      ASSERT_EQ(texts_of(expected, width), texts_of(logical, width))
          << sql << "\nseed " << seed << "\n"
          << logical_text(*query.plan) << "\n"
          << logical_text(**rewritten);
      const size_t visible = query.columns.size();
      ASSERT_EQ(texts_of(expected, visible), texts_of(physical, visible))
          << sql << "\nseed " << seed << "\n"
          << physical_text(*plan->root);
      ASSERT_EQ(as_lowered.repeated_keys(), "") << sql << "\nseed " << seed << "\n"
                                                << physical_text(*plan->root);
    }
  }
}

class RulesTest : public testing::TestWithParam<std::string_view> {};

TEST_P(RulesTest, KeepTheMeaning) {
  SqlFixture fixture;
  auto made = fixture.run(kTables);
  ASSERT_TRUE(made) << made.error().to_string();
  const std::string sql(GetParam());
  auto query = fixture.bind(sql);
  ASSERT_TRUE(query) << sql << ": " << query.error().to_string();
  expect_same_meaning(fixture, *query, sql, 60);
}

TEST(RandomQueries, KeepTheirMeaning) {
  SqlFixture fixture;
  auto made = fixture.run(kTables);
  ASSERT_TRUE(made) << made.error().to_string();
  const char* from = std::getenv("LEAT_SEED");
  const uint32_t first = from == nullptr ? 1 : static_cast<uint32_t>(std::atoi(from));
  const uint32_t count = from == nullptr ? 400 : 3000;
  uint32_t bound = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    const std::string sql = RandomSql(seed).query();
    auto query = fixture.bind(sql);
    if (!query) {
      if (std::getenv("LEAT_SHOW") != nullptr)
        std::printf("%s\n  %s\n", sql.c_str(), query.error().to_string().c_str());
      continue;
    }
    ++bound;
    expect_same_meaning(fixture, *query, sql, 4);
    if (HasFatalFailure()) {
      ADD_FAILURE() << "query of seed " << seed;
      return;
    }
  }
  EXPECT_GT(bound, count * 8 / 10) << "most random queries should bind";
}

INSTANTIATE_TEST_SUITE_P(Queries, RulesTest, testing::ValuesIn(kQueries));

}  // namespace
}  // namespace leat::planner

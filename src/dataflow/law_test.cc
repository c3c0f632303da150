// The law of the engine, for every operator and for queries made of them: after every step, what a job
// has emitted, summed, equals its SQL run from scratch over the changes, summed. Random inserts, updates
// and deletes in random batches; on one shard, on several, and on several each on its own thread.

#include <gtest/gtest.h>

#include <fmt/ranges.h>

#include "dataflow/law_fixture.h"
#include "env/file.h"

namespace leat {
namespace {

void check_law(const std::string& sql, uint32_t seed) {
  SCOPED_TRACE(sql + "  -- seed " + std::to_string(seed));
  static const CatalogPtr job_catalog = make_catalog(RelationKind::kTable);
  static const CatalogPtr query_catalog = make_catalog(RelationKind::kSystem);
  const PhysicalPlan job_plan = plan_sql(sql, PlanMode::kJob, job_catalog);
  const PhysicalPlan query_plan = plan_sql(sql, PlanMode::kQuery, query_catalog);
  if (::testing::Test::HasFailure()) return;
  static WorkerPool workers(2);
  struct Run {
    std::vector<size_t> shards;  // reopened with the next of them every few steps
    WorkerPool* workers;
  };
  for (const auto& [shards, pool] :
       {Run{{1}, nullptr}, Run{{3}, nullptr}, Run{{3}, &workers}, Run{{2, 5, 1, 3}, nullptr}}) {
    std::mt19937 random(seed);
    Table a(false), b(false), c(true);
    const std::map<std::string, Table*> tables{{"a", &a}, {"b", &b}, {"c", &c}};
    SystemFileSystem files;
    const auto store = Store::open({.in_memory = true}, files).value();
    Job job(job_plan, {.shards = shards[0], .workers = pool, .store = shards.size() > 1 ? store.get() : nullptr});
    if (!job.made()) return;
    Rows rows;
    bool only_grew = true;
    for (int step = 0; step < 14; ++step) {
      if (shards.size() > 1 && step > 0 && step % 4 == 0) job.reopen(shards[step / 4 % shards.size()]);
      for (const auto& [name, table] : tables) {
        for (size_t batches = random() % 3; batches > 0; --batches) {
          job.deliver(name, table->change(random, 1 + random() % 12), random);
        }
      }
      const int64_t now = 1'700'000'000'000'000 + step * 7'000'000;
      job.step(rows, only_grew, now);
      std::map<std::string, Batch> all;
      for (const auto& [name, table] : tables) all[name] = table->all();
      const Rows expected = from_scratch(query_plan, all, now);
      if (rows != expected) {
        ADD_FAILURE() << fmt::format("{}", fmt::join(shards, ", ")) << " shards" << (pool != nullptr ? " on threads" : "") << ", step " << step << ":\n incremental\n" << text_of(rows, job_plan)
                      << " from scratch\n" << text_of(expected, query_plan) << physical_text(*job_plan.root);
        return;
      }
    }
    if (job_plan.root->append_only) {
      EXPECT_TRUE(only_grew) << "the plan says append-only, but rows were taken back";
    }
  }
}

const char* const kQueries[] = {
    // stateless
    "select id, k + 1, v * 2, s || 'x' from a where v > 0 or s is null",
    "select id, k from a union all select id, k from b",
    "select id, unnest(array[k, k + 1]) from a",
    "select id, generate_series(1, k) from a",
    // joins
    "select a.id, b.id, a.s, b.v from a join b on a.k = b.k",
    "select a.id, b.id from a join b on a.k = b.k and a.v < b.v",
    "select a.id, b.id from a left join b on a.k = b.k",
    "select a.id, b.id from a right join b on a.k = b.k",
    "select a.id, b.id from a full join b on a.k = b.k",
    "select a.id, b.id from a left join b on a.k = b.k and a.v < b.v",
    "select a.id, b.id from a full join b on a.k = b.k and a.v + b.v > 3",
    "select a.id, b.id from a, b where a.v > b.v + 12",
    "select a.id, x.id from a join a x on a.v = x.v and a.id < x.id",
    "select a.id, b.id, c.id from a join b on a.k = b.k left join c on b.v = c.v",
    "select a.id, b.id from a join b on a.n = b.n",
    "select a.id, b.id from a join b on a.k is not distinct from b.k",
    // sub-queries
    "select id from a where k in (select k from b)",
    "select id from a where k not in (select k from b where k is not null)",
    "select id from a where k not in (select k from b)",
    "select id from a where exists (select 1 from b where b.k = a.k and b.v > a.v)",
    "select id from a where not exists (select 1 from b where b.k = a.k)",
    "select id, (select count(*) from b where b.k = a.k) from a",
    "select id, (select max(v) from b) from a",
    "select id, (select sum(b.v) from b where b.k = a.k and b.v > a.v) from a",
    "select id from a where v > (select avg(v) from b)",
    "select id from a where v >= (select max(v) from b where b.k = a.k)",
    // aggregates
    "select count(*), count(v), sum(v), min(v), max(v), avg(v) from a",
    "select k, count(*), sum(v), avg(v) from a group by k",
    "select k, min(v), max(v), min(s), max(s) from a group by k",
    "select k, min(v), max(s) from c group by k",
    "select k, count(distinct v), sum(distinct v), count(*) filter (where v > 0) from a group by k",
    "select k, bool_and(v > 0), bool_or(v > 5) from a group by k",
    "select k, string_agg(s, ',' order by id), array_agg(v order by id desc) from a group by k",
    "select n, count(*) from a group by n",
    "select k, sum(n), count(n), count(*) from a group by k",
    "select id, v, s from a order by v, id limit 4",
    "select k, s, sum(n), max(n) from a group by k, s having count(*) > 1",
    "select count(*) from (select k from a group by k having sum(v) > 0) x",
    "select sum(c) from (select k, count(*) c from a group by k) x",
    "select distinct k, s from a",
    "select distinct k from c",
    // set operations
    "select k from a union select k from b",
    "select k from a intersect select k from b",
    "select k from a except select k from b",
    "select k, v from a intersect all select k, v from b",
    "select k, v from a except all select k, v from b",
    // top-N
    "select id, v from a order by v desc, id limit 3",
    "select id, v from a order by v, id limit 4 offset 2",
    "select id, v from a order by v nulls first, id offset 3",
    "select distinct on (k) k, id, v from a order by k, v, id",
    "select id, k, v from (select id, k, v, row_number() over (partition by k order by v desc, id) r from a) x where r <= 2",
    "select id, k, r from (select id, k, row_number() over (partition by k order by v, id) r from a) x where r <= 3",
    "select id, k, v from (select id, k, v, row_number() over (partition by k order by id) r from c) x where r = 1",
    // Of append-only rows, what is behind the window is forgotten.
    "select id, k, v from (select id, k, v, row_number() over (partition by k order by v desc, id) r from c) x where r <= 2",
    "select id, k, r from (select id, k, row_number() over (partition by k order by v, id) r from c) x where r <= 3",
    "select distinct on (k) k, v, id from c order by k, v desc, id",
    "select id, v from c order by v, id limit 3 offset 1",
    "select v from c order by v fetch first 2 rows with ties",
    // window functions
    "select id, row_number() over (partition by k order by v, id) r from a",
    "select id, rank() over (partition by k order by v), dense_rank() over (partition by k order by v) from a",
    "select id, rank() over (order by v desc nulls last) from a",
    "select id, percent_rank() over (partition by k order by v), cume_dist() over (partition by k order by v), ntile(3) over (partition by k order by v, id) from a",
    "select id, lag(v) over (partition by k order by id), lead(s, 2, 'none') over (partition by k order by id) from a",
    "select id, lag(v, k, 100) over (order by id) from a",
    "select id, sum(v) over (partition by k order by v), count(*) over (partition by k order by v) from a",
    "select id, avg(v) over (partition by k order by id rows between 2 preceding and current row) from a",
    "select id, min(v) over (partition by k order by id rows between 1 preceding and 2 following), max(s) over (partition by k order by id rows between 2 preceding and 1 preceding) from a",
    "select id, sum(n) over (partition by k order by id rows between current row and unbounded following), string_agg(s, ',') over (partition by k order by id) from a",
    "select id, first_value(s) over (partition by k order by id), last_value(v) over (partition by k order by v), nth_value(v, 2) over (partition by k order by id) from a",
    "select id, sum(v) over (partition by k), count(*) over () from a",
    "select id, sum(id) over (partition by k order by v range between 3 preceding and 1 following), count(*) over (partition by k order by v desc range between current row and 4 following) from a",
    "select id, count(*) over (order by t range between interval '10 seconds' preceding and current row) from a",
    "select id, count(id) over (partition by k order by v groups between 1 preceding and 1 following) from a",
    "select id, sum(v) filter (where s is not null) over (partition by k order by id rows 3 preceding) from a",
    "select v, sum(v) over (partition by k order by v rows between 1 preceding and current row) from (select k, v from a union all select k, v from b) x",
    "select k, m, sum(m) over (order by k nulls first) from (select k, max(v) m from a group by k) x",
    "select id, lag(v) over (partition by k order by id), sum(v) over (partition by s order by id) from a",
    "select id, max(v) over (partition by k order by id rows 2 preceding) from c",
    "select id, sum(v) over (partition by k order by id rows between 1 following and 3 following), count(*) over (partition by k order by id rows between 2 following and unbounded following) from a",
    "select id, sum(v) over (partition by k order by id rows between 3 preceding and 2 preceding), last_value(v) over (partition by k order by id rows between unbounded preceding and 1 preceding) from a",
    "select id, lag(v, -2) over (partition by k order by id), lead(v, -1, 0) over (partition by k order by id) from a",
    "select id, lag(v, 0) over (partition by k order by id), first_value(v) over (partition by k order by id rows between 1 following and 2 following) from a",
    "select v, lag(v) over (partition by k order by v), rank() over (partition by k order by v), row_number() over (partition by k order by v) from (select k, v from a union all select k, v from b) x",
    "select v, sum(v) over (partition by k order by v rows between 1 following and 2 following), count(*) over (partition by k order by v) from (select k, v from a union all select k, v from a union all select k, v from b) x",
    "select v, lead(v, 2) over (partition by k order by v), dense_rank() over (partition by k order by v) from (select k, v from c union all select k, v from c) x",
    "select id, rank() over (partition by k order by v), lag(s) over (partition by k order by v, id) from a",
    "select id, rank() over (partition by k order by v), lag(id, 1) over (partition by k order by v) >= 0, count(*) over (partition by k order by v) from a",
    "select id, min(id) over (partition by k order by v range between unbounded preceding and 1 preceding), max(id) over (partition by k order by v range between 2 following and unbounded following) from a",
    "select id, rank() over (order by n), sum(n) over (order by n) from a",
    // Append-only rows that are alike.
    "select x.id, b.id from (select id, unnest(array[k, k]) u from c) x join b on x.u = b.k",
    "select x.id, b.id from (select id, k from c union all select id, k from c) x join b on x.k = b.k",
    "select x.v, b.id from (select k, v from c) x left join b on x.k = b.k",
    "select x.id, b.id from c x join (select distinct k, id from b) b on x.k = b.k",
    "select x.id, y.id from c x join c y on x.k = y.k",
    "select x.k, b.id from (select distinct k from c) x full join b on x.k = b.k",
    "select x.id, b.id from (select c.id, y.id yid, c.k from c join c y on c.v = y.v) x left join b on x.k = b.k",
    "select x.id, b.id from hop(c, t, interval '5 seconds', interval '20 seconds') x left join b on x.k = b.k and x.window_start < b.t",
    "select x.id, b.id from (select id, k, generate_series(1, 2) g from c) x full join b on x.k = b.k and b.v > x.g",
    "select x.k, x.m, b.id from (select k, v m from c union all select k, v from a) x left join b on x.k = b.k",
    // time windows
    "select window_start, count(*), sum(v) from tumble(a, t, interval '10 seconds') group by window_start",
    "select window_start, window_end, k, count(*) from hop(a, t, interval '5 seconds', interval '20 seconds') group by window_start, window_end, k",
    // the clock and other bounds that move
    "select id, t from a where t > now()::timestamp - interval '20 seconds'",
    "select id, t from a where t <= now()::timestamp - interval '10 seconds'",
    "select id, t from a where t > date_trunc('minute', now()::timestamp) + interval '3 seconds'",
    "select k, count(*), sum(v) from a where t > now()::timestamp - interval '20 seconds' and t <= now()::timestamp group by k",
    "select a.id, b.id from a join b on a.k = b.k where a.t >= now()::timestamp - interval '30 seconds'",
    "select id from c where t < now()::timestamp",
    "select id from a where v < (select min(v) from b)",
    "select k, count(*) from a where id >= (select max(k) from b) group by k",
    // together
    "with x as (select k, max(v) m from a group by k) select b.id, x.m from b join x on b.k = x.k where b.v <= x.m",
    "select a.k, count(*) from a join b on a.k = b.k join c on c.k = b.k group by a.k",
    "select k, count(*) from (select k from a union all select k from b union all select k from c) x group by k",
    "select x.k, y.c from (select k, count(*) c from a group by k) x full join (select k, count(*) c from b group by k) y on x.c = y.c",
};

class Law : public ::testing::TestWithParam<const char*> {};

TEST_P(Law, IncrementalEqualsFromScratch) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    check_law(GetParam(), seed);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Queries, Law, ::testing::ValuesIn(kQueries), [](const auto& info) {
  std::string name = std::to_string(info.index) + "_";
  for (const char c : std::string_view(info.param)) {
    if (std::isalnum(static_cast<unsigned char>(c))) name += c;
    if (name.size() > 60) break;
  }
  return name;
});

}  // namespace
}  // namespace leat

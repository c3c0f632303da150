// With watermarks: a job's result is its SQL run from scratch over the rows that were not late when they
// came, whatever state below the watermarks has been let go, on any number of shards and through
// restarts; and the state of an endless stream of windows stays bounded.

#include "dataflow/law_fixture.h"
#include "env/file.h"

namespace leat {
namespace {

constexpr int64_t kStart = 1'700'000'000'000'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int kTimeColumn = 5;

// A source whose times go on, with some rows late and some without a time.
class Stream {
 public:
  // Rows whose times lie around `now`.
  Batch next(std::mt19937& random, size_t count, int64_t now) {
    std::vector<std::vector<Value>> rows;
    for (size_t i = 0; i < count; ++i) {
      auto row = Table::make_row(random, next_id_++);
      const int64_t spread = static_cast<int64_t>(random() % 12) - 8;
      if (random() % 10 != 0) row[kTimeColumn] = Value(TypeId::kTimestamp, now + spread * kSecond);
      if (random() % 10 == 1) row[kTimeColumn] = Value::null(TypeId::kTimestamp);
      rows.push_back(std::move(row));
    }
    for (const auto& row : rows) {
      const Value& time = row[kTimeColumn];
      if (!time.is_null()) seen_ = std::max(seen_, time.as_int64() - 5 * kSecond);
      if (time.is_null() || time.as_int64() >= watermark_) not_late_.push_back(row);
    }
    return Table::to_batch(rows, nullptr);
  }
  void end_step() { watermark_ = seen_; }
  Batch not_late() const { return Table::to_batch(not_late_, nullptr); }
  size_t late() const { return static_cast<size_t>(next_id_ - 1) - not_late_.size(); }

 private:
  int32_t next_id_ = 1;
  int64_t seen_ = INT64_MIN, watermark_ = INT64_MIN;
  std::vector<std::vector<Value>> not_late_;
};

struct Layout {
  std::vector<size_t> shards;  // reopened with the next of them every few steps
  WorkerPool* workers = nullptr;
};

void check(const std::string& sql, uint32_t seed, const Layout& layout) {
  SCOPED_TRACE(fmt::format("{}  -- seed {}, {} shards", sql, seed, layout.shards[0]));
  static const CatalogPtr job_catalog = make_catalog(RelationKind::kTable);
  static const CatalogPtr query_catalog = make_catalog(RelationKind::kSystem);
  const PhysicalPlan job_plan = plan_sql(sql, PlanMode::kJob, job_catalog);
  const PhysicalPlan query_plan = plan_sql(sql, PlanMode::kQuery, query_catalog);
  if (::testing::Test::HasFailure()) return;
  SystemFileSystem files;
  const auto store = Store::open({.in_memory = true}, files).value();
  Job job(job_plan, {.shards = layout.shards[0], .workers = layout.workers, .store = store.get()});
  if (!job.made()) return;
  std::mt19937 random(seed);
  std::map<std::string, Stream> streams;
  streams["w"];
  streams["x"];
  Table a(false);
  Rows rows;
  bool only_grew = true;
  constexpr int kSteps = 40;
  for (int step = 0; step < kSteps; ++step) {
    if (step > 0 && step % 8 == 0) job.reopen(layout.shards[static_cast<size_t>(step) / 8 % layout.shards.size()]);
    const int64_t now = kStart + step * 4 * kSecond;
    job.deliver("a", a.change(random, 3), random);
    for (auto& [name, stream] : streams) {
      for (size_t batches = random() % 3; batches > 0; --batches) {
        job.deliver(name, stream.next(random, 1 + random() % 12, now), random);
      }
    }
    job.step(rows, only_grew);
    std::map<std::string, Batch> all{{"a", a.all()}};
    for (auto& [name, stream] : streams) {
      stream.end_step();
      all[name] = stream.not_late();
    }
    const Rows expected = from_scratch(query_plan, all);
    ASSERT_EQ(rows, expected) << "step " << step << ":\n incremental\n" << text_of(rows, job_plan)
                              << " from scratch\n" << text_of(expected, query_plan)
                              << physical_text(*job_plan.root);
  }
  EXPECT_GT(streams["w"].late(), 0u);
}

const char* const kQueries[] = {
    "select id, t from w",
    "select window_start, count(*), sum(v), min(v), max(s) from tumble(w, t, interval '10 seconds') group by window_start",
    "select window_end, k, count(*) from hop(w, t, interval '5 seconds', interval '20 seconds') group by window_end, k",
    "select window_start, count(distinct v), array_agg(id order by v, id) from tumble(w, t, interval '10 seconds') group by window_start",
    "select t, count(*) from w group by t",
    "select distinct window_start, k from tumble(w, t, interval '10 seconds')",
    "select max(c) from (select window_start, count(*) c from tumble(w, t, interval '10 seconds') group by window_start) y",
    "select p.window_start, p.id, q.id from tumble(w, t, interval '10 seconds') p join tumble(x, t, interval '10 seconds') q on p.window_start = q.window_start and p.k = q.k",
    "select p.window_start, p.id, q.id from tumble(w, t, interval '10 seconds') p left join tumble(x, t, interval '10 seconds') q on p.window_start = q.window_start and p.k = q.k",
    "select p.window_start, p.id, q.id from tumble(w, t, interval '10 seconds') p full join tumble(x, t, interval '10 seconds') q on p.window_start = q.window_start and p.k = q.k",
    "select w.id, x.id from w join x on w.t = x.t",
    "select id from w where exists (select 1 from x where x.t = w.t)",
    "select id from w where not exists (select 1 from x where x.t = w.t and x.k = w.k)",
    "select w.id, a.id from w join a on w.k = a.k",
    "select p.window_start, count(*) from tumble(w, t, interval '10 seconds') p join a on p.k = a.k group by p.window_start",
    "select p.window_start, p.c, q.c from (select window_start, count(*) c from tumble(w, t, interval '10 seconds') group by window_start) p full join (select window_start, count(*) c from tumble(x, t, interval '10 seconds') group by window_start) q on p.window_start = q.window_start",
    "select window_start, id, r from (select window_start, id, row_number() over (partition by window_start order by v desc, id) r from tumble(w, t, interval '10 seconds')) y where r <= 2",
    "select window_start, id, sum(v) over (partition by window_start order by id), rank() over (partition by window_start, k order by v) from tumble(w, t, interval '10 seconds')",
    "select id, v from w order by t, id limit 5",
    "select k, count(*) from (select id, k, t from w order by t desc, id limit 7) y group by k",
    "select window_start, k from tumble(w, t, interval '10 seconds') intersect select window_start, k from tumble(x, t, interval '10 seconds')",
    "select window_start, k from tumble(w, t, interval '10 seconds') except select window_start, k from tumble(x, t, interval '10 seconds')",
    "select window_start, count(*) from (select window_start from tumble(w, t, interval '10 seconds') union all select window_start from tumble(x, t, interval '10 seconds')) y group by window_start",
    "select t, count(*) from (select id, t from w where v > (select min(v) from a)) y group by t",
};

TEST(Watermark, ResultIsThatOfTheRowsThatAreNotLate) {
  WorkerPool workers(2);
  for (const char* sql : kQueries) {
    for (uint32_t seed = 1; seed <= 2; ++seed) {
      for (const Layout& layout : {Layout{{1}}, Layout{{3}, &workers}, Layout{{2, 3, 1}}}) {
        check(sql, seed, layout);
        if (HasFailure()) return;
      }
    }
  }
}

size_t keys_in(const JobGraph& graph) {
  size_t keys = 0;
  for (const StateTable* table : graph.state_tables()) keys += table->resident_keys();
  return keys;
}

size_t rows_in(const Store& store) {
  size_t rows = 0;
  for (uint32_t table = 100; table < 120; ++table) {
    auto it = store.iterator(TableId(table));
    for (it.seek_to_first(); it.valid(); it.next()) ++rows;
  }
  return rows;
}

// Each step opens a window and closes one; what is kept must not follow their number.
void expect_bounded(const std::string& sql) {
  SCOPED_TRACE(sql);
  const CatalogPtr catalog = make_catalog(RelationKind::kTable);
  const PhysicalPlan plan = plan_sql(sql, PlanMode::kJob, catalog);
  SystemFileSystem files;
  const auto store = Store::open({.in_memory = true}, files).value();
  Job job(plan, {.shards = 2, .store = store.get()});
  ASSERT_TRUE(job.made());
  std::mt19937 random(1);
  Stream w, x;
  Rows rows;
  bool only_grew = true;
  size_t keys_early = 0, stored_early = 0;
  uint64_t bytes_early = 0;
  constexpr int kSteps = 1200;
  for (int step = 1; step <= kSteps; ++step) {
    const int64_t now = kStart + step * 10 * kSecond;
    job.deliver("w", w.next(random, 40, now), random);
    job.deliver("x", x.next(random, 40, now), random);
    job.step(rows, only_grew);
    if (step % 20 == 0) job.checkpoint();
    if (step == kSteps / 4) {
      keys_early = keys_in(job.graph());
      bytes_early = job.graph().state_bytes();
      stored_early = rows_in(*store);
    }
  }
  EXPECT_LT(keys_in(job.graph()), 2 * keys_early);
  EXPECT_LT(job.graph().state_bytes(), 2 * bytes_early);
  EXPECT_LT(rows_in(*store), 2 * stored_early) << "what was let go is gone from the checkpoints";
  EXPECT_GT(rows.size(), static_cast<size_t>(kSteps)) << "the rows themselves stay";
}

TEST(Watermark, StateOfAnEndlessStreamIsBounded) {
  expect_bounded("select window_start, k, count(*), sum(v) from tumble(w, t, interval '10 seconds') group by window_start, k");
  expect_bounded("select window_start, k, max(v), count(distinct s), array_agg(id order by id) from "
                 "hop(w, t, interval '10 seconds', interval '20 seconds') group by window_start, k");
  expect_bounded("select p.id, q.id from tumble(w, t, interval '10 seconds') p left join "
                 "tumble(x, t, interval '10 seconds') q on p.window_start = q.window_start and p.k = q.k");
  expect_bounded("select window_start, id, sum(v) over (partition by window_start order by id) from tumble(w, t, interval '10 seconds')");
  expect_bounded("select window_start, id, r from (select window_start, id, row_number() over "
                 "(partition by window_start order by v desc, id) r from tumble(w, t, interval '10 seconds')) y where r <= 2");
}

// A row of the future waits, a row of the past is gone: under the clock nothing else is kept.
TEST(Watermark, AClockFilterKeepsWhatWaitsOnly) {
  const CatalogPtr catalog = make_catalog(RelationKind::kTable);
  for (const char* sql : {"select id, t from c where t > now()::timestamp - interval '20 seconds'",
                          "select id, t from c where t <= now()::timestamp"}) {
    SCOPED_TRACE(sql);
    const PhysicalPlan plan = plan_sql(sql, PlanMode::kJob, catalog);
    SystemFileSystem files;
    const auto store = Store::open({.in_memory = true}, files).value();
    Job job(plan, {.shards = 2, .store = store.get()});
    ASSERT_TRUE(job.made());
    std::mt19937 random(1);
    Stream c;
    Rows rows;
    bool only_grew = true;
    uint64_t bytes_early = 0;
    for (int step = 1; step <= 800; ++step) {
      const int64_t now = kStart + step * kSecond;
      job.deliver("c", c.next(random, 20, now), random);
      job.step(rows, only_grew, now);
      job.checkpoint();
      if (step == 200) bytes_early = job.graph().state_bytes();
    }
    EXPECT_LT(job.graph().state_bytes(), 2 * bytes_early);
  }
}

}  // namespace
}  // namespace leat

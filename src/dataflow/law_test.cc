// The law of the engine, for every operator and for queries made of them: after every step, what a job
// has emitted, summed, equals its SQL run from scratch over the changes, summed. Random inserts, updates
// and deletes in random batches; on one shard, on several, and on several each on its own thread.

#include <gtest/gtest.h>

#include <random>

#include "dataflow/law_fixture.h"
#include "env/file.h"

namespace leat {
namespace {

// Tables a and b with a primary key, and c, which only grows.
RelationPtr make_relation(uint32_t id, const std::string& name, RelationKind kind, bool append_only) {
  auto relation = std::make_shared<Relation>();
  relation->id = ObjectId(id);
  relation->name = name;
  relation->schema_name = "public";
  relation->kind = kind;
  relation->append_only = append_only;
  const auto add = [&](const char* column, Type type) {
    relation->columns.push_back({.name = column, .type = std::move(type)});
  };
  add("id", TypeId::kInt32);
  add("k", TypeId::kInt32);
  add("v", TypeId::kInt64);
  add("s", TypeId::kVarchar);
  add("n", TypeId::kNumeric);
  add("t", TypeId::kTimestamp);
  relation->key = {0};
  relation->declared_primary_key = true;
  relation->stored_order = {{.column = 0}};
  return relation;
}

CatalogPtr make_catalog(RelationKind kind) {
      if (shards.size() > 1 && step > 0 && step % 4 == 0) job.reopen(shards[step / 4 % shards.size()]);
  auto catalog = std::make_shared<CatalogSnapshot>(*Catalog().snapshot());
  catalog->put(make_relation(20001, "a", kind, false));
  catalog->put(make_relation(20002, "b", kind, false));
  catalog->put(make_relation(20003, "c", kind, true));
  return catalog;
}

PhysicalPlan plan_sql(const std::string& sql, PlanMode mode, const CatalogPtr& catalog) {
  auto parsed = parser::parse_statements(sql);
  EXPECT_TRUE(parsed.has_value()) << sql;
  Binder binder({.catalog = catalog, .sql = sql});
  auto bound = binder.bind_query(*static_cast<const ast::QueryStatement&>(*(*parsed)[0].statement).query);
  if (!bound) ADD_FAILURE() << sql << ": " << bound.error().to_string();
  auto plan = plan_query(*bound, {.mode = mode, .catalog = catalog.get()});
  if (!plan) ADD_FAILURE() << sql << ": " << plan.error().to_string();
  return *plan;
}

using Rows = std::map<std::string, int64_t>;  // packed visible row -> copies

void add_rows(Rows& rows, const Batch& batch, const PhysicalPlan& plan) {
  std::vector<Type> types;
  for (const Field& field : plan.columns) types.push_back(field.type);
  std::vector<int> columns = all_columns(types.size());
  // By key bytes: 1.0 and 1.00 are the same value.
  RowPacker packer(types, columns, PackMode::kKey);
  packer.pack(batch);
  for (size_t i = 0; i < packer.size(); ++i) {
    const std::string row(packer.packed(i));
    if ((rows[row] += batch.weight(batch.selection[i])) == 0) rows.erase(row);
  }
}

std::string text_of(const Rows& rows, const PhysicalPlan& plan) {
  std::vector<Type> types;
  for (const Field& field : plan.columns) types.push_back(field.type);
  std::string text;
  int shown = 0;
  for (const auto& [row, copies] : rows) {
    if (++shown > 12) return text + "  ...\n";
    text += "  ";
    for (const Value& value : unpack_values(row, types)) text += value.to_text() + " | ";
    text += "x" + std::to_string(copies) + "\n";
  }
  return text;
}

// A table's live rows, changed at random.
class Table {
 public:
  explicit Table(bool append_only) : append_only_(append_only) {}

  // Some changes as one batch.
  Batch change(std::mt19937& random, size_t count) {
    std::vector<std::vector<Value>> rows;
    std::vector<int32_t> weights;
    for (size_t i = 0; i < count; ++i) {
      const auto dice = random() % 10;
      if (append_only_ || live_.empty() || dice < 5) {
        rows.push_back(make_row(random, next_id_++));
        weights.push_back(1);
        live_.push_back(rows.back());
        continue;
      }
      const size_t at = random() % live_.size();
      rows.push_back(live_[at]);
      weights.push_back(-1);
      if (dice < 8) {
        live_[at] = make_row(random, static_cast<int32_t>(live_[at][0].as_int64()));
        rows.push_back(live_[at]);
        weights.push_back(1);
      } else {
        live_.erase(live_.begin() + static_cast<ptrdiff_t>(at));
      }
    }
    return to_batch(rows, append_only_ ? nullptr : std::make_shared<const std::vector<int32_t>>(weights));
  }
  Batch all() const { return to_batch(live_, nullptr); }

 private:
  static std::vector<Value> make_row(std::mt19937& random, int32_t id) {
    const auto null = [&] { return random() % 8 == 0; };
    static const char* const kWords[] = {"", "a", "b", "apple", "a string that is longer than a slot", "z"};
    std::vector<Value> row;
    row.push_back(Value::int32(id));
    row.push_back(null() ? Value::null(TypeId::kInt32) : Value::int32(static_cast<int32_t>(random() % 5)));
    row.push_back(null() ? Value::null(TypeId::kInt64) : Value::int64(static_cast<int64_t>(random() % 21) - 10));
    row.push_back(null() ? Value::null(TypeId::kVarchar) : Value::varchar(kWords[random() % 6]));
    row.push_back(null() ? Value::null(TypeId::kNumeric)
                         : Value::numeric(*Decimal::from_int128(static_cast<int>(random() % 50), static_cast<int>(random() % 2))));
    row.push_back(null() ? Value::null(TypeId::kTimestamp)
                         : Value(TypeId::kTimestamp, int64_t{1'700'000'000'000'000} + static_cast<int64_t>(random() % 60) * 1'000'000));
    return row;
  }
  static Batch to_batch(const std::vector<std::vector<Value>>& rows, Batch::Weights weights) {
    const Type types[] = {TypeId::kInt32, TypeId::kInt32, TypeId::kInt64, TypeId::kVarchar, TypeId::kNumeric, TypeId::kTimestamp};
    Batch batch;
    batch.selection = Selection(rows.size());
    for (size_t c = 0; c < std::size(types); ++c) {
      auto column = std::make_shared<Vector>(types[c], rows.size());
      for (size_t r = 0; r < rows.size(); ++r) column->set_value(r, rows[r][c]);
      batch.columns.push_back(std::move(column));
    }
    batch.weights = std::move(weights);
    return batch;
  }
    // the clock and other bounds that move
    "select id, t from a where t > now()::timestamp - interval '20 seconds'",
    "select id, t from a where t <= now()::timestamp - interval '10 seconds'",
    "select id, t from a where t > date_trunc('minute', now()::timestamp) + interval '3 seconds'",
    "select k, count(*), sum(v) from a where t > now()::timestamp - interval '20 seconds' and t <= now()::timestamp group by k",
    "select a.id, b.id from a join b on a.k = b.k where a.t >= now()::timestamp - interval '30 seconds'",
    "select id from c where t < now()::timestamp",
    "select id from a where v < (select min(v) from b)",
    "select k, count(*) from a where id >= (select max(k) from b) group by k",

  bool append_only_;
  int32_t next_id_ = 1;
  std::vector<std::vector<Value>> live_;
};

// A job's graph with an end that keeps what comes out.
class Job {
 public:
  // With `workers`, every step that brings rows fans out over them.
  Job(const PhysicalPlan& plan, size_t shards, WorkerPool* workers)
      : plan_(plan), executor_(shards, workers, 1), shards_(shards) {
    step_.eval.zone = &utc_;
    auto graph = build_graph(plan.root, {.shards = shards, .eval = &step_.eval});
    if (!graph) {
      ADD_FAILURE() << graph.error().to_string();
      return;
    }
    graph_ = std::move(*graph);
    end_ = std::make_unique<Node>();
    end_->rank = graph_->nodes().size();
    end_->inbox.resize(shards);
    for (size_t s = 0; s < shards; ++s) {
      auto collect = std::make_unique<Collect>();
      collects_.push_back(collect.get());
      end_->instances.push_back(std::move(collect));
    }
    graph_->root()->outputs.push_back({.to = end_.get()});
    for (const auto& node : graph_->nodes()) executor_.activate(*node);
  }
  bool made() const { return graph_ != nullptr; }
  void deliver(const std::string& table, const Batch& batch, std::mt19937& random) {
    for (const ScanPort& scan : graph_->scans()) {
      if (scan.scan->relation->name == table) executor_.deliver(*scan.node, random() % shards_, 0, batch);
    }
  }
  void step(Rows& rows, bool& only_grew) {
    ++step_.epoch;
    executor_.run_step(step_);
    EXPECT_FALSE(step_.failed());
    for (Collect* collect : collects_) {
      for (const Batch& batch : collect->take()) {
        only_grew &= batch.append_only();
        add_rows(rows, batch, plan_);
      }
    }
  }

 private:
  const PhysicalPlan& plan_;
  TimeZone utc_;
  StepContext step_;
  Executor executor_;
  size_t shards_;
  std::unique_ptr<JobGraph> graph_;
  std::unique_ptr<Node> end_;
  std::vector<Collect*> collects_;
};

Rows from_scratch(const PhysicalPlan& plan, const std::map<std::string, Table*>& tables) {
  TimeZone utc;
  QueryOptions options;
  options.eval.zone = &utc;
  options.make_rows = [&](const PhysicalNode& scan) -> Result<std::unique_ptr<RowSource>> {
    const Batch all = tables.at(scan.relation->name)->all();
    Batch wanted;
    wanted.selection = all.selection;
    for (const int c : scan.columns) wanted.columns.push_back(all.columns[c]);
    return make_batch_source({std::move(wanted)});
  };
  Rows rows;
  auto run = QueryRun::start(plan, std::move(options));
  if (!run) {
    ADD_FAILURE() << run.error().to_string();
    return rows;
  }
  for (;;) {
    auto batch = (*run)->next();
    if (!batch) {
      ADD_FAILURE() << batch.error().to_string();
      return rows;
    }
    if (batch->empty()) return rows;
    add_rows(rows, *batch, plan);
  }
}

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
    // time windows
    "select window_start, count(*), sum(v) from tumble(a, t, interval '10 seconds') group by window_start",
    "select window_start, window_end, k, count(*) from hop(a, t, interval '5 seconds', interval '20 seconds') group by window_start, window_end, k",
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

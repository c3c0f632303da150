#pragma once
// For the tests of the engine's law: relations, random changes of them, a job's graph outside of an engine,
// and the same SQL run from scratch.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

#include "binder/binder.h"
#include "dataflow/executor.h"
#include "dataflow/graph_builder.h"
#include "function/functions.h"
#include "parser/parser.h"
#include "planner/planner.h"
#include "query/query_run.h"
#include "state/store.h"
#include "state/ticking_clock.h"
#include "types/packed_row.h"

namespace leat {

// Five seconds behind the latest.
inline ExprPtr late_by_five_seconds(int column) {
  const std::array<Type, 2> types{TypeId::kTimestamp, TypeId::kInterval};
  return make_call(function_of("-", types), TypeId::kTimestamp,
                   {make_column(column, TypeId::kTimestamp), make_literal(Value::interval({.micros = 5'000'000}))});
}

// Tables a and b with a primary key, c, which only grows, and the sources w and x with a watermark.
inline RelationPtr make_relation(uint32_t id, const std::string& name, RelationKind kind, bool append_only) {
  auto relation = std::make_shared<Relation>();
  relation->id = ObjectId(id);
  relation->name = name;
  relation->schema_name = "public";
  relation->kind = kind;
  relation->append_only = append_only || kind == RelationKind::kSource;
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

inline CatalogPtr make_catalog(RelationKind kind) {
  auto catalog = std::make_shared<CatalogSnapshot>(*Catalog().snapshot());
  catalog->put(make_relation(20001, "a", kind, false));
  catalog->put(make_relation(20002, "b", kind, false));
  catalog->put(make_relation(20003, "c", kind, true));
  for (const auto& [id, name] : {std::pair{20004, "w"}, std::pair{20005, "x"}}) {
    const bool job = kind == RelationKind::kTable;
    auto source = std::make_shared<Relation>(*make_relation(id, name, job ? RelationKind::kSource : kind, true));
    if (job) source->watermarks.push_back({.column = 5, .expr = late_by_five_seconds(5)});
    catalog->put(std::move(source));
  }
  return catalog;
}

inline PhysicalPlan plan_sql(const std::string& sql, PlanMode mode, const CatalogPtr& catalog) {
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

inline void add_rows(Rows& rows, const Batch& batch, const PhysicalPlan& plan) {
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

inline std::string text_of(const Rows& rows, const PhysicalPlan& plan) {
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

 private:
  bool append_only_;
  int32_t next_id_ = 1;
  std::vector<std::vector<Value>> live_;
};

// A job's graph with an end that keeps what comes out.
class Job {
 public:
  struct Options {
    size_t shards = 1;
    WorkerPool* workers = nullptr;  // every step that brings rows fans out over them
    Store* store = nullptr;         // for reopen()
  };
  Job(const PhysicalPlan& plan, Options options) : plan_(plan), options_(options) {
    step_.eval.zone = &utc_;
    build(true);
    if (!made()) return;
    for (const auto& node : graph_->nodes()) executor_->activate(*node);
  }
  bool made() const { return graph_ != nullptr; }
  const JobGraph& graph() const { return *graph_; }

  void deliver(const std::string& table, const Batch& batch, std::mt19937& random) {
    for (const ScanPort& scan : graph_->scans()) {
      if (scan.scan->relation->name == table) executor_->deliver(*scan.node, random() % options_.shards, 0, batch);
    }
  }
  void step(Rows& rows, bool& only_grew, int64_t now_us = 0) {
    ++step_.epoch;
    step_.eval.now_micros = now_us;
    for (const auto& node : graph_->nodes()) {
      if (node->plan->kind == PhysicalKind::kNow) executor_->activate(*node);
    }
    executor_->run_step(step_);
    EXPECT_FALSE(step_.failed());
    for (Collect* collect : collects_) {
      for (const Batch& batch : collect->take()) {
        only_grew &= batch.append_only();
        add_rows(rows, batch, plan_);
      }
    }
  }
  void checkpoint() {
    Checkpoint checkpoint{.epoch = step_.epoch};
    std::vector<StateTable*> frozen;
    for (StateTable* table : graph_->state_tables()) {
      if (!table->dirty()) continue;
      table->freeze(step_.epoch);
      while (!table->serialize_some(1'000'000)) continue;
      checkpoint.deltas.push_back(table->take_delta());
      frozen.push_back(table);
    }
    const auto committed = options_.store->commit(checkpoint);
    EXPECT_TRUE(committed.has_value());
    for (StateTable* table : frozen) table->committed();
  }
  // As a restart does, with another number of shards.
  void reopen(size_t shards) {
    checkpoint();
    options_.shards = shards;
    build(false);
  }

 private:
  void build(bool is_new) {
    graph_.reset();
    executor_ = std::make_unique<Executor>(options_.shards, options_.workers, 1);
    auto graph = build_graph(plan_.root, {.shards = options_.shards,
                                          .store = options_.store,
                                          .clock = &clock_,
                                          .first_state_table = TableId(100),
                                          .is_new = is_new,
                                          .eval = &step_.eval});
    if (!graph) {
      ADD_FAILURE() << graph.error().to_string();
      return;
    }
    graph_ = std::move(*graph);
    end_ = std::make_unique<Node>();
    end_->rank = graph_->nodes().size();
    end_->inbox.resize(options_.shards);
    collects_.clear();
    for (size_t s = 0; s < options_.shards; ++s) {
      auto collect = std::make_unique<Collect>();
      collects_.push_back(collect.get());
      end_->instances.push_back(std::move(collect));
    }
    graph_->root()->outputs.push_back({.to = end_.get()});
  }

  const PhysicalPlan& plan_;
  Options options_;
  TimeZone utc_;
  TickingClock clock_;
  StepContext step_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<JobGraph> graph_;
  std::unique_ptr<Node> end_;
  std::vector<Collect*> collects_;
};

inline Rows from_scratch(const PhysicalPlan& plan, const std::map<std::string, Batch>& tables, int64_t now_us = 0) {
  TimeZone utc;
  QueryOptions options;
  options.eval.zone = &utc;
  options.eval.now_micros = now_us;
  options.make_rows = [&](const PhysicalNode& scan) -> Result<std::unique_ptr<RowSource>> {
    const Batch& all = tables.at(scan.relation->name);
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

}  // namespace leat

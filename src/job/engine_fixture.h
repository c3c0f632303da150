#pragma once
// For tests: an engine on a directory of its own, used through SQL; stopped and opened again as a restart does.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "env/file.h"
#include "job/engine.h"
#include "metrics/registry.h"
#include "session/database.h"
#include "session/definition.h"
#include "state/scratch_directory.h"

namespace leat {

class EngineFixture : public ::testing::Test {
 protected:
  struct Setup {
    size_t shards = 2;
    int64_t checkpoint_interval_ms = 1000;
    decltype(EngineOptions::rebuild) rebuild = rebuild_any;
  };

  // SQL knows no source without a connector: a record of one has this text, and the column "x bigint".
  static constexpr std::string_view kFedSource = "a source that is fed: ";
  static RelationPtr fed_source(const CatalogRecord& record) {
    auto relation = std::make_shared<Relation>();
    relation->id = record.id;
    relation->schema_name = record.schema;
    relation->sql = record.sql;
    relation->name = record.sql.substr(kFedSource.size());
    relation->kind = RelationKind::kSource;
    relation->append_only = true;
    relation->columns.push_back({.name = "x", .type = TypeId::kInt64});
    relation->columns.push_back({.name = "_row_id", .type = TypeId::kSerial, .hidden = true, .not_null = true});
    relation->key = {1};
    relation->stored_order = {{.column = 1}};
    relation->table = record.table;
    relation->first_state_table = record.first_state_table;
    return relation;
  }
  static Result<PlannedRelation> rebuild_any(const CatalogRecord& record, const CatalogPtr& catalog) {
    if (record.sql.starts_with(kFedSource)) return PlannedRelation{.relation = fed_source(record)};
    return rebuild_relation(record, catalog);
  }
  ObjectId create_fed_source(const std::string& name) {
    const Engine::DdlLock lock(engine());
    const Engine::Ids ids = engine().next_ids();
    const RelationPtr source = fed_source({.id = ids.object,
                                           .schema = "public",
                                           .sql = std::string(kFedSource) + name,
                                           .table = ids.table,
                                           .first_state_table = ids.first_state_table});
    const auto created = engine().create({.relation = source}, {});
    EXPECT_TRUE(created.has_value()) << (created ? "" : created.error().to_string());
    return source->id;
  }
  // Rows of a fed source: x = from .. from + count - 1
  static Batch numbers(int64_t from, size_t count) {
    auto x = std::make_shared<Vector>(TypeId::kInt64, count);
    auto row_id = std::make_shared<Vector>(TypeId::kSerial, count);
    for (size_t i = 0; i < count; ++i) {
      x->data<int64_t>()[i] = row_id->data<int64_t>()[i] = from + static_cast<int64_t>(i);
    }
    Batch batch;
    batch.columns = {x, row_id};
    batch.selection = Selection(count);
    return batch;
  }

  void TearDown() override { stop(); }

  Result<void> open() { return open(Setup{}); }
  Result<void> open(const Setup& setup) {
    stop();
    engine_ = TRY(Engine::open({.data_dir = directory_.path(),
                                .shards = setup.shards,
                                .checkpoint_interval_ms = setup.checkpoint_interval_ms,
                                .metrics = &registry_,
                                .prepare_catalog = add_system_relations,
                                .rebuild = setup.rebuild},
                               files_, clock_));
    database_ = std::make_unique<Database>(*engine_, registry_);
    session_ = TRY(database_->start({.login = {.user = "root", .database = "dev"}, .client = &client_}));
    return {};
  }
  void stop() {
    session_.reset();
    database_.reset();
    engine_.reset();
  }
  Engine& engine() { return *engine_; }

  // The rows of the last query among the statements, as text, sorted: "1|x".
  Result<std::vector<std::string>> try_run(const std::string& sql) {
    Sink sink;
    if (auto done = session_->simple_query(sql, sink); !done) {
      session_->fail_transaction();
      return fail(std::move(done).error());
    }
    std::ranges::sort(sink.lines);
    return sink.lines;
  }
  std::vector<std::string> run(const std::string& sql) {
    auto lines = try_run(sql);
    EXPECT_TRUE(lines.has_value()) << sql << ": " << (lines ? "" : lines.error().to_string());
    return lines ? *lines : std::vector<std::string>{};
  }
  std::string error_of(const std::string& sql) {
    const auto lines = try_run(sql);
    EXPECT_FALSE(lines.has_value()) << sql;
    return lines ? "" : lines.error().to_string();
  }
  // Until the query gives this, for what comes by itself.
  void expect_soon(const std::string& sql, const std::vector<std::string>& wanted) {
    std::vector<std::string> got;
    for (int tries = 0; tries < 1000; ++tries) {
      if ((got = run(sql)) == wanted) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(got, wanted) << sql;
  }

  ScratchDirectory directory_;
  SystemFileSystem files_;
  SystemClock clock_;
  metrics::Registry registry_;

 private:
  struct Quiet final : pgwire::Client {
    void notice(const pgwire::Notice&) override {}
    void will_wait() override {}
    void parameter_changed(std::string_view, std::string_view) override {}
  };
  struct Sink final : pgwire::ResultSink {
    std::vector<std::string> lines;
    Result<> begin_rows(std::span<const pgwire::ResultColumn>, std::span<const pgwire::Format>) override {
      lines.clear();
      return {};
    }
    Result<> rows(const Batch& batch) override {
      batch.selection.for_each([&](size_t row) {
        std::string line;
        for (const auto& column : batch.columns) {
          const Value value = column->value_at(row);
          line += (line.empty() ? "" : "|") + (value.is_null() ? std::string("NULL") : value.to_text());
        }
        for (int32_t copies = batch.weight(row); copies > 0; --copies) lines.push_back(line);
      });
      return {};
    }
    void complete(std::string_view) override {}
    void empty_query() override {}
    Result<> copy_in_begin(pgwire::Format, int) override { return fail(SqlState::kFeatureNotSupported, "no COPY here"); }
    Result<bool> copy_in_read(std::string&) override { return false; }
    Result<> copy_out_begin(pgwire::Format, int) override { return fail(SqlState::kFeatureNotSupported, "no COPY here"); }
    Result<> copy_out_write(std::string_view) override { return {}; }
  };

  Quiet client_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<pgwire::Session> session_;
};

}  // namespace leat

// Rows fed from inside the program: their order, their bound, what becomes of them when the source goes, and what a
// restart finds of them. And how fresh they are.

#include <atomic>
#include <future>

#include "job/engine_fixture.h"

namespace leat {
namespace {

constexpr size_t kFedRowsMax = 200'000;  // of engine_feed.cc

class Feed : public EngineFixture {
 protected:
  void create_source() { source_ = create_fed_source("s"); }
  ObjectId source_;
};

TEST_F(Feed, KeepsTheOrderInWhichRowsCame) {
  ASSERT_TRUE(open({.shards = 3}));
  create_source();
  run("create materialized view v as select count(*) n, sum(x) total, min(x) lo, max(x) hi from s");
  run("create materialized view ordered as select string_agg(x::text, ',') xs from s where x < 10");
  for (int64_t x = 0; x < 10; ++x) ASSERT_TRUE(engine().feed(source_, numbers(x, 1)));
  ASSERT_TRUE(engine().feed(source_, numbers(10, 90)));
  ASSERT_TRUE(engine().wait_fed());
  EXPECT_EQ(run("select * from v"), std::vector<std::string>{"100|4950|0|99"});
  EXPECT_EQ(run("select xs from ordered"), std::vector<std::string>{"0,1,2,3,4,5,6,7,8,9"});
}

TEST_F(Feed, OnlyASourceWithoutConnectorIsFed) {
  ASSERT_TRUE(open());
  run("create table t (x bigint)");
  const auto fed = engine().feed(engine().catalog()->find("public", "t")->id, numbers(0, 1));
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, SqlState::kWrongObjectType);
  EXPECT_FALSE(engine().feed(ObjectId(99), numbers(0, 1)));
}

// A feeder that is faster than the steps waits: what is queued never exceeds the bound by more than a batch.
TEST_F(Feed, WaitsWhileTooMuchIsQueued) {
  ASSERT_TRUE(open());
  create_source();
  run("create materialized view v as select count(*) n from s");
  std::promise<void> held, go_on;
  std::atomic<size_t> fed{0};
  // The step thread is kept busy with making a checkpoint's boundary until told to go on.
  auto boundary = std::async(std::launch::async, [&] {
    return engine().at_step_boundary([&]() -> Result<void> {
      held.set_value();
      go_on.get_future().wait();
      return {};
    });
  });
  held.get_future().wait();
  constexpr size_t kBatch = 10'000, kBatches = 60;
  auto feeder = std::async(std::launch::async, [&]() -> Result<void> {
    for (size_t i = 0; i < kBatches; ++i) {
      TRY(engine().feed(source_, numbers(static_cast<int64_t>(i * kBatch), kBatch)));
      fed += kBatch;
    }
    return {};
  });
  while (fed < kFedRowsMax) std::this_thread::yield();
  EXPECT_EQ(feeder.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout) << "it waits for the steps";
  EXPECT_LT(fed, kFedRowsMax + kBatch);
  go_on.set_value();
  ASSERT_TRUE(boundary.get());
  ASSERT_TRUE(feeder.get());
  ASSERT_TRUE(engine().wait_fed());
  EXPECT_EQ(run("select * from v"), std::vector<std::string>{std::to_string(kBatch * kBatches)});
}

TEST_F(Feed, DroppingTheSourceWhileItIsFed) {
  ASSERT_TRUE(open());
  create_source();
  run("create materialized view v as select count(*) n from s");
  std::atomic<bool> stop_feeding{false};
  auto feeder = std::async(std::launch::async, [&] {
    int64_t x = 0;
    while (!stop_feeding) {
      // Once the source is gone this is refused; until then it may be taken by nobody.
      (void)engine().feed(source_, numbers(x, 100));
      x += 100;
    }
  });
  while (run("select n > 1000 from v") != std::vector<std::string>{"t"}) std::this_thread::yield();
  run("drop source s cascade");
  EXPECT_FALSE(engine().feed(source_, numbers(0, 1)));
  stop_feeding = true;
  feeder.get();
  ASSERT_TRUE(engine().wait_fed());
  run("create table t (a int); insert into t values (1)");  // steps go on
  EXPECT_EQ(run("select * from t"), std::vector<std::string>{"1"});
}

TEST_F(Feed, ARestartHasWhatTheLastCheckpointHeld) {
  ASSERT_TRUE(open({.shards = 2}));
  create_source();
  run("create materialized view v as select x % 3 m, count(*) n from s group by 1");
  ASSERT_TRUE(engine().feed(source_, numbers(0, 300)));
  ASSERT_TRUE(engine().wait_fed());
  run("flush");
  ASSERT_TRUE(open({.shards = 3}));
  EXPECT_EQ(run("select * from v"), (std::vector<std::string>{"0|100", "1|100", "2|100"}));
  ASSERT_TRUE(engine().feed(source_, numbers(300, 3)));
  ASSERT_TRUE(engine().wait_fed());
  EXPECT_EQ(run("select * from v"), (std::vector<std::string>{"0|101", "1|101", "2|101"}));
}

TEST_F(Feed, FreshnessAndHistogramsMove) {
  ASSERT_TRUE(open());
  create_source();
  run("create materialized view v as select count(*) n from s; create materialized view on_v as select n + 1 m from v");
  run("create materialized view idle as select 1 one");
  const auto freshness = [&](const char* name) {
    return run(fmt::format("select freshness_seconds from rw_catalog.rw_freshness where relation = '{}'", name));
  };
  EXPECT_EQ(freshness("on_v"), std::vector<std::string>{"0"});
  ASSERT_TRUE(engine().feed(source_, numbers(0, 5000)));
  ASSERT_TRUE(engine().wait_fed());
  for (const char* reached : {"s", "v", "on_v"}) {
    const auto seconds = std::stod(freshness(reached).at(0));
    EXPECT_GT(seconds, 0) << reached;
    EXPECT_LT(seconds, 60) << reached;
  }
  EXPECT_EQ(freshness("idle"), std::vector<std::string>{"0"});
  run("flush");
  using metrics::Metric;
  EXPECT_GT(registry_.histogram(Metric::kStepSeconds)->count(), 0u);
  EXPECT_GE(registry_.histogram(Metric::kStepRows)->sum(), 5000u);
  const auto checkpoints = registry_.histogram(Metric::kCheckpointSeconds)->count();
  EXPECT_GT(checkpoints, 0u);
  EXPECT_GT(registry_.histogram(Metric::kCheckpointFreezeSeconds)->count(), 0u);
  const auto bytes = registry_.counter(Metric::kCheckpointBytes)->value();
  EXPECT_GT(bytes, 0u);
  ASSERT_TRUE(engine().feed(source_, numbers(0, 10)));
  ASSERT_TRUE(engine().wait_fed());
  run("flush");
  EXPECT_GT(registry_.histogram(Metric::kCheckpointSeconds)->count(), checkpoints);
  EXPECT_GT(registry_.counter(Metric::kCheckpointBytes)->value(), bytes);
}

}  // namespace
}  // namespace leat

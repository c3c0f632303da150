// When a step fails because the store cannot be read: nothing wrong is shown or kept, reads go on, what changes
// anything is refused and says why; and after a restart a view whose state is damaged is there again.

#include "job/engine_fixture.h"
#include "state/store.h"

namespace leat {
namespace {

class Failure : public EngineFixture {
 protected:
  // All rows of a state table become bytes that nothing can read.
  void damage(TableId table) {
    auto store = Store::open({.path = directory_.path()}, files_).value();
    DeltaBuffer garbage(table);
    auto it = store->iterator(table);
    for (it.seek_to_first(); it.valid(); it.next()) garbage.add_value(it.key(), "?");
    ASSERT_FALSE(garbage.empty());
    Checkpoint checkpoint{.epoch = store->committed_epoch()};
    checkpoint.deltas.push_back(std::move(garbage));
    ASSERT_TRUE(store->commit(checkpoint));
  }
  void wait_for_stop() {
    for (int tries = 0; tries < 1000 && !engine().step_failure(); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_TRUE(engine().step_failure().has_value());
  }
};

TEST_F(Failure, StopsChangesNotReads) {
  ASSERT_TRUE(open());
  run("create table t (id int primary key, k int)");
  const ObjectId source = create_fed_source("s");
  run("create materialized view v as select k, count(*) n from t group by k");
  run("create materialized view of_s as select count(*) n from s");
  run("insert into t values (1, 1), (2, 1), (3, 2)");
  const RelationPtr view = engine().catalog()->find("public", "v");
  stop();
  damage(view->first_state_table);

  ASSERT_TRUE(open());
  wait_for_stop();
  EXPECT_EQ(run("select * from v"), (std::vector<std::string>{"1|2", "2|1"}));
  EXPECT_EQ(run("select * from t where id = 2"), std::vector<std::string>{"2|1"});
  EXPECT_EQ(run("select distinct status from rw_catalog.rw_jobs"), std::vector<std::string>{"stopped"});
  for (const char* change : {"insert into t values (4, 1)", "update t set k = 3", "delete from t", "create table u (a int)",
                             "create view w as select 1", "create schema z", "drop materialized view v", "flush"}) {
    const std::string error = error_of(change);
    EXPECT_NE(error.find("a step failed, and none is made until a restart"), std::string::npos) << change << ": " << error;
  }
  EXPECT_FALSE(engine().feed(source, numbers(0, 1)));
  EXPECT_FALSE(engine().wait_fed());

  // The damage was noted: the view is made from the table again.
  ASSERT_TRUE(open());
  EXPECT_FALSE(engine().step_failure());
  run("insert into t values (4, 1)");
  EXPECT_EQ(run("select * from v"), (std::vector<std::string>{"1|3", "2|1"}));
  ASSERT_TRUE(open());
  EXPECT_EQ(run("select * from v"), (std::vector<std::string>{"1|3", "2|1"}));
  EXPECT_EQ(run("select distinct status from rw_catalog.rw_jobs"), std::vector<std::string>{"running"});
}

}  // namespace
}  // namespace leat

#include "env/memory_budget.h"

#include <gtest/gtest.h>

#include "env/thread.h"

namespace leat {
namespace {

TEST(MemoryBudgetTest, AccountsAddUpAndGoWithTheirOwners) {
  MemoryBudget budget(100);
  auto a = budget.open("state");
  auto b = budget.open("state");
  auto c = budget.open("cache");
  a->add(60);
  b->add(30);
  c->add(25);
  EXPECT_EQ(budget.total_bytes(), 115);
  EXPECT_EQ(budget.over_bytes(), 15);
  auto usage = budget.usage();
  ASSERT_EQ(usage.size(), 2u);
  EXPECT_EQ(usage[0].name, "cache");
  EXPECT_EQ(usage[1].bytes, 90);
  b.reset();
  EXPECT_EQ(budget.total_bytes(), 85);
  EXPECT_EQ(budget.over_bytes(), 0);
}

TEST(ThreadTest, RunsAndJoins) {
  int value = 0;
  { Thread thread("worker-with-a-long-name", [&] { value = 7; }); }
  EXPECT_EQ(value, 7);
}

}  // namespace
}  // namespace leat

// Golden plans: test/plan/*.txt hold SQL and the plan that EXPLAIN prints for it.
//
//   # a comment
//   setup
//   create table t (a int);       SQL that is carried out; its plans are not compared
//   ----
//   query | job                   a query's plan as it is run once, or as it keeps running;
//   select ...                    with job also CREATE MATERIALIZED VIEW, INDEX, TABLE and SINK
//   ----
//   the plan, or "error: " and its text
//   (an empty line)
//
// Each file has a catalog of its own. LEAT_UPDATE_GOLDEN=1 writes the plans into the files.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "planner/sql_fixture.h"

namespace leat::planner {
namespace {

struct Case {
  std::string before;  // comments and empty lines
  std::string kind;    // setup, query, job
  std::string sql;
  std::string expected;
};

bool is_comment(const std::string& line) { return line.empty() || line[0] == '#'; }

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  std::string line;
  Case next;
  while (std::getline(file, line)) {
    if (is_comment(line)) {
      next.before += line + "\n";
      continue;
    }
    next.kind = line;
    while (std::getline(file, line) && line != "----") next.sql += line + "\n";
    if (next.kind != "setup") {
      while (std::getline(file, line) && !line.empty()) next.expected += line + "\n";
    }
    cases.push_back(std::move(next));
    next = {};
    if (cases.back().kind != "setup") next.before = "\n";
  }
  return cases;
}

std::string plan_of(SqlFixture& fixture, const Case& one) {
  auto plan = fixture.explain(one.sql, one.kind == "job" ? PlanMode::kJob : PlanMode::kQuery);
  return plan ? *plan : "error: " + plan.error().to_string() + "\n";
}

class GoldenPlan : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenPlan, IsAsWritten) {
  SqlFixture fixture;
  std::ostringstream updated;
  const bool update = std::getenv("LEAT_UPDATE_GOLDEN") != nullptr;
  for (const Case& one : read_cases(GetParam())) {
    updated << one.before << one.kind << "\n" << one.sql << "----\n";
    if (one.kind == "setup") {
      auto made = fixture.run(one.sql);
      ASSERT_TRUE(made) << one.sql << made.error().to_string();
      continue;
    }
    ASSERT_TRUE(one.kind == "query" || one.kind == "job") << "unknown section " << one.kind;
    const std::string actual = plan_of(fixture, one);
    updated << actual;
    if (!update) EXPECT_EQ(one.expected, actual) << one.sql;
    // Planning again gives the same, to the last node.
    if (one.sql.find("create") == std::string::npos) EXPECT_EQ(actual, plan_of(fixture, one));
  }
  if (update) std::ofstream(GetParam()) << updated.str();
}

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(LEAT_GOLDEN_DIR)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenPlan, testing::ValuesIn(golden_files()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace leat::planner

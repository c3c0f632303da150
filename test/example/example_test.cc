// Runs the example of every row in the tables of functions against a server: "abs(-5) -> 5" is
// SELECT abs(-5); an aggregate's "sum(v) over (1, 2) -> 3" is its call over those values; a table
// function's answer lists its rows.
#include <cstdio>
#include <string>
#include <string_view>

#include "aggregate/aggregate.h"
#include "function/casts.h"
#include "function/functions.h"
#include "function/table_functions.h"
#include "peer/peer.h"

namespace {

using namespace leat;

struct Example {
  std::string sql;
  std::string answer;
};

// The last " -> " divides; earlier ones are operators.
Example cut(std::string_view example) {
  const size_t arrow = example.rfind(" -> ");
  if (arrow == example.npos) return {};
  return {std::string(example.substr(0, arrow)), std::string(example.substr(arrow + 4))};
}

Example of_aggregate(std::string_view example) {
  Example e = cut(example);
  const size_t over = e.sql.find(" over (");
  if (over == std::string::npos) return {};
  std::string values = e.sql.substr(over + 7);
  values.pop_back();
  std::string rows = "(";
  for (size_t at; (at = values.find(", ")) != std::string::npos; values.erase(0, at + 2))
    rows += values.substr(0, at) + "), (";
  rows += values + ")";
  e.sql = e.sql.substr(0, over) + " FROM (VALUES " + rows + ") AS t (v)";
  return e;
}

class Runner {
 public:
  explicit Runner(const std::string& conninfo) : client_(conninfo) {}

  void run(std::string_view name, const Example& example) {
    if (example.sql.empty()) return;
    ++count_;
    const auto result = client_.run("SELECT " + example.sql);
    std::string got;
    if (result.ok) {
      for (const auto& row : result.rows) {
        if (!got.empty()) got += ", ";
        got += row.at(0) ? *row.at(0) : "NULL";
      }
    } else {
      got = result.error;
    }
    if (got == example.answer) return;
    ++failed_;
    std::fprintf(stderr, "%.*s: SELECT %s\n  expected: %s\n  got:      %s\n",
                 static_cast<int>(name.size()), name.data(), example.sql.c_str(),
                 example.answer.c_str(), got.c_str());
  }
  int finish() const {
    std::printf("%d examples, %d failed\n", count_, failed_);
    return failed_ == 0 && count_ > 500 ? 0 : 1;
  }

 private:
  test::PgClient client_;
  int count_ = 0;
  int failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--leat")
    test::give_up("usage: example_test --leat PROGRAM");
  test::LeatServer server(argv[2]);
  Runner runner(server.conninfo());
  for (const FunctionFamily family : function_families()) {
    for (const ScalarFunction& f : family) runner.run(f.name, cut(f.example));
  }
  for (const CastRow& row : cast_rows()) runner.run("cast", cut(row.function.example));
  for (const TableFunction& f : table_functions()) runner.run(f.name, cut(f.example));
  for (const AggregateFunction& f : aggregate_functions())
    runner.run(f.name, of_aggregate(f.example));
  return runner.finish();
}

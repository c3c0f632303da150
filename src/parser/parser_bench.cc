#include <benchmark/benchmark.h>

#include "parser/parser.h"
#include "parser/to_sql.h"

// Parsing on a connection's path: a point look-up and an analytic query, and a long INSERT.
namespace leat::parser {
namespace {

constexpr std::string_view kLookup = "SELECT id, name, total FROM orders WHERE id = $1";
constexpr std::string_view kAnalytic =
    "SELECT window_start, o.region, count(*) AS orders, sum(o.price * o.quantity) AS total, "
    "avg(CASE WHEN o.state = 'paid' THEN o.price ELSE NULL END) FILTER (WHERE o.price > 0) "
    "FROM TUMBLE(orders, created_at, INTERVAL '1 minute') AS o JOIN customers AS c ON "
    "o.customer_id = c.id LEFT JOIN regions AS r USING (region) WHERE c.name LIKE 'A%' AND "
    "o.kind IN ('a', 'b', 'c') AND o.created_at BETWEEN now() - INTERVAL '1 day' AND now() "
    "GROUP BY window_start, o.region HAVING count(*) > 10 ORDER BY total DESC LIMIT 100";

void parse(benchmark::State& state, std::string_view sql) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_statements(sql));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * sql.size()));
}

void BM_Lookup(benchmark::State& state) { parse(state, kLookup); }
void BM_Analytic(benchmark::State& state) { parse(state, kAnalytic); }

void BM_LongInsert(benchmark::State& state) {
  std::string sql = "INSERT INTO orders VALUES (0, 'name', 1.5)";
  for (int i = 1; i < 10'000; ++i) sql += fmt::format(", ({}, 'name {}', {}.5)", i, i, i);
  parse(state, sql);
}

void BM_Print(benchmark::State& state) {
  const auto statements = parse_statements(kAnalytic);
  for (auto _ : state) benchmark::DoNotOptimize(to_sql(*statements->front().statement));
}

BENCHMARK(BM_Lookup);
BENCHMARK(BM_Analytic);
BENCHMARK(BM_LongInsert);
BENCHMARK(BM_Print);

}  // namespace
}  // namespace leat::parser

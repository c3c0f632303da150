// Cost of evaluation per row: filter and project are meant to cost at most 5 ns a column.
#include <benchmark/benchmark.h>

#include "expr/evaluator.h"
#include "expr/kernel.h"

namespace leat {
namespace {

struct AddLong {
  static const RowError* apply(int64_t a, int64_t b, int64_t& out) {
    return __builtin_add_overflow(a, b, &out) ? &kBigintOutOfRange : nullptr;
  }
};
struct LessLong {
  static bool apply(int64_t a, int64_t b) { return a < b; }
};
const ScalarFunction kAdd{.name = "+", .args = {TypeId::kInt64, TypeId::kInt64}, .result = TypeId::kInt64,
                          .kernel = kernel_checked2<int64_t, int64_t, int64_t, AddLong>};
const ScalarFunction kLess{.name = "<", .args = {TypeId::kInt64, TypeId::kInt64}, .result = TypeId::kBoolean,
                           .kernel = kernel2<int64_t, int64_t, bool, LessLong>};

Batch make_batch(size_t rows, bool nulls) {
  Batch batch;
  for (int c = 0; c < 2; ++c) {
    auto column = std::make_shared<Vector>(Type(TypeId::kInt64), rows);
    for (size_t i = 0; i < rows; ++i) {
      column->data<int64_t>()[i] = static_cast<int64_t>((i * 2654435761u + c) % 1000);
      if (nulls && i % 11 == 0) column->set_null_value(i);
    }
    batch.columns.push_back(std::move(column));
  }
  batch.selection = Selection(rows);
  return batch;
}

ExprPtr column(int c) { return make_column(c, TypeId::kInt64); }
ExprPtr number(int64_t v) { return make_literal(Value::int64(v)); }
ExprPtr less(ExprPtr a, ExprPtr b) { return make_call(&kLess, TypeId::kBoolean, {std::move(a), std::move(b)}); }

void run(benchmark::State& state, const ExprPtr& expr, bool nulls, bool filter) {
  const Batch batch = make_batch(static_cast<size_t>(state.range(0)), nulls);
  TimeZone zone;
  EvalContext context{.zone = &zone};
  Evaluator evaluator({expr});
  for (auto _ : state) {
    if (filter) {
      benchmark::DoNotOptimize(evaluator.filter(0, batch, context).size());
    } else {
      benchmark::DoNotOptimize(evaluator.evaluate(0, batch, context).get());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void project_add(benchmark::State& state) {
  run(state, make_call(&kAdd, TypeId::kInt64, {column(0), column(1)}), false, false);
}
void project_add_nulls(benchmark::State& state) {
  run(state, make_call(&kAdd, TypeId::kInt64, {column(0), column(1)}), true, false);
}
void filter_less(benchmark::State& state) { run(state, less(column(0), number(500)), false, true); }
void filter_and(benchmark::State& state) {
  run(state, make_and({less(column(0), number(500)), less(number(100), column(1))}), true, true);
}
void case_two_branches(benchmark::State& state) {
  auto e = std::make_shared<Expr>();
  e->kind = ExprKind::kCase;
  e->type = TypeId::kInt64;
  e->args = {less(column(0), number(300)), column(1), number(0)};
  run(state, e, false, false);
}
BENCHMARK(project_add)->Arg(64)->Arg(4096);
BENCHMARK(project_add_nulls)->Arg(4096);
BENCHMARK(filter_less)->Arg(64)->Arg(4096);
BENCHMARK(filter_and)->Arg(4096);
BENCHMARK(case_two_branches)->Arg(4096);

}  // namespace
}  // namespace leat

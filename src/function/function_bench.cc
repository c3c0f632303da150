// Kernels over a batch of 4096 rows, per row.
#include <benchmark/benchmark.h>

#include "expr/evaluator.h"
#include "function/casts.h"
#include "function/functions.h"
#include "types/format_value.h"

namespace leat {
namespace {

constexpr size_t kRows = 4096;

ColumnPtr column_of(const Type& type, const char* const (&texts)[4]) {
  const TimeZone utc;
  auto column = std::make_shared<Vector>(type, kRows);
  for (size_t i = 0; i < kRows; ++i)
    column->set_value(i, parse_text(type, texts[i % 4], utc).value());
  return column;
}

void run(benchmark::State& state, const ExprPtr& expr, ColumnPtr column) {
  const TimeZone zone = TimeZone::find("America/New_York").value();
  Batch batch{.columns = {std::move(column)}, .selection = Selection(kRows)};
  Evaluator evaluator({expr});
  EvalContext context{.zone = &zone};
  for (auto _ : state) benchmark::DoNotOptimize(evaluator.evaluate(0, batch, context));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}

ExprPtr call(const char* name, const Type& result, const Type& column, std::vector<Value> rest,
             bool column_last = false) {
  std::vector<Type> types;
  std::vector<ExprPtr> args;
  if (!column_last) {
    types.push_back(column);
    args.push_back(make_column(0, column));
  }
  for (const Value& v : rest) {
    types.push_back(v.type());
    args.push_back(make_literal(v));
  }
  if (column_last) {
    types.push_back(column);
    args.push_back(make_column(0, column));
  }
  return make_call(function_of(name, types), result, std::move(args));
}

const char* const kTexts[4] = {"short", "a rather longer piece of text", "Mixed CASE Text 42",
                               "orders.2024.europe"};
const char* const kTimes[4] = {"2024-03-05 10:20:30", "1999-12-31 23:59:59.5", "2024-07-01",
                               "2030-11-11 11:11:11"};
const char* const kInts[4] = {"1", "-7", "123456", "2000000"};
const char* const kNumerics[4] = {"1.50", "-7.25", "123456.789", "0.001"};
const char* const kJson[4] = {
    R"({"id": 1, "name": "a", "price": 12.5})", R"({"id": 2, "name": "b", "tags": ["x", "y"]})",
    R"({"name": "no id"})", R"({"id": 4, "name": "d", "nested": {"deep": [1, 2, 3]}})"};
const char* const kNumbersAsText[4] = {"1", "-77", "123456", "99"};

void BM_AddInt(benchmark::State& s) {
  run(s, call("+", TypeId::kInt32, TypeId::kInt32, {Value::int32(5)}),
      column_of(TypeId::kInt32, kInts));
}
void BM_LessInt(benchmark::State& s) {
  run(s, call("<", TypeId::kBoolean, TypeId::kInt32, {Value::int32(5)}),
      column_of(TypeId::kInt32, kInts));
}
void BM_MultiplyNumeric(benchmark::State& s) {
  run(s,
      call("*", TypeId::kNumeric, TypeId::kNumeric,
           {Value::numeric(*Decimal::from_int128(908, 3))}),
      column_of(TypeId::kNumeric, kNumerics));
}
void BM_EqualText(benchmark::State& s) {
  run(s, call("=", TypeId::kBoolean, TypeId::kVarchar, {Value::varchar("orders.2024.europe")}),
      column_of(TypeId::kVarchar, kTexts));
}
void BM_Lower(benchmark::State& s) {
  run(s, call("lower", TypeId::kVarchar, TypeId::kVarchar, {}),
      column_of(TypeId::kVarchar, kTexts));
}
void BM_Substr(benchmark::State& s) {
  run(s, call("substr", TypeId::kVarchar, TypeId::kVarchar, {Value::int32(3), Value::int32(4)}),
      column_of(TypeId::kVarchar, kTexts));
}
void BM_LikePrefix(benchmark::State& s) {
  run(s, call("~~", TypeId::kBoolean, TypeId::kVarchar, {Value::varchar("orders.%")}),
      column_of(TypeId::kVarchar, kTexts));
}
void BM_LikeGeneral(benchmark::State& s) {
  run(s, call("~~", TypeId::kBoolean, TypeId::kVarchar, {Value::varchar("%e_t%")}),
      column_of(TypeId::kVarchar, kTexts));
}
void BM_Regexp(benchmark::State& s) {
  run(s, call("~", TypeId::kBoolean, TypeId::kVarchar, {Value::varchar("[0-9]{4}")}),
      column_of(TypeId::kVarchar, kTexts));
}
void BM_ExtractHour(benchmark::State& s) {
  run(s, call("extract", TypeId::kNumeric, TypeId::kTimestamp, {Value::varchar("hour")}, true),
      column_of(TypeId::kTimestamp, kTimes));
}
void BM_TruncDay(benchmark::State& s) {
  run(s, call("date_trunc", TypeId::kTimestamp, TypeId::kTimestamp, {Value::varchar("day")}, true),
      column_of(TypeId::kTimestamp, kTimes));
}
void BM_TruncMonthInZone(benchmark::State& s) {
  run(s,
      call("date_trunc", TypeId::kTimestamptz, TypeId::kTimestamptz, {Value::varchar("month")},
           true),
      column_of(TypeId::kTimestamptz, kTimes));
}
void BM_ToChar(benchmark::State& s) {
  run(s,
      call("to_char", TypeId::kVarchar, TypeId::kTimestamp, {Value::varchar("YYYY-MM-DD HH24:MI")}),
      column_of(TypeId::kTimestamp, kTimes));
}
void BM_JsonText(benchmark::State& s) {
  run(s, call("->>", TypeId::kVarchar, TypeId::kJsonb, {Value::varchar("name")}),
      column_of(TypeId::kJsonb, kJson));
}
void BM_CastTextToInt(benchmark::State& s) {
  run(s,
      make_call(find_cast(TypeId::kVarchar, TypeId::kInt32).cast.function, TypeId::kInt32,
                {make_column(0, TypeId::kVarchar)}),
      column_of(TypeId::kVarchar, kNumbersAsText));
}
void BM_CastIntToText(benchmark::State& s) {
  run(s,
      make_call(find_cast(TypeId::kInt32, TypeId::kVarchar).cast.function, TypeId::kVarchar,
                {make_column(0, TypeId::kInt32)}),
      column_of(TypeId::kInt32, kInts));
}
void BM_CastTimestampToText(benchmark::State& s) {
  run(s,
      make_call(find_cast(TypeId::kTimestamp, TypeId::kVarchar).cast.function, TypeId::kVarchar,
                {make_column(0, TypeId::kTimestamp)}),
      column_of(TypeId::kTimestamp, kTimes));
}

BENCHMARK(BM_AddInt);
BENCHMARK(BM_LessInt);
BENCHMARK(BM_MultiplyNumeric);
BENCHMARK(BM_EqualText);
BENCHMARK(BM_Lower);
BENCHMARK(BM_Substr);
BENCHMARK(BM_LikePrefix);
BENCHMARK(BM_LikeGeneral);
BENCHMARK(BM_Regexp);
BENCHMARK(BM_ExtractHour);
BENCHMARK(BM_TruncDay);
BENCHMARK(BM_TruncMonthInZone);
BENCHMARK(BM_ToChar);
BENCHMARK(BM_JsonText);
BENCHMARK(BM_CastTextToInt);
BENCHMARK(BM_CastIntToText);
BENCHMARK(BM_CastTimestampToText);

}  // namespace
}  // namespace leat

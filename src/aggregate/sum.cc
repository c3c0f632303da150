#include "aggregate/sum_state.h"

namespace leat {
namespace {

void out_of_range(Vector& out, size_t row, const char* type, EvalContext& context) {
  out.set_null_value(row);
  context.row_error(row, make_error(SqlState::kNumericValueOutOfRange, "{} out of range", type));
}

void bigint_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const IntegerSum*>(states[i]);
    const __int128 sum = state->get();
    if (state->count == 0) {
      out.set_null_value(i);
    } else if (sum != static_cast<int64_t>(sum)) {
      out_of_range(out, i, "bigint", context);
    } else {
      out.data<int64_t>()[i] = static_cast<int64_t>(sum);
    }
  }
}

void numeric_of_integers(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const IntegerSum*>(states[i]);
    if (state->count == 0) {
      out.set_null_value(i);
    } else if (const auto sum = Decimal::from_int128(state->get(), 0)) {
      out.data<Decimal>()[i] = *sum;
    } else {
      out_of_range(out, i, "numeric", context);
    }
  }
}

template <class State>
void numeric_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const State*>(states[i]);
    if (state->count() == 0) {
      out.set_null_value(i);
    } else if (!state->get(out.data<Decimal>()[i])) {
      out_of_range(out, i, "numeric", context);
    }
  }
}

template <class T>
void float_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const FloatSum*>(states[i]);
    double sum = 0;
    if (state->count == 0) {
      out.set_null_value(i);
    } else if (const bool known = state->get(sum);
               !known || (std::isfinite(sum) && !std::isfinite(static_cast<T>(sum)))) {
      out.set_null_value(i);
      context.row_error(
          i, make_error(SqlState::kNumericValueOutOfRange, "value out of range: overflow"));
    } else {
      out.data<T>()[i] = static_cast<T>(sum);
    }
  }
}

// Intervals: months, days and microseconds summed apart.
struct IntervalSum {
  int64_t months, days, micros, count;
};

void add_intervals(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    auto* state = reinterpret_cast<IntervalSum*>(u.states[i]);
    const auto& value = arg.at<Interval>(u.rows[i]);
    const int64_t w = u.weight(i);
    state->months += value.months * w;
    state->days += value.days * w;
    state->micros += value.micros * w;
    state->count += w;
  }
}

void interval_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const IntervalSum*>(states[i]);
    if (state->count == 0) {
      out.set_null_value(i);
    } else if (state->months != static_cast<int32_t>(state->months) ||
               state->days != static_cast<int32_t>(state->days)) {
      out_of_range(out, i, "interval", context);
    } else {
      out.data<Interval>()[i] = {static_cast<int32_t>(state->months),
                                 static_cast<int32_t>(state->days), state->micros};
    }
  }
}

constexpr std::string_view kDoc = "Sum of the arguments that are not NULL; NULL if there are none.";
constexpr std::string_view kExample = "sum(v) over (1, 2, NULL) -> 3";

const AggregateFunction kRows[] = {
    {.name = "sum",
     .args = Signature(TypeId::kInt16),
     .result = TypeId::kInt64,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntegerSum), add_integers<int16_t>, bigint_result}},
    {.name = "sum",
     .args = Signature(TypeId::kInt32),
     .result = TypeId::kInt64,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntegerSum), add_integers<int32_t>, bigint_result}},
    {.name = "sum",
     .args = Signature(TypeId::kInt64),
     .result = TypeId::kNumeric,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntegerSum), add_integers<int64_t>, numeric_of_integers}},
    {.name = "sum",
     .args = Signature(TypeId::kNumeric),
     .result = TypeId::kNumeric,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(RetractableDecimalSum), add_decimals<RetractableDecimalSum>,
                     numeric_result<RetractableDecimalSum>},
     .append_only = {sizeof(DecimalSum), add_decimals<DecimalSum>, numeric_result<DecimalSum>}},
    {.name = "sum",
     .args = Signature(TypeId::kFloat32),
     .result = TypeId::kFloat32,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(FloatSum), add_floats<float>, float_result<float>}},
    {.name = "sum",
     .args = Signature(TypeId::kFloat64),
     .result = TypeId::kFloat64,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(FloatSum), add_floats<double>, float_result<double>}},
    {.name = "sum",
     .args = Signature(TypeId::kInterval),
     .result = TypeId::kInterval,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntervalSum), add_intervals, interval_result}},
};

}  // namespace

std::span<const AggregateFunction> sum_aggregates() { return kRows; }

}  // namespace leat

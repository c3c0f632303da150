#include "aggregate/sum_state.h"

namespace leat {
namespace {

void divide(const std::optional<Decimal>& sum, int64_t count, Vector& out, size_t row,
            EvalContext& context) {
  const auto mean = sum ? Decimal::divide(*sum, Decimal::from_int(count)) : std::nullopt;
  if (mean) {
    out.data<Decimal>()[row] = *mean;
  } else {
    out.set_null_value(row);
    context.row_error(row, make_error(SqlState::kNumericValueOutOfRange, "numeric out of range"));
  }
}

void integers_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const IntegerSum*>(states[i]);
    if (state->count == 0) {
      out.set_null_value(i);
    } else {
      divide(Decimal::from_int128(state->get(), 0), state->count, out, i, context);
    }
  }
}

template <class State>
void decimals_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const State*>(states[i]);
    Decimal sum;
    if (state->count() == 0) {
      out.set_null_value(i);
    } else {
      divide(state->get(sum) ? std::optional(sum) : std::nullopt, state->count(), out, i, context);
    }
  }
}

void floats_result(std::span<const char* const> states, Vector& out, EvalContext& context) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* state = reinterpret_cast<const FloatSum*>(states[i]);
    double sum = 0;
    if (state->count == 0) {
      out.set_null_value(i);
    } else if (!state->get(sum)) {
      out.set_null_value(i);
      context.row_error(
          i, make_error(SqlState::kNumericValueOutOfRange, "value out of range: overflow"));
    } else {
      out.data<double>()[i] = sum / static_cast<double>(state->count);
    }
  }
}

constexpr std::string_view kDoc =
    "Mean of the arguments that are not NULL; NULL if there are none.";
constexpr std::string_view kExample = "avg(v) over (1, 2, NULL) -> 1.5000000000000000";

const AggregateFunction kRows[] = {
    {.name = "avg",
     .args = Signature(TypeId::kInt16),
     .result = TypeId::kNumeric,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntegerSum), add_integers<int16_t>, integers_result}},
    {.name = "avg",
     .args = Signature(TypeId::kInt32),
     .result = TypeId::kNumeric,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntegerSum), add_integers<int32_t>, integers_result}},
    {.name = "avg",
     .args = Signature(TypeId::kInt64),
     .result = TypeId::kNumeric,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(IntegerSum), add_integers<int64_t>, integers_result}},
    {.name = "avg",
     .args = Signature(TypeId::kNumeric),
     .result = TypeId::kNumeric,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(RetractableDecimalSum), add_decimals<RetractableDecimalSum>,
                     decimals_result<RetractableDecimalSum>},
     .append_only = {sizeof(DecimalSum), add_decimals<DecimalSum>, decimals_result<DecimalSum>}},
    {.name = "avg",
     .args = Signature(TypeId::kFloat32),
     .result = TypeId::kFloat64,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(FloatSum), add_floats<float>, floats_result}},
    {.name = "avg",
     .args = Signature(TypeId::kFloat64),
     .result = TypeId::kFloat64,
     .doc = kDoc,
     .example = kExample,
     .retractable = {sizeof(FloatSum), add_floats<double>, floats_result}},
};

}  // namespace

std::span<const AggregateFunction> avg_aggregates() { return kRows; }

}  // namespace leat

#include "aggregate/aggregate.h"

namespace leat {
namespace {

void count_all(const AggregateUpdate& u) {
  for (size_t i = 0; i < u.states.size(); ++i) {
    *reinterpret_cast<int64_t*>(u.states[i]) += u.weight(i);
  }
}

void count_not_null(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  if (!arg.may_have_nulls()) return count_all(u);
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (!arg.is_null(u.rows[i])) *reinterpret_cast<int64_t*>(u.states[i]) += u.weight(i);
  }
}

void count_result(std::span<const char* const> states, Vector& out, EvalContext&) {
  for (size_t i = 0; i < states.size(); ++i) {
    out.data<int64_t>()[i] = *reinterpret_cast<const int64_t*>(states[i]);
  }
}

constexpr AggregateFunction::Inline kCountAll{8, count_all, count_result};
constexpr AggregateFunction::Inline kCountNotNull{8, count_not_null, count_result};

const AggregateFunction kRows[] = {
    {.name = "count",
     .args = Signature(),
     .result = TypeId::kInt64,
     .doc = "Number of rows.",
     .example = "count(*) over (1, 2, NULL) -> 3",
     .retractable = kCountAll},
    {.name = "count",
     .args = Signature(TypeSpec::kAny),
     .result = TypeId::kInt64,
     .doc = "Number of rows whose argument is not NULL.",
     .example = "count(v) over (1, 2, NULL) -> 2",
     .retractable = kCountNotNull},
};

}  // namespace

std::span<const AggregateFunction> count_aggregates() { return kRows; }

}  // namespace leat

#include "aggregate/aggregate.h"

namespace leat {
namespace {

struct BoolCounts {
  int64_t trues, falses;
};

void count_bools(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    auto* counts = reinterpret_cast<BoolCounts*>(u.states[i]);
    (arg.at<uint8_t>(u.rows[i]) ? counts->trues : counts->falses) += u.weight(i);
  }
}

template <bool kAnd>
void bool_result(std::span<const char* const> states, Vector& out, EvalContext&) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* counts = reinterpret_cast<const BoolCounts*>(states[i]);
    if (counts->trues == 0 && counts->falses == 0) {
      out.set_null_value(i);
    } else {
      out.data<uint8_t>()[i] = kAnd ? counts->falses == 0 : counts->trues > 0;
    }
  }
}

constexpr AggregateFunction::Inline kAnd{sizeof(BoolCounts), count_bools, bool_result<true>};
constexpr AggregateFunction::Inline kOr{sizeof(BoolCounts), count_bools, bool_result<false>};

const AggregateFunction kRows[] = {
    {.name = "bool_and",
     .args = Signature(TypeId::kBoolean),
     .result = TypeId::kBoolean,
     .doc = "True if every argument that is not NULL is true.",
     .example = "bool_and(v) over (true, false) -> f",
     .retractable = kAnd},
    {.name = "every",
     .args = Signature(TypeId::kBoolean),
     .result = TypeId::kBoolean,
     .doc = "True if every argument that is not NULL is true.",
     .example = "every(v) over (true, false) -> f",
     .retractable = kAnd},
    {.name = "bool_or",
     .args = Signature(TypeId::kBoolean),
     .result = TypeId::kBoolean,
     .doc = "True if some argument is true.",
     .example = "bool_or(v) over (true, false) -> t",
     .retractable = kOr},
};

}  // namespace

std::span<const AggregateFunction> bool_aggregates() { return kRows; }

}  // namespace leat

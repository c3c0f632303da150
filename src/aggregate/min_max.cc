#include <cmath>

#include "aggregate/aggregate.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// The best value so far, for inputs that only grow.
template <class T>
struct Best {
  T value;
  int64_t seen;
};

// PostgreSQL's order: NaN is above everything.
template <class T>
bool less(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a)) return false;
    if (std::isnan(b)) return true;
  }
  return a < b;
}

template <class T, bool kMax>
void keep_best(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    auto* best = reinterpret_cast<Best<T>*>(u.states[i]);
    const T& value = arg.at<T>(u.rows[i]);
    if (!best->seen || (kMax ? less(best->value, value) : less(value, best->value))) {
      best->value = value;
      best->seen = 1;
    }
  }
}

template <class T>
void best_result(std::span<const char* const> states, Vector& out, EvalContext&) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto* best = reinterpret_cast<const Best<T>*>(states[i]);
    if (!best->seen) {
      out.set_null_value(i);
    } else {
      out.data<T>()[i] = best->value;
    }
  }
}

void first_row(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
               EvalContext&) {
  std::string_view packed;
  int64_t weight;
  if (!rows.next(packed, weight)) return out.set_null_value(row);
  out.set_value(row, unpack_values(packed, arg_types)[0]);
}

template <class T, bool kMax>
constexpr AggregateFunction best_of(TypeId type) {
  return {.name = kMax ? "max" : "min",
          .args = Signature(type),
          .result = type,
          .doc = kMax ? "Largest argument; NULLs do not count."
                      : "Smallest argument; NULLs do not count.",
          .example = kMax ? "max(v) over (1, 2, NULL) -> 2" : "min(v) over (1, 2, NULL) -> 1",
          .append_only = {sizeof(Best<T>), keep_best<T, kMax>, best_result<T>},
          .rows_order = kMax ? AggregateFunction::kDescending : AggregateFunction::kAscending,
          .first_row_only = true,
          .skips_null_rows = true,
          .from_rows = first_row};
}

// Types without fixed width keep their best row in the operator's ordered state.
template <bool kMax>
constexpr AggregateFunction best_row_of(TypeSpec spec, TypeSpec result) {
  return {.name = kMax ? "max" : "min",
          .args = Signature(spec),
          .result = result,
          .doc = kMax ? "Largest argument; NULLs do not count."
                      : "Smallest argument; NULLs do not count.",
          .example = kMax ? "max(v) over (1, 2, NULL) -> 2" : "min(v) over (1, 2, NULL) -> 1",
          .rows_order = kMax ? AggregateFunction::kDescending : AggregateFunction::kAscending,
          .first_row_only = true,
          .skips_null_rows = true,
          .from_rows = first_row};
}

template <bool kMax>
constexpr auto family() {
  return std::array{best_of<int16_t, kMax>(TypeId::kInt16),
                    best_of<int32_t, kMax>(TypeId::kInt32),
                    best_of<int64_t, kMax>(TypeId::kInt64),
                    best_of<float, kMax>(TypeId::kFloat32),
                    best_of<double, kMax>(TypeId::kFloat64),
                    best_of<Decimal, kMax>(TypeId::kNumeric),
                    best_of<int32_t, kMax>(TypeId::kDate),
                    best_of<int64_t, kMax>(TypeId::kTime),
                    best_of<int64_t, kMax>(TypeId::kTimestamp),
                    best_of<int64_t, kMax>(TypeId::kTimestamptz),
                    best_of<Interval, kMax>(TypeId::kInterval),
                    best_of<int64_t, kMax>(TypeId::kOid),
                    best_of<int64_t, kMax>(TypeId::kSerial),
                    best_row_of<kMax>(TypeId::kVarchar, TypeId::kVarchar),
                    best_row_of<kMax>(TypeId::kBytea, TypeId::kBytea),
                    best_row_of<kMax>(TypeSpec::kAnyList, TypeSpec::kSameList)};
}

}  // namespace

std::span<const AggregateFunction> min_max_aggregates() {
  static const std::vector<AggregateFunction> rows = [] {
    std::vector<AggregateFunction> all;
    for (const auto& row : family<false>()) all.push_back(row);
    for (const auto& row : family<true>()) all.push_back(row);
    return all;
  }();
  return rows;
}

}  // namespace leat

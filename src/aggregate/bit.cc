// bit_and, bit_or, bit_xor. To take values back, the first two count each bit; exclusive or only
// needs the parity. Over inputs that only grow, the value itself is enough.
#include "aggregate/aggregate.h"

namespace leat {
namespace {

template <class T>
struct BitCounts {
  int64_t count;
  int64_t set[sizeof(T) * 8];  // values with this bit set
};

template <class T>
void count_bits(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    auto* state = reinterpret_cast<BitCounts<T>*>(u.states[i]);
    const auto bits = static_cast<std::make_unsigned_t<T>>(arg.at<T>(u.rows[i]));
    const int64_t w = u.weight(i);
    state->count += w;
    for (size_t b = 0; b < sizeof(T) * 8; ++b) state->set[b] += w * ((bits >> b) & 1);
  }
}

template <class T, bool kAnd>
void counted_result(std::span<const char* const> states, Vector& out, EvalContext&) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto& state = *reinterpret_cast<const BitCounts<T>*>(states[i]);
    if (state.count == 0) {
      out.set_null_value(i);
      continue;
    }
    std::make_unsigned_t<T> bits = 0;
    for (size_t b = 0; b < sizeof(T) * 8; ++b) {
      const bool one = kAnd ? state.set[b] == state.count : state.set[b] > 0;
      bits = static_cast<std::make_unsigned_t<T>>(bits | (std::make_unsigned_t<T>{one} << b));
    }
    out.data<T>()[i] = static_cast<T>(bits);
  }
}

// The value so far, and how many it is of.
struct Bits {
  int64_t value;
  int64_t count;
};

enum class Op : uint8_t { kAnd, kOr, kXor };

template <class T, Op kOp>
void keep_bits(const AggregateUpdate& u) {
  const Vector& arg = *u.args[0];
  for (size_t i = 0; i < u.states.size(); ++i) {
    if (arg.is_null(u.rows[i])) continue;
    auto* state = reinterpret_cast<Bits*>(u.states[i]);
    const int64_t value = arg.at<T>(u.rows[i]);
    if (kOp == Op::kXor) {
      if ((u.weight(i) & 1) != 0) state->value ^= value;
    } else if (state->count == 0) {
      state->value = value;
    } else {
      state->value = kOp == Op::kAnd ? state->value & value : state->value | value;
    }
    state->count += u.weight(i);
  }
}

template <class T>
void kept_result(std::span<const char* const> states, Vector& out, EvalContext&) {
  for (size_t i = 0; i < states.size(); ++i) {
    const auto& state = *reinterpret_cast<const Bits*>(states[i]);
    if (state.count == 0)
      out.set_null_value(i);
    else
      out.data<T>()[i] = static_cast<T>(state.value);
  }
}

template <class T, bool kAnd>
constexpr AggregateFunction and_or(TypeId type) {
  return {
      .name = kAnd ? "bit_and" : "bit_or",
      .args = Signature(type),
      .result = type,
      .doc = kAnd ? "Bitwise and of the arguments that are not NULL."
                  : "Bitwise or of the arguments that are not NULL.",
      .example = kAnd ? "bit_and(v) over (12, 10) -> 8" : "bit_or(v) over (12, 10) -> 14",
      .retractable = {sizeof(BitCounts<T>), count_bits<T>, counted_result<T, kAnd>},
      .append_only = {sizeof(Bits), keep_bits < T, kAnd ? Op::kAnd : Op::kOr >, kept_result<T>}};
}
template <class T>
constexpr AggregateFunction exclusive_or(TypeId type) {
  return {.name = "bit_xor",
          .args = Signature(type),
          .result = type,
          .doc = "Bitwise exclusive or of the arguments that are not NULL.",
          .example = "bit_xor(v) over (12, 10) -> 6",
          .retractable = {sizeof(Bits), keep_bits<T, Op::kXor>, kept_result<T>}};
}

constexpr AggregateFunction kRows[] = {
    and_or<int16_t, true>(TypeId::kInt16),  and_or<int32_t, true>(TypeId::kInt32),
    and_or<int64_t, true>(TypeId::kInt64),  and_or<int16_t, false>(TypeId::kInt16),
    and_or<int32_t, false>(TypeId::kInt32), and_or<int64_t, false>(TypeId::kInt64),
    exclusive_or<int16_t>(TypeId::kInt16),  exclusive_or<int32_t>(TypeId::kInt32),
    exclusive_or<int64_t>(TypeId::kInt64),
};

}  // namespace

std::span<const AggregateFunction> bit_aggregates() { return kRows; }

}  // namespace leat

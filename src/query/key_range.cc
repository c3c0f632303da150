#include "query/key_range.h"

#include "catalog/relation.h"
#include "expr/evaluator.h"
#include "types/ordered_key.h"

namespace leat {
namespace {

// The first byte string after all that start with `prefix`; nullopt: there is none.
std::optional<std::string> after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<uint8_t>(prefix.back()) != 0xFF) {
      prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return std::nullopt;
}

// Appends a bound's key bytes; false: it is NULL, which compares true with nothing.
Result<bool> append_bound(std::string& key, const ExprPtr& expr, const SortColumn& column,
                          EvalContext& eval) {
  const Value value = TRY(evaluate_constant(expr, eval));
  if (value.is_null()) return false;
  append_ordered_key(key, value, column.descending, column.nulls_first);
  return true;
}

}  // namespace

Result<KeyRange> key_range(const PhysicalNode& scan, EvalContext& eval) {
  const auto& order = scan.relation->stored_order;
  const KeyBounds& bounds = scan.bounds;
  std::string prefix;
  for (size_t i = 0; i < bounds.equal.size(); ++i) {
    if (!TRY(append_bound(prefix, bounds.equal[i], order[i], eval))) return KeyRange{};
  }
  if (!bounds.equal.empty() && bounds.equal.size() == order.size()) {
    return KeyRange{KeyRange::kPoint, {.lo = std::move(prefix)}};
  }
  KeyRange result{KeyRange::kRange, {.lo = prefix, .hi = after_prefix(prefix)}};
  if (!bounds.low && !bounds.high) return result;

  const SortColumn& column = order[bounds.equal.size()];
  // A descending column turns low and high around.
  const ExprPtr& first = column.descending ? bounds.high : bounds.low;
  const ExprPtr& last = column.descending ? bounds.low : bounds.high;
  const bool first_inclusive = column.descending ? bounds.high_inclusive : bounds.low_inclusive;
  const bool last_inclusive = column.descending ? bounds.low_inclusive : bounds.high_inclusive;
  if (first) {
    std::string key = prefix;
    if (!TRY(append_bound(key, first, column, eval))) return KeyRange{};
    if (first_inclusive) {
      result.range.lo = std::move(key);
    } else if (auto next = after_prefix(std::move(key))) {
      result.range.lo = std::move(*next);
    } else {
      return KeyRange{};
    }
  }
  if (last) {
    std::string key = std::move(prefix);
    if (!TRY(append_bound(key, last, column, eval))) return KeyRange{};
    result.range.hi = last_inclusive ? after_prefix(std::move(key)) : std::optional(std::move(key));
  }
  if (result.range.hi && *result.range.hi <= result.range.lo) return KeyRange{};
  return result;
}

}  // namespace leat

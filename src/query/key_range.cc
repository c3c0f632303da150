#include "query/key_range.h"

#include <algorithm>
#include <limits>

#include "catalog/relation.h"
#include "expr/evaluator.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

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

bool fits(TypeId type, int64_t value) {
  switch (type) {
    case TypeId::kInt16: return std::in_range<int16_t>(value);
    case TypeId::kInt32: return std::in_range<int32_t>(value);
    default: return true;
  }
}

// Appends the key bytes of a value that the column equals; false: it equals none (NULL, or an integer
// that its type does not hold).
bool append_equal(std::string& key, const Value& value, const Type& type, const SortColumn& column) {
  if (value.is_null()) return false;
  if (value.type() == type) {
    append_ordered_key(key, value, column.descending, column.nulls_first);
    return true;
  }
  CHECK(value.type().is_integer() && type.is_integer(), "a key of {} is looked up by {}", type.name(),
        value.type().name());
  if (!fits(type.id(), value.as_int64())) return false;
  append_ordered_key(key, Value(type, value.as_int64()), column.descending, column.nulls_first);
  return true;
}

// The bytes of the columns that equal something: one string, or one for each element of a list.
Result<std::vector<std::string>> equal_prefixes(const PhysicalNode& scan, EvalContext& eval) {
  const Relation& relation = *scan.relation;
  std::vector<std::string> prefixes(1);
  for (size_t i = 0; i < scan.bounds.equal.size(); ++i) {
    const SortColumn& column = relation.stored_order[i];
    const Type& type = relation.columns[column.column].type;
    const Value value = TRY(evaluate_constant(scan.bounds.equal[i], eval));
    if (value.is_null()) return std::vector<std::string>{};
    if (static_cast<int>(i) != scan.bounds.list) {
      for (std::string& prefix : prefixes) {
        if (!append_equal(prefix, value, type, column)) return std::vector<std::string>{};
      }
      continue;
    }
    std::vector<std::string> listed;
    for (const Value& element : unpack_list(value.as_string(), value.type().element())) {
      std::string prefix = prefixes[0];
      if (append_equal(prefix, element, type, column)) listed.push_back(std::move(prefix));
    }
    prefixes = std::move(listed);
  }
  if (prefixes.size() > 1) {
    std::ranges::sort(prefixes);
    prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
  }
  return prefixes;
}

// What the column behind the equal ones is between, in the direction in which it is stored.
struct Bounds {
  std::optional<Value> first, last;
  bool first_inclusive = true, last_inclusive = true;
};

// nullopt: a bound is NULL, which compares true with nothing.
Result<std::optional<Bounds>> bounds_of(const KeyBounds& from, bool descending, EvalContext& eval) {
  Bounds bounds{.first_inclusive = descending ? from.high_inclusive : from.low_inclusive,
                .last_inclusive = descending ? from.low_inclusive : from.high_inclusive};
  const auto set = [&](const ExprPtr& expr, std::optional<Value>& to) -> Result<bool> {
    if (expr) to = TRY(evaluate_constant(expr, eval));
    return !to || !to->is_null();
  };
  if (!TRY(set(descending ? from.high : from.low, bounds.first))) return std::nullopt;
  if (!TRY(set(descending ? from.low : from.high, bounds.last))) return std::nullopt;
  return bounds;
}

// The keys that start with the prefix and lie between the bounds; nullopt: there can be none.
std::optional<ScanRange> range_of(std::string prefix, const Bounds& bounds, const SortColumn& column) {
  const auto with = [&](const Value& value) {
    std::string key = prefix;
    append_ordered_key(key, value, column.descending, column.nulls_first);
    return key;
  };
  ScanRange range{.lo = prefix, .hi = after_prefix(prefix)};
  if (!bounds.first && !bounds.last) return range;
  // A bounded range has no NULLs, wherever they are sorted: a value's first byte says that it is none.
  const std::string not_null = with(bounds.first ? *bounds.first : *bounds.last).substr(0, prefix.size() + 1);
  range = {.lo = not_null, .hi = after_prefix(not_null)};
  if (bounds.first) {
    range.lo = with(*bounds.first);
    if (!bounds.first_inclusive) {
      auto next = after_prefix(std::move(range.lo));
      if (!next) return std::nullopt;
      range.lo = std::move(*next);
    }
  }
  if (bounds.last) {
    range.hi = with(*bounds.last);
    if (bounds.last_inclusive) range.hi = after_prefix(std::move(*range.hi));
  }
  if (range.hi && *range.hi <= range.lo) return std::nullopt;
  return range;
}

}  // namespace

Result<std::vector<KeyRange>> key_ranges(const PhysicalNode& scan, EvalContext& eval) {
  const auto& order = scan.relation->stored_order;
  const KeyBounds& bounds = scan.bounds;
  std::vector<std::string> prefixes = TRY(equal_prefixes(scan, eval));
  std::vector<KeyRange> ranges;
  ranges.reserve(prefixes.size());
  if (!bounds.equal.empty() && bounds.equal.size() == order.size()) {
    for (std::string& key : prefixes) ranges.push_back({.range = {.lo = std::move(key)}, .point = true});
    return ranges;
  }
  const SortColumn column = bounds.equal.size() < order.size() ? order[bounds.equal.size()] : SortColumn{};
  const auto between = TRY(bounds_of(bounds, column.descending, eval));
  if (!between) return ranges;
  for (std::string& prefix : prefixes) {
    if (auto range = range_of(std::move(prefix), *between, column)) ranges.push_back({.range = std::move(*range)});
  }
  return ranges;
}

}  // namespace leat

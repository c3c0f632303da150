// Queries: conditions on the first columns of a stored relation's key, or of one of its indexes,
// become bounds of the scan. Indexes have all columns of their relation, so one is as good as the
// other.

#include <algorithm>
#include <limits>

#include "catalog/catalog.h"
#include "planner/function_rows.h"
#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

// More values in an IN list are filtered, not looked up one by one.
constexpr size_t kLookupValuesMax = 100;

// One way to read: a stored relation and how the conditions bound its key.
struct Path {
  RelationPtr relation;
  std::vector<KeyBounds> bounds;  // several: one for each value of an IN list
  std::vector<bool> consumed;     // conjuncts that the bounds say in full
  int equal_columns = 0;
  bool whole_key = false;  // at most one row
  bool range = false;

  int score() const { return equal_columns * 4 + (whole_key ? 2 : 0) + (range ? 1 : 0); }
};

bool has_key_order(const Type& type) {
  switch (type.id()) {
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kJsonb:
    case TypeId::kInterval:
    case TypeId::kUnknown:
      return false;
    default:
      return true;
  }
}

bool is_constant(const Expr& expr) {
  bool constant = true;
  for_each_expr(expr, [&](const Expr& e) {
    constant = constant && e.kind != ExprKind::kColumn && e.kind != ExprKind::kOuterColumn;
    if (e.function != nullptr)
      constant = constant && e.function->volatility != Volatility::kVolatile;
  });
  return constant;
}

bool fits(const Type& type, int64_t value) {
  switch (type.id()) {
    case TypeId::kInt16:
      return value >= std::numeric_limits<int16_t>::min() &&
             value <= std::numeric_limits<int16_t>::max();
    case TypeId::kInt32:
      return value >= std::numeric_limits<int32_t>::min() &&
             value <= std::numeric_limits<int32_t>::max();
    default:
      return true;
  }
}

// Is the expression the scan's column, or its widening to a larger integer type?
bool is_column(const Expr& expr, int column) {
  const Expr* inner = widened_integer(expr);
  const Expr& at = inner != nullptr ? *inner : expr;
  return at.kind == ExprKind::kColumn && at.column == column;
}

// The constant as a value of the column's type, or an integer that is not a literal as it is; null if
// it is neither.
ExprPtr as_key_value(const ExprPtr& constant, const Type& type) {
  if (!is_constant(*constant)) return nullptr;
  if (constant->type == type) return constant;
  if (!constant->type.is_integer() || !type.is_integer()) return nullptr;
  if (constant->kind != ExprKind::kLiteral) return constant;
  if (constant->literal.is_null() || !fits(type, constant->literal.as_int64())) return nullptr;
  return make_literal(Value(type, constant->literal.as_int64()));
}

struct Condition {
  Comparison comparison = Comparison::kEqual;
  std::vector<ExprPtr> values;  // several: an IN list of literals, each another value
  ExprPtr list;                 // instead: an array, of whose elements any may be equal
  size_t size() const { return list != nullptr ? kLookupValuesMax : values.size(); }
};

std::optional<Condition> condition_on(const Expr& conjunct, int column, const Type& type);

// column = ANY (array)
std::optional<Condition> in_array(const Expr& conjunct, int column, const Type& type) {
  const ExprPtr& array = conjunct.args[1];
  if (!is_column(*conjunct.args[0], column) || !is_constant(*array)) return std::nullopt;
  const Type& element = array->type.element();
  const bool comparable = element == type || (element.is_integer() && type.is_integer());
  return comparable ? std::optional(Condition{.list = array}) : std::nullopt;
}

// column = a OR column = b ..: parameters may turn out to be equal, so the values are one list.
std::optional<Condition> any_equal(const Expr& disjunction, int column, const Type& type) {
  std::vector<ExprPtr> values;
  for (const ExprPtr& arg : disjunction.args) {
    const auto one = condition_on(*arg, column, type);
    if (!one || one->comparison != Comparison::kEqual || one->list != nullptr) return std::nullopt;
    values.insert(values.end(), one->values.begin(), one->values.end());
  }
  const auto other_type = [&](const ExprPtr& value) { return !(value->type == values[0]->type); };
  if (values.empty() || std::any_of(values.begin(), values.end(), other_type)) return std::nullopt;
  return Condition{.list = make_array(std::move(values))};
}

// What a conjunct says about a column, if it can bound a key.
std::optional<Condition> condition_on(const Expr& conjunct, int column, const Type& type) {
  if (conjunct.kind == ExprKind::kOr) return any_equal(conjunct, column, type);
  if (is_equal_any(conjunct)) return in_array(conjunct, column, type);
  if (conjunct.kind == ExprKind::kInList) {
    if (conjunct.negated || !is_column(*conjunct.args[0], column)) return std::nullopt;
    Condition condition;
    for (size_t i = 1; i < conjunct.args.size(); ++i) {
      const Expr& item = *conjunct.args[i];
      if (item.kind == ExprKind::kLiteral && item.literal.is_null()) continue;  // never TRUE
      ExprPtr value = as_key_value(conjunct.args[i], type);
      if (value == nullptr || !(value->type == type)) return std::nullopt;
      const auto same = [&](const ExprPtr& known) { return expr_equal(*known, *value); };
      if (std::none_of(condition.values.begin(), condition.values.end(), same))
        condition.values.push_back(value);
    }
    // Literals that are equal but not the same (1.0, 1.00) would find a row twice.
    if (type.is(TypeId::kNumeric) && condition.values.size() > 1) return std::nullopt;
    if (condition.values.empty() || condition.values.size() > kLookupValuesMax) return std::nullopt;
    return condition;
  }
  auto comparison = comparison_of(conjunct);
  if (!comparison) return std::nullopt;
  size_t side = 0;
  if (!is_column(*conjunct.args[0], column)) {
    if (!is_column(*conjunct.args[1], column)) return std::nullopt;
    side = 1;
    comparison = flipped(*comparison);
  }
  ExprPtr value = as_key_value(conjunct.args[1 - side], type);
  if (value == nullptr || (!(value->type == type) && *comparison != Comparison::kEqual)) return std::nullopt;
  return Condition{*comparison, {std::move(value)}};
}

// Relation columns of the stored key's columns, in order.
std::vector<int> stored_key(const Relation& stored, bool index) {
  std::vector<int> columns;
  for (const SortColumn& item : stored.stored_order) {
    columns.push_back(index ? stored.index_columns[static_cast<size_t>(item.column)] : item.column);
  }
  return columns;
}

void bound_range(Path& path, const LogicalNode& scan, int column,
                 const std::vector<ExprPtr>& conjuncts) {
  const Type& type = scan.schema[static_cast<size_t>(column)].type;
  for (size_t i = 0; i < conjuncts.size(); ++i) {
    const auto condition = condition_on(*conjuncts[i], column, type);
    if (!condition || condition->comparison == Comparison::kEqual) continue;
    const bool is_low = condition->comparison == Comparison::kGreater ||
                        condition->comparison == Comparison::kGreaterEqual;
    const bool inclusive = condition->comparison == Comparison::kGreaterEqual ||
                           condition->comparison == Comparison::kLessEqual;
    KeyBounds& first = path.bounds[0];
    if ((is_low ? first.low : first.high) != nullptr) continue;
    for (KeyBounds& bounds : path.bounds) {
      (is_low ? bounds.low : bounds.high) = condition->values[0];
      (is_low ? bounds.low_inclusive : bounds.high_inclusive) = inclusive;
    }
    path.consumed[i] = true;
    path.range = true;
  }
}

Path plan_path(const RelationPtr& stored, bool index, const LogicalNode& scan,
               const std::vector<ExprPtr>& conjuncts) {
  Path path{stored, {KeyBounds{}}, std::vector<bool>(conjuncts.size(), false)};
  const std::vector<int> key = stored_key(*stored, index);
  bool has_list = false;
  for (const int key_column : key) {
    const auto at = std::find(scan.scan_columns.begin(), scan.scan_columns.end(), key_column);
    if (at == scan.scan_columns.end()) break;
    const int column = static_cast<int>(at - scan.scan_columns.begin());
    const Type& type = scan.schema[static_cast<size_t>(column)].type;
    if (!has_key_order(type)) break;
    std::optional<Condition> equal;
    size_t chosen = 0;
    for (size_t i = 0; i < conjuncts.size(); ++i) {
      auto condition = condition_on(*conjuncts[i], column, type);
      if (!condition || condition->comparison != Comparison::kEqual) continue;
      if (condition->size() > 1 && has_list) continue;
      if (equal && equal->size() <= condition->size()) continue;
      equal = std::move(condition);
      chosen = i;
    }
    if (!equal) {
      bound_range(path, scan, column, conjuncts);
      break;
    }
    has_list |= equal->size() > 1;
    path.consumed[chosen] = true;
    if (equal->list != nullptr) {
      path.bounds[0].list = path.equal_columns++;
      path.bounds[0].equal.push_back(equal->list);
      continue;
    }
    std::vector<KeyBounds> next;
    for (const KeyBounds& bounds : path.bounds) {
      for (const ExprPtr& value : equal->values) {
        next.push_back(bounds);
        next.back().equal.push_back(value);
      }
    }
    path.bounds = std::move(next);
    ++path.equal_columns;
  }
  path.whole_key = !key.empty() && path.equal_columns == static_cast<int>(key.size());
  return path;
}

}  // namespace

Result<Lowered> lower_key_lookup(Lowering& lowering, const LogicalNode& scan,
                                 const std::vector<ExprPtr>& conjuncts) {
  if (!scan.relation->stored()) return Lowered{};
  const bool scans_index = scan.relation->kind == RelationKind::kIndex;
  Path best = plan_path(scan.relation, false, scan, conjuncts);
  const CatalogSnapshot* catalog = lowering.context().catalog;
  if (catalog != nullptr && !scans_index) {
    for (const RelationPtr& index : catalog->indexes_of(scan.relation->id)) {
      Path path = plan_path(index, true, scan, conjuncts);
      if (path.score() > best.score()) best = std::move(path);
    }
  }
  if (best.score() == 0) return Lowered{};

  std::vector<int> columns = scan.scan_columns;
  if (best.relation != scan.relation) {
    for (int& column : columns) {
      const auto& of_index = best.relation->index_columns;
      column =
          static_cast<int>(std::find(of_index.begin(), of_index.end(), column) - of_index.begin());
    }
  }
  std::vector<PhysicalPtr> reads;
  for (KeyBounds& bounds : best.bounds) {
    auto read = std::make_shared<PhysicalNode>();
    read->kind = PhysicalKind::kScan;
    read->schema = scan.schema;
    read->relation = best.relation;
    read->relation_name = best.relation->name;
    read->columns = columns;
    read->bounds = std::move(bounds);
    read->append_only = true;
    read->distribution.kind = Distribution::kSingle;
    reads.push_back(std::move(read));
  }
  PhysicalPtr rows = reads.size() == 1 ? reads[0] : new_physical(PhysicalKind::kUnionAll, reads);
  std::vector<ExprPtr> rest;
  for (size_t i = 0; i < conjuncts.size(); ++i) {
    if (!best.consumed[i]) rest.push_back(conjuncts[i]);
  }
  return Lowered{make_physical_filter(std::move(rows), rest), first_columns(scan.schema.size())};
}

}  // namespace leat::planner

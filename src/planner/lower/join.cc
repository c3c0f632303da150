// Joins. Equalities between the sides become keys, by which both sides are distributed; the rest is
// a condition over the pairs. Without an equality all rows meet in one shard.

#include <algorithm>

#include "catalog/relation.h"
#include "planner/function_rows.h"
#include "planner/logical_nodes.h"
#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

struct Keys {
  std::vector<ExprPtr> left, right;  // over each side's own columns
  std::vector<bool> null_safe;
  std::vector<ExprPtr> rest;  // over left ++ right
};

// 0: no columns, 1: left's only, 2: right's only, 3: both.
int sides_of(const Expr& expr, int left_width) {
  int sides = 0;
  for (const int column : columns_of(expr)) sides |= column < left_width ? 1 : 2;
  return sides;
}

ExprPtr shifted(const ExprPtr& expr, int by) {
  return rewrite_expr(expr, [by](const ExprPtr& e) -> ExprPtr {
    return e->kind == ExprKind::kColumn ? make_column(e->column + by, e->type) : e;
  });
}

Keys split_condition(const std::vector<ExprPtr>& conjuncts, int left_width) {
  Keys keys;
  for (const ExprPtr& conjunct : conjuncts) {
    const bool null_safe = is_not_distinct(*conjunct);
    if ((!null_safe && !is_equality(*conjunct)) ||
        !(conjunct->args[0]->type == conjunct->args[1]->type)) {
      keys.rest.push_back(conjunct);
      continue;
    }
    ExprPtr a = conjunct->args[0], b = conjunct->args[1];
    if (sides_of(*a, left_width) == 2) std::swap(a, b);
    if (sides_of(*a, left_width) != 1 || sides_of(*b, left_width) != 2) {
      keys.rest.push_back(conjunct);
      continue;
    }
    keys.left.push_back(a);
    keys.right.push_back(shifted(b, -left_width));
    keys.null_safe.push_back(null_safe);
  }
  return keys;
}

// Positions in `keys` of the columns a side is distributed by, if all are keys.
std::optional<std::vector<size_t>> hash_positions(const PhysicalNode& side,
                                                  const std::vector<int>& keys) {
  if (side.distribution.kind != Distribution::kHash || side.distribution.columns.empty())
    return std::nullopt;
  std::vector<size_t> positions;
  for (const int column : side.distribution.columns) {
    const auto at = std::find(keys.begin(), keys.end(), column);
    if (at == keys.end()) return std::nullopt;
    positions.push_back(static_cast<size_t>(at - keys.begin()));
  }
  return positions;
}

std::vector<int> pick(const std::vector<int>& from, const std::vector<size_t>& positions) {
  std::vector<int> out;
  for (const size_t position : positions) out.push_back(from[position]);
  return out;
}

PhysicalPtr make_exchange(PhysicalPtr input, const std::vector<int>& keys) {
  auto node = new_physical(PhysicalKind::kExchange, {std::move(input)});
  node->keys = keys;
  node->distribution = {keys.empty() ? Distribution::kSingle : Distribution::kHash, keys};
  return node;
}

// Rows that may join meet in one shard: both sides distributed alike, by the same keys in the same
// order.
void distribute(PhysicalPtr& left, PhysicalPtr& right, const std::vector<int>& left_keys,
                const std::vector<int>& right_keys) {
  const bool left_single = left->distribution.kind == Distribution::kSingle;
  const bool right_single = right->distribution.kind == Distribution::kSingle;
  if (left_single && right_single) return;
  if (left_keys.empty()) {
    left = exchange_by(left, {});
    right = exchange_by(right, {});
    return;
  }
  const auto by_left = hash_positions(*left, left_keys);
  const auto by_right = hash_positions(*right, right_keys);
  if (by_left) {
    const std::vector<int> wanted = pick(right_keys, *by_left);
    if (right->distribution == Distribution{Distribution::kHash, wanted}) return;
    right = make_exchange(right, wanted);
    return;
  }
  if (by_right) {
    left = make_exchange(left, pick(left_keys, *by_right));
    return;
  }
  left = make_exchange(left, left_keys);
  right = make_exchange(right, right_keys);
}

bool contains_all(const std::vector<int>& set, const std::vector<int>& columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](int column) { return std::count(set.begin(), set.end(), column) > 0; });
}

// The key of the join's rows, over left ++ right.
std::vector<int> join_key(const PhysicalNode& join) {
  const PhysicalNode& left = *join.inputs[0];
  const PhysicalNode& right = *join.inputs[1];
  const auto width = static_cast<int>(left.schema.size());
  if (!is_join_with_right_columns(join.join)) return left.key;
  // At most one row of a side for each row of the other.
  const bool one_right = contains_all(join.right_keys, right.key) || join.single_row;
  const bool one_left = contains_all(join.left_keys, left.key);
  const bool keeps_left = join.join == JoinKind::kInner || join.join == JoinKind::kLeft;
  const bool keeps_right = join.join == JoinKind::kInner || join.join == JoinKind::kRight;
  if (keeps_left && one_right) return left.key;
  std::vector<int> right_key;
  for (const int column : right.key) right_key.push_back(column + width);
  if (keeps_right && one_left) return right_key;
  std::vector<int> key = left.key;
  for (const int column : right.key) {
    // Equal to a column that the key has already.
    bool known = false;
    for (size_t i = 0; keeps_left && i < join.right_keys.size(); ++i) {
      known |= join.right_keys[i] == column &&
               std::count(left.key.begin(), left.key.end(), join.left_keys[i]) > 0;
    }
    if (!known) key.push_back(column + width);
  }
  return key;
}

bool never_null(const PhysicalNode& node, int column) {
  const auto at = static_cast<size_t>(column);
  switch (node.kind) {
    case PhysicalKind::kScan: {
      const int of_relation = node.columns[at];
      const ColumnDefinition& definition = node.relation->columns[static_cast<size_t>(of_relation)];
      const auto& key = node.relation->key;
      const bool declared = node.relation->declared_primary_key &&
                            std::count(key.begin(), key.end(), of_relation) > 0;
      return definition.not_null || declared || definition.type.is(TypeId::kSerial);
    }
    case PhysicalKind::kProject: {
      const Expr& expr = *node.exprs[at];
      if (expr.kind == ExprKind::kLiteral) return !expr.literal.is_null();
      return expr.kind == ExprKind::kColumn && never_null(*node.inputs[0], expr.column);
    }
    case PhysicalKind::kFilter:
    case PhysicalKind::kExchange:
    case PhysicalKind::kDynamicFilter:
      return never_null(*node.inputs[0], column);
    case PhysicalKind::kHashAggregate:
      return at < node.keys.size() && never_null(*node.inputs[0], node.keys[at]);
    default:
      return false;
  }
}

bool has_key_never_null(const PhysicalNode& node) {
  return std::any_of(node.key.begin(), node.key.end(),
                     [&](int column) { return never_null(node, column); });
}

// In a full join a left row alone and a right row alone are both NULL in the other's key. If they
// may be NULL in their own key too, a column that only left rows have tells them apart.
PhysicalPtr mark_left(PhysicalPtr left) {
  std::vector<int> at;
  const PhysicalPtr with =
      append_physical(std::move(left), {make_literal(Value::boolean(true))}, at);
  auto marked = std::make_shared<PhysicalNode>(*with);
  marked->schema[static_cast<size_t>(at[0])].name = "_left";
  marked->key.push_back(at[0]);
  return marked;
}

bool joins_append_only(const PhysicalNode& join) {
  const bool inputs = join.inputs[0]->append_only && join.inputs[1]->append_only;
  return inputs && (join.join == JoinKind::kInner || join.join == JoinKind::kSemi);
}

// What comes out: the logical columns, then those of the key that are not among them.
void set_output(PhysicalNode& join, const std::vector<int>& columns, const std::vector<int>& key) {
  Schema both = join.inputs[0]->schema;
  const auto left_width = static_cast<int>(both.size());
  both.insert(both.end(), join.inputs[1]->schema.begin(), join.inputs[1]->schema.end());
  join.join_output = columns;
  for (const int column : key) {
    if (std::count(columns.begin(), columns.end(), column) == 0) join.join_output.push_back(column);
  }
  std::vector<int> map(both.size(), -1);
  join.schema.clear();
  for (size_t i = 0; i < join.join_output.size(); ++i) {
    const auto from = static_cast<size_t>(join.join_output[i]);
    if (map[from] < 0) map[from] = static_cast<int>(i);
    join.schema.push_back(both[from]);
  }
  join.key = map_columns(key, map);

  join.distribution = distribution_of_join(join);

  // A watermark on both sides' key column holds for the joined one.
  join.watermark_columns.clear();
  const auto has = [](const PhysicalNode& node, int column) {
    return std::count(node.watermark_columns.begin(), node.watermark_columns.end(), column) > 0;
  };
  if (join.join == JoinKind::kSemi || join.join == JoinKind::kInner) {
    for (size_t i = 0; i < join.left_keys.size(); ++i) {
      if (!has(*join.inputs[0], join.left_keys[i]) || !has(*join.inputs[1], join.right_keys[i]))
        continue;
      for (const int column : {join.left_keys[i], join.right_keys[i] + left_width}) {
        if (map[static_cast<size_t>(column)] >= 0)
          join.watermark_columns.push_back(map[static_cast<size_t>(column)]);
      }
    }
  }
}

}  // namespace

Result<Lowered> lower_join(Lowering& lowering, const LogicalNode& node) {
  Lowered left = TRY(lowering.lower(node.inputs[0]));
  Lowered right = TRY(lowering.lower(node.inputs[1]));
  // The logical condition over left ++ right as physical columns of left ++ right.
  const auto left_width = static_cast<int>(left.node->schema.size());
  std::vector<int> places = left.columns;
  for (const int column : right.columns) places.push_back(column + left_width);
  std::vector<ExprPtr> conjuncts;
  for (const ExprPtr& conjunct : conjuncts_of(node.condition))
    conjuncts.push_back(remap_columns(conjunct, places));

  if (lowering.is_job() && node.join == JoinKind::kSemi && conjuncts.size() == 1 &&
      right.node->key.empty()) {
    Lowered filter = lower_dynamic_filter(left, right, conjuncts[0]);
    if (filter.node != nullptr) return filter;
  }

  Keys keys = split_condition(conjuncts, left_width);
  auto join = std::make_shared<PhysicalNode>();
  join->kind = PhysicalKind::kHashJoin;
  join->join = node.join;
  join->single_row = node.single_row;
  join->null_safe = keys.null_safe;
  PhysicalPtr l = append_physical(left.node, keys.left, join->left_keys);
  PhysicalPtr r = append_physical(right.node, keys.right, join->right_keys);
  if (lowering.is_job() && node.join == JoinKind::kFull && !has_key_never_null(*l) &&
      !has_key_never_null(*r)) {
    l = mark_left(l);
  }
  const auto new_width = static_cast<int>(l->schema.size());
  distribute(l, r, join->left_keys, join->right_keys);
  join->inputs = {l, r};
  if (!keys.rest.empty()) {
    join->condition = rewrite_expr(make_and(keys.rest), [&](const ExprPtr& e) -> ExprPtr {
      if (e->kind != ExprKind::kColumn || e->column < left_width) return e;
      return make_column(e->column - left_width + new_width, e->type);
    });
  }
  join->append_only = !lowering.is_job() || joins_append_only(*join);
  std::vector<int> columns = left.columns;
  if (is_join_with_right_columns(node.join)) {
    for (const int column : right.columns) columns.push_back(column + new_width);
  }
  const size_t width = columns.size();
  set_output(*join, columns, lowering.is_job() ? join_key(*join) : std::vector<int>{});
  return Lowered{std::move(join), first_columns(width)};
}

}  // namespace leat::planner

// Operators, IN, BETWEEN, LIKE, quantified comparisons and sub-queries in expressions (expr_binder.h).
#include "binder/call_builder.h"
#include "binder/expr_binder.h"
#include "function/functions.h"
#include "types/packed_row.h"

namespace leat {
namespace {

std::shared_ptr<Expr> subquery_expr(SubqueryKind kind, Type type, LogicalPtr plan, uint32_t position) {
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::kSubquery;
  out->subquery_kind = kind;
  out->type = std::move(type);
  out->subquery = std::move(plan);
  out->position = position;
  return out;
}

// The expression as seen from one level further in.
ExprPtr one_level_in(const ExprPtr& expr) {
  const ExprPtr moved = rewrite_outer_columns(expr, 1, [](const Expr& outer, int) -> ExprPtr {
    auto copy = std::make_shared<Expr>(outer);
    ++copy->depth;
    return copy;
  });
  return rewrite_expr(moved, [](const ExprPtr& part) -> ExprPtr {
    if (part->kind != ExprKind::kColumn) return part;
    auto copy = std::make_shared<Expr>(*part);
    copy->kind = ExprKind::kOuterColumn;
    copy->depth = 1;
    return copy;
  });
}

bool is_literal(const ExprPtr& expr) { return expr->kind == ExprKind::kLiteral; }

ExprPtr in_list_expr(std::vector<ExprPtr> args, bool negated, uint32_t position) {
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::kInList;
  out->type = TypeId::kBoolean;
  out->args = std::move(args);
  out->negated = negated;
  out->position = position;
  return out;
}

const ast::Row* as_row(const ast::Expr& e) {
  const auto* row = ast::try_as<ast::Row>(&e);
  return row != nullptr && row->elements.size() > 1 ? row : nullptr;
}

bool is_comparison(std::string_view op) {
  return op == "=" || op == "<>" || op == "<" || op == "<=" || op == ">" || op == ">=";
}

}  // namespace

// ---- operators -------------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::unary(const ast::Unary& e) {
  return call_operator(state_, e.op, {TRY(bind(*e.operand))}, e.position);
}

Result<ExprPtr> ExprBinder::binary(const ast::Binary& e) {
  if (is_comparison(e.op) && (as_row(*e.left) != nullptr || as_row(*e.right) != nullptr)) {
    return row_comparison(e.op, *e.left, *e.right, e.position);
  }
  ExprPtr left = TRY(bind(*e.left));
  ExprPtr right = TRY(bind(*e.right));
  return binary_operator(e.op, std::move(left), std::move(right), e.position);
}

Result<ExprPtr> ExprBinder::binary_operator(const std::string& op, ExprPtr left, ExprPtr right, uint32_t byte) {
  return call_operator(state_, op, {std::move(left), std::move(right)}, byte);
}

// (a, b) = (c, d): a = c AND b = d. (a, b) < (c, d): a < c OR (a = c AND b < d).
Result<ExprPtr> ExprBinder::row_comparison(const std::string& op, const ast::Expr& left, const ast::Expr& right,
                                           uint32_t byte) {
  const ast::Row* l = as_row(left);
  const ast::Row* r = as_row(right);
  if (l != nullptr && r == nullptr && ast::try_as<ast::Subquery>(&right) != nullptr) {
    return state_.fail_at(byte, SqlState::kFeatureNotSupported, "comparing a row with a sub-query is not supported");
  }
  if (l == nullptr || r == nullptr) return binary_operator(op, TRY(bind(left)), TRY(bind(right)), byte);
  if (l->elements.size() != r->elements.size()) {
    return state_.fail_at(byte, SqlState::kSyntaxError, "unequal number of entries in row expressions");
  }
  std::vector<ExprPtr> ls = TRY(bind_list(l->elements));
  std::vector<ExprPtr> rs = TRY(bind_list(r->elements));
  if (op == "=" || op == "<>") {
    std::vector<ExprPtr> parts;
    for (size_t i = 0; i < ls.size(); ++i) parts.push_back(TRY(binary_operator(op, ls[i], rs[i], byte)));
    return op == "=" ? make_and(std::move(parts)) : make_or(std::move(parts));
  }
  // From the last pair inwards: only the last one may be equal.
  const std::string strict = op.substr(0, 1);
  ExprPtr out = TRY(binary_operator(op, ls.back(), rs.back(), byte));
  for (size_t i = ls.size() - 1; i-- > 0;) {
    const ExprPtr equal = TRY(binary_operator("=", ls[i], rs[i], byte));
    out = make_or({TRY(binary_operator(strict, ls[i], rs[i], byte)), make_and({equal, std::move(out)})});
  }
  return out;
}

Result<ExprPtr> ExprBinder::logical(const ast::Logical& e) {
  std::vector<ExprPtr> operands;
  for (const ast::ExprPtr& operand : e.operands) {
    operands.push_back(
        TRY(coerce_condition(state_, TRY(bind(*operand)), e.is_and ? "AND" : "OR", place_of(*operand))));
  }
  auto out = std::make_shared<Expr>();
  out->kind = e.is_and ? ExprKind::kAnd : ExprKind::kOr;
  out->type = TypeId::kBoolean;
  out->position = state_.position(e.position);
  for (ExprPtr& operand : operands) {
    if (operand->kind == out->kind) {
      out->args.insert(out->args.end(), operand->args.begin(), operand->args.end());
    } else {
      out->args.push_back(std::move(operand));
    }
  }
  return out;
}

Result<ExprPtr> ExprBinder::negate(ExprPtr e, uint32_t byte) {
  const bool flips = e->kind == ExprKind::kInList ||
                     (e->kind == ExprKind::kSubquery &&
                      (e->subquery_kind == SubqueryKind::kExists || e->subquery_kind == SubqueryKind::kIn));
  if (flips) {
    auto copy = std::make_shared<Expr>(*e);
    copy->negated = !e->negated;
    return copy;
  }
  return call_function(state_, "not", {std::move(e)}, byte);
}

Result<ExprPtr> ExprBinder::is_test(const ast::IsTest& e) {
  ExprPtr operand = TRY(bind(*e.operand));
  if (e.what == ast::IsWhat::kNull) {
    operand = TRY(settle_unknown(state_, operand));
    return call_function(state_, e.negated ? "is_not_null" : "is_null", {std::move(operand)}, e.position);
  }
  static constexpr std::string_view kNames[3][2] = {
      {"is_true", "is_not_true"}, {"is_false", "is_not_false"}, {"is_unknown", "is_not_unknown"}};
  static constexpr std::string_view kClauses[3][2] = {
      {"IS TRUE", "IS NOT TRUE"}, {"IS FALSE", "IS NOT FALSE"}, {"IS UNKNOWN", "IS NOT UNKNOWN"}};
  const int what = e.what == ast::IsWhat::kTrue ? 0 : e.what == ast::IsWhat::kFalse ? 1 : 2;
  operand = TRY(coerce_condition(state_, operand, kClauses[what][e.negated], place_of(*e.operand)));
  return call_function(state_, kNames[what][e.negated], {std::move(operand)}, e.position);
}

Result<ExprPtr> ExprBinder::is_distinct(const ast::IsDistinct& e) {
  ExprPtr left = TRY(bind(*e.left));
  ExprPtr right = TRY(bind(*e.right));
  return call_operator(state_, e.negated ? "is_not_distinct_from" : "is_distinct_from",
                       {std::move(left), std::move(right)}, e.position);
}

Result<ExprPtr> ExprBinder::between(const ast::Between& e) {
  const ExprPtr operand = TRY(bind(*e.operand));
  ExprPtr low = TRY(bind(*e.low));
  ExprPtr high = TRY(bind(*e.high));
  const auto within = [&](const ExprPtr& a, const ExprPtr& b) -> Result<ExprPtr> {
    ExprPtr from = TRY(binary_operator(e.negated ? "<" : ">=", operand, a, e.position));
    ExprPtr to = TRY(binary_operator(e.negated ? ">" : "<=", operand, b, e.position));
    return e.negated ? make_or({std::move(from), std::move(to)}) : make_and({std::move(from), std::move(to)});
  };
  ExprPtr out = TRY(within(low, high));
  if (!e.symmetric) return out;
  ExprPtr swapped = TRY(within(high, low));
  return e.negated ? make_and({std::move(out), std::move(swapped)}) : make_or({std::move(out), std::move(swapped)});
}

Result<ExprPtr> ExprBinder::like(const ast::Like& e) {
  ExprPtr operand = TRY(bind(*e.operand));
  ExprPtr pattern = TRY(bind(*e.pattern));
  ExprPtr escape = e.escape ? TRY(bind(*e.escape)) : nullptr;
  if (e.like == ast::LikeKind::kSimilar) {
    std::vector<ExprPtr> args = {std::move(pattern)};
    if (escape != nullptr) args.push_back(std::move(escape));
    pattern = TRY(call_function(state_, "similar_to_escape", std::move(args), e.position));
    return binary_operator(e.negated ? "!~" : "~", std::move(operand), std::move(pattern), e.position);
  }
  if (escape != nullptr) {
    pattern = TRY(call_function(state_, "like_escape", {std::move(pattern), std::move(escape)}, e.position));
  }
  std::string op = e.negated ? "!~~" : "~~";
  if (e.like == ast::LikeKind::kIlike) op += "*";
  return binary_operator(op, std::move(operand), std::move(pattern), e.position);
}

// ---- IN --------------------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::in(const ast::In& e) {
  if (e.query != nullptr) return in_query(e);
  return as_row(*e.operand) != nullptr ? row_in_list(e) : in_list(e);
}

Result<ExprPtr> ExprBinder::in_list(const ast::In& e) {
  std::vector<ExprPtr> all = {TRY(bind(*e.operand))};
  std::vector<uint32_t> bytes = {place_of(*e.operand)};
  for (const ast::ExprPtr& item : e.list) {
    all.push_back(TRY(bind(*item)));
    bytes.push_back(place_of(*item));
  }
  std::vector<Type> types;
  for (const ExprPtr& item : all) types.push_back(item->type);
  // One set of literals of one type; anything else is a chain of comparisons.
  if (std::all_of(all.begin() + 1, all.end(), is_literal) && common_type(types)) {
    std::vector<ExprPtr> same = all;
    TRY(coerce_to_common(state_, same, "IN", bytes));
    if (std::all_of(same.begin() + 1, same.end(), is_literal)) {
      return in_list_expr(std::move(same), e.negated, state_.position(e.position));
    }
  }
  std::vector<ExprPtr> parts;
  for (size_t i = 1; i < all.size(); ++i) {
    parts.push_back(TRY(binary_operator(e.negated ? "<>" : "=", all[0], all[i], e.position)));
  }
  return e.negated ? make_and(std::move(parts)) : make_or(std::move(parts));
}

Result<ExprPtr> ExprBinder::row_in_list(const ast::In& e) {
  std::vector<ExprPtr> parts;
  for (const ast::ExprPtr& item : e.list) {
    if (as_row(*item) == nullptr) {
      return state_.fail_at(item->position, SqlState::kSyntaxError, "unequal number of entries in row expressions");
    }
    parts.push_back(TRY(row_comparison(e.negated ? "<>" : "=", *e.operand, *item, e.position)));
  }
  return e.negated ? make_and(std::move(parts)) : make_or(std::move(parts));
}

Result<BoundPart> ExprBinder::inner_query(const ast::Query& query) {
  return queries_.bind_subquery(query, {scope_, ctes_});
}

Result<ExprPtr> ExprBinder::in_query(const ast::In& e) {
  BoundPart query = TRY(inner_query(*e.query));
  const ast::Row* row = as_row(*e.operand);
  const size_t width = row != nullptr ? row->elements.size() : 1;
  if (query.columns.size() != width) {
    return state_.fail_at(e.position, SqlState::kSyntaxError, "subquery has too {} columns",
                          query.columns.size() > width ? "many" : "few");
  }
  if (row == nullptr) {
    ExprPtr out = TRY(compare_subquery(SubqueryKind::kIn, "=", TRY(bind(*e.operand)), std::move(query), e.position));
    return e.negated ? negate(std::move(out), e.position) : out;
  }
  // A row is in a query if a row of the query is equal to it.
  std::vector<ExprPtr> equal;
  for (size_t i = 0; i < width; ++i) {
    ExprPtr left = one_level_in(TRY(bind(*row->elements[i])));
    ExprPtr right = make_column(static_cast<int>(i), query.columns[i].type);
    equal.push_back(TRY(binary_operator("=", std::move(left), std::move(right), e.position)));
  }
  ExprPtr condition = make_and(std::move(equal));
  // NOT IN is true only if no comparison is true or unknown.
  if (e.negated) condition = TRY(call_function(state_, "is_not_false", {std::move(condition)}, e.position));
  auto out = subquery_expr(SubqueryKind::kExists, TypeId::kBoolean, make_filter(query.plan, std::move(condition)),
                           state_.position(e.position));
  out->negated = e.negated;
  return out;
}

Result<ExprPtr> ExprBinder::compare_subquery(SubqueryKind kind, const std::string& op, ExprPtr left, BoundPart query,
                                             uint32_t byte) {
  ExprPtr right = make_column(0, query.columns[0].type);
  const ExprPtr call = TRY(call_operator(state_, op, {std::move(left), right}, byte));
  if (call->kind != ExprKind::kCall || !call->type.is(TypeId::kBoolean)) {
    return state_.fail_at(byte, SqlState::kWrongObjectType, "op ANY/ALL (array) requires operator to yield boolean");
  }
  LogicalPtr plan = std::move(query.plan);
  if (call->args[1]->kind != ExprKind::kColumn) {
    plan = make_project(std::move(plan), {call->args[1]}, {{query.columns[0].name, call->args[1]->type}});
  }
  auto out = subquery_expr(kind, TypeId::kBoolean, std::move(plan), state_.position(byte));
  out->function = call->function;
  out->args = {call->args[0]};
  return out;
}

// ---- ANY, ALL, sub-queries -------------------------------------------------------------------

Result<ExprPtr> ExprBinder::quantified(const ast::Quantified& e) {
  ExprPtr left = TRY(bind(*e.left));
  const SubqueryKind kind = e.is_all ? SubqueryKind::kAll : SubqueryKind::kAny;
  if (e.query != nullptr) {
    BoundPart query = TRY(inner_query(*e.query));
    if (query.columns.size() != 1) {
      return state_.fail_at(e.position, SqlState::kSyntaxError, "subquery has too many columns");
    }
    return compare_subquery(!e.is_all && e.op == "=" ? SubqueryKind::kIn : kind, e.op, std::move(left),
                            std::move(query), e.position);
  }
  ExprPtr list = TRY(bind(*e.array));
  if (list->type.is(TypeId::kUnknown)) {
    const Type element = left->type.is(TypeId::kUnknown) ? Type(TypeId::kVarchar) : left->type;
    list = TRY(cast_explicitly(state_, list, Type::list_of(element), e.array->position));
  }
  if (!list->type.is(TypeId::kList)) {
    return state_.fail_at(e.position, SqlState::kWrongObjectType, "op ANY/ALL (array) requires array on right side");
  }
  const Type element = list->type.element();
  std::vector<ExprPtr> items;
  if (is_literal(list)) {
    if (list->literal.is_null()) return make_literal(Value::null(TypeId::kBoolean));
    for (Value& value : unpack_list(list->literal.as_string(), element)) items.push_back(make_literal(std::move(value)));
  } else if (list->kind == ExprKind::kCall && list->function->name == "array") {
    items = list->args;
  } else {
    // Without a sub-query, so that it may stand in any condition, and bound a key.
    if (e.op == "=" && !e.is_all) return call_function(state_, "=any", {std::move(left), std::move(list)}, e.position);
    // op ANY (SELECT unnest(array))
    LogicalNode unnest{.kind = LogicalKind::kTableFunction};
    unnest.table_function = TRY(resolve_table_function(state_, "unnest", {one_level_in(list)}, e.position));
    unnest.schema = {{"unnest", element}};
    BoundPart query{std::make_shared<const LogicalNode>(std::move(unnest)), {{"unnest", element}}};
    return compare_subquery(!e.is_all && e.op == "=" ? SubqueryKind::kIn : kind, e.op, std::move(left),
                            std::move(query), e.position);
  }
  if (items.empty()) return make_literal(Value::boolean(e.is_all));
  if (((e.op == "=" && !e.is_all) || (e.op == "<>" && e.is_all)) && std::all_of(items.begin(), items.end(), is_literal)) {
    items.insert(items.begin(), left);
    const std::vector<uint32_t> bytes(items.size(), e.position);
    std::vector<Type> types;
    for (const ExprPtr& item : items) types.push_back(item->type);
    if (common_type(types)) {
      TRY(coerce_to_common(state_, items, "ANY", bytes));
      if (std::all_of(items.begin() + 1, items.end(), is_literal)) {
        return in_list_expr(std::move(items), e.is_all, state_.position(e.position));
      }
    }
    items.erase(items.begin());
  }
  std::vector<ExprPtr> parts;
  for (const ExprPtr& item : items) parts.push_back(TRY(binary_operator(e.op, left, item, e.position)));
  return e.is_all ? make_and(std::move(parts)) : make_or(std::move(parts));
}

Result<ExprPtr> ExprBinder::subquery(const ast::Subquery& e) {
  BoundPart query = TRY(inner_query(*e.query));
  const uint32_t position = state_.position(e.position);
  if (e.subquery == ast::SubqueryKind::kExists) {
    return subquery_expr(SubqueryKind::kExists, TypeId::kBoolean, std::move(query.plan), position);
  }
  if (query.columns.size() != 1) {
    return state_.fail_at(e.position, SqlState::kSyntaxError, "subquery must return only one column");
  }
  const bool array = e.subquery == ast::SubqueryKind::kArray;
  Type type = array ? Type::list_of(query.columns[0].type) : query.columns[0].type;
  return subquery_expr(array ? SubqueryKind::kArray : SubqueryKind::kScalar, std::move(type), std::move(query.plan),
                       position);
}

}  // namespace leat

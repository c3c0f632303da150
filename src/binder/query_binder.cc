#include "binder/query_binder.h"

#include "binder/call_builder.h"
#include "binder/expr_binder.h"
#include "binder/select_binder.h"

namespace leat {
namespace {

std::string_view operation_text(ast::SetOperator op) {
  switch (op) {
    case ast::SetOperator::kUnion: return "UNION";
    case ast::SetOperator::kIntersect: return "INTERSECT";
    case ast::SetOperator::kExcept: return "EXCEPT";
  }
  UNREACHABLE();
}

}  // namespace

uint32_t column_place(const ast::QueryBody& body, size_t column) {
  if (const auto* select = ast::try_as<ast::Select>(&body)) {
    if (column < select->items.size()) return place_of(*select->items[column].expr);
  }
  if (const auto* values = ast::try_as<ast::Values>(&body)) {
    if (!values->rows.empty() && column < values->rows[0].size()) return place_of(*values->rows[0][column]);
  }
  return body.position;
}

namespace {

bool is_bare(const ast::Query& query) {
  return !query.with && query.order_by.empty() && query.limit == nullptr && query.offset == nullptr;
}

// `(SELECT ...) ORDER BY a` orders that SELECT.
const ast::QueryBody& unwrap(const ast::QueryBody& body) {
  const ast::QueryBody* at = &body;
  while (const auto* nested = ast::try_as<ast::Nested>(at)) {
    if (!is_bare(*nested->query)) break;
    at = nested->query->body.get();
  }
  return *at;
}

bool is_unknown(const Type& type) { return type.is(TypeId::kUnknown); }

// Column `column` of the plan as `type`: literals are read where they stand; nullptr if it is made of
// something else.
Result<LogicalPtr> retype(StatementState& state, const LogicalPtr& plan, size_t column, const Type& type) {
  auto copy = std::make_shared<LogicalNode>(*plan);
  copy->schema[column].type = type;
  const auto coerce = [&](ExprPtr& e) -> Result<void> {
    e = TRY(try_coerce(state, e, type, CastContext::kImplicit, 0));
    return {};
  };
  switch (plan->kind) {
    case LogicalKind::kProject: TRY(coerce(copy->exprs[column])); break;
    case LogicalKind::kValues:
      for (auto& row : copy->rows) TRY(coerce(row[column]));
      break;
    case LogicalKind::kSort:
    case LogicalKind::kSetOperation:
      for (LogicalPtr& input : copy->inputs) {
        input = TRY(retype(state, input, column, type));
        if (input == nullptr) return nullptr;
      }
      break;
    default: return nullptr;
  }
  return copy;
}

}  // namespace

// ---- logical nodes ---------------------------------------------------------------------------

LogicalPtr make_project(LogicalPtr input, std::vector<ExprPtr> exprs, Schema schema) {
  LogicalNode node{.kind = LogicalKind::kProject, .schema = std::move(schema)};
  node.inputs = {std::move(input)};
  node.exprs = std::move(exprs);
  return std::make_shared<const LogicalNode>(std::move(node));
}

LogicalPtr make_filter(LogicalPtr input, ExprPtr condition) {
  LogicalNode node{.kind = LogicalKind::kFilter, .schema = input->schema};
  node.inputs = {std::move(input)};
  node.exprs = {std::move(condition)};
  return std::make_shared<const LogicalNode>(std::move(node));
}

LogicalPtr make_join(LogicalPtr left, LogicalPtr right, JoinKind kind, ExprPtr condition) {
  LogicalNode node{.kind = LogicalKind::kJoin, .schema = left->schema};
  node.schema.insert(node.schema.end(), right->schema.begin(), right->schema.end());
  node.inputs = {std::move(left), std::move(right)};
  node.join = kind;
  node.condition = condition != nullptr ? std::move(condition) : make_literal(Value::boolean(true));
  return std::make_shared<const LogicalNode>(std::move(node));
}

LogicalPtr make_one_row() {
  LogicalNode node{.kind = LogicalKind::kValues};
  node.rows.emplace_back();
  return std::make_shared<const LogicalNode>(std::move(node));
}

LogicalPtr keep_columns(LogicalPtr plan, size_t count) {
  if (plan->schema.size() == count) return plan;
  std::vector<ExprPtr> exprs;
  for (size_t i = 0; i < count; ++i) exprs.push_back(make_column(static_cast<int>(i), plan->schema[i].type));
  Schema schema(plan->schema.begin(), plan->schema.begin() + static_cast<std::ptrdiff_t>(count));
  return make_project(std::move(plan), std::move(exprs), std::move(schema));
}

LogicalPtr rename_columns(const LogicalPtr& plan, const Schema& columns) {
  auto copy = std::make_shared<LogicalNode>(*plan);
  bool changed = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    changed |= copy->schema[i].name != columns[i].name;
    copy->schema[i].name = columns[i].name;
  }
  return changed ? LogicalPtr(std::move(copy)) : plan;
}

int scope_depth(const Scope* scope) {
  int depth = 0;
  for (; scope != nullptr; scope = scope->parent) ++depth;
  return depth;
}

// ---- queries ---------------------------------------------------------------------------------

Result<CteFrame> QueryBinder::bind_with(const ast::With& with, QueryPlace place) {
  if (with.recursive) {
    return state_.fail_at(with.position, SqlState::kFeatureNotSupported, "WITH RECURSIVE is not supported");
  }
  CteFrame frame;
  frame.parent = place.ctes;
  for (const ast::Cte& cte : with.ctes) {
    for (const CteFrame::Entry& other : frame.entries) {
      if (other.name == cte.name.text) {
        return state_.fail_at(cte.name.position, SqlState::kDuplicateAlias,
                              "WITH query name \"{}\" specified more than once", cte.name.text);
      }
    }
    if (cte.query == nullptr) {
      return state_.fail_at(cte.name.position, SqlState::kFeatureNotSupported, "AS changelog FROM is not supported");
    }
    BoundPart part = TRY(bind_subquery(*cte.query, {place.outer, &frame}));
    if (cte.columns.size() > part.columns.size()) {
      return state_.fail_at(cte.name.position, SqlState::kInvalidColumnReference,
                            "WITH query \"{}\" has {} columns available but {} columns specified", cte.name.text,
                            part.columns.size(), cte.columns.size());
    }
    for (size_t i = 0; i < cte.columns.size(); ++i) part.columns[i].name = cte.columns[i].text;
    part.plan = rename_columns(part.plan, part.columns);
    frame.entries.push_back({cte.name.text, std::move(part.plan), std::move(part.columns), scope_depth(place.outer)});
  }
  return frame;
}

Result<BoundPart> QueryBinder::bind_query(const ast::Query& query, QueryPlace place, bool settle) {
  CteFrame frame;
  if (query.with) {
    frame = TRY(bind_with(*query.with, place));
    place.ctes = &frame;
  }
  BoundPart part;
  std::vector<SortItem> order;
  const ast::QueryBody& body = unwrap(*query.body);
  if (const auto* select = ast::try_as<ast::Select>(&body)) {
    BoundSelect bound = TRY(SelectBinder(*this, *select, place).bind(query.order_by));
    part = {std::move(bound.plan), std::move(bound.columns)};
    order = std::move(bound.order);
  } else {
    part = TRY(bind_body(body, place));
  }
  // What is ordered must have a type.
  if (settle || !query.order_by.empty()) {
    std::vector<Type> types;
    for (const Field& column : part.plan->schema) {
      types.push_back(is_unknown(column.type) ? Type(TypeId::kVarchar) : column.type);
    }
    part.plan = TRY(coerce_columns(part.plan, types));
    for (size_t i = 0; i < part.columns.size(); ++i) part.columns[i].type = types[i];
  }
  if (ast::try_as<ast::Select>(&body) == nullptr) order = TRY(output_order(query, part.columns));
  if (order.empty() && query.limit == nullptr && query.offset == nullptr) return part;
  LogicalNode sort{.kind = LogicalKind::kSort, .schema = part.plan->schema};
  sort.order_by = std::move(order);
  sort.limit = TRY(bind_limit(*this, query.limit, "LIMIT", place));
  sort.offset = TRY(bind_limit(*this, query.offset, "OFFSET", place));
  sort.with_ties = query.with_ties;
  if (query.with_ties && sort.order_by.empty()) {
    return state_.fail_at(query.limit->position, SqlState::kSyntaxError, "WITH TIES cannot be specified without ORDER BY clause");
  }
  sort.inputs = {std::move(part.plan)};
  part.plan = std::make_shared<const LogicalNode>(std::move(sort));
  return part;
}

Result<BoundPart> QueryBinder::bind_subquery(const ast::Query& query, QueryPlace place, bool settle) {
  BoundPart part = TRY(bind_query(query, place, settle));
  part.plan = keep_columns(std::move(part.plan), part.columns.size());
  return part;
}

Result<BoundPart> QueryBinder::bind_body(const ast::QueryBody& body, QueryPlace place) {
  switch (body.kind) {
    case ast::BodyKind::kSelect: {
      BoundSelect bound = TRY(SelectBinder(*this, ast::as<ast::Select>(body), place).bind({}));
      return BoundPart{keep_columns(std::move(bound.plan), bound.columns.size()), std::move(bound.columns)};
    }
    case ast::BodyKind::kValues: return bind_values(ast::as<ast::Values>(body), place);
    case ast::BodyKind::kSetOperation: return bind_set_operation(ast::as<ast::SetOperation>(body), place);
    case ast::BodyKind::kNested: return bind_subquery(*ast::as<ast::Nested>(body).query, place, false);
  }
  UNREACHABLE();
}

Result<BoundPart> QueryBinder::bind_values(const ast::Values& values, QueryPlace place) {
  LogicalNode node{.kind = LogicalKind::kValues};
  Scope scope;
  scope.parent = place.outer;
  ExprBinder binder(*this, &scope, place.ctes, {.name = "VALUES"});
  const size_t width = values.rows.empty() ? 0 : values.rows[0].size();
  for (const auto& row : values.rows) {
    if (row.size() != width) {
      return state_.fail_at(row.empty() ? values.position : row[0]->position, SqlState::kSyntaxError,
                            "VALUES lists must all be the same length");
    }
    std::vector<ExprPtr> bound;
    for (const ast::ExprPtr& e : row) bound.push_back(TRY(binder.bind(*e)));
    node.rows.push_back(std::move(bound));
  }
  for (size_t c = 0; c < width; ++c) {
    std::vector<ExprPtr> column;
    std::vector<uint32_t> bytes;
    bool all_unknown = true;
    for (size_t r = 0; r < node.rows.size(); ++r) {
      column.push_back(node.rows[r][c]);
      bytes.push_back(place_of(*values.rows[r][c]));
      all_unknown &= is_unknown(column.back()->type);
    }
    Type type;
    if (!all_unknown) type = TRY(coerce_to_common(state_, column, "VALUES", bytes));
    for (size_t r = 0; r < node.rows.size(); ++r) node.rows[r][c] = std::move(column[r]);
    node.schema.push_back({fmt::format("column{}", c + 1), type});
  }
  BoundPart part;
  part.columns = node.schema;
  part.plan = std::make_shared<const LogicalNode>(std::move(node));
  return part;
}

Result<BoundPart> QueryBinder::bind_set_operation(const ast::SetOperation& e, QueryPlace place) {
  BoundPart left = TRY(bind_body(*e.left, place));
  BoundPart right = TRY(bind_body(*e.right, place));
  const std::string_view name = operation_text(e.op);
  if (left.columns.size() != right.columns.size()) {
    return state_.fail_at(column_place(*e.right, 0), SqlState::kSyntaxError,
                          "each {} query must have the same number of columns", name);
  }
  std::vector<Type> types;
  for (size_t i = 0; i < left.columns.size(); ++i) {
    const Type both[] = {left.columns[i].type, right.columns[i].type};
    const auto type = common_type(both);
    if (!type) {
      return state_.fail_at(column_place(*e.right, i), SqlState::kDatatypeMismatch, "{} types {} and {} cannot be matched",
                            name, both[0].name(), both[1].name());
    }
    types.push_back(*type);
    left.columns[i].type = *type;
  }
  LogicalNode node{.kind = LogicalKind::kSetOperation, .schema = left.columns};
  node.inputs = {TRY(coerce_columns(left.plan, types)), TRY(coerce_columns(right.plan, types))};
  node.operation = static_cast<SetOperation>(e.op);
  node.all = e.all;
  return BoundPart{std::make_shared<const LogicalNode>(std::move(node)), std::move(left.columns)};
}

Result<LogicalPtr> QueryBinder::coerce_columns(const LogicalPtr& plan, const std::vector<Type>& types) {
  LogicalPtr out = plan;
  bool casts = false;
  for (size_t i = 0; i < types.size(); ++i) {
    if (out->schema[i].type == types[i]) continue;
    if (is_unknown(out->schema[i].type)) {
      LogicalPtr typed = TRY(retype(state_, out, i, types[i]));
      if (typed != nullptr) {
        out = std::move(typed);
        continue;
      }
    }
    casts = true;
  }
  if (!casts) return out;
  std::vector<ExprPtr> exprs;
  Schema schema;
  for (size_t i = 0; i < out->schema.size(); ++i) {
    ExprPtr e = make_column(static_cast<int>(i), out->schema[i].type);
    if (i < types.size()) e = TRY(cast_explicitly(state_, e, types[i], 0));
    schema.push_back({out->schema[i].name, e->type});
    exprs.push_back(std::move(e));
  }
  return make_project(std::move(out), std::move(exprs), std::move(schema));
}

// ORDER BY of a set operation or VALUES: output columns only, by name or number.
Result<std::vector<SortItem>> QueryBinder::output_order(const ast::Query& query, const Schema& columns) {
  std::vector<SortItem> out;
  for (const ast::OrderItem& item : query.order_by) {
    int found = -1;
    const auto* literal = ast::try_as<ast::Literal>(item.expr.get());
    const auto* column = ast::try_as<ast::ColumnRef>(item.expr.get());
    if (literal != nullptr && literal->literal == ast::LiteralKind::kNumber) {
      const long position = std::strtol(literal->text.c_str(), nullptr, 10);
      if (position < 1 || position > static_cast<long>(columns.size())) {
        return state_.fail_at(item.expr->position, SqlState::kInvalidColumnReference,
                              "ORDER BY position {} is not in select list", literal->text);
      }
      found = static_cast<int>(position) - 1;
    } else if (column != nullptr && column->parts.size() == 1) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name != column->parts[0].text) continue;
        if (found >= 0) {
          return state_.fail_at(item.expr->position, SqlState::kAmbiguousColumn, "ORDER BY \"{}\" is ambiguous",
                                column->parts[0].text);
        }
        found = static_cast<int>(i);
      }
      if (found < 0) {
        return fail(state_.at(make_error(SqlState::kUndefinedColumn, "column \"{}\" does not exist", column->parts[0].text),
                              item.expr->position));
      }
    } else {
      return fail(state_.at(make_error(SqlState::kFeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause")
                                .with_detail("Only result column names can be used, not expressions or functions.")
                                .with_hint("Add the expression/function to every SELECT, or move the UNION into a FROM clause."),
                            place_of(*item.expr)));
    }
    SortItem sort{.expr = make_column(found, columns[found].type), .descending = item.descending};
    sort.nulls_first = item.nulls == ast::NullsOrder::kDefault ? item.descending : item.nulls == ast::NullsOrder::kFirst;
    out.push_back(std::move(sort));
  }
  return out;
}

Result<ExprPtr> bind_limit(QueryBinder& queries, const ast::ExprPtr& expr, std::string_view clause, QueryPlace place) {
  if (expr == nullptr) return nullptr;
  StatementState& state = queries.state();
  ExprBinder binder(queries, nullptr, place.ctes, {.name = clause});
  auto bound = binder.bind(*expr);
  if (!bound && bound.error().code == SqlState::kUndefinedColumn) {
    return state.fail_at(expr->position, SqlState::kInvalidColumnReference, "argument of {} must not contain variables", clause);
  }
  const ExprPtr value = TRY(std::move(bound));
  if (has_kind(*value, ExprKind::kSubquery)) {
    return state.fail_at(expr->position, SqlState::kFeatureNotSupported, "a sub-query in {} is not supported", clause);
  }
  ExprPtr number = TRY(try_coerce(state, value, TypeId::kInt64, CastContext::kAssignment, expr->position));
  if (number != nullptr) number = TRY(fold_constant(state, number, expr->position));
  if (number == nullptr) {
    return state.fail_at(expr->position, SqlState::kDatatypeMismatch, "argument of {} must be type bigint, not type {}",
                         clause, value->type.name());
  }
  if (number->kind == ExprKind::kLiteral) {
    // LIMIT NULL is no limit.
    if (number->literal.is_null()) return nullptr;
    if (number->literal.as_int64() < 0) {
      return state.fail_at(expr->position, clause == "LIMIT" ? SqlState::kInvalidLimit : SqlState::kInvalidOffset,
                           "{} must not be negative", clause);
    }
  }
  return number;
}

}  // namespace leat

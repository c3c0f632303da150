// What stands in FROM (query_binder.h).
#include <algorithm>

#include "binder/call_builder.h"
#include "binder/expr_binder.h"
#include "parser/parser.h"

namespace leat {
namespace {

// Every visible column of a plan under one alias.
Scope scope_of(const Schema& schema, size_t visible, std::string alias) {
  Scope scope;
  scope.schema = schema;
  ScopeTable table;
  table.alias = std::move(alias);
  for (size_t i = 0; i < visible; ++i) {
    table.columns.push_back({.name = schema[i].name, .column = static_cast<int>(i), .hidden = false});
  }
  scope.names = table.columns;
  scope.tables.push_back(std::move(table));
  return scope;
}

JoinKind join_kind(ast::JoinKind kind) {
  switch (kind) {
    case ast::JoinKind::kLeft: return JoinKind::kLeft;
    case ast::JoinKind::kRight: return JoinKind::kRight;
    case ast::JoinKind::kFull: return JoinKind::kFull;
    default: return JoinKind::kInner;
  }
}

Result<void> check_aliases(StatementState& state, const Scope& left, const Scope& right, uint32_t byte) {
  for (const ScopeTable& r : right.tables) {
    if (r.alias.empty()) continue;
    for (const ScopeTable& l : left.tables) {
      if (l.alias != r.alias) continue;
      // a.t and b.t may stand together: their schemas tell them apart.
      if (!l.schema.empty() && !r.schema.empty() && l.schema != r.schema) continue;
      return state.fail_at(byte, SqlState::kDuplicateAlias, "table name \"{}\" specified more than once", r.alias);
    }
  }
  return {};
}

// An expression over the left side as one on the right side of a dependent join.
ExprPtr from_the_right(const ExprPtr& expr) {
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

LogicalPtr make_apply(LogicalPtr left, LogicalPtr right, JoinKind kind, ExprPtr condition) {
  auto node = std::make_shared<LogicalNode>(*make_join(std::move(left), std::move(right), kind, std::move(condition)));
  node->kind = LogicalKind::kApply;
  return node;
}

bool is_time(const Type& type) { return type.is(TypeId::kTimestamp) || type.is(TypeId::kTimestamptz); }

}  // namespace

Result<FromPart> QueryBinder::bind_from(const std::vector<ast::FromItemPtr>& items, QueryPlace place) {
  FromPart part = TRY(bind_item(*items[0], place));
  for (size_t i = 1; i < items.size(); ++i) {
    const Scope beside = part.scope;
    part = TRY(join_parts(std::move(part), *items[i], JoinKind::kInner, nullptr, {place.outer, place.ctes, &beside}));
  }
  return part;
}

Result<FromPart> QueryBinder::bind_item(const ast::FromItem& item, QueryPlace place) {
  switch (item.kind) {
    case ast::FromKind::kRelation: return bind_relation(ast::as<ast::FromRelation>(item), place);
    case ast::FromKind::kSubquery: return bind_from_subquery(ast::as<ast::FromSubquery>(item), place);
    case ast::FromKind::kFunction: {
      bool used_left = false;
      return bind_function(ast::as<ast::FromFunction>(item), place, nullptr, used_left);
    }
    case ast::FromKind::kTimeWindow: return bind_time_window(ast::as<ast::FromTimeWindow>(item), place);
    case ast::FromKind::kJoin: return bind_join(ast::as<ast::Join>(item), place);
  }
  UNREACHABLE();
}

Result<void> QueryBinder::apply_alias(FromPart& part, const ast::FromItem& item) {
  if (!item.alias) return {};
  const ast::TableAlias& alias = *item.alias;
  if (!alias.types.empty()) {
    return state_.fail_at(alias.name.position, SqlState::kSyntaxError,
                          "a column definition list is only allowed for functions returning \"record\"");
  }
  // A join's alias hides the names within; anything else is one table already.
  ScopeTable table;
  if (part.scope.tables.size() == 1) {
    table = std::move(part.scope.tables[0]);
  } else {
    table.columns = part.scope.names;
  }
  table.alias = alias.name.text;
  table.schema.clear();
  size_t next = 0;
  for (ScopeName& column : table.columns) {
    if (column.hidden || next >= alias.columns.size()) continue;
    column.name = alias.columns[next++].text;
  }
  if (next < alias.columns.size()) {
    return state_.fail_at(alias.name.position, SqlState::kInvalidColumnReference,
                          "table \"{}\" has {} columns available but {} columns specified", table.alias, next,
                          alias.columns.size());
  }
  part.scope.names = table.columns;
  part.scope.tables.clear();
  part.scope.tables.push_back(std::move(table));
  return {};
}

// ---- relations, views, WITH queries ----------------------------------------------------------

FromPart QueryBinder::scan(const RelationPtr& relation, std::string alias, std::string schema) {
  LogicalNode node{.kind = LogicalKind::kScan, .schema = relation->schema_of()};
  node.relation = relation;
  node.relation_name = relation->schema_name == "public" ? relation->name : relation->schema_name + "." + relation->name;
  FromPart part;
  ScopeTable table;
  table.alias = std::move(alias);
  table.schema = std::move(schema);
  table.relation = relation;
  for (size_t i = 0; i < relation->columns.size(); ++i) {
    node.scan_columns.push_back(static_cast<int>(i));
    const ColumnDefinition& column = relation->columns[i];
    table.columns.push_back({.name = column.name, .column = static_cast<int>(i), .hidden = column.hidden});
  }
  part.scope.schema = node.schema;
  part.scope.names = table.columns;
  part.scope.tables.push_back(std::move(table));
  part.plan = std::make_shared<const LogicalNode>(std::move(node));
  return part;
}

Result<FromPart> QueryBinder::bind_relation(const ast::FromRelation& item, QueryPlace place) {
  if (item.as_of_proctime || item.as_of != nullptr) {
    return state_.fail_at(item.position, SqlState::kFeatureNotSupported, "FOR SYSTEM_TIME AS OF is not supported");
  }
  const std::string& name = item.name.last().text;
  if (item.name.parts.size() == 1) {
    for (const CteFrame* frame = place.ctes; frame != nullptr; frame = frame->parent) {
      for (const CteFrame::Entry& entry : frame->entries) {
        if (entry.name != name) continue;
        // Outer columns of the WITH query are further away from here.
        const int further = scope_depth(place.outer) - entry.level;
        FromPart part;
        part.plan = further == 0 ? entry.plan
                                 : rewrite_outer_columns(entry.plan, 1, [further](const Expr& outer, int) -> ExprPtr {
                                     auto copy = std::make_shared<Expr>(outer);
                                     copy->depth += further;
                                     return copy;
                                   });
        part.scope = scope_of(entry.columns, entry.columns.size(), name);
        TRY(apply_alias(part, item));
        return part;
      }
    }
  }
  const RelationPtr relation = TRY(state_.find_relation(item.name));
  if (relation->kind == RelationKind::kIndex || relation->kind == RelationKind::kSink) {
    return state_.fail_at(item.position, SqlState::kWrongObjectType, "\"{}\" is {} {}", relation->name,
                          relation->kind == RelationKind::kIndex ? "an" : "a", relation_kind_text(relation->kind));
  }
  state_.reads(*relation);
  FromPart part = relation->kind == RelationKind::kView ? TRY(bind_view(relation, name, relation->schema_name))
                                                        : scan(relation, name, relation->schema_name);
  TRY(apply_alias(part, item));
  return part;
}

Result<FromPart> QueryBinder::bind_view(const RelationPtr& view, std::string alias, std::string schema) {
  if (state_.view_depth >= kViewDepthMax) {
    return fail(SqlState::kStatementTooComplex, "more than {} views on views", kViewDepthMax);
  }
  const auto statements = TRY(parser::parse_statements(view->query_sql));
  const auto* statement = statements.size() == 1 ? ast::try_as<ast::QueryStatement>(statements[0].statement.get()) : nullptr;
  CHECK(statement != nullptr, "view {} is not a query: {}", view->name, view->query_sql);
  // Names of the view's text are its own affair: no positions, no parameters, no scopes of ours.
  BinderOptions options = state_.options();
  options.sql = {};
  options.parameter_types.clear();
  StatementState inner(std::move(options));
  inner.view_depth = state_.view_depth + 1;
  BoundPart part = TRY(QueryBinder(inner).bind_subquery(*statement->query, {}));
  for (size_t i = 0; i < part.columns.size() && i < view->columns.size(); ++i) {
    part.columns[i].name = view->columns[i].name;
  }
  FromPart out{.plan = rename_columns(part.plan, part.columns),
               .scope = scope_of(part.columns, part.columns.size(), std::move(alias))};
  out.scope.tables[0].schema = std::move(schema);
  return out;
}

Result<FromPart> QueryBinder::bind_from_subquery(const ast::FromSubquery& item, QueryPlace place) {
  BoundPart part = TRY(bind_subquery(*item.query, place));
  FromPart out{.plan = std::move(part.plan), .scope = scope_of(part.columns, part.columns.size(), {})};
  TRY(apply_alias(out, item));
  return out;
}

// ---- functions, time windows -----------------------------------------------------------------

Result<FromPart> QueryBinder::bind_function(const ast::FromFunction& item, QueryPlace place, const FromPart* left,
                                            bool& used_left) {
  if (item.calls.size() != 1) {
    return state_.fail_at(item.position, SqlState::kFeatureNotSupported, "ROWS FROM with several functions is not supported");
  }
  const ast::FunctionCall& call = *item.calls[0];
  const std::string& name = call.name.last().text;
  Scope scope;
  if (left != nullptr) scope = left->scope;
  scope.parent = place.outer;
  ExprBinder binder(*this, &scope, place.ctes, {.name = "functions in FROM"});

  LogicalNode node{.kind = LogicalKind::kTableFunction};
  const bool is_table_function = has_table_function(name);
  if (is_table_function) {
    std::vector<ExprPtr> args;
    for (const ast::FunctionArgument& argument : call.arguments) args.push_back(TRY(binder.bind(*argument.value)));
    node.table_function = TRY(resolve_table_function(state_, name, std::move(args), call.position));
    const TableFunctionCall& made = node.table_function;
    if (made.function->columns.empty() || !made.type.is(TypeId::kStruct)) {
      node.schema.push_back({name, made.type});
    } else {
      for (const StructField& field : made.type.fields()) node.schema.push_back({field.name, field.type});
    }
    for (const ExprPtr& arg : made.args) used_left |= has_kind(*arg, ExprKind::kColumn);
  } else {
    // A scalar function gives one row.
    ExprPtr value = TRY(binder.bind_settled(call));
    used_left = has_kind(*value, ExprKind::kColumn);
    node.kind = LogicalKind::kProject;
    node.schema.push_back({name, value->type});
    node.exprs.push_back(std::move(value));
    node.inputs = {make_one_row()};
  }
  const bool scalar = node.schema.size() == 1;
  if (item.with_ordinality) {
    if (!is_table_function) {
      return state_.fail_at(item.position, SqlState::kFeatureNotSupported, "WITH ORDINALITY needs a set-returning function");
    }
    node.with_ordinality = true;
    node.schema.push_back({"ordinality", TypeId::kInt64});
  }
  FromPart part;
  part.scope = scope_of(node.schema, node.schema.size(), name);
  part.scope.tables[0].is_scalar = scalar && !item.with_ordinality;
  if (scalar && item.alias && item.alias->columns.empty()) {
    // generate_series(1, 3) AS g: the column is g too.
    node.schema[0].name = item.alias->name.text;
    part.scope.schema[0].name = item.alias->name.text;
    part.scope.tables[0].columns[0].name = item.alias->name.text;
    part.scope.names[0].name = item.alias->name.text;
  }
  part.plan = std::make_shared<const LogicalNode>(std::move(node));
  TRY(apply_alias(part, item));
  return part;
}

Result<FromPart> QueryBinder::bind_time_window(const ast::FromTimeWindow& item, QueryPlace place) {
  const bool tumble = item.window == ast::TimeWindowKind::kTumble;
  const std::string_view name = tumble ? "TUMBLE" : "HOP";
  FromPart part = TRY(bind_item(*item.input, place));
  const size_t intervals = tumble ? 1 : 2;
  if (item.arguments.size() < 1 + intervals || item.arguments.size() > 2 + intervals) {
    return state_.fail_at(item.position, SqlState::kUndefinedFunction, "{} takes a table, a time column, {}[, offset]", name,
                          tumble ? "a size" : "a slide, a size");
  }
  Scope scope = part.scope;
  scope.parent = place.outer;
  ExprBinder binder(*this, &scope, place.ctes, {.name = "the arguments of a time window"});
  const ExprPtr time = TRY(binder.bind(*item.arguments[0]));
  if (time->kind != ExprKind::kColumn || !is_time(time->type)) {
    return state_.fail_at(item.arguments[0]->position, SqlState::kDatatypeMismatch,
                          "the time column of {} must be a column of type timestamp or timestamp with time zone", name);
  }
  const auto interval = [&](size_t i, bool positive) -> Result<Interval> {
    const ast::Expr& e = *item.arguments[i];
    ExprBinder constant(*this, nullptr, place.ctes, {.name = name});
    const ExprPtr bound = TRY(constant.bind(e));
    ExprPtr value = TRY(try_coerce(state_, bound, TypeId::kInterval, CastContext::kImplicit, e.position));
    if (value != nullptr) value = TRY(fold_constant(state_, value, e.position));
    if (value == nullptr || value->kind != ExprKind::kLiteral || value->literal.is_null()) {
      return state_.fail_at(e.position, SqlState::kDatatypeMismatch, "the sizes of {} must be constant intervals", name);
    }
    const Interval found = value->literal.as_interval();
    if (positive && (found.linear() <= 0 || found.months != 0)) {
      return state_.fail_at(e.position, SqlState::kInvalidParameterValue, "{}", found.months != 0
          ? "a time window cannot be measured in months" : "a time window must be longer than zero");
    }
    return found;
  };
  LogicalNode node{.kind = LogicalKind::kTimeWindow, .schema = part.plan->schema};
  node.time_window = tumble ? TimeWindowKind::kTumble : TimeWindowKind::kHop;
  node.time_column = time->column;
  node.window_slide = TRY(interval(1, true));
  node.window_size = tumble ? node.window_slide : TRY(interval(2, true));
  if (item.arguments.size() == 2 + intervals) node.window_offset = TRY(interval(1 + intervals, false));
  if (!tumble && node.window_size.linear() % node.window_slide.linear() != 0) {
    return state_.fail_at(item.arguments[2]->position, SqlState::kInvalidParameterValue,
                          "the size of HOP must be a multiple of its slide");
  }
  // One table with two more columns.
  if (part.scope.tables.size() == 1) part.scope.names = part.scope.tables[0].columns;
  for (const char* column : {"window_start", "window_end"}) {
    const ScopeName added{.name = column, .column = static_cast<int>(node.schema.size()), .hidden = false};
    node.schema.push_back({column, time->type});
    part.scope.schema.push_back({column, time->type});
    part.scope.names.push_back(added);
    part.scope.tables[0].columns.push_back(added);
  }
  // The key of the input does not decide the row any more.
  part.scope.tables[0].relation = nullptr;
  node.inputs = {std::move(part.plan)};
  part.plan = std::make_shared<const LogicalNode>(std::move(node));
  TRY(apply_alias(part, item));
  return part;
}

// ---- joins -----------------------------------------------------------------------------------

Result<FromPart> QueryBinder::bind_join(const ast::Join& join, QueryPlace place) {
  if (join.join == ast::JoinKind::kAsofInner || join.join == ast::JoinKind::kAsofLeft) {
    return state_.fail_at(join.position, SqlState::kFeatureNotSupported, "ASOF JOIN is not supported");
  }
  FromPart left = TRY(bind_item(*join.left, place));
  FromPart part = TRY(join_parts(std::move(left), *join.right, join_kind(join.join), &join, place));
  TRY(apply_alias(part, join));
  return part;
}

Result<FromPart> QueryBinder::join_parts(FromPart left, const ast::FromItem& item, JoinKind kind, const ast::Join* join,
                                         QueryPlace place) {
  const bool may_see_left = kind == JoinKind::kInner || kind == JoinKind::kLeft;
  const auto* function = ast::try_as<ast::FromFunction>(&item);
  const auto* subquery = ast::try_as<ast::FromSubquery>(&item);
  const bool lateral = subquery != nullptr && subquery->lateral && may_see_left;
  bool used_left = false;
  FromPart right;
  Scope seen = left.scope;
  seen.parent = place.outer;
  if (lateral) {
    right = TRY(bind_from_subquery(*subquery, {&seen, place.ctes}));
  } else if (function != nullptr && may_see_left) {
    right = TRY(bind_function(*function, place, &left, used_left));
  } else {
    right = TRY(bind_item(item, place));
  }
  TRY(check_aliases(state_, left.scope, right.scope, item.alias ? item.alias->name.position : item.position));

  FromPart joined;
  joined.scope = left.scope;
  const int offset = static_cast<int>(left.plan->schema.size());
  joined.scope.append(right.scope, offset);
  JoinedColumns merged;
  ExprPtr condition;
  if (join != nullptr && (join->natural || !join->using_columns.empty())) {
    merged = TRY(merge_columns(*join, kind, left.scope, right.scope, offset));
    condition = make_and(merged.conditions);
  } else if (join != nullptr && join->on != nullptr) {
    Scope on = joined.scope;
    on.parent = place.outer;
    on.beside = place.beside;
    ExprBinder binder(*this, &on, place.ctes, {.name = "JOIN/ON"});
    condition = TRY(binder.bind_condition(*join->on));
  }
  if (lateral) {
    joined.plan = make_apply(left.plan, right.plan, kind, condition);
  } else if (used_left) {
    joined.plan = join_function(left, right, kind, condition);
  } else {
    joined.plan = make_join(left.plan, right.plan, kind, condition);
  }
  if (join != nullptr && !merged.names.empty()) add_merged(joined, std::move(merged));
  return joined;
}

// A function over columns of the left side: rows × their results.
LogicalPtr QueryBinder::join_function(const FromPart& left, const FromPart& right, JoinKind kind, ExprPtr condition) {
  auto node = std::make_shared<LogicalNode>(*right.plan);
  if (kind == JoinKind::kLeft) {
    for (ExprPtr& arg : node->table_function.args) arg = from_the_right(arg);
    for (ExprPtr& e : node->exprs) e = from_the_right(e);
    return make_apply(left.plan, std::move(node), kind, std::move(condition));
  }
  Schema schema = left.plan->schema;
  schema.insert(schema.end(), node->schema.begin(), node->schema.end());
  node->schema = std::move(schema);
  node->inputs = {left.plan};
  if (node->kind == LogicalKind::kProject) {
    std::vector<ExprPtr> exprs;
    for (size_t i = 0; i < left.plan->schema.size(); ++i) {
      exprs.push_back(make_column(static_cast<int>(i), left.plan->schema[i].type));
    }
    exprs.insert(exprs.end(), node->exprs.begin(), node->exprs.end());
    node->exprs = std::move(exprs);
  }
  const bool filtered = condition != nullptr && !is_true_literal(*condition);
  return filtered ? make_filter(std::move(node), std::move(condition)) : LogicalPtr(std::move(node));
}

// USING and NATURAL: equal columns come out once, before all others.
Result<QueryBinder::JoinedColumns> QueryBinder::merge_columns(const ast::Join& join, JoinKind kind, const Scope& left,
                                                              const Scope& right, int offset) {
  std::vector<ast::Name> names = join.using_columns;
  if (join.natural) {
    for (const ScopeName& l : left.names) {
      const bool common = !l.hidden && std::any_of(right.names.begin(), right.names.end(), [&](const ScopeName& r) {
        return !r.hidden && r.name == l.name;
      });
      if (common) names.push_back({.text = l.name, .position = join.position, .quoted = false});
    }
  }
  const auto find = [&](const Scope& scope, const ast::Name& name, std::string_view side) -> Result<int> {
    int found = -1;
    for (const ScopeName& column : scope.names) {
      if (column.name != name.text || column.hidden) continue;
      if (found >= 0) {
        return state_.fail_at(name.position, SqlState::kAmbiguousColumn,
                              "common column name \"{}\" appears more than once in {} table", name.text, side);
      }
      found = column.column;
    }
    if (found >= 0) return found;
    return state_.fail_at(name.position, SqlState::kUndefinedColumn,
                          "column \"{}\" specified in USING clause does not exist in {} table", name.text, side);
  };
  JoinedColumns out;
  for (const ast::Name& name : names) {
    if (std::find(out.names.begin(), out.names.end(), name.text) != out.names.end()) {
      return state_.fail_at(name.position, SqlState::kDuplicateColumn,
                            "column name \"{}\" appears more than once in USING clause", name.text);
    }
    const int l = TRY(find(left, name, "left"));
    const int r = TRY(find(right, name, "right"));
    const ExprPtr left_column = make_column(l, left.schema[l].type);
    const ExprPtr right_column = make_column(r + offset, right.schema[r].type);
    out.conditions.push_back(TRY(call_operator(state_, "=", {left_column, right_column}, name.position)));
    std::vector<ExprPtr> both = {left_column, right_column};
    const uint32_t bytes[] = {name.position, name.position};
    const Type type = TRY(coerce_to_common(state_, both, "JOIN/USING", bytes));
    out.names.push_back(name.text);
    out.left.push_back(l);
    out.right.push_back(r + offset);
    if (kind == JoinKind::kFull) {
      auto either = std::make_shared<Expr>();
      either->kind = ExprKind::kCoalesce;
      either->type = type;
      either->args = std::move(both);
      out.values.push_back(std::move(either));
    } else {
      out.values.push_back(kind == JoinKind::kRight ? both[1] : both[0]);
    }
  }
  return out;
}

void QueryBinder::add_merged(FromPart& joined, JoinedColumns merged) {
  // Values that are not a column as it is are computed above the join.
  std::vector<ExprPtr> exprs;
  Schema schema = joined.plan->schema;
  for (size_t i = 0; i < schema.size(); ++i) exprs.push_back(make_column(static_cast<int>(i), schema[i].type));
  std::vector<ScopeName> names;
  for (size_t i = 0; i < merged.names.size(); ++i) {
    const ExprPtr& value = merged.values[i];
    int column = value->column;
    if (value->kind != ExprKind::kColumn) {
      column = static_cast<int>(exprs.size());
      exprs.push_back(value);
      schema.push_back({merged.names[i], value->type});
    }
    names.push_back({.name = merged.names[i], .column = column, .hidden = false});
  }
  if (exprs.size() != joined.plan->schema.size()) {
    joined.plan = make_project(std::move(joined.plan), std::move(exprs), schema);
    joined.scope.schema = std::move(schema);
  }
  for (const ScopeName& name : joined.scope.names) {
    const bool gone = std::find(merged.left.begin(), merged.left.end(), name.column) != merged.left.end() ||
                      std::find(merged.right.begin(), merged.right.end(), name.column) != merged.right.end();
    if (!gone) names.push_back(name);
  }
  joined.scope.names = std::move(names);
}

}  // namespace leat

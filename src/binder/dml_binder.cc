#include "binder/dml_binder.h"

#include <algorithm>

#include "base/edit_distance.h"
#include "binder/call_builder.h"

namespace leat {
namespace {

bool is_default(const ast::Expr& e) { return e.kind == ast::ExprKind::kDefault; }

bool is_generated(const ColumnDefinition& column) { return column.generated_expr != nullptr; }

std::vector<int> visible_columns(const Relation& relation) {
  std::vector<int> out;
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    if (!relation.columns[i].hidden) out.push_back(static_cast<int>(i));
  }
  return out;
}

Error no_default_for_generated(const ColumnDefinition& column, std::string_view verb) {
  Error error = verb == "insert"
                    ? make_error(SqlState::kSyntaxError, "cannot insert a non-DEFAULT value into column \"{}\"", column.name)
                    : make_error(SqlState::kSyntaxError, "column \"{}\" can only be updated to DEFAULT", column.name);
  return std::move(error)
      .with_detail(fmt::format("Column \"{}\" is a generated column.", column.name));
}

}  // namespace

Result<RelationPtr> DmlBinder::target(const ast::ObjectName& name, std::string_view verb) {
  const RelationPtr relation = TRY(state_.find_relation(name));
  if (relation->kind == RelationKind::kTable) {
    if (relation->append_only && verb != "insert into") {
      return fail(state_.at(make_error(SqlState::kFeatureNotSupported, "cannot {} append-only table \"{}\"", verb, relation->name)
                                .with_hint("The table was created with APPEND ONLY."),
                            name.position()));
    }
    return relation;
  }
  return state_.fail_at(name.position(), SqlState::kWrongObjectType, "cannot {} {} \"{}\"", verb,
                        relation_kind_text(relation->kind), relation->name);
}

Result<int> DmlBinder::target_column(const Relation& relation, const ast::Name& name) {
  const int column = relation.column_index(name.text);
  if (column >= 0 && !relation.columns[column].hidden) return column;
  Error error = make_error(SqlState::kUndefinedColumn, "column \"{}\" of relation \"{}\" does not exist", name.text,
                           relation.name);
  NearestName nearest(name.text);
  for (const ColumnDefinition& c : relation.columns) {
    if (!c.hidden) nearest.look_at(c.name);
  }
  if (!nearest.best().empty()) {
    error.hint = fmt::format("Perhaps you meant to reference the column \"{}.{}\".", relation.name, nearest.best());
  }
  return fail(state_.at(std::move(error), name.position));
}

ExprPtr DmlBinder::default_of(const ColumnDefinition& column) const {
  return column.default_expr != nullptr ? column.default_expr : make_literal(Value::null(column.type));
}

ExprPtr DmlBinder::generated(const ColumnDefinition& column, std::span<const ExprPtr> values) const {
  return substitute_columns(column.generated_expr, values);
}

// ---- INSERT ----------------------------------------------------------------------------------

Result<BoundInsert> DmlBinder::insert(const ast::Insert& insert) {
  const RelationPtr relation = TRY(target(insert.table, "insert into"));
  QueryPlace place;
  CteFrame frame;
  if (insert.with) {
    frame = TRY(queries_.bind_with(*insert.with, place));
    place.ctes = &frame;
  }
  std::vector<int> targets = TRY(target_columns(*relation, insert.columns));
  BoundInsert out{.relation = relation, .query = nullptr, .columns = visible_columns(*relation), .conflict = {},
                  .returning = {}, .returning_columns = {}};
  const LogicalPtr rows = TRY(insert_rows(insert, *relation, targets, place));

  Schema schema;
  for (const int c : out.columns) schema.push_back({relation->columns[c].name, relation->columns[c].type});
  out.query = make_project(rows, full_row(*relation, targets, out.columns), std::move(schema));
  if (insert.conflict) out.conflict = TRY(conflict(insert, relation, place));
  const std::string alias = insert.alias ? insert.alias->text : relation->name;
  const FromPart part = queries_.scan(relation, alias, insert.alias ? "" : relation->schema_name);
  TRY(returning(insert.returning, part.scope, place.ctes, out.returning, out.returning_columns));
  return out;
}

// The primary key is the one constraint that a row can conflict with.
Result<void> DmlBinder::check_conflict_target(const ast::InsertConflict& conflict, const Relation& relation) {
  if (conflict.constraint) {
    if (relation.declared_primary_key && conflict.constraint->text == relation.name + "_pkey") return {};
    return state_.fail_at(conflict.constraint->position, SqlState::kUndefinedObject,
                          "constraint \"{}\" for table \"{}\" does not exist", conflict.constraint->text, relation.name);
  }
  if (conflict.columns.empty()) {
    if (!conflict.update) return {};
    return state_.fail_at(conflict.position, SqlState::kSyntaxError,
                          "ON CONFLICT DO UPDATE requires inference specification or constraint name");
  }
  std::vector<int> columns = TRY(target_columns(relation, conflict.columns));
  std::vector<int> key = relation.key;
  std::ranges::sort(columns);
  std::ranges::sort(key);
  if (relation.declared_primary_key && columns == key) return {};
  return state_.fail_at(conflict.position, SqlState::kInvalidColumnReference,
                        "there is no unique or exclusion constraint matching the ON CONFLICT specification");
}

Result<BoundConflict> DmlBinder::conflict(const ast::Insert& insert, const RelationPtr& relation, QueryPlace place) {
  const ast::InsertConflict& conflict = *insert.conflict;
  TRY(check_conflict_target(conflict, *relation));
  BoundConflict out;
  if (!conflict.update) return out;
  if (relation->append_only) {
    return state_.fail_at(conflict.position, SqlState::kFeatureNotSupported, "cannot update append-only table \"{}\"",
                          relation->name);
  }
  const size_t width = relation->columns.size();
  Scope scope = queries_.scan(relation, insert.alias ? insert.alias->text : relation->name,
                              insert.alias ? "" : relation->schema_name).scope;
  scope.append(queries_.scan(relation, "excluded", "").scope, static_cast<int>(width));
  ExprBinder binder(queries_, &scope, place.ctes, {.name = "ON CONFLICT"});
  out.values.resize(width);
  for (const ast::Assignment& assignment : conflict.assignments) TRY(assign(assignment, *relation, binder, out.values));
  keep_others(*relation, out.values);
  if (conflict.where) out.where = TRY(binder.bind_condition(*conflict.where));
  const auto has_query = [](const ExprPtr& expr) { return expr && has_kind(*expr, ExprKind::kSubquery); };
  if (has_query(out.where) || std::ranges::any_of(out.values, has_query)) {
    return state_.fail_at(conflict.position, SqlState::kFeatureNotSupported,
                          "sub-queries in ON CONFLICT DO UPDATE are not supported");
  }
  return out;
}

void DmlBinder::keep_others(const Relation& relation, std::vector<ExprPtr>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == nullptr) values[i] = make_column(static_cast<int>(i), relation.columns[i].type);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (is_generated(relation.columns[i])) values[i] = generated(relation.columns[i], values);
  }
}

Result<std::vector<int>> DmlBinder::target_columns(const Relation& relation, const std::vector<ast::Name>& names) {
  std::vector<int> targets;
  for (const ast::Name& name : names) {
    const int column = TRY(target_column(relation, name));
    if (std::find(targets.begin(), targets.end(), column) != targets.end()) {
      return state_.fail_at(name.position, SqlState::kDuplicateColumn, "column \"{}\" specified more than once", name.text);
    }
    targets.push_back(column);
  }
  return targets;
}

std::vector<ExprPtr> DmlBinder::full_row(const Relation& relation, std::span<const int> targets,
                                         std::span<const int> columns) {
  std::vector<ExprPtr> values;
  for (const ColumnDefinition& column : relation.columns) values.push_back(default_of(column));
  for (size_t i = 0; i < targets.size(); ++i) {
    values[targets[i]] = make_column(static_cast<int>(i), relation.columns[targets[i]].type);
  }
  std::vector<ExprPtr> exprs;
  for (const int c : columns) {
    const ColumnDefinition& column = relation.columns[c];
    exprs.push_back(is_generated(column) ? generated(column, values) : values[c]);
  }
  return exprs;
}

Result<LogicalPtr> DmlBinder::insert_rows(const ast::Insert& insert, const Relation& relation,
                                          std::vector<int>& targets, QueryPlace place) {
  if (insert.source == nullptr) {
    targets.clear();
    return make_one_row();
  }
  const bool named = !targets.empty();
  if (!named) {
    // Without a list: the columns in order, as many as there are values.
    targets = visible_columns(relation);
  }
  const ast::Query& source = *insert.source;
  const auto* values = ast::try_as<ast::Values>(source.body.get());
  const bool plain_values = values != nullptr && !source.with && source.order_by.empty() && source.limit == nullptr &&
                            source.offset == nullptr;
  const auto check_width = [&](size_t width, uint32_t byte) -> Result<void> {
    if (width > targets.size()) {
      return state_.fail_at(byte, SqlState::kSyntaxError, "INSERT has more expressions than target columns");
    }
    if (width < targets.size() && named) {
      return state_.fail_at(insert.columns[width].position, SqlState::kSyntaxError,
                            "INSERT has more target columns than expressions");
    }
    targets.resize(width);
    return {};
  };
  if (plain_values) {
    const auto& first = values->rows[0];
    TRY(check_width(first.size(), first.size() > targets.size() ? first[targets.size()]->position : values->position));
    return insert_values(*values, relation, targets, place);
  }
  BoundPart part = TRY(queries_.bind_subquery(source, place, false));
  TRY(check_width(part.columns.size(), column_place(*source.body, targets.size())));
  // Literals of the select list are read as the column's type; the rest is cast.
  std::vector<Type> types;
  for (size_t i = 0; i < targets.size(); ++i) {
    const ColumnDefinition& column = relation.columns[targets[i]];
    if (is_generated(column)) return fail(state_.at(no_default_for_generated(column, "insert"), column_place(*source.body, i)));
    const Type& type = part.columns[i].type;
    if (!can_coerce(type, column.type, CastContext::kAssignment)) {
      return fail(state_.at(make_error(SqlState::kDatatypeMismatch,
                                       "column \"{}\" is of type {} but expression is of type {}", column.name,
                                       column.type.name(), type.name())
                                .with_hint("You will need to rewrite or cast the expression."),
                            column_place(*source.body, i)));
    }
    types.push_back(column.type);
  }
  return queries_.coerce_columns(part.plan, types);
}

Result<LogicalPtr> DmlBinder::insert_values(const ast::Values& values, const Relation& relation,
                                            std::vector<int>& targets, QueryPlace place) {
  LogicalNode node{.kind = LogicalKind::kValues};
  Scope scope;
  ExprBinder binder(queries_, &scope, place.ctes, {.name = "VALUES"});
  for (const int c : targets) node.schema.push_back({relation.columns[c].name, relation.columns[c].type});
  for (const auto& row : values.rows) {
    if (row.size() != targets.size()) {
      return state_.fail_at(row.empty() ? values.position : row[0]->position, SqlState::kSyntaxError,
                            "VALUES lists must all be the same length");
    }
    std::vector<ExprPtr> bound;
    bound.reserve(row.size());
    for (size_t i = 0; i < row.size(); ++i) {
      const ColumnDefinition& column = relation.columns[targets[i]];
      if (is_default(*row[i])) {
        bound.push_back(default_of(column));
        continue;
      }
      if (is_generated(column)) return fail(state_.at(no_default_for_generated(column, "insert"), row[i]->position));
      const ExprPtr value = TRY(binder.bind(*row[i]));
      bound.push_back(TRY(coerce_for_column(state_, value, column.name, column.type, place_of(*row[i]))));
    }
    node.rows.push_back(std::move(bound));
  }
  return std::make_shared<const LogicalNode>(std::move(node));
}

Result<void> DmlBinder::returning(const std::vector<ast::SelectItem>& items, const Scope& scope, const CteFrame* ctes,
                                  std::vector<ExprPtr>& exprs, Schema& columns) {
  ExprBinder binder(queries_, &scope, ctes, {.name = "RETURNING"});
  for (const ast::SelectItem& item : items) {
    std::vector<ExprBinder::Star> stars;
    if (const auto* star = ast::try_as<ast::Wildcard>(item.expr.get())) {
      stars = TRY(binder.expand(*star));
    } else if (const auto* fields = ast::try_as<ast::FieldWildcard>(item.expr.get())) {
      stars = TRY(binder.expand(*fields));
    } else {
      stars.push_back({item.alias ? item.alias->text : default_column_name(*item.expr),
                       TRY(binder.bind_settled(*item.expr))});
    }
    for (ExprBinder::Star& star : stars) {
      if (has_kind(*star.expr, ExprKind::kSubquery)) {
        return state_.fail_at(item.expr->position, SqlState::kFeatureNotSupported, "sub-queries in RETURNING are not supported");
      }
      columns.push_back({std::move(star.name), star.expr->type});
      exprs.push_back(std::move(star.expr));
    }
  }
  return {};
}

// ---- COPY ------------------------------------------------------------------------------------

Result<BoundCopy> DmlBinder::copy(const ast::Copy& copy) {
  const RelationPtr relation = TRY(target(copy.table, "insert into"));
  BoundCopy out{.relation = relation, .targets = TRY(target_columns(*relation, copy.columns)),
                .columns = visible_columns(*relation), .exprs = {}};
  for (size_t i = 0; i < out.targets.size(); ++i) {
    const ColumnDefinition& column = relation->columns[out.targets[i]];
    if (!is_generated(column)) continue;
    return fail(state_.at(make_error(SqlState::kInvalidColumnReference, "column \"{}\" is a generated column", column.name)
                              .with_detail("Generated columns cannot be used in COPY."),
                          copy.columns[i].position));
  }
  if (copy.columns.empty()) {
    out.targets = out.columns;
    std::erase_if(out.targets, [&](int c) { return is_generated(relation->columns[c]); });
  }
  out.exprs = full_row(*relation, out.targets, out.columns);
  return out;
}

// ---- UPDATE, DELETE --------------------------------------------------------------------------

Result<FromPart> DmlBinder::target_and_others(const RelationPtr& relation, const ast::ObjectName& name,
                                              const std::optional<ast::Name>& alias,
                                              const std::vector<ast::FromItemPtr>& others, QueryPlace place) {
  FromPart part = queries_.scan(relation, alias ? alias->text : name.last().text, alias ? "" : relation->schema_name);
  if (others.empty()) return part;
  FromPart right = TRY(queries_.bind_from(others, place));
  for (const ScopeTable& table : right.scope.tables) {
    if (!table.alias.empty() && table.alias == part.scope.tables[0].alias) {
      return state_.fail_at(others[0]->position, SqlState::kDuplicateAlias, "table name \"{}\" specified more than once",
                            table.alias);
    }
  }
  const int offset = static_cast<int>(part.plan->schema.size());
  part.plan = make_join(part.plan, right.plan, JoinKind::kInner, nullptr);
  part.scope.append(right.scope, offset);
  return part;
}

Result<void> DmlBinder::assign_one(const ast::Name& name, const ast::Expr& value, const Relation& relation,
                                   ExprBinder& binder, std::vector<ExprPtr>& values) {
  const int c = TRY(target_column(relation, name));
  const ColumnDefinition& column = relation.columns[c];
  if (values[c] != nullptr) {
    return state_.fail_at(name.position, SqlState::kSyntaxError, "multiple assignments to same column \"{}\"", name.text);
  }
  if (is_default(value)) {
    values[c] = default_of(column);
    return {};
  }
  if (is_generated(column)) return fail(state_.at(no_default_for_generated(column, "update"), name.position));
  const ExprPtr bound = TRY(binder.bind(value));
  values[c] = TRY(coerce_for_column(state_, bound, column.name, column.type, place_of(value)));
  return {};
}

Result<void> DmlBinder::assign(const ast::Assignment& assignment, const Relation& relation, ExprBinder& binder,
                               std::vector<ExprPtr>& values) {
  if (!assignment.multiple) return assign_one(assignment.columns[0], *assignment.value, relation, binder, values);
  const auto* row = ast::try_as<ast::Row>(assignment.value.get());
  if (row == nullptr) {
    if (assignment.columns.size() == 1) return assign_one(assignment.columns[0], *assignment.value, relation, binder, values);
    return state_.fail_at(assignment.value->position, SqlState::kFeatureNotSupported,
                          "source for a multiple-column UPDATE item must be a ROW() expression");
  }
  if (row->elements.size() != assignment.columns.size()) {
    return state_.fail_at(assignment.value->position, SqlState::kSyntaxError,
                          "number of columns does not match number of values");
  }
  for (size_t i = 0; i < row->elements.size(); ++i) {
    TRY(assign_one(assignment.columns[i], *row->elements[i], relation, binder, values));
  }
  return {};
}

Result<BoundUpdate> DmlBinder::update(const ast::Update& update) {
  const RelationPtr relation = TRY(target(update.table, "update"));
  QueryPlace place;
  CteFrame frame;
  if (update.with) {
    frame = TRY(queries_.bind_with(*update.with, place));
    place.ctes = &frame;
  }
  FromPart part = TRY(target_and_others(relation, update.table, update.alias, update.from, place));
  if (update.where != nullptr) {
    ExprBinder where(queries_, &part.scope, place.ctes, {.name = "WHERE"});
    part.plan = make_filter(part.plan, TRY(where.bind_condition(*update.where)));
  }
  const size_t width = relation->columns.size();
  std::vector<ExprPtr> values(width);
  ExprBinder binder(queries_, &part.scope, place.ctes, {.name = "UPDATE"});
  for (const ast::Assignment& assignment : update.assignments) TRY(assign(assignment, *relation, binder, values));

  BoundUpdate out{.relation = relation, .query = nullptr, .assigned = {}, .returning = {}, .returning_columns = {}};
  for (size_t i = 0; i < width; ++i) {
    if (values[i] != nullptr) out.assigned.push_back(static_cast<int>(i));
  }
  keep_others(*relation, values);
  // Old row, new row, the others' columns.
  std::vector<ExprPtr> exprs;
  Schema schema;
  for (size_t i = 0; i < width; ++i) {
    exprs.push_back(make_column(static_cast<int>(i), relation->columns[i].type));
    schema.push_back({"old_" + relation->columns[i].name, relation->columns[i].type});
  }
  for (size_t i = 0; i < width; ++i) {
    exprs.push_back(values[i]);
    schema.push_back({relation->columns[i].name, relation->columns[i].type});
  }
  for (size_t i = width; i < part.plan->schema.size(); ++i) {
    exprs.push_back(make_column(static_cast<int>(i), part.plan->schema[i].type));
    schema.push_back(part.plan->schema[i]);
  }
  out.query = make_project(part.plan, std::move(exprs), std::move(schema));
  // RETURNING sees the new row: everything has moved behind the old one.
  Scope scope;
  scope.schema.resize(width);
  scope.append(part.scope, static_cast<int>(width));
  TRY(returning(update.returning, scope, place.ctes, out.returning, out.returning_columns));
  return out;
}

Result<BoundDelete> DmlBinder::remove(const ast::Delete& del) {
  const RelationPtr relation = TRY(target(del.table, "delete from"));
  QueryPlace place;
  CteFrame frame;
  if (del.with) {
    frame = TRY(queries_.bind_with(*del.with, place));
    place.ctes = &frame;
  }
  FromPart part = TRY(target_and_others(relation, del.table, del.alias, del.using_items, place));
  if (del.where != nullptr) {
    ExprBinder where(queries_, &part.scope, place.ctes, {.name = "WHERE"});
    part.plan = make_filter(part.plan, TRY(where.bind_condition(*del.where)));
  }
  BoundDelete out{.relation = relation, .query = part.plan, .returning = {}, .returning_columns = {}};
  TRY(returning(del.returning, part.scope, place.ctes, out.returning, out.returning_columns));
  return out;
}

}  // namespace leat

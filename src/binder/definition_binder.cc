#include "binder/definition_binder.h"

#include <algorithm>

#include "base/edit_distance.h"
#include "binder/call_builder.h"
#include "parser/to_sql.h"

namespace leat {
namespace {

constexpr std::string_view kRowId = "_row_id";

Type header_list_type() {
  return Type::list_of(Type::struct_of({{"key", TypeId::kVarchar}, {"value", TypeId::kBytea}}));
}

// The metadata that INCLUDE may ask for; a connector may offer less, which the job room checks.
struct IncludeRow {
  std::string_view name;
  TypeId type;  // kList: header_list_type()
};
constexpr IncludeRow kIncludes[] = {
    {"partition", TypeId::kVarchar}, {"offset", TypeId::kVarchar},       {"payload", TypeId::kJsonb},
    {"subject", TypeId::kVarchar},   {"timestamp", TypeId::kTimestamptz}, {"header", TypeId::kList},
    {"key", TypeId::kBytea},
};

const IncludeRow* find_include(std::string_view name) {
  for (const IncludeRow& row : kIncludes) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Scope relation_scope(const Relation& relation) {
  Scope scope;
  scope.schema = relation.schema_of();
  ScopeTable table;
  table.alias = relation.name;
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    table.columns.push_back({.name = relation.columns[i].name, .column = static_cast<int>(i), .hidden = false});
  }
  scope.names = table.columns;
  scope.tables.push_back(std::move(table));
  return scope;
}

std::vector<SortColumn> order_of_key(const std::vector<int>& key) {
  std::vector<SortColumn> out;
  for (const int column : key) out.push_back({.column = column});
  return out;
}

OnConflict on_conflict_of(ast::OnConflict given) {
  switch (given) {
    case ast::OnConflict::kDoNothing: return OnConflict::kDoNothing;
    case ast::OnConflict::kDoUpdateIfNotNull: return OnConflict::kDoUpdateIfNotNull;
    default: return OnConflict::kOverwrite;
  }
}

}  // namespace

Result<BoundDefinition> DefinitionBinder::start(const ast::ObjectName& name, RelationKind kind, bool if_not_exists) {
  BoundDefinition out;
  out.relation = std::make_shared<Relation>();
  out.relation->kind = kind;
  out.relation->name = name.last().text;
  out.if_not_exists = if_not_exists;
  return out;
}

void DefinitionBinder::depend(Relation& relation) const {
  relation.depends_on.assign(state_.depends_on().begin(), state_.depends_on().end());
}

// ---- TABLE, SOURCE ---------------------------------------------------------------------------

Result<BoundDefinition> DefinitionBinder::table(const ast::CreateTable& create) {
  const ast::TableDefinition& definition = create.definition;
  if (create.from_source) {
    return state_.fail_at(create.position, SqlState::kFeatureNotSupported, "CREATE TABLE ... FROM source is not supported");
  }
  BoundDefinition out = TRY(start(definition.name, RelationKind::kTable, definition.if_not_exists));
  Relation& relation = *out.relation;
  relation.append_only = definition.append_only;
  if (create.as != nullptr) {
    BoundPart part = TRY(queries_.bind_query(*create.as, {}));
    TRY(columns_of_query(part.columns, create.as_columns, create.as->position, relation, false));
    part.plan = keep_columns(part.plan, part.columns.size());
    out.query = BoundQuery{.plan = std::move(part.plan), .columns = relation.schema_of()};
  }
  TRY(define(definition, relation));
  if (definition.has_column_list || create.as != nullptr || relation.connector.empty()) return out;
  return fail(state_.at(make_error(SqlState::kInvalidTableDefinition, "table \"{}\" has no column list", relation.name)
                            .with_hint("Name the columns and their types: CREATE TABLE t (a int, b varchar) WITH (...)."),
                        definition.name.position()));
}

Result<BoundDefinition> DefinitionBinder::source(const ast::CreateSource& create) {
  const ast::TableDefinition& definition = create.definition;
  BoundDefinition out = TRY(start(definition.name, RelationKind::kSource, definition.if_not_exists));
  Relation& relation = *out.relation;
  relation.append_only = true;
  if (!definition.has_column_list) {
    return fail(state_.at(make_error(SqlState::kInvalidTableDefinition, "source \"{}\" has no column list", relation.name)
                              .with_hint("Name the columns and their types: CREATE SOURCE s (a int, b varchar) WITH (...)."),
                          definition.name.position()));
  }
  if (definition.on_conflict != ast::OnConflict::kNone) {
    return state_.fail_at(definition.on_conflict_position, SqlState::kInvalidTableDefinition,
                          "ON CONFLICT is for tables: a source stores nothing");
  }
  TRY(define(definition, relation));
  if (relation.connector.empty()) {
    return fail(state_.at(make_error(SqlState::kInvalidTableDefinition, "source \"{}\" has no connector", relation.name)
                              .with_hint("Add WITH (connector = '...'), or create a table."),
                          definition.name.position()));
  }
  return out;
}

Result<void> DefinitionBinder::define(const ast::TableDefinition& definition, Relation& relation) {
  if (definition.temporary) {
    return state_.fail_at(definition.name.position(), SqlState::kFeatureNotSupported, "temporary relations are not supported");
  }
  if (definition.wildcard_at) {
    return state_.fail_at(definition.wildcard_position, SqlState::kFeatureNotSupported,
                          "* in a column list needs a schema registry, which is not supported");
  }
  TRY(add_connector(definition.options, definition.format, relation));
  TRY(add_columns(definition, relation));
  TRY(add_includes(definition, relation));
  TRY(add_expressions(definition, relation));
  TRY(add_key(definition, relation));
  relation.on_conflict = on_conflict_of(definition.on_conflict);
  if (relation.append_only && definition.on_conflict != ast::OnConflict::kNone &&
      definition.on_conflict != ast::OnConflict::kDoNothing) {
    return fail(state_.at(make_error(SqlState::kInvalidTableDefinition, "an append-only table keeps the first row of a key")
                              .with_hint("Use ON CONFLICT DO NOTHING, or a table that is not APPEND ONLY."),
                          definition.on_conflict_position));
  }
  if (relation.append_only) relation.on_conflict = OnConflict::kDoNothing;
  if (definition.on_conflict != ast::OnConflict::kNone && !relation.declared_primary_key) {
    return state_.fail_at(definition.on_conflict_position, SqlState::kInvalidTableDefinition,
                          "ON CONFLICT needs a primary key");
  }
  for (const ast::Name& name : definition.version_columns) {
    const int column = relation.column_index(name.text);
    if (column < 0) {
      return state_.fail_at(name.position, SqlState::kUndefinedColumn, "version column \"{}\" does not exist", name.text);
    }
    relation.version_columns.push_back(column);
  }
  return add_watermarks(definition, relation);
}

Result<void> DefinitionBinder::add_columns(const ast::TableDefinition& definition, Relation& relation) {
  for (const ast::ColumnDef& def : definition.columns) {
    if (relation.column_index(def.name.text) >= 0) {
      return state_.fail_at(def.name.position, SqlState::kDuplicateColumn, "column \"{}\" specified more than once",
                            def.name.text);
    }
    if (def.name.text == kRowId) {
      return state_.fail_at(def.name.position, SqlState::kReservedName, "column name \"{}\" is reserved", kRowId);
    }
    ColumnDefinition column{.name = def.name.text};
    if (def.type) {
      column.type = TRY(state_.placed(bind_type(*def.type), def.type->position));
      if (column.type.is(TypeId::kSerial) || column.type.is(TypeId::kUnknown)) {
        return state_.fail_at(def.type->position, SqlState::kFeatureNotSupported,
                              "a column of type {} is not supported", column.type.name());
      }
    } else if (def.generated == nullptr) {
      return state_.fail_at(def.name.position, SqlState::kInvalidColumnDefinition, "column \"{}\" has no type", def.name.text);
    }
    if (def.null && def.not_null) {
      return state_.fail_at(def.name.position, SqlState::kSyntaxError,
                            "conflicting NULL/NOT NULL declarations for column \"{}\" of table \"{}\"", def.name.text,
                            relation.name);
    }
    column.not_null = def.not_null;
    relation.columns.push_back(std::move(column));
  }
  return {};
}

Result<void> DefinitionBinder::add_includes(const ast::TableDefinition& definition, Relation& relation) {
  for (const ast::IncludeColumn& include : definition.includes) {
    if (relation.connector.empty()) {
      return state_.fail_at(include.position, SqlState::kInvalidTableDefinition, "INCLUDE needs a connector");
    }
    const IncludeRow* row = find_include(include.what.text);
    if (row == nullptr) {
      NearestName nearest(include.what.text);
      std::string all;
      for (const IncludeRow& other : kIncludes) {
        nearest.look_at(other.name);
        all += (all.empty() ? "" : ", ") + std::string(other.name);
      }
      return fail(state_.at(make_error(SqlState::kInvalidColumnDefinition, "unknown INCLUDE column \"{}\"", include.what.text)
                                .with_hint(nearest.best().empty() ? "There are: " + all + "."
                                                                  : fmt::format("Did you mean \"{}\"?", nearest.best())),
                            include.what.position));
    }
    if (include.inner_field && row->type != TypeId::kList) {
      return state_.fail_at(include.position, SqlState::kInvalidColumnDefinition, "only INCLUDE header may name an inner field");
    }
    ColumnDefinition column;
    column.include = include.what.text;
    if (include.inner_field) column.include_field = *include.inner_field;
    column.type = row->type == TypeId::kList ? (include.inner_field ? Type(TypeId::kBytea) : header_list_type()) : Type(row->type);
    if (include.type) {
      const Type wanted = TRY(state_.placed(bind_type(*include.type), include.type->position));
      const bool text = include.inner_field && wanted.is(TypeId::kVarchar);
      if (!text && !(wanted == column.type)) {
        return state_.fail_at(include.type->position, SqlState::kDatatypeMismatch, "INCLUDE {} is of type {}, not {}",
                              include.what.text, column.type.name(), wanted.name());
      }
      column.type = wanted;
    }
    column.name = include.alias ? include.alias->text
                                : fmt::format("_rw_{}_{}{}", relation.connector, column.include,
                                              include.inner_field ? "_" + *include.inner_field : "");
    if (relation.column_index(column.name) >= 0) {
      return state_.fail_at(include.position, SqlState::kDuplicateColumn, "column \"{}\" specified more than once", column.name);
    }
    relation.columns.push_back(std::move(column));
  }
  return {};
}

// Generated columns first, because their types may come from their expressions; then defaults.
Result<void> DefinitionBinder::add_expressions(const ast::TableDefinition& definition, Relation& relation) {
  const size_t first = relation.columns.size() - definition.columns.size() - definition.includes.size();
  std::vector<bool> generated(relation.columns.size());
  for (size_t i = 0; i < definition.columns.size(); ++i) generated[first + i] = definition.columns[i].generated != nullptr;
  for (size_t i = 0; i < definition.columns.size(); ++i) {
    const ast::ColumnDef& def = definition.columns[i];
    ColumnDefinition& column = relation.columns[first + i];
    if (def.generated != nullptr) {
      if (def.default_value != nullptr) {
        return state_.fail_at(def.name.position, SqlState::kSyntaxError,
                              "both default and generation expression specified for column \"{}\" of table \"{}\"",
                              column.name, relation.name);
      }
      const Scope scope = relation_scope(relation);
      ExprBinder binder(queries_, &scope, nullptr, {.name = "column generation expressions"});
      ExprPtr expr = TRY(binder.bind_settled(*def.generated));
      for (const int used : columns_of(*expr)) {
        if (!generated[used]) continue;
        return fail(state_.at(make_error(SqlState::kInvalidObjectDefinition,
                                         "cannot use generated column \"{}\" in column generation expression",
                                         relation.columns[used].name)
                                  .with_detail("A generated column cannot reference another generated column."),
                              def.generated->position));
      }
      if (has_kind(*expr, ExprKind::kSubquery)) {
        return state_.fail_at(def.generated->position, SqlState::kFeatureNotSupported,
                              "cannot use subquery in column generation expression");
      }
      if (has_volatile(*expr)) {
        return state_.fail_at(def.generated->position, SqlState::kInvalidObjectDefinition, "generation expression is not immutable");
      }
      if (def.type) {
        expr = TRY(coerce_for_column(state_, expr, column.name, column.type, def.generated->position));
      } else {
        column.type = expr->type;
      }
      column.generated_expr = std::move(expr);
      column.generated_sql = parser::to_sql(*def.generated);
    }
    if (def.default_value != nullptr) {
      ExprBinder binder(queries_, nullptr, nullptr, {.name = "DEFAULT expressions"});
      auto bound = binder.bind(*def.default_value);
      if (!bound && (bound.error().code == SqlState::kUndefinedColumn || bound.error().code == SqlState::kUndefinedTable)) {
        return state_.fail_at(def.default_value->position, SqlState::kFeatureNotSupported,
                              "cannot use column reference in DEFAULT expression");
      }
      ExprPtr expr = TRY(std::move(bound));
      if (has_kind(*expr, ExprKind::kSubquery)) {
        return state_.fail_at(def.default_value->position, SqlState::kFeatureNotSupported,
                              "cannot use subquery in DEFAULT expression");
      }
      const auto cast = TRY(try_coerce(state_, expr, column.type, CastContext::kAssignment, def.default_value->position));
      if (cast == nullptr) {
        return fail(state_.at(make_error(SqlState::kDatatypeMismatch,
                                         "column \"{}\" is of type {} but default expression is of type {}", column.name,
                                         column.type.name(), expr->type.name())
                                  .with_hint("You will need to rewrite or cast the expression."),
                              def.default_value->position));
      }
      column.default_expr = cast;
      column.default_sql = parser::to_sql(*def.default_value);
    }
  }
  return {};
}

Result<void> DefinitionBinder::add_key(const ast::TableDefinition& definition, Relation& relation) {
  const auto twice = [&](uint32_t byte) {
    return state_.fail_at(byte, SqlState::kInvalidTableDefinition, "multiple primary keys for table \"{}\" are not allowed",
                          relation.name);
  };
  for (const ast::ColumnDef& def : definition.columns) {
    if (!def.primary_key) continue;
    if (!relation.key.empty()) return twice(def.name.position);
    relation.key.push_back(relation.column_index(def.name.text));
  }
  if (definition.primary_key) {
    if (!relation.key.empty()) return twice(definition.primary_key_position);
    for (const ast::Name& name : *definition.primary_key) {
      const int column = relation.column_index(name.text);
      if (column < 0) {
        return state_.fail_at(name.position, SqlState::kUndefinedColumn, "column \"{}\" named in key does not exist", name.text);
      }
      if (std::find(relation.key.begin(), relation.key.end(), column) != relation.key.end()) {
        return state_.fail_at(name.position, SqlState::kDuplicateColumn, "column \"{}\" appears twice in primary key constraint",
                              name.text);
      }
      relation.key.push_back(column);
    }
  }
  // A source stores nothing that a key could be checked against: its rows may repeat it, so they are told
  // apart by their number, as without one.
  if (relation.kind == RelationKind::kSource) relation.key.clear();
  for (const int column : relation.key) relation.columns[column].not_null = true;
  relation.declared_primary_key = !relation.key.empty();
  if (relation.key.empty()) {
    relation.columns.push_back({.name = std::string(kRowId), .type = TypeId::kSerial, .hidden = true, .not_null = true});
    relation.key.push_back(static_cast<int>(relation.columns.size()) - 1);
  }
  relation.stored_order = order_of_key(relation.key);
  return {};
}

Result<void> DefinitionBinder::add_watermarks(const ast::TableDefinition& definition, Relation& relation) {
  for (const ast::WatermarkDef& def : definition.watermarks) {
    if (relation.kind == RelationKind::kTable && !relation.append_only) {
      return fail(state_.at(make_error(SqlState::kFeatureNotSupported, "a watermark needs an append-only table")
                                .with_hint("Add APPEND ONLY, or create a source."),
                            def.position));
    }
    WatermarkDefinition watermark;
    watermark.column = relation.column_index(def.column.text);
    if (watermark.column < 0) {
      return state_.fail_at(def.column.position, SqlState::kUndefinedColumn, "column \"{}\" does not exist", def.column.text);
    }
    const Type& type = relation.columns[watermark.column].type;
    if (!type.is(TypeId::kTimestamp) && !type.is(TypeId::kTimestamptz)) {
      return state_.fail_at(def.column.position, SqlState::kDatatypeMismatch,
                            "a watermark column must be of type timestamp or timestamp with time zone, not {}", type.name());
    }
    const Scope scope = relation_scope(relation);
    ExprBinder binder(queries_, &scope, nullptr, {.name = "WATERMARK"});
    const ExprPtr expr = TRY(binder.bind_settled(*def.expr));
    if (has_kind(*expr, ExprKind::kSubquery)) {
      return state_.fail_at(def.expr->position, SqlState::kFeatureNotSupported, "cannot use subquery in WATERMARK");
    }
    watermark.expr = TRY(coerce_for_column(state_, expr, def.column.text, type, def.expr->position));
    watermark.sql = parser::to_sql(*def.expr);
    relation.watermarks.push_back(std::move(watermark));
  }
  return {};
}

Result<void> DefinitionBinder::add_options(const std::vector<ast::Option>& options, std::vector<RelationOption>& to) {
  for (const ast::Option& option : options) {
    if (option.kind == ast::OptionValueKind::kSecret) {
      return state_.fail_at(option.value_position, SqlState::kFeatureNotSupported, "secrets are not supported");
    }
    if (option.kind == ast::OptionValueKind::kNone) {
      return state_.fail_at(option.position, SqlState::kSyntaxError, "option \"{}\" has no value", option.key);
    }
    for (const RelationOption& other : to) {
      if (other.name == option.key) {
        return state_.fail_at(option.position, SqlState::kSyntaxError, "option \"{}\" given more than once", option.key);
      }
    }
    to.push_back({.name = option.key, .value = option.value, .position = state_.position(option.position)});
  }
  return {};
}

Result<void> DefinitionBinder::add_connector(const std::vector<ast::Option>& options,
                                             const std::optional<ast::FormatClause>& format, Relation& relation) {
  TRY(add_options(options, relation.options));
  for (const RelationOption& option : relation.options) {
    if (option.name == "connector") relation.connector = option.value;
  }
  if (!format) return {};
  if (format->key_encode) {
    return state_.fail_at(format->key_encode->position, SqlState::kFeatureNotSupported, "KEY ENCODE is not supported");
  }
  relation.format.format = format->format.text;
  relation.format.encode = format->encode.text;
  relation.format.position = state_.position(format->position);
  return add_options(format->options, relation.format.options);
}

// ---- VIEW, INDEX, SINK -----------------------------------------------------------------------

Result<void> DefinitionBinder::columns_of_query(const Schema& columns, const std::vector<ast::Name>& names, uint32_t byte,
                                                Relation& relation, bool refuse_unnamed) {
  if (names.size() > columns.size()) {
    return state_.fail_at(names[columns.size()].position, SqlState::kSyntaxError,
                          "{} specifies more column names than columns",
                          relation.kind == RelationKind::kTable ? "CREATE TABLE AS" : "CREATE VIEW");
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = i < names.size() ? names[i].text : columns[i].name;
    const uint32_t place = i < names.size() ? names[i].position : byte;
    if (relation.column_index(name) >= 0) {
      Error error = make_error(SqlState::kDuplicateColumn, "column \"{}\" specified more than once", name);
      if (name == "?column?") error.hint = "Give each expression a name: SELECT a + 1 AS b.";
      return fail(state_.at(std::move(error), place));
    }
    if (refuse_unnamed && name == "?column?") {
      return fail(state_.at(make_error(SqlState::kInvalidColumnDefinition, "an expression of the query has no name")
                                .with_hint("Give each expression a name: SELECT a + 1 AS b."),
                            place));
    }
    relation.columns.push_back({.name = name, .type = columns[i].type});
  }
  return {};
}

Result<BoundDefinition> DefinitionBinder::view(const ast::CreateView& create) {
  BoundDefinition out = TRY(start(create.name, create.materialized ? RelationKind::kMaterializedView : RelationKind::kView,
                                  create.if_not_exists));
  out.or_replace = create.or_replace;
  if (create.temporary) {
    return state_.fail_at(create.name.position(), SqlState::kFeatureNotSupported, "temporary relations are not supported");
  }
  BoundPart part = TRY(queries_.bind_query(*create.query, {}));
  if (state_.saw_parameters()) {
    return state_.fail_at(create.query->position, SqlState::kUndefinedParameter, "there is no parameter $1");
  }
  TRY(columns_of_query(part.columns, create.columns, create.query->position, *out.relation, false));
  TRY(add_options(create.options, out.relation->options));
  out.relation->query_sql = parser::to_sql(*create.query);
  out.query = BoundQuery{.plan = std::move(part.plan), .columns = out.relation->schema_of(),
                         .emit_on_window_close = create.query->emit_on_window_close};
  depend(*out.relation);
  return out;
}

Result<BoundDefinition> DefinitionBinder::index(const ast::CreateIndex& create) {
  const RelationPtr on = TRY(state_.find_relation(create.relation));
  if (on->kind != RelationKind::kTable && on->kind != RelationKind::kMaterializedView) {
    return fail(state_.at(make_error(SqlState::kWrongObjectType, "cannot create index on {} \"{}\"",
                                     relation_kind_text(on->kind), on->name)
                              .with_detail("An index can be made on a table or a materialized view."),
                          create.relation.position()));
  }
  if (create.unique) {
    return state_.fail_at(create.position, SqlState::kFeatureNotSupported, "unique indexes are not supported");
  }
  state_.reads(*on);
  BoundDefinition out;
  out.relation = std::make_shared<Relation>();
  out.if_not_exists = create.if_not_exists;
  Relation& index = *out.relation;
  index.kind = RelationKind::kIndex;
  index.indexed = on->id;
  index.append_only = on->append_only;
  const auto column_of = [&](const ast::Expr& e) -> Result<int> {
    const auto* ref = ast::try_as<ast::ColumnRef>(&e);
    if (ref == nullptr || ref->parts.size() != 1) {
      return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "an index on an expression is not supported");
    }
    const int column = on->column_index(ref->parts[0].text);
    if (column >= 0 && !on->columns[column].hidden) return column;
    return state_.fail_at(e.position, SqlState::kUndefinedColumn, "column \"{}\" does not exist", ref->parts[0].text);
  };
  const auto add = [&](int column) {
    const auto found = std::find(index.index_columns.begin(), index.index_columns.end(), column);
    if (found != index.index_columns.end()) return static_cast<int>(found - index.index_columns.begin());
    index.index_columns.push_back(column);
    ColumnDefinition definition = on->columns[column];
    definition.default_expr = nullptr;
    definition.default_sql.clear();
    definition.generated_expr = nullptr;
    definition.generated_sql.clear();
    index.columns.push_back(std::move(definition));
    return static_cast<int>(index.columns.size()) - 1;
  };
  std::string name = on->name;
  for (const ast::OrderItem& item : create.columns) {
    const int column = TRY(column_of(*item.expr));
    name += "_" + on->columns[column].name;
    SortColumn sort{.column = add(column), .descending = item.descending};
    sort.nulls_first = item.nulls == ast::NullsOrder::kDefault ? item.descending : item.nulls == ast::NullsOrder::kFirst;
    const bool again = std::any_of(index.stored_order.begin(), index.stored_order.end(),
                                   [&](const SortColumn& s) { return s.column == sort.column; });
    if (!again) index.stored_order.push_back(sort);
  }
  for (const ast::Name& include : create.include) {
    const int column = on->column_index(include.text);
    if (column < 0 || on->columns[column].hidden) {
      return state_.fail_at(include.position, SqlState::kUndefinedColumn, "column \"{}\" does not exist", include.text);
    }
    add(column);
  }
  // An index holds all columns, whatever INCLUDE names. The key makes its rows distinct.
  for (size_t i = 0; i < on->columns.size(); ++i) add(static_cast<int>(i));
  for (const int key : on->key) {
    const int column = add(key);
    index.key.push_back(column);
    const bool again = std::any_of(index.stored_order.begin(), index.stored_order.end(),
                                   [&](const SortColumn& s) { return s.column == column; });
    if (!again) index.stored_order.push_back({.column = column});
  }
  index.schema_name = on->schema_name;
  index.name = create.name ? create.name->last().text : name + "_idx";
  if (!create.name) {
    // As PostgreSQL: a number behind the name until it is free.
    for (int n = 1; state_.catalog().find(on->schema_name, index.name) != nullptr; ++n) index.name = fmt::format("{}_idx{}", name, n);
  }
  depend(index);
  return out;
}

Result<BoundDefinition> DefinitionBinder::sink(const ast::CreateSink& create) {
  BoundDefinition out = TRY(start(create.name, RelationKind::kSink, create.if_not_exists));
  Relation& sink = *out.relation;
  if (create.into) {
    return state_.fail_at(create.into->position(), SqlState::kFeatureNotSupported, "CREATE SINK INTO is not supported");
  }
  TRY(add_connector(create.options, create.format, sink));
  if (sink.connector.empty()) {
    return fail(state_.at(make_error(SqlState::kInvalidObjectDefinition, "sink \"{}\" has no connector", sink.name)
                              .with_hint("Add WITH (connector = '...')."),
                          create.name.position()));
  }
  if (create.from) {
    const RelationPtr from = TRY(state_.find_relation(*create.from));
    if (from->kind == RelationKind::kIndex || from->kind == RelationKind::kSink || from->kind == RelationKind::kSystem) {
      return state_.fail_at(create.from->position(), SqlState::kWrongObjectType, "cannot create a sink from {} \"{}\"",
                            relation_kind_text(from->kind), from->name);
    }
    sink.sink_from = from->id;
    ast::FromItemPtr item;
    auto relation = std::make_unique<ast::FromRelation>(create.from->position());
    relation->name = *create.from;
    item = std::move(relation);
    std::vector<ast::FromItemPtr> items;
    items.push_back(std::move(item));
    FromPart part = TRY(queries_.bind_from(items, {}));
    std::vector<ExprPtr> exprs;
    Schema schema;
    for (const ScopeName& name : part.scope.names) {
      if (name.hidden) continue;
      exprs.push_back(make_column(name.column, part.scope.schema[name.column].type));
      schema.push_back({name.name, exprs.back()->type});
    }
    sink.append_only = from->append_only;
    out.query = BoundQuery{.plan = make_project(part.plan, std::move(exprs), schema), .columns = schema};
  } else {
    BoundPart part = TRY(queries_.bind_query(*create.query, {}));
    sink.query_sql = parser::to_sql(*create.query);
    out.query = BoundQuery{.plan = std::move(part.plan), .columns = std::move(part.columns),
                           .emit_on_window_close = create.query->emit_on_window_close};
  }
  if (state_.saw_parameters()) {
    return state_.fail_at(create.position, SqlState::kUndefinedParameter, "there is no parameter $1");
  }
  TRY(columns_of_query(out.query->columns, {}, create.position, sink, true));
  depend(sink);
  return out;
}

}  // namespace leat

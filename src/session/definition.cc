#include "session/definition.h"

#include "binder/binder.h"
#include "parser/parser.h"
#include "parser/to_sql.h"
#include "planner/planner.h"
#include "system_catalog/system_catalog.h"

namespace leat {
namespace {

Result<PlannedRelation> plan_definition(const ast::Statement& create, BoundDefinition& bound,
                                        const DefinitionContext& context) {
  const PlanContext plan_context{.mode = PlanMode::kJob, .catalog = context.catalog.get()};
  Relation draft = *bound.relation;
  switch (create.kind) {
    case ast::StatementKind::kCreateSource: return PlannedRelation{.relation = bound.relation};
    case ast::StatementKind::kCreateTable: {
      RelationPtr relation = bound.relation;
      auto plan = TRY(plan_table(relation, plan_context));
      return PlannedRelation{.relation = plan.root->target ? plan.root->target : relation, .plan = plan};
    }
    case ast::StatementKind::kCreateView: {
      if (draft.kind == RelationKind::kView) return PlannedRelation{.relation = bound.relation};
      auto made = TRY(plan_materialize(*bound.query, std::move(draft), plan_context));
      return PlannedRelation{.relation = made.relation, .plan = made.plan};
    }
    case ast::StatementKind::kCreateIndex: {
      const RelationPtr indexed = context.catalog->find(draft.indexed);
      // The binder counts in the index's columns, the planner in the indexed relation's.
      std::vector<SortColumn> order = draft.stored_order;
      for (SortColumn& column : order) column.column = draft.index_columns[column.column];
      const std::vector<int> include = draft.index_columns;
      auto made = TRY(plan_index(indexed, order, include, std::move(draft), plan_context));
      return PlannedRelation{.relation = made.relation, .plan = made.plan};
    }
    case ast::StatementKind::kCreateSink: {
      const RelationPtr from = draft.sink_from ? context.catalog->find(draft.sink_from) : nullptr;
      bool force = false;
      for (const auto& option : draft.options) {
        force |= (option.name == "force_append_only" || option.name == "ignore_delete") && option.value == "true";
      }
      auto made = from && from->kind != RelationKind::kView
                      ? TRY(plan_sink_from(from, std::move(draft), plan_context))
                      : TRY(plan_sink(*bound.query, std::move(draft), plan_context));
      if (!made.append_only && !force) {
        return fail(make_error(SqlState::kInvalidParameterValue,
                               "the sink's input is not append-only: {}", made.retracts_because)
                        .with_detail("A message cannot be taken back when its row is updated or deleted.")
                        .with_hint("Use force_append_only = 'true' to send the new row of each update and to drop "
                                   "deletes, or write a query whose rows never change."));
      }
      return PlannedRelation{.relation = made.relation, .plan = made.plan};
    }
    default: break;
  }
  return fail(SqlState::kFeatureNotSupported, "this statement is not supported yet");
}

// The name that the statement gives; null: it is made up from what it stands on (an index).
const ast::ObjectName* name_of(const ast::Statement& create) {
  switch (create.kind) {
    case ast::StatementKind::kCreateTable: return &static_cast<const ast::CreateTable&>(create).definition.name;
    case ast::StatementKind::kCreateSource: return &static_cast<const ast::CreateSource&>(create).definition.name;
    case ast::StatementKind::kCreateView: return &static_cast<const ast::CreateView&>(create).name;
    case ast::StatementKind::kCreateSink: return &static_cast<const ast::CreateSink&>(create).name;
    default: return nullptr;
  }
}

Result<BoundDefinition> bind_definition(const ast::Statement& create, Binder& binder) {
  switch (create.kind) {
    case ast::StatementKind::kCreateTable: return binder.bind_create_table(static_cast<const ast::CreateTable&>(create));
    case ast::StatementKind::kCreateSource:
      return binder.bind_create_source(static_cast<const ast::CreateSource&>(create));
    case ast::StatementKind::kCreateView: return binder.bind_create_view(static_cast<const ast::CreateView&>(create));
    case ast::StatementKind::kCreateIndex: return binder.bind_create_index(static_cast<const ast::CreateIndex&>(create));
    case ast::StatementKind::kCreateSink: return binder.bind_create_sink(static_cast<const ast::CreateSink&>(create));
    default: return fail(SqlState::kFeatureNotSupported, "this statement is not supported yet");
  }
}

std::vector<const ast::Option*> options_of(const ast::Statement& create) {
  std::vector<const ast::Option*> all;
  const auto add = [&](const std::vector<ast::Option>& options, const std::optional<ast::FormatClause>& format) {
    for (const ast::Option& option : options) all.push_back(&option);
    if (!format) return;
    for (const ast::Option& option : format->options) all.push_back(&option);
    for (const ast::Option& option : format->key_options) all.push_back(&option);
  };
  switch (create.kind) {
    case ast::StatementKind::kCreateTable: {
      const auto& table = static_cast<const ast::CreateTable&>(create).definition;
      add(table.options, table.format);
      break;
    }
    case ast::StatementKind::kCreateSource: {
      const auto& source = static_cast<const ast::CreateSource&>(create).definition;
      add(source.options, source.format);
      break;
    }
    case ast::StatementKind::kCreateSink: {
      const auto& sink = static_cast<const ast::CreateSink&>(create);
      add(sink.options, sink.format);
      break;
    }
    default: break;
  }
  return all;
}

// The statement's text as anyone may see it: its own spelling, but for secrets.
Result<std::string> without_secrets(const std::string& text) {
  const auto statements = TRY(parser::parse_statements(text));
  if (statements.size() != 1) return fail(SqlState::kInternalError, "a definition is not one statement");
  std::string shown;
  size_t copied = 0;
  for (const ast::Option* option : options_of(*statements[0].statement)) {
    const std::string value = shown_option_value(option->key, option->value);
    if (value == option->value) continue;
    shown += text.substr(copied, option->value_position - copied) + parser::quote_literal(value);
    copied = option->value_end;
  }
  return shown + text.substr(copied);
}

}  // namespace

Result<Definition> define(const ast::Statement& create, std::string_view sql, std::string_view text,
                          const DefinitionContext& context) {
  Binder binder({.catalog = context.catalog,
                 .search_path = context.search_path,
                 .zone = context.zone,
                 .sql = sql});
  BoundDefinition bound = TRY(bind_definition(create, binder));
  Definition definition{.if_not_exists = bound.if_not_exists, .or_replace = bound.or_replace};
  Relation& relation = *bound.relation;
  if (const ast::ObjectName* name = name_of(create)) {
    std::tie(relation.schema_name, relation.name) = TRY(binder.target_name(*name));
  }
  relation.schema = context.catalog->schemas.find(relation.schema_name)->second.id;
  relation.id = context.ids.object;
  relation.table = context.ids.table;
  relation.first_state_table = context.ids.first_state_table;
  relation.created_micros = context.created_micros;
  relation.sql = std::string(text);
  relation.shown_sql = TRY(without_secrets(relation.sql));
  relation.search_path = context.search_path;
  relation.zone = context.zone.name();
  for (const ObjectId id : binder.depends_on()) {
    if (std::ranges::find(relation.depends_on, id) == relation.depends_on.end()) relation.depends_on.push_back(id);
  }
  if (create.kind == ast::StatementKind::kCreateTable && bound.query) definition.fill_from = bound.query;
  definition.planned = TRY(plan_definition(create, bound, context));
  return definition;
}

Result<PlannedRelation> rebuild_relation(const CatalogRecord& record, const CatalogPtr& catalog) {
  const auto statements = TRY(parser::parse_statements(record.sql));
  if (statements.size() != 1) return fail(SqlState::kDataCorrupted, "a catalog record does not hold one statement");
  std::vector<std::string> search_path;
  for (size_t begin = 0; begin < record.extra.size();) {
    const size_t end = std::min(record.extra.find('\n', begin), record.extra.size());
    search_path.push_back(record.extra.substr(begin, end - begin));
    begin = end + 1;
  }
  DefinitionContext context{.catalog = catalog,
                            .search_path = std::move(search_path),
                            .zone = record.zone.empty() ? TimeZone() : TRY(TimeZone::find(record.zone)),
                            .ids = {.object = record.id, .table = record.table, .first_state_table = record.first_state_table},
                            .created_micros = record.created_micros};
  Definition definition = TRY(define(*statements[0].statement, record.sql, record.sql, context));
  return definition.planned;
}

}  // namespace leat

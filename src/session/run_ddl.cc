// CREATE and DROP.

#include <algorithm>
#include <set>

#include "job/relation_options.h"
#include "parser/parser.h"
#include "parser/to_sql.h"
#include "planner/planner.h"
#include "session/definition.h"
#include "session/sql_session.h"

namespace leat {
namespace {

std::string create_tag(const Relation& relation) {
  switch (relation.kind) {
    case RelationKind::kTable: return "CREATE_TABLE";
    case RelationKind::kSource: return "CREATE_SOURCE";
    case RelationKind::kView: return "CREATE_VIEW";
    case RelationKind::kMaterializedView: return "CREATE_MATERIALIZED_VIEW";
    case RelationKind::kIndex: return "CREATE_INDEX";
    default: return "CREATE_SINK";
  }
}

std::optional<RelationKind> kind_of(ast::ObjectType type) {
  switch (type) {
    case ast::ObjectType::kTable: return RelationKind::kTable;
    case ast::ObjectType::kSource: return RelationKind::kSource;
    case ast::ObjectType::kView: return RelationKind::kView;
    case ast::ObjectType::kMaterializedView: return RelationKind::kMaterializedView;
    case ast::ObjectType::kIndex: return RelationKind::kIndex;
    case ast::ObjectType::kSink: return RelationKind::kSink;
    default: return std::nullopt;
  }
}

std::string drop_tag(ast::ObjectType type) {
  switch (type) {
    case ast::ObjectType::kSource: return "DROP_SOURCE";
    case ast::ObjectType::kView: return "DROP_VIEW";
    case ast::ObjectType::kMaterializedView: return "DROP_MATERIALIZED_VIEW";
    case ast::ObjectType::kIndex: return "DROP_INDEX";
    case ast::ObjectType::kSink: return "DROP_SINK";
    case ast::ObjectType::kSchema: return "DROP_SCHEMA";
    default: return "DROP_TABLE";
  }
}

std::string name_text(const ast::ObjectName& name) {
  std::string text;
  for (const auto& part : name.parts) text += (text.empty() ? "" : ".") + part.text;
  return text;
}

// `roots` and everything that reads them, in creation order. Indexes go with their relation always.
std::vector<ObjectId> with_dependents(const CatalogSnapshot& catalog, const std::vector<ObjectId>& roots) {
  std::set<ObjectId> all(roots.begin(), roots.end());
  std::vector<ObjectId> todo = roots;
  while (!todo.empty()) {
    const ObjectId id = todo.back();
    todo.pop_back();
    for (const auto& dependent : catalog.dependents(id)) {
      if (all.insert(dependent->id).second) todo.push_back(dependent->id);
    }
    for (const auto& index : catalog.indexes_of(id)) {
      if (all.insert(index->id).second) todo.push_back(index->id);
    }
  }
  return {all.begin(), all.end()};
}

}  // namespace

Result<SqlSession::Outcome> SqlSession::run_create(const ast::Statement& create, const Prepared& prepared) {
  if (status_ == pgwire::TransactionStatus::kInTransaction) {
    return fail(SqlState::kActiveSqlTransaction, "CREATE cannot run inside a transaction block");
  }
  const Engine::DdlLock lock(engine_);
  const CatalogPtr catalog = shared_.catalog();
  auto definition = TRY(define(create, prepared.sql, prepared.text,
                               {.catalog = catalog,
                                .search_path = search_path(),
                                .zone = settings_.zone(),
                                .ids = engine_.next_ids(),
                                .created_micros = engine_.clock().now_us()}));
  const RelationPtr& relation = definition.planned.relation;
  Outcome outcome{.tag = create_tag(*relation)};
  if (const auto existing = catalog->find(relation->schema_name, relation->name)) {
    if (definition.if_not_exists) {
      if (client_ != nullptr) {
        client_->notice({.code = SqlState::kDuplicateTable,
                         .message = fmt::format("relation \"{}\" already exists, skipping", relation->name)});
      }
      return outcome;
    }
    if (!(definition.or_replace && existing->kind == RelationKind::kView && relation->kind == RelationKind::kView)) {
      return fail(SqlState::kDuplicateTable, "{} \"{}\" already exists",
                  existing->kind == RelationKind::kTable ? "relation" : relation_kind_text(existing->kind),
                  relation->name);
    }
    if (!catalog->dependents(existing->id).empty()) {
      return fail(SqlState::kDependentObjectsStillExist, "cannot replace view \"{}\" because other objects depend on it",
                  existing->name);
    }
    TRY(engine_.drop({existing->id}));
  }
  int64_t last_notice_us = engine_.clock().now_us();
  const Engine::CreateOptions options{
      .cancel = &cancel_,
      .progress = [&](uint64_t done, uint64_t total) {
        const int64_t now = engine_.clock().now_us();
        if (client_ == nullptr || now - last_notice_us < 2'000'000) return;
        last_notice_us = now;
        client_->notice({.message = fmt::format("{}: {} of {} rows read", relation->name, done, total)});
      },
      .notice = [&](const std::string& text) {
        if (client_ != nullptr) client_->notice({.message = text});
      }};
  TRY(engine_.create(definition.planned, options));
  if (definition.fill_from) {
    const auto plan = TRY(plan_query(*definition.fill_from, {.mode = PlanMode::kQuery, .catalog = catalog.get()}));
    TableWrite write{.table = relation->id};
    write.changes = concat(TRY(run_to_end(plan, {})), types_of(plan.columns));
    while (write.changes.columns.size() < relation->columns.size()) {
      write.changes.columns.push_back(
          Vector::constant(Value::null(relation->columns[write.changes.columns.size()].type)));
    }
    if (!write.changes.empty()) {
      std::vector<TableWrite> writes;
      writes.push_back(std::move(write));
      TRY(engine_.write(std::move(writes)));
    }
  }
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::run_create_schema(const ast::CreateSchema& create) {
  const Engine::DdlLock lock(engine_);
  const std::string& name = create.name.parts.back().text;
  if (shared_.catalog()->schemas.contains(name)) {
    if (!create.if_not_exists) return fail(SqlState::kDuplicateSchema, "schema \"{}\" already exists", name);
    if (client_ != nullptr) {
      client_->notice({.code = SqlState::kDuplicateSchema, .message = fmt::format("schema \"{}\" already exists, skipping", name)});
    }
  } else {
    if (name.starts_with("pg_")) {
      return fail(make_error(SqlState::kReservedName, "unacceptable schema name \"{}\"", name)
                      .with_detail("The prefix \"pg_\" is reserved for system schemas."));
    }
    TRY(engine_.create_schema(name));
  }
  return Outcome{.tag = "CREATE_SCHEMA"};
}

Result<SqlSession::Outcome> SqlSession::run_drop(const ast::Drop& drop) {
  if (status_ == pgwire::TransactionStatus::kInTransaction) {
    return fail(SqlState::kActiveSqlTransaction, "DROP cannot run inside a transaction block");
  }
  const Engine::DdlLock lock(engine_);
  const CatalogPtr catalog = shared_.catalog();
  const auto missing = [&](SqlState code, const std::string& text) -> Result<void> {
    if (!drop.if_exists) return fail(code, "{} does not exist", text);
    if (client_ != nullptr) client_->notice({.message = text + " does not exist, skipping"});
    return {};
  };
  std::vector<ObjectId> roots;
  if (drop.type == ast::ObjectType::kSchema) {
    for (const auto& object : drop.names) {
      const std::string& name = object.parts.back().text;
      if (!catalog->schemas.contains(name)) {
        TRY(missing(SqlState::kInvalidSchemaName, fmt::format("schema \"{}\"", name)));
        continue;
      }
      if (name == "public" || name == "pg_catalog" || name == "information_schema" || name == "rw_catalog") {
        return fail(SqlState::kInsufficientPrivilege, "schema \"{}\" cannot be dropped", name);
      }
      std::vector<ObjectId> inside;
      if (const auto at = catalog->names.find(name); at != catalog->names.end()) {
        for (const auto& [relation_name, relation] : at->second) inside.push_back(relation->id);
      }
      if (!inside.empty() && !drop.cascade) {
        return fail(make_error(SqlState::kDependentObjectsStillExist,
                               "cannot drop schema {} because other objects depend on it", name)
                        .with_hint("Use DROP ... CASCADE to drop the dependent objects too."));
      }
      if (!inside.empty()) TRY(engine_.drop(with_dependents(*catalog, inside)));
      TRY(engine_.drop_schema(name));
    }
    return Outcome{.tag = drop_tag(drop.type)};
  }
  const auto kind = kind_of(drop.type);
  if (!kind) return fail(SqlState::kFeatureNotSupported, "this kind of object cannot be dropped yet");
  for (const auto& object : drop.names) {
    const auto& parts = object.parts;
    const RelationPtr relation = parts.size() > 1 ? catalog->find(parts[parts.size() - 2].text, parts.back().text)
                                                  : catalog->resolve(search_path(), parts[0].text);
    if (relation && relation->kind == RelationKind::kSystem) {
      return fail(SqlState::kInsufficientPrivilege, "permission denied: \"{}\" is a system catalog", relation->name);
    }
    if (!relation) {
      TRY(missing(SqlState::kUndefinedTable, fmt::format("{} \"{}\"", relation_kind_text(*kind), name_text(object))));
      continue;
    }
    if (relation->kind != *kind) {
      return fail(make_error(SqlState::kWrongObjectType, "\"{}\" is not a {}", relation->name, relation_kind_text(*kind))
                      .with_hint(fmt::format("It is a {}.", relation_kind_text(relation->kind))));
    }
    roots.push_back(relation->id);
  }
  if (roots.empty()) return Outcome{.tag = drop_tag(drop.type)};
  const auto all = with_dependents(*catalog, roots);
  if (!drop.cascade) {
    for (const ObjectId id : all) {
      const auto relation = catalog->find(id);
      if (std::ranges::find(roots, id) != roots.end() || relation->kind == RelationKind::kIndex) continue;
      const auto root = catalog->find(roots[0]);
      return fail(make_error(SqlState::kDependentObjectsStillExist, "cannot drop {} {} because other objects depend on it",
                             relation_kind_text(root->kind), root->name)
                      .with_detail(fmt::format("{} {} depends on {} {}", relation_kind_text(relation->kind),
                                               relation->name, relation_kind_text(root->kind), root->name))
                      .with_hint("Use DROP ... CASCADE to drop the dependent objects too."));
    }
  }
  TRY(engine_.drop(all));
  return Outcome{.tag = drop_tag(drop.type)};
}

Result<SqlSession::Outcome> SqlSession::run_explain(const ast::Explain& explain, const Prepared& prepared) {
  const ast::Statement& statement = *explain.statement;
  std::string text;
  if (statement.kind == ast::StatementKind::kQuery) {
    Binder binder = binder_for(prepared);
    const BoundQuery bound = TRY(binder.bind_query(*static_cast<const ast::QueryStatement&>(statement).query));
    const CatalogPtr catalog = shared_.catalog();
    const auto plan = TRY(plan_query(bound, {.mode = PlanMode::kQuery, .catalog = catalog.get(),
                                             .parameter_types = TRY(binder.parameter_types())}));
    text = physical_text(*plan.root);
  } else if (statement.kind == ast::StatementKind::kInsert || statement.kind == ast::StatementKind::kUpdate ||
             statement.kind == ast::StatementKind::kDelete) {
    Binder binder = binder_for(prepared);
    LogicalPtr query;
    if (statement.kind == ast::StatementKind::kInsert) {
      query = TRY(binder.bind_insert(static_cast<const ast::Insert&>(statement))).query;
    } else if (statement.kind == ast::StatementKind::kUpdate) {
      query = TRY(binder.bind_update(static_cast<const ast::Update&>(statement))).query;
    } else {
      query = TRY(binder.bind_delete(static_cast<const ast::Delete&>(statement))).query;
    }
    const CatalogPtr catalog = shared_.catalog();
    text = physical_text(*TRY(plan_query({.plan = query, .columns = query->schema},
                                         {.mode = PlanMode::kQuery, .catalog = catalog.get()}))
                              .root);
  } else {
    const auto definition = TRY(define(statement, prepared.sql, prepared.text,
                                       {.catalog = shared_.catalog(),
                                        .search_path = search_path(),
                                        .zone = settings_.zone(),
                                        .ids = engine_.next_ids()}));
    if (definition.planned.plan.root) text = physical_text(*definition.planned.plan.root);
  }
  std::vector<std::vector<std::string>> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back({text.substr(begin, end - begin)});
    begin = end + 1;
  }
  return Outcome{.batches = text_rows(lines, 1), .tag = "EXPLAIN"};
}

}  // namespace leat

// SET, SHOW, DESCRIBE.

#include <algorithm>

#include "expr/evaluator.h"
#include "parser/parser.h"
#include "session/sql_session.h"

namespace leat {
namespace {

using pgwire::TransactionStatus;

// LIKE with % and _ over a name.
bool like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (like(text.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) && like(text.substr(1), pattern.substr(1));
}

std::vector<std::vector<std::string>> columns_of(const Relation& relation) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& column : relation.columns) {
    rows.push_back({column.name, column.type.name(), column.hidden ? "true" : "false", ""});
  }
  return rows;
}

}  // namespace

Result<SqlSession::Outcome> SqlSession::run_set(const ast::Set& set) {
  if (set.scope == ast::SetScope::kLocal && status_ == TransactionStatus::kIdle) {
    warn(SqlState::kNoActiveSqlTransaction, "SET LOCAL can only be used in transaction blocks");
    return Outcome{.tag = "SET"};
  }
  const std::string before = settings_.get(set.parameter).value_or("");
  if (set.use_default) {
    TRY(settings_.reset(set.parameter));
  } else {
    std::string value;
    for (const auto& v : set.values) value += (value.empty() ? "" : ", ") + v;
    TRY(settings_.set(set.parameter, value));
  }
  if (set.scope == ast::SetScope::kLocal) {
    local_settings_.try_emplace(set.parameter, before);
  } else {
    local_settings_.erase(set.parameter);
  }
  report_changed_settings();
  return Outcome{.tag = "SET"};
}

Result<SqlSession::Outcome> SqlSession::run_show(const ast::Show& show) {
  const CatalogPtr catalog = shared_.catalog();
  Outcome outcome{.tag = "SHOW"};
  std::vector<std::vector<std::string>> rows;
  size_t width = 1;
  const auto matches = [&](const std::string& name) { return !show.like || like(name, *show.like); };
  const auto list = [&](std::initializer_list<RelationKind> kinds, auto&& row) {
    std::vector<std::string> schemas = search_path();
    if (show.from) schemas = {show.from->parts.back().text};
    for (const auto& schema : schemas) {
      const auto at = catalog->names.find(schema);
      if (at == catalog->names.end()) continue;
      for (const auto& [name, relation] : at->second) {
        if (std::ranges::find(kinds, relation->kind) != kinds.end() && matches(name)) rows.push_back(row(*relation));
      }
    }
  };
  const auto name_only = [](const Relation& r) { return std::vector<std::string>{r.name}; };
  const auto with_connector = [](const Relation& r) { return std::vector<std::string>{r.name, r.connector}; };
  const auto index_row = [&](const Relation& r) {
    const auto on = catalog->find(r.indexed);
    std::string key;
    for (const auto& column : r.stored_order) {
      if (r.columns[column.column].hidden) continue;
      key += (key.empty() ? "" : ", ") + r.columns[column.column].name + (column.descending ? " DESC" : "");
    }
    return std::vector<std::string>{r.name, on ? on->name : "", key};
  };
  switch (show.what) {
    case ast::ShowWhat::kParameter: {
      rows.push_back({TRY(settings_.get(show.parameter))});
      break;
    }
    case ast::ShowWhat::kAll:
      width = 3;
      for (const auto& s : setting_definitions()) {
        rows.push_back({std::string(s.display.empty() ? s.name : s.display), settings_.value(s.name), std::string(s.doc)});
      }
      break;
    case ast::ShowWhat::kTables: list({RelationKind::kTable}, name_only); break;
    case ast::ShowWhat::kViews: list({RelationKind::kView}, name_only); break;
    case ast::ShowWhat::kMaterializedViews: list({RelationKind::kMaterializedView}, name_only); break;
    case ast::ShowWhat::kSources:
      width = 2;
      list({RelationKind::kSource}, with_connector);
      break;
    case ast::ShowWhat::kSinks:
      width = 2;
      list({RelationKind::kSink}, with_connector);
      break;
    case ast::ShowWhat::kIndexes:
    case ast::ShowWhat::kIndexesFrom: {
      width = 3;
      if (show.what == ast::ShowWhat::kIndexesFrom) {
        const auto relation = catalog->resolve(search_path(), show.from->parts.back().text);
        if (!relation) return fail(SqlState::kUndefinedTable, "relation \"{}\" does not exist", show.from->parts.back().text);
        for (const auto& index : catalog->indexes_of(relation->id)) rows.push_back(index_row(*index));
      } else {
        list({RelationKind::kIndex}, index_row);
      }
      break;
    }
    case ast::ShowWhat::kSchemas:
      for (const auto& [name, schema] : catalog->schemas) {
        if (matches(name)) rows.push_back({name});
      }
      break;
    case ast::ShowWhat::kDatabases: rows.push_back({database_name_}); break;
    case ast::ShowWhat::kUsers:
    case ast::ShowWhat::kRoles: rows.push_back({"root"}); break;
    case ast::ShowWhat::kColumns: {
      Prepared none;
      const auto relation = TRY(binder_for(none).find_relation(*show.from));
      width = 4;
      rows = columns_of(*relation);
      break;
    }
    case ast::ShowWhat::kJobs:
      width = 3;
      for (const auto& p : engine_.progress()) {
        rows.push_back({p.statement, std::to_string(p.rows_done), std::to_string(p.rows_total)});
      }
      break;
    case ast::ShowWhat::kProcessList:
      width = 4;
      for (const auto& s : shared_.sessions()) rows.push_back({std::to_string(s.pid), s.user, s.state, s.query});
      break;
    default: break;
  }
  outcome.batches = text_rows(rows, width);
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::run_show_create(const ast::ShowCreate& show) {
  Prepared none;
  const auto relation = TRY(binder_for(none).find_relation(show.name));
  return Outcome{.batches = text_rows({{relation->schema_name + "." + relation->name, relation->shown_sql}}, 2),
                 .tag = "SHOW"};
}

Result<SqlSession::Outcome> SqlSession::run_describe(const ast::Describe& describe) {
  Prepared none;
  const auto relation = TRY(binder_for(none).find_relation(describe.name));
  auto rows = columns_of(*relation);
  std::string key;
  for (const int c : relation->key) key += (key.empty() ? "" : ", ") + relation->columns[c].name;
  if (!key.empty()) rows.push_back({"primary key", key, "", ""});
  return Outcome{.batches = text_rows(rows, 4), .tag = "DESCRIBE"};
}

}  // namespace leat

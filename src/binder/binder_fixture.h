#pragma once
// What the binder's tests share: a catalog made by statements, plans and errors as text.

#include <gtest/gtest.h>

#include "binder/binder.h"
#include "parser/parser.h"
#include "plan/logical_check.h"

namespace leat {

class BinderFixture : public testing::Test {
 protected:
  BinderFixture() {
    Catalog catalog;
    catalog_ = std::make_shared<CatalogSnapshot>(*catalog.snapshot());
    make("CREATE TABLE t (a int PRIMARY KEY, b varchar, c numeric, d timestamp)");
    make("CREATE TABLE u (a int, e bigint, f double precision)");
    make("CREATE TABLE s (st struct<x int, y varchar>, arr int[], j jsonb, tz timestamptz)");
    make("CREATE SCHEMA shop");
    make("CREATE TABLE shop.t (a int, z int)");
    make("CREATE SOURCE ev (id bigint, at timestamp, WATERMARK FOR at AS at - INTERVAL '5' SECOND) "
         "WITH (connector = 'nats') FORMAT PLAIN ENCODE JSON");
    make("CREATE VIEW v (n, total) AS SELECT b, sum(a) FROM t GROUP BY b");
    make("CREATE MATERIALIZED VIEW m AS SELECT a, e FROM u");
  }

  Binder& binder(std::string_view sql, std::vector<Type> parameters = {}) {
    sql_ = sql;
    binder_ = std::make_unique<Binder>(BinderOptions{.catalog = catalog_, .database = "dev", .search_path = {"public"},
                                                     .zone = TimeZone(), .sql = sql_,
                                                     .parameter_types = std::move(parameters)});
    return *binder_;
  }

  static ast::StatementPtr parse(std::string_view sql) {
    auto statements = parser::parse_statements(sql);
    if (!statements || statements->size() != 1) {
      ADD_FAILURE() << sql << ": " << (statements ? "not one statement" : statements.error().to_string());
      return nullptr;
    }
    return std::move((*statements)[0].statement);
  }

  // Runs a CREATE against the catalog.
  void make(std::string_view sql) {
    const auto statement = parse(sql);
    ASSERT_NE(statement, nullptr);
    if (const auto* schema = ast::try_as<ast::CreateSchema>(statement.get())) {
      catalog_->put_schema({.id = ObjectId(catalog_->next_object_id++), .name = schema->name.last().text});
      return;
    }
    auto bound = define(sql, *statement);
    ASSERT_TRUE(bound) << sql << ": " << bound.error().to_string();
    auto relation = bound->relation;
    relation->id = ObjectId(catalog_->next_object_id++);
    if (relation->schema_name.empty()) relation->schema_name = binder_->target_name(*name_of(*statement))->first;
    catalog_->put(relation);
  }

  static const ast::ObjectName* name_of(const ast::Statement& s) {
    if (const auto* t = ast::try_as<ast::CreateTable>(&s)) return &t->definition.name;
    if (const auto* t = ast::try_as<ast::CreateSource>(&s)) return &t->definition.name;
    if (const auto* t = ast::try_as<ast::CreateView>(&s)) return &t->name;
    if (const auto* t = ast::try_as<ast::CreateSink>(&s)) return &t->name;
    return nullptr;
  }

  Result<BoundDefinition> define(std::string_view sql, const ast::Statement& s) {
    Binder& b = binder(sql);
    if (const auto* t = ast::try_as<ast::CreateTable>(&s)) return b.bind_create_table(*t);
    if (const auto* t = ast::try_as<ast::CreateSource>(&s)) return b.bind_create_source(*t);
    if (const auto* t = ast::try_as<ast::CreateView>(&s)) return b.bind_create_view(*t);
    if (const auto* t = ast::try_as<ast::CreateIndex>(&s)) return b.bind_create_index(*t);
    if (const auto* t = ast::try_as<ast::CreateSink>(&s)) return b.bind_create_sink(*t);
    return fail(SqlState::kInternalError, "not a definition");
  }
  Result<BoundDefinition> define(std::string_view sql) {
    const auto statement = parse(sql);
    if (statement == nullptr) return fail(SqlState::kSyntaxError, "does not parse");
    return define(sql, *statement);
  }

  Result<BoundQuery> query(std::string_view sql, std::vector<Type> parameters = {}) {
    const auto statement = parse(sql);
    if (statement == nullptr) return fail(SqlState::kSyntaxError, "does not parse");
    return binder(sql, std::move(parameters)).bind_query(*ast::as<ast::QueryStatement>(*statement).query);
  }
  // The plan's text, or the error's.
  std::string plan(std::string_view sql) {
    const auto bound = query(sql);
    if (bound) EXPECT_EQ(logical_problem(*bound->plan), "") << sql;
    return bound ? "\n" + logical_text(*bound->plan) : error_text(bound.error());
  }
  // "a integer, b character varying"
  std::string columns(std::string_view sql) {
    const auto bound = query(sql);
    if (!bound) return error_text(bound.error());
    EXPECT_EQ(logical_problem(*bound->plan), "") << sql;
    std::string out;
    for (const Field& f : bound->columns) out += (out.empty() ? "" : ", ") + f.name + " " + f.type.name();
    return out;
  }
  static std::string error_text(const Error& e) {
    std::string out = fmt::format("{} {}", sqlstate_text(e.code), e.message);
    if (e.position) out += fmt::format(" @{}", *e.position);
    if (!e.detail.empty()) out += " DETAIL " + e.detail;
    if (!e.hint.empty()) out += " HINT " + e.hint;
    return out;
  }
  // The error of any statement that is bound; "" if there is none.
  std::string error(std::string_view sql) {
    const auto statement = parse(sql);
    if (statement == nullptr) return "does not parse";
    const auto text = [](const auto& result) { return result ? std::string() : error_text(result.error()); };
    switch (statement->kind) {
      case ast::StatementKind::kQuery: return text(query(sql));
      case ast::StatementKind::kInsert: return text(binder(sql).bind_insert(ast::as<ast::Insert>(*statement)));
      case ast::StatementKind::kUpdate: return text(binder(sql).bind_update(ast::as<ast::Update>(*statement)));
      case ast::StatementKind::kDelete: return text(binder(sql).bind_delete(ast::as<ast::Delete>(*statement)));
      default: return text(define(sql, *statement));
    }
  }

  std::shared_ptr<CatalogSnapshot> catalog_;
  std::string sql_;
  std::unique_ptr<Binder> binder_;
};

}  // namespace leat

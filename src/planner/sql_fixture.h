#pragma once
// For tests: a catalog made by SQL, and plans of SQL over it. Not for other rooms' code.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "binder/binder.h"
#include "catalog/catalog.h"
#include "parser/parser.h"
#include "planner/planner.h"

namespace leat::planner {

class SqlFixture {
 public:
  SqlFixture() : catalog_(std::make_shared<CatalogSnapshot>(*Catalog().snapshot())) {}

  const CatalogSnapshot& catalog() const { return *catalog_; }
  PlanContext context(PlanMode mode) const {
    return PlanContext{.mode = mode, .catalog = catalog_.get()};
  }

  // Runs CREATE statements; for each one the physical plan of its job is kept in last_plan().
  Result<void> run(std::string_view sql) {
    for (auto& one : TRY(parser::parse_statements(sql))) TRY(run_one(sql, *one.statement));
    return {};
  }
  const PhysicalPtr& last_plan() const { return last_plan_; }
  const SinkPlan& last_sink() const { return last_sink_; }

  Result<BoundQuery> bind(std::string_view sql) {
    auto statements = TRY(parser::parse_statements(sql));
    if (statements.size() != 1 || statements[0].statement->kind != ast::StatementKind::kQuery) {
      return fail(SqlState::kSyntaxError, "not one query");
    }
    Binder binder(options(sql));
    return binder.bind_query(
        *static_cast<const ast::QueryStatement&>(*statements[0].statement).query);
  }

  // EXPLAIN of a query, or of a CREATE statement (which is then carried out).
  Result<std::string> explain(std::string_view sql, PlanMode mode) {
    auto statements = TRY(parser::parse_statements(sql));
    if (statements.size() == 1 && statements[0].statement->kind == ast::StatementKind::kQuery) {
      const BoundQuery query = TRY(bind(sql));
      return physical_text(*TRY(plan_query(query, context(mode))).root);
    }
    TRY(run(sql));
    return last_plan_ == nullptr ? std::string() : physical_text(*last_plan_);
  }

  RelationPtr find(std::string_view name) const { return catalog_->find("public", name); }

 private:
  BinderOptions options(std::string_view sql) const {
    BinderOptions options;
    options.catalog = catalog_;
    options.sql = sql;
    return options;
  }

  void put(Relation relation) {
    auto next = std::make_shared<CatalogSnapshot>(*catalog_);
    relation.id = ObjectId(next->next_object_id++);
    relation.schema_name = "public";
    relation.table = TableId(next->next_table_id++);
    next->put(std::make_shared<const Relation>(std::move(relation)));
    catalog_ = next;
  }

  Result<void> run_one(std::string_view sql, const ast::Statement& statement) {
    Binder binder(options(sql));
    const PlanContext job = context(PlanMode::kJob);
    switch (statement.kind) {
      case ast::StatementKind::kCreateTable: {
        auto made = TRY(binder.bind_create_table(static_cast<const ast::CreateTable&>(statement)));
        last_plan_ = TRY(plan_table(made.relation, job)).root;
        put(*made.relation);
        return {};
      }
      case ast::StatementKind::kCreateSource: {
        auto made =
            TRY(binder.bind_create_source(static_cast<const ast::CreateSource&>(statement)));
        last_plan_ = nullptr;
        put(*made.relation);
        return {};
      }
      case ast::StatementKind::kCreateView: {
        auto made = TRY(binder.bind_create_view(static_cast<const ast::CreateView&>(statement)));
        last_plan_ = nullptr;
        if (!static_cast<const ast::CreateView&>(statement).materialized) {
          put(*made.relation);
          return {};
        }
        auto plan = TRY(plan_materialize(*made.query, *made.relation, job));
        last_plan_ = plan.plan.root;
        put(*plan.relation);
        return {};
      }
      case ast::StatementKind::kCreateIndex: {
        auto made = TRY(binder.bind_create_index(static_cast<const ast::CreateIndex&>(statement)));
        const RelationPtr indexed = catalog_->find(made.relation->indexed);
        std::vector<SortColumn> order;
        for (SortColumn item : made.relation->stored_order) {
          if (order.size() == static_cast<const ast::CreateIndex&>(statement).columns.size()) break;
          item.column = made.relation->index_columns[static_cast<size_t>(item.column)];
          order.push_back(item);
        }
        auto plan = TRY(plan_index(indexed, order, {}, *made.relation, job));
        last_plan_ = plan.plan.root;
        put(*plan.relation);
        return {};
      }
      case ast::StatementKind::kCreateSink: {
        auto made = TRY(binder.bind_create_sink(static_cast<const ast::CreateSink&>(statement)));
        last_sink_ = TRY(plan_sink(*made.query, *made.relation, job));
        last_plan_ = last_sink_.plan.root;
        put(*last_sink_.relation);
        return {};
      }
      default:
        return fail(SqlState::kSyntaxError, "not a statement of these tests");
    }
  }

  CatalogPtr catalog_;
  PhysicalPtr last_plan_;
  SinkPlan last_sink_;
};

}  // namespace leat::planner

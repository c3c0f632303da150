// Whatever parses is bound or refused: nothing crashes, and every plan is sound.
#include <cstdint>

#include "binder/binder.h"
#include "parser/parser.h"
#include "plan/logical_check.h"

namespace {

using namespace leat;

template <class F>
void with_binder(const CatalogPtr& catalog, std::string_view sql, F&& f) {
  Binder binder({.catalog = catalog, .database = "dev", .search_path = {"public"}, .zone = TimeZone(), .sql = sql,
                 .parameter_types = {}});
  f(binder);
}

CatalogPtr make_catalog() {
  auto catalog = std::make_shared<CatalogSnapshot>(*Catalog().snapshot());
  for (const char* sql : {"CREATE TABLE t (a int PRIMARY KEY, b varchar, c numeric, d timestamp, e int[], j jsonb)",
                          "CREATE TABLE u (a bigint, s struct<x int, y varchar>, z timestamptz)"}) {
    const auto statements = parser::parse_statements(sql);
    with_binder(catalog, sql, [&](Binder& binder) {
      auto bound = binder.bind_create_table(ast::as<ast::CreateTable>(*(*statements)[0].statement));
      bound->relation->id = ObjectId(catalog->next_object_id++);
      bound->relation->schema_name = "public";
      catalog->put(bound->relation);
    });
  }
  return catalog;
}

void bind(Binder& binder, const ast::Statement& s) {
  switch (s.kind) {
    case ast::StatementKind::kQuery:
      if (const auto q = binder.bind_query(*ast::as<ast::QueryStatement>(s).query)) {
        const std::string problem = logical_problem(*q->plan);
        CHECK(problem.empty(), "{}", problem);
      }
      break;
    case ast::StatementKind::kInsert: (void)binder.bind_insert(ast::as<ast::Insert>(s)); break;
    case ast::StatementKind::kUpdate: (void)binder.bind_update(ast::as<ast::Update>(s)); break;
    case ast::StatementKind::kDelete: (void)binder.bind_delete(ast::as<ast::Delete>(s)); break;
    case ast::StatementKind::kCreateTable: (void)binder.bind_create_table(ast::as<ast::CreateTable>(s)); break;
    case ast::StatementKind::kCreateSource: (void)binder.bind_create_source(ast::as<ast::CreateSource>(s)); break;
    case ast::StatementKind::kCreateView: (void)binder.bind_create_view(ast::as<ast::CreateView>(s)); break;
    case ast::StatementKind::kCreateIndex: (void)binder.bind_create_index(ast::as<ast::CreateIndex>(s)); break;
    case ast::StatementKind::kCreateSink: (void)binder.bind_create_sink(ast::as<ast::CreateSink>(s)); break;
    default: break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const CatalogPtr catalog = make_catalog();
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  const auto statements = parser::parse_statements(sql);
  if (!statements) return 0;
  for (const auto& statement : *statements) {
    with_binder(catalog, sql, [&](Binder& binder) { bind(binder, *statement.statement); });
  }
  return 0;
}

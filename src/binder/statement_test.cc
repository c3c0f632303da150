// INSERT, UPDATE, DELETE and CREATE ...: what the bound statements hold.
#include "binder/binder_fixture.h"

namespace leat {
namespace {

class StatementFixture : public BinderFixture {
 protected:
  BoundInsert insert(std::string_view sql) {
    auto bound = binder(sql).bind_insert(ast::as<ast::Insert>(*parse(sql)));
    EXPECT_TRUE(bound) << (bound ? "" : bound.error().to_string());
    return bound ? *bound : BoundInsert{};
  }
};

TEST_F(StatementFixture, InsertFillsDefaultsAndGeneratedColumns) {
  make("CREATE TABLE w (a int, b int DEFAULT 7, c int AS a + b, d varchar)");
  const BoundInsert bound = insert("INSERT INTO w (d, a) VALUES ('x', 1), (DEFAULT, '2') RETURNING a, c * 2 AS twice");
  EXPECT_EQ("\n" + logical_text(*bound.query), R"(
Project a, b: 7, c: (a + 7), d
  Values ('x', 1), (NULL, 2)
)");
  EXPECT_EQ(bound.columns, (std::vector<int>{0, 1, 2, 3}));
  ASSERT_EQ(bound.returning.size(), 2u);
  EXPECT_EQ(expr_text(*bound.returning[1]), "($2 * 2)");
  EXPECT_EQ(bound.returning_columns[1].name, "twice");
  EXPECT_EQ("\n" + logical_text(*insert("INSERT INTO w DEFAULT VALUES").query), R"(
Project a: NULL, b: 7, c: (NULL + 7), d: NULL
  Values ()
)");
}

TEST_F(StatementFixture, InsertFromAQueryCastsForAssignment) {
  const BoundInsert bound = insert("INSERT INTO t (a, b) SELECT e, 'lit' FROM u");
  EXPECT_EQ("\n" + logical_text(*bound.query), R"(
Project a: e, b: ?column?, c: NULL, d: NULL
  Project e: e::integer, ?column?
    Project e, ?column?: 'lit'
      Scan u [a, e, f, _row_id]
)");
}

TEST_F(StatementFixture, ParametersOfInsertTakeTheColumnsTypes) {
  (void)insert("INSERT INTO t VALUES ($1, $2, $3)");
  EXPECT_EQ(*binder_->parameter_types(), (std::vector<Type>{TypeId::kInt32, TypeId::kVarchar, TypeId::kNumeric}));
}

TEST_F(StatementFixture, UpdateGivesOldAndNewRows) {
  const std::string_view sql = "UPDATE t SET c = c + 1, b = u.e FROM u WHERE u.a = t.a RETURNING t.a, c, u.f";
  auto bound = binder(sql).bind_update(ast::as<ast::Update>(*parse(sql)));
  ASSERT_TRUE(bound) << bound.error().to_string();
  EXPECT_EQ("\n" + logical_text(*bound->query), R"(
Project old_a: a, old_b: b, old_c: c, old_d: d, a, b: e::character varying, c: (c + 1), d, a, e, f, _row_id
  Filter (a = a)
    Join inner
      Scan t [a, b, c, d]
      Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(bound->assigned, (std::vector<int>{1, 2}));
  EXPECT_EQ(expr_text(*bound->returning[0]), "$4");
  EXPECT_EQ(expr_text(*bound->returning[1]), "$6");
  EXPECT_EQ(expr_text(*bound->returning[2]), "$10");
}

TEST_F(StatementFixture, DeleteGivesOldRows) {
  const std::string_view sql = "DELETE FROM t USING u WHERE t.a = u.a RETURNING t.*";
  auto bound = binder(sql).bind_delete(ast::as<ast::Delete>(*parse(sql)));
  ASSERT_TRUE(bound) << bound.error().to_string();
  EXPECT_EQ("\n" + logical_text(*bound->query), R"(
Filter (a = a)
  Join inner
    Scan t [a, b, c, d]
    Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(bound->returning.size(), 4u);
}

TEST_F(StatementFixture, CreateTable) {
  auto bound = define("CREATE TABLE n (a int, b varchar NOT NULL DEFAULT 'q', c int AS a * 2, PRIMARY KEY (b, a)) "
                      "ON CONFLICT DO NOTHING");
  ASSERT_TRUE(bound) << bound.error().to_string();
  const Relation& r = *bound->relation;
  EXPECT_EQ(r.key, (std::vector<int>{1, 0}));
  EXPECT_TRUE(r.declared_primary_key);
  EXPECT_TRUE(r.columns[0].not_null);
  EXPECT_EQ(r.on_conflict, OnConflict::kDoNothing);
  EXPECT_EQ(r.columns[1].default_sql, "'q'");
  EXPECT_EQ(expr_text(*r.columns[2].generated_expr), "($0 * 2)");
  EXPECT_EQ(r.stored_order, (std::vector<SortColumn>{{.column = 1}, {.column = 0}}));
  EXPECT_EQ(r.columns.size(), 3u);
}

TEST_F(StatementFixture, CreateSource) {
  auto bound = define("CREATE SOURCE n (id bigint, at timestamp, day date AS at::date, WATERMARK FOR at AS at - INTERVAL '1' MINUTE) "
                      "INCLUDE subject INCLUDE header 'trace' AS trace INCLUDE timestamp AS ts "
                      "WITH (connector = 'nats', scan.startup.mode = 'latest') FORMAT PLAIN ENCODE JSON");
  ASSERT_TRUE(bound) << bound.error().to_string();
  const Relation& r = *bound->relation;
  EXPECT_EQ(r.connector, "nats");
  EXPECT_TRUE(r.append_only);
  EXPECT_EQ(r.columns[3].name, "_rw_nats_subject");
  EXPECT_EQ(r.columns[3].include, "subject");
  EXPECT_EQ(r.columns[4].name, "trace");
  EXPECT_EQ(r.columns[4].include_field, "trace");
  EXPECT_EQ(r.columns[5].type, Type(TypeId::kTimestamptz));
  EXPECT_TRUE(r.columns[6].hidden);
  EXPECT_EQ(r.columns[6].type, Type(TypeId::kSerial));
  EXPECT_EQ(r.key, std::vector<int>{6});
  ASSERT_EQ(r.watermarks.size(), 1u);
  EXPECT_EQ(r.watermarks[0].column, 1);
  EXPECT_EQ(r.format.encode, "json");
  ASSERT_EQ(r.options.size(), 2u);
  EXPECT_EQ(r.options[1].name, "scan.startup.mode");
}

TEST_F(StatementFixture, CreateViewIndexAndSink) {
  auto view = define("CREATE MATERIALIZED VIEW n AS SELECT b, count(*) AS k FROM t GROUP BY b");
  ASSERT_TRUE(view) << view.error().to_string();
  EXPECT_EQ(view->relation->columns[1].name, "k");
  EXPECT_EQ(view->relation->depends_on, std::vector<ObjectId>{catalog_->find("public", "t")->id});
  EXPECT_EQ(view->query->columns.size(), 2u);

  auto index = define("CREATE INDEX ON t (c DESC, b)");
  ASSERT_TRUE(index) << index.error().to_string();
  EXPECT_EQ(index->relation->name, "t_c_b_idx");
  EXPECT_EQ(index->relation->index_columns, (std::vector<int>{2, 1, 0, 3}));
  EXPECT_EQ(index->relation->stored_order,
            (std::vector<SortColumn>{{.column = 0, .descending = true, .nulls_first = true}, {.column = 1}, {.column = 2}}));
  EXPECT_EQ(index->relation->key, std::vector<int>{2});

  auto sink = define("CREATE SINK k FROM u WITH (connector = 'nats', subject = 'x')");
  ASSERT_TRUE(sink) << sink.error().to_string();
  EXPECT_EQ(sink->relation->sink_from, catalog_->find("public", "u")->id);
  EXPECT_EQ("\n" + logical_text(*sink->query->plan), R"(
Project a, e, f
  Scan u [a, e, f, _row_id]
)");
}

TEST_F(StatementFixture, ConstantsForExecute) {
  const std::string_view sql = "EXECUTE p ('5', 1 + 1)";
  const auto statement = parse(sql);
  const auto& execute = ast::as<ast::Execute>(*statement);
  EXPECT_EQ(binder(sql).bind_constant(*execute.arguments[0], TypeId::kInt32)->to_text(), "5");
  EXPECT_EQ(binder(sql).bind_constant(*execute.arguments[1], TypeId::kInt64)->to_text(), "2");
}

}  // namespace
}  // namespace leat

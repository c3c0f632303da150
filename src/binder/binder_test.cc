// Queries and expressions. Errors: binder_error_test.cc; INSERT .. and CREATE ..: statement_test.cc.
#include "binder/binder_fixture.h"

namespace leat {
namespace {

TEST_F(BinderFixture, SelectListsAndNames) {
  EXPECT_EQ(columns("SELECT a, b AS x, t.c, 1, a + 1, 'x', NULL, true FROM t"),
            "a integer, x character varying, c numeric, ?column? integer, ?column? integer, ?column? character varying, "
            "?column? character varying, ?column? boolean");
  EXPECT_EQ(columns("SELECT * FROM t, u"),
            "a integer, b character varying, c numeric, d timestamp without time zone, a integer, e bigint, "
            "f double precision");
  EXPECT_EQ(columns("SELECT u.*, t.b FROM t, u"), "a integer, e bigint, f double precision, b character varying");
  EXPECT_EQ(columns("SELECT * EXCEPT (b, c) FROM t"), "a integer, d timestamp without time zone");
  EXPECT_EQ(columns("SELECT CASE WHEN true THEN 1 END, a::bigint, 1::bigint, date '2020-01-01', count(*), "
                    "EXISTS (SELECT 1), (SELECT e FROM u LIMIT 1) FROM t GROUP BY a"),
            "case integer, a bigint, int8 bigint, date date, count bigint, exists boolean, e bigint");
}

TEST_F(BinderFixture, NumbersAreAsSmallAsTheyCan) {
  EXPECT_EQ(columns("SELECT 1 AS a, 5000000000 AS b, 1.5 AS c, 1e3 AS d, -2147483648 AS e, 99999999999999999999 AS f"),
            "a integer, b bigint, c numeric, d numeric, e integer, f numeric");
}

TEST_F(BinderFixture, PlanOfAQuery) {
  EXPECT_EQ(plan("SELECT b, a + 1 AS next FROM t WHERE a > 5 ORDER BY c DESC LIMIT 3"), R"(
Sort by sort_2 DESC limit 3
  Project b, next: (a + 1), sort_2: c
    Filter (a > 5)
      Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT 1"), R"(
Project ?column?: 1
  Values ()
)");
}

TEST_F(BinderFixture, ImplicitCastsAndUnknownLiterals) {
  EXPECT_EQ(plan("SELECT a FROM t WHERE a = '5'"), R"(
Project a
  Filter (a = 5)
    Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT e + a AS s FROM u"), R"(
Project s: (e + a::bigint)
  Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(plan("SELECT c > 1 AS x, d < '2020-01-01' AS y FROM t"), R"(
Project x: (c > 1), y: (d < '2020-01-01 00:00:00'::timestamp without time zone)
  Scan t [a, b, c, d]
)");
  EXPECT_EQ(columns("SELECT a + e AS x, a + c AS y, a / f AS z, d - d AS i, d + interval '1 day' AS k FROM t JOIN u USING (a)"),
            "x bigint, y numeric, z double precision, i interval, k timestamp without time zone");
}

TEST_F(BinderFixture, CommonTypes) {
  EXPECT_EQ(columns("SELECT CASE WHEN a = 1 THEN a ELSE c END AS x, coalesce(a, 5000000000) AS y, ARRAY[1, 2.5] AS z, "
                    "CASE WHEN true THEN NULL ELSE 'x' END AS w FROM t"),
            "x numeric, y bigint, z numeric[], w character varying");
  EXPECT_EQ(columns("SELECT a FROM t UNION ALL SELECT e FROM u"), "a bigint");
  EXPECT_EQ(columns("SELECT 1 AS x UNION SELECT '2'"), "x integer");
  EXPECT_EQ(columns("SELECT NULL AS x UNION SELECT 'b'"), "x character varying");
  EXPECT_EQ(columns("VALUES (1, 'a'), (2.5, NULL)"), "column1 numeric, column2 character varying");
}

TEST_F(BinderFixture, GroupBy) {
  EXPECT_EQ(plan("SELECT b, count(*), sum(a) FILTER (WHERE a > 0) AS s FROM t GROUP BY b HAVING count(*) > 1"), R"(
Project b, count, s: sum
  Filter (count > 1)
    Aggregate [b] count(*), sum(a) FILTER (WHERE (a > 0))
      Scan t [a, b, c, d]
)");
  // By ordinal, by alias, by expression.
  EXPECT_EQ(plan("SELECT a % 2 AS r, max(b) FROM t GROUP BY 1"), plan("SELECT a % 2 AS r, max(b) FROM t GROUP BY r"));
  EXPECT_EQ(plan("SELECT a % 2 + 1 AS r FROM t GROUP BY a % 2"), R"(
Project r: (group_1 + 1)
  Aggregate [(a % 2)]
    Scan t [a, b, c, d]
)");
  // The primary key decides the other columns.
  EXPECT_EQ(plan("SELECT t.b, count(*) FROM t JOIN u ON t.a = u.a GROUP BY t.a"), R"(
Project b, count
  Aggregate [a, b] count(*)
    Join inner on (a = a)
      Scan t [a, b, c, d]
      Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(plan("SELECT b, c, count(*) FROM t GROUP BY ROLLUP (b, c)"), R"(
Project b, c, count
  Aggregate [b, c] sets (0, 1) (0) () count(*)
    Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT count(*) FROM t"), R"(
Project count
  Aggregate [] count(*)
    Scan t [a, b, c, d]
)");
}

TEST_F(BinderFixture, Distinct) {
  EXPECT_EQ(plan("SELECT DISTINCT b FROM t ORDER BY b"), R"(
Sort by b
  Aggregate [b]
    Project b
      Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT DISTINCT ON (b) b, a FROM t ORDER BY b, c DESC"), R"(
Sort by b, sort_2 DESC
  DistinctOn b ORDER BY b, sort_2 DESC
    Project b, a, sort_2: c
      Scan t [a, b, c, d]
)");
}

TEST_F(BinderFixture, Windows) {
  EXPECT_EQ(plan("SELECT a, row_number() OVER w AS n, sum(a) OVER (w ROWS 2 PRECEDING) AS s FROM t "
                 "WINDOW w AS (PARTITION BY b ORDER BY c DESC)"), R"(
Project a, n: row_number, s: sum
  Window row_number() OVER (PARTITION BY b ORDER BY c DESC), sum(a) OVER (PARTITION BY b ORDER BY c DESC)
    Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT b, rank() OVER (ORDER BY count(*) DESC) FROM t GROUP BY b"), R"(
Project b, rank
  Window rank() OVER (ORDER BY count DESC)
    Aggregate [b] count(*)
      Scan t [a, b, c, d]
)");
}

TEST_F(BinderFixture, Joins) {
  EXPECT_EQ(plan("SELECT * FROM t JOIN u USING (a)"), R"(
Project a, b, c, d, e, f
  Join inner on (a = a)
    Scan t [a, b, c, d]
    Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(plan("SELECT a, t.a AS l, u.a AS r FROM t NATURAL FULL JOIN u"), R"(
Project a, l: a, r: a
  Project a, b, c, d, a, e, f, _row_id, a: coalesce(a, a)
    Join full on (a = a)
      Scan t [a, b, c, d]
      Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(columns("SELECT * FROM t LEFT JOIN u ON t.a = u.a AND u.e > 3"),
            "a integer, b character varying, c numeric, d timestamp without time zone, a integer, e bigint, "
            "f double precision");
  EXPECT_EQ(columns("SELECT j.a FROM (m JOIN u USING (a)) AS j"), "a integer");
  EXPECT_EQ(columns("SELECT public.t.b, shop.t.z FROM t, shop.t"), "b character varying, z integer");
}

TEST_F(BinderFixture, Subqueries) {
  EXPECT_EQ(plan("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)"), R"(
Project a
  Filter EXISTS (subquery)
    SubQuery
      Project ?column?: 1
        Filter (a = outer1.$0)
          Scan u [a, e, f, _row_id]
    Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT a FROM t WHERE a NOT IN (SELECT e FROM u)"), R"(
Project a
  Filter (a::bigint NOT IN (subquery))
    SubQuery
      Project e
        Scan u [a, e, f, _row_id]
    Scan t [a, b, c, d]
)");
  // Two levels out, through a sub-query in FROM.
  EXPECT_EQ(plan("SELECT (SELECT max(x) FROM (SELECT e AS x FROM u WHERE u.a = t.a) q) AS m FROM t"), R"(
Project m: (subquery)
  SubQuery
    Project max
      Aggregate [] max(x)
        Project x: e
          Filter (a = outer1.$0)
            Scan u [a, e, f, _row_id]
  Scan t [a, b, c, d]
)");
  // A correlated column of a grouped query is the group's.
  EXPECT_EQ(plan("SELECT b, (SELECT count(*) FROM u WHERE u.f::varchar = t.b) AS n FROM t GROUP BY b"), R"(
Project b, n: (subquery)
  SubQuery
    Project count
      Aggregate [] count(*)
        Filter (f::character varying = outer1.$0)
          Scan u [a, e, f, _row_id]
  Aggregate [b]
    Scan t [a, b, c, d]
)");
  EXPECT_EQ(columns("SELECT ARRAY(SELECT e FROM u) AS x, a = ANY (SELECT a FROM u) AS y, (a, b) IN (SELECT a, b FROM t) AS z FROM t"),
            "x bigint[], y boolean, z boolean");
}

TEST_F(BinderFixture, InLists) {
  EXPECT_EQ(plan("SELECT a IN (1, 2) AS x, a NOT IN (1, NULL) AS y, c IN (1, 2.5) AS z, a = ANY ('{3,4}') AS w FROM t"), R"(
Project x: (a IN (1, 2)), y: (a NOT IN (1, NULL)), z: (c IN (1, 2.5)), w: (a IN (3, 4))
  Scan t [a, b, c, d]
)");
  EXPECT_EQ(plan("SELECT a IN (1, a + 1) AS x, (a, b) = (1, 'q') AS y FROM t"), R"(
Project x: ((a = 1) OR (a = (a + 1))), y: ((a = 1) AND (b = 'q'))
  Scan t [a, b, c, d]
)");
}

TEST_F(BinderFixture, Lateral) {
  EXPECT_EQ(plan("SELECT t.a, q.e FROM t, LATERAL (SELECT e FROM u WHERE u.a = t.a LIMIT 1) q"), R"(
Project a, e
  Apply inner
    Scan t [a, b, c, d]
    Sort limit 1
      Project e
        Filter (a = outer1.$0)
          Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(plan("SELECT x FROM s, unnest(arr) AS x"), R"(
Project x
  TableFunction unnest(arr)
    Scan s [st, arr, j, tz, _row_id]
)");
  EXPECT_EQ(plan("SELECT x FROM s LEFT JOIN unnest(arr) AS x ON true"), R"(
Project x
  Apply left
    Scan s [st, arr, j, tz, _row_id]
    TableFunction unnest(outer1.$1)
)");
}

TEST_F(BinderFixture, TableFunctions) {
  EXPECT_EQ(plan("SELECT g FROM generate_series(1, 3) AS g"), R"(
Project g
  TableFunction generate_series(1, 3)
)");
  EXPECT_EQ(columns("SELECT * FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY AS q(v, n)"), "v character varying, n bigint");
  EXPECT_EQ(plan("SELECT a, generate_series(1, a) + 1 AS g FROM t"), R"(
Project a, g: (generate_series + 1)
  ProjectSet a, b, c, d, generate_series: generate_series(1, a)
    Scan t [a, b, c, d]
)");
}

TEST_F(BinderFixture, TimeWindows) {
  EXPECT_EQ(plan("SELECT window_start, count(*) FROM TUMBLE(ev, at, INTERVAL '10' SECOND) GROUP BY window_start"), R"(
Project window_start, count
  Aggregate [window_start] count(*)
    Tumble at size 00:00:10 slide 00:00:10
      Scan ev [id, at, _row_id]
)");
  EXPECT_EQ(plan("SELECT w.id, window_end FROM HOP(ev, at, INTERVAL '1' MINUTE, 5 * INTERVAL '1' MINUTE) AS w"), R"(
Project id, window_end
  Hop at size 00:05:00 slide 00:01:00
    Scan ev [id, at, _row_id]
)");
}

TEST_F(BinderFixture, WithQueriesAndViews) {
  EXPECT_EQ(plan("WITH q (n) AS (SELECT e FROM u) SELECT x.n FROM q x JOIN q y ON x.n = y.n"), R"(
Project n
  Join inner on (n = n)
    Project n: e
      Scan u [a, e, f, _row_id]
    Project n: e
      Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(plan("SELECT total FROM v"), R"(
Project total
  Project n: b, total: sum
    Aggregate [b] sum(a)
      Scan t [a, b, c, d]
)");
  EXPECT_EQ(binder_->depends_on().size(), 1u);
  EXPECT_EQ(*binder_->depends_on().begin(), catalog_->find("public", "v")->id);
  // A WITH query inside a sub-query that uses an outer column.
  EXPECT_EQ(plan("SELECT (WITH q AS (SELECT e FROM u WHERE u.a = t.a) SELECT count(*) FROM q) AS n FROM t"), R"(
Project n: (subquery)
  SubQuery
    Project count
      Aggregate [] count(*)
        Project e
          Filter (a = outer1.$0)
            Scan u [a, e, f, _row_id]
  Scan t [a, b, c, d]
)");
}

TEST_F(BinderFixture, SetOperations) {
  EXPECT_EQ(plan("SELECT a FROM t UNION ALL SELECT e FROM u ORDER BY a LIMIT 2"), R"(
Sort by a limit 2
  Union all
    Project a: a::bigint
      Project a
        Scan t [a, b, c, d]
    Project e
      Scan u [a, e, f, _row_id]
)");
  EXPECT_EQ(columns("SELECT a FROM t EXCEPT SELECT a FROM u INTERSECT SELECT 1"), "a integer");
}

TEST_F(BinderFixture, Parameters) {
  ASSERT_TRUE(query("SELECT a FROM t WHERE a = $1 AND b LIKE $2 LIMIT $3"));
  const auto types = binder_->parameter_types();
  ASSERT_TRUE(types);
  EXPECT_EQ(*types, (std::vector<Type>{TypeId::kInt32, TypeId::kVarchar, TypeId::kInt64}));
  ASSERT_TRUE(query("SELECT $1::date, $2", {TypeId::kUnknown, TypeId::kInt64}));
  EXPECT_EQ(*binder_->parameter_types(), (std::vector<Type>{TypeId::kDate, TypeId::kInt64}));
  ASSERT_TRUE(query("SELECT $2"));
  EXPECT_EQ(error_text(binder_->parameter_types().error()), "42P18 could not determine data type of parameter $1");
}

TEST_F(BinderFixture, StructsArraysJson) {
  EXPECT_EQ(columns("SELECT (st).x, s.st, arr[1], arr[1:2] AS part, j -> 'k' AS o, j ->> 'k' AS p, j['k'] AS q FROM s"),
            "x integer, st struct<x integer, y character varying>, arr integer, part integer[], o jsonb, "
            "p character varying, q jsonb");
  EXPECT_EQ(columns("SELECT (st).* FROM s"), "x integer, y character varying");
  EXPECT_EQ(columns("SELECT t FROM t"), "t struct<a integer, b character varying, c numeric, d timestamp without time zone>");
  EXPECT_EQ(columns("SELECT ROW(1, 'a') AS r, ARRAY[]::int[] AS e, ARRAY['1', NULL]::int[] AS i"),
            "r struct<f1 integer, f2 character varying>, e integer[], i integer[]");
}

TEST_F(BinderFixture, TimesAndZones) {
  EXPECT_EQ(columns("SELECT tz AT TIME ZONE 'UTC' AS l, EXTRACT(year FROM tz) AS y, tz + INTERVAL '1' DAY AS d, now() - tz AS i, "
                    "current_date, current_timestamp FROM s"),
            "l timestamp without time zone, y numeric, d timestamp with time zone, i interval, current_date date, "
            "current_timestamp timestamp with time zone");
}

TEST_F(BinderFixture, CatalogNames) {
  EXPECT_EQ(plan("SELECT pg_catalog.pg_typeof(1) AS x, 't'::regclass::oid AS y, 'public'::regnamespace AS z"),
            fmt::format("\nProject x: pg_typeof(1), y: {}, z: '2200'::regnamespace\n  Values ()\n",
                        fmt::format("'{}'::oid", catalog_->find("public", "t")->id.value)));
}

TEST_F(BinderFixture, BetweenLikeIsAndNot) {
  EXPECT_EQ(plan("SELECT a BETWEEN 1 AND 3 AS x, b LIKE 'q%' AS y, b NOT ILIKE 'z' AS z, a IS NOT NULL AS n, "
                 "NOT (a = 1) AS m, a IS DISTINCT FROM 3 AS i FROM t"), R"(
Project x: ((a >= 1) AND (a <= 3)), y: (b ~~ 'q%'), z: (b !~~* 'z'), n: is_not_null(a), m: not((a = 1)), i: is_distinct_from(a, 3)
  Scan t [a, b, c, d]
)");
}

}  // namespace
}  // namespace leat

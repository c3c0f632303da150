#include "parser/printed_case.h"

namespace leat::parser {
namespace {

constexpr PrintedCase kQueries[] = {
    // the select list
    {"select", "SELECT"},
    {"select from t", "SELECT FROM t"},
    {"select 1 as a, 2 b, 3 \"C\", a as select, a as \"from\", count(*) total",
     "SELECT 1 AS a, 2 AS b, 3 AS \"C\", a AS \"select\", a AS \"from\", count(*) AS total"},
    {"select *, t.*, (x).*, * except (a, b.c), t.* except (a) from t",
     "SELECT *, t.*, (x).*, * EXCEPT (a, b.c), t.* EXCEPT (a) FROM t"},
    {"select all a from t", "SELECT a FROM t"},
    {"select distinct a from t", "SELECT DISTINCT a FROM t"},
    {"select distinct on (a, b + 1) * from t", "SELECT DISTINCT ON (a, b + 1) * FROM t"},
    // clauses
    {"select a from t where b group by c having d order by e limit 1 offset 2",
     "SELECT a FROM t WHERE b GROUP BY c HAVING d ORDER BY e LIMIT 1 OFFSET 2"},
    {"select a from t group by 1, b + 1, (), (c, d), rollup (e, (f, g)), cube (h), grouping "
     "sets ((i), (j, k), (), rollup (l))",
     "SELECT a FROM t GROUP BY 1, b + 1, (), (c, d), ROLLUP (e, (f, g)), CUBE (h), GROUPING "
     "SETS (i, (j, k), (), ROLLUP (l))"},
    {"select a from t group by distinct a, b", "SELECT a FROM t GROUP BY DISTINCT a, b"},
    {"select a from t group by all a, b", "SELECT a FROM t GROUP BY a, b"},
    {"select sum(a) over w, sum(b) over (w rows 1 preceding) from t window w as (partition "
     "by a), v as (w order by b)",
     "SELECT sum(a) OVER w, sum(b) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t "
     "WINDOW w AS (PARTITION BY a), v AS (w ORDER BY b)"},
    {"select a from t order by a asc, b desc nulls first, c nulls last, d using <, e using >",
     "SELECT a FROM t ORDER BY a, b DESC NULLS FIRST, c NULLS LAST, d, e DESC"},
    {"select a from t limit all", "SELECT a FROM t"},
    {"select a from t limit null offset 5 rows", "SELECT a FROM t LIMIT NULL OFFSET 5"},
    {"select a from t offset 1 row limit 2", "SELECT a FROM t LIMIT 2 OFFSET 1"},
    {"select a from t limit $1 offset $2 + 1", "SELECT a FROM t LIMIT $1 OFFSET $2 + 1"},
    {"select a from t fetch first 3 rows only", "SELECT a FROM t LIMIT 3"},
    {"select a from t fetch next row only", "SELECT a FROM t LIMIT 1"},
    {"select a from t offset 2 fetch first (1 + 1) rows with ties",
     "SELECT a FROM t OFFSET 2 FETCH FIRST (1 + 1) ROWS WITH TIES"},
    {"select a from t emit on window close", "SELECT a FROM t EMIT ON WINDOW CLOSE"},
    {"select a emit from t emit", "SELECT a AS emit FROM t AS emit"},
    {"select 1 emit on window close", "SELECT 1 EMIT ON WINDOW CLOSE"},
    // with
    {"with x as (select 1) select * from x", "WITH x AS (SELECT 1) SELECT * FROM x"},
    {"with recursive x (a, b) as (select 1, 2 union all select a + 1, b from x) select * from x",
     "WITH RECURSIVE x (a, b) AS (SELECT 1, 2 UNION ALL SELECT a + 1, b FROM x) SELECT * FROM x"},
    {"with x as materialized (select 1), y as not materialized (values (1)) select * from x, y",
     "WITH x AS MATERIALIZED (SELECT 1), y AS NOT MATERIALIZED (VALUES (1)) SELECT * FROM x, y"},
    {"with x as changelog from t select * from x", "WITH x AS CHANGELOG FROM t SELECT * FROM x"},
    {"with x as (with y as (select 1) select * from y) (select * from x) order by 1",
     "WITH x AS (WITH y AS (SELECT 1) SELECT * FROM y) SELECT * FROM x ORDER BY 1"},
    {"select (with x as (select 1) select * from x), exists (with x as (select 1) select 1)",
     "SELECT (WITH x AS (SELECT 1) SELECT * FROM x), EXISTS (WITH x AS (SELECT 1) SELECT 1)"},
    // set operations
    {"select 1 union select 2 union all select 3", "SELECT 1 UNION SELECT 2 UNION ALL SELECT 3"},
    {"select 1 union distinct select 2 except all select 3",
     "SELECT 1 UNION SELECT 2 EXCEPT ALL SELECT 3"},
    {"select 1 union select 2 intersect select 3", "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3"},
    {"(select 1 union select 2) intersect select 3",
     "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3"},
    {"select 1 except (select 2 except select 3)", "SELECT 1 EXCEPT (SELECT 2 EXCEPT SELECT 3)"},
    {"(select 1) union (select 2)", "SELECT 1 UNION SELECT 2"},
    {"(select 1 limit 1) union (select 2 order by 1) order by 1 limit 3",
     "(SELECT 1 LIMIT 1) UNION (SELECT 2 ORDER BY 1) ORDER BY 1 LIMIT 3"},
    {"((select 1))", "SELECT 1"},
    {"((select 1) order by 1) limit 2", "(SELECT 1 ORDER BY 1) LIMIT 2"},
    {"values (1, 2), (3, 4) union select 5, 6", "VALUES (1, 2), (3, 4) UNION SELECT 5, 6"},
    {"values (1) order by 1 limit 1", "VALUES (1) ORDER BY 1 LIMIT 1"},
    {"table s.t", "SELECT * FROM s.t"},
    {"table t union table u", "SELECT * FROM t UNION SELECT * FROM u"},
    {"select * except select * from t", "SELECT * EXCEPT SELECT * FROM t"},
    {"select * except (select 1)", "SELECT * EXCEPT SELECT 1"},
    // from
    {"select * from t, s.t, d.s.t as x, t y, t as \"Z\", t as x (a, b), t emit",
     "SELECT * FROM t, s.t, d.s.t AS x, t AS y, t AS \"Z\", t AS x (a, b), t AS emit"},
    {"select * from (select 1) x, (values (1, 2)) as v (a, b), (select 1), lateral (select "
     "x.a) y, ((select 1)) z, ((select 1) union select 2) q, (with c as (select 1) table c) r",
     "SELECT * FROM (SELECT 1) AS x, (VALUES (1, 2)) AS v (a, b), (SELECT 1), LATERAL "
     "(SELECT x.a) AS y, (SELECT 1) AS z, (SELECT 1 UNION SELECT 2) AS q, (WITH c AS (SELECT "
     "1) SELECT * FROM c) AS r"},
    {"select * from f(), generate_series(1, 10) as g, s.f(1) with ordinality as x (a, n), "
     "lateral unnest(x.a) u, left('a', 1)",
     "SELECT * FROM f(), generate_series(1, 10) AS g, s.f(1) WITH ORDINALITY AS x (a, n), "
     "LATERAL unnest(x.a) AS u, left('a', 1)"},
    {"select * from rows from (f(1), s.g(2)) with ordinality as x, rows from (f(1))",
     "SELECT * FROM ROWS FROM (f(1), s.g(2)) WITH ORDINALITY AS x, f(1)"},
    {"select * from json_to_record('{}') as x (a int, b text[])",
     "SELECT * FROM json_to_record('{}') AS x (a integer, b text[])"},
    {"select * from a join b on a.x = b.x", "SELECT * FROM a JOIN b ON a.x = b.x"},
    {"select * from a inner join b using (x, y) left outer join c on true right join d on "
     "false full outer join e using (z) cross join f natural join g natural left join h",
     "SELECT * FROM a JOIN b USING (x, y) LEFT JOIN c ON TRUE RIGHT JOIN d ON FALSE FULL "
     "JOIN e USING (z) CROSS JOIN f NATURAL JOIN g NATURAL LEFT JOIN h"},
    {"select * from a join b join c on x on y", "SELECT * FROM a JOIN (b JOIN c ON x) ON y"},
    {"select * from a left join b cross join c on y",
     "SELECT * FROM a LEFT JOIN (b CROSS JOIN c) ON y"},
    {"select * from (a join b on x) join c on y, a join (b join c on x) on y, (a cross join "
     "b) as j, (a cross join b) as j (x, y), ((a cross join b) cross join c)",
     "SELECT * FROM a JOIN b ON x JOIN c ON y, a JOIN (b JOIN c ON x) ON y, (a CROSS JOIN b) "
     "AS j, (a CROSS JOIN b) AS j (x, y), a CROSS JOIN b CROSS JOIN c"},
    {"select * from a asof join b on a.x = b.x and a.t >= b.t, a asof left join b on true, a "
     "asof, a as asof",
     "SELECT * FROM a ASOF JOIN b ON a.x = b.x AND a.t >= b.t, a ASOF LEFT JOIN b ON TRUE, a "
     "AS asof, a AS asof"},
    {"select * from a join t for system_time as of proctime() on a.x = t.x left join u for "
     "system_time as of proctime() as v on true",
     "SELECT * FROM a JOIN t FOR SYSTEM_TIME AS OF PROCTIME() ON a.x = t.x LEFT JOIN u FOR "
     "SYSTEM_TIME AS OF PROCTIME() AS v ON TRUE"},
    {"select * from t for system_time as of '2024-01-01' as x, t for system_time as of now() "
     "- interval '1 hour'",
     "SELECT * FROM t FOR SYSTEM_TIME AS OF '2024-01-01' AS x, t FOR SYSTEM_TIME AS OF now() "
     "- INTERVAL '1 hour'"},
    {"select * from tumble(t, ts, interval '1 minute'), tumble(s.t, ts, interval '1 minute', "
     "interval '10 seconds') as w, hop(t, ts, interval '1', interval '2') as w (a, b), "
     "tumble((select * from t where a), ts, interval '1')",
     "SELECT * FROM TUMBLE(t, ts, INTERVAL '1 minute'), TUMBLE(s.t, ts, INTERVAL '1 minute', "
     "INTERVAL '10 seconds') AS w, HOP(t, ts, INTERVAL '1', INTERVAL '2') AS w (a, b), "
     "TUMBLE((SELECT * FROM t WHERE a), ts, INTERVAL '1')"},
    {"select * from \"tumble\"(1), tumble, hop as h",
     "SELECT * FROM \"tumble\"(1), tumble, hop AS h"},
    {"select window_start, count(*) from tumble(bids, date_time, interval '10 seconds') "
     "group by window_start",
     "SELECT window_start, count(*) FROM TUMBLE(bids, date_time, INTERVAL '10 seconds') "
     "GROUP BY window_start"},
    {"select * from (select 1 as a, * from x) as y join z on y.a = z.a where y.a in (select "
     "b from w) and exists (select from v where v.a = y.a)",
     "SELECT * FROM (SELECT 1 AS a, * FROM x) AS y JOIN z ON y.a = z.a WHERE y.a IN (SELECT "
     "b FROM w) AND EXISTS (SELECT FROM v WHERE v.a = y.a)"},
};

TEST(ParseQuery, PrintsAndReadsBack) { expect_printed(kQueries); }

}  // namespace
}  // namespace leat::parser

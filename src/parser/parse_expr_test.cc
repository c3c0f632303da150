#include "parser/printed_case.h"

namespace leat::parser {
namespace {

constexpr PrintedCase kExpressions[] = {
    // literals
    {"select 1, 1.5, .5, 1., 1e10, 1.5E-3", "SELECT 1, 1.5, .5, 1., 1e10, 1.5E-3"},
    {"select 'it''s', E'a\\tb', E'\\x41\\101\\u0041\\U00000041', E'don\\'t', $$x'y$$, "
     "$tag$a$$b$tag$, N'n'",
     "SELECT 'it''s', 'a\tb', 'AAAA', 'don''t', 'x''y', 'a$$b', 'n'"},
    {"select U&'d\\0061t\\+000061', U&\"\\0061b\"", "SELECT 'data', ab"},
    {"select B'0110', X'1fF', null, true, FALSE", "SELECT B'0110', X'1fF', NULL, TRUE, FALSE"},
    {"select 'a\\b'", "SELECT E'a\\\\b'"},
    // negative numbers are literals
    {"select -1, - -1, -(-1), - a, +1, -9223372036854775808, -1::int, (-1)::int, a - -1, "
     "a-1, a*-1",
     "SELECT -1, 1, 1, -a, +1, -9223372036854775808, -1::integer, (-1)::integer, a - -1, a - "
     "1, a * -1"},
    // precedence and association
    {"select a + b * c, (a + b) * c, a - b - c, a - (b - c), a / b % c, a ^ b ^ c, a ^ (b ^ "
     "c), -a ^ b, -(a ^ b)",
     "SELECT a + b * c, (a + b) * c, a - b - c, a - (b - c), a / b % c, a ^ b ^ c, a ^ (b ^ "
     "c), -a ^ b, -(a ^ b)"},
    {"select a or b and c, (a or b) and c, a and b and c, a and (b and c), not a or b, not "
     "(a or b), not a = b, (not a) = b",
     "SELECT a OR b AND c, (a OR b) AND c, a AND b AND c, a AND (b AND c), NOT a OR b, NOT "
     "(a OR b), NOT a = b, (NOT a) = b"},
    {"select a < b, (a < b) = c, a < (b = c), a + 1 < b || c, (a < b) is null, a < (b is null)",
     "SELECT a < b, (a < b) = c, a < (b = c), a + 1 < b || c, a < b IS NULL, a < (b IS NULL)"},
    {"select a || b + c, (a || b) + c, a || b || c, a || (b || c), ~ a || b, ~ (a || b), ~ a "
     "+ b, (~ a) + b",
     "SELECT a || b + c, (a || b) + c, a || b || c, a || (b || c), ~ a || b, ~ (a || b), ~ a "
     "+ b, (~ a) + b"},
    {"select a is null = b, a = b is null, a in (1) = b, a in (1) and b",
     "SELECT (a IS NULL) = b, a = b IS NULL, a IN (1) = b, a IN (1) AND b"},
    {"select a::int::text, (a + b)::int, -a::int, (-a)::int, a::int + 1, 'x'::text || 'y'",
     "SELECT a::integer::text, (a + b)::integer, -a::integer, (-a)::integer, a::integer + 1, "
     "'x'::text || 'y'"},
    {"select a at time zone 'x' || b, (a || b) at time zone 'x', a at time zone b at time "
     "zone c, a + b at time zone 'x'",
     "SELECT a AT TIME ZONE 'x' || b, (a || b) AT TIME ZONE 'x', a AT TIME ZONE b AT TIME "
     "ZONE c, a + b AT TIME ZONE 'x'"},
    {"select a collate \"C\" || b, (a || b) collate \"C\", a collate pg_catalog.\"C\", -a "
     "collate \"C\"",
     "SELECT a COLLATE \"C\" || b, (a || b) COLLATE \"C\", a COLLATE pg_catalog.\"C\", -a "
     "COLLATE \"C\""},
    // operators
    {"select a <> b, a != b, a <= b, a >= b, a || b, a << b, a >> b, a & b, a | b, a # b, a % b",
     "SELECT a <> b, a <> b, a <= b, a >= b, a || b, a << b, a >> b, a & b, a | b, a # b, a % b"},
    {"select a -> 'x', a ->> 'x', a #> b, a #>> b, a @> b, a <@ b, a ? 'x', a ?| b, a ?& b, "
     "a @? b, a @@ b",
     "SELECT a -> 'x', a ->> 'x', a #> b, a #>> b, a @> b, a <@ b, a ? 'x', a ?| b, a ?& b, "
     "a @? b, a @@ b"},
    {"select a ~ 'x', a ~* 'x', a !~ 'x', a !~* 'x', a ~~ 'x', a !~~* 'x', |/ a, ||/ a, @ "
     "-5, @-5",
     "SELECT a ~ 'x', a ~* 'x', a !~ 'x', a !~* 'x', a ~~ 'x', a !~~* 'x', |/ a, ||/ a, @ "
     "-5, @- 5"},
    {"select a operator(pg_catalog.+) b, a operator(+) b, operator(pg_catalog.-) a, (a "
     "operator(s.*) b) * c, a = operator(s.~) b",
     "SELECT a OPERATOR(pg_catalog.+) b, a + b, OPERATOR(pg_catalog.-) a, (a OPERATOR(s.*) "
     "b) * c, a = OPERATOR(s.~) b"},
    {"select a=-1, a<-1, a>=+1, a<@-1", "SELECT a = -1, a < -1, a >= +1, a <@- 1"},
    // tests
    {"select a is null, a is not null, a isnull, a notnull, a is true, a is not false, a is "
     "unknown, a is distinct from b, a is not distinct from b",
     "SELECT a IS NULL, a IS NOT NULL, a IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT FALSE, "
     "a IS UNKNOWN, a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b"},
    {"select a in (1, 2), a not in (1), (a, b) in ((1, 2)), a in (select 1), a in ((select "
     "1)), a in ((select 1), 2), a in ((select 1) union select 2), a not in (values (1))",
     "SELECT a IN (1, 2), a NOT IN (1), (a, b) IN ((1, 2)), a IN (SELECT 1), a IN (SELECT "
     "1), a IN ((SELECT 1), 2), a IN (SELECT 1 UNION SELECT 2), a NOT IN (VALUES (1))"},
    {"select a between 1 and 2, a not between 1 and 2 and b, a between symmetric 1 and 2, a "
     "between asymmetric b + 1 and c, a between (b = c) and d, a between 1 and 2 or c",
     "SELECT a BETWEEN 1 AND 2, a NOT BETWEEN 1 AND 2 AND b, a BETWEEN SYMMETRIC 1 AND 2, a "
     "BETWEEN b + 1 AND c, a BETWEEN (b = c) AND d, a BETWEEN 1 AND 2 OR c"},
    {"select a like 'x', a not like b || 'y', a ilike 'x' escape '!', a similar to 'x', a "
     "not similar to 'x' escape '', a like 'x' and b",
     "SELECT a LIKE 'x', a NOT LIKE b || 'y', a ILIKE 'x' ESCAPE '!', a SIMILAR TO 'x', a "
     "NOT SIMILAR TO 'x' ESCAPE '', a LIKE 'x' AND b"},
    {"select a = any (b), a <> all (select 1), a < some (array[1]), a like any (b), a not "
     "ilike all (b), a = any ((select 1)), a operator(s.=) any (b), a + 1 = any (b) and c",
     "SELECT a = ANY (b), a <> ALL (SELECT 1), a < ANY (ARRAY[1]), a ~~ ANY (b), a !~~* ALL "
     "(b), a = ANY (SELECT 1), a OPERATOR(s.=) ANY (b), a + 1 = ANY (b) AND c"},
    {"select a = any (b) = c, a like all (b) like c",
     "SELECT (a = ANY (b)) = c, a ~~ ALL (b) LIKE c"},
    // case, cast and calls with words inside
    {"select case a when 1 then 'x' when 2 then 'y' else 'z' end, case when a then b end, "
     "case when a then case b when 1 then 2 end end",
     "SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END, CASE WHEN a THEN b END, "
     "CASE WHEN a THEN CASE b WHEN 1 THEN 2 END END"},
    {"select cast(a as int), cast(a + 1 as numeric(10,2)), cast(null as text)",
     "SELECT a::integer, (a + 1)::numeric(10, 2), NULL::text"},
    {"select extract(year from a), extract('epoch' from a), extract(day from a - b), "
     "extract(\"Odd\" from a)",
     "SELECT EXTRACT(year FROM a), EXTRACT(epoch FROM a), EXTRACT(day FROM a - b), "
     "EXTRACT('Odd' FROM a)"},
    {"select substring(a from 2 for 3), substring(a from 2), substring(a for 3), "
     "substring(a, 2, 3), substring(a for 3 from 2), substring(a similar b escape c)",
     "SELECT SUBSTRING(a FROM 2 FOR 3), SUBSTRING(a FROM 2), SUBSTRING(a FROM 1 FOR 3), "
     "substring(a, 2, 3), SUBSTRING(a FROM 2 FOR 3), substring(a, b, c)"},
    {"select position('a' in b), position(a || b in c), trim(a), trim(both from a), "
     "trim(leading 'x' from a), trim(trailing from a), trim('x' from a), trim(a, 'x'), ltrim(a)",
     "SELECT POSITION('a' IN b), POSITION(a || b IN c), TRIM(BOTH FROM a), TRIM(BOTH FROM "
     "a), TRIM(LEADING 'x' FROM a), TRIM(TRAILING FROM a), TRIM(BOTH 'x' FROM a), TRIM(BOTH "
     "'x' FROM a), ltrim(a)"},
    {"select overlay(a placing b from 1), overlay(a placing b from 1 for 2), overlay(a, b, 1)",
     "SELECT OVERLAY(a PLACING b FROM 1), OVERLAY(a PLACING b FROM 1 FOR 2), overlay(a, b, 1)"},
    {"select coalesce(a, b), nullif(a, b), greatest(a, b), least(a), grouping(a, b), left(a, "
     "1), right(a, 1), \"left\"(a)",
     "SELECT coalesce(a, b), nullif(a, b), greatest(a, b), least(a), grouping(a, b), left(a, "
     "1), right(a, 1), \"left\"(a)"},
    {"select current_date, current_time, current_time(3), current_timestamp, localtime, "
     "localtimestamp(0), current_user, session_user, user, current_role, current_catalog, "
     "current_schema, current_schema()",
     "SELECT CURRENT_DATE, CURRENT_TIME, CURRENT_TIME(3), CURRENT_TIMESTAMP, LOCALTIME, "
     "LOCALTIMESTAMP(0), CURRENT_USER, SESSION_USER, USER, CURRENT_ROLE, CURRENT_CATALOG, "
     "CURRENT_SCHEMA, current_schema()"},
    {"select (a, b) overlaps (c, d), normalize(a)", "SELECT overlaps(a, b, c, d), normalize(a)"},
    // function calls
    {"select f(), f(1, 2), s.f(1), d.s.f(a), count(*), count(distinct a), count(all a), "
     "sum(distinct a, b), \"F\"(1), \"date\"('x')",
     "SELECT f(), f(1, 2), s.f(1), d.s.f(a), count(*), count(DISTINCT a), count(a), "
     "sum(DISTINCT a, b), \"F\"(1), date('x')"},
    {"select f(a => 1, b => 2), f(1, c := 3), f(variadic array[1, 2]), f(1, variadic b), f(a "
     "=> (1 = 2))",
     "SELECT f(a => 1, b => 2), f(1, c => 3), f(VARIADIC ARRAY[1, 2]), f(1, VARIADIC b), f(a "
     "=> 1 = 2)"},
    {"select string_agg(a, ',' order by b desc, c nulls last), array_agg(distinct a order by "
     "a), percentile_cont(0.5) within group (order by a), mode() within group (order by a desc)",
     "SELECT string_agg(a, ',' ORDER BY b DESC, c NULLS LAST), array_agg(DISTINCT a ORDER BY "
     "a), percentile_cont(0.5) WITHIN GROUP (ORDER BY a), mode() WITHIN GROUP (ORDER BY a DESC)"},
    {"select count(*) filter (where a > 1), sum(a) filter (where b) over w, f(a) ignore "
     "nulls over w, f(a) respect nulls over w",
     "SELECT count(*) FILTER (WHERE a > 1), sum(a) FILTER (WHERE b) OVER w, f(a) IGNORE "
     "NULLS OVER w, f(a) OVER w"},
    {"select rank() over (), rank() over (partition by a, b), rank() over (order by a desc "
     "nulls first), rank() over (w), rank() over (w order by a), rank() over (\"rows\")",
     "SELECT rank() OVER (), rank() OVER (PARTITION BY a, b), rank() OVER (ORDER BY a DESC "
     "NULLS FIRST), rank() OVER (w), rank() OVER (w ORDER BY a), rank() OVER (\"rows\")"},
    {"select sum(a) over (order by b rows 2 preceding), sum(a) over (rows between unbounded "
     "preceding and current row), sum(a) over (range between '1 day' preceding and '1 day' "
     "following), sum(a) over (groups between 1 following and unbounded following)",
     "SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), sum(a) OVER "
     "(ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), sum(a) OVER (RANGE BETWEEN '1 day' "
     "PRECEDING AND '1 day' FOLLOWING), sum(a) OVER (GROUPS BETWEEN 1 FOLLOWING AND "
     "UNBOUNDED FOLLOWING)"},
    {"select sum(a) over (rows between current row and 1 following exclude current row), "
     "sum(a) over (rows unbounded preceding exclude group), sum(a) over (rows unbounded "
     "preceding exclude ties), sum(a) over (rows unbounded preceding exclude no others), "
     "count(*) over (partition by a order by b session with gap interval '1 hour')",
     "SELECT sum(a) OVER (ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE CURRENT ROW), "
     "sum(a) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP), sum(a) "
     "OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES), sum(a) OVER "
     "(ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), count(*) OVER (PARTITION BY a "
     "ORDER BY b SESSION WITH GAP INTERVAL '1 hour')"},
    // arrays, rows, fields
    {"select array[1, 2], array[]::int[], array[[1, 2], [3, 4]], array[array[1]], "
     "array(select 1), row(1, 2), row(), row(1), (1, 2), (a), ((a))",
     "SELECT ARRAY[1, 2], ARRAY[]::integer[], ARRAY[ARRAY[1, 2], ARRAY[3, 4]], "
     "ARRAY[ARRAY[1]], ARRAY(SELECT 1), ROW(1, 2), ROW(), ROW(1), (1, 2), a, a"},
    {"select a[1], a[1][2], a[1:2], a[:2], a[1:], a[:], a.b[1], (array[1, 2])[1], array[1, "
     "2][1], (f(x))[1], f(x)[1], $1[1], (a || b)[1]",
     "SELECT a[1], a[1][2], a[1:2], a[:2], a[1:], a[:], a.b[1], (ARRAY[1, 2])[1], (ARRAY[1, "
     "2])[1], (f(x))[1], (f(x))[1], $1[1], (a || b)[1]"},
    {"select (a).b, (a).b.c, (a.b).c, (a).*, (f(x)).y, f(x).y, (a[1]).b, a[1].b, (select "
     "a).b, ($1).x",
     "SELECT (a).b, (a).b.c, (a.b).c, (a).*, (f(x)).y, (f(x)).y, a[1].b, a[1].b, (SELECT "
     "a).b, $1.x"},
    {"select (a = b), exists (select 1), not exists (select from t), (select 1), ((select "
     "1)), (select 1) + (select 2), ((select 1) union (select 2)), ((select 1) limit 1)",
     "SELECT a = b, EXISTS (SELECT 1), NOT EXISTS (SELECT FROM t), (SELECT 1), (SELECT 1), "
     "(SELECT 1) + (SELECT 2), (SELECT 1 UNION SELECT 2), (SELECT 1 LIMIT 1)"},
    // typed literals and types
    {"select date '2024-01-01', time '10:00', timestamp '2024-01-01 10:00', timestamp with "
     "time zone 'x', timestamp without time zone 'x', timestamptz 'x', float8 '1.5', "
     "pg_catalog.int4 '1', \"char\" 'x'",
     "SELECT date '2024-01-01', time without time zone '10:00', timestamp without time zone "
     "'2024-01-01 10:00', timestamp with time zone 'x', timestamp without time zone 'x', "
     "timestamptz 'x', float8 '1.5', pg_catalog.int4 '1', \"char\" 'x'"},
    {"select interval '1 day', interval '1' day, interval '1' year to month, interval '1' "
     "day to second, interval '1' second(3), interval(3) '1 second', interval '1' hour + "
     "interval '1' minute",
     "SELECT INTERVAL '1 day', INTERVAL '1' DAY, INTERVAL '1' YEAR TO MONTH, INTERVAL '1' "
     "DAY TO SECOND, INTERVAL '1' SECOND(3), INTERVAL(3) '1 second', INTERVAL '1' HOUR + "
     "INTERVAL '1' MINUTE"},
    {"select int '1', bigint '1', double precision '1.5', varchar(3) 'abc', numeric(5, 2) "
     "'1', char 'a', bit '1', national character varying(3) 'x', boolean 't'",
     "SELECT integer '1', bigint '1', double precision '1.5', character varying(3) 'abc', "
     "numeric(5, 2) '1', character(1) 'a', bit(1) '1', character varying(3) 'x', boolean 't'"},
    {"select $1, $2::int, $65535", "SELECT $1, $2::integer, $65535"},
    // names
    {"select a, \"a\", \"A\", \"a b\", \"a\"\"b\", \"select\", \"int\", \"left\", t.a, s.t.a, "
     "d.s.t.a, t.select, t.*, s.t.*, *, é",
     "SELECT a, a, \"A\", \"a b\", \"a\"\"b\", \"select\", \"int\", \"left\", t.a, s.t.a, "
     "d.s.t.a, t.\"select\", t.*, s.t.*, *, é"},
    {"select \"A\".b, interval, time, char, day, year, name, value, values, precision, "
     "operator, \"operator\"(1), \"emit\", format, source",
     "SELECT \"A\".b, \"interval\", \"time\", \"char\", day, year, name, value, \"values\", "
     "\"precision\", operator, \"operator\"(1), \"emit\", format, source"},
};

TEST(ParseExpr, PrintsAndReadsBack) { expect_printed(kExpressions); }

}  // namespace
}  // namespace leat::parser

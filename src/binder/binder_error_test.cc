// Errors: SQLSTATE, wording, position, detail and hint are PostgreSQL's.
#include "binder/binder_fixture.h"

namespace leat {
namespace {

struct ErrorCase {
  const char* sql;
  const char* error;  // SQLSTATE message @position DETAIL .. HINT ..
};

const ErrorCase kCases[] = {
    // names
    {"SELECT x FROM t", "42703 column \"x\" does not exist @8"},
    {"SELECT aa FROM u", "42703 column \"aa\" does not exist @8 HINT Perhaps you meant to reference the column \"u.a\"."},
    {"SELECT t.e FROM t, u", "42703 column t.e does not exist @8 HINT Perhaps you meant to reference the column \"u.e\"."},
    {"SELECT a FROM t, u", "42702 column reference \"a\" is ambiguous @8"},
    {"SELECT q.a FROM t", "42P01 missing FROM-clause entry for table \"q\" @8"},
    {"SELECT t.a FROM t AS o", "42P01 invalid reference to FROM-clause entry for table \"t\" @8 HINT Perhaps you meant to "
                               "reference the table alias \"o\"."},
    {"SELECT * FROM nope", "42P01 relation \"nope\" does not exist @15"},
    {"SELECT * FROM tt", "42P01 relation \"tt\" does not exist @15 HINT Perhaps you meant \"t\"."},
    {"SELECT * FROM no.t", "42P01 relation \"no.t\" does not exist @15 HINT Perhaps you meant \"t\"."},
    {"SELECT * FROM t, t", "42712 table name \"t\" specified more than once @18"},
    {"SELECT *", "42601 SELECT * with no tables specified is not valid @8"},
    {"SELECT 'é', x FROM t", "42703 column \"x\" does not exist @13"},
    {"SELECT (a).x FROM t", "42809 column notation .x applied to type integer, which is not a composite type @12"},
    {"SELECT (st).q FROM s", "42703 column \"q\" not found in data type struct<x integer, y character varying> @13"},
    {"SELECT q.c FROM t AS q (a, b, x)", "42703 column q.c does not exist @8"},
    {"SELECT * FROM t AS q (a, b, c, d, e)", "42P10 table \"q\" has 4 columns available but 5 columns specified @20"},
    // types and functions
    {"SELECT a + b FROM t", "42883 operator does not exist: integer + character varying @10 HINT No operator matches the "
                            "given name and argument types. You might need to add explicit type casts."},
    {"SELECT - b FROM t", "42883 operator does not exist: - character varying @8 HINT No operator matches the given name "
                          "and argument type. You might need to add an explicit type cast."},
    {"SELECT '1' + '2'", "42725 operator is not unique: unknown + unknown @12 HINT Could not choose a best candidate "
                         "operator. You might need to add explicit type casts."},
    {"SELECT nosuch(a) FROM t", "42883 function nosuch(integer) does not exist @8 HINT No function matches the given name "
                                "and argument types. You might need to add explicit type casts."},
    {"SELECT lowr(b) FROM t", "42883 function lowr(character varying) does not exist @8 HINT Perhaps you meant \"lower\"."},
    {"SELECT sum(b) FROM t", "42883 function sum(character varying) does not exist @8 HINT No function matches the given "
                             "name and argument types. You might need to add explicit type casts."},
    {"SELECT a = 'x' FROM t", "22P02 invalid input syntax for type integer: \"x\" @12"},
    {"SELECT a::date FROM t", "42846 cannot cast type integer to date @9"},
    {"SELECT a::nosuchtype FROM t", "42704 type \"nosuchtype\" does not exist @11"},
    {"SELECT CASE WHEN true THEN a ELSE b END FROM t", "42804 CASE types character varying and integer cannot be matched @28"},
    {"SELECT 1 UNION SELECT true", "42804 UNION types integer and boolean cannot be matched @23"},
    {"SELECT 1 UNION SELECT 1, 2", "42601 each UNION query must have the same number of columns @23"},
    {"SELECT a FROM t WHERE a", "42804 argument of WHERE must be type boolean, not type integer @23"},
    {"SELECT a FROM t WHERE a AND true", "42804 argument of AND must be type boolean, not type integer @23"},
    {"SELECT ARRAY[]", "42P18 cannot determine type of empty array @8 HINT Explicitly cast to the desired type, for example "
                       "ARRAY[]::integer[]."},
    {"SELECT b = 1 FROM t", "42883 operator does not exist: character varying = integer @10 HINT No operator matches the given "
                            "name and argument types. You might need to add explicit type casts."},
    {"SELECT * FROM t, u JOIN m ON t.a = 1",
     "42P01 invalid reference to FROM-clause entry for table \"t\" @30 HINT There is an entry for table \"t\", but it cannot be "
     "referenced from this part of the query."},
    {"VALUES (1), (1, 2)", "42601 VALUES lists must all be the same length @14"},
    // grouping
    {"SELECT a, count(*) FROM u", "42803 column \"u.a\" must appear in the GROUP BY clause or be used in an aggregate function @8"},
    {"SELECT b, c FROM t GROUP BY b", "42803 column \"t.c\" must appear in the GROUP BY clause or be used in an aggregate "
                                      "function @11"},
    {"SELECT b FROM t GROUP BY b HAVING c > 1", "42803 column \"t.c\" must appear in the GROUP BY clause or be used in an "
                                                "aggregate function @35"},
    {"SELECT b, (SELECT e FROM u WHERE u.a = t.a LIMIT 1) FROM t GROUP BY b",
     "42803 subquery uses ungrouped column \"t.a\" from outer query @40"},
    {"SELECT a FROM t WHERE count(*) > 1", "42803 aggregate functions are not allowed in WHERE @23"},
    {"SELECT sum(count(*)) FROM t", "42803 aggregate function calls cannot be nested @12"},
    {"SELECT a FROM t GROUP BY count(*)", "42803 aggregate functions are not allowed in GROUP BY @26"},
    {"SELECT a FROM t GROUP BY 3", "42P10 GROUP BY position 3 is not in select list @26"},
    {"SELECT count() FROM t", "42809 count(*) must be used to call a parameterless aggregate function @8"},
    {"SELECT lower(DISTINCT b) FROM t", "42809 DISTINCT specified, but lower is not an aggregate function @8"},
    {"SELECT count(DISTINCT a ORDER BY b) FROM t", "42P10 in an aggregate with DISTINCT, ORDER BY expressions must appear in "
                                                   "argument list @34"},
    // windows
    {"SELECT row_number() FROM t", "42809 window function row_number requires an OVER clause @8"},
    {"SELECT a FROM t WHERE row_number() OVER () = 1", "42P20 window functions are not allowed in WHERE @23"},
    {"SELECT sum(a) OVER w FROM t", "42704 window \"w\" does not exist @20"},
    {"SELECT lower(b) OVER () FROM t", "42809 OVER specified, but lower is not a window function nor an aggregate function @8"},
    // order, limit, distinct
    {"SELECT a FROM t ORDER BY 2", "42P10 ORDER BY position 2 is not in select list @26"},
    {"SELECT a FROM t ORDER BY 'x'", "42601 non-integer constant in ORDER BY @26"},
    {"SELECT a AS x, c AS x FROM t ORDER BY x", "42702 ORDER BY \"x\" is ambiguous @39"},
    {"SELECT DISTINCT a FROM t ORDER BY b", "42P10 for SELECT DISTINCT, ORDER BY expressions must appear in select list @35"},
    {"SELECT DISTINCT ON (a) a FROM t ORDER BY b", "42P10 SELECT DISTINCT ON expressions must match initial ORDER BY "
                                                   "expressions @21"},
    {"SELECT a FROM t UNION SELECT a FROM u ORDER BY a + 1",
     "0A000 invalid UNION/INTERSECT/EXCEPT ORDER BY clause @48 DETAIL Only result column names can be used, not expressions "
     "or functions. HINT Add the expression/function to every SELECT, or move the UNION into a FROM clause."},
    {"SELECT a FROM t LIMIT a", "42P10 argument of LIMIT must not contain variables @23"},
    {"SELECT a FROM t LIMIT -1", "2201W LIMIT must not be negative @23"},
    // sub-queries, joins, WITH
    {"SELECT (SELECT a, e FROM u)", "42601 subquery must return only one column @8"},
    {"SELECT a FROM t WHERE a IN (SELECT a, e FROM u)", "42601 subquery has too many columns @25"},
    {"SELECT * FROM t JOIN u USING (b)", "42703 column \"b\" specified in USING clause does not exist in right table @31"},
    {"SELECT * FROM t JOIN u ON t.a", "42804 argument of JOIN/ON must be type boolean, not type integer @27"},
    {"SELECT * FROM t JOIN u ON sum(t.a) = 1", "42803 aggregate functions are not allowed in JOIN/ON @27"},
    {"WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r", "0A000 WITH RECURSIVE is not supported @1"},
    {"WITH q AS (SELECT 1), q AS (SELECT 2) SELECT 1", "42712 WITH query name \"q\" specified more than once @23"},
    {"SELECT * FROM t, (SELECT t.a) q", "42P01 invalid reference to FROM-clause entry for table \"t\" @26 HINT There is an entry for table \"t\", "
                                        "but it cannot be referenced from this part of the query."},
    {"SELECT a FROM t WHERE generate_series(1, 2) = 1", "0A000 set-returning functions are not allowed in WHERE @23"},
    {"SELECT * FROM TUMBLE(ev, id, INTERVAL '1' SECOND)", "42804 the time column of TUMBLE must be a column of type timestamp "
                                                          "or timestamp with time zone @26"},
    // INSERT, UPDATE, DELETE
    {"INSERT INTO t VALUES (1, 2, 3, now(), 5)", "42601 INSERT has more expressions than target columns @39"},
    {"INSERT INTO t (a, b) VALUES (1)", "42601 INSERT has more target columns than expressions @19"},
    {"INSERT INTO t (a, bb) VALUES (1, 2)", "42703 column \"bb\" of relation \"t\" does not exist @19 HINT Perhaps you meant to "
                                            "reference the column \"t.b\"."},
    {"INSERT INTO t (a, a) VALUES (1, 2)", "42701 column \"a\" specified more than once @19"},
    {"INSERT INTO t (a) VALUES (now())", "42804 column \"a\" is of type integer but expression is of type timestamp with time "
                                         "zone @27 HINT You will need to rewrite or cast the expression."},
    {"INSERT INTO t (a) VALUES ('x')", "22P02 invalid input syntax for type integer: \"x\" @27"},
    {"INSERT INTO v VALUES (1)", "42809 cannot insert into view \"v\" @13"},
    {"INSERT INTO m VALUES (1)", "42809 cannot insert into materialized view \"m\" @13"},
    {"UPDATE t SET x = 1", "42703 column \"x\" of relation \"t\" does not exist @14"},
    {"UPDATE t SET c = 1, c = 2", "42601 multiple assignments to same column \"c\" @21"},
    {"DELETE FROM t WHERE q = 1", "42703 column \"q\" does not exist @21"},
    // CREATE
    {"CREATE TABLE n (a int, a int)", "42701 column \"a\" specified more than once @24"},
    {"CREATE TABLE n (a int PRIMARY KEY, b int PRIMARY KEY)", "42P16 multiple primary keys for table \"n\" are not allowed @36"},
    {"CREATE TABLE n (a int, PRIMARY KEY (x))", "42703 column \"x\" named in key does not exist @37"},
    {"CREATE TABLE n (a int DEFAULT b)", "0A000 cannot use column reference in DEFAULT expression @31"},
    {"CREATE TABLE n (a int DEFAULT now())", "42804 column \"a\" is of type integer but default expression is of type timestamp "
                                             "with time zone @31 HINT You will need to rewrite or cast the expression."},
    {"CREATE TABLE n (a int, b int AS a + 1, c int AS b + 1)",
     "42P17 cannot use generated column \"b\" in column generation expression @51 DETAIL A generated column cannot reference "
     "another generated column."},
    {"CREATE MATERIALIZED VIEW n AS SELECT a, a FROM t", "42701 column \"a\" specified more than once @31"},
    {"CREATE MATERIALIZED VIEW n AS SELECT a + 1, a + 2 FROM t",
     "42701 column \"?column?\" specified more than once @31 HINT Give each expression a name: SELECT a + 1 AS b."},
    {"CREATE VIEW n (x, y) AS SELECT 1", "42601 CREATE VIEW specifies more column names than columns @19"},
    {"CREATE INDEX i ON v (n)", "42809 cannot create index on view \"v\" @19 DETAIL An index can be made on a table or a "
                                "materialized view."},
    {"CREATE INDEX i ON t (q)", "42703 column \"q\" does not exist @22"},
    {"CREATE SINK k FROM t", "42P17 sink \"k\" has no connector @13 HINT Add WITH (connector = '...')."},
};

TEST_F(BinderFixture, Errors) {
  for (const ErrorCase& c : kCases) EXPECT_EQ(error(c.sql), c.error) << c.sql;
}

}  // namespace
}  // namespace leat

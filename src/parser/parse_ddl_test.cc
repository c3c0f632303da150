#include "parser/printed_case.h"

namespace leat::parser {
namespace {

constexpr PrintedCase kDefinitions[] = {
    // schemas, views, indexes
    {"create schema s", "CREATE SCHEMA s"},
    {"create schema if not exists s authorization me",
     "CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION me"},
    {"create database d", "CREATE DATABASE d"},
    {"create view v as select 1", "CREATE VIEW v AS SELECT 1"},
    {"create or replace view s.v (a, b) as select 1, 2",
     "CREATE OR REPLACE VIEW s.v (a, b) AS SELECT 1, 2"},
    {"create temp view v as select 1", "CREATE TEMPORARY VIEW v AS SELECT 1"},
    {"create materialized view v as select 1 emit on window close",
     "CREATE MATERIALIZED VIEW v AS SELECT 1 EMIT ON WINDOW CLOSE"},
    {"create materialized view if not exists s.v (a) with (source_rate_limit = 10) as "
     "(select 1)",
     "CREATE MATERIALIZED VIEW IF NOT EXISTS s.v (a) WITH (source_rate_limit = 10) AS SELECT 1"},
    {"create materialized view v as select 1 with data", "CREATE MATERIALIZED VIEW v AS SELECT 1"},
    {"create index i on t (a, lower(b) desc nulls last, (a + b))",
     "CREATE INDEX i ON t (a, lower(b) DESC NULLS LAST, a + b)"},
    {"create index if not exists i on s.t (a) include (b, c) distributed by (a, b)",
     "CREATE INDEX IF NOT EXISTS i ON s.t (a) INCLUDE (b, c) DISTRIBUTED BY (a, b)"},
    {"create unique index concurrently on t using btree (a)",
     "CREATE UNIQUE INDEX ON t USING btree (a)"},
    // tables and sources
    {"create table t ()", "CREATE TABLE t ()"},
    {"create table t (a int, b varchar(10), c numeric(10, 2)[], d struct<x int, y struct<z "
     "timestamptz>>,)",
     "CREATE TABLE t (a integer, b character varying(10), c numeric(10, 2)[], d struct<x "
     "integer, y struct<z timestamptz>>)"},
    {"create table t (a int primary key, b int not null, c int null, d int default 1 + 2, e "
     "int default -1 not null, f varchar collate \"C\")",
     "CREATE TABLE t (a integer PRIMARY KEY, b integer NOT NULL, c integer NULL, d integer "
     "DEFAULT 1 + 2, e integer DEFAULT -1 NOT NULL, f character varying COLLATE \"C\")"},
    {"create table t (a int, b int, primary key (a, b))",
     "CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b))"},
    {"create table t (a int, constraint pk primary key (a))",
     "CREATE TABLE t (a integer, PRIMARY KEY (a))"},
    {"create table t (a int constraint nn not null)", "CREATE TABLE t (a integer NOT NULL)"},
    {"create table t (a int, b int as a + 1, c int as a * 2 stored, d int generated always "
     "as (a) stored, proc as proctime())",
     "CREATE TABLE t (a integer, b integer AS a + 1, c integer AS a * 2 STORED, d integer AS "
     "a STORED, proc AS proctime())"},
    {"create table t (a int, ts timestamp, watermark for ts as ts - interval '5 seconds')",
     "CREATE TABLE t (a integer, ts timestamp without time zone, WATERMARK FOR ts AS ts - "
     "INTERVAL '5 seconds')"},
    {"create temporary table if not exists s.t (a int) append only",
     "CREATE TEMPORARY TABLE IF NOT EXISTS s.t (a integer) APPEND ONLY"},
    {"create table t (a int primary key) on conflict overwrite",
     "CREATE TABLE t (a integer PRIMARY KEY) ON CONFLICT OVERWRITE"},
    {"create table t (a int primary key) on conflict do nothing",
     "CREATE TABLE t (a integer PRIMARY KEY) ON CONFLICT DO NOTHING"},
    {"create table t (a int primary key) on conflict do update full",
     "CREATE TABLE t (a integer PRIMARY KEY) ON CONFLICT OVERWRITE"},
    {"create table t (a int primary key) on conflict do update if not null with version "
     "column (a, b)",
     "CREATE TABLE t (a integer PRIMARY KEY) ON CONFLICT DO UPDATE IF NOT NULL WITH VERSION "
     "COLUMN (a, b)"},
    {"create table t as select 1", "CREATE TABLE t AS SELECT 1"},
    {"create table t (a, b) as select 1, 2", "CREATE TABLE t (a, b) AS SELECT 1, 2"},
    {"create table t as values (1) ", "CREATE TABLE t AS VALUES (1)"},
    {"create table t (a int) with (x = 1) as select 1",
     "CREATE TABLE t (a integer) WITH (x = 1) AS SELECT 1"},
    {"create table t from src table 'public.orders'",
     "CREATE TABLE t FROM src TABLE 'public.orders'"},
    {"create table t (*, b int as a + 1, primary key (id)) include key as k with (connector "
     "= 'x') format upsert encode avro (schema.registry = 'http://x')",
     "CREATE TABLE t (*, b integer AS a + 1, PRIMARY KEY (id)) INCLUDE key AS k WITH "
     "(connector = 'x') FORMAT UPSERT ENCODE AVRO (schema.registry = 'http://x')"},
    {"create table orders (id int, watermark timestamp, include int, format text, source "
     "text, sink text)",
     "CREATE TABLE orders (id integer, watermark timestamp without time zone, include "
     "integer, format text, source text, sink text)"},
    {"create source s with (connector = 'nats')", "CREATE SOURCE s WITH (connector = 'nats')"},
    {"create source if not exists s (a int, b int) include partition include offset as off "
     "include header 'trace' varchar as h include header include timestamp as \"Ts\" include "
     "subject with (connector = 'nats', stream = 's') format plain encode json",
     "CREATE SOURCE IF NOT EXISTS s (a integer, b integer) INCLUDE partition INCLUDE offset "
     "AS off INCLUDE header 'trace' character varying AS h INCLUDE header INCLUDE timestamp "
     "AS \"Ts\" INCLUDE subject WITH (connector = 'nats', stream = 's') FORMAT PLAIN ENCODE "
     "JSON"},
    {"create source s (a int) with (a = 'x', b = `y`, c = 1, d = -1.5, e = true, f = word, "
     "\"G.h\" = 'x', 'i j' = 'x', scan.startup.mode = 'earliest', k = secret my, l = secret "
     "s.my as file, m.1.n = 'x', type = 't') format plain encode bytes",
     "CREATE SOURCE s (a integer) WITH (a = 'x', b = 'y', c = 1, d = -1.5, e = true, f = "
     "word, 'G.h' = 'x', 'i j' = 'x', scan.startup.mode = 'earliest', k = SECRET my, l = "
     "SECRET s.my AS FILE, 'm.1.n' = 'x', type = 't') FORMAT PLAIN ENCODE BYTES"},
    {"create source s with (a = 'x' b = 'y', c = 'z',)",
     "CREATE SOURCE s WITH (a = 'x', b = 'y', c = 'z')"},
    {"create source s (a int) with (connector = 'x') format plain encode json "
     "(timestamptz.handling.mode = 'utc_string', a = 1) key encode text (b = 'c')",
     "CREATE SOURCE s (a integer) WITH (connector = 'x') FORMAT PLAIN ENCODE JSON "
     "(timestamptz.handling.mode = 'utc_string', a = 1) KEY ENCODE TEXT (b = 'c')"},
    {"create source s with (a = 'b') row format json",
     "CREATE SOURCE s WITH (a = 'b') FORMAT PLAIN ENCODE JSON"},
    {"create source s with (a = 'b') row format upsert_json",
     "CREATE SOURCE s WITH (a = 'b') FORMAT UPSERT ENCODE JSON"},
    {"create source s with (a = 'b') row format protobuf message 'm' row schema location "
     "'http://x'",
     "CREATE SOURCE s WITH (a = 'b') FORMAT PLAIN ENCODE PROTOBUF (message = 'm', "
     "schema.location = 'http://x')"},
    {"create source s with (a = 'b') row format avro row schema location confluent schema "
     "registry 'http://x'",
     "CREATE SOURCE s WITH (a = 'b') FORMAT PLAIN ENCODE AVRO (schema.registry = 'http://x')"},
    {"create source s with (a = 'b') row format csv without header delimited by ','",
     "CREATE SOURCE s WITH (a = 'b') FORMAT PLAIN ENCODE CSV (without_header = 'true', "
     "delimiter = ',')"},
    {"create materialized source s (a int) with (connector = 'kinesis') row format json",
     "CREATE TABLE s (a integer) WITH (connector = 'kinesis') FORMAT PLAIN ENCODE JSON"},
    // sinks and the rest
    {"create sink s from t with (connector = 'nats', subject = 'a.{b}') format plain encode "
     "json",
     "CREATE SINK s FROM t WITH (connector = 'nats', subject = 'a.{b}') FORMAT PLAIN ENCODE "
     "JSON"},
    {"create sink if not exists s.s as select a from t with (connector = 'nats', type = "
     "'append-only')",
     "CREATE SINK IF NOT EXISTS s.s AS SELECT a FROM t WITH (connector = 'nats', type = "
     "'append-only')"},
    {"create sink s into t from u", "CREATE SINK s INTO t FROM u"},
    {"create sink s into t (a, b) as select 1, 2 with (type = 'upsert')",
     "CREATE SINK s INTO t (a, b) AS SELECT 1, 2 WITH (type = 'upsert')"},
    {"create sink s as select * from t format plain encode json",
     "CREATE SINK s AS SELECT * FROM t FORMAT PLAIN ENCODE JSON"},
    {"create secret x with (backend = 'meta') as 'v'",
     "CREATE SECRET x WITH (backend = 'meta') AS 'v'"},
    {"create user u", "CREATE USER u"},
    {"create user if not exists u with superuser nocreatedb password 'x'",
     "CREATE USER IF NOT EXISTS u WITH SUPERUSER NOCREATEDB PASSWORD 'x'"},
    {"create role u login encrypted password 'x'", "CREATE USER u WITH LOGIN PASSWORD 'x'"},
    {"create subscription s from t with (retention = '1 day')",
     "CREATE SUBSCRIPTION s FROM t WITH (retention = '1 day')"},
    {"create connection c with (type = 'kafka', a = 'b')",
     "CREATE CONNECTION c WITH (type = 'kafka', a = 'b')"},
    {"create function f(int, b text, c double precision default 1.5) returns int language "
     "sql immutable as $$select $1$$",
     "CREATE FUNCTION f(integer, b text, c double precision DEFAULT 1.5) RETURNS integer "
     "LANGUAGE sql IMMUTABLE AS 'select $1'"},
    {"create or replace function f() returns table (a int, b text) language python as 'x'",
     "CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a integer, b text) LANGUAGE python AS 'x'"},
    {"create function f(a int) returns int return a + 1",
     "CREATE FUNCTION f(a integer) RETURNS integer RETURN a + 1"},
    {"create aggregate function f(a int) returns int language python as 'x'",
     "CREATE AGGREGATE FUNCTION f(a integer) RETURNS integer LANGUAGE python AS 'x'"},
    {"create function f(x bytea) returns struct<a int> language rust returns null on null "
     "input as 'x' using link 'u'",
     "CREATE FUNCTION f(x bytea) RETURNS struct<a integer> LANGUAGE rust STRICT AS 'x' WITH "
     "(link = 'u')"},
    // drop, alter, comment, truncate
    {"drop table t", "DROP TABLE t"},
    {"drop table if exists a, s.b cascade", "DROP TABLE IF EXISTS a, s.b CASCADE"},
    {"drop source s restrict", "DROP SOURCE s"},
    {"drop view v", "DROP VIEW v"},
    {"drop materialized view if exists v cascade", "DROP MATERIALIZED VIEW IF EXISTS v CASCADE"},
    {"drop index i", "DROP INDEX i"},
    {"drop sink s", "DROP SINK s"},
    {"drop schema s cascade", "DROP SCHEMA s CASCADE"},
    {"drop database d", "DROP DATABASE d"},
    {"drop secret s", "DROP SECRET s"},
    {"drop user u", "DROP USER u"},
    {"drop function f", "DROP FUNCTION f"},
    {"drop function if exists f(int, varchar)",
     "DROP FUNCTION IF EXISTS f(integer, character varying)"},
    {"drop subscription s", "DROP SUBSCRIPTION s"},
    {"drop connection c", "DROP CONNECTION c"},
    {"alter table t rename to u", "ALTER TABLE t RENAME TO u"},
    {"alter table t rename a to b", "ALTER TABLE t RENAME COLUMN a TO b"},
    {"alter table t rename column a to b", "ALTER TABLE t RENAME COLUMN a TO b"},
    {"alter table t add a int", "ALTER TABLE t ADD COLUMN a integer"},
    {"alter table t add column if not exists a int default 1",
     "ALTER TABLE t ADD COLUMN IF NOT EXISTS a integer DEFAULT 1"},
    {"alter table t drop a", "ALTER TABLE t DROP COLUMN a"},
    {"alter table if exists t drop column if exists a cascade",
     "ALTER TABLE IF EXISTS t DROP COLUMN IF EXISTS a CASCADE"},
    {"alter table t alter column a set default 1", "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"},
    {"alter table t alter a drop default", "ALTER TABLE t ALTER COLUMN a DROP DEFAULT"},
    {"alter table t alter a set not null", "ALTER TABLE t ALTER COLUMN a SET NOT NULL"},
    {"alter table t alter a drop not null", "ALTER TABLE t ALTER COLUMN a DROP NOT NULL"},
    {"alter table t alter a type bigint", "ALTER TABLE t ALTER COLUMN a TYPE bigint"},
    {"alter table t alter a set data type varchar(3)",
     "ALTER TABLE t ALTER COLUMN a TYPE character varying(3)"},
    {"alter table t owner to u", "ALTER TABLE t OWNER TO u"},
    {"alter view v set schema s", "ALTER VIEW v SET SCHEMA s"},
    {"alter materialized view v swap with w", "ALTER MATERIALIZED VIEW v SWAP WITH w"},
    {"alter sink a swap with b", "ALTER SINK a SWAP WITH b"},
    {"alter table t set source_rate_limit to 100", "ALTER TABLE t SET (source_rate_limit = 100)"},
    {"alter source s set source_rate_limit = default",
     "ALTER SOURCE s SET (source_rate_limit = default)"},
    {"alter materialized view v set parallelism = adaptive",
     "ALTER MATERIALIZED VIEW v SET (parallelism = adaptive)"},
    {"alter index i set (a = 1)", "ALTER INDEX i SET (a = 1)"},
    {"alter source s connector with (a = 'b')", "ALTER SOURCE s CONNECTOR WITH (a = 'b')"},
    {"alter table t drop connector", "ALTER TABLE t DROP CONNECTOR"},
    {"alter table t refresh schema", "ALTER TABLE t REFRESH SCHEMA"},
    {"alter source s format plain encode json", "ALTER SOURCE s FORMAT PLAIN ENCODE JSON"},
    {"alter materialized view v as select 1", "ALTER MATERIALIZED VIEW v AS SELECT 1"},
    {"alter user u with password 'x' nosuperuser", "ALTER USER u WITH PASSWORD 'x' NOSUPERUSER"},
    {"comment on table t is 'x'", "COMMENT ON TABLE t IS 'x'"},
    {"comment on column s.t.c is null", "COMMENT ON COLUMN s.t.c IS NULL"},
    {"truncate t", "TRUNCATE t"},
    {"truncate table a, b restart identity cascade", "TRUNCATE a, b"},
};

TEST(ParseDdl, PrintsAndReadsBack) { expect_printed(kDefinitions); }

}  // namespace
}  // namespace leat::parser

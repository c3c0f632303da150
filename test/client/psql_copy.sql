create table item (id int primary key, name varchar, price numeric default 1.5, twice numeric as price * 2);
copy item (id, name, price) from stdin;
1	pen	2.50
2	tab\there	\N
3	\N	7
\.
copy item (id, name) from stdin with (format csv, header, delimiter ';');
id;name
4;"semi;colon"
5;
6;""
\.
copy item from stdin csv;
7,"two
lines",9
\.
select * from item order by id;
-- Errors leave nothing behind.
copy item (id, price) from stdin;
8	1
9	cheap
\.
copy item (id, name) from stdin;
8
\.
copy item (id) from stdin;
8	x
\.
copy item (twice) from stdin;
\.
copy item from stdin (format csv, colour 'red');
\.
copy item from stdin (format binary);
\.
copy item (id, price) from stdin (format csv, header match);
id,cost
8,1
\.
select count(*) from item;
-- In a block the rows are seen at once, and go with it.
begin;
copy item (id, name) from stdin;
8	mine
9	also mine
\.
select name, price, twice from item where id > 7 order by id;
rollback;
select count(*) from item;
copy item to stdout;
copy (select id, name, price from item where id < 7 order by id) to stdout with (format csv, header);
copy item (name, id) to stdout with (delimiter '|', null 'none');
copy (select 'a"b' as q, null, '' as e, E'x\ny' as n) to stdout (format csv, quote '''', null 'NULL');
\set FETCH_COUNT 3
select i from generate_series(1, 7) g(i);
begin;
select i from generate_series(8, 11) g(i);
commit;
\unset FETCH_COUNT
\set name 'x'
prepare by_name(varchar) as select id from item where name = $1;
execute by_name('pen');

-- Objects for psql_meta.sh; then every meta-command of psql that reads the catalog.
\set ECHO queries
\set QUIET on
create table orders (id int primary key, item varchar not null, price double precision default 1.5, twice int as id * 2);
create table "Odd Name" (a int, b text[], primary key (a));
create materialized view sales as select item, count(*) as n from orders group by item;
create index orders_item on orders(item desc, id);
create view cheap as select id from orders where price < 2;
create schema other;
create table other.t3 (k bigint primary key, doc jsonb);
\unset ECHO
\echo '=== \\d'
\d
\echo '=== \\dt'
\dt
\echo '=== \\dv'
\dv
\echo '=== \\dm'
\dm
\echo '=== \\di'
\di
\echo '=== \\ds'
\ds
\echo '=== \\dE'
\dE
\echo '=== \\dt+'
\dt+
\echo '=== \\dm+'
\dm+
\echo '=== \\dv+'
\dv+
\echo '=== \\di+'
\di+
\echo '=== \\d orders'
\d orders
\echo '=== \\d+ orders'
\d+ orders
\echo '=== \\d "Odd Name"'
\d "Odd Name"
\echo '=== \\d other.t3'
\d other.t3
\echo '=== \\d sales'
\d sales
\echo '=== \\d+ sales'
\d+ sales
\echo '=== \\d cheap'
\d cheap
\echo '=== \\d+ cheap'
\d+ cheap
\echo '=== \\d orders_item'
\d orders_item
\echo '=== \\d orders_pkey'
\d orders_pkey
\echo '=== \\dt *.t3'
\dt *.t3
\echo '=== \\d rw_catalog.rw_memory'
\d rw_catalog.rw_memory
\echo '=== \\dtS pg_am'
\dtS pg_am
\echo '=== \\l'
\l
\echo '=== \\l+'
\l+
\echo '=== \\du'
\du
\echo '=== \\dg'
\dg
\echo '=== \\dn'
\dn
\echo '=== \\dn+'
\dn+
\echo '=== \\df pg_size_pretty'
\df pg_size_pretty
\echo '=== \\dfa bool_and'
\dfa bool_and
\echo '=== \\dT'
\dT
\echo '=== \\dTS int4'
\dTS int4
\echo '=== \\do ->>'
\do ->>
\echo '=== \\dp'
\dp
\echo '=== \\z orders'
\z orders
\echo '=== \\dx'
\dx
\echo '=== \\sv cheap'
\sv cheap
\echo '=== \\dconfig server_version'
\dconfig server_version
\echo '=== \\det'
\det
\echo '=== \\des'
\des
\echo '=== \\dew'
\dew
\echo '=== \\deu'
\deu
\echo '=== \\dd'
\dd
\echo '=== \\db'
\db
\echo '=== \\dc'
\dc
\echo '=== \\dO'
\dO
\echo '=== \\dA'
\dA
\echo '=== \\dAc'
\dAc
\echo '=== \\dAf'
\dAf
\echo '=== \\dD'
\dD
\echo '=== \\dF'
\dF
\echo '=== \\dL'
\dL
\echo '=== \\dP'
\dP
\echo '=== \\dRp'
\dRp
\echo '=== \\dRs'
\dRs
\echo '=== \\dX'
\dX
\echo '=== \\dy'
\dy
\echo '=== \\dl'
\dl
\echo '=== \\ddp'
\ddp
\echo '=== \\drds'
\drds
\echo '=== \\encoding'
\encoding

#!/usr/bin/env bash
# COPY, FETCH_COUNT and PREPARE through psql, compared with psql_copy.out: psql_copy.sh [leat]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"
start_leat "${1:-$here/../../build/leat}"
psql="psql -X -q -h 127.0.0.1 -p $port -U root -d dev"
$psql -a -f "$here/psql_copy.sql" >"$work/out" 2>&1 || true
sed -i "s|psql:$here/|psql:|" "$work/out"
diff -u "$here/psql_copy.out" "$work/out"
# A file through \copy, out and in again: the same rows.
$psql -c "create table many (id int primary key, text varchar)" -c "create table again (id int primary key, text varchar)"
$psql -c "insert into many select i, repeat('x', i % 50) || i from generate_series(1, 20000) g(i)"
$psql -c "\\copy many to '$work/many.csv' csv header" -c "\\copy again from '$work/many.csv' csv header"
same=$($psql -At -c "select count(*) from many join again on many.id = again.id and many.text = again.text")
[ "$same" = 20000 ] || { echo "$same rows of 20000 came back"; exit 1; }

#!/usr/bin/env bash
# Every meta-command of psql against a fresh server: none may fail, and psql 15's output must be the golden one.
#   test/client/psql_meta.sh [leat]           checks
#   test/client/psql_meta.sh --update [leat]  writes psql_meta.out anew
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"
update=false
if [ "${1:-}" = --update ]; then update=true; shift; fi
command -v psql >/dev/null || { echo "psql is not installed: skipped"; exit 77; }
start_leat "${1:-$here/../../build/leat}"

# -X: no ~/.psqlrc. psql goes on after an error, so that one run shows all of them.
psql -X -h 127.0.0.1 -p "$port" -U root -d dev -f "$here/psql_meta.sql" >"$work/out" 2>&1 || true
sed -i "s|$here/||" "$work/out"

if $update; then cp "$work/out" "$here/psql_meta.out"; fi
if grep -nE '^(psql:.*)?(ERROR|FATAL|PANIC):' "$work/out"; then echo "psql's meta-commands fail"; exit 1; fi
if psql --version | grep -q ' 15\.'; then
  diff -u "$here/psql_meta.out" "$work/out" || { echo "psql's meta-commands show something else"; exit 1; }
fi
echo "all meta-commands answered"

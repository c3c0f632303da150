#!/usr/bin/env bash
# Transactions through the PostgreSQL JDBC driver: jdbc_transactions.sh [leat]; $PGJDBC names the driver's jar.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"
if [ -z "${PGJDBC:-}" ] || ! command -v java >/dev/null; then echo "no java or no \$PGJDBC: skipped"; exit 77; fi
start_leat "${1:-$here/../../build/leat}"
java -cp "$PGJDBC" "$here/JdbcTransactions.java" "$port"

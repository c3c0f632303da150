#!/usr/bin/env bash
# Transactions through psycopg2, psycopg 3, asyncpg and SQLAlchemy's ORM: python_transactions.sh [leat]
# $PYTHON names an interpreter that has them; those that are missing are skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"
start_leat "${1:-$here/../../build/leat}"
"${PYTHON:-python3}" "$here/python_transactions.py" "$port"

#!/usr/bin/env bash
# psycopg2, psycopg 3, asyncpg and SQLAlchemy against a fresh server: python_drivers.sh [leat]
# $PYTHON names an interpreter that has them; those that are missing are skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"
start_leat "${1:-$here/../../build/leat}"
"${PYTHON:-python3}" "$here/python_drivers.py" "$port"

#!/usr/bin/env bash
# transactions.sh [leat] [seed]; $PYTHON names an interpreter that has psycopg2.
here=$(cd "$(dirname "$0")" && pwd)
exec "${PYTHON:-python3}" "$here/transactions.py" "${1:-$here/../../build/leat}" ${2:+"$2"}

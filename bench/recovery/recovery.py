#!/usr/bin/env python3
"""bench/recovery: kill -9 with millions of rows of state; how long until there is an answer, and a fresh row.

    bench/recovery/recovery.py [--leat build/leat] [--rows 10000000] [--runs 3] [--json FILE]

A table with that many rows and a group-by view with a tenth as many groups. Each run kills the server, starts it
on the same data and measures from the start of the process: ready (/readyz), first answer (a row of the view is
read), first fresh row (a row inserted after the restart is counted in the view). Prints a table to stderr and
JSON to stdout.
"""

import argparse
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peers  # noqa: E402

ROWS_PER_INSERT = 500_000
GROUP = 10  # rows per group of the view

SQL = """
create table events (id bigint primary key, account bigint, amount bigint);
create materialized view accounts as
select account, count(*) as events, sum(amount) as amount from events group by account;
"""


def fill(leat, rows):
    peers.psql(leat, SQL)
    start = time.monotonic()
    for first in range(1, rows + 1, ROWS_PER_INSERT):
        last = min(rows, first + ROWS_PER_INSERT - 1)
        peers.psql(leat, f"insert into events select i, i / {GROUP}, i % 1000 from generate_series({first}, {last}) as g(i);")
    peers.psql(leat, "flush;")
    return time.monotonic() - start


def size_of(directory):
    return sum(os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(directory) for file in files)


def one_run(directory, program, rows, number):
    start = time.monotonic()
    leat = peers.Leat(directory, program)
    ready = time.monotonic() - start
    try:
        account = rows // GROUP // 2
        before = int(peers.psql(leat, f"select events from accounts where account = {account};"))
        answered = time.monotonic() - start
        peers.psql(leat, f"insert into events values ({rows + number}, {account}, 1);")
        after = int(peers.psql(leat, f"select events from accounts where account = {account};"))
        fresh = time.monotonic() - start
        if after != before + 1 or before != GROUP + number - 1:
            sys.exit(f"the view counts {before} and then {after} events; {GROUP + number - 1} and one more were inserted")
        return leat, {"ready_s": ready, "answer_s": answered, "fresh_s": fresh}
    except BaseException:
        leat.stop()
        raise


def rss_bytes(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def kill(leat):
    leat.process.kill()
    leat.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leat", help="the program (default: build/leat)")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="write the results to this file too")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="leat_recovery_") as directory:
        leat = peers.Leat(directory, arguments.leat)
        times = []
        try:
            filled = fill(leat, arguments.rows)
            rss = rss_bytes(leat.process)
            stored = size_of(leat.directory)
            kill(leat)
            for number in range(1, arguments.runs + 1):
                leat, seen = one_run(directory, arguments.leat, arguments.rows, number)
                times.append(seen)
                kill(leat)
            leat = peers.Leat(directory, arguments.leat)
            total = int(peers.psql(leat, "select sum(events) from accounts;"))
            if total != arguments.rows + arguments.runs:
                sys.exit(f"{arguments.rows + arguments.runs} rows were inserted, the view has {total}")
        finally:
            leat.stop()

    report = {"benchmark": "recovery", "machine": peers.machine(), "rows": arguments.rows,
              "groups": arguments.rows // GROUP, "fill_rows_per_second": round(arguments.rows / filled),
              "rss_bytes": rss, "stored_bytes": stored,
              "results": [{"name": name, "unit": "s", **peers.spread([t[name] for t in times])}
                          for name in ("ready_s", "answer_s", "fresh_s")]}
    for r in report["results"]:
        print(f"{r['name']:9} {r['median']:8.3f} s  ({r['min']:.3f} to {r['max']:.3f})", file=sys.stderr)
    text = json.dumps(report, indent=1)
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

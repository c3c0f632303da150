#!/usr/bin/env python3
"""bench/serving: point look-ups by primary key and by index, Leat beside PostgreSQL in the same run.

    bench/serving/serving.py [--leat build/leat] [--rows 100000] [--seconds 5] [--runs 5] [--json FILE]

Both servers hold the same table and get the same prepared statement from pgbench, over TCP, with 1 and
with 16 connections; the servers take turns, run by run, so that a busy neighbour hits both. Before
anything is measured, their answers are compared. Prints a table to stderr and JSON to stdout.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peers  # noqa: E402

LOOKUPS = {
    "by primary key": ("select name, balance, code from accounts where id = :key", "id"),
    "by index": ("select name, balance, id from accounts where code = :key", "code"),
}
CLIENTS = [1, 16]
ROWS_PER_INSERT = 1000


def code_of(row, rows):
    """A permutation of 1..rows, so that an index look-up finds one row somewhere else in the table."""
    return (row * 7919) % rows + 1


def load(server, rows):
    # A prime that does not divide the number of rows makes code_of a permutation.
    assert rows % 7919 != 0
    statements = ["create table accounts (id integer primary key, code integer, balance bigint, name varchar);"]
    for first in range(1, rows + 1, ROWS_PER_INSERT):
        values = ",".join(f"({i},{code_of(i, rows)},{i * 1000003 % 1000000007},'account number {i}')"
                          for i in range(first, min(first + ROWS_PER_INSERT, rows + 1)))
        statements.append(f"insert into accounts values {values};")
    statements.append("create index accounts_code on accounts (code);")
    peers.psql(server, "\n".join(statements))
    if isinstance(server, peers.Postgres):
        peers.psql(server, "vacuum analyze accounts;")


def check_answers(servers, rows):
    keys = [1, 2, rows // 2, rows, rows + 1]
    sql = "\n".join(lookup.replace(":key", str(key)) + ";" for lookup, _ in LOOKUPS.values() for key in keys)
    sql += "select count(*), sum(balance) from accounts;"
    answers = {server.name: peers.psql(server, sql) for server in servers}
    first, second = answers.values()
    if first != second:
        sys.exit(f"the servers do not agree:\n{answers}")


def pgbench(server, script, clients, seconds, seed):
    done = subprocess.run(["pgbench", "-n", "-h", "127.0.0.1", "-p", str(server.port), "-U", server.user,
                           "-M", "prepared", "-f", script, "-c", str(clients), "-j", "1",
                           "-T", str(seconds), f"--random-seed={seed}", server.database],
                          capture_output=True, text=True, check=False)
    tps = re.search(r"^tps = ([0-9.]+)", done.stdout, re.M)
    latency = re.search(r"^latency average = ([0-9.]+) ms", done.stdout, re.M)
    failed = re.search(r"^number of failed transactions: ([0-9]+)", done.stdout, re.M)
    if done.returncode != 0 or not tps or (failed and int(failed.group(1)) > 0):
        sys.exit(f"pgbench against {server.name} failed:\n{done.stdout}{done.stderr}")
    return float(tps.group(1)), float(latency.group(1)) * 1000


def cpu_seconds(server):
    """CPU time of the server's process and, of PostgreSQL, its children."""
    pids = [server.process.pid]
    children = f"/proc/{server.process.pid}/task/{server.process.pid}/children"
    if os.path.exists(children):
        with open(children) as file:
            pids += [int(pid) for pid in file.read().split()]
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            ticks += sum(int(fields[i]) for i in (11, 12, 13, 14))  # with those of ended children
        except FileNotFoundError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(servers, directory, rows, seconds, runs):
    results = []
    for name, (sql, _) in LOOKUPS.items():
        script = os.path.join(directory, name.replace(" ", "_") + ".sql")
        with open(script, "w") as file:
            file.write(f"\\set key random(1, {rows})\n{sql};\n")
        for clients in CLIENTS:
            seen = {server.name: {"rate": [], "latency": [], "cpu": []} for server in servers}
            for server in servers:
                pgbench(server, script, clients, 1, 0)  # warm
            for run in range(runs):
                for server in servers:
                    before = cpu_seconds(server)
                    rate, latency = pgbench(server, script, clients, seconds, run + 1)
                    seen[server.name]["rate"].append(rate)
                    seen[server.name]["latency"].append(latency)
                    seen[server.name]["cpu"].append((cpu_seconds(server) - before) / (rate * seconds) * 1e6)
            for server in servers:
                of = seen[server.name]
                results.append({
                    "name": f"point look-up {name}", "server": server.name, "clients": clients,
                    "unit": "queries/s", **peers.spread(of["rate"]),
                    "latency_average_us": peers.spread(of["latency"]),
                    "server_cpu_us_per_query": peers.spread(of["cpu"]),
                })
    return results


def ratios(results):
    rates = {(r["name"], r["clients"], r["server"]): r["median"] for r in results}
    return [{"name": name, "clients": clients, "unit": "Leat's rate / PostgreSQL's",
             "value": round(rates[name, clients, "leat"] / rates[name, clients, "postgres"], 3)}
            for (name, clients, server) in rates if server == "leat"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leat", help="the program (default: build/leat)")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", help="write the results to this file too")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="leat_serving_") as directory, \
            peers.Leat(directory, arguments.leat) as leat, peers.Postgres(directory) as postgres:
        servers = [leat, postgres]
        for server in servers:
            load(server, arguments.rows)
        check_answers(servers, arguments.rows)
        results = measure(servers, directory, arguments.rows, arguments.seconds, arguments.runs)

    report = {"benchmark": "serving", "machine": peers.machine(), "rows": arguments.rows,
              "seconds_per_run": arguments.seconds, "results": results, "ratios": ratios(results)}
    for r in results:
        print(f"{r['name']:32} {r['server']:9} {r['clients']:3} clients  {r['median']:9.0f} queries/s "
              f"({r['min']:.0f} .. {r['max']:.0f})  {r['server_cpu_us_per_query']['median']:6.1f} us CPU each",
              file=sys.stderr)
    text = json.dumps(report, indent=1)
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""bench/latency: how long from a message's scheduled send time until it is seen at the other end.

    bench/latency/latency.py [--leat build/leat] [--seconds 10] [--runs 3] [--json FILE]

Two ways through Leat, each at 1,000 and 10,000 messages/s:
  view   publish to JetStream -> source -> materialized view -> visible to a prepared SELECT (PostgreSQL protocol)
  sink   publish to JetStream -> source -> materialized view -> NATS sink -> a subscriber
and beside them, in the same run, NATS alone (publish -> subscriber) as the floor.
Starts nats-server and Leat on free ports with fresh data. Prints a table to stderr and JSON to stdout.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peers  # noqa: E402

RATES = [1_000, 10_000]
PERCENTILES = ["p50_ms", "p99_ms", "p99_9_ms", "max_ms"]

SQL = """
create source orders (id bigint, customer bigint, region varchar, amount numeric, note varchar)
with (connector = 'nats', server_url = '{url}', stream = 'ORDERS', subject = 'orders', connect_mode = 'plain')
format plain encode json;

create materialized view newest_order as select max(id) as newest, count(*) as orders from orders;

create materialized view large_orders as
select id, customer, upper(region) as region, amount * 1.19 as with_tax from orders where amount >= 0;

create sink large_orders_out from large_orders
with (connector = 'nats', server_url = '{url}', subject = 'large_orders', connect_mode = 'plain', type = 'append-only')
format plain encode json;
"""
NEWEST = "select newest from newest_order"


class Probe:
    def __init__(self, program, nats, leat):
        self.program, self.nats, self.leat = program, nats, leat
        self.first = 1  # ids go on from run to run
        self.to_orders = ["--nats", nats.url, "--subject", "orders"]

    def run(self, what, rate, seconds):
        warm_up = 1
        command = [self.program, what, *self.to_orders, "--rate", str(rate), "--seconds", str(seconds),
                   "--first", str(self.first), "--warm-up-seconds", str(warm_up)]
        if what == "view":
            command += ["--query", NEWEST, "--pg", f"host=127.0.0.1 port={self.leat.port} user=root dbname=dev"]
        if what == "sink":
            command += ["--from", "large_orders"]
        self.first += rate * (seconds + warm_up)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.stdout:
            sys.exit(f"{' '.join(command)} failed: {done.stderr}")
        result = json.loads(done.stdout)
        if result["lost"] > 0:
            print(f"{what} at {rate}/s: {result['lost']} of {result['messages']} messages were not seen", file=sys.stderr)
        return result

    def check_counts(self):
        """Every message of every run is in the view, once."""
        sent = self.first - 1
        newest, orders = peers.psql(self.leat, "select newest, orders from newest_order;").strip().split("|")
        if int(orders) != sent or int(newest) != sent:
            sys.exit(f"{sent} messages were sent, the view has {orders}, the newest is {newest}")
        return sent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leat", help="the program (default: build/leat)")
    parser.add_argument("--probe", default=os.path.join(peers.ROOT, "build", "bench", "latency", "latency_probe"))
    parser.add_argument("--seconds", type=int, default=10, help="of each run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="write the results to this file too")
    arguments = parser.parse_args()
    if not os.path.exists(arguments.probe):
        sys.exit(f"{arguments.probe} does not exist: run `make bench`")

    results = []
    with tempfile.TemporaryDirectory(prefix="leat_latency_") as directory, peers.Nats(directory) as nats, \
            peers.Leat(directory, arguments.leat) as leat:
        probe = Probe(arguments.probe, nats, leat)
        subprocess.run([arguments.probe, "stream", *probe.to_orders, "--stream", "ORDERS"], check=True)
        peers.psql(leat, SQL.format(url=nats.url))
        for rate in RATES:
            seen = {"bare": [], "view": [], "sink": []}
            for _ in range(arguments.runs):
                for what, runs in seen.items():
                    runs.append(probe.run(what, rate, arguments.seconds))
            for what, runs in seen.items():
                results.append({
                    "name": what, "rate": rate, "unit": "ms", "messages": sum(r["messages"] for r in runs),
                    "lost": sum(r["lost"] for r in runs),
                    **{p: peers.spread([r[p] for r in runs]) for p in PERCENTILES},
                    "send_delay_p99_ms": peers.spread([r["send_delay_p99_ms"] for r in runs]),
                })
        messages = probe.check_counts()

    report = {"benchmark": "latency", "machine": peers.machine(), "seconds_per_run": arguments.seconds,
              "messages": messages, "results": results}
    for r in results:
        print(f"{r['name']:5} at {r['rate']:6}/s   " +
              "   ".join(f"{p[:-3].replace('_', '.')} {r[p]['median']:8.3f} ms" for p in PERCENTILES), file=sys.stderr)
    text = json.dumps(report, indent=1)
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

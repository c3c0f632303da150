#!/usr/bin/env python3
"""bench/connector: NATS JetStream -> JSON -> count(*) view, beside a bare libnats loop over the same stream.

    bench/connector/connector.py [--leat build/leat] [--messages 500000] [--bytes 200] [--runs 3] [--json FILE]

In turn, on one stream on one server: the bare loop fetches all messages and discards them; Leat creates a source
and a view that counts it, and is asked until the count is complete (the time includes CREATE, connecting, decoding
and the view). Ratio: Leat's messages per second by the bare loop's. Prints a table to stderr and JSON to stdout.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peers  # noqa: E402

LOOK_SECONDS = 0.02
GIVE_UP_SECONDS = 300

SQL = """
create source orders{n} (id bigint, customer bigint, region varchar, amount numeric, quantity int, placed_at timestamptz, note varchar)
with (connector = 'nats', server_url = '{url}', stream = 'ORDERS', subject = 'orders', connect_mode = 'plain',
      scan.startup.mode = 'earliest')
format plain encode json;
create materialized view counted{n} as select count(*) as orders from orders{n};
"""


class Asker:
    """One psql that is kept, so that asking costs no process."""

    def __init__(self, leat):
        self.psql = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(leat.port), "-U",
                                      leat.user, "-d", leat.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)

    def ask(self, sql):
        self.psql.stdin.write(sql + "\n")
        self.psql.stdin.flush()
        return self.psql.stdout.readline().strip()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def leat_run(leat, asker, url, messages, number):
    cpu = cpu_seconds(leat.process)
    start = time.monotonic()
    peers.psql(leat, SQL.format(n=number, url=url))
    while True:
        seen = int(asker.ask(f"select orders from counted{number};"))
        now = time.monotonic()
        if seen >= messages:
            break
        if now - start > GIVE_UP_SECONDS:
            sys.exit(f"{seen} of {messages} messages were counted after {GIVE_UP_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    if seen != messages:
        sys.exit(f"{messages} messages are in the stream, the view counts {seen}")
    result = {"seconds": now - start, "cpu_seconds": cpu_seconds(leat.process) - cpu}
    peers.psql(leat, f"drop materialized view counted{number}; drop source orders{number};")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leat", help="the program (default: build/leat)")
    parser.add_argument("--loop", default=os.path.join(peers.ROOT, "build", "bench", "connector", "bare_loop"))
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--bytes", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="write the results to this file too")
    arguments = parser.parse_args()
    if not os.path.exists(arguments.loop):
        sys.exit(f"{arguments.loop} does not exist: run `make bench`")

    def loop(nats, *words):
        done = subprocess.run([arguments.loop, *words, "--url", nats.url, "--stream", "ORDERS", "--subject", "orders"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bare_loop {words[0]} failed: {done.stderr}")
        return json.loads(done.stdout)

    runs = {"bare": [], "reader": [], "leat": []}
    with tempfile.TemporaryDirectory(prefix="leat_connector_") as directory, peers.Nats(directory) as nats, \
            peers.Leat(directory, arguments.leat) as leat:
        loop(nats, "fill", "--messages", str(arguments.messages), "--bytes", str(arguments.bytes))
        asker = Asker(leat)
        for number in range(arguments.runs):
            runs["bare"].append(loop(nats, "read"))
            runs["reader"].append(loop(nats, "leat"))
            runs["leat"].append(leat_run(leat, asker, nats.url, arguments.messages, number))
        asker.close()

    rates = {name: [arguments.messages / r["seconds"] for r in each] for name, each in runs.items()}
    report = {"benchmark": "connector", "machine": peers.machine(), "messages": arguments.messages,
              "bytes_per_message": arguments.bytes,
              "results": [{"name": name, "unit": "messages/s", **peers.spread(each),
                           "cpu_us_per_message": peers.spread([r["cpu_seconds"] * 1e6 / arguments.messages for r in runs[name]])}
                          for name, each in rates.items()],
              "ratio": peers.spread([ours / bare for ours, bare in zip(rates["leat"], rates["bare"])])}
    for r in report["results"]:
        print(f"{r['name']:6} {r['median']:12,.0f} messages/s  ({r['min']:,.0f} to {r['max']:,.0f})", file=sys.stderr)
    print(f"ratio  {report['ratio']['median']:12.3f}", file=sys.stderr)
    text = json.dumps(report, indent=1)
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

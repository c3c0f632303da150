#!/usr/bin/python3
"""make bench: every benchmark of bench/*/, one after the other; results as JSON in build/bench/results.

    bench/run.py              all
    bench/run.py latency      one

Each folder <name>/ with a <name>.py is a benchmark; its README says what it measures.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The C++ programs that a benchmark's script starts.
PROGRAMS = {"connector": ["bare_loop"], "latency": ["latency_probe"], "nexmark": ["nexmark_bench"]}


def main():
    found = sorted(name for name in os.listdir(os.path.join(ROOT, "bench"))
                   if os.path.exists(os.path.join(ROOT, "bench", name, name + ".py")))
    wanted = sys.argv[1:] or found
    unknown = [name for name in wanted if name not in found]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are {', '.join(found)}", file=sys.stderr)
        return 2
    targets = sorted({target for name in wanted for target in PROGRAMS.get(name, [])})
    subprocess.run(["ninja", "-C", "build", "leat", *targets], cwd=ROOT, check=True)
    results = os.path.join(ROOT, "build", "bench", "results")
    os.makedirs(results, exist_ok=True)
    failed = []
    for name in wanted:
        print(f"\n=== {name}", flush=True)
        command = [sys.executable, f"bench/{name}/{name}.py", "--json", os.path.join(results, name + ".json")]
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode != 0:
            failed.append(name)
    print(f"\nresults: {results}")
    for name in failed:
        print(f"FAILED: {name}")
    return 1 if failed else 0


sys.exit(main())

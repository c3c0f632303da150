"""Servers that benchmarks and their scripts start: Leat, PostgreSQL, NATS.

Each takes a free port and a directory of its own under the given one, is ready when its constructor
returns, and is stopped and waited for by stop() (or at the end of a `with` block). Standard library only.
"""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, what, process, seconds=30):
    """Calls condition() until it is true; tells the log's end if the process died."""
    deadline = time.monotonic() + seconds
    while True:
        if condition():
            return
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with code {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} was not ready after {seconds} s")
        time.sleep(0.01)


def can_connect(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A child process with its log; subclasses say how it starts."""

    def __init__(self, name, directory):
        self.name = name
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory, exist_ok=True)
        self.log_path = os.path.join(directory, name + ".log")
        self.process = None

    def run(self, command, **kwargs):
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **kwargs)
        log.close()

    def wait(self, condition, seconds=30):
        try:
            wait_until(condition, self.name, self.process, seconds)
        except RuntimeError as error:
            with open(self.log_path, errors="replace") as log:
                tail = "".join(log.readlines()[-20:])
            self.stop()
            raise RuntimeError(f"{error}; its log ends with:\n{tail}") from None

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Leat(Server):
    def __init__(self, directory, program=None, arguments=()):
        super().__init__("leat", directory)
        self.port = free_port()
        self.http_port = free_port()
        self.user, self.database = "root", "dev"
        program = program or os.path.join(ROOT, "build", "leat")
        if not os.path.exists(program):
            sys.exit(f"{program} does not exist: run `make build`")
        self.run([program, "serve", "--data", self.directory, "--listen", f"127.0.0.1:{self.port}",
                  "--http", f"127.0.0.1:{self.http_port}", *arguments])
        self.wait(self.is_ready)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False


class Postgres(Server):
    """PostgreSQL 15 with its own data, Debian's defaults but for the memory that the tables need."""

    def __init__(self, directory, settings=()):
        super().__init__("postgres", directory)
        self.port = free_port()
        self.user, self.database = "root", "postgres"
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not programs:
            sys.exit("PostgreSQL is not installed (package postgresql-15)")
        self.bin = programs[-1]
        user = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            shutil.chown(self.directory, account.pw_uid, account.pw_gid)
            path = directory
            while path != "/":
                os.chmod(path, os.stat(path).st_mode | 0o011)
                path = os.path.dirname(path)
            user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data = os.path.join(self.directory, "data")
        with open(self.log_path, "ab") as log:
            subprocess.run([f"{self.bin}/initdb", "-D", data, "-U", self.user, "-A", "trust", "-E", "UTF8",
                            "--locale=C.UTF-8"], check=True, stdout=log, stderr=log, cwd="/", **user)
        options = ["shared_buffers=256MB", *settings]
        self.run([f"{self.bin}/postgres", "-D", data, "-p", str(self.port), "-h", "127.0.0.1",
                  "-k", self.directory, *(word for option in options for word in ("-c", option))], cwd="/", **user)
        self.wait(lambda: subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                                         check=False).returncode == 0)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)  # SIGINT: fast shutdown, without waiting for clients
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                super().stop()


class Nats(Server):
    """nats-server with JetStream on disk."""

    def __init__(self, directory):
        super().__init__("nats", directory)
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        program = shutil.which("nats-server") or "/usr/sbin/nats-server"
        if not os.path.exists(program):
            sys.exit("nats-server is not installed (package nats-server)")
        self.run([program, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", self.directory])
        self.wait(lambda: can_connect(self.port))


def psql(server, sql, timeout=300):
    """Runs SQL text; the unaligned, tuples-only output. Raises with psql's message."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                           "-p", str(server.port), "-U", server.user, "-d", server.database, "-f", "-"],
                          input=sql, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{server.name}: {done.stderr.strip()}")
    return done.stdout


def machine():
    """What the numbers were measured on."""
    model = "unknown"
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                            check=False).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 2), "commit": commit}


def spread(values):
    """Median, lowest and highest of several runs."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return {"median": round(median, 3), "min": round(ordered[0], 3), "max": round(ordered[-1], 3),
            "runs": len(ordered)}

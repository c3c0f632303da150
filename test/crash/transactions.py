"""Blocks that move one from account to account, and the server killed in the middle, again and again:
what was acknowledged is there, no half of a block is, and the view says what the tables say.
transactions.py LEAT [SEED]"""
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

try:
    import psycopg2
except ImportError:
    print("psycopg2 is not installed: skipped")
    sys.exit(77)

LEAT = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
ACCOUNTS, WRITERS, ROUNDS, PATIENCE_S = 50, 4, 6, 20


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.start()

    def start(self):
        with open(f"{self.folder}/out", "w") as out, open(f"{self.folder}/log", "a") as log:
            self.process = subprocess.Popen([LEAT, "--data", f"{self.folder}/data", "--listen", "127.0.0.1:0",
                                             "--http", "127.0.0.1:0"], stdout=out, stderr=log)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with open(f"{self.folder}/out") as out:
                ready = re.search(r"-p (\d+)", out.read())
            if ready:
                self.port = int(ready.group(1))
                return
            time.sleep(0.02)
        raise RuntimeError("the server does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def connect(self):
        return psycopg2.connect(dbname="dev", host="127.0.0.1", port=self.port, user="root")


class Writer(threading.Thread):
    def __init__(self, server, seed):
        super().__init__()
        self.server, self.random, self.acknowledged = server, random.Random(seed), 0

    def run(self):
        try:
            connection = self.server.connect()
            while True:
                self.move(connection)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            pass  # the server is gone

    def move(self, connection):
        cursor = connection.cursor()
        try:
            for account, amount in zip(self.random.sample(range(ACCOUNTS), 2), (-1, 1)):
                cursor.execute("update account set balance = balance + %s where id = %s", (amount, account))
                cursor.execute("insert into moved values (%s, %s)", (account, amount))
            connection.commit()
            self.acknowledged += 1
        except psycopg2.errors.SerializationFailure:
            connection.rollback()


def check(server, acknowledged):
    connection = server.connect()
    cursor = connection.cursor()

    def one(sql):
        cursor.execute(sql)
        return cursor.fetchone()[0]

    total, rows = one("select sum(balance) from account"), one("select count(*) from moved")
    different = one("select count(*) from account a left join total t on a.id = t.account where balance <> coalesce(s, 0)")
    counted = one("select sum(c) from total") or 0
    connection.close()
    good = total == 0 and rows % 2 == 0 and rows >= 2 * acknowledged and different == 0 and counted == rows
    print(f"{'ok    ' if good else 'WRONG '} {acknowledged} blocks acknowledged, {rows} rows, {counted} in the view, "
          f"balances sum up to {total}, {different} differ")
    return good


def main():
    chance = random.Random(SEED)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        connection = server.connect()
        connection.autocommit = True
        for sql in ("create table account (id int primary key, balance int)", "create table moved (account int, amount int)",
                    "create materialized view total as select account, sum(amount) as s, count(*) as c from moved group by account",
                    f"insert into account select i, 0 from generate_series(0, {ACCOUNTS - 1}) g(i)"):
            connection.cursor().execute(sql)
        connection.close()
        acknowledged = 0
        for _ in range(ROUNDS):
            writers = [Writer(server, chance.random()) for _ in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.2, 1.5))
            server.kill()
            for writer in writers:
                writer.join()
            acknowledged += sum(writer.acknowledged for writer in writers)
            server.start()
            good &= check(server, acknowledged)
        server.kill()
    print(f"seed {SEED}: {'every count is right' if good else 'see above'}")
    return 0 if good else 1


sys.exit(main())

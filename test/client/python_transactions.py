"""How Python's drivers and SQLAlchemy's unit of work use transactions. python_transactions.py PORT"""
import asyncio
import importlib.util
import sys
import time

PORT = int(sys.argv[1])
WHERE = {"host": "127.0.0.1", "port": PORT, "user": "root"}
SETUP = [
    "create table item (id int primary key, name varchar not null, n int)",
    "create index item_name on item (name)",
    "create materialized view item_total as select count(*) as c, sum(n) as s from item",
]


def expect(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def fails(sqlstate, action):
    """The action fails with this SQLSTATE."""
    try:
        action()
    except Exception as error:
        found = getattr(error, "pgcode", None) or getattr(error, "sqlstate", None)
        expect(found, sqlstate)
        return
    raise AssertionError(f"nothing failed with {sqlstate}")


def psycopg2_without_autocommit():
    import psycopg2

    one, two = (psycopg2.connect(dbname="dev", **WHERE) for _ in range(2))
    cursor, other = one.cursor(), two.cursor()
    cursor.execute("insert into item values (%s, %s, %s)", (1, "pen", 10))
    cursor.executemany("insert into item values (%s, %s, %s)", [(2, "ink", 20), (3, "pad", 30)])
    cursor.execute("update item set n = n + 1 where name = %s returning n", ("ink",))
    expect(cursor.fetchall(), [(21,)])
    cursor.execute("select id, n from item order by id")
    expect(cursor.fetchall(), [(1, 10), (2, 21), (3, 30)])
    other.execute("select count(*) from item")
    expect(other.fetchone(), (0,))
    two.rollback()
    cursor.execute("delete from item where id = 3")
    one.commit()
    other.execute("select id, n from item order by id")
    expect(other.fetchall(), [(1, 10), (2, 21)])
    two.commit()
    cursor.execute("update item set n = 0")
    one.rollback()
    cursor.execute("select sum(n) from item")
    expect(cursor.fetchone(), (31,))
    fails("42P01", lambda: cursor.execute("select * from missing"))
    fails("25P02", lambda: cursor.execute("select 1"))
    one.rollback()
    cursor.execute("select c, s from item_total")
    expect(cursor.fetchone(), (2, 31))
    one.close()
    two.close()


def psycopg2_named_cursor():
    import psycopg2

    connection = psycopg2.connect(dbname="dev", **WHERE)
    writer = connection.cursor()
    writer.execute("insert into item select i, 'many', i from generate_series(1000, 1999) g(i)")
    with connection.cursor("reader") as reader:
        reader.itersize = 100
        reader.execute("select id from item where name = %s order by id", ("many",))
        writer.execute("delete from item where name = 'many'")
        expect([row[0] for row in reader], list(range(1000, 2000)))
    # A timeout is each statement's own, not the cursor's.
    writer.execute("set statement_timeout = '1s'")
    with connection.cursor("slow") as reader:
        reader.itersize = 1
        reader.execute("select i from generate_series(1, 2) g(i)")
        expect(reader.fetchone(), (1,))
        time.sleep(1.1)
        expect(reader.fetchone(), (2,))
    connection.rollback()
    connection.close()


def serialization_failure_and_again():
    import psycopg2

    one, two = (psycopg2.connect(dbname="dev", **WHERE) for _ in range(2))
    for connection in (one, two):
        connection.cursor().execute("update item set n = n + 100 where id = 1")
    two.commit()
    fails("40001", one.commit)
    one.cursor().execute("update item set n = n + 100 where id = 1")
    one.commit()
    cursor = one.cursor()
    cursor.execute("select n from item where id = 1")
    expect(cursor.fetchone(), (210,))
    one.close()
    two.close()


def transfers_by_many():
    import psycopg2
    import threading

    accounts, threads, transfers = 6, 6, 30
    setup = psycopg2.connect(dbname="dev", **WHERE)
    setup.autocommit = True
    cursor = setup.cursor()
    cursor.execute("create table account (id int primary key, balance int)")
    cursor.execute("create table transfer (account int, amount int)")
    cursor.execute("create materialized view balance as select account, sum(amount) as s from transfer group by account")
    cursor.execute("insert into account select i, 0 from generate_series(0, %s) g(i)", (accounts - 1,))
    again, wrong = [], []

    def transfer_some(worker):
        connection = psycopg2.connect(dbname="dev", **WHERE)
        cursor = connection.cursor()
        done = 0
        while done < transfers:
            source, target = (worker + done) % accounts, (worker * 3 + done * 5 + 1) % accounts
            try:
                for account, amount in ((source, -1), (target, 1)):
                    cursor.execute("update account set balance = balance + %s where id = %s", (amount, account))
                    cursor.execute("insert into transfer values (%s, %s)", (account, amount))
                cursor.execute("select sum(balance) from account")
                if cursor.fetchone() != (0,):
                    wrong.append(worker)
                connection.commit()
                done += 1
            except psycopg2.errors.SerializationFailure:
                connection.rollback()
                again.append(worker)
        connection.close()

    workers = [threading.Thread(target=transfer_some, args=(i,)) for i in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    expect(wrong, [])
    cursor.execute("select count(*) from transfer")
    expect(cursor.fetchone(), (threads * transfers * 2,))
    cursor.execute("select count(*) from account a left join balance b on a.id = b.account where a.balance <> coalesce(b.s, 0)")
    expect(cursor.fetchone(), (0,))
    print(f"        {threads * transfers} transfers, {len(again)} of them tried again")
    setup.close()


def psycopg_nested_transactions():
    import psycopg

    with psycopg.connect(dbname="dev", **WHERE) as connection:
        with connection.transaction():
            connection.execute("insert into item values (10, 'a', 1)")
            try:
                with connection.transaction():
                    connection.execute("update item set n = 2 where id = 10")
                    connection.execute("select 1 / 0")
            except psycopg.errors.DivisionByZero:
                pass
            with connection.transaction():
                connection.execute("insert into item values (11, 'b', 3)")
            expect(connection.execute("select id, n from item where id in (10, 11) order by id").fetchall(),
                   [(10, 1), (11, 3)])
        connection.execute("delete from item where id in (10, 11)")


def psycopg_server_cursor_and_pipeline():
    import psycopg

    with psycopg.connect(dbname="dev", **WHERE) as connection:
        with connection.cursor(name="c") as cursor:
            cursor.execute("select i, i::varchar from generate_series(1, %s) g(i)", (250,))
            expect(cursor.fetchmany(2), [(1, "1"), (2, "2")])
            expect(len(cursor.fetchall()), 248)
        for binary in (False, True):
            with connection.cursor(name="b", binary=binary, withhold=True) as cursor:
                cursor.execute("select 7::int, 'x'")
                connection.commit()
                expect(cursor.fetchall(), [(7, "x")])
        connection.commit()
    with psycopg.connect(dbname="dev", autocommit=True, **WHERE) as connection:
        with connection.pipeline():
            connection.execute("insert into item values (20, 'p', 1)")
            connection.execute("update item set n = n + 1 where id = 20")
            found = connection.execute("select n from item where id = 20")
            expect(found.fetchone(), (2,))
        try:
            with connection.pipeline():
                connection.execute("insert into item values (21, 'p', 1)")
                connection.execute("select 1 / 0")
        except psycopg.errors.DivisionByZero:
            pass
        expect(connection.execute("select count(*) from item where name = 'p'").fetchone(), (1,))
        connection.cursor().executemany("insert into item values (%s, 'p', 0)", [(i,) for i in range(22, 72)])
        expect(connection.execute("delete from item where name = 'p'").rowcount, 51)


def asyncpg_transactions():
    import asyncpg

    async def run():
        connection = await asyncpg.connect(database="dev", **WHERE)
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        await connection.execute("insert into item values ($1, $2, $3)", 30, "q", 1)
        expect(await connection.fetchval("select n from item where id = $1", 30), 1)
        await transaction.rollback()
        expect(await connection.fetchval("select count(*) from item where id = 30"), 0)
        async with connection.transaction():
            await connection.execute("insert into item values (31, 'q', 1)")
            try:
                async with connection.transaction():
                    await connection.execute("delete from item")
                    await connection.execute("insert into item values ('x')")
            except asyncpg.PostgresError:
                pass
            rows = [r["id"] async for r in connection.cursor("select id from item where name = 'q'", prefetch=1)]
            expect(rows, [31])
        # All or nothing: they are sent before one Sync.
        statement = "insert into item values ($1, 'q', 10 / $2)"
        try:
            await connection.executemany(statement, [(32, 1), (33, 0), (34, 1)])
        except asyncpg.DivisionByZeroError:
            pass
        expect(await connection.fetchval("select count(*) from item where name = 'q'"), 1)
        await connection.executemany(statement, [(32, 1), (33, 2)])
        expect(await connection.fetchval("select sum(n) from item where name = 'q'"), 16)
        await connection.execute("delete from item where name = 'q'")
        await connection.close()

    asyncio.run(run())


def sqlalchemy_unit_of_work():
    import sqlalchemy
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.dialects.postgresql import insert
    from sqlalchemy.orm import Session, declarative_base, relationship

    base = declarative_base()

    class Author(base):
        __tablename__ = "author"
        id = Column(Integer, primary_key=True, autoincrement=False)
        name = Column(String, nullable=False)
        books = relationship("Book", back_populates="author", cascade="all, delete-orphan", order_by="Book.id")

    class Book(base):
        __tablename__ = "book"
        id = Column(Integer, primary_key=True, autoincrement=False)
        title = Column(String)
        author_id = Column(Integer, ForeignKey("author.id"))
        author = relationship(Author, back_populates="books")

    engine = sqlalchemy.create_engine(f"postgresql+psycopg2://root@127.0.0.1:{PORT}/dev", future=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text("create table author (id int primary key, name varchar not null)"))
        connection.execute(sqlalchemy.text("create table book (id int primary key, title varchar, author_id int)"))
        connection.execute(sqlalchemy.text("create index book_author on book (author_id)"))
    with Session(engine) as session:
        author = Author(id=1, name="Lem", books=[Book(id=1, title="Solaris"), Book(id=2, title="Fiasko")])
        session.add(author)
        session.flush()
        author.name = "Stanislaw Lem"
        author.books[1].title = "Fiasco"
        session.flush()
        session.expire_all()
        expect((author.name, [b.title for b in author.books]), ("Stanislaw Lem", ["Solaris", "Fiasco"]))
        with session.begin_nested() as savepoint:
            author.books.append(Book(id=3, title="Eden"))
            session.flush()
            savepoint.rollback()
        expect(session.query(Book).count(), 2)
        session.delete(author.books[0])
        session.commit()
        expect(session.query(Author).join(Book).filter(Book.title == "Fiasco").one().name, "Stanislaw Lem")
        author.name = "nobody"
        session.flush()
        session.rollback()
        expect(author.name, "Stanislaw Lem")
        upsert = insert(Book).values([{"id": 2, "title": "Fiasko"}, {"id": 7, "title": "Glos Pana"}])
        session.execute(upsert.on_conflict_do_update(index_elements=["id"], set_={"title": upsert.excluded.title}))
        expect(sorted(title for (title,) in session.query(Book.title)), ["Fiasko", "Glos Pana"])
        session.rollback()
        streamed = session.execute(sqlalchemy.select(Book).execution_options(stream_results=True)).scalars()
        expect([b.title for b in streamed], ["Fiasco"])
        session.delete(author)
        session.commit()
        expect((session.query(Author).count(), session.query(Book).count()), (0, 0))


def make_objects():
    import psycopg2

    connection = psycopg2.connect(dbname="dev", **WHERE)
    connection.autocommit = True
    for statement in SETUP:
        connection.cursor().execute(statement)
    connection.close()


class Wire:
    """The protocol itself, for what no driver sends."""

    def __init__(self):
        import socket

        self.socket = socket.create_connection((WHERE["host"], PORT))
        self.file = self.socket.makefile("rb")
        start = b"\0\3\0\0user\0root\0database\0dev\0\0"
        self.socket.sendall((len(start) + 4).to_bytes(4, "big") + start)
        self.replies("Z")

    def send(self, *messages):
        self.socket.sendall(b"".join(t.encode() + (len(b) + 4).to_bytes(4, "big") + b for t, b in messages))

    def replies(self, last):
        """The types of all messages up to the first of type `last`, errors as their SQLSTATE."""
        types = []
        while not types or types[-1] != last:
            header = self.file.read(5)
            assert header, f"the server has gone after {types}"
            body = self.file.read(int.from_bytes(header[1:], "big") - 4)
            is_error = header[:1] == b"E"
            types.append(next(f[1:] for f in body.split(b"\0") if f[:1] == b"C").decode() if is_error else chr(header[0]))
        return types

    @staticmethod
    def parse(name, sql):
        return "P", f"{name}\0{sql}\0\0\0".encode()

    @staticmethod
    def bind(portal, statement, formats=()):
        numbers = b"".join(f.to_bytes(2, "big") for f in (0, 0, len(formats), *formats))
        return "B", f"{portal}\0{statement}\0".encode() + numbers

    @staticmethod
    def execute(portal, rows_max=0):
        return "E", f"{portal}\0".encode() + rows_max.to_bytes(4, "big")

    @classmethod
    def run(cls, sql):
        return cls.parse("", sql), cls.bind("", ""), cls.execute("")


def columns_that_bind_did_not_know():
    wire = Wire()
    sync = ("S", b"")
    # Two formats for what turns out to have three columns.
    wire.send(wire.parse("call", "execute later"), wire.bind("p", "call", (1, 0)),
              wire.parse("later", "select 1, 2, 3"), wire.execute("p"), sync)
    expect(wire.replies("Z"), ["1", "2", "1", "08P01", "Z"])
    # A FETCH that goes on when its cursor is another one.
    wire.send(*wire.run("begin"), *wire.run("declare c cursor for select g, g from generate_series(1, 5) g"),
              wire.parse("fetch", "fetch 4 from c"), wire.bind("p", "fetch"), wire.execute("p", 2),
              *wire.run("close c"), *wire.run("declare c cursor for select 1, 2, 3"), wire.execute("p", 2), sync)
    expect(wire.replies("Z"), [*"12C12C12DDs12C12C", "34000", "Z"])


CASES = [
    ([], columns_that_bind_did_not_know),
    (["psycopg2"], psycopg2_without_autocommit),
    (["psycopg2"], psycopg2_named_cursor),
    (["psycopg2"], serialization_failure_and_again),
    (["psycopg2"], transfers_by_many),
    (["psycopg"], psycopg_nested_transactions),
    (["psycopg"], psycopg_server_cursor_and_pipeline),
    (["asyncpg"], asyncpg_transactions),
    (["psycopg2", "sqlalchemy"], sqlalchemy_unit_of_work),
]


def main():
    if importlib.util.find_spec("psycopg2") is None:
        print("psycopg2 is not installed: skipped")
        return 77
    make_objects()
    failed = 0
    for modules, case in CASES:
        if any(importlib.util.find_spec(m) is None for m in modules):
            print(f"skipped {case.__name__}")
            continue
        try:
            case()
            print(f"ok      {case.__name__}")
        except Exception as error:  # every case is tried and told
            failed += 1
            print(f"FAILED  {case.__name__}: {type(error).__name__}: {error}")
    return 1 if failed else 0


sys.exit(main())

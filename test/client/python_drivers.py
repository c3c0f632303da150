"""What programs do with Python's drivers: connect, prepare, write, reflect. python_drivers.py PORT"""
import asyncio
import importlib.util
import sys

PORT = int(sys.argv[1])
WHERE = {"host": "127.0.0.1", "port": PORT, "user": "root"}
SETUP = [
    "create table orders (id int primary key, item varchar not null, price double precision default 1.5)",
    "create index orders_item on orders (item desc)",
    "create materialized view sales as select item, count(*) as n from orders group by item",
    "create view cheap as select id from orders where price < 2",
    "insert into orders (id, item) values (1, 'pen')",
]


def expect(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def psycopg2_reads_and_writes():
    import psycopg2

    connection = psycopg2.connect(dbname="dev", **WHERE)
    cursor = connection.cursor()
    cursor.execute("insert into orders (id, item, price) values (%s, %s, %s)", (2, "ink", 7.25))
    connection.commit()
    cursor.execute("select id, item, price from orders order by id")
    expect(cursor.fetchall(), [(1, "pen", 1.5), (2, "ink", 7.25)])
    cursor.execute("select n from sales where item = %s", ("ink",))
    expect(cursor.fetchone(), (1,))
    connection.close()


def psycopg_prepares_after_five_uses():
    import psycopg

    with psycopg.connect(dbname="dev", **WHERE) as connection:
        for _ in range(8):
            expect(connection.execute("select item, %s::int[] from orders where id = %s", ([1, 2], 1)).fetchall(),
                   [("pen", [1, 2])])
        with connection.cursor(binary=True) as cursor:
            row = cursor.execute("select 1.5::numeric, array['a', null], true, '{\"a\": 1}'::jsonb").fetchone()
        expect([str(row[0]), *row[1:]], ["1.5", ["a", None], True, {"a": 1}])


def asyncpg_reads_in_binary():
    import asyncpg

    async def run():
        connection = await asyncpg.connect(database="dev", **WHERE)
        row = await connection.fetchrow("select id, item, price from orders where id = $1", 1)
        expect(tuple(row), (1, "pen", 1.5))
        await connection.executemany("insert into orders (id, item) values ($1, $2)", [(11, "a"), (12, "b")])
        expect(await connection.fetchval("select count(*) from orders where id > $1", 10), 2)
        async with connection.transaction():
            expect([r[0] async for r in connection.cursor("select generate_series(1, 120)")], list(range(1, 121)))
        await connection.close()

    asyncio.run(run())


def psycopg_looks_up_by_key():
    import psycopg

    with psycopg.connect(dbname="dev", autocommit=True, **WHERE) as connection:
        connection.execute("create table keys (id bigint primary key, small smallint, name text)")
        connection.execute("create index keys_small on keys (small)")
        connection.execute("create index keys_name on keys (name)")
        connection.execute("insert into keys select i, i % 100, 'name ' || i from generate_series(1, 1000) as g(i)")

        def rows(sql, *values):
            found = connection.execute(sql, values, prepare=True, binary=True).fetchall()
            return sorted(row[0] for row in found)

        # The driver sends the smallest integer type that holds the value.
        for key in (5, 500, 70_000, 2**40):
            expect(rows("select name from keys where id = %s", key), [f"name {key}"] if key <= 1000 else [])
            expect(len(rows("select id from keys where small = %s", key)), 10 if key < 100 else 0)
        expect(rows("select id from keys where name = %s", "name 77"), [77])
        expect(rows("select id from keys where id in (%s, %s, %s)", 3, 1, 3), [1, 3])
        expect(rows("select id from keys where id = any(%s)", [9, 8, 9, 4000]), [8, 9])
        expect(rows("select id from keys where name = any(%s) and id > %s", ["name 1", "name 2"], 1), [2])
        for name in ("first", "second"):
            connection.execute("update keys set name = %s where id = 1", (name,))
            expect(rows("select name from keys where id = %s", 1), [name])
        connection.execute("drop table keys")
        connection.execute("create table keys (id bigint primary key, name int, more int)")
        try:
            rows("select name from keys where id = %s", 1)
            raise AssertionError("a prepared statement has changed its columns")
        except psycopg.errors.FeatureNotSupported as error:
            expect(str(error).splitlines()[0], "cached plan must not change result type")
        connection.execute("drop table keys")


def asyncpg_reads_a_look_up_in_parts():
    import asyncpg

    async def run():
        connection = await asyncpg.connect(database="dev", **WHERE)
        await connection.execute("create table parts (a int, b int, primary key (a, b))")
        await connection.execute("insert into parts select i % 2, i from generate_series(1, 1000) as g(i)")
        await connection.execute("delete from parts where a = 0 and b > 200")
        async with connection.transaction():
            for a, wanted in ((0, list(range(2, 201, 2))), (1, list(range(1, 1001, 2))), (2, [])):
                cursor = await connection.cursor("select b from parts where a = $1 order by b", a)
                found = []
                while part := await cursor.fetch(7):
                    found += [row[0] for row in part]
                expect(found, wanted)
        await connection.execute("drop table parts")
        await connection.close()

    asyncio.run(run())


def copy_in_and_out():
    import io

    import psycopg
    import psycopg2

    connection = psycopg2.connect(dbname="dev", **WHERE)
    cursor = connection.cursor()
    cursor.copy_expert("copy orders from stdin csv", io.StringIO('41,"a,b",1\n42,c,\n'))
    cursor.copy_from(io.StringIO("43\td\n"), "orders", columns=("id", "item"))
    out = io.StringIO()
    cursor.copy_expert("copy (select * from orders where id > 40 order by id) to stdout", out)
    expect(out.getvalue(), "41\ta,b\t1\n42\tc\t\\N\n43\td\t1.5\n")
    connection.rollback()
    connection.close()
    with psycopg.connect(dbname="dev", **WHERE) as connection:
        with connection.cursor() as cursor:
            with cursor.copy("copy orders (id, item) from stdin") as copy:
                for row in [(41, "x\ty"), (42, "z")]:
                    copy.write_row(row)
            with cursor.copy("copy (select id, item from orders where id > %s order by id) to stdout", (40,)) as copy:
                copy.set_types(["int4", "varchar"])
                expect(list(copy.rows()), [(41, "x\ty"), (42, "z")])
            try:
                with cursor.copy("copy orders (id, item) from stdin") as copy:
                    copy.write_row((50, "given up"))
                    raise ZeroDivisionError
            except (ZeroDivisionError, psycopg.errors.QueryCanceled):
                pass
        connection.rollback()
        expect(connection.execute("select count(*) from orders where id > 40").fetchone(), (0,))


def sqlalchemy_reflects():
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"postgresql+psycopg2://root@127.0.0.1:{PORT}/dev")
    inspector = sqlalchemy.inspect(engine)
    expect(inspector.get_table_names(), ["orders"])
    # SQLAlchemy 1.4 counts materialized views among the views; 2.0 tells them apart.
    if hasattr(inspector, "get_materialized_view_names"):
        expect(inspector.get_view_names(), ["cheap"])
        expect(inspector.get_materialized_view_names(), ["sales"])
    else:
        expect(sorted(inspector.get_view_names()), ["cheap", "sales"])
    expect([c["name"] for c in inspector.get_columns("orders")], ["id", "item", "price"])
    expect(inspector.get_pk_constraint("orders")["constrained_columns"], ["id"])
    metadata = sqlalchemy.MetaData()
    index = inspector.get_indexes("orders")[0]
    expect((index["name"], index["column_names"], index["column_sorting"]),
           ("orders_item", ["item"], {"item": ("desc",)}))
    metadata.reflect(engine, views=True)
    expect(sorted(metadata.tables), ["cheap", "orders", "sales"])
    orders = metadata.tables["orders"]
    with engine.begin() as connection:
        connection.execute(orders.insert(), [{"id": 21, "item": "x"}, {"id": 22, "item": "y"}])
        connection.execute(orders.update().where(orders.c.id == 21).values(item="z"))
        connection.execute(orders.delete().where(orders.c.id == 22))
    with engine.connect() as connection:
        expect([tuple(r) for r in connection.execute(sqlalchemy.select(orders).where(orders.c.id > 20))],
               [(21, "z", 1.5)])


def make_objects():
    import psycopg2

    connection = psycopg2.connect(dbname="dev", **WHERE)
    connection.autocommit = True
    for statement in SETUP:
        connection.cursor().execute(statement)
    connection.close()


CASES = [
    (["psycopg2"], psycopg2_reads_and_writes),
    (["psycopg"], psycopg_prepares_after_five_uses),
    (["psycopg"], psycopg_looks_up_by_key),
    (["asyncpg"], asyncpg_reads_in_binary),
    (["asyncpg"], asyncpg_reads_a_look_up_in_parts),
    (["psycopg2", "psycopg"], copy_in_and_out),
    (["psycopg2", "sqlalchemy"], sqlalchemy_reflects),
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

"""psycopg 3: prepared statements, binary results, pipelines, server-side cursors, COPY both ways, notifications."""
import datetime
import decimal
import sys
import uuid

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

url = sys.argv[1]
with psycopg.connect(url) as conn:
    conn.execute("DROP TABLE IF EXISTS p3_items")
    conn.execute(
        "CREATE TABLE p3_items (id serial PRIMARY KEY, name text UNIQUE, n int8, x float8, d numeric, b bytea, u uuid, j jsonb,"
        " tags text[], at timestamptz, day date, gap interval, ok bool)"
    )
    conn.commit()
    values = (
        "a", 9007199254740993, 1.5, decimal.Decimal("12.340"), b"\x00\xff", uuid.UUID(int=7), Jsonb({"k": [1, None]}), ["x", "ü"],
        datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc), datetime.date(2024, 2, 29), datetime.timedelta(days=3, seconds=5), True,
    )
    conn.execute("INSERT INTO p3_items (name, n, x, d, b, u, j, tags, at, day, gap, ok) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)", values)
    for binary in (False, True):
        cur = conn.cursor(binary=binary)
        row = cur.execute("SELECT name, n, x, d, b, u, j, tags, at, day, gap, ok FROM p3_items").fetchone()
        want = list(values)
        want[6] = {"k": [1, None]}
        assert list(row) == want, (binary, row)
    # Ten runs: from the sixth on it is a named statement.
    for i in range(10):
        assert conn.execute("SELECT %s::int + 1", (i,), prepare=None).fetchone() == (i + 1,)
    with conn.pipeline():
        results = [conn.execute("INSERT INTO p3_items (name, n) VALUES (%s, %s) RETURNING n", (f"p{i}", i)) for i in range(20)]
        assert [r.fetchone()[0] for r in results] == list(range(20))
    try:
        with conn.pipeline(), conn.transaction():
            conn.execute("INSERT INTO p3_items (name) VALUES ('a')")
            conn.execute("SELECT 1")
        raise AssertionError("a duplicate was stored")
    except psycopg.errors.UniqueViolation as e:
        assert e.diag.constraint_name == "p3_items_name_key" and e.diag.table_name == "p3_items"
    with conn.transaction():
        try:
            with conn.transaction():
                conn.execute("INSERT INTO p3_items (name) VALUES ('lost')")
                raise RuntimeError
        except RuntimeError:
            pass
        assert conn.execute("SELECT count(*) FROM p3_items WHERE name = 'lost'").fetchone() == (0,)
    with conn.cursor(name="server") as cur:
        cur.itersize = 7
        cur.execute("SELECT g FROM generate_series(1, 30) g")
        assert [r[0] for r in cur] == list(range(1, 31))
    with conn.cursor() as cur:
        with cur.copy("COPY p3_items (name, n, at) FROM STDIN") as copy:
            for i in range(100):
                copy.write_row((f"c{i}", i, values[8]))
        with cur.copy("COPY p3_items (name, n) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["text", "int8"])
            for i in range(50):
                copy.write_row((f"bin{i}", i))
        with cur.copy("COPY (SELECT name, n FROM p3_items WHERE name LIKE 'bin%' ORDER BY n) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["text", "int8"])
            rows = list(copy.rows())
        assert rows[49] == ("bin49", 49) and len(rows) == 50
    conn.commit()
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as other:
        other.execute("LISTEN p3")
        conn.execute("SELECT pg_notify('p3', 'hello')")
        conn.commit()
        note = next(other.notifies())
        assert (note.channel, note.payload) == ("p3", "hello")
        assert other.execute("SELECT 1 AS one").fetchone() == {"one": 1}
        info = psycopg.types.TypeInfo.fetch(other, "vector")
        assert info is not None and info.array_oid
    conn.execute("CREATE TABLE p3_vec (id int, e vector(3))")
    conn.execute("INSERT INTO p3_vec VALUES (1, %s), (2, %s)", ("[1,0,0]", "[0,1,0]"))
    assert conn.execute("SELECT id FROM p3_vec ORDER BY e <=> %s LIMIT 1", ("[0,2,0]",)).fetchone() == (2,)
    conn.execute("DROP TABLE p3_vec, p3_items")
print("ok")

"""A small program over psycopg2: migrate, write, transact, search, look back, introspect."""
import datetime
import sys

import psycopg2
import psycopg2.extras

conn = psycopg2.connect(sys.argv[1])
cur = conn.cursor()

cur.execute("CREATE EXTENSION IF NOT EXISTS vector")
cur.execute(
    "CREATE TABLE docs (id serial PRIMARY KEY, ns text NOT NULL, body text, meta jsonb,"
    " at timestamptz DEFAULT now(), embedding vector(3))"
)
conn.commit()

psycopg2.extras.execute_values(
    cur,
    "INSERT INTO docs (ns, body, meta, embedding) VALUES %s",
    [("user:1", f"doc {i}", psycopg2.extras.Json({"i": i}), f"[{i},1,0]") for i in range(5)],
)
conn.commit()
cur.execute("SELECT clock_timestamp()")
before = cur.fetchone()[0]
assert isinstance(before, datetime.datetime) and before.tzinfo is not None
conn.commit()

cur.execute("UPDATE docs SET body = %s WHERE id = %s RETURNING body", ("it's new", 1))
assert cur.fetchone() == ("it's new",)
conn.commit()

cur.execute("DELETE FROM docs")
assert cur.rowcount == 5, cur.rowcount
conn.rollback()

try:
    cur.execute("INSERT INTO docs (id, ns) VALUES (1, 'x')")
    raise SystemExit("a duplicate key was accepted")
except psycopg2.errors.UniqueViolation as e:
    assert e.diag.constraint_name == "docs_pkey", e.diag.constraint_name
    conn.rollback()

cur.execute("SELECT body FROM docs WHERE ns = %s ORDER BY embedding <=> %s LIMIT 2", ("user:1", "[4,1,0]"))
assert [r[0] for r in cur] == ["doc 4", "doc 3"]
cur.execute("SELECT body FROM docs WHERE id = 1 AS OF %s", (before,))
assert cur.fetchone() == ("doc 0",)
cur.execute("SELECT meta->>'i', meta FROM docs WHERE meta @> %s", (psycopg2.extras.Json({"i": 3}),))
assert cur.fetchone() == ("3", {"i": 3})

named = conn.cursor("portal")
named.itersize = 2
named.execute("SELECT id FROM docs ORDER BY id")
assert [r[0] for r in named] == [1, 2, 3, 4, 5]
named.close()

cur.execute("SELECT memory.write('user:1', %s::jsonb)", ('{"content": "prefers email"}',))
conn.commit()
cur.execute("SELECT content FROM memory.query(ns => 'user:1', query => 'email')")
assert cur.fetchone() == ("prefers email",)

cur.execute(
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_name = 'docs' AND table_schema = 'public' ORDER BY ordinal_position"
)
assert cur.fetchall()[:2] == [("id", "integer"), ("ns", "text")]
conn.close()
print("ok")

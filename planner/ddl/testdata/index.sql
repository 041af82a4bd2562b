CREATE TABLE t (id int, a text, b jsonb, c int[], d json, f float8, ts timestamptz, u uuid)
-- CREATE TABLE

CREATE INDEX ON t (a)
-- CREATE INDEX

CREATE INDEX ON t (a)
-- CREATE INDEX

CREATE INDEX ON t (lower(a), id DESC, (f + 1) NULLS FIRST) WHERE id > 0
-- CREATE INDEX

CREATE INDEX ON t ((id + 1), (id + 2))
-- CREATE INDEX

CREATE INDEX ON t ((a))
-- CREATE INDEX

CREATE INDEX t_a_idx ON t (a)
-- ERROR 42P07 relation "t_a_idx" already exists

CREATE INDEX IF NOT EXISTS t_a_idx ON t (a)
-- NOTICE: relation "t_a_idx" already exists, skipping
-- CREATE INDEX

CREATE INDEX CONCURRENTLY conc ON t (ts)
-- CREATE INDEX

CREATE UNIQUE INDEX uq ON t (id) INCLUDE (a, u)
-- CREATE INDEX

CREATE UNIQUE INDEX uq_nulls ON t (u) NULLS NOT DISTINCT
-- CREATE INDEX

CREATE INDEX ON t USING hash (a)
-- CREATE INDEX

CREATE INDEX ON t USING hash (a, id)
-- ERROR 0A000 access method "hash" does not support multicolumn indexes

CREATE UNIQUE INDEX ON t USING hash (a)
-- ERROR 0A000 access method "hash" does not support unique indexes

CREATE INDEX ON t USING hash (a DESC)
-- ERROR 0A000 access method "hash" does not support ASC/DESC options

CREATE INDEX ON t USING gin (b)
-- CREATE INDEX

CREATE INDEX ON t USING gin (b jsonb_path_ops)
-- CREATE INDEX

CREATE INDEX ON t USING gin (c)
-- CREATE INDEX

CREATE INDEX ON t USING gin (c array_ops)
-- CREATE INDEX

CREATE INDEX ON t USING gin (id)
-- ERROR 42704 data type integer has no default operator class for access method "gin" | You must specify an operator class for the index or define a default operator class for the data type.

CREATE INDEX ON t USING gin (b nosuch_ops)
-- ERROR 42704 operator class "nosuch_ops" does not exist for access method "gin"

CREATE INDEX ON t (a text_pattern_ops)
-- CREATE INDEX

CREATE INDEX ON t (id text_ops)
-- ERROR 42804 operator class "text_ops" does not accept data type integer

CREATE INDEX ON t (a nosuch_ops)
-- ERROR 42704 operator class "nosuch_ops" does not exist for access method "btree"

CREATE INDEX ON t (d)
-- ERROR 42704 data type json has no default operator class for access method "btree" | You must specify an operator class for the index or define a default operator class for the data type.

CREATE INDEX ON t (nosuch)
-- ERROR 42703 column "nosuch" does not exist

CREATE INDEX ON t (ctid)
-- ERROR 0A000 index creation on system columns is not supported

CREATE INDEX ON nosuch (a)
-- ERROR 42P01 relation "nosuch" does not exist

CREATE INDEX ON t USING nosuch (a)
-- ERROR 42704 access method "nosuch" does not exist

CREATE INDEX ON t USING brin (id)
-- ERROR 0A000 access method "brin" is not supported | Use btree for order, gin for jsonb and arrays, hnsw for vectors, bm25 for words.

CREATE INDEX ON t ((now()))
-- ERROR 42P17 functions in index expression must be marked IMMUTABLE

CREATE INDEX ON t ((random()))
-- ERROR 42P17 functions in index expression must be marked IMMUTABLE

CREATE INDEX ON t (a) WHERE ts > now()
-- ERROR 42P17 functions in index predicate must be marked IMMUTABLE

CREATE INDEX ON t (a) WHERE id
-- ERROR 42804 argument of WHERE must be type boolean, not type integer

CREATE INDEX ON t ((count(*)))
-- ERROR 42803 aggregate functions are not allowed in index expressions

CREATE INDEX ON t (a) WITH (fillfactor = 50)
-- CREATE INDEX

CREATE INDEX ON t (a) WITH (fillfactor = 5)
-- ERROR 22023 value 5 out of bounds for option "fillfactor" | Valid values are between "10" and "100".

CREATE INDEX ON t (a) WITH (nosuch = 5)
-- ERROR 22023 unrecognized parameter "nosuch"

CREATE INDEX ON t (a COLLATE "C")
-- CREATE INDEX

CREATE INDEX ON t (a COLLATE "nosuch")
-- ERROR 42704 collation "nosuch" for encoding "UTF8" does not exist | Text compares by code point; COLLATE "C" says so.

INSERT INTO t (id, a) VALUES (1, 'X'), (2, 'y')
-- ERROR 23505 duplicate key value violates unique constraint "uq_nulls" | Key (u)=(null) already exists.

INSERT INTO t (id) VALUES (1)

INSERT INTO t (id, u) VALUES (3, '11111111-1111-1111-1111-111111111111')

SELECT id FROM t WHERE lower(a) = 'x'

CREATE UNIQUE INDEX dup ON t ((id > 0))
-- ERROR 23505 could not create unique index "dup" | Key ((id > 0))=(t) is duplicated.

ALTER INDEX t_a_idx RENAME TO ra
-- ALTER INDEX

ALTER INDEX ra SET (fillfactor = 60)
-- ALTER INDEX

ALTER INDEX t SET (fillfactor = 60)
-- ERROR 42809 "t" is not an index

ALTER INDEX nosuch RENAME TO x
-- ERROR 42P01 relation "nosuch" does not exist

DROP INDEX ra, conc
-- DROP INDEX

DROP INDEX nosuch
-- ERROR 42704 index "nosuch" does not exist

DROP INDEX IF EXISTS nosuch
-- NOTICE: index "nosuch" does not exist, skipping
-- DROP INDEX

CREATE VIEW v AS SELECT 1 AS a
-- CREATE VIEW

CREATE INDEX ON v (a)
-- ERROR 42809 cannot create index on relation "v" | This operation is not supported for views.

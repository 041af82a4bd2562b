CREATE TABLE t (a int, b text)
-- CREATE TABLE

INSERT INTO t VALUES (1, 'x'), (2, 'y')

CREATE VIEW v AS SELECT a, b FROM t WHERE a > 1
-- CREATE VIEW

SELECT * FROM v
-- 2 y

CREATE VIEW v AS SELECT 1
-- ERROR 42P07 relation "v" already exists

CREATE OR REPLACE VIEW v AS SELECT a, b, a + 1 AS c FROM t
-- CREATE VIEW

CREATE OR REPLACE VIEW v AS SELECT a FROM t
-- ERROR 42P16 cannot drop columns from view

CREATE OR REPLACE VIEW v AS SELECT b, a, 1 FROM t
-- ERROR 42P16 cannot change name of view column "a" to "b" | Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.

CREATE OR REPLACE VIEW v AS SELECT a, a AS b, 1 AS c FROM t
-- ERROR 42P16 cannot change data type of view column "b" from text to integer

CREATE OR REPLACE VIEW t AS SELECT 1
-- ERROR 42809 "t" is not a view

CREATE VIEW w (x, y) AS SELECT * FROM v
-- CREATE VIEW

CREATE VIEW w2 (x) AS SELECT 1, 2
-- CREATE VIEW

CREATE VIEW w3 (x, y) AS SELECT 1
-- ERROR 42601 CREATE VIEW specifies more column names than columns

CREATE VIEW w3 AS SELECT 1 AS a, 2 AS a
-- ERROR 42701 column "a" specified more than once

CREATE VIEW w3 AS SELECT nosuch FROM t
-- ERROR 42703 column "nosuch" does not exist

CREATE VIEW w3 AS SELECT $1::int
-- ERROR 42P02 there is no parameter $1

SELECT * FROM w ORDER BY 1
-- 1 x 2
-- 2 y 3

ALTER TABLE t ADD COLUMN extra int DEFAULT 5
-- ALTER TABLE

SELECT * FROM w ORDER BY 1
-- 1 x 2
-- 2 y 3

CREATE VIEW star AS SELECT t.*, 'z' AS z FROM t
-- CREATE VIEW

ALTER TABLE t ADD COLUMN more int DEFAULT 6
-- ALTER TABLE

SELECT * FROM star ORDER BY 1
-- 1 x 5 z
-- 2 y 5 z

DROP TABLE t
-- ERROR 2BP01 cannot drop table t because other objects depend on it | view v depends on table t; view w depends on view v; view star depends on table t | Use DROP ... CASCADE to drop the dependent objects too.

DROP VIEW v
-- ERROR 2BP01 cannot drop view v because other objects depend on it | view w depends on view v | Use DROP ... CASCADE to drop the dependent objects too.

ALTER TABLE t DROP COLUMN b
-- ERROR 2BP01 cannot drop column b of table t because other objects depend on it | view v depends on column b of table t; view w depends on view v; view star depends on column b of table t | Use DROP ... CASCADE to drop the dependent objects too.

ALTER TABLE t ALTER b TYPE varchar
-- ERROR 0A000 cannot alter type of a column used by a view or rule | rule _RETURN on view v depends on column "b"

DROP VIEW w2
-- DROP VIEW

DROP VIEW IF EXISTS w2, nosuch
-- NOTICE: view "w2" does not exist, skipping
-- NOTICE: view "nosuch" does not exist, skipping
-- DROP VIEW

DROP TABLE v
-- ERROR 42809 "v" is not a table | Use DROP VIEW to remove a view.

CREATE TEMP TABLE tt (a int)
-- CREATE TABLE

CREATE VIEW tv AS SELECT * FROM tt
-- NOTICE: view "tv" will be a temporary view
-- CREATE VIEW

DROP TABLE tt CASCADE
-- NOTICE: drop cascades to view tv
-- DROP TABLE

DROP TABLE t CASCADE
-- NOTICE: drop cascades to 3 other objects | drop cascades to view v; drop cascades to view w; drop cascades to view star
-- DROP TABLE

CREATE TABLE ct AS SELECT 1 AS a, 'x' AS b, NULL AS c
-- SELECT 1

SELECT * FROM ct
-- 1 x -

CREATE TABLE ct AS SELECT 1
-- ERROR 42P07 relation "ct" already exists

CREATE TABLE IF NOT EXISTS ct AS SELECT 1
-- NOTICE: relation "ct" already exists, skipping
-- CREATE TABLE AS

CREATE TABLE ct2 (x, y) AS VALUES (1, 2.5), (3, 4) WITH NO DATA
-- CREATE TABLE AS

SELECT count(*) FROM ct2
-- 0

CREATE TABLE ct3 (x, y, z) AS SELECT 1
-- ERROR 42601 too many column names were specified

SELECT a, b INTO si FROM ct
-- SELECT 1

SELECT * FROM si
-- 1 x

CREATE MATERIALIZED VIEW mv AS SELECT a, count(*) FROM ct GROUP BY a
-- SELECT 1

INSERT INTO ct VALUES (2, 'y', 'z')

SELECT count(*) FROM mv
-- 1

REFRESH MATERIALIZED VIEW mv
-- REFRESH MATERIALIZED VIEW

SELECT count(*) FROM mv
-- 2

REFRESH MATERIALIZED VIEW CONCURRENTLY mv
-- ERROR 55000 cannot refresh materialized view "public.mv" concurrently | Create a unique index with no WHERE clause on one or more columns of the materialized view.

CREATE UNIQUE INDEX ON mv (a)
-- CREATE INDEX

REFRESH MATERIALIZED VIEW CONCURRENTLY mv
-- REFRESH MATERIALIZED VIEW

REFRESH MATERIALIZED VIEW ct
-- ERROR 0A000 "ct" is not a materialized view

REFRESH MATERIALIZED VIEW nosuch
-- ERROR 42P01 relation "nosuch" does not exist

DROP TABLE ct
-- ERROR 2BP01 cannot drop table ct because other objects depend on it | materialized view mv depends on table ct | Use DROP ... CASCADE to drop the dependent objects too.

DROP TABLE mv
-- ERROR 42809 "mv" is not a table | Use DROP MATERIALIZED VIEW to remove a materialized view.

DROP MATERIALIZED VIEW mv
-- DROP MATERIALIZED VIEW

DROP TABLE ct
-- DROP TABLE

CREATE VIEW rv AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r
-- CREATE VIEW

SELECT sum(n) FROM rv
-- 6

CREATE RECURSIVE VIEW rv2 (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM rv2 WHERE n < 4
-- CREATE VIEW

SELECT sum(n) FROM rv2
-- 10

ALTER VIEW rv RENAME TO rv3
-- ALTER VIEW

ALTER VIEW rv3 RENAME COLUMN n TO m
-- ALTER VIEW

SELECT m FROM rv3 ORDER BY 1
-- 1
-- 2
-- 3

ALTER VIEW rv2 SET (security_barrier)
-- ALTER VIEW

CREATE TABLE t (id serial PRIMARY KEY, a int CHECK (a > 0), b text DEFAULT 'x' UNIQUE, CHECK (a < 100 OR b IS NULL), CHECK (a < 200), UNIQUE (a, b))
-- CREATE TABLE

SELECT 1
-- 1

CREATE TABLE t (a int)
-- ERROR 42P07 relation "t" already exists

CREATE TABLE IF NOT EXISTS t (a int)
-- NOTICE: relation "t" already exists, skipping
-- CREATE TABLE

INSERT INTO t (a) VALUES (1), (2)
-- ERROR 23505 duplicate key value violates unique constraint "t_b_key" | Key (b)=(x) already exists.

INSERT INTO t (a) VALUES (1)

INSERT INTO t (a, b) VALUES (0, 'y')
-- ERROR 23514 new row for relation "t" violates check constraint "t_a_check" | Failing row contains (4, 0, y).

INSERT INTO t (a, b) VALUES (150, 'y')
-- ERROR 23514 new row for relation "t" violates check constraint "t_check" | Failing row contains (5, 150, y).

INSERT INTO t (a, b) VALUES (50, 'y') RETURNING *
-- 6 50 y

CREATE TABLE e1 (a int, a text)
-- ERROR 42701 column "a" specified more than once

CREATE TABLE e1 (ctid int)
-- ERROR 42701 column name "ctid" conflicts with a system column name

CREATE TABLE e1 (a nosuch)
-- ERROR 42704 type "nosuch" does not exist

CREATE TABLE e1 (a int[3], b serial[])
-- ERROR 0A000 array of serial is not implemented

CREATE TABLE e1 (a record)
-- ERROR 42P16 column "a" has pseudo-type record

CREATE TABLE e1 (a int PRIMARY KEY, b int PRIMARY KEY)
-- ERROR 42P16 multiple primary keys for table "e1" are not allowed

CREATE TABLE e1 (a int, PRIMARY KEY (x))
-- ERROR 42703 column "x" named in key does not exist

CREATE TABLE e1 (a int, PRIMARY KEY (a, a))
-- ERROR 42701 column "a" appears twice in primary key constraint

CREATE TABLE e1 (a int, UNIQUE (a, a))
-- ERROR 42701 column "a" appears twice in unique constraint

CREATE TABLE e1 (a int NULL NOT NULL)
-- ERROR 42601 conflicting NULL/NOT NULL declarations for column "a" of table "e1"

CREATE TABLE e1 (a int DEFAULT 1 DEFAULT 2)
-- ERROR 42601 multiple default values specified for column "a" of table "e1"

CREATE TABLE e1 (a int DEFAULT 1 GENERATED ALWAYS AS IDENTITY)
-- ERROR 42601 both default and identity specified for column "a" of table "e1"

CREATE TABLE e1 (a int DEFAULT 1 GENERATED ALWAYS AS (3) STORED)
-- ERROR 42601 both default and generation expression specified for column "a" of table "e1"

CREATE TABLE e1 (a int GENERATED ALWAYS AS IDENTITY GENERATED ALWAYS AS IDENTITY)
-- ERROR 42601 multiple identity specifications for column "a" of table "e1"

CREATE TABLE e1 (a serial DEFAULT 4)
-- ERROR 42601 multiple default values specified for column "a" of table "e1"

CREATE TABLE e1 (a text GENERATED ALWAYS AS IDENTITY)
-- ERROR 22023 identity column type must be smallint, integer, or bigint

CREATE TABLE e1 (a int DEFAULT 'x')
-- ERROR 22P02 invalid input syntax for type integer: "x"

CREATE TABLE e1 (a int DEFAULT now())
-- ERROR 42804 column "a" is of type integer but default expression is of type timestamp with time zone | You will need to rewrite or cast the expression.

CREATE TABLE e1 (a int, b int DEFAULT a)
-- ERROR 0A000 cannot use column reference in DEFAULT expression

CREATE TABLE e1 (a int DEFAULT (SELECT 1))
-- ERROR 0A000 cannot use subquery in DEFAULT expression

CREATE TABLE e1 (a int CHECK (a))
-- ERROR 42804 argument of CHECK must be type boolean, not type integer

CREATE TABLE e1 (a int CHECK (b > 1))
-- ERROR 42703 column "b" does not exist

CREATE TABLE e1 (a int CHECK (count(*) > 1))
-- ERROR 42803 aggregate functions are not allowed in check constraints

CREATE TABLE e1 (a int CHECK ((SELECT true)))
-- ERROR 0A000 cannot use subquery in check constraint

CREATE TABLE e1 (a int, b int GENERATED ALWAYS AS (a * random()) STORED)
-- ERROR 42P17 generation expression is not immutable

CREATE TABLE e1 (a int, b int GENERATED ALWAYS AS (a) STORED, c int GENERATED ALWAYS AS (b) STORED)
-- ERROR 42P17 cannot use generated column "b" in column generation expression | A generated column cannot reference another generated column.

CREATE TABLE e1 (a json PRIMARY KEY)
-- ERROR 42704 data type json has no default operator class for access method "btree" | You must specify an operator class for the index or define a default operator class for the data type.

CREATE TABLE e1 (a int, CONSTRAINT x CHECK (a > 1), CONSTRAINT x CHECK (a > 2))
-- ERROR 42710 check constraint "x" already exists

CREATE TABLE e1 (a int CONSTRAINT t_pkey PRIMARY KEY)
-- ERROR 42P07 relation "t_pkey" already exists

CREATE TABLE nosuch.e1 (a int)
-- ERROR 3F000 schema "nosuch" does not exist

CREATE TABLE pg_catalog.e1 (a int)
-- ERROR 42501 permission denied to create in schema "pg_catalog" | System catalog modifications are currently disallowed.

CREATE TABLE e1 (a int) ON COMMIT DROP
-- ERROR 42P16 ON COMMIT can only be used on temporary tables

CREATE TABLE e1 (a int) WITH (nosuch = 1)
-- ERROR 22023 unrecognized parameter "nosuch"

CREATE TABLE e1 (a int) WITH (fillfactor = 70)
-- CREATE TABLE

CREATE TABLE id1 (a int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5), b bigint GENERATED BY DEFAULT AS IDENTITY, c smallserial, d bigserial, v text)
-- CREATE TABLE

INSERT INTO id1 (v) VALUES ('x'), ('y')

INSERT INTO id1 (a) VALUES (1)
-- ERROR 428C9 cannot insert a non-DEFAULT value into column "a" | Column "a" is an identity column defined as GENERATED ALWAYS. | Use OVERRIDING SYSTEM VALUE to override.

SELECT * FROM id1 ORDER BY 1
-- 10 1 1 1 x
-- 15 2 2 2 y

CREATE TABLE g (x int, y int GENERATED ALWAYS AS (x * 2) STORED, "Odd name" text DEFAULT 'it''s', ts timestamptz DEFAULT now(), arr int[] DEFAULT '{1,2}', n numeric(10,2) DEFAULT 1.5, vc varchar(5) DEFAULT 'abc', iv interval DEFAULT '1 day', j jsonb DEFAULT '{"a": 1}', bo bool DEFAULT true, da date DEFAULT '2020-01-01', neg int DEFAULT -1, fl float8 DEFAULT 0.5)
-- CREATE TABLE

INSERT INTO g (x) VALUES (4)

SELECT x, y, "Odd name", arr, n, vc, iv, bo, da, neg, fl FROM g
-- 4 8 it's {1,2} 1.50 abc 1 day t 2020-01-01 -1 0.5

CREATE TABLE part (a int) PARTITION BY RANGE (a)
-- CREATE TABLE

CREATE TABLE long_table_name_that_is_quite_long_really (another_rather_long_column_name int UNIQUE, b serial, CHECK (another_rather_long_column_name > 0))
-- CREATE TABLE

INSERT INTO long_table_name_that_is_quite_long_really VALUES (0)
-- ERROR 23514 new row for relation "long_table_name_that_is_quite_long_really" violates check constraint "long_table_name_that_is_quit_another_rather_long_column_n_check" | Failing row contains (0, 1).

INSERT INTO long_table_name_that_is_quite_long_really VALUES (1), (1)
-- ERROR 23505 duplicate key value violates unique constraint "long_table_name_that_is_quite_another_rather_long_column_na_key" | Key (another_rather_long_column_name)=(1) already exists.

CREATE TABLE lk (LIKE t INCLUDING ALL)
-- CREATE TABLE

INSERT INTO lk (a, b) VALUES (0, 'y')
-- ERROR 23514 new row for relation "lk" violates check constraint "t_a_check" | Failing row contains (7, 0, y).

INSERT INTO lk (a, b) VALUES (7, 'y'), (8, 'y')
-- ERROR 23505 duplicate key value violates unique constraint "lk_b_key" | Key (b)=(y) already exists.

INSERT INTO lk (id, a) VALUES (1, 7), (1, 8)
-- ERROR 23505 duplicate key value violates unique constraint "lk_pkey" | Key (id)=(1) already exists.

CREATE TABLE lk2 (LIKE id1 INCLUDING IDENTITY, extra int)
-- CREATE TABLE

INSERT INTO lk2 (c, d, v) VALUES (1, 2, 'v') RETURNING *
-- 10 1 1 2 v -

CREATE TABLE lk3 (LIKE nosuch)
-- ERROR 42P01 relation "nosuch" does not exist

DROP TABLE nosuch
-- ERROR 42P01 table "nosuch" does not exist

DROP TABLE IF EXISTS nosuch
-- NOTICE: table "nosuch" does not exist, skipping
-- DROP TABLE

DROP TABLE IF EXISTS nosuch.t
-- NOTICE: schema "nosuch" does not exist, skipping
-- DROP TABLE

DROP VIEW t
-- ERROR 42809 "t" is not a view | Use DROP TABLE to remove a table.

DROP TABLE lk, lk2
-- DROP TABLE

DROP SEQUENCE id1_a_seq
-- ERROR 2BP01 cannot drop sequence id1_a_seq because column a of table id1 requires it | You can drop column a of table id1 instead.

DROP SEQUENCE id1_c_seq
-- ERROR 2BP01 cannot drop sequence id1_c_seq because other objects depend on it | default value for column c of table id1 depends on sequence id1_c_seq | Use DROP ... CASCADE to drop the dependent objects too.

DROP INDEX t_pkey
-- ERROR 2BP01 cannot drop index t_pkey because constraint t_pkey on table t requires it | You can drop constraint t_pkey on table t instead.

DROP TABLE id1
-- DROP TABLE

DROP SEQUENCE id1_c_seq
-- ERROR 42P01 sequence "id1_c_seq" does not exist

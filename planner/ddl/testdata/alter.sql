CREATE TABLE t (id int PRIMARY KEY, a int, b text)
-- CREATE TABLE

INSERT INTO t VALUES (1, 10, '5'), (2, 20, '6'), (3, NULL, '7')

ALTER TABLE t ADD COLUMN c int DEFAULT 7
-- ALTER TABLE

ALTER TABLE t ADD COLUMN c int
-- ERROR 42701 column "c" of relation "t" already exists

ALTER TABLE t ADD COLUMN IF NOT EXISTS c int
-- NOTICE: column "c" of relation "t" already exists, skipping
-- ALTER TABLE

ALTER TABLE t ADD COLUMN d int NOT NULL
-- ERROR 23502 column "d" of relation "t" contains null values

ALTER TABLE t ADD COLUMN d int NOT NULL DEFAULT 3, ADD COLUMN e text GENERATED ALWAYS AS (b || '!') STORED, ADD COLUMN f serial
-- ALTER TABLE

SELECT * FROM t ORDER BY id
-- 1 10 5 7 3 5! 1
-- 2 20 6 7 3 6! 2
-- 3 - 7 7 3 7! 3

INSERT INTO t (id, a, b) VALUES (4, 40, '8')

ALTER TABLE t ALTER COLUMN c SET DEFAULT 9, ALTER COLUMN d DROP DEFAULT
-- ALTER TABLE

INSERT INTO t (id, a, b) VALUES (5, 50, '9')
-- ERROR 23502 null value in column "d" of relation "t" violates not-null constraint | Failing row contains (5, 50, 9, 9, null, 9!, 5).

ALTER TABLE t ALTER d DROP NOT NULL
-- ALTER TABLE

INSERT INTO t (id, a, b) VALUES (5, 50, '9')

ALTER TABLE t ALTER a SET NOT NULL
-- ERROR 23502 column "a" of relation "t" contains null values

UPDATE t SET a = 30 WHERE a IS NULL

ALTER TABLE t ALTER a SET NOT NULL
-- ALTER TABLE

SELECT * FROM t ORDER BY id
-- 1 10 5 7 3 5! 1
-- 2 20 6 7 3 6! 2
-- 3 30 7 7 3 7! 3
-- 4 40 8 7 3 8! 4
-- 5 50 9 9 - 9! 6

ALTER TABLE t ALTER b TYPE int
-- ERROR 42804 column "b" cannot be cast automatically to type integer | You might need to specify "USING b::integer".

ALTER TABLE t ALTER b TYPE int USING b::int
-- ERROR 0A000 cannot alter type of a column used by a generated column | Column "b" is used by generated column "e".

ALTER TABLE t DROP COLUMN e
-- ALTER TABLE

ALTER TABLE t ALTER b TYPE int USING b::int
-- ALTER TABLE

SELECT id, b + 1 FROM t WHERE b > 7 ORDER BY id
-- 4 9
-- 5 10

ALTER TABLE t ALTER id TYPE bigint, ALTER c TYPE text
-- ALTER TABLE

SELECT * FROM t WHERE id = 2
-- 2 20 6 7 3 2

INSERT INTO t (id, a) VALUES (2, 1)
-- ERROR 23505 duplicate key value violates unique constraint "t_pkey" | Key (id)=(2) already exists.

INSERT INTO t (id, a) VALUES (6, 1) RETURNING *
-- 6 1 - 9 - 8

ALTER TABLE t ALTER nosuch TYPE int
-- ERROR 42703 column "nosuch" of relation "t" does not exist

ALTER TABLE t DROP COLUMN nosuch
-- ERROR 42703 column "nosuch" of relation "t" does not exist

ALTER TABLE t DROP COLUMN IF EXISTS nosuch
-- NOTICE: column "nosuch" of relation "t" does not exist, skipping
-- ALTER TABLE

ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 5)
-- ERROR 23514 check constraint "positive" of relation "t" is violated by some row

ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 5) NOT VALID
-- ALTER TABLE

INSERT INTO t (id, a) VALUES (7, 2)
-- ERROR 23514 new row for relation "t" violates check constraint "positive" | Failing row contains (7, 2, null, 9, null, 9).

ALTER TABLE t VALIDATE CONSTRAINT positive
-- ERROR 23514 check constraint "positive" of relation "t" is violated by some row

UPDATE t SET a = 60 WHERE id = 6

ALTER TABLE t VALIDATE CONSTRAINT positive
-- ALTER TABLE

ALTER TABLE t VALIDATE CONSTRAINT nosuch
-- ERROR 42704 constraint "nosuch" of relation "t" does not exist

ALTER TABLE t ADD CHECK (a > 1), ADD UNIQUE (a), ADD UNIQUE (a, b)
-- ALTER TABLE

ALTER TABLE t ADD UNIQUE (d)
-- ERROR 23505 could not create unique index "t_d_key" | Key (d)=(3) is duplicated.

ALTER TABLE t ADD PRIMARY KEY (a)
-- ERROR 42P16 multiple primary keys for table "t" are not allowed

ALTER TABLE t DROP CONSTRAINT nosuch
-- ERROR 42704 constraint "nosuch" of relation "t" does not exist

ALTER TABLE t DROP CONSTRAINT IF EXISTS nosuch
-- NOTICE: constraint "nosuch" of relation "t" does not exist, skipping
-- ALTER TABLE

ALTER TABLE t DROP CONSTRAINT t_a_key, DROP CONSTRAINT t_pkey
-- ALTER TABLE

ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (a)
-- ALTER TABLE

ALTER TABLE t ALTER a DROP NOT NULL
-- ERROR 42P16 column "a" is in a primary key

CREATE TABLE c (id int, ta int REFERENCES t (a) ON DELETE CASCADE, tb int)
-- CREATE TABLE

INSERT INTO c VALUES (1, 10), (2, 99)
-- ERROR 23503 insert or update on table "c" violates foreign key constraint "c_ta_fkey" | Key (ta)=(99) is not present in table "t".

INSERT INTO c VALUES (1, 10, 1), (2, 20, 2)

ALTER TABLE c ADD FOREIGN KEY (tb) REFERENCES t
-- ERROR 23503 insert or update on table "c" violates foreign key constraint "c_tb_fkey" | Key (tb)=(1) is not present in table "t".

ALTER TABLE c ADD FOREIGN KEY (tb) REFERENCES t (id)
-- ERROR 42830 there is no unique constraint matching given keys for referenced table "t"

ALTER TABLE c ADD FOREIGN KEY (tb) REFERENCES t (nosuch)
-- ERROR 42703 column "nosuch" referenced in foreign key constraint does not exist

ALTER TABLE c ADD FOREIGN KEY (nosuch) REFERENCES t
-- ERROR 42703 column "nosuch" referenced in foreign key constraint does not exist

ALTER TABLE c ADD FOREIGN KEY (id, tb) REFERENCES t
-- ERROR 42830 number of referencing and referenced columns for foreign key disagree

ALTER TABLE c ADD FOREIGN KEY (tb) REFERENCES nosuch
-- ERROR 42P01 relation "nosuch" does not exist

ALTER TABLE c ADD COLUMN x text REFERENCES t
-- ERROR 42804 foreign key constraint "c_x_fkey" cannot be implemented | Key columns "x" and "a" are of incompatible types: text and integer.

ALTER TABLE t DROP CONSTRAINT pk
-- ERROR 2BP01 cannot drop constraint pk on table t because other objects depend on it | constraint c_ta_fkey on table c depends on index pk | Use DROP ... CASCADE to drop the dependent objects too.

ALTER TABLE t DROP COLUMN a
-- ERROR 2BP01 cannot drop column a of table t because other objects depend on it | constraint c_ta_fkey on table c depends on column a of table t | Use DROP ... CASCADE to drop the dependent objects too.

ALTER TABLE t DROP COLUMN a CASCADE
-- NOTICE: drop cascades to constraint c_ta_fkey on table c
-- ALTER TABLE

ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (b) NOT VALID
-- ERROR 42830 there is no unique constraint matching given keys for referenced table "t"

CREATE UNIQUE INDEX ub ON t (b)
-- CREATE INDEX

ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (b) NOT VALID
-- ALTER TABLE

ALTER TABLE c VALIDATE CONSTRAINT fk
-- ERROR 23503 insert or update on table "c" violates foreign key constraint "fk" | Key (id)=(1) is not present in table "t".

ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX ub
-- NOTICE: ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index "ub" to "uq"
-- ALTER TABLE

DROP INDEX uq
-- ERROR 2BP01 cannot drop index uq because constraint uq on table t requires it | You can drop constraint uq on table t instead.

ALTER TABLE t RENAME CONSTRAINT uq TO uq2
-- ALTER TABLE

ALTER TABLE t RENAME COLUMN b TO bb
-- ALTER TABLE

ALTER TABLE t RENAME b TO x
-- ERROR 42703 column "b" does not exist

ALTER TABLE t RENAME bb TO c
-- ERROR 42701 column "c" of relation "t" already exists

ALTER TABLE t RENAME TO t2
-- ALTER TABLE

ALTER TABLE t RENAME TO t3
-- ERROR 42P01 relation "t" does not exist

ALTER TABLE IF EXISTS t RENAME TO t3
-- NOTICE: relation "t" does not exist, skipping
-- ALTER TABLE

ALTER TABLE t2 RENAME TO c
-- ERROR 42P07 relation "c" already exists

ALTER INDEX uq2 RENAME TO uq3
-- ALTER INDEX

SELECT * FROM t2 ORDER BY id
-- 1 5 7 3 1
-- 2 6 7 3 2
-- 3 7 7 3 3
-- 4 8 7 3 4
-- 5 9 9 - 6
-- 6 - 9 - 8

CREATE TABLE n (a int, b int CHECK (b < 10), c int GENERATED ALWAYS AS (a + b) STORED)
-- CREATE TABLE

CREATE INDEX n_expr ON n ((a + b)) WHERE a > 0
-- CREATE INDEX

ALTER TABLE n RENAME b TO bee
-- ALTER TABLE

INSERT INTO n VALUES (1, 11)
-- ERROR 23514 new row for relation "n" violates check constraint "n_b_check" | Failing row contains (1, 11, 12).

INSERT INTO n VALUES (1, 2) RETURNING *
-- 1 2 3

ALTER TABLE n ALTER a TYPE bigint
-- ERROR 0A000 cannot alter type of a column used by a generated column | Column "a" is used by generated column "c".

ALTER TABLE n ALTER c DROP EXPRESSION
-- ALTER TABLE

ALTER TABLE n ALTER a TYPE bigint
-- ALTER TABLE

ALTER TABLE n ALTER a ADD GENERATED ALWAYS AS IDENTITY
-- ERROR 55000 column "a" of relation "n" must be declared NOT NULL before identity can be added

ALTER TABLE n ALTER a SET NOT NULL, ALTER a ADD GENERATED ALWAYS AS IDENTITY (START 100)
-- ALTER TABLE

INSERT INTO n (bee) VALUES (3) RETURNING a
-- 100

ALTER TABLE n ALTER a SET GENERATED BY DEFAULT RESTART WITH 500
-- ALTER TABLE

INSERT INTO n (bee) VALUES (3) RETURNING a
-- 500

INSERT INTO n (a, bee) VALUES (1, 3) RETURNING a
-- 1

ALTER TABLE n ALTER a SET DEFAULT 4
-- ERROR 42601 column "a" of relation "n" is an identity column

ALTER TABLE n ALTER a DROP NOT NULL
-- ERROR 42601 column "a" of relation "n" is an identity column

ALTER TABLE n ALTER a DROP IDENTITY
-- ALTER TABLE

ALTER TABLE n ALTER a DROP IDENTITY
-- ERROR 55000 column "a" of relation "n" is not an identity column

ALTER TABLE n ALTER a DROP IDENTITY IF EXISTS
-- NOTICE: column "a" of relation "n" is not an identity column, skipping
-- ALTER TABLE

ALTER TABLE n DROP COLUMN a, ADD COLUMN a text DEFAULT 'new'
-- ALTER TABLE

SELECT * FROM n ORDER BY bee
-- 2 3 new
-- 3 - new
-- 3 - new
-- 3 - new

CREATE SCHEMA s
-- CREATE SCHEMA

ALTER TABLE n SET SCHEMA nosuch
-- ERROR 3F000 schema "nosuch" does not exist

ALTER TABLE n SET SCHEMA s
-- ALTER TABLE

SELECT count(*) FROM s.n
-- 4

SELECT count(*) FROM n
-- ERROR 42P01 relation "n" does not exist

ALTER TABLE s.n SET (fillfactor = 50), RESET (fillfactor)
-- ALTER TABLE

ALTER TABLE s.n SET (nosuch = 50)
-- ERROR 22023 unrecognized parameter "nosuch"

ALTER TABLE nosuch ADD a int
-- ERROR 42P01 relation "nosuch" does not exist

ALTER TABLE IF EXISTS nosuch ADD a int
-- NOTICE: relation "nosuch" does not exist, skipping
-- ALTER TABLE

CREATE TABLE ty (a varchar(3), b int DEFAULT 4, c timestamptz DEFAULT now(), d numeric)
-- CREATE TABLE

INSERT INTO ty (a, d) VALUES ('abc', 1.256)

ALTER TABLE ty ALTER a TYPE varchar(10), ALTER b TYPE text, ALTER d TYPE numeric(5,1)
-- ALTER TABLE

INSERT INTO ty (a) VALUES ('abcdef')

ALTER TABLE ty ALTER a TYPE varchar(2)
-- ERROR 22001 value too long for type character varying(2)

ALTER TABLE ty ALTER b TYPE jsonb
-- ERROR 42804 column "b" cannot be cast automatically to type jsonb | You might need to specify "USING b::jsonb".

ALTER TABLE ty ALTER c TYPE date
-- ALTER TABLE

SELECT a, b, d, c = current_date FROM ty ORDER BY a
-- abc 4 1.3 t
-- abcdef 4 - t

CREATE TABLE et (a int)
-- CREATE TABLE

INSERT INTO et VALUES (1), (2)

ALTER TABLE et ADD COLUMN r float8 DEFAULT random(), ADD COLUMN u uuid DEFAULT gen_random_uuid(), ADD COLUMN s bigserial, ADD COLUMN i int GENERATED ALWAYS AS IDENTITY, ADD PRIMARY KEY (a)
-- ALTER TABLE

SELECT count(DISTINCT r), count(DISTINCT u), count(DISTINCT s), min(i) FROM et
-- 2 2 2 1

ALTER TABLE et ADD COLUMN x int UNIQUE CHECK (x > 0) REFERENCES et (a)
-- ALTER TABLE

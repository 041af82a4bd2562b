CREATE SCHEMA s
-- CREATE SCHEMA

CREATE SCHEMA s
-- ERROR 42P06 schema "s" already exists

CREATE SCHEMA IF NOT EXISTS s
-- NOTICE: schema "s" already exists, skipping
-- CREATE SCHEMA

CREATE SCHEMA pg_x
-- ERROR 42939 unacceptable schema name "pg_x" | The prefix "pg_" is reserved for system schemas.

CREATE SCHEMA emb CREATE TABLE t1 (a int PRIMARY KEY) CREATE VIEW v1 AS SELECT a FROM t1
-- ERROR 0A000 CREATE VIEW inside CREATE SCHEMA is not supported | Create the view in a statement of its own.

SELECT count(*) FROM emb.v1
-- ERROR 42P01 relation "emb.v1" does not exist

DROP SCHEMA emb
-- ERROR 3F000 schema "emb" does not exist

DROP SCHEMA emb CASCADE
-- ERROR 3F000 schema "emb" does not exist

DROP SCHEMA nosuch
-- ERROR 3F000 schema "nosuch" does not exist

DROP SCHEMA IF EXISTS nosuch
-- NOTICE: schema "nosuch" does not exist, skipping
-- DROP SCHEMA

CREATE SEQUENCE s.q START 5 INCREMENT 2 MAXVALUE 9 CYCLE
-- CREATE SEQUENCE

SELECT nextval('s.q'), nextval('s.q'), nextval('s.q'), nextval('s.q')
-- 5 7 9 1

CREATE SEQUENCE q MINVALUE 10 MAXVALUE 5
-- ERROR 22023 MINVALUE (10) must be less than MAXVALUE (5)

CREATE SEQUENCE q START 0
-- ERROR 22023 START value (0) cannot be less than MINVALUE (1)

CREATE SEQUENCE q AS text
-- ERROR 22023 sequence type must be smallint, integer, or bigint

CREATE SEQUENCE q AS smallint MAXVALUE 100000
-- ERROR 22023 MAXVALUE (100000) is out of range for sequence data type smallint

CREATE SEQUENCE q INCREMENT 0
-- ERROR 22023 INCREMENT must not be zero

CREATE SEQUENCE q CACHE 0
-- ERROR 22023 CACHE (0) must be greater than zero

CREATE SEQUENCE q START 1 START 2
-- ERROR 42601 conflicting or redundant options

CREATE SEQUENCE q
-- CREATE SEQUENCE

CREATE SEQUENCE q
-- ERROR 42P07 relation "q" already exists

CREATE SEQUENCE IF NOT EXISTS q
-- NOTICE: relation "q" already exists, skipping
-- CREATE SEQUENCE

ALTER SEQUENCE q RESTART 50 INCREMENT 10
-- ALTER SEQUENCE

SELECT nextval('q'), nextval('q')
-- 50 60

ALTER SEQUENCE q RESTART
-- ALTER SEQUENCE

SELECT nextval('q')
-- 1

ALTER SEQUENCE q MAXVALUE 5 RESTART 9
-- ERROR 22023 RESTART value (9) cannot be greater than MAXVALUE (5)

ALTER SEQUENCE nosuch RESTART
-- ERROR 42P01 relation "nosuch" does not exist

ALTER SEQUENCE IF EXISTS nosuch RESTART
-- NOTICE: relation "nosuch" does not exist, skipping
-- ALTER SEQUENCE

CREATE TABLE t (a int DEFAULT nextval('q'), b int)
-- CREATE TABLE

INSERT INTO t (b) VALUES (1) RETURNING a
-- 11

DROP SEQUENCE q
-- ERROR 2BP01 cannot drop sequence q because other objects depend on it | default value for column a of table t depends on sequence q | Use DROP ... CASCADE to drop the dependent objects too.

ALTER SEQUENCE q OWNED BY t.b
-- ALTER SEQUENCE

ALTER SEQUENCE q OWNED BY t.nosuch
-- ERROR 42703 column "nosuch" of relation "t" does not exist

ALTER SEQUENCE q OWNED BY t
-- ERROR 42601 invalid OWNED BY option | Specify OWNED BY table.column or OWNED BY NONE.

ALTER SEQUENCE q RENAME TO q2
-- ALTER SEQUENCE

INSERT INTO t (b) VALUES (2) RETURNING a
-- 21

DROP SEQUENCE q2 CASCADE
-- NOTICE: drop cascades to default value for column a of table t
-- DROP SEQUENCE

INSERT INTO t (b) VALUES (3) RETURNING a
-- -

CREATE TABLE p (id int PRIMARY KEY)
-- CREATE TABLE

CREATE TABLE c (id serial, pid int REFERENCES p)
-- CREATE TABLE

INSERT INTO p VALUES (1)

INSERT INTO c (pid) VALUES (1), (1)

TRUNCATE p
-- ERROR 0A000 cannot truncate a table referenced in a foreign key constraint | Table "c" references "p". | Truncate table "c" at the same time, or use TRUNCATE ... CASCADE.

TRUNCATE p, c
-- TRUNCATE TABLE

SELECT count(*) FROM c
-- 0

INSERT INTO p VALUES (1)

INSERT INTO c (pid) VALUES (1) RETURNING id
-- 3

TRUNCATE p RESTART IDENTITY CASCADE
-- NOTICE: truncate cascades to table "c"
-- TRUNCATE TABLE

INSERT INTO c (pid) VALUES (NULL) RETURNING id
-- 1

TRUNCATE nosuch
-- ERROR 42P01 relation "nosuch" does not exist

TRUNCATE s.q
-- ERROR 42809 "q" is not a table

DROP TABLE p
-- ERROR 2BP01 cannot drop table p because other objects depend on it | constraint c_pid_fkey on table c depends on table p | Use DROP ... CASCADE to drop the dependent objects too.

DROP TABLE p CASCADE
-- NOTICE: drop cascades to constraint c_pid_fkey on table c
-- DROP TABLE

COMMENT ON TABLE c IS 'a table'
-- COMMENT

COMMENT ON COLUMN c.id IS 'a column'
-- COMMENT

COMMENT ON COLUMN c.nosuch IS 'a column'
-- ERROR 42703 column "nosuch" of relation "c" does not exist

COMMENT ON TABLE nosuch IS 'x'
-- ERROR 42P01 relation "nosuch" does not exist

COMMENT ON VIEW c IS 'x'
-- ERROR 42809 "c" is not a view

COMMENT ON CONSTRAINT nosuch ON c IS 'x'
-- ERROR 42704 constraint "nosuch" for table "c" does not exist

COMMENT ON SCHEMA s IS 'x'
-- COMMENT

COMMENT ON SCHEMA s IS NULL
-- COMMENT

COMMENT ON SEQUENCE s.q IS 'x'
-- COMMENT

ALTER SCHEMA s RENAME TO public
-- ERROR 42P06 schema "public" already exists

ALTER SCHEMA s RENAME TO s9
-- ALTER SCHEMA

SELECT nextval('s9.q')
-- 3

CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'
-- CREATE FUNCTION

CREATE TYPE ty AS ENUM ('a')
-- CREATE TYPE

CREATE DOMAIN do1 AS int
-- CREATE DOMAIN

DROP FUNCTION IF EXISTS f2()
-- NOTICE: function f2() does not exist, skipping
-- DROP FUNCTION

DROP TYPE IF EXISTS ty2
-- NOTICE: type "ty2" does not exist, skipping
-- DROP TYPE

DROP TRIGGER IF EXISTS tr ON c
-- NOTICE: trigger "tr" for relation "c" does not exist, skipping
-- DROP TRIGGER

CREATE ROLE r1
-- CREATE ROLE

CREATE ROLE r1
-- ERROR 42710 role "r1" already exists

CREATE USER r2 PASSWORD 'x' IN ROLE r1
-- CREATE ROLE

ALTER ROLE r2 CREATEDB CONNECTION LIMIT 5
-- ALTER ROLE

ALTER ROLE nosuch CREATEDB
-- ERROR 42704 role "nosuch" does not exist

ALTER ROLE r2 SET search_path = a, b
-- ALTER ROLE

ALTER ROLE r2 RESET ALL
-- ALTER ROLE

GRANT r1 TO r2
-- NOTICE: role "r2" is already a member of role "r1"
-- GRANT ROLE

GRANT r2 TO r1
-- ERROR 0LP01 role "r2" is a member of role "r1"

GRANT SELECT, INSERT ON c TO r1 WITH GRANT OPTION
-- GRANT

GRANT USAGE ON c TO r1
-- ERROR 0LP01 invalid privilege type USAGE for table

GRANT ALL ON SCHEMA s9 TO PUBLIC
-- GRANT

GRANT SELECT ON nosuch TO r1
-- ERROR 42P01 relation "nosuch" does not exist

GRANT SELECT ON c TO nosuch
-- ERROR 42704 role "nosuch" does not exist

REVOKE INSERT ON c FROM r1
-- REVOKE

DROP ROLE r1
-- ERROR 2BP01 role "r1" cannot be dropped because some objects depend on it | privileges for table c

REVOKE ALL ON c FROM r1
-- REVOKE

ALTER TABLE c OWNER TO r1
-- ALTER TABLE

DROP ROLE r1
-- ERROR 2BP01 role "r1" cannot be dropped because some objects depend on it | owner of table c; owner of sequence c_id_seq

ALTER TABLE c OWNER TO synapse
-- ALTER TABLE

DROP ROLE r1, r2
-- DROP ROLE

DROP ROLE r1
-- ERROR 42704 role "r1" does not exist

DROP ROLE IF EXISTS r1
-- NOTICE: role "r1" does not exist, skipping
-- DROP ROLE

DROP ROLE synapse
-- ERROR 55006 current user cannot be dropped

CREATE DATABASE d2
-- CREATE DATABASE

CREATE DATABASE d2
-- ERROR 42P04 database "d2" already exists

DROP DATABASE d2
-- DROP DATABASE

DROP DATABASE d2
-- ERROR 3D000 database "d2" does not exist

DROP DATABASE IF EXISTS d2
-- NOTICE: database "d2" does not exist, skipping
-- DROP DATABASE

CREATE TEMP TABLE tt (a serial PRIMARY KEY) ON COMMIT DELETE ROWS
-- CREATE TABLE

CREATE TEMP TABLE public.tt2 (a int)
-- ERROR 42P16 cannot create temporary relation in non-temporary schema

CREATE TABLE pt (a int REFERENCES tt)
-- ERROR 42P16 constraints on permanent tables may reference only permanent tables

CREATE POLICY p ON c
-- ERROR 0A000 CREATE POLICY is not supported | Namespaces keep rows apart: WITH (synapse.namespace = 'column').

CREATE PUBLICATION p
-- ERROR 0A000 CREATE PUBLICATION is not supported | There is no logical replication: read changes with LISTEN, or as of a time with AS OF.

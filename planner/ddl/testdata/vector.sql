CREATE EXTENSION vector
-- CREATE EXTENSION

CREATE EXTENSION vector
-- ERROR 42710 extension "vector" already exists

CREATE EXTENSION IF NOT EXISTS vector
-- NOTICE: extension "vector" already exists, skipping
-- CREATE EXTENSION

CREATE EXTENSION nosuch
-- ERROR 0A000 extension "nosuch" is not available | See pg_available_extensions.

CREATE TABLE m (ns text, content text, e vector(3), n vector, h halfvec(3), s sparsevec(3), at timestamptz, till timestamptz)
-- CREATE TABLE

CREATE INDEX ON m USING hnsw (e vector_cosine_ops) WITH (m = 8, ef_construction = 32)
-- CREATE INDEX

CREATE INDEX ON m USING hnsw (ns, e vector_l2_ops)
-- CREATE INDEX

CREATE INDEX ON m USING hnsw (h halfvec_ip_ops)
-- CREATE INDEX

CREATE INDEX ON m USING ivfflat (e) WITH (lists = 10)
-- CREATE INDEX

CREATE INDEX ON m USING hnsw (e)
-- ERROR 42704 data type vector has no default operator class for access method "hnsw" | You must specify an operator class for the index or define a default operator class for the data type.

CREATE INDEX ON m USING hnsw (n vector_l2_ops)
-- ERROR 22023 column does not have dimensions

CREATE INDEX ON m USING hnsw (content vector_l2_ops)
-- ERROR 42704 data type text has no default operator class for access method "hnsw" | You must specify an operator class for the index or define a default operator class for the data type.

CREATE INDEX ON m USING hnsw (e halfvec_l2_ops)
-- ERROR 42804 operator class "halfvec_l2_ops" does not accept data type vector

CREATE INDEX ON m USING hnsw (e vector_nosuch_ops)
-- ERROR 42704 operator class "vector_nosuch_ops" does not exist for access method "hnsw"

CREATE INDEX ON m USING hnsw (s sparsevec_l2_ops)
-- ERROR 0A000 an index over sparsevec is not supported | Index a vector or halfvec column; other types are searched without an index.

CREATE INDEX ON m USING hnsw (e vector_l2_ops) WITH (m = 1)
-- ERROR 22023 value 1 out of bounds for option "m" | Valid values are between "2" and "100".

CREATE INDEX ON m USING hnsw (e vector_l2_ops) WITH (m = 40, ef_construction = 50)
-- ERROR 22023 ef_construction must be greater than or equal to 2 * m

CREATE INDEX ON m USING hnsw (e vector_l2_ops) WITH (lists = 5)
-- ERROR 22023 unrecognized parameter "lists"

CREATE INDEX ON m USING bm25 (ns, content) WITH (k1 = 1.5, b = 0.5)
-- CREATE INDEX

CREATE INDEX ON m USING bm25 (e)
-- ERROR 42704 data type vector has no default operator class for access method "bm25" | You must specify an operator class for the index or define a default operator class for the data type.

INSERT INTO m (ns, content, e, h) VALUES ('a', 'one', '[1,0,0]', '[1,0,0]'), ('a', 'two', '[0,1,0]', '[0,1,0]'), ('b', 'three', '[0,0,1]', NULL)

SELECT content FROM m WHERE ns = 'a' ORDER BY e <=> '[0,1,0]'
-- two
-- one

ALTER TABLE m SET (synapse.namespace = 'ns', synapse.valid_time = 'at,till', synapse.embed = 'content, e', synapse.retention = '30 days')
-- ALTER TABLE

ALTER TABLE m SET (synapse.namespace = 'nosuch')
-- ERROR 42703 column "nosuch" named in parameter "synapse.namespace" does not exist

ALTER TABLE m SET (synapse.namespace = 'e')
-- ERROR 42804 column "e" named in parameter "synapse.namespace" is of type vector | It must be of a text type.

ALTER TABLE m SET (synapse.valid_time = 'at')
-- ERROR 22023 invalid value for parameter "synapse.valid_time": "at" | Give 'from_column, to_column'.

ALTER TABLE m SET (synapse.valid_time = 'at, content')
-- ERROR 42804 column "content" named in parameter "synapse.valid_time" is of type text | It must be of type timestamp with time zone.

ALTER TABLE m SET (synapse.embed = 'e, content')
-- ERROR 42804 column "e" named in parameter "synapse.embed" is of type vector | It must be of a text type.

ALTER TABLE m SET (synapse.retention = 'soon')
-- ERROR 22023 invalid value for parameter "synapse.retention": "soon" | Give an interval, as in '30 days'.

ALTER TABLE m SET (synapse.nosuch = 'soon')
-- ERROR 22023 unrecognized parameter "synapse.nosuch" | The parameters are synapse.namespace, synapse.valid_time, synapse.retention, synapse.embed and synapse.append_only.

ALTER TABLE m DROP COLUMN ns
-- ERROR 2BP01 cannot drop column "ns" because parameter "synapse.namespace" of table "m" names it | Use ALTER TABLE ... RESET (synapse.namespace) first.

ALTER TABLE m RENAME ns TO namespace
-- ALTER TABLE

ALTER TABLE m RESET (synapse.namespace)
-- ALTER TABLE

ALTER TABLE m ALTER e TYPE vector(2)
-- ERROR 22000 expected 2 dimensions, not 3

ALTER TABLE m ALTER e TYPE halfvec(3)
-- ERROR 42804 operator class "vector_cosine_ops" does not accept data type halfvec

DROP EXTENSION vector
-- ERROR 2BP01 cannot drop extension vector because other objects depend on it | column s of table m depends on extension vector; column h of table m depends on extension vector; column n of table m depends on extension vector; column e of table m depends on extension vector | Use DROP ... CASCADE to drop the dependent objects too.

ALTER EXTENSION vector UPDATE
-- NOTICE: version "0.8.0" of extension "vector" is already installed
-- ALTER EXTENSION

DROP EXTENSION nosuch
-- ERROR 42704 extension "nosuch" does not exist

DROP EXTENSION IF EXISTS nosuch
-- NOTICE: extension "nosuch" does not exist, skipping
-- DROP EXTENSION

DROP TABLE m
-- DROP TABLE

DROP EXTENSION vector
-- DROP EXTENSION

CREATE UNLOGGED TABLE ul (a int) WITH (synapse.retention = '1 day')
-- ERROR 22023 synapse.retention needs a table that keeps history | Temporary and unlogged tables keep no past versions.

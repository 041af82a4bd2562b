-- What agents share beyond entries, facts and events: links, answers worth keeping, and views that keep memory healthy.

-- Typed edges between memories. A node is an entry's id, 'fact:' || key, or 'event:' || stream || ':' || seq.
CREATE TABLE memory.links (
    ns         text NOT NULL CHECK (ns <> ''),
    source     text NOT NULL CHECK (source <> ''),
    kind       text NOT NULL CHECK (kind <> ''),
    target     text NOT NULL CHECK (target <> ''),
    weight     float8 NOT NULL DEFAULT 1 CHECK (weight >= 0),
    metadata   jsonb NOT NULL DEFAULT '{}',
    agent      text,
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    PRIMARY KEY (ns, source, kind, target),
    CHECK (valid_from <= valid_to)
) WITH (synapse.namespace = 'ns', synapse.valid_time = 'valid_from, valid_to');
CREATE INDEX links_source ON memory.links (source, kind);
CREATE INDEX links_target ON memory.links (target, kind);

-- Answers by their question. One dies with the memories it stood on.
CREATE TABLE memory.cache (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ns         text NOT NULL CHECK (ns <> ''),
    question   text NOT NULL,
    embedding  vector({{dimensions}}),
    answer     text NOT NULL,
    query_ids  uuid[] NOT NULL DEFAULT '{}',
    sources    uuid[] NOT NULL DEFAULT '{}',
    agent      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT 'infinity'
) WITH (synapse.namespace = 'ns', synapse.embed = 'question, embedding');
CREATE INDEX cache_embedding ON memory.cache USING hnsw (ns, embedding vector_cosine_ops);

-- The same content more than once in a namespace.
CREATE VIEW memory.duplicates AS
    SELECT ns, content_hash, min(content) AS content, count(*) AS entries, array_agg(id ORDER BY created_at, id) AS ids
    FROM memory.entries WHERE valid_to > now() GROUP BY ns, content_hash HAVING count(*) > 1;

-- Entries that answers were shown and none cited, the most often shown first.
CREATE VIEW memory.never_cited AS
    SELECT e.ns, e.id, e.content, c.exposed, e.created_at
    FROM memory.entries e JOIN memory.credits c ON c.entry_id = e.id WHERE c.cited = 0;

-- Text that an agent wrote within an hour after the same text was recalled for it: memory that feeds on itself.
CREATE VIEW memory.recall_loops AS
    SELECT w.ns, w.agent, w.id, h.id AS recalled_id, h.query_id, w.content, w.created_at
    FROM memory.entries w
    JOIN memory.entries r ON r.ns = w.ns AND r.content_hash = w.content_hash AND r.id <> w.id
    JOIN memory.lineage_hits h ON h.id = r.id
    JOIN memory.lineage l ON l.query_id = h.query_id AND l.agent = w.agent
    WHERE w.created_at BETWEEN l.started_at AND l.started_at + interval '1 hour';

-- Beliefs that exclude each other: an entry that stays valid though another one supersedes it, and entries that
-- supersede each other in a circle.
CREATE VIEW memory.contradictions AS
    SELECT n.ns, n.id, o.id AS other_id, 'superseded but still valid' AS reason
    FROM memory.entries n JOIN memory.entries o ON o.id = n.supersedes AND o.ns = n.ns
    WHERE o.valid_to > n.valid_from AND o.valid_to > now()
    UNION ALL
    SELECT a.ns, a.id, b.id, 'supersede each other'
    FROM memory.entries a JOIN memory.entries b ON b.id = a.supersedes AND b.supersedes = a.id WHERE a.id < b.id;

-- How much each namespace holds.
CREATE VIEW memory.growth AS
    SELECT ns, count(*) AS entries, sum(length(content)) AS characters, min(created_at) AS first_at, max(created_at) AS last_at,
        count(*) FILTER (WHERE created_at > now() - interval '1 day') AS last_day,
        count(*) FILTER (WHERE created_at > now() - interval '7 days') AS last_week
    FROM memory.entries GROUP BY ns;

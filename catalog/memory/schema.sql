-- The memory schema. {{dimensions}} and {{model}} are the embedder's.

CREATE SCHEMA IF NOT EXISTS memory;
COMMENT ON SCHEMA memory IS 'what agents know: entries, facts, events, and the lineage of every read';

-- What a namespace forgets when it is over its budget: kind and weights of the score, whose parts are in 0…1.
CREATE TABLE memory.policies (
    policy      text PRIMARY KEY CHECK (policy <> ''),
    kind        text NOT NULL DEFAULT 'score' CHECK (kind IN ('none', 'score', 'fifo', 'lru', 'lfu')),
    recency     float8 NOT NULL DEFAULT 0.5 CHECK (recency >= 0),
    credit      float8 NOT NULL DEFAULT 2 CHECK (credit >= 0),
    information float8 NOT NULL DEFAULT 1 CHECK (information >= 0),
    salience    float8 NOT NULL DEFAULT 1 CHECK (salience >= 0),
    size        float8 NOT NULL DEFAULT 0.5 CHECK (size >= 0),
    half_days   float8 NOT NULL DEFAULT 30 CHECK (half_days > 0),
    decay       float8 NOT NULL DEFAULT 0.5 CHECK (decay > 0 AND decay <= 1),
    description text
);
INSERT INTO memory.policies (policy, kind, description) VALUES
    ('none', 'none', 'nothing goes: what does not fit is refused'),
    ('score', 'score', 'the least useful goes first'),
    ('fifo', 'fifo', 'what was written first goes first'),
    ('lru', 'lru', 'what was written or recalled longest ago goes first'),
    ('lfu', 'lfu', 'what was recalled least often goes first');

CREATE TABLE memory.namespaces (
    ns              text PRIMARY KEY,
    embedding_model text NOT NULL DEFAULT '{{model}}',
    dimensions      int NOT NULL DEFAULT {{dimensions}},
    -- a text that cannot be embedded: an error, or a row that only words find until memory.embed_missing
    embed_failure   text NOT NULL DEFAULT 'error' CHECK (embed_failure IN ('error', 'lexical')),
    profile         text NOT NULL DEFAULT 'default',
    lineage         text NOT NULL DEFAULT 'full' CHECK (lineage IN ('full', 'hash', 'off')),
    retention       interval,
    max_rows        bigint CHECK (max_rows > 0),
    max_bytes       bigint CHECK (max_bytes > 0),
    eviction        text NOT NULL DEFAULT 'none' REFERENCES memory.policies,
    ttl             interval CHECK (ttl > interval '0'),
    -- what memory.write does with a content that the namespace holds already
    dedupe          text NOT NULL DEFAULT 'keep' CHECK (dedupe IN ('keep', 'merge', 'refuse')),
    settings        jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now()
);

-- Constants of the ranking formula, by name. NULL leaves a part out, or to the embedder.
CREATE TABLE memory.profiles (
    profile           text PRIMARY KEY CHECK (profile <> ''),
    bm25_k1           float8 NOT NULL DEFAULT 0.9 CHECK (bm25_k1 >= 0),
    bm25_b            float8 NOT NULL DEFAULT 0.4 CHECK (bm25_b BETWEEN 0 AND 1),
    window_turns      bigint NOT NULL DEFAULT 2 CHECK (window_turns BETWEEN 0 AND 100),
    window_weight     float8 NOT NULL DEFAULT 0.5 CHECK (window_weight >= 0),
    session_weight    float8 NOT NULL DEFAULT 0.5 CHECK (session_weight >= 0),
    rrf_k             bigint NOT NULL DEFAULT 60 CHECK (rrf_k > 0),
    lexical_weight    float8 NOT NULL DEFAULT 1 CHECK (lexical_weight >= 0),
    vector_weight     float8 CHECK (vector_weight >= 0),
    salience_swing    float8 NOT NULL DEFAULT 0.2 CHECK (salience_swing BETWEEN 0 AND 1),
    recency_swing     float8 NOT NULL DEFAULT 0.1 CHECK (recency_swing BETWEEN 0 AND 1),
    recency_half_days float8 NOT NULL DEFAULT 30 CHECK (recency_half_days > 0),
    credit_swing      float8 NOT NULL DEFAULT 0.2 CHECK (credit_swing BETWEEN 0 AND 1),
    duplicate_cosine  float8 CHECK (duplicate_cosine BETWEEN 0 AND 1),
    mmr_lambda        float8 CHECK (mmr_lambda BETWEEN 0 AND 1),
    candidates        bigint NOT NULL DEFAULT 200 CHECK (candidates BETWEEN 1 AND 10000),
    -- the share of its score that one of the best lends those that memory.links join it with
    link_weight       float8 CHECK (link_weight BETWEEN 0 AND 1),
    -- so many of the best are put in the order of the reranking endpoint (--rerank-url)
    rerank_depth      bigint CHECK (rerank_depth BETWEEN 1 AND 1000),
    description       text
);
INSERT INTO memory.profiles (profile, lexical_weight, vector_weight, duplicate_cosine, mmr_lambda, rerank_depth, description) VALUES
    ('default', 1, NULL, 0.98, NULL, NULL, 'words and meaning, fused by rank'),
    ('lexical', 1, 0, 0.98, NULL, NULL, 'words alone'),
    ('semantic', 0, 1, 0.98, NULL, NULL, 'meaning alone'),
    ('diverse', 1, NULL, 0.95, 0.7, NULL, 'as default, preferring what is not alike'),
    ('rerank', 1, NULL, 0.98, NULL, 50, 'as default, its 50 best in the order of the reranking endpoint');

CREATE TABLE memory.entries (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ns              text NOT NULL CHECK (ns <> ''),
    kind            text NOT NULL DEFAULT 'memory',
    content         text NOT NULL,
    embedding       vector({{dimensions}}),
    metadata        jsonb NOT NULL DEFAULT '{}',
    salience        float8 NOT NULL DEFAULT 0.5 CHECK (salience >= 0 AND salience <= 1),
    pinned          bool NOT NULL DEFAULT false,
    session         text,
    seq             bigint,
    valid_from      timestamptz NOT NULL DEFAULT now(),
    valid_to        timestamptz NOT NULL DEFAULT 'infinity',
    agent           text,
    content_hash    text GENERATED ALWAYS AS (md5(content)) STORED,
    supersedes      uuid,
    repeats         bigint NOT NULL DEFAULT 0,
    idempotency_key text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CHECK (valid_from <= valid_to)
) WITH (synapse.namespace = 'ns', synapse.valid_time = 'valid_from, valid_to', synapse.embed = 'content, embedding');

CREATE INDEX entries_embedding ON memory.entries USING hnsw (ns, embedding vector_cosine_ops);
CREATE INDEX entries_content ON memory.entries USING bm25 (ns, content);
CREATE INDEX entries_metadata ON memory.entries USING gin (metadata jsonb_path_ops);
CREATE INDEX entries_session ON memory.entries (ns, session, seq);
CREATE INDEX entries_hash ON memory.entries (ns, content_hash);
CREATE UNIQUE INDEX entries_idempotency ON memory.entries (ns, idempotency_key);

CREATE TABLE memory.facts (
    ns         text NOT NULL CHECK (ns <> ''),
    key        text NOT NULL,
    value      jsonb NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    agent      text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (ns, key)
) WITH (synapse.namespace = 'ns');

-- The last number of each stream: locked by an append until it commits, so that numbers have no gaps.
CREATE TABLE memory.streams (
    ns       text NOT NULL CHECK (ns <> ''),
    stream   text NOT NULL,
    last_seq bigint NOT NULL,
    PRIMARY KEY (ns, stream)
) WITH (synapse.namespace = 'ns');

CREATE TABLE memory.events (
    ns      text NOT NULL CHECK (ns <> ''),
    stream  text NOT NULL DEFAULT 'main',
    seq     bigint NOT NULL,
    ts      timestamptz NOT NULL DEFAULT now(),
    kind    text NOT NULL DEFAULT 'event',
    content text NOT NULL,
    payload jsonb,
    agent   text,
    PRIMARY KEY (ns, stream, seq)
) WITH (synapse.namespace = 'ns', synapse.append_only);
CREATE INDEX events_ts ON memory.events (ns, stream, ts);

CREATE TABLE memory.answers (
    answer_id  text PRIMARY KEY,
    query_ids  uuid[] NOT NULL,
    outcome    float8,
    details    jsonb NOT NULL DEFAULT '{}',
    agent      text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX answers_queries ON memory.answers USING gin (query_ids);

-- What answers cited. What none of their queries returned weighs nothing.
CREATE TABLE memory.citations (
    answer_id text NOT NULL REFERENCES memory.answers ON DELETE CASCADE,
    entry_id  uuid NOT NULL,
    version   bigint,
    weight    float8 NOT NULL DEFAULT 1 CHECK (weight >= 0),
    PRIMARY KEY (answer_id, entry_id)
);

-- What answers made of entries: how often one was shown (a row at rank r counts 1/log2(1+r)), how often it was cited.
CREATE TABLE memory.credits (
    entry_id   uuid PRIMARY KEY,
    exposed    float8 NOT NULL DEFAULT 0 CHECK (exposed >= 0),
    cited      float8 NOT NULL DEFAULT 0 CHECK (cited >= 0),
    last_cited timestamptz,
    touches    timestamptz[] NOT NULL DEFAULT '{}' -- the last eight citations, newest first
);

-- What the engine notes of entries for forgetting: how much they told when they were written (the sum of their terms'
-- idf in the namespace), and, where a policy asks for it, how often recalls returned them.
CREATE TABLE memory.traces (
    entry_id      uuid PRIMARY KEY,
    ns            text NOT NULL,
    information   float8,
    recalled      bigint NOT NULL DEFAULT 0,
    last_recalled timestamptz
) WITH (synapse.namespace = 'ns', synapse.retention = '1 day');

-- What was forgotten and why. The rows themselves are in the history of memory.entries.
CREATE TABLE memory.evictions (
    ns         text NOT NULL,
    entry_id   uuid NOT NULL,
    version    bigint NOT NULL, -- the row's _system_from
    evicted_at timestamptz NOT NULL DEFAULT now(),
    reason     text NOT NULL CHECK (reason IN ('rows', 'bytes', 'ttl')),
    policy     text NOT NULL,
    formula    text,
    score      float8,
    parts      jsonb,
    bytes      bigint NOT NULL,
    PRIMARY KEY (ns, entry_id, version)
) WITH (synapse.namespace = 'ns');
CREATE INDEX evictions_time ON memory.evictions (ns, evicted_at);

-- What was erased, when and why: a receipt for each memory.erase. No content, only ids; hash covers the receipt before.
CREATE TABLE memory.erasures (
    id        uuid PRIMARY KEY,
    ns        text NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    reason    text NOT NULL,
    agent     text,
    counts    jsonb NOT NULL,
    entries   uuid[] NOT NULL DEFAULT '{}',
    previous  text NOT NULL,
    hash      text NOT NULL
);

-- What is believed now: nothing superseded, nothing past its validity.
CREATE VIEW memory.current AS
    SELECT * FROM memory.entries WHERE valid_from <= now() AND valid_to > now();

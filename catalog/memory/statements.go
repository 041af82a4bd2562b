package memory

import (
	_ "embed"
	"strconv"
	"strings"

	"synapse/catalog/types"
)

//go:embed schema.sql
var schemaSQL string

//go:embed shared.sql
var sharedSQL string

// Schema returns the SQL that makes the schema for an embedder's model and dimensions.
func Schema(model string, dimensions int) string {
	return strings.NewReplacer("{{model}}", strings.ReplaceAll(model, "'", "''"), "{{dimensions}}", strconv.Itoa(dimensions)).Replace(schemaSQL + sharedSQL)
}

// Statement is one SQL statement of a function of the schema.
type Statement struct {
	SQL    string
	Params []types.OID
}

// Statements by name. Names resolve in pg_catalog and memory.
var Statements = map[string]Statement{
	"namespace": {
		`INSERT INTO memory.namespaces (ns) VALUES ($1) ON CONFLICT (ns) DO NOTHING`,
		[]types.OID{types.OIDText},
	},
	"lineage_policy": {
		`SELECT lineage FROM memory.namespaces WHERE ns = ANY ($1) AND lineage <> 'full' ORDER BY lineage = 'off' DESC LIMIT 1`,
		[]types.OID{types.OIDTextArray},
	},
	// An entry as it was at the moment that the statement reads.
	"entry": {
		`SELECT content, _system_from FROM memory.entries WHERE id = $1`,
		[]types.OID{types.OIDUUID},
	},
	"answer_of": {
		`SELECT query_ids, (SELECT coalesce(array_agg(entry_id), '{}') FROM memory.citations c WHERE c.answer_id = a.answer_id)
		 FROM memory.answers a WHERE answer_id = $1`,
		[]types.OID{types.OIDText},
	},
	"policy": {
		`SELECT dedupe, eviction = 'none' AND (max_rows IS NOT NULL OR max_bytes IS NOT NULL) FROM memory.namespaces WHERE ns = $1`,
		[]types.OID{types.OIDText},
	},
	// What a namespace that refuses holds beyond its budget. Writers come one after the other.
	"one_writer": {
		`SELECT pg_advisory_xact_lock(hashtextextended('memory.quota ' || $1, 0))`,
		[]types.OID{types.OIDText},
	},
	"beyond": {
		`SELECT CASE WHEN u.rows > n.max_rows THEN format('It holds %s of at most %s entries.', u.rows - 1, n.max_rows)
			WHEN u.bytes > n.max_bytes THEN format('With this entry it would hold %s of at most %s bytes.', u.bytes, n.max_bytes) END
		 FROM memory.namespaces n, LATERAL (SELECT
			(SELECT count(*) FROM memory.entries WHERE ns = $1) AS rows,
			CASE WHEN n.max_bytes IS NOT NULL THEN
				(SELECT sum(memory.entry_bytes(content, metadata, embedding)) FROM memory.entries WHERE ns = $1) END AS bytes) u
		 WHERE n.ns = $1`,
		[]types.OID{types.OIDText},
	},
	"namespaces": {
		`SELECT ns FROM memory.namespaces WHERE starts_with(ns, $1) ORDER BY ns`,
		[]types.OID{types.OIDText},
	},
	"write": {
		`INSERT INTO memory.entries (id, ns, kind, content, embedding, metadata, salience, pinned, session, seq,
			valid_from, valid_to, agent, supersedes, idempotency_key)
		 VALUES ($1, $2, coalesce($3, 'memory'), $4, $5, coalesce($6, '{}'), coalesce($7, 0.5), coalesce($8, false), $9, $10,
			coalesce($11, now()), coalesce($12, 'infinity'), $13, $14, $15)
		 ON CONFLICT (ns, idempotency_key) DO NOTHING
		 RETURNING id`,
		[]types.OID{
			types.OIDUUID, types.OIDText, types.OIDText, types.OIDText, types.OIDVector, types.OIDJSONB, types.OIDFloat8, types.OIDBool,
			types.OIDText, types.OIDInt8, types.OIDTimestamptz, types.OIDTimestamptz, types.OIDText, types.OIDUUID, types.OIDText,
		},
	},
	"written": {
		`SELECT id FROM memory.entries WHERE ns = $1 AND idempotency_key = $2`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	// Writers of the same content come one after the other; FOR UPDATE then sees what the one before committed.
	"one_at_a_time": {
		`SELECT pg_advisory_xact_lock(hashtextextended('memory.write ' || $1 || ' ' || $2, 0))`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"same": {
		`SELECT id FROM memory.entries WHERE ns = $1 AND content_hash = md5($2) AND content = $2 AND valid_to > now()
		 ORDER BY created_at, id LIMIT 1 FOR UPDATE`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"merge": {
		`UPDATE memory.entries SET repeats = repeats + 1, salience = greatest(salience, coalesce($2, salience)),
			metadata = metadata || coalesce($3, '{}'), pinned = pinned OR coalesce($4, false)
		 WHERE id = $1 RETURNING id`,
		[]types.OID{types.OIDUUID, types.OIDFloat8, types.OIDJSONB, types.OIDBool},
	},
	"supersede": {
		`UPDATE memory.entries SET valid_to = greatest(valid_from, least(valid_to, coalesce($3, now()))) WHERE ns = $1 AND id = $2 RETURNING id`,
		[]types.OID{types.OIDText, types.OIDUUID, types.OIDTimestamptz},
	},
	"next": {
		`INSERT INTO memory.streams (ns, stream, last_seq) VALUES ($1, $2, 1)
		 ON CONFLICT (ns, stream) DO UPDATE SET last_seq = streams.last_seq + 1
		 RETURNING last_seq`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"append": {
		`INSERT INTO memory.events (ns, stream, seq, content, payload, agent) VALUES ($1, $2, $3, $4, $5, $6)`,
		[]types.OID{types.OIDText, types.OIDText, types.OIDInt8, types.OIDText, types.OIDJSONB, types.OIDText},
	},
	"replay": {
		`SELECT seq, ts, kind, content, payload, agent FROM memory.events
		 WHERE ns = $1 AND stream = $2 AND seq >= coalesce($3, 1) AND ($4 IS NULL OR ts >= $4)
		 ORDER BY seq LIMIT $5`,
		[]types.OID{types.OIDText, types.OIDText, types.OIDInt8, types.OIDTimestamptz, types.OIDInt8},
	},
	"replay_back": {
		`SELECT seq, ts, kind, content, payload, agent FROM memory.events
		 WHERE ns = $1 AND stream = $2 AND seq >= coalesce($3, 1) AND ($4 IS NULL OR ts >= $4)
		 ORDER BY seq DESC LIMIT $5`,
		[]types.OID{types.OIDText, types.OIDText, types.OIDInt8, types.OIDTimestamptz, types.OIDInt8},
	},
	"payloads": {
		`SELECT payload FROM memory.events WHERE ns = $1 AND stream = $2 AND payload IS NOT NULL ORDER BY seq`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"put": {
		`INSERT INTO memory.facts (ns, key, value, agent) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (ns, key) DO UPDATE
		 SET value = excluded.value, agent = excluded.agent, updated_at = now(), version = facts.version + 1
		 RETURNING version`,
		[]types.OID{types.OIDText, types.OIDText, types.OIDJSONB, types.OIDText},
	},
	"put_new": {
		`INSERT INTO memory.facts (ns, key, value, agent) VALUES ($1, $2, $3, $4) ON CONFLICT (ns, key) DO NOTHING RETURNING version`,
		[]types.OID{types.OIDText, types.OIDText, types.OIDJSONB, types.OIDText},
	},
	"put_expected": {
		`UPDATE memory.facts SET value = $3, agent = $4, updated_at = now(), version = version + 1
		 WHERE ns = $1 AND key = $2 AND version = $5 RETURNING version`,
		[]types.OID{types.OIDText, types.OIDText, types.OIDJSONB, types.OIDText, types.OIDInt8},
	},
	"get": {
		`SELECT value FROM memory.facts WHERE ns = $1 AND key = $2`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"delete": {
		`DELETE FROM memory.facts WHERE ns = $1 AND key = $2 RETURNING value`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"lock": {
		`SELECT value FROM memory.facts WHERE ns = $1 AND key = $2 FOR UPDATE`,
		[]types.OID{types.OIDText, types.OIDText},
	},
	"missing": {
		`SELECT id, content FROM memory.entries WHERE ns = $1 AND embedding IS NULL ORDER BY created_at, id LIMIT $2`,
		[]types.OID{types.OIDText, types.OIDInt8},
	},
	"embedded": {
		`UPDATE memory.entries SET embedding = $2 WHERE id = $1`,
		[]types.OID{types.OIDUUID, types.OIDVector},
	},
	"pin": {
		`UPDATE memory.entries SET pinned = $2 WHERE id = $1 RETURNING id`,
		[]types.OID{types.OIDUUID, types.OIDBool},
	},
	"forget": {
		`DELETE FROM memory.entries WHERE id = $1 RETURNING id`,
		[]types.OID{types.OIDUUID},
	},
	"answer": {
		`INSERT INTO memory.answers (answer_id, query_ids, outcome, details, agent) VALUES ($1, $2, $3, coalesce($4, '{}'), $5)`,
		[]types.OID{types.OIDText, types.OIDUUIDArray, types.OIDFloat8, types.OIDJSONB, types.OIDText},
	},
	"cite": {
		`INSERT INTO memory.citations (answer_id, entry_id, version, weight)
		 SELECT $1, c, max(h.version), (count(h.id) > 0)::int FROM unnest($3) AS c LEFT JOIN memory.hits($2) h ON h.id = c GROUP BY c
		 ON CONFLICT DO NOTHING`,
		[]types.OID{types.OIDText, types.OIDUUIDArray, types.OIDUUIDArray},
	},
	// Only what a query of the answer returned is exposed, and only that earns by being cited.
	"credit": {
		`INSERT INTO memory.credits (entry_id, exposed, cited, last_cited, touches)
		 SELECT h.id, max(1 / log(2, 1 + h.rank)), (h.id = ANY ($2))::int, CASE WHEN h.id = ANY ($2) THEN now() END,
			CASE WHEN h.id = ANY ($2) THEN ARRAY[now()] ELSE '{}' END
		 FROM memory.hits($1) h GROUP BY h.id
		 ON CONFLICT (entry_id) DO UPDATE SET exposed = credits.exposed + excluded.exposed, cited = credits.cited + excluded.cited,
			last_cited = coalesce(excluded.last_cited, credits.last_cited), touches = (excluded.touches || credits.touches)[1:8]`,
		[]types.OID{types.OIDUUIDArray, types.OIDUUIDArray},
	},
}

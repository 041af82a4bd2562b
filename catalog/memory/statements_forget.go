package memory

import (
	"maps"

	"synapse/catalog/types"
)

// Statements of forgetting.
func init() {
	maps.Copy(Statements, map[string]Statement{
		// The fourth column is the moment before which what was written is past its time.
		"budget": {
			`SELECT n.max_rows, n.max_bytes, now(), now() - n.ttl, p.policy, p.kind, p.recency, p.credit, p.information, p.salience, p.size,
				p.half_days, p.decay
			 FROM memory.namespaces n JOIN memory.policies p ON p.policy = n.eviction WHERE n.ns = $1`,
			[]types.OID{types.OIDText},
		},
		"evictable": {
			`SELECT e.id, e._system_from, e.created_at, e.salience, memory.entry_bytes(e.content, e.metadata, e.embedding), e.pinned,
				coalesce(c.exposed, 0), coalesce(c.cited, 0), c.touches, coalesce(t.information, 0), coalesce(t.recalled, 0), t.last_recalled,
				CASE WHEN $2 AND t.information IS NULL THEN e.content END
			 FROM memory.entries e LEFT JOIN memory.credits c ON c.entry_id = e.id LEFT JOIN memory.traces t ON t.entry_id = e.id
			 WHERE e.ns = $1 ORDER BY e.created_at, e.id`,
			[]types.OID{types.OIDText, types.OIDBool},
		},
		"told": {
			`INSERT INTO memory.traces (ns, entry_id, information) SELECT $1, u.id, u.information FROM unnest($2, $3) AS u(id, information)
			 ON CONFLICT (entry_id) DO UPDATE SET information = excluded.information`,
			[]types.OID{types.OIDText, types.OIDUUIDArray, types.OIDFloat8Array},
		},
		"recalled": {
			`INSERT INTO memory.traces (ns, entry_id, recalled, last_recalled)
			 SELECT $1, u.id, u.n, u.at FROM unnest($2, $3, $4) AS u(id, n, at)
			 ON CONFLICT (entry_id) DO UPDATE SET recalled = traces.recalled + excluded.recalled,
				last_recalled = greatest(traces.last_recalled, excluded.last_recalled)`,
			[]types.OID{types.OIDText, types.OIDUUIDArray, types.OIDInt8Array, types.OIDTimestamptzArray},
		},
		// Rows that others have locked stay for another time; so does what was pinned meanwhile.
		"evict": {
			`DELETE FROM memory.entries WHERE id IN (
				SELECT id FROM memory.entries WHERE ns = $1 AND id = ANY ($2) AND NOT pinned FOR UPDATE SKIP LOCKED)
			 RETURNING id`,
			[]types.OID{types.OIDText, types.OIDUUIDArray},
		},
		"evicted": {
			`INSERT INTO memory.evictions (ns, policy, formula, entry_id, version, reason, score, parts, bytes)
			 SELECT $1, $2, $3, u.id, u.version, u.reason, u.score, u.parts, u.bytes
			 FROM unnest($4, $5, $6, $7, $8, $9) AS u(id, version, reason, score, parts, bytes)
			 ON CONFLICT DO NOTHING`,
			[]types.OID{
				types.OIDText, types.OIDText, types.OIDText, types.OIDUUIDArray, types.OIDInt8Array, types.OIDTextArray, types.OIDFloat8Array,
				types.OIDJSONBArray, types.OIDInt8Array,
			},
		},
		"forgotten": {
			`SELECT entry_id, version, evicted_at FROM memory.evictions WHERE ns = $1 ORDER BY evicted_at DESC, entry_id LIMIT $2`,
			[]types.OID{types.OIDText, types.OIDInt8},
		},
		// Namespaces that have something to keep within.
		"bounded": {
			`SELECT n.ns, p.kind IN ('lru', 'lfu') FROM memory.namespaces n JOIN memory.policies p ON p.policy = n.eviction
			 WHERE n.ttl IS NOT NULL OR p.kind <> 'none' AND (n.max_rows IS NOT NULL OR n.max_bytes IS NOT NULL) ORDER BY n.ns`,
			nil,
		},
	})
}

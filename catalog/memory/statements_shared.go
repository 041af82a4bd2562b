package memory

import (
	"maps"

	"synapse/catalog/types"
)

// Statements of links, the answer cache and the change feed.
func init() {
	maps.Copy(Statements, map[string]Statement{
		"link": {
			`INSERT INTO memory.links (ns, source, kind, target, weight, metadata, agent)
			 VALUES ($1, $2, $3, $4, coalesce($5, 1), coalesce($6, '{}'), $7)
			 ON CONFLICT (ns, source, kind, target) DO UPDATE
			 SET weight = excluded.weight, metadata = links.metadata || excluded.metadata, valid_to = 'infinity'`,
			[]types.OID{types.OIDText, types.OIDText, types.OIDText, types.OIDText, types.OIDFloat8, types.OIDJSONB, types.OIDText},
		},
		"unlink": {
			`UPDATE memory.links SET valid_to = greatest(valid_from, now())
			 WHERE ns = $1 AND source = $2 AND kind = $3 AND target = $4 AND valid_to > now() RETURNING 1`,
			[]types.OID{types.OIDText, types.OIDText, types.OIDText, types.OIDText},
		},
		// Breadth first over links that hold now, in both directions; a node comes by its shortest way.
		"neighbors": {
			`WITH RECURSIVE walk AS (
				SELECT $1 AS node, 0 AS depth, NULL::text AS ns, NULL::text AS kind, NULL::text AS direction, 1::float8 AS weight, NULL::text AS via, ARRAY[$1] AS path
				UNION ALL
				SELECT l.node, w.depth + 1, l.ns, l.kind, l.direction, w.weight * l.weight, w.node, w.path || l.node
				FROM walk w, LATERAL (
					SELECT target AS node, ns, kind, 'out' AS direction, weight FROM memory.links
					WHERE source = w.node AND valid_from <= now() AND valid_to > now()
					UNION ALL
					SELECT source, ns, kind, 'in', weight FROM memory.links
					WHERE target = w.node AND valid_from <= now() AND valid_to > now()) l
				WHERE w.depth < $3 AND ($2 IS NULL OR l.kind = ANY ($2)) AND l.node <> ALL (w.path)
			), best AS (
				SELECT DISTINCT ON (node) * FROM walk WHERE depth > 0 ORDER BY node, depth, weight DESC, via, kind
			)
			SELECT b.node, b.depth, b.kind, b.direction, b.via, b.weight, b.ns, e.content
			FROM best b LEFT JOIN memory.entries e ON e.id::text = b.node
			ORDER BY b.depth, b.weight DESC, b.node`,
			[]types.OID{types.OIDText, types.OIDTextArray, types.OIDInt4},
		},
		// Who was shown an entry, or what was derived from it, and which answers stood on that.
		"impact": {
			`WITH RECURSIVE d AS (
				SELECT $1 AS id, 0 AS depth, NULL::uuid AS via
				UNION ALL
				SELECT u.id, d.depth + 1, d.id FROM d JOIN memory.links l ON l.target = d.id::text AND l.kind = 'derived_from',
					LATERAL (SELECT l.source::uuid AS id WHERE l.source ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') u
			) CYCLE id SET again USING path, derived AS (
				SELECT DISTINCT ON (id) id, depth, via FROM d WHERE NOT again ORDER BY id, depth
			), shown AS (
				SELECT d.id, d.depth, d.via, h.query_id, l.started_at, l.agent, h.rank
				FROM derived d JOIN memory.lineage_hits h ON h.id = d.id JOIN memory.lineage l ON l.query_id = h.query_id
			), used AS (
				SELECT s.*, a.answer_id, a.answer_id IS NOT NULL AND EXISTS (
					SELECT FROM memory.citations c WHERE c.answer_id = a.answer_id AND c.entry_id = s.id) AS cited
				FROM shown s LEFT JOIN memory.answers a ON a.query_ids @> ARRAY[s.query_id]
				UNION ALL
				SELECT d.id, d.depth, d.via, NULL, a.created_at, a.agent, NULL, a.answer_id, true
				FROM derived d JOIN memory.citations c ON c.entry_id = d.id JOIN memory.answers a USING (answer_id) WHERE c.weight = 0
			)
			SELECT id, depth, via, query_id, started_at, agent, rank, answer_id, cited FROM used ORDER BY depth, started_at, id, query_id, answer_id`,
			[]types.OID{types.OIDUUID},
		},
		// What the provenance of an entry's version says beside what recall returned.
		"source": {
			`SELECT e.content, e.agent, e.created_at, e.supersedes, coalesce((SELECT array_agg(l.target ORDER BY l.target) FROM memory.links l
				WHERE l.source = e.id::text AND l.kind = 'derived_from'), '{}')
			 FROM memory.entries e WHERE e.id = $1`,
			[]types.OID{types.OIDUUID},
		},
		"answered": {
			`SELECT agent, created_at, outcome FROM memory.answers WHERE answer_id = $1`,
			[]types.OID{types.OIDText},
		},
		"cache_put": {
			`INSERT INTO memory.cache (ns, question, answer, query_ids, sources, agent, expires_at)
			 SELECT $1, $2, $3, coalesce($4, '{}'), coalesce((SELECT array_agg(DISTINCT s) FROM (
				SELECT c.entry_id FROM memory.answers a JOIN memory.citations c USING (answer_id) WHERE a.query_ids && $4
				UNION SELECT h.id FROM memory.hits($4) h
				WHERE NOT EXISTS (SELECT FROM memory.answers a WHERE a.query_ids && $4)) t(s)), '{}'),
				$5, coalesce(now() + $6, 'infinity')
			 RETURNING id`,
			[]types.OID{types.OIDText, types.OIDText, types.OIDText, types.OIDUUIDArray, types.OIDText, types.OIDInterval},
		},
		// An answer is dead when a memory it stood on is gone, no longer believed, or superseded.
		"cache_get": {
			`SELECT c.id, c.question, c.answer, 1 - (c.embedding <=> $2) AS similarity, c.query_ids, c.created_at
			 FROM memory.cache c
			 WHERE c.ns = $1 AND c.expires_at > now()
				AND NOT EXISTS (SELECT FROM unnest(c.sources) s WHERE NOT EXISTS (
					SELECT FROM memory.entries e WHERE e.id = s AND e.valid_from <= now() AND e.valid_to > now()
						AND NOT EXISTS (SELECT FROM memory.entries n WHERE n.ns = e.ns AND n.supersedes = e.id)))
				AND 1 - (c.embedding <=> $2) >= $3
			 ORDER BY c.embedding <=> $2 LIMIT 1`,
			[]types.OID{types.OIDText, types.OIDVector, types.OIDFloat8},
		},
	})
}

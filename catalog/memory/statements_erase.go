package memory

import (
	"maps"

	"synapse/catalog/types"
)

// Statements of erase. They look at all versions: what was deleted or evicted is erased too.
func init() {
	maps.Copy(Statements, map[string]Statement{
		"erase_entries": {
			`SELECT id, bool_or(pinned AND _system_to = 'infinity'), max(session) FILTER (WHERE kind = 'event'), max(seq) FILTER (WHERE kind = 'event')
			 FROM memory.entries FOR SYSTEM_TIME ALL
			 WHERE ns = $1 AND ($2 IS NULL OR id = ANY ($2)) AND ($3 IS NULL OR kind = $3) AND ($4 IS NULL OR agent = $4)
				AND ($5 IS NULL OR session = $5) AND ($6 IS NULL OR metadata @> $6) AND ($7 IS NULL OR strpos(content, $7) > 0)
				AND ($8 IS NULL OR created_at < $8) AND ($9 IS NULL OR created_at > $9)
			 GROUP BY id ORDER BY id`,
			[]types.OID{
				types.OIDText, types.OIDUUIDArray, types.OIDText, types.OIDText, types.OIDText, types.OIDJSONB, types.OIDText,
				types.OIDTimestamptz, types.OIDTimestamptz,
			},
		},
		// Entries whose every source is among the given.
		"erase_derived": {
			`SELECT e.id, e.pinned, CASE WHEN e.kind = 'event' THEN e.session END, CASE WHEN e.kind = 'event' THEN e.seq END
			 FROM (SELECT DISTINCT source FROM memory.links WHERE ns = $1 AND kind = 'derived_from' AND target = ANY ($2)) l
			 JOIN memory.entries e ON e.ns = $1 AND e.id::text = l.source
			 WHERE NOT EXISTS (SELECT FROM memory.links o
				WHERE o.ns = $1 AND o.source = l.source AND o.kind = 'derived_from' AND o.valid_to > now() AND o.target <> ALL ($2))
			 ORDER BY e.id`,
			[]types.OID{types.OIDText, types.OIDTextArray},
		},
		"erase_answers": {
			`SELECT a.answer_id, bool_or(c.entry_id IS NOT NULL)
			 FROM memory.answers a LEFT JOIN memory.citations c ON c.answer_id = a.answer_id AND c.entry_id = ANY ($1)
			 WHERE c.entry_id IS NOT NULL OR a.answer_id IN (
				SELECT q.answer_id FROM (SELECT answer_id, unnest(query_ids) AS query_id FROM memory.answers) q
				JOIN memory.lineage_hits h ON h.query_id = q.query_id WHERE h.id = ANY ($1))
			 GROUP BY a.answer_id ORDER BY a.answer_id`,
			[]types.OID{types.OIDUUIDArray},
		},
		"erase_last": {
			`SELECT coalesce((SELECT hash FROM memory.erasures ORDER BY erased_at DESC, id DESC LIMIT 1), '')
			 FROM (SELECT pg_advisory_xact_lock(hashtextextended('memory.erase', 0))) l`,
			nil,
		},
		"erase_receipt": {
			`INSERT INTO memory.erasures (id, ns, reason, agent, counts, entries, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			[]types.OID{
				types.OIDUUID, types.OIDText, types.OIDText, types.OIDText, types.OIDJSONB, types.OIDUUIDArray, types.OIDText, types.OIDText,
			},
		},
		"erase_shown": {
			`SELECT jsonb_build_object('id', id, 'ns', ns, 'erased_at', erased_at, 'reason', reason, 'counts', counts, 'hash', hash)
			 FROM memory.erasures WHERE id = $1`,
			[]types.OID{types.OIDUUID},
		},
		"erased_since": {
			`SELECT 1 FROM memory.erasures WHERE ns = ANY ($1) AND erased_at > $2 LIMIT 1`,
			[]types.OID{types.OIDTextArray, types.OIDTimestamptz},
		},
		"was_erased": {
			`SELECT 1 FROM memory.erasures WHERE $1 = ANY (entries) LIMIT 1`,
			[]types.OID{types.OIDUUID},
		},
	})
}

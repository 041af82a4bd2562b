package memory

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// OIDs of the virtual relations, in the range below the users'.
const (
	oidLineage     types.OID = 13101
	oidLineageHits types.OID = 13102
)

// Tables returns the relations of the schema that are made when they are read.
func Tables() []*catalog.VirtualTable {
	return []*catalog.VirtualTable{
		live(oidLineage, "lineage", "every statement and ranked call: what it read, when, for whom", "lineage", []column{
			{"query_id", types.UUID},
			{"parent_id", types.UUID},
			{"started_at", types.Timestamptz},
			{"duration_ms", types.Float8},
			{"snapshot", types.Timestamptz},
			{"as_of", types.Timestamptz},
			{"role", types.Text},
			{"agent", types.Text},
			{"application_name", types.Text},
			{"database", types.Text},
			{"ns", types.Text},
			{"sql", types.Text},
			{"fingerprint", types.Int8},
			{"params", types.TextArray},
			{"rows", types.Int8},
			{"sqlstate", types.Text},
			{"trace_id", types.Text},
			{"span_id", types.Text},
			{"plan", types.Text},
			{"own_writes", types.Bool},
			{"approximate", types.Bool},
			{"erased", types.Bool},
		}),
		live(oidLineageHits, "lineage_hits", "what each ranked call returned", "lineage_hits", []column{
			{"query_id", types.UUID},
			{"rank", types.Int4},
			{"id", types.UUID},
			{"version", types.Int8},
			{"score", types.Float8},
			{"parts", types.JSONB},
		}),
		namespaceGrants(),
	}
}

type column struct {
	name string
	typ  types.Type
}

// live makes a relation over a live source of the session.
func live(id types.OID, name, comment, source string, cols []column) *catalog.VirtualTable {
	t := &catalog.Table{Header: catalog.Header{ID: id, Name: name, Schema: catalog.SchemaMemory, Owner: catalog.RoleSynapse, Comment: comment}}
	for i, c := range cols {
		t.Columns = append(t.Columns, catalog.Column{Name: c.name, Type: c.typ, Attr: i})
	}
	t.NextAttr = len(cols)
	return &catalog.VirtualTable{Table: t, Rows: func(src catalog.VirtualSource, yield func(row []types.Value) error) error {
		rows := src.Statistic(source)
		if rows == nil {
			return nil
		}
		return rows(yield)
	}}
}

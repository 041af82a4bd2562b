package catalog

import "synapse/catalog/types"

// VirtualTable is a relation whose rows are made when it is read: pg_catalog,
// information_schema, memory.lineage and the statistics views.
type VirtualTable struct {
	*Table
	// Rows yields the rows, each with one value per column. A row may be reused
	// by the caller only after yield returns.
	Rows func(src VirtualSource, yield func(row []types.Value) error) error
}

// VirtualSource is what a provider may read from: the statement's catalog and
// whatever live state the session offers (activity, settings, statistics).
type VirtualSource interface {
	Catalog() *Catalog
	CurrentUser() string
	CurrentDatabase() string
	// Statistic returns live rows of a named source ("settings", "activity",
	// "table_stats", "lineage", "lineage_hits", …); nil if there is no such source.
	Statistic(name string) func(yield func(row []types.Value) error) error
}

// Virtuals is the immutable set of virtual relations, shared by all catalogs.
type Virtuals struct {
	byName map[string]*VirtualTable
	byID   map[types.OID]*VirtualTable
	list   []*VirtualTable
}

// NewVirtuals makes the set. schemaOf gives a schema's name by its OID.
func NewVirtuals(schemaOf func(types.OID) string, tables ...*VirtualTable) *Virtuals {
	v := &Virtuals{byName: map[string]*VirtualTable{}, byID: map[types.OID]*VirtualTable{}}
	for _, t := range tables {
		t.Table.Virtual = true
		v.byName[schemaOf(t.Schema)+"."+t.Name] = t
		v.byID[t.ID] = t
		v.list = append(v.list, t)
	}
	return v
}

// ByID finds a virtual relation, nil if the OID names none.
func (v *Virtuals) ByID(id types.OID) *VirtualTable {
	if v == nil {
		return nil
	}
	return v.byID[id]
}

// All lists the relations. Shared: do not change.
func (v *Virtuals) All() []*VirtualTable {
	if v == nil {
		return nil
	}
	return v.list
}

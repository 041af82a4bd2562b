package catalog

import (
	"strings"

	"synapse/catalog/types"
)

// Column finds a live column by name; ord is its 1-based position, 0 if there is none.
func (t *Table) Column(name string) (c *Column, ord int) {
	for i := range t.Columns {
		if !t.Columns[i].Dropped && t.Columns[i].Name == name {
			return &t.Columns[i], i + 1
		}
	}
	return nil, 0
}

// Live returns the 1-based positions of the columns that are not dropped.
func (t *Table) Live() []int {
	out := make([]int, 0, len(t.Columns))
	for i := range t.Columns {
		if !t.Columns[i].Dropped {
			out = append(out, i+1)
		}
	}
	return out
}

// Clone returns a copy whose slices and maps may be changed.
func (t *Table) Clone() *Table {
	n := *t
	n.Columns = append([]Column(nil), t.Columns...)
	n.Constraints = append([]Constraint(nil), t.Constraints...)
	n.Triggers = append([]Trigger(nil), t.Triggers...)
	n.Parents = append([]types.OID(nil), t.Parents...)
	n.Children = append([]types.OID(nil), t.Children...)
	n.Options = make(map[string]string, len(t.Options))
	for k, v := range t.Options {
		n.Options[k] = v
	}
	return &n
}

// PrimaryKey returns the primary key constraint, nil if there is none.
func (t *Table) PrimaryKey() *Constraint {
	for i := range t.Constraints {
		if t.Constraints[i].Kind == PrimaryKey {
			return &t.Constraints[i]
		}
	}
	return nil
}

// NamespaceColumn returns the 1-based position of the column named by WITH (synapse.namespace = 'col'), 0 if none.
func (t *Table) NamespaceColumn() int {
	if name := t.Options["synapse.namespace"]; name != "" {
		_, ord := t.Column(name)
		return ord
	}
	return 0
}

// ValidTime returns the 1-based positions of the valid-time period's columns, 0, 0 if the table has none.
func (t *Table) ValidTime() (from, to int) {
	a, b, ok := strings.Cut(t.Options["synapse.valid_time"], ",")
	if !ok {
		return 0, 0
	}
	_, from = t.Column(strings.TrimSpace(a))
	_, to = t.Column(strings.TrimSpace(b))
	return from, to
}

// KeepsHistory reports whether closed versions are retained (temporary and unlogged tables keep none).
func (t *Table) KeepsHistory() bool {
	return !t.Virtual && (t.Persistence == 0 || t.Persistence == Permanent)
}

// ConstraintOf returns the constraint that an index serves, nil if none.
func (t *Table) ConstraintOf(index types.OID) *Constraint {
	for i := range t.Constraints {
		if c := &t.Constraints[i]; c.Index == index && (c.Kind == PrimaryKey || c.Kind == Unique || c.Kind == Exclusion) {
			return c
		}
	}
	return nil
}

// AppendOnly reports whether rows may be added and nothing else.
func (t *Table) AppendOnly() bool { return t.Options["synapse.append_only"] == "true" }

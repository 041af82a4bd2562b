package catalog

import (
	"slices"
	"strings"

	"synapse/catalog/types"
)

// Namespaces bound to roles. Rows of a table that names its namespace column,
// and of the memory schema, belong to namespaces; what a role may read and write
// of them is what it, and the groups whose privileges it has, were given with
// memory.grant_namespace. A superuser is not bound. A role that was given none
// reaches no rows but those of tables of its own.

// NamespaceGrant lets a role into the namespaces of a pattern: a name, or a
// prefix that ends in an asterisk ('team:support/*').
type NamespaceGrant struct {
	Pattern string `json:"pattern"`
	Write   bool   `json:"write,omitempty"` // reading is always included
}

// NamespacePatterns are those that a role may read and, among them, write; both
// nil for a superuser, who is not bound.
func (c *Catalog) NamespacePatterns(role types.OID) (read, write []string) {
	if c.IsSuper(role) {
		return nil, nil
	}
	read, write = []string{}, []string{}
	for id := range c.groupsOf(role).inherit {
		r := c.RoleByID(id)
		if r == nil {
			continue
		}
		for _, g := range r.Namespaces {
			read = append(read, g.Pattern)
			if g.Write {
				write = append(write, g.Pattern)
			}
		}
	}
	slices.Sort(read)
	slices.Sort(write)
	return slices.Compact(read), slices.Compact(write)
}

// MatchesNamespace reports whether a namespace is one of the patterns.
func MatchesNamespace(patterns []string, ns string) bool {
	for _, p := range patterns {
		if prefix, wild := strings.CutSuffix(p, "*"); wild && strings.HasPrefix(ns, prefix) || p == ns {
			return true
		}
	}
	return false
}

// BoundColumn is the 1-based position of the column whose namespace decides who
// reaches a row; 0 if the table has none. memory.namespaces has one though its
// rows are not placed by it.
func (t *Table) BoundColumn() int {
	if t.Schema == SchemaMemory && t.Name == "namespaces" {
		_, ord := t.Column("ns")
		return ord
	}
	return t.NamespaceColumn()
}

package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Principal is who reads and writes. Immutable once it is in use.
type Principal struct {
	Role  types.OID
	Name  string
	Super bool
	// Namespaces are the patterns of the namespaces whose rows are read, Writable
	// those among them whose rows are written. nil Namespaces: not bound.
	Namespaces, Writable []string
	// Owns tells the owners as whom the principal counts. One without any
	// namespace reaches the rows of the tables they own.
	Owns func(owner types.OID) bool
}

// bound reports whether namespaces decide which rows of a table the principal
// reaches, and by which column (1-based).
func (p *Principal) bound(t *catalog.Table) (ord int, ok bool) {
	if p.Namespaces == nil {
		return 0, false
	}
	if ord = t.BoundColumn(); ord == 0 {
		return 0, false
	}
	return ord, len(p.Namespaces) > 0 || p.Owns == nil || t.Schema == catalog.SchemaMemory || !p.Owns(t.Owner)
}

// sees reports whether rows of a namespace may be read.
func (p *Principal) sees(ns types.Value) bool {
	return !ns.IsNull() && catalog.MatchesNamespace(p.Namespaces, ns.Str())
}

// mayWrite refuses to make a row of a namespace that the principal may not write.
func (p *Principal) mayWrite(t *catalog.Table, values []types.Value) error {
	ord, ok := p.bound(t)
	if !ok {
		return nil
	}
	if ns := values[ord-1]; ns.IsNull() || !catalog.MatchesNamespace(p.Writable, ns.Str()) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for namespace \"%s\"", ns.Str())
	}
	return nil
}

// mayChange is mayWrite for a row that is there. Of one that cannot be read the
// message tells nothing: a unique key may have led to it.
func (p *Principal) mayChange(t *catalog.Table, values []types.Value) error {
	ord, ok := p.bound(t)
	if ok && !p.sees(values[ord-1]) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for a row of another namespace in table \"%s\"", t.Name)
	}
	return p.mayWrite(t, values)
}

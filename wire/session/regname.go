package session

import (
	"sync/atomic"

	"synapse/catalog"
	"synapse/catalog/pgcatalog"
	"synapse/catalog/types"
)

// textFormat is the format of the settings with the names of the catalog in it:
// regclass and its kin are read and written as names that search_path resolves.
func (s *Session) textFormat() *types.Format {
	f := s.settings.textFormat()
	if f.RegName != nil {
		return f
	}
	c := *f
	names := &regNames{s: s}
	c.RegName, c.RegValue, c.Defined = names.name, names.value, names.defined
	s.settings.format = &c
	return &c
}

// formatAsOf is the format with the names of another catalog in it.
func (s *Session) formatAsOf(c *catalog.Catalog) *types.Format {
	f := *s.inputFormat()
	names := &regNames{s: s, fixed: c}
	f.RegName, f.RegValue = names.name, names.value
	return &f
}

// regNames resolves names of the session's catalog. It lives as long as a
// format, which a change of search_path ends. Workers of one statement share it.
type regNames struct {
	s     *Session
	fixed *catalog.Catalog // instead of the session's; nil: none
	last  atomic.Pointer[regScope]
}

// regScope is a catalog with the search path resolved in it.
type regScope struct {
	cat  *catalog.Catalog
	path []string
}

func (n *regNames) scope() *regScope {
	cat := n.fixed
	if cat == nil {
		cat = n.s.catalog()
	}
	if old := n.last.Load(); old != nil && old.cat == cat {
		return old
	}
	now := &regScope{cat, n.s.bindPath(cat)}
	n.last.Store(now)
	return now
}

func (n *regNames) name(typ, id types.OID) string {
	sc := n.scope()
	return pgcatalog.RegName(sc.cat, sc.path, typ, id)
}

func (n *regNames) value(typ types.OID, text string) (types.OID, error) {
	sc := n.scope()
	return pgcatalog.RegValue(sc.cat, sc.path, typ, text)
}

func (n *regNames) defined(id types.OID) *types.Defined { return n.scope().cat.Defined(id) }

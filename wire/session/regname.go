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
	c.RegName, c.RegValue = names.name, names.value
	s.settings.format = &c
	return &c
}

// regNames resolves names of the session's catalog. It lives as long as a
// format, which a change of search_path ends. Workers of one statement share it.
type regNames struct {
	s    *Session
	last atomic.Pointer[regScope]
}

// regScope is a catalog with the search path resolved in it.
type regScope struct {
	cat  *catalog.Catalog
	path []string
}

func (n *regNames) scope() *regScope {
	cat := n.s.catalog()
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

// Sizes tells the functions on sizes how large a table is: its rows as of the
// newest commit, at an estimate of bytes per row.
func (h *host) Sizes(relation types.OID) (rows, bytes int64) {
	const rowBytes, keyBytes = 128, 32
	c := h.Catalog()
	if t := c.Table(relation); t != nil && !t.Virtual {
		rows = int64(h.s.engine.Store.Sizes(relation, 0).Rows)
		return rows, rows * rowBytes
	}
	if x := c.Index(relation); x != nil {
		rows = int64(h.s.engine.Store.Sizes(x.Table, x.ID).Entries)
		return rows, rows * keyBytes
	}
	return 0, 0
}

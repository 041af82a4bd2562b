package pgcatalog

import (
	"slices"
	"sync"
	"sync/atomic"

	"synapse/catalog"
	"synapse/catalog/types"
)

// provider fills a relation from the sheet's catalog alone.
type provider func(s *sheet)

// providers by relation name; information_schema's are in infoProviders.
var providers = map[string]provider{}

// liveProviders read the session: their rows are never kept.
var liveProviders = map[string]provider{}

// infoProviders are those of information_schema, which depend on the database too.
var infoProviders = map[string]provider{}

// Tables returns the virtual relations of the package.
func Tables() []*catalog.VirtualTable {
	var list []*catalog.VirtualTable
	for _, r := range relations() {
		t := *r.table
		list = append(list, &catalog.VirtualTable{Table: &t, Rows: r.source()})
	}
	return list
}

// source picks where the rows come from.
func (r *relation) source() func(catalog.VirtualSource, func([]types.Value) error) error {
	name := r.table.Name
	if r.table.Schema == catalog.SchemaInformation {
		return r.kept(infoProviders[name])
	}
	if p := liveProviders[name]; p != nil {
		return func(src catalog.VirtualSource, yield func([]types.Value) error) error {
			s := &sheet{relation: r, cat: src.Catalog(), src: src}
			p(s)
			return each(s.rows, yield)
		}
	}
	return r.kept(providers[name])
}

// kept makes the rows once per catalog. Only the rows of the catalog read last
// are kept: readers of the past and of uncommitted DDL replace each other's.
func (r *relation) kept(p provider) func(catalog.VirtualSource, func([]types.Value) error) error {
	type page struct {
		cat      *catalog.Catalog
		database string
		user     string
		rows     [][]types.Value
	}
	var last atomic.Pointer[page]
	born := sync.OnceValue(r.snapshot)
	return func(src catalog.VirtualSource, yield func([]types.Value) error) error {
		cat := src.Catalog()
		now := &page{cat: cat, database: src.CurrentDatabase(), user: src.CurrentUser()}
		if old := last.Load(); old != nil && old.cat == cat && old.database == now.database && old.user == now.user {
			return each(old.rows, yield)
		}
		s := &sheet{relation: r, cat: cat, src: src, rows: slices.Clip(born())}
		if p != nil {
			p(s)
		}
		now.rows = s.rows
		last.Store(now)
		return each(now.rows, yield)
	}
}

func each(rows [][]types.Value, yield func([]types.Value) error) error {
	for _, row := range rows {
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

package storage

import (
	"sort"
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/effect"
)

// catalogsKept is how many catalogs of the past stay built; older ones are
// built again from their rows when somebody asks.
const catalogsKept = 32

// catalogStore keeps the catalog as of every moment. The truth is the rows of
// effect.CatalogTable; a Catalog is made from them or advanced with each DDL commit.
type catalogStore struct {
	store *Store
	table *table

	mu      sync.Mutex // guards all below
	rows    map[types.OID]uint32
	history []catalogVersion // ascending by since
	built   []int            // positions in history that hold a catalog, oldest use first
}

type catalogVersion struct {
	since   Timestamp
	catalog *catalog.Catalog // nil: build it
}

func newCatalogStore(s *Store) *catalogStore {
	c := &catalogStore{store: s, rows: map[types.OID]uint32{}}
	c.table = s.table(effect.CatalogTable)
	c.history = []catalogVersion{{since: -1 << 63, catalog: catalog.Empty(s.hooks.Virtuals)}}
	return c
}

// at returns the catalog as of a moment.
func (c *catalogStore) at(t Timestamp) (*catalog.Catalog, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := sort.Search(len(c.history), func(i int) bool { return c.history[i].since > t }) - 1
	h := &c.history[i]
	if h.catalog == nil {
		built, err := c.build(h.since)
		if err != nil {
			return nil, err
		}
		h.catalog = built
		c.note(i)
	}
	return h.catalog, nil
}

// note remembers that history[i] is built and lets go of the least recent past one.
func (c *catalogStore) note(i int) {
	c.built = append(c.built, i)
	if len(c.built) <= catalogsKept {
		return
	}
	for k, old := range c.built {
		if old != 0 && old != len(c.history)-1 && old != i {
			c.history[old].catalog = nil
			c.built = append(c.built[:k], c.built[k+1:]...)
			return
		}
	}
}

// build makes the catalog of a moment from its rows.
func (c *catalogStore) build(at Timestamp) (*catalog.Catalog, error) {
	t := c.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	var changes []catalog.Change
	for local := range uint32(len(t.newest)) {
		v := t.visible(local, at)
		if v == nil {
			continue
		}
		o, err := c.decode(local, v)
		if err != nil {
			return nil, err
		}
		changes = append(changes, catalog.Change{ID: o.ObjectID(), Object: o})
	}
	return catalog.Empty(c.store.hooks.Virtuals).With(uint64(at), changes...), nil
}

// decode reads the object of a catalog row and sets its creation time. Caller holds the table's lock.
func (c *catalogStore) decode(local uint32, v *version) (catalog.Object, error) {
	t := c.table
	body, err := t.value(t.image(v), len(effect.CatalogColumns)-1, types.Text)
	if err != nil {
		return nil, err
	}
	o, err := catalog.Decode([]byte(body.Str()))
	if err != nil {
		return nil, err
	}
	first := v
	for first.prev != 0 {
		first = t.versions.get(first.prev)
	}
	headerOf(o).Created = int64(first.from)
	return o, nil
}

// advance adds the catalog after a commit. Caller holds the sequencer's lock and
// has installed the rows.
func (c *catalogStore) advance(ts Timestamp, locals []uint32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	newest := &c.history[len(c.history)-1]
	changes := make([]catalog.Change, 0, len(locals))
	t := c.table
	t.mu.RLock()
	for _, local := range locals {
		v := t.versions.get(t.head(local))
		o, err := c.decode(local, v)
		if err != nil {
			t.mu.RUnlock()
			return err
		}
		if v.to != Infinity {
			changes = append(changes, catalog.Change{ID: o.ObjectID()})
			delete(c.rows, o.ObjectID())
			continue
		}
		c.rows[o.ObjectID()] = local
		changes = append(changes, catalog.Change{ID: o.ObjectID(), Object: o})
		catalog.Publish(o)
	}
	t.mu.RUnlock()
	next := newest.catalog.With(uint64(ts), changes...)
	c.history = append(c.history, catalogVersion{ts, next})
	c.note(len(c.history) - 1)
	return nil
}

// newestCatalog returns the catalog of the newest commit, published or not, and its time.
func (c *catalogStore) newestCatalog() (*catalog.Catalog, Timestamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := &c.history[len(c.history)-1]
	return h.catalog, h.since
}

// row returns the row of an object, 0 if the newest commit has none.
func (c *catalogStore) row(id types.OID) uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rows[id]
}

// headerOf returns the part that all objects share.
func headerOf(o catalog.Object) *catalog.Header {
	switch o := o.(type) {
	case *catalog.Schema:
		return &o.Header
	case *catalog.Table:
		return &o.Header
	case *catalog.Index:
		return &o.Header
	case *catalog.Sequence:
		return &o.Header
	case *catalog.View:
		return &o.Header
	case *catalog.Role:
		return &o.Header
	case *catalog.Extension:
		return &o.Header
	case *catalog.Database:
		return &o.Header
	case *catalog.Function:
		return &o.Header
	case *catalog.Type:
		return &o.Header
	}
	return &catalog.Header{}
}

// temporary reports whether an object belongs to one connection and must not be logged.
func temporary(c *catalog.Catalog, o catalog.Object) bool {
	switch o := o.(type) {
	case *catalog.Table:
		return o.Persistence == catalog.Temporary
	case *catalog.Sequence:
		return o.Persistence == catalog.Temporary
	case *catalog.Index:
		t := c.Table(o.Table)
		return t != nil && t.Persistence == catalog.Temporary
	case *catalog.Schema:
		return strings.HasPrefix(o.Name, "pg_temp")
	}
	return strings.HasPrefix(c.SchemaName(o.SchemaID()), "pg_temp")
}

func errConcurrentDDL() error {
	return sqlerr.New(sqlerr.InternalError, "tuple concurrently updated")
}

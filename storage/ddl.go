package storage

import (
	"context"
	"slices"
	"strconv"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// PutObject creates or replaces a catalog object. A new or changed index is
// built at once, over the rows and their history; readers and writers of the table
// go on meanwhile. Errors: 42P07 and its kin for a name
// that is taken, 23505 for an index whose rows are not unique.
func (x *Txn) PutObject(ctx context.Context, o catalog.Object) error {
	if err := x.mayWrite(); err != nil {
		return err
	}
	if err := x.lockObject(ctx, o); err != nil {
		return err
	}
	before := x.Catalog().Object(o.ObjectID())
	im, err := effect.CatalogRow(o)
	if err != nil {
		return err
	}
	if err := x.writeObject(o.ObjectID(), im, catalog.Change{ID: o.ObjectID(), Object: o}, temporary(x.Catalog(), o)); err != nil {
		return err
	}
	switch o := o.(type) {
	case *catalog.Index:
		old, _ := before.(*catalog.Index)
		if old == nil || !sameStructure(old, o) {
			return x.buildIndex(ctx, o)
		}
	case *catalog.Table:
		if err := x.relayout(ctx, o); err != nil {
			return err
		}
		old, _ := before.(*catalog.Table)
		return x.resettle(ctx, old, o)
	}
	return nil
}

// DropObject removes a catalog object; dropping one that is not there is XX000.
func (x *Txn) DropObject(ctx context.Context, id types.OID) error {
	if err := x.mayWrite(); err != nil {
		return err
	}
	o := x.Catalog().Object(id)
	if o == nil {
		return sqlerr.Internal("drop of object %d, which does not exist", id)
	}
	if err := x.lockObject(ctx, o); err != nil {
		return err
	}
	return x.writeObject(id, nil, catalog.Change{ID: id}, temporary(x.Catalog(), o))
}

// writeObject puts the object's row into the overlay.
func (x *Txn) writeObject(id types.OID, im row.Image, change catalog.Change, quiet bool) error {
	tb := x.s.catalog.table
	local := x.s.catalog.row(id)
	base := local != 0
	for i := len(x.objects) - 1; i >= 0; i-- {
		if w := &x.overlay.writes[x.objects[i].write]; x.objects[i].change.ID == id && (w.image != nil || base) {
			local = w.local
			break
		}
	}
	if local == 0 {
		local, _ = tb.rows.allocate(0)
	}
	i := x.overlay.add(write{table: tb, local: local, cmd: x.cmd, image: im, base: base, quiet: quiet})
	x.objects = append(x.objects, objectWrite{i, change})
	x.current = nil
	return nil
}

// lockObject keeps other transactions from changing the object or taking its
// name until this one ends, and looks whether they did already.
func (x *Txn) lockObject(ctx context.Context, o catalog.Object) error {
	id := o.ObjectID()
	name := lockKey{space: keySpace, a: uint64(effect.CatalogTable), bytes: strconv.Itoa(int(id))}
	if _, err := x.s.locks.acquire(ctx, x.owner, name, keyExclusive, Wait, x.timeout); err != nil {
		return err
	}
	mine := x.Catalog()
	newest, _ := x.s.catalog.newestCatalog()
	if newest.ObjectVersion(id) != x.base.ObjectVersion(id) {
		return errConcurrentDDL()
	}
	if o.Class() == catalog.ClassFunction || (mine.Object(id) != nil && mine.Object(id).ObjectName() == o.ObjectName()) {
		return nil
	}
	name.bytes = strconv.Itoa(int(nameSpace(o))) + "." + strconv.Itoa(int(o.SchemaID())) + "." + o.ObjectName()
	if _, err := x.s.locks.acquire(ctx, x.owner, name, keyExclusive, Wait, x.timeout); err != nil {
		return err
	}
	newest, _ = x.s.catalog.newestCatalog()
	if taken := sameName(newest, o); taken != nil && mine.Object(taken.ObjectID()) == x.base.Object(taken.ObjectID()) {
		return errNameTaken(o)
	}
	return nil
}

// nameSpace groups the classes whose names must differ.
func nameSpace(o catalog.Object) catalog.Class {
	switch c := o.Class(); c {
	case catalog.ClassIndex, catalog.ClassSequence, catalog.ClassView:
		return catalog.ClassTable
	default:
		return c
	}
}

// sameName returns another object of the catalog with the name of o, nil if there is none.
func sameName(c *catalog.Catalog, o catalog.Object) catalog.Object {
	var found catalog.Object
	switch o.Class() {
	case catalog.ClassTable, catalog.ClassIndex, catalog.ClassSequence, catalog.ClassView:
		found = c.Relation(c.SchemaName(o.SchemaID()), o.ObjectName())
	case catalog.ClassSchema:
		if s := c.Schema(o.ObjectName()); s != nil {
			found = s
		}
	case catalog.ClassRole:
		if r := c.Role(o.ObjectName()); r != nil {
			found = r
		}
	case catalog.ClassExtension:
		if e := c.Extension(o.ObjectName()); e != nil {
			found = e
		}
	}
	if found == nil || found.ObjectID() == o.ObjectID() {
		return nil
	}
	return found
}

func errNameTaken(o catalog.Object) error {
	switch o.Class() {
	case catalog.ClassSchema:
		return sqlerr.New(sqlerr.DuplicateSchema, "schema \"%s\" already exists", o.ObjectName())
	case catalog.ClassRole:
		return sqlerr.New(sqlerr.DuplicateObject, "role \"%s\" already exists", o.ObjectName())
	case catalog.ClassExtension:
		return sqlerr.New(sqlerr.DuplicateObject, "extension \"%s\" already exists", o.ObjectName())
	}
	return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", o.ObjectName())
}

// NewOID returns a number that no object ever had. Error: the log's.
func (x *Txn) NewOID() (types.OID, error) {
	v, err := x.s.seqs.next(context.Background(), &oidSequence)
	return types.OID(v), err
}

// sameStructure reports whether two definitions of an index need the same structure.
func sameStructure(a, b *catalog.Index) bool {
	if a.Table != b.Table || a.Method != b.Method || a.Predicate != b.Predicate || a.Unique != b.Unique ||
		a.NullsEqual != b.NullsEqual || !slices.Equal(a.Exclude, b.Exclude) || len(a.Keys) != len(b.Keys) || len(a.Options) != len(b.Options) {
		return false
	}
	for i := range a.Keys {
		if a.Keys[i] != b.Keys[i] {
			return false
		}
	}
	for k, v := range a.Options {
		if b.Options[k] != v {
			return false
		}
	}
	return true
}

// relayout rebuilds the indexes of a table whose key columns read other attributes now.
func (x *Txn) relayout(ctx context.Context, def *catalog.Table) error {
	tb := x.s.table(def.ID)
	for _, ix := range x.Catalog().Indexes(def.ID) {
		if have := x.index(tb, ix.ID); have == nil || have.reads(def) {
			continue
		}
		if err := x.buildIndex(ctx, ix); err != nil {
			return err
		}
	}
	return nil
}

// reads reports whether the structure is right for rows read through def: its
// keys come from the same attributes.
func (x *tableIndex) reads(def *catalog.Table) bool {
	if x.layout == def {
		return true
	}
	plain := x.def.Predicate == ""
	for i := range x.def.Keys {
		c := x.def.Keys[i].Column
		if c == 0 {
			plain = false
		} else if c > len(def.Columns) || def.Columns[c-1].Attr != x.layout.Columns[c-1].Attr {
			return false
		}
	}
	if plain {
		return true
	}
	for i := range x.layout.Columns {
		if i >= len(def.Columns) || def.Columns[i].Attr != x.layout.Columns[i].Attr {
			return false
		}
	}
	return true
}

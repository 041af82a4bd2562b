package catalog

import (
	"sort"

	"synapse/catalog/types"
)

// OIDs of the objects every database is born with (PostgreSQL's own numbers
// where it has them) and of the schemas of Synapse.
const (
	SchemaPgCatalog   types.OID = 11
	SchemaPublic      types.OID = 2200
	SchemaInformation types.OID = 13000
	SchemaMemory      types.OID = 13001
	RoleSynapse       types.OID = 10
	DatabaseSynapse   types.OID = 5
	DatabasePostgres  types.OID = 4
)

// Catalog is an immutable set of objects: any number of goroutines read it.
type Catalog struct {
	version uint64
	objects map[types.OID]entry
	names   map[nameKey]types.OID // relations (tables, views, indexes, sequences share names) and other classes apart
	indexes map[types.OID][]*Index
	defined map[types.OID]*types.Defined // what codecs know of the user types but domains, and of the row types
	funcs   map[string][]*Function       // by name, in order of OID
	members memberships
	virtual *Virtuals
}

type entry struct {
	obj     Object
	version uint64 // of the catalog in which it last changed
}

type nameKey struct {
	space  byte // 'r' relations, 's' schemas, 'o' roles, 'e' extensions, 'd' databases, 't' types
	schema types.OID
	name   string
}

// Change is one object put (Object set) or dropped (ID alone).
type Change struct {
	ID     types.OID
	Object Object // nil = dropped
}

// Empty returns a catalog with nothing but the virtual relations and the predefined roles.
func Empty(v *Virtuals) *Catalog {
	c := &Catalog{objects: map[types.OID]entry{}, names: map[nameKey]types.OID{}, indexes: map[types.OID][]*Index{}, funcs: map[string][]*Function{}, virtual: v}
	for _, o := range predefinedRoles() {
		c.add(o, 0)
	}
	c.members = c.memberships()
	return c
}

// With returns the catalog after the changes, with the given version. The
// receiver stays as it is. Cost: one copy of the maps per DDL statement.
func (c *Catalog) With(version uint64, changes ...Change) *Catalog {
	n := &Catalog{
		version: version, virtual: c.virtual,
		objects: make(map[types.OID]entry, len(c.objects)+len(changes)),
		names:   make(map[nameKey]types.OID, len(c.names)+len(changes)),
		indexes: make(map[types.OID][]*Index, len(c.indexes)+1),
		funcs:   make(map[string][]*Function, len(c.funcs)+1),
	}
	for k, v := range c.objects {
		n.objects[k] = v
	}
	for k, v := range c.names {
		n.names[k] = v
	}
	for k, v := range c.indexes {
		n.indexes[k] = v
	}
	for k, v := range c.funcs {
		n.funcs[k] = v
	}
	var made []*types.Defined
	for _, ch := range changes {
		n.remove(ch.ID)
		if ch.Object != nil {
			n.add(ch.Object, version)
			made = append(made, definedBy(ch.Object)...)
		}
	}
	if n.members = c.members; rolesChanged(c, changes) {
		n.members = n.memberships()
	}
	types.Define(false, made...)
	n.defined = c.definitions(changes, made)
	return n
}

func (c *Catalog) add(o Object, version uint64) {
	c.objects[o.ObjectID()] = entry{o, version}
	if k, named := keyOf(o); named {
		c.names[k] = o.ObjectID()
	}
	if ix, ok := o.(*Index); ok {
		list := append([]*Index(nil), c.indexes[ix.Table]...)
		list = append(list, ix)
		sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
		c.indexes[ix.Table] = list
	}
	if f, ok := o.(*Function); ok {
		list := append([]*Function(nil), c.funcs[f.Name]...)
		list = append(list, f)
		sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
		c.funcs[f.Name] = list
	}
}

func (c *Catalog) remove(id types.OID) {
	e, ok := c.objects[id]
	if !ok {
		return
	}
	delete(c.objects, id)
	if k, named := keyOf(e.obj); named && c.names[k] == id {
		delete(c.names, k)
	}
	if ix, ok := e.obj.(*Index); ok {
		var list []*Index
		for _, other := range c.indexes[ix.Table] {
			if other.ID != id {
				list = append(list, other)
			}
		}
		c.indexes[ix.Table] = list
	}
	if f, ok := e.obj.(*Function); ok {
		var list []*Function
		for _, other := range c.funcs[f.Name] {
			if other.ID != id {
				list = append(list, other)
			}
		}
		if list == nil {
			delete(c.funcs, f.Name)
		} else {
			c.funcs[f.Name] = list
		}
	}
}

func keyOf(o Object) (nameKey, bool) {
	space := byte('r')
	switch o.Class() {
	case ClassSchema:
		space = 's'
	case ClassRole:
		space = 'o'
	case ClassExtension:
		return nameKey{'e', 0, o.ObjectName()}, true
	case ClassDatabase:
		space = 'd'
	case ClassType:
		space = 't'
	case ClassFunction:
		return nameKey{}, false // overloaded
	}
	return nameKey{space, o.SchemaID(), o.ObjectName()}, true
}

// Version grows with every committed DDL transaction.
func (c *Catalog) Version() uint64 { return c.version }

// Object returns an object by OID, virtual relations included; nil if there is none.
func (c *Catalog) Object(id types.OID) Object {
	if e, ok := c.objects[id]; ok {
		return e.obj
	}
	if c.virtual != nil {
		if t := c.virtual.byID[id]; t != nil {
			return t.Table
		}
	}
	return nil
}

// ObjectVersion returns the version in which the object last changed; 0 for virtual or absent ones.
func (c *Catalog) ObjectVersion(id types.OID) uint64 { return c.objects[id].version }

// Schema finds a schema by name, nil if none.
func (c *Catalog) Schema(name string) *Schema {
	if id, ok := c.names[nameKey{'s', 0, name}]; ok {
		return c.objects[id].obj.(*Schema)
	}
	return nil
}

// Relation finds a table, view, index or sequence by schema and name; nil if none.
func (c *Catalog) Relation(schema, name string) Object {
	s := c.Schema(schema)
	if s == nil {
		return nil
	}
	if id, ok := c.names[nameKey{'r', s.ID, name}]; ok {
		return c.objects[id].obj
	}
	if c.virtual != nil {
		if t := c.virtual.byName[schema+"."+name]; t != nil {
			return t.Table
		}
	}
	return nil
}

// Table finds a table by OID, nil if the OID names none.
func (c *Catalog) Table(id types.OID) *Table { t, _ := c.Object(id).(*Table); return t }

// Index finds an index by OID, nil if the OID names none.
func (c *Catalog) Index(id types.OID) *Index { t, _ := c.Object(id).(*Index); return t }

// Indexes lists the indexes of a table in order of OID. Shared: do not change.
func (c *Catalog) Indexes(table types.OID) []*Index { return c.indexes[table] }

// Role finds a role by name, nil if none.
func (c *Catalog) Role(name string) *Role {
	if id, ok := c.names[nameKey{'o', 0, name}]; ok {
		return c.objects[id].obj.(*Role)
	}
	return nil
}

// Database finds a database by name, nil if none.
func (c *Catalog) Database(name string) *Database {
	if id, ok := c.names[nameKey{'d', 0, name}]; ok {
		return c.objects[id].obj.(*Database)
	}
	return nil
}

// SchemaName returns the name of a schema, "" if the OID names none.
func (c *Catalog) SchemaName(id types.OID) string {
	if s, ok := c.Object(id).(*Schema); ok {
		return s.Name
	}
	return ""
}

// All returns the stored objects of a class in order of OID.
func (c *Catalog) All(class Class) []Object {
	var out []Object
	for _, e := range c.objects {
		if e.obj.Class() == class {
			out = append(out, e.obj)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ObjectID() < out[j].ObjectID() })
	return out
}

// FunctionsNamed returns the catalog functions of a name in all schemas, in
// order of OID. Shared: do not change.
func (c *Catalog) FunctionsNamed(name string) []*Function { return c.funcs[name] }

// Function finds a function by OID, nil if the OID names none.
func (c *Catalog) Function(id types.OID) *Function { f, _ := c.Object(id).(*Function); return f }

// Referencing lists the tables with a foreign key to parent.
func (c *Catalog) Referencing(parent types.OID) []*Table {
	var out []*Table
	for _, o := range c.All(ClassTable) {
		t := o.(*Table)
		for i := range t.Constraints {
			if t.Constraints[i].Kind == ForeignKey && t.Constraints[i].Parent == parent {
				out = append(out, t)
				break
			}
		}
	}
	return out
}

// Writable tells which columns of a relation INSERT and UPDATE may name; rows
// reports that its rows can be deleted at all. A view is written through down to its table.
func (c *Catalog) Writable(id types.OID) (columns []bool, rows bool) {
	switch o := c.Object(id).(type) {
	case *Table:
		if o.Virtual || o.Materialized != "" {
			return nil, false
		}
		columns = make([]bool, len(o.Columns))
		for _, ord := range o.Live() {
			columns[ord-1] = true
		}
		return columns, true
	case *View:
		below, ok := c.Writable(o.Base)
		if !ok {
			return nil, false
		}
		columns = make([]bool, len(o.Columns))
		for i, at := range o.BaseColumns {
			columns[i] = at > 0 && below[at-1]
		}
		return columns, true
	}
	return nil, false
}

// Virtuals returns the virtual relations, nil if none were given.
func (c *Catalog) Virtuals() *Virtuals { return c.virtual }

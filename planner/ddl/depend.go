package ddl

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/planner/parse"
)

// item is something that can be dropped: an object, or a part of a table.
type item struct {
	obj     catalog.Object // the object, or the table that it is part of
	column  int            // 1-based position of a column
	value   bool           // only the column's default
	con     types.OID      // a constraint
	trigger types.OID      // a trigger of a table or view
	part    itemPart
}

// itemPart is a type that comes with an object: automatic, but others may use it.
type itemPart uint8

const (
	wholeItem itemPart = iota
	arrayOver          // the array over a type
	rowTypeOf          // the row type of a table
)

type itemKey struct {
	id      types.OID
	column  int
	value   bool
	con     types.OID
	trigger types.OID
	part    itemPart
}

func (it item) key() itemKey {
	return itemKey{it.obj.ObjectID(), it.column, it.value, it.con, it.trigger, it.part}
}

// order is the OID by which PostgreSQL lists dependents.
func (it item) order() types.OID {
	switch {
	case it.con != 0:
		return it.con
	case it.part != wholeItem:
		return 0
	}
	if it.trigger != 0 {
		return it.trigger
	}
	return it.obj.ObjectID()
}

// dependent is an item that cannot live without another. An automatic one goes
// with it silently; the others need CASCADE.
type dependent struct {
	item
	auto bool
}

// dependents lists what depends on an item, in order of OID.
func (b *binder) dependents(it item) ([]dependent, error) {
	var out []dependent
	var err error
	if it.trigger != 0 {
		return b.triggerClones(it.trigger), nil
	}
	switch o := it.obj.(type) {
	case *catalog.Function:
		out, err = b.functionUsers(o)
	case *catalog.Schema:
		for _, other := range b.schemaObjects(o.ID) {
			if other.Class() != catalog.ClassIndex {
				out = append(out, dependent{item: item{obj: other}})
			}
		}
	case *catalog.Table:
		switch {
		case it.part == rowTypeOf:
			out = b.typeUsers([]types.OID{o.TypeID, o.ArrayTypeID})
		case it.con != 0:
			out = b.constraintDependents(o, it.con)
		case it.column != 0 && it.value:
		case it.column != 0:
			out, err = b.columnDependents(o, it.column)
		default:
			out, err = b.tableDependents(o)
		}
	case *catalog.Index:
		out = b.references(func(c *catalog.Constraint) bool { return c.Index == o.ID })
		for _, part := range b.cat.All(catalog.ClassIndex) {
			if part := part.(*catalog.Index); part.Parent == o.ID {
				out = append(out, b.partOf(part))
			}
		}
	case *catalog.Sequence:
		out = b.sequenceUsers(o.ID)
	case *catalog.View:
		out, err = b.viewUsers(o.ID)
	case *catalog.Type:
		if it.column != 0 {
			break // an attribute: values stay readable without it
		}
		out, err = b.typeDependents(o, it.part == arrayOver)
	case *catalog.Extension:
		out = slices.DeleteFunc(b.typeUsers(withArrays(catalog.ExtensionTypes(o.Name))), func(d dependent) bool {
			return d.obj.SchemaID() == catalog.SchemaMemory // there before the extension was created, and after
		})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].order() < out[j].order() })
	return out, err
}

// references lists the foreign keys that satisfy is.
func (b *binder) references(is func(*catalog.Constraint) bool) []dependent {
	var out []dependent
	for _, o := range b.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range t.Constraints {
			if c := &t.Constraints[i]; c.Kind == catalog.ForeignKey && is(c) {
				out = append(out, dependent{item: item{obj: t, con: c.ID}})
			}
		}
	}
	return out
}

// partOf is a partition's part of an index: with its constraint, where it has one.
func (b *binder) partOf(ix *catalog.Index) dependent {
	if t := b.cat.Table(ix.Table); ix.Constraint != 0 && constraintByID(t, ix.Constraint) != nil {
		return dependent{item{obj: t, con: ix.Constraint}, true}
	}
	return dependent{item{obj: ix}, true}
}

func (b *binder) tableDependents(t *catalog.Table) ([]dependent, error) {
	out := b.references(func(c *catalog.Constraint) bool { return c.Parent == t.ID })
	for i := range out {
		out[i].auto = out[i].obj.ObjectID() == t.ID
	}
	for _, ix := range b.cat.Indexes(t.ID) {
		out = append(out, dependent{item{obj: ix}, true})
	}
	for _, id := range t.Children {
		if child := b.cat.Table(id); child != nil {
			out = append(out, dependent{item{obj: child}, t.Partitioned()})
		}
	}
	for _, up := range b.cat.Ancestors(t) { // rows of the partition may be referenced as its parent's
		out = append(out, b.references(func(c *catalog.Constraint) bool { return c.Parent == up.ID && c.ParentID == 0 })...)
	}
	out = append(out, b.ownedSequences(t.ID, 0)...)
	out = append(out, dependent{item{obj: t, part: rowTypeOf}, true})
	users, err := b.viewUsers(t.ID)
	return append(out, users...), err
}

// ownedSequences lists the sequences that a table, or one of its columns, owns.
func (b *binder) ownedSequences(table types.OID, column int) []dependent {
	var out []dependent
	for _, o := range b.cat.All(catalog.ClassSequence) {
		if s := o.(*catalog.Sequence); s.OwnerTable == table && (column == 0 || s.OwnerColumn == column) {
			out = append(out, dependent{item{obj: s}, true})
		}
	}
	return out
}

// columnDependents: indexes and constraints of the table that use the column go
// with it; generated columns, foreign keys of others and views need CASCADE.
func (b *binder) columnDependents(t *catalog.Table, ord int) ([]dependent, error) {
	out := b.ownedSequences(t.ID, ord)
	for _, d := range b.references(func(c *catalog.Constraint) bool { return c.Parent == t.ID && hasColumn(c.ParentCols, ord) }) {
		d.auto = d.obj.ObjectID() == t.ID && hasColumn(constraintByID(t, d.con).Columns, ord)
		out = append(out, d)
	}
	for _, ix := range b.cat.Indexes(t.ID) {
		if ix.Constraint == 0 && b.indexUses(t, ix, ord) {
			out = append(out, dependent{item{obj: ix}, true})
		}
	}
	for i := range t.Constraints {
		c := &t.Constraints[i]
		uses := hasColumn(c.Columns, ord)
		if ix := b.cat.Index(c.Index); ix != nil && c.Kind != catalog.ForeignKey {
			uses = uses || hasColumn(ix.Include, ord)
		}
		if uses {
			out = append(out, dependent{item{obj: t, con: c.ID}, true})
		}
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Dropped || c.Generated == "" || i+1 == ord {
			continue
		}
		if used, err := b.textColumns(t, c.Generated); err == nil && hasColumn(used, ord) {
			out = append(out, dependent{item: item{obj: t, column: i + 1}})
		}
	}
	for i := range t.Triggers {
		if hasColumn(t.Triggers[i].Columns, ord) || b.whenUses(t, &t.Triggers[i], ord) {
			out = append(out, dependent{item: item{obj: t, trigger: t.Triggers[i].ID}})
		}
	}
	users, err := b.columnUsers(t, ord)
	return append(out, users...), err
}

func constraintByID(t *catalog.Table, id types.OID) *catalog.Constraint {
	for i := range t.Constraints {
		if t.Constraints[i].ID == id {
			return &t.Constraints[i]
		}
	}
	return nil
}

func hasColumn(list []int, ord int) bool {
	for _, o := range list {
		if o == ord {
			return true
		}
	}
	return false
}

func (b *binder) indexUses(t *catalog.Table, ix *catalog.Index, ord int) bool {
	if hasColumn(ix.Include, ord) {
		return true
	}
	texts := []string{ix.Predicate}
	for _, k := range ix.Keys {
		if k.Column == ord {
			return true
		}
		texts = append(texts, k.Expr)
	}
	for _, text := range texts {
		if text == "" {
			continue
		}
		if used, err := b.textColumns(t, text); err == nil && hasColumn(used, ord) {
			return true
		}
	}
	return false
}

// textColumns lists the columns that an expression kept in the catalog uses.
func (b *binder) textColumns(t *catalog.Table, text string) ([]int, error) {
	x, err := bind.CatalogText(b.bindContext(), t, text)
	if err != nil {
		return nil, err
	}
	return columnsOf(x), nil
}

func (b *binder) constraintDependents(t *catalog.Table, con types.OID) []dependent {
	for i := range t.Constraints {
		c := &t.Constraints[i]
		if c.ID == con && c.Kind == catalog.ForeignKey {
			var out []dependent
			for _, part := range b.references(func(p *catalog.Constraint) bool { return p.ParentID == con }) {
				part.auto = true
				out = append(out, part)
			}
			return out
		}
		if c.ID == con && c.Index != 0 {
			if ix := b.cat.Index(c.Index); ix != nil {
				return []dependent{{item{obj: ix}, true}}
			}
		}
	}
	return nil
}

// sequenceUsers lists the defaults that draw from a sequence.
func (b *binder) sequenceUsers(id types.OID) []dependent {
	var out []dependent
	text := fmt.Sprintf("'%d'::regclass", id)
	for _, o := range b.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range t.Columns {
			c := &t.Columns[i]
			if !c.Dropped && (c.Sequence == id || strings.Contains(c.Default, text)) {
				out = append(out, dependent{item: item{obj: t, column: i + 1, value: true}})
			}
		}
	}
	return out
}

// withArrays adds the arrays over types.
func withArrays(list []types.OID) []types.OID {
	out := slices.Clone(list)
	for _, id := range list {
		out = append(out, types.Of(id).ArrayOf().OID)
	}
	return out
}

// typeUsers lists the columns of the types.
func (b *binder) typeUsers(list []types.OID) []dependent {
	var out []dependent
	for _, o := range b.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range slices.Backward(t.Columns) { // PostgreSQL lists the columns of a table backwards
			for _, id := range list {
				if !t.Columns[i].Dropped && t.Columns[i].Type.OID == id {
					out = append(out, dependent{item: item{obj: t, column: i + 1}})
				}
			}
		}
	}
	return out
}

// storedQuery is a view or materialized view.
type storedQuery struct {
	obj  catalog.Object
	text string
	path []string
}

func (b *binder) storedQueries() []storedQuery {
	var out []storedQuery
	for _, o := range b.cat.All(catalog.ClassView) {
		v := o.(*catalog.View)
		out = append(out, storedQuery{v, v.Query, v.SearchPath})
	}
	for _, o := range b.cat.All(catalog.ClassTable) {
		if t := o.(*catalog.Table); t.Materialized != "" {
			out = append(out, storedQuery{t, t.Materialized, t.SearchPath})
		}
	}
	return out
}

// bindStored compiles a stored query in a catalog.
func (b *binder) bindStored(q storedQuery, c *catalog.Catalog) (*plan.Plan, error) {
	ctx := b.Context.Context
	ctx.Catalog, ctx.ParamTypes, ctx.TextStart = c, nil, 0
	if q.path != nil {
		ctx.SearchPath = q.path
	}
	list, err := parse.Parse(q.text)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, sqlerr.Internal("catalog text of %q is not a query", q.obj.ObjectName())
	}
	return b.Query(ctx, list[0].Stmt, q.text)
}

// flat is a catalog in which views are tables, so that a query compiled in it
// depends on what it names itself and not on what the views in it read.
func (b *binder) flat() *catalog.Catalog {
	var changes []catalog.Change
	for _, o := range b.cat.All(catalog.ClassView) {
		v := o.(*catalog.View)
		changes = append(changes, catalog.Change{ID: v.ID, Object: &catalog.Table{Header: v.Header, Columns: v.Columns}})
	}
	return b.cat.With(b.cat.Version(), changes...)
}

// viewUsers lists the views whose query names a relation. One that does not
// compile, broken by something else, is passed over.
func (b *binder) viewUsers(id types.OID) ([]dependent, error) {
	flat := b.flat()
	var out []dependent
	for _, q := range b.storedQueries() {
		if p, err := b.bindStored(q, flat); err == nil && usesObject(p, id) {
			out = append(out, dependent{item: item{obj: q.obj}})
		}
	}
	return out, nil
}

// ofThePast reports an object that is read as of one fixed moment: what happens to
// it now changes nothing.
func ofThePast(o plan.ObjectVersion) bool {
	if o.At == nil {
		return false
	}
	_, fixed := o.At.A.(*plan.Const)
	return fixed
}

func usesObject(p *plan.Plan, id types.OID) bool {
	for _, o := range p.Objects {
		if o.ID == id && !ofThePast(o) {
			return true
		}
	}
	return false
}

// columnUsers lists the views that read a column: their query does not give the
// same columns without it.
func (b *binder) columnUsers(t *catalog.Table, ord int) ([]dependent, error) {
	n := t.Clone()
	dropColumn(n, ord)
	flat := b.flat()
	without := flat.With(flat.Version(), catalog.Change{ID: t.ID, Object: n})
	var out []dependent
	for _, q := range b.storedQueries() {
		p, err := b.bindStored(q, flat)
		if err != nil || !usesObject(p, t.ID) {
			continue
		}
		after, err := b.bindStored(q, without)
		if err != nil || len(after.Columns) != len(p.Columns) {
			out = append(out, dependent{item: item{obj: q.obj}})
		}
	}
	return out, nil
}

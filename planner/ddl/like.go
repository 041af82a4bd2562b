package ddl

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// likeCopy is what LIKE copies when the columns are there: constraints and indexes.
type likeCopy struct {
	source *catalog.Table
	place  map[int]int // positions in source → in the new table
	what   ast.LikeOption
}

// copyLike adds the columns of another table.
func (d *draft) copyLike(s *ast.TableLike) error {
	o := d.relation(s.Table.Schema, s.Table.Name)
	if o == nil {
		return d.noRelation(s.Table).At(d.at(s.Pos()))
	}
	source, ok := o.(*catalog.Table)
	if v, isView := o.(*catalog.View); isView {
		source, ok = &catalog.Table{Header: v.Header, Columns: v.Columns}, true
	}
	if !ok {
		return sqlerr.New(sqlerr.WrongObjectType, "relation \"%s\" is invalid in LIKE clause", s.Table.Name).At(d.at(s.Pos()))
	}
	if err := d.must(o, catalog.MaySelect); err != nil {
		return err
	}
	place := map[int]int{}
	for i := range source.Columns {
		from := &source.Columns[i]
		if from.Dropped {
			continue
		}
		if err := d.copyColumn(from, s.Including); err != nil {
			return err
		}
		place[i+1] = len(d.t.Columns)
	}
	d.likes = append(d.likes, likeCopy{source, place, s.Including})
	return nil
}

func (d *draft) copyColumn(from *catalog.Column, what ast.LikeOption) error {
	name, err := d.columnName(from.Name)
	if err != nil {
		return err
	}
	c := catalog.Column{Name: name, Type: from.Type, Attr: d.t.NextAttr, NotNull: from.NotNull, Collation: from.Collation}
	if what&ast.LikeDefaults != 0 && from.Identity == 0 {
		c.Default, c.Sequence = from.Default, from.Sequence
	}
	if what&ast.LikeGenerated != 0 {
		c.Generated = from.Generated
	}
	if what&ast.LikeComments != 0 {
		c.Comment = from.Comment
	}
	if what&ast.LikeStorage != 0 {
		c.Storage = from.Storage
	}
	d.t.NextAttr++
	d.t.Columns = append(d.t.Columns, c)
	if what&ast.LikeIdentity == 0 || from.Identity == 0 {
		return nil
	}
	return d.copyIdentity(from, len(d.t.Columns))
}

// copyIdentity gives the column a sequence of its own with the same options.
func (d *draft) copyIdentity(from *catalog.Column, ord int) error {
	d.t.Columns[ord-1].Identity = from.Identity
	if err := d.ownSequence(ord, nil); err != nil {
		return err
	}
	made, ok := d.cat.Object(d.t.Columns[ord-1].Sequence).(*catalog.Sequence)
	was, ok2 := d.cat.Object(from.Sequence).(*catalog.Sequence)
	if !ok || !ok2 {
		return nil
	}
	n := *was
	n.Header, n.OwnerTable, n.OwnerColumn, n.Persistence = made.Header, made.OwnerTable, made.OwnerColumn, made.Persistence
	d.binder.put(&n)
	return nil
}

// finishLikes copies checks and indexes.
func (d *draft) finishLikes() error {
	for _, l := range d.likes {
		if l.what&ast.LikeConstraints != 0 {
			if err := d.copyChecks(l); err != nil {
				return err
			}
		}
		if l.what&ast.LikeIndexes == 0 {
			continue
		}
		for _, ix := range d.cat.Indexes(l.source.ID) {
			if err := d.copyIndex(l, ix); err != nil {
				return err
			}
		}
	}
	d.likes = nil
	d.put()
	return nil
}

func (d *draft) copyChecks(l likeCopy) error {
	for _, k := range l.source.Constraints {
		if k.Kind != catalog.Check {
			continue
		}
		if err := d.freeConstraint(k.Name); err != nil {
			return err
		}
		id, err := d.NewOID()
		if err != nil {
			return err
		}
		k.ID, k.Columns, k.NotValid = id, moved(l.place, k.Columns), false
		k.Inherited, k.NotLocal, k.ParentID = 0, false, 0
		if l.what&ast.LikeComments == 0 {
			k.Comment = ""
		}
		d.t.Constraints = append(d.t.Constraints, k)
	}
	return nil
}

func moved(place map[int]int, cols []int) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = place[c]
	}
	return out
}

// copyIndex makes the same index, and its constraint if it has one, under a new name.
func (d *draft) copyIndex(l likeCopy, from *catalog.Index) error {
	n := *from
	n.Parent = 0
	n.Table, n.Constraint, n.Include = d.t.ID, 0, moved(l.place, from.Include)
	n.Keys = append([]catalog.IndexKey(nil), from.Keys...)
	var cols []int
	var names []string
	for i := range n.Keys {
		name := "expr"
		if n.Keys[i].Column > 0 {
			n.Keys[i].Column = l.place[n.Keys[i].Column]
			cols = append(cols, n.Keys[i].Column)
			name = d.t.Columns[n.Keys[i].Column-1].Name
		}
		names = append(names, distinctName(name, names))
	}
	for _, ord := range n.Include {
		names = append(names, distinctName(d.t.Columns[ord-1].Name, names))
	}
	comment := from.Comment
	if l.what&ast.LikeComments == 0 {
		comment = ""
	}
	if from.Constraint != 0 {
		return d.copyKey(l, &n, from, cols, names, comment)
	}
	h, err := d.header(d.chooseName(d.t.Schema, d.t.Name, nameAddition(names), "idx", false), d.t.Schema)
	if err != nil {
		return err
	}
	h.Comment = comment
	n.Header = h
	d.put()
	d.binder.put(&n)
	return nil
}

func (d *draft) copyKey(l likeCopy, n, from *catalog.Index, cols []int, names []string, comment string) error {
	label, middle := "key", nameAddition(names)
	k := &ast.Constraint{Position: ast.Unknown, Kind: ast.ConstraintUnique}
	if from.Primary {
		if d.t.PrimaryKey() != nil {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", d.t.Name)
		}
		label, middle, k.Kind = "pkey", "", ast.ConstraintPrimaryKey
	}
	if len(from.Exclude) > 0 {
		label = "excl"
	}
	for i := range l.source.Constraints {
		if c := &l.source.Constraints[i]; c.ID == from.Constraint {
			k.Deferrable, k.InitiallyDeferred = c.Deferrable, c.Deferred
		}
	}
	n.Header = catalog.Header{}
	if err := d.putKey(k, n, d.chooseName(d.t.Schema, d.t.Name, middle, label, true), cols); err != nil {
		return err
	}
	n.Comment = comment
	return nil
}

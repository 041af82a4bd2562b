package ddl

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// inherit gives a new table the columns and checks of its parents. What the
// statement says of the same columns is merged into them later.
func (d *draft) inherit(s *ast.CreateTableStmt) ([]*catalog.Table, error) {
	var parents []*catalog.Table
	for _, ref := range s.Inherits {
		p, err := d.parent(ref, s.PartitionOf != nil)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(parents, func(o *catalog.Table) bool { return o.ID == p.ID }) {
			return nil, sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" would be inherited from more than once", p.Name)
		}
		if p.Persistence == catalog.Temporary && d.t.Persistence != catalog.Temporary {
			if s.PartitionOf != nil {
				return nil, sqlerr.New(sqlerr.WrongObjectType, "cannot create a permanent relation as partition of temporary relation \"%s\"", p.Name)
			}
			return nil, sqlerr.New(sqlerr.WrongObjectType, "cannot inherit from temporary relation \"%s\"", p.Name)
		}
		if s.PartitionOf != nil && d.t.Persistence == catalog.Temporary && p.Persistence != catalog.Temporary {
			return nil, sqlerr.New(sqlerr.WrongObjectType, "cannot create a temporary relation as partition of permanent relation \"%s\"", p.Name)
		}
		for _, ord := range p.Live() {
			if err := d.inheritColumn(&p.Columns[ord-1]); err != nil {
				return nil, err
			}
		}
		parents = append(parents, p)
	}
	for _, p := range parents {
		if err := d.inheritChecks(p); err != nil {
			return nil, err
		}
	}
	return parents, nil
}

func (d *draft) parent(ref *ast.TableRef, partition bool) (*catalog.Table, error) {
	if partition {
		return d.partitionedParent(ref)
	}
	o := d.relation(ref.Schema, ref.Name)
	if o == nil {
		return nil, d.noRelation(ref)
	}
	t, ok := o.(*catalog.Table)
	switch {
	case !ok || t.Materialized != "" || t.Virtual:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "inherited relation \"%s\" is not a table or foreign table", ref.Name)
	case t.Partitioned():
		return nil, sqlerr.New(sqlerr.WrongObjectType, "cannot inherit from partitioned table \"%s\"", ref.Name)
	case t.IsPartition():
		return nil, sqlerr.New(sqlerr.WrongObjectType, "cannot inherit from partition \"%s\"", ref.Name)
	}
	d.lock(t.ID, ast.ShareUpdateExclusiveLock)
	return t, nil
}

// inheritColumn adds a parent's column, or merges it with another parent's.
func (d *draft) inheritColumn(from *catalog.Column) error {
	if have, _ := d.t.Column(from.Name); have != nil {
		d.notice(sqlerr.Notice("merging multiple inherited definitions of column \"%s\"", from.Name))
		if have.Type != from.Type {
			return sqlerr.New(sqlerr.DatatypeMismatch, "inherited column \"%s\" has a type conflict", from.Name).
				WithDetail("%s versus %s", types.FormatType(have.Type), types.FormatType(from.Type))
		}
		have.NotNull = have.NotNull || from.NotNull
		have.Inherited++
		if have.Default == "" && have.Sequence == 0 {
			have.Default, have.Sequence = from.Default, defaultSequence(from)
		}
		return nil
	}
	c := catalog.Column{
		Name: from.Name, Type: from.Type, Attr: d.t.NextAttr, NotNull: from.NotNull, Collation: from.Collation, Storage: from.Storage,
		Generated: from.Generated, Default: from.Default, Sequence: defaultSequence(from), Inherited: 1, NotLocal: true,
	}
	if from.Identity != 0 {
		c.Default = ""
	}
	d.t.NextAttr++
	d.t.Columns = append(d.t.Columns, c)
	return nil
}

// defaultSequence is the sequence that a default draws from; that of an identity
// column is the column's own.
func defaultSequence(c *catalog.Column) types.OID {
	if c.Identity != 0 {
		return 0
	}
	return c.Sequence
}

func (d *draft) inheritChecks(p *catalog.Table) error {
	for _, k := range p.Constraints {
		if k.Kind != catalog.Check || k.NoInherit {
			continue
		}
		if have := constraintNamed(d.t, k.Name); have != nil {
			if have.Expr != k.Expr {
				return sqlerr.New(sqlerr.DuplicateObject, "check constraint name \"%s\" appears multiple times but with different expressions", k.Name)
			}
			have.Inherited++
			continue
		}
		id, err := d.NewOID()
		if err != nil {
			return err
		}
		k.ID, k.Columns, k.NotValid = id, catalog.MapOrds(p, d.t, k.Columns), false
		k.Inherited, k.NotLocal, k.Comment = 1, true, ""
		d.t.Constraints = append(d.t.Constraints, k)
	}
	return nil
}

// mergeColumn is a column of the statement that a parent has too: it takes the
// statement's default and NOT NULL. place is its position in the statement. false:
// no parent has it.
func (d *draft) mergeColumn(def *ast.ColumnDef, place int, partition bool) (bool, error) {
	c, ord := d.t.Column(def.Name)
	if c == nil || c.Inherited == 0 || !c.NotLocal {
		if partition {
			return false, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", def.Name)
		}
		return false, nil
	}
	if !partition {
		notice := sqlerr.Notice("merging column \"%s\" with inherited definition", def.Name)
		if place != ord {
			notice = sqlerr.Notice("moving and merging column \"%s\" with inherited definition", def.Name).
				WithDetail("User-specified column moved to the position of the inherited column.")
		}
		d.notice(notice)
		t, _, err := d.columnType(def)
		if err != nil {
			return true, err
		}
		if t != c.Type {
			return true, sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" has a type conflict", def.Name).
				WithDetail("%s versus %s", types.FormatType(c.Type), types.FormatType(t))
		}
		c.NotLocal = false
	}
	for _, k := range def.Constraints {
		if k.Kind == ast.ConstraintDefault {
			c.Default, c.Sequence = "", 0
		}
		if k.Kind == ast.ConstraintGenerated && c.Generated == "" {
			return true, sqlerr.New(sqlerr.InvalidTableDefinition, "child column \"%s\" specifies generation expression", c.Name).
				WithHint("Omit the generation expression in the definition of the child table column to inherit the generation expression from the parent table.")
		}
	}
	return true, d.columnConstraints(ord, def.Constraints, false)
}

// compatible verifies that a table that exists can be a child of parent and
// marks the columns and checks that it shares with it.
func (d *draft) compatible(parent *catalog.Table, partition bool) error {
	for _, ord := range parent.Live() {
		p := &parent.Columns[ord-1]
		c, _ := d.t.Column(p.Name)
		switch {
		case c == nil:
			return sqlerr.New(sqlerr.DatatypeMismatch, "child table is missing column \"%s\"", p.Name)
		case c.Type != p.Type:
			return sqlerr.New(sqlerr.DatatypeMismatch, "child table \"%s\" has different type for column \"%s\"", d.t.Name, p.Name)
		case p.NotNull && !c.NotNull:
			return sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" in child table must be marked NOT NULL", p.Name)
		case p.Generated != "" && c.Generated == "":
			return sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" in child table must be a generated column", p.Name)
		}
		c.Inherited++
		if partition {
			c.NotLocal = true
		}
	}
	for i := range parent.Constraints {
		k := &parent.Constraints[i]
		if k.Kind != catalog.Check || k.NoInherit {
			continue
		}
		have := constraintNamed(d.t, k.Name)
		switch {
		case have == nil || have.Kind != catalog.Check:
			return sqlerr.New(sqlerr.DatatypeMismatch, "child table is missing constraint \"%s\"", k.Name)
		case have.Expr != k.Expr:
			return sqlerr.New(sqlerr.DatatypeMismatch, "child table \"%s\" has different definition for check constraint \"%s\"", d.t.Name, k.Name)
		case have.NoInherit:
			return sqlerr.New(sqlerr.InvalidObjectDefinition, "constraint \"%s\" conflicts with non-inherited constraint on child table \"%s\"", k.Name, d.t.Name)
		}
		have.Inherited++
		if partition {
			have.NotLocal = true
		}
	}
	return nil
}

// separate takes back what compatible marked.
func (d *draft) separate(parent *catalog.Table) {
	for i := range d.t.Columns {
		c := &d.t.Columns[i]
		if p, _ := parent.Column(c.Name); p == nil || c.Dropped || c.Inherited == 0 {
			continue
		}
		if c.Inherited--; c.Inherited == 0 {
			c.NotLocal = false
		}
	}
	for i := range d.t.Constraints {
		k := &d.t.Constraints[i]
		p := constraintNamed(parent, k.Name)
		if p == nil || k.Inherited == 0 || k.Kind != p.Kind {
			continue
		}
		if k.Inherited--; k.Inherited == 0 {
			k.NotLocal, k.ParentID = false, 0
		}
	}
}

// alterInherit is ALTER TABLE … INHERIT.
func (d *draft) alterInherit(c *ast.AlterCmd) error {
	if err := d.notPartition("cannot change inheritance of a partition"); err != nil {
		return err
	}
	if d.t.Partitioned() {
		return sqlerr.New(sqlerr.WrongObjectType, "cannot change inheritance of partitioned table")
	}
	parent, err := d.parent(c.Table, false)
	if err != nil {
		return err
	}
	if slices.Contains(d.t.Parents, parent.ID) {
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" would be inherited from more than once", parent.Name)
	}
	for _, below := range d.cat.Family(d.t) {
		if below.ID == parent.ID {
			return sqlerr.New(sqlerr.DuplicateTable, "circular inheritance not allowed").
				WithDetail("\"%s\" is already a child of \"%s\".", parent.Name, d.t.Name)
		}
	}
	if err := d.compatible(parent, false); err != nil {
		return err
	}
	d.adopt(parent)
	return nil
}

// alterNoInherit is ALTER TABLE … NO INHERIT.
func (d *draft) alterNoInherit(c *ast.AlterCmd) error {
	if err := d.notPartition("cannot change inheritance of a partition"); err != nil {
		return err
	}
	o := d.relation(c.Table.Schema, c.Table.Name)
	if o == nil {
		return d.noRelation(c.Table)
	}
	parent, ok := o.(*catalog.Table)
	if !ok || !slices.Contains(d.t.Parents, parent.ID) {
		return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" is not a parent of relation \"%s\"", c.Table.Name, d.t.Name)
	}
	d.separate(parent)
	d.leave(parent.ID)
	return nil
}

func (d *draft) notPartition(message string) error {
	if d.t.IsPartition() {
		return sqlerr.New(sqlerr.WrongObjectType, "%s", message)
	}
	return nil
}

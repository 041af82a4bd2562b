package ddl

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// recursion is how ALTER TABLE treats the partitions and children of a table.
type recursion uint8

const (
	tableAlone  recursion = iota
	descends              // the action is carried out on each of them too
	mustDescend           // and ONLY is refused
)

func recursionOf(c *ast.AlterCmd) recursion {
	switch c.Action {
	case ast.AlterAddColumn, ast.AlterColumnType:
		return mustDescend
	case ast.AlterDropColumn, ast.AlterDropConstraint, ast.AlterSetNotNull, ast.AlterDropNotNull, ast.AlterColumnDefault,
		ast.AlterDropExpression, ast.AlterValidateConstraint, ast.AlterSetStorage, ast.AlterEnableTrigger, ast.AlterDisableTrigger,
		ast.AlterSetStatistics:
		return descends
	case ast.AlterAddConstraint:
		if c.Constraint.Kind == ast.ConstraintCheck && !c.Constraint.NoInherit {
			return mustDescend
		}
	}
	return tableAlone
}

// alterFamily carries out an action on the table and on those that inherit from it.
func (d *draft) alterFamily(c *ast.AlterCmd, only, inherited bool) error {
	how := recursionOf(c)
	if !inherited {
		if err := d.mayAlter(c); err != nil {
			return err
		}
	}
	// What the action takes away of the children is decided by how they stand now.
	children := slices.Clone(d.t.Children)
	if only && how == mustDescend && len(children) > 0 {
		return onlyRefused(c)
	}
	if only && d.t.Partitioned() && len(children) > 0 {
		switch c.Action {
		case ast.AlterDropColumn:
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot drop column from only the partitioned table when partitions exist").
				WithHint("Do not specify the ONLY keyword.")
		case ast.AlterDropConstraint:
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot remove constraint from only the partitioned table when partitions exist").
				WithHint("Do not specify the ONLY keyword.")
		case ast.AlterDropNotNull:
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot remove constraint from only the partitioned table when partitions exist").
				WithHint("Do not specify the ONLY keyword.")
		}
	}
	var index *catalog.Constraint
	if c.Action == ast.AlterDropConstraint {
		if k := constraintNamed(d.t, c.Name); k != nil && k.Kind != catalog.Check {
			index = k // keys go by their indexes, foreign keys by their parent's
		}
	}
	if err := d.alter(c); err != nil {
		return err
	}
	d.put()
	if how == tableAlone || only && c.Action != ast.AlterDropColumn && c.Action != ast.AlterDropConstraint {
		return nil
	}
	for _, id := range children {
		child := d.cat.Table(id)
		if child == nil || index != nil {
			continue
		}
		n := &draft{binder: d.binder, t: child.Clone()}
		d.lock(id, ast.AccessExclusiveLock)
		if err := n.alterInherited(c, only); err != nil {
			return err
		}
		n.put()
	}
	d.reload()
	return nil
}

// alterInherited carries out an action of a parent on a child.
func (d *draft) alterInherited(c *ast.AlterCmd, only bool) error {
	switch c.Action {
	case ast.AlterAddColumn:
		return d.inheritNewColumn(c)
	case ast.AlterDropColumn:
		col, _ := d.t.Column(c.Name)
		if col == nil || col.Inherited == 0 {
			return nil
		}
		col.Inherited--
		if only {
			col.NotLocal = false
			return nil
		}
		if col.Inherited > 0 || !col.NotLocal {
			return nil
		}
	case ast.AlterAddConstraint:
		return d.inheritNewCheck(c)
	case ast.AlterDropConstraint:
		k := constraintNamed(d.t, c.Name)
		if k == nil || k.Inherited == 0 {
			return nil
		}
		k.Inherited--
		if only {
			k.NotLocal = false
			return nil
		}
		if k.Inherited > 0 || !k.NotLocal {
			return nil
		}
	case ast.AlterEnableTrigger, ast.AlterDisableTrigger:
		return d.switchClones(c)
	case ast.AlterDropNotNull:
		if pk := d.t.PrimaryKey(); pk != nil {
			if _, ord := d.t.Column(c.Name); hasColumn(pk.Columns, ord) {
				return nil
			}
		}
	case ast.AlterValidateConstraint:
		if constraintNamed(d.t, c.Name) == nil {
			return nil
		}
	}
	return d.alterFamily(c, only, true)
}

// inheritNewColumn adds a parent's new column to a child, or merges it with one
// of the same name.
func (d *draft) inheritNewColumn(c *ast.AlterCmd) error {
	if have, _ := d.t.Column(c.Column.Name); have != nil {
		t, _, err := d.columnType(c.Column)
		if err != nil {
			return err
		}
		if t != have.Type {
			return sqlerr.New(sqlerr.DatatypeMismatch, "child table \"%s\" has different type for column \"%s\"", d.t.Name, have.Name)
		}
		have.Inherited++
		d.notice(sqlerr.Notice("merging definition of column \"%s\" for child \"%s\"", have.Name, d.t.Name))
		return nil
	}
	n := *c
	def := *c.Column
	// Checks, keys and sequences come by other ways than the definition.
	def.Constraints = slices.DeleteFunc(slices.Clone(def.Constraints), func(k *ast.Constraint) bool {
		switch k.Kind {
		case ast.ConstraintNotNull, ast.ConstraintNull, ast.ConstraintDefault, ast.ConstraintGenerated:
			return false
		}
		return true
	})
	n.Column = &def
	parent := d.cat.Table(d.t.Parents[0])
	if _, ok := serialTypes[def.Type.Name()]; ok && len(def.Type.Names) == 1 {
		return d.inheritSerial(parent, c)
	}
	if err := d.alterAddColumn(&n); err != nil {
		return err
	}
	col, _ := d.t.Column(def.Name)
	col.Inherited, col.NotLocal = 1, true
	if err := d.inheritChecksOf(parent); err != nil {
		return err
	}
	return d.descendColumn(c)
}

// inheritSerial adds a column that draws from the parent's sequence.
func (d *draft) inheritSerial(parent *catalog.Table, c *ast.AlterCmd) error {
	from, _ := parent.Column(c.Column.Name)
	old := d.t.Clone()
	d.t.Columns = append(d.t.Columns, catalog.Column{
		Name: from.Name, Type: from.Type, Attr: d.t.NextAttr, NotNull: true, Sequence: from.Sequence, Inherited: 1, NotLocal: true,
	})
	d.t.NextAttr++
	if err := d.fillColumn(old, len(d.t.Columns), nil); err != nil {
		return err
	}
	return d.descendColumn(c)
}

func (d *draft) descendColumn(c *ast.AlterCmd) error {
	d.put()
	for _, id := range d.t.Children {
		n := &draft{binder: d.binder, t: d.cat.Table(id).Clone()}
		if err := n.inheritNewColumn(c); err != nil {
			return err
		}
		n.put()
	}
	return nil
}

// inheritChecksOf adds the checks of a parent that the child has not yet.
func (d *draft) inheritChecksOf(parent *catalog.Table) error {
	for i := range parent.Constraints {
		k := parent.Constraints[i]
		if k.Kind != catalog.Check || k.NoInherit || constraintNamed(d.t, k.Name) != nil {
			continue
		}
		if err := d.inheritCheck(parent, k); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) inheritCheck(parent *catalog.Table, k catalog.Constraint) error {
	id, err := d.NewOID()
	if err != nil {
		return err
	}
	k.ID, k.Columns, k.Inherited, k.NotLocal, k.Comment = id, catalog.MapOrds(parent, d.t, k.Columns), 1, true, ""
	d.t.Constraints = append(d.t.Constraints, k)
	d.put()
	if k.NotValid {
		return nil
	}
	x, err := bind.CatalogText(d.bindContext(), d.t, k.Expr)
	if err == nil {
		d.step(&plan.CheckRows{Table: d.t.Clone(), Cond: x, Constraint: k.Name})
	}
	return err
}

// inheritNewCheck adds the check that a parent got last.
func (d *draft) inheritNewCheck(c *ast.AlterCmd) error {
	parent := d.cat.Table(d.t.Parents[0])
	for _, id := range d.t.Parents {
		// The parent that the action comes from has the check as its last constraint.
		p := d.cat.Table(id)
		if n := len(p.Constraints); n > 0 && p.Constraints[n-1].Kind == catalog.Check {
			parent = p
		}
	}
	k := parent.Constraints[len(parent.Constraints)-1]
	if have := constraintNamed(d.t, k.Name); have != nil {
		if have.Expr != k.Expr {
			return sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", k.Name, d.t.Name)
		}
		d.notice(sqlerr.Notice("merging constraint \"%s\" with inherited definition", k.Name))
		have.Inherited++
		return nil
	}
	if err := d.inheritCheck(parent, k); err != nil {
		return err
	}
	for _, id := range d.t.Children {
		n := &draft{binder: d.binder, t: d.cat.Table(id).Clone()}
		if err := n.inheritNewCheck(c); err != nil {
			return err
		}
		n.put()
	}
	return nil
}

// switchClones turns the triggers on or off that a partition has of its parent.
func (d *draft) switchClones(c *ast.AlterCmd) error {
	for i := range d.t.Triggers {
		tr := &d.t.Triggers[i]
		if tr.Parent != 0 && (c.Name == "" || tr.Name == c.Name) {
			tr.Disabled = c.Action == ast.AlterDisableTrigger
		}
	}
	d.put()
	for _, id := range d.t.Children {
		n := &draft{binder: d.binder, t: d.cat.Table(id).Clone()}
		if err := n.switchClones(c); err != nil {
			return err
		}
		n.put()
	}
	return nil
}

func onlyRefused(c *ast.AlterCmd) error {
	switch c.Action {
	case ast.AlterAddColumn:
		return sqlerr.New(sqlerr.InvalidTableDefinition, "column must be added to child tables too")
	case ast.AlterAddConstraint:
		return sqlerr.New(sqlerr.InvalidTableDefinition, "constraint must be added to child tables too")
	}
	return sqlerr.New(sqlerr.InvalidTableDefinition, "type of inherited column \"%s\" must be changed in child tables too", c.Name)
}

// mayAlter refuses what a partition, a child or a partitioned table cannot have
// changed by itself.
func (d *draft) mayAlter(c *ast.AlterCmd) error {
	if c.Action == ast.AlterAddColumn && d.t.IsPartition() {
		return sqlerr.New(sqlerr.WrongObjectType, "cannot add column to a partition")
	}
	col, ord := d.t.Column(c.Name)
	switch c.Action {
	case ast.AlterDropColumn:
		if col == nil {
			return nil
		}
		if err := d.inPartitionKey(ord, "drop"); err != nil {
			return err
		}
		if col.Inherited > 0 {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot drop inherited column \"%s\"", col.Name)
		}
	case ast.AlterColumnType:
		if col == nil {
			return nil
		}
		if col.Inherited > 0 {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot alter inherited column \"%s\"", col.Name)
		}
		return d.inPartitionKey(ord, "alter")
	case ast.AlterDropNotNull:
		if col != nil && d.t.IsPartition() {
			parent := d.cat.Table(d.t.Parents[0])
			if p, _ := parent.Column(col.Name); p != nil && p.NotNull {
				return sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" is marked NOT NULL in parent table", col.Name)
			}
		}
	case ast.AlterDropConstraint:
		if k := constraintNamed(d.t, c.Name); k != nil && k.Inherited > 0 {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot drop inherited constraint \"%s\" of relation \"%s\"", k.Name, d.t.Name)
		}
	case ast.AlterAddConstraint:
		k := c.Constraint
		if !d.t.Partitioned() {
			return nil
		}
		switch {
		case k.Kind == ast.ConstraintCheck && k.NoInherit:
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot add NO INHERIT constraint to partitioned table \"%s\"", d.t.Name)
		case k.Kind == ast.ConstraintForeignKey && k.NotValid:
			return sqlerr.New(sqlerr.WrongObjectType, "cannot add NOT VALID foreign key on partitioned table \"%s\" referencing relation \"%s\"", d.t.Name, k.Parent.Name).
				WithDetail("This feature is not yet supported on partitioned tables.")
		case k.UsingIndex != "":
			return sqlerr.New(sqlerr.FeatureNotSupported, "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables")
		}
	}
	return nil
}

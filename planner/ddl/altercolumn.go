package ddl

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// alterAddColumn adds a column. A constant default becomes what rows without the
// attribute read; any other value is computed into every row.
func (d *draft) alterAddColumn(c *ast.AlterCmd) error {
	if have, _ := d.t.Column(c.Column.Name); have != nil && c.IfNotExists {
		d.skipping(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\"", c.Column.Name, d.t.Name)
		return nil
	}
	if len(d.t.Columns) >= tableColumnsMax {
		return sqlerr.New(sqlerr.TooManyColumns, "tables can have at most %d columns", tableColumnsMax)
	}
	old := d.t.Clone()
	if err := d.addColumn(c.Column); err != nil {
		return err
	}
	ord := len(d.t.Columns)
	var value plan.Expr
	if len(d.defaults) > 0 {
		e := d.defaults[0]
		d.defaults = nil
		generated := map[int]bool{}
		for i := range d.t.Columns {
			generated[i+1] = d.t.Columns[i].Generated != ""
		}
		var err error
		if value, err = d.bindDefault(e, generated); err != nil {
			return err
		}
	}
	if err := d.fillColumn(old, ord, value); err != nil {
		return err
	}
	return d.addConstraints()
}

// fillColumn gives the rows that are there the value of a new column.
func (d *draft) fillColumn(old *catalog.Table, ord int, value plan.Expr) error {
	c := &d.t.Columns[ord-1]
	constant, isConst := value.(*plan.Const)
	if value != nil && (!isConst || !constant.Val.IsNull()) {
		if err := d.rowTypeFree(); err != nil {
			return err
		}
	}
	switch {
	case isConst && !constant.Val.IsNull() && !renamable(c.Type):
		text := types.FormatText(c.Type, constant.Val, types.DefaultFormat)
		c.Missing = &text
		d.put()
		return nil
	case c.Sequence != 0 || value == nil && c.Type.IsDomain():
		next, err := bind.NextValue(d.bindContext(), c)
		if err != nil {
			return err
		}
		value = next
	}
	d.put()
	if value != nil && (!isConst || !constant.Val.IsNull()) {
		exprs := sameRow(d.t)
		exprs[ord-1] = value
		d.step(&plan.RewriteRows{Old: old, New: d.t.Clone(), Exprs: exprs})
	}
	if c.NotNull {
		d.checkNotNull(ord)
	}
	return nil
}

// renamable reports whether the text of a type's values may change its meaning
// later: labels can be renamed. The values go into the rows then.
func renamable(t types.Type) bool {
	t = t.Base()
	return types.DefinedType(t.OID) != nil
}

// sameRow lists expressions that leave a row as it is.
func sameRow(t *catalog.Table) []plan.Expr {
	out := make([]plan.Expr, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Dropped {
			out[i] = &plan.Const{Typ: c.Type}
			continue
		}
		out[i] = &plan.Col{Index: i, Typ: c.Type, Name: c.Name}
	}
	return out
}

func (d *draft) checkNotNull(ord int) {
	c := &d.t.Columns[ord-1]
	d.step(&plan.CheckRows{
		Table: d.t.Clone(), Column: c.Name,
		Cond: &plan.NullTest{Arg: &plan.Col{Index: ord - 1, Typ: c.Type, Name: c.Name}, Not: true},
	})
}

// alterColumn changes a property of a column.
func (d *draft) alterColumn(c *ast.AlterCmd) error {
	col, ord, err := d.column(c.Name)
	if err != nil {
		return err
	}
	switch c.Action {
	case ast.AlterColumnDefault:
		return d.alterDefault(c, ord)
	case ast.AlterSetNotNull:
		d.setNotNull(ord)
	case ast.AlterDropNotNull:
		return d.dropNotNull(ord)
	case ast.AlterDropExpression:
		if col.Generated == "" {
			if c.IfExists {
				d.notice(sqlerr.Notice("column \"%s\" of relation \"%s\" is not a stored generated column, skipping", col.Name, d.t.Name))
				return nil
			}
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is not a stored generated column", col.Name, d.t.Name)
		}
		col.Generated = ""
	case ast.AlterSetStorage:
		if col.Storage, err = storageLetter(c.Text); err != nil {
			return err
		}
	default:
		return d.alterIdentity(c, ord)
	}
	return nil
}

// storageLetter is pg_attribute.attstorage of a word; 0 is the type's own.
func storageLetter(word string) (byte, error) {
	letters := map[string]byte{"": 0, "default": 0, "plain": 'p', "external": 'e', "extended": 'x', "main": 'm'}
	letter, ok := letters[strings.ToLower(word)]
	if !ok {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid storage type \"%s\"", word)
	}
	return letter, nil
}

func (d *draft) alterDefault(c *ast.AlterCmd, ord int) error {
	col := &d.t.Columns[ord-1]
	if col.Identity != 0 {
		e := sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", col.Name, d.t.Name)
		if c.Expr == nil {
			e = e.WithHint("Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.")
		}
		return e
	}
	if col.Generated != "" {
		e := sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is a generated column", col.Name, d.t.Name)
		if c.Expr == nil {
			e = e.WithHint("Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.")
		}
		return e
	}
	col.Default, col.Sequence = "", 0
	if c.Expr == nil || isNull(c.Expr) {
		return nil
	}
	_, err := d.bindDefault(columnExpr{ord, c.Expr, ast.ConstraintDefault}, nil)
	return err
}

func (d *draft) dropNotNull(ord int) error {
	col := &d.t.Columns[ord-1]
	if col.Identity != 0 {
		return sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", col.Name, d.t.Name)
	}
	if pk := d.t.PrimaryKey(); pk != nil && hasColumn(pk.Columns, ord) {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" is in a primary key", col.Name)
	}
	col.NotNull = false
	return nil
}

func (d *draft) alterIdentity(c *ast.AlterCmd, ord int) error {
	col := &d.t.Columns[ord-1]
	if c.Action == ast.AlterAddIdentity {
		switch {
		case col.Identity != 0:
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is already an identity column", col.Name, d.t.Name)
		case col.Default != "" || col.Sequence != 0:
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" already has a default value", col.Name, d.t.Name)
		case !col.NotNull:
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" must be declared NOT NULL before identity can be added", col.Name, d.t.Name)
		}
		return d.columnValue(ord, c.Constraint)
	}
	if col.Identity == 0 {
		if c.Action == ast.AlterDropIdentity && c.IfExists {
			d.notice(sqlerr.Notice("column \"%s\" of relation \"%s\" is not an identity column, skipping", col.Name, d.t.Name))
			return nil
		}
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is not an identity column", col.Name, d.t.Name)
	}
	if c.Action == ast.AlterDropIdentity {
		seq := col.Sequence
		col.Identity, col.Sequence = 0, 0
		d.put()
		d.dropObject(seq)
		return nil
	}
	return d.setIdentity(c, col)
}

// setIdentity is SET GENERATED … and SET followed by sequence options.
func (d *draft) setIdentity(c *ast.AlterCmd, col *catalog.Column) error {
	var rest []*ast.Option
	for _, o := range c.Options {
		if o.Name != "generated" {
			rest = append(rest, o)
			continue
		}
		col.Identity = 'd'
		if t := o.Text(); t == "a" || t == "97" {
			col.Identity = 'a'
		}
	}
	if len(rest) == 0 {
		return nil
	}
	seq, ok := d.cat.Object(col.Sequence).(*catalog.Sequence)
	if !ok {
		return sqlerr.Internal("identity column \"%s\" without a sequence", col.Name)
	}
	d.put()
	return d.changeSequence(seq, rest)
}

func (d *draft) validateConstraint(name string) error {
	k := constraintNamed(d.t, name)
	if k == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", name, d.t.Name)
	}
	if k.Kind != catalog.Check && k.Kind != catalog.ForeignKey {
		return sqlerr.New(sqlerr.WrongObjectType, "constraint \"%s\" of relation \"%s\" is not a foreign key or check constraint", name, d.t.Name)
	}
	if !k.NotValid {
		return nil
	}
	k.NotValid = false
	d.put()
	if k.Kind == catalog.ForeignKey {
		d.step(&plan.CheckForeignKey{Table: d.t.Clone(), Constraint: *k})
		return nil
	}
	x, err := bind.CatalogText(d.bindContext(), d.t, k.Expr)
	if err != nil {
		return err
	}
	d.step(&plan.CheckRows{Table: d.t.Clone(), Cond: x, Constraint: name})
	return nil
}

// changeConstraint is ALTER CONSTRAINT: whether a foreign key may be deferred.
func (d *draft) changeConstraint(c *ast.AlterCmd) error {
	k := constraintNamed(d.t, c.Name)
	if k == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", c.Name, d.t.Name)
	}
	if k.Kind != catalog.ForeignKey {
		return sqlerr.New(sqlerr.WrongObjectType, "constraint \"%s\" of relation \"%s\" is not a foreign key constraint", c.Name, d.t.Name)
	}
	k.Deferrable, k.Deferred = c.Constraint.Deferrable, c.Constraint.InitiallyDeferred
	return nil
}

// adoptIndex is ADD PRIMARY KEY or UNIQUE USING INDEX.
func (d *draft) adoptIndex(k *ast.Constraint) error {
	o := d.cat.Relation(d.cat.SchemaName(d.t.Schema), k.UsingIndex)
	ix, ok := o.(*catalog.Index)
	switch {
	case !ok:
		return sqlerr.New(sqlerr.UndefinedObject, "index \"%s\" does not exist", k.UsingIndex).At(d.at(k.Pos()))
	case ix.Constraint != 0:
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "index \"%s\" is already associated with a constraint", ix.Name).At(d.at(k.Pos()))
	case ix.Table != d.t.ID:
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "index \"%s\" does not belong to table \"%s\"", ix.Name, d.t.Name).At(d.at(k.Pos()))
	case !ix.Unique:
		return d.unfitIndex(ix, k, "\"%s\" is not a unique index")
	case ix.Predicate != "":
		return d.unfitIndex(ix, k, "\"%s\" is a partial index")
	}
	var cols []int
	for _, key := range ix.Keys {
		if key.Column == 0 {
			return d.unfitIndex(ix, k, "index \"%s\" contains expressions")
		}
		cols = append(cols, key.Column)
	}
	primary := k.Kind == ast.ConstraintPrimaryKey
	if primary && d.t.PrimaryKey() != nil {
		return d.secondPrimaryKey(k)
	}
	n := *ix
	n.Primary = primary
	if k.Name != "" && k.Name != ix.Name {
		if err := d.freeConstraint(k.Name); err != nil {
			return err
		}
		d.notice(sqlerr.Notice("ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"%s\" to \"%s\"", ix.Name, k.Name))
		n.Name = d.name(k.Name)
	}
	return d.putKey(k, &n, n.Name, cols)
}

func (d *draft) unfitIndex(ix *catalog.Index, k *ast.Constraint, format string) error {
	return sqlerr.New(sqlerr.WrongObjectType, format, ix.Name).At(d.at(k.Pos())).
		WithDetail("Cannot create a primary key or unique constraint using such an index.")
}

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

// addConstraints makes the constraints that were read, in PostgreSQL's order,
// which names depend on: checks, the primary key, unique keys, foreign keys.
func (d *draft) addConstraints() error {
	list := d.later
	d.later = nil
	for _, pass := range [][]ast.ConstraintKind{
		{ast.ConstraintCheck}, {ast.ConstraintPrimaryKey}, {ast.ConstraintUnique, ast.ConstraintExclude}, {ast.ConstraintForeignKey},
	} {
		for _, k := range list {
			for _, kind := range pass {
				if k.Kind != kind {
					continue
				}
				if err := d.addConstraint(k); err != nil {
					return err
				}
			}
		}
		if pass[0] == ast.ConstraintCheck {
			d.put()
		}
	}
	return nil
}

func (d *draft) addConstraint(k *ast.Constraint) error {
	switch k.Kind {
	case ast.ConstraintCheck:
		return d.addCheck(k)
	case ast.ConstraintPrimaryKey, ast.ConstraintUnique:
		if k.UsingIndex != "" {
			return d.adoptIndex(k)
		}
		return d.addKey(k)
	case ast.ConstraintForeignKey:
		return d.addForeignKey(k)
	case ast.ConstraintExclude:
		if d.t.Partitioned() {
			return sqlerr.New(sqlerr.FeatureNotSupported, "exclusion constraints are not supported on partitioned tables").At(d.at(k.Pos()))
		}
		return d.addExclusion(k)
	}
	return sqlerr.Internal("constraint of kind %d on a table", k.Kind)
}

// constraintName checks the name given, or makes one.
func (d *draft) constraintName(k *ast.Constraint, columns, label string) (string, error) {
	if k.Name == "" {
		return d.chooseConstraintName(d.t.Schema, d.t, d.t.Name, columns, label), nil
	}
	name := d.name(k.Name)
	return name, d.freeConstraint(name)
}

// freeConstraint is 42710 for a constraint name that the table has already.
func (d *draft) freeConstraint(name string) error {
	if constraintNamed(d.t, name) != nil {
		return sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", name, d.t.Name)
	}
	return nil
}

func constraintNamed(t *catalog.Table, name string) *catalog.Constraint {
	for i := range t.Constraints {
		if t.Constraints[i].Name == name {
			return &t.Constraints[i]
		}
	}
	return nil
}

func (d *draft) addCheck(k *ast.Constraint) error {
	x, err := bind.CatalogExpr(d.bindContext(), d.t, nil, k.Expr, bind.CheckExpr, d.text)
	if err != nil {
		return err
	}
	used := columnsOf(x)
	column := ""
	if len(used) == 1 {
		column = d.t.Columns[used[0]-1].Name
	}
	if have := constraintNamed(d.t, k.Name); k.Name != "" && have != nil && have.Kind == catalog.Check && d.fresh {
		return sqlerr.New(sqlerr.DuplicateObject, "check constraint \"%s\" already exists", k.Name)
	}
	name, err := d.constraintName(k, column, "check")
	if err != nil {
		return err
	}
	id, err := d.NewOID()
	if err != nil {
		return err
	}
	d.t.Constraints = append(d.t.Constraints, catalog.Constraint{
		ID: id, Name: name, Kind: catalog.Check, Columns: used, Expr: x.String(), NotValid: k.NotValid && !d.fresh, NoInherit: k.NoInherit,
	})
	if !d.fresh {
		d.put()
		if !k.NotValid {
			d.step(&plan.CheckRows{Table: d.t.Clone(), Cond: x, Constraint: name})
		}
	}
	return nil
}

// addKey makes a primary key or unique constraint with its index.
func (d *draft) addKey(k *ast.Constraint) error {
	primary := k.Kind == ast.ConstraintPrimaryKey
	if primary && d.t.PrimaryKey() != nil {
		return d.secondPrimaryKey(k)
	}
	if err := tablespace(k.Tablespace); err != nil {
		return err
	}
	what := "unique"
	if primary {
		what = "primary key"
	}
	cols, err := d.keyColumns(k.Columns, what, k.Pos())
	if err != nil {
		return err
	}
	if err := d.keyCoversPartition(cols, strings.ToUpper(what)); err != nil {
		return err
	}
	include, err := d.includeColumns(k.Include)
	if err != nil {
		return err
	}
	name := k.Name
	if name == "" {
		columns, label := "", "pkey"
		if !primary {
			columns, label = columnNames(d.t, append(append([]int(nil), cols...), include...)), "key"
		}
		name = d.chooseName(d.t.Schema, d.t.Name, columns, label, true)
	} else if name, err = d.freeKeyName(name); err != nil {
		return err
	}
	ix := &catalog.Index{Table: d.t.ID, Method: catalog.BTree, Unique: true, Primary: primary, NullsEqual: k.NullsNotDistinct, Include: include}
	if ix.Options, err = indexOptions(catalog.BTree, k.Options); err != nil {
		return err
	}
	for _, ord := range cols {
		c := &d.t.Columns[ord-1]
		if err := hasBTree(c.Type); err != nil {
			return err
		}
		ix.Keys = append(ix.Keys, catalog.IndexKey{Column: ord, Type: c.Type, Collation: c.Collation})
	}
	return d.putKey(k, ix, name, cols)
}

// freeKeyName checks the name given to a constraint that has an index.
func (d *draft) freeKeyName(name string) (string, error) {
	name = d.name(name)
	if d.cat.Relation(d.cat.SchemaName(d.t.Schema), name) != nil {
		return "", sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	return name, d.freeConstraint(name)
}

func (d *draft) secondPrimaryKey(k *ast.Constraint) error {
	e := sqlerr.New(sqlerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", d.t.Name)
	if d.fresh {
		e = e.At(d.at(k.Pos()))
	}
	return e
}

// putKey adds the constraint of an index that is new or changes.
func (d *draft) putKey(k *ast.Constraint, ix *catalog.Index, name string, cols []int) (err error) {
	id, err := d.NewOID()
	if err != nil {
		return err
	}
	if ix.ID == 0 {
		if ix.Header, err = d.header(name, d.t.Schema); err != nil {
			return err
		}
		ix.Owner = d.t.Owner
	}
	ix.Constraint, ix.Deferrable = id, k.Deferrable
	kind := catalog.Unique
	if len(ix.Exclude) > 0 {
		kind = catalog.Exclusion
	}
	if ix.Primary {
		kind = catalog.PrimaryKey
		for _, ord := range cols {
			d.setNotNull(ord)
		}
	}
	d.t.Constraints = append(d.t.Constraints, catalog.Constraint{
		ID: id, Name: name, Kind: kind, Columns: cols, Index: ix.ID, Deferrable: k.Deferrable, Deferred: k.InitiallyDeferred,
	})
	d.put()
	d.binder.put(ix)
	t := d.t
	return d.below(func(child *draft) error { return child.partIndex(t, ix, true) })
}

// setNotNull makes a column NOT NULL, checking rows that are there already.
func (d *draft) setNotNull(ord int) {
	c := &d.t.Columns[ord-1]
	if c.NotNull {
		return
	}
	c.NotNull = true
	if d.fresh {
		return
	}
	d.put()
	d.step(&plan.CheckRows{
		Table: d.t.Clone(), Column: c.Name,
		Cond: &plan.NullTest{Arg: &plan.Col{Index: ord - 1, Typ: c.Type, Name: c.Name}, Not: true},
	})
}

// keyColumns resolves the columns of a key; what names the constraint in errors.
func (d *draft) keyColumns(names []string, what string, pos int) ([]int, error) {
	out := make([]int, len(names))
	for i, name := range names {
		c, ord := d.t.Column(name)
		if c == nil {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in key does not exist", name).At(d.at(pos))
		}
		for _, seen := range out[:i] {
			if seen == ord {
				return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" appears twice in %s constraint", name, what).At(d.at(pos))
			}
		}
		out[i] = ord
	}
	return out, nil
}

// includeColumns resolves INCLUDE (…).
func (d *draft) includeColumns(names []string) ([]int, error) {
	var out []int
	for _, name := range names {
		_, ord := d.t.Column(name)
		if ord == 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in key does not exist", name)
		}
		out = append(out, ord)
	}
	return out, nil
}

func sqlName(t types.Type) string {
	if in := types.Lookup(t.OID); in != nil {
		return in.SQLName
	}
	return "unknown"
}

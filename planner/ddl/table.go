package ddl

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// tableColumnsMax is PostgreSQL's MaxHeapAttributeNumber.
const tableColumnsMax = 1600

// draft is a table being made or changed. t is a copy that the binder may
// write to; put makes its state visible.
type draft struct {
	*binder
	t     *catalog.Table
	fresh bool // made by this statement: no rows to check
	// later are constraints read with the columns, made when all columns are known.
	later    []*ast.Constraint
	likes    []likeCopy
	defaults []columnExpr // in order of writing
}

// columnExpr is the default or generation expression of a column.
type columnExpr struct {
	ord  int
	expr ast.Expr
	kind ast.ConstraintKind
}

// put makes the draft as it stands an object of the catalog.
func (d *draft) put() {
	t := d.t.Clone()
	if len(t.Options) == 0 {
		t.Options = nil // as it reads from storage
	}
	d.binder.put(t)
}

// createTable makes a table with its sequences and indexes.
func (b *binder) createTable(s *ast.CreateTableStmt) error {
	if err := b.tableForm(s); err != nil {
		return err
	}
	d, err := b.newTable(s.Table, s.Persistence, s.OnCommit, s.IfNotExists)
	if err != nil || d == nil {
		return err
	}
	parents, err := d.inherit(s)
	if err != nil {
		return err
	}
	place := 0
	for _, e := range s.Elements {
		switch e := e.(type) {
		case *ast.ColumnDef:
			var merged bool
			place++
			if merged, err = d.mergeColumn(e, place, s.PartitionOf != nil); err == nil && !merged {
				err = d.addColumn(e)
			}
		case *ast.Constraint:
			d.later = append(d.later, e)
		case *ast.TableLike:
			err = d.copyLike(e)
		}
		if err != nil {
			return err
		}
	}
	if len(d.t.Columns) > tableColumnsMax {
		return sqlerr.New(sqlerr.TooManyColumns, "tables can have at most %d columns", tableColumnsMax)
	}
	if err := d.bindDefaults(); err != nil {
		return err
	}
	if err := d.setOptions(s.Options); err != nil {
		return err
	}
	if err := d.partitionBy(s.PartitionBy); err != nil {
		return err
	}
	if err := d.placeBelow(parents, s.PartitionOf); err != nil {
		return err
	}
	if err := d.addConstraints(); err != nil {
		return err
	}
	if err := d.finishLikes(); err != nil {
		return err
	}
	if s.PartitionOf != nil {
		if err := d.takeOver(d.cat.Table(parents[0].ID), false); err != nil {
			return err
		}
	}
	return d.checkOptions()
}

// tableForm refuses the kinds of tables that are not there.
func (b *binder) tableForm(s *ast.CreateTableStmt) error {
	switch {
	case s.PartitionBy != nil && len(s.Inherits) > 0 && s.PartitionOf == nil:
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot create partitioned table as inheritance child")
	case s.OfType != nil:
		return sqlerr.Unsupported("CREATE TABLE OF", "List the columns.")
	case s.OnCommit != ast.OnCommitDefault && s.Persistence != ast.Temporary:
		return sqlerr.New(sqlerr.InvalidTableDefinition, "ON COMMIT can only be used on temporary tables")
	}
	if err := tablespace(s.Tablespace); err != nil {
		return err
	}
	return b.accessMethod(s.AccessMethod)
}

// tablespace: there is one place for data.
func tablespace(name string) error {
	if name != "" && name != "pg_default" {
		return sqlerr.New(sqlerr.UndefinedObject, "tablespace \"%s\" does not exist", name)
	}
	return nil
}

func (b *binder) accessMethod(name string) error {
	if name != "" && name != "heap" {
		return sqlerr.New(sqlerr.UndefinedObject, "access method \"%s\" does not exist", name)
	}
	return nil
}

// newTable starts a table; nil without an error where IF NOT EXISTS finds one.
func (b *binder) newTable(ref *ast.TableRef, p ast.Persistence, onCommit ast.OnCommit, ifNotExists bool) (*draft, error) {
	schema, err := b.creationSchema(ref.Schema, p, ref.Pos())
	if err != nil {
		return nil, err
	}
	name := b.name(ref.Name)
	if found, err := b.exists(schema, name, ifNotExists); found || err != nil {
		return nil, err
	}
	h, err := b.header(name, schema.ID)
	if err != nil {
		return nil, err
	}
	t := &catalog.Table{Header: h, Options: map[string]string{}, Populated: true}
	b.applyDefaults(t)
	if t.TypeID, err = b.typeID(); err != nil {
		return nil, err
	}
	if t.ArrayTypeID, err = b.typeID(); err != nil {
		return nil, err
	}
	t.Persistence = persistence(p)
	if schema.Name == b.TempSchema {
		t.Persistence = catalog.Temporary
	}
	switch onCommit {
	case ast.OnCommitDelete:
		t.OnCommit = 'r'
	case ast.OnCommitDrop:
		t.OnCommit = 'd'
	}
	return &draft{binder: b, t: t, fresh: true}, nil
}

// exists reports whether a relation has the name: a notice with IF NOT EXISTS, else 42P07.
func (b *binder) exists(schema *catalog.Schema, name string, ifNotExists bool) (bool, error) {
	if b.cat.Relation(schema.Name, name) == nil {
		return false, b.freeType(schema, name)
	}
	if ifNotExists {
		b.skipping(sqlerr.DuplicateTable, "relation \"%s\"", name)
		return true, nil
	}
	return true, sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
}

func persistence(p ast.Persistence) catalog.Persistence {
	switch p {
	case ast.Temporary:
		return catalog.Temporary
	case ast.Unlogged:
		return catalog.Unlogged
	}
	return catalog.Permanent
}

// placeBelow makes a new table a partition, or a child of its parents.
func (d *draft) placeBelow(parents []*catalog.Table, bound *ast.PartitionBound) error {
	if bound != nil {
		return d.join(parents[0], bound)
	}
	for _, p := range parents {
		d.adopt(p)
	}
	return nil
}

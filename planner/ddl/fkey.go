package ddl

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

var refActions = map[ast.RefAction]catalog.Action{
	ast.RefNoAction: catalog.NoAction, ast.RefRestrict: catalog.Restrict, ast.RefCascade: catalog.Cascade,
	ast.RefSetNull: catalog.SetNull, ast.RefSetDefault: catalog.SetDefault,
}

// addForeignKey makes a foreign key over columns that the table has.
func (d *draft) addForeignKey(k *ast.Constraint) error {
	if k.Match == ast.MatchPartial {
		return sqlerr.New(sqlerr.FeatureNotSupported, "MATCH PARTIAL not yet implemented").At(d.at(k.Pos()))
	}
	if len(k.SetColumns) > 0 {
		return sqlerr.Unsupported("ON DELETE SET with a column list", "Name no columns: all of the key are set.").At(d.at(k.Pos()))
	}
	parent, err := d.parentTable(k.Parent)
	if err != nil {
		return err
	}
	cols, err := d.referenceColumns(d.t, k.Columns)
	if err != nil {
		return err
	}
	con := catalog.Constraint{
		Kind: catalog.ForeignKey, Columns: cols, Parent: parent.ID, MatchFull: k.Match == ast.MatchFull,
		OnDelete: refActions[k.OnDelete], OnUpdate: refActions[k.OnUpdate],
		Deferrable: k.Deferrable, Deferred: k.InitiallyDeferred, NotValid: k.NotValid && !d.fresh,
	}
	if err := d.parentKey(parent, k, &con); err != nil {
		return err
	}
	if err := d.mayReference(parent, con.ParentCols); err != nil {
		return err
	}
	if con.Name, err = d.constraintName(k, columnNames(d.t, cols), "fkey"); err != nil {
		return err
	}
	if err := d.comparableKeys(parent, &con); err != nil {
		return err
	}
	if con.ID, err = d.NewOID(); err != nil {
		return err
	}
	if parent.ID != d.t.ID {
		// Writers of the parent that do not know the key yet must end first.
		d.lock(parent.ID, ast.ShareRowExclusiveLock)
	}
	d.t.Constraints = append(d.t.Constraints, con)
	d.put()
	if !d.fresh && !con.NotValid {
		d.step(&plan.CheckForeignKey{Table: d.t.Clone(), Constraint: con})
	}
	t := d.t
	return d.below(func(child *draft) error { return child.partForeignKey(t, con, true) })
}

// mayReference asks for REFERENCES on the parent, or on each of its columns that are the key.
func (d *draft) mayReference(parent *catalog.Table, columns []int) error {
	if parent.ID == d.t.ID || d.cat.Privileges(d.Owner, parent)&catalog.MayReference != 0 {
		return nil
	}
	for _, ord := range columns {
		if d.cat.ColumnPrivileges(d.Owner, &parent.Columns[ord-1])&catalog.MayReference == 0 {
			return catalog.Denied(parent)
		}
	}
	return nil
}

// parentTable finds the table that a foreign key points at; the table itself is one.
func (d *draft) parentTable(ref *ast.TableRef) (*catalog.Table, error) {
	o := d.relation(ref.Schema, ref.Name)
	if o == nil {
		return nil, d.noRelation(ref)
	}
	parent, ok := o.(*catalog.Table)
	if !ok || parent.Materialized != "" {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "referenced relation \"%s\" is not a table", ref.Name)
	}
	if parent.Virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", ref.Name)
	}
	kinds := map[catalog.Persistence]string{catalog.Permanent: "permanent", 0: "permanent", catalog.Unlogged: "unlogged", catalog.Temporary: "temporary"}
	mine, theirs := kinds[d.t.Persistence], kinds[parent.Persistence]
	switch {
	case mine == "permanent" && theirs != "permanent":
		return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "constraints on permanent tables may reference only permanent tables")
	case mine == "unlogged" && theirs == "temporary":
		return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "constraints on unlogged tables may reference only permanent or unlogged tables")
	case mine == "temporary" && theirs != "temporary":
		return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "constraints on temporary tables may reference only temporary tables")
	}
	if parent.ID == d.t.ID {
		return d.t, nil
	}
	return parent, nil
}

func (d *draft) referenceColumns(t *catalog.Table, names []string) ([]int, error) {
	out := make([]int, len(names))
	for i, name := range names {
		if _, out[i] = t.Column(name); out[i] == 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", name)
		}
	}
	return out, nil
}

// parentKey finds the unique key that is referenced: the columns named, or the primary key.
func (d *draft) parentKey(parent *catalog.Table, k *ast.Constraint, con *catalog.Constraint) error {
	if len(k.ParentColumns) == 0 {
		pk := parent.PrimaryKey()
		if pk == nil {
			return sqlerr.New(sqlerr.UndefinedObject, "there is no primary key for referenced table \"%s\"", parent.Name)
		}
		if pk.Deferrable {
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot use a deferrable primary key for referenced table \"%s\"", parent.Name)
		}
		con.ParentCols, con.Index = pk.Columns, pk.Index
		return keyCount(con)
	}
	cols, err := d.referenceColumns(parent, k.ParentColumns)
	if err != nil {
		return err
	}
	con.ParentCols = cols
	if err := keyCount(con); err != nil {
		return err
	}
	for i, ord := range cols {
		for _, seen := range cols[:i] {
			if seen == ord {
				return sqlerr.New(sqlerr.InvalidForeignKey, "foreign key referenced-columns list must not contain duplicates")
			}
		}
	}
	deferrable := false
	for _, ix := range d.cat.Indexes(parent.ID) {
		if !ix.Unique || ix.Predicate != "" || ix.Invalid || !sameColumns(ix, cols) {
			continue
		}
		if deferrable = ix.Deferrable; !deferrable {
			con.Index = ix.ID
			return nil
		}
	}
	if deferrable {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot use a deferrable unique constraint for referenced table \"%s\"", parent.Name)
	}
	return sqlerr.New(sqlerr.InvalidForeignKey, "there is no unique constraint matching given keys for referenced table \"%s\"", parent.Name)
}

func keyCount(con *catalog.Constraint) error {
	if len(con.Columns) != len(con.ParentCols) {
		return sqlerr.New(sqlerr.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree")
	}
	return nil
}

// sameColumns reports whether an index is over exactly these columns, in any order.
func sameColumns(ix *catalog.Index, cols []int) bool {
	if len(ix.Keys) != len(cols) {
		return false
	}
	for _, k := range ix.Keys {
		found := false
		for _, ord := range cols {
			found = found || k.Column == ord
		}
		if !found {
			return false
		}
	}
	return true
}

// comparableKeys refuses columns that no = compares.
func (d *draft) comparableKeys(parent *catalog.Table, con *catalog.Constraint) error {
	for i, ord := range con.Columns {
		child, key := d.t.Columns[ord-1], parent.Columns[con.ParentCols[i]-1]
		if child.Type.OID == key.Type.OID || equatable(child.Type.OID, key.Type.OID) {
			continue
		}
		return sqlerr.New(sqlerr.DatatypeMismatch, "foreign key constraint \"%s\" cannot be implemented", con.Name).
			WithDetail("Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.", child.Name, key.Name, sqlName(child.Type), sqlName(key.Type))
	}
	return nil
}

// equatable: there is an = over both types, or the child's converts to the
// parent's by itself.
func equatable(child, parent types.OID) bool {
	if builtin.OperatorFor("=", parent, child) != nil {
		return true
	}
	c := builtin.FindCast(child, parent)
	return c != nil && c.Context == builtin.CastImplicit
}

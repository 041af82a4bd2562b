package ddl

import (
	"strconv"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// createComposite is CREATE TYPE … AS (…).
func (b *binder) createComposite(s *ast.CreateTypeStmt) error {
	name := truncateName(s.Names[len(s.Names)-1])
	if o := b.relation(schemaOf(s.Names), name); o != nil && schemaOf(s.Names) != "" {
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	t, err := b.newType(s.Names, catalog.CompositeType)
	if err != nil {
		return err
	}
	if t.Relation, err = b.NewOID(); err != nil {
		return err
	}
	for _, def := range s.Columns {
		if err := b.addAttribute(t, def); err != nil {
			return err
		}
	}
	b.put(t)
	return nil
}

// addAttribute appends an attribute to a composite type.
func (b *binder) addAttribute(t *catalog.Type, def *ast.ColumnDef) error {
	c := catalog.Column{Name: b.name(def.Name), Attr: len(t.Attributes)}
	if at := attributeIndex(t, c.Name); at >= 0 {
		if b.cat.Object(t.ID) == nil {
			return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name)
		}
		return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", c.Name, t.Name)
	}
	var err error
	if c.Type, _, err = b.attributeType(t, def); err != nil {
		return err
	}
	if c.Collation, err = b.collation(def.Collation, c.Type); err != nil {
		return err
	}
	t.Attributes = append(t.Attributes, c)
	return nil
}

// attributeType resolves an attribute's type: no serial, and not the type itself.
func (b *binder) attributeType(t *catalog.Type, def *ast.ColumnDef) (types.Type, bool, error) {
	if _, serial := serialTypes[def.Type.Name()]; serial && len(def.Type.Names) == 1 {
		return types.Type{}, false, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", def.Type.Name()).At(b.at(def.Type.Pos()))
	}
	u, serial, err := b.columnType(def)
	if err == nil && b.contains(u, t.ID) {
		err = sqlerr.New(sqlerr.InvalidTableDefinition, "composite type %s cannot be made a member of itself", b.shownType(t))
	}
	return u, serial, err
}

// contains reports whether values of type u hold values of a composite type.
func (b *binder) contains(u types.Type, composite types.OID) bool {
	u = u.Base()
	if e := u.Elem(); e.OID != 0 {
		u = e.Base()
	}
	if u.OID == composite {
		return true
	}
	for _, f := range u.Fields() {
		if b.contains(f.Type, composite) {
			return true
		}
	}
	return false
}

// attributeIndex is the 0-based position of an attribute, -1 if there is none.
func attributeIndex(t *catalog.Type, name string) int {
	for i := range t.Attributes {
		if !t.Attributes[i].Dropped && t.Attributes[i].Name == name {
			return i
		}
	}
	return -1
}

// dropAttribute marks an attribute as dropped: its number stays taken.
func dropAttribute(t *catalog.Type, ord int) {
	t.Attributes[ord-1] = catalog.Column{
		Name: "........pg.dropped." + strconv.Itoa(ord) + "........", Type: t.Attributes[ord-1].Type, Attr: ord - 1, Dropped: true,
	}
}

// alterComposite is ALTER TYPE with ADD, DROP and ALTER ATTRIBUTE, and OWNER TO.
func (b *binder) alterComposite(s *ast.AlterTableStmt) error {
	names := []string{s.Table.Name}
	if s.Table.Schema != "" {
		names = []string{s.Table.Schema, s.Table.Name}
	}
	found := b.findType(names)
	if found == nil || found.Kind != catalog.CompositeType {
		if found != nil {
			return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a composite type", s.Table.Name)
		}
		if o := b.relation(s.Table.Schema, s.Table.Name); o != nil {
			return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a composite type", s.Table.Name)
		}
		return b.noRelation(s.Table)
	}
	t := found.Clone()
	for _, c := range s.Cmds {
		if err := b.alterAttribute(t, c); err != nil {
			return err
		}
	}
	b.put(t)
	return nil
}

func (b *binder) alterAttribute(t *catalog.Type, c *ast.AlterCmd) error {
	at := attributeIndex(t, c.Name)
	switch c.Action {
	case ast.AlterOwner:
		role, err := b.roleNamed(c.Owner)
		if err == nil {
			err = b.mayGive(t, role)
		}
		if err == nil {
			t.ACL = newOwner(t.ACL, t.Owner, role.ID)
			t.Owner = role.ID
		}
		return err
	case ast.AlterAddColumn:
		return b.addAttribute(t, c.Column)
	case ast.AlterDropColumn:
		switch {
		case at >= 0:
			dropAttribute(t, at+1)
		case c.IfExists:
			b.notice(sqlerr.Notice("column \"%s\" of relation \"%s\" does not exist, skipping", c.Name, t.Name))
		default:
			return noAttribute(t, c.Name)
		}
		return nil
	case ast.AlterColumnType:
		if at < 0 {
			return noAttribute(t, c.Name)
		}
		err := b.compositeStored(t)
		if err != nil {
			return err
		}
		t.Attributes[at].Type, _, err = b.attributeType(t, c.Column)
		return err
	}
	return sqlerr.Unsupported("this form of ALTER TYPE", "")
}

func noAttribute(t *catalog.Type, name string) error {
	return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, t.Name)
}

// compositeStored refuses to change the type of an attribute of a type that a table stores.
func (b *binder) compositeStored(t *catalog.Type) error {
	for _, o := range b.cat.All(catalog.ClassTable) {
		table := o.(*catalog.Table)
		for i := range table.Columns {
			if c := &table.Columns[i]; !c.Dropped && b.contains(c.Type, t.ID) {
				return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type \"%s\" because column \"%s.%s\" uses it", t.Name, table.Name, c.Name)
			}
		}
	}
	return nil
}

// renameAttribute is ALTER TYPE … RENAME ATTRIBUTE.
func (b *binder) renameAttribute(s *ast.RenameStmt) error {
	names := []string{s.Table.Name}
	if s.Table.Schema != "" {
		names = []string{s.Table.Schema, s.Table.Name}
	}
	t := b.findType(names)
	if t == nil || t.Kind != catalog.CompositeType {
		if t == nil && b.relation(s.Table.Schema, s.Table.Name) == nil {
			return b.noRelation(s.Table)
		}
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a composite type", s.Table.Name)
	}
	at := attributeIndex(t, s.Name)
	if at < 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", s.Name)
	}
	name := b.name(s.NewName)
	if attributeIndex(t, name) >= 0 {
		return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", name, t.Name)
	}
	if err := b.namedInViews(t, "rename an attribute of"); err != nil {
		return err
	}
	t = t.Clone()
	t.Attributes[at].Name = name
	b.put(t)
	return nil
}

package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// grantKinds are the kinds of object that GRANT names.
var grantKinds = map[ast.ObjectKind]catalog.GrantKind{
	ast.KindTable: catalog.OnTable, ast.KindSequence: catalog.OnSequence, ast.KindSchema: catalog.OnSchema,
	ast.KindDatabase: catalog.OnDatabase, ast.KindFunction: catalog.OnFunction, ast.KindProcedure: catalog.OnFunction,
	ast.KindRoutine: catalog.OnFunction, ast.KindType: catalog.OnType, ast.KindDomain: catalog.OnType, ast.KindLanguage: catalog.OnLanguage,
}

// grantKindWords are the kinds as messages on privileges name them.
var grantKindWords = map[catalog.GrantKind]string{
	catalog.OnTable: "relation", catalog.OnSequence: "sequence", catalog.OnSchema: "schema", catalog.OnDatabase: "database",
	catalog.OnFunction: "function", catalog.OnType: "type", catalog.OnLanguage: "language", catalog.OnColumn: "column",
}

// grantChange is GRANT or REVOKE as its statement says it, without the objects.
type grantChange struct {
	revoke, option, cascade bool
	all                     bool // of ALL: nobody is told that some were not granted
	privileges              catalog.Privileges
	columns                 []columnGrant
	grantees                []types.OID
}

// columnGrant is a privilege on columns.
type columnGrant struct {
	privileges catalog.Privileges
	all        bool
	columns    []string
}

// grant is GRANT and REVOKE on objects.
func (b *binder) grant(s *ast.GrantStmt) error {
	kind, known := grantKinds[s.Kind]
	if !known {
		return sqlerr.Unsupported("GRANT ON "+string(s.Kind), "")
	}
	if s.GrantedBy != nil {
		by, err := b.roleNamed(s.GrantedBy)
		if err != nil {
			return err
		}
		if by.ID != b.Owner {
			return sqlerr.New(sqlerr.FeatureNotSupported, "grantor must be current user")
		}
	}
	g, err := b.grantChange(s, kind)
	if err != nil {
		return err
	}
	objects, err := b.grantedObjects(s, kind)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := b.grantOn(o, kind, g); err != nil {
			return err
		}
	}
	return nil
}

// grantChange resolves grantees and privileges of a statement.
func (b *binder) grantChange(s *ast.GrantStmt, kind catalog.GrantKind) (*grantChange, error) {
	g := &grantChange{revoke: s.Revoke, option: s.GrantOption, cascade: s.Cascade}
	for _, n := range s.Grantees {
		if n.Kind == ast.RolePublic {
			if g.option && !g.revoke {
				return nil, sqlerr.New(sqlerr.InvalidGrantOperation, "grant options can only be granted to roles")
			}
			g.grantees = append(g.grantees, catalog.Public)
			continue
		}
		r, err := b.roleNamed(n)
		if err != nil {
			return nil, err
		}
		g.grantees = append(g.grantees, r.ID)
	}
	g.all = len(s.Privileges) == 0
	for _, p := range s.Privileges {
		if err := g.add(p, kind); err != nil {
			return nil, err
		}
	}
	if g.all {
		g.privileges = catalog.AllPrivileges(kind)
	}
	return g, nil
}

// add takes one privilege of the list.
func (g *grantChange) add(p *ast.Privilege, kind catalog.GrantKind) error {
	onColumns := len(p.Columns) > 0
	if onColumns && kind != catalog.OnTable {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "column privileges are only valid for relations")
	}
	if p.Name == "" {
		if onColumns {
			g.columns = append(g.columns, columnGrant{catalog.AllPrivileges(catalog.OnColumn), true, p.Columns})
		} else {
			g.all = true
		}
		return nil
	}
	bit := catalog.PrivilegeNamed(p.Name)
	if bit == 0 {
		return sqlerr.New(sqlerr.SyntaxError, "unrecognized privilege type \"%s\"", p.Name)
	}
	allowed, on := catalog.AllPrivileges(kind), kind
	if onColumns {
		allowed, on = catalog.AllPrivileges(catalog.OnColumn), catalog.OnColumn
	} else if kind == catalog.OnTable {
		allowed |= catalog.AllPrivileges(catalog.OnSequence) // GRANT ON TABLE names sequences too
	}
	if bit&allowed == 0 {
		return invalidPrivilege(bit, on)
	}
	if onColumns {
		g.columns = append(g.columns, columnGrant{bit, false, p.Columns})
	} else {
		g.privileges |= bit
	}
	return nil
}

func invalidPrivilege(p catalog.Privileges, on catalog.GrantKind) error {
	return sqlerr.New(sqlerr.InvalidGrantOperation, "invalid privilege type %s for %s", p.Words()[0], grantKindWords[on])
}

func (b *binder) grantedObjects(s *ast.GrantStmt, kind catalog.GrantKind) ([]catalog.Object, error) {
	if s.AllInSchema {
		return b.allInSchemas(s)
	}
	var out []catalog.Object
	for _, ref := range s.Objects {
		o, err := b.grantedObject(s.Kind, kind, ref)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (b *binder) grantedObject(named ast.ObjectKind, kind catalog.GrantKind, ref *ast.ObjectRef) (catalog.Object, error) {
	name := ""
	if len(ref.Names) > 0 {
		name = ref.Names[len(ref.Names)-1]
	}
	switch kind {
	case catalog.OnTable, catalog.OnSequence:
		t := &ast.TableRef{Position: ref.Position, Schema: schemaOf(ref.Names), Name: name}
		o, err := b.lookup(t.Schema, name)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return nil, b.noRelation(t)
		}
		if o.Class() == catalog.ClassIndex {
			return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is an index", name)
		}
		if kind == catalog.OnSequence && o.Class() != catalog.ClassSequence {
			return nil, wrongKind(ast.KindSequence, name)
		}
		if table, ok := o.(*catalog.Table); ok && table.Virtual {
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "the privileges of \"%s\" cannot be changed", name).
				WithDetail("It is a relation of the system.")
		}
		return o, nil
	case catalog.OnSchema, catalog.OnDatabase:
		return b.namedObject(named, name, "GRANT ON ")
	case catalog.OnFunction:
		f, err := b.functionOf(named, ref, false)
		if err != nil {
			return nil, err
		}
		return f, nil
	case catalog.OnType:
		return b.grantedType(ref)
	case catalog.OnLanguage:
		return nil, sqlerr.Unsupported("GRANT ON LANGUAGE", "Every role may use the languages; grant EXECUTE on the functions.")
	}
	return nil, sqlerr.Unsupported("GRANT ON "+string(named), "")
}

// grantedType finds a created type; the built-in ones are everybody's.
func (b *binder) grantedType(ref *ast.ObjectRef) (catalog.Object, error) {
	o, err := b.droppedType(&ast.DropStmt{Kind: ast.KindType}, ref)
	if err != nil {
		return nil, err
	}
	return o, nil
}

// allInSchemas lists ALL TABLES (or SEQUENCES, FUNCTIONS) IN SCHEMA.
func (b *binder) allInSchemas(s *ast.GrantStmt) ([]catalog.Object, error) {
	var out []catalog.Object
	for _, ref := range s.Objects {
		schema := b.cat.Schema(ref.Names[0])
		if schema == nil {
			return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ref.Names[0])
		}
		for _, o := range b.schemaObjects(schema.ID) {
			switch o.Class() {
			case catalog.ClassTable, catalog.ClassView:
				if s.Kind == ast.KindTable {
					out = append(out, o)
				}
			case catalog.ClassFunction:
				p := o.(*catalog.Function).Procedure
				if s.Kind == ast.KindRoutine || s.Kind == ast.KindFunction && !p || s.Kind == ast.KindProcedure && p {
					out = append(out, o)
				}
			case catalog.ClassSequence:
				if s.Kind == ast.KindSequence {
					out = append(out, o)
				}
			}
		}
	}
	return out, nil
}

// grantOn changes one object's ACL, and those of its columns.
func (b *binder) grantOn(o catalog.Object, kind catalog.GrantKind, g *grantChange) error {
	privileges := g.privileges
	if o.Class() == catalog.ClassSequence && kind == catalog.OnTable {
		kind = catalog.OnSequence
		if g.all {
			privileges = catalog.AllPrivileges(kind)
		} else if privileges&^catalog.AllPrivileges(kind) != 0 {
			b.notice(sqlerr.Warningf(sqlerr.InvalidGrantOperation, "sequence \"%s\" only supports USAGE, SELECT, and UPDATE privileges", o.ObjectName()))
			if privileges &= catalog.AllPrivileges(kind); privileges == 0 {
				return nil
			}
		}
	} else if extra := privileges &^ catalog.AllPrivileges(kind); extra != 0 {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "invalid privilege type %s for table", extra.Words()[0])
	}
	n, h := cloneObject(o)
	columns := catalog.ColumnsOf(n)
	if privileges != 0 || len(g.columns) == 0 {
		whole := granting{
			b: b, o: o, name: o.ObjectName(), kind: kind, owner: h.Owner, revoke: g.revoke, option: g.option, cascade: g.cascade,
			all: g.all, grantees: g.grantees, have: catalog.ACLOf(o),
		}
		acl, err := whole.change(catalog.ACLOf(o), privileges)
		if err != nil {
			return err
		}
		h.ACL = acl
		if g.revoke && kind == catalog.OnTable { // what is taken on the table is taken on its columns
			for i := range columns {
				if columns[i].ACL == nil {
					continue
				}
				part := whole
				part.all, part.have = true, append(catalog.ACLOf(o).Clone(), columns[i].ACL...)
				if err := part.column(&columns[i], privileges&catalog.AllPrivileges(catalog.OnColumn)); err != nil {
					return err
				}
			}
		}
	}
	for _, cg := range g.columns {
		if o.Class() == catalog.ClassSequence {
			b.notice(sqlerr.Warningf(sqlerr.InvalidGrantOperation, "sequence \"%s\" only supports SELECT column privileges", o.ObjectName()))
			continue
		}
		for _, name := range cg.columns {
			i := slices.IndexFunc(columns, func(c catalog.Column) bool { return c.Name == name && !c.Dropped })
			if i < 0 {
				return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, o.ObjectName())
			}
			part := granting{
				b: b, o: o, name: name, kind: catalog.OnColumn, owner: h.Owner, revoke: g.revoke, option: g.option, cascade: g.cascade,
				all: cg.all, grantees: g.grantees, have: append(catalog.ACLOf(n).Clone(), columns[i].ACL...),
			}
			if err := part.column(&columns[i], cg.privileges); err != nil {
				return err
			}
		}
	}
	b.put(n)
	return nil
}

// column changes a column's ACL; without items it is none.
func (g *granting) column(c *catalog.Column, privileges catalog.Privileges) error {
	g.kind = catalog.OnColumn
	acl, err := g.change(c.ACL, privileges)
	if err != nil {
		return err
	}
	if c.ACL = acl; len(acl) == 0 {
		c.ACL = nil
	}
	return nil
}

// lookup is relation, for a schema that the role may use.
func (b *binder) lookup(schema, name string) (catalog.Object, error) {
	if schema != "" && !strings.HasPrefix(schema, "pg_temp") {
		if s := b.cat.Schema(schema); s != nil && b.cat.Privileges(b.Owner, s)&catalog.MayUse == 0 {
			return nil, catalog.Denied(s)
		}
	}
	return b.relation(schema, name), nil
}

package ddl

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// privilegeLetters are the letters of aclitem.
var privilegeLetters = map[string]byte{
	"insert": 'a', "select": 'r', "update": 'w', "delete": 'd', "truncate": 'D', "references": 'x', "trigger": 't',
	"execute": 'X', "usage": 'U', "create": 'C', "temporary": 'T', "temp": 'T', "connect": 'c',
}

// allPrivileges are the letters of ALL, in aclitem's order, by kind of object.
var allPrivileges = map[ast.ObjectKind]string{
	ast.KindTable: "arwdDxt", ast.KindSequence: "rwU", ast.KindSchema: "UC", ast.KindDatabase: "CTc",
	ast.KindFunction: "X", ast.KindProcedure: "X", ast.KindRoutine: "X",
}

// grant records GRANT and REVOKE in the objects' ACL.
func (b *binder) grant(s *ast.GrantStmt) error {
	if s.Default {
		return sqlerr.Unsupported("ALTER DEFAULT PRIVILEGES", "Use GRANT on the objects.")
	}
	objects, err := b.grantedObjects(s)
	if err != nil {
		return err
	}
	var grantees []string
	for _, n := range s.Grantees {
		if n.Kind == ast.RolePublic {
			grantees = append(grantees, "")
			continue
		}
		r, err := b.roleNamed(n)
		if err != nil {
			return err
		}
		grantees = append(grantees, r.Name)
	}
	for _, o := range objects {
		kind := s.Kind
		if o.Class() == catalog.ClassSequence {
			kind = ast.KindSequence
		}
		letters, err := privilegesOf(s, kind)
		if err != nil {
			return err
		}
		n, h := cloneObject(o)
		acl := append([]string(nil), h.ACL...)
		if h.ACL == nil {
			acl = b.defaultACL(kind, h)
		}
		for _, g := range grantees {
			acl = b.changeACL(acl, g, letters, s, h)
		}
		h.ACL = acl
		b.put(n)
	}
	return nil
}

func (b *binder) grantedObjects(s *ast.GrantStmt) ([]catalog.Object, error) {
	if s.AllInSchema {
		return b.allInSchemas(s)
	}
	var out []catalog.Object
	for _, ref := range s.Objects {
		name := ref.Names[len(ref.Names)-1]
		switch s.Kind {
		case ast.KindTable, ast.KindSequence:
			t := &ast.TableRef{Position: ref.Position, Schema: schemaOf(ref.Names), Name: name}
			o := b.relation(t.Schema, name)
			if o == nil {
				return nil, b.noRelation(t)
			}
			if o.Class() == catalog.ClassIndex {
				return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is an index", name)
			}
			if s.Kind == ast.KindSequence && o.Class() != catalog.ClassSequence {
				return nil, wrongKind(ast.KindSequence, name)
			}
			if table, ok := o.(*catalog.Table); ok && table.Virtual {
				continue // system catalogs are open to all
			}
			out = append(out, o)
		case ast.KindSchema, ast.KindDatabase:
			o, err := b.namedObject(s.Kind, name, "GRANT ON ")
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		case ast.KindFunction, ast.KindProcedure, ast.KindRoutine:
			f, err := b.functionOf(s.Kind, ref, false)
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		default:
			return nil, sqlerr.Unsupported("GRANT ON "+string(s.Kind), "")
		}
	}
	return out, nil
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

// privilegesOf are the letters that a statement names.
func privilegesOf(s *ast.GrantStmt, kind ast.ObjectKind) (string, error) {
	all := allPrivileges[kind]
	if len(s.Privileges) == 0 {
		return all, nil
	}
	given := ""
	for _, p := range s.Privileges {
		if len(p.Columns) > 0 {
			return "", sqlerr.Unsupported("a privilege on columns", "Grant it on the table, or on a view of the columns.")
		}
		if p.Name == "" {
			return all, nil
		}
		letter, ok := privilegeLetters[strings.ToLower(p.Name)]
		if !ok {
			return "", sqlerr.New(sqlerr.SyntaxError, "unrecognized privilege type \"%s\"", p.Name)
		}
		if strings.IndexByte(all, letter) < 0 {
			return "", sqlerr.New(sqlerr.InvalidGrantOperation, "invalid privilege type %s for %s", strings.ToUpper(p.Name), strings.ToLower(string(kind)))
		}
		given += string(letter)
	}
	out := ""
	for _, letter := range all {
		if strings.ContainsRune(given, letter) {
			out += string(letter)
		}
	}
	return out, nil
}

// defaultACL is what an object without ACL allows, spelled out.
func (b *binder) defaultACL(kind ast.ObjectKind, h *catalog.Header) []string {
	owner := b.ownerName(h)
	var out []string
	if kind == ast.KindDatabase {
		out = append(out, aclItem("", "Tc", owner))
	}
	if isRoutineKind(kind) {
		out = append(out, aclItem("", "X", owner))
	}
	return append(out, aclItem(owner, allPrivileges[kind], owner))
}

func (b *binder) ownerName(h *catalog.Header) string {
	if r, ok := b.cat.Object(h.Owner).(*catalog.Role); ok {
		return r.Name
	}
	return b.User
}

func aclItem(grantee, letters, grantor string) string {
	if grantee != "" {
		grantee = builtin.QuoteIdent(grantee)
	}
	return grantee + "=" + letters + "/" + builtin.QuoteIdent(grantor)
}

// findACL finds the item of a grantee, -1 if there is none.
func findACL(acl []string, grantee string) int {
	if grantee != "" {
		grantee = builtin.QuoteIdent(grantee)
	}
	for i, item := range acl {
		if strings.HasPrefix(item, grantee+"=") {
			return i
		}
	}
	return -1
}

// changeACL adds privileges to a grantee's item, or takes them away. A star
// after a letter is the grant option.
func (b *binder) changeACL(acl []string, grantee, letters string, s *ast.GrantStmt, h *catalog.Header) []string {
	have := map[rune]string{}
	i := findACL(acl, grantee)
	if i >= 0 {
		item := acl[i]
		item = item[strings.IndexByte(item, '=')+1 : strings.LastIndexByte(item, '/')]
		for k, c := range item {
			if c == '*' {
				continue
			}
			have[c] = string(c)
			if k+1 < len(item) && item[k+1] == '*' {
				have[c] += "*"
			}
		}
	}
	for _, c := range letters {
		switch {
		case s.Revoke && s.GrantOption:
			have[c] = strings.TrimSuffix(have[c], "*")
		case s.Revoke:
			delete(have, c)
		case s.GrantOption && grantee != "":
			have[c] = string(c) + "*"
		case have[c] == "":
			have[c] = string(c)
		}
	}
	text := ""
	for _, c := range "arwdDxtXUCTc" {
		text += have[c]
	}
	switch {
	case i < 0 && text != "":
		return append(acl, aclItem(grantee, text, b.ownerName(h)))
	case i < 0:
		return acl
	case text == "":
		return append(acl[:i:i], acl[i+1:]...)
	}
	acl[i] = aclItem(grantee, text, b.ownerName(h))
	return acl
}

package ddl

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// comment sets or removes the comment on an object.
func (b *binder) comment(s *ast.CommentStmt) error {
	text := s.Text
	if s.Remove {
		text = ""
	}
	switch s.Kind {
	case ast.KindColumn:
		return b.commentColumn(s, text)
	case ast.KindConstraint:
		return b.commentConstraint(s, text)
	case ast.KindTrigger:
		return b.commentTrigger(s, text)
	case ast.KindFunction, ast.KindProcedure, ast.KindRoutine:
		f, err := b.functionOf(s.Kind, s.Object, false)
		if err != nil {
			return err
		}
		n := *f
		n.Comment = text
		b.put(&n)
		return nil
	}
	o, err := b.commented(s)
	if err != nil {
		return err
	}
	o, h := cloneObject(o)
	h.Comment = text
	b.put(o)
	return nil
}

// commented finds the object of COMMENT ON.
func (b *binder) commented(s *ast.CommentStmt) (catalog.Object, error) {
	if len(s.Object.Names) == 0 { // CAST (a AS b) and others that types name
		return nil, sqlerr.Unsupported("COMMENT ON "+string(s.Kind), "")
	}
	name := s.Object.Names[len(s.Object.Names)-1]
	if relationClasses[s.Kind] != nil {
		ref := &ast.TableRef{Position: s.Object.Position, Schema: schemaOf(s.Object.Names), Name: name}
		o := b.relation(ref.Schema, name)
		if o == nil {
			return nil, b.noRelation(ref)
		}
		if !relationClasses[s.Kind](o) {
			return nil, wrongKind(s.Kind, name)
		}
		if t, ok := o.(*catalog.Table); ok && t.Virtual {
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", name)
		}
		return o, b.mustOwn(o)
	}
	if s.Kind == ast.KindType || s.Kind == ast.KindDomain {
		return b.alteredType(s.Kind, s.Object.Names)
	}
	o, err := b.namedObject(s.Kind, name, "COMMENT ON ")
	if err != nil {
		return nil, err
	}
	if r, ok := o.(*catalog.Role); ok {
		switch me := b.me(); {
		case r.Super && !me.Super:
			return nil, notPermitted("must be superuser to comment on superuser roles")
		case !me.Super && !me.CreateRole:
			return nil, notPermitted("must have CREATEROLE privilege")
		}
		return o, nil
	}
	return o, b.mustOwn(o)
}

// namedObject finds an object of a kind without schema; 0A000 names the statement for other kinds.
func (b *binder) namedObject(kind ast.ObjectKind, name, statement string) (catalog.Object, error) {
	code := sqlerr.UndefinedObject
	var o catalog.Object
	switch kind {
	case ast.KindSchema:
		code = sqlerr.InvalidSchemaName
		if s := b.cat.Schema(name); s != nil {
			o = s
		}
	case ast.KindExtension:
		if e := b.cat.Extension(name); e != nil {
			o = e
		}
	case ast.KindRole:
		if r := b.cat.Role(name); r != nil {
			o = r
		}
	case ast.KindDatabase:
		code = sqlerr.InvalidCatalogName
		if d := b.cat.Database(name); d != nil {
			o = d
		}
	default:
		return nil, sqlerr.Unsupported(statement+string(kind), "")
	}
	if o == nil {
		return nil, sqlerr.New(code, "%s \"%s\" does not exist", strings.ToLower(string(kind)), name)
	}
	return o, nil
}

func wrongKind(kind ast.ObjectKind, name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not %s", name, withArticle(kind))
}

// withArticle is the kind in words: "an index".
func withArticle(kind ast.ObjectKind) string {
	if kind == ast.KindIndex {
		return "an index"
	}
	return "a " + strings.ToLower(string(kind))
}

func (b *binder) commentColumn(s *ast.CommentStmt, text string) error {
	column := s.Object.Names[0]
	ref := &ast.TableRef{Position: s.Object.Position, Schema: schemaOf(s.Object.Table), Name: s.Object.Table[len(s.Object.Table)-1]}
	switch o := b.relation(ref.Schema, ref.Name).(type) {
	case nil:
		return b.noRelation(ref)
	case *catalog.View:
		n := *o
		n.Columns = append([]catalog.Column(nil), o.Columns...)
		for i := range n.Columns {
			if n.Columns[i].Name == column {
				n.Columns[i].Comment = text
				b.put(&n)
				return nil
			}
		}
	case *catalog.Table:
		t, err := b.table(ref)
		if err != nil {
			return err
		}
		n := t.Clone()
		if c, _ := n.Column(column); c != nil {
			c.Comment = text
			b.put(n)
			return nil
		}
	default:
		return sqlerr.New(sqlerr.WrongObjectType, "cannot set comment on relation \"%s\"", ref.Name)
	}
	return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, ref.Name)
}

func (b *binder) commentConstraint(s *ast.CommentStmt, text string) error {
	ref := &ast.TableRef{Position: s.Object.Position, Schema: schemaOf(s.Object.Table), Name: s.Object.Table[len(s.Object.Table)-1]}
	t, err := b.table(ref)
	if err != nil {
		return err
	}
	n := t.Clone()
	c := constraintNamed(n, s.Object.Names[0])
	if c == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", s.Object.Names[0], t.Name)
	}
	c.Comment = text
	b.put(n)
	return nil
}

// cloneObject returns a copy of an object and its header, which may be changed.
func cloneObject(o catalog.Object) (catalog.Object, *catalog.Header) {
	switch o := o.(type) {
	case *catalog.Schema:
		n := *o
		return &n, &n.Header
	case *catalog.Table:
		n := o.Clone()
		return n, &n.Header
	case *catalog.Index:
		n := *o
		return &n, &n.Header
	case *catalog.Sequence:
		n := *o
		return &n, &n.Header
	case *catalog.View:
		n := *o
		return &n, &n.Header
	case *catalog.Role:
		n := *o
		return &n, &n.Header
	case *catalog.Extension:
		n := *o
		return &n, &n.Header
	case *catalog.Database:
		n := *o
		return &n, &n.Header
	case *catalog.Function:
		n := *o
		return &n, &n.Header
	case *catalog.Type:
		n := o.Clone()
		return n, &n.Header
	}
	return o, &catalog.Header{}
}

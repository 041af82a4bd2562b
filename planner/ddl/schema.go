package ddl

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// createSchema makes a schema and the elements written with it, which are
// created in it.
func (b *binder) createSchema(s *ast.CreateSchemaStmt) error {
	owner, err := b.roleNamed(s.Owner)
	if err != nil {
		return err
	}
	name := s.Name
	if name == "" {
		name = owner.Name
	}
	name = b.name(name)
	if strings.HasPrefix(name, "pg_") {
		return sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", name).
			WithDetail("The prefix \"pg_\" is reserved for system schemas.")
	}
	if b.cat.Schema(name) != nil {
		if s.IfNotExists {
			b.skipping(sqlerr.DuplicateSchema, "schema \"%s\"", name)
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateSchema, "schema \"%s\" already exists", name)
	}
	if err := b.mayCreateSchemas(); err != nil {
		return err
	}
	if owner != nil && !b.cat.IsMember(b.Owner, owner.ID) {
		return notPermitted("must be member of role \"%s\"", owner.Name)
	}
	h, err := b.header(name, 0)
	if err != nil {
		return err
	}
	if owner != nil {
		h.Owner = owner.ID
	}
	b.put(&catalog.Schema{Header: h})
	return b.schemaElements(name, s.Elements)
}

func (b *binder) schemaElements(name string, elements []ast.Stmt) error {
	path := b.SearchPath
	defer func() { b.SearchPath = path }()
	b.SearchPath = append([]string{name}, path...)
	for _, e := range elements {
		if _, ok := e.(*ast.CreateViewStmt); ok { // its query's text is known only where it stands alone
			return sqlerr.Unsupported("CREATE VIEW inside CREATE SCHEMA", "Create the view in a statement of its own.")
		}
		if _, err := b.statement(e); err != nil {
			return err
		}
	}
	return nil
}

// schemaObjects lists what a schema holds, in order of OID.
func (b *binder) schemaObjects(id types.OID) []catalog.Object {
	var out []catalog.Object
	for _, class := range []catalog.Class{
		catalog.ClassTable, catalog.ClassIndex, catalog.ClassSequence, catalog.ClassView, catalog.ClassFunction, catalog.ClassType,
		catalog.ClassExtension,
	} {
		for _, o := range b.cat.All(class) {
			if o.SchemaID() == id {
				out = append(out, o)
			}
		}
	}
	return out
}

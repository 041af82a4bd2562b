package ddl

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

func (b *binder) createExtension(s *ast.CreateExtensionStmt) error {
	if b.cat.Extension(s.Name) != nil {
		if s.IfNotExists {
			b.skipping(sqlerr.DuplicateObject, "extension \"%s\"", s.Name)
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateObject, "extension \"%s\" already exists", s.Name)
	}
	if b.mayCreateSchemas() != nil {
		return notPermitted("permission denied to create extension \"%s\"", s.Name).WithHint("Must have CREATE privilege on current database to create this extension.")
	}
	available := catalog.FindExtension(s.Name)
	if available == nil {
		return sqlerr.New(sqlerr.FeatureNotSupported, "extension \"%s\" is not available", s.Name).
			WithHint("See pg_available_extensions.")
	}
	schema, version := "", available.Version
	for _, o := range s.Options {
		switch o.Name {
		case "schema":
			schema = o.Text()
		case "new_version":
			version = o.Text()
		}
	}
	in, err := b.creationSchema(schema, ast.Permanent, ast.Unknown.Pos())
	if err != nil {
		return err
	}
	h, err := b.header(s.Name, in.ID)
	if err != nil {
		return err
	}
	b.put(&catalog.Extension{Header: h, Version: version})
	return nil
}

// alterExtension is ALTER EXTENSION … UPDATE.
func (b *binder) alterExtension(s *ast.AlterExtensionStmt) error {
	e := b.cat.Extension(s.Name)
	if e == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "extension \"%s\" does not exist", s.Name)
	}
	version := ""
	if available := catalog.FindExtension(s.Name); available != nil {
		version = available.Version
	}
	if e.Born() {
		version = e.Version
	}
	for _, o := range s.Options {
		if o.Name == "new_version" {
			version = o.Text()
		}
	}
	if version == "" || version == e.Version {
		b.notice(sqlerr.Notice("version \"%s\" of extension \"%s\" is already installed", e.Version, s.Name))
		return nil
	}
	n := *e
	n.Version = version
	b.put(&n)
	return nil
}

// extensionSchema is ALTER EXTENSION … SET SCHEMA.
func (b *binder) extensionSchema(s *ast.AlterSchemaStmt) error {
	name := s.Object.Names[0]
	e := b.cat.Extension(name)
	if e == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "extension \"%s\" does not exist", name)
	}
	if e.Born() {
		return sqlerr.New(sqlerr.FeatureNotSupported, "extension \"%s\" does not support SET SCHEMA", name)
	}
	to := b.cat.Schema(s.NewSchema)
	if to == nil {
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.NewSchema)
	}
	if err := b.writableSchema(to); err != nil {
		return err
	}
	n := *e
	n.Schema = to.ID
	b.put(&n)
	return nil
}

func (b *binder) droppedExtension(s *ast.DropStmt, ref *ast.ObjectRef) (catalog.Object, error) {
	name := ref.Names[0]
	if e := b.cat.Extension(name); e != nil {
		if e.Born() {
			return nil, sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop extension %s because it is required by the database system", name)
		}
		return e, b.mustOwn(e)
	}
	if s.IfExists {
		b.notice(sqlerr.Notice("extension \"%s\" does not exist, skipping", name))
		return nil, nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "extension \"%s\" does not exist", name)
}

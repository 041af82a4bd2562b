package ddl

import (
	"reflect"
	"unicode/utf8"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// Context is what a schema change is bound with.
type Context struct {
	bind.Context
	NewOID     func() (types.OID, error) // the transaction's next OID
	TempSchema string                    // name of the session's temporary schema
	Owner      types.OID                 // the role that acts, which will own what is made
	// SessionUser is the name of the role that the session began as.
	SessionUser string
	Now         int64 // transaction time, µs since 2000
	LateBodies  bool  // check_function_bodies is off
	// Query compiles the query of CREATE TABLE AS and of views.
	Query func(ctx bind.Context, stmt ast.Stmt, text string) (*plan.Plan, error)
}

// maxNameBytes is PostgreSQL's NAMEDATALEN - 1.
const maxNameBytes = 63

// binder collects the steps of one statement over a catalog that already shows
// what earlier steps made.
type binder struct {
	*Context
	text  string
	cat   *catalog.Catalog // Context.Catalog with the steps so far
	steps []plan.Step
}

// Is reports whether a statement is bound by this package: the schema changes,
// and those that are not supported. The rest are queries and the session's own.
func Is(stmt ast.Stmt) bool {
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		return s.Into != nil
	case *ast.CreateSchemaStmt, *ast.CreateTableStmt, *ast.CreateTableAsStmt, *ast.CreateIndexStmt,
		*ast.CreateSequenceStmt, *ast.AlterSequenceStmt, *ast.CreateViewStmt, *ast.CreateExtensionStmt,
		*ast.AlterExtensionStmt, *ast.DropStmt, *ast.TruncateStmt, *ast.CommentStmt, *ast.AlterTableStmt,
		*ast.RenameStmt, *ast.AlterSchemaStmt, *ast.AlterOwnerStmt, *ast.RefreshStmt, *ast.Unsupported,
		*ast.CreateTypeStmt, *ast.AlterEnumStmt, *ast.CreateDomainStmt, *ast.AlterDomainStmt,
		*ast.CreateFunctionStmt, *ast.AlterFunctionStmt, *ast.ReturnStmt, *ast.CreateTriggerStmt, *ast.PolicyStmt,
		*ast.CreateDatabaseStmt, *ast.AlterDatabaseStmt, *ast.DropDatabaseStmt,
		*ast.CreateRoleStmt, *ast.AlterRoleStmt, *ast.AlterRoleSetStmt, *ast.DropRoleStmt,
		*ast.GrantStmt, *ast.GrantRoleStmt, *ast.AlterDefaultPrivilegesStmt, *ast.OwnedStmt:
		return true
	}
	return false
}

// Bind compiles a schema change.
func Bind(ctx *Context, stmt ast.Stmt, text string) (*plan.Plan, error) {
	b := &binder{Context: ctx, text: text, cat: ctx.Catalog}
	tag, err := b.statement(stmt)
	if err != nil {
		return nil, err
	}
	return &plan.Plan{Command: plan.UtilityCommand, Text: text, DDL: &plan.DDL{Tag: tag, Steps: b.steps}}, nil
}

func (b *binder) statement(stmt ast.Stmt) (tag string, err error) {
	switch s := stmt.(type) {
	case *ast.CreateSchemaStmt:
		return "CREATE SCHEMA", b.createSchema(s)
	case *ast.CreateTableStmt:
		return "CREATE TABLE", b.createTable(s)
	case *ast.CreateTableAsStmt:
		return b.createTableAs(s)
	case *ast.SelectStmt:
		return b.selectInto(s)
	case *ast.CreateIndexStmt:
		return "CREATE INDEX", b.createIndex(s)
	case *ast.CreateSequenceStmt:
		return "CREATE SEQUENCE", b.createSequence(s)
	case *ast.AlterSequenceStmt:
		return "ALTER SEQUENCE", b.alterSequence(s)
	case *ast.CreateViewStmt:
		return "CREATE VIEW", b.createView(s)
	case *ast.CreateExtensionStmt:
		return "CREATE EXTENSION", b.createExtension(s)
	case *ast.AlterExtensionStmt:
		return "ALTER EXTENSION", b.alterExtension(s)
	case *ast.DropStmt:
		return "DROP " + string(s.Kind), b.drop(s)
	case *ast.TruncateStmt:
		return "TRUNCATE TABLE", b.truncate(s)
	case *ast.CommentStmt:
		return "COMMENT", b.comment(s)
	case *ast.AlterTableStmt:
		return "ALTER " + string(s.Kind), b.alterTable(s)
	case *ast.RenameStmt:
		return b.rename(s)
	case *ast.AlterSchemaStmt:
		return "ALTER " + string(s.Kind), b.setSchema(s)
	case *ast.AlterOwnerStmt:
		return "ALTER " + string(s.Kind), b.changeOwner(s)
	case *ast.RefreshStmt:
		return "REFRESH MATERIALIZED VIEW", b.refresh(s)
	case *ast.CreateTypeStmt:
		return "CREATE TYPE", b.createType(s)
	case *ast.AlterEnumStmt:
		return "ALTER TYPE", b.alterEnum(s)
	case *ast.CreateDomainStmt:
		return "CREATE DOMAIN", b.createDomain(s)
	case *ast.AlterDomainStmt:
		return "ALTER DOMAIN", b.alterDomain(s)
	case *ast.Unsupported:
		return "", sqlerr.Unsupported(s.Name, s.Hint)
	}
	return b.functionStatement(stmt)
}

// at turns a byte offset of the tree into the client's position: characters
// from 1, 0 where unknown.
func (b *binder) at(pos int) int {
	pos -= b.TextStart
	if pos < 0 || pos > len(b.text) || b.text == "" {
		return 0
	}
	return b.TextStart + utf8.RuneCountInString(b.text[:pos]) + 1
}

func (b *binder) step(s plan.Step) { b.steps = append(b.steps, s) }

// lock takes a table lock, once per statement.
func (b *binder) lock(table types.OID, mode ast.LockMode) {
	for _, s := range b.steps {
		if l, ok := s.(*plan.LockTable); ok && l.Table == table && l.Level >= uint8(mode) {
			return
		}
	}
	b.step(&plan.LockTable{Table: table, Level: uint8(mode)})
}

func (b *binder) notice(e *sqlerr.Error) {
	b.step(&plan.Notice{Code: e.Code, Severity: e.Severity, Message: e.Message, Detail: e.Detail})
}

// skipping tells that something exists already: code says what.
func (b *binder) skipping(code sqlerr.Code, format string, args ...any) {
	e := sqlerr.Notice(format+" already exists, skipping", args...)
	e.Code = code
	b.notice(e)
}

// put adds or replaces an object, for the steps that follow too. An object that
// the statement has put already is replaced in that step, unless rows were
// touched since; one that is as it was is left alone.
func (b *binder) put(o catalog.Object) {
	have := b.cat.Object(o.ObjectID())
	if _, table := o.(*catalog.Table); have == nil && !table { // a table is put in several states
		b.applyDefaults(o)
	} else if have != nil && reflect.DeepEqual(have, o) {
		return
	}
	b.cat = b.cat.With(b.cat.Version(), catalog.Change{ID: o.ObjectID(), Object: o})
	for i := len(b.steps) - 1; i >= 0; i-- {
		switch s := b.steps[i].(type) {
		case *plan.PutObject:
			if s.Object.ObjectID() == o.ObjectID() {
				s.Object = o
				return
			}
			continue
		case *plan.Notice, *plan.LockTable:
			continue
		}
		break
	}
	b.step(&plan.PutObject{Object: o})
}

func (b *binder) dropObject(id types.OID) {
	b.step(&plan.DropObject{ID: id})
	b.cat = b.cat.With(b.cat.Version(), catalog.Change{ID: id})
}

// typeID draws an OID for a row type: one that no other type of the process has.
func (b *binder) typeID() (types.OID, error) {
	for {
		if id, err := b.NewOID(); err != nil || id >= types.FirstUserOID && types.Lookup(id) == nil {
			return id, err
		}
	}
}

// header starts a new object.
func (b *binder) header(name string, schema types.OID) (catalog.Header, error) {
	id, err := b.NewOID()
	if err != nil {
		return catalog.Header{}, err
	}
	return catalog.Header{ID: id, Name: name, Schema: schema, Owner: b.Owner, Created: b.Now}, nil
}

// name cuts a name to what PostgreSQL keeps, with its notice.
func (b *binder) name(s string) string {
	cut := truncateName(s)
	if cut != s {
		b.notice(sqlerr.Notice("identifier \"%s\" will be truncated to \"%s\"", s, cut))
	}
	return cut
}

func truncateName(s string) string {
	if len(s) <= maxNameBytes {
		return s
	}
	s = s[:maxNameBytes]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// bindContext is the context of expressions over the catalog so far.
func (b *binder) bindContext() *bind.Context {
	c := b.Context.Context
	c.Catalog = b.cat
	return &c
}

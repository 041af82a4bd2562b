package ddl

import (
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// creationSchema is where a new relation goes: the schema named, the temporary
// one, or the first of the search path.
func (b *binder) creationSchema(schema string, persistence ast.Persistence, pos int) (*catalog.Schema, error) {
	if persistence == ast.Temporary {
		if schema != "" && schema != "pg_temp" && schema != b.TempSchema {
			return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema").At(b.at(pos))
		}
		return b.temporarySchema()
	}
	if schema == "pg_temp" {
		return b.temporarySchema()
	}
	if schema != "" {
		s := b.cat.Schema(schema)
		if s == nil {
			return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema).At(b.at(pos))
		}
		return s, b.creatable(s, pos)
	}
	for _, name := range b.SearchPath {
		if name == "pg_catalog" || name == b.TempSchema {
			continue
		}
		if s := b.cat.Schema(name); s != nil {
			return s, b.creatable(s, pos)
		}
	}
	return nil, sqlerr.New(sqlerr.InvalidSchemaName, "no schema has been selected to create in").At(b.at(pos))
}

// creatable is writableSchema where the statement names what it makes at pos.
func (b *binder) creatable(s *catalog.Schema, pos int) error {
	err := b.writableSchema(s)
	if e := sqlerr.From(err); err != nil {
		return e.At(b.at(pos))
	}
	return nil
}

// writableSchema refuses the system's schemas.
func (b *binder) writableSchema(s *catalog.Schema) error {
	if s.ID == catalog.SchemaPgCatalog || s.ID == catalog.SchemaInformation {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied to create in schema \"%s\"", s.Name).
			WithDetail("System catalog modifications are currently disallowed.")
	}
	return b.must(s, catalog.MayCreate)
}

func (b *binder) temporarySchema() (*catalog.Schema, error) {
	if s := b.cat.Schema(b.TempSchema); s != nil {
		return s, nil // made already, whatever role the session is now
	}
	if d := b.cat.Database(b.Database); d != nil && b.cat.Privileges(b.Owner, d)&catalog.MayTemporary == 0 {
		return nil, notPermitted("permission denied to create temporary tables in database \"%s\"", d.Name)
	}
	h, err := b.header(b.TempSchema, 0)
	if err != nil {
		return nil, err
	}
	s := &catalog.Schema{Header: h}
	b.put(s)
	return s, nil
}

// relation finds a relation by its (perhaps qualified) name, nil if there is none.
func (b *binder) relation(schema, name string) catalog.Object {
	if schema == "pg_temp" {
		schema = b.TempSchema
	}
	if schema != "" {
		return b.cat.Relation(schema, name)
	}
	for _, s := range b.SearchPath {
		if o := b.cat.Relation(s, name); o != nil {
			return o
		}
	}
	return b.cat.Relation(b.TempSchema, name)
}

// table finds a stored table; other relations are 42809, none is 42P01.
func (b *binder) table(ref *ast.TableRef) (*catalog.Table, error) {
	o, err := b.lookup(ref.Schema, ref.Name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, b.noRelation(ref)
	}
	t, ok := o.(*catalog.Table)
	if !ok {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a table", ref.Name)
	}
	if t.Virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", ref.Name)
	}
	return t, nil
}

// noRelation carries no position: PostgreSQL points at names in queries only.
func (b *binder) noRelation(ref *ast.TableRef) *sqlerr.Error {
	if ref.Schema != "" && b.cat.Schema(ref.Schema) == nil {
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ref.Schema)
	}
	return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(ref.Schema, ref.Name))
}

func dotted(schema, name string) string {
	if schema == "" {
		return name
	}
	return schema + "." + name
}

// chooseName makes PostgreSQL's name of an unnamed relation:
// table_columns_label, cut to fit, with a number where it is taken. The name of
// a constraint's index must be free among constraints too.
func (b *binder) chooseName(schema types.OID, table, columns, label string, constraint bool) string {
	inSchema := b.cat.SchemaName(schema)
	return numbered(table, columns, label, func(name string) bool {
		return b.cat.Relation(inSchema, name) != nil || constraint && b.constraintExists(schema, name)
	})
}

// chooseConstraintName makes the name of an unnamed constraint of t, which may
// have constraints that the catalog does not show yet.
func (b *binder) chooseConstraintName(schema types.OID, t *catalog.Table, table, columns, label string) string {
	return numbered(table, columns, label, func(name string) bool {
		return constraintNamed(t, name) != nil || b.constraintExists(schema, name)
	})
}

func numbered(table, columns, label string, taken func(string) bool) string {
	for n := 0; ; n++ {
		l := label
		if n > 0 {
			l += strconv.Itoa(n)
		}
		if name := joinName(table, columns, l); !taken(name) {
			return name
		}
	}
}

// constraintExists reports whether a table of the schema has a constraint of the name.
func (b *binder) constraintExists(schema types.OID, name string) bool {
	for _, o := range b.cat.All(catalog.ClassTable) {
		if t := o.(*catalog.Table); t.Schema == schema && constraintNamed(t, name) != nil {
			return true
		}
	}
	return false
}

// joinName is PostgreSQL's makeObjectName: the longer of the first two parts is cut first.
func joinName(table, columns, label string) string {
	overhead := 0
	if columns != "" {
		overhead++
	}
	if label != "" {
		overhead += len(label) + 1
	}
	a, c := len(table), len(columns)
	for a+c+overhead > maxNameBytes {
		if a > c {
			a--
		} else {
			c--
		}
	}
	out := truncateTo(table, a)
	if columns != "" {
		out += "_" + truncateTo(columns, c)
	}
	if label != "" {
		out += "_" + label
	}
	return out
}

func truncateTo(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// columnNames joins the names of columns for chooseName.
func columnNames(t *catalog.Table, ords []int) string {
	names := make([]string, len(ords))
	for i, o := range ords {
		names[i] = t.Columns[o-1].Name
	}
	return nameAddition(names)
}

// nameAddition joins what follows the table in a made name, as long as it fits.
func nameAddition(names []string) string {
	var out strings.Builder
	for i, name := range names {
		if i > 0 {
			out.WriteByte('_')
		}
		out.WriteString(name)
		if out.Len() > maxNameBytes {
			break
		}
	}
	return out.String()
}

package pgcatalog

import (
	"slices"
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// RegName is the text form of a reg* value: the object's name, qualified where
// the search path (implicit schemas included) does not find it; "" if the OID
// names nothing.
func RegName(cat *catalog.Catalog, path []string, typ, id types.OID) string {
	switch typ {
	case types.OIDRegclass:
		if o := cat.Object(id); o != nil && classOf(o.Class()) == classClass {
			return relationName(cat, o, path)
		}
		if t := compositeOf(cat, id); t != nil {
			name, _ := userTypeName(cat, path, t.ID)
			return name
		}
	case types.OIDRegtype:
		if name, ok := typeName(cat, path, types.Of(id)); ok {
			return name
		}
	case types.OIDRegproc:
		return procName(cat, path, id)
	case types.OIDRegprocedure:
		return procedureName(cat, path, id)
	case types.OIDRegnamespace:
		if s := cat.SchemaName(id); s != "" {
			return builtin.QuoteIdent(s)
		}
	case types.OIDRegrole:
		if r, ok := cat.Object(id).(*catalog.Role); ok {
			return builtin.QuoteIdent(r.Name)
		}
	case types.OIDRegoper, types.OIDRegoperator:
		return operatorName(typ, id)
	case types.OIDRegcollation:
		return snapshotName("pg_collation", id)
	case types.OIDRegconfig:
		return snapshotName("pg_ts_config", id)
	case types.OIDRegdict:
		return snapshotName("pg_ts_dict", id)
	}
	return ""
}

// typeName is format_type: of built-in types and of relations' row types.
func typeName(cat *catalog.Catalog, path []string, t types.Type) (string, bool) {
	if name, ok := userTypeName(cat, path, t.OID); ok {
		return name, true
	}
	if types.Lookup(t.OID) != nil && types.DefinedType(t.OID) == nil {
		name := plainName(t.OID)
		if t.Mod >= 0 {
			name = types.FormatType(t)
		}
		if schema := builtinTypeSchema(cat, t.OID); schema != catalog.SchemaPgCatalog && !slices.Contains(path, cat.SchemaName(schema)) {
			name = builtin.QuoteIdent(cat.SchemaName(schema)) + "." + name
		}
		return name, true
	}
	if h, array := rowTypeOf(cat, t.OID); h != nil {
		name := relationName(cat, cat.Object(h.ID), path)
		if array {
			name += "[]"
		}
		return name, true
	}
	return "", false
}

// rowTypeOf finds the relation whose row type, or the array of it, has the OID.
func rowTypeOf(cat *catalog.Catalog, id types.OID) (h *catalog.Header, array bool) {
	for _, o := range cat.All(catalog.ClassTable) {
		if t := o.(*catalog.Table); id != 0 && (t.TypeID == id || t.ArrayTypeID == id) {
			return &t.Header, t.ArrayTypeID == id
		}
	}
	for _, o := range cat.All(catalog.ClassView) {
		if v := o.(*catalog.View); id != 0 && v.TypeID == id {
			return &v.Header, false
		}
	}
	return nil, false
}

// procedure is a function as names and signatures see it.
type procedure struct {
	id     types.OID
	schema string
	name   string
	sig    *signature
}

// ioByOID and ioByName index inputOutput.
var ioByOID = sync.OnceValue(func() map[types.OID]*ioProc {
	m := map[types.OID]*ioProc{}
	list := inputOutput()
	for i := range list {
		m[list[i].id] = &list[i]
	}
	return m
})

func ofIO(f *ioProc) *procedure {
	g := &signature{ret: types.Of(f.ret)}
	for _, a := range f.args {
		g.args = append(g.args, parameter{typ: types.Of(a), mode: 'i'})
	}
	return &procedure{f.id, "pg_catalog", f.name, g}
}

func ofBuiltin(f *builtin.Function) *procedure {
	schema := f.Schema
	if schema == "" {
		schema = "pg_catalog"
	}
	return &procedure{f.OID, schema, f.Name, signatureOf(f)}
}

func ofCatalog(cat *catalog.Catalog, f *catalog.Function) *procedure {
	return &procedure{f.ID, cat.SchemaName(f.Schema), f.Name, signatureOfCatalog(cat, f)}
}

// findProcedure finds a function by OID, nil if there is none.
func findProcedure(cat *catalog.Catalog, id types.OID) *procedure {
	if f := builtin.FunctionByOID(id); f != nil {
		return ofBuiltin(f)
	}
	if f, ok := cat.Object(id).(*catalog.Function); ok {
		return ofCatalog(cat, f)
	}
	if f := ioByOID()[id]; f != nil {
		return ofIO(f)
	}
	return nil
}

// procedures lists the overloads of a name; schema "" means any of the path.
func procedures(cat *catalog.Catalog, path []string, schema, name string) []*procedure {
	in := func(s string) bool {
		if schema != "" {
			return s == schema
		}
		for _, p := range path {
			if p == s {
				return true
			}
		}
		return false
	}
	var list []*procedure
	put := func(p *procedure) {
		if in(p.schema) {
			list = append(list, p)
		}
	}
	for _, f := range builtin.Functions(name) {
		put(ofBuiltin(f))
	}
	for _, o := range cat.All(catalog.ClassFunction) {
		if o.ObjectName() == name {
			put(ofCatalog(cat, o.(*catalog.Function)))
		}
	}
	for _, f := range ioByOID() {
		if f.name == name && builtin.FunctionByOID(f.id) == nil {
			put(ofIO(f))
		}
	}
	return list
}

// procName is qualified where the bare name does not mean this function alone.
func procName(cat *catalog.Catalog, path []string, id types.OID) string {
	p := findProcedure(cat, id)
	if p == nil {
		return ""
	}
	name := builtin.QuoteIdent(p.name)
	if list := procedures(cat, path, "", p.name); len(list) == 1 && list[0].id == id {
		return name
	}
	return builtin.QuoteIdent(p.schema) + "." + name
}

func procedureName(cat *catalog.Catalog, path []string, id types.OID) string {
	p := findProcedure(cat, id)
	if p == nil {
		return ""
	}
	var args []string
	for _, a := range p.sig.inputs() {
		args = append(args, plainName(a))
	}
	name := builtin.QuoteIdent(p.name) + "(" + strings.Join(args, ",") + ")"
	for _, s := range path {
		if s == p.schema {
			return name
		}
	}
	return builtin.QuoteIdent(p.schema) + "." + name
}

func operatorName(typ, id types.OID) string {
	for _, o := range builtin.AllOperators() {
		if o.OID != id {
			continue
		}
		if typ == types.OIDRegoper {
			if len(builtin.Operators(o.Name)) == 1 {
				return o.Name
			}
			return "pg_catalog." + o.Name
		}
		left := "NONE"
		if o.Left != 0 {
			left = plainName(o.Left)
		}
		return o.Name + "(" + left + "," + plainName(o.Right) + ")"
	}
	return ""
}

// snapshotName is the name in the second column of a snapshot file's row.
func snapshotName(file string, id types.OID) string {
	for _, f := range snapshotRows(file) {
		if oidOf(f[0]) == id {
			return builtin.QuoteIdent(f[1])
		}
	}
	return ""
}

package pgcatalog

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// viewDef is a view's query, ended with a semicolon.
func viewDef(query string) string {
	return " " + strings.TrimSuffix(strings.TrimSpace(query), ";") + ";"
}

// storedQuery is the text of a view, or of a materialized view, with what its names mean.
func storedQuery(o catalog.Object) (text string, names []catalog.NameUse, ok bool) {
	switch o := o.(type) {
	case *catalog.View:
		return o.Query, o.Names, true
	case *catalog.Table:
		return o.Materialized, o.Names, o.Materialized != ""
	}
	return "", nil, false
}

// qualified writes the schema before each name of a stored query that the path
// does not find.
func qualified(cat *catalog.Catalog, path []string, text string, names []catalog.NameUse) string {
	var out strings.Builder
	at := 0
	for _, n := range names {
		schema := cat.SchemaName(schemaOfName(cat, n.ID))
		if n.Qualified || schema == "" || slices.Contains(path, schema) {
			continue
		}
		out.WriteString(text[at:n.At])
		out.WriteString(builtin.QuoteIdent(schema) + ".")
		at = n.At
	}
	return out.String() + text[at:]
}

// schemaOfName is the schema of a relation, a function or a type; 0 if the OID names none.
func schemaOfName(cat *catalog.Catalog, id types.OID) types.OID {
	if t, _ := cat.TypeByID(id); t != nil {
		return t.Schema
	}
	if h, _ := rowTypeOf(cat, id); h != nil {
		return h.Schema
	}
	if o := cat.Object(id); o != nil {
		return o.SchemaID()
	}
	return 0
}

// queryDepends ties a view's rule to what its query names.
func (s *sheet) queryDepends(o catalog.Object) {
	_, names, _ := storedQuery(o)
	seen := map[types.OID]bool{}
	for _, n := range names {
		if seen[n.ID] {
			continue
		}
		seen[n.ID] = true
		class := classClass
		switch s.cat.Object(n.ID).(type) {
		case *catalog.Function:
			class = classProc
		case *catalog.Table, *catalog.View, *catalog.Sequence, *catalog.Index:
		default:
			class = classType
		}
		s.depend(classRewrite, ruleOID(o.ObjectID()), class, n.ID, 0, dependNormal)
	}
}

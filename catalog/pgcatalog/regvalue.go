package pgcatalog

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// RegValue reads the text form of a reg* value: a number, "-" or a name that the
// search path resolves. Errors are PostgreSQL's for a name that nothing has.
func RegValue(cat *catalog.Catalog, path []string, typ types.OID, text string) (types.OID, error) {
	text = strings.TrimSpace(text)
	if text == "-" {
		return 0, nil
	}
	if text != "" && strings.Trim(text, "0123456789") == "" {
		v, err := types.ParseText(types.OIDType, text, nil)
		return types.OID(v.Int()), err
	}
	id, n := resolve(cat, path, typ, text)
	switch {
	case n == 1:
		return id, nil
	case n > 1 && (typ == types.OIDRegoper || typ == types.OIDRegoperator):
		return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one operator named %s", text)
	case n > 1:
		return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one function named \"%s\"", text)
	}
	return 0, unknownName(typ, text)
}

func unknownName(typ types.OID, text string) error {
	switch typ {
	case types.OIDRegclass:
		return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", text)
	case types.OIDRegtype:
		return sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", text)
	case types.OIDRegproc, types.OIDRegprocedure:
		return sqlerr.New(sqlerr.UndefinedFunction, "function \"%s\" does not exist", text)
	case types.OIDRegoper, types.OIDRegoperator:
		return sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s", text)
	case types.OIDRegnamespace:
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", text)
	case types.OIDRegrole:
		return sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", text)
	case types.OIDRegcollation:
		return sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", text)
	}
	kind := "configuration"
	if typ == types.OIDRegdict {
		kind = "dictionary"
	}
	return sqlerr.New(sqlerr.UndefinedObject, "text search %s \"%s\" does not exist", kind, strings.Join(builtin.SplitName(text), "."))
}

// resolve looks a name up; n counts what it could mean.
func resolve(cat *catalog.Catalog, path []string, typ types.OID, text string) (id types.OID, n int) {
	found := func(id types.OID) (types.OID, int) {
		if id == 0 {
			return 0, 0
		}
		return id, 1
	}
	switch typ {
	case types.OIDRegtype:
		return found(typeByName(cat, path, text))
	case types.OIDRegprocedure:
		return found(procedureByName(cat, path, text))
	case types.OIDRegoper, types.OIDRegoperator:
		return operatorByName(typ, text)
	}
	parts := builtin.SplitName(text)
	schema, name := "", parts[len(parts)-1]
	if len(parts) > 1 {
		schema = parts[len(parts)-2]
	}
	switch typ {
	case types.OIDRegclass:
		return found(relationByName(cat, path, schema, name))
	case types.OIDRegproc:
		list := procedures(cat, path, schema, name)
		if len(list) == 0 {
			return 0, 0
		}
		return list[0].id, len(list)
	case types.OIDRegnamespace:
		if s := cat.Schema(name); s != nil {
			return s.ID, 1
		}
	case types.OIDRegrole:
		if r := cat.Role(name); r != nil {
			return r.ID, 1
		}
	case types.OIDRegcollation:
		return found(collations[name])
	case types.OIDRegconfig, types.OIDRegdict:
		return found(builtin.TextSearchOID(typ, text))
	}
	return 0, 0
}

func relationByName(cat *catalog.Catalog, path []string, schema, name string) types.OID {
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		if o := cat.Relation(s, name); o != nil {
			return o.ObjectID()
		}
		if t := cat.Type(s, name); t != nil && t.Relation != 0 {
			return t.Relation
		}
	}
	return 0
}

// typeByName reads a type's name as SQL spells it or as pg_type has it, a
// relation's for its row type, with modifiers (dropped) and [].
func typeByName(cat *catalog.Catalog, path []string, text string) types.OID {
	text = strings.TrimSpace(text)
	base, array := text, false
	for strings.HasSuffix(base, "]") {
		i := strings.LastIndexByte(base, '[')
		if i < 0 {
			return 0
		}
		base, array = strings.TrimSpace(base[:i]), true
	}
	if i := strings.IndexByte(base, '('); i >= 0 {
		j := strings.IndexByte(base, ')')
		if j < i {
			return 0
		}
		base = strings.TrimSpace(base[:i]) + base[j+1:]
	}
	id := types.OID(0)
	if in := sqlTypes[strings.ToLower(strings.Join(strings.Fields(base), " "))]; in != 0 {
		id = in
	} else {
		id = typeByCatalogName(cat, path, builtin.SplitName(base))
	}
	if array && id != 0 {
		return types.Of(id).ArrayOf().OID
	}
	return id
}

// sqlTypes are the types that SQL names otherwise than pg_type does.
var sqlTypes = func() map[string]types.OID {
	m := map[string]types.OID{
		"int": types.OIDInt4, "decimal": types.OIDNumeric, "dec": types.OIDNumeric, "float": types.OIDFloat8, "char": types.OIDBpchar,
		"char varying": types.OIDVarchar, "national character": types.OIDBpchar, "timestamp": types.OIDTimestamp, "time": types.OIDTime,
	}
	for _, in := range types.All() {
		if in.Kind != types.KindArray && in.SQLName != in.Name && !strings.HasPrefix(in.SQLName, `"`) {
			m[in.SQLName] = in.OID
		}
	}
	return m
}()

func typeByCatalogName(cat *catalog.Catalog, path, parts []string) types.OID {
	name := parts[len(parts)-1]
	if len(parts) == 1 || parts[len(parts)-2] == "pg_catalog" {
		if in := types.LookupName(name); in != nil {
			return in.OID
		}
	}
	schema := ""
	if len(parts) > 1 {
		schema = parts[len(parts)-2]
		if in := types.LookupName(name); in != nil && in.OID >= extensionTypes {
			return in.OID // public.vector, wherever the extension was put
		}
	}
	if cat == nil {
		return 0
	}
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		if id := cat.TypeNamed(s, name); id != 0 {
			return id
		}
	}
	return 0
}

// procedureByName reads "name(type,type)".
func procedureByName(cat *catalog.Catalog, path []string, text string) types.OID {
	name, rest, ok := strings.Cut(text, "(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return 0
	}
	var args []types.OID
	for _, a := range splitTypes(rest[:len(rest)-1]) {
		args = append(args, typeByName(cat, path, a))
	}
	parts := builtin.SplitName(name)
	schema := ""
	if len(parts) > 1 {
		schema = parts[len(parts)-2]
	}
	for _, p := range procedures(cat, path, schema, parts[len(parts)-1]) {
		if sameTypes(p.sig.inputs(), args) {
			return p.id
		}
	}
	return 0
}

func sameTypes(a, b []types.OID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// splitTypes splits a list at commas outside parentheses.
func splitTypes(s string) []string {
	var list []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				list = append(list, s[start:i])
				start = i + 1
			}
		}
	}
	if strings.TrimSpace(s[start:]) != "" {
		list = append(list, s[start:])
	}
	return list
}

func operatorByName(typ types.OID, text string) (types.OID, int) {
	name, rest, typed := strings.Cut(strings.TrimPrefix(text, "pg_catalog."), "(")
	list := builtin.Operators(strings.TrimSpace(name))
	if typ == types.OIDRegoper {
		if len(list) == 0 {
			return 0, 0
		}
		return list[0].OID, len(list)
	}
	args := splitTypes(strings.TrimSuffix(rest, ")"))
	if !typed || len(args) != 2 {
		return 0, 0
	}
	left := types.OID(0)
	if !strings.EqualFold(strings.TrimSpace(args[0]), "none") {
		left = typeByName(nil, nil, args[0])
	}
	if op := builtin.OperatorFor(strings.TrimSpace(name), left, typeByName(nil, nil, args[1])); op != nil {
		return op.OID, 1
	}
	return 0, 0
}

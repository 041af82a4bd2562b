package bind

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// literal gives a string of type unknown its type: PostgreSQL's input function
// is called now, not at run time, except for words such as 'now'.
func (b *binder) literal(c *plan.Const, target types.Type, pos int) (plan.Expr, error) {
	if at, ok := b.literalPos[c]; ok {
		pos = at
	}
	t := target.NoMod()
	if c.Val.IsNull() {
		return nullConst(t), nil
	}
	text := c.Val.Str()
	switch t.OID {
	case types.OIDTimestamptz, types.OIDTimestamp, types.OIDDate, types.OIDTime, types.OIDTimetz:
		if moving(text) {
			return &plan.IOCast{Arg: &plan.Const{Typ: types.Text, Val: c.Val}, Typ: t}, nil
		}
	case types.OIDInterval:
		v, err := types.ParseText(target, text, b.format()) // INTERVAL '1' DAY: the fields say what is meant
		if err != nil {
			return nil, b.located(err, pos)
		}
		return &plan.Const{Typ: t, Val: v}, nil
	case types.OIDRegclass, types.OIDRegtype, types.OIDRegnamespace, types.OIDRegrole,
		types.OIDRegproc, types.OIDRegprocedure, types.OIDRegoper, types.OIDRegoperator, types.OIDRegconfig,
		types.OIDRegdict, types.OIDRegcollation:
		return b.regLiteral(text, t, pos)
	}
	if t.Kind() == types.KindInvalid || t.Kind() == types.KindPseudo {
		return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "cannot accept a value of type %s", typeName(t.OID))
	}
	v, err := types.ParseText(t, text, b.format())
	if err != nil {
		return nil, b.located(err, pos)
	}
	return &plan.Const{Typ: t, Val: v}, nil
}

// moving reports whether a date or time literal means another moment each time.
func moving(text string) bool {
	s := strings.ToLower(text)
	for _, word := range [...]string{"now", "today", "tomorrow", "yesterday"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// regLiteral resolves the name in 'name'::regclass and its kin at bind time, as
// PostgreSQL does; kinds that the binder cannot look up are left to their cast
// function at run time.
func (b *binder) regLiteral(text string, t types.Type, pos int) (plan.Expr, error) {
	if isDigits(text) {
		v, err := types.ParseText(types.OIDType, text, b.format())
		if err != nil {
			return nil, b.located(err, pos)
		}
		return &plan.Const{Typ: t, Val: v}, nil
	}
	oid, ok, err := b.regLookup(text, t.OID, pos)
	if err != nil {
		return nil, err
	}
	if ok {
		return &plan.Const{Typ: t, Val: types.NewInt(int64(oid))}, nil
	}
	arg := &plan.Const{Typ: types.Text, Val: types.NewString(text)}
	if c := builtin.FindCast(types.OIDText, t.OID); c != nil && c.Fn != nil {
		return &plan.Func{Fn: c.Fn, Args: []plan.Expr{arg}, Typ: t, Cast: true}, nil
	}
	return &plan.IOCast{Arg: arg, Typ: t}, nil
}

func (b *binder) regLookup(text string, t types.OID, pos int) (oid types.OID, ok bool, err error) {
	parts := builtin.SplitName(text)
	switch t {
	case types.OIDRegclass:
		schema := ""
		if len(parts) > 1 {
			schema = parts[len(parts)-2]
		}
		name := parts[len(parts)-1]
		o := b.lookupRelation(schema, name)
		if t := b.findComposite(schema, name); o == nil && t != nil {
			b.dependOn(t.ID, nil)
			return t.Relation, true, nil
		}
		if o == nil {
			return 0, false, b.errorf(sqlerr.UndefinedTable, pos, "relation \"%s\" does not exist", text)
		}
		return o.ObjectID(), true, nil
	case types.OIDRegnamespace:
		if s := b.names().Schema(parts[0]); s != nil {
			return s.ID, true, nil
		}
		return 0, false, b.errorf(sqlerr.InvalidSchemaName, pos, "schema \"%s\" does not exist", parts[0])
	case types.OIDRegrole:
		if r := b.names().Role(parts[0]); r != nil {
			return r.ID, true, nil
		}
		return 0, false, b.errorf(sqlerr.UndefinedObject, pos, "role \"%s\" does not exist", parts[0])
	case types.OIDRegtype:
		if in := types.LookupName(parts[len(parts)-1]); in != nil {
			return in.OID, true, nil
		}
		for _, in := range types.All() {
			if in.SQLName == strings.ToLower(text) {
				return in.OID, true, nil
			}
		}
	case types.OIDRegconfig, types.OIDRegdict:
		if id := builtin.TextSearchOID(t, text); id != 0 {
			return id, true, nil
		}
		kind := "configuration"
		if t == types.OIDRegdict {
			kind = "dictionary"
		}
		return 0, false, b.errorf(sqlerr.UndefinedObject, pos, "text search %s \"%s\" does not exist", kind, strings.Join(parts, "."))
	case types.OIDRegproc:
		if fns := builtin.Functions(parts[len(parts)-1]); len(fns) == 1 {
			return fns[0].OID, true, nil
		}
	}
	return 0, false, nil
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// temporaryPrefix begins the names of the sessions' temporary schemas.
const temporaryPrefix = "pg_temp_"

// schemaNamed replaces pg_temp, the name every session has for its own temporary schema.
func (b *binder) schemaNamed(schema string) string {
	if schema == "pg_temp" {
		for _, s := range b.path {
			if strings.HasPrefix(s, temporaryPrefix) {
				return s
			}
		}
	}
	return schema
}

// functionPath lists the schemas that a function's name is looked up in: the one
// it names, or the search path without the temporary schema, where functions are
// found by qualified names only.
func (b *binder) functionPath(name []string) []string {
	if len(name) > 1 {
		return []string{b.schemaNamed(name[len(name)-2])}
	}
	return slices.DeleteFunc(slices.Clone(b.path), func(s string) bool { return strings.HasPrefix(s, temporaryPrefix) })
}

// lookupRelation finds a relation by name and records the dependency; nil if none.
func (b *binder) lookupRelation(schema, name string) catalog.Object {
	schema = b.schemaNamed(schema)
	o := findRelation(b.names(), b.path, schema, name)
	use := NameUse{Schema: schema, Name: name, At: b.now.clauseOf()}
	if schema == "" {
		use.Path = b.path
	}
	if o != nil {
		use.ID = o.ObjectID()
		b.dependOn(use.ID, b.now)
	}
	b.uses = append(b.uses, use)
	return o
}

// findRelation looks in one schema, or in those of the path in order.
func findRelation(c *catalog.Catalog, path []string, schema, name string) catalog.Object {
	if schema != "" {
		return c.Relation(schema, name)
	}
	for _, s := range path {
		if o := c.Relation(s, name); o != nil {
			return o
		}
	}
	return nil
}

// Resolve repeats the look-up of a recorded name in another catalog.
func (u *NameUse) Resolve(c *catalog.Catalog) types.OID {
	if o := findRelation(c, u.Path, u.Schema, u.Name); o != nil {
		return o.ObjectID()
	}
	return 0
}

package pgcatalog

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// Functions on names: format_type, to_reg…, …_is_visible, pg_get_userbyid.

func init() {
	bind(formatType, "format_type(oid,int4)")
	bind(texts(func(s *scope, a []types.Value) (string, bool) { return roleName(s.cat, oidArg(a[0])), true }), "pg_get_userbyid(oid)")
	for name, typ := range map[string]types.OID{
		"to_regclass": types.OIDRegclass, "to_regtype": types.OIDRegtype, "to_regproc": types.OIDRegproc,
		"to_regprocedure": types.OIDRegprocedure, "to_regnamespace": types.OIDRegnamespace, "to_regrole": types.OIDRegrole,
		"to_regoper": types.OIDRegoper, "to_regoperator": types.OIDRegoperator, "to_regcollation": types.OIDRegcollation,
	} {
		bind(toReg(typ), name+"(text)")
	}
	bind(func(s *scope, a []types.Value) (types.Value, error) {
		id, err := RegValue(s.cat, s.path, types.OIDRegclass, a[0].Str())
		return types.NewInt(int64(id)), err
	}, "regclass(text)")
	bind(tableIsVisible, "pg_table_is_visible(oid)")
	bind(typeIsVisible, "pg_type_is_visible(oid)")
	bind(functionIsVisible, "pg_function_is_visible(oid)")
	for _, name := range []string{"operator", "opclass", "opfamily", "collation", "ts_parser", "ts_dict", "ts_config", "ts_template"} {
		bind(always(types.NewBool(true)), "pg_"+name+"_is_visible(oid)") // all are in pg_catalog
	}
	bind(always(types.NewBool(false)), "pg_conversion_is_visible(oid)", "pg_is_other_temp_schema(oid)")
	builtin.Register(&builtin.Function{
		Name: "pg_statistics_obj_is_visible", Args: []types.OID{types.OIDOID}, Ret: types.OIDBool, Strict: true, Volatility: builtin.Stable,
		OID: 3403, Eval: lift(always(types.NewBool(false))),
	})
	bind(func(s *scope, _ []types.Value) (types.Value, error) {
		if n := s.cat.Schema(s.path[0]); n != nil && s.path[0] != "pg_catalog" {
			return types.NewInt(int64(n.ID)), nil
		}
		return types.NewInt(0), nil
	}, "pg_my_temp_schema()")
}

// formatType is not strict: without a modifier it is NULL.
func formatType(s *scope, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	t := types.Of(oidArg(a[0]))
	if !a[1].IsNull() {
		t.Mod = int32(a[1].Int())
	}
	switch name, ok := typeName(s.cat, s.path, t); {
	case t.OID == 0:
		return types.NewString("-"), nil
	case ok && !a[1].IsNull() && t.Mod < 0 && t.OID < extensionTypes && types.Lookup(t.OID) != nil:
		return types.NewString(types.FormatType(t)), nil // bpchar, where the plain name is character
	case ok:
		return types.NewString(name), nil
	}
	return types.NewString("???"), nil
}

// toReg is NULL for a name that nothing has.
func toReg(typ types.OID) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		id, n := resolve(s.cat, s.path, typ, a[0].Str())
		if n != 1 {
			return types.Null, nil
		}
		return types.NewInt(int64(id)), nil
	}
}

func tableIsVisible(s *scope, a []types.Value) (types.Value, error) {
	if t := compositeOf(s.cat, oidArg(a[0])); t != nil {
		return types.NewBool(typeVisible(s.cat, t, s.path)), nil
	}
	o := s.cat.Object(oidArg(a[0]))
	if o == nil || classOf(o.Class()) != classClass {
		return types.Null, nil
	}
	return types.NewBool(visible(s.cat, o, s.path)), nil
}

func typeIsVisible(s *scope, a []types.Value) (types.Value, error) {
	if t, _ := s.cat.TypeByID(oidArg(a[0])); t != nil {
		return types.NewBool(typeVisible(s.cat, t, s.path)), nil
	}
	if id := oidArg(a[0]); types.Lookup(id) != nil && types.DefinedType(id) == nil {
		schema := builtinTypeSchema(s.cat, id)
		return types.NewBool(schema == catalog.SchemaPgCatalog || slices.Contains(s.path, s.cat.SchemaName(schema))), nil
	}
	h, _ := rowTypeOf(s.cat, oidArg(a[0]))
	if h == nil {
		return types.Null, nil
	}
	return types.NewBool(visible(s.cat, s.cat.Object(h.ID), s.path)), nil
}

func functionIsVisible(s *scope, a []types.Value) (types.Value, error) {
	p := findProcedure(s.cat, oidArg(a[0]))
	if p == nil {
		return types.Null, nil
	}
	for _, schema := range s.path {
		if schema == p.schema {
			return types.NewBool(true), nil
		}
	}
	return types.NewBool(false), nil
}

// relation finds a relation by its name as SQL text: 42P01 if there is none.
func (s *scope) relation(text string) (catalog.Object, error) {
	id, err := RegValue(s.cat, s.path, types.OIDRegclass, text)
	if err != nil {
		return nil, err
	}
	return s.cat.Object(id), nil
}

package ddl

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// createRange is CREATE TYPE … AS RANGE: the range type, its multirange type and
// the OIDs of the functions that make values of them.
func (b *binder) createRange(s *ast.CreateTypeStmt) error {
	t, err := b.newType(s.Names, catalog.RangeType)
	if err != nil {
		return err
	}
	def := &catalog.RangeDef{Subtype: types.Type{Mod: -1}}
	multi := []string{multirangeName(t.Name)}
	if schema := schemaOf(s.Names); schema != "" {
		multi = []string{schema, multi[0]}
	}
	given := map[string]*ast.Option{}
	for _, o := range s.Options {
		if given[o.Name] != nil {
			return sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options")
		}
		given[o.Name] = o
		switch o.Name {
		case "subtype":
			if def.Subtype, err = bind.TypeOf(b.bindContext(), optionType(o), b.text); err != nil {
				return err
			}
		case "multirange_type_name":
			multi = optionNames(o)
		case "subtype_diff", "subtype_opclass", "collation":
		case "canonical":
			return sqlerr.Unsupported("a canonical function of a range type", "Only int4range, int8range and daterange have discrete bounds.")
		default:
			return sqlerr.New(sqlerr.SyntaxError, "type attribute \"%s\" not recognized", o.Name)
		}
	}
	if given["subtype"] == nil {
		return sqlerr.New(sqlerr.SyntaxError, "type attribute \"subtype\" is required")
	}
	if in := types.Lookup(def.Subtype.OID); in != nil && in.TypType == 'p' {
		return sqlerr.New(sqlerr.DatatypeMismatch, "range subtype cannot be %s", in.SQLName)
	}
	def.Subtype = def.Subtype.NoMod()
	if err := b.rangeOptions(def, given); err != nil {
		return err
	}
	return b.putRange(t, multi, def)
}

// rangeOptions reads the options that concern the subtype.
func (b *binder) rangeOptions(def *catalog.RangeDef, given map[string]*ast.Option) (err error) {
	elem := &ast.IndexElem{}
	if o := given["subtype_opclass"]; o != nil {
		elem.OpClass = optionNames(o)
	}
	if _, err = opclass(catalog.BTree, def.Subtype, elem); err != nil {
		return err
	}
	if o := given["collation"]; o != nil {
		if in := types.Lookup(def.Subtype.OID); in != nil && in.Category != 'S' {
			return sqlerr.New(sqlerr.WrongObjectType, "range collation specified but subtype does not support collation")
		}
		if def.Collation, err = b.collation(optionNames(o), def.Subtype); err != nil {
			return err
		}
	}
	if o := given["subtype_diff"]; o != nil {
		def.SubtypeDiff, err = b.subtypeDiff(optionNames(o), def.Subtype)
	}
	return err
}

// subtypeDiff finds the function that subtracts bounds. Errors: 42883, 42P17.
func (b *binder) subtypeDiff(names []string, sub types.Type) (types.OID, error) {
	f := bind.FunctionFor(b.bindContext(), names, sub.OID, sub.OID)
	shown := func() string {
		return strings.Join(names, ".") + "(" + sqlName(sub) + ", " + sqlName(sub) + ")"
	}
	switch {
	case f == nil:
		return 0, sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", shown())
	case f.Ret != types.OIDFloat8:
		return 0, sqlerr.New(sqlerr.InvalidObjectDefinition, "range subtype diff function %s must return type %s", shown(), "double precision")
	case f.Volatility != builtin.Immutable:
		return 0, sqlerr.New(sqlerr.InvalidObjectDefinition, "range subtype diff function %s must be immutable", shown())
	}
	return f.OID, nil
}

// putRange makes the multirange type beside the range type and stores both.
func (b *binder) putRange(t *catalog.Type, multiName []string, def *catalog.RangeDef) error {
	m, err := b.newType(multiName, catalog.MultirangeType)
	if err != nil {
		if sqlerr.Is(err, sqlerr.DuplicateObject) && multiName[len(multiName)-1] == multirangeName(t.Name) {
			err = sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", multiName[len(multiName)-1]).
				WithDetail("Failed while creating a multirange type for type \"%s\".", t.Name).
				WithHint("You can manually specify a multirange type name using the \"multirange_type_name\" attribute.")
		}
		return err
	}
	for range catalog.RangeFunctions {
		id, err := b.NewOID()
		if err != nil {
			return err
		}
		def.Functions = append(def.Functions, id)
	}
	def.RangeID, def.MultirangeID = t.ID, m.ID
	t.Range, m.Range = def, def
	b.put(t)
	b.put(m)
	return nil
}

// multirangeName is the name of the multirange type where the statement names
// none: floatrange makes floatmultirange, span makes span_multirange.
func multirangeName(name string) string {
	if i := strings.Index(name, "range"); i >= 0 {
		return truncateName(name[:i] + "multi" + name[i:])
	}
	return truncateName(name + "_multirange")
}

// optionType is the type that an option names.
func optionType(o *ast.Option) *ast.TypeName {
	if o.Type != nil {
		return o.Type
	}
	return &ast.TypeName{Position: o.Position, Names: optionNames(o)}
}

// optionNames is the perhaps qualified name that an option gives.
func optionNames(o *ast.Option) []string {
	switch {
	case o.Type != nil:
		return o.Type.Names
	case len(o.Names) > 0:
		return o.Names
	}
	return []string{o.Text()}
}

// otherRange is the multirange type of a range type and the other way round, nil for other types.
func (b *binder) otherRange(t *catalog.Type) *catalog.Type {
	if t.Range == nil {
		return nil
	}
	id := t.Range.MultirangeID
	if t.Kind == catalog.MultirangeType {
		id = t.Range.RangeID
	}
	other, _ := b.cat.Object(id).(*catalog.Type)
	return other
}

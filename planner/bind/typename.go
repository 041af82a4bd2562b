package bind

import (
	"strconv"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// intervalFullRange is the mask of all fields of INTERVAL.
const intervalFullRange = 0x7fff

// typeOf resolves a type name with its modifiers.
func (b *binder) typeOf(n *ast.TypeName) (types.Type, error) {
	if n.PctType {
		return types.Type{}, sqlerr.Unsupported("%TYPE", "Name the type itself.").At(b.at(n.Pos()))
	}
	in := b.lookupType(n)
	if in == nil {
		if schema := n.Schema(); schema != "" && b.ctx.Catalog.Schema(schema) == nil {
			return types.Type{}, b.errorf(sqlerr.InvalidSchemaName, n.Pos(), "schema \"%s\" does not exist", schema)
		}
		return types.Type{}, b.errorf(sqlerr.UndefinedObject, n.Pos(), "type \"%s\" does not exist", joinDots(n.Names))
	}
	t := types.Of(in.OID)
	mods, err := b.typeMods(in, n)
	if err != nil {
		return types.Type{}, err
	}
	if t.Mod, err = types.TypmodIn(in.OID, mods); err != nil {
		return types.Type{}, b.located(err, n.Pos())
	}
	if len(n.ArrayDims) > 0 {
		if in.Array == 0 {
			return types.Type{}, b.errorf(sqlerr.UndefinedObject, n.Pos(), "type \"%s[]\" does not exist", in.Name)
		}
		t.OID = in.Array
	}
	return t, nil
}

// lookupType finds a type by name: PostgreSQL's own, then those that users made
// and the row types of relations. nil if there is none.
func (b *binder) lookupType(n *ast.TypeName) *types.Info {
	schema, name := n.Schema(), n.Name()
	if b.kept && schema == "" {
		if id, ok := types.KeptReference(name); ok {
			b.usesType(id)
			return types.Lookup(id)
		}
	}
	switch schema {
	case "", "pg_catalog", "public":
		if in := types.LookupName(name); in != nil {
			return in
		}
	}
	path := b.path
	if schema != "" {
		if in := types.LookupName(name); in != nil && b.extensionSchema(in.OID) == schema {
			return in
		}
		path = []string{schema}
	}
	for _, s := range path {
		if id := b.ctx.Catalog.TypeNamed(s, name); id != 0 {
			b.usesType(id)
			b.named(n.Pos(), id, schema != "")
			return types.Lookup(id)
		}
	}
	return nil
}

// extensionSchema is where the extension was put that a type belongs to, "" for other types.
func (b *binder) extensionSchema(id types.OID) string {
	if e := b.ctx.Catalog.ExtensionOfType(id); e != nil {
		return b.ctx.Catalog.SchemaName(e.Schema)
	}
	return ""
}

// usesType records that the plan depends on a user type: on its labels, its
// checks or its attributes.
func (b *binder) usesType(id types.OID) {
	if t, _ := b.ctx.Catalog.TypeByID(id); t != nil {
		b.dependOn(t.ID, nil)
		b.usesType(t.Base.OID)
		for i := range t.Attributes {
			b.usesType(t.Attributes[i].Type.OID)
		}
	}
}

// typeMods lists the modifiers in the form that types.TypmodIn takes.
func (b *binder) typeMods(in *types.Info, n *ast.TypeName) ([]string, error) {
	if in.OID == types.OIDInterval {
		return intervalMods(n), nil
	}
	var mods []string
	for _, e := range n.Mods {
		sign := ""
		if u, ok := e.(*ast.BinaryExpr); ok && u.Left == nil && u.Op.Name == "-" {
			sign, e = "-", u.Right
		}
		c, ok := e.(*ast.Const)
		if !ok {
			return nil, b.errorf(sqlerr.SyntaxError, n.Pos(), "type modifiers must be simple constants or identifiers")
		}
		mods = append(mods, sign+c.String())
	}
	return mods, nil
}

func intervalMods(n *ast.TypeName) []string {
	if n.IntervalFields == 0 && n.IntervalPrecision < 0 {
		return nil
	}
	fields := n.IntervalFields
	if fields == 0 {
		fields = intervalFullRange
	}
	mods := []string{strconv.Itoa(fields)}
	if n.IntervalPrecision >= 0 {
		mods = append(mods, strconv.Itoa(n.IntervalPrecision))
	}
	return mods
}

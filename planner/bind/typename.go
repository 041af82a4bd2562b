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

func (b *binder) lookupType(n *ast.TypeName) *types.Info {
	switch n.Schema() {
	case "", "pg_catalog", "public":
		return types.LookupName(n.Name())
	}
	return nil
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

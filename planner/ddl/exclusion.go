package ddl

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// addExclusion makes an exclusion constraint with its index.
func (d *draft) addExclusion(k *ast.Constraint) error {
	if err := tablespace(k.Tablespace); err != nil {
		return err
	}
	elements := make([]*ast.IndexElem, len(k.Exclude))
	for i, e := range k.Exclude {
		elements[i] = e.Elem
	}
	method, err := indexMethod(&ast.CreateIndexStmt{AccessMethod: k.AccessMethod, Elements: elements})
	if err != nil {
		return err
	}
	switch method {
	case catalog.BTree, catalog.Hash, catalog.GiST, catalog.SPGiST:
	default:
		return sqlerr.New(sqlerr.FeatureNotSupported, "access method \"%s\" does not support exclusion constraints", method)
	}
	ix := &catalog.Index{Table: d.t.ID, Method: method}
	if err := d.indexKeys(ix, elements); err != nil {
		return err
	}
	if ix.Include, err = d.includeColumns(k.Include); err != nil {
		return err
	}
	var cols []int
	for i, e := range k.Exclude {
		if err := d.exclusionOperator(method, ix.Keys[i].Type, e.Op.Name); err != nil {
			return err
		}
		ix.Exclude = append(ix.Exclude, e.Op.Name)
		if c := ix.Keys[i].Column; c > 0 {
			cols = append(cols, c)
		}
	}
	if k.Where != nil {
		x, err := bind.CatalogExpr(d.bindContext(), d.t, nil, k.Where, bind.IndexPredicate, d.text)
		if err != nil {
			return err
		}
		ix.Predicate = x.String()
	}
	if ix.Options, err = indexOptions(method, k.Options); err != nil {
		return err
	}
	name := d.chooseName(d.t.Schema, d.t.Name, indexAddition(d.t, ix, elements), "excl", true)
	if k.Name != "" {
		if name, err = d.freeKeyName(k.Name); err != nil {
			return err
		}
	}
	return d.putKey(k, ix, name, cols)
}

// exclusionOperator checks an operator: one that is the same both ways round and
// that an index of the method answers.
func (d *draft) exclusionOperator(m catalog.Method, t types.Type, name string) error {
	op, err := bind.OperatorFor(d.bindContext(), name, t)
	if err != nil {
		return err
	}
	shown := name + "(" + sqlName(types.Of(op.Left)) + "," + sqlName(types.Of(op.Right)) + ")"
	if op.Commutator != name {
		return sqlerr.New(sqlerr.WrongObjectType, "operator %s is not commutative", shown).
			WithDetail("Only commutative operators can be used in exclusion constraints.")
	}
	if op.Ret == types.OIDBool && builtin.Equality(t.OID) != nil && exclusionFits(m, t.Base().Kind(), name) {
		return nil
	}
	return sqlerr.New(sqlerr.WrongObjectType, "operator %s is not a member of operator family \"%s\"", shown, familyOf(m, t)).
		WithDetail("The exclusion operator must be related to the index operator class for the constraint.")
}

func exclusionFits(m catalog.Method, k types.Kind, op string) bool {
	switch {
	case op == "=":
		return true
	case m != catalog.GiST && m != catalog.SPGiST:
		return false
	case k == types.KindRange || k == types.KindMultirange:
		return op == "&&" || op == "-|-"
	case k == types.KindInet:
		return op == "&&" || op == "<>"
	}
	return op == "<>"
}

// familyOf names the operator family of a type's keys in messages.
func familyOf(m catalog.Method, t types.Type) string {
	if list := gistClasses[m][t.Base().Kind()]; len(list) > 0 {
		return list[0]
	}
	switch t.Base().Kind() {
	case types.KindInt2, types.KindInt4, types.KindInt8:
		return "integer_ops"
	case types.KindRange:
		return "range_ops"
	case types.KindMultirange:
		return "multirange_ops"
	case types.KindDate, types.KindTimestamp, types.KindTimestamptz:
		return "datetime_ops"
	}
	if in := types.Lookup(t.Base().OID); in != nil {
		return in.Name + "_ops"
	}
	return ""
}

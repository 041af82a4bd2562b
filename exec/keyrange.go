package exec

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// keyRange is a compiled index condition.
type keyRange struct {
	n         *plan.KeyRange
	index     *catalog.Index
	eq        []*eval.Expr
	low, high *eval.Expr
	any       *eval.Expr
	anyType   types.Type

	prefix []types.Value // equality keys; with any, the last is the element in work
	elems  []types.Value // distinct elements still to try
	bounds storage.IndexRange
}

func (r *run) keyRange(n *plan.KeyRange, ix *catalog.Index) (*keyRange, error) {
	k := &keyRange{n: n, index: ix}
	var err error
	eq := n.Eq
	if n.EqAny != nil {
		eq = eq[:len(eq)-1] // the last stands for the elements
	}
	if k.eq, err = r.compileAll(eq); err != nil {
		return nil, err
	}
	if k.low, err = r.compileOpt(n.Low); err != nil {
		return nil, err
	}
	if k.high, err = r.compileOpt(n.High); err != nil {
		return nil, err
	}
	if n.EqAny != nil {
		k.any, err = r.compile(n.EqAny)
		k.anyType = n.EqAny.Type()
	}
	return k, err
}

// eval computes the keys. False: a NULL among them, so no row can match.
func (k *keyRange) eval(reverse bool) (bool, error) {
	k.prefix = k.prefix[:0]
	k.elems = nil
	for _, e := range k.eq {
		v, err := e.Values(nil)
		if err != nil || v.IsNull() {
			return false, err
		}
		k.prefix = append(k.prefix, v)
	}
	if ok, err := k.evalBounds(); err != nil || !ok {
		return false, err
	}
	if k.any == nil {
		return true, nil
	}
	array, err := k.any.Values(nil)
	if err != nil || array.IsNull() {
		return false, err
	}
	compare := types.CompareFunc(k.anyType.Elem())
	types.ArrayEach(k.anyType, array, func(_ int, e types.Value) bool {
		if !e.IsNull() {
			k.elems = append(k.elems, e)
		}
		return true
	})
	// In key order, so that the scan as a whole is.
	slices.SortFunc(k.elems, compare)
	k.elems = slices.CompactFunc(k.elems, func(a, b types.Value) bool { return compare(a, b) == 0 })
	at := len(k.prefix)
	if reverse != (at < len(k.index.Keys) && k.index.Keys[at].Desc) {
		slices.Reverse(k.elems)
	}
	return len(k.elems) > 0, nil
}

func (k *keyRange) evalBounds() (bool, error) {
	k.bounds = storage.IndexRange{}
	for _, side := range []struct {
		e         *eval.Expr
		b         *storage.Bound
		inclusive bool
	}{{k.low, &k.bounds.Low, k.n.LowInclusive}, {k.high, &k.bounds.High, k.n.HighInclusive}} {
		side.b.Inclusive = true
		if side.e == nil {
			continue
		}
		v, err := side.e.Values(nil)
		if err != nil || v.IsNull() {
			return false, err
		}
		side.b.Key = []types.Value{v}
		side.b.Inclusive = side.inclusive
	}
	return true, nil
}

// next opens the cursor of the next key; nil when all are done. eval came before.
func (k *keyRange) next(v *storage.View, t *catalog.Table, spec storage.ScanSpec, first bool) (*storage.Cursor, error) {
	prefix := k.prefix
	if k.any != nil {
		if len(k.elems) == 0 {
			return nil, nil
		}
		prefix = append(slices.Clip(k.prefix), k.elems[0])
		k.elems = k.elems[1:]
	} else if !first {
		return nil, nil
	}
	unbounded := k.low == nil && k.high == nil
	if unbounded && len(prefix) > 0 && (len(prefix) == len(k.index.Keys) || k.index.Method == catalog.Hash) {
		return v.Lookup(t, k.index, prefix, spec)
	}
	r := k.bounds
	r.Low.Key = append(slices.Clip(prefix), k.bounds.Low.Key...)
	r.High.Key = append(slices.Clip(prefix), k.bounds.High.Key...)
	return v.Range(t, k.index, r, spec)
}

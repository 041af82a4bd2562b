package exec

import (
	"cmp"
	"slices"
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// ordering is a compiled ORDER BY.
type ordering struct {
	keys []orderKey
}

type orderKey struct {
	expr       *eval.Expr
	typ        types.Type
	desc       bool
	nullsFirst bool
	class      byte // 'i' integer payload, 's' bytes, 'c' compare
	compare    func(a, b types.Value) int
	err        error // of an operator in compare, kept until the sort is over
}

func (r *run) ordering(keys []plan.SortKey) (*ordering, error) {
	o := &ordering{keys: make([]orderKey, len(keys))}
	for i, k := range keys {
		e, err := r.compile(k.Expr)
		if err != nil {
			return nil, err
		}
		o.keys[i] = orderKey{expr: e, typ: e.Type(), desc: k.Desc, nullsFirst: k.NullsFirst}
		o.keys[i].prepare()
		if k.Using != nil {
			o.keys[i].useOperator(r, k.Using)
		}
	}
	return o, nil
}

// ascending orders by all columns of the types, NULLs last.
func ascending(ts []types.Type) *ordering {
	o := &ordering{keys: make([]orderKey, len(ts))}
	for i, t := range ts {
		o.keys[i].typ = t
		o.keys[i].prepare()
	}
	return o
}

func (k *orderKey) prepare() {
	k.class = payloadClass(k.typ)
	if k.class == 'c' {
		k.compare = types.CompareFunc(k.typ)
	}
}

// payloadClass tells types whose order is that of the payload itself.
func payloadClass(t types.Type) byte {
	switch k := t.Kind(); {
	case k == types.KindFloat4 || k == types.KindFloat8:
		return 'c'
	case k.Fixed():
		return 'i'
	case k == types.KindText || k == types.KindName || k == types.KindBytea || k == types.KindUUID:
		return 's'
	}
	return 'c'
}

// useOperator orders by an operator of the user's choice.
func (k *orderKey) useOperator(r *run, op *builtin.Operator) {
	site := r.comp.Site(op.Fn, []types.Type{k.typ, k.typ}, types.Bool)
	less := func(a, b types.Value) bool {
		v, err := op.Fn.Eval(site, []types.Value{a, b})
		if err != nil && k.err == nil {
			k.err = err
		}
		return v.Bool()
	}
	k.class = 'c'
	k.compare = func(a, b types.Value) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	}
}

func (o *ordering) types() []types.Type {
	out := make([]types.Type, len(o.keys))
	for i := range o.keys {
		out[i] = o.keys[i].typ
	}
	return out
}

// eval computes the key columns of b.
func (o *ordering) eval(b *Batch, into []*types.Column) error {
	for i := range o.keys {
		col, err := o.keys[i].expr.Vector(b)
		if err != nil {
			return err
		}
		into[i] = col
	}
	return nil
}

// at compares row i of columns a with row j of columns b.
func (o *ordering) at(a []types.Column, i int32, b []types.Column, j int32) int {
	for k := range o.keys {
		if c := o.keys[k].at(&a[k], int(i), &b[k], int(j)); c != 0 {
			return c
		}
	}
	return 0
}

func (k *orderKey) at(a *types.Column, i int, b *types.Column, j int) int {
	if a.HasNulls() || b.HasNulls() {
		an, bn := a.IsNull(i), b.IsNull(j)
		if an || bn {
			switch {
			case an && bn:
				return 0
			case an == k.nullsFirst:
				return -1
			}
			return 1
		}
	}
	var c int
	switch k.class {
	case 'i':
		c = cmp.Compare(a.I64[i], b.I64[j])
	case 's':
		c = strings.Compare(a.Str[i], b.Str[j])
	default:
		c = k.compare(a.Get(i), b.Get(j))
	}
	if k.desc {
		return -c
	}
	return c
}

// sorted returns the row numbers 0..n-1 in order; stable.
func (o *ordering) sorted(cols []types.Column, n int) ([]int32, error) {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	slices.SortStableFunc(rows, func(i, j int32) int { return o.at(cols, i, cols, j) })
	for k := range o.keys {
		if err := o.keys[k].err; err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// keyed keeps rows together with their order keys.
type keyed struct {
	order *ordering
	rows  *store
	keys  *store
	cols  []*types.Column // scratch: key columns of the batch
}

func newKeyed(r *run, o *ordering, ts []types.Type) *keyed {
	return &keyed{order: o, rows: newStore(&r.mem, ts), keys: newStore(&r.mem, o.types()), cols: make([]*types.Column, len(o.keys))}
}

func (k *keyed) add(b *Batch) error {
	if err := k.order.eval(b, k.cols); err != nil {
		return err
	}
	kb := Batch{N: b.N, Sel: b.Sel, Cols: make([]types.Column, len(k.cols))}
	for i, c := range k.cols {
		kb.Cols[i] = *c
	}
	if err := k.keys.add(&kb); err != nil {
		return err
	}
	return k.rows.add(b)
}

func (k *keyed) sorted() ([]int32, error) { return k.order.sorted(k.keys.cols, k.rows.n) }

func (k *keyed) free() {
	k.rows.free()
	k.keys.free()
}

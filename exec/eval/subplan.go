package eval

import (
	"slices"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Subqueries makes subqueries runnable; exec implements it.
type Subqueries interface {
	Subquery(p *plan.SubPlan) (Subquery, error)
}

// Subquery is one subquery of an expression.
type Subquery interface {
	// Each runs the subquery with the slots as they are and calls f for each row
	// until f returns false. The row is valid during the call only.
	Each(f func(row []types.Value) (more bool, err error)) error
}

// subPlan is a subquery in an expression. Its result is kept as long as the
// slots it depends on keep their values; without such slots, for the whole run.
type subPlan struct {
	c       *Compiler
	e       *plan.SubPlan
	run     Subquery
	assigns []*Expr
	left    []*Expr
	test    rowTest // AnySub, AllSub
	all     bool
	free    []int // slots that the subquery reads from outside
	hash    types.Type
	leftRow []types.Value
}

// subResult is what a subquery gave, shared by all copies of its expression.
type subResult struct {
	slots []types.Value // of free, when it ran
	value types.Value   // Scalar, Exists, ArraySub
	rows  [][]types.Value
	set   *valueSet
}

func (c *Compiler) subPlan(e *plan.SubPlan, x *Expr) (node, error) {
	x.constant, x.volatile = false, true
	if c.Sub == nil {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cannot use subquery here")
	}
	run, err := c.Sub.Subquery(e)
	if err != nil {
		return nil, err
	}
	n := &subPlan{c: c, e: e, run: run, all: e.Kind == plan.AllSub, free: plan.FreeSlots(e.Input)}
	for _, a := range e.Assigns {
		// A CTE inside may read the slot where the walk over the input does not see it.
		if !slices.Contains(n.free, a.Slot) {
			n.free = append(n.free, a.Slot)
		}
		k, err := c.sub(a.Expr, x)
		if err != nil {
			return nil, err
		}
		n.assigns = append(n.assigns, k)
	}
	if e.Kind != plan.AnySub && e.Kind != plan.AllSub && e.Kind != plan.RowSub {
		return n, nil
	}
	return n, c.subTest(n, e, x)
}

// subTest compiles the comparison of an ANY, ALL or row subquery.
func (c *Compiler) subTest(n *subPlan, e *plan.SubPlan, x *Expr) error {
	var err error
	if n.left, err = c.subs(e.Left, x); err != nil {
		return err
	}
	n.leftRow = make([]types.Value, len(n.left))
	cols := e.Input.Columns()
	n.test.op = e.Op
	for i := range e.Left {
		op, err := c.operator(e.Fns[i], e.Left[i].Type(), cols[i])
		if err != nil {
			return err
		}
		n.test.eqs = append(n.test.eqs, op)
	}
	lk, rk := e.Left[0].Type().Kind(), cols[0].Kind()
	single := len(e.Left) == 1 && (lk == rk || isInteger(lk) && isInteger(rk))
	if single && e.Fns[0].Strict && (e.Op == "=" && !n.all || e.Op == "<>" && n.all) {
		n.hash = cols[0]
	}
	return n.orderTests(e, cols)
}

// orderTests adds what a row order needs: the functions given are the operator
// itself per field, equality decides which field counts.
func (n *subPlan) orderTests(e *plan.SubPlan, cols []types.Type) error {
	if len(e.Left) == 1 || e.Op == "=" {
		return nil
	}
	if e.Op != "<>" {
		n.test.cmps = n.test.eqs
	}
	n.test.eqs = nil
	for i := range e.Left {
		eq := builtin.Equality(cols[i].OID)
		if eq == nil {
			return sqlerr.New(sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", cols[i].Info().SQLName)
		}
		op, err := n.c.operator(eq.Fn, e.Left[i].Type(), cols[i])
		if err != nil {
			return err
		}
		n.test.eqs = append(n.test.eqs, op)
	}
	return nil
}

func (n *subPlan) row(r *Row) (types.Value, error) {
	for i, a := range n.assigns {
		v, err := a.n.row(r)
		if err != nil {
			return types.Null, err
		}
		n.c.Slots[n.e.Assigns[i].Slot] = v
	}
	for i, l := range n.left {
		v, err := l.n.row(r)
		if err != nil {
			return types.Null, err
		}
		n.leftRow[i] = v
	}
	res, err := n.result()
	if err != nil {
		return types.Null, err
	}
	switch n.e.Kind {
	case plan.AnySub, plan.AllSub:
		return n.quantified(res)
	case plan.RowSub:
		if len(res.rows) == 0 {
			return types.Null, nil
		}
		return n.compare(res.rows[0])
	}
	return res.value, nil
}

// result runs the subquery unless the last result still holds.
func (n *subPlan) result() (*subResult, error) {
	if n.c.cache == nil {
		n.c.cache = map[int]*subResult{}
	}
	if res := n.c.cache[n.e.ID]; res != nil && n.current(res) {
		return res, nil
	}
	res := &subResult{}
	for _, s := range n.free {
		res.slots = append(res.slots, n.c.Slots[s])
	}
	if n.c.Env != nil && n.c.Env.Interrupt != nil {
		if err := n.c.Env.Interrupt(); err != nil {
			return nil, err
		}
	}
	if err := n.fill(res); err != nil {
		return nil, err
	}
	n.c.cache[n.e.ID] = res
	return res, nil
}

func (n *subPlan) current(res *subResult) bool {
	for i, s := range n.free {
		if !res.slots[i].Identical(n.c.Slots[s]) {
			return false
		}
	}
	return true
}

func (n *subPlan) fill(res *subResult) error {
	switch n.e.Kind {
	case plan.Scalar, plan.RowSub:
		return n.single(res)
	case plan.Exists:
		res.value = types.NewBool(false)
		return n.run.Each(func([]types.Value) (bool, error) {
			res.value = types.NewBool(true)
			return false, nil
		})
	case plan.ArraySub:
		return n.collect(res)
	}
	if n.hash.OID != 0 {
		res.set = newValueSet(n.hash)
	}
	return n.run.Each(func(row []types.Value) (bool, error) {
		if res.set != nil {
			res.set.add(row[0])
		} else {
			res.rows = append(res.rows, append([]types.Value(nil), row...))
		}
		return true, nil
	})
}

// single takes the only row of a scalar or row subquery (21000 for more).
func (n *subPlan) single(res *subResult) error {
	found := false
	return n.run.Each(func(row []types.Value) (bool, error) {
		if found {
			return false, sqlerr.New(sqlerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
		}
		found = true
		if n.e.Kind == plan.Scalar {
			res.value = row[0]
		} else {
			res.rows = append(res.rows, append([]types.Value(nil), row...))
		}
		return true, nil
	})
}

// collect makes the array of an ARRAY(subquery).
func (n *subPlan) collect(res *subResult) error {
	var values []types.Value
	err := n.run.Each(func(row []types.Value) (bool, error) {
		values = append(values, row[0])
		return true, nil
	})
	if err != nil {
		return err
	}
	if n.e.Input.Columns()[0].IsArray() {
		res.value, err = stackArrays(n.e.Typ, values)
		return err
	}
	res.value = types.NewArray(n.e.Typ.Elem(), values).Encode()
	return nil
}

func (n *subPlan) compare(row []types.Value) (types.Value, error) {
	if len(n.test.cmps) == 0 && len(n.test.eqs) == 1 {
		return n.test.eqs[0].apply(n.leftRow[0], row[0])
	}
	return n.test.decide(func(i int) (a, b types.Value, err error) { return n.leftRow[i], row[i], nil })
}

// quantified is ANY and ALL over the rows.
func (n *subPlan) quantified(res *subResult) (types.Value, error) {
	if res.set != nil {
		op := arrayOp{set: res.set, all: n.all}
		return op.answer(n.leftRow[0]), nil
	}
	null := false
	for _, row := range res.rows {
		v, err := n.compare(row)
		if err != nil {
			return types.Null, err
		}
		if v.IsNull() {
			null = true
		} else if v.Bool() != n.all {
			return v, nil
		}
	}
	if null {
		return types.Null, nil
	}
	return types.NewBool(n.all), nil
}

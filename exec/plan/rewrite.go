package plan

// MapChildren returns e with f applied to each direct subexpression: e itself
// where nothing changed, else a copy. Expressions of a SubPlan's own plan are
// not visited, its Left and Assigns are.
func MapChildren(e Expr, f func(Expr) Expr) Expr {
	m := mapper{f: f}
	switch e := e.(type) {
	case *Func:
		if args := m.list(e.Args); m.changed {
			c := *e
			c.Args = args
			return &c
		}
	case *IOCast:
		if arg := m.one(e.Arg); m.changed {
			c := *e
			c.Arg = arg
			return &c
		}
	case *Relabel:
		if arg := m.one(e.Arg); m.changed {
			c := *e
			c.Arg = arg
			return &c
		}
	case *Typmod:
		if arg := m.one(e.Arg); m.changed {
			c := *e
			c.Arg = arg
			return &c
		}
	case *CoerceDomain:
		// The checks are over the value, not over the row: they are left alone.
		if arg := m.one(e.Arg); m.changed {
			c := *e
			c.Arg = arg
			return &c
		}
	case *ArrayCast:
		// Elem is over the element, not over the row: it is left alone.
		if arg := m.one(e.Arg); m.changed {
			c := *e
			c.Arg = arg
			return &c
		}
	default:
		return m.logic(e)
	}
	return e
}

// mapper applies f and remembers whether anything became something else.
type mapper struct {
	f       func(Expr) Expr
	changed bool
}

func (m *mapper) one(e Expr) Expr {
	if e == nil {
		return nil
	}
	n := m.f(e)
	if n != e {
		m.changed = true
	}
	return n
}

func (m *mapper) list(list []Expr) []Expr {
	if list == nil {
		return nil
	}
	out := make([]Expr, len(list))
	for i, e := range list {
		out[i] = m.one(e)
	}
	return out
}

func (m *mapper) logic(e Expr) Expr {
	switch e := e.(type) {
	case *BoolOp:
		if args := m.list(e.Args); m.changed {
			return &BoolOp{Or: e.Or, Args: args}
		}
	case *Not:
		if arg := m.one(e.Arg); m.changed {
			return &Not{Arg: arg}
		}
	case *NullTest:
		if arg := m.one(e.Arg); m.changed {
			return &NullTest{Arg: arg, Not: e.Not}
		}
	case *BoolTest:
		if arg := m.one(e.Arg); m.changed {
			return &BoolTest{Arg: arg, Want: e.Want, Not: e.Not}
		}
	case *DistinctFrom:
		if l, r := m.one(e.Left), m.one(e.Right); m.changed {
			return &DistinctFrom{Left: l, Right: r, Eq: e.Eq, Not: e.Not}
		}
	case *NullIf:
		if l, r := m.one(e.Left), m.one(e.Right); m.changed {
			return &NullIf{Left: l, Right: r, Eq: e.Eq}
		}
	case *Case:
		c := &Case{Typ: e.Typ, Whens: make([]When, len(e.Whens))}
		for i, w := range e.Whens {
			c.Whens[i] = When{Cond: m.one(w.Cond), Then: m.one(w.Then)}
		}
		if c.Else = m.one(e.Else); m.changed {
			return c
		}
	case *Coalesce:
		if args := m.list(e.Args); m.changed {
			return &Coalesce{Args: args, Typ: e.Typ}
		}
	case *MinMax:
		if args := m.list(e.Args); m.changed {
			return &MinMax{Least: e.Least, Args: args, Typ: e.Typ}
		}
	default:
		return m.composite(e)
	}
	return e
}

func (m *mapper) composite(e Expr) Expr {
	switch e := e.(type) {
	case *ArrayOp:
		if l, a := m.one(e.Left), m.one(e.Array); m.changed {
			return &ArrayOp{Left: l, Array: a, Fn: e.Fn, Op: e.Op, All: e.All}
		}
	case *ArrayExpr:
		if elems := m.list(e.Elems); m.changed {
			return &ArrayExpr{Elems: elems, Typ: e.Typ}
		}
	case *RowExpr:
		if fields := m.list(e.Fields); m.changed {
			return &RowExpr{Fields: fields, Names: e.Names, Typ: e.Typ}
		}
	case *RowCompare:
		if l, r := m.list(e.Left), m.list(e.Right); m.changed {
			return &RowCompare{Left: l, Right: r, Op: e.Op, Eq: e.Eq, Cmp: e.Cmp}
		}
	case *Subscript:
		c := *e
		c.Arg, c.Upper, c.Lower = m.one(e.Arg), m.list(e.Upper), m.list(e.Lower)
		if m.changed {
			return &c
		}
	case *SubscriptSet:
		c := *e
		c.Arg, c.Upper, c.Lower, c.Value = m.one(e.Arg), m.list(e.Upper), m.list(e.Lower), m.one(e.Value)
		if m.changed {
			return &c
		}
	case *Field:
		if arg := m.one(e.Arg); m.changed {
			return &Field{Arg: arg, N: e.N, Name: e.Name, Typ: e.Typ}
		}
	case *SubPlan:
		c := *e
		c.Left = m.list(e.Left)
		c.Assigns = make([]Assign, len(e.Assigns))
		for i, a := range e.Assigns {
			c.Assigns[i] = Assign{Slot: a.Slot, Expr: m.one(a.Expr)}
		}
		if m.changed {
			return &c
		}
	}
	return e
}

// WalkExpr calls f for e and what is below it, parents first, until f returns
// false for a node, whose children are then skipped.
func WalkExpr(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	MapChildren(e, func(child Expr) Expr {
		WalkExpr(child, f)
		return child
	})
}

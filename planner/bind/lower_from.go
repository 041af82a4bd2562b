package bind

import (
	"sort"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// from lowers a FROM tree; nil is one row without columns.
func (l *lowerer) from(n joinNode, fr *frame, tm *temporal) (plan.Node, *layout) {
	switch n := n.(type) {
	case *join:
		return l.join(n, fr, tm)
	case *relation:
		return l.relation(n, fr, tm)
	}
	return &plan.Values{Rows: [][]plan.Expr{{}}}, emptyLayout()
}

func (l *lowerer) join(j *join, fr *frame, tm *temporal) (plan.Node, *layout) {
	left, leftLy := l.from(j.left, fr, tm)
	inner := &frame{parent: fr, row: leftLy, lateral: true}
	right, rightLy := l.from(j.right, inner, tm)
	ly := leftLy.beside(rightLy)
	return &plan.NestLoop{Kind: j.kind, Left: left, Right: right, Cond: l.optional(j.cond, ly, fr), Assigns: inner.assigns}, ly
}

// relation lowers one relation.
func (l *lowerer) relation(r *relation, fr *frame, outer *temporal) (plan.Node, *layout) {
	tm := r.temporal.within(outer)
	switch r.kind {
	case relQuery:
		return l.query(r.query, fr, tm), relLayout(r)
	case relFunction:
		return l.function(r, fr, tm), relLayout(r)
	case relWork:
		return &plan.WorkTable{CTE: l.workIndex(r.cte), Name: r.cte.name, Cols: columnTypes(r.cols)}, relLayout(r)
	case relCTE:
		return l.cte(r, fr, tm), relLayout(r)
	}
	return l.scan(r, fr, tm)
}

// scan reads a table or virtual relation: the columns that are used, in order,
// then the system columns.
func (l *lowerer) scan(r *relation, fr *frame, tm *temporal) (plan.Node, *layout) {
	var valid plan.Expr
	if tm != nil && tm.valid != nil {
		var err error
		if valid, err = l.b.validFilter(r, tm.valid); err != nil {
			l.fail(err)
		}
		walk(valid, func(e plan.Expr) bool {
			if v, ok := e.(*variable); ok {
				r.used[v.col] = true
			}
			return true
		})
	}
	l.rtiCount++
	l.rtis[r] = l.rtiCount
	s := plan.Scan{Table: r.table, Alias: r.alias, RTI: l.rtiCount}
	if tm != nil {
		s.Temporal = tm.system
		if err := l.b.checkHistory(r.table, tm.system, -1); err != nil {
			l.fail(err)
		}
	}
	ly := emptyLayout()
	for _, col := range r.usedColumns() {
		ly.vars[varKey{r, col}] = ly.width
		ly.width++
		if col >= 0 {
			col++
		}
		s.Cols = append(s.Cols, col)
	}
	if r.absent {
		return &plan.Values{Cols: s.Columns()}, ly
	}
	if r.kind == relVirtual {
		v := l.b.ctx.Catalog.Virtuals().ByID(r.table.ID)
		if v == nil {
			l.fail(sqlerr.Internal("bind: no virtual relation %s", r.table.Name))
		}
		return l.filter(&plan.VirtualScan{Scan: s, Virtual: v}, valid, ly, fr), ly
	}
	if r.family != nil {
		return l.family(r, s, valid, ly, fr), ly
	}
	return l.tableScan(r, s, valid, ly, fr), ly
}

// tableScan reads one stored table.
func (l *lowerer) tableScan(r *relation, s plan.Scan, valid plan.Expr, ly *layout, fr *frame) plan.Node {
	if r.sample != nil {
		n := &plan.SampleScan{Scan: s, Blocks: r.sample.blocks, Percent: l.expr(r.sample.percent, emptyLayout(), fr)}
		n.Seed = l.optional(r.sample.seed, emptyLayout(), fr)
		return l.filter(n, valid, ly, fr)
	}
	return l.filter(&plan.SeqScan{Scan: s}, valid, ly, fr)
}

// usedColumns are the columns by position, then the system columns from SysRowID on.
func (r *relation) usedColumns() []int {
	var out []int
	for col := range r.used {
		out = append(out, col)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if (a < 0) != (b < 0) {
			return b < 0
		}
		if a < 0 {
			return a > b
		}
		return a < b
	})
	return out
}

func columnTypes(cols []relColumn) []types.Type {
	out := make([]types.Type, len(cols))
	for i := range cols {
		out[i] = cols[i].typ
	}
	return out
}

// function calls functions in FROM. What they read, they read as of the clause
// behind them; their arguments are the query's.
func (l *lowerer) function(r *relation, fr *frame, tm *temporal) plan.Node {
	n := &plan.FunctionScan{Ordinality: r.ordinal, Alias: r.alias}
	for _, c := range r.calls {
		args := make([]plan.Expr, len(c.Args))
		for i, a := range c.Args {
			args[i] = l.expr(a, emptyLayout(), fr)
		}
		c.Args = args
		c.Expr = l.optional(c.Expr, emptyLayout(), fr)
		if c.Fn != nil {
			l.b.calls(c.Fn)
			c.AsOf = momentFor(c.Fn, tm)
		} else if f, ok := c.Expr.(*plan.Func); ok {
			c.Expr = readsAsOf(f, tm)
		}
		n.Calls = append(n.Calls, c)
	}
	return n
}

// momentFor is the clause that a function's body reads as of; nil for none, and
// for bodies that depend on their arguments alone.
func momentFor(fn *builtin.Function, tm *temporal) *plan.Temporal {
	if tm == nil || tm.system == nil || !tm.system.Single() || fn.Volatility == builtin.Immutable {
		return nil
	}
	return tm.system
}

// readsAsOf is the call with its moment.
func readsAsOf(f *plan.Func, tm *temporal) plan.Expr {
	at := momentFor(f.Fn, tm)
	if at == nil || at == f.AsOf {
		return f
	}
	c := *f
	c.AsOf = at
	return &c
}

// cte reads a WITH query: inlined where PostgreSQL would, or where it depends
// on an outer row, else computed once per statement.
func (l *lowerer) cte(r *relation, fr *frame, tm *temporal) plan.Node {
	c := r.cte
	if c.inlinable() {
		return l.query(c.query, fr, tm)
	}
	i, correlated := l.materialize(c, tm)
	if correlated {
		if c.modifying {
			l.fail(sqlerr.Internal("bind: a WITH query that changes rows depends on an outer query"))
		}
		if c.recursive == nil {
			return l.query(c.query, fr, tm)
		}
		i = l.correlate(c, fr, tm)
	}
	return &plan.CTEScan{CTE: i, Name: c.name, Alias: r.alias, Cols: columnTypes(r.cols)}
}

// materialize lowers a WITH query to be computed once and returns its number.
// correlated means that it cannot be: it needs values of an outer row.
func (l *lowerer) materialize(c *cte, tm *temporal) (index int, correlated bool) {
	k := cteKey{cte: c}
	if tm != nil && !c.modifying { // a change happens once, and now
		k.system, k.valid = tm.system, tm.valid
	}
	if i, ok := l.cteIndex[k]; ok {
		return i, i < 0
	}
	i := len(l.ctes)
	l.ctes = append(l.ctes, plan.CTE{Name: c.name, Columns: columnTypes(c.cols), Modifying: c.modifying, UnionAll: c.unionAll})
	l.cteIndex[k], l.cteIndex[cteKey{cte: c}] = i, i
	border := &frame{closed: true}
	input := l.query(c.query, border, tm)
	var rec plan.Node
	if c.recursive != nil {
		rec = l.query(c.recursive, border, tm)
	}
	l.ctes[i].Input, l.ctes[i].Recursive = input, rec
	if border.reached {
		l.cteIndex[k] = -1
		l.ctes[i].Input, l.ctes[i].Recursive = &plan.Values{Cols: columnTypes(c.cols)}, nil
		return -1, true
	}
	return i, false
}

// correlate lowers a recursive WITH query that reads an outer row: the executor
// computes it anew for each set of the slots that it reads.
func (l *lowerer) correlate(c *cte, fr *frame, tm *temporal) int {
	i := len(l.ctes)
	l.ctes = append(l.ctes, plan.CTE{Name: c.name, Columns: columnTypes(c.cols), UnionAll: c.unionAll})
	outer := l.cteIndex[cteKey{cte: c}]
	l.cteIndex[cteKey{cte: c}] = i
	input := l.query(c.query, fr, tm)
	recursive := l.query(c.recursive, fr, tm)
	l.ctes[i].Input, l.ctes[i].Recursive = input, recursive
	l.cteIndex[cteKey{cte: c}] = outer
	return i
}

// workIndex is the number of the recursive query that is being lowered.
func (l *lowerer) workIndex(c *cte) int { return l.cteIndex[cteKey{cte: c}] }

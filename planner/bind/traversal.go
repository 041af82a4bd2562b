package bind

import (
	"slices"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// traversal is SEARCH and CYCLE of a recursive query. Both add columns that the
// recursive term passes on: SEARCH the path of the search columns (or, breadth
// first, the depth and the columns), CYCLE a mark and the path of the cycle
// columns. A row whose cycle columns are in its path already is marked, and the
// recursive term leaves marked rows alone (SQL:2016 7.17, 7.18).
type traversal struct {
	b      *binder
	c      *cte
	search *ast.SearchClause
	cycle  *ast.CycleClause
	width  int // the query's own columns
	mark   plan.Expr
	unmark plan.Expr
}

// newTraversal checks the clauses; nil if there are none.
func (b *binder) newTraversal(s *scope, c *cte) (*traversal, error) {
	d := c.definition
	if d.Search == nil && d.Cycle == nil {
		return nil, nil
	}
	t := &traversal{b: b, c: c, search: d.Search, cycle: d.Cycle, width: len(c.cols)}
	names := map[string]bool{}
	for _, col := range c.cols {
		names[col.name] = true
	}
	if k := d.Search; k != nil {
		if err := t.columns(k.Columns, "search", names, k.Pos()); err != nil {
			return nil, err
		}
		if names[k.Sequence] {
			return nil, b.errorf(sqlerr.SyntaxError, k.Pos(), "search sequence column name \"%s\" already used in WITH query column list", k.Sequence)
		}
	}
	if k := d.Cycle; k != nil {
		if err := t.columns(k.Columns, "cycle", names, k.Pos()); err != nil {
			return nil, err
		}
		if err := t.marks(s); err != nil {
			return nil, err
		}
		if err := t.cycleNames(names); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *traversal) columns(list []string, what string, names map[string]bool, pos int) error {
	seen := map[string]bool{}
	for _, name := range list {
		if !names[name] {
			return t.b.errorf(sqlerr.SyntaxError, pos, "%s column \"%s\" not in WITH query column list", what, name)
		}
		if seen[name] {
			return t.b.errorf(sqlerr.DuplicateColumn, pos, "%s column \"%s\" specified more than once", what, name)
		}
		seen[name] = true
	}
	return nil
}

// marks binds the values that mark a row, or do not.
func (t *traversal) marks(s *scope) error {
	k := t.cycle
	var pair []located
	for _, e := range []ast.Expr{k.MarkValue, k.MarkDefault} {
		x, err := t.b.expr(s, e)
		if err != nil {
			return err
		}
		pair = append(pair, located{x, startOf(e)})
	}
	both, typ, err := t.b.unify(pair, "CYCLE")
	if err != nil {
		return err
	}
	t.mark, t.unmark = both[0], both[1]
	if builtin.Equality(typ.OID) == nil {
		return t.b.noEquality(typ.OID, -1)
	}
	return nil
}

func (t *traversal) cycleNames(names map[string]bool) error {
	k := t.cycle
	fail := func(format string, args ...any) error {
		pos := k.Pos()
		if t.search != nil && (t.search.Sequence == k.Mark || t.search.Sequence == k.Path) {
			pos = t.search.Pos()
		}
		return t.b.errorf(sqlerr.SyntaxError, pos, format, args...)
	}
	switch {
	case names[k.Mark]:
		return fail("cycle mark column name \"%s\" already used in WITH query column list", k.Mark)
	case names[k.Path]:
		return fail("cycle path column name \"%s\" already used in WITH query column list", k.Path)
	case k.Mark == k.Path:
		return fail("cycle mark column name and cycle path column name are the same")
	case t.search != nil && t.search.Sequence == k.Mark:
		return fail("search sequence column name and cycle mark column name are the same")
	case t.search != nil && t.search.Sequence == k.Path:
		return fail("search sequence column name and cycle path column name are the same")
	}
	return nil
}

// added lists the columns that the clauses add, as the first term gives them:
// rows is the relation of that term.
func (t *traversal) added(rows *relation) []*entry {
	var out []*entry
	if k := t.search; k != nil {
		row := t.row(rows, k.Columns)
		x := t.path(row)
		if k.Breadth {
			row.Fields = append([]plan.Expr{&plan.Const{Typ: types.Int8, Val: types.NewInt(0)}}, row.Fields...)
			x = row
		}
		out = append(out, &entry{expr: x, name: k.Sequence, pos: -1})
	}
	if k := t.cycle; k != nil {
		out = append(out, &entry{expr: t.unmark, name: k.Mark, pos: -1}, &entry{expr: t.path(t.row(rows, k.Columns)), name: k.Path, pos: -1})
	}
	return out
}

// row is ROW(columns) of a relation whose first columns are the query's.
func (t *traversal) row(rows *relation, names []string) *plan.RowExpr {
	out := &plan.RowExpr{Typ: types.Record}
	for _, name := range names {
		i := slices.IndexFunc(t.c.cols[:t.width], func(c relColumn) bool { return c.name == name })
		out.Fields = append(out.Fields, rows.column(i, -1))
	}
	return out
}

func (t *traversal) path(row *plan.RowExpr) plan.Expr {
	return t.b.arrayOf([]plan.Expr{row}, types.Record.ArrayOf())
}

// start puts the added columns on top of the first term.
func (t *traversal) start(s *scope) {
	first := t.c.query
	rows := t.b.queryRelation(first, newScope(s), "")
	wrap := &query{scope: rows.scope, from: rows}
	for i, col := range t.c.cols {
		wrap.targets = append(wrap.targets, &entry{expr: rows.column(i, first.visibleAt(i)), name: col.name, pos: first.visibleAt(i)})
	}
	for _, e := range t.added(rows) {
		wrap.targets = append(wrap.targets, e)
		t.c.cols = append(t.c.cols, relColumn{name: e.name, typ: e.expr.Type(), hidden: true})
	}
	t.c.query = wrap
}

// pass makes the recursive term give the added columns of the row it comes
// from, behind its own, and leave marked rows alone.
func (t *traversal) pass(rec *query, sel *ast.SelectStmt) error {
	work := workRelation(rec.from, t.c)
	switch {
	case rec.setOp != nil || rec.values != nil || sel.Right.Op != ast.SetNone || sel.Right.Values != nil:
		return t.b.errorf(sqlerr.SyntaxError, -1, "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT")
	case work == nil:
		return t.b.errorf(sqlerr.FeatureNotSupported, -1,
			"with a SEARCH or CYCLE clause, the recursive reference to WITH query \"%s\" must be at the top level of its right-hand SELECT", t.c.name)
	case rec.groups != nil || rec.distinct || len(rec.distinctOn) > 0 || len(rec.visible()) != len(rec.targets):
		return sqlerr.Unsupported("SEARCH or CYCLE over GROUP BY, DISTINCT or ORDER BY in the recursive term", "Move that into a subquery in FROM.").At(t.b.at(t.c.pos))
	}
	for i := t.width; i < len(t.c.cols); i++ {
		rec.targets = append(rec.targets, &entry{expr: work.column(i, -1), name: t.c.cols[i].name, pos: -1})
	}
	if t.cycle == nil {
		return nil
	}
	mark := work.column(len(t.c.cols)-2, -1)
	open, err := t.b.callOperator("<>", mark, t.mark, -1)
	rec.where = allOf(rec.where, open)
	return err
}

// workRelation finds the reference of a recursive query to itself in FROM.
func workRelation(n joinNode, c *cte) *relation {
	switch n := n.(type) {
	case *relation:
		if n.kind == relWork && n.cte == c {
			return n
		}
	case *join:
		if r := workRelation(n.left, c); r != nil {
			return r
		}
		return workRelation(n.right, c)
	}
	return nil
}

// next computes the added columns of a new row from its own columns and those
// passed on, which rows holds.
func (t *traversal) next(rows *relation) ([]*entry, error) {
	var out []*entry
	at := t.width
	if k := t.search; k != nil {
		x, err := t.nextSequence(rows.column(at, -1), t.row(rows, k.Columns))
		if err != nil {
			return nil, err
		}
		out = append(out, &entry{expr: x, name: k.Sequence, pos: -1})
		at++
	}
	if k := t.cycle; k != nil {
		row, path := t.row(rows, k.Columns), rows.column(at+1, -1)
		seen, err := t.b.arrayOp("=", row, path, false, -1)
		if err != nil {
			return nil, err
		}
		longer, err := t.b.callOperator("||", path, t.path(row), -1)
		if err != nil {
			return nil, err
		}
		mark := &plan.Case{Whens: []plan.When{{Cond: seen, Then: t.mark}}, Else: t.unmark, Typ: t.mark.Type()}
		out = append(out, &entry{expr: mark, name: k.Mark, pos: -1}, &entry{expr: longer, name: k.Path, pos: -1})
	}
	return out, nil
}

func (t *traversal) nextSequence(last plan.Expr, row *plan.RowExpr) (plan.Expr, error) {
	if !t.search.Breadth {
		return t.b.callOperator("||", last, t.path(row), -1)
	}
	one := &plan.Const{Typ: types.Int8, Val: types.NewInt(1)}
	depth, err := t.b.callOperator("+", &plan.Field{Arg: last, N: 0, Typ: types.Int8}, one, -1)
	if err != nil {
		return nil, err
	}
	row.Fields = append([]plan.Expr{depth}, row.Fields...)
	return row, nil
}

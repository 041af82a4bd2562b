package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// cte is a WITH query that names refer to.
type cte struct {
	name        string
	query       *query // bound, nil until then; for a recursive one the non-recursive term
	cols        []relColumn
	refs        int // references outside itself
	pos         int
	materialize ast.Materialize

	recursive  *query // the term that reads the work table, nil if none
	unionAll   bool
	self       bool // being bound: a reference is to the work table
	modifying  bool
	definition *ast.CTE

	// What it takes to bind it anew as of another moment: the same text means
	// other tables and columns then.
	source *binder
	scope  *scope // the level that it is part of
	before []*cte // the queries of the same WITH that it sees
	looped bool   // WITH RECURSIVE
	at     *moment
	others []*cte // as of other moments
}

// findCTE looks for a WITH query through the levels; nil if none.
func findCTE(s *scope, name string) *cte {
	for ; s != nil; s = s.parent {
		for i := len(s.ctes) - 1; i >= 0; i-- {
			if s.ctes[i].name == name {
				return s.ctes[i]
			}
		}
	}
	return nil
}

// bindWith binds WITH: each query sees those before it, with RECURSIVE all.
func (b *binder) bindWith(s *scope, q *query, w *ast.With) error {
	if w == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, d := range w.CTEs {
		if seen[d.Name] {
			return b.errorf(sqlerr.DuplicateAlias, d.Pos(), "WITH query name \"%s\" specified more than once", d.Name)
		}
		seen[d.Name] = true
	}
	order, err := b.cteOrder(w)
	if err != nil {
		return err
	}
	lazy := travels(b.root)
	for _, d := range order {
		c := &cte{
			name: d.Name, pos: d.Pos(), materialize: d.Materialize, definition: d,
			source: b, scope: s, before: s.ctes[:len(s.ctes):len(s.ctes)], looped: w.Recursive, at: b.now,
		}
		if _, isSelect := d.Query.(*ast.SelectStmt); isSelect && lazy {
			b.lazy = append(b.lazy, c)
		} else if err := b.bindCTE(s, c, w.Recursive); err != nil {
			return err
		}
		s.ctes = append(s.ctes, c)
		q.ctes = append(q.ctes, c)
	}
	return nil
}

func (b *binder) bindCTE(s *scope, c *cte, recursive bool) error {
	d := c.definition
	sel, isSelect := d.Query.(*ast.SelectStmt)
	if !isSelect {
		return b.modifyingCTE(s, c)
	}
	if recursive && len(cteRefs(sel, c.name, refPlain)) > 0 {
		return b.recursiveCTE(s, c, sel)
	}
	if d.Search != nil || d.Cycle != nil {
		return b.errorf(sqlerr.SyntaxError, c.pos, "WITH query is not recursive")
	}
	var err error
	if c.query, err = b.selectStmt(s, sel, true); err != nil {
		return err
	}
	return b.nameCTE(c, c.query.output())
}

// modifyingCTE binds a data change inside WITH.
func (b *binder) modifyingCTE(s *scope, c *cte) error {
	if s.parent != nil {
		return b.errorf(sqlerr.FeatureNotSupported, c.pos, "WITH clause containing a data-modifying statement must be at the top level")
	}
	var err error
	switch st := c.definition.Query.(type) {
	case *ast.InsertStmt:
		c.query, err = b.insertStmt(s, st)
	case *ast.UpdateStmt:
		c.query, err = b.updateStmt(s, st)
	case *ast.DeleteStmt:
		c.query, err = b.deleteStmt(s, st)
	default:
		err = sqlerr.Unsupported("this statement in WITH", "").At(b.at(c.pos))
	}
	if err != nil {
		return err
	}
	c.modifying = true
	return b.nameCTE(c, c.query.output())
}

// nameCTE sets the columns, renamed by WITH name (columns).
func (b *binder) nameCTE(c *cte, cols []relColumn) error {
	names := c.definition.Columns
	if len(names) > len(cols) {
		return b.errorf(sqlerr.InvalidColumnReference, c.pos, "WITH query \"%s\" has %d columns available but %d columns specified", c.name, len(cols), len(names))
	}
	c.cols = append([]relColumn(nil), cols...)
	for i, n := range names {
		c.cols[i].name = n
	}
	return nil
}

// recursiveCTE binds non-recursive UNION [ALL] recursive. The first term alone
// decides the types; the second must deliver them.
func (b *binder) recursiveCTE(s *scope, c *cte, sel *ast.SelectStmt) error {
	if sel.Op != ast.SetUnion {
		return b.errorf(sqlerr.InvalidRecursion, c.pos, "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term", c.name)
	}
	if err := b.checkRecursion(c, sel); err != nil {
		return err
	}
	switch {
	case len(sel.OrderBy) > 0:
		return b.errorf(sqlerr.FeatureNotSupported, startOf(sel.OrderBy[0].Expr), "ORDER BY in a recursive query is not implemented")
	case sel.Offset != nil:
		return b.errorf(sqlerr.FeatureNotSupported, startOf(sel.Offset), "OFFSET in a recursive query is not implemented")
	case sel.Limit != nil:
		return b.errorf(sqlerr.FeatureNotSupported, startOf(sel.Limit), "LIMIT in a recursive query is not implemented")
	}
	if len(sel.Locking) > 0 {
		return b.errorf(sqlerr.FeatureNotSupported, -1, "FOR UPDATE/SHARE in a recursive query is not implemented")
	}
	inner := newScope(s)
	holder := &query{scope: inner}
	if err := b.bindWith(inner, holder, sel.With); err != nil {
		return err
	}
	var err error
	if c.query, err = b.selectStmt(inner, sel.Left, true); err != nil {
		return err
	}
	c.query.ctes = append(holder.ctes, c.query.ctes...)
	if err := b.nameCTE(c, c.query.output()); err != nil {
		return err
	}
	walked, err := b.newTraversal(inner, c)
	if err != nil {
		return err
	}
	if walked != nil {
		if sel.Left.Op != ast.SetNone || sel.Left.Values != nil && len(sel.Left.Values) == 0 {
			return b.errorf(sqlerr.FeatureNotSupported, -1, "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT")
		}
		walked.start(inner)
	}
	c.self, c.unionAll = true, sel.All
	inner.ctes = append(inner.ctes, c)
	rec, err := b.selectStmt(inner, sel.Right, false)
	c.self = false
	if err != nil {
		return err
	}
	c.recursive, err = b.recursiveTerm(c, rec, walked, sel)
	for i := range c.cols {
		c.cols[i].hidden = false
	}
	return err
}

// recursiveTerm checks and converts the columns of the recursive term, and adds
// those of SEARCH and CYCLE.
func (b *binder) recursiveTerm(c *cte, rec *query, walked *traversal, sel *ast.SelectStmt) (*query, error) {
	width := len(c.cols)
	if walked != nil {
		width = walked.width
	}
	cols := rec.output()
	if len(cols) != width {
		return nil, b.errorf(sqlerr.SyntaxError, sel.Right.Pos(), "each UNION query must have the same number of columns")
	}
	if walked != nil {
		if err := walked.pass(rec, sel); err != nil {
			return nil, err
		}
	}
	rel := b.queryRelation(rec, rec.scope, "")
	wrap := &query{scope: rec.scope, from: rel}
	for i := range width {
		x, err := b.recursiveColumn(c, rec, rel, i)
		if err != nil {
			return nil, err
		}
		wrap.targets = append(wrap.targets, &entry{expr: x, name: cols[i].name})
		rel.cols[i].typ = x.Type()
	}
	if walked == nil {
		return wrap, nil
	}
	more, err := walked.next(rel)
	wrap.targets = append(wrap.targets, more...)
	return wrap, err
}

// recursiveColumn is column i of the recursive term: its type and that of the
// first term must together come to the latter.
func (b *binder) recursiveColumn(c *cte, rec *query, rel *relation, i int) (plan.Expr, error) {
	want, at := c.cols[i].typ, c.query.visibleAt(i)
	pair := []located{{nullConst(want), at}, {rel.column(i, rec.visibleAt(i)), rec.visibleAt(i)}}
	oid, err := b.commonType(pair, "UNION")
	if err != nil {
		return nil, err
	}
	overall := types.Type{OID: oid, Mod: commonMod(pair, oid)}
	if pair[1].expr.Type().OID == types.OIDUnknown {
		overall.Mod = want.Mod
	}
	if overall != want {
		return nil, b.errorf(sqlerr.DatatypeMismatch, at, "recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall",
			c.name, i+1, types.FormatType(want), types.FormatType(overall)).WithHint("Cast the output of the non-recursive term to the correct type.")
	}
	return b.armColumn(rec, rel, i, want, "UNION")
}

// visibleAt is the position of target i, -1 where unknown.
func (q *query) visibleAt(i int) int {
	if list := q.visible(); i < len(list) {
		return list[i].pos
	}
	return -1
}

// cteRelation makes the relation of a reference to a WITH query.
func (b *binder) cteRelation(s *scope, c *cte, alias string, ref *ast.TableRef) (*relation, error) {
	if ref.AsOf != nil && (c.self || c.modifying) {
		return nil, b.errorf(sqlerr.FeatureNotSupported, ref.Pos(), "AS OF cannot be applied to \"%s\"", c.name).
			WithDetail("Its rows are made by this statement.")
	}
	c, err := c.as(b)
	if err != nil {
		return nil, err
	}
	kind := relCTE
	if c.self {
		kind = relWork
	} else {
		c.refs++
	}
	if c.modifying && len(c.cols) == 0 {
		return nil, b.errorf(sqlerr.FeatureNotSupported, ref.Pos(), "WITH query \"%s\" does not have a RETURNING clause", c.name)
	}
	r := b.newRelation(kind, s, alias)
	r.cte = c
	for _, col := range c.cols {
		col.table, col.attr = 0, 0
		r.cols = append(r.cols, col)
	}
	return r, nil
}

// inlinable reports whether a WITH query may be planned where it is used,
// as PostgreSQL does: used once, or NOT MATERIALIZED, without side effects.
func (c *cte) inlinable() bool {
	if c.modifying || c.recursive != nil || c.materialize == ast.MaterializeAlways {
		return false
	}
	if c.refs > 1 && c.materialize != ast.MaterializeNever {
		return false
	}
	volatile := len(c.query.locks) > 0
	c.query.eachExpr(func(e plan.Expr) {
		volatile = volatile || containsDeep(e, isVolatile)
	})
	return !volatile
}

package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// mergeAction is a bound WHEN clause of MERGE.
type mergeAction struct {
	matched bool
	cond    plan.Expr
	kind    plan.Command
	nothing bool
	set     []assignment
	values  []plan.Expr // INSERT: one per Table.Columns
}

// mergeStmt binds MERGE: WHEN MATCHED sees target and source, WHEN NOT MATCHED
// the source alone.
func (b *binder) mergeStmt(parent *scope, stmt *ast.MergeStmt) (*query, error) {
	s := newScope(parent)
	q := &query{scope: s}
	if err := b.bindWith(s, q, stmt.With); err != nil {
		return nil, err
	}
	d, err := b.destinationFor(s, stmt.Table, plan.MergeCommand)
	if err != nil {
		return nil, err
	}
	ch := newChange(plan.MergeCommand, d)
	q.change = ch
	if ch.sourceRel, err = b.fromList(s, []ast.TableExpr{stmt.Source}); err != nil {
		return nil, err
	}
	source, target := s.items, []*nameItem{d.item}
	if err := b.checkDuplicates(target, source); err != nil {
		return nil, err
	}
	both := append(target[:1:1], source...)
	s.items = both
	if ch.on, err = b.condition(s, stmt.On, clauseJoinOn); err != nil {
		return nil, err
	}
	for _, w := range stmt.Whens {
		s.items = source
		if w.Matched {
			s.items = both
		}
		a, err := b.mergeAction(s, d, w)
		if err != nil {
			return nil, err
		}
		ch.actions = append(ch.actions, a)
	}
	s.items = both
	return q, nil
}

func (b *binder) mergeAction(s *scope, d *destination, w *ast.MergeWhen) (mergeAction, error) {
	a := mergeAction{matched: w.Matched}
	var err error
	if a.cond, err = b.condition(s, w.Cond, clauseMergeWhen); err != nil {
		return a, err
	}
	switch w.Action {
	case ast.MergeNothing:
		a.nothing = true
	case ast.MergeUpdate:
		a.kind = plan.UpdateCommand
		d.needs(catalog.MayUpdate)
		a.set, err = b.assignments(s, d, w.Set)
	case ast.MergeDelete:
		a.kind = plan.DeleteCommand
		d.needs(catalog.MayDelete)
	case ast.MergeInsert:
		a.kind = plan.InsertCommand
		d.needs(catalog.MayInsert)
		a.values, err = b.mergeInsert(s, d, w)
	}
	return a, err
}

// mergeInsert binds INSERT (columns) VALUES (…) of WHEN NOT MATCHED.
func (b *binder) mergeInsert(s *scope, d *destination, w *ast.MergeWhen) ([]plan.Expr, error) {
	cols, err := b.insertColumns(d, w.Columns)
	if err != nil {
		return nil, err
	}
	switch {
	case len(w.Values) > len(cols):
		return nil, b.errorf(sqlerr.SyntaxError, startOf(w.Values[len(cols)]), "INSERT has more expressions than target columns")
	case len(w.Values) < len(cols) && len(w.Columns) > 0 && len(w.Values) > 0:
		return nil, b.errorf(sqlerr.SyntaxError, cols[len(w.Values)].pos, "INSERT has more target columns than expressions")
	}
	values := make([]plan.Expr, len(d.table().Columns))
	for i, e := range w.Values {
		if err := b.insertValue(s, d, cols[i], e, w.Overriding, values); err != nil {
			return nil, err
		}
	}
	return values, b.fillDefaults(d, values)
}

// merge lowers MERGE: the source left-joined to the target.
func (l *lowerer) merge(q *query, info *plan.TableInfo, fr *frame, tm *temporal) plan.Node {
	ch := q.change
	source, sourceLy := l.from(ch.sourceRel, fr, tm)
	target, targetLy := l.relation(ch.rel, fr, nil)
	ly := sourceLy.beside(targetLy)
	n := &plan.Merge{
		Info: info, RTI: l.rtis[ch.rel], Old: sourceLy.width,
		RowIDCol: ly.vars[varKey{ch.rel, plan.SysRowID}], VersionCol: ly.vars[varKey{ch.rel, plan.SysVersion}],
		TableCol: ly.tableColumn(ch.rel),
		Input:    &plan.NestLoop{Kind: plan.LeftJoin, Left: source, Right: target, Cond: l.optional(ch.on, ly, fr)},
	}
	for _, a := range ch.actions {
		n.Actions = append(n.Actions, plan.MergeAction{
			Matched: a.matched, Cond: l.optional(a.cond, ly, fr), Kind: a.kind, Nothing: a.nothing,
			Set: l.assignments(a.set, ly, fr), Values: l.exprs(a.values, ly, fr),
		})
	}
	return n
}

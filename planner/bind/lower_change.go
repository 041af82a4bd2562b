package bind

import (
	"synapse/exec/plan"
)

// change lowers INSERT, UPDATE, DELETE and MERGE.
func (l *lowerer) change(q *query, fr *frame, tm *temporal) plan.Node {
	ch := q.change
	info, err := l.b.tableInfo(ch.table)
	if err != nil {
		l.fail(err)
		return &plan.Values{}
	}
	switch ch.command {
	case plan.InsertCommand:
		return l.insert(ch, info, fr, tm)
	case plan.MergeCommand:
		return l.merge(q, info, fr, tm)
	}
	node, ly := l.from(q.from, fr, tm)
	node = l.filter(node, q.where, ly, fr)
	rti, rowID, version := l.rtis[ch.rel], ly.vars[varKey{ch.rel, plan.SysRowID}], ly.vars[varKey{ch.rel, plan.SysVersion}]
	returning := l.entries(ch.returning, ly, fr)
	if ch.command == plan.DeleteCommand {
		return &plan.Delete{Instead: ch.dest.instead, Info: info, Input: node, RTI: rti, RowIDCol: rowID, VersionCol: version, TableCol: ly.tableColumn(ch.rel), Returning: returning}
	}
	return &plan.Update{
		Instead: ch.dest.instead, Info: info, Input: node, RTI: rti, RowIDCol: rowID, VersionCol: version, TableCol: ly.tableColumn(ch.rel),
		Set: l.assignments(ch.set, ly, fr), Checks: l.viewChecks(ch.dest, ly, fr), Returning: returning,
	}
}

func (l *lowerer) entries(list []*entry, ly *layout, fr *frame) []plan.Expr {
	if list == nil {
		return nil
	}
	out := make([]plan.Expr, len(list))
	for i, t := range list {
		out[i] = l.expr(t.expr, ly, fr)
	}
	return out
}

func (l *lowerer) assignments(list []assignment, ly *layout, fr *frame) []plan.ColumnExpr {
	var out []plan.ColumnExpr
	for _, a := range list {
		out = append(out, plan.ColumnExpr{Ord: a.ord, Expr: l.expr(a.expr, ly, fr)})
	}
	return out
}

func (l *lowerer) insert(ch *change, info *plan.TableInfo, fr *frame, tm *temporal) plan.Node {
	n := &plan.Insert{Instead: ch.dest.instead, Info: info, Input: l.query(ch.source, fr, tm)}
	width := len(ch.table.Columns)
	row := relLayout(ch.rel)
	for i := range plan.SysColTypes {
		row.vars[varKey{ch.rel, -1 - i}] = width + i
	}
	row.width = width + len(plan.SysColTypes)
	n.Returning = l.entries(ch.returning, row, fr)
	n.Checks = l.viewChecks(ch.dest, row, fr)
	if c := ch.conflict; c != nil {
		n.OnConflict = &plan.OnConflict{Arbiters: c.arbiters, Nothing: c.nothing}
		if !c.nothing {
			both := relLayout(ch.rel).beside(relLayout(c.excluded))
			n.OnConflict.Set = l.assignments(c.set, both, fr)
			n.OnConflict.Where = l.optional(c.where, both, fr)
		}
	}
	return n
}

// viewChecks lowers WITH CHECK OPTION, the innermost view first.
func (l *lowerer) viewChecks(d *destination, ly *layout, fr *frame) []plan.ViewCheck {
	var out []plan.ViewCheck
	for _, c := range d.checks {
		out = append(out, plan.ViewCheck{View: c.view, Cond: l.expr(c.cond, ly, fr)})
	}
	return out
}

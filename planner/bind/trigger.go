package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// TriggerWhen binds the WHEN condition of a trigger over the rows old and new: a
// row of twice the table's columns, those of old first. Its String is the text
// that the catalog keeps.
func TriggerWhen(ctx *Context, t *catalog.Table, e ast.Expr, text string) (plan.Expr, error) {
	return newBinder(ctx, text).triggerWhen(t, e)
}

func (b *binder) triggerWhen(t *catalog.Table, e ast.Expr) (plan.Expr, error) {
	s := newScope(nil)
	ly := emptyLayout()
	for _, name := range []string{"old", "new"} {
		rel := b.tableRelation(t, s, name)
		it := rel.nameItem()
		it.colVisible = false
		s.items = append(s.items, it)
		for i := range rel.cols {
			ly.vars[varKey{rel, i}] = ly.width
			ly.width++
		}
	}
	x, err := b.condition(s, e, clauseTriggerWhen)
	if err != nil {
		return nil, err
	}
	if contains(x, isSublink) {
		return nil, b.errorf(sqlerr.FeatureNotSupported, startOf(e), "cannot use subquery in trigger WHEN condition")
	}
	l := &lowerer{b: b}
	return l.expr(x, ly, nil), l.err
}

// triggers compiles the triggers of a table that are not disabled.
func (b *binder) triggers(t *catalog.Table) ([]plan.Trigger, error) {
	var out []plan.Trigger
	for i := range t.Triggers {
		tr := &t.Triggers[i]
		if tr.Disabled {
			continue
		}
		p := plan.Trigger{Trigger: tr}
		if tr.When != "" {
			e, err := parseExpr(tr.When)
			if err != nil {
				return nil, err
			}
			if p.When, err = b.source(nil).triggerWhen(t, e); err != nil {
				return nil, err
			}
		}
		b.dependOn(tr.Function, nil)
		out = append(out, p)
	}
	return out, nil
}

// ViewTable is a view in the form in which triggers know a relation.
func ViewTable(v *catalog.View) *catalog.Table {
	return &catalog.Table{Header: v.Header, Columns: v.Columns, Triggers: v.Triggers, TypeID: v.TypeID}
}

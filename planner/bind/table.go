package bind

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// TableInfo compiles a table's checks, generated columns and defaults.
func TableInfo(ctx *Context, t *catalog.Table) (*plan.TableInfo, []FunctionUse, error) {
	b := newBinder(ctx, "")
	info, err := b.tableInfo(t)
	return info, b.functionUses(), err
}

func (b *binder) tableInfo(t *catalog.Table) (*plan.TableInfo, error) {
	b.dependOn(t.ID, nil)
	info := &plan.TableInfo{Table: t, Indexes: b.ctx.Catalog.Indexes(t.ID)}
	for _, ix := range info.Indexes {
		b.dependOn(ix.ID, nil)
	}
	for i := range t.Constraints {
		k := &t.Constraints[i]
		if k.Kind != catalog.Check {
			continue
		}
		x, err := b.tableExpr(t, k.Expr, types.Bool, clauseCheck)
		if err != nil {
			return nil, err
		}
		info.Checks = append(info.Checks, plan.CheckExpr{Name: k.Name, Expr: x})
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Dropped {
			continue
		}
		if c.Generated != "" {
			x, err := b.tableExpr(t, c.Generated, c.Type, clauseGenerated)
			if err != nil {
				return nil, err
			}
			info.Generated = append(info.Generated, plan.ColumnExpr{Ord: i + 1, Expr: x})
			continue
		}
		x, err := b.columnDefault(c)
		if err != nil {
			return nil, err
		}
		if x != nil {
			info.Defaults = append(info.Defaults, plan.ColumnExpr{Ord: i + 1, Expr: x})
		}
	}
	var err error
	if info.Domains, err = b.textChecks(t); err != nil {
		return nil, err
	}
	if err := b.partitionKey(info); err != nil {
		return nil, err
	}
	info.Triggers, err = b.triggers(t)
	return info, err
}

// tableExpr binds an expression over a table's row: Col i is Columns[i].
func (b *binder) tableExpr(t *catalog.Table, text string, want types.Type, c clause) (plan.Expr, error) {
	rel := b.tableRelation(t, nil, t.Name)
	var to *types.Type
	if want.OID != 0 {
		to = &want
	}
	x, err := b.catalogExpr(text, rel, to, c)
	if err != nil {
		return nil, err
	}
	l := &lowerer{b: b}
	out := l.expr(x, relLayout(rel), nil)
	return out, l.err
}

// IndexExprs compiles an index: its key expressions and its predicate (nil if
// it has none) over the table's row.
func IndexExprs(ctx *Context, t *catalog.Table, ix *catalog.Index) (keys []plan.Expr, predicate plan.Expr, err error) {
	b := newBinder(ctx, "")
	for i := range ix.Keys {
		k := &ix.Keys[i]
		if k.Column > 0 {
			c := &t.Columns[k.Column-1]
			keys = append(keys, &plan.Col{Index: k.Column - 1, Typ: c.Type, Name: c.Name})
			continue
		}
		x, err := b.tableExpr(t, k.Expr, types.Type{}, clauseIndexExpr)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, x)
	}
	if ix.Predicate != "" {
		predicate, err = b.tableExpr(t, ix.Predicate, types.Bool, clauseIndexPredicate)
	}
	return keys, predicate, err
}

package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// ofIndex completes a call of a function that reads a text index's statistics
// (bm25): it finds the index on the first argument, and appends the columns of
// the row that name its partition.
func (b *binder) ofIndex(e *ast.FuncCall, f *plan.Func) (plan.Expr, error) {
	pos := e.Pos()
	if len(e.Args) > 0 {
		pos = startOf(e.Args[0])
	}
	r := tableOf(f)
	if r == nil || r.kind != relTable {
		return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "%s needs a column of a table", f.Fn.Name).
			WithHint("Call it in the query that reads the table itself: a view or subquery has no text index.")
	}
	ix := b.textIndex(r, f.Args[0])
	if ix == nil {
		return nil, b.errorf(sqlerr.ObjectNotInPrerequisiteState, pos, "%s needs a bm25 index on its first argument", f.Fn.Name).
			WithHint("CREATE INDEX ON %s USING bm25 (...);", builtin.QuoteIdent(r.table.Name))
	}
	b.dependOn(ix.ID, r.at)
	f.Index = ix
	f.Args = f.Args[:len(f.Args):len(f.Args)]
	for _, k := range ix.Keys[:len(ix.Keys)-1] {
		if k.Column == 0 {
			return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "%s over index \"%s\", which is partitioned by an expression, is not supported", f.Fn.Name, ix.Name).
				WithHint("Partition the index by columns.")
		}
		f.Args = append(f.Args, r.column(k.Column-1, pos))
	}
	if ns := r.table.NamespaceColumn(); ns > 0 && len(ix.Keys) == 1 {
		f.Args = append(f.Args, r.column(ns-1, pos))
	}
	return f, nil
}

// tableOf is the relation whose column a function of an indexed column is about, nil if there is none.
func tableOf(f *plan.Func) *relation {
	var r *relation
	walk(f.Args[0], func(e plan.Expr) bool {
		if v, ok := e.(*variable); ok {
			r = v.rel
		}
		return r == nil
	})
	return r
}

// textIndex is the text index whose key an expression over a table is, nil if there is none.
func (b *binder) textIndex(r *relation, e plan.Expr) *catalog.Index {
	for {
		relabel, ok := e.(*plan.Relabel)
		if !ok {
			break
		}
		e = relabel.Arg
	}
	v, plain := e.(*variable)
	text := ""
	if !plain {
		text = columnNames(e).String()
	}
	for _, ix := range r.at.namesOr(b.ctx.Catalog).Indexes(r.table.ID) {
		if ix.Method != catalog.BM25 || ix.Invalid || ix.Predicate != "" {
			continue
		}
		k := &ix.Keys[len(ix.Keys)-1]
		if plain && k.Column > 0 && k.Column == v.col+1 || !plain && k.Column == 0 && k.Expr == text {
			return ix
		}
	}
	return nil
}

// columnNames replaces variables by their columns' names, as the catalog prints index expressions.
func columnNames(e plan.Expr) plan.Expr {
	if v, ok := e.(*variable); ok {
		return &plan.Col{Typ: v.typ, Name: builtin.QuoteIdent(v.rel.columnName(v.col))}
	}
	return plan.MapChildren(e, columnNames)
}

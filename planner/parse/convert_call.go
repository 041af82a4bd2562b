package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

func (c *converter) funcCall(f *pg.FuncCall) *ast.FuncCall {
	return &ast.FuncCall{
		Position: c.pos(f.Location), Name: strs(f.Funcname), Args: c.exprs(f.Args),
		Star: f.AggStar, Distinct: f.AggDistinct, Variadic: f.FuncVariadic,
		OrderBy: c.sortBys(f.AggOrder), WithinGroup: f.AggWithinGroup,
		Filter: c.expr(f.AggFilter), Over: c.window(f.Over),
		SQLSyntax: f.Funcformat == pg.CoercionForm_COERCE_SQL_SYNTAX,
	}
}

func (c *converter) sortBys(nodes []*pg.Node) []*ast.SortBy {
	return each(nodes, func(n *pg.Node) *ast.SortBy {
		s := n.GetSortBy()
		out := &ast.SortBy{Expr: c.expr(s.Node), Dir: sortDir(s.SortbyDir), Nulls: nullsOrder(s.SortbyNulls), Using: operator(s.UseOp)}
		out.Position = ast.Position(out.Expr.Pos())
		return out
	})
}

func sortDir(d pg.SortByDir) ast.SortDir {
	switch d {
	case pg.SortByDir_SORTBY_ASC:
		return ast.SortAsc
	case pg.SortByDir_SORTBY_DESC:
		return ast.SortDesc
	case pg.SortByDir_SORTBY_USING:
		return ast.SortUsing
	}
	return ast.SortDefault
}

func nullsOrder(o pg.SortByNulls) ast.NullsOrder {
	switch o {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		return ast.NullsFirst
	case pg.SortByNulls_SORTBY_NULLS_LAST:
		return ast.NullsLast
	}
	return ast.NullsDefault
}

func (c *converter) window(w *pg.WindowDef) *ast.WindowDef {
	if w == nil {
		return nil
	}
	return &ast.WindowDef{
		Position: c.pos(w.Location), Name: w.Name, RefName: w.Refname,
		PartitionBy: c.exprs(w.PartitionClause), OrderBy: c.sortBys(w.OrderClause), Frame: c.frame(w),
	}
}

// PostgreSQL's FRAMEOPTION bits (nodes/parsenodes.h); an end bound's bit is the
// start bound's shifted by one.
const (
	frameNonDefault         = 0x00001
	frameRows               = 0x00004
	frameGroups             = 0x00008
	frameUnboundedPreceding = 0x00020
	frameUnboundedFollowing = 0x00080
	frameCurrentRow         = 0x00200
	frameOffsetPreceding    = 0x00800
	frameOffsetFollowing    = 0x02000
	frameExcludeCurrentRow  = 0x08000
	frameExcludeGroup       = 0x10000
	frameExcludeTies        = 0x20000
)

func (c *converter) frame(w *pg.WindowDef) *ast.WindowFrame {
	bits := w.FrameOptions
	if bits&frameNonDefault == 0 {
		return nil
	}
	out := &ast.WindowFrame{
		Position: ast.Unknown, Start: frameBound(bits), End: frameBound(bits >> 1),
		StartOffset: c.expr(w.StartOffset), EndOffset: c.expr(w.EndOffset),
	}
	switch {
	case bits&frameRows != 0:
		out.Mode = ast.FrameRows
	case bits&frameGroups != 0:
		out.Mode = ast.FrameGroups
	}
	switch {
	case bits&frameExcludeCurrentRow != 0:
		out.Exclude = ast.ExcludeCurrentRow
	case bits&frameExcludeGroup != 0:
		out.Exclude = ast.ExcludeGroup
	case bits&frameExcludeTies != 0:
		out.Exclude = ast.ExcludeTies
	}
	return out
}

func frameBound(bits int32) ast.BoundKind {
	switch {
	case bits&frameUnboundedPreceding != 0:
		return ast.UnboundedPreceding
	case bits&frameOffsetPreceding != 0:
		return ast.OffsetPreceding
	case bits&frameOffsetFollowing != 0:
		return ast.OffsetFollowing
	case bits&frameUnboundedFollowing != 0:
		return ast.UnboundedFollowing
	}
	return ast.CurrentRow
}

func (c *converter) groupingSet(g *pg.GroupingSet) ast.Expr {
	out := &ast.GroupingSet{Position: c.pos(g.Location), Content: c.exprs(g.Content)}
	switch g.Kind {
	case pg.GroupingSetKind_GROUPING_SET_SIMPLE:
		out.Kind = ast.GroupingSimple
	case pg.GroupingSetKind_GROUPING_SET_ROLLUP:
		out.Kind = ast.GroupingRollup
	case pg.GroupingSetKind_GROUPING_SET_CUBE:
		out.Kind = ast.GroupingCube
	case pg.GroupingSetKind_GROUPING_SET_SETS:
		out.Kind = ast.GroupingSets
	}
	return out
}

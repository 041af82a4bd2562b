package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// query converts a node that must be a SelectStmt.
func (c *converter) query(n *pg.Node) *ast.SelectStmt {
	s := n.GetSelectStmt()
	if s == nil {
		return nil
	}
	return c.selectStmt(s)
}

func (c *converter) selectStmt(s *pg.SelectStmt) *ast.SelectStmt {
	out := &ast.SelectStmt{
		Position: ast.Unknown, Start: -1, End: -1,
		With: c.with(s.WithClause), Targets: c.targets(s.TargetList), Into: c.into(s.IntoClause),
		From: c.tableExprs(s.FromClause), Where: c.expr(s.WhereClause),
		GroupBy: c.exprs(s.GroupClause), GroupDistinct: s.GroupDistinct, Having: c.expr(s.HavingClause),
		Windows: each(s.WindowClause, func(n *pg.Node) *ast.WindowDef { return c.window(n.GetWindowDef()) }),
		Values:  each(s.ValuesLists, func(n *pg.Node) []ast.Expr { return c.exprs(listItems(n)) }),
		All:     s.All, OrderBy: c.sortBys(s.SortClause), Limit: c.expr(s.LimitCount), Offset: c.expr(s.LimitOffset),
		WithTies: s.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES,
	}
	c.distinct(out, s.DistinctClause)
	c.locking(out, s.LockingClause)
	switch s.Op {
	case pg.SetOperation_SETOP_UNION:
		out.Op = ast.SetUnion
	case pg.SetOperation_SETOP_INTERSECT:
		out.Op = ast.SetIntersect
	case pg.SetOperation_SETOP_EXCEPT:
		out.Op = ast.SetExcept
	}
	if out.Op != ast.SetNone {
		out.Left, out.Right = c.selectStmt(s.Larg), c.selectStmt(s.Rarg)
	}
	return out
}

// distinct tells DISTINCT, which the grammar writes as a list of one empty
// node, from DISTINCT ON.
func (c *converter) distinct(out *ast.SelectStmt, clause []*pg.Node) {
	if len(clause) == 0 {
		return
	}
	out.Distinct = true
	if len(clause) > 1 || clause[0].GetNode() != nil {
		out.DistinctOn = c.exprs(clause)
	}
}

// locking converts FOR UPDATE and its kin and takes out the markers that the AS
// OF rewrite left.
func (c *converter) locking(out *ast.SelectStmt, clause []*pg.Node) {
	for _, n := range clause {
		l := n.GetLockingClause()
		if as, ok := c.text.marked(l); ok {
			out.AsOf = as
			continue
		}
		out.Locking = append(out.Locking, c.lockingClause(l))
	}
}

func (c *converter) lockingClause(l *pg.LockingClause) *ast.Locking {
	out := &ast.Locking{Position: ast.Unknown, Of: c.tableRefs(l.LockedRels)}
	switch l.Strength {
	case pg.LockClauseStrength_LCS_FORSHARE:
		out.Strength = ast.ForShare
	case pg.LockClauseStrength_LCS_FORNOKEYUPDATE:
		out.Strength = ast.ForNoKeyUpdate
	case pg.LockClauseStrength_LCS_FORUPDATE:
		out.Strength = ast.ForUpdate
	}
	switch l.WaitPolicy {
	case pg.LockWaitPolicy_LockWaitSkip:
		out.Wait = ast.LockSkip
	case pg.LockWaitPolicy_LockWaitError:
		out.Wait = ast.LockNoWait
	}
	return out
}

// targets converts a SELECT list or RETURNING.
func (c *converter) targets(nodes []*pg.Node) []*ast.Target {
	return each(nodes, func(n *pg.Node) *ast.Target {
		r := n.GetResTarget()
		return &ast.Target{Position: c.pos(r.GetLocation()), Name: r.GetName(), Expr: c.expr(r.GetVal())}
	})
}

func (c *converter) into(i *pg.IntoClause) *ast.IntoTarget {
	if i == nil {
		return nil
	}
	return &ast.IntoTarget{
		Position: c.pos(i.Rel.GetLocation()), Table: c.tableRef(i.Rel), Persistence: persistence(i.Rel),
		Columns: strs(i.ColNames), AccessMethod: i.AccessMethod, Options: c.options(i.Options),
		OnCommit: onCommit(i.OnCommit), Tablespace: i.TableSpaceName, NoData: i.SkipData,
	}
}

func (c *converter) with(w *pg.WithClause) *ast.With {
	if w == nil {
		return nil
	}
	return &ast.With{
		Position: c.pos(w.Location), Recursive: w.Recursive,
		CTEs: each(w.Ctes, func(n *pg.Node) *ast.CTE { return c.cte(n.GetCommonTableExpr()) }),
	}
}

func (c *converter) cte(e *pg.CommonTableExpr) *ast.CTE {
	out := &ast.CTE{Position: c.pos(e.Location), Name: e.Ctename, Columns: strs(e.Aliascolnames), Query: c.stmt(e.Ctequery)}
	switch e.Ctematerialized {
	case pg.CTEMaterialize_CTEMaterializeAlways:
		out.Materialize = ast.MaterializeAlways
	case pg.CTEMaterialize_CTEMaterializeNever:
		out.Materialize = ast.MaterializeNever
	}
	if s := e.SearchClause; s != nil {
		out.Search = &ast.SearchClause{
			Position: c.pos(s.Location), Breadth: s.SearchBreadthFirst, Columns: strs(s.SearchColList), Sequence: s.SearchSeqColumn,
		}
	}
	if y := e.CycleClause; y != nil {
		out.Cycle = &ast.CycleClause{
			Position: c.pos(y.Location), Columns: strs(y.CycleColList), Mark: y.CycleMarkColumn,
			MarkValue: c.expr(y.CycleMarkValue), MarkDefault: c.expr(y.CycleMarkDefault), Path: y.CyclePathColumn,
		}
	}
	return out
}

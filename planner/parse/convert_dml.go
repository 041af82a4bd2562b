package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

func overriding(o pg.OverridingKind) ast.Overriding {
	switch o {
	case pg.OverridingKind_OVERRIDING_USER_VALUE:
		return ast.OverridingUser
	case pg.OverridingKind_OVERRIDING_SYSTEM_VALUE:
		return ast.OverridingSystem
	}
	return ast.OverridingNone
}

func (c *converter) insert(s *pg.InsertStmt) *ast.InsertStmt {
	return &ast.InsertStmt{
		Position: ast.Unknown, With: c.with(s.WithClause), Table: c.targetRef(s.Relation),
		Columns: c.insertColumns(s.Cols), Overriding: overriding(s.Override), Query: c.query(s.SelectStmt),
		OnConflict: c.onConflict(s.OnConflictClause), Returning: c.targets(s.ReturningList),
	}
}

func (c *converter) insertColumns(nodes []*pg.Node) []*ast.InsertColumn {
	return each(nodes, func(n *pg.Node) *ast.InsertColumn {
		r := n.GetResTarget()
		return &ast.InsertColumn{Position: c.pos(r.GetLocation()), Name: r.GetName(), Steps: c.steps(r.GetIndirection())}
	})
}

func (c *converter) onConflict(o *pg.OnConflictClause) *ast.OnConflict {
	if o == nil {
		return nil
	}
	out := &ast.OnConflict{
		Position: c.pos(o.Location), Update: o.Action == pg.OnConflictAction_ONCONFLICT_UPDATE,
		Set: c.assignments(o.TargetList), Where: c.expr(o.WhereClause),
	}
	if i := o.Infer; i != nil {
		out.Elements, out.IndexWhere, out.Constraint = c.indexElems(i.IndexElems), c.expr(i.WhereClause), i.Conname
		out.TargetPosition = c.pos(i.Location)
	}
	return out
}

// assignments converts SET. The columns of SET (a, b) = source share one
// converted source, so that later phases can tell that it is one.
func (c *converter) assignments(nodes []*pg.Node) []*ast.Assignment {
	var source ast.Expr
	return each(nodes, func(n *pg.Node) *ast.Assignment {
		r := n.GetResTarget()
		out := &ast.Assignment{Position: c.pos(r.GetLocation()), Column: r.GetName(), Steps: c.steps(r.GetIndirection())}
		m := r.GetVal().GetMultiAssignRef()
		if m == nil {
			out.Value = c.expr(r.GetVal())
			return out
		}
		if m.Colno == 1 {
			source = c.expr(m.Source)
		}
		out.Value = &ast.MultiAssignExpr{Position: out.Position, Source: source, Column: int(m.Colno), Columns: int(m.Ncolumns)}
		return out
	})
}

func (c *converter) update(s *pg.UpdateStmt) *ast.UpdateStmt {
	return &ast.UpdateStmt{
		Position: ast.Unknown, With: c.with(s.WithClause), Table: c.targetRef(s.Relation), Set: c.assignments(s.TargetList),
		From: c.tableExprs(s.FromClause), Where: c.expr(s.WhereClause), Returning: c.targets(s.ReturningList),
	}
}

func (c *converter) delete(s *pg.DeleteStmt) *ast.DeleteStmt {
	return &ast.DeleteStmt{
		Position: ast.Unknown, With: c.with(s.WithClause), Table: c.targetRef(s.Relation),
		Using: c.tableExprs(s.UsingClause), Where: c.expr(s.WhereClause), Returning: c.targets(s.ReturningList),
	}
}

func (c *converter) merge(s *pg.MergeStmt) *ast.MergeStmt {
	return &ast.MergeStmt{
		Position: ast.Unknown, With: c.with(s.WithClause), Table: c.targetRef(s.Relation),
		Source: c.tableExpr(s.SourceRelation), On: c.expr(s.JoinCondition),
		Whens: each(s.MergeWhenClauses, func(n *pg.Node) *ast.MergeWhen { return c.mergeWhen(n.GetMergeWhenClause()) }),
	}
}

func (c *converter) mergeWhen(w *pg.MergeWhenClause) *ast.MergeWhen {
	out := &ast.MergeWhen{Position: ast.Unknown, Matched: w.Matched, Cond: c.expr(w.Condition), Overriding: overriding(w.Override)}
	switch w.CommandType {
	case pg.CmdType_CMD_INSERT:
		out.Action, out.Columns, out.Values = ast.MergeInsert, c.insertColumns(w.TargetList), c.exprs(w.Values)
	case pg.CmdType_CMD_UPDATE:
		out.Action, out.Set = ast.MergeUpdate, c.assignments(w.TargetList)
	case pg.CmdType_CMD_DELETE:
		out.Action = ast.MergeDelete
	}
	return out
}

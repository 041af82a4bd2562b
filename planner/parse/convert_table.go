package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

func (c *converter) tableRef(r *pg.RangeVar) *ast.TableRef {
	if r == nil {
		return nil
	}
	return &ast.TableRef{
		Position: c.pos(r.Location), Catalog: r.Catalogname, Schema: r.Schemaname, Name: r.Relname,
		Only: !r.Inh, Alias: c.alias(r.Alias),
	}
}

func (c *converter) tableRefs(nodes []*pg.Node) []*ast.TableRef {
	return each(nodes, func(n *pg.Node) *ast.TableRef { return c.tableRef(n.GetRangeVar()) })
}

// targetRef is tableRef for a table that a statement changes: it lives in the
// present only.
func (c *converter) targetRef(r *pg.RangeVar) *ast.TableRef {
	out := c.tableRef(r)
	if r != nil {
		if as := c.text.tableAsOf(r.Location); as != nil {
			c.fail(as.Position, asOfTargetError())
		}
	}
	return out
}

func persistence(r *pg.RangeVar) ast.Persistence {
	switch r.GetRelpersistence() {
	case "t":
		return ast.Temporary
	case "u":
		return ast.Unlogged
	}
	return ast.Permanent
}

func onCommit(a pg.OnCommitAction) ast.OnCommit {
	switch a {
	case pg.OnCommitAction_ONCOMMIT_PRESERVE_ROWS:
		return ast.OnCommitPreserve
	case pg.OnCommitAction_ONCOMMIT_DELETE_ROWS:
		return ast.OnCommitDelete
	case pg.OnCommitAction_ONCOMMIT_DROP:
		return ast.OnCommitDrop
	}
	return ast.OnCommitDefault
}

func (c *converter) tableExprs(nodes []*pg.Node) []ast.TableExpr {
	return each(nodes, c.tableExpr)
}

func (c *converter) tableExpr(n *pg.Node) ast.TableExpr {
	switch v := n.GetNode().(type) {
	case *pg.Node_RangeVar:
		out := c.tableRef(v.RangeVar)
		out.AsOf = c.text.tableAsOf(v.RangeVar.Location)
		return out
	case *pg.Node_JoinExpr:
		return c.join(v.JoinExpr)
	case *pg.Node_RangeSubselect:
		s := v.RangeSubselect
		return &ast.SubqueryRef{Position: ast.Unknown, Lateral: s.Lateral, Query: c.query(s.Subquery), Alias: c.alias(s.Alias)}
	case *pg.Node_RangeFunction:
		return c.funcRef(v.RangeFunction)
	case *pg.Node_RangeTableSample:
		return c.tableSample(v.RangeTableSample)
	case *pg.Node_RangeTableFunc:
		c.refuse(c.pos(v.RangeTableFunc.Location), "XMLTABLE", "")
	default:
		c.refuse(ast.Unknown, "this item of FROM", "")
	}
	return &ast.TableRef{Position: ast.Unknown}
}

func (c *converter) join(j *pg.JoinExpr) ast.TableExpr {
	out := &ast.JoinExpr{
		Natural: j.IsNatural, Left: c.tableExpr(j.Larg), Right: c.tableExpr(j.Rarg),
		Using: strs(j.UsingClause), UsingAlias: c.alias(j.JoinUsingAlias), On: c.expr(j.Quals), Alias: c.alias(j.Alias),
	}
	out.Position = ast.Position(out.Left.Pos())
	switch j.Jointype {
	case pg.JoinType_JOIN_LEFT:
		out.Kind = ast.JoinLeft
	case pg.JoinType_JOIN_FULL:
		out.Kind = ast.JoinFull
	case pg.JoinType_JOIN_RIGHT:
		out.Kind = ast.JoinRight
	}
	return out
}

func (c *converter) funcRef(f *pg.RangeFunction) ast.TableExpr {
	out := &ast.FuncRef{
		Position: ast.Unknown, Lateral: f.Lateral, Ordinality: f.Ordinality, RowsFrom: f.IsRowsfrom,
		Alias: c.alias(f.Alias), Columns: c.columnDefs(f.Coldeflist),
	}
	for _, n := range f.Functions {
		parts := listItems(n)
		if len(parts) == 0 {
			continue
		}
		item := &ast.FuncRefItem{Call: c.expr(parts[0])}
		item.Position = ast.Position(item.Call.Pos())
		if len(parts) > 1 {
			item.Columns = c.columnDefs(listItems(parts[1]))
		}
		if call := parts[0].GetFuncCall(); call != nil && out.AsOf == nil {
			out.AsOf = c.text.tableAsOf(call.Location)
		}
		out.Funcs = append(out.Funcs, item)
	}
	if len(out.Funcs) > 0 {
		out.Position = out.Funcs[0].Position
	}
	return out
}

func (c *converter) columnDefs(nodes []*pg.Node) []*ast.ColumnDef {
	return each(nodes, func(n *pg.Node) *ast.ColumnDef { return c.columnDef(n.GetColumnDef()) })
}

func (c *converter) tableSample(s *pg.RangeTableSample) ast.TableExpr {
	table, ok := c.tableExpr(s.Relation).(*ast.TableRef)
	if !ok {
		c.refuse(c.pos(s.Location), "TABLESAMPLE of this item", "")
		return &ast.TableRef{Position: c.pos(s.Location)}
	}
	return &ast.TableSample{
		Position: c.pos(s.Location), Table: table, Method: strs(s.Method), Args: c.exprs(s.Args), Repeatable: c.expr(s.Repeatable),
	}
}

package bind

import (
	"fmt"
	"strings"

	"synapse/catalog/types"
	"synapse/exec/plan"
)

// dumpPlan prints a plan for the goldens: one line per node, children indented.
func dumpPlan(p *plan.Plan) string {
	var d dumper
	if len(p.Params) > 0 {
		fmt.Fprintf(&d, "params %s\n", typeList(p.Params))
	}
	if p.AsOf != nil {
		fmt.Fprintf(&d, "%s\n", d.temporal(p.AsOf))
	}
	if p.Columns != nil {
		var cols []string
		for _, c := range p.Columns {
			cols = append(cols, c.Name+" "+types.FormatType(c.Type))
		}
		fmt.Fprintf(&d, "columns %s\n", strings.Join(cols, ", "))
	}
	for i, c := range p.CTEs {
		fmt.Fprintf(&d, "cte %d %s", i, c.Name)
		if c.Modifying {
			d.WriteString(" modifying")
		}
		d.WriteString("\n")
		d.node(c.Input, 1)
		if c.Recursive != nil {
			d.WriteString("  recursive\n")
			d.node(c.Recursive, 2)
		}
	}
	d.node(p.Root, 0)
	return d.String()
}

func typeList(list []types.Type) string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = types.FormatType(t)
	}
	return strings.Join(out, ", ")
}

type dumper struct{ strings.Builder }

func (d *dumper) node(n plan.Node, depth int) {
	d.WriteString(strings.Repeat("  ", depth))
	d.WriteString(strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan."))
	subs := d.describe(n)
	d.WriteString("\n")
	for _, s := range subs {
		fmt.Fprintf(d, "%ssubplan %d%s\n", strings.Repeat("  ", depth+1), s.ID, d.assigns(s.Assigns))
		d.node(s.Input, depth+2)
	}
	for _, c := range n.Children() {
		d.node(c, depth+1)
	}
}

func (d *dumper) describe(n plan.Node) []*plan.SubPlan {
	x := &exprDumper{}
	switch n := n.(type) {
	case *plan.SeqScan:
		d.scan(&n.Scan, x)
	case *plan.VirtualScan:
		d.scan(&n.Scan, x)
	case *plan.FunctionScan:
		for _, c := range n.Calls {
			if c.Fn != nil {
				fmt.Fprintf(d, " %s(%s)", c.Fn.Name, x.list(c.Args))
				if c.AsOf != nil {
					d.WriteString(" " + d.temporal(c.AsOf))
				}
			} else {
				fmt.Fprintf(d, " %s", x.expr(c.Expr))
			}
		}
		if n.Ordinality {
			d.WriteString(" with ordinality")
		}
	case *plan.CTEScan:
		fmt.Fprintf(d, " %d", n.CTE)
	case *plan.WorkTable:
		fmt.Fprintf(d, " %d", n.CTE)
	case *plan.Values:
		for _, row := range n.Rows {
			fmt.Fprintf(d, " (%s)", x.list(row))
		}
	case *plan.Project:
		fmt.Fprintf(d, " [%s]", x.list(n.Exprs))
	case *plan.ProjectSet:
		for i, e := range n.Exprs {
			if n.Sets[i] != nil {
				fmt.Fprintf(d, " set %s(%s)", n.Sets[i].Fn.Name, x.list(n.Sets[i].Args))
			} else {
				d.WriteString(" " + x.expr(e))
			}
		}
	case *plan.Filter:
		d.WriteString(" " + x.expr(n.Cond))
	case *plan.Sort:
		fmt.Fprintf(d, " [%s]", x.keys(n.Keys))
	case *plan.Limit:
		if n.Limit != nil {
			d.WriteString(" limit " + x.expr(n.Limit))
		}
		if n.Offset != nil {
			d.WriteString(" offset " + x.expr(n.Offset))
		}
		if n.WithTies != nil {
			d.WriteString(" with ties")
		}
	case *plan.NestLoop:
		fmt.Fprintf(d, " %s", [...]string{"inner", "left", "right", "full", "semi", "anti"}[n.Kind])
		if n.Cond != nil {
			d.WriteString(" on " + x.expr(n.Cond))
		}
		for _, a := range n.Assigns {
			fmt.Fprintf(d, " $s%d=%s", a.Slot, x.expr(a.Expr))
		}
	case *plan.Agg:
		fmt.Fprintf(d, " by [%s]", x.list(n.GroupBy))
		if n.Sets != nil {
			fmt.Fprintf(d, " sets %v", n.Sets)
		}
		for i := range n.Aggs {
			d.WriteString(" " + x.agg(&n.Aggs[i]))
		}
		if n.Groupings != nil {
			fmt.Fprintf(d, " grouping %v", n.Groupings)
		}
	case *plan.Window:
		fmt.Fprintf(d, " partition [%s] order [%s]", x.list(n.Partition), x.keys(n.Order))
		for _, c := range n.Calls {
			fmt.Fprintf(d, " %s(%s)", c.Fn.Name, x.list(c.Args))
		}
		fmt.Fprintf(d, " frame %d %d-%d", n.Frame.Mode, n.Frame.Start.Kind, n.Frame.End.Kind)
	case *plan.Distinct:
		fmt.Fprintf(d, " on [%s]", x.list(n.On))
	case *plan.SetOp:
		fmt.Fprintf(d, " %s all=%t", [...]string{"union", "intersect", "except"}[n.Kind], n.All)
	case *plan.LockRows:
		for _, t := range n.Targets {
			fmt.Fprintf(d, " rti %d row %d version %d strength %d policy %d", t.RTI, t.RowIDCol, t.VersionCol, t.Strength, t.Policy)
		}
	default:
		d.changes(n, x)
	}
	return x.subs
}

func (d *dumper) changes(n plan.Node, x *exprDumper) {
	sets := func(list []plan.ColumnExpr) {
		for _, c := range list {
			fmt.Fprintf(d, " %d=%s", c.Ord, x.expr(c.Expr))
		}
	}
	returning := func(list []plan.Expr) {
		if list != nil {
			fmt.Fprintf(d, " returning [%s]", x.list(list))
		}
	}
	switch n := n.(type) {
	case *plan.Insert:
		d.WriteString(" " + n.Info.Table.Name)
		if c := n.OnConflict; c != nil {
			d.WriteString(" on conflict")
			for _, ix := range c.Arbiters {
				d.WriteString(" " + ix.Name)
			}
			sets(c.Set)
			if c.Where != nil {
				d.WriteString(" where " + x.expr(c.Where))
			}
		}
		returning(n.Returning)
	case *plan.Update:
		fmt.Fprintf(d, " %s rti %d old %d row %d version %d set", n.Info.Table.Name, n.RTI, n.Old, n.RowIDCol, n.VersionCol)
		sets(n.Set)
		returning(n.Returning)
	case *plan.Delete:
		fmt.Fprintf(d, " %s rti %d old %d row %d version %d", n.Info.Table.Name, n.RTI, n.Old, n.RowIDCol, n.VersionCol)
		returning(n.Returning)
	case *plan.Merge:
		fmt.Fprintf(d, " %s rti %d old %d row %d version %d", n.Info.Table.Name, n.RTI, n.Old, n.RowIDCol, n.VersionCol)
		for _, a := range n.Actions {
			fmt.Fprintf(d, " matched=%t kind %d nothing=%t", a.Matched, a.Kind, a.Nothing)
			if a.Cond != nil {
				d.WriteString(" if " + x.expr(a.Cond))
			}
			sets(a.Set)
			if a.Values != nil {
				fmt.Fprintf(d, " values (%s)", x.list(a.Values))
			}
		}
	}
}

func (d *dumper) scan(s *plan.Scan, x *exprDumper) {
	fmt.Fprintf(d, " %s", s.Table.Name)
	if s.Alias != s.Table.Name {
		d.WriteString(" " + s.Alias)
	}
	fmt.Fprintf(d, " %v", s.Cols)
	if s.Temporal != nil {
		d.WriteString(" " + d.temporal(s.Temporal))
	}
}

func (d *dumper) temporal(t *plan.Temporal) string {
	x := &exprDumper{}
	out := [...]string{"as of", "between", "from", "all", "as of query"}[t.Kind]
	if t.A != nil {
		out += " " + x.expr(t.A)
	}
	if t.B != nil {
		out += " " + x.expr(t.B)
	}
	return out
}

func (d *dumper) assigns(list []plan.Assign) string {
	x := &exprDumper{}
	out := ""
	for _, a := range list {
		out += fmt.Sprintf(" $s%d=%s", a.Slot, x.expr(a.Expr))
	}
	return out
}

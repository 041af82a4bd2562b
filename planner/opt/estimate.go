package opt

import "synapse/exec/plan"

// Cost units, PostgreSQL's: one is a sequential page read. Rows are in memory,
// so a row costs what PostgreSQL charges for handling a tuple.
const (
	rowCost    = 0.01
	lookupCost = 0.05
)

// estimate fills in the numbers EXPLAIN shows.
func (o *optimizer) estimate(n plan.Node) plan.Node {
	n = mapInputs(n, o.estimate)
	e := plan.Estimate{Rows: o.rows(n), TotalCost: o.cost(n)}
	return withEstimate(n, e)
}

func (o *optimizer) cost(n plan.Node) float64 {
	own := o.rows(n) * rowCost
	switch n := n.(type) {
	case *plan.SeqScan:
		return o.tableRows(n.Table) * rowCost
	case *plan.SampleScan:
		return o.tableRows(n.Table) * rowCost
	case *plan.IndexScan, *plan.BitmapScan, *plan.VectorScan, *plan.TextScan:
		return lookupCost + own
	case *plan.NestLoop:
		return o.cost(n.Left) + o.rows(n.Left)*o.cost(n.Right) + own
	}
	for _, c := range n.Children() {
		own += o.cost(c)
	}
	return own
}

// withEstimate sets the estimate of a node that the optimizer owns already.
func withEstimate(n plan.Node, e plan.Estimate) plan.Node {
	switch n := n.(type) {
	case *plan.SeqScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.SampleScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.IndexScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.BitmapScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.VectorScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.VirtualScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.FunctionScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.CTEScan:
		c := *n
		c.Estimate = e
		return &c
	case *plan.Filter:
		n.Estimate = e
	case *plan.Project:
		n.Estimate = e
	case *plan.Sort:
		n.Estimate = e
	case *plan.TopN:
		n.Estimate = e
	case *plan.Limit:
		n.Estimate = e
	case *plan.Agg:
		n.Estimate = e
	case *plan.Distinct:
		n.Estimate = e
	case *plan.Window:
		n.Estimate = e
	case *plan.NestLoop:
		n.Estimate = e
	case *plan.HashJoin:
		n.Estimate = e
	case *plan.SetOp:
		n.Estimate = e
	case *plan.Append:
		n.Estimate = e
	}
	return n
}

package plan

import (
	"fmt"
	"strings"
	"time"
)

// Explanation is the result of EXPLAIN before it is printed.
type Explanation struct {
	Plan      *Plan
	Costs     bool
	Verbose   bool
	Timing    bool
	Summary   bool
	AsOf      string // the resolved moment, "" = the present
	Planning  time.Duration
	Execution time.Duration
	Measured  map[Node]*Measure // nil without ANALYZE
	Notes     map[Node][]Prop   // what exec knows of a node before it runs
}

// Measure is what was measured of one node. Times and rows are sums over Loops.
type Measure struct {
	Loops, Rows    int64
	Startup, Total time.Duration
	Removed        int64
	Props          []Prop // of searches: mode, reason, distances
}

// entry is one node of the printed tree.
type entry struct {
	Description
	label    string // "InitPlan 1", "CTE x" above a subtree
	measure  *Measure
	children []*entry
}

// Text prints PostgreSQL's text format, one line per element.
func (x *Explanation) Text() []string {
	var out []string
	if x.Plan.DDL != nil {
		return []string{x.Plan.DDL.Tag}
	}
	x.lines(x.tree(), 0, &out)
	if x.AsOf != "" {
		out = append(out, "As Of: "+x.AsOf)
	}
	if x.Summary {
		out = append(out, fmt.Sprintf("Planning Time: %.3f ms", ms(x.Planning)))
		if x.Measured != nil {
			out = append(out, fmt.Sprintf("Execution Time: %.3f ms", ms(x.Execution)))
		}
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// lines prints e and what is below it. column is where its arrow stands; the
// root has none. A labelled subtree stands two columns further in.
func (x *Explanation) lines(e *entry, column int, out *[]string) {
	if e.label != "" {
		*out = append(*out, strings.Repeat(" ", column)+e.label)
		column += 2
	}
	head, below := "", 2
	if column > 0 {
		head, below = strings.Repeat(" ", column)+"->  ", column+6
	}
	*out = append(*out, head+e.Title+x.numbers(e))
	for _, p := range e.props(x) {
		*out = append(*out, strings.Repeat(" ", below)+p.Key+": "+p.Value)
	}
	for _, c := range e.children {
		x.lines(c, below, out)
	}
}

// props are the node's own and what was measured of it.
func (e *entry) props(x *Explanation) []Prop {
	out := e.Props
	if e.measure == nil {
		return out
	}
	if e.measure.Removed > 0 {
		out = append(out[:len(out):len(out)], Prop{"Rows Removed by Filter", fmt.Sprint(e.measure.Removed / max(e.measure.Loops, 1))})
	}
	return append(out[:len(out):len(out)], e.measure.Props...)
}

func (x *Explanation) numbers(e *entry) string {
	var b strings.Builder
	if x.Costs {
		fmt.Fprintf(&b, "  (cost=%.2f..%.2f rows=%.0f width=%d)", e.StartCost, e.TotalCost, e.Rows, widthGuess)
	}
	if x.Measured != nil {
		m := e.measure
		switch {
		case m == nil || m.Loops == 0:
			b.WriteString(" (never executed)")
		case x.Timing:
			loops := float64(m.Loops)
			fmt.Fprintf(&b, " (actual time=%.3f..%.3f rows=%.0f loops=%d)", ms(m.Startup)/loops, ms(m.Total)/loops, float64(m.Rows)/loops, m.Loops)
		default:
			fmt.Fprintf(&b, " (actual rows=%.0f loops=%d)", float64(m.Rows)/float64(m.Loops), m.Loops)
		}
	}
	return b.String()
}

// widthGuess is the width shown: rows have no fixed width in memory, but tools parse the field.
const widthGuess = 32

// tree turns the plan into entries: projections vanish into what is below, as in
// PostgreSQL; CTEs and subqueries hang below the root.
func (x *Explanation) tree() *entry {
	root := x.entry(x.Plan.Root)
	var below []*entry
	for i := range x.Plan.CTEs {
		c := &x.Plan.CTEs[i]
		e := x.entry(c.Input)
		if c.Recursive != nil {
			e = &entry{Description: Description{Title: "Recursive Union"}, children: []*entry{e, x.entry(c.Recursive)}, measure: e.measure}
		}
		e.label = "CTE " + c.Name
		below = append(below, e)
	}
	root.children = append(below, root.children...)
	return root
}

func (x *Explanation) entry(n Node) *entry {
	for {
		p, ok := n.(*Project)
		if !ok || len(subPlans(p)) > 0 {
			break
		}
		if v, isValues := p.Input.(*Values); isValues && len(v.Rows) == 1 {
			break
		}
		n = p.Input
	}
	d := n.Explain()
	children := n.Children()
	if p, ok := n.(*Project); ok {
		if v, isValues := p.Input.(*Values); isValues && len(v.Rows) == 1 {
			d.Title, children = "Result", nil
		}
	}
	var input Node
	switch n := n.(type) {
	case *Filter: // PostgreSQL shows a filter at the node that it belongs to
		input = n.Input
	case *Project: // and subqueries of a target list at the node that computes it
		if children != nil {
			input = n.Input
		}
	}
	if input != nil {
		e := x.entry(input)
		e.Props = append(e.Props[:len(e.Props):len(e.Props)], d.Props...)
		e.children = append(x.subEntries(n), e.children...)
		return e
	}
	e := &entry{Description: d, measure: x.Measured[n]}
	e.Props = append(e.Props[:len(e.Props):len(e.Props)], x.Notes[n]...)
	e.children = x.subEntries(n)
	for _, c := range children {
		e.children = append(e.children, x.entry(c))
	}
	e.addSources(d.Sources)
	return e
}

// addSources hangs the sources of an entry's rows below it; they run with it.
func (e *entry) addSources(list []Description) {
	for _, d := range list {
		d.Rows, d.TotalCost = e.Rows, e.StartCost
		c := &entry{Description: d}
		if e.measure != nil {
			c.measure = &Measure{Loops: e.measure.Loops, Rows: e.measure.Rows + e.measure.Removed}
		}
		c.addSources(d.Sources)
		e.children = append(e.children, c)
	}
}

// subEntries are the subqueries in the node's expressions.
func (x *Explanation) subEntries(n Node) []*entry {
	var out []*entry
	for _, sp := range subPlans(n) {
		e := x.entry(sp.Input)
		e.label = fmt.Sprintf("SubPlan %d", sp.ID+1)
		if len(sp.Assigns) == 0 {
			e.label = fmt.Sprintf("InitPlan %d", sp.ID+1)
		}
		out = append(out, e)
	}
	return out
}

// subPlans lists the subqueries in a node's own expressions.
func subPlans(n Node) []*SubPlan {
	var out []*SubPlan
	NodeExprs(n, func(e Expr) {
		WalkExpr(e, func(e Expr) bool {
			if sp, ok := e.(*SubPlan); ok {
				out = append(out, sp)
			}
			return true
		})
	})
	return out
}

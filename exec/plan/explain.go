package plan

import (
	"fmt"
	"strings"

	"synapse/catalog/types"
)

// describe starts a Description with the node's estimate.
func (e Estimate) describe(title string, props ...Prop) Description {
	var kept []Prop
	for _, p := range props {
		if p.Value != "" {
			p.Value = types.ShowKept(p.Value, nil)
			kept = append(kept, p)
		}
	}
	return Description{Title: title, Props: kept, Rows: e.Rows, StartCost: e.StartCost, TotalCost: e.TotalCost}
}

func text(e Expr) string {
	if e == nil {
		return ""
	}
	return e.String()
}

// on is " on table alias".
func (s *Scan) on() string {
	out := " on " + s.Table.Name
	if s.Alias != "" && s.Alias != s.Table.Name {
		out += " " + s.Alias
	}
	return out
}

// temporal shows the reference's time travel.
func (s *Scan) temporal() Prop { return Prop{"System Time", s.Temporal.String()} }

// String prints a temporal clause as SQL.
func (t *Temporal) String() string {
	if t == nil {
		return ""
	}
	switch t.Kind {
	case Between:
		return "BETWEEN " + text(t.A) + " AND " + text(t.B)
	case FromTo:
		return "FROM " + text(t.A) + " TO " + text(t.B)
	case All:
		return "ALL"
	case AsOfQuery:
		return "AS OF QUERY " + text(t.A)
	}
	return "AS OF " + text(t.A)
}

func (s *Scan) filter() Prop { return Prop{"Filter", text(s.Filter)} }

// Explain implements Node.
func (n *SeqScan) Explain() Description {
	return n.describe("Seq Scan"+n.on(), n.temporal(), n.filter())
}

// Explain implements Node.
func (n *SampleScan) Explain() Description {
	sampling := "bernoulli"
	if n.Blocks {
		sampling = "system"
	}
	sampling += " (" + n.Percent.String() + ")"
	if n.Seed != nil {
		sampling += " REPEATABLE (" + n.Seed.String() + ")"
	}
	return n.describe("Sample Scan"+n.on(), n.temporal(), Prop{"Sampling", sampling}, n.filter())
}

// Explain implements Node.
func (n *IndexScan) Explain() Description {
	title := "Index Scan using "
	if n.Reverse {
		title = "Index Scan Backward using "
	}
	return n.describe(title+n.Index.Name+n.on(), n.temporal(), Prop{"Index Cond", conjunction(n.Cond)}, n.filter())
}

func conjunction(list []Expr) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.String()
	}
	if len(out) > 1 {
		return "(" + strings.Join(out, " AND ") + ")"
	}
	return strings.Join(out, "")
}

// Explain implements Node.
func (n *BitmapScan) Explain() Description {
	filter := n.filter()
	if filter.Value == n.Cond {
		filter.Value = "" // it is the recheck
	}
	d := n.describe("Bitmap Heap Scan"+n.on(), n.temporal(), Prop{"Recheck Cond", n.Cond}, filter)
	d.Sources = sourceDescriptions(n.Source)
	return d
}

// sourceDescriptions are what PostgreSQL shows below a Bitmap Heap Scan.
func sourceDescriptions(list ...RowSource) []Description {
	var out []Description
	for _, s := range list {
		switch s := s.(type) {
		case *IndexRows:
			out = append(out, Description{Title: "Bitmap Index Scan on " + s.Index.Name})
		case *InvertedRows:
			out = append(out, Description{Title: "Bitmap Index Scan on " + s.Index.Name, Props: []Prop{{"Index Cond", s.Cond}}})
		case *AndRows:
			out = append(out, Description{Title: "BitmapAnd", Sources: sourceDescriptions(s.Sources...)})
		case *OrRows:
			out = append(out, Description{Title: "BitmapOr", Sources: sourceDescriptions(s.Sources...)})
		}
	}
	return out
}

func sourceText(s RowSource) string {
	switch s := s.(type) {
	case *IndexRows:
		return s.Index.Name
	case *InvertedRows:
		return s.Index.Name
	case *AndRows:
		return joinSources(s.Sources, " AND ")
	case *OrRows:
		return joinSources(s.Sources, " OR ")
	}
	return ""
}

func joinSources(list []RowSource, word string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = sourceText(s)
	}
	return "(" + strings.Join(out, word) + ")"
}

// Explain implements Node.
func (n *VectorScan) Explain() Description {
	order := ""
	if n.Operator != nil {
		key := "embedding"
		if k := len(n.Index.Keys); k > 0 {
			if ord := n.Index.Keys[k-1].Column; ord > 0 {
				key = n.Table.Columns[ord-1].Name
			}
		}
		order = "(" + key + " " + n.Operator.Name + " " + text(n.Query) + ")"
	}
	return n.describe("Index Scan using "+n.Index.Name+n.on(), n.temporal(), Prop{"Order By", order},
		Prop{"Partition", exprList(n.Partition)}, Prop{"Candidates", sourceText(n.Source)}, Prop{"Limit", text(n.Limit)},
		n.filter(), Prop{"Access Path", n.Reason})
}

func exprList(list []Expr) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.String()
	}
	return strings.Join(out, ", ")
}

// Explain implements Node.
func (n *TextScan) Explain() Description {
	order := ""
	if n.Score != nil {
		order = n.Score.String() + " DESC"
	}
	return n.describe("Index Scan using "+n.Index.Name+n.on(), n.temporal(), Prop{"Order By", order},
		Prop{"Partition", exprList(n.Partition)}, Prop{"Candidates", sourceText(n.Source)}, Prop{"Limit", text(n.Limit)},
		n.filter(), Prop{"Access Path", n.Reason})
}

// Explain implements Node.
func (n *VirtualScan) Explain() Description {
	return n.describe("Seq Scan"+n.on(), n.temporal(), n.filter())
}

// Explain implements Node.
func (n *FunctionScan) Explain() Description {
	names := make([]string, len(n.Calls))
	for i := range n.Calls {
		names[i] = n.Calls[i].Name
	}
	title := "Function Scan on " + strings.Join(names, ", ")
	if n.Alias != "" && n.Alias != strings.Join(names, ", ") {
		title += " " + n.Alias
	}
	return n.describe(title, Prop{"System Time", n.asOf().String()}, Prop{"Filter", text(n.Filter)})
}

// asOf is the clause that the calls read as of.
func (n *FunctionScan) asOf() *Temporal {
	for i := range n.Calls {
		if f, ok := n.Calls[i].Expr.(*Func); ok && f.AsOf != nil {
			return f.AsOf
		}
		if t := n.Calls[i].AsOf; t != nil {
			return t
		}
	}
	return nil
}

// Explain implements Node.
func (n *CTEScan) Explain() Description {
	title := "CTE Scan on " + n.Name
	if n.Alias != "" && n.Alias != n.Name {
		title += " " + n.Alias
	}
	return n.describe(title, Prop{"Filter", text(n.Filter)})
}

// Explain implements Node.
func (n *WorkTable) Explain() Description { return n.describe("WorkTable Scan on " + n.Name) }

// Explain implements Node.
func (n *Values) Explain() Description {
	switch len(n.Rows) {
	case 0:
		return n.describe("Result", Prop{"One-Time Filter", "false"})
	case 1:
		return n.describe("Result")
	}
	return n.describe(`Values Scan on "*VALUES*"`)
}

// Explain implements Node.
func (n *Project) Explain() Description { return n.describe("Project") }

// Explain implements Node.
func (n *ProjectSet) Explain() Description { return n.describe("ProjectSet") }

// Explain implements Node.
func (n *Filter) Explain() Description {
	return n.describe("Filter", Prop{"Filter", text(n.Cond)})
}

func keyList(keys []SortKey) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Expr.String()
		if k.Desc {
			out[i] += " DESC"
		}
		if k.NullsFirst != k.Desc {
			out[i] += map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[k.NullsFirst]
		}
	}
	return strings.Join(out, ", ")
}

// Explain implements Node.
func (n *Sort) Explain() Description { return n.describe("Sort", Prop{"Sort Key", keyList(n.Keys)}) }

// Explain implements Node.
func (n *TopN) Explain() Description {
	return n.describe("Top-N Sort", Prop{"Sort Key", keyList(n.Keys)}, Prop{"Limit", text(n.Limit)}, Prop{"Offset", text(n.Offset)})
}

// Explain implements Node.
func (n *Limit) Explain() Description { return n.describe("Limit") }

var joinNames = map[JoinKind]string{Inner: "", LeftJoin: " Left", RightJoin: " Right", FullJoin: " Full", Semi: " Semi", Anti: " Anti"}

// Explain implements Node.
func (n *NestLoop) Explain() Description {
	title := "Nested Loop"
	if n.Kind != Inner {
		title += joinNames[n.Kind] + " Join"
	}
	return n.describe(title, Prop{"Join Filter", text(n.Cond)})
}

func keyConds(left, right []Expr) string {
	out := make([]string, len(left))
	for i := range left {
		out[i] = "(" + left[i].String() + " = " + right[i].String() + ")"
	}
	if len(out) > 1 {
		return "(" + strings.Join(out, " AND ") + ")"
	}
	return strings.Join(out, "")
}

// Explain implements Node.
func (n *HashJoin) Explain() Description {
	return n.describe("Hash"+joinNames[n.Kind]+" Join", Prop{"Hash Cond", keyConds(n.LeftKeys, n.RightKeys)}, Prop{"Join Filter", text(n.Cond)})
}

// Explain implements Node.
func (n *MergeJoin) Explain() Description {
	return n.describe("Merge"+joinNames[n.Kind]+" Join", Prop{"Merge Cond", keyConds(n.LeftKeys, n.RightKeys)}, Prop{"Join Filter", text(n.Cond)})
}

// Explain implements Node.
func (n *Agg) Explain() Description {
	title := "HashAggregate"
	switch {
	case len(n.GroupBy) == 0 && n.Sets == nil:
		title = "Aggregate"
	case n.Sorted:
		title = "GroupAggregate"
	}
	return n.describe(title, Prop{"Group Key", exprList(n.GroupBy)})
}

// Explain implements Node.
func (n *Window) Explain() Description {
	return n.describe("WindowAgg", Prop{"Partition Key", exprList(n.Partition)}, Prop{"Order Key", keyList(n.Order)})
}

// Explain implements Node.
func (n *Distinct) Explain() Description {
	if n.On == nil {
		return n.describe("HashAggregate", Prop{"Group Key", "all columns"})
	}
	return n.describe("Unique", Prop{"Key", exprList(n.On)})
}

// Explain implements Node.
func (n *SetOp) Explain() Description {
	title := map[SetOpKind]string{Union: "Union", Intersect: "Intersect", Except: "Except"}[n.Kind]
	if n.All {
		title += " All"
	}
	return n.describe("HashSetOp " + title)
}

// Explain implements Node.
func (n *Append) Explain() Description { return n.describe("Append") }

// Explain implements Node.
func (n *LockRows) Explain() Description { return n.describe("LockRows") }

// Explain implements Node.
func (n *Insert) Explain() Description {
	d := n.describe("Insert on " + n.Info.Table.Name)
	if c := n.OnConflict; c != nil {
		resolution := "UPDATE"
		if c.Nothing {
			resolution = "NOTHING"
		}
		d.Props = append(d.Props, Prop{"Conflict Resolution", resolution})
		var names []string
		for _, ix := range c.Arbiters {
			names = append(names, ix.Name)
		}
		if len(names) > 0 {
			d.Props = append(d.Props, Prop{"Conflict Arbiter Indexes", strings.Join(names, ", ")})
		}
	}
	return d
}

// Explain implements Node.
func (n *Update) Explain() Description { return n.describe("Update on " + n.Info.Table.Name) }

// Explain implements Node.
func (n *Delete) Explain() Description { return n.describe("Delete on " + n.Info.Table.Name) }

// Explain implements Node.
func (n *Merge) Explain() Description { return n.describe("Merge on " + n.Info.Table.Name) }

// Summary is the plan in one line, for lineage: the titles from the root down,
// without projections.
func Summary(root Node) string {
	if root == nil {
		return ""
	}
	var b strings.Builder
	summarise(&b, root)
	return b.String()
}

// summaryBytesMax bounds a summary: lineage keeps one per statement.
const summaryBytesMax = 300

func summarise(b *strings.Builder, n Node) {
	if b.Len() > summaryBytesMax {
		return
	}
	if _, skip := n.(*Project); !skip {
		if b.Len() > 0 {
			b.WriteString(" > ")
		}
		fmt.Fprint(b, n.Explain().Title)
	}
	for _, c := range n.Children() {
		summarise(b, c)
	}
}

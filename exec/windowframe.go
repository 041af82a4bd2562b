package exec

import (
	"sort"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// frameSpec is a compiled frame clause.
type frameSpec struct {
	plan.Frame
	start, end           *eval.Expr
	startOff, endOff     types.Value
	add, sub             *builtin.Call
	addEnd, subEnd       *builtin.Call
	key                  int // the order key of RANGE with an offset
	startCount, endCount int // of ROWS and GROUPS
}

func (r *run) frameSpec(n *plan.Window) (frameSpec, error) {
	f := frameSpec{Frame: n.Frame, key: len(n.Partition)}
	var err error
	if f.start, err = r.compileOpt(n.Frame.Start.Offset); err != nil {
		return f, err
	}
	if f.end, err = r.compileOpt(n.Frame.End.Offset); err != nil {
		return f, err
	}
	if f.Mode != plan.RangeFrame || f.start == nil && f.end == nil {
		return f, nil
	}
	if len(n.Order) != 1 || f.Add == nil || f.Sub == nil {
		return f, sqlerr.New(sqlerr.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
	}
	site := func(e *eval.Expr) (add, sub *builtin.Call) {
		if e == nil {
			return nil, nil
		}
		key := n.Order[0].Expr.Type()
		args := []types.Type{key, e.Type()}
		return r.comp.Site(f.Add, args, key), r.comp.Site(f.Sub, args, key)
	}
	f.add, f.sub = site(f.start)
	f.addEnd, f.subEnd = site(f.end)
	return f, nil
}

// eval computes the offsets. Errors: 22004 for NULL, 22013 for negative ones.
func (f *frameSpec) eval() error {
	var err error
	if f.start != nil {
		if f.startOff, f.startCount, err = f.offset(f.start, "starting"); err != nil {
			return err
		}
	}
	if f.end != nil {
		f.endOff, f.endCount, err = f.offset(f.end, "ending")
	}
	return err
}

func (f *frameSpec) offset(e *eval.Expr, which string) (types.Value, int, error) {
	v, err := e.Values(nil)
	if err != nil {
		return v, 0, err
	}
	if v.IsNull() {
		return v, 0, sqlerr.New(sqlerr.NullValueNotAllowed, "frame %s offset must not be null", which)
	}
	if f.Mode != plan.RangeFrame {
		if v.Int() < 0 {
			return v, 0, sqlerr.New(sqlerr.InvalidPrecedingFollowing, "frame %s offset must not be negative", which)
		}
		return v, int(min(v.Int(), 1<<40)), nil
	}
	if negative(e.Type(), v) {
		return v, 0, sqlerr.New(sqlerr.InvalidPrecedingFollowing, "invalid preceding or following size in window function")
	}
	return v, 0, nil
}

// negative reports a RANGE offset below zero.
func negative(t types.Type, v types.Value) bool {
	zero, err := types.ParseText(t, "0", nil)
	return err == nil && types.Compare(t, v, zero) < 0
}

// partition is the working state of one window partition. Row numbers are
// relative to the partition.
type partition struct {
	o      *window
	from   int
	n      int
	group  []int // peer group of each row
	groups []int // first row of each group; the last entry is n
	err    error

	lastRow, lastStart, lastEnd int // bounds of one row, asked for again and again
}

func newPartition(o *window, from, to int) *partition {
	p := &partition{o: o, from: from, n: to - from, lastRow: -1}
	p.group = make([]int, p.n)
	p.groups = []int{0}
	keys := len(o.kept.order.keys)
	for i := 1; i < p.n; i++ {
		if !o.equal(o.order[from+i-1], o.order[from+i], o.parts, keys) {
			p.groups = append(p.groups, i)
		}
		p.group[i] = len(p.groups) - 1
	}
	p.groups = append(p.groups, p.n)
	return p
}

func (p *partition) arg(call, arg, row int) types.Value {
	return p.o.vals.cols[p.o.argOff[call]+arg].Get(int(p.o.order[p.from+row]))
}

func (p *partition) passes(call, row int) bool {
	c := &p.o.vals.cols[len(p.o.args)+call]
	return c.Get(int(p.o.order[p.from+row])).Bool()
}

// bounds returns the frame of row, exclusion aside, as [start, end).
func (p *partition) bounds(row int) (start, end int) {
	if p.lastRow == row {
		return p.lastStart, p.lastEnd
	}
	f := &p.o.frame
	switch f.Mode {
	case plan.RowsFrame:
		start, end = p.rowBound(f.Start.Kind, row, f.startCount), p.rowBound(f.End.Kind, row, f.endCount)+1
	case plan.GroupsFrame:
		g := p.group[row]
		start = p.groupStart(groupBound(f.Start.Kind, g, f.startCount, len(p.groups)-2))
		end = p.groupStart(groupBound(f.End.Kind, g, f.endCount, len(p.groups)-2) + 1)
	default:
		start, end = p.rangeStart(row), p.rangeEnd(row)
	}
	start, end = min(max(start, 0), p.n), min(max(end, 0), p.n)
	if end < start {
		end = start
	}
	p.lastRow, p.lastStart, p.lastEnd = row, start, end
	return start, end
}

func (p *partition) rowBound(kind plan.BoundKind, row, n int) int {
	switch kind {
	case plan.UnboundedPreceding:
		return 0
	case plan.Preceding:
		return row - n
	case plan.Following:
		return row + n
	case plan.UnboundedFollowing:
		return p.n - 1
	}
	return row
}

func groupBound(kind plan.BoundKind, g, n, last int) int {
	switch kind {
	case plan.UnboundedPreceding:
		return 0
	case plan.Preceding:
		return g - n
	case plan.Following:
		return g + n
	case plan.UnboundedFollowing:
		return last
	}
	return g
}

// groupStart is the first row of group g, clamped to the partition.
func (p *partition) groupStart(g int) int {
	if g < 0 {
		return 0
	}
	return p.groups[min(g, len(p.groups)-1)]
}

func (p *partition) rangeStart(row int) int {
	switch f := &p.o.frame; f.Start.Kind {
	case plan.UnboundedPreceding:
		return 0
	case plan.CurrentRow:
		return p.groups[p.group[row]]
	case plan.UnboundedFollowing:
		return p.n
	default:
		return p.rangeOffset(row, f.Start.Kind, f.startOff, f.add, f.sub, false)
	}
}

func (p *partition) rangeEnd(row int) int {
	switch f := &p.o.frame; f.End.Kind {
	case plan.UnboundedFollowing:
		return p.n
	case plan.CurrentRow:
		return p.groups[p.group[row]+1]
	case plan.UnboundedPreceding:
		return 0
	default:
		return p.rangeOffset(row, f.End.Kind, f.endOff, f.addEnd, f.subEnd, true)
	}
}

// rangeOffset finds where key ± offset falls in the partition. A NULL key has
// its peers as frame. after: one past the last row at or before the limit.
func (p *partition) rangeOffset(row int, kind plan.BoundKind, off types.Value, add, sub *builtin.Call, after bool) int {
	f := &p.o.frame
	col := &p.o.kept.keys.cols[f.key]
	key := &p.o.kept.order.keys[f.key]
	at := func(i int) int { return int(p.o.order[p.from+i]) }
	if col.IsNull(at(row)) {
		g := p.group[row]
		if after {
			g++
		}
		return p.groups[g]
	}
	fn, site := f.Add, add
	if (kind == plan.Preceding) != key.desc {
		fn, site = f.Sub, sub
	}
	v, err := fn.Eval(site, []types.Value{col.Get(at(row)), off})
	if err != nil {
		p.err = err
		return 0
	}
	var limit types.Column
	limit.Reset(key.typ, 1)
	limit.Set(0, v)
	return sort.Search(p.n, func(i int) bool {
		c := key.at(col, at(i), &limit, 0)
		return c > 0 || c == 0 && !after
	})
}

// excluded applies EXCLUDE to a row of the frame.
func (p *partition) excluded(row, other int) bool {
	switch p.o.frame.Exclude {
	case plan.ExcludeCurrent:
		return other == row
	case plan.ExcludeGroup:
		return p.group[other] == p.group[row]
	case plan.ExcludeTies:
		return other != row && p.group[other] == p.group[row]
	}
	return false
}

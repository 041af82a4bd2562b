package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// nestLoop runs the right side once per left row. Without assignments the right
// rows are the same each time and are kept; right and full joins need that, for
// they mark the right rows that found a partner.
type nestLoop struct {
	r           *run
	kind        plan.JoinKind
	left, right operator
	cond        *eval.Expr
	condCols    []int // columns of left ++ right that cond reads
	slots       []int
	assigns     []*eval.Expr
	leftTypes   []types.Type
	rightTypes  []types.Type

	lb      Batch
	lsel    []uint16
	lpos    int // the left row in work is lsel[lpos-1]
	kept    *tape
	filled  bool
	matched bool // of the left row in work
	inner   bool // a left row is in work
	rb      Batch
	chunk   int // of kept: the one in rb is chunk-1
	rpos    int
	hits    []uint16
	marks   [][]bool // per chunk of kept: right rows that found a partner
	probe   []types.Column
	out     []types.Column
	n       int
	tail    int // chunk of unmatched right rows, after the left side ended
	ended   bool
}

func (r *run) nestLoop(n *plan.NestLoop) (operator, error) {
	o := &nestLoop{r: r, kind: n.Kind, leftTypes: n.Left.Columns(), rightTypes: n.Right.Columns(), out: columns(n.Columns())}
	var err error
	if o.left, err = r.build(n.Left); err != nil {
		return nil, err
	}
	if o.right, err = r.build(n.Right); err != nil {
		return nil, err
	}
	if o.cond, err = r.compileOpt(n.Cond); err != nil {
		return nil, err
	}
	o.condCols = columnsRead(n.Cond)
	o.probe = columns(append(append([]types.Type(nil), o.leftTypes...), o.rightTypes...))
	for _, a := range n.Assigns {
		e, err := r.compile(a.Expr)
		if err != nil {
			return nil, err
		}
		o.slots, o.assigns = append(o.slots, a.Slot), append(o.assigns, e)
	}
	if len(o.assigns) == 0 {
		o.kept = newTape(&r.mem, o.rightTypes)
	}
	return o, nil
}

// columnsRead lists the columns that an expression refers to.
func columnsRead(e plan.Expr) []int {
	seen := map[int]bool{}
	var out []int
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Col); ok && !seen[c.Index] {
			seen[c.Index] = true
			out = append(out, c.Index)
		}
		return true
	})
	return out
}

func (o *nestLoop) open() error {
	o.close()
	return o.left.open()
}

func (o *nestLoop) close() {
	o.left.close()
	o.right.close()
	if o.kept != nil {
		o.kept.reset()
	}
	o.filled, o.inner, o.ended = false, false, false
	o.marks, o.lsel, o.lpos, o.tail = nil, nil, 0, 0
	o.hits, o.rpos = nil, 0
}

func (o *nestLoop) next(b *Batch) error {
	for c := range o.out {
		o.out[c].Reset(o.out[c].Type, 0)
	}
	o.n = 0
	for o.n < BatchRows && !o.ended {
		more, err := o.step()
		if err != nil {
			return err
		}
		o.ended = !more
	}
	if o.ended && o.n == 0 && (o.kind == plan.RightJoin || o.kind == plan.FullJoin) {
		if err := o.emitUnmatched(); err != nil {
			return err
		}
	}
	b.N, b.Sel, b.Cols = o.n, nil, o.out
	return nil
}

// step does one piece of work: emits pending matches, reads right rows, or goes
// to the next left row. False: the left side has ended.
func (o *nestLoop) step() (bool, error) {
	if o.rpos < len(o.hits) {
		o.emitHits()
		return true, nil
	}
	if !o.inner {
		return o.nextLeft()
	}
	if err := o.nextRight(); err != nil {
		return false, err
	}
	if o.rb.N == 0 {
		o.endLeft()
		return true, nil
	}
	if err := o.match(); err != nil {
		return false, err
	}
	if len(o.hits) == 0 {
		return true, nil
	}
	o.matched = true
	if o.kind == plan.Semi || o.kind == plan.Anti {
		o.hits = o.hits[:0]
		o.endLeft()
	}
	return true, nil
}

// nextLeft takes the next left row and starts the right side for it.
func (o *nestLoop) nextLeft() (bool, error) {
	if o.lpos == len(o.lsel) {
		if err := o.r.interrupt(); err != nil {
			return false, err
		}
		if err := o.left.next(&o.lb); err != nil || o.lb.N == 0 {
			return false, err
		}
		o.lsel, o.lpos = o.lb.Selection(), 0
	}
	row := int(o.lsel[o.lpos])
	o.lpos++
	o.matched, o.inner, o.chunk = false, true, 0
	for i, e := range o.assigns {
		v, err := e.Row(o.lb.Cols, row)
		if err != nil {
			return false, err
		}
		o.r.comp.Slots[o.slots[i]] = v
	}
	if o.kept == nil {
		if o.kind == plan.Semi || o.kind == plan.Anti {
			if o.cond == nil {
				setLimit(o.right, 1)
			}
		}
		return true, o.right.open()
	}
	if !o.filled {
		o.filled = true
		if err := o.fill(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// fill keeps the right side.
func (o *nestLoop) fill() error {
	if err := o.right.open(); err != nil {
		return err
	}
	defer o.right.close()
	var b Batch
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.right.next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			break
		}
		if err := o.kept.add(&b); err != nil {
			return err
		}
	}
	if o.kind == plan.RightJoin || o.kind == plan.FullJoin {
		o.marks = make([][]bool, len(o.kept.chunks))
		for i := range o.marks {
			o.marks[i] = make([]bool, o.kept.chunks[i].n)
		}
	}
	return nil
}

func (o *nestLoop) nextRight() error {
	if err := o.r.interrupt(); err != nil {
		return err
	}
	if o.kept == nil {
		return o.right.next(&o.rb)
	}
	o.kept.at(o.chunk, &o.rb)
	o.chunk++
	return nil
}

// match finds the rows of rb that join the left row.
func (o *nestLoop) match() error {
	o.rpos = 0
	o.hits = append(o.hits[:0], o.rb.Selection()...)
	if o.cond != nil {
		row := int(o.lsel[o.lpos-1])
		for _, c := range o.condCols {
			if c >= len(o.leftTypes) {
				o.probe[c] = o.rb.Cols[c-len(o.leftTypes)]
				continue
			}
			o.probe[c].Reset(o.leftTypes[c], o.rb.N)
			v := o.lb.Cols[c].Get(row)
			for _, i := range o.hits {
				o.probe[c].Set(int(i), v)
			}
		}
		sel, err := o.cond.Filter(&Batch{N: o.rb.N, Sel: o.hits, Cols: o.probe})
		if err != nil {
			return err
		}
		o.hits = append(o.hits[:0], sel...)
	}
	if o.marks != nil {
		for _, i := range o.hits {
			o.marks[o.chunk-1][i] = true
		}
	}
	return nil
}

// emitHits appends as many joined rows as fit.
func (o *nestLoop) emitHits() {
	k := min(len(o.hits)-o.rpos, BatchRows-o.n)
	row := int(o.lsel[o.lpos-1])
	for c := range o.leftTypes {
		v := o.lb.Cols[c].Get(row)
		for range k {
			o.out[c].Append(v)
		}
	}
	for c := range o.rightTypes {
		appendRows(&o.out[len(o.leftTypes)+c], &o.rb.Cols[c], o.hits[o.rpos:o.rpos+k])
	}
	o.rpos += k
	o.n += k
}

// endLeft emits the left row alone where the kind of join wants it.
func (o *nestLoop) endLeft() {
	o.inner = false
	var alone bool
	switch o.kind {
	case plan.Semi:
		alone = o.matched
	case plan.Anti, plan.LeftJoin, plan.FullJoin:
		alone = !o.matched
	}
	if !alone {
		return
	}
	row := int(o.lsel[o.lpos-1])
	for c := range o.leftTypes {
		o.out[c].Append(o.lb.Cols[c].Get(row))
	}
	for c := len(o.leftTypes); c < len(o.out); c++ {
		o.out[c].Append(types.Null)
	}
	o.n++
}

// emitUnmatched appends right rows that found no partner, a chunk at a time.
func (o *nestLoop) emitUnmatched() error {
	if !o.filled { // the left side was empty
		o.filled = true
		if err := o.fill(); err != nil {
			return err
		}
	}
	for ; o.tail < len(o.marks) && o.n == 0; o.tail++ {
		for i, hit := range o.marks[o.tail] {
			if hit {
				continue
			}
			for c := range o.leftTypes {
				o.out[c].Append(types.Null)
			}
			for c := range o.rightTypes {
				o.out[len(o.leftTypes)+c].Append(o.kept.chunks[o.tail].cols[c].Get(i))
			}
			o.n++
		}
	}
	return nil
}

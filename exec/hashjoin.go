package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// hashJoin builds a table of the right side and probes it with the left one.
type hashJoin struct {
	r           *run
	n           *plan.HashJoin
	left, right operator
	leftKeys    []*eval.Expr
	rightKeys   []*eval.Expr
	cond        *eval.Expr
	leftTypes   []types.Type
	rightTypes  []types.Type
	table       *joinTable
	built       bool
	marked      []bool // right rows that found a partner

	lb       Batch
	lsel     []uint16
	lcols    []*types.Column
	hashes   [BatchRows]uint64
	matched  [BatchRows]bool // left rows of the batch that found a partner
	lpos     int
	chain    int32 // row + 1 to try next for lsel[lpos]
	fresh    bool  // chain of lsel[lpos] not looked up yet
	tailLeft bool  // emit unmatched left rows of the batch next
	leftDone bool
	tail     int // right row to look at after the left side ended

	lrows, rrows []int32
	pairs        []types.Column
	sel          []uint16
}

func (r *run) hashJoin(n *plan.HashJoin) (operator, error) {
	o := &hashJoin{r: r, n: n, leftTypes: n.Left.Columns(), rightTypes: n.Right.Columns()}
	var err error
	if o.left, err = r.build(n.Left); err != nil {
		return nil, err
	}
	if o.right, err = r.build(n.Right); err != nil {
		return nil, err
	}
	if o.leftKeys, err = r.compileAll(n.LeftKeys); err != nil {
		return nil, err
	}
	if o.rightKeys, err = r.compileAll(n.RightKeys); err != nil {
		return nil, err
	}
	if o.cond, err = r.compileOpt(n.Cond); err != nil {
		return nil, err
	}
	o.table = newJoinTable(&r.mem, o.rightTypes, plan.FuncArgs(n.RightKeys))
	o.lcols = make([]*types.Column, len(o.leftKeys))
	o.pairs = columns(append(append([]types.Type(nil), o.leftTypes...), o.rightTypes...))
	return o, nil
}

func (o *hashJoin) open() error {
	o.close()
	return o.left.open()
}

func (o *hashJoin) close() {
	o.left.close()
	o.right.close()
	o.table.free()
	o.built, o.leftDone, o.tailLeft, o.tail = false, false, false, 0
	o.lsel, o.lpos, o.marked = nil, 0, nil
}

// build reads the right side.
func (o *hashJoin) build() error {
	o.built = true
	if err := o.right.open(); err != nil {
		return err
	}
	defer o.right.close()
	cols := make([]*types.Column, len(o.rightKeys))
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
		if err := evalAll(o.rightKeys, &b, cols); err != nil {
			return err
		}
		if err := o.table.add(&b, cols); err != nil {
			return err
		}
	}
	if o.n.Kind == plan.RightJoin || o.n.Kind == plan.FullJoin {
		o.marked = make([]bool, o.table.rows.n)
	}
	return o.table.link()
}

// evalAll computes several expressions over b.
func evalAll(exprs []*eval.Expr, b *Batch, cols []*types.Column) error {
	for i, e := range exprs {
		col, err := e.Vector(b)
		if err != nil {
			return err
		}
		cols[i] = col
	}
	return nil
}

func (o *hashJoin) next(b *Batch) error {
	if !o.built {
		if err := o.build(); err != nil {
			return err
		}
	}
	for {
		if o.leftDone {
			o.emitRight(b)
			return nil
		}
		if o.lpos == len(o.lsel) && !o.tailLeft {
			if err := o.nextLeft(); err != nil {
				return err
			}
			if o.leftDone {
				continue
			}
		}
		if o.lpos < len(o.lsel) {
			ok, err := o.probe(b)
			if err != nil || ok {
				return err
			}
			continue
		}
		if o.emitLeft(b) {
			return nil
		}
	}
}

// nextLeft reads and hashes a batch of the left side.
func (o *hashJoin) nextLeft() error {
	if err := o.r.interrupt(); err != nil {
		return err
	}
	if o.n.Kind == plan.Anti && o.n.NullAware && o.table.null {
		o.leftDone = true
		return nil
	}
	if err := o.left.next(&o.lb); err != nil {
		return err
	}
	if o.lb.N == 0 {
		o.leftDone = true
		return nil
	}
	if err := evalAll(o.leftKeys, &o.lb, o.lcols); err != nil {
		return err
	}
	o.lsel, o.lpos, o.fresh, o.tailLeft = o.lb.Selection(), 0, true, true
	o.table.h.rows(o.lcols, o.lsel, o.hashes[:])
	for _, i := range o.lsel {
		o.matched[i] = false
	}
	return nil
}

// probe collects up to a batch of pairs with equal keys, applies the residual
// condition and emits what is left. False: nothing to emit yet.
func (o *hashJoin) probe(b *Batch) (bool, error) {
	o.collect()
	if len(o.lrows) == 0 {
		return false, nil
	}
	leftOnly := o.n.Kind == plan.Semi || o.n.Kind == plan.Anti
	if leftOnly && o.cond == nil {
		for _, l := range o.lrows {
			o.matched[l] = true
		}
		return false, nil
	}
	for c, t := range o.leftTypes {
		gather(&o.pairs[c], &o.lb.Cols[c], t, o.lrows)
	}
	for c, t := range o.rightTypes {
		gather(&o.pairs[len(o.leftTypes)+c], &o.table.rows.cols[c], t, o.rrows)
	}
	*b = Batch{N: len(o.lrows), Cols: o.pairs}
	ok, err := keep(o.cond, b, nil)
	if err != nil || !ok {
		return false, err
	}
	for _, i := range b.Selection() {
		o.matched[o.lrows[i]] = true
		if o.marked != nil {
			o.marked[o.rrows[i]] = true
		}
	}
	return !leftOnly, nil
}

// collect walks the chains until a batch of pairs is full or the left batch ends.
func (o *hashJoin) collect() {
	t := o.table
	o.lrows, o.rrows = o.lrows[:0], o.rrows[:0]
	once := o.cond == nil && (o.n.Kind == plan.Semi || o.n.Kind == plan.Anti)
	for ; o.lpos < len(o.lsel); o.lpos, o.fresh = o.lpos+1, true {
		i := o.lsel[o.lpos]
		if o.fresh {
			o.fresh = false
			o.chain = 0
			if len(t.heads) > 0 && !anyNull(o.lcols, int(i)) {
				o.chain = t.heads[o.hashes[i]&uint64(len(t.heads)-1)]
			}
		}
		for o.chain != 0 {
			row := o.chain - 1
			if len(o.lrows) == BatchRows {
				return
			}
			o.chain = t.next[row]
			if t.hashes[row] == o.hashes[i] && t.h.same(o.lcols, int(i), t.keys.cols, int(row)) {
				o.lrows, o.rrows = append(o.lrows, int32(i)), append(o.rrows, row)
				if once {
					break
				}
			}
		}
	}
}

func anyNull(cols []*types.Column, i int) bool {
	for _, c := range cols {
		if c.IsNull(i) {
			return true
		}
	}
	return false
}

// emitLeft ends a left batch: semi and anti joins emit their rows, left and
// full joins the rows without a partner. False: nothing to emit.
func (o *hashJoin) emitLeft(b *Batch) bool {
	o.tailLeft = false
	o.sel = o.sel[:0]
	want := o.n.Kind == plan.Semi
	if !want && o.n.Kind != plan.Anti && o.n.Kind != plan.LeftJoin && o.n.Kind != plan.FullJoin {
		return false
	}
	for _, i := range o.lsel {
		if o.matched[i] != want {
			continue
		}
		// x NOT IN (set) is unknown for a NULL x, unless the set is empty.
		if o.n.Kind == plan.Anti && o.n.NullAware && o.table.rows.n > 0 && anyNull(o.lcols, int(i)) {
			continue
		}
		o.sel = append(o.sel, i)
	}
	if len(o.sel) == 0 {
		return false
	}
	if o.n.Kind == plan.Semi || o.n.Kind == plan.Anti {
		*b = Batch{N: o.lb.N, Sel: o.sel, Cols: o.lb.Cols}
		return true
	}
	o.lrows, o.rrows = o.lrows[:0], o.rrows[:0]
	for _, i := range o.sel {
		o.lrows, o.rrows = append(o.lrows, int32(i)), append(o.rrows, -1)
	}
	o.emitPairs(b)
	return true
}

func (o *hashJoin) emitPairs(b *Batch) {
	for c, t := range o.leftTypes {
		src := &types.Column{}
		if c < len(o.lb.Cols) {
			src = &o.lb.Cols[c]
		}
		gather(&o.pairs[c], src, t, o.lrows)
	}
	for c, t := range o.rightTypes {
		gather(&o.pairs[len(o.leftTypes)+c], &o.table.rows.cols[c], t, o.rrows)
	}
	*b = Batch{N: len(o.lrows), Cols: o.pairs}
}

// emitRight emits right rows without a partner at the end.
func (o *hashJoin) emitRight(b *Batch) {
	o.lrows, o.rrows = o.lrows[:0], o.rrows[:0]
	for ; o.tail < len(o.marked) && len(o.lrows) < BatchRows; o.tail++ {
		if !o.marked[o.tail] {
			o.lrows, o.rrows = append(o.lrows, -1), append(o.rrows, int32(o.tail))
		}
	}
	b.N, b.Sel = 0, nil
	if len(o.lrows) > 0 {
		o.emitPairs(b)
	}
}

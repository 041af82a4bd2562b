package exec

import (
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// A reader that may stop early (LIMIT, a cursor's FETCH, a portal with a row
// limit) must not make volatile functions run, or rows be locked, for rows that
// it never asks for. Below such a reader the operators that do either work on one
// row at a time; all others keep their batches.

// single hands on its input's batches row by row.
type single struct {
	in   operator
	b    Batch
	rest []uint16 // rows of b not handed on yet
}

// stepped is op, in single rows where the reader may stop early.
func (r *run) stepped(op operator) operator {
	if r.stepwise {
		return &single{in: op}
	}
	return op
}

func (o *single) limit(n int64) { setLimit(o.in, n) }

func (o *single) open() error {
	o.rest = nil
	return o.in.open()
}

func (o *single) close() { o.in.close() }

func (o *single) next(b *Batch) error {
	if len(o.rest) == 0 {
		if err := o.in.next(&o.b); err != nil || o.b.N == 0 {
			b.N = 0
			return err
		}
		o.rest = o.b.Selection()
	}
	b.N, b.Cols, b.Sel = o.b.N, o.b.Cols, o.rest[:1:1]
	o.rest = o.rest[1:]
	return nil
}

// batchRows is how many rows an operator with effects makes at once.
func (r *run) batchRows() int {
	if r.stepwise {
		return 1
	}
	return BatchRows
}

// filterApart takes a scan's filter out of it where rows must be filtered one by
// one and the scan reads them in batches.
func (r *run) filterApart(op operator) operator {
	if !r.stepwise {
		return op
	}
	var cond **eval.Expr
	var m *plan.Measure
	switch o := op.(type) {
	case *rowScan:
		cond, m = &o.cond, o.m
	case *cteScan:
		cond, m = &o.cond, o.m
	case *seqScan:
		cond, m = &o.cond, o.m
	case *indexScan:
		cond, m = &o.cond, o.m
	case *bitmapScan:
		cond, m = &o.cond, o.m
	}
	if cond == nil || *cond == nil || !(*cond).Effects() {
		return op
	}
	out := &filter{in: &single{in: op}, cond: *cond, m: m}
	*cond = nil
	return out
}

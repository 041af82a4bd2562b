package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/storage"
)

// pushedFilter evaluates the scan's filter inside a search, over the columns that it reads.
type pushedFilter struct {
	o     *scanBase
	cond  *eval.Expr
	reads []int // scan columns that cond reads
	cols  []types.Column
}

// columns are the stored columns the filter needs.
func (f *pushedFilter) columns() []int {
	var out []int
	for _, c := range f.reads {
		if p := f.o.s.Cols[c]; p > 0 {
			out = append(out, p)
		}
	}
	return out
}

// fn is the filter in the form storage takes, nil where there is none.
func (f *pushedFilter) fn() func(rb *storage.RowBatch, keep []bool) error {
	if f.cond == nil {
		return nil
	}
	f.cols = make([]types.Column, len(f.o.s.Cols))
	return func(rb *storage.RowBatch, keep []bool) error {
		if err := f.o.r.interrupt(); err != nil {
			return err
		}
		at := 0
		for _, c := range f.reads {
			if p := f.o.s.Cols[c]; p > 0 {
				f.cols[c] = rb.Cols[at]
				at++
				continue
			}
			f.cols[c].Reset(f.o.l.types[c], rb.N)
			for i := range rb.N {
				f.cols[c].Set(i, sysValue(f.o.s.Cols[c], f.o.s.Table, rb.IDs[i], rb.From[i], storage.Infinity))
			}
		}
		sel, err := f.cond.Filter(&Batch{N: rb.N, Cols: f.cols})
		if err != nil {
			return err
		}
		clear(keep[:rb.N])
		for _, i := range sel {
			keep[i] = true
		}
		if f.o.m != nil {
			f.o.m.Removed += int64(rb.N - len(sel))
		}
		return nil
	}
}

package exec

import (
	"iter"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// puller turns a producer that pushes rows (a set-returning function, a virtual
// relation) into batches. The producer runs as a coroutine, so that a LIMIT
// above it ends it early.
type puller struct {
	types []types.Type
	cols  []types.Column
	n     int
	err   error
	next  func() (struct{}, bool)
	stop  func()
}

// errStopped ends a producer whose rows nobody wants any more.
var errStopped = sqlerr.Internal("the reader of a row producer has gone")

// pull starts produce when the first batch is asked for; size is a batch's rows.
func pull(ts []types.Type, size int, produce func(yield func(row []types.Value) error) error) *puller {
	p := &puller{types: ts, cols: columns(ts)}
	p.next, p.stop = iter.Pull(func(flush func(struct{}) bool) {
		gone := false
		p.err = produce(func(row []types.Value) error {
			if gone {
				return errStopped
			}
			for c := range p.cols {
				v := types.Null
				if c < len(row) {
					v = row[c]
				}
				p.cols[c].Append(v)
			}
			p.n++
			if p.n == size && !flush(struct{}{}) {
				gone = true
				return errStopped
			}
			return nil
		})
		if !gone && p.err == nil && p.n > 0 {
			flush(struct{}{})
		}
	})
	return p
}

// read fills b with the next rows.
func (p *puller) read(b *Batch) error {
	for c := range p.cols {
		p.cols[c].Reset(p.types[c], 0)
	}
	p.n = 0
	b.N, b.Sel, b.Cols = 0, nil, p.cols
	if _, ok := p.next(); !ok {
		return p.err
	}
	b.N = p.n
	return nil
}

func (p *puller) close() {
	if p != nil {
		p.stop()
	}
}

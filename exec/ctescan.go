package exec

import (
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// cteScan reads a CTE.
type cteScan struct {
	c    *cte
	cond *eval.Expr
	at   int64 // rows read
	out  Batch
	sel  []uint16
	m    *plan.Measure
}

func (r *run) cteScan(n *plan.CTEScan) (operator, error) {
	cond, err := r.compileOpt(n.Filter)
	return &cteScan{c: r.ctes[n.CTE], cond: cond, m: r.instrument(n)}, err
}

func (o *cteScan) open() error {
	o.at = 0
	return o.c.start()
}

func (o *cteScan) close() {}

func (o *cteScan) next(b *Batch) error {
	for {
		for o.at == o.c.rows.rows && !o.c.done {
			if err := o.c.advance(); err != nil {
				return err
			}
		}
		o.read(b)
		if b.N == 0 {
			return nil
		}
		ok, err := keep(o.cond, b, o.m)
		if err != nil || ok {
			return err
		}
	}
}

// read gives the rest of the chunk that row at is in. The last chunk may still
// grow, so the columns are taken as they are now.
func (o *cteScan) read(b *Batch) {
	b.N, b.Sel, b.Cols = 0, nil, nil
	if o.at == o.c.rows.rows {
		return
	}
	k := &o.c.rows.chunks[o.at/BatchRows]
	from := int(o.at % BatchRows)
	o.at += int64(k.n - from)
	b.N = k.n
	o.out.Cols = append(o.out.Cols[:0], k.cols...)
	b.Cols = o.out.Cols
	if from > 0 {
		o.sel = o.sel[:0]
		for i := from; i < k.n; i++ {
			o.sel = append(o.sel, uint16(i))
		}
		b.Sel = o.sel
	}
}

// workTable reads the working table of the recursive term.
type workTable struct {
	c  *cte
	at int
}

func (r *run) workTable(n *plan.WorkTable) (operator, error) {
	return &workTable{c: r.ctes[n.CTE]}, nil
}

func (o *workTable) open() error {
	o.at = 0
	return nil
}

func (o *workTable) close() {}

func (o *workTable) next(b *Batch) error {
	o.c.work.at(o.at, b)
	o.at++
	return nil
}

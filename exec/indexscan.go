package exec

import (
	"synapse/exec/plan"
)

// indexScan reads rows by an ordered or hash index.
type indexScan struct {
	scanBase
	n    *plan.IndexScan
	keys *keyRange
}

func (r *run) indexScan(n *plan.IndexScan) (operator, error) {
	base, err := r.scanBase(&n.Scan, n)
	if err != nil {
		return nil, err
	}
	o := &indexScan{scanBase: base, n: n}
	o.keys, err = r.keyRange(&n.Range, n.Index)
	return o, err
}

func (o *indexScan) open() error {
	if err := o.start(); err != nil {
		return err
	}
	o.spec.Reverse = o.n.Reverse
	ok, err := o.keys.eval(o.n.Reverse)
	if err != nil || !ok {
		return err
	}
	o.cursor, err = o.keys.next(o.view, o.s.Table, o.spec, true)
	return err
}

func (o *indexScan) next(b *Batch) error {
	for {
		if err := o.fetch(b); err != nil || b.N > 0 || o.cursor == nil {
			return err
		}
		o.close()
		var err error
		if o.cursor, err = o.keys.next(o.view, o.s.Table, o.spec, false); err != nil {
			return err
		}
	}
}

package exec

import (
	"synapse/exec/plan"
)

// seqScan reads every visible row.
type seqScan struct{ scanBase }

func (r *run) seqScan(n *plan.SeqScan) (operator, error) {
	base, err := r.scanBase(&n.Scan, n)
	return &seqScan{base}, err
}

func (o *seqScan) open() error {
	err := o.start()
	if err != nil {
		return err
	}
	o.cursor, err = o.view.Scan(o.s.Table, o.spec)
	return err
}

func (o *seqScan) next(b *Batch) error { return o.fetch(b) }

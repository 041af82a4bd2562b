package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/storage"
)

// textScan returns rows by BM25 score.
type textScan struct {
	*ranked
	n *plan.TextScan
}

func (r *run) textScan(n *plan.TextScan) (operator, error) {
	if r.env.Tokenize == nil {
		return nil, sqlerr.Unsupported("a text search in this place", "")
	}
	o, err := r.ranked(&n.Scan, n, n.Query, n.Limit, n.Partition, n.Source)
	return &textScan{o, n}, err
}

func (o *textScan) open() error {
	set, partition, ok, err := o.prepare()
	if err != nil || !ok {
		return err
	}
	v, err := o.query.Values(nil)
	if err != nil || v.IsNull() {
		return err
	}
	o.begin(nil, partition)
	o.cursor, err = o.view.Text(o.s.Table, o.n.Index, storage.TextSpec{
		Terms: o.r.env.Tokenize(o.n.Index.Options, v.Str()), K: o.k(), Partition: partition, Rows: set,
		Filter: o.pushed.fn(), FilterColumns: o.pushed.columns(),
	}, o.spec)
	return err
}

package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// vectorScan returns rows by distance.
type vectorScan struct {
	*ranked
	n *plan.VectorScan
}

func (r *run) vectorScan(n *plan.VectorScan) (operator, error) {
	o, err := r.ranked(&n.Scan, n, n.Query, n.Limit, n.Search)
	return &vectorScan{o, n}, err
}

func (o *vectorScan) open() error {
	set, partition, ok, err := o.prepare()
	if err != nil || !ok {
		return err
	}
	v, err := o.query.Values(nil)
	if err != nil {
		return err
	}
	if o.unranked = v.IsNull(); o.unranked {
		// No distance is known then: all rows, in any order.
		return o.whole()
	}
	o.cond = nil
	vector := floats(o.query.Type(), v)
	if err := o.checkDims(len(vector)); err != nil {
		return err
	}
	o.begin(vector, partition)
	o.cursor, err = o.view.Nearest(o.s.Table, o.n.Index, storage.NearestSpec{
		Query: vector, K: o.k(), Partition: partition, Rows: set, Beam: o.r.env.Beam, Exact: o.r.env.Exact,
		Filter: o.pushed.fn(), FilterColumns: o.pushed.columns(),
	}, o.spec)
	return err
}

func floats(t types.Type, v types.Value) []float32 {
	if t.Kind() == types.KindHalfvec {
		return types.HalfvecFloat32s(v)
	}
	return types.AsFloat32s(v)
}

// checkDims refuses a query of another dimension than the column's before any work is done.
func (o *vectorScan) checkDims(n int) error {
	for _, k := range o.n.Index.Keys {
		kind := k.Type.Kind()
		if (kind == types.KindVector || kind == types.KindHalfvec) && k.Type.Mod > 0 && int(k.Type.Mod) != n {
			return sqlerr.New(sqlerr.DataException, "different %s dimensions %d and %d", k.Type.Info().Name, k.Type.Mod, n)
		}
	}
	return nil
}

package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// projectSet computes a target list with set-returning calls: for each input
// row the sets run in lock step, the shorter ones padded with NULL.
type projectSet struct {
	r     *run
	n     *plan.ProjectSet
	in    operator
	exprs []*eval.Expr // nil where Sets has a call
	again []int        // of exprs: volatile, computed for each row that comes out
	calls []*setCall
	types []types.Type
	rows  *puller
	size  int // rows of a batch
}

func (r *run) projectSet(n *plan.ProjectSet) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	o := &projectSet{r: r, n: n, in: in, types: n.Columns(), exprs: make([]*eval.Expr, len(n.Exprs)), calls: make([]*setCall, len(n.Exprs)), size: BatchRows}
	for i := range n.Exprs {
		if n.Sets[i] != nil {
			o.calls[i], err = r.setCall(n.Sets[i])
		} else {
			o.exprs[i], err = r.compile(n.Exprs[i])
		}
		if err != nil {
			return nil, err
		}
		if e := o.exprs[i]; e != nil && e.Effects() {
			o.size = r.batchRows()
			o.again = append(o.again, i)
		}
	}
	return o, nil
}

func (o *projectSet) open() error {
	o.close()
	if err := o.in.open(); err != nil {
		return err
	}
	o.rows = pull(o.types, o.size, o.produce)
	return nil
}

func (o *projectSet) close() {
	o.rows.close()
	o.rows = nil
	o.in.close()
}

func (o *projectSet) next(b *Batch) error {
	if err := o.r.interrupt(); err != nil {
		return err
	}
	return o.rows.read(b)
}

func (o *projectSet) produce(yield func(row []types.Value) error) error {
	var b Batch
	for {
		if err := o.in.next(&b); err != nil || b.N == 0 {
			return err
		}
		for _, i := range b.Selection() {
			emit := func(row []types.Value) (err error) {
				for _, k := range o.again {
					if row[k], err = o.exprs[k].Row(b.Cols, int(i)); err != nil {
						return err
					}
				}
				return yield(row)
			}
			if err := o.expand(&b, int(i), emit); err != nil {
				return err
			}
		}
	}
}

// expand yields the rows of one input row.
func (o *projectSet) expand(b *Batch, i int, yield func(row []types.Value) error) error {
	row := make([]types.Value, len(o.types))
	only := -1
	for k, e := range o.exprs {
		switch {
		case e == nil && only == -1:
			only = k
		case e == nil:
			return o.lockStep(b, i, row, yield)
		case e.Effects():
		default:
			var err error
			if row[k], err = e.Row(b.Cols, i); err != nil {
				return err
			}
		}
	}
	return o.calls[only].rows(b.Cols, i, func(part []types.Value) error {
		row[only] = o.whole(o.calls[only], part)
		return yield(row)
	})
}

// whole makes one value of a function's row: a composite where it has several columns.
func (o *projectSet) whole(c *setCall, part []types.Value) types.Value {
	if len(part) == 1 {
		return part[0]
	}
	rec := types.RecordValue{Values: part}
	for k := range part {
		rec.Types = append(rec.Types, c.n.Fn.Columns[k].Type)
		rec.Names = append(rec.Names, c.n.Fn.Columns[k].Name)
	}
	return rec.Encode()
}

// lockStep runs several sets of one row.
func (o *projectSet) lockStep(b *Batch, i int, row []types.Value, yield func(row []types.Value) error) error {
	sets := make([][]types.Value, len(o.calls))
	longest := 0
	for k, c := range o.calls {
		if c == nil {
			if o.exprs[k].Effects() {
				continue
			}
			var err error
			if row[k], err = o.exprs[k].Row(b.Cols, i); err != nil {
				return err
			}
			continue
		}
		err := c.rows(b.Cols, i, func(part []types.Value) error {
			sets[k] = append(sets[k], o.whole(c, part))
			return o.r.mem.grow(24)
		})
		if err != nil {
			return err
		}
		longest = max(longest, len(sets[k]))
		o.r.mem.shrink(24 * int64(len(sets[k])))
	}
	for at := range longest {
		for k, c := range o.calls {
			if c == nil {
				continue
			}
			row[k] = types.Null
			if at < len(sets[k]) {
				row[k] = sets[k][at]
			}
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

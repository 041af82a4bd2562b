package exec

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// deleteOp removes rows.
type deleteOp struct {
	target
	n        *plan.Delete
	in       operator
	ret      returning
	affected int64
}

func (r *run) delete(n *plan.Delete) (operator, error) {
	o := &deleteOp{n: n, target: target{r: r, input: n.Input, rti: n.RTI, old: n.Old, rowID: n.RowIDCol, version: n.VersionCol, table: n.TableCol, strength: storage.ForUpdate}}
	var err error
	if o.in, err = r.build(n.Input); err != nil {
		return nil, err
	}
	if o.fam, err = r.family(n.Info); err != nil {
		return nil, err
	}
	o.ret, err = r.returning(n.Returning, n)
	return o, err
}

func (o *deleteOp) open() error {
	o.ret.reset()
	o.affected = 0
	return o.in.open()
}

func (o *deleteOp) close()              { o.in.close() }
func (o *deleteOp) next(b *Batch) error { return o.ret.next(b) }

func (o *deleteOp) run() (int64, error) {
	if err := o.fam.w.statement(catalog.TriggerDelete); err != nil {
		return 0, err
	}
	err := o.r.each(o.in, func(row []types.Value) error {
		if o.n.Instead {
			gone, err := o.fam.w.instead(catalog.TriggerDelete, row[o.old:o.old+len(o.fam.w.t.Columns)], nil)
			if err != nil || gone == nil {
				return err
			}
			o.affected++
			return o.ret.add(row)
		}
		row, err := o.lock(row)
		if err != nil || row == nil {
			return err
		}
		if removed, err := o.remove(row); err != nil || !removed {
			return err
		}
		o.affected++
		return o.ret.add(row)
	})
	return o.affected, err
}

// remove deletes the locked target of an input row, unless a trigger keeps it.
func (t *target) remove(row []types.Value) (bool, error) {
	m, err := t.member(row)
	if err != nil {
		return false, err
	}
	old, err := t.stored(m, row)
	if err != nil {
		return false, err
	}
	if _, ok, err := m.w.before(catalog.TriggerDelete, old, nil); err != nil || !ok {
		return false, err
	}
	return true, m.w.delete(storage.RowID(row[t.rowID].Int()), old)
}

package exec

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// cte is the state of one WITH query: its rows are computed as far as readers
// ask for them, once per statement, or once per set of the slot values that it
// depends on where it stands in a correlated subquery.
type cte struct {
	r     *run
	def   *plan.CTE
	op    operator // nil until first asked
	rec   operator // recursive term
	rows  *tape
	done  bool
	free  []int
	slots []types.Value

	recursing bool
	work      *tape // what WorkTable reads
	produced  *tape // what the recursive term gives in this round
	seen      *groups
	cols      []*types.Column
	ids       [BatchRows]int32
	sel       []uint16
}

func newCTE(r *run, def *plan.CTE) *cte {
	c := &cte{r: r, def: def, rows: newTape(&r.mem, def.Columns)}
	c.free = plan.FreeSlots(def.Input)
	if def.Recursive != nil {
		c.free = append(c.free, plan.FreeSlots(def.Recursive)...)
	}
	return c
}

func (c *cte) close() {
	if c.op != nil {
		c.op.close()
	}
	if c.rec != nil {
		c.rec.close()
	}
}

// start builds the operators on first use and begins anew where slots changed.
func (c *cte) start() error {
	if c.op != nil && c.current() {
		return nil
	}
	if c.op == nil {
		var err error
		if c.op, err = c.r.build(c.def.Input); err != nil {
			return err
		}
		if c.def.Recursive != nil {
			if c.rec, err = c.r.build(c.def.Recursive); err != nil {
				return err
			}
		}
	}
	c.slots = c.slots[:0]
	for _, s := range c.free {
		c.slots = append(c.slots, c.r.comp.Slots[s])
	}
	c.rows.reset()
	c.done, c.recursing, c.seen = false, false, nil
	if c.def.Recursive != nil {
		c.work, c.produced = newTape(&c.r.mem, c.def.Columns), newTape(&c.r.mem, c.def.Columns)
		if !c.def.UnionAll {
			c.seen = newGroups(&c.r.mem, c.def.Columns)
			c.cols = make([]*types.Column, len(c.def.Columns))
		}
	}
	if err := c.op.open(); err != nil {
		return err
	}
	_, err := runModifier(c.op)
	return err
}

func (c *cte) current() bool {
	for i, s := range c.free {
		if !c.slots[i].Identical(c.r.comp.Slots[s]) {
			return false
		}
	}
	return true
}

// advance computes some more rows, or sets done.
func (c *cte) advance() error {
	if err := c.r.interrupt(); err != nil {
		return err
	}
	op := c.op
	if c.recursing {
		op = c.rec
	}
	var b Batch
	if err := op.next(&b); err != nil {
		return err
	}
	if b.N > 0 {
		return c.take(&b)
	}
	op.close()
	if c.rec == nil {
		c.done = true
		return nil
	}
	return c.round()
}

// take adds rows to the result and to the next round's working table.
func (c *cte) take(b *Batch) error {
	if c.seen != nil {
		for i := range c.cols {
			c.cols[i] = &b.Cols[i]
		}
		sel, err := c.seen.fresh(c.cols, b.Selection(), c.ids[:], c.sel[:0])
		if err != nil {
			return err
		}
		c.sel = sel
		if len(sel) == 0 {
			return nil
		}
		b.Sel = sel
	}
	if c.rec != nil {
		if err := c.produced.add(b); err != nil {
			return err
		}
	}
	return c.rows.add(b)
}

// round starts the recursive term over what the last round gave.
func (c *cte) round() error {
	c.recursing = true
	c.work.reset()
	c.work, c.produced = c.produced, c.work
	if c.work.rows == 0 {
		c.done = true
		return nil
	}
	return c.rec.open()
}

// finish computes all rows.
func (c *cte) finish() error {
	if err := c.start(); err != nil {
		return err
	}
	for !c.done {
		if err := c.advance(); err != nil {
			return err
		}
	}
	return nil
}

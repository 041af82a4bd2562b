package storage

// rowFilter applies a search's conditions to candidate rows: the set they must
// be in, the principal's namespaces and the caller's predicate. It decodes under
// the table's lock and calls the predicate without it.
type rowFilter struct {
	rows    *RowSet
	keep    func(b *RowBatch, keep []bool) error
	columns []int
	batch   RowBatch
	kept    []bool
	err     error // the predicate's first error
}

// none reports whether the filter lets everything through.
func (f *rowFilter) none(c *Cursor) bool {
	return f.rows == nil && f.keep == nil && c.ns == nil && c.own == nil
}

// accept returns bit i for rows[i] (at most 64) if its committed version at the
// view's time passes and no own write of it is in the way.
func (f *rowFilter) accept(c *Cursor, rows []uint64) (mask uint64) {
	c.refs = c.refs[:0]
	var place [64]uint8
	c.table.mu.RLock()
	for i, r := range rows {
		local := uint32(r)
		if !f.rows.has(local) || c.touched(local) {
			continue
		}
		n := len(c.refs)
		if c.emitBase(local, 0); len(c.refs) > n {
			place[n] = uint8(i)
		}
	}
	mask = f.decide(c, place[:len(c.refs)])
	return mask
}

// decide runs the predicate on c.refs; it releases the table's lock.
func (f *rowFilter) decide(c *Cursor, place []uint8) (mask uint64) {
	if f.err == nil && f.keep != nil && len(place) > 0 {
		f.err = f.load(c)
	}
	c.table.mu.RUnlock()
	if f.err == nil && f.keep != nil && len(place) > 0 {
		f.err = f.keep(&f.batch, f.kept)
	}
	for n, i := range place {
		if f.keep == nil || (f.err == nil && f.kept[n]) {
			mask |= 1 << i
		}
	}
	return mask
}

// load decodes the predicate's columns of c.refs. The table's lock is held.
func (f *rowFilter) load(c *Cursor) error {
	columns := c.spec.Columns
	absent := c.missing
	c.spec.Columns, c.missing = f.columns, nil
	defer func() { c.spec.Columns, c.missing = columns, absent }()
	if err := c.findMissing(); err != nil {
		return err
	}
	if err := c.materialise(&f.batch); err != nil {
		return err
	}
	f.kept = append(f.kept[:0], make([]bool, len(c.refs))...)
	return nil
}

// passes applies the filter to one own write.
func (f *rowFilter) passes(c *Cursor, i int32) bool {
	w := &c.view.x.overlay.writes[i]
	if w.image == nil || !f.rows.has(w.local) {
		return false
	}
	c.refs = c.refs[:0]
	c.table.mu.RLock()
	c.emitOwn(i, 0)
	place := [1]uint8{}
	return f.decide(c, place[:len(c.refs)]) != 0
}

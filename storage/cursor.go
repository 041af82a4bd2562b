package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// Cursor yields the rows of one scan or search in batches. It belongs to its
// View and is used by one goroutine. The table's lock is held only inside Next.
type Cursor struct {
	view  *View
	def   *catalog.Table
	table *table
	spec  ScanSpec
	own   *tableOverlay // the transaction's writes of the table, nil = none
	ns    *catalog.Column
	src   source
	stats SearchStats
	used  *scanCounters // of the table or index that is read, nil = not counted

	refs    []ref
	counts  []uint32 // of the refs, for RowBatch.Counts
	ranked  bool     // refs carry a distance
	missing []types.Value

	// Inside, so that a look-up by key allocates the cursor and nothing else.
	scan     scanSource
	point    pointSource
	few      [2]ref
	keyBytes [64]byte
}

// ref is a row version on its way into a batch.
type ref struct {
	local    uint32
	from, to Timestamp
	image    row.Image
	distance float64
}

// source finds the row versions of a cursor. fill appends at most BatchRows to
// c.refs by c.emit and the like, none at the end. The table's lock is held shared.
type source interface {
	fill(c *Cursor) error
}

// preparer is a source that does work before fill without the table's lock.
type preparer interface {
	prepare(c *Cursor) error
}

// cursor prepares a cursor without a source.
func (v *View) cursor(t *catalog.Table, spec ScanSpec) (*Cursor, error) {
	tb, err := v.open(t)
	if err != nil {
		return nil, err
	}
	if spec.Versions && !t.KeepsHistory() {
		return nil, sqlerr.Unsupported("reading versions of the temporary or unlogged table \""+t.Name+"\"", "Such tables keep no history.")
	}
	switch {
	case spec.Versions:
		if spec.VersionsFrom, err = v.pinVersions(t, spec.VersionsFrom); err != nil {
			return nil, err
		}
		tb, err = v.reader(t, tb, spec.VersionsFrom, spec.VersionsTo)
	case v.past():
		tb, err = v.reader(t, tb, v.at, v.at+1)
	}
	if err != nil {
		return nil, err
	}
	c := &Cursor{view: v, def: t, table: tb, spec: spec, own: v.overlay(t.ID)}
	c.refs = c.few[:0]
	if ord, bound := v.who.bound(t); bound {
		c.ns = &t.Columns[ord-1]
	}
	return c, c.findMissing()
}

// findMissing notes what rows have that are older than a column.
func (c *Cursor) findMissing() (err error) {
	for k, pos := range c.spec.Columns {
		if col := &c.def.Columns[pos-1]; col.Missing != nil {
			if c.missing == nil {
				c.missing = make([]types.Value, len(c.spec.Columns))
			}
			if c.missing[k], err = missing(col); err != nil {
				return err
			}
		}
	}
	return nil
}

// Next fills b with the next rows; b.N is 0 at the end.
func (c *Cursor) Next(b *RowBatch) error {
	if p, ok := c.src.(preparer); ok {
		if err := p.prepare(c); err != nil {
			return err
		}
	}
	c.refs = c.refs[:0]
	c.table.mu.RLock()
	err := c.src.fill(c)
	if err == nil {
		err = c.materialise(b)
	}
	c.table.mu.RUnlock()
	if c.used != nil && b.N > 0 {
		c.used.rows.Add(int64(b.N))
	}
	return err
}

// through notes that the cursor reads a table or an index, for its Usage.
func (c *Cursor) through(u *scanCounters) {
	u.scans.Add(1)
	c.used = u
}

// Close ends the cursor; it may be called at any time and more than once.
func (c *Cursor) Close() {
	if s, ok := c.src.(interface{ close() }); ok {
		s.close()
	}
}

// Stats tells how a search went; final once the cursor is at its end.
func (c *Cursor) Stats() SearchStats {
	if s, ok := c.src.(interface{ stats() SearchStats }); ok {
		return s.stats()
	}
	return c.stats
}

// emit appends the version of a row that the view sees, if any.
func (c *Cursor) emit(local uint32, distance float64) {
	if c.own != nil {
		if i, touched := c.view.x.overlay.visible(c.own, local, c.view.cmd); touched {
			c.emitOwn(i, distance)
			return
		}
	}
	c.emitBase(local, distance)
}

// emitOwn appends an own write, unless it is a delete.
func (c *Cursor) emitOwn(i int32, distance float64) {
	w := &c.view.x.overlay.writes[i]
	if w.image != nil && c.allowed(w.image) {
		c.refs = append(c.refs, ref{local: w.local, from: Pending, to: Infinity, image: w.image, distance: distance})
	}
}

// emitBase appends the committed version of a row that the snapshot sees, if any.
func (c *Cursor) emitBase(local uint32, distance float64) {
	if v := c.table.visible(local, c.view.at); v != nil {
		c.emitVersion(v, distance)
	}
}

func (c *Cursor) emitVersion(v *version, distance float64) {
	if im := c.table.image(v); c.allowed(im) {
		c.refs = append(c.refs, ref{local: v.local, from: v.from, to: v.to, image: im, distance: distance})
	}
}

// touched reports whether the view sees an own write of the row.
func (c *Cursor) touched(local uint32) bool {
	if c.own == nil {
		return false
	}
	_, ok := c.view.x.overlay.visible(c.own, local, c.view.cmd)
	return ok
}

// allowed applies the principal's namespaces.
func (c *Cursor) allowed(im row.Image) bool {
	if c.ns == nil {
		return true
	}
	v, err := c.table.column(im, c.ns)
	return err == nil && c.view.who.sees(v)
}

// materialise decodes the refs into a batch. The table's lock is held.
func (c *Cursor) materialise(b *RowBatch) error {
	n := len(c.refs)
	b.N = n
	b.IDs, b.From, b.To = b.IDs[:0], b.From[:0], b.To[:0]
	b.Distance = b.Distance[:0]
	b.Counts = append(b.Counts[:0], c.counts...)
	pages := c.table.rows.pages.Load()
	for i := range c.refs {
		r := &c.refs[i]
		b.IDs = append(b.IDs, pages.id(r.local))
		b.From = append(b.From, r.from)
		b.To = append(b.To, r.to)
		if c.ranked {
			b.Distance = append(b.Distance, r.distance)
		}
	}
	return c.decode(b)
}

// decode fills b.Cols from the refs.
func (c *Cursor) decode(b *RowBatch) error {
	columns, absent := c.spec.Columns, c.missing
	for len(b.Cols) < len(columns) {
		b.Cols = append(b.Cols, types.Column{})
	}
	b.Cols = b.Cols[:len(columns)]
	for k, pos := range columns {
		col := &c.def.Columns[pos-1]
		out := &b.Cols[k]
		out.Reset(col.Type, len(c.refs))
		for i := range c.refs {
			v, err := types.Null, error(nil)
			if im := c.refs[i].image; col.Attr < im.Len() && !col.Dropped {
				v, err = c.table.value(im, col.Attr, col.Type)
			} else if absent != nil && !col.Dropped {
				v = absent[k]
			}
			if err != nil {
				return err
			}
			out.Set(i, v)
		}
	}
	return nil
}

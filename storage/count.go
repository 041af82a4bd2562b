package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// CountRows returns the number of rows that the view sees. Where the principal
// is bound to namespaces they are counted one by one, else it costs nothing.
func (v *View) CountRows(t *catalog.Table) (int, error) {
	c, err := v.cursor(t, ScanSpec{})
	if err != nil {
		return 0, err
	}
	if v.x != nil {
		v.x.reads.noteTable(t.ID)
	}
	if c.ns != nil {
		if c, err = v.Scan(t, ScanSpec{}); err != nil {
			return 0, err
		}
		return drain(c)
	}
	c.table.mu.RLock()
	defer c.table.mu.RUnlock()
	n := int(c.table.liveRows.At(int64(v.at)))
	if c.own == nil {
		return n, nil
	}
	for local := range c.own.heads {
		i, touched := v.x.overlay.visible(c.own, local, v.cmd)
		if !touched {
			continue
		}
		if c.table.visible(local, v.at) != nil {
			n--
		}
		if v.x.overlay.writes[i].image != nil {
			n++
		}
	}
	return n, nil
}

// CountKey returns the number of rows that the view sees whose first len(key)
// index keys equal key. At the watermark, without own writes, it counts no rows.
func (v *View) CountKey(t *catalog.Table, ix *catalog.Index, key []types.Value) (int, error) {
	c, err := v.Lookup(t, ix, key, ScanSpec{})
	if err != nil {
		return 0, err
	}
	x, err := v.index(c.table, t, ix)
	if err != nil {
		return 0, err
	}
	if x.ordered == nil {
		return 0, sqlerr.Internal("index %q has no counts", ix.Name)
	}
	if c.ns == nil && c.own == nil {
		c.table.mu.RLock()
		if c.table.changed <= v.at {
			low := appendIndexKeys(nil, ix, key)
			n := x.ordered.Count(low, successor(low))
			c.table.mu.RUnlock()
			return n, nil
		}
		c.table.mu.RUnlock()
	}
	return drain(c)
}

// drain counts what a cursor yields.
func drain(c *Cursor) (int, error) {
	defer c.Close()
	n := 0
	var b RowBatch
	for {
		if err := c.Next(&b); err != nil || b.N == 0 {
			return n, err
		}
		n += b.N
	}
}

// Estimate is what the planner may know about an index without reading it.
type Estimate struct {
	Rows, Entries int
}

// Sizes returns the number of live rows of a table and of open entries of one of
// its ordered indexes, as of the newest commit.
func (s *Store) Sizes(table, ix types.OID) Estimate {
	t := s.table(table)
	t.mu.RLock()
	defer t.mu.RUnlock()
	e := Estimate{Rows: int(t.liveRows.Last())}
	if x := t.indexes[ix]; x != nil && x.ordered != nil {
		e.Entries, _ = x.ordered.Len()
	}
	return e
}

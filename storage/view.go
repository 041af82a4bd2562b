package storage

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/index"
)

// View is what one command may see: a snapshot and, inside a transaction, the
// transaction's own earlier writes. Used by one goroutine at a time. Close it
// when the command's cursors are done.
type View struct {
	s       *Store
	ctx     context.Context // of the command: searches stop when it ends
	x       *Txn            // nil: an AS OF read
	at      Timestamp
	cmd     int32
	who     *Principal
	catalog *catalog.Catalog
	adhoc   map[types.OID]*tableIndex // indexes that exist for this view alone
	pinned  uint64                    // of an AS OF read: name under which its moment is kept
	mergers map[mergedPeriod]*table   // with what is in the archive
	opened  Timestamp                 // of a read of the past: when it began
}

// SnapshotAt opens a read of the past: everything committed up to `at`, no
// uncommitted writes, names as they were then. Errors: 22023 for the future,
// 57014; reads of a table before its retention horizon are 72000.
func (s *Store) SnapshotAt(ctx context.Context, at Timestamp, who Principal) (*View, error) {
	if err := s.seq.readAt(ctx, at); err != nil {
		return nil, err
	}
	c, err := s.catalog.at(at)
	if err != nil {
		return nil, err
	}
	v := &View{s: s, ctx: ctx, at: at, who: &who, catalog: c, pinned: s.lastTxn.Add(1)}
	s.active.pin(v.pinned, at)
	v.opened = s.Now() // after pin: what is there now stays
	return v, nil
}

// Time is the snapshot's moment.
func (v *View) Time() Timestamp { return v.at }

// Catalog is the catalog as of the snapshot, with the transaction's own DDL.
func (v *View) Catalog() *catalog.Catalog { return v.catalog }

// Close ends the view; rows it gave out are no longer pinned.
func (v *View) Close() {
	v.adhoc, v.mergers = nil, nil
	if v.pinned != 0 {
		v.s.active.drop(v.pinned)
		v.pinned = 0
	}
}

// past reports whether the view reads AS OF.
func (v *View) past() bool { return v.x == nil }

// open checks that the view may read the table.
func (v *View) open(t *catalog.Table) (*table, error) {
	if t.Virtual {
		return nil, sqlerr.Internal("storage scan of virtual relation %q", t.Name)
	}
	if v.past() {
		if !t.KeepsHistory() {
			return nil, sqlerr.Unsupported("AS OF on the temporary or unlogged table \""+t.Name+"\"", "Such tables keep no history.")
		}
		if err := v.withinRetention(t, v.at); err != nil {
			return nil, err
		}
	}
	tb := v.s.table(t.ID)
	if began := v.began(); began < Timestamp(tb.erased.Load()) && (v.x == nil || v.x.iso != ReadCommitted) {
		return nil, sqlerr.New(sqlerr.SnapshotTooOld, "snapshot too old: rows of table \"%s\" were erased", t.Name)
	}
	return tb, nil
}

// began is the moment at which the view was opened, or whose state it reads.
func (v *View) began() Timestamp { return max(v.at, v.opened) }

// overlay returns the transaction's writes of a table, nil if there are none.
func (v *View) overlay(id types.OID) *tableOverlay {
	if v.x == nil {
		return nil
	}
	return v.x.overlay.of(id)
}

// index returns a structure that answers for the view's moment and layout.
func (v *View) index(tb *table, t *catalog.Table, ix *catalog.Index) (*tableIndex, error) {
	if v.x != nil {
		if own := v.x.builtIndex(ix.ID); own != nil {
			return own, nil
		}
	}
	tb.mu.RLock()
	found := tb.indexes[ix.ID]
	if found == nil || !found.reads(t) {
		found = nil
		for _, r := range tb.retired {
			if r.index.def.ID == ix.ID && v.at < r.until && r.index.reads(t) {
				found = r.index
				break
			}
		}
	}
	tb.mu.RUnlock()
	if found != nil {
		return found, nil
	}
	return v.buildAdhoc(tb, t, ix)
}

// buildAdhoc makes an index of the rows as of the view's moment, for a past in
// which the index existed but of which no structure is left.
func (v *View) buildAdhoc(tb *table, t *catalog.Table, ix *catalog.Index) (*tableIndex, error) {
	if have := v.adhoc[ix.ID]; have != nil {
		return have, nil
	}
	tb.mu.Lock()
	defer tb.mu.Unlock()
	x, err := v.s.newIndex(v.catalog, tb, t, ix)
	if err != nil {
		return nil, err
	}
	for local := range uint32(len(tb.newest)) {
		ver := tb.visible(local, v.at)
		if ver == nil {
			continue
		}
		im := tb.image(ver)
		e, err := x.entryOf(tb, im)
		if err != nil {
			return nil, err
		}
		if e.present {
			if err := x.restore(local, im, &e, ver.from, Infinity); err != nil {
				return nil, err
			}
		}
	}
	x.seal()
	if v.adhoc == nil {
		v.adhoc = map[types.OID]*tableIndex{}
	}
	v.adhoc[ix.ID] = x
	return x, nil
}

// Scan reads a whole table, the rows of a shard in the order of their ids.
func (v *View) Scan(t *catalog.Table, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	if v.x != nil {
		v.x.reads.noteTable(t.ID)
	}
	c.through(&c.table.counters.scans)
	if spec.Versions {
		c.src = &versionSource{from: c.spec.VersionsFrom, to: spec.VersionsTo}
		return c, nil
	}
	c.scan.init(c)
	c.src = &c.scan
	return c, nil
}

// Fetch reads rows by id, in the order given; those that are not visible are left out.
func (v *View) Fetch(t *catalog.Table, ids []RowID, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	locals := make([]uint32, len(ids)) // 0, which no row has, for ids that are not known
	for i, id := range ids {
		locals[i] = c.table.rows.local(id)
	}
	if v.x != nil {
		if c.table == v.s.table(t.ID) {
			v.x.reads.noteRows(t.ID, locals)
		} else {
			v.x.reads.noteTable(t.ID) // rows have other numbers there
		}
	}
	if spec.Versions {
		c.src = &versionSource{from: c.spec.VersionsFrom, to: spec.VersionsTo, rows: locals}
		return c, nil
	}
	c.src = &listSource{rows: locals}
	return c, nil
}

// Lookup reads the rows whose first len(key) index keys equal key; NULL finds NULL.
func (v *View) Lookup(t *catalog.Table, ix *catalog.Index, key []types.Value, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	x, err := v.ordered(c, t, ix)
	if err != nil {
		return nil, err
	}
	low := appendIndexKeys(c.keyBytes[:0], ix, key)
	if x.unique != nil && len(key) == len(ix.Keys) && c.own == nil && !anyNull(key) {
		if v.x != nil && v.x.reads != nil {
			v.x.reads.noteRange(t.ID, x, low, successor(low))
		}
		c.point = pointSource{index: x, key: low}
		c.src = &c.point
		return c, nil
	}
	return v.rangeCursor(c, x, low, successor(low), spec.Reverse)
}

// Range reads the rows of an index range in key order. Bounds are given in the
// order of values, also for descending keys.
func (v *View) Range(t *catalog.Table, ix *catalog.Index, r IndexRange, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	x, err := v.ordered(c, t, ix)
	if err != nil {
		return nil, err
	}
	low, high := rangeBounds(ix, r)
	return v.rangeCursor(c, x, low, high, spec.Reverse)
}

func (v *View) ordered(c *Cursor, t *catalog.Table, ix *catalog.Index) (*tableIndex, error) {
	x, err := v.index(c.table, t, ix)
	if err != nil {
		return nil, err
	}
	if x.ordered == nil {
		return nil, sqlerr.Internal("index %q cannot be read in order", ix.Name)
	}
	if c.spec.Versions {
		return nil, sqlerr.Unsupported("an index scan over versions", "")
	}
	c.through(&x.counters)
	return x, nil
}

func (v *View) rangeCursor(c *Cursor, x *tableIndex, low, high []byte, reverse bool) (*Cursor, error) {
	src := &rangeSource{index: x, scan: index.Range{Low: low, High: high, At: int64(v.at), Reverse: reverse}}
	if v.x != nil {
		v.x.reads.noteRange(c.def.ID, x, low, high)
	}
	if c.own != nil {
		keys, err := v.x.overlay.index(c.own, x)
		if err != nil {
			return nil, err
		}
		src.own = v.x.overlay.between(c.own, keys, low, high, v.cmd)
		if reverse {
			for i, j := 0, len(src.own)-1; i < j; i, j = i+1, j-1 {
				src.own[i], src.own[j] = src.own[j], src.own[i]
			}
		}
	}
	c.src = src
	return c, nil
}

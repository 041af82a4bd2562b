package storage

import (
	"sync/atomic"
	"unsafe"

	"synapse/catalog"
	"synapse/catalog/types"
)

// tableCounters count work on a table since the server started.
type tableCounters struct {
	inserted, updated, deleted atomic.Int64
	scans                      scanCounters
}

// scanCounters count the scans of a table or through an index, and their rows.
type scanCounters struct{ scans, rows atomic.Int64 }

// Usage tells what a table (ix = 0) or one of its indexes holds and how it was used.
func (s *Store) Usage(table, ix types.OID) catalog.Usage {
	t := s.table(table)
	t.mu.RLock()
	defer t.mu.RUnlock()
	if ix != 0 {
		if x := t.indexes[ix]; x != nil {
			return x.usage()
		}
		return catalog.Usage{}
	}
	live, versions := t.liveRows.Last(), int64(t.versions.n)
	u := catalog.Usage{
		Rows: live, Dead: versions - live,
		Bytes:    int64(t.data.Held()) + versions*int64(unsafe.Sizeof(version{})) + 4*int64(len(t.newest)),
		Inserted: t.counters.inserted.Load(), Updated: t.counters.updated.Load(), Deleted: t.counters.deleted.Load(),
		Scans: t.counters.scans.scans.Load(), ScannedRows: t.counters.scans.rows.Load(),
	}
	for _, v := range t.vectors {
		u.Bytes += v.store.SizeBytes()
	}
	return u
}

// usage is called with the table's lock held.
func (x *tableIndex) usage() catalog.Usage {
	u := catalog.Usage{Scans: x.counters.scans.Load(), ScannedRows: x.counters.rows.Load()}
	switch x.kind {
	case orderedIndex:
		open, closed := x.ordered.Len()
		u.Rows, u.Dead, u.Bytes = int64(open), int64(closed), x.ordered.SizeBytes()
		if x.unique != nil {
			u.Bytes += x.unique.SizeBytes()
		}
	case invertedIndex:
		u.Bytes = x.inverted.SizeBytes()
	case textIndex:
		u.Bytes = x.text.SizeBytes()
	case vectorIndex:
		u.Rows, u.Bytes = int64(x.vector.Len()), x.vector.SizeBytes()
		if !x.shared {
			u.Bytes += x.vectors.store.SizeBytes()
		}
	}
	return u
}
